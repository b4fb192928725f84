/** Placing an order (the rules are in `placing-rules.ts`): the order and its reservation, in one commit. */
import { refuse, type VoucherEvent, type VoucherPack } from '@yrd/contracts';
import { isRejection, type Append, type Decision, type Handler, type Peek, type Rejection, type Turn } from '@yrd/ledger';
import { composeOrderNumber } from '@yrd/standards';
import { workingDays } from './calendar-notice.js';
import { lengthMs, limitOf } from './clocks.js';
import { handler, mayAct, missing, positive } from './handling.js';
import { order, type OrderEvent } from './order.js';
import { askedOf, inadmissible, ruleReads, type Wish } from './placing-rules.js';
import { quota } from './quota.js';
import { register, takeNumber } from './register.js';
import { draw, drawnStreams, type Drawn } from './reservation.js';
import { orderRegister, orderStream, quotaStream, subjectStream, type Place } from './streams.js';
import { groupOf, subject, type Subject } from './subject.js';

export interface PlaceOrder extends Wish {
  readonly order: string;
}

const drawnOf = (command: PlaceOrder, who: Subject): Drawn => ({ ...command, group: groupOf(who) });

export const placingReads = (command: PlaceOrder, peek: Peek): readonly Place[] => {
  const who = peek.state(subject, subjectStream(command.subject));
  const own = [orderRegister(command.year), ...(who ? drawnStreams(drawnOf(command, who)) : [])];
  return [...ruleReads(command, peek), ...own.map((stream) => ({ province: peek.province, stream }))];
};

/** OrderPlaced and everything committed with it, or the rule that forbids it. */
export const place = (turn: Turn, command: PlaceOrder, proposed: boolean): readonly Append[] | Rejection => {
  if (turn.state(order, orderStream(command.order)).phase !== 'None')
    return refuse('E-STATE', { seen: 'this order id is taken', needed: 'a new order id' });
  const wrong = positive('amountFen', command.amountFen);
  if (wrong) return wrong;
  const asked = askedOf(command, turn);
  if (isRejection(asked)) return asked;
  const no = inadmissible(asked, turn);
  if (no) return no;
  const { who, pack, itemClass } = asked;
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
