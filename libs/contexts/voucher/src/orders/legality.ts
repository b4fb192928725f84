/** Which command of a person is legal in which state of an order (domain §2.3), and what a hold stops. */
import { anyOf, codes, phrase, refuse, word, type CodeName } from '@yrd/contracts';
import type { Rejection } from '@yrd/ledger';
import { missing } from '../handling.js';
import { OPEN_PHASES, type Order, type Phase } from './order.js';

/** The states in which each command of a person is legal (domain §2.3). */
export const LEGAL = {
  AcceptOrder: ['Placed'],
  DeclineOrder: ['Placed'],
  CancelOrder: ['Queued', 'Placed', 'Accepted'],
  WithdrawFromOrder: ['Placed', 'Accepted'],
  SignAsAgency: ['Accepted'],
  SignContract: ['Accepted'],
  DeliverService: ['InService'],
  ConfirmAcceptance: ['Delivered'],
  RaiseDispute: ['Delivered'],
  ResolveDispute: ['Disputed'],
  RequestRedemption: ['ServiceAccepted'],
  SubmitRedemption: ['ServiceAccepted'],
  ReviewRedemption: ['UnderReview'],
  ReturnRedemption: ['UnderReview'],
  RefuseRedemption: ['UnderReview'],
  ApproveRedemption: ['UnderReview'],
  PubliciseOrder: ['Approved'],
  LodgeObjection: ['Publicised'],
  UpholdObjection: ['Objected'],
  RejectObjection: ['Objected'],
  InstructPayment: ['Payable'],
  ConfirmPaid: ['Payable'],
  ReturnPayment: ['Payable', 'Settled'],
  OrderClawback: ['Settled'],
  ConfirmRecovered: ['Settled'],
  RecordReturnPayment: ['UnderReview', 'Approved', 'Publicised', 'Objected', 'Payable', 'Settled'],
  HoldOrder: OPEN_PHASES,
  ReleaseOrder: [...OPEN_PHASES, 'Settled'],
  ReviewSuspicion: OPEN_PHASES,
} as const satisfies Readonly<Record<string, readonly Phase[]>>;

export type OrderCommand = keyof typeof LEGAL;

/** Commands that a hold does not stop: getting out, objecting, mending, and the hold itself. */
const WHILE_HELD: readonly OrderCommand[] = [
  'CancelOrder',
  'DeclineOrder',
  'WithdrawFromOrder',
  'RaiseDispute',
  'ResolveDispute',
  'LodgeObjection',
  'RejectObjection',
  'UpholdObjection',
  'HoldOrder',
  'ReleaseOrder',
  'ReviewSuspicion',
  'RecordReturnPayment',
  'ReturnRedemption',
  'RefuseRedemption',
  'OrderClawback',
  'ConfirmRecovered',
];

/** Held for its redemption alone: the service is finished all the same (A3). */
export const REDEMPTION_HOLD = 'agency-redemption';
const TO_THE_END: readonly OrderCommand[] = ['DeliverService', 'ConfirmAcceptance'];

const isCode = (reason: string): reason is CodeName => Object.hasOwn(codes, reason);

/** What a hold says to who must wait: a hold with a code of its own in that code's words, any other as E-STATE. */
const held = ({ terms, holds, held: facts }: Order): Rejection => {
  const reason = holds.find(isCode);
  if (reason !== undefined)
    return refuse(reason, { policy: terms?.policy ?? null, seen: phrase('held'), needed: phrase('reviewAndRelease'), ...facts[reason] });
  return refuse('E-STATE', { seen: phrase('heldFor', { words: holds }), needed: phrase('release') });
};

/** Whether the command is legal now; E-NOTFOUND, or E-STATE with what stands in the way. */
export const legal = (state: Order, command: OrderCommand): Rejection | null => {
  if (!state.terms) return missing('order');
  const phases: readonly Phase[] = LEGAL[command];
  if (!phases.includes(state.phase)) return refuse('E-STATE', { seen: word(state.phase), needed: anyOf(phases) });
  if (WHILE_HELD.includes(command)) return null;
  const stopping = state.holds.filter((reason) => reason !== REDEMPTION_HOLD || !TO_THE_END.includes(command));
  return stopping.length > 0 ? held(state) : null;
};
