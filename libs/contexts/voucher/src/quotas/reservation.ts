/** Reservation: how much of the quota an order takes hold of, under every cap (V3, V4, V5), and how it is given back. */
import { phrase, refuse, yuan, type Terms, type VoucherPack } from '@yrd/contracts';
import { toStream, fen, isRejection, portion, type Append, type Peek, type Rejection, type Turn } from '@yrd/ledger';
import { giveBack, group, leftUnder, pool, take } from './ceiling.js';
import { order, termsOf, type Order } from '../orders/order.js';
import { ratioFor } from '../policy/policy.js';
import { leftFen, quota, type Quota } from './quota.js';
import { groupStream, orderStream, placesIn, poolStream, quotaStream, type Place } from '../streams.js';

/** What an order wants, and everything that may limit it; amounts in fen, null where nothing limits. */
export interface Wish {
  readonly amountFen: number;
  /** The voucher part that the enterprise wants to use; without it, as much as the rules allow. */
  readonly voucherFen?: number | undefined;
  readonly quota: Quota;
  readonly groupLeftFen: number | null;
  readonly poolLeftFen: number | null;
}

/** V4 before any quota: floor(base × ratio), capped per order. */
export const subsidyOf = (terms: Terms, baseFen: number): number =>
  Math.min(portion(fen(baseFen), ratioFor(terms, baseFen)), terms.orderCapFen ?? Number.MAX_SAFE_INTEGER);

/** The amount to reserve, in fen, or the cap that forbids it: E-QUOTA, E-GROUPCAP, E-POOL. */
export const reserve = (pack: VoucherPack, terms: Terms, wish: Wish): number | Rejection => {
  const most = subsidyOf(terms, wish.amountFen);
  const left = leftFen(wish.quota);
  const facts = { policy: pack.version };
  if (wish.voucherFen !== undefined && wish.voucherFen > most) {
    return refuse('E-QUOTA', { ...facts, seen: yuan(wish.voucherFen), needed: phrase('upToForAmount', { mostFen: most }) });
  }
  // V5: what was asked for in so many words is reserved whole or not at all.
  if (wish.voucherFen !== undefined && wish.voucherFen > left)
    return refuse('E-QUOTA', { ...facts, seen: yuan(left), needed: yuan(wish.voucherFen) });
  let amountFen = Math.min(wish.voucherFen ?? most, left);
  if (amountFen <= 0) return refuse('E-QUOTA', { ...facts, seen: yuan(left), needed: yuan(most) });
  if (wish.groupLeftFen !== null && amountFen > wish.groupLeftFen) {
    // V3: cut to what is left, or refused, as the pack says.
    if (wish.groupLeftFen === 0 || pack.group?.whenOver === 'refuse') {
      return refuse('E-GROUPCAP', { ...facts, seen: yuan(wish.groupLeftFen), needed: yuan(amountFen) });
    }
    amountFen = wish.groupLeftFen;
  }
  if (wish.poolLeftFen !== null && amountFen > wish.poolLeftFen) {
    // V4: the pool too.
    if (wish.poolLeftFen === 0 || pack.queue?.whenShort === 'wait')
      return refuse('E-POOL', { ...facts, seen: yuan(wish.poolLeftFen), needed: yuan(amountFen) });
    amountFen = wish.poolLeftFen;
  }
  return amountFen;
};

/** Names the account and the ceilings that a new order draws on. */
export interface Drawn {
  readonly order: string;
  readonly subject: string;
  readonly scheme: string;
  readonly year: number;
  readonly group: string | null;
}

/** Ceilings that this money is under. */
export const ceilingsOf = ({ scheme, year, group: id }: Drawn): readonly string[] => [
  ...(id === null ? [] : [groupStream(id, scheme, year)]),
  poolStream(scheme, year),
];

/** Own streams to load for a reservation. */
export const drawnStreams = (drawn: Drawn): readonly string[] => [quotaStream(drawn), ...ceilingsOf(drawn)];

/** What is left under the group's and the pool's caps, fen; null where there is no such cap. */
export const ceilingsLeft = (
  turn: Turn,
  { scheme, year, group: id }: Pick<Drawn, 'scheme' | 'year' | 'group'>,
  pack: VoucherPack,
): Pick<Wish, 'groupLeftFen' | 'poolLeftFen'> => ({
  groupLeftFen: id === null ? null : leftUnder(pack.group?.capFen, turn.state(group, groupStream(id, scheme, year))),
  poolLeftFen: leftUnder(pack.poolFen, turn.state(pool, poolStream(scheme, year))),
});

/** Reserves on the account and on every ceiling in one commit. */
export const draw = (turn: Turn, drawn: Drawn, pack: VoucherPack, terms: Terms, wish: Pick<Wish, 'amountFen' | 'voucherFen'>) => {
  const account = turn.state(quota, quotaStream(drawn));
  const amountFen = reserve(pack, terms, { ...wish, quota: account, ...ceilingsLeft(turn, drawn, pack) });
  if (isRejection(amountFen)) return amountFen;
  const ceilings = ceilingsOf(drawn);
  const appends: readonly Append[] = [
    ...toStream(
      quotaStream(drawn),
      [{ type: 'QuotaReserved', data: { order: drawn.order, amountFen, expiresMs: account.redeemUntilMs } }],
      pack.version,
    ),
    ...ceilings.flatMap((stream) => toStream(stream, [take(drawn.order, amountFen)], pack.version)),
  ];
  return { amountFen, ceilings, appends };
};

/** Own streams that an order's reservation rests on, once the order is loaded. */
export const heldPlaces = (orderId: string, peek: Peek): readonly Place[] => {
  const state: Order | undefined = peek.state(order, orderStream(orderId));
  if (!state?.terms) return [];
  return placesIn(peek.province, [quotaStream(state.terms), ...state.ceilings]);
};

/** One append a stream: what a decision does to one account in two steps is one append of both. */
export const oneEach = (appends: readonly Append[]): readonly Append[] =>
  [...new Set(appends.map(({ stream }) => stream))].map((stream) => {
    const mine = appends.filter((each) => each.stream === stream);
    return { ...mine[0], stream, events: mine.flatMap(({ events }) => events) };
  });

/** Gives a part of the reservation back, and to every ceiling too. Nothing when the amount is nothing. */
export const release = (state: Order, amountFen: number): readonly Append[] => {
  if (amountFen === 0) return [];
  const terms = termsOf(state);
  return [
    ...toStream(quotaStream(terms), [{ type: 'QuotaReleased', data: { order: terms.order, amountFen } }], terms.policy),
    ...state.ceilings.flatMap((stream) => toStream(stream, [giveBack(terms.order, amountFen)], terms.policy)),
  ];
};
