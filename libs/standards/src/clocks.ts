// Legal clocks: when a period that the law states in working days, days, months or years ends.
import type { Calendar, DayStatus } from './calendar.js';
import { type LocalDate, addDays, addMonths, endOfDayMs } from './local-date.js';

export type PeriodUnit = 'working-day' | 'day' | 'month' | 'year';

export interface Period {
  /** The day of the event that starts the clock; it is not counted itself. */
  readonly from: LocalDate;
  /** A whole number from 1. */
  readonly count: number;
  readonly unit: PeriodUnit;
}

export interface Deadline {
  /** The last day on which the act is in time. */
  readonly date: LocalDate;
  /** Its last millisecond in Shanghai, in ms since 1970. */
  readonly atMs: number;
  /** True when a notice that is not loaded may still move it: compute it again once the notice is there. */
  readonly provisional: boolean;
  /** The years whose notices are awaited, ascending; empty when not provisional. */
  readonly awaits: readonly number[];
}

/** Longest period accepted in each unit: beyond it the number is a slip, and the loop over days stays short. */
const COUNT_MAX: Readonly<Record<PeriodUnit, number>> = { 'working-day': 2_500, day: 20_000, month: 600, year: 50 };

function closed(last: LocalDate, seen: readonly DayStatus[]): Deadline {
  const awaits = new Set<number>();
  for (const day of seen) if (day.awaits !== undefined) awaits.add(day.awaits);
  return { date: last, atMs: endOfDayMs(last), provisional: awaits.size > 0, awaits: [...awaits].sort((a, b) => a - b) };
}

function countWorkingDays(period: Period, calendar: Calendar): Deadline {
  const seen: DayStatus[] = [];
  let date = period.from;
  let left = period.count;
  while (left > 0) {
    date = addDays(date, 1);
    const day = calendar.day(date);
    seen.push(day);
    if (day.working) left -= 1;
  }
  return closed(date, seen);
}

function lastDay({ from, count, unit }: Period): LocalDate {
  if (unit === 'day') return addDays(from, count);
  return addMonths(from, unit === 'month' ? count : count * 12);
}

/**
 * The end of a period. 专利法实施细则 art 5: the first day is not counted; months and years end on the corresponding day, or on the
 * month's last; an end on a day off rolls forward to the next working day. Throws a RangeError when `count` is out of range.
 */
export function deadline(period: Period, calendar: Calendar): Deadline {
  const { count, unit } = period;
  if (!Number.isSafeInteger(count) || count < 1 || count > COUNT_MAX[unit]) {
    throw new RangeError(`A period has 1 to ${COUNT_MAX[unit]} of the unit ${unit}; ${count} was given.`);
  }
  if (unit === 'working-day') return countWorkingDays(period, calendar);
  const day = calendar.day(lastDay(period));
  // Only the landing day and the days it rolls over decide, so only they can make the answer provisional.
  const seen = [day];
  if (day.working) return closed(day.date, seen);
  const date = calendar.nextWorkingDay(day.date);
  for (let next = addDays(day.date, 1); next <= date; next = addDays(next, 1)) seen.push(calendar.day(next));
  return closed(date, seen);
}

/** The days that 行政处罚法 means as working days: art 85 names 二日, 三日, 五日 and 七日; any other number is calendar days. */
const PENALTY_LAW_WORKING_DAYS: readonly number[] = [2, 3, 5, 7];

/** How 行政处罚法 art 85 reads a period of `count` 日 stated in that law. */
export function penaltyLawUnit(count: number): 'working-day' | 'day' {
  return PENALTY_LAW_WORKING_DAYS.includes(count) ? 'working-day' : 'day';
}

/**
 * Working days still to come after `today` up to and including `due`, for queues ordered by urgency; 0 on the last day and later.
 * Stops counting at `COUNT_MAX` working days.
 */
export function workingDaysLeft(today: LocalDate, due: LocalDate, calendar: Calendar): number {
  let left = 0;
  for (let date = addDays(today, 1); date <= due && left < COUNT_MAX['working-day']; date = addDays(date, 1)) {
    if (calendar.day(date).working) left += 1;
  }
  return left;
}
