/** Placing an order: who may, where, for what, how much (V1, V3-V7, M1-M3), in one commit with the reservation. */
import { refuse, type Mode, type VoucherEvent, type VoucherPack } from '@yrd/contracts';
import { isRejection, type Append, type Decision, type Handler, type Peek, type Rejection, type Turn } from '@yrd/ledger';
import { composeOrderNumber } from '@yrd/standards';
import { active, agency, offered, type Agency } from './agency.js';
import { workingDays } from './calendar-notice.js';
import { lengthMs, limitOf } from './clocks.js';
import { handler, mayAct, missing, positive } from './handling.js';
import { order, type OrderEvent } from './order.js';
import { covers, effective, policy } from './policy.js';
import { quota, reservable } from './quota.js';
import { recognised, recognition } from './recognition.js';
import { register, takeNumber } from './register.js';
import { draw, drawnStreams, type Drawn } from './reservation.js';
import {
  agencyStream,
  calendarStream,
  journalOf,
  look,
  orderRegister,
  orderStream,
  policyStream,
  quotaStream,
  recognitionStream,
  subjectStream,
  type Place,
} from './streams.js';
import { eligibility, groupOf, ineligible, subject, type Subject } from './subject.js';

type Province = '31' | '32' | '33' | '34';

export interface PlaceOrder {
  readonly order: string;
  readonly subject: string;
  readonly scheme: string;
  /** Year of the quota drawn on. */
  readonly year: number;
  readonly agencyProvince: Province;
  readonly agency: string;
  readonly product: string;
  readonly mode: Mode;
  /** The agreed fee, fen. */
  readonly amountFen: number;
  /** Voucher part wanted, fen; without it as much as the rules allow (V4). */
  readonly voucherFen?: number;
}

/** V7 wherever it is asked: active at home, recognised here. The agency's home may be another province. */
export const agencyPlaces = (
  { agencyProvince, agency: id }: { readonly agencyProvince: string; readonly agency: string },
  peek: Peek,
): readonly Place[] => [
  { province: agencyProvince, stream: agencyStream(id) },
  ...(agencyProvince === peek.province ? [] : [{ province: peek.province, stream: recognitionStream(agencyProvince, id) }]),
];

/** V7: E-AGENCY when not active at home, E-RECOG when not recognised here for the class. */
export const trusted = (turn: Turn, agencyProvince: string, id: string, itemClass: string): Rejection | null =>
  active(look(turn, agency, { province: agencyProvince, stream: agencyStream(id) })) ??
  (agencyProvince === turn.province ? null : recognised(turn.state(recognition, recognitionStream(agencyProvince, id)), itemClass));

/** M2: what a peer last said must be fresh for an order above the pack's small limit. */
const fresh = (turn: Turn, agencyProvince: string, pack: VoucherPack, amountFen: number): Rejection | null => {
  if (agencyProvince === turn.province || amountFen <= pack.stale.limitFen) return null;
  const heardMs = turn.freshness(journalOf(agencyProvince));
  if (heardMs !== null && turn.now - heardMs <= pack.stale.afterMs) return null;
  return refuse('E-STALE', { policy: pack.version, seen: heardMs ?? 'never heard', needed: `heard within ${pack.stale.afterMs} ms` });
};

const allowed = (turn: Turn, command: PlaceOrder, pack: VoucherPack, itemClass: string): Rejection | null => {
  const modes = command.agencyProvince === turn.province ? pack.modes.home : pack.modes.cross;
  if (!modes.includes(command.mode))
    return refuse('E-VALIDATION', { field: 'mode', policy: pack.version, seen: command.mode, needed: modes.join(' or ') });
  if (pack.forbidden.includes(itemClass) || !covers(pack.classes, itemClass)) {
    return refuse('E-CLASS', { policy: pack.version, seen: itemClass, needed: pack.classes.join(' ') });
  }
  return null;
};

const drawnOf = (command: PlaceOrder, who: Subject): Drawn => ({ ...command, group: groupOf(who) });

export const placingReads = (command: PlaceOrder, peek: Peek): readonly Place[] => {
  const who = peek.state(subject, subjectStream(command.subject));
  const own = [
    subjectStream(command.subject),
    policyStream(command.scheme),
    calendarStream,
    orderRegister(command.year),
    ...(who ? drawnStreams(drawnOf(command, who)) : []),
  ];
  return [...own.map((stream) => ({ province: peek.province, stream })), ...agencyPlaces(command, peek)];
};

/** Everything but the question who asks. */
const admissible = (turn: Turn, command: PlaceOrder, pack: VoucherPack, item: string, at: Agency): Rejection | null => {
  const who = turn.state(subject, subjectStream(command.subject));
  const account = turn.state(quota, quotaStream(command));
  return (
    ineligible(eligibility(who, { province: turn.province, year: command.year }, pack), pack) ?? // V1
    reservable(account, turn.now) ?? // V5, V13
    trusted(turn, command.agencyProvince, command.agency, item) ?? // V7
    offered(at, command.product, command.amountFen, turn.now) ?? // M3
    allowed(turn, command, pack, item) ??
    fresh(turn, command.agencyProvince, pack, command.amountFen)
  ); // M2
};

