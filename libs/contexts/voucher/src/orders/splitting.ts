/**
 * Splitting (V30): orders of one subject with one agency for one class, each below what experts review but together not. Nobody is
 * refused for it: the orders are held, all of them, until a reviewer has looked at them.
 */
import { phrase, type VoucherPack } from '@yrd/contracts';
import { foldOf, toStream, type Append, type Peek, type Reaction, type Turn } from '@yrd/ledger';
import { DAY_MS } from '@yrd/standards';
import { agency } from '../agencies/agency.js';
import type { Wish } from './placing-rules.js';
import type { PrivateEvent } from '../private-events.js';
import { dataOf } from '../reading.js';
import { agencyStream, glance, orderStream, pairStream, type Place } from '../streams.js';

export type PairEvent = PrivateEvent<'PairOrdered' | 'SplitSuspected'>;
type Small = PrivateEvent<'PairOrdered'>['data'];

/** Orders remembered of a pair: more than anybody places honestly within the days of a pack, and a bound for who does not. */
const KEPT = 100;

export interface Pair {
  /** Small orders, oldest first. */
  readonly small: readonly Small[];
  readonly suspected: readonly string[];
}

export const pair = foldOf<Pair, PairEvent>(
  'pair',
  { small: [], suspected: [] },
  {
    PairOrdered: (state, data) => ({ ...state, small: [...state.small, data].slice(-KEPT) }),
    SplitSuspected: (state, { orders }) => ({ ...state, suspected: [...state.suspected, ...orders].slice(-KEPT) }),
  },
);

type Splitting = NonNullable<VoucherPack['splitting']>;

/** The orders that together look like one that was split; none where they do not. */
export const splitAmong = (small: readonly Small[], { orders, days, reviewFromFen }: Splitting, nowMs: number): readonly Small[] => {
  const recent = small.filter(({ placedMs }) => placedMs >= nowMs - days * DAY_MS);
  const sumFen = recent.reduce((sum, { amountFen }) => sum + amountFen, 0);
  return recent.length >= orders && sumFen >= reviewFromFen ? recent : [];
};

const placeOf = ({ agencyProvince, agency: id }: Wish): Place => ({ province: agencyProvince, stream: agencyStream(id) });

/** The pair that an order would belong to, once its product is known. */
export const pairPlaces = (wish: Wish, peek: Peek): readonly Place[] => {
  const itemClass = glance(peek, agency, placeOf(wish))?.products[wish.product]?.itemClass;
  return itemClass === undefined ? [] : [{ province: peek.province, stream: pairStream(wish, itemClass) }];
};

/** What an order adds to its pair: that it was placed, and the suspicion if it makes one. */
export const watched = (
  turn: Turn,
  wish: Wish & { readonly order: string },
  { pack, itemClass }: { readonly pack: VoucherPack; readonly itemClass: string },
): readonly Append[] => {
  const rule = pack.splitting;
  if (!rule || wish.amountFen >= rule.reviewFromFen) return [];
  const stream = pairStream(wish, itemClass);
  const state = turn.state(pair, stream);
  const placed: Small = { order: wish.order, amountFen: wish.amountFen, placedMs: turn.now };
  const alike = splitAmong([...state.small, placed], rule, turn.now);
  const orders = alike.map(({ order }) => order).filter((id) => !state.suspected.includes(id));
  const sumFen = alike.reduce((sum, { amountFen }) => sum + amountFen, 0);
  const suspected: PairEvent = { type: 'SplitSuspected', data: { orders, count: alike.length, sumFen, policy: pack.version } };
  return toStream(stream, [{ type: 'PairOrdered', data: placed }, ...(orders.length > 0 ? [suspected] : [])], pack.version);
};

/** SplitSuspected → each of the orders is held. */
export const holdSplit: Reaction = {
  name: 'hold-split',
  on: ['SplitSuspected'],
  from: 'own',
  react: (entry) => {
    const { orders = [], count = 0, sumFen = 0, policy = '' } = dataOf(entry, 'SplitSuspected') ?? {};
    const facts = {
      policy,
      seen: phrase('splitOrders', { count, sumFen }),
      needed: phrase('reviewOfSplit'),
    };
    return orders.map((order) => ({
      command: 'HoldSuspected',
      target: orderStream(order),
      body: { order, reason: 'E-SPLIT', facts },
    }));
  },
};
