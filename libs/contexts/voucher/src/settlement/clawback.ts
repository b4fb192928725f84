/**
 * Money that comes back (V23, V24, A8, A10): a clawback recomputes the subsidy, shares what is taken back as it was paid, and states
 * the debt that follows between two provinces as a line of the reversed pair. So no line is negative, what was settled stays as it
 * was attested, and the correction is counted by both sides like any other line, in the first window that covers it.
 */
import { phrase, plain, refuse, yuan, type VoucherData } from '@yrd/contracts';
import { fen, portion, split, toStream, type Append, type Ratio, type Rejection } from '@yrd/ledger';
import { takenBackFen } from '../orders/afterwards.js';
import { giveBack } from '../quotas/ceiling.js';
import { termsOf, type Order, type OrderEvent, type Phase } from '../orders/order.js';
import { baseOf } from '../orders/redeeming.js';
import { orderAct, taking, type OfOrder, type Statement } from '../orders/serving.js';
import { journalOf, quotaStream } from '../streams.js';

/** The shares by which the subsidy was split when it was approved (V19). */
const sharesOf = (state: Order): Readonly<Record<string, Ratio>> => {
  const { home } = termsOf(state);
  const asked = state.approval?.asked;
  if (!asked) return { [home]: { of: 1, in: 1 } };
  const { province, share } = asked;
  return { [home]: { of: share.in - share.of, in: share.in }, [province]: share };
};

/** What clawbacks took back so far, and what each province got of it, fen. */
export interface TakenBack {
  readonly totalFen: number;
  readonly payers: Readonly<Record<string, number>>;
}

const takenBefore = ({ after: { clawbacks } }: Order): TakenBack => {
  const provinces = [...new Set(clawbacks.flatMap(({ payers }) => Object.keys(payers)))];
  const gotBack = (province: string): number => clawbacks.reduce((total, { payers }) => total + (payers[province] ?? 0), 0);
  return { totalFen: takenBackFen(clawbacks), payers: Object.fromEntries(provinces.map((province) => [province, gotBack(province)])) };
};

/**
 * V23: the subsidy on the reduced base, at the ratio it was approved at; what was paid above it comes back. Each province gets its part of
 * all clawbacks together less what went before, so that no fen is lost.
 */
export const takenBack = (
  paid: { readonly subsidyFen: number; readonly ratio: Ratio; readonly shares: Readonly<Record<string, Ratio>> },
  baseFen: number,
  { totalFen, payers }: TakenBack,
): { readonly subsidyFen: number; readonly amountFen: number; readonly payers: TakenBack['payers'] } => {
  const nowFen = paid.subsidyFen - totalFen;
  const subsidyFen = Math.min(portion(fen(baseFen), paid.ratio), nowFen);
  const amountFen = nowFen - subsidyFen;
  const whole = Object.entries(split(fen(totalFen + amountFen), paid.shares));
  return {
    subsidyFen,
    amountFen,
    payers: Object.fromEntries(whole.map(([province, allFen]) => [province, allFen - (payers[province] ?? 0)])),
  };
};

/** Whoever got the money gives it back where he got it; that province then owes the other one its part. */
const lineBack = (state: Order, payers: Readonly<Record<string, number>>, size: number): VoucherData<'ClawbackOrdered'>['line'] => {
  const { home, agencyProvince, mode } = termsOf(state);
  if (agencyProvince === home) return undefined;
  const [payer, payee] = mode === 'tongdui' ? [agencyProvince, home] : [home, agencyProvince];
  const amountFen = payers[payee] ?? 0;
  const foreignSize = Math.max(size, state.line?.foreignSize ?? 0);
  return amountFen > 0 ? { payer, payee, amountFen, foreign: journalOf(agencyProvince), foreignSize } : undefined;
};

interface Grounds {
  readonly cause: VoucherData<'ClawbackOrdered'>['cause'];
  readonly baseFen: number;
  /** Size of the agency's journal that it rests on; 0 where it rests on nothing new there. */
  readonly size: number;
}

/** V23 for an order. Null when nothing comes back. */
export const clawedBack = (state: Order, { cause, baseFen, size }: Grounds): Extract<OrderEvent, { type: 'ClawbackOrdered' }> | null => {
  const { approval, after } = state;
  if (!approval) return null;
  const { subsidyFen, amountFen, payers } = takenBack({ ...approval, shares: sharesOf(state) }, baseFen, takenBefore(state));
  if (amountFen <= 0) return null;
  const line = lineBack(state, payers, size);
  const clawback = after.clawbacks.length + 1;
  const data = { order: termsOf(state).order, clawback, cause, baseFen, subsidyFen, amountFen, payers, ...(line ? { line } : {}) };
  return { type: 'ClawbackOrdered', data };
};

/** A8 in the moment of payment: a red letter that came when it was payable already takes its part back at once. */
export const clawedBackByRedLetter = (state: Order, size: number): Extract<OrderEvent, { type: 'ClawbackOrdered' }> | null =>
  clawedBack(state, { cause: 'red-letter', baseFen: baseOf(state), size });

export interface OrderClawback extends OfOrder {
  readonly cause: 'refund' | 'fraud';
  /** What a refund leaves of the base, fen. */
  readonly baseFen?: number;
  /** Whom a fraud is laid to. */
  readonly against?: 'enterprise' | 'agency';
}

