/**
 * A slice (A1): a part of a quota that its home reserves for one agency of another province, so that orders can be placed there while the
 * two are cut off. The holder draws on it in its own journal; the home takes each draw up, and has the rest again once the holder returned
 * it, or after its expiry, a grace, and a word from the holder that is later than both. It counts as reserved all that time (V5).
 */
import { phrase, plain, refuse, yuan, type VoucherEvent, type VoucherPack } from '@yrd/contracts';
import { foldOf, toStream, type Append, type Decision, type Handler, type Rejection, type Turn } from '@yrd/ledger';
import { active, agency } from '../agencies/agency.js';
import { giveBack, pool, take } from './ceiling.js';
import { lengthMs, limitOf } from '../policy/clocks.js';
import { workingDays } from '../policy/calendar-notice.js';
import { handler, mayAct, missing, positive } from '../handling.js';
import { effective, noPolicy, policy } from '../policy/policy.js';
import type { PrivateEvent } from '../private-events.js';
import { leftFen, quota, reservable, type Account } from './quota.js';
import { ceilingsLeft, ceilingsOf, drawnStreams, type Drawn } from './reservation.js';
import {
  agencyStream,
  calendarStream,
  look,
  placesIn,
  policyStream,
  poolStream,
  quotaStream,
  sliceStream,
  subjectStream,
} from '../streams.js';
import { eligibility, groupOf, ineligible, ownerOf, subject } from './subject.js';

export type SliceEvent =
  VoucherEvent<'SliceGranted' | 'SliceDrawn' | 'SliceReturned' | 'DrawTaken' | 'DrawRefused' | 'SliceEnded'> | PrivateEvent<'SliceHeld'>;

/** One side's view: the home's stream knows what was granted and taken up, the holder's what was drawn. */
export interface Slice {
  readonly granted: VoucherEvent<'SliceGranted'>['data'] | null;
  readonly ceilings: readonly string[];
  /** Taken up by the home, fen. */
  readonly takenFen: number;
  readonly ended: boolean;
  /** Order → what the holder drew for it, fen. */
  readonly drawn: Readonly<Record<string, number>>;
  readonly returned: boolean;
}

export const slice = foldOf<Slice, SliceEvent>(
  'slice',
  { granted: null, ceilings: [], takenFen: 0, ended: false, drawn: {}, returned: false },
  {
    SliceGranted: (state, granted) => ({ ...state, granted }),
    SliceHeld: (state, { ceilings }) => ({ ...state, ceilings }),
    DrawTaken: (state, { voucherFen }) => ({ ...state, takenFen: state.takenFen + voucherFen }),
    DrawRefused: (state) => state,
    SliceEnded: (state) => ({ ...state, ended: true }),
    SliceDrawn: (state, { order, voucherFen }) => ({ ...state, drawn: { ...state.drawn, [order]: voucherFen } }),
    SliceReturned: (state) => ({ ...state, returned: true }),
  },
);

/** What the holder drew so far, fen. */
export const drawnFen = ({ drawn }: Slice): number => Object.values(drawn).reduce((total, each) => total + each, 0);

/** What the home still holds for the slice, fen. */
export const openFen = ({ granted, takenFen, ended }: Slice): number => (granted && !ended ? granted.amountFen - takenFen : 0);

export interface GrantSlice extends Account {
  readonly slice: string;
  readonly holder: '31' | '32' | '33' | '34';
  readonly agency: string;
  readonly amountFen: number;
  /** Calendar days in which it may be drawn on. */
  readonly days: number;
}

const drawnOf = (command: GrantSlice, of: string | null): Drawn => ({ ...command, order: command.slice, group: of });

/** Whether the money may be set aside whole: no cap is cut for a slice, and nobody in line is overtaken (V3, V4, V27). */
const covered = (turn: Turn, command: GrantSlice, pack: VoucherPack, drawn: Drawn): Rejection | null => {
  const { amountFen, scheme, year } = command;
  const facts = { policy: pack.version, needed: yuan(amountFen) };
  const left = leftFen(turn.state(quota, quotaStream(command)));
  if (left < amountFen) return refuse('E-QUOTA', { ...facts, seen: yuan(left) });
  const { groupLeftFen, poolLeftFen } = ceilingsLeft(turn, drawn, pack);
  if (groupLeftFen !== null && groupLeftFen < amountFen) return refuse('E-GROUPCAP', { ...facts, seen: yuan(groupLeftFen) });
  const { queue } = turn.state(pool, poolStream(scheme, year));
  if (queue.length > 0) return refuse('E-POOL', { ...facts, seen: phrase('ordersWait', { count: queue.length }) });
  if (poolLeftFen !== null && poolLeftFen < amountFen) return refuse('E-POOL', { ...facts, seen: yuan(poolLeftFen) });
  return null;
};

const allowed = ({ holder, amountFen, days }: GrantSlice, pack: VoucherPack, province: string): Rejection | null => {
  const { slices, version } = pack;
  if (!slices)
    return refuse('E-VALIDATION', {
      field: 'scheme',
      policy: version,
      seen: phrase('packWithoutSlices'),
      needed: phrase('packWithSlices'),
    });
  if (holder === province) return refuse('E-VALIDATION', { field: 'holder', seen: plain(holder), needed: phrase('anotherProvince') });
  if (!Number.isSafeInteger(days) || days < 1 || days > slices.days)
    return refuse('E-VALIDATION', { field: 'days', policy: version, seen: plain(days), needed: phrase('oneTo', { most: slices.days }) });
  if (amountFen > slices.mostFen)
    return refuse('E-QUOTA', { policy: version, seen: yuan(amountFen), needed: phrase('upToSlice', { mostFen: slices.mostFen }) });
  return positive('amountFen', amountFen);
};

