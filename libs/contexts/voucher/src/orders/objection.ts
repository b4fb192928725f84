/**
 * Objections (V17): anybody may object to an order while it is publicised, and only its line stops. In the order's province that is one
 * entry. In another one the objector states it at the node of his own province; the home takes it up if publicity still ran when it was
 * stated, or refuses it with an entry. Who objects stays in the province where it was stated.
 */
import { moment, phrase, refuse, until, word, type VoucherEvent } from '@yrd/contracts';
import { foldOf, toStream, type Append, type Decision, type Handler, type Peek, type Reaction, type Rejection } from '@yrd/ledger';
import { handler, inTime, mayAct, missing, under } from '../handling.js';
import { resumedMs } from '../policy/clocks.js';
import type { PrivateEvent } from '../private-events.js';
import { dataOf, provinceOf } from '../reading.js';
import { look, objectionStream, orderStream, placesIn, type Place } from '../streams.js';
import { order, termsOf, type Order, type Phase } from './order.js';
import { orderAct, type OfOrder } from './serving.js';

export type ObjectionEvent =
  VoucherEvent<'ObjectionStated' | 'ObjectionTaken' | 'ObjectionRefused' | 'ObjectionAnswered'> | PrivateEvent<'ObjectorRecorded'>;

/** An objection as one province knows it: where it was stated, or at the order's home. */
export interface Objection {
  readonly stated: (ObjectionEvent & { readonly type: 'ObjectionStated' })['data'] | null;
  /** Whose it is; known where it was stated only. */
  readonly organisation: string | null;
  readonly taken: (ObjectionEvent & { readonly type: 'ObjectionTaken' })['data'] | null;
  readonly refused: (ObjectionEvent & { readonly type: 'ObjectionRefused' })['data'] | null;
  readonly outcome: 'upheld' | 'rejected' | null;
}

export const objection = foldOf<Objection, ObjectionEvent>(
  'objection',
  { stated: null, organisation: null, taken: null, refused: null, outcome: null },
  {
    ObjectionStated: (state, stated) => ({ ...state, stated }),
    ObjectorRecorded: (state, { organisation }) => ({ ...state, organisation }),
    ObjectionTaken: (state, taken) => ({ ...state, taken }),
    ObjectionRefused: (state, refused) => ({ ...state, refused }),
    ObjectionAnswered: (state, { outcome }) => ({ ...state, outcome }),
  },
);

/** Why nobody can object to this order at that moment; that one which was never publicised exists is nothing for strangers. */
const closedTo = (state: Order, atMs: number): Rejection | null => {
  if (!state.terms || state.endsMs === 0) return missing('order');
  const { phase, endsMs } = state;
  if (atMs > endsMs) return refuse('E-WINDOW', { clause: 'V17', seen: moment(atMs), needed: until(endsMs) });
  if (phase === 'Publicised') return null;
  if (phase === 'Objected') return refuse('E-STATE', { seen: phrase('objectionOpen'), needed: phrase('itsAnswer') });
  // Stated in time, but its province was silent for longer than the pack waits.
  if (OVER.includes(phase)) return refuse('E-WINDOW', { clause: 'V17', seen: word(phase), needed: phrase('objectionInPublicity') });
  return refuse('E-STATE', { seen: word(phase), needed: word('Publicised') });
};
const OVER: readonly Phase[] = ['Payable', 'Settled'];

export interface LodgeObjection extends OfOrder {
  readonly grounds: string;
}
/** LodgeObjection (anybody, at the order's home) → ObjectionLodged: only this line stops; in time through the last millisecond (A16). */
export const LodgeObjection = orderAct<LodgeObjection>(
  'LodgeObjection',
  ({ order: id, grounds }, state, turn) =>
    inTime(turn, state.endsMs) ?? { events: [{ type: 'ObjectionLodged', data: { order: id, grounds, leftMs: state.endsMs - turn.now } }] },
);

export interface StateObjection extends LodgeObjection {
  /** `31.` and an id that the node of the objector's province made. */
  readonly objection: string;
  /** Province of the order. */
  readonly home: '31' | '32' | '33' | '34';
}
/** StateObjection (anybody, at his province’s node) → ObjectionStated → at home ObjectionTaken + ObjectionLodged, or ObjectionRefused. */
export const StateObjection: Handler<StateObjection> = handler({
  target: (command: StateObjection) => objectionStream(command.objection),
  reads: (command: StateObjection) => placesIn(command.home, [orderStream(command.order)]),
  decide: (command, turn): Decision => {
    const { objection: id, order: about, home, grounds } = command;
    const no = mayAct(turn, 'StateObjection');
    if (no) return no;
    const state = look(turn, order, { province: home, stream: orderStream(about) });
    const closed = closedTo(state, turn.now);
    if (closed) return under(state.terms?.policy ?? '-', closed);
    const events: readonly ObjectionEvent[] = [
      { type: 'ObjectionStated', data: { objection: id, order: about, home, grounds } },
      { type: 'ObjectorRecorded', data: { organisation: turn.actor.organisation } },
    ];
    return toStream(objectionStream(id), events, state.terms?.policy);
  },
});

