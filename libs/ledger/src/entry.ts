/** Between a decision and the tree: events become entries with payloads, and entries become what folds read. Frozen: docs/adr/0001. */
import { entriesOf, type StoredBlock } from './block.js';
import { canonicalBytes, parseCanonical } from './canonical.js';
import { invariant, type Actor, type Context, type DomainEvent, type Entry, type EntryType } from './decider.js';
import { audienceOf, makeEntry, parseEnvelope, SALT_BYTES, timeOf, type Envelope, type LedgerEntry } from './leaf.js';
import type { Lock } from './lock.js';
import { Memo } from './memo.js';
import type { Hasher, Random } from './ports.js';
import type { Rejection } from './rejection.js';

/** What stands beside `data` in a payload. The person is a pseudonym; the leaf holds none of it. */
interface PayloadFacts {
  /** Foreign journals read → size seen. */
  readonly basis: Readonly<Record<string, number>>;
  readonly command: string;
  readonly person: string;
  readonly trace: string;
}

/** All that the entries of one commit have in common. */
export interface CommitFacts extends PayloadFacts {
  readonly source: string;
  readonly time: number;
  readonly actor: Actor;
}

/** An entry that was read, and where it stands. */
export interface DecodedAt {
  readonly index: number;
  readonly decoded: Decoded;
}

/** Blocks as the vocabulary of their journal decoded them. */
const decodings = new Memo<StoredBlock, { readonly by: Vocabulary; readonly decoded: readonly DecodedAt[] }>();

/** The vocabulary of a journal: wire names both ways. */
export class Vocabulary {
  private readonly byWire = new Map<string, { readonly name: string; readonly entryType: EntryType }>();

  constructor(
    private readonly types: Context['entryTypes'],
    /** What is wrong with the payload of an entry that somebody else wrote; null when it fits its contract. */
    readonly faults: (event: string, data: object) => string | null = () => null,
    /** What must not leave the province in an entry of our own; null when it may. */
    readonly border: (event: string, data: object) => Rejection | null = () => null,
  ) {
    for (const [name, entryType] of Object.entries(types)) this.byWire.set(entryType.type, { name, entryType });
  }

  /** The declaration of an event. Throws TypeError when the context does not declare it. */
  ofEvent(name: string): EntryType {
    const found = this.types[name];
    if (!found) throw new TypeError(`The event ${name} is not declared: add it to the context's entry types.`);
    return found;
  }

  /** The entries of a block of this journal, decoded. Whoever shares a block shares them: folds and reactions change no entry. */
  read(journal: string, block: StoredBlock): readonly DecodedAt[] {
    const known = decodings.of(block);
    if (known?.by === this) return known.decoded;
    const read = readsOf(block);
    const decoded = read.map((entry, at) => ({ index: block.first + at, decoded: decodeRead(this, journal, block.first + at, entry) }));
    return decodings.keep(block, { by: this, decoded }).decoded;
  }

  /** The event behind a wire name; null when this version does not know it. */
  ofWire(type: string): { readonly name: string; readonly entryType: EntryType } | null {
    return this.byWire.get(type) ?? null;
  }
}

/** Whether others may read an event that the context declares; the ledger's own and private ones are written here. */
const isShared = ({ entryTypes }: Context, event: string): boolean =>
  entryTypes[event]?.type.startsWith('ledger.') === false && entryTypes[event].audience !== 'private';

/** The payload check of a context, for events that it declares as shared. */
export const faultsOf =
  (context: Context) =>
  (event: string, data: object): string | null =>
    context.faults && isShared(context, event) ? context.faults(event, data) : null;

/** The border of a context, likewise. */
export const borderOf =
  (context: Context) =>
  (event: string, data: object): Rejection | null =>
    context.border && isShared(context, event) ? context.border(event, data) : null;

/**
 * Makes the entry of an event at an index (InvariantError when it does not fit its contract),
 * sealed when nobody else may read it, locked when only some may.
 */
