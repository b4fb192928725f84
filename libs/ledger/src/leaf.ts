/**
 * Leaves: what the tree holds. A leaf is the canonical JSON of a CloudEvents 1.0 envelope with a salted hash in place of
 * the payload; a private one is sealed, so that strangers learn only that it exists. Frozen: docs/adr/0001.
 */
import { canonicalBytes, parseCanonical } from './canonical.js';
import { hex, isHexOf, utf8 } from './bytes.js';
import type { Hasher } from './ports.js';

const PAYLOAD_LABEL = utf8('yrd.ledger.payload.v1\n');
const SEAL_LABEL = utf8('yrd.ledger.sealed.v1\n');

/** Salts are as long as the hash they protect. */
export const SALT_BYTES = 32;
export const LEAF_MAX = 8_192;
export const PAYLOAD_MAX = 262_144;
/** What encryption may add to a payload, and the largest box, bytes. */
export const LOCK_ROOM = 1_024;

/** The envelope without what the ledger adds itself (`specversion`, `id`, `sequence`, `datahash`). */
export interface EnvelopeFacts {
  /** Origin of the journal. */
  readonly source: string;
  /** Wire name of the entry type. */
  readonly type: string;
  /** The stream. */
  readonly subject: string;
  /** RFC 3339, UTC, ms. */
  readonly time: string;
  /** `<province>/<role>`. */
  readonly actor: string;
  readonly policyversion: string;
  readonly legalbasis: string;
  readonly classification: string;
  /** Who alone may read the payload: two-digit provinces, ascending, a space between; absent where all four may, or nobody else. */
  readonly audience?: string;
}

export interface Envelope extends EnvelopeFacts {
  readonly specversion: '1.0';
  readonly id: string;
  /** The leaf's index, as a decimal string. */
  readonly sequence: string;
  /** Hex. */
  readonly datahash: string;
}

/** A payload as those keep and forward it who may not read it: see `Lock`. */
export interface Locked {
  readonly bytes: Uint8Array;
  /** Province → the box that opens the bytes for it. */
  readonly boxes: Readonly<Record<string, Uint8Array>>;
}

/** A payload with the salt that proves it. */
export interface ShownPayload {
  readonly bytes: Uint8Array;
  readonly salt: Uint8Array;
}

/** An entry as deep as its holder knows it. */
export interface LedgerEntry {
  /** The exact bytes in the tree. */
  readonly leaf: Uint8Array;
  /** The envelope that a sealed leaf hides, and the salt that proves it. */
  readonly opened?: { readonly leaf: Uint8Array; readonly salt: Uint8Array };
  readonly payload?: ShownPayload;
  /** Of an entry for some provinces: what travels in place of the payload. */
  readonly locked?: Locked;
}

const payloadHash = (hasher: Hasher, { salt, bytes }: ShownPayload): Uint8Array => hasher.sha256(PAYLOAD_LABEL, salt, bytes);
export const dataHash = (hasher: Hasher, salt: Uint8Array, payload: Uint8Array): string =>
  hex(payloadHash(hasher, { salt, bytes: payload }));
export const sealHash = (hasher: Hasher, salt: Uint8Array, leaf: Uint8Array): string => hex(hasher.sha256(SEAL_LABEL, salt, leaf));

/**
 * Makes an entry. `salts.seal` seals it, `lock` closes its payload for the audience of its facts. Throws RangeError when leaf or
 * payload is too large.
 */
export const makeEntry = (
  hasher: Hasher,
  index: number,
  facts: EnvelopeFacts,
  payload: Uint8Array,
  salts: { readonly payload: Uint8Array; readonly seal?: Uint8Array },
  lock?: (leaf: Uint8Array, payload: ShownPayload) => Locked,
): LedgerEntry => {
  if (payload.length > PAYLOAD_MAX) throw new RangeError(`A payload holds at most ${PAYLOAD_MAX} bytes; this one has ${payload.length}.`);
  const envelope: Envelope = {
    ...facts,
    specversion: '1.0',
    id: String(index),
    sequence: String(index),
    datahash: dataHash(hasher, salts.payload, payload),
  };
  const leaf = canonicalBytes(envelope);
  if (leaf.length > LEAF_MAX) throw new RangeError(`A leaf holds at most ${LEAF_MAX} bytes; this one has ${leaf.length}.`);
  const body = { bytes: payload, salt: salts.payload };
  if (salts.seal === undefined) return { leaf, payload: body, ...(lock && { locked: lock(leaf, body) }) };
  const sealed = canonicalBytes({ sequence: String(index), sealed: sealHash(hasher, salts.seal, leaf) });
  return { leaf: sealed, opened: { leaf, salt: salts.seal }, payload: body };
};

const FIELDS = [
  'actor',
  'classification',
  'datahash',
  'id',
  'legalbasis',
  'policyversion',
  'sequence',
  'source',
  'specversion',
  'subject',
  'time',
  'type',
] as const;

/** What RFC 8785 writes between quotes as it is. Strict UTF-8 holds no lone surrogates. */
const PLAIN = '([^"\\\\\\x00-\\x1f]*)';
const plain = (name: string): string => `"${name}":"${PLAIN}"`;
/** An open leaf as this ledger writes it: canonical by its form, since no text in it needs an escape. The usual case, and cheap. */
const WRITTEN = new RegExp(`^\\{${plain('actor')}(?:,${plain('audience')})?,${FIELDS.slice(1).map(plain).join(',')}\\}$`);

