/** From acceptance to an accepted service, at the order's home: what the enterprise does, and the agency's statements taken up. */
import { anyOf, isStaff, moment, phrase, plain, refuse, until, word, type AccessName, type VoucherData } from '@yrd/contracts';
import {
  toStream,
  isRejection,
  type Append,
  type Decision,
  type Handler,
  type Peek,
  type Ratio,
  type Rejection,
  type Turn,
} from '@yrd/ledger';
import { agency } from '../agencies/agency.js';
import { agrees, signable, type Signature } from './contract.js';
import { handler, notYours, under } from '../handling.js';
import { agencyParty, interestPlaces, mayDecide, type Party } from './interests.js';
import { LEGAL, legal, type OrderCommand } from './legality.js';
import { order, termsOf, type Order, type OrderEvent, type Phase } from './order.js';
import { limitIn } from './order-limits.js';
import { accepted } from './placing.js';
import { agencyPlaces, stillTrusted } from './placing-rules.js';
import { pinned, policy } from '../policy/policy.js';
import { leaveLine } from '../quotas/queue.js';
import { relatedPlaces, unrelated, type Sides } from './related.js';
import { heldPlaces, oneEach, release } from '../quotas/reservation.js';
import {
  agencyStream,
  calendarStream,
  deliverableStream,
  journalOf,
  look,
  orderStream,
  placesIn,
  policyStream,
  subjectStream,
  type Place,
} from '../streams.js';
import { ownerOf, subject, subjectParties, type Subject } from '../quotas/subject.js';

export interface OfOrder {
  readonly order: string;
}

type Outcome = { readonly events: readonly OrderEvent[]; readonly more?: readonly Append[] } | Rejection;

/** The order's own events, and what else grows in the same commit. */
export const commit = (state: Order, outcome: Outcome): Decision => {
  const terms = termsOf(state);
  if (isRejection(outcome)) return under(terms.policy, outcome);
  return oneEach([...toStream(orderStream(terms.order), outcome.events, terms.policy), ...(outcome.more ?? [])]);
};

const partiesOf = ({ subject: id, agencyProvince, agency: by }: Sides, who: Subject | undefined): readonly Party[] => [
  ...subjectParties(id, who),
  agencyParty(agencyProvince, by),
];

/** An act on an order of this journal by whom the access table names; its policy, its subject and what it reads besides are at hand. */
export const orderAct = <C extends OfOrder>(
  act: OrderCommand & AccessName,
  decide: (command: C, state: Order, turn: Turn) => Outcome,
  besides: (terms: VoucherData<'OrderPlaced'>, peek: Peek) => readonly Place[] = () => [],
): Handler<C> =>
  handler({
    target: (command: C) => orderStream(command.order),
    reads: (command: C, peek) => {
      const terms = peek.state(order, orderStream(command.order))?.terms;
      if (!terms) return [];
      return [
        ...placesIn(peek.province, [subjectStream(terms.subject), policyStream(terms.scheme), calendarStream]),
        ...heldPlaces(command.order, peek),
        ...agencyPlaces(terms, peek),
        ...interestPlaces(partiesOf(terms, peek.state(subject, subjectStream(terms.subject))), peek),
        ...besides(terms, peek),
      ];
    },
    decide: (command: C, turn): Decision => {
      const state = turn.state(order, orderStream(command.order));
      if (!state.terms) return legal(state, act) ?? [];
      const who = turn.state(subject, subjectStream(state.terms.subject));
      const owner = ownerOf(who);
      const { agencyProvince: province, agency: id } = state.terms;
      const served = look(turn, agency, { province, stream: agencyStream(id) }).organisation;
      const no = mayDecide(turn, act, { order: owner, agency: served }, partiesOf(state.terms, who));
      if (no) return no.rejected === 'E-RECUSE' ? under(state.terms.policy, no) : no;
      const { organisation, roles } = turn.actor;
      const illegal = legal(state, act);
      // How an order stands is nothing for strangers.
      if (illegal) return organisation === owner || isStaff(roles) ? illegal : notYours('order');
      return commit(state, decide(command, state, turn));
    },
  });

/** The pack that the order pinned (V6). */
export const packOf = (state: Order, turn: Turn) => {
  const { scheme, policy: version } = termsOf(state);
  return pinned(turn.state(policy, policyStream(scheme)), version);
};

export interface CancelOrder extends OfOrder {
  readonly cause: string;
}
/** CancelOrder (enterprise) → OrderCancelled + QuotaReleased; an order in line leaves it. */
export const CancelOrder = orderAct<CancelOrder>('CancelOrder', ({ order: id, cause }, state) => ({
  events: [{ type: 'OrderCancelled', data: { order: id, by: 'enterprise', cause } }],
  more: [...release(state, termsOf(state).reservedFen), ...leaveLine(state)],
}));

