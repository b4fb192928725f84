/** A node of one province in one context: what a service holds in its hand. */
import { InvariantError, type Actor, type Context, type DomainEvent, type Entry, type Fold, type Question } from './decider.js';
import type { Federation } from './federation.js';
import type { KeyStatus } from './own-keys.js';
import type { RecordQuery, Subscription, World } from './ports.js';
import type { PublicReader } from './public-entries.js';
import type { SetAsideHead } from './set-aside.js';
import { Unavailable, say, type Rejection, type SaidPart } from './rejection.js';

export interface NodeOptions {
  readonly world: World;
  readonly province: string;
  readonly context: Context;
  readonly federation: Federation;
  /** Name of this process among those that could own the journal: the same after a restart of the same instance. */
  readonly instance: string;
  /** The operator's one-time word that this node may open its journal though no peer answers. */
  readonly openAlone?: boolean;
  /** Days before a key expires at which its node warns; 60, 30 and 7 without it. */
  readonly keyWarningDays?: readonly number[];
  /** How far the clock may be from the peers' trusted time before nothing is written, ms; none without it (a demo clock jumps). */
  readonly clockLimitMs?: number;
}

/** A place in a journal: everything below `size`. */
export interface Position {
  readonly journal: string;
  readonly size: number;
}

export interface CommandRequest {
  /** Name in `Context.commands`. */
  readonly command: string;
  readonly body: object;
  readonly actor: Actor;
  /** The caller's `Idempotency-Key`; with organisation and command it gives the command id. */
  readonly idempotencyKey: string;
  readonly trace: string;
  /** Expected version of the target stream (`If-Match`). */
  readonly expect?: number;
  /** Decides and writes nothing: the answer is what it would be now. */
  readonly dry?: boolean;
}

export type Answer =
  | {
      readonly ok: true;
      readonly position: Position;
      readonly stream: string;
      readonly version: number;
      readonly repeated: boolean;
      /** It was already so, and nothing was written. */
      readonly unchanged?: true;
      /** Policy pack that the decision rests on; absent where none does, and in the answer to a repeat. */
      readonly policyVersion?: string;
    }
  | ({ readonly ok: false } & Rejection);

/** A journal was named that no node of this federation writes. HTTP 404. */
export class UnknownJournal extends Error {
  override readonly name = 'UnknownJournal';
  constructor(readonly journal: string) {
    super(`${journal} is no journal of this federation.`);
  }
}

/** What a store that does not answer means: not now. For `catch`; what is broken for good stays what it is. */
export const notNow = (error: unknown): never => {
  if (error instanceof Unavailable || error instanceof InvariantError) throw error;
  throw new Unavailable(say('storeSilent', { detail: String(error) }));
};

export interface StreamRead<S> {
  readonly state: S;
  /** Events folded; 0 when the stream does not exist. */
  readonly version: number;
  readonly position: Position;
}

export interface RowPage<R> {
  readonly rows: readonly { readonly id: string; readonly row: R }[];
  /** Cursor of the next page: the last row's order value and id. */
  readonly next: { readonly value: string | number | boolean | null; readonly id: string } | null;
  /** How far each journal was folded when the rows were read. */
  readonly positions: readonly Position[];
}

/** One entry as somebody may see it, with its proof (RFC 6962) against the checkpoint named. */
export interface Disclosure {
  readonly journal: string;
  readonly index: number;
  /** `payload`: everything; `leaf`: envelope only; `sealed`: only that it exists. */
  readonly depth: 'payload' | 'leaf' | 'sealed';
  /** The exact leaf in the tree. */
  readonly leaf: string;
  readonly payload?: string;
  /** Hex salt of the payload. */
  readonly salt?: string;
  /** For a sealed leaf that may be opened: the envelope it seals and the salt. */
  readonly opened?: { readonly leaf: string; readonly salt: string };
  /** Base64 hashes, leaf to root. */
  readonly proof: readonly string[];
  readonly checkpoint: string;
}

