/**
 * The in-memory adapters: disks and topics that live as long as the simulated world, reached through ports that take
 * seeded time and can fail.
 */
import type {
  BlockStore,
  Bus,
  BusMessage,
  Match,
  Recorded,
  RecordQuery,
  Records,
  RecordWrite,
  Scalar,
  Storage,
  StoredBlock,
  SubscribeOptions,
  Subscription,
} from '../src/index.js';

/** Waits as long as an operation takes, and decides what becomes of it. A dead process waits for ever. */
export interface Path {
  /** Resolves when the operation reaches the server; rejects when it is refused on the way. */
  there(operation: string): Promise<void>;
  /** Resolves when the answer is back; rejects when the acknowledgement is lost. */
  back(operation: string): Promise<void>;
}

/** One province's disk: block collections and record tables. Survives the processes that use it. */
export class Disk {
  readonly blocks = new Map<string, Map<number, StoredBlock>>();
  readonly tables = new Map<string, Map<string, { readonly json: string; readonly rev: number }>>();

  journal(name: string): Map<number, StoredBlock> {
    const found = this.blocks.get(name) ?? new Map<number, StoredBlock>();
    this.blocks.set(name, found);
    return found;
  }

  table(name: string): Map<string, { readonly json: string; readonly rev: number }> {
    const found = this.tables.get(name) ?? new Map<string, { json: string; rev: number }>();
    this.tables.set(name, found);
    return found;
  }
}

export const memoryStorage = (disk: Disk, path: Path): Storage => ({
  blocks: (journal) => memoryBlocks(disk, path, journal),
  records: memoryRecords(disk, path),
});

const memoryBlocks = (disk: Disk, path: Path, journal: string): BlockStore => {
  const sorted = (): StoredBlock[] => [...disk.journal(journal).values()].sort((a, b) => a.first - b.first);
  const reading = async <T>(operation: string, read: () => T): Promise<T> => {
    await path.there(operation);
    const found = read();
    await path.back(operation);
    return found;
  };
  return {
    insert: async (block) => {
      await path.there('insert');
      const taken = disk.journal(journal).has(block.first);
      if (!taken) disk.journal(journal).set(block.first, structuredClone(block));
      await path.back('insert');
      return taken ? 'duplicate' : 'inserted';
    },
    read: (from, limit) =>
      reading('read', () =>
        sorted()
          .filter((block) => block.first + block.count > from)
          .slice(0, limit),
      ),
    last: () => reading('last', () => sorted().at(-1) ?? null),
    commitsOf: (stream, from) =>
      reading('commits', () =>
        sorted().flatMap((block) =>
          block.commits.filter((commit) => commit.streams.includes(stream) && commit.first + commit.count > from),
        ),
      ),
  };
};

const memoryRecords = (disk: Disk, path: Path): Records => ({
  get: async <T>(table: string, id: string) => {
    await path.there('get');
    const found = disk.table(table).get(id);
    await path.back('get');
    return found ? { id, value: JSON.parse(found.json) as T, rev: found.rev } : null;
  },
  find: async <T>(table: string, query: RecordQuery) => {
    await path.there('find');
    const found = [...disk.table(table)].map(([id, { json, rev }]) => ({ id, value: JSON.parse(json) as T, rev }));
    await path.back('find');
    return selected(found, query);
  },
  write: async (writes) => {
    const batch = writes.map((write) => ({ ...write, json: write.value === null ? null : JSON.stringify(write.value) }));
    await path.there('write');
    const fits = batch.every(({ table, id, rev }) => rev === undefined || (disk.table(table).get(id)?.rev ?? 0) === rev);
    if (fits) for (const write of batch) put(disk, write);
    await path.back('write');
    return fits;
  },
  drop: async (table) => {
    await path.there('drop');
    disk.tables.delete(table);
    await path.back('drop');
  },
});

const put = (disk: Disk, { table, id, json }: Pick<RecordWrite, 'table' | 'id'> & { readonly json: string | null }): void => {
  const rows = disk.table(table);
  if (json === null) rows.delete(id);
  else rows.set(id, { json, rev: (rows.get(id)?.rev ?? 0) + 1 });
};

const fieldOf = (value: unknown, field: string): Scalar => {
  const found = field
    .split('.')
    .reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined), value);
  return found === undefined ? null : (found as Scalar);
};

const matches = (value: Scalar, match: Match): boolean => {
  if (match === null || typeof match !== 'object') return value === match;
  if (match.in && !match.in.includes(value)) return false;
  if (match.gte !== undefined && !(value !== null && typeof value === typeof match.gte && value >= match.gte)) return false;
  return !(match.lt !== undefined && !(value !== null && typeof value === typeof match.lt && value < match.lt));
};

const rank = (value: Scalar): number => (value === null ? 0 : typeof value === 'number' ? 1 : typeof value === 'string' ? 2 : 3);
const compare = (a: Scalar, b: Scalar): number => {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  return a === b ? 0 : a! < b! ? -1 : 1;
};