export const entryOf = (
  tools: { readonly hasher: Hasher; readonly random: Random; readonly vocabulary: Vocabulary; readonly lock: Lock },
  index: number,
  facts: CommitFacts,
  item: { readonly stream: string; readonly event: DomainEvent; readonly policyVersion: string },
): LedgerEntry => {
  const declared = tools.vocabulary.ofEvent(item.event.type);
  // What its own contract refuses would be parked by everybody, for ever: it is not written.
  const fault = tools.vocabulary.faults(item.event.type, item.event.data);
  invariant(fault === null, `${item.event.type} does not fit its own contract, so nothing was written: ${fault}`);
  const payload = canonicalBytes({
    basis: facts.basis,
    command: facts.command,
    data: item.event.data,
    person: facts.person,
    trace: facts.trace,
  });
  const named = typeof declared.audience === 'string' ? null : tools.lock.named(declared.audience);
  const envelope = {
    source: facts.source,
    type: declared.type,
    subject: item.stream,
    time: new Date(facts.time).toISOString(),
    actor: `${facts.actor.province}/${facts.actor.roles[0] ?? 'none'}`,
    policyversion: item.policyVersion,
    legalbasis: declared.legalBasis,
    classification: declared.classification,
    ...(named && { audience: named.join(' ') }),
  };
  const salts = { payload: tools.random.bytes(SALT_BYTES) };
  if (declared.audience === 'private')
    return makeEntry(tools.hasher, index, envelope, payload, { ...salts, seal: tools.random.bytes(SALT_BYTES) });
  return makeEntry(
    tools.hasher,
    index,
    envelope,
    payload,
    salts,
    named ? (leaf, shown) => tools.lock.close(named, leaf, shown) : undefined,
  );
};

/** What became of an entry when it was read: usable, hidden from us, or of a kind this version does not know. */
export type Decoded =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'hidden'; readonly stream: string | null }
  | { readonly kind: 'unknown'; readonly stream: string; readonly type: string };

/** What an entry says, as deep as it is open to us: null is what we cannot see, or what is no payload. */
export interface ReadEntry {
  readonly entry: LedgerEntry;
  readonly envelope: Envelope | null;
  readonly payload: (PayloadFacts & { readonly data: Fields }) | null;
}

/** Blocks that were read when they were verified. */
const verified = new Memo<StoredBlock, readonly ReadEntry[]>();

/** Whoever verified a block has read it: nobody needs to do so again. */
export const keepRead = (block: StoredBlock, read: readonly ReadEntry[]): void => void verified.keep(block, read);

const readEntry = (index: number, entry: LedgerEntry): ReadEntry => ({
  entry,
  envelope: parseEnvelope(entry.opened?.leaf ?? entry.leaf, index),
  payload: entry.payload ? parsePayload(entry.payload.bytes) : null,
});

/** The entries of a block as they were read when it was verified, or now. */
export const readsOf = (block: StoredBlock): readonly ReadEntry[] =>
  verified.of(block) ?? entriesOf(block).map((entry, at) => readEntry(block.first + at, entry));

/** Reads an entry that the tree already vouches for. Anything in the payload may have been written by a stranger. */
export const decodeEntry = (vocabulary: Vocabulary, journal: string, index: number, entry: LedgerEntry): Decoded =>
  decodeRead(vocabulary, journal, index, readEntry(index, entry));

const decodeRead = (vocabulary: Vocabulary, journal: string, index: number, { entry, envelope, payload }: ReadEntry): Decoded => {
  if (!envelope) return { kind: 'hidden', stream: null };
  // What is not for us is no hole in its stream: the others decide on it, and we were never meant to.
  if (!entry.payload) return { kind: 'hidden', stream: audienceOf(envelope) ? null : envelope.subject };
  const known = vocabulary.ofWire(envelope.type);
  const time = timeOf(envelope);
  if (!known || !payload || time === null) return { kind: 'unknown', stream: envelope.subject, type: envelope.type };
  if (vocabulary.faults(known.name, payload.data) !== null) return { kind: 'unknown', stream: envelope.subject, type: envelope.type };
  const [province = '', role = ''] = envelope.actor.split('/');
  return {
    kind: 'entry',
    entry: {
      journal,
      index,
      stream: envelope.subject,
      type: known.name,
      time,
      actor: { province, role },
      policyVersion: envelope.policyversion,
      ...payload,
    },
  };
};

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Parses a payload that anybody may have written; null when it is not one. */
export const parsePayload = (bytes: Uint8Array): (PayloadFacts & { readonly data: Fields }) | null => {
  const value = parseCanonical(bytes);
  if (!isFields(value)) return null;
  const { basis, command, data, person, trace } = value;
  if (!isFields(basis) || !Object.values(basis).every(isSize) || !isFields(data)) return null;
  if (typeof command !== 'string' || typeof person !== 'string' || typeof trace !== 'string') return null;
  return { basis: basis as Readonly<Record<string, number>>, command, data, person, trace };
};
