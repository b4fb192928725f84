// Plain dates and the instants of their days in Shanghai.
import fc from 'fast-check';
import { addDays, addMonths, daysBetween, endOfDayMs, isLocalDate, isWeekend, localDate, startOfDayMs, toShanghaiDate } from './index.js';

const date = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) }).map(toShanghaiDate);

describe('plain dates', () => {
  it('exist or are refused', () => {
    expect(['2024-02-29', '2000-02-29', '1880-01-01'].every(isLocalDate)).toBe(true);
    const wrong = [
      '2026-02-29', '1900-02-29', '2026-13-01', '2026-00-10', '2026-01-00', '2026-1-1', '0001-01-01', '2026-01-01 ', 20260101, null,
    ];
    expect(wrong.filter(isLocalDate)).toEqual([]);
    expect(() => localDate('2026-02-30')).toThrow('There is no date "2026-02-30"');
  });

  it('a day in Shanghai begins at 16:00 UTC of the day before and ends a millisecond before the next', () => {
    const day = localDate('2026-07-01');
    expect(startOfDayMs(day)).toBe(Date.parse('2026-06-30T16:00:00.000Z'));
    expect(endOfDayMs(day)).toBe(Date.parse('2026-07-01T23:59:59.999+08:00'));
    expect(toShanghaiDate(endOfDayMs(day))).toBe('2026-07-01');
    expect(toShanghaiDate(endOfDayMs(day) + 1)).toBe('2026-07-02');
  });

  it('what arrives at 23:59 of the last day is on that day (A16)', () => {
    expect(toShanghaiDate(Date.parse('2026-07-01T23:59:00+08:00'))).toBe('2026-07-01');
  });

  it('the day corresponding to 31 January in February is its last', () => {
    expect(addMonths(localDate('2026-01-31'), 1)).toBe('2026-02-28');
    expect(addMonths(localDate('2024-01-31'), 1)).toBe('2024-02-29');
    expect(addMonths(localDate('2024-02-29'), 12)).toBe('2025-02-28');
    expect(addMonths(localDate('2026-11-30'), 3)).toBe('2027-02-28');
    expect(addMonths(localDate('2026-03-31'), -1)).toBe('2026-02-28');
  });

  it('days added are days between', () => {
    fc.assert(fc.property(date, fc.integer({ min: -20_000, max: 20_000 }), (from, days) => {
      expect(daysBetween(from, addDays(from, days))).toBe(days);
      expect(isWeekend(addDays(from, 7))).toBe(isWeekend(from));
    }));
  });

  it('Saturday and Sunday are the weekend, before 1970 too', () => {
    const saturdays = ['2026-11-21', '1949-10-01'].map(localDate);
    for (const saturday of saturdays) {
      expect([-1, 0, 1, 2].map((days) => isWeekend(addDays(saturday, days)))).toEqual([false, true, true, false]);
    }
  });

  it('nothing leaves the years 1800 to 2199, and no half days are added', () => {
    expect(() => addDays(localDate('2199-12-31'), 1)).toThrow(RangeError);
    expect(() => addMonths(localDate('1800-01-01'), -1)).toThrow(RangeError);
    expect(() => addDays(localDate('2026-01-01'), 0.5)).toThrow('whole number');
    expect(() => toShanghaiDate(Number.NaN)).toThrow(RangeError);
  });
});
