/** A quota account: what one subject may spend under one scheme in one year. Reserved plus consumed never exceeds granted (V5). */
import { moment, phrase, refuse, until, word, type AccessName, type VoucherEvent } from '@yrd/contracts';
import { toStream, foldOf, isRejection, single, type Decision, type Handler, type Peek, type Rejection, type Turn } from '@yrd/ledger';
import { handler } from '../handling.js';
import { interestPlaces, mayDecide } from '../orders/interests.js';
import type { PrivateEvent, ReviewLevel } from '../private-events.js';
import { quotaStream, subjectStream, type Place } from '../streams.js';
import { ownerOf, subject, subjectParties } from './subject.js';

export type QuotaEvent =
  | PrivateEvent<
      | 'QuotaApplied'
      | 'QuotaPassed'
      | 'QuotaReturned'
      | 'QuotaRefused'
      | 'QuotaGranted'
      | 'QuotaFrozen'
      | 'QuotaUnfrozen'
      | 'QuotaClosed'
      | 'QuotaCounted'
      | 'QuotaVoided'
      | 'QuotaSliced'
      | 'QuotaUnsliced'
    >
  | VoucherEvent<'QuotaReserved' | 'QuotaReleased' | 'QuotaConsumed' | 'QuotaConsumptionReversed' | 'QuotaRestored'>;

export interface Quota {
  readonly phase: 'None' | 'Submitted' | 'Returned' | 'Refused' | 'Granted' | 'Frozen' | 'Closed';
  /** A further claim of a pack that allows several a year; the account stays granted meanwhile (V2). */
  readonly further: 'none' | 'submitted' | 'returned';
  /** Who has the claim, or decided on it last. */
  readonly level: ReviewLevel;
  /** What the district passed, and by whose hand; null where it has not, or was not asked. */
  readonly passed: { readonly askedFen: number; readonly person: string } | null;
  /** Levels that have told their list of defects: each tells one. */
  readonly returnedBy: readonly ReviewLevel[];
  readonly askedFen: number;
  readonly claims: number;
  readonly grantedFen: number;
  readonly reservedFen: number;
  readonly consumedFen: number;
  /** The part of what is reserved that slices hold (A1). */
  readonly slicedFen: number;
  /** What others used under the same cap: predecessors (A7), the same firm in another province (A6); fen by its source. */
  readonly elsewhere: Readonly<Record<string, number>>;
  /** The use window or the year is over: what comes back from an order is void too. */
  readonly over: boolean;
  readonly useUntilMs: number;
  readonly redeemUntilMs: number;
  /** Last millisecond of the year's use; null in accounts older than that limit. */
  readonly closesMs: number | null;
}

const initial: Quota = {
  phase: 'None',
  further: 'none',
  level: 'province',
  passed: null,
  returnedBy: [],
  askedFen: 0,
  claims: 0,
  grantedFen: 0,
  reservedFen: 0,
  consumedFen: 0,
  slicedFen: 0,
  elsewhere: {},
  over: false,
  useUntilMs: 0,
  redeemUntilMs: 0,
  closesMs: null,
};

/** Whether the next claim mends one that was returned. */
export const corrects = ({ phase, further }: Quota): boolean => phase === 'Returned' || further === 'returned';

/** What comes back from an order: the account has it again, or it is void once the time to use it is over. */
const back = (state: Quota, amountFen: number) => (state.over ? { grantedFen: state.grantedFen - amountFen } : {});

