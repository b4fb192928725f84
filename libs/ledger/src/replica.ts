/**
 * Somebody else's journal, verified before anything believes it. A block is taken in only if it starts where the replica
 * ends, its leaves hash to the root, and the pinned key signed that root. Two heads that cannot both be true quarantine
 * the journal, with the evidence.
 */
import { encodeEntries, keepEntries, type StoredBlock, type WireBlock } from './block.js';
import { equal } from './bytes.js';
import { keepRead, parsePayload, type ReadEntry } from './entry.js';
import { audienceOf, checkEntry, timeOf, type LedgerEntry } from './leaf.js';
import type { Lock } from './lock.js';
import type { Journal } from './journal.js';
import { openCheckpoint, type Checkpoint, type Verifier } from './note.js';
import type { World } from './ports.js';
import { ANY_BODY } from './streams.js';
import { append, growthOf, leafHash, rangeRoot, type Growth } from './tree.js';

/** What became of a block. */
export type Received = 'accepted' | 'duplicate' | 'gap' | 'broken' | 'quarantined' | 'contradicted';

/** Two signed heads of one journal that cannot both be true. */
export interface Equivocation {
  readonly journal: string;
  /** The note that contradicts what is held. */
  readonly note: string;
  /** The size at which they differ, and the note held there (or at the next block end). */
  readonly size: number;
  readonly held: string;
}

const QUARANTINE = 'quarantine';
/** Heads beyond the replica's end that are kept to be compared later. */
const AHEAD_MAX = 64;
/** Full tiles of a replica that may wait to be saved. */
const TILES_MAX = 60;

export class Replica {
  /** Owner-signed heads beyond our end: compared when we get there. */
  private readonly ahead = new Map<number, { readonly root: Uint8Array; readonly note: string }>();
  private evidence: Equivocation | null = null;
  private taking: Promise<unknown> = Promise.resolve();
  /** Blocks that are being taken or wait for it, and where the last of them ends. */
  private underWay = 0;
  private due = 0;

  constructor(
    private readonly world: World,
    readonly journal: Journal,
    readonly verifier: Verifier,
    private readonly lock: Lock,
    /** Own recovery writes an own journal back through the same checks. */
    private readonly onEquivocation: (found: Equivocation) => void,
  ) {}

  /** Remembers an earlier quarantine. */
  async open(): Promise<void> {
    const found = await this.world.storage.records.get<Equivocation>(QUARANTINE, this.journal.name);
    this.evidence = found?.value ?? null;
  }

  get quarantined(): Equivocation | null {
    return this.evidence;
  }

  /** The largest head that the owner is known to have signed. */
  get known(): number {
    return Math.max(this.journal.size, ...this.ahead.keys());
  }

  /** Takes blocks one after the other, whoever brings them. What follows the one under way is read while that is written. */
  receive(block: WireBlock): Promise<Received> {
    const follows = this.underWay > 0 && block.first === this.due;
    const early = follows ? block.entries.map((entry, at) => this.read(entry, block.first + at)) : null;
    this.due = block.first + block.entries.length;
    this.underWay += 1;
    const taken = this.taking.then(() => this.take(block, early)).finally(() => (this.underWay -= 1));
    this.taking = taken.catch(() => undefined);
    return taken;
  }

  /**
   * Compares an owner-signed head with what is held, or keeps it until we get there. Null when the note is not the
   * owner's, or contradicts it.
   */
  async observe(note: string): Promise<Checkpoint | null> {
    const checkpoint = openCheckpoint(this.world.signer, this.verifier, note);
    return checkpoint && (await this.compare(checkpoint, note)) ? checkpoint : null;
  }

  /** True when the head fits what is held as far as can be said now. */
  private async compare({ size, root }: Checkpoint, note: string): Promise<boolean> {
    if (size > this.journal.size) {
      const other = this.ahead.get(size);
      if (other && !equal(other.root, root)) return this.quarantine({ journal: this.journal.name, note, size, held: other.note });
      this.ahead.set(size, { root, note });
      // The largest heads stay: they tell how far behind we are.
      if (this.ahead.size > AHEAD_MAX) this.ahead.delete(Math.min(...this.ahead.keys()));
      return true;
    }
    if (equal(await this.journal.rootAt(size), root)) return true;
    const [block] = await this.journal.blocks(Math.max(0, size - 1), 1);
    return this.quarantine({ journal: this.journal.name, note, size, held: block?.note ?? '' });
  }

  private async quarantine(found: Equivocation): Promise<false> {
    if (this.evidence === null) {
      // Durable first: a write that fails brings the head again.
      await this.world.storage.records.write([{ table: QUARANTINE, id: found.journal, value: found }]);
      this.evidence = found;
      this.world.notice({ level: 'error', what: 'replica.equivocation', facts: { journal: found.journal, size: found.size } });
      this.onEquivocation(found);
    }
    return false;
  }

