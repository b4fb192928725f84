/** From approval to money: publicity (V17), then payment once the other provinces have settled the line. */
import { phrase, plain, refuse, type VoucherData } from '@yrd/contracts';
import { toStream, type Decision, type Handler } from '@yrd/ledger';
import { lineAt } from '../orders/afterwards.js';
import { workingDays } from '../policy/calendar-notice.js';
import { clawedBackByRedLetter } from './clawback.js';
import { limitOf, yearOf } from '../policy/clocks.js';
import { handler } from '../handling.js';
import { order, termsOf, type Order } from '../orders/order.js';
import { hand, otherHands } from '../orders/redeeming.js';
import { release } from '../quotas/reservation.js';
import { commit, orderAct, packOf, type OfOrder } from '../orders/serving.js';
import { journalOf, orderStream, quotaStream } from '../streams.js';

export interface PubliciseOrder extends OfOrder {
  /** Name of the batch it is shown in. */
  readonly batch: string;
}
/** PubliciseOrder (reviewer) → BatchPublicised; a share that another province pays must be confirmed first. */
export const PubliciseOrder = orderAct<PubliciseOrder>('PubliciseOrder', ({ order: id, batch }, state, turn) => {
  const pack = packOf(state, turn);
  const { approval } = state;
  if (!approval || !pack) return refuse('E-NOTFOUND', { seen: phrase('noApprovalOrPolicy'), needed: plain(termsOf(state).policy) });
  if (approval.asked && state.shareSize === null)
    return refuse('E-STATE', { seen: phrase('waitingFor', { province: approval.asked.province }), needed: phrase('shareAccepted') });
  const { number, subjectName } = termsOf(state);
  const { baseFen, subsidyFen } = approval;
  const { lastMs, counting } = limitOf(turn.now, pack.clocks.publicity, workingDays(turn));
  const { patienceMs } = termsOf(state);
  const data = { order: id, batch, number, subjectName, baseFen, subsidyFen, endsMs: lastMs, ...counting, patienceMs };
  return { events: [{ type: 'BatchPublicised', data }] };
});

/**
 * What one province owes another for this order. Every cross-province order has one line, so that both provinces count it;
 * where nothing is owed (通用 that the home pays alone) it is a line of 0 fen. It rests on the newest foreign entry used.
 */
export const lineOf = (state: Order): VoucherData<'PublicityEnded'>['line'] => {
  const { home, agencyProvince, mode } = termsOf(state);
  if (agencyProvince === home) return undefined;
  const fromAgency = state.approval?.payers[agencyProvince] ?? 0;
  const fromHome = state.approval?.payers[home] ?? 0;
  const foreign = { foreign: journalOf(agencyProvince), foreignSize: Math.max(state.redemption?.restsOn.size ?? 0, state.shareSize ?? 0) };
  if (mode === 'tongdui') return { payer: home, payee: agencyProvince, amountFen: fromHome, ...foreign };
  if (fromAgency > 0) return { payer: agencyProvince, payee: home, amountFen: fromAgency, ...foreign };
  return { payer: home, payee: agencyProvince, amountFen: 0, ...foreign };
};

export interface EndPublicity extends OfOrder {
  readonly dueMs: number;
}
/** Derived from a timer: the period is over without an open objection → PublicityEnded, with the line it makes payable. */
export const EndPublicity: Handler<EndPublicity> = handler({
  target: (command: EndPublicity) => orderStream(command.order),
  decide: ({ order: id, dueMs }, turn): Decision => {
    const state = turn.state(order, orderStream(id));
    if (state.phase !== 'Publicised' || state.endsMs > dueMs) return [];
    const line = lineOf(state);
    const data = { order: id, subsidyFen: state.approval?.subsidyFen ?? 0, ...(line ? { line } : {}) };
    return commit(state, { events: [{ type: 'PublicityEnded', data }] });
  },
});

export interface SettleLine extends OfOrder {
  readonly window: number;
  readonly pair: string;
  /** Which clawback's line it is; without it the order's own. */
  readonly clawback?: number;
}
/** Derived: both provinces attested the pair of this line → LineSettled. */
export const SettleLine: Handler<SettleLine> = handler({
  target: (command: SettleLine) => orderStream(command.order),
  decide: ({ order: id, window, pair, clawback }, turn): Decision => {
    const state = turn.state(order, orderStream(id));
    const of = lineAt(state, clawback);
    if (!of?.line || of.lineSettled) return [];
    const data = { order: id, window, pair, ...(clawback === undefined ? {} : { clawback }) };
    return commit(state, { events: [{ type: 'LineSettled', data }] });
  },
});

/** A5: a payment is of the budget of the year in which it is instructed; the quota of an earlier year is carried over into it. */
const paidFrom = (state: Order, atMs: number) => {
  const budgetYear = yearOf(atMs);
  return { budgetYear, carriedOver: budgetYear !== termsOf(state).year };
};

/** Who is paid: the enterprise that paid in full (通用), or the agency (通兑); and in which window its line was settled. */
const payeeOf = (state: Order) => {
  const { number, mode, subject, agencyProvince, agency } = termsOf(state);
  return { number, payTo: mode === 'tongyong' ? subject : `${agencyProvince}.${agency}`, window: state.after.settledIn ?? 0 };
};

/** InstructPayment (finance, a third person, V16) → PaymentInstructed; a cross-province line must be settled first. */
export const InstructPayment = orderAct<OfOrder>('InstructPayment', ({ order: id }, state, turn) => {
  if (state.instructed) return { events: [] };
  const no = otherHands(state, turn, ['review', 'approve']);
  if (no) return no;
  if (state.line && !state.lineSettled) return refuse('E-STATE', { seen: phrase('lineNotSettled'), needed: phrase('windowAttested') });
  return {
    events: [
      {
        type: 'PaymentInstructed',
        data: {
          order: id,
          amountFen: state.approval?.subsidyFen ?? 0,
          attempt: state.after.instructions + 1,
          ...payeeOf(state),
          ...paidFrom(state, turn.now),
        },
      },
      hand(id, 'instruct', turn),
    ],
  };
});

/** The budget of the instruction, also when the treasury pays after New Year; nothing where an older entry instructed. */
const instructedFrom = ({ after: { budgetYear }, terms }: Order) =>
  budgetYear === null ? {} : { budgetYear, carriedOver: budgetYear !== terms?.year };

export interface ConfirmPaid extends OfOrder {
  /** SHA-256 of the treasury's receipt. */
  readonly receiptHash: string;
}
/** ConfirmPaid (finance, on the treasury's receipt) → RedemptionSettled + QuotaConsumed, the rest released. */
export const ConfirmPaid = orderAct<ConfirmPaid>('ConfirmPaid', ({ order: id, receiptHash }, state) => {
  if (!state.instructed) return refuse('E-STATE', { seen: phrase('notInstructed'), needed: phrase('instructPaymentFirst') });
  const terms = termsOf(state);
  const paidFen = state.approval?.subsidyFen ?? 0;
  const back = clawedBackByRedLetter(state, 0);
  return {
    events: [
      { type: 'RedemptionSettled', data: { order: id, paidFen, receiptHash, attempt: state.after.instructions, ...instructedFrom(state) } },
      ...(back ? [back] : []),
    ],
    more: [
      ...toStream(quotaStream(terms), [{ type: 'QuotaConsumed', data: { order: id, amountFen: paidFen } }], terms.policy),
      ...release(state, (state.after.heldFen ?? terms.reservedFen) - paidFen),
    ],
  };
});