/** One entry with all that proves it, to be kept and checked offline: see `checkEvidence`. */
export interface Evidence {
  readonly journal: string;
  readonly index: number;
  /** The exact leaf in the tree. */
  readonly leaf: string;
  /** The envelope that a sealed leaf hides, and the hex salt of the seal. */
  readonly opened?: { readonly leaf: string; readonly salt: string };
  readonly payload: string;
  /** Hex salt of the payload. */
  readonly salt: string;
  /** A tlog-proof of the leaf: audit path, signed checkpoint, cosignatures of two others. */
  readonly proof: string;
}

/** A tile or entry bundle of a journal (C2SP tlog-tiles). */
export interface Tile {
  readonly bytes: Uint8Array;
  /** 256 wide: nothing of it will ever be otherwise. */
  readonly full: boolean;
}

export interface JournalStatus {
  readonly journal: string;
  readonly size: number;
  /** Hex root at `size`. */
  readonly root: string;
  /** The owner's newest vouched head as heard over the heartbeat (own: the durable head); `lag` = head − size. */
  readonly head: number;
  readonly lag: number;
  /** Domain time of the owner's last heartbeat about it, ms; null when never heard. */
  readonly heardAt: number | null;
  /** Real ms since then; null when never heard. */
  readonly silentMs: number | null;
  readonly state: 'live' | 'recovering' | 'read-only' | 'healing' | 'quarantined';
  /** Provinces whose fresh cosignature over this size or later is held. */
  readonly cosigners: readonly string[];
  /** Heads that bear the journal's name and are not believed: of expired, revoked and unknown keys. */
  readonly setAside: readonly Omit<SetAsideHead, 'journal'>[];
}

/** A key of a journal and the sizes of the heads that it signs. */
export interface JournalKey {
  /** C2SP verifier line. */
  readonly line: string;
  /** Of the SM2 key beside it; null when there is none. */
  readonly second: string | null;
  readonly from: number;
  /** Whether the key before signed the head at `from` too, and so handed over. */
  readonly joint: boolean;
  /** Null for the key in force. */
  readonly until: number | null;
  /** Domain ms; null when it never expires. */
  readonly notAfterMs: number | null;
  /** From this size on it is not believed; null when it was never revoked. */
  readonly revokedFrom: number | null;
}

export interface NodeStatus {
  readonly province: string;
  readonly context: string;
  readonly now: number;
  readonly journals: readonly JournalStatus[];
  readonly parked: number;
  readonly queued: number;
  /**
   * Private payloads of the own journal that came back from no backup, all in [from, to); null when none are missing or
   * the loss is accepted.
   */
  readonly loss: { readonly from: number; readonly to: number; readonly entries: number } | null;
  /** The keys that the node signs with; none while it does not run. */
  readonly keys: readonly KeyStatus[];
  /** Why the node is not ready; null when it is. */
  readonly notReady: SaidPart | null;
}

/** What waits for an operator: an entry that cannot be folded or reacted to, or a time limit whose command is refused. */
export interface ParkedItem {
  readonly id: string;
  readonly journal: string;
  /** Of the entry; of a time limit: how far the own journal was folded when it was tried. */
  readonly index: number;
  readonly stream: string;
  /** Said without a language; a text where an older version parked it. */
  readonly why: SaidPart | string;
  /** What its command was refused with, where that is why. */
  readonly refused?: Rejection;
  /** What could not be done: folding it into views, reacting to it, or firing a time limit. */
  readonly of: 'view' | 'reaction' | 'timer';
}

/** What came of trying again what reactions had parked. */
export interface Redriven {
  readonly tried: number;
  /** How many of them stay parked. */
  readonly left: number;
}

/** How the views of a node stand. */
export interface ViewsState {
  /** Counts the rebuilds of this version of the code. */
  readonly generation: number;
  /** Entries folded anew so far, of how many; null while nothing is rebuilt. */
  readonly rebuilding: { readonly folded: number; readonly of: number } | null;
}