/** GrantSlice (enterprise) → SliceGranted, the amount reserved on the account and under every ceiling in one commit. */
export const GrantSlice: Handler<GrantSlice> = handler({
  target: (command: GrantSlice) => sliceStream(command.slice),
  reads: (command: GrantSlice, peek) => {
    const who = peek.state(subject, subjectStream(command.subject));
    const own = [subjectStream(command.subject), policyStream(command.scheme), calendarStream, quotaStream(command)];
    return [
      ...placesIn(peek.province, [...own, ...(who ? drawnStreams(drawnOf(command, groupOf(who))) : [])]),
      { province: command.holder, stream: agencyStream(command.agency) },
    ];
  },
  decide: (command, turn): Decision => {
    const who = turn.state(subject, subjectStream(command.subject));
    if (!who.registered) return missing('subject');
    const no = mayAct(turn, 'GrantSlice', { subject: ownerOf(who) });
    if (no) return no;
    if (turn.state(slice, sliceStream(command.slice)).granted)
      return refuse('E-STATE', { seen: phrase('sliceIdTaken'), needed: phrase('newId') });
    const pack = effective(turn.state(policy, policyStream(command.scheme)), turn.now);
    if (!pack) return noPolicy(command.scheme);
    const account = turn.state(quota, quotaStream(command));
    const drawn = drawnOf(command, groupOf(who));
    const refused =
      allowed(command, pack, turn.province) ??
      ineligible(eligibility(who, { province: turn.province, year: command.year }, pack), pack) ??
      reservable(account, turn.now) ??
      active(look(turn, agency, { province: command.holder, stream: agencyStream(command.agency) }), turn.now) ??
      covered(turn, command, pack, drawn);
    if (refused) return refused;
    return granting(turn, command, pack, { drawn, name: who.registered.name, useUntilMs: account.useUntilMs });
  },
});

const granting = (
  turn: Turn,
  command: GrantSlice,
  pack: VoucherPack,
  { drawn, name, useUntilMs }: { readonly drawn: Drawn; readonly name: string; readonly useUntilMs: number },
): readonly Append[] => {
  const { slice: id, days, holder, agency: to, subject: of, scheme, year, amountFen } = command;
  const calendar = workingDays(turn);
  const expiresMs = limitOf(turn.now, { days, unit: 'calendar' }, calendar, { mostMs: useUntilMs }).lastMs;
  const endsMs = limitOf(expiresMs, { days: pack.slices?.graceDays ?? 0, unit: 'calendar' }, calendar).lastMs;
  const ceilings = ceilingsOf(drawn);
  const data = {
    ...{
      slice: id,
      home: pack.province,
      holder,
      agency: to,
      subject: of,
      subjectName: name,
      scheme,
      year,
      policy: pack.version,
      amountFen,
    },
    ...{ expiresMs, endsMs, patienceMs: lengthMs(pack.clocks.peerPatience) },
  };
  const events: readonly SliceEvent[] = [
    { type: 'SliceGranted', data },
    { type: 'SliceHeld', data: { slice: id, ceilings } },
  ];
  return [
    ...toStream(sliceStream(id), events, pack.version),
    ...toStream(quotaStream(command), [{ type: 'QuotaSliced', data: { slice: id, amountFen } }], pack.version),
    ...ceilings.flatMap((stream) => toStream(stream, [take(id, amountFen)], pack.version)),
  ];
};

export interface OfSlice {
  readonly slice: string;
}

/** Own streams that hold a slice, once it is loaded. */
export const holding = ({ granted, ceilings }: Slice): readonly string[] => (granted ? [quotaStream(granted), ...ceilings] : []);

/** Ends a slice: what was not taken up is the account's again, or void with it. Nothing when it has ended. */
const ending = <C extends OfSlice>(cause: 'returned' | 'expired', may: (command: C, state: Slice) => boolean): Handler<C> =>
  handler({
    target: (command: C) => sliceStream(command.slice),
    reads: (command: C, peek) => {
      const state = peek.state(slice, sliceStream(command.slice));
      return state ? placesIn(peek.province, holding(state)) : [];
    },
    decide: (command: C, turn): Decision => {
      const state = turn.state(slice, sliceStream(command.slice));
      const { granted } = state;
      if (!granted || state.ended || !may(command, state)) return [];
      const releasedFen = openFen(state);
      const { slice: id } = command;
      const ended = toStream(sliceStream(id), [{ type: 'SliceEnded', data: { slice: id, cause, releasedFen } }], granted.policy);
      if (releasedFen === 0) return ended;
      const unsliced = { type: 'QuotaUnsliced', data: { slice: id, amountFen: releasedFen, to: 'account' } };
      return [
        ...ended,
        ...toStream(quotaStream(granted), [unsliced], granted.policy),
        ...state.ceilings.flatMap((stream) => toStream(stream, [giveBack(id, releasedFen)], granted.policy)),
      ];
    },
  });

export interface TakeReturn extends OfSlice {
  readonly from: string;
}
/** SliceReturned, by the holder and nobody else → SliceEnded. All that it drew stands before it in its journal, and was looked at. */
export const TakeReturn = ending<TakeReturn>('returned', ({ from }, { granted }) => granted?.holder === from);

export interface EndSlice extends OfSlice {
  readonly dueMs: number;
}
/** Derived from a timer: expiry and grace are over, and the holder was heard since, or was silent for too long → SliceEnded. */
export const EndSlice = ending<EndSlice>('expired', ({ dueMs }, { granted }) => (granted?.endsMs ?? Infinity) <= dueMs);
