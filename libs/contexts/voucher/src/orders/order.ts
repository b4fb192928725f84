/**
 * An order (用券订单): a service bought with a voucher, from placing to settlement. It lives in the enterprise's province;
 * what the agency's province states is taken up here by an entry of this stream, or refused with one.
 */
import { type Counted, type VoucherData, type VoucherEvent } from '@yrd/contracts';
import { foldOf, invariant, type Ratio } from '@yrd/ledger';
import { afterwardsSteps, noAfterwards, reopened, settledLine, type Afterwards, type AfterwardsEvent } from './afterwards.js';
import type { PrivateEvent } from '../private-events.js';
import { poolStream } from '../streams.js';

export type OrderEvent =
  | VoucherEvent<
      | 'OrderPlaced'
      | 'OrderQueued'
      | 'OrderUnqueued'
      | 'ProposalRefused'
      | 'OrderAccepted'
      | 'AcceptanceRefused'
      | 'OrderDeclined'
      | 'OrderCancelled'
      | 'OrderLapsed'
      | 'DeadlineRecomputed'
      | 'OrderHeld'
      | 'OrderReleased'
      | 'ContractSignatureTaken'
      | 'StatementRefused'
      | 'ContractSigned'
      | 'ServiceDelivered'
      | 'ServiceAccepted'
      | 'DisputeRaised'
      | 'DisputeResolved'
      | 'InvoiceClaimAsked'
      | 'InvoiceClaimFailed'
      | 'RedemptionSubmitted'
      | 'RedemptionReturned'
      | 'RedemptionRefused'
      | 'RedemptionApproved'
      | 'ShareConfirmed'
      | 'ShareDeclined'
      | 'BatchPublicised'
      | 'ObjectionLodged'
      | 'ObjectionUpheld'
      | 'ObjectionRejected'
      | 'PublicityEnded'
      | 'LineSettled'
      | 'PaymentInstructed'
      | 'RedemptionSettled'
    >
  | AfterwardsEvent
  | PrivateEvent<'ReturnPaymentRecorded' | 'ReservationMade' | 'HandRecorded' | 'IntegrityReferred'>;

/** Phases in which an order is under way, in their usual order. `InvoiceAsked` is ServiceAccepted while the invoice's home is asked. */
export const OPEN_PHASES = [
  'Placed',
  'Accepted',
  'InService',
  'Delivered',
  'Disputed',
  'ServiceAccepted',
  'InvoiceAsked',
  'UnderReview',
  'Approved',
  'Publicised',
  'Objected',
  'Payable',
] as const;

/** Every phase that an order can be in (domain §2.3, where `Objected` is called Held). `Queued` waits for the pool's money (V27). */
export const PHASES = ['Queued', ...OPEN_PHASES, 'Settled', 'Closed'] as const;

export type Phase = 'None' | (typeof PHASES)[number];

/** A time limit that ends a state by itself. */
export type Limit = VoucherData<'DeadlineRecomputed'>['limit'];

