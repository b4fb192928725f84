/** A quota account: what one subject may spend under one scheme in one year. Reserved plus consumed never exceeds granted (V5). */
import { refuse, type VoucherEvent, type VoucherPack } from '@yrd/contracts';
import { toStream, foldOf, isRejection, type Decision, type Handler, type Peek, type Rejection, type Turn } from '@yrd/ledger';
import { dayOf, windowEndMs } from './clocks.js';
import { handler, mayAct, missing, positive } from './handling.js';
import { effective, policy } from './policy.js';
import type { PrivateEvent } from './private-events.js';
import { policyStream, quotaStream, subjectStream, type Place } from './streams.js';
import { eligibility, ineligible, subject } from './subject.js';

export type QuotaEvent =
  | PrivateEvent<'QuotaApplied' | 'QuotaReturned' | 'QuotaRefused' | 'QuotaGranted' | 'QuotaFrozen' | 'QuotaUnfrozen' | 'QuotaClosed'>
  | VoucherEvent<'QuotaReserved' | 'QuotaReleased' | 'QuotaConsumed'>;

export interface Quota {
  readonly phase: 'None' | 'Submitted' | 'Returned' | 'Refused' | 'Granted' | 'Frozen' | 'Closed';
  /** A further claim of a pack that allows several a year; the account stays granted meanwhile (V2). */
  readonly further: 'none' | 'submitted' | 'returned';
  readonly askedFen: number;
  readonly claims: number;
  readonly grantedFen: number;
  readonly reservedFen: number;
  readonly consumedFen: number;
  readonly useUntilMs: number;
  readonly redeemUntilMs: number;
}

const initial: Quota = {
  phase: 'None',
  further: 'none',
  askedFen: 0,
  claims: 0,
  grantedFen: 0,
  reservedFen: 0,
  consumedFen: 0,
  useUntilMs: 0,
  redeemUntilMs: 0,
};

export const quota = foldOf<Quota, QuotaEvent>('quota', initial, {
  QuotaApplied: (state, { askedFen }) =>
    state.phase === 'Granted' ? { ...state, further: 'submitted', askedFen } : { ...state, phase: 'Submitted', askedFen },
  QuotaReturned: (state) => (state.phase === 'Granted' ? { ...state, further: 'returned' } : { ...state, phase: 'Returned' }),
  QuotaRefused: (state) => (state.phase === 'Granted' ? { ...state, further: 'none' } : { ...state, phase: 'Refused' }),
  QuotaGranted: (state, { amountFen, useUntilMs, redeemUntilMs }) => ({
    ...state,
    phase: 'Granted',
    further: 'none',
    claims: state.claims + 1,
    grantedFen: state.grantedFen + amountFen,
    useUntilMs,
    redeemUntilMs,
  }),
  QuotaReserved: (state, { amountFen }) => ({ ...state, reservedFen: state.reservedFen + amountFen }),
  QuotaReleased: (state, { amountFen }) => {
    const reservedFen = state.reservedFen - amountFen;
    // After the year's end only what is still reserved lives on.
    return state.phase === 'Closed' ? { ...state, reservedFen, grantedFen: state.grantedFen - amountFen } : { ...state, reservedFen };
  },
  QuotaConsumed: (state, { amountFen }) => ({
    ...state,
    reservedFen: state.reservedFen - amountFen,
    consumedFen: state.consumedFen + amountFen,
  }),
  QuotaFrozen: (state) => ({ ...state, phase: 'Frozen' }),
  QuotaUnfrozen: (state) => ({ ...state, phase: 'Granted' }),
  QuotaClosed: (state, { voidedFen }) => ({ ...state, phase: 'Closed', grantedFen: state.grantedFen - voidedFen }),
});

/** What may still be reserved, in fen. */
export const leftFen = (state: Quota): number => (state.phase === 'Granted' ? state.grantedFen - state.reservedFen - state.consumedFen : 0);

/** Names the account. */
export interface Account {
  readonly subject: string;
  readonly scheme: string;
  readonly year: number;
}

const reads = ({ subject: id, scheme }: Account, peek: Peek): readonly Place[] => [
  { province: peek.province, stream: subjectStream(id) },
  { province: peek.province, stream: policyStream(scheme) },
];

const noPolicy = (scheme: string): Rejection =>
  refuse('E-NOTFOUND', { seen: `no policy in force for ${scheme}`, needed: 'an adopted pack' });

export interface ApplyQuota extends Account {
  readonly askedFen: number;
}

const claimable = (state: Quota, pack: VoucherPack): Rejection | null => {
  const waiting = state.phase === 'Submitted' || state.further === 'submitted';
  if (waiting) return refuse('E-YEAR', { policy: pack.version, seen: 'a claim under review', needed: 'its decision first' });
  if (state.phase === 'Refused' || state.phase === 'Frozen' || state.phase === 'Closed')
    return refuse('E-STATE', { seen: state.phase, needed: 'an open account' });
  if (state.claims >= pack.claimsPerYear) {
    // V2
    return refuse('E-YEAR', { policy: pack.version, seen: state.claims, needed: `fewer than ${pack.claimsPerYear} claims this year` });
  }
  return null;
};

const ofThisYear = (year: number, nowMs: number): Rejection | null =>
  String(year) === dayOf(nowMs).slice(0, 4)
    ? null
    : refuse('E-VALIDATION', { field: 'year', seen: year, needed: dayOf(nowMs).slice(0, 4) });

