/** Reading a journal as a node serves it to anybody (C2SP tlog-tiles): every leaf, hashed as it comes, in bounded memory. */
import {
  append,
  checkEntry,
  emptyRange,
  equal,
  groupsAt,
  isBelieved,
  isKeyEntry,
  keysSeen,
  leafHash,
  openCheckpoint,
  originOf,
  parseCheckpoint,
  parseNote,
  rangeRoot,
  text,
  TILE_WIDTH,
  type Checkpoint,
  type CompactRange,
  type Hasher,
  type Pinned,
  type Signer,
} from '@yrd/ledger';

/** A journal as a node serves it. */
export interface ServedJournal {
  checkpoint(): Promise<string>;
  /** An entry bundle by its name, such as `x001/002.p/7`. */
  bundle(name: string): Promise<Uint8Array>;
  /** Null while two others have not cosigned the entry. */
  proof(index: number): Promise<string | null>;
  entry(index: number): Promise<{ readonly leaf: string; readonly payload?: string; readonly salt?: string }>;
  /** A moment in which the served checkpoint may move on. */
  pause(): Promise<void>;
}

/** Which journal, and whom to believe about it. */
export interface JournalTrust {
  readonly journal: string;
  readonly federation: string;
  readonly pinned: Pinned;
  readonly tools: { readonly hasher: Hasher; readonly signer: Signer };
}

/** What is wrong with a journal; `detail` names sizes and entries. */
export interface JournalFault {
  readonly kind: 'checkpoint' | 'leaf' | 'root' | 'unsigned' | 'keys' | 'cosignatures' | 'shrunk' | 'rewritten';
  readonly detail: string;
}

export type Progress = (done: number, of: number) => void;

/** The keys of a journal over time. */
export type Keys = Exclude<ReturnType<typeof keysSeen>, string>;

/** Faults of one journal that are told: one that is wrong throughout says nothing more with a thousand. */
const FAULTS_MAX = 20;
/** How often a checkpoint is asked for that moves at most once a second. */
const REACHING_TRIES = 5;

/** Number of a bundle as tlog-tiles writes it: `x001/x234/067`, and `.p/7` where it is not full. */
export const bundleName = (number: number, width: number): string => {
  const digits = String(number);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const path = groups.map((each, at) => (at + 1 < groups.length ? `x${each}` : each)).join('/');
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
};

/** The leaves of a bundle, each behind its length as 16 bits, big-endian; null when it does not hold exactly so many. */
export const leavesIn = (bytes: Uint8Array, count: number): readonly Uint8Array[] | null => {
  const leaves: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bytes.length && leaves.length < count) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    leaves.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return at === bytes.length && leaves.length === count ? leaves : null;
};

/** What a checkpoint note states, whoever signed it; null when it is none. */
export const stated = (note: string): Checkpoint | null => {
  const parsed = parseNote(note);
  return parsed && parseCheckpoint(parsed.text);
};

/** The served checkpoint, once it is as long as what the others cosigned. */
export const reaching = async (served: ServedJournal, size: number): Promise<string> => {
  for (let tries = 1; ; tries += 1) {
    const note = await served.checkpoint();
    if (tries === REACHING_TRIES || (stated(note)?.size ?? size) >= size) return note;
    await served.pause();
  }
};

export class JournalReading {
  readonly faults: JournalFault[] = [];
  /** The leaf that was asked for, once it was read. */
  wanted: Uint8Array | null = null;
  private range: CompactRange = emptyRange;
  private readonly roots = new Map<number, Uint8Array>();
  private readonly keyLeaves = new Map<number, string>();
  private readonly origin: string;

  /** `sizes`: whose roots will be asked for; `want`: the index of a leaf to keep. */
  constructor(
    private readonly served: ServedJournal,
    private readonly trust: JournalTrust,
    private readonly sizes: ReadonlySet<number>,
    private readonly want: number | null = null,
  ) {
    this.origin = originOf(trust.federation, trust.journal);
    this.roots.set(0, rangeRoot(trust.tools.hasher, emptyRange));
  }

  fault(kind: JournalFault['kind'], detail: string): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push({ kind, detail });
  }

  /** Reads all leaves below a size. */
  async read(size: number, progress: Progress = () => undefined): Promise<void> {
    for (let at = 0; at < size; at += TILE_WIDTH) {
      const width = Math.min(TILE_WIDTH, size - at);
      const leaves = leavesIn(await this.served.bundle(bundleName(at / TILE_WIDTH, width)), width);
      if (!leaves) return this.fault('leaf', `the entries from ${at} on are not served whole`);
      for (const leaf of leaves) this.take(leaf);
      progress(at + width, size);
    }
  }

  private take(leaf: Uint8Array): void {
    const { hasher } = this.trust.tools;
    const index = this.range.size;
    const { good, envelope } = checkEntry(hasher, { leaf }, index);
    if (!good) this.fault('leaf', `entry ${index} is no leaf of this place`);
    else if (envelope && envelope.source !== this.origin) this.fault('leaf', `entry ${index} is of ${envelope.source}`);
    else if (envelope && isKeyEntry(envelope)) this.keyLeaves.set(index, text(leaf));
    if (index === this.want) this.wanted = leaf;
    this.range = append(hasher, this.range, [leafHash(hasher, leaf)]);
    if (this.sizes.has(index + 1)) this.roots.set(index + 1, rangeRoot(hasher, this.range));
  }

  /** Whether the leaves hash to what a checkpoint states. */
  holds({ size, root }: Checkpoint): boolean {
    const mine = this.roots.get(size);
    return mine !== undefined && equal(mine, root);
  }

  /** The keys over time, by the key entries that were read; null, with a fault, when those are not believed. */
  async keys(): Promise<Keys | null> {
    const shown = [];
    for (const [index, leaf] of this.keyLeaves) {
      const { payload = '', salt = '' } = await this.served.entry(index);
      shown.push({ index, leaf, payload, salt });
    }
    const keys = keysSeen(this.trust.tools, this.trust.pinned.keys(this.trust.journal), shown);
    if (typeof keys !== 'string') return keys;
    this.fault('keys', keys);
    return null;
  }

  /** Checks a head that was read whole: its root, and the signature of the keys of its size. Answers these keys. */
  async judge(head: Checkpoint, note: string): Promise<Keys | null> {
    if (!this.holds(head)) this.fault('root', `the leaves do not hash to the root that is signed for size ${head.size}`);
    const keys = await this.keys();
    if (!keys) return null;
    const groups = groupsAt(keys.periods, head.size).filter((group) => isBelieved(group, head.size));
    const verifiers = groups.map((group) => group.map(({ key }) => key));
    if (!verifiers.some((each) => openCheckpoint(this.trust.tools.signer, each, note)))
      this.fault('unsigned', `no pinned or handed-over key signed the head of size ${head.size}`);
    return keys;
  }
}