const selected = <T>(rows: readonly Recorded<T>[], { where, order, after, limit }: RecordQuery): readonly Recorded<T>[] => {
  const sign = order?.descending ? -1 : 1;
  const valueOf = (row: Recorded<T>): Scalar => (order ? fieldOf(row.value, order.field) : null);
  const by = (a: { value: Scalar; id: string }, b: { value: Scalar; id: string }): number =>
    sign * (compare(a.value, b.value) || compare(a.id, b.id));
  return rows
    .filter((row) => Object.entries(where ?? {}).every(([field, match]) => matches(fieldOf(row.value, field), match)))
    .sort((a, b) => by({ value: valueOf(a), id: a.id }, { value: valueOf(b), id: b.id }))
    .filter((row) => !after || by({ value: valueOf(row), id: row.id }, after) > 0)
    .slice(0, limit);
};

interface Topic {
  /** Offset of the first retained message. */
  start: number;
  messages: BusMessage[];
}

/** The brokers: topics and group positions. Survives the processes that use them. */
export class Broker {
  readonly topics = new Map<string, Topic>();
  readonly positions = new Map<string, number>();
  private readonly listeners = new Set<() => void>();

  topic(name: string): Topic {
    const found = this.topics.get(name) ?? { start: 0, messages: [] };
    this.topics.set(name, found);
    return found;
  }

  /** Deletes and recreates a topic: offsets begin again, and groups stand beyond the end. */
  recreate(name: string): void {
    this.topics.set(name, { start: 0, messages: [] });
  }

  /** Drops all retained messages, as a retention limit would. */
  truncate(name: string): void {
    const topic = this.topic(name);
    topic.start += topic.messages.length;
    topic.messages = [];
  }

  append(message: BusMessage): void {
    this.topic(message.topic).messages.push(message);
    for (const listener of [...this.listeners]) listener();
  }

  onAppend(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

/** How messages reach a subscriber: after how long, and whether one is skipped or comes twice. */
export interface Delivery extends Path {
  arrives(topic: string): Promise<'once' | 'twice' | 'lost'>;
  pause(): Promise<void>;
  /** Resolves when `wake` is called. */
  idle(register: (wake: () => void) => void): Promise<void>;
}

export const memoryBus = (broker: Broker, path: Delivery): Bus => ({
  ensure: async (topics) => {
    await path.there('ensure');
    for (const topic of topics) broker.topic(topic);
    await path.back('ensure');
  },
  publish: async (topic, value, headers = {}) => {
    await path.there('publish');
    broker.append({ topic, value: value.slice(), headers: { ...headers } });
    await path.back('publish');
  },
  last: async (topic) => {
    await path.there('last');
    const found = broker.topic(topic).messages.at(-1) ?? null;
    await path.back('last');
    return found;
  },
  subscribe: async (options, handle) => {
    await path.there('subscribe');
    const readers = options.topics.map((topic) => new Reader(broker, path, options, topic, handle));
    await path.back('subscribe');
    return { close: async () => void (await Promise.all(readers.map((reader) => reader.close()))) };
  },
});

class Reader implements Subscription {
  private open = true;
  private wake: () => void = () => undefined;
  private readonly done: Promise<void>;
  private readonly key: string;

  constructor(
    private readonly broker: Broker,
    private readonly path: Delivery,
    options: SubscribeOptions,
    private readonly topic: string,
    private readonly handle: (message: BusMessage) => Promise<void>,
  ) {
    this.key = `${options.group}|${topic}`;
    const { start, messages } = broker.topic(topic);
    if (!broker.positions.has(this.key)) broker.positions.set(this.key, options.from === 'earliest' ? start : start + messages.length);
    this.done = this.run();
  }

  close(): Promise<void> {
    this.open = false;
    this.wake();
    return this.done;
  }

  private next(): { readonly message: BusMessage; readonly position: number } | null {
    const { start, messages } = this.broker.topic(this.topic);
    const position = this.broker.positions.get(this.key)!;
    // Out of range: Kafka's reset goes to the earliest message that is left.
    const at = position < start || position > start + messages.length ? start : position;
    const message = messages[at - start];
    return message ? { message, position: at } : null;
  }

  private async run(): Promise<void> {
    while (this.open) {
      const next = this.next();
      if (!next) {
        const off: { call: () => void } = { call: () => undefined };
        await this.path.idle((wake) => {
          this.wake = wake;
          off.call = this.broker.onAppend(wake);
        });
        off.call();
        continue;
      }
      const times = await this.path.arrives(this.topic);
      if (!this.open) return;
      try {
        if (times !== 'lost') await this.handle(next.message);
        if (times === 'twice') await this.handle(next.message);
        this.broker.positions.set(this.key, next.position + 1);
      } catch {
        await this.path.pause();
      }
    }
  }
}