export const quota = foldOf<Quota, QuotaEvent>('quota', initial, {
  QuotaApplied: (state, { askedFen, level = 'province', closesMs = state.closesMs }) => ({
    ...state,
    ...(corrects(state) ? {} : { passed: null, returnedBy: [] }),
    ...(state.phase === 'Granted' ? { further: 'submitted' } : { phase: 'Submitted' }),
    askedFen,
    level,
    closesMs,
  }),
  QuotaPassed: (state, { person }) => ({ ...state, level: 'province', passed: { askedFen: state.askedFen, person } }),
  QuotaReturned: (state, { level = 'province' }) => ({
    ...state,
    ...(state.phase === 'Granted' ? { further: 'returned' } : { phase: 'Returned' }),
    returnedBy: [...state.returnedBy, level],
  }),
  QuotaRefused: (state) => (state.phase === 'Granted' ? { ...state, further: 'none' } : { ...state, phase: 'Refused' }),
  QuotaGranted: (state, { amountFen, useUntilMs, redeemUntilMs, closesMs = state.closesMs }) => ({
    ...state,
    phase: 'Granted',
    further: 'none',
    claims: state.claims + 1,
    grantedFen: state.grantedFen + amountFen,
    over: false,
    useUntilMs,
    redeemUntilMs,
    closesMs,
  }),
  QuotaReserved: (state, { amountFen }) => ({ ...state, reservedFen: state.reservedFen + amountFen }),
  QuotaReleased: (state, { amountFen }) => ({ ...state, ...back(state, amountFen), reservedFen: state.reservedFen - amountFen }),
  QuotaConsumed: (state, { amountFen }) => ({
    ...state,
    reservedFen: state.reservedFen - amountFen,
    consumedFen: state.consumedFen + amountFen,
  }),
  QuotaConsumptionReversed: (state, { amountFen }) => ({
    ...state,
    reservedFen: state.reservedFen + amountFen,
    consumedFen: state.consumedFen - amountFen,
  }),
  QuotaRestored: (state, { amountFen }) => ({ ...state, ...back(state, amountFen), consumedFen: state.consumedFen - amountFen }),
  QuotaCounted: (state, { source, usedFen, grantedFen, opened }) => ({
    ...state,
    ...(opened ? { ...opened, phase: 'Granted' } : {}),
    grantedFen,
    elsewhere: { ...state.elsewhere, [source]: usedFen },
  }),
  QuotaSliced: (state, { amountFen }) => ({
    ...state,
    reservedFen: state.reservedFen + amountFen,
    slicedFen: state.slicedFen + amountFen,
  }),
  QuotaUnsliced: (state, { amountFen, to }) => ({
    ...state,
    // An order reserves it again in the same commit.
    ...(to === 'account' ? back(state, amountFen) : {}),
    reservedFen: state.reservedFen - amountFen,
    slicedFen: state.slicedFen - amountFen,
  }),
  QuotaVoided: (state, { voidedFen }) => ({ ...state, over: true, grantedFen: state.grantedFen - voidedFen }),
  QuotaFrozen: (state) => ({ ...state, phase: 'Frozen' }),
  QuotaUnfrozen: (state) => ({ ...state, phase: 'Granted' }),
  QuotaClosed: (state, { voidedFen }) => ({ ...state, phase: 'Closed', over: true, grantedFen: state.grantedFen - voidedFen }),
});

/** What may still be reserved, in fen. */
export const leftFen = (state: Quota): number => (state.phase === 'Granted' ? state.grantedFen - state.reservedFen - state.consumedFen : 0);

/** What counts under the account's cap and was not used here, fen. */
export const elsewhereFen = ({ elsewhere }: Quota): number => Object.values(elsewhere).reduce((total, each) => total + each, 0);

/** What the account holds of its grant, fen. */
export const heldFen = ({ reservedFen, consumedFen }: Quota): number => reservedFen + consumedFen;

/** Names the account. */
export interface Account {
  readonly subject: string;
  readonly scheme: string;
  readonly year: number;
}

/** Whose account it is, and who has an interest in it. */
export const applicantReads = ({ subject: id }: Account, peek: Peek): readonly Place[] => [
  { province: peek.province, stream: subjectStream(id) },
  ...interestPlaces(subjectParties(id, peek.state(subject, subjectStream(id))), peek),
];

