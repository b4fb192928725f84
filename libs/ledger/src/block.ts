/** Blocks: the unit of durability, of replication and of proof; how they are stored, and how they travel. Frozen: docs/adr/0001. */
import { base64, concat, fromBase64, text, utf8 } from './bytes.js';
import { KEYS } from './builtin.js';
import { invariant } from './decider.js';
import { SALT_BYTES, type LedgerEntry, type Locked } from './leaf.js';
import { Memo } from './memo.js';

/** One command's entries as they are stored: several streams may have grown in it. */
export interface StoredCommit {
  /** Index of its first entry. */
  readonly first: number;
  readonly count: number;
  /** Streams that grew; the first is the target, which remembers the command. */
  readonly streams: readonly string[];
  /** For each stream, its version before the commit. */
  readonly versions: readonly number[];
  /** Command id (hex), '' in a replica where it is not disclosed. */
  readonly command: string;
  /** SHA-256 (hex) of the command's canonical body. */
  readonly body: string;
  /** The entries, framed: see `encodeEntries`. */
  readonly bytes: Uint8Array;
}

/** A block in a journal's own store or in a replica of it. Immutable. */
export interface StoredBlock {
  /** Index of the first entry: the primary key, and the only fork guard that is needed. */
  readonly first: number;
  /** Entries in the block, ≥ 1. */
  readonly count: number;
  /** Tree root after the block, 32 bytes. */
  readonly root: Uint8Array;
  /** Lease epoch of the writer, for people who look. */
  readonly epoch: number;
  /** Domain time of the block, ms. */
  readonly at: number;
  readonly commits: readonly StoredCommit[];
  /** In a replica: the owner's signed checkpoint at the end of this block. */
  readonly note?: string;
}

/**
 * A block holds at most this much framed content and this many commits; throughput no longer grows. Kafka's default
 * message limit is 1 MiB, and quotes in a payload double on the wire: a block that cannot travel would stop its journal.
 */
export const BLOCK_BYTES_MAX = 500_000;
export const BLOCK_COMMITS_MAX = 1_000;

const OPENED = 1;
const PAYLOAD = 2;
const LOCKED = 4;

const framed = (bytes: Uint8Array): readonly [Uint8Array, Uint8Array] => {
  const { length } = bytes;
  return [Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length), bytes];
};

const framedLock = ({ bytes, boxes }: Locked): readonly Uint8Array[] => {
  const named = Object.entries(boxes);
  return [...framed(bytes), Uint8Array.of(named.length), ...named.flatMap(([province, box]) => [utf8(province), ...framed(box)])];
};

const partsOf = ({ leaf, opened, payload, locked }: LedgerEntry): readonly Uint8Array[] => [
  Uint8Array.of((opened ? OPENED : 0) | (payload ? PAYLOAD : 0) | (locked ? LOCKED : 0)),
  ...framed(leaf),
  ...(opened ? [opened.salt, ...framed(opened.leaf)] : []),
  ...(payload ? [payload.salt, ...framed(payload.bytes)] : []),
  ...(locked ? framedLock(locked) : []),
];

/**
 * Entries as a commit stores them: flags, leaf, then salt and envelope of a sealed one, then salt and payload, then the
 * locked payload and its boxes (count, then two digits and a box each); lengths are 32-bit big-endian.
 */
export const encodeEntries = (entries: readonly LedgerEntry[]): Uint8Array => {
  const [only] = entries;
  return concat(...(entries.length === 1 && only ? partsOf(only) : entries.flatMap(partsOf)));
};

/** The entries of a commit. Throws InvariantError when the bytes are not what `encodeEntries` wrote: the store is damaged. */
export const decodeEntries = (bytes: Uint8Array): readonly LedgerEntry[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (count: number): Uint8Array => {
    invariant(at + count <= bytes.length, 'A stored commit ends inside an entry: restore the journal from a peer.');
    at += count;
    return bytes.subarray(at - count, at);
  };
  const frame = (): Uint8Array => {
    take(4);
    return take(view.getUint32(at - 4));
  };
  const boxes = (): Locked['boxes'] => Object.fromEntries(Array.from({ length: take(1)[0]! }, () => [text(take(2)), frame()]));
  const entries: LedgerEntry[] = [];
  while (at < bytes.length) {
    const flags = take(1)[0]!;
    invariant(flags <= (OPENED | PAYLOAD | LOCKED), 'A stored commit holds an entry of an unknown form: restore the journal from a peer.');
    const leaf = frame();
    const opened = flags & OPENED ? { salt: take(SALT_BYTES), leaf: frame() } : undefined;
    const payload = flags & PAYLOAD ? { salt: take(SALT_BYTES), bytes: frame() } : undefined;
    const locked = flags & LOCKED ? { bytes: frame(), boxes: boxes() } : undefined;
    // Nearly all have a payload and nothing more.
    if (payload && !opened && !locked) entries.push({ leaf, payload });
    else entries.push({ leaf, ...(opened && { opened }), ...(payload && { payload }), ...(locked && { locked }) });
  }
  return entries;
};

const unframed = new Memo<object, readonly LedgerEntry[]>();

/** All entries of a block, in order. Whoever shares a block shares them too: they are taken out of it once. */
export const entriesOf = (block: Pick<StoredBlock, 'commits'>): readonly LedgerEntry[] =>
  unframed.of(block) ??
  unframed.keep(
    block,
    block.commits.flatMap((commit) => decodeEntries(commit.bytes)),
  );

