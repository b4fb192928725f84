// Legal clocks: the vectors of the rules, and the properties that hold for any period.
import fc from 'fast-check';
import {
  type LocalDate, type OfficialYear, type PeriodUnit, OFFICIAL_YEARS, addDays, calendar, deadline, endOfDayMs, isWeekend, localDate,
  penaltyLawUnit, toShanghaiDate, workingDaysLeft,
} from './index.js';

const official = calendar(OFFICIAL_YEARS);
const ends = (from: string, count: number, unit: PeriodUnit): string => deadline({ from: localDate(from), count, unit }, official).date;

describe('working days', () => {
  it('15 from 26 September 2025 end on 23 October: 28 September and 11 October are worked, 1 to 8 October are not', () => {
    const end = deadline({ from: localDate('2025-09-26'), count: 15, unit: 'working-day' }, official);
    expect(end).toEqual({ date: '2025-10-23', atMs: Date.parse('2025-10-23T23:59:59.999+08:00'), provisional: false, awaits: [] });
  });

  it('a calendar of weekdays alone would end them on 17 October, six days too early', () => {
    let weekdays = 0;
    let date = localDate('2025-09-26');
    while (weekdays < 15) {
      date = addDays(date, 1);
      if (!isWeekend(date)) weekdays += 1;
    }
    expect(date).toBe('2025-10-17');
    expect(ends('2025-09-26', 15, 'working-day')).not.toBe(date);
  });

  it('5 from 30 September 2025 end on 14 October', () => {
    expect(ends('2025-09-30', 5, 'working-day')).toBe('2025-10-14');
  });

  it('the clock does not count the day on which it starts, even a day off', () => {
    expect(ends('2026-07-01', 1, 'working-day')).toBe('2026-07-02');
    expect(ends('2026-07-04', 1, 'working-day')).toBe('2026-07-06');
  });
});

describe('days, months and years (专利法实施细则 art 5)', () => {
  it.each<[string, number, PeriodUnit, string]>([
    ['2026-07-01', 7, 'day', '2026-07-08'],
    ['2026-06-24', 10, 'day', '2026-07-06'],
    ['2026-01-31', 1, 'month', '2026-02-28'],
    ['2025-12-31', 2, 'month', '2026-02-28'],
    ['2026-07-01', 1, 'month', '2026-08-03'],
    ['2026-09-01', 1, 'month', '2026-10-08'],
    ['2024-02-29', 1, 'year', '2025-02-28'],
    ['2025-02-14', 1, 'year', '2026-02-14'],
    ['2025-02-15', 1, 'year', '2026-02-24'],
  ])('from %s, %s %s end on %s', (from, count, unit, expected) => {
    expect(ends(from, count, unit)).toBe(expected);
  });
});

describe('行政处罚法 art 85', () => {
  it('二日, 三日, 五日 and 七日 are working days; any other number is calendar days', () => {
    expect([2, 3, 5, 7].map(penaltyLawUnit)).toEqual(['working-day', 'working-day', 'working-day', 'working-day']);
    expect([1, 4, 6, 10, 15, 60].map(penaltyLawUnit)).toEqual(['day', 'day', 'day', 'day', 'day', 'day']);
  });
});

describe('a deadline that rests on a notice not yet given', () => {
  const period = { from: localDate('2027-01-29'), count: 5, unit: 'working-day' } as const;

  it('is computed, marked provisional, and says which notice it awaits', () => {
    expect(deadline(period, official)).toMatchObject({ date: '2027-02-05', provisional: true, awaits: [2027] });
  });

  it('is computed again with the notice, and then stands', () => {
    const notice: OfficialYear = {
      year: 2027, notice: 'a notice of the test', issued: '2026-11-30', makeUpWorkdays: ['2027-01-30'],
      holidays: [{ name: { zh: '春节', en: 'Spring Festival' }, from: '2027-02-05', to: '2027-02-11' }],
    };
    expect(deadline(period, calendar([...OFFICIAL_YEARS, notice]))).toMatchObject({ date: '2027-02-04', provisional: false, awaits: [] });
  });

  it('awaits each year that it crosses, and the next for the last days of December', () => {
    const long = deadline({ from: localDate('2026-12-25'), count: 300, unit: 'working-day' }, official);
    expect(long.awaits).toEqual([2027, 2028]);
    expect(deadline({ from: localDate('2026-12-01'), count: 30, unit: 'day' }, official).awaits).toEqual([2027]);
  });

  it('rests on the days it rolls over to, too: 28 December is a settled Sunday, the Monday after it is open', () => {
    const until2025 = calendar(OFFICIAL_YEARS.filter(({ year }) => year <= 2025));
    const end = deadline({ from: localDate('2025-12-21'), count: 7, unit: 'day' }, until2025);
    expect(end).toMatchObject({ date: '2025-12-29', provisional: true, awaits: [2026] });
  });

  it('is not provisional because of days that only lie between: a month ends where it ends', () => {
    const back = calendar(OFFICIAL_YEARS.filter(({ year }) => year !== 2025));
    const end = deadline({ from: localDate('2024-06-03'), count: 2, unit: 'year' }, back);
    expect(end).toMatchObject({ date: '2026-06-03', provisional: false });
  });
});

describe('any period', () => {
  const date = fc.integer({ min: Date.UTC(2023, 11, 31), max: Date.UTC(2028, 0, 1) }).map(toShanghaiDate);
  const unit = fc.constantFrom<PeriodUnit>('working-day', 'day', 'month', 'year');
  const period = fc.record({ from: date, count: fc.integer({ min: 1, max: 40 }), unit });

  it('ends after it starts, on a working day, at the last millisecond of that day', () => {
    fc.assert(fc.property(period, (given) => {
      const end = deadline(given, official);
      expect(end.date > given.from).toBe(true);
      expect(official.day(end.date).working).toBe(true);
      expect(end.atMs).toBe(endOfDayMs(end.date));
      expect(end.provisional).toBe(end.awaits.length > 0);
    }));
  });

  it('never ends earlier for starting later or lasting longer', () => {
    fc.assert(fc.property(period, (given) => {
      const end = deadline(given, official).date;
      expect(deadline({ ...given, from: addDays(given.from, 1) }, official).date >= end).toBe(true);
      expect(deadline({ ...given, count: given.count + 1 }, official).date >= end).toBe(true);
    }));
  });

  it('of working days leaves as many days as were given', () => {
    fc.assert(fc.property(date, fc.integer({ min: 1, max: 60 }), (from, count) => {
      const due = deadline({ from, count, unit: 'working-day' }, official).date;
      expect(workingDaysLeft(from, due, official)).toBe(count);
      expect(workingDaysLeft(due, due, official)).toBe(0);
      expect(workingDaysLeft(addDays(due, 1), due, official)).toBe(0);
    }));
  });

  it('has a count from 1 to a bound, a whole one', () => {
    const from: LocalDate = localDate('2026-07-01');
    for (const count of [0, -1, 1.5, Number.NaN, 2_501]) {
      expect(() => deadline({ from, count, unit: 'working-day' }, official)).toThrow(RangeError);
    }
  });
});
