/** Placing an order (the rules are in `placing-rules.ts`): the order and its reservation, in one commit. */
import { phrase, refuse, yuan, type Period, type Terms, type VoucherData, type VoucherEvent, type VoucherPack } from '@yrd/contracts';
import {
  invariant,
  isRejection,
  toStream,
  type Append,
  type Decision,
  type Handler,
  type Peek,
  type Rejection,
  type Turn,
} from '@yrd/ledger';
import { composeOrderNumber } from '@yrd/standards';
import { workingDays } from '../policy/calendar-notice.js';
import { pool } from '../quotas/ceiling.js';
import { lengthMs, limitOf } from '../policy/clocks.js';
import { handler, mayAct, missing, positive } from '../handling.js';
import { order, termsOf, type Order, type OrderEvent } from './order.js';
import { askedOf, inadmissible, ruleReads, type Wish } from './placing-rules.js';
import { holdLine, leaveLine, lineClosed } from '../quotas/queue.js';
import { pairPlaces, watched } from './splitting.js';
import { quota } from '../quotas/quota.js';
import { register, takeNumber } from '../register.js';
import { draw, drawnStreams, oneEach, type Drawn } from '../quotas/reservation.js';
import { recorded } from '../agencies/service-class.js';
import { orderRegister, orderStream, placesIn, poolStream, quotaStream, subjectStream, type Place } from '../streams.js';
import { groupOf, ownerOf, subject, type Subject } from '../quotas/subject.js';

export interface PlaceOrder extends Wish {
  readonly order: string;
}

const drawnOf = (command: PlaceOrder, who: Subject): Drawn => ({ ...command, group: groupOf(who) });

export const placingReads = (command: PlaceOrder, peek: Peek): readonly Place[] => {
  const who = peek.state(subject, subjectStream(command.subject));
  const own = [orderRegister(command.year), ...(who ? drawnStreams(drawnOf(command, who)) : [])];
  return [...ruleReads(command, peek), ...pairPlaces(command, peek), ...placesIn(peek.province, own)];
};

/** How an order comes about, and where its money is. */
interface Coming {
  /** An agency that proposed has accepted already. */
  readonly proposed: boolean;
  /** The head of the line has its turn (V27); nobody else may name an order that waits already. */
  readonly inTurn?: true;
  /** Rules that need no asking any more. */
  readonly answered?: readonly string[];
  /** How money that was reserved before becomes the order's. Absent: the account is drawn on. */
  readonly aside?: (pack: VoucherPack, terms: Terms) => ReturnType<typeof draw>;
}

/** OrderPlaced, or OrderQueued where the pool is exhausted (V27), and everything committed with it; or the rule that forbids it. */
export const place = (
  turn: Turn,
  command: PlaceOrder,
  { proposed, inTurn: waited, answered, aside }: Coming,
): readonly Append[] | Rejection => {
  const before = turn.state(order, orderStream(command.order));
  if (before.phase !== 'None' && !waited) return refuse('E-STATE', { seen: phrase('orderIdTaken'), needed: phrase('newOrderId') });
  const wrong = positive('amountFen', command.amountFen);
  if (wrong) return wrong;
  const asked = askedOf(command, turn);
  if (isRejection(asked)) return asked;
  const no = inadmissible(asked, turn, answered);
  if (no) return no;
  const { who, pack, item } = asked;
  const terms = who.registered ? pack.subjects[who.registered.kind] : undefined;
  if (!who.registered || !terms)
    return refuse('E-SUBJECT', { policy: pack.version, seen: phrase('notServed'), needed: phrase('servedKind') });
  const drawn = aside ? aside(pack, terms) : draw(turn, drawnOf(command, who), pack, terms, command);
  if (isRejection(drawn) && (waited || aside || drawn.rejected !== 'E-POOL')) return drawn;
  const line = turn.state(pool, poolStream(command.scheme, command.year));
  const waits = !waited && !aside && (isRejection(drawn) || line.queue.length > 0);
  const closed = waits ? lineClosed(pack, line, isRejection(drawn) ? drawn : null) : null;
  if (closed) return closed;
  const counter = takeNumber(turn.state(register, orderRegister(command.year)));
  const { useUntilMs, redeemUntilMs } = turn.state(quota, quotaStream(command));
  const period = waits ? waitOf(pack) : pack.clocks.accept;
  const limit = limitOf(turn.now, period, workingDays(turn), { mostMs: useUntilMs });
  const data: VoucherData<'OrderPlaced'> = {
    order: command.order,
    scheme: command.scheme,
    year: command.year,
    policy: pack.version,
    mode: command.mode, // V6
    number: before.terms?.number ?? composeOrderNumber({ province: pack.province, year: command.year, sequence: counter.data.number }),
    home: pack.province,
    subject: command.subject,
    subjectName: who.registered.name,
    subjectUscc: who.registered.uscc,
    agencyProvince: command.agencyProvince,
    agency: command.agency,
    product: command.product,
    itemClass: item.code,
    ...recorded(item),
    amountFen: command.amountFen,
    reservedFen: waits || isRejection(drawn) ? 0 : drawn.amountFen,
    placedMs: turn.now,
    acceptByMs: limit.lastMs,
    ...limit.counting,
    useUntilMs,
    redeemUntilMs,
    patienceMs: lengthMs(pack.clocks.peerPatience),
    proposed,
    ...(command.declares ? { declares: [...command.declares] } : {}),
  };
  const numbered = before.terms ? [] : toStream(orderRegister(command.year), [counter], pack.version);
  if (waits || isRejection(drawn)) return [...standInLine(data, command.voucherFen), ...numbered];
  const events: readonly OrderEvent[] = [
    { type: 'OrderPlaced', data },
    { type: 'ReservationMade', data: { order: command.order, ceilings: drawn.ceilings } },
    ...(proposed ? [accepted(command.order, turn, pack, useUntilMs)] : []),
  ];
  return oneEach([
    ...toStream(orderStream(command.order), events, pack.version),
    ...drawn.appends,
    ...watched(turn, command, { pack, itemClass: item.code }),
    ...leaveLine(before),
    ...numbered,
  ]);
};