/** OrderPlaced and everything committed with it, or the rule that forbids it. */
export const place = (turn: Turn, command: PlaceOrder, proposed: boolean): readonly Append[] | Rejection => {
  if (turn.state(order, orderStream(command.order)).phase !== 'None')
    return refuse('E-STATE', { seen: 'this order id is taken', needed: 'a new order id' });
  const wrong = positive('amountFen', command.amountFen);
  if (wrong) return wrong;
  const who = turn.state(subject, subjectStream(command.subject));
  const pack = effective(turn.state(policy, policyStream(command.scheme)), turn.now);
  if (!pack) return refuse('E-NOTFOUND', { seen: `no policy in force for ${command.scheme}`, needed: 'an adopted pack' });
  const at = look(turn, agency, { province: command.agencyProvince, stream: agencyStream(command.agency) });
  const itemClass = at.products[command.product]?.itemClass ?? '';
  const no = admissible(turn, command, pack, itemClass, at);
  if (no) return no;
  const terms = who.registered ? pack.subjects[who.registered.kind] : undefined;
  if (!who.registered || !terms)
    return refuse('E-SUBJECT', { policy: pack.version, seen: 'not served', needed: 'a kind of subject that the pack serves' });
  const drawn = draw(turn, drawnOf(command, who), pack, terms, command);
  if (isRejection(drawn)) return drawn;
  const counter = takeNumber(turn.state(register, orderRegister(command.year)));
  const account = turn.state(quota, quotaStream(command));
  const limit = limitOf(turn.now, pack.clocks.accept, workingDays(turn), { mostMs: account.useUntilMs });
  const placed: VoucherEvent<'OrderPlaced'> = {
    type: 'OrderPlaced',
    data: {
      order: command.order,
      scheme: command.scheme,
      year: command.year,
      policy: pack.version,
      mode: command.mode, // V6
      number: composeOrderNumber({ province: pack.province, year: command.year, sequence: counter.data.number }),
      home: pack.province,
      subject: command.subject,
      subjectName: who.registered.name,
      subjectUscc: who.registered.uscc,
      agencyProvince: command.agencyProvince,
      agency: command.agency,
      product: command.product,
      itemClass,
      amountFen: command.amountFen,
      reservedFen: drawn.amountFen,
      placedMs: turn.now,
      acceptByMs: limit.lastMs,
      ...limit.counting,
      useUntilMs: account.useUntilMs,
      redeemUntilMs: account.redeemUntilMs,
      patienceMs: lengthMs(pack.clocks.peerPatience),
      proposed,
    },
  };
  const events: readonly OrderEvent[] = [
    placed,
    { type: 'ReservationMade', data: { order: command.order, ceilings: drawn.ceilings } },
    // An agency that proposed has accepted already.
    ...(proposed ? [accepted(command.order, turn, pack, account.useUntilMs)] : []),
  ];
  return [
    { stream: orderStream(command.order), events, policyVersion: pack.version },
    ...drawn.appends,
    { stream: orderRegister(command.year), events: [counter], policyVersion: pack.version },
  ];
};

/** OrderAccepted with the limit for the contract. */
export const accepted = (id: string, turn: Turn, pack: VoucherPack, useUntilMs: number): VoucherEvent<'OrderAccepted'> => {
  const { lastMs, counting } = limitOf(turn.now, pack.clocks.contract, workingDays(turn), { mostMs: useUntilMs });
  return { type: 'OrderAccepted', data: { order: id, contractByMs: lastMs, ...counting } };
};

/** PlaceOrder (enterprise) → OrderPlaced + QuotaReserved (+ group and pool), one commit. */
export const PlaceOrder: Handler<PlaceOrder> = handler({
  target: (command: PlaceOrder) => orderStream(command.order),
  reads: placingReads,
  decide: (command, turn): Decision => {
    const { registered } = turn.state(subject, subjectStream(command.subject));
    if (!registered) return missing('subject');
    return mayAct(turn, 'PlaceOrder', { subject: registered.organisation }) ?? place(turn, command, false);
  },
});

/** What the agency's province proposed, as the reaction hands it on. */
export interface TakeProposal extends PlaceOrder {
  readonly from: string;
}

/** Derived: a proposal becomes an order where the subject allowed it, and else ProposalRefused; both ways an entry (V5). */
export const TakeProposal: Handler<TakeProposal> = handler({
  target: (command: TakeProposal) => orderStream(command.order),
  reads: placingReads,
  decide: (command, turn): Decision => {
    const { proposers } = turn.state(subject, subjectStream(command.subject));
    const uptoFen = proposers[`${command.from}.${command.agency}`] ?? 0;
    const wantedFen = command.voucherFen ?? command.amountFen;
    const answer =
      wantedFen > uptoFen || command.from !== command.agencyProvince
        ? refuse('E-ROLE', { seen: uptoFen, needed: `the subject's leave for ${wantedFen} fen` })
        : place(turn, command, true);
    if (!isRejection(answer)) return answer;
    const data = { order: command.order, agencyProvince: command.agencyProvince, code: answer.rejected, facts: answer.facts };
    // The id of a live order is not closed by a proposal that repeats it.
    const taken = turn.state(order, orderStream(command.order)).phase !== 'None';
    return taken ? [] : [{ stream: orderStream(command.order), events: [{ type: 'ProposalRefused', data }] }];
  },
});
