/**
 * Somebody else's journal, verified before anything believes it. A block is taken in only if it starts where the replica
 * ends, its leaves hash to the root, and the pinned key signed that root. Two heads that cannot both be true quarantine
 * the journal, with the evidence.
 */
import { KEYS } from './builtin.js';
import type { StoredBlock, WireBlock } from './block.js';
import { equal, text } from './bytes.js';
import { parsePayload, type ReadEntry } from './entry.js';
import { audienceOf, checkEntry, type LedgerEntry } from './leaf.js';
import type { Lock } from './lock.js';
import type { Journal } from './journal.js';
import type { Judged, KeyRing } from './key-ring.js';
import type { Checkpoint } from './note.js';
import type { World } from './ports.js';
import { Quarantine, type Equivocation } from './quarantine.js';
import { NOT_READ, SetAside } from './set-aside.js';
import { receivedBlock } from './streams.js';
import { append, growthOf, leafHash, rangeRoot, type Growth } from './tree.js';

/** What became of a block. */
export type Received = 'accepted' | 'duplicate' | 'gap' | 'broken' | 'distrusted' | 'quarantined' | 'contradicted';

/** An owner-signed head beyond our end. */
interface Ahead {
  readonly root: Uint8Array;
  readonly note: string;
  readonly by: 'key' | 'certified';
  readonly notAfterMs: number;
  /** The state of the keys that it was judged by. */
  readonly changes: number;
}

/** How a head came: the node that vouches for it, and whether it was shown as one of two that contradict each other. */
interface Observed {
  readonly from?: string;
  readonly evidence?: boolean;
}

/** What tells whether a key had expired when it signed. */
export interface Judging {
  /** Trusted time, domain ms. */
  now(): number;
  /** So many nodes beside the owner have to vouch for what an expired key signed: they saw it in time. None for the own journal. */
  readonly voices: number;
}

/** Heads beyond the replica's end that are kept to be compared later. */
const AHEAD_MAX = 64;
/** Full tiles of a replica that may wait to be saved. */
const TILES_MAX = 60;

export class Replica {
  /** Owner-signed heads beyond our end: compared when we get there. */
  private readonly ahead = new Map<number, Ahead>();
  /** Province → the largest head of this journal that it vouched for, its owner left out. */
  private readonly vouchers = new Map<string, number>();
  readonly setAside: SetAside;
  readonly quarantine: Quarantine;
  /** Whether the owner signed what does not continue the history held here: broken on the way, or another one. Over once something does. */
  doubted = false;
  private taking: Promise<unknown> = Promise.resolve();
  /** Blocks that are being taken or wait for it, and where the last of them ends. */
  private underWay = 0;
  private due = 0;

  constructor(
    private readonly world: World,
    readonly journal: Journal,
    readonly keys: KeyRing,
    private readonly lock: Lock,
    /** Own recovery writes an own journal back through the same checks. */
    onEquivocation: (found: Equivocation) => void,
    private readonly judging: Judging = { now: () => world.clock.now(), voices: 0 },
  ) {
    this.setAside = new SetAside(world, journal.name);
    this.quarantine = new Quarantine(world, journal.name, onEquivocation);
  }

  /** Remembers what an earlier run set aside, and that it put the journal in quarantine. */
  async open(): Promise<void> {
    await this.quarantine.open();
    await this.setAside.open();
    await this.keys.follow(this.journal);
  }

