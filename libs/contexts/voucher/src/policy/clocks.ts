/** When the time limits of this context end. All days are Shanghai days; a limit is stored as the last millisecond in time. */
import type { Counted, Period } from '@yrd/contracts';
import { type Calendar, DAYS_OFF_MAX, DAY_MS, addDays, deadline, endOfDayMs, localDate, toShanghaiDate } from '@yrd/standards';

/** A limit: its last millisecond in time, and how it was counted where it is one in working days; an entry takes that in as it is. */
export interface Limit {
  readonly lastMs: number;
  readonly counting: { readonly counted?: Counted };
}

type Bounds = Pick<Counted, 'leastMs' | 'mostMs' | 'shiftMs'>;

const bounded = (endMs: number, { leastMs = endMs, mostMs = Number.MAX_SAFE_INTEGER, shiftMs = 0 }: Bounds): number =>
  Math.min(Math.max(endMs, leastMs), mostMs) + shiftMs;

/** The calendar of the soonest end: every day that a notice may still settle is a day of work. */
const soonest = (by: Calendar): Calendar => ({
  ...by,
  day: (date) => {
    const day = by.day(date);
    return day.provisional ? { ...day, working: true } : day;
  },
});

/** Counts a limit in working days by this calendar. It awaits notices only if one could move it, bounds and all. */
export const recount = (counted: Counted, by: Calendar): { readonly lastMs: number; readonly counted: Counted } => {
  const period = { from: toShanghaiDate(counted.fromMs), count: counted.days, unit: 'working-day' } as const;
  const found = deadline(period, by);
  const latestMs = found.atMs + found.awaits.length * DAYS_OFF_MAX * DAY_MS;
  const sure = bounded(deadline(period, soonest(by)).atMs, counted) === bounded(latestMs, counted);
  return { lastMs: bounded(found.atMs, counted), counted: { ...counted, awaits: sure ? [] : [...found.awaits] } };
};

/** The end of a period that starts at `fromMs`, within bounds. The first day is not counted. Zero days end with the same day. */
export const limitOf = (fromMs: number, { days, unit }: Period, by: Calendar, bounds: Bounds = {}): Limit => {
  if (unit === 'calendar' || days === 0) {
    return { lastMs: bounded(endOfDayMs(addDays(toShanghaiDate(fromMs), days)), bounds), counting: {} };
  }
  const { lastMs, counted } = recount({ fromMs, days, awaits: [], ...bounds }, by);
  return { lastMs, counting: { counted } };
};

/** V13: so many days from the grant, and never past the last calendar day of the pack. */
export const windowEndMs = (grantedMs: number, days: number, lastDay: string): number =>
  Math.min(endOfDayMs(addDays(toShanghaiDate(grantedMs), days)), dayEndMs(lastDay));

/** Last millisecond of a day of the calendar, YYYY-MM-DD. */
export const dayEndMs = (day: string): number => endOfDayMs(localDate(day));

/** Length of a period that is waited out rather than counted down to a day, ms. */
export const lengthMs = ({ days }: Period): number => days * DAY_MS;

/** A limit of `leftMs` that was interrupted and runs again from now ends with a whole day. */
export const resumedMs = (nowMs: number, leftMs: number): number => endOfDayMs(toShanghaiDate(nowMs + leftMs));

/** First millisecond of a Shanghai day given as YYYY-MM-DD. */
export const dayStartMs = (day: string): number => endOfDayMs(addDays(localDate(day), -1)) + 1;

/** The year that a moment lies in, as Shanghai counts days. */
export const yearOf = (ms: number): number => Number(dayOf(ms).slice(0, 4));

/** A Shanghai day, whole, for comparing dates of documents. */
export const dayOf = (ms: number): string => toShanghaiDate(ms);
