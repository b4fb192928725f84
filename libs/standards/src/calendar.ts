// The working-day calendar: weekends, the State Council's holidays and make-up workdays (调休), and what is not yet announced.
import { type LocalDate, addDays, daysBetween, isLocalDate, isWeekend, localDate } from './local-date.js';
import type { Bilingual } from './parsed.js';

/** One row of a notice: a festival and its days off, both ends included, as YYYY-MM-DD. */
export interface OfficialHoliday {
  readonly name: Bilingual;
  readonly from: string;
  readonly to: string;
}

/** The arrangement of one year as the General Office of the State Council announced it. */
export interface OfficialYear {
  readonly year: number;
  /** Number of the notice, such as 国办发明电〔2025〕7号. */
  readonly notice: string;
  /** The date of the notice, YYYY-MM-DD. */
  readonly issued: string;
  readonly holidays: readonly OfficialHoliday[];
  /** Saturdays and Sundays on which work is done. */
  readonly makeUpWorkdays: readonly string[];
}

export interface DayStatus {
  readonly date: LocalDate;
  readonly kind: 'weekday' | 'weekend' | 'holiday' | 'make-up-workday';
  readonly working: boolean;
  readonly festival?: Bilingual;
  /** The notice that settled this day, when one did. */
  readonly notice?: string;
  /** True when a notice that is not loaded may still change this day. */
  readonly provisional: boolean;
  /** The year of the notice awaited, when provisional. */
  readonly awaits?: number;
}

export interface Calendar {
  /** Years with a loaded notice, ascending. */
  readonly years: readonly number[];
  day(date: LocalDate): DayStatus;
  /** The next date after `date` that is a working day. */
  nextWorkingDay(date: LocalDate): LocalDate;
}

/** New Year arrangements have reached back to 29 December (2007, 2018): from then on a day is settled by the next year's notice too. */
const NEW_YEAR_REACHES_BACK_TO = '12-29';
/** Longest span of days off that is believed; the longest ever announced had 9 days. A longer one is a slip in the data. */
const HOLIDAY_DAYS_MAX = 15;
/** Most days off that one notice is believed to give: 2026 has 33. */
export const DAYS_OFF_MAX = 60;
/** Longest run of days without work that is searched: no calendar of a real year reaches a third of it. */
const CLOSED_DAYS_MAX = 60;

const NEW_YEAR: Bilingual = { zh: '元旦', en: 'New Year’s Day' };
const LABOUR: Bilingual = { zh: '劳动节', en: 'Labour Day' };
const NATIONAL: Bilingual = { zh: '国庆节', en: 'National Day' };

/**
 * Festivals on fixed dates, which are off by 全国年节及纪念日放假办法 itself, without a notice. 2 May was added from 2025
 * (国务院令第795号). Festivals of the lunar calendar and 清明 are not guessed, nor is any make-up day.
 */
function statutoryFestival(date: LocalDate): Bilingual | undefined {
  const monthDay = date.slice(5);
  if (monthDay === '01-01') return NEW_YEAR;
  if (monthDay === '05-01' || (monthDay === '05-02' && date >= '2025')) return LABOUR;
  if (monthDay >= '10-01' && monthDay <= '10-03') return NATIONAL;
  return undefined;
}

/** What can be wrong with a year's notice. */
export type CalendarFaultKind =
  | 'no-such-year'
  | 'no-such-day'
  | 'outside-its-year'
  | 'settled-twice'
  | 'length-not-believed'
  | 'no-weekend'
  | 'given-twice'
  | 'issued-in-another-year'
  | 'too-many-days-off'
  | 'off-by-law';

/** Data that contradict themselves: what it is, as a word of code, and the day, year or count it is about. The message is for logs. */
export class CalendarFault extends RangeError {
  override readonly name = 'CalendarFault';
  constructor(
    readonly kind: CalendarFaultKind,
    readonly about: string | number,
    message: string,
  ) {
    super(message);
  }
}

function addNotice(days: Map<string, DayStatus>, official: OfficialYear): void {
  localDate(official.issued);
  const settle = (text: string, status: Pick<DayStatus, 'kind' | 'working' | 'festival'>): void => {
    const date = localDate(text);
    const inTail = date >= `${official.year - 1}-${NEW_YEAR_REACHES_BACK_TO}` && date.startsWith(String(official.year - 1));
    if (!date.startsWith(String(official.year)) && !inTail) {
      const why = `The notice for ${official.year} names ${date}, which is outside that year; mend the calendar data.`;
      throw new CalendarFault('outside-its-year', date, why);
    }
    if (days.has(date)) {
      const why = `${date} is settled twice; the notices for ${official.year} and its neighbours contradict.`;
      throw new CalendarFault('settled-twice', date, why);
    }
    days.set(date, { date, ...status, notice: official.notice, provisional: false });
  };
  for (const holiday of official.holidays) {
    const from = localDate(holiday.from);
    const length = daysBetween(from, localDate(holiday.to)) + 1;
    if (length < 1 || length > HOLIDAY_DAYS_MAX) {
      const why = `${holiday.name.en} ${official.year} lasts ${length} days; a holiday has 1 to ${HOLIDAY_DAYS_MAX}.`;
      throw new CalendarFault('length-not-believed', from, why);
    }
    for (let index = 0; index < length; index += 1) {
      settle(addDays(from, index), { kind: 'holiday', working: false, festival: holiday.name });
    }
  }
  for (const date of official.makeUpWorkdays) {
    if (!isWeekend(localDate(date))) {
      throw new CalendarFault('no-weekend', date, `${date} is no weekend, so it cannot be a make-up workday; mend the data.`);
    }
    settle(date, { kind: 'make-up-workday', working: true });
  }
}

