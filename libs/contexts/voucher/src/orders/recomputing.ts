/**
 * Limits in working days are counted again when this province adopts a notice: of every order that is still under such a limit, a page
 * at a time, each in a commit of its own. A limit that has lapsed stays lapsed; one that now lies in the past lapses next.
 */
import type { VoucherData } from '@yrd/contracts';
import { alike, single, type Decision, type Entry, type Handler, type Where } from '@yrd/ledger';
import { notices, workingDays } from '../policy/calendar-notice.js';
import { dayStartMs, recount } from '../policy/clocks.js';
import { handler } from '../handling.js';
import { order, termsOf, type Order } from './order.js';
import { limitIn, type Limited } from './order-limits.js';
import { byPages } from '../pages.js';
import type { PrivateEvent } from '../private-events.js';
import { dataOf } from '../reading.js';
import { commit, redeemable, type OfOrder } from './serving.js';
import { calendarStream, journalOf, orderStream } from '../streams.js';

type Continued = PrivateEvent<'RecomputationContinued'>['data'];

/** The journal whose statement in time could still meet the limit, as the entry that set it said. */
export const awaited = (state: Order, { limit, lastMs }: Limited): Pick<VoucherData<'DeadlineRecomputed'>, 'awaits'> => {
  const { home, agencyProvince, patienceMs } = termsOf(state);
  if (limit === 'accept') return agencyProvince === home ? {} : { awaits: { journal: journalOf(agencyProvince), patienceMs } };
  const { awaits } = redeemable(state, lastMs);
  return limit === 'redeem' && awaits ? { awaits } : {};
};

export interface RecomputeDeadline extends OfOrder, Pick<Continued, 'year' | 'notice'> {}

/** Derived → DeadlineRecomputed; nothing when the order has left that limit behind or the notice changes nothing about it. */
export const RecomputeDeadline: Handler<RecomputeDeadline> = handler({
  target: (command: RecomputeDeadline) => orderStream(command.order),
  reads: (_: RecomputeDeadline, peek) => [{ province: peek.province, stream: calendarStream }],
  decide: ({ order: id, year, notice }, turn): Decision => {
    const state = turn.state(order, orderStream(id));
    const limited = limitIn(state);
    if (!limited?.counted) return [];
    const { lastMs, counted } = recount(limited.counted, workingDays(turn));
    if (lastMs === limited.lastMs && alike(counted, limited.counted)) return [];
    const objecting = limited.limit === 'publicity' ? { patienceMs: termsOf(state).patienceMs } : {};
    const data = { order: id, limit: limited.limit, dueMs: lastMs, counted, year, notice, ...awaited(state, limited), ...objecting };
    return commit(state, { events: [{ type: 'DeadlineRecomputed', data }] });
  },
});

/** Derived → RecomputationContinued: the next page. */
export const ContinueRecomputation: Handler<Continued> = single(
  notices,
  () => calendarStream,
  (data: Continued) => [{ type: 'RecomputationContinued', data }],
);

/** The notice that an entry of the calendar is about, and the last order of the page before. */
const pageOf = (entry: Entry): Continued => {
  const continued = dataOf(entry, 'RecomputationContinued');
  const { year = 0, notice = '' } = dataOf(entry, 'CalendarNoticeAdopted') ?? {};
  return continued ?? { year, notice, after: '' };
};

/** New Year reaches back to 29 December, so nothing that ends before that day can be moved. The order of the last page may come again. */
const concerned = ({ year, after }: Continued, province: string): Where => ({
  province,
  workingLimitMs: { gte: dayStartMs(`${year - 1}-12-29`) },
  id: { gte: after },
});

/** A notice that was adopted → each order of this province under a limit that it may move. */
export const recomputeDeadlines = byPages<Continued>({
  name: 'recompute-deadlines',
  on: ['CalendarNoticeAdopted', 'RecomputationContinued'],
  pageOf,
  concerned,
  each: (id, { year, notice }) => ({ command: 'RecomputeDeadline', target: orderStream(id), body: { order: id, year, notice } }),
  next: ({ year, notice, after }) => ({ command: 'ContinueRecomputation', target: calendarStream, body: { year, notice, after } }),
});
