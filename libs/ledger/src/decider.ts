/**
 * The functional core: deciders, handlers, reactions, views and timers as plain data and pure functions. A context is
 * made of these; the ledger runs them. Nothing here awaits, and nothing asks for time, chance, identity or policy:
 * they come in.
 */
import type { Cells, Where } from './ports.js';
import type { Rejection } from './rejection.js';

/** A thing that happened, as code sees it; on the wire its name is `EntryType.type`. */
export interface DomainEvent {
  readonly type: string;
  readonly data: object;
}

/** A broken assumption of ours, not a caller's mistake: it stops the stream and wakes somebody. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** How the events of one kind of stream fold into a state. `evolve` only believes: total, no refusal, no clock. */
export interface Fold<S, E extends DomainEvent = DomainEvent> {
  /** The kind: streams are named `<kind>/<id>`. */
  readonly kind: string;
  readonly initial: S;
  evolve(state: S, event: E): S;
}

/** One aggregate. `decide` answers with events, with none (it is already so), or with a rejection. */
export interface Decider<C, S, E extends DomainEvent> extends Fold<S, E> {
  decide(command: C, state: S): readonly E[] | Rejection;
}

/** Who acts: from a verified token, or the node itself for derived commands. */
export interface Actor {
  /** Pseudonym of the person or client, stable within the node (a keyed hash; never a name or number). */
  readonly person: string;
  /** Organisation id; the node's own for derived commands. */
  readonly organisation: string;
  readonly province: string;
  readonly roles: readonly string[];
}

/** A stream of another province's journal (or of another context), read from its replica. */
export interface ForeignStream {
  readonly journal: string;
  readonly stream: string;
}

/** What is loaded so far, while a handler names what it needs. */
export interface Peek {
  /** The province whose journal this is. */
  readonly province: string;
  /** The state of a stream of the own journal; undefined until it is loaded. */
  state<S, E extends DomainEvent>(fold: Fold<S, E>, stream: string): S | undefined;
  /** The state of a foreign stream; undefined until it is loaded. */
  foreign<S, E extends DomainEvent>(fold: Fold<S, E>, source: ForeignStream): S | undefined;
}

/** A turn of the sequencer: everything a decision may rest on. */
export interface Turn {
  readonly province: string;
  /** Journal of the turn, e.g. `32/voucher`. */
  readonly journal: string;
  /** Time of the entries of this turn, ms. */
  readonly now: number;
  readonly actor: Actor;
  readonly commandId: string;
  /** State of a stream of the own journal, with all that is pending. Throws when the handler did not name it. */
  state<S, E extends DomainEvent>(fold: Fold<S, E>, stream: string): S;
  /** Events so far in a stream of the own journal. */
  version(stream: string): number;
  /** State of a foreign stream as its replica had it just before the turn. Throws when the handler did not name it. */
  foreign<S, E extends DomainEvent>(fold: Fold<S, E>, source: ForeignStream): S;
  /** Entries of a foreign journal that this turn could see: the basis its entries record. */
  seen(journal: string): number;
  /** When the foreign journal's owner last vouched for its head, domain ms; null when never heard. For E-STALE. */
  freshness(journal: string): number | null;
  /** SHA-256 of the text's UTF-8, 64 hex digits. */
  hash(text: string): string;
}

/** Events for one stream. All appends of a decision commit together or not at all. */
export interface Append {
  readonly stream: string;
  readonly events: readonly DomainEvent[];
  /** Version of the policy pack that the decision rests on; '-' where none applies. */
  readonly policyVersion?: string;
}

export type Decision = readonly Append[] | Rejection;

/** How one kind of command is carried out. The first stream named is its target: it remembers the command id. */
export interface Handler<C = never> {
  /** Own streams, target first. Called again as streams load, so a later one may be found in an earlier one's state. */
  streams(command: C, peek: Peek): readonly string[];
  foreign?(command: C, peek: Peek): readonly ForeignStream[];
  decide(command: C, turn: Turn): Decision;
}

/** What is asked of a journal as it is now, in a turn like a command's: over state that is not yet durable too, and nothing is written. */
export interface Question<C, T> extends Pick<Handler<C>, 'streams' | 'foreign'> {
  answer(question: C, turn: Turn): T;
}

/** An entry as folds, reactions and views see it: decoded, verified, payload at hand. */
export interface Entry<D = Readonly<Record<string, unknown>>> {
  readonly journal: string;
  readonly index: number;
  readonly stream: string;
  /** Event name (`OrderPlaced`). */
  readonly type: string;
  /** Time of the entry, ms. */
  readonly time: number;
  readonly actor: { readonly province: string; readonly role: string };
  readonly policyVersion: string;
  readonly data: D;
  /** Foreign journals read for the decision → size seen. */
  readonly basis: Readonly<Record<string, number>>;
  readonly command: string;
  readonly person: string;
  /** Trace id that follows a command through blocks and topics. */
  readonly trace: string;
}

/** A command that a reaction or a timer asks for. */
export interface DerivedCommand {
  /** Name in `Context.commands`. */
  readonly command: string;
  /** Its target stream: part of the derived id, so a repeat decides nothing. */
  readonly target: string;
  readonly body: object;
}

/** What a reaction wants to look at before it answers. */
export type Need =
  | { readonly stream: string; readonly journal: string }
  | { readonly rows: string; readonly where: Where; readonly limit: number }
  | { readonly rootOf: string; readonly size: number }
  | Scan;