/** ApplyQuota (enterprise) → QuotaApplied; E-SUBJECT, E-INTEGRITY (V1), E-YEAR (V2). */
export const ApplyQuota: Handler<ApplyQuota> = handler({
  target: quotaStream,
  reads,
  decide: (command: ApplyQuota, turn): Decision => {
    const who = turn.state(subject, subjectStream(command.subject));
    const pack = effective(turn.state(policy, policyStream(command.scheme)), turn.now);
    if (!who.registered) return missing('subject');
    if (!pack) return noPolicy(command.scheme);
    const no =
      mayAct(turn, 'ApplyQuota', { subject: who.registered.organisation }) ??
      ofThisYear(command.year, turn.now) ??
      ineligible(eligibility(who, { province: turn.province, year: command.year }, pack), pack) ??
      claimable(turn.state(quota, quotaStream(command)), pack);
    if (no) return no;
    const { subject: id, scheme, year, askedFen } = command;
    return toStream(
      quotaStream(command),
      [{ type: 'QuotaApplied', data: { subject: id, scheme, year, askedFen, policy: pack.version } }],
      pack.version,
    );
  },
});

const underReview = (state: Quota): Rejection | null =>
  state.phase === 'Submitted' || (state.phase === 'Granted' && state.further === 'submitted')
    ? null
    : refuse('E-STATE', { seen: state.phase, needed: 'Submitted' });

export interface GrantQuota extends Account {
  readonly amountFen: number;
}

const grantable = (state: Quota, pack: VoucherPack, capFen: number, amountFen: number): Rejection | null => {
  const no = underReview(state) ?? positive('amountFen', amountFen);
  if (no) return no;
  const claimCap = pack.claimCapFen ?? capFen;
  const most = Math.min(claimCap, capFen - state.grantedFen, state.askedFen);
  if (amountFen > most) return refuse('E-QUOTA', { policy: pack.version, seen: amountFen, needed: `1 to ${most} fen` });
  return null;
};

/** GrantQuota (approver) → QuotaGranted, within the cap, the claim's cap and what was asked; the windows of V13 start here. */
export const GrantQuota: Handler<GrantQuota> = handler({
  target: quotaStream,
  reads,
  decide: (command: GrantQuota, turn): Decision => {
    const state = turn.state(quota, quotaStream(command));
    const pack = effective(turn.state(policy, policyStream(command.scheme)), turn.now);
    const kind = turn.state(subject, subjectStream(command.subject)).registered?.kind;
    if (!pack || !kind) return noPolicy(command.scheme);
    const no =
      mayAct(turn, 'GrantQuota', applicant(turn, command)) ?? grantable(state, pack, pack.subjects[kind]?.capFen ?? 0, command.amountFen);
    if (no) return no;
    const useUntilMs = windowEndMs(turn.now, pack.use.days, `${command.year}-${pack.use.lastDay}`);
    const redeemUntilMs = windowEndMs(turn.now, pack.redeem.days, `${command.year + 1}-${pack.redeem.lastDay}`);
    const data = { amountFen: command.amountFen, policy: pack.version, useUntilMs, redeemUntilMs };
    return toStream(quotaStream(command), [{ type: 'QuotaGranted', data }], pack.version);
  },
});

/** Whose account it is: nobody decides about his own organisation (V16). */
const applicant = (turn: Turn, { subject: id }: Account) => ({
  subject: turn.state(subject, subjectStream(id)).registered?.organisation ?? null,
});

const staffAct = <C extends Account>(
  act: 'ReturnQuota' | 'RefuseQuota' | 'FreezeQuota' | 'UnfreezeQuota' | 'CloseQuota',
  decide: (command: C, state: Quota, turn: Turn) => readonly QuotaEvent[] | Rejection,
): Handler<C> =>
  handler({
    target: quotaStream,
    reads: ({ subject: id }: C, peek) => [{ province: peek.province, stream: subjectStream(id) }],
    decide: (command, turn): Decision => {
      const outcome = mayAct(turn, act, applicant(turn, command)) ?? decide(command, turn.state(quota, quotaStream(command)), turn);
      return isRejection(outcome) ? outcome : toStream(quotaStream(command), outcome);
    },
  });

export interface ReturnQuota extends Account {
  readonly defects: readonly string[];
}
/** ReturnQuota (reviewer) → QuotaReturned (退回修改). */
export const ReturnQuota = staffAct<ReturnQuota>(
  'ReturnQuota',
  ({ defects }, state) => underReview(state) ?? [{ type: 'QuotaReturned', data: { defects } }],
);

export interface RefuseQuota extends Account {
  readonly code: string;
}
/** RefuseQuota (reviewer) → QuotaRefused (不予通过). */
export const RefuseQuota = staffAct<RefuseQuota>(
  'RefuseQuota',
  ({ code }, state) => underReview(state) ?? [{ type: 'QuotaRefused', data: { code } }],
);

export interface FreezeQuota extends Account {
  readonly reason: string;
}
const mustBe = (state: Quota, phase: Quota['phase']): Rejection | null =>
  state.phase === phase ? null : refuse('E-STATE', { seen: state.phase, needed: phase });

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
  if (state.phase === 'None') return refuse('E-NOTFOUND', { seen: 'no account', needed: 'an account' });
  return [{ type: 'QuotaClosed', data: { voidedFen: state.grantedFen - state.reservedFen - state.consumedFen } }];
});

/** Whether a decision of another file may reserve on this account now (V5, V13). */
export const reservable = (state: Quota, nowMs: number): Rejection | null => {
  if (state.phase === 'None' || state.phase === 'Submitted') return refuse('E-QUOTA', { seen: state.phase, needed: 'a granted quota' });
  if (state.phase !== 'Granted') return refuse('E-QUOTA', { seen: state.phase, needed: 'an account that is open and not frozen' });
  if (nowMs > state.useUntilMs) return refuse('E-WINDOW', { seen: nowMs, needed: `until ${state.useUntilMs}` }); // V13
  return null;
};
