/**
 * Answers before asking: whether an order would be placed now and with which money, or every rule that forbids it. It is the decision of
 * placing itself, asked without writing anything, so that a yes means that the order is placed when nothing changes in between.
 */
import type { VoucherPack } from '@yrd/contracts';
import { isRejection, type Peek, type Question, type Ratio, type Rejection, type Turn } from '@yrd/ledger';
import { positive } from '../handling.js';
import { askedOf, refusals, type Asked, type Wish } from './placing-rules.js';
import { place, placingReads, type PlaceOrder } from './placing.js';
import { ratioFor } from '../policy/policy.js';
import { leftFen, quota } from '../quotas/quota.js';
import { payersBetween } from './redeeming.js';
import { ceilingsLeft, reserve, subsidyOf } from '../quotas/reservation.js';
import { foreignStreams, orderStream, ownStreams, quotaStream } from '../streams.js';
import { eligibility, groupOf, ineligible } from '../quotas/subject.js';

/** Stands for the order that is only asked about: no id that a node makes is this one. */
const UNPLACED = '0'.repeat(26);

/** A rule that forbids the order. */
export interface Failing {
  readonly rule: string;
  readonly code: string;
  readonly clause: string;
  readonly facts: Rejection['facts'];
}

/** The money of an order, fen; null where nothing limits. */
export interface Breakdown {
  readonly baseFen: number;
  readonly ratio: Ratio;
  /** Base times ratio, rounded down (V4). */
  readonly countedFen: number;
  readonly orderCapFen: number | null;
  readonly quotaLeftFen: number;
  readonly groupLeftFen: number | null;
  readonly poolLeftFen: number | null;
  /** What would be reserved; nothing while it stands in line. */
  readonly reservedFen: number;
  /** It would stand in line for the pool's money (V27). */
  readonly queued: boolean;
  /** Province → what it would pay of it (V19). */
  readonly payers: Readonly<Record<string, number>>;
}

/** The answer: with the money when it is yes, else with every rule that forbids it. */
export interface Forecast {
  readonly placed: boolean;
  readonly policy: string | null;
  readonly breakdown: Breakdown | null;
  readonly failing: readonly Failing[];
}

const failing = (rule: string, clause: string, says: Rejection | null): readonly Failing[] =>
  says
    ? [{ rule, code: says.rejected, clause: typeof says.facts['clause'] === 'string' ? says.facts['clause'] : clause, facts: says.facts }]
    : [];

const termsFor = ({ who, pack }: Asked) => (who.registered ? pack.subjects[who.registered.kind] : undefined);

const ceilingsFor = ({ wish: { scheme, year }, who, pack }: Asked, turn: Turn) =>
  ceilingsLeft(turn, { scheme, year, group: groupOf(who) }, pack);

/** Each limit of the money by itself, as if the others were ample: V3, V4, V5. */
const moneyRules = (asked: Asked, turn: Turn): readonly Failing[] => {
  const { wish, pack } = asked;
  const terms = termsFor(asked);
  const account = turn.state(quota, quotaStream(wish));
  // An account that is not open at all is told by its own rule.
  if (!terms || account.phase !== 'Granted') return [];
  const { groupLeftFen, poolLeftFen } = ceilingsFor(asked, turn);
  const ample = { ...account, grantedFen: Number.MAX_SAFE_INTEGER, reservedFen: 0, consumedFen: 0 };
  const refusal = (limits: { quota?: typeof account; groupLeftFen?: number | null; poolLeftFen?: number | null }): Rejection | null => {
    const wanted = { amountFen: wish.amountFen, voucherFen: wish.voucherFen };
    const outcome = reserve(pack, terms, { ...wanted, quota: ample, groupLeftFen: null, poolLeftFen: null, ...limits });
    return isRejection(outcome) ? outcome : null;
  };
  const short = refusal({ quota: account });
  return [
    ...failing('amount', 'V4 V5', short),
    ...failing('group', 'V3', only(refusal({ groupLeftFen }), 'E-GROUPCAP')),
    // Where the pack lets orders wait, a short pool is no refusal by itself.
    ...(pack.queue ? [] : failing('pool', 'V4', only(refusal({ poolLeftFen }), 'E-POOL'))),
  ];
};

