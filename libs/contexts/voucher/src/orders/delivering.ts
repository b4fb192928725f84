/**
 * One result for two orders (A9). Each home states, under the hash of the result, which of its orders were served with it. Every province
 * reads what the four state and holds its own orders: nobody is asked, so nobody's silence hides anything for longer than it lasts, and
 * nobody is told more of another's order than its id.
 */
import { phrase, type VoucherEvent } from '@yrd/contracts';
import { foldOf, type Found, type Reaction } from '@yrd/ledger';
import { PROVINCES } from '../settlement/settlement.js';
import { journalOf, orderStream } from '../streams.js';

export type DeliverableEvent = VoucherEvent<'ResultTaken'>;

/** Orders remembered of one result, the newest ones: each of those before was held when the next one came. */
const KEPT = 100;

export interface Deliverable {
  readonly orders: readonly string[];
}

export const deliverable = foldOf<Deliverable, DeliverableEvent>(
  'deliverable',
  { orders: [] },
  { ResultTaken: ({ orders }, { order }) => ({ orders: [...orders, order].slice(-KEPT) }) },
);

/** Orders of one province that were served with this result. */
const servedIn = (found: Found, province: string, stream: string): readonly string[] =>
  found.state(deliverable, journalOf(province), stream).orders;

/** ResultTaken, whoever's → this province holds each order of its own that shares the result with another one, here or elsewhere. */
export const holdDuplicates: Reaction = {
  name: 'hold-duplicates',
  on: ['ResultTaken'],
  from: 'any',
  needs: ({ stream }) => PROVINCES.map((province) => ({ journal: journalOf(province), stream })),
  react: ({ stream }, found) => {
    const mine = servedIn(found, found.province, stream);
    const theirs = PROVINCES.filter((province) => province !== found.province).flatMap((province) => servedIn(found, province, stream));
    return mine.flatMap((order) => {
      const others = [...theirs, ...mine.filter((each) => each !== order)];
      const [reference] = others;
      if (reference === undefined) return [];
      const facts = {
        seen: phrase('sameResult', { count: others.length + 1 }),
        needed: phrase('reviewOfResults'),
        reference,
      };
      return [{ command: 'HoldSuspected', target: orderStream(order), body: { order, reason: 'E-DUPFILE', facts } }];
    });
  },
};
