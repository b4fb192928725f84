// Plain dates of the legal calendar: YYYY-MM-DD in Asia/Shanghai, and the instants (ms since 1970, UTC) where their days begin and end.

/** A date that exists, written YYYY-MM-DD; compares in time order as text. */
export type LocalDate = string & { readonly kind: 'local-date' };

export const DAY_MS = 86_400_000;
/** The mainland has used UTC+8 all year since 1992; summer time was tried from 1986 to 1991 and no deadline of ours lies there. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
/** Bounds that keep arithmetic finite: the earliest birth date in the standards' own examples is 1880. */
const FIRST_YEAR = 1800;
const LAST_YEAR = 2199;

/** Days since 1 January 1970 of a text in the form YYYY-MM-DD; a date that does not exist counts as the one it runs over into. */
function dayNumber(text: string): number {
  return Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, Number(text.slice(8, 10))) / DAY_MS;
}

/** Whether `value` is the text of a real date between the years 1800 and 2199. */
export function isLocalDate(value: unknown): value is LocalDate {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const year = Number(value.slice(0, 4));
  if (year < FIRST_YEAR || year > LAST_YEAR) return false;
  // Date.UTC carries 30 February into March, so a date exists only if it comes back unchanged; month 00 and 13 fall out the same way.
  return new Date(dayNumber(value) * DAY_MS).toISOString().slice(0, 10) === value;
}

/** The date written as `text`. Throws a RangeError when there is no such date. */
export function localDate(text: string): LocalDate {
  if (!isLocalDate(text)) throw new RangeError(`There is no date "${text.slice(0, 20)}"; write YYYY-MM-DD between 1800 and 2199.`);
  return text;
}

/** The date in Shanghai at an instant in ms since 1970. Throws a RangeError outside 1800-2199. */
export function toShanghaiDate(atMs: number): LocalDate {
  if (!Number.isFinite(atMs) || Math.abs(atMs) > 8e12) throw new RangeError(`${atMs} is no instant in ms between 1800 and 2199.`);
  const text = new Date(atMs + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);
  const year = Number(text.slice(0, 4));
  // An instant always has a date: only its year may lie too far away. Counting days asks for many, one after the other.
  return year >= FIRST_YEAR && year <= LAST_YEAR ? (text as LocalDate) : localDate(text);
}

/** 00:00:00.000 of the date in Shanghai, in ms since 1970. */
export function startOfDayMs(date: LocalDate): number {
  return dayNumber(date) * DAY_MS - SHANGHAI_OFFSET_MS;
}

/** 23:59:59.999 of the date in Shanghai, in ms since 1970: what arrives in the last minute of the last day is in time (A16). */
export function endOfDayMs(date: LocalDate): number {
  return startOfDayMs(date) + DAY_MS - 1;
}

/** The date `days` later, or earlier when negative. Throws a RangeError when it leaves 1800-2199 or `days` is not whole. */
export function addDays(date: LocalDate, days: number): LocalDate {
  if (!Number.isSafeInteger(days)) throw new RangeError(`${days} is not a whole number of days.`);
  return toShanghaiDate(startOfDayMs(date) + days * DAY_MS);
}

/** The corresponding day `months` later; a month without that day gives its last day (31 January + 1 → 28 or 29 February). */
export function addMonths(date: LocalDate, months: number): LocalDate {
  if (!Number.isSafeInteger(months)) throw new RangeError(`${months} is not a whole number of months.`);
  const index = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months;
  const [year, month] = [Math.floor(index / 12), ((index % 12) + 12) % 12];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(Number(date.slice(8, 10)), lastDay);
  return localDate([String(year).padStart(4, '0'), String(month + 1).padStart(2, '0'), String(day).padStart(2, '0')].join('-'));
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayNumber(to) - dayNumber(from);
}

/** Whether the date is a Saturday or a Sunday. */
export function isWeekend(date: LocalDate): boolean {
  // Day 0, 1 January 1970, was a Thursday; the double modulus keeps days before it in range.
  const weekday = (((dayNumber(date) + 4) % 7) + 7) % 7;
  return weekday === 0 || weekday === 6;
}
