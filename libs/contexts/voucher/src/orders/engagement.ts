/** The agency's side of an order, in the agency's province: its statements. What the order becomes is decided at its home. */
import { phrase, refuse, word, type VoucherData, type VoucherEvent } from '@yrd/contracts';
import {
  alike,
  type Append,
  type Decision,
  foldOf,
  type Handler,
  type Peek,
  type Rejection,
  type Said,
  toStream,
  type Turn,
} from '@yrd/ledger';
import { agency } from '../agencies/agency.js';
import { signable } from './contract.js';
import { handler, inTime, mayAct, missing, notYours, under } from '../handling.js';
import { legal, type OrderCommand } from './legality.js';
import { order, type Order } from './order.js';
import type { PlaceOrder } from './placing.js';
import { agencyStream, engagementStream, look, orderStream, type Place } from '../streams.js';

export type EngagementEvent = VoucherEvent<
  | 'OrderProposed'
  | 'AcceptanceStated'
  | 'DeclineStated'
  | 'CancellationStated'
  | 'ContractSignatureStated'
  | 'DeliveryStated'
  | 'RedemptionRequested'
  | 'ShareAccepted'
  | 'ShareRefused'
>;

export interface Engagement {
  /** The order that the agency asked for itself; null where the enterprise placed it. */
  readonly proposed: VoucherData<'OrderProposed'> | null;
  readonly answered: 'none' | 'accepted' | 'declined';
  readonly cancelled: boolean;
  readonly signature: VoucherData<'ContractSignatureStated'> | null;
  readonly deliverableHash: string | null;
  readonly requested: VoucherData<'RedemptionRequested'> | null;
  /** How often redemption was requested: once, and once more for each return of the file. */
  readonly requests: number;
}

const initial: Engagement = {
  proposed: null,
  answered: 'none',
  cancelled: false,
  signature: null,
  deliverableHash: null,
  requested: null,
  requests: 0,
};

export const engagement = foldOf<Engagement, EngagementEvent>('engagement', initial, {
  OrderProposed: (state, proposed) => ({ ...state, proposed, answered: 'accepted' }),
  AcceptanceStated: (state) => ({ ...state, answered: 'accepted' }),
  DeclineStated: (state) => ({ ...state, answered: 'declined' }),
  CancellationStated: (state) => ({ ...state, cancelled: true }),
  ContractSignatureStated: (state, signature) => ({ ...state, signature }),
  DeliveryStated: (state, { deliverableHash }) => ({ ...state, deliverableHash }),
  RedemptionRequested: (state, requested) => ({ ...state, requested, requests: state.requests + 1 }),
  ShareAccepted: (state) => state,
  ShareRefused: (state) => state,
});

/** Which order an agency speaks about; `home` is the enterprise's province. */
export interface OfOrder {
  readonly order: string;
  readonly home: '31' | '32' | '33' | '34';
  readonly agency: string;
}

export const engagementReads = (command: OfOrder, peek: Peek): readonly Place[] => [
  { province: peek.province, stream: agencyStream(command.agency) },
  { province: command.home, stream: orderStream(command.order) },
];

/** The agency of the order acts, and the order as this node sees it allows it. */
export const agencyMay = (turn: Turn, command: OfOrder, act: OrderCommand): Rejection | null => {
  const { organisation } = turn.state(agency, agencyStream(command.agency));
  if (organisation === null) return missing('agency');
  const no = mayAct(turn, act, { agency: organisation });
  if (no) return no;
  const seen = homeOrder(turn, command);
  // Whose order it is comes before how it stands: that is nothing for another agency.
  if (seen.terms && (seen.terms.agency !== command.agency || seen.terms.agencyProvince !== turn.province)) return notYours('order');
  return legal(seen, act);
};

export const homeOrder = (turn: Turn, { home, order: id }: Pick<OfOrder, 'home' | 'order'>): Order =>
  look(turn, order, { province: home, stream: orderStream(id) });

const stating = <C extends OfOrder>(
  act: OrderCommand,
  state: (command: C, engagement: Engagement, turn: Turn) => readonly EngagementEvent[] | Rejection,
): Handler<C> =>
  handler({
    target: (command: C) => engagementStream(command.order),
    reads: engagementReads,
    decide: (command: C, turn): Decision => {
      const said = turn.state(engagement, engagementStream(command.order));
      const no = agencyMay(turn, command, act);
      if (no) return no;
      const events = state(command, said, turn);
      const policy = homeOrder(turn, command).terms?.policy;
      return 'rejected' in events ? under(policy ?? '-', events) : toStream(engagementStream(command.order), events, policy);
    },
  });