function ordinaryDay(date: LocalDate, notices: ReadonlyMap<number, string>): DayStatus {
  const year = Number(date.slice(0, 4));
  const notice = notices.get(year);
  const weekend = isWeekend(date);
  const plain = weekend ? ({ kind: 'weekend', working: false } as const) : ({ kind: 'weekday', working: true } as const);
  if (notice === undefined) {
    const festival = statutoryFestival(date);
    const settled = festival ? ({ kind: 'holiday', working: false, festival } as const) : plain;
    return { date, ...settled, provisional: true, awaits: year };
  }
  if (date.slice(5) >= NEW_YEAR_REACHES_BACK_TO && !notices.has(year + 1)) {
    return { date, ...plain, notice, provisional: true, awaits: year + 1 };
  }
  return { date, ...plain, notice, provisional: false };
}

/** The days of a year that are off by law itself: a notice that leaves one out contradicts 全国年节及纪念日放假办法. */
function forgotten({ year, holidays }: OfficialYear): LocalDate | undefined {
  const off = (date: LocalDate): boolean => holidays.some(({ from, to }) => from <= date && date <= to);
  for (let date = localDate(`${year}-01-01`); date.startsWith(String(year)); date = addDays(date, 1)) {
    if (statutoryFestival(date) !== undefined && !off(date)) return date;
  }
  return undefined;
}

/**
 * What is wrong with a notice that comes from outside, beside those of other years; null when nothing is. It must be
 * of a year from 2000 to 2100, issued in it or in the year before, free of contradictions, and give every day off that the law fixes.
 */
export function officialYearFault(official: OfficialYear, others: readonly OfficialYear[]): CalendarFault | null {
  const { year, issued, holidays, makeUpWorkdays } = official;
  if (!Number.isSafeInteger(year) || year < 2000 || year > 2100) {
    return new CalendarFault('no-such-year', year, `The year ${year} is not one from 2000 to 2100.`);
  }
  const unreal = [issued, ...holidays.flatMap(({ from, to }) => [from, to]), ...makeUpWorkdays].find((day) => !isLocalDate(day));
  if (unreal !== undefined) return new CalendarFault('no-such-day', unreal.slice(0, 20), `There is no date "${unreal.slice(0, 20)}".`);
  try {
    calendar([...others, official]);
  } catch (error) {
    if (error instanceof CalendarFault) return error;
    throw error;
  }
  if (![year - 1, year].includes(Number(issued.slice(0, 4)))) {
    const why = `A notice for ${year} is issued in ${year - 1} or ${year}, not on ${issued}.`;
    return new CalendarFault('issued-in-another-year', issued, why);
  }
  const off = holidays.reduce((total, { from, to }) => total + daysBetween(localDate(from), localDate(to)) + 1, 0);
  if (off > DAYS_OFF_MAX) {
    return new CalendarFault('too-many-days-off', off, `The notice gives ${off} days off; at most ${DAYS_OFF_MAX} are believed.`);
  }
  const day = forgotten(official);
  return day === undefined ? null : new CalendarFault('off-by-law', day, `${day} is off by law, and the notice does not name it.`);
}

/**
 * A calendar over the announced years. Any other year is provisional: weekends and the festivals fixed by law count, nothing is
 * guessed. Build it anew when a notice is loaded. Throws a RangeError when the data contradict themselves.
 */
export function calendar(years: readonly OfficialYear[]): Calendar {
  const days = new Map<string, DayStatus>();
  const notices = new Map<number, string>();
  for (const official of years) {
    if (notices.has(official.year)) {
      throw new CalendarFault('given-twice', official.year, `The year ${official.year} is given twice; keep one notice for each year.`);
    }
    notices.set(official.year, official.notice);
    addNotice(days, official);
  }
  const day = (date: LocalDate): DayStatus => days.get(date) ?? ordinaryDay(date, notices);
  const nextWorkingDay = (date: LocalDate): LocalDate => {
    for (let ahead = 1; ahead <= CLOSED_DAYS_MAX; ahead += 1) {
      const next = addDays(date, ahead);
      if (day(next).working) return next;
    }
    throw new RangeError(`No working day within ${CLOSED_DAYS_MAX} days after ${date}; the calendar data must be wrong.`);
  };
  return { years: [...notices.keys()].sort((a, b) => a - b), day, nextWorkingDay };
}
