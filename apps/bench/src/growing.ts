/** Journals that grow behind their node's back, as their writer would have grown them: a ledger of millions in a minute. */
import { append, emptyRange, encodeEntries, entriesOf, hex, leafHash, rangeRoot, readOn } from '@yrd/ledger';
import type { BlockStore, CompactRange, LedgerEntry, StoredBlock, World } from '@yrd/ledger';
import { nodeHasher } from '@yrd/platform';

/** Reads all blocks of a journal; answers its size. */
export const eachBlock = async (store: BlockStore, take: (block: StoredBlock) => void): Promise<number> => {
  let size = 0;
  for await (const blocks of readOn(store, 0)) {
    for (const block of blocks) take(block);
    size = blocks.at(-1)!.first + blocks.at(-1)!.count;
  }
  return size;
};

/** What somebody is said to have written in one commit, and the stream it stands in: its first entries, if no version is said. */
export interface Written {
  readonly stream: string;
  readonly entries: readonly LedgerEntry[];
  readonly version?: number;
}

export class Growing {
  private range: CompactRange = emptyRange;
  size = 0;

  private constructor(private readonly store: BlockStore) {}

  /** Goes on where the journal ends. */
  static async on(store: BlockStore): Promise<Growing> {
    const growing = new Growing(store);
    growing.size = await eachBlock(store, (block) => growing.hash(entriesOf(block)));
    return growing;
  }

  private hash(entries: readonly LedgerEntry[]): void {
    this.range = append(
      nodeHasher,
      this.range,
      entries.map(({ leaf }) => leafHash(nodeHasher, leaf)),
    );
  }

  /** Root (hex) of the journal as it stands. */
  get root(): string {
    return hex(rangeRoot(nodeHasher, this.range));
  }

  /** One block more. */
  async add(written: readonly Written[]): Promise<void> {
    this.hash(written.flatMap(({ entries }) => entries));
    let first = this.size;
    const commits = written.map(({ stream, entries, version = 0 }) => {
      const commit = {
        ...{ first, count: entries.length, streams: [stream], versions: [version] },
        ...{ command: first.toString(16).padStart(64, '0'), body: '', bytes: encodeEntries(entries) },
      };
      first += entries.length;
      return commit;
    });
    const root = rangeRoot(nodeHasher, this.range);
    await this.store.insert({ first: this.size, count: first - this.size, root, epoch: 1, at: 1_760_000_000_000, commits });
    this.size = first;
  }
}

/** What was filled in behind a node's back is not sent to a topic that nobody reads: the node goes on at its end. */
export const goesOnAtItsEnd = (world: World): World => ({
  ...world,
  bus: {
    ensure: (topics) => world.bus.ensure(topics),
    publish: (topic, value, headers) => world.bus.publish(topic, value, headers),
    subscribe: (options, handle) => world.bus.subscribe(options, handle),
    last: () => Promise.resolve(null),
  },
});
