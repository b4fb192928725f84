/**
 * Orders drawn on a slice (A1): the holder's agency draws while its province may be cut off from the slice's home; the home takes each draw
 * up when it hears of it, as an order with the slice's money, or refuses it by an entry.
 */
import { moment, phrase, plain, refuse, until, yuan, type Mode, type Terms, type VoucherData } from '@yrd/contracts';
import { isRejection, toStream, type Decision, type Handler, type Peek, type Reaction, type Rejection, type Turn } from '@yrd/ledger';
import { active, agency, offered } from '../agencies/agency.js';
import { giveBack, take } from './ceiling.js';
import { handler, mayAct, positive } from '../handling.js';
import { HEARD, place, placingReads, type PlaceOrder } from '../orders/placing.js';
import { quota } from './quota.js';
import { dataOf, provinceOf } from '../reading.js';
import { oneEach, subsidyOf } from './reservation.js';
import { drawnFen, holding, openFen, slice, type OfSlice, type Slice } from './slice.js';
import { agencyStream, look, orderStream, placesIn, quotaStream, sliceStream, type Place } from '../streams.js';

type Province = '31' | '32' | '33' | '34';

/** Orders on one slice: its state holds each. */
const DRAWS_MAX = 200;

/** A slice as its holder's agency names it. */
export interface AtHolder extends OfSlice {
  /** Home of the slice. */
  readonly home: Province;
  readonly agency: string;
}

const holderReads = ({ slice: id, home, agency: by }: AtHolder, { province }: Peek): readonly Place[] => [
  { province: home, stream: sliceStream(id) },
  { province, stream: agencyStream(by) },
];

/** What the home granted, if to this agency of this province; E-NOTFOUND in the same words for a slice of somebody else. */
const grantedTo = (turn: Turn, { slice: id, home, agency: by }: AtHolder): VoucherData<'SliceGranted'> | Rejection => {
  const { granted, ended } = look(turn, slice, { province: home, stream: sliceStream(id) });
  if (granted?.holder !== turn.province || granted.agency !== by)
    return refuse('E-NOTFOUND', { seen: phrase('noSuchSlice'), needed: phrase('sliceForAgency') });
  return ended ? refuse('E-STATE', { seen: phrase('ended'), needed: phrase('sliceNotEnded') }) : granted;
};

const ownAgency = (turn: Turn, act: 'DrawSlice' | 'ReturnSlice', by: string): Rejection | null =>
  mayAct(turn, act, { agency: turn.state(agency, agencyStream(by)).organisation });

export interface DrawSlice extends AtHolder {
  readonly order: string;
  readonly product: string;
  readonly mode: Mode;
  /** The agreed fee, fen. */
  readonly amountFen: number;
  /** What is drawn of the slice, fen. */
  readonly voucherFen: number;
}

const drawable = (turn: Turn, command: DrawSlice, granted: VoucherData<'SliceGranted'>): Rejection | null => {
  const state = turn.state(slice, sliceStream(command.slice));
  const { amountFen, voucherFen } = command;
  const wrong = positive('amountFen', amountFen) ?? positive('voucherFen', voucherFen);
  if (wrong) return wrong;
  if (voucherFen > amountFen)
    return refuse('E-VALIDATION', { field: 'voucherFen', seen: yuan(voucherFen), needed: phrase('upToFee', { amountFen }) });
  if (state.returned) return refuse('E-STATE', { seen: phrase('sliceReturned'), needed: phrase('sliceNotReturned') });
  if (turn.now > granted.expiresMs) return refuse('E-WINDOW', { seen: moment(turn.now), needed: until(granted.expiresMs) });
  if (command.order in state.drawn) return refuse('E-STATE', { seen: phrase('orderIdTaken'), needed: phrase('newOrderId') });
  if (Object.keys(state.drawn).length >= DRAWS_MAX)
    return refuse('E-STATE', { seen: phrase('ordersOnSlice', { count: DRAWS_MAX }), needed: phrase('anotherSlice') });
  const left = granted.amountFen - drawnFen(state);
  if (voucherFen > left) return refuse('E-QUOTA', { policy: granted.policy, seen: yuan(left), needed: yuan(voucherFen) });
  const at = turn.state(agency, agencyStream(command.agency));
  return active(at, turn.now) ?? offered(at, command.product, amountFen, turn.now);
};

/** DrawSlice (agency, at the holder) → SliceDrawn: spends the slice in this journal; needs nothing of the home but what it granted. */
export const DrawSlice: Handler<DrawSlice> = handler({
  target: (command: DrawSlice) => sliceStream(command.slice),
  reads: holderReads,
  decide: (command, turn): Decision => {
    const no = ownAgency(turn, 'DrawSlice', command.agency);
    if (no) return no;
    const granted = grantedTo(turn, command);
    if (isRejection(granted)) return granted;
    const refused = drawable(turn, command, granted);
    if (refused) return refused;
    const { slice: id, home, order, agency: by, product, mode, amountFen, voucherFen } = command;
    const data = { slice: id, home, order, agency: by, product, mode, amountFen, voucherFen };
    return toStream(sliceStream(id), [{ type: 'SliceDrawn', data }], granted.policy);
  },
});