  private async take(block: WireBlock, early: readonly (ReadEntry | null)[] | null): Promise<Received> {
    if (this.evidence) return 'quarantined';
    const end = block.first + block.entries.length;
    const checkpoint = openCheckpoint(this.world.signer, this.verifier, block.note);
    if (!checkpoint || checkpoint.size !== end) return this.refuse('broken', block, 'its note is not signed by the pinned key for its end');
    if (!(await this.compare(checkpoint, block.note))) return 'contradicted';
    if (end <= this.journal.size) return 'duplicate';
    if (block.first > this.journal.size) return 'gap';
    const { size } = this.journal;
    const known = size - block.first;
    const fresh = early?.slice(known) ?? block.entries.slice(known).map((entry, at) => this.read(entry, size + at));
    if (!fresh.every((entry) => entry !== null)) return this.refuse('broken', block, 'an entry is not what its leaf says');
    const hashes = fresh.map(({ entry }) => leafHash(this.world.hasher, entry.leaf));
    const growth = growthOf(this.world.hasher, this.journal.end, hashes);
    if (!equal(growth.root, checkpoint.root)) {
      if (await this.forks(block, checkpoint)) return 'contradicted';
      return this.refuse('broken', block, 'its leaves do not hash to the signed root');
    }
    await this.store(storedFrom(size, fresh, growth.root, block.note), growth);
    await this.settleAhead();
    return 'accepted';
  }

  /** Whether the block continues an earlier part of what we hold to a signed root, so that its owner signed two histories. */
  private async forks(block: WireBlock, checkpoint: Checkpoint): Promise<boolean> {
    if (block.first >= this.journal.size) return false;
    const hashes = block.entries.map((entry) => leafHash(this.world.hasher, entry.leaf));
    const other = rangeRoot(this.world.hasher, append(this.world.hasher, await this.journal.rangeAt(block.first), hashes));
    if (!equal(other, checkpoint.root)) return false;
    await this.quarantine({
      journal: this.journal.name,
      note: block.note,
      size: this.journal.size,
      held: this.journal.lastBlock?.note ?? '',
    });
    return true;
  }

  private refuse(received: Received, block: WireBlock, why: string): Received {
    this.world.notice({ level: 'warn', what: `replica.${received}`, facts: { journal: this.journal.name, first: block.first, why } });
    return received;
  }

  /**
   * An entry as deep as it is for us; null when it is not what it says. Whoever keeps something back would make us skip
   * the entry for ever: an open leaf travels with its payload, one for some provinces with the boxes of them all.
   */
  private read(given: LedgerEntry, index: number): ReadEntry | null {
    const { good, envelope } = checkEntry(this.world.hasher, given, index);
    if (!good || (envelope !== null && envelope.source !== this.verifier.name)) return null;
    if (envelope === null) return { entry: given, envelope, payload: null };
    const audience = audienceOf(envelope);
    const shown = (entry: LedgerEntry): ReadEntry => ({
      entry,
      envelope,
      payload: entry.payload ? parsePayload(entry.payload.bytes) : null,
    });
    if (!audience) return given.payload && !given.locked ? shown(given) : null;
    if (!given.locked) return null;
    const { leaf, locked } = given;
    if (!this.lock.isFor(audience)) return shown({ leaf, locked });
    const payload = this.lock.open(leaf, locked);
    const opened = payload && { leaf, locked, payload };
    return opened && checkEntry(this.world.hasher, opened, index).good ? shown(opened) : null;
  }

  private async store(block: StoredBlock, growth: Growth): Promise<void> {
    if ((await this.journal.insert(block)) === 'inserted') this.journal.advance(block, growth);
    // An earlier try landed after all, or another process of this node was first: what is there was verified too.
    else await this.journal.catchUp();
    // Few are saved with the next beat: a write of its own for each would take as long as the block itself.
    if (this.journal.tilesWaiting > TILES_MAX) await this.journal.saveTiles();
  }

  /** Compares the heads that were waiting for this size. */
  private async settleAhead(): Promise<void> {
    for (const [size, { root, note }] of [...this.ahead]) {
      if (size > this.journal.size) continue;
      this.ahead.delete(size);
      await this.compare({ origin: this.verifier.name, size, root }, note);
    }
  }
}

/**
 * A received block as it is stored: one commit an entry, under its stream where that is open. An own journal that comes
 * back this way keeps its command ids.
 */
const storedFrom = (first: number, read: readonly ReadEntry[], root: Uint8Array, note: string): StoredBlock => {
  const commits = read.map(({ entry, envelope, payload }, at) => ({
    first: first + at,
    count: 1,
    streams: envelope === null ? [] : [envelope.subject],
    versions: [0],
    command: payload?.command ?? '',
    body: ANY_BODY,
    bytes: encodeEntries([entry]),
  }));
  const last = read.findLast(({ envelope }) => envelope !== null)?.envelope;
  const block = { first, count: read.length, root, epoch: 0, at: (last && timeOf(last)) ?? 0, commits, note };
  keepEntries(
    block,
    read.map(({ entry }) => entry),
  );
  keepRead(block, read);
  return block;
};
