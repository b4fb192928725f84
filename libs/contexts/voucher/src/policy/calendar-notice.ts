/**
 * The working-day calendar of this province: the notices of the State Council that its clerks adopted, over the years pinned in code.
 * Each province adopts for itself: the limits of an order are counted by the calendar of the journal that the order lives in.
 */
import { phrase, plain, refuse, type VoucherEvent } from '@yrd/contracts';
import { alike, foldOf, isRejection, single, type Handler, type Rejection, type Turn } from '@yrd/ledger';
import { OFFICIAL_YEARS, calendar, officialYearFault, type Calendar, type OfficialYear } from '@yrd/standards';
import { dayOf } from './clocks.js';
import { mayAct } from '../handling.js';
import type { PrivateEvent } from '../private-events.js';
import { calendarStream } from '../streams.js';

export interface Notices {
  /** Year → its notice, as adopted last. */
  readonly adopted: Readonly<Record<string, OfficialYear>>;
}

export const notices = foldOf<Notices, VoucherEvent<'CalendarNoticeAdopted'> | PrivateEvent<'RecomputationContinued'>>(
  'calendar',
  { adopted: {} },
  {
    CalendarNoticeAdopted: (state, { replaces: _replaces, ...official }) => ({ adopted: { ...state.adopted, [official.year]: official } }),
    RecomputationContinued: (state) => state,
  },
);

/** The notices in force, ascending by year: what was adopted here goes before what is pinned. */
export const officialYears = ({ adopted }: Notices): readonly OfficialYear[] =>
  [...OFFICIAL_YEARS.filter(({ year }) => adopted[year] === undefined), ...Object.values(adopted)].sort(
    (one, other) => one.year - other.year,
  );

const built = new WeakMap<Notices, Calendar>();

/** The calendar of these notices, built once. */
export const calendarOf = (state: Notices): Calendar => {
  const known = built.get(state) ?? calendar(officialYears(state));
  built.set(state, known);
  return known;
};

/** The calendar by which this province counts working days now; a handler that asks names `calendarStream` among its streams. */
export const workingDays = (turn: Turn): Calendar => calendarOf(turn.state(notices, calendarStream));

export interface AdoptCalendarNotice extends OfficialYear {
  /** Number of the notice in force that this one corrects. Without it a year that has a notice keeps it. */
  readonly replaces?: string;
}

/**
 * Whether the notice has its place: a first one for its year, a correction that names what it corrects, or, said once for the record,
 * one that is pinned already: what an earlier version of this software left provisional is then counted again.
 */
const inPlace = ({ replaces, ...official }: AdoptCalendarNotice, state: Notices): Rejection | null => {
  const inForce = officialYears(state).find(({ year }) => year === official.year);
  if (replaces === inForce?.notice || (replaces === undefined && alike(official, inForce))) return null;
  if (!inForce)
    return refuse('E-STATE', {
      field: 'replaces',
      seen: replaces === undefined ? phrase('none') : plain(replaces),
      needed: phrase('noNoticeYet', { year: official.year }),
    });
  return refuse('E-STATE', {
    field: 'replaces',
    seen: replaces === undefined ? phrase('none') : plain(replaces),
    needed: phrase('noticeInForce', { notice: inForce.notice, year: official.year }),
  });
};

/** AdoptCalendarNotice (supervisor) → CalendarNoticeAdopted; nothing when it was adopted in the same words. E-STATE, E-VALIDATION. */
export const AdoptCalendarNotice: Handler<AdoptCalendarNotice> = single(
  notices,
  () => calendarStream,
  (command, state, turn) => {
    const no = mayAct(turn, 'AdoptCalendarNotice');
    if (no) return no;
    const { replaces, ...official } = command;
    const before = state.adopted[official.year];
    if (before && alike(before, official)) return [];
    const misplaced = inPlace(command, state);
    if (isRejection(misplaced)) return misplaced;
    const others = officialYears(state).filter(({ year }) => year !== official.year);
    const fault = officialYearFault(official, others);
    if (fault !== null)
      return refuse('E-VALIDATION', {
        field: 'notice',
        seen: phrase('noticeFault', { about: fault.about, faultWord: fault.kind }),
        needed: phrase('asAnnounced'),
      });
    const today = dayOf(turn.now);
    if (official.issued > today)
      return refuse('E-VALIDATION', { field: 'issued', seen: plain(official.issued), needed: phrase('notAfterToday', { today }) });
    return [{ type: 'CalendarNoticeAdopted', data: { ...official, ...(replaces === undefined ? {} : { replaces }) } }];
  },
);