/** ReturnSlice (agency, at the holder) → SliceReturned: nothing is drawn on it after this entry. */
export const ReturnSlice: Handler<AtHolder> = handler({
  target: (command: AtHolder) => sliceStream(command.slice),
  reads: holderReads,
  decide: (command, turn): Decision => {
    const no = ownAgency(turn, 'ReturnSlice', command.agency);
    if (no) return no;
    const state = turn.state(slice, sliceStream(command.slice));
    if (state.returned) return [];
    const granted = grantedTo(turn, command);
    if (isRejection(granted)) return granted;
    const data = { slice: command.slice, home: command.home, drawnFen: drawnFen(state) };
    return toStream(sliceStream(command.slice), [{ type: 'SliceReturned', data }], granted.policy);
  },
});

export interface TakeDraw extends Omit<VoucherData<'SliceDrawn'>, 'home'> {
  readonly from: string;
  /** When it was drawn, ms by the holder's journal: a draw in time counts, however late it arrives before the slice ends. */
  readonly statedMs: number;
}

/** The order that was drawn, on the account that the slice is of. */
const wishOf = ({ granted }: Slice, { order, product, mode, amountFen, voucherFen }: TakeDraw): PlaceOrder | null =>
  granted && {
    ...{ order, product, mode, amountFen, voucherFen, agency: granted.agency, agencyProvince: granted.holder },
    ...{ subject: granted.subject, scheme: granted.scheme, year: granted.year },
  };

/** Why a draw is not the slice's: said by somebody else, too late, or more than is left of it. */
const foreignDraw = (state: Slice, { from, agency: by, statedMs, voucherFen }: TakeDraw): Rejection | null => {
  const { granted } = state;
  if (!granted) return refuse('E-NOTFOUND', { seen: phrase('noSuchSlice'), needed: phrase('sliceOfThisProvince') });
  if (granted.holder !== from || granted.agency !== by)
    return refuse('E-ROLE', { seen: plain(`${from}.${by}`), needed: plain(`${granted.holder}.${granted.agency}`) });
  if (statedMs > granted.expiresMs) return refuse('E-WINDOW', { seen: moment(statedMs), needed: until(granted.expiresMs) });
  if (state.ended) return refuse('E-WINDOW', { seen: phrase('sliceEnded'), needed: phrase('wordUntil', { endsMs: granted.endsMs }) });
  return voucherFen > openFen(state) ? refuse('E-QUOTA', { seen: yuan(openFen(state)), needed: yuan(voucherFen) }) : null;
};

/** Hands a part of the slice over to its order: off the slice and onto the order, on the account and under every ceiling. */
const handOver = (turn: Turn, state: Slice, { slice: id, order, amountFen, voucherFen }: TakeDraw) => {
  const account = quotaStream(state.granted ?? { subject: '', scheme: '', year: 0 });
  return (pack: { readonly version: string }, terms: Terms) => {
    const most = subsidyOf(terms, amountFen);
    if (voucherFen > most)
      return refuse('E-QUOTA', { policy: pack.version, seen: yuan(voucherFen), needed: phrase('upToForAmount', { mostFen: most }) });
    const { redeemUntilMs: expiresMs } = turn.state(quota, account);
    const reserved = [
      { type: 'QuotaUnsliced', data: { slice: id, amountFen: voucherFen, to: 'order' } },
      { type: 'QuotaReserved', data: { order, amountFen: voucherFen, expiresMs } },
    ];
    const moved = [giveBack(id, voucherFen), take(order, voucherFen)];
    return {
      amountFen: voucherFen,
      ceilings: state.ceilings,
      appends: [
        ...toStream(account, reserved, pack.version),
        ...state.ceilings.flatMap((stream) => toStream(stream, moved, pack.version)),
        ...toStream(sliceStream(id), [{ type: 'DrawTaken', data: { slice: id, order, voucherFen } }], pack.version),
      ],
    };
  };
};

/** Its quota was reserved when the slice was granted, and the holder was heard just now. */
const ANSWERED: readonly string[] = ['quota', ...HEARD];

/** Derived at the home: SliceDrawn → OrderPlaced + OrderAccepted + DrawTaken, or DrawRefused; always an entry. */
export const TakeDraw: Handler<TakeDraw> = handler({
  target: (command: TakeDraw) => sliceStream(command.slice),
  reads: (command: TakeDraw, peek) => {
    const state = peek.state(slice, sliceStream(command.slice));
    const wish = state ? wishOf(state, command) : null;
    if (!state || !wish) return [];
    return [...placesIn(peek.province, [orderStream(command.order), ...holding(state)]), ...placingReads(wish, peek)];
  },
  decide: (command, turn): Decision => {
    const state = turn.state(slice, sliceStream(command.slice));
    const wish = wishOf(state, command);
    const no = foreignDraw(state, command);
    const aside = handOver(turn, state, command);
    const answer = no ?? (wish ? place(turn, wish, { proposed: true, answered: ANSWERED, aside }) : []);
    if (!isRejection(answer)) return oneEach(answer);
    const { slice: id, order, voucherFen } = command;
    const data = { slice: id, order, voucherFen, code: answer.rejected, facts: answer.facts };
    return toStream(sliceStream(id), [{ type: 'DrawRefused', data }], state.granted?.policy);
  },
});

const toHome = (name: string, type: 'SliceDrawn' | 'SliceReturned', command: string): Reaction => ({
  name,
  on: [type],
  from: 'foreign',
  react: (entry, found) => {
    const data = dataOf(entry, type);
    if (data?.home !== found.province) return [];
    const body = { ...data, from: provinceOf(entry.journal), statedMs: entry.time };
    return [{ command, target: sliceStream(data.slice), body }];
  },
});

export const sliceReactions: readonly Reaction[] = [
  toHome('take-draw', 'SliceDrawn', 'TakeDraw'),
  toHome('take-return', 'SliceReturned', 'TakeReturn'),
];