/** Rows of a view in their order, however many there are: a page is read at a time, each row goes to the collector, none is kept. */
export interface Scan {
  /** What the reaction calls it; each name once for an entry. */
  readonly scan: string;
  readonly view: string;
  /** Read one after the other, each in the order of this field and then of the ids of its rows. */
  readonly ranges: readonly ScanRange[];
  /** Fields of the rows that are read, each a cell. */
  readonly cells: readonly string[];
  readonly into: () => Collector;
}
export interface ScanRange {
  readonly where: Where;
  readonly by: string;
  /** Begin after this value and id. */
  readonly after?: { readonly value: number | string; readonly id: string };
}
/** Takes the rows of a scan; it is the answer. */
export interface Collector {
  /** A row of a range; what all rows of that have alike stands in its `where`, and costs nothing to read. False when no more are wanted. */
  take(row: Cells, range: ScanRange): boolean;
  /** There are no more. Not called when no more were wanted. */
  end(): void;
}

/** The answers, in the same terms. Throws when it was not asked for. */
export interface Found {
  readonly province: string;
  state<S, E extends DomainEvent>(fold: Fold<S, E>, journal: string, stream: string): S;
  /** Joined rows of a view; complete up to the entry reacted to, perhaps newer. */
  rows<R>(view: string, where: Where): readonly R[];
  /** The same, or undefined while they have not been asked for, or not been found yet. */
  known<R>(view: string, where: Where): readonly R[] | undefined;
  /** Tree root (hex) of a journal at a size; null when it is quarantined short of that, or of no node here. */
  rootOf(journal: string, size: number): string | null;
  /** The collector of a scan, which took all its rows; undefined while it was only asked for. */
  scanned(scan: string): Collector | undefined;
  /** Whether anything below this size of the journal is parked or of an unknown type. */
  parkedBelow(journal: string, size: number): boolean;
  /** SHA-256 of the text's UTF-8, 64 hex digits. */
  hash(text: string): string;
}

/**
 * (entry, what it needs) → commands. A derived command is never silently rejected: its handler answers with entries, a
 * refusal included; a rejection parks the entry's stream and shows on the console.
 */
export interface Reaction {
  readonly name: string;
  /** Event names reacted to. */
  readonly on: readonly string[];
  /** Whose entries: this province's, the others', or all. */
  readonly from: 'own' | 'foreign' | 'any';
  /** Called until it names nothing new, with what was found so far (missing needs read as unavailable). */
  needs?(entry: Entry, found: Found): readonly Need[];
  /** What it asks for is carried out side by side, in any order. */
  react(entry: Entry, found: Found): readonly DerivedCommand[];
}

/**
 * A read model. Each journal folds into its own part of a row; `join` puts the parts together, so that the order in
 * which journals arrive cannot matter.
 */
export interface View<P extends object = object> {
  readonly name: string;
  readonly on: readonly string[];
  /** The row this entry belongs to, or null. */
  key(entry: Entry): string | null;
  fold(part: P | null, entry: Entry): P | null;
  /** The row as it is read and queried: flat, JSON. Null hides the row. */
  join(parts: Readonly<Record<string, P>>): object | null;
}

/** Reactions or views by the entry types they look at, in their order: asked for every entry. */
export const byEntryType = <T extends { readonly on: readonly string[] }>(all: readonly T[]): ReadonlyMap<string, readonly T[]> => {
  const byType = new Map<string, T[]>();
  for (const each of all) for (const type of new Set(each.on)) byType.set(type, [...(byType.get(type) ?? []), each]);
  return byType;
};

/** Awaits every other journal of the context: anybody's statement could still arrive in time. */
export const EVERY_PEER = '*';

/** A time limit starts or ends with an entry of the own journal. Keys are unique within the context. */
export type TimerChange =
  | {
      readonly set: string;
      /** When it fires, domain ms. */
      readonly dueMs: number;
      readonly fires: DerivedCommand;
      /** A journal whose statement could still arrive in time, or `EVERY_PEER`: the timer waits until it has vouched past `dueMs`. */
      readonly awaits?: string;
      /** How long past `dueMs` a silent peer is waited for, ms. */
      readonly patienceMs?: number;
    }
  | { readonly clear: string };

/** Who may read an entry: nobody else, the four provinces, some of them, or anybody. */
export type Audience = 'private' | 'federation' | 'public' | readonly string[];

/** What the leaf says of a kind of entry, and who may read it. */
export interface EntryType {
  /** Wire name, `voucher.order-placed.v1`. */
  readonly type: string;
  readonly audience: Audience;
  /** Data classification level, e.g. `internal`, `public`, `sensitive`. */
  readonly classification: string;
  /** Legal basis code, e.g. `SH-DEC-13`. */
  readonly legalBasis: string;
}

/** A bounded context, whole: what a service plugs into the ledger. */
export interface Context {
  /** `voucher`: part of journal, topic and wire names. */
  readonly name: string;
  /** Changes when any fold changes: snapshots of another version are not used. */
  readonly codeVersion: string;
  /** Event name → what the wire says of it. Also private ones. */
  readonly entryTypes: Readonly<Record<string, EntryType>>;
  /** What is wrong with the payload of a shared entry, in a sentence; null when it fits its contract. What does not fit is parked. */
  faults?(event: string, data: object): string | null;
  /** What must not leave in the payload of a shared entry, as a refusal; null when it may. Asked of own entries before they are written. */
  border?(event: string, data: object): Rejection | null;
  readonly folds: readonly Fold<unknown, never>[];
  readonly commands: Readonly<Record<string, Handler>>;
  readonly reactions: readonly Reaction[];
  readonly views: readonly View[];
  timers(entry: Entry): readonly TimerChange[];
}

const kebab = (name: string): string => name.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase();

/** The wire name of an event: ('voucher', 'OrderPlaced', 1) → `voucher.order-placed.v1`. */
export const wireType = (context: string, event: string, version: number): string => `${context}.${kebab(event)}.v${version}`;
