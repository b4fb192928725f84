/** Answers that are no: refusals, and why a node cannot answer now. No language stands in them: they are said by the names of phrases. */

/**
 * What is said without a language: a phrase by its name, and what fills its gaps. An entry may hold it, and it is the same in every node;
 * whoever shows it puts it into the reader's words.
 */
export interface Said {
  readonly say: string;
  readonly [gap: string]: string | number | readonly string[] | readonly SaidPart[];
}
/** One of several things that are said together: it holds no others. */
export interface SaidPart {
  readonly say: string;
  readonly [gap: string]: string | number | readonly string[];
}
/** A value that an answer rests on: an identifier or a count as it stands, or something said. */
export type Fact = string | number | boolean | null | Said;

/**
 * A refusal: a stable code (`E-QUOTA`) and the facts that teach (clause, value seen, value needed).
 * Facts hold no personal data: they are shown and logged.
 */
export interface Rejection {
  readonly rejected: string;
  readonly facts: Readonly<Record<string, Fact>>;
}

export const reject = (code: string, facts: Rejection['facts'] = {}): Rejection => ({ rejected: code, facts });

export const isRejection = (value: unknown): value is Rejection =>
  typeof value === 'object' && value !== null && 'rejected' in value && typeof value.rejected === 'string';

/** What a node says of itself; whoever shows it has the words of each. */
export type NodePhrase =
  | 'nodeStarting'
  | 'nodeStopping'
  | 'nodeStandingBy'
  | 'nodeCannotRun'
  | 'notReachedYet'
  | 'leaseLost'
  | 'leaseInDoubt'
  | 'openingJournal'
  | 'journalReopened'
  | 'peerHoldsMore'
  | 'comparingJournal'
  | 'readOnlyWithoutPeers'
  | 'waitingForPeers'
  | 'takingBack'
  | 'contradictsItself'
  | 'recoveryFailed'
  | 'frozenByLoss'
  | 'clockDisagrees'
  | 'keyMissing'
  | 'keyExpired'
  | 'keyChangeRefused'
  | 'nextKeyMissing'
  | 'noKeyFile'
  | 'storeSilent'
  | 'recordsContended'
  | 'journalHalted'
  | 'entryUnreadable'
  | 'decidesNothing'
  | 'notReadSoFar'
  | 'notCosignedYet'
  | 'queueFull'
  | 'redrivingAlready'
  | 'replayRunning'
  | 'tooManyChanges'
  | 'vaultUnusable'
  | 'parkedBehind'
  | 'parkedUnread'
  | 'parkedUnfolded'
  | 'parkedRefused'
  | 'parkedFailed';

/** Says a phrase. A gap `detail` holds what drivers and addresses say: it is for the log, and in no phrase. */
export const say = (name: NodePhrase, gaps: Omit<SaidPart, 'say'> = {}): SaidPart => ({ ...gaps, say: name });

/** For the log: the phrase by its name, with all that it holds. */
export const logged = ({ say: name, ...gaps }: SaidPart): string => [name, ...Object.values(gaps).map((gap) => String(gap))].join(' ');

/** The node cannot answer now (recovering, no lease, clock in doubt, stopping): try again after `retryAfterMs`. HTTP 503. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  constructor(
    readonly why: SaidPart,
    readonly retryAfterMs = 1_000,
  ) {
    super(logged(why));
  }
}

/** Too much at once: HTTP 429. */
export class Busy extends Error {
  override readonly name = 'Busy';
  readonly retryAfterMs = 1_000;
  constructor(readonly why: SaidPart) {
    super(logged(why));
  }
}