const writtenIn = (source: string): Readonly<Record<string, string>> | null => {
  const found = WRITTEN.exec(source);
  if (!found) return null;
  const [, actor, audience, classification, datahash, id, legalbasis, policyversion, sequence, src, specversion, subject, time, type] =
    found;
  const fields = {
    actor,
    classification,
    datahash,
    id,
    legalbasis,
    policyversion,
    sequence,
    source: src,
    specversion,
    subject,
    time,
    type,
  };
  return (audience === undefined ? fields : { ...fields, audience }) as Readonly<Record<string, string>>;
};

const fieldsOf = (bytes: Uint8Array): Readonly<Record<string, unknown>> | null => {
  if (bytes.length > LEAF_MAX) return null;
  const value = parseCanonical(bytes, writtenIn);
  return value === null || typeof value !== 'object' || Array.isArray(value) ? null : (value as Readonly<Record<string, unknown>>);
};

/** Parses an open envelope that stands at this index; attributes added later are let pass. Null when it is anything else. */
export const parseEnvelope = (bytes: Uint8Array, index: number): Envelope | null => envelopeIn(fieldsOf(bytes), index);

type Parsed = ReturnType<typeof fieldsOf>;

const isEnvelope = (fields: NonNullable<Parsed>): fields is NonNullable<Parsed> & Envelope =>
  FIELDS.every((name) => typeof fields[name] === 'string');

const envelopeIn = (envelope: Parsed, index: number): Envelope | null => {
  if (!envelope || !isEnvelope(envelope)) return null;
  const known = envelope.specversion === '1.0' && envelope.sequence === String(index) && envelope.id === envelope.sequence;
  const { audience } = envelope;
  const addressed = audience === undefined || (typeof audience === 'string' && AUDIENCE.test(audience));
  return known && addressed && HASH.test(envelope.datahash) && timeOf(envelope) !== null ? envelope : null;
};

/** 32 bytes in hex. */
const HASH = /^[0-9a-f]{64}$/;
const AUDIENCE = /^[0-9]{2}( [0-9]{2})*$/;

/** The provinces that alone may read the payload; null when the entry is not for some only. */
export const audienceOf = (envelope: Pick<Envelope, 'audience'>): readonly string[] | null => envelope.audience?.split(' ') ?? null;

/** The `sealed` hash of a sealed leaf at this index; null when it is anything else. */
export const parseSealed = (bytes: Uint8Array, index: number): string | null => sealedIn(fieldsOf(bytes), index);

const sealedIn = (fields: Parsed, index: number): string | null => {
  if (!fields || Object.keys(fields).length !== 2 || fields['sequence'] !== String(index)) return null;
  const sealed = fields['sealed'];
  return typeof sealed === 'string' && HASH.test(sealed) ? sealed : null;
};

/** ms since 1970; null when the text is not the one way this ledger writes time. */
export const timeOf = ({ time }: Pick<Envelope, 'time'>): number | null => {
  if (!TIME.test(time)) return null;
  const day = time.slice(0, 10);
  const two = (at: number): number => 10 * time.charCodeAt(at) + time.charCodeAt(at + 1) - 11 * ZERO;
  // Entries follow each other closely: the calendar is asked once for a day.
  if (day !== lastDay.text) lastDay = { text: day, ms: midnightOf(day) };
  if (lastDay.ms === null) return null;
  return lastDay.ms + ((two(11) * 60 + two(14)) * 60 + two(17)) * 1_000 + 10 * two(20) + time.charCodeAt(22) - ZERO;
};

const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$/;
const ZERO = 48;

const midnightOf = (day: string): number | null => {
  const ms = Date.parse(`${day}T00:00:00.000Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(day) ? ms : null;
};
let lastDay: { readonly text: string; readonly ms: number | null } = { text: '', ms: null };

/** What an entry at this index shows: its envelope (null while sealed to us), and whether everything it claims to show is true. */
export const checkEntry = (
  hasher: Hasher,
  entry: LedgerEntry,
  index: number,
): { readonly good: boolean; readonly envelope: Envelope | null } => {
  const bad = { good: false, envelope: null };
  // A salt of another length would move the border between salt and what it salts.
  if ([entry.opened, entry.payload].some((shown) => shown && shown.salt.length !== SALT_BYTES)) return bad;
  const fields = fieldsOf(entry.leaf);
  const sealed = sealedIn(fields, index);
  let envelope: Envelope | null = null;
  if (sealed !== null) {
    if (entry.opened) {
      if (sealHash(hasher, entry.opened.salt, entry.opened.leaf) !== sealed) return bad;
      envelope = parseEnvelope(entry.opened.leaf, index);
      if (!envelope) return bad;
    }
  } else {
    envelope = envelopeIn(fields, index);
    if (!envelope || entry.opened) return bad;
  }
  if (entry.locked && (!envelope || !fits(entry.locked, envelope))) return bad;
  if (!entry.payload) return { good: true, envelope };
  if (!envelope || entry.payload.bytes.length > PAYLOAD_MAX) return bad;
  return { good: isHexOf(envelope.datahash, payloadHash(hasher, entry.payload)), envelope };
};

/** Nobody can tell whether another's box is good, but it is there, and neither it nor the content takes more room than it may. */
const fits = ({ bytes, boxes }: Locked, envelope: Envelope): boolean =>
  bytes.length <= PAYLOAD_MAX + LOCK_ROOM &&
  Object.keys(boxes).join(' ') === envelope.audience &&
  Object.values(boxes).every((box) => box.length <= LOCK_ROOM);