const only = (says: Rejection | null, code: string): Rejection | null => (says?.rejected === code ? says : null);

/** V1 has several checks, of which placing names the first. */
const subjectRules = ({ who, wish, pack }: Asked, turn: Turn): readonly Failing[] =>
  eligibility(who, { province: turn.province, year: wish.year }, pack).flatMap((check) =>
    failing('subject', 'V1', ineligible([check], pack)),
  );

/** Every rule that forbids the order, in the order in which placing asks them. */
const forbidding = (wish: Wish, turn: Turn, no: Rejection): readonly Failing[] => {
  const asked = askedOf(wish, turn);
  const wrong = failing('fee', 'platform', positive('amountFen', wish.amountFen));
  if (isRejection(asked)) return [...wrong, ...failing('policy', 'V6', asked)];
  const named = refusals(asked, turn).flatMap(({ rule, says }) =>
    rule.name === 'subject' ? subjectRules(asked, turn) : failing(rule.name, rule.clause, says),
  );
  const all = [...wrong, ...named, ...(wrong.length > 0 ? [] : moneyRules(asked, turn))];
  // What stopped placing and is no rule of a list, such as a line that is full, is told as well.
  return all.some(({ code }) => code === no.rejected) ? all : [...all, ...failing('placing', 'V27', no)];
};

const breakdownOf = (wish: Wish, turn: Turn, pack: VoucherPack, reservedFen: number | null): Breakdown | null => {
  const asked = askedOf(wish, turn);
  const terms = isRejection(asked) ? undefined : termsFor(asked);
  if (isRejection(asked) || !terms) return null;
  const { amountFen: baseFen, agencyProvince } = wish;
  const { orderCapFen = null, ...uncapped } = terms;
  return {
    baseFen,
    ratio: ratioFor(terms, baseFen),
    countedFen: subsidyOf(uncapped, baseFen),
    orderCapFen,
    quotaLeftFen: leftFen(turn.state(quota, quotaStream(wish))),
    ...ceilingsFor(asked, turn),
    reservedFen: reservedFen ?? 0,
    queued: reservedFen === null,
    payers: payersBetween(reservedFen ?? 0, { home: turn.province, agencyProvince }, pack).payers,
  };
};

const orderOf = (wish: Wish): PlaceOrder => ({ ...wish, order: UNPLACED });

/** Who asks is not among it: whether he may see the answer is asked before. */
export const forecast: Question<Wish, Forecast> = {
  streams: (wish: Wish, peek: Peek) => [...new Set([orderStream(UNPLACED), ...ownStreams(peek, placingReads(orderOf(wish), peek))])],
  foreign: (wish: Wish, peek: Peek) => foreignStreams(peek, placingReads(orderOf(wish), peek)),
  answer: (wish: Wish, turn: Turn): Forecast => {
    const outcome = place(turn, orderOf(wish), { proposed: false });
    const asked = askedOf(wish, turn);
    const pack = isRejection(asked) ? null : asked.pack;
    const policy = pack?.version ?? null;
    if (isRejection(outcome) || !pack) {
      const no = isRejection(outcome) ? forbidding(wish, turn, outcome) : [];
      return { placed: false, policy, breakdown: null, failing: no };
    }
    const placed = outcome.flatMap(({ events }) => events).find(({ type }) => type === 'OrderPlaced');
    const reservedFen = placed ? (placed.data as { readonly reservedFen: number }).reservedFen : null;
    return { placed: true, policy, breakdown: breakdownOf(wish, turn, pack, reservedFen), failing: [] };
  },
};
