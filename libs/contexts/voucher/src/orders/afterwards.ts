/** What an order remembers of the time after its approval: red letters, instructions, returned payments, clawbacks (V23, V24, A8, A10). */
import type { VoucherData, VoucherEvent } from '@yrd/contracts';
import type { Steps } from '@yrd/ledger';
import type { Order } from './order.js';

export type AfterwardsEvent = VoucherEvent<
  'LineUnsettled' | 'UnpaidAlarmRaised' | 'ClaimReduced' | 'PaymentReturned' | 'ClawbackOrdered' | 'ClawbackRecovered'
>;

export interface Clawback {
  readonly number: number;
  readonly cause: VoucherData<'ClawbackOrdered'>['cause'];
  readonly amountFen: number;
  /** What each province gets back, fen. */
  readonly payers: Readonly<Record<string, number>>;
  /** The debt between two provinces that follows; null where none does. */
  readonly line: VoucherData<'PublicityEnded'>['line'] | null;
  readonly lineSettled: boolean;
  /** Window that its line was settled in last; null while it was in none. */
  readonly settledIn: number | null;
  readonly recovered: boolean;
}

export interface Afterwards {
  /** Key of an invoice → what its red letters left of the claim on it, fen. */
  readonly claims: Readonly<Record<string, number>>;
  /** Window that the order's line was settled in last; null while it was in none. */
  readonly settledIn: number | null;
  /** Payment instructions given so far; each has its own reference at the bank. */
  readonly instructions: number;
  /** The budget that the last instruction is paid from (A5); null before the first. */
  readonly budgetYear: number | null;
  /** What a payment that came back holds of the quota again, fen; null while the first reservation stands. */
  readonly heldFen: number | null;
  readonly clawbacks: readonly Clawback[];
  /** When the alarm of V18 was raised about this approval; null while it is paid in time. */
  readonly alarmedMs: number | null;
}

export const noAfterwards: Afterwards = {
  claims: {},
  settledIn: null,
  instructions: 0,
  budgetYear: null,
  heldFen: null,
  clawbacks: [],
  alarmedMs: null,
};

/** What is still taken back of the subsidy, fen: all clawbacks together. */
export const takenBackFen = (clawbacks: readonly Clawback[]): number => clawbacks.reduce((total, { amountFen }) => total + amountFen, 0);

/** The order's own line, or a clawback's, and whether it is settled; undefined where there is no such clawback. */
export const lineAt = (
  { line, lineSettled, after }: Order,
  clawback: number | null | undefined,
): Pick<Clawback, 'line' | 'lineSettled' | 'settledIn'> | undefined =>
  clawback == null ? { line, lineSettled, settledIn: after.settledIn } : after.clawbacks.find(({ number }) => number === clawback);

/** The afterwards with one of the clawbacks changed. */
export const changed = (state: Order, number: number, change: Partial<Clawback>): Pick<Order, 'after'> => ({
  after: {
    ...state.after,
    clawbacks: state.after.clawbacks.map((each) => (each.number === number ? { ...each, ...change } : each)),
  },
});

/** The order's line, or a clawback's, is settled in a window, or no longer. */
export const settledLine = (state: Order, { window, clawback }: VoucherData<'LineSettled'>, lineSettled: boolean): Partial<Order> => {
  const change = { lineSettled, settledIn: window };
  return clawback === undefined ? { lineSettled, after: { ...state.after, settledIn: window } } : changed(state, clawback, change);
};

/** Back to the reviewers: the file is looked at anew, by hands of their own. */
export const reopened = { approval: null, shareSize: null, hands: {} } as const;

/** States in which a redemption that rests on less than it did is reviewed anew; later ones are corrected by a clawback. */
const REVIEWABLE: readonly string[] = ['UnderReview', 'Approved', 'Publicised', 'Objected'];

export const afterwardsSteps: Steps<Order, AfterwardsEvent> = {
  LineUnsettled: (state, data) => ({ ...state, ...settledLine(state, data, false) }),
  ClaimReduced: (state, { invoiceKey, claimFen }) => ({
    ...state,
    after: { ...state.after, claims: { ...state.after.claims, [invoiceKey]: claimFen } },
    ...(REVIEWABLE.includes(state.phase) && state.redemption?.invoiceKey === invoiceKey ? { phase: 'UnderReview', ...reopened } : {}),
  }),
  PaymentReturned: (state, { amountFen, settled }) => ({
    ...state,
    phase: 'Payable',
    instructed: false,
    after: { ...state.after, heldFen: settled ? amountFen : state.after.heldFen, alarmedMs: null },
  }),
  UnpaidAlarmRaised: (state, { alarmMs }) => ({ ...state, after: { ...state.after, alarmedMs: alarmMs } }),
  ClawbackOrdered: (state, { clawback, cause, amountFen, payers, line }) => ({
    ...state,
    after: {
      ...state.after,
      clawbacks: [
        ...state.after.clawbacks,
        { number: clawback, cause, amountFen, payers, line: line ?? null, lineSettled: false, settledIn: null, recovered: false },
      ],
    },
  }),
  ClawbackRecovered: (state, { clawback }) => ({ ...state, ...changed(state, clawback, { recovered: true }) }),
};
