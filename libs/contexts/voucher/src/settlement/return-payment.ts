/** Money that an agency pays back to the enterprise or its related parties (V29): soon after the enterprise paid, it raises a flag. */
import { moment, phrase, refuse } from '@yrd/contracts';
import { DAY_MS } from '@yrd/standards';
import { orderAct, packOf, type OfOrder } from '../orders/serving.js';

export interface RecordReturnPayment extends OfOrder {
  /** When the enterprise paid the agency, and when the agency paid back, ms. */
  readonly paidMs: number;
  readonly returnedMs: number;
  readonly amountFen: number;
  readonly to: 'enterprise' | 'related-party';
  /** SHA-256 of the bank record. */
  readonly evidenceHash: string;
}
/** RecordReturnPayment (finance, integrity officer) → ReturnPaymentRecorded, flagged within the days of the pack; none when it is known. */
export const RecordReturnPayment = orderAct<RecordReturnPayment>('RecordReturnPayment', ({ order: id, ...payment }, state, turn) => {
  const { paidMs, returnedMs, evidenceHash } = payment;
  if (returnedMs < paidMs || returnedMs > turn.now)
    return refuse('E-VALIDATION', {
      field: 'returnedMs',
      seen: moment(returnedMs),
      needed: phrase('fromTo', { fromMs: paidMs, toMs: turn.now }),
    });
  if (state.returnPayments.some((known) => known.evidenceHash === evidenceHash)) return { events: [] };
  const days = packOf(state, turn)?.returnPaymentDays;
  const flagged = days !== undefined && returnedMs - paidMs <= days * DAY_MS;
  return { events: [{ type: 'ReturnPaymentRecorded', data: { order: id, ...payment, flagged } }] };
});