export interface SignContract extends OfOrder, Signature {}
/** SignContract (enterprise) → ContractSigned, when both agree and V7, V11 and V12 still hold. */
export const SignContract = orderAct<SignContract>(
  'SignContract',
  (command, state, turn) => {
    const { agencyProvince, agency, subject: who } = termsOf(state);
    const { order: id, contractHash, amountFen, signedMs, startMs, endMs } = command;
    if (turn.now > state.contractByMs) return refuse('E-WINDOW', { seen: moment(turn.now), needed: until(state.contractByMs) });
    const pack = packOf(state, turn);
    const no =
      agrees(state, command) ??
      signable(state, command, turn.now) ??
      stillTrusted(turn, agencyProvince, agency) ??
      (pack ? unrelated(turn, termsOf(state), turn.state(subject, subjectStream(who)), pack) : null);
    return no ?? { events: [{ type: 'ContractSigned', data: { order: id, contractHash, amountFen, signedMs, startMs, endMs } }] };
  },
  relatedPlaces,
);

/** The redemption limit, and in 通兑 across a border the journal whose statement in time could still meet it. */
export const redeemable = (state: Order, redeemByMs: number): Pick<VoucherData<'ServiceAccepted'>, 'redeemByMs' | 'awaits'> => {
  const { mode, home: province, agencyProvince, patienceMs } = termsOf(state);
  const abroad = mode === 'tongdui' && agencyProvince !== province;
  return { redeemByMs, ...(abroad ? { awaits: { journal: journalOf(agencyProvince), patienceMs } } : {}) };
};

/** ConfirmAcceptance (enterprise) → ServiceAccepted; the redemption window of the grant applies (V13). */
export const ConfirmAcceptance = orderAct<OfOrder>('ConfirmAcceptance', ({ order: id }, state) => ({
  events: [{ type: 'ServiceAccepted', data: { order: id, ...redeemable(state, termsOf(state).redeemUntilMs) } }],
}));

export interface RaiseDispute extends OfOrder {
  readonly reason: string;
}
/** RaiseDispute (enterprise) → DisputeRaised. */
export const RaiseDispute = orderAct<RaiseDispute>('RaiseDispute', ({ order: id, reason }) => ({
  events: [{ type: 'DisputeRaised', data: { order: id, reason } }],
}));

export interface ResolveDispute extends OfOrder {
  readonly outcome: 'full' | 'partial' | 'none';
  /** Part of the service that counts, for `partial` (A13). */
  readonly share?: Ratio;
}
/** ResolveDispute (supervisor) → DisputeResolved; `none` closes the order and releases the quota. */
export const ResolveDispute = orderAct<ResolveDispute>('ResolveDispute', ({ order: id, outcome, share }, state) => {
  const part = outcome === 'full' ? { of: 1, in: 1 } : outcome === 'none' ? { of: 0, in: 1 } : share;
  const between = part && Number.isSafeInteger(part.of) && Number.isSafeInteger(part.in) && part.of > 0 && part.of < part.in;
  if (!part || (outcome === 'partial' && !between)) {
    return refuse('E-VALIDATION', {
      field: 'share',
      seen: part ? plain(`${part.of}/${part.in}`) : phrase('none'),
      needed: phrase('shareBetween'),
    });
  }
  const { redeemUntilMs, reservedFen } = termsOf(state);
  return {
    events: [{ type: 'DisputeResolved', data: { order: id, outcome, share: part, ...redeemable(state, redeemUntilMs) } }],
    more: outcome === 'none' ? release(state, reservedFen) : [],
  };
});

/** A statement of the agency's province, as a reaction hands it on: `from` is whose journal it stands in. */
export interface Statement extends OfOrder {
  readonly from: string;
  /** When it was stated, ms by the other journal: a statement made in time counts, a late one does not. */
  readonly statedMs: number;
}
type Refusable = 'acceptance' | 'decline' | 'cancellation' | 'signature' | 'delivery' | 'redemption' | 'share' | 'invoice';

/** The home's entry that refuses a statement; never a rejection, because the other side must learn of it. */
export const refusal = (id: string, statement: Refusable, { rejected: code, facts }: Rejection): OrderEvent =>
  statement === 'acceptance'
    ? { type: 'AcceptanceRefused', data: { order: id, code, facts } }
    : { type: 'StatementRefused', data: { order: id, statement, code, facts } };

/** Why a statement cannot be taken up in this state, whoever's it is; a hold does not stop statements of fact. */
const stale = (state: Order, { from }: Statement, phases: readonly Phase[]): Rejection | null => {
  if (!state.terms) return refuse('E-NOTFOUND', { seen: phrase('noSuchOrder'), needed: phrase('orderOfThisProvince') });
  if (state.terms.agencyProvince !== from) return refuse('E-ROLE', { seen: plain(from), needed: plain(state.terms.agencyProvince) });
  if (!phases.includes(state.phase)) return refuse('E-STATE', { seen: word(state.phase), needed: anyOf(phases) });
  return null;
};

