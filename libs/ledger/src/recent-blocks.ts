/** A journal's blocks as they are read: the newest from memory, since the publisher, views and reactions all read what was just written. */
import { bytesIn, type StoredBlock } from './block.js';
import type { BlockStore } from './ports.js';

/** Framed content that is kept. */
const KEPT_BYTES = 8_000_000;
/** Roots at other sizes that are kept. */
const KEPT_ROOTS = 64;
/** Blocks read at a time by whoever reads on to the end. */
const STEP_BLOCKS = 64;

/** All blocks from an index on, some at a time: the store reads the next ones while these are looked at. */
export async function* readOn(store: BlockStore, from: number): AsyncGenerator<readonly StoredBlock[], void, undefined> {
  let next: Promise<readonly StoredBlock[]> | null = store.read(from, STEP_BLOCKS);
  while (next) {
    const blocks: readonly StoredBlock[] = await next;
    const last = blocks.at(-1);
    if (!last) return;
    next = blocks.length < STEP_BLOCKS ? null : store.read(last.first + last.count, STEP_BLOCKS);
    // Whoever stops before the end does not hear of it.
    next?.catch(() => undefined);
    yield blocks;
  }
}

/** Which of these blocks, in order and without a gap, holds an index; -1 when none does. */
const indexOf = (blocks: readonly StoredBlock[], index: number): number => {
  let [low, high] = [0, blocks.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { first, count } = blocks[middle]!;
    if (index < first) high = middle - 1;
    else if (index >= first + count) low = middle + 1;
    else return middle;
  }
  return -1;
};

export class RecentBlocks {
  /** Without a gap up to the journal's end. */
  private newest: StoredBlock[] = [];
  private newestBytes = 0;
  private readonly roots = new Map<number, Uint8Array>();
  /** What was read last of the blocks before them: several readers follow each other closely. */
  private reread: readonly StoredBlock[] = [];

  constructor(private readonly store: BlockStore) {}

  /** Keeps a durable block that continues the newest. */
  add(block: StoredBlock): void {
    this.newest.push(block);
    this.newestBytes += bytesIn(block);
    while (this.newestBytes > KEPT_BYTES) this.newestBytes -= bytesIn(this.newest.shift()!);
  }

  /** The block among the newest that holds an index. */
  holding(index: number): StoredBlock | undefined {
    return this.newest[indexOf(this.newest, index)];
  }

  /** Keeps a root that was worked out: the heartbeat names the same heads again and again, and what is durable does not change. */
  keepRoot(size: number, root: Uint8Array): Uint8Array {
    this.roots.set(size, root);
    if (this.roots.size > KEPT_ROOTS) this.roots.delete(this.roots.keys().next().value!);
    return root;
  }

  /** The root at a size where one of the newest blocks ends, as heads that others sign do, or that was kept; null at any other. */
  rootAt(size: number): Uint8Array | null {
    const block = this.holding(size - 1);
    return block && block.first + block.count === size ? block.root : (this.roots.get(size) ?? null);
  }

  /** Blocks that hold or follow an index, in order; fewer than `limit` do not mean that there are no more. */
  async read(from: number, limit: number): Promise<readonly StoredBlock[]> {
    for (const kept of [this.newest, this.reread]) {
      const at = indexOf(kept, from);
      if (at >= 0) return kept.slice(at, at + limit);
    }
    const read = await this.store.read(from, limit);
    if (read.reduce((sum, block) => sum + bytesIn(block), 0) <= KEPT_BYTES) this.reread = read;
    return read;
  }
}