export interface Order {
  readonly phase: Phase;
  readonly terms: VoucherData<'OrderPlaced'> | null;
  /** The voucher part asked for in so many words by an order that waited in line; null where none was. */
  readonly wantedFen: number | null;
  /** Why it never became an order; null where it did. */
  readonly refusedProposal: VoucherData<'ProposalRefused'> | null;
  /** Why it is held; empty when it is not. */
  readonly holds: readonly string[];
  /** What each hold rests on, where its entry says so, and since when the limits of a held order stand still. */
  readonly held: Readonly<Record<string, VoucherData<'OrderHeld'>['facts']>>;
  readonly stoppedMs: number | null;
  /** What the agency paid back (V29). */
  readonly returnPayments: readonly PrivateEvent<'ReturnPaymentRecorded'>['data'][];
  readonly ceilings: readonly string[];
  readonly contractByMs: number;
  /** The agency's signature, waiting for the enterprise's. */
  readonly signature: VoucherData<'ContractSignatureTaken'> | null;
  readonly contract: VoucherData<'ContractSigned'> | null;
  readonly deliverableHash: string | null;
  /** How much of the service was accepted: less than one after a partial dispute (A13). */
  readonly share: Ratio;
  readonly redeemByMs: number;
  readonly asked: VoucherData<'InvoiceClaimAsked'> | null;
  readonly redemption: VoucherData<'RedemptionSubmitted'> | null;
  readonly returns: number;
  readonly hands: Readonly<Partial<Record<PrivateEvent<'HandRecorded'>['data']['act'], string>>>;
  readonly approval: VoucherData<'RedemptionApproved'> | null;
  /** Size of the payer's journal at its `ShareAccepted`; null while it is awaited or not needed. */
  readonly shareSize: number | null;
  /** A payer refused its share: the home province pays all or refuses. */
  readonly shareDeclined: boolean;
  readonly endsMs: number;
  readonly objectionLeftMs: number;
  /** The objection that is open, or was last, where it was stated in a journal of its own. */
  readonly objection: string | null;
  readonly line: VoucherData<'PublicityEnded'>['line'] | null;
  readonly lineSettled: boolean;
  readonly instructed: boolean;
  /** What came after approval and payment: red letters, returned payments, clawbacks. */
  readonly after: Afterwards;
  /** How each limit was counted, where it was one in working days. */
  readonly counted: Readonly<Record<Limit, Counted | null>>;
}

const initial: Order = {
  phase: 'None',
  terms: null,
  wantedFen: null,
  refusedProposal: null,
  holds: [],
  held: {},
  stoppedMs: null,
  returnPayments: [],
  ceilings: [],
  contractByMs: 0,
  signature: null,
  contract: null,
  deliverableHash: null,
  share: { of: 1, in: 1 },
  redeemByMs: 0,
  asked: null,
  redemption: null,
  returns: 0,
  hands: {},
  approval: null,
  shareSize: null,
  shareDeclined: false,
  endsMs: 0,
  objectionLeftMs: 0,
  objection: null,
  line: null,
  lineSettled: false,
  instructed: false,
  after: noAfterwards,
  counted: { accept: null, contract: null, redeem: null, publicity: null },
};

const closed = (state: Order): Order => ({ ...state, phase: 'Closed' });
const same = (state: Order): Order => state;
/** The limit was counted so; an entry that says nothing has a limit that no notice moves. */
const set = (state: Order, limit: Limit, { counted }: { readonly counted?: Counted | undefined }): Pick<Order, 'counted'> => ({
  counted: { ...state.counted, [limit]: counted ?? null },
});

const redeemableAgain = (state: Order, data: VoucherData<'InvoiceClaimFailed' | 'RedemptionReturned'>): Order => ({
  ...state,
  phase: 'ServiceAccepted',
  redeemByMs: data.redeemByMs,
  ...set(state, 'redeem', data),
});
const publicUntil = (state: Order, data: VoucherData<'BatchPublicised' | 'ObjectionRejected'>): Order => ({
  ...state,
  phase: 'Publicised',
  endsMs: data.endsMs,
  ...set(state, 'publicity', data),
});
/** The limit ends then. */
const until = (state: Order, limit: Limit, dueMs: number, counted: Counted | null): Order => {
  const now = { ...state, counted: { ...state.counted, [limit]: counted } };
  if (limit === 'accept') return { ...now, terms: state.terms && { ...state.terms, acceptByMs: dueMs } };
  if (limit === 'contract') return { ...now, contractByMs: dueMs };
  if (limit === 'redeem') return { ...now, redeemByMs: dueMs };
  return { ...now, endsMs: dueMs, objectionLeftMs: state.objectionLeftMs + dueMs - state.endsMs };
};

/** With the last hold the limits run again, to the day that the entry names. */
const released = (state: Order, { reason, resumed }: VoucherData<'OrderReleased'>): Order => {
  const holds = state.holds.filter((each) => each !== reason);
  const now = { ...state, holds, stoppedMs: holds.length === 0 ? null : state.stoppedMs };
  return resumed ? until(now, resumed.limit, resumed.dueMs, resumed.counted ?? null) : now;
};