const grounds = ({ cause, baseFen, against }: OrderClawback): Grounds | Rejection => {
  if (cause === 'fraud')
    return against
      ? { cause, baseFen: 0, size: 0 }
      : refuse('E-VALIDATION', { field: 'against', seen: phrase('none'), needed: phrase('enterpriseOrAgency') });
  if (baseFen === undefined || !Number.isSafeInteger(baseFen) || baseFen < 0)
    return refuse('E-VALIDATION', {
      field: 'baseFen',
      seen: baseFen === undefined ? phrase('none') : plain(baseFen),
      needed: phrase('leftOfBase'),
    });
  return { cause, baseFen, size: 0 };
};

/** OrderClawback (approver) → ClawbackOrdered: a refund by the reduced base (V23), a fraud whole, with a referral that stays here (V24). */
export const OrderClawback = orderAct<OrderClawback>('OrderClawback', (command, state) => {
  const found = grounds(command);
  if ('rejected' in found) return found;
  const event = clawedBack(state, found);
  if (!event) {
    const { approval, after } = state;
    return refuse('E-VALIDATION', {
      field: 'baseFen',
      seen: yuan(found.baseFen),
      needed: phrase('baseBelow', { standsFen: (approval?.subsidyFen ?? 0) - takenBackFen(after.clawbacks) }),
    });
  }
  const { order, clawback, amountFen } = event.data;
  const { subject, agencyProvince, agency } = termsOf(state);
  if (command.cause !== 'fraud' || !command.against) return { events: [event] };
  const referred = { order, clawback, against: command.against, subject, agencyProvince, agency, amountFen };
  return { events: [event, { type: 'IntegrityReferred', data: referred }] };
});

/** What a recovered clawback gives back of the quota and every ceiling: all of a refund, nothing of a fraud (V24). */
const restored = (state: Order, amountFen: number): readonly Append[] => {
  const { order, policy, ...account } = termsOf(state);
  return [
    ...toStream(quotaStream(account), [{ type: 'QuotaRestored', data: { order, amountFen } }], policy),
    ...state.ceilings.flatMap((stream) => toStream(stream, [giveBack(order, amountFen)], policy)),
  ];
};

export interface ConfirmRecovered extends OfOrder {
  readonly clawback: number;
  /** SHA-256 of the treasury's receipt. */
  readonly receiptHash: string;
}
/** ConfirmRecovered (finance, on the treasury's receipt) → ClawbackRecovered + QuotaRestored, unless it was a fraud (V24). */
export const ConfirmRecovered = orderAct<ConfirmRecovered>('ConfirmRecovered', ({ order, clawback, receiptHash }, state) => {
  const found = state.after.clawbacks.find(({ number }) => number === clawback);
  if (!found)
    return refuse('E-NOTFOUND', { seen: plain(clawback), needed: phrase('clawbackUpTo', { count: state.after.clawbacks.length }) });
  if (found.recovered) return { events: [] };
  const { amountFen, cause } = found;
  return {
    events: [{ type: 'ClawbackRecovered', data: { order, clawback, amountFen, receiptHash } }],
    more: cause === 'fraud' ? [] : restored(state, amountFen),
  };
});

export interface ReturnPayment extends OfOrder {
  /** Code of the bank, e.g. AC04 for a closed account. */
  readonly reason: string;
  readonly receiptHash: string;
}
/** ReturnPayment (finance, on the bank's notice) → PaymentReturned: payable again, not settled, and may be instructed anew (A10). */
export const ReturnPayment = orderAct<ReturnPayment>('ReturnPayment', ({ order, reason, receiptHash }, state) => {
  const settled = state.phase === 'Settled';
  if (!settled && !state.instructed) return refuse('E-STATE', { seen: phrase('notInstructed'), needed: phrase('paymentUnderWay') });
  if (state.after.clawbacks.length > 0) return refuse('E-STATE', { seen: phrase('aClawback'), needed: phrase('confirmRecovered') });
  const amountFen = state.approval?.subsidyFen ?? 0;
  const { after } = state;
  const alarmMs = state.approval?.alarmMs;
  const { policy, ...account } = termsOf(state);
  return {
    events: [
      {
        type: 'PaymentReturned',
        data: {
          order,
          amountFen,
          reason,
          receiptHash,
          settled,
          attempt: after.instructions,
          ...(alarmMs === undefined ? {} : { alarmMs }),
        },
      },
    ],
    // What was consumed is reserved again: it is still owed, and nobody else may spend it meanwhile (V5).
    more: settled ? toStream(quotaStream(account), [{ type: 'QuotaConsumptionReversed', data: { order, amountFen } }], policy) : [],
  };
});

export interface TakeRedLetter extends Statement {
  readonly invoice: string;
  readonly claimFen: number;
  readonly size: number;
}
/** From the first claim on an invoice until the end; before it there is nothing that a red letter could take. */
const CLAIMING: readonly Phase[] = [
  'ServiceAccepted',
  'InvoiceAsked',
  'UnderReview',
  'Approved',
  'Publicised',
  'Objected',
  'Payable',
  'Settled',
];
/** InvoiceClaimReduced → ClaimReduced: reviewed anew before it is payable, and V23 automatically once it is settled (A8). */
export const TakeRedLetter = taking<TakeRedLetter>('invoice', CLAIMING, ({ order, invoice, claimFen, size }, state) => {
  if ((state.after.claims[invoice] ?? Number.MAX_SAFE_INTEGER) <= claimFen) return { events: [] };
  const reduced: OrderEvent = { type: 'ClaimReduced', data: { order, invoiceKey: invoice, claimFen } };
  const known: Order = { ...state, after: { ...state.after, claims: { ...state.after.claims, [invoice]: claimFen } } };
  const back = state.phase === 'Settled' ? clawedBackByRedLetter(known, size) : null;
  return { events: back ? [reduced, back] : [reduced] };
});
