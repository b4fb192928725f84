/** The read model `payments`: every instruction of this province with its reference at the bank, and what came of it. */
import type { View } from '@yrd/ledger';
import { halfOf } from './audit-sample.js';
import { dayOf } from '../policy/clocks.js';
import { dataOf, provinceOf } from '../reading.js';

/** Row of view `payments`. */
export interface PaymentRow {
  /** The end-to-end reference: the number of the order, and which attempt it is. */
  readonly reference: string;
  readonly order: string;
  readonly province: string;
  readonly attempt: number;
  readonly payee: string;
  /** Window that the line was settled in; 0 within a province. */
  readonly window: number;
  /** Shanghai day of the instruction. */
  readonly day: string;
  readonly instructedMs: number;
  readonly amountFen: number;
  readonly state: 'instructed' | 'paid' | 'returned';
  readonly receiptHash: string | null;
  readonly reason: string | null;
  /** Half-year in which it was paid, `2026H1`. */
  readonly half: string | null;
}

/** `CXQ-32-2026-00000001-X-1`: at most 35 characters, as banks allow. */
const referenceOf = (number: string, attempt: number): string => `${number}-${attempt}`;

export const payments: View<PaymentRow> = {
  name: 'payments',
  on: ['PaymentInstructed', 'RedemptionSettled', 'PaymentReturned'],
  key: (entry) => {
    const data = dataOf(entry, 'PaymentInstructed') ?? dataOf(entry, 'RedemptionSettled') ?? dataOf(entry, 'PaymentReturned');
    return data && `${provinceOf(entry.journal)}.${data.order}.${data.attempt ?? 1}`;
  },
  fold: (part, entry) => {
    const said = dataOf(entry, 'PaymentInstructed');
    if (said) {
      const { order, amountFen, attempt = 1, number, payTo: payee, window = 0 } = said;
      // Older instructions name no payee: they were paid by hand.
      if (number === undefined || payee === undefined) return part;
      const reference = referenceOf(number, attempt);
      const when = { window, day: dayOf(entry.time), instructedMs: entry.time };
      const open = { state: 'instructed', receiptHash: null, reason: null, half: null } as const;
      return { reference, order, province: provinceOf(entry.journal), attempt, payee, ...when, amountFen, ...open };
    }
    const paid = dataOf(entry, 'RedemptionSettled');
    if (paid) return part && { ...part, state: 'paid', receiptHash: paid.receiptHash, half: halfOf(dayOf(entry.time)) };
    const back = dataOf(entry, 'PaymentReturned');
    return part && back ? { ...part, state: 'returned', receiptHash: back.receiptHash, reason: back.reason, half: null } : part;
  },
  join: (parts) => Object.values(parts)[0] ?? null,
};
