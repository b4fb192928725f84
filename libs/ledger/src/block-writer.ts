/**
 * Group commit: what was decided while one block was being written becomes the next. A block is written again, the same
 * bytes at the same index, until its outcome is known; if another writer was first, everything pending never happened.
 */
import { BLOCK_BYTES_MAX, BLOCK_COMMITS_MAX, encodeEntries, type StoredBlock, type StoredCommit } from './block.js';
import { equal } from './bytes.js';
import { InvariantError } from './decider.js';
import type { Journal } from './journal.js';
import type { LedgerEntry } from './leaf.js';
import { notNow } from './node.js';
import type { World } from './ports.js';
import { pause, Signal } from './signal.js';
import { growthOf, leafHash, type Growth } from './tree.js';
import { Unavailable, say, type SaidPart } from './rejection.js';

interface Pending {
  readonly commit: StoredCommit;
  readonly hashes: readonly Uint8Array[];
  readonly time: number;
}

export class BlockWriter {
  private readonly durable = new Signal();
  private pending: Pending[] = [];
  /** Journal size with all that is pending. */
  private end: number;
  /** Size up to which all that this writer decided on or wrote is durable. The journal itself may be further: another writer's blocks. */
  private done: number;
  private lastTime: number;
  private generation = 0;
  private writing: Promise<void> | null = null;
  private halted: SaidPart | null = null;

  constructor(
    private readonly world: World,
    private readonly journal: Journal,
    private readonly epoch: number,
    /** Called when what was pending is lost: memory has to forget it too. */
    private readonly onLost: () => void,
  ) {
    this.end = journal.size;
    this.done = journal.size;
    this.lastTime = journal.lastBlock?.at ?? 0;
  }

  /** Index of the next entry to be decided. */
  get tip(): number {
    return this.end;
  }

  /** Time of the oldest entry that is decided and not yet durable, ms; null when there is none. */
  get pendingSince(): number | null {
    return this.pending[0]?.time ?? null;
  }

  /** Why nothing more will be written; null while all is well. */
  get stopped(): SaidPart | null {
    return this.halted;
  }

  /** Time of an entry decided now: never before the one ahead of it, ms. */
  timeNow(): number {
    return Math.max(this.lastTime, this.world.clock.now());
  }

  /** Lets the block in flight end; every command that waits is told to come again. */
  async stop(why: SaidPart): Promise<void> {
    this.halted = why;
    this.durable.raise();
    await this.writing;
  }

  /** Adds one command's entries to what is pending. Throws RangeError when they do not fit into a block. */
  enqueue(entries: readonly LedgerEntry[], about: Pick<StoredCommit, 'streams' | 'versions' | 'command' | 'body'>, now: number): void {
    const bytes = encodeEntries(entries);
    if (bytes.length > BLOCK_BYTES_MAX)
      throw new RangeError(`One command may write ${BLOCK_BYTES_MAX} bytes; this one wrote ${bytes.length}.`);
    const hashes = entries.map((entry) => leafHash(this.world.hasher, entry.leaf));
    this.pending.push({ commit: { first: this.end, count: entries.length, ...about, bytes }, hashes, time: now });
    this.end += entries.length;
    this.lastTime = now;
    this.writing ??= this.write();
  }

  /** True once the journal is durable up to this size; false when what was pending is lost and must be decided again. */
  async settled(size: number): Promise<boolean> {
    // A journal that grew while nothing was pending: what is in memory is older than it.
    if (this.writing === null && this.done !== this.journal.size) {
      this.forget();
      return false;
    }
    const generation = this.generation;
    while (this.done < size) {
      if (generation !== this.generation) return false;
      if (this.halted !== null) throw new Unavailable(this.halted);
      await this.durable.wait();
    }
    return generation === this.generation;
  }

  /** Whether the store holds nothing that another process wrote; else it is read, and what was decided has to be decided again. */
  async newest(): Promise<boolean> {
    const generation = this.generation;
    const end = await this.journal.storedEnd().catch(notNow);
    if (end > this.end && this.writing === null) await this.catchUp();
    // Up to our own tip it may still be somebody else's: that shows when our block there is durable, or is not ours.
    return end <= this.end && generation === this.generation && this.settled(end);
  }

