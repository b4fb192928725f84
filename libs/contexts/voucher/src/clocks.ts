/** When the time limits of this context end. All days are Shanghai days; a limit is stored as the last millisecond in time. */
import type { Period } from '@yrd/contracts';
import { OFFICIAL_YEARS, calendar, deadline, endOfDayMs, localDate, addDays, toShanghaiDate } from '@yrd/standards';

const announced = calendar(OFFICIAL_YEARS);

/** The last millisecond of a period that starts at `fromMs`. The first day is not counted. Zero days end with the same day. */
export const limitMs = (fromMs: number, { days, unit }: Period): number => {
  const from = toShanghaiDate(fromMs);
  if (days === 0) return endOfDayMs(from);
  if (unit === 'calendar') return endOfDayMs(addDays(from, days));
  return deadline({ from, count: days, unit: 'working-day' }, announced).atMs;
};

/** V13: so many days from the grant, and never past the last calendar day of the pack. */
export const windowEndMs = (grantedMs: number, days: number, lastDay: string): number =>
  Math.min(endOfDayMs(addDays(toShanghaiDate(grantedMs), days)), endOfDayMs(localDate(lastDay)));

/** Length of a period that is waited out rather than counted down to a day, ms. */
export const lengthMs = ({ days }: Period): number => days * 86_400_000;

/** A limit of `leftMs` that was interrupted and runs again from now ends with a whole day. */
export const resumedMs = (nowMs: number, leftMs: number): number => endOfDayMs(toShanghaiDate(nowMs + leftMs));

/** First millisecond of a Shanghai day given as YYYY-MM-DD. */
export const dayStartMs = (day: string): number => endOfDayMs(addDays(localDate(day), -1)) + 1;

/** A Shanghai day, whole, for comparing dates of documents. */
export const dayOf = (ms: number): string => toShanghaiDate(ms);
