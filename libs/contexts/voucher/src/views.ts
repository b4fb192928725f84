/** Read models for people: orders and redemptions. Each journal folds into its own part of a row. */
import type { VoucherData } from '@yrd/contracts';
import type { View } from '@yrd/ledger';
import { awaiting, dueOf, until, type Due, type Provisional } from './due.js';
import { takenBackFen } from './orders/afterwards.js';
import { order, type Order } from './orders/order.js';
import { limitIn } from './orders/order-limits.js';
import { ticking } from './orders/reminding.js';
import { eventOf, idIn, provinceOf, type EntryName } from './reading.js';
import { unpaidBy } from './settlement/unpaid.js';

/** What the agency's province said last about an order. */
interface OrderPart {
  readonly home: Order | null;
  readonly said: string | null;
  readonly updatedMs: number;
}

const ORDER_EVENTS: readonly EntryName[] = [
  'OrderPlaced',
  'OrderQueued',
  'OrderUnqueued',
  'ProposalRefused',
  'OrderAccepted',
  'AcceptanceRefused',
  'OrderDeclined',
  'OrderCancelled',
  'OrderLapsed',
  'DeadlineRecomputed',
  'OrderHeld',
  'OrderReleased',
  'ContractSignatureTaken',
  'StatementRefused',
  'ContractSigned',
  'ServiceDelivered',
  'ServiceAccepted',
  'DisputeRaised',
  'DisputeResolved',
  'InvoiceClaimAsked',
  'InvoiceClaimFailed',
  'RedemptionSubmitted',
  'RedemptionReturned',
  'RedemptionRefused',
  'RedemptionApproved',
  'ShareConfirmed',
  'ShareDeclined',
  'BatchPublicised',
  'ObjectionLodged',
  'ObjectionUpheld',
  'ObjectionRejected',
  'PublicityEnded',
  'LineSettled',
  'PaymentInstructed',
  'RedemptionSettled',
  'ReturnPaymentRecorded',
  'LineUnsettled',
  'UnpaidAlarmRaised',
  'ClaimReduced',
  'PaymentReturned',
  'ClawbackOrdered',
  'ClawbackRecovered',
];
const STATEMENTS: readonly EntryName[] = [
  'OrderProposed',
  'AcceptanceStated',
  'DeclineStated',
  'CancellationStated',
  'ContractSignatureStated',
  'DeliveryStated',
  'RedemptionRequested',
  'ShareAccepted',
  'ShareRefused',
];

/** When the present state ends by itself, ms; null where no limit runs. */
export const deadlineOf = (state: Order): number | null => {
  const limited = limitIn(state);
  return limited?.runs ? limited.lastMs : null;
};

/** The mark of the running limit; null where none runs or nothing can move it. */
export const provisionalOf = (state: Order): Provisional | null => {
  const limited = limitIn(state);
  return limited?.runs ? awaiting(limited.counted?.awaits ?? []) : null;
};

/** Row of view `orders`; amounts in fen, times in ms. */
export interface OrderRow extends Due {
  readonly id: string;
  readonly number: string;
  readonly state: Order['phase'];
  readonly held: boolean;
  readonly holds: string;
  readonly province: string;
  readonly agencyProvince: string;
  readonly mode: string;
  readonly scheme: string;
  readonly policy: string;
  readonly subject: string;
  readonly subjectName: string;
  readonly agency: string;
  readonly product: string;
  readonly itemClass: string;
  readonly amountFen: number;
  readonly reservedFen: number;
  readonly subsidyFen: number | null;
  readonly lineSettled: boolean;
  /** Last statement of the agency's province about it. */
  readonly agencySaid: string | null;
  readonly placedMs: number;
  readonly updatedMs: number;
  readonly deadlineMs: number | null;
  readonly deadlineProvisional: Provisional | null;
  /** End of a limit in working days, also of an interrupted one; null where none ends the present state. */
  readonly workingLimitMs: number | null;
}

/** The clocks over an order: the limit of its state, none while a hold stops it, and the payment that is awaited (V18). */
const orderDue = (state: Order): Due => {
  const limited = ticking(state);
  return dueOf([
    limited && { clock: limited.limit, lastMs: limited.lastMs, awaits: limited.counted?.awaits },
    until('payment', unpaidBy(state)),
  ]);
};