  /** Writes what has gathered, block after block, until nothing is left. No timer: the block in flight is the only wait. Never rejects. */
  private async write(): Promise<void> {
    await Promise.resolve();
    try {
      while (this.pending.length > 0 && this.halted === null) {
        await this.writeNext(this.pending[0]!.commit.first);
        this.durable.raise();
      }
    } catch (error) {
      // Only damage gets here (an unknown outcome is retried for ever): stop, and let nobody wait for nothing.
      if (this.halted !== null) return;
      this.halted = say('journalHalted', { journal: this.journal.name, detail: String(error) });
      this.world.notice({ level: 'error', what: 'writer.stopped', facts: { journal: this.journal.name, why: String(error) } });
      this.durable.raise();
    } finally {
      // In the same step as the last look at what is pending: nothing can be added in between and left lying.
      this.writing = null;
    }
  }

  private async writeNext(first: number): Promise<void> {
    // A journal that grew behind our back is a lost race too: what is pending stands at indexes that are taken.
    const next = first === this.journal.size ? this.nextBlock() : null;
    if (next && (await this.insertUntilKnown(next.block))) {
      this.pending = this.pending.slice(next.taken);
      this.journal.advance(next.block, next.growth);
      this.done = next.block.first + next.block.count;
    } else {
      this.world.notice({ level: 'warn', what: 'writer.lost-race', facts: { journal: this.journal.name, first } });
      await this.catchUp();
      this.forget();
    }
  }

  /** Reads what the other writer wrote, for as long as the store fails; damage (an InvariantError) is not tried again. */
  private async catchUp(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.journal.catchUp();
      } catch (error) {
        if (error instanceof InvariantError) throw error;
        if (this.halted !== null) throw new Unavailable(this.halted);
        this.world.notice({ level: 'warn', what: 'writer.catch-up-failed', facts: { journal: this.journal.name, why: String(error) } });
        await pause(this.world.clock, this.world.random.bytes(1)[0]!, attempt);
      }
    }
  }

  /** Another writer was first: what was pending never happened. */
  private forget(): void {
    this.generation += 1;
    this.pending = [];
    this.onLost();
    this.end = this.journal.size;
    this.done = this.journal.size;
    this.lastTime = Math.max(this.lastTime, this.journal.lastBlock?.at ?? 0);
  }

  private nextBlock(): { readonly block: StoredBlock; readonly taken: number; readonly growth: Growth } {
    let bytes = 0;
    let taken = 0;
    for (const { commit } of this.pending) {
      if (taken > 0 && (bytes + commit.bytes.length > BLOCK_BYTES_MAX || taken >= BLOCK_COMMITS_MAX)) break;
      bytes += commit.bytes.length;
      taken += 1;
    }
    const commits = this.pending.slice(0, taken);
    const growth = growthOf(
      this.world.hasher,
      this.journal.end,
      commits.flatMap(({ hashes }) => hashes),
    );
    const block = {
      first: this.journal.size,
      count: growth.after.size - this.journal.size,
      root: growth.root,
      epoch: this.epoch,
      at: commits.at(-1)!.time,
      commits: commits.map(({ commit }) => commit),
    };
    return { block, taken, growth };
  }

  /** Inserts the same bytes until the outcome is known. True: they are there. False: another block is. */
  private async insertUntilKnown(block: StoredBlock): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        if ((await this.journal.insert(block)) === 'inserted') return true;
        const there = await this.journal.blockAt(block.first);
        if (there) return equal(there.root, block.root) && there.count === block.count;
      } catch (error) {
        this.world.notice({
          level: 'warn',
          what: 'writer.outcome-unknown',
          facts: { journal: this.journal.name, first: block.first, why: String(error) },
        });
      }
      // The outcome of this block is unknown for good; whoever opens the journal next finds out.
      if (this.halted !== null) throw new Unavailable(this.halted);
      await pause(this.world.clock, this.world.random.bytes(1)[0]!, attempt);
    }
  }
}
