/**
 * A claim on a quota (额度申领) and its review: by the province alone, or by the district (区县) first and then by the province, as the
 * pack says. Each level passes, refuses, or returns the claim once with one whole list of defects (一次性告知).
 */
import { anyOf, phrase, plain, refuse, word, yuan, type VoucherPack } from '@yrd/contracts';
import { toStream, type Decision, type Handler, type Peek, type Rejection, type Turn } from '@yrd/ledger';
import { dayEndMs, windowEndMs, yearOf } from '../policy/clocks.js';
import { handler, inTime, mayAct, missing, positive } from '../handling.js';
import { effective, noPolicy, policy } from '../policy/policy.js';
import type { Defect, ReviewLevel } from '../private-events.js';
import { applicantReads, corrects, elsewhereFen, mayOnAccount, quota, staffAct, type Account, type Quota } from './quota.js';
import { unsanctioned } from '../orders/sanction.js';
import { policyStream, quotaStream, sanctionStream, subjectStream, type Place } from '../streams.js';
import { eligibility, ineligible, ownerOf, subject } from './subject.js';

const reads = (account: Account, peek: Peek): readonly Place[] => [
  ...applicantReads(account, peek),
  { province: peek.province, stream: policyStream(account.scheme) },
];

export interface ApplyQuota extends Account {
  readonly askedFen: number;
}

/** V2: one claim after the other, as many in a year as the pack says, each within the cap of a claim. */
const claimable = (state: Quota, pack: VoucherPack, askedFen: number): Rejection | null => {
  const waiting = state.phase === 'Submitted' || state.further === 'submitted';
  if (waiting) return refuse('E-YEAR', { policy: pack.version, seen: phrase('claimUnderReview'), needed: phrase('decisionFirst') });
  // A refused claim ends the year where there is one claim a year; where there are several the firm may make the next.
  const over = state.phase === 'Frozen' || state.phase === 'Closed' || (state.phase === 'Refused' && pack.claimsPerYear === 1);
  if (over) return refuse('E-STATE', { seen: word(state.phase), needed: phrase('openAccount') });
  if (state.claims >= pack.claimsPerYear) {
    return refuse('E-YEAR', {
      policy: pack.version,
      seen: plain(state.claims),
      needed: phrase('fewerClaims', { count: pack.claimsPerYear }),
    });
  }
  if (pack.claimCapFen !== undefined && askedFen > pack.claimCapFen)
    return refuse('E-QUOTA', { policy: pack.version, seen: yuan(askedFen), needed: phrase('upToClaim', { mostFen: pack.claimCapFen }) });
  return null;
};

/** A corrected claim goes back to whoever returned it, unless it asks more than the district passed. */
const levelFor = (state: Quota, pack: VoucherPack, askedFen: number): ReviewLevel => {
  if (!pack.districtReview) return 'province';
  return corrects(state) && state.passed && askedFen <= state.passed.askedFen ? 'province' : 'district';
};

/** The pack's last day of the year: what is not reserved by then is void. */
const closesMs = ({ year }: Account, { use }: VoucherPack): number => dayEndMs(`${year}-${use.lastDay}`);

const ofThisYear = (year: number, nowMs: number): Rejection | null =>
  year === yearOf(nowMs) ? null : refuse('E-VALIDATION', { field: 'year', seen: plain(year), needed: plain(yearOf(nowMs)) });

/** ApplyQuota (enterprise) → QuotaApplied; E-SUBJECT, E-INTEGRITY (V1), E-YEAR (V2). */
export const ApplyQuota: Handler<ApplyQuota> = handler({
  target: quotaStream,
  reads: (command: ApplyQuota, peek) => [...reads(command, peek), { province: peek.province, stream: sanctionStream(command.subject) }],
  decide: (command: ApplyQuota, turn): Decision => {
    const who = turn.state(subject, subjectStream(command.subject));
    const pack = effective(turn.state(policy, policyStream(command.scheme)), turn.now);
    if (!who.registered) return missing('subject');
    if (!pack) return noPolicy(command.scheme);
    const state = turn.state(quota, quotaStream(command));
    const no =
      mayAct(turn, 'ApplyQuota', { subject: ownerOf(who) }) ??
      ofThisYear(command.year, turn.now) ??
      ineligible(eligibility(who, { province: turn.province, year: command.year }, pack), pack) ??
      unsanctioned(turn, command.subject, pack.version) ??
      claimable(state, pack, command.askedFen);
    if (no) return no;
    const { subject: id, scheme, year, askedFen } = command;
    const data = {
      subject: id,
      scheme,
      year,
      askedFen,
      policy: pack.version,
      level: levelFor(state, pack, askedFen),
      closesMs: closesMs(command, pack),
    };
    return toStream(quotaStream(command), [{ type: 'QuotaApplied', data }], pack.version);
  },
});

const underReview = (state: Quota): Rejection | null =>
  state.phase === 'Submitted' || (state.phase === 'Granted' && state.further === 'submitted')
    ? null
    : refuse('E-STATE', { seen: word(state.phase), needed: word('Submitted') });

/** Roles that a claim lies with at each level; where no district was asked, the district may still help the province look. */
const LEVEL_ROLES = { district: ['district-reviewer'], province: ['reviewer', 'approver'] } as const;

