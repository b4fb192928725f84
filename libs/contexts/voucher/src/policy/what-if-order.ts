/** One order under another pack: what would have been reserved for it, paid for it, and by whom (V3, V4, V19). */
import type { Terms, VoucherPack } from '@yrd/contracts';
import { alike, isRejection, type Ratio } from '@yrd/ledger';
import { leftUnder, type Ceiling } from '../quotas/ceiling.js';
import { termsOf, type Order } from '../orders/order.js';
import { effective, pinned, ratioFor, type Policy } from './policy.js';
import { leftFen, type Quota } from '../quotas/quota.js';
import { payersOf, within } from '../orders/redeeming.js';
import { reserve, subsidyOf } from '../quotas/reservation.js';
import { among, itemOf } from '../agencies/service-class.js';

/**
 * Why an order's cost under the pack is not known. `subject`: whether it is a firm or a team is known at its home only, and it matters.
 * `quota`: it would need more of a quota that only its home knows. `policy`: the pack it pinned was never adopted there.
 */
export type Unknown = 'subject' | 'quota' | 'policy';

/** What an order would have come to: an amount with its payers, a refusal by this code, or nothing that is known. */
export type Outcome =
  | {
      readonly kind: 'paid';
      readonly subsidyFen: number;
      readonly payers: Readonly<Record<string, number>>;
      readonly ratio: Ratio;
      readonly shares: Readonly<Record<string, Ratio>>;
    }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'unknown'; readonly why: Unknown };

/** A sum of money under a cap: as it was, and as it would have been used under the other pack. */
export interface Used<T> {
  readonly actual: T;
  readonly usedFen: number;
}

/** What a reservation drew on, just before it did. */
export interface Drawing {
  readonly quota: Used<Quota>;
  readonly group: Used<Ceiling> | null;
  readonly pool: Used<Ceiling> | null;
}

const least = (...amounts: readonly (number | null)[]): number => Math.min(...amounts.map((each) => each ?? Number.MAX_SAFE_INTEGER));

/** The rule of the pack that would not have taken the order, by its code; null when it takes it. */
const refusedBy = (pack: VoucherPack, state: Order, kind: keyof VoucherPack['subjects']): string | null => {
  const { home, agencyProvince, mode, itemClass, placedMs } = termsOf(state);
  const modes = agencyProvince === home ? pack.modes.home : pack.modes.cross;
  if (!pack.subjects[kind]) return 'E-SUBJECT';
  if (!modes.includes(mode)) return 'E-VALIDATION';
  const item = itemOf(itemClass, { agencyProvince, home }, placedMs);
  return among(item, pack.forbidden) || !among(item, pack.classes) ? 'E-CLASS' : null;
};

/**
 * What the pack would have reserved, in fen, or the code of the rule that forbids it. What an order asked for in so many words is not in
 * its entry: it took less than both the rules and every cap allowed, and then this is what it would ask for again.
 */
export const reservedUnder = (
  pack: VoucherPack,
  before: VoucherPack,
  state: Order,
  { kind, drawing: { quota, group, pool } }: { readonly kind: keyof VoucherPack['subjects']; readonly drawing: Drawing },
): number | string => {
  const { amountFen, reservedFen } = termsOf(state);
  const [terms, then] = [pack.subjects[kind], before.subjects[kind]];
  const code = refusedBy(pack, state, kind);
  if (code !== null || !terms) return code ?? 'E-SUBJECT';
  const under = (by: VoucherPack, which: (each: Used<Ceiling>) => number) => ({
    groupLeftFen: group && leftUnder(by.group?.capFen, { ...group.actual, takenFen: which(group) }),
    poolLeftFen: pool && leftUnder(by.poolFen, { ...pool.actual, takenFen: which(pool) }),
  });
  const was = under(before, ({ actual }) => actual.takenFen);
  const allowedFen = least(then ? subsidyOf(then, amountFen) : null, leftFen(quota.actual), was.groupLeftFen, was.poolLeftFen);
  const asked = reservedFen < allowedFen ? { voucherFen: Math.min(reservedFen, subsidyOf(terms, amountFen)) } : {};
  // A17: what was granted stays, as far as the pack would have let it be granted.
  const account = {
    ...quota.actual,
    grantedFen: Math.min(quota.actual.grantedFen, terms.capFen),
    reservedFen: quota.usedFen,
    consumedFen: 0,
  };
  const answer = reserve(pack, terms, { amountFen, ...asked, quota: account, ...under(pack, ({ usedFen }) => usedFen) });
  return isRejection(answer) ? answer.rejected : answer;
};