/** Whoever made a block of entries has them: they need not be taken out of it. */
export const keepEntries = (block: Pick<StoredBlock, 'commits'>, entries: readonly LedgerEntry[]): void =>
  void unframed.keep(block, entries);

/** Framed content of a block, bytes. */
export const bytesIn = (block: StoredBlock): number => block.commits.reduce((sum, { bytes }) => sum + bytes.length, 0);

/**
 * Consecutive blocks as fewer and larger ones, each within the limits of one: what is far behind travels and is stored in
 * large steps. The head at the end of a joined block vouches for all of it, so the earlier ones are not needed. What hands over
 * keys ends a block: the head there bears the signatures of both.
 */
export const joined = (blocks: readonly StoredBlock[]): readonly StoredBlock[] => {
  const groups: StoredBlock[][] = [];
  let [bytes, commits, end] = [0, 0, -1];
  for (const block of blocks) {
    [bytes, commits] = [bytes + bytesIn(block), commits + block.commits.length];
    const group = groups.at(-1);
    const handedOver = group?.at(-1)?.commits.some(({ streams }) => streams.includes(KEYS));
    if (group && !handedOver && block.first === end && bytes <= BLOCK_BYTES_MAX && commits <= BLOCK_COMMITS_MAX) group.push(block);
    else {
      groups.push([block]);
      [bytes, commits] = [bytesIn(block), block.commits.length];
    }
    end = block.first + block.count;
  }
  return groups.map((group) => {
    const [first, last] = [group[0]!, group.at(-1)!];
    return first === last
      ? first
      : { ...last, first: first.first, count: last.first + last.count - first.first, commits: group.flatMap((each) => each.commits) };
  });
};

/** A block on its way to others: leaves, the payloads they may read, and the owner's checkpoint at its end. */
export interface WireBlock {
  readonly journal: string;
  readonly first: number;
  /** Signed checkpoint of size `first` + number of entries. */
  readonly note: string;
  readonly entries: readonly LedgerEntry[];
}

/** Wire form, version 1: JSON; leaf and payload as the texts they are, salts in base64. What a reader may not see is not there. */
export const encodeWire = (block: WireBlock): Uint8Array =>
  utf8(
    JSON.stringify({
      v: 1,
      journal: block.journal,
      first: block.first,
      note: block.note,
      entries: block.entries.map(wireEntry),
    }),
  );

/** An entry as everybody may have it: sealed without what it hides, locked without what is in it. */
const wireEntry = ({ leaf, opened, payload, locked }: LedgerEntry): object => {
  if (locked) {
    const boxes = Object.fromEntries(Object.entries(locked.boxes).map(([province, box]) => [province, base64(box)]));
    return { leaf: text(leaf), locked: base64(locked.bytes), boxes };
  }
  return opened || !payload ? { leaf: text(leaf) } : { leaf: text(leaf), payload: text(payload.bytes), salt: base64(payload.salt) };
};

const parseLocked = (locked: unknown, boxes: unknown): Locked | null => {
  const bytes = typeof locked === 'string' ? fromBase64(locked) : null;
  if (bytes === null || typeof boxes !== 'object' || boxes === null) return null;
  const parsed = Object.entries(boxes as Readonly<Record<string, unknown>>).map(
    ([province, box]) => [province, typeof box === 'string' ? fromBase64(box) : null] as const,
  );
  const good = parsed.every(([province, box]) => /^[0-9]{2}$/.test(province) && box !== null);
  return good ? { bytes, boxes: Object.fromEntries(parsed as readonly (readonly [string, Uint8Array])[]) } : null;
};

const parseWireEntry = (value: unknown): LedgerEntry | null => {
  if (typeof value !== 'object' || value === null) return null;
  const { leaf, payload, salt, locked, boxes } = value as Readonly<Record<string, unknown>>;
  if (typeof leaf !== 'string') return null;
  if (locked !== undefined || boxes !== undefined) {
    const found = payload === undefined && salt === undefined ? parseLocked(locked, boxes) : null;
    return found && { leaf: utf8(leaf), locked: found };
  }
  if (payload === undefined && salt === undefined) return { leaf: utf8(leaf) };
  const bytes = typeof salt === 'string' ? fromBase64(salt) : null;
  return typeof payload === 'string' && bytes?.length === SALT_BYTES
    ? { leaf: utf8(leaf), payload: { bytes: utf8(payload), salt: bytes } }
    : null;
};

/** Parses a wire block of version 1; null when it is malformed. Whether it is true is for the replica to find out. */
export const decodeWire = (bytes: Uint8Array): WireBlock | null => {
  if (bytes.length > 4 * BLOCK_BYTES_MAX) return null;
  let value: unknown;
  try {
    value = JSON.parse(text(bytes));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { v, journal, first, note, entries } = value as Readonly<Record<string, unknown>>;
  if (v !== 1 || typeof journal !== 'string' || typeof note !== 'string' || !Number.isSafeInteger(first) || (first as number) < 0)
    return null;
  if (!Array.isArray(entries) || entries.length === 0) return null;
  const parsed = entries.map(parseWireEntry);
  return parsed.every((each) => each !== null) ? { journal, first: first as number, note, entries: parsed } : null;
};
