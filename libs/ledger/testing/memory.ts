/** The in-memory storage: disks that live as long as the simulated world, reached through ports that take seeded time and can fail. */
import {
  concat,
  type BlockStore,
  type RecordQuery,
  type Records,
  type RecordWrite,
  type Storage,
  type StoredBlock,
  type StoredCommit,
} from '../src/index.js';
import { cellsOf, selected } from './memory-queries.js';

/** What an operation whose caller has given up does when it reaches the server after all. */
export type Late = (effect: () => void) => void;

/** Waits as long as an operation takes, and decides what becomes of it. A dead process waits for ever. */
export interface Path {
  /** Resolves, perhaps at once, when the operation reaches the server; rejects when it is refused. `Late` takes its effect over. */
  there(operation: string): Promise<void | Late> | undefined;
  /** Resolves when the answer is back; rejects when the acknowledgement is lost. */
  back(operation: string): Promise<void>;
}

/** Blocks of one journal by first index, with what reading them in order and by stream needs. */
class Shelf extends Map<number, StoredBlock> {
  private ordered: StoredBlock[] | null = [];
  private readonly streams = new Map<string, StoredCommit[]>();

  override set(first: number, block: StoredBlock): this {
    const last = this.ordered?.at(-1);
    if (this.ordered && !this.has(first) && (!last || last.first < first)) {
      this.ordered.push(block);
      this.note(block);
    } else this.ordered = null;
    return super.set(first, block);
  }

  override delete(first: number): boolean {
    this.ordered = null;
    return super.delete(first);
  }

  inOrder(): readonly StoredBlock[] {
    if (this.ordered) return this.ordered;
    this.ordered = [...this.values()].sort((a, b) => a.first - b.first);
    this.streams.clear();
    for (const block of this.ordered) this.note(block);
    return this.ordered;
  }

  /** Entries in it. */
  get end(): number {
    const last = this.inOrder().at(-1);
    return last ? last.first + last.count : 0;
  }