/** Who decides what about an order: the pack in question, and what every province has adopted for its scheme. */
export interface Deciding {
  readonly pack: VoucherPack;
  readonly policies: Readonly<Record<string, Policy>>;
}

/** Whether the agency's province would have refused its share: as it did, unless it would have been asked something else. */
const declines = ({ pack, policies }: Deciding, state: Order, approvedMs: number, share: Ratio): boolean => {
  const { home, agencyProvince, policy } = termsOf(state);
  if (agencyProvince === home || share.of === 0) return false;
  const inForce = effective(policies[agencyProvince] ?? { adopted: [] }, approvedMs)?.shareAsAgency;
  const most = agencyProvince === pack.province ? pack.shareAsAgency : inForce;
  const asked = pinned(policies[home] ?? { adopted: [] }, policy)?.split.agency;
  if (asked && alike(asked, share) && alike(most ?? null, inForce ?? null)) return state.shareDeclined;
  return !within(share, most);
};

/** An approved amount with the payers that the split of this pack gives it. */
const paid = (
  deciding: Deciding,
  state: Order,
  approvedMs: number,
  by: VoucherPack,
  sum: { subsidyFen: number; ratio: Ratio },
): Outcome => {
  const shareDeclined = declines(deciding, state, approvedMs, by.split.agency);
  const { payers, agencyShare } = payersOf(sum.subsidyFen, { ...state, shareDeclined }, by);
  const { home, agencyProvince } = termsOf(state);
  const rest = { of: agencyShare.in - agencyShare.of, in: agencyShare.in };
  const shares = agencyShare.of === 0 ? { [home]: { of: 1, in: 1 } } : { [home]: rest, [agencyProvince]: agencyShare };
  return { kind: 'paid', ...sum, payers, shares };
};

const PAID_NOTHING: Outcome = { kind: 'refused', code: 'E-QUOTA' };

/** An approved order of the pack's province, whose reservation under the pack is known. */
export const outcomeAtHome = (
  deciding: Deciding,
  state: Order,
  approvedMs: number,
  { terms, reservedFen }: { readonly terms: Terms; readonly reservedFen: number },
): Outcome => {
  const baseFen = state.approval?.baseFen ?? 0;
  const subsidyFen = Math.min(subsidyOf(terms, baseFen), reservedFen);
  if (subsidyFen <= 0) return PAID_NOTHING;
  return paid(deciding, state, approvedMs, deciding.pack, { subsidyFen, ratio: ratioFor(terms, baseFen) });
};

/** The same seen from another province, which knows neither the subject nor its quota: only what follows whatever these are. */
export const outcomeAbroad = (deciding: Deciding, state: Order, approvedMs: number): Outcome => {
  const { pack, policies } = deciding;
  const { home, policy, reservedFen } = termsOf(state);
  const before = pinned(policies[home] ?? { adopted: [] }, policy);
  const approval = state.approval;
  if (!before || !approval) return { kind: 'unknown', why: 'policy' };
  const kinds = (['firm', 'team'] as const).filter((kind) => before.subjects[kind]);
  const found = kinds.map((kind): Outcome => {
    const code = refusedBy(pack, state, kind);
    const [terms, then] = [pack.subjects[kind], before.subjects[kind]];
    if (code !== null || !terms || !then) return { kind: 'refused', code: code ?? 'E-SUBJECT' };
    const subsidyFen = subsidyOf(terms, approval.baseFen);
    const sum = { subsidyFen, ratio: ratioFor(terms, approval.baseFen) };
    if (subsidyFen === subsidyOf(then, approval.baseFen))
      return paid(deciding, state, approvedMs, pack, { ...sum, subsidyFen: approval.subsidyFen });
    if (subsidyFen > reservedFen) return { kind: 'unknown', why: 'quota' };
    return subsidyFen > 0 ? paid(deciding, state, approvedMs, pack, sum) : PAID_NOTHING;
  });
  const [first] = found;
  if (!first) return { kind: 'unknown', why: 'policy' };
  return found.every((each) => alike(each, first)) ? first : { kind: 'unknown', why: 'subject' };
};

/** An order of another province whose share the pack's province is asked for: the amount stands, only the payers may change. */
export const outcomeOfShare = (deciding: Deciding, state: Order, approvedMs: number): Outcome => {
  const { home, policy } = termsOf(state);
  const by = pinned(deciding.policies[home] ?? { adopted: [] }, policy);
  if (!by || !state.approval) return { kind: 'unknown', why: 'policy' };
  const { subsidyFen, ratio } = state.approval;
  return paid(deciding, state, approvedMs, by, { subsidyFen, ratio });
};