/** Some entries of a journal, in order. */
export interface EntryPage {
  readonly entries: readonly Entry[];
  /** Where the next page begins; the size of what can be read when nothing is left. */
  readonly next: number;
  /** How far the journal can be read now. */
  readonly size: number;
  /** Entries passed over: not for this node, or of a kind that it does not know. */
  readonly unread: number;
}

export interface LedgerNode {
  /** Opens storage and topics and begins to recover; ready when `status().notReady` is null. */
  start(): Promise<void>;
  /** Finishes what is in flight, gives the lease back. */
  stop(): Promise<void>;
  /** Rejects with `Unavailable` or `Busy`; every answer waits until all it rests on is durable. */
  execute(request: CommandRequest): Promise<Answer>;
  /** Asks something about the journal as it is now. Rejects with `Unavailable` or `Busy`, also while its decisions are frozen. */
  ask<C extends object, T>(question: Question<C, T>, about: C, actor: Actor): Promise<T>;
  /** A stream's durable state; a foreign journal's from its replica. */
  read<S, E extends DomainEvent>(fold: Fold<S, E>, stream: string, journal?: string): Promise<StreamRead<S>>;
  /** Rows of a view, paged. `where` and `order` name fields of the joined row. */
  rows<R>(view: string, query: RecordQuery): Promise<RowPage<R>>;
  /** Waits until views and streams have reached the position; false when the time is over. */
  reach(position: Position, timeoutMs: number): Promise<boolean>;
  /** The signed checkpoint that tiles are served for, at most a second behind; own or replicated; null when there is none yet. */
  checkpoint(journal: string): Promise<string | null>;
  /** A tile or entry bundle: `path` is what follows `tile/` (C2SP tlog-tiles). Null when malformed or beyond the checkpoint. */
  tile(journal: string, path: string): Promise<Tile | null>;
  /** An entry's tlog-proof with the cosignatures of two others, to be checked offline; null when there is no such entry. */
  proof(journal: string, index: number): Promise<string | null>;
  /** The keys of a journal, the one in force last; none when it is not of this federation. */
  keys(journal: string): readonly JournalKey[];
  /** An entry at the depth the reader may see: staff of a province, or anybody (null). Null when it does not exist. */
  disclose(journal: string, index: number, reader: string | null): Promise<Disclosure | null>;
  /**
   * An entry whole, also a private one, with its proof: for those whom the service lets see it. Null when there is no such entry or
   * its payload is not held here; throws Unavailable while two others have not cosigned so far.
   */
  evidence(journal: string, index: number): Promise<Evidence | null>;
  /** Entries of a journal from an index on, as far as views have come: a reading that leaves no trace and keeps no place. */
  entries(journal: string, from: number, limit: number): Promise<EntryPage>;
  /** The entries of a journal that anybody may be told: durable, signed and numbered. Ask for it anew for each reading. */
  publicEntries(journal: string): PublicReader;
  /**
   * Verified, ordered, deduplicated entries of all journals of the context, one at a time per journal, from where this
   * follower stopped (`name` keeps its position). The position passes an entry only after the handler resolved and its
   * effect is durable; a rejection brings the entry again after a pause.
   */
  follow(name: string, handle: (entry: Entry) => Promise<void>): Promise<Subscription>;
  /**
   * How the views stand; `rebuild` folds them anew beside those in use and changes over when both are level, while everything else
   * goes on.
   */
  views(rebuild?: boolean): Promise<ViewsState>;
  /**
   * Tries again what could not be reacted to, oldest first, while everything else goes on: to be called once what stood in the way is
   * mended. Rejects with Busy while another one runs.
   */
  redrive(): Promise<Redriven>;
  /** What is set aside; at most a thousand of what could not be folded, and of what could not be reacted to. */
  parked(): Promise<readonly ParkedItem[]>;
  status(): NodeStatus;
}