const workingLimit = (state: Order): number | null => {
  const limited = limitIn(state);
  return limited?.counted ? limited.lastMs : null;
};

const orderRow = (id: string, state: Order, terms: VoucherData<'OrderPlaced'>): Omit<OrderRow, 'agencySaid' | 'updatedMs'> => ({
  id,
  number: terms.number,
  state: state.phase,
  held: state.holds.length > 0,
  holds: state.holds.join(' '),
  province: terms.home,
  agencyProvince: terms.agencyProvince,
  mode: terms.mode,
  scheme: terms.scheme,
  policy: terms.policy,
  subject: terms.subject,
  subjectName: terms.subjectName,
  agency: terms.agency,
  product: terms.product,
  itemClass: terms.itemClass,
  amountFen: terms.amountFen,
  reservedFen: terms.reservedFen,
  subsidyFen: state.approval?.subsidyFen ?? null,
  lineSettled: state.lineSettled,
  placedMs: terms.placedMs,
  deadlineMs: deadlineOf(state),
  deadlineProvisional: provisionalOf(state),
  workingLimitMs: workingLimit(state),
  ...orderDue(state),
});

export const orders: View<OrderPart> = {
  name: 'orders',
  on: [...ORDER_EVENTS, ...STATEMENTS],
  key: (entry) => idIn(entry, 'order') ?? idIn(entry, 'engagement'),
  fold: (part, entry) => {
    const now = part ?? { home: null, said: null, updatedMs: 0 };
    if (entry.stream.startsWith('engagement/')) return { ...now, said: entry.type, updatedMs: entry.time };
    return { ...now, home: order.evolve(now.home ?? order.initial, eventOf(entry)), updatedMs: entry.time };
  },
  join: (parts) => {
    const all = Object.values(parts);
    const state = Object.entries(parts).find(([journal, { home }]) => home?.terms?.home === provinceOf(journal))?.[1].home;
    if (!state?.terms) return null; // Only the agency has spoken so far, or a proposal was refused.
    const said = all.find((part) => part.said !== null)?.said ?? null;
    return {
      ...orderRow(state.terms.order, state, state.terms),
      agencySaid: said,
      updatedMs: Math.max(...all.map(({ updatedMs }) => updatedMs)),
    } satisfies OrderRow;
  },
};

/** Redemptions: orders from the first submission on, with what was counted and who pays. */
export const redemptions: View<{ readonly state: Order; readonly updatedMs: number }> = {
  name: 'redemptions',
  on: ORDER_EVENTS,
  key: (entry) => idIn(entry, 'order'),
  fold: (part, entry) => ({ state: order.evolve(part?.state ?? order.initial, eventOf(entry)), updatedMs: entry.time }),
  join: (parts) => {
    const found = Object.entries(parts).find(([journal, { state }]) => state.terms?.home === provinceOf(journal))?.[1];
    const terms = found?.state.terms;
    if (!found || !terms || (!found.state.redemption && !found.state.asked)) return null;
    const { state, updatedMs } = found;
    return {
      id: terms.order,
      number: terms.number,
      state: state.phase,
      held: state.holds.length > 0,
      province: terms.home,
      agencyProvince: terms.agencyProvince,
      mode: terms.mode,
      claimFen: state.redemption?.claimFen ?? state.asked?.claimFen ?? 0,
      invoiceTail: state.redemption?.invoiceTail ?? '',
      baseFen: state.approval?.baseFen ?? null,
      subsidyFen: state.approval?.subsidyFen ?? null,
      payers: state.approval?.payers ?? {},
      shareAwaited: state.approval?.asked !== undefined && state.shareSize === null,
      returns: state.returns,
      /** V29: the agency paid back within the days of the pack. */
      returnPaymentFlagged: state.returnPayments.some(({ flagged }) => flagged),
      unpaidSinceMs: state.after.alarmedMs,
      clawedBackFen: takenBackFen(state.after.clawbacks),
      recoveredFen: takenBackFen(state.after.clawbacks.filter(({ recovered }) => recovered)),
      lineSettled: state.lineSettled,
      updatedMs,
      ...orderDue(state),
    };
  },
};