/** Derived: takes a statement up with the home's own events, or refuses it with one. */
export const taking = <C extends Statement>(
  statement: Refusable,
  phases: readonly Phase[],
  decide: (command: C, state: Order, turn: Turn) => Outcome,
  besides: (command: C) => readonly string[] = () => [],
): Handler<C> =>
  handler({
    target: (command: C) => orderStream(command.order),
    reads: (command: C, peek) => {
      const terms = peek.state(order, orderStream(command.order))?.terms;
      if (!terms) return [];
      const own = [policyStream(terms.scheme), calendarStream, ...besides(command)];
      return [...placesIn(peek.province, own), ...heldPlaces(command.order, peek)];
    },
    decide: (command: C, turn): Decision => {
      const state = turn.state(order, orderStream(command.order));
      const outcome = stale(state, command, phases) ?? decide(command, state, turn);
      if (!isRejection(outcome)) return commit(state, outcome);
      return toStream(orderStream(command.order), [refusal(command.order, statement, outcome)], state.terms?.policy);
    },
  });

/** E-WINDOW for a statement made after the limit. */
export const late = ({ statedMs }: Statement, lastMs: number): Rejection | null =>
  statedMs > lastMs ? refuse('E-WINDOW', { seen: moment(statedMs), needed: until(lastMs) }) : null;

/** AcceptanceStated → OrderAccepted | AcceptanceRefused (the enterprise was first, or it came too late). */
export const TakeAcceptance = taking<Statement>('acceptance', LEGAL.AcceptOrder, (command, state, turn) => {
  const { order: id } = command;
  const tooLate = late(command, termsOf(state).acceptByMs);
  if (tooLate) return tooLate;
  const pack = packOf(state, turn);
  if (!pack) return refuse('E-NOTFOUND', { seen: phrase('noPolicy'), needed: plain(termsOf(state).policy) });
  return { events: [accepted(id, turn, pack, termsOf(state).useUntilMs)] };
});
/** DeclineStated → OrderDeclined + QuotaReleased. */
export const TakeDecline = taking<Statement & { readonly cause: string }>('decline', LEGAL.DeclineOrder, ({ order: id, cause }, state) => ({
  events: [{ type: 'OrderDeclined', data: { order: id, cause } }],
  more: release(state, termsOf(state).reservedFen),
}));
/** CancellationStated → OrderCancelled + QuotaReleased. */
export const TakeCancellation = taking<Statement & { readonly cause: string }>(
  'cancellation',
  LEGAL.WithdrawFromOrder,
  ({ order: id, cause }, state) => ({
    events: [{ type: 'OrderCancelled', data: { order: id, by: 'agency', cause } }],
    more: release(state, termsOf(state).reservedFen),
  }),
);
/** ContractSignatureStated → ContractSignatureTaken, waiting for the enterprise's. */
export const TakeSignature = taking<Statement & Signature>('signature', LEGAL.SignAsAgency, (command, state, turn) => {
  const { order: id, contractHash, amountFen, signedMs, startMs, endMs } = command;
  return (
    signable(state, command, turn.now) ?? {
      events: [{ type: 'ContractSignatureTaken', data: { order: id, contractHash, amountFen, signedMs, startMs, endMs } }],
    }
  );
});
/** DeliveryStated → ServiceDelivered, and under the hash of the result ResultTaken, for everybody to compare (A9). */
export const TakeDelivery = taking<Statement & { readonly deliverableHash: string }>(
  'delivery',
  LEGAL.DeliverService,
  ({ order: id, deliverableHash }) => ({
    events: [{ type: 'ServiceDelivered', data: { order: id, deliverableHash } }],
    more: toStream(deliverableStream(deliverableHash), [{ type: 'ResultTaken', data: { order: id } }]),
  }),
  ({ deliverableHash }) => [deliverableStream(deliverableHash)],
);

export interface LapseOrder extends OfOrder {
  readonly limit: 'accept' | 'contract' | 'redeem';
  readonly dueMs: number;
}
/** Derived from a timer: the limit passed → OrderLapsed + QuotaReleased; none when the order moved on, got a later limit or is held. */
export const LapseOrder: Handler<LapseOrder> = handler({
  target: (command: LapseOrder) => orderStream(command.order),
  reads: (command: LapseOrder, peek) => heldPlaces(command.order, peek),
  decide: ({ order: id, limit, dueMs }, turn): Decision => {
    const state = turn.state(order, orderStream(id));
    const limited = limitIn(state);
    if (!state.terms || state.stoppedMs !== null || !limited?.runs || limited.limit !== limit || limited.lastMs > dueMs) return [];
    const invoiceKey = state.redemption?.invoiceKey;
    const data = {
      order: id,
      limit,
      dueMs,
      agencyProvince: state.terms.agencyProvince,
      ...(invoiceKey === undefined ? {} : { invoiceKey }),
    };
    return commit(state, {
      events: [{ type: 'OrderLapsed', data }],
      more: [...release(state, state.terms.reservedFen), ...leaveLine(state)],
    });
  },
});