/** How long an order stands in line at most. */
const waitOf = ({ queue }: VoucherPack): Period => ({ days: queue?.waitDays ?? 0, unit: 'calendar' });

const standInLine = (terms: VoucherData<'OrderPlaced'>, voucherFen: number | undefined): readonly Append[] => {
  const data = { ...terms, ...(voucherFen === undefined ? {} : { voucherFen }) };
  return [
    ...toStream(orderStream(terms.order), [{ type: 'OrderQueued', data }], terms.policy),
    ...toStream(poolStream(terms.scheme, terms.year), [{ type: 'QueueJoined', data: { order: terms.order } }], terms.policy),
  ];
};

/** What an order in line wants, in the words in which it was placed. */
const wishOf = ({ wantedFen, terms }: Order): PlaceOrder | null =>
  terms && {
    ...{ order: terms.order, subject: terms.subject, scheme: terms.scheme, year: terms.year, mode: terms.mode },
    ...{ agencyProvince: terms.agencyProvince, agency: terms.agency, product: terms.product, amountFen: terms.amountFen },
    ...(terms.declares ? { declares: terms.declares } : {}),
    ...(wantedFen === null ? {} : { voucherFen: wantedFen }),
  };

export interface AdvanceQueue {
  readonly scheme: string;
  readonly year: number;
}
/**
 * Derived, when money came back or the head of the line changed (V27) → OrderPlaced for the head, by the pack in force now; OrderUnqueued
 * when another rule forbids it now; nothing while the pool is too short for it, and QueueHeld while the agency's province is silent: then
 * all behind it wait too.
 */
export const AdvanceQueue: Handler<AdvanceQueue> = handler({
  target: ({ scheme, year }: AdvanceQueue) => poolStream(scheme, year),
  reads: ({ scheme, year }: AdvanceQueue, peek) => {
    const head = peek.state(pool, poolStream(scheme, year))?.queue[0];
    if (head === undefined) return [];
    const state = peek.state(order, orderStream(head));
    const wish = state ? wishOf(state) : null;
    return [{ province: peek.province, stream: orderStream(head) }, ...(wish ? placingReads(wish, peek) : [])];
  },
  decide: ({ scheme, year }, turn): Decision => {
    const head = turn.state(pool, poolStream(scheme, year)).queue[0];
    if (head === undefined) return [];
    const state = turn.state(order, orderStream(head));
    const wish = wishOf(state);
    invariant(wish !== null, `The order ${head} stands in line and was never placed in it.`);
    const answer = place(turn, wish, { proposed: termsOf(state).proposed, inTurn: true });
    if (!isRejection(answer)) return answer;
    if (answer.rejected === 'E-POOL') return [];
    // A silence passes (M2): nobody loses his place by it.
    if (answer.rejected === 'E-STALE') return holdLine(state);
    const data = { order: head, code: answer.rejected, facts: answer.facts };
    return [...toStream(orderStream(head), [{ type: 'OrderUnqueued', data }], termsOf(state).policy), ...leaveLine(state)];
  },
});

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
    const who = turn.state(subject, subjectStream(command.subject));
    if (!who.registered) return missing('subject');
    return mayAct(turn, 'PlaceOrder', { subject: ownerOf(who) }) ?? place(turn, command, { proposed: false });
  },
});

/** M2: after a long silence a proposal may be read before the next beat; it is itself what its province says. */
export const HEARD: readonly string[] = ['freshness'];

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
        ? refuse('E-ROLE', { seen: yuan(uptoFen), needed: phrase('subjectLeave', { wantedFen }) })
        : place(turn, command, { proposed: true, answered: HEARD });
    if (!isRejection(answer)) return answer;
    const { order: id, subject: who, agencyProvince, agency: by } = command;
    const data = { order: id, subject: who, agencyProvince, agency: by, code: answer.rejected, facts: answer.facts };
    // The id of a live order is not closed by a proposal that repeats it.
    const taken = turn.state(order, orderStream(command.order)).phase !== 'None';
    return taken ? [] : [{ stream: orderStream(command.order), events: [{ type: 'ProposalRefused', data }] }];
  },
});