/** Null when the claim is under review and lies with the actor's level. */
const atOwnLevel = (state: Quota, { actor }: Turn): Rejection | null => {
  const no = underReview(state);
  if (no || (state.level === 'province' && !state.passed)) return no;
  const roles: readonly string[] = LEVEL_ROLES[state.level];
  return actor.roles.some((role) => roles.includes(role))
    ? null
    : refuse('E-ROLE', { seen: phrase('claimLiesWith', { levelWord: state.level }), needed: anyOf(roles) });
};

/** PassQuota (district reviewer) → QuotaPassed (区县通过): the claim goes on to the province. */
export const PassQuota = staffAct<Account>('PassQuota', (_, state, turn) => {
  const no = underReview(state);
  if (no) return no;
  if (state.level === 'province')
    return state.passed ? [] : refuse('E-STATE', { seen: phrase('withProvince'), needed: phrase('claimWithDistrict') });
  return [{ type: 'QuotaPassed', data: { level: 'district', person: turn.actor.person } }];
});

export interface GrantQuota extends Account {
  readonly amountFen: number;
}

const grantable = (state: Quota, pack: VoucherPack, capFen: number, amountFen: number): Rejection | null => {
  const no = underReview(state) ?? positive('amountFen', amountFen);
  if (no) return no;
  if (state.level === 'district') return refuse('E-STATE', { seen: phrase('withDistrict'), needed: phrase('districtFirst') });
  const claimCap = pack.claimCapFen ?? capFen;
  const most = Math.min(claimCap, capFen - state.grantedFen - elsewhereFen(state), state.askedFen);
  if (amountFen <= most) return null;
  const needed = most > 0 ? phrase('oneFenTo', { leastFen: 1, mostFen: most }) : phrase('capGranted');
  return refuse('E-QUOTA', { policy: pack.version, seen: yuan(amountFen), needed });
};

/** V16: who passed a claim for the district does not grant it for the province. */
const secondHand = ({ passed }: Quota, { actor }: Turn): Rejection | null =>
  passed?.person === actor.person ? refuse('E-RECUSE', { seen: phrase('samePerson'), needed: phrase('otherThanPassed') }) : null;

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
      mayOnAccount(turn, 'GrantQuota', command) ??
      grantable(state, pack, pack.subjects[kind]?.capFen ?? 0, command.amountFen) ??
      secondHand(state, turn) ??
      // A year that is over grants nothing: the money would be void at once.
      inTime(turn, closesMs(command, pack));
    if (no) return no;
    const useUntilMs = windowEndMs(turn.now, pack.use.days, `${command.year}-${pack.use.lastDay}`);
    const redeemUntilMs = windowEndMs(turn.now, pack.redeem.days, `${command.year + 1}-${pack.redeem.lastDay}`);
    const data = { amountFen: command.amountFen, policy: pack.version, useUntilMs, redeemUntilMs, closesMs: closesMs(command, pack) };
    return toStream(quotaStream(command), [{ type: 'QuotaGranted', data }], pack.version);
  },
});

export interface ReturnQuota extends Account {
  readonly defects: readonly Defect[];
}
/** ReturnQuota (whoever has the claim) → QuotaReturned (退回修改): one whole list at each level, so that nobody is sent away twice. */
export const ReturnQuota = staffAct<ReturnQuota>('ReturnQuota', ({ defects }, state, turn) => {
  const no = atOwnLevel(state, turn);
  if (no) return no;
  const { level } = state;
  if (defects.length === 0) return refuse('E-VALIDATION', { field: 'defects', seen: phrase('none'), needed: phrase('everyDefect') });
  if (state.returnedBy.includes(level))
    return refuse('E-FILE', { seen: phrase('returnedByBefore', { levelWord: level }), needed: phrase('oneListGrant') });
  return [{ type: 'QuotaReturned', data: { defects: defects.map(({ code }) => code), texts: defects.map(({ text }) => text), level } }];
});

export interface RefuseQuota extends Account {
  readonly code: string;
}
/** RefuseQuota (whoever has the claim) → QuotaRefused (不予通过). */
export const RefuseQuota = staffAct<RefuseQuota>(
  'RefuseQuota',
  ({ code }, state, turn) => atOwnLevel(state, turn) ?? [{ type: 'QuotaRefused', data: { code, level: state.level } }],
);

/** Where a claim stands, in the words of the two levels. */
export const STAGES = {
  'district-review': { zh: '区县审核中', en: 'under review by the district' },
  'district-returned': { zh: '区县退回修改', en: 'returned by the district to be corrected' },
  'district-refused': { zh: '区县不通过', en: 'refused by the district' },
  'province-review': { zh: '省（市）级审核中', en: 'under review by the province' },
  'district-passed': { zh: '区县通过，省（市）级审核中', en: 'passed by the district, under review by the province' },
  'province-returned': { zh: '省（市）级退回修改', en: 'returned by the province to be corrected' },
  'province-refused': { zh: '省（市）级不通过', en: 'refused by the province' },
  granted: { zh: '省（市）级通过', en: 'granted by the province' },
} as const;
export type Stage = keyof typeof STAGES;

/** The stage of the last claim of an account that has one. */
export const stageOf = ({ phase, further, level, passed, claims }: Quota): Stage => {
  if (phase === 'Returned' || further === 'returned') return `${level}-returned`;
  if (phase === 'Refused') return `${level}-refused`;
  if (claims > 0 && further === 'none') return 'granted';
  return level === 'province' && passed ? 'district-passed' : `${level}-review`;
};
