/** A journal's blocks as they are read: the newest from memory, since the publisher, views and reactions all read what was just written. */
import type { StoredBlock } from './block.js';
import type { BlockStore } from './ports.js';

/** Framed content that is kept. */
const KEPT_BYTES = 8_000_000;

const bytesOf = ({ commits }: StoredBlock): number => commits.reduce((sum, { bytes }) => sum + bytes.length, 0);

export class RecentBlocks {
  /** Without a gap up to the journal's end. */
  private newest: StoredBlock[] = [];
  private newestBytes = 0;
  /** What was read last of the blocks before them: several readers follow each other closely. */
  private reread: readonly StoredBlock[] = [];

  constructor(private readonly store: BlockStore) {}

  /** Keeps a durable block that continues the newest. */
  add(block: StoredBlock): void {
    this.newest.push(block);
    this.newestBytes += bytesOf(block);
    while (this.newestBytes > KEPT_BYTES) this.newestBytes -= bytesOf(this.newest.shift()!);
  }

  /** Blocks that hold or follow an index, in order; fewer than `limit` do not mean that there are no more. */
  async read(from: number, limit: number): Promise<readonly StoredBlock[]> {
    for (const kept of [this.newest, this.reread]) {
      const at = kept.findIndex(({ first, count }) => first <= from && from < first + count);
      if (at >= 0) return kept.slice(at, at + limit);
    }
    const read = await this.store.read(from, limit);
    if (read.reduce((sum, block) => sum + bytesOf(block), 0) <= KEPT_BYTES) this.reread = read;
    return read;
  }
}