/** Nobody decides about the account of his own organisation, or of a subject in which he has an interest (V16). */
export const mayOnAccount = (turn: Turn, act: AccessName, { subject: id }: Account): Rejection | null => {
  const who = turn.state(subject, subjectStream(id));
  return mayDecide(turn, act, { subject: ownerOf(who) }, subjectParties(id, who));
};

/** An act of the province's staff on one account. */
export const staffAct = <C extends Account>(
  act: AccessName,
  decide: (command: C, state: Quota, turn: Turn) => readonly QuotaEvent[] | Rejection,
): Handler<C> =>
  handler({
    target: quotaStream,
    reads: (command: C, peek) => applicantReads(command, peek),
    decide: (command, turn): Decision => {
      const outcome = mayOnAccount(turn, act, command) ?? decide(command, turn.state(quota, quotaStream(command)), turn);
      return isRejection(outcome) ? outcome : toStream(quotaStream(command), outcome);
    },
  });

export interface FreezeQuota extends Account {
  readonly reason: string;
}
const mustBe = (state: Quota, phase: Quota['phase']): Rejection | null =>
  state.phase === phase ? null : refuse('E-STATE', { seen: word(state.phase), needed: word(phase) });

/** FreezeQuota (supervisor) → QuotaFrozen: nothing new is reserved; what is reserved stays. */
export const FreezeQuota = staffAct<FreezeQuota>('FreezeQuota', ({ reason }, state) =>
  state.phase === 'Frozen' ? [] : (mustBe(state, 'Granted') ?? [{ type: 'QuotaFrozen', data: { reason } }]),
);
/** UnfreezeQuota (supervisor) → QuotaUnfrozen. */
export const UnfreezeQuota = staffAct<FreezeQuota>('UnfreezeQuota', ({ reason }, state) =>
  state.phase === 'Granted' ? [] : (mustBe(state, 'Frozen') ?? [{ type: 'QuotaUnfrozen', data: { reason } }]),
);
/** CloseQuota (supervisor, at year end) → QuotaClosed: voids only the part that is not reserved. */
export const CloseQuota = staffAct<Account>('CloseQuota', (_, state) => {
  if (state.phase === 'Closed') return [];
  if (state.phase === 'None') return refuse('E-NOTFOUND', { seen: phrase('noAccount'), needed: phrase('anAccount') });
  return [{ type: 'QuotaClosed', data: { voidedFen: state.grantedFen - heldFen(state) } }];
});

export interface EndQuota extends Account {
  readonly limit: 'use' | 'year';
  readonly dueMs: number;
}
/**
 * Derived from a timer. The use window is over → QuotaVoided (V13); the year is over → QuotaClosed (A5). Both void only what is not
 * reserved: open orders go on to their own limits. Nothing when a later grant moved the window.
 */
export const EndQuota: Handler<EndQuota> = single(quota, quotaStream, ({ limit, dueMs }: EndQuota, state) => {
  const voidedFen = state.grantedFen - heldFen(state);
  if (state.phase === 'None' || state.phase === 'Closed') return [];
  if (limit === 'year') return [{ type: 'QuotaClosed', data: { voidedFen } }];
  return state.over || state.useUntilMs > dueMs ? [] : [{ type: 'QuotaVoided', data: { voidedFen, dueMs } }];
});

/** Whether a decision of another file may reserve on this account now (V5, V13). */
export const reservable = (state: Quota, nowMs: number): Rejection | null => {
  if (state.phase === 'None' || state.phase === 'Submitted')
    return refuse('E-QUOTA', { seen: word(state.phase), needed: phrase('grantedQuota') });
  if (state.phase !== 'Granted') return refuse('E-QUOTA', { seen: word(state.phase), needed: phrase('accountOpen') });
  if (nowMs > state.useUntilMs) return refuse('E-WINDOW', { seen: moment(nowMs), needed: until(state.useUntilMs) }); // V13
  return null;
};