export interface TakeObjection extends LodgeObjection {
  readonly objection: string;
  readonly from: '31' | '32' | '33' | '34';
  /** When it was stated, ms by the other journal. */
  readonly statedMs: number;
}
/** Derived, at the order's home → ObjectionLodged + ObjectionTaken if publicity ran when it was stated, or ObjectionRefused; once. */
export const TakeObjection: Handler<TakeObjection> = handler({
  target: (command: TakeObjection) => objectionStream(command.objection),
  reads: (command: TakeObjection, peek) => placesIn(peek.province, [orderStream(command.order)]),
  decide: ({ objection: id, order: about, from, grounds, statedMs }, turn): Decision => {
    const { taken, refused } = turn.state(objection, objectionStream(id));
    if (taken || refused) return [];
    const state = turn.state(order, orderStream(about));
    const no = closedTo(state, statedMs);
    const told = (event: ObjectionEvent): readonly Append[] => toStream(objectionStream(id), [event], state.terms?.policy);
    const ids = { objection: id, order: about, from };
    if (no) return told({ type: 'ObjectionRefused', data: { ...ids, code: no.rejected, facts: { ...no.facts } } });
    // What is left runs from now on: a statement that is dated back cannot make publicity longer.
    const lodged = { order: about, grounds, leftMs: Math.max(0, state.endsMs - turn.now), objection: id, from };
    return [
      ...toStream(orderStream(about), [{ type: 'ObjectionLodged', data: lodged }], termsOf(state).policy),
      ...told({ type: 'ObjectionTaken', data: ids }),
    ];
  },
});

/** The stream of the open objection, where it was stated in a journal of its own. */
const openPlaces = ({ order: id }: OfOrder, peek: Peek): readonly Place[] => {
  const open = peek.state(order, orderStream(id))?.objection ?? null;
  return open === null ? [] : placesIn(peek.province, [objectionStream(open)]);
};
/** What the objector of another journal is told in the end. */
const answered = ({ objection: open, terms }: Order, outcome: 'upheld' | 'rejected'): readonly Append[] =>
  open === null || !terms
    ? []
    : toStream(
        objectionStream(open),
        [{ type: 'ObjectionAnswered', data: { objection: open, order: terms.order, outcome } }],
        terms.policy,
      );

/** UpholdObjection (approver) → ObjectionUpheld: back to review. */
export const UpholdObjection = orderAct<OfOrder>(
  'UpholdObjection',
  ({ order: id }, state) => ({ events: [{ type: 'ObjectionUpheld', data: { order: id } }], more: answered(state, 'upheld') }),
  openPlaces,
);
/** RejectObjection (approver) → ObjectionRejected: publicity runs on for what was left. */
export const RejectObjection = orderAct<OfOrder>(
  'RejectObjection',
  ({ order: id }, state, turn) => {
    const endsMs = resumedMs(turn.now, state.objectionLeftMs);
    const { publicity } = state.counted;
    const counted = publicity && { ...publicity, shiftMs: (publicity.shiftMs ?? 0) + endsMs - state.endsMs };
    const { patienceMs } = termsOf(state);
    const data = { order: id, endsMs, ...(counted ? { counted } : {}), patienceMs };
    return { events: [{ type: 'ObjectionRejected', data }], more: answered(state, 'rejected') };
  },
  openPlaces,
);

/** An objection stated in any province goes to the order's home; one under another province's name is nobody's. */
export const takeObjection: Reaction = {
  name: 'take-objection',
  on: ['ObjectionStated'],
  from: 'any',
  react: (entry, found) => {
    const stated = dataOf(entry, 'ObjectionStated');
    const from = provinceOf(entry.journal);
    if (stated?.home !== found.province || !stated.objection.startsWith(`${from}.`)) return [];
    const { objection: id, order: about, grounds } = stated;
    const body = { objection: id, order: about, grounds, from, statedMs: entry.time };
    return [{ command: 'TakeObjection', target: objectionStream(id), body }];
  },
};