  /** Index in order of the first block that ends after `from`. */
  position(from: number): number {
    const blocks = this.inOrder();
    let [low, high] = [0, blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (blocks[middle]!.first + blocks[middle]!.count > from) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  commitsOf(stream: string): readonly StoredCommit[] {
    this.inOrder();
    return this.streams.get(stream) ?? [];
  }

  private note(block: StoredBlock): void {
    for (const commit of block.commits) {
      for (const stream of new Set(commit.streams)) {
        const commits = this.streams.get(stream);
        if (commits) commits.push(commit);
        else this.streams.set(stream, [commit]);
      }
    }
  }
}

interface Row {
  /** Plain data, frozen to its depths: whoever wrote it or reads it cannot change what is stored. */
  readonly value: object;
  readonly rev: number;
}

/** One province's disk: block collections and record tables. Survives the processes that use it. */
export class Disk {
  readonly blocks = new Map<string, Shelf>();
  readonly tables = new Map<string, Map<string, Row>>();
  /** Told of each block that is stored. */
  onInsert: (journal: string, block: StoredBlock) => void = () => undefined;

  journal(name: string): Shelf {
    const found = this.blocks.get(name) ?? new Shelf();
    this.blocks.set(name, found);
    return found;
  }

  /** What is on it now, as a backup. */
  copy(): Disk {
    const copy = new Disk();
    for (const [name, blocks] of this.blocks) for (const [first, block] of blocks) copy.journal(name).set(first, block);
    for (const [name, rows] of this.tables) for (const [id, row] of rows) copy.table(name).set(id, row);
    return copy;
  }

  table(name: string): Map<string, Row> {
    const found = this.tables.get(name) ?? new Map<string, Row>();
    this.tables.set(name, found);
    return found;
  }
}

/**
 * The value as it would come back from a store that keeps JSON: without fields that are undefined, and frozen to its depths, so that
 * nobody changes what is stored. It is not copied where nothing has to be left out: whoever goes on to change what he wrote fails.
 */
const stored = <T>(value: T): T => {
  // What came from here was looked at before.
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const fields = value as Record<string, unknown>;
  let whole = true;
  for (const key in fields) {
    const each = fields[key];
    if (each === undefined || stored(each) !== each) whole = false;
  }
  if (whole) return Object.freeze(value);
  if (Array.isArray(value)) return Object.freeze(value.map(stored)) as T;
  return Object.freeze(
    Object.fromEntries(Object.entries(fields).flatMap(([key, each]) => (each === undefined ? [] : [[key, stored(each)]]))),
  ) as T;
};

/** What a table of a disk holds, by id: for looking at, not for changing. */
export const rowsOf = (disk: Disk, table: string): readonly (readonly [string, unknown])[] =>
  [...disk.table(table)].map(([id, row]) => [id, row.value]);

/**
 * The store of a process. `asGiven`: rows are kept as they are given. Frozen ones are copied several times slower by whoever goes on from
 * them, and that nobody changes what he wrote is shown where they are frozen.
 */
export const memoryStorage = (disk: Disk, path: Path, asGiven = false): Storage => ({
  blocks: (journal) => memoryBlocks(disk, path, journal),
  records: memoryRecords(disk, path, asGiven),
});

const memoryBlocks = (disk: Disk, path: Path, journal: string): BlockStore => {
  const shelf = (): Shelf => disk.journal(journal);
  const reading = async <T>(operation: string, read: () => T): Promise<T> => {
    await path.there(operation);
    const found = read();
    await path.back(operation);
    return found;
  };
  const store = (block: StoredBlock): boolean => {
    if (shelf().has(block.first)) return false;
    // What is stored hears no more of its writer.
    const commits = block.commits.map((commit) => ({ ...commit, bytes: concat(commit.bytes) }));
    shelf().set(block.first, { ...block, root: concat(block.root), commits });
    disk.onInsert(journal, block);
    return true;
  };
  return {
    insert: async (block) => {
      const late = await path.there('insert');
      if (late) {
        late(() => store(block));
        throw new Error('Simulated: no answer to insert came in time.');
      }
      const stored = store(block);
      await path.back('insert');
      return stored ? 'inserted' : 'duplicate';
    },
    read: (from, limit) =>
      reading('read', () => {
        const at = shelf().position(from);
        return shelf()
          .inOrder()
          .slice(at, at + limit);
      }),
    last: () => reading('last', () => shelf().inOrder().at(-1) ?? null),
    commitsOf: (stream, from) =>
      reading('commits', () =>
        shelf()
          .commitsOf(stream)
          .filter((commit) => commit.first + commit.count > from),
      ),
  };
};

/** Rows that a scan hands out at a time. */
const SCANNED_ROWS = 1_000;

const memoryRecords = (disk: Disk, path: Path, asGiven: boolean): Records => ({
  get: async <T>(table: string, id: string) => {
    await path.there('get');
    const found = disk.table(table).get(id);
    await path.back('get');
    return found ? { id, value: found.value as T, rev: found.rev } : null;
  },
  getMany: async <T>(table: string, ids: readonly string[]) => {
    if (ids.length === 0) return [];
    await path.there('get');
    const found = ids.flatMap((id) => {
      const row = disk.table(table).get(id);
      return row ? [{ id, value: row.value as T, rev: row.rev }] : [];
    });
    await path.back('get');
    return found;
  },
  find: async <T>(table: string, query: RecordQuery) => {
    await path.there('find');
    const found = selected<T>(disk.table(table), query);
    await path.back('find');
    return found;
  },
  scan: async function* (table, { cells, ...query }) {
    for (let after = query.after; ;) {
      await path.there('find');
      const found = selected(disk.table(table), { ...query, ...(after && { after }), limit: SCANNED_ROWS });
      await path.back('find');
      yield found.map(({ value }) => cellsOf(value, cells));
      const last = found.at(-1);
      if (!last || found.length < SCANNED_ROWS) return;
      after = { value: cellsOf(last.value, [query.order.field])[0] ?? null, id: last.id };
    }
  },
  write: async (writes) => {
    const batch = asGiven ? writes : writes.map((write) => ({ ...write, value: stored(write.value) }));
    const commit = (): boolean => {
      const fits = batch.every(({ table, id, rev }) => rev === undefined || (disk.table(table).get(id)?.rev ?? 0) === rev);
      if (fits) for (const write of batch) put(disk, write);
      return fits;
    };
    const late = await path.there('write');
    if (late) {
      late(commit);
      throw new Error('Simulated: no answer to write came in time.');
    }
    const fits = commit();
    await path.back('write');
    return fits;
  },
  drop: async (table) => {
    await path.there('drop');
    disk.tables.delete(table);
    await path.back('drop');
  },
});

const put = (disk: Disk, { table, id, value }: RecordWrite): void => {
  const rows = disk.table(table);
  if (value === null) rows.delete(id);
  else rows.set(id, { value, rev: (rows.get(id)?.rev ?? 0) + 1 });
};