const already = (seen: Said): Rejection => refuse('E-STATE', { seen, needed: phrase('answerOfHome') });

/** AcceptOrder (agency) → AcceptanceStated; E-WINDOW after the limit: such a statement would be refused at home, and is not made. */
export const AcceptOrder = stating<OfOrder>('AcceptOrder', ({ order: id, home, agency: by }, said, turn) => {
  if (said.answered !== 'none') return said.answered === 'accepted' ? [] : already(word('declined'));
  const late = inTime(turn, homeOrder(turn, { home, order: id }).terms?.acceptByMs ?? 0);
  if (late) return late;
  return [{ type: 'AcceptanceStated', data: { order: id, home, agency: by } }];
});

export interface WithCause extends OfOrder {
  readonly cause: string;
}
/** DeclineOrder (agency) → DeclineStated. */
export const DeclineOrder = stating<WithCause>('DeclineOrder', ({ order: id, home, cause }, said) => {
  if (said.answered !== 'none') return said.answered === 'declined' ? [] : already(word('accepted'));
  return [{ type: 'DeclineStated', data: { order: id, home, cause } }];
});
/** WithdrawFromOrder (agency) → CancellationStated, before the contract. */
export const WithdrawFromOrder = stating<WithCause>('WithdrawFromOrder', ({ order: id, home, cause }, said) =>
  said.cancelled ? [] : [{ type: 'CancellationStated', data: { order: id, home, cause } }],
);

export interface DeliverService extends OfOrder {
  readonly deliverableHash: string;
}
/** DeliverService (agency) → DeliveryStated: the hash of the result, never the result. */
export const DeliverService = stating<DeliverService>('DeliverService', ({ order: id, home, deliverableHash }, said) =>
  said.deliverableHash === deliverableHash ? [] : [{ type: 'DeliveryStated', data: { order: id, home, deliverableHash } }],
);

export interface SignAsAgency extends OfOrder {
  readonly contractHash: string;
  readonly amountFen: number;
  readonly signedMs: number;
  readonly startMs: number;
  readonly endMs: number;
}
/** SignAsAgency (agency) → ContractSignatureStated; E-DATE, E-FEE (V12). May be said anew until the enterprise has signed. */
export const SignAsAgency = stating<SignAsAgency>(
  'SignAsAgency',
  ({ order: id, home, contractHash, amountFen, signedMs, startMs, endMs }, said, turn) => {
    const data = { order: id, home, contractHash, amountFen, signedMs, startMs, endMs };
    const seen = homeOrder(turn, { home, order: id });
    const no = inTime(turn, seen.contractByMs) ?? signable(seen, data, turn.now);
    if (no) return no;
    return alike(said.signature, data) ? [] : [{ type: 'ContractSignatureStated', data }];
  },
);

export interface ProposeOrder extends Omit<PlaceOrder, 'agencyProvince'> {
  readonly home: OfOrder['home'];
}
/** ProposeOrder (agency) → OrderProposed: asks the enterprise's province for a reservation it was given leave for (V5). */
export const ProposeOrder: Handler<ProposeOrder> = handler({
  target: (command: ProposeOrder) => engagementStream(command.order),
  reads: (command: ProposeOrder, peek) => [{ province: peek.province, stream: agencyStream(command.agency) }],
  decide: (command, turn): readonly Append[] | Rejection => {
    const { organisation } = turn.state(agency, agencyStream(command.agency));
    if (organisation === null) return missing('agency');
    const no = mayAct(turn, 'ProposeOrder', { agency: organisation });
    if (no) return no;
    const said = turn.state(engagement, engagementStream(command.order));
    if (said.proposed || said.answered !== 'none') return already(phrase('spokenAboutBefore'));
    const { order: id, home, agency: by, subject, scheme, year, mode, product, amountFen, voucherFen, declares } = command;
    const data = {
      order: id,
      home,
      agency: by,
      subject,
      scheme,
      year,
      mode,
      product,
      amountFen,
      ...(voucherFen === undefined ? {} : { voucherFen }),
      ...(declares ? { declares: [...declares] } : {}),
    };
    return toStream(engagementStream(id), [{ type: 'OrderProposed', data }]);
  },
});
