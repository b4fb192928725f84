/** The alarm of V18: an approved redemption that is still not paid when the pack's limit is over, told to both provinces. */
import { toStream, type Decision, type Entry, type Handler, type TimerChange } from '@yrd/ledger';
import { handler } from '../handling.js';
import { order, termsOf, type Order, type Phase } from '../orders/order.js';
import { dataOf, idOf } from '../reading.js';
import type { OfOrder } from '../orders/serving.js';
import { orderStream } from '../streams.js';

const WAITING: readonly Phase[] = ['Approved', 'Publicised', 'Objected', 'Payable'];
const keyOf = (id: string): string => `unpaid/${id}`;

/** V18: until when an approved redemption is to be paid, ms; null where none waits for money or the pack has no such limit. */
export const unpaidBy = ({ phase, approval }: Order): number | null => (WAITING.includes(phase) ? (approval?.alarmMs ?? null) : null);

/** The alarm runs from approval, and again when a payment came back; it ends with the payment. */
export const unpaidTimer = (entry: Entry): readonly TimerChange[] => {
  const id = idOf(entry.stream);
  if (entry.type === 'RedemptionSettled' || entry.type === 'RedemptionRefused') return [{ clear: keyOf(id) }];
  const { alarmMs } = dataOf(entry, 'RedemptionApproved') ?? dataOf(entry, 'PaymentReturned') ?? {};
  if (alarmMs === undefined) return [];
  const fires = { command: 'RaiseUnpaid', target: orderStream(id), body: { order: id, alarmMs } };
  return [{ set: keyOf(id), dueMs: alarmMs + 1, fires }];
};

export interface RaiseUnpaid extends OfOrder {
  readonly alarmMs: number;
}
/** Derived from a timer → UnpaidAlarmRaised; none when it is paid, or was approved anew since. */
export const RaiseUnpaid: Handler<RaiseUnpaid> = handler({
  target: (command: RaiseUnpaid) => orderStream(command.order),
  decide: ({ order: id, alarmMs }, turn): Decision => {
    const state = turn.state(order, orderStream(id));
    const { approval, phase, lineSettled, after } = state;
    if (!approval || unpaidBy(state) !== alarmMs || after.alarmedMs !== null) return [];
    const { agencyProvince, policy } = termsOf(state);
    const data = { order: id, agencyProvince, phase, alarmMs, subsidyFen: approval.subsidyFen, lineSettled };
    return toStream(orderStream(id), [{ type: 'UnpaidAlarmRaised', data }], policy);
  },
});