export const order = foldOf<Order, OrderEvent>('order', initial, {
  OrderPlaced: (state, { counted, ...terms }) => ({ ...state, phase: 'Placed', terms, ...set(state, 'accept', { counted }) }),
  OrderQueued: (state, { voucherFen: wantedFen = null, ...terms }) => {
    return { ...state, phase: 'Queued', terms, wantedFen, ceilings: [poolStream(terms.scheme, terms.year)] };
  },
  OrderUnqueued: closed,
  ReservationMade: (state, { ceilings }) => ({ ...state, ceilings }),
  ProposalRefused: (state, refusedProposal) => ({ ...closed(state), refusedProposal }),
  OrderAccepted: (state, data) => ({ ...state, phase: 'Accepted', contractByMs: data.contractByMs, ...set(state, 'contract', data) }),
  AcceptanceRefused: same,
  OrderDeclined: closed,
  OrderCancelled: closed,
  OrderLapsed: closed,
  DeadlineRecomputed: (state, { limit, dueMs, counted }) => until(state, limit, dueMs, counted),
  OrderHeld: (state, { reason, facts, atMs }) => ({
    ...state,
    holds: [...state.holds, reason],
    held: { ...state.held, ...(facts ? { [reason]: facts } : {}) },
    stoppedMs: state.stoppedMs ?? atMs ?? null,
  }),
  OrderReleased: released,
  ContractSignatureTaken: (state, signature) => ({ ...state, signature }),
  StatementRefused: same,
  ContractSigned: (state, contract) => ({ ...state, phase: 'InService', contract }),
  ServiceDelivered: (state, { deliverableHash }) => ({ ...state, phase: 'Delivered', deliverableHash }),
  ServiceAccepted: (state, { redeemByMs }) => ({ ...state, phase: 'ServiceAccepted', redeemByMs }),
  DisputeRaised: (state) => ({ ...state, phase: 'Disputed' }),
  DisputeResolved: (state, { outcome, share, redeemByMs }) =>
    outcome === 'none' ? closed(state) : { ...state, phase: 'ServiceAccepted', share, redeemByMs },
  InvoiceClaimAsked: (state, asked) => ({ ...state, phase: 'InvoiceAsked', asked }),
  InvoiceClaimFailed: redeemableAgain,
  RedemptionSubmitted: (state, redemption) => ({ ...state, phase: 'UnderReview', redemption, ...reopened }),
  HandRecorded: (state, { act, person }) => ({ ...state, hands: { ...state.hands, [act]: person } }),
  RedemptionReturned: (state, data) => ({ ...redeemableAgain(state, data), returns: state.returns + 1 }),
  RedemptionRefused: closed,
  RedemptionApproved: (state, approval) => ({ ...state, phase: 'Approved', approval, after: { ...state.after, alarmedMs: null } }),
  ShareConfirmed: (state, { size }) => ({ ...state, shareSize: size }),
  ShareDeclined: (state) => ({ ...state, phase: 'UnderReview', shareDeclined: true, ...reopened }),
  BatchPublicised: publicUntil,
  ObjectionLodged: (state, { leftMs, objection = null }) => ({ ...state, phase: 'Objected', objectionLeftMs: leftMs, objection }),
  ObjectionUpheld: (state) => ({ ...state, phase: 'UnderReview', ...reopened }),
  ObjectionRejected: publicUntil,
  PublicityEnded: (state, { line }) => ({ ...state, phase: 'Payable', line: line ?? null }),
  LineSettled: (state, data) => ({ ...state, ...settledLine(state, data, true) }),
  PaymentInstructed: (state, { budgetYear = null }) => ({
    ...state,
    instructed: true,
    after: { ...state.after, instructions: state.after.instructions + 1, budgetYear },
  }),
  RedemptionSettled: (state) => ({ ...state, phase: 'Settled' }),
  IntegrityReferred: same,
  ReturnPaymentRecorded: (state, data) => ({ ...state, returnPayments: [...state.returnPayments, data] }),
  ...afterwardsSteps,
});

/** The terms of an order that exists. */
export const termsOf = (state: Order): VoucherData<'OrderPlaced'> => {
  invariant(state.terms !== null, 'An order without terms was decided on; check that it exists first.');
  return state.terms;
};
