// The working-day calendar: the announced years against an independent table, and what a year without a notice may and may not say.
import { readFileSync } from 'node:fs';
import {
  type LocalDate,
  type OfficialYear,
  OFFICIAL_2025,
  OFFICIAL_2026,
  OFFICIAL_YEARS,
  addDays,
  calendar,
  isWeekend,
  localDate,
  officialYearFault,
} from './index.js';

const official = calendar(OFFICIAL_YEARS);
const on = (text: string): ReturnType<typeof official.day> => official.day(localDate(text));

function datesOf(year: number): LocalDate[] {
  const dates: LocalDate[] = [];
  for (let date = localDate(`${year}-01-01`); date.startsWith(String(year)); date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** The table of the pinned data package chinese-days, compiled from the notices by others than us. */
function packagedYear(year: number): { readonly holidays: object; readonly workdays: object } {
  const path = require.resolve(`chinese-days/dist/years/${year}.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as { holidays: object; workdays: object };
}

describe.each(OFFICIAL_YEARS)('the official year $year, $notice', ({ year, notice }) => {
  const days = datesOf(year).map(official.day);

  it('has exactly the holidays and make-up workdays of the pinned data package', () => {
    const packaged = packagedYear(year);
    expect(days.filter((day) => day.kind === 'holiday').map((day) => day.date)).toEqual(Object.keys(packaged.holidays).sort());
    expect(days.filter((day) => day.kind === 'make-up-workday').map((day) => day.date)).toEqual(Object.keys(packaged.workdays).sort());
  });

  it('cites its notice for every day', () => {
    expect(new Set(days.map((day) => day.notice))).toEqual(new Set([notice]));
  });
});

describe('the announced years', () => {
  // 365 days less 104 weekend days less the statutory days off that fall on weekdays or are moved there: 13 since 2025, 11 before.
  it.each([
    [2024, 251],
    [2025, 248],
    [2026, 248],
  ])('%s has %s working days, as the labour authorities count', (year, count) => {
    expect(datesOf(year).filter((date) => official.day(date).working)).toHaveLength(count);
  });

  it('a make-up Sunday is worked, a Wednesday of National Day is not', () => {
    expect(on('2025-09-28')).toMatchObject({
      kind: 'make-up-workday',
      working: true,
      provisional: false,
      notice: '国办发明电〔2024〕12号',
    });
    expect(on('2025-10-08')).toMatchObject({ kind: 'holiday', working: false, provisional: false });
    expect(official.nextWorkingDay(localDate('2026-02-14'))).toBe('2026-02-24');
  });
});

describe('a year without a notice', () => {
  it('knows weekends and the festivals that the law fixes, and marks every day provisional', () => {
    const days = datesOf(2027).map(official.day);
    expect(days.every((day) => day.provisional && day.awaits === 2027 && day.notice === undefined)).toBe(true);
    expect(days.filter((day) => !day.working && !isWeekend(day.date)).map((day) => day.date)).toEqual(['2027-01-01', '2027-10-01']);
    expect(days.filter((day) => day.kind === 'holiday').map((day) => day.date)).toEqual([
      '2027-01-01',
      '2027-05-01',
      '2027-05-02',
      '2027-10-01',
      '2027-10-02',
      '2027-10-03',
    ]);
  });

  it('guesses neither make-up days nor festivals of the lunar calendar', () => {
    expect(datesOf(2027).filter((date) => on(date).kind === 'make-up-workday')).toEqual([]);
    // Spring Festival 2027 begins on 6 February; Monday the 8th will surely be off, but nobody has announced it.
    expect(on('2027-02-08')).toMatchObject({ kind: 'weekday', working: true, provisional: true });
  });

  it('counts 2 May from 2025 on, when the law added it', () => {
    const empty = calendar([]);
    expect(empty.day(localDate('2024-05-02')).working).toBe(true);
    expect(empty.day(localDate('2028-05-02')).working).toBe(false);
  });

  it('leaves the last days of the year before open, since New Year has reached back to 29 December', () => {
    expect(on('2026-12-28').provisional).toBe(false);
    expect(on('2026-12-29')).toMatchObject({ working: true, provisional: true, awaits: 2027 });
    expect(on('2025-12-31').provisional).toBe(false);
  });

  it('is settled by loading its notice, which may reach into the December before', () => {
    const notice: OfficialYear = {
      year: 2027,
      notice: 'a notice of the test',
      issued: '2026-11-30',
      makeUpWorkdays: ['2027-01-03'],
      holidays: [{ name: { zh: '元旦', en: 'New Year’s Day' }, from: '2026-12-31', to: '2027-01-02' }],
    };
    const settled = calendar([...OFFICIAL_YEARS, notice]);
    expect(settled.day(localDate('2026-12-31'))).toMatchObject({ kind: 'holiday', provisional: false, notice: notice.notice });
    expect(settled.day(localDate('2027-01-03'))).toMatchObject({ working: true, provisional: false });
    expect(settled.day(localDate('2026-12-30'))).toMatchObject({ working: true, provisional: false });
  });
});

describe('calendar data that contradict themselves are refused', () => {
  const name = { zh: '节', en: 'Feast' };
  const year = (change: Partial<OfficialYear>): OfficialYear => ({ ...OFFICIAL_2026, holidays: [], makeUpWorkdays: [], ...change });

  it.each<[string, readonly OfficialYear[], string]>([
    ['the same year twice', [OFFICIAL_2025, OFFICIAL_2025], 'given twice'],
    ['a day outside the year', [year({ makeUpWorkdays: ['2027-01-03'] })], 'outside that year'],
    ['a day too early in the year before', [year({ makeUpWorkdays: ['2025-12-28'] })], 'outside that year'],
    ['a make-up day on a weekday', [year({ makeUpWorkdays: ['2026-02-25'] })], 'no weekend'],
    ['a make-up day inside a holiday', [{ ...OFFICIAL_2026, makeUpWorkdays: ['2026-02-15'] }], 'settled twice'],
    ['a holiday that ends before it begins', [year({ holidays: [{ name, from: '2026-05-05', to: '2026-05-01' }] })], 'lasts -3 days'],
    ['a holiday of a month', [year({ holidays: [{ name, from: '2026-05-01', to: '2026-05-31' }] })], 'lasts 31 days'],
    ['a date that does not exist', [year({ makeUpWorkdays: ['2026-02-30'] })], 'There is no date'],
  ])('%s', (_, years, message) => {
    expect(() => calendar(years)).toThrow(message);
  });
});

describe('a notice that comes from outside', () => {
  it.each(OFFICIAL_YEARS)('is without fault when it is the official one of $year', (notice) => {
    expect(
      officialYearFault(
        notice,
        OFFICIAL_YEARS.filter(({ year }) => year !== notice.year),
      ),
    ).toBeNull();
  });

  it.each<[string, Partial<OfficialYear>, string]>([
    ['of a year that nobody announces', { year: 2101 }, 'not one from 2000 to 2100'],
    ['of half a year', { year: 2026.5 }, 'not one from 2000 to 2100'],
    ['of a year that the others have', { year: 2025 }, 'is given twice'],
    ['issued on a day that does not exist', { issued: '2025-02-30' }, 'There is no date'],
    ['issued years before', { issued: '2023-11-04' }, 'is issued in 2025 or 2026'],
    [
      'that works on 2 May',
      {
        holidays: OFFICIAL_2026.holidays.map((day) => (day.from === '2026-05-01' ? { ...day, to: '2026-05-01' } : day)),
      },
      '2026-05-02 is off by law',
    ],
    [
      'that closes a sixth of the year',
      {
        holidays: [
          ...OFFICIAL_2026.holidays,
          ...['03', '07', '08'].map((month) => ({
            name: { zh: '虚构', en: 'Invented' },
            from: `2026-${month}-10`,
            to: `2026-${month}-24`,
          })),
        ],
      },
      'days off; at most 60',
    ],
  ])('is refused with the reason when it is one %s', (_what, change, why) => {
    expect(officialYearFault({ ...OFFICIAL_2026, ...change }, [OFFICIAL_2025])?.message).toContain(why);
  });
});