  get quarantined(): Equivocation | null {
    return this.quarantine.found;
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
   * owner's, contradicts it, or is by a key that must not be believed; then it is set aside.
   */
  async observe(note: string, { from, evidence = false }: Observed = {}): Promise<Checkpoint | null> {
    const judged = this.keys.judge(note);
    if (judged.by === 'nobody') return null;
    const { checkpoint } = judged;
    if (judged.by === 'distrusted') return this.distrust(note, judged, judged.why, evidence);
    if (from !== undefined && !this.journal.name.startsWith(`${from}/`))
      this.vouchers.set(from, Math.max(checkpoint.size, this.vouchers.get(from) ?? 0));
    if (this.expired(judged, checkpoint.size)) return this.distrust(note, judged, 'expired', evidence);
    // A key that our part of the journal does not name yet says nothing about that part.
    if (judged.by === 'certified' && checkpoint.size <= this.journal.size) return null;
    if (!(await this.compare(checkpoint, note, judged))) return null;
    if (evidence && checkpoint.size > this.journal.size) await this.distrust(note, judged, NOT_READ, evidence);
    return checkpoint;
  }

  /** Sets a head aside, unless it says what is held here anyway. */
  private async distrust(note: string, judged: Exclude<Judged, { by: 'nobody' }>, why: string, evidence = false): Promise<null> {
    const { size, root } = judged.checkpoint;
    if (size <= this.journal.size && equal(await this.journal.rootAt(size), root)) return null;
    await this.setAside.add({ note, size, keyId: judged.keyId, why, at: this.judging.now(), evidence });
    return null;
  }

  /**
   * Whether a key had expired when it signed something beyond our end. What was signed in time and arrives late is known by others,
   * or lies before a head that a later key signed.
   */
  private expired({ notAfterMs }: { readonly notAfterMs: number }, size: number, writtenMs = 0): boolean {
    if (this.judging.voices === 0 || notAfterMs === Infinity || size <= this.journal.size) return false;
    const now = this.judging.now();
    if (now <= notAfterMs && writtenMs <= notAfterMs) return false;
    if (writtenMs > notAfterMs) return true;
    const vouched = [...this.vouchers.values()].filter((each) => each >= size).length;
    return vouched < this.judging.voices && ![...this.ahead].some(([at, head]) => at > size && head.notAfterMs > now);
  }

  /** True when the head fits what is held as far as can be said now. */
  private async compare({ size, root }: Checkpoint, note: string, { by, notAfterMs }: Pick<Ahead, 'by' | 'notAfterMs'>): Promise<boolean> {
    if (size > this.journal.size) {
      // What was judged before keys changed may be by a key that signs nothing there: it contradicts nobody.
      const before = this.ahead.get(size);
      if (before && before.changes !== this.keys.changes && this.ahead.delete(size)) await this.observe(before.note);
      const other = this.ahead.get(size);
      if (other && !equal(other.root, root)) {
        if (by === 'key' && other.by === 'key') return this.contradict(note, size, other.note);
        // Which of the two keys signs there is not known yet.
        if (by === 'certified') return true;
      }
      this.ahead.set(size, { root, note, by, notAfterMs, changes: this.keys.changes });
      // The largest heads stay: they tell how far behind we are.
      if (this.ahead.size > AHEAD_MAX) this.ahead.delete(Math.min(...this.ahead.keys()));
      return true;
    }
    if (equal(await this.journal.rootAt(size), root)) return true;
    const [block] = await this.journal.blocks(Math.max(0, size - 1), 1);
    return this.contradict(note, size, block?.note);
  }

  private async contradict(note: string, size: number, held = ''): Promise<false> {
    await this.quarantine.put({ journal: this.journal.name, note, size, held });
    return false;
  }

  private async take(block: WireBlock, early: readonly (ReadEntry | null)[] | null): Promise<Received> {
    if (this.quarantined) return 'quarantined';
    const end = block.first + block.entries.length;
    const judged = this.keys.judge(block.note);
    if (judged.by === 'nobody' || judged.checkpoint.size !== end)
      return this.refuse('broken', block, 'its note is not signed by the pinned key for its end');
    const { checkpoint } = judged;
    if (judged.by === 'distrusted') return this.shun(block, judged, judged.why);
    if (judged.by === 'certified') {
      // The block that hands over to this key is missing, or there is none.
      if (block.first <= this.journal.size) return this.shun(block, judged, 'not in force');
      await this.compare(checkpoint, block.note, judged);
      return 'gap';
    }
    // The last that an expired key may sign is the handing over to the next.
    const handsOver = (): boolean => block.entries.some(({ leaf }) => text(leaf).includes(KEYS));
    if (this.expired(judged, end) && !handsOver()) return this.shun(block, judged, 'expired');
    if (!(await this.compare(checkpoint, block.note, judged))) return 'contradicted';
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
      this.doubted = true;
      return this.refuse('broken', block, 'its leaves do not hash to the signed root');
    }
    const handed = this.keys.handover(fresh, end, judged.note);
    if (typeof handed === 'string') return this.shun(block, judged, handed);
    const stored = receivedBlock(size, fresh, growth.root, block.note);
    if (this.expired(handed ?? judged, end, handed ? 0 : stored.at)) return this.shun(block, judged, 'expired');
    await this.store(stored, growth);
    this.doubted = false;
    await this.settleAhead();
    return 'accepted';
  }

  /** Sets the head of a block aside: the block is not taken from anybody. */
  private async shun(block: WireBlock, judged: Exclude<Judged, { by: 'nobody' }>, why: string): Promise<Received> {
    await this.distrust(block.note, judged, why);
    if (judged.checkpoint.size <= this.journal.size) return 'duplicate';
    return this.refuse('distrusted', block, why);
  }

  /** Whether the block continues an earlier part of what we hold to a signed root, so that its owner signed two histories. */
  private async forks(block: WireBlock, checkpoint: Checkpoint): Promise<boolean> {
    if (block.first >= this.journal.size) return false;
    const hashes = block.entries.map((entry) => leafHash(this.world.hasher, entry.leaf));
    const other = rangeRoot(this.world.hasher, append(this.world.hasher, await this.journal.rangeAt(block.first), hashes));
    if (!equal(other, checkpoint.root)) return false;
    await this.contradict(block.note, this.journal.size, this.journal.lastBlock?.note);
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
    if (!good || (envelope !== null && envelope.source !== this.keys.name)) return null;
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

  /** Compares the heads that were waiting for this size or for a key, by the keys that are known now. */
  private async settleAhead(): Promise<void> {
    await this.setAside.settle(this.keys.changes, this.journal.size, async (note) => (await this.observe(note)) !== null);
    for (const [size, head] of [...this.ahead]) {
      const known = head.changes === this.keys.changes;
      if (size > this.journal.size && known) continue;
      this.ahead.delete(size);
      if (!known) await this.observe(head.note);
      else if (head.by === 'key') await this.compare({ origin: this.keys.name, size, root: head.root }, head.note, head);
    }
  }
}
