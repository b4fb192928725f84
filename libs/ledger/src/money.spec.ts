/** Money to the fen: portions, splits and sums. */
import fc from 'fast-check';
import { fen, portion, split, sum, yuan } from './money.js';

const thirds = { home: { of: 2, in: 3 }, away: { of: 1, in: 3 } };
const whole = fc.integer({ min: 0, max: 9_000_000_000_000 }).map(fen);

describe('money', () => {
  test('two thirds of 100,000 yuan are 66,666.67, and the rest is 33,333.33 (V19)', () => {
    const parts = split(fen(10_000_000), thirds);
    expect(yuan(parts['home']!)).toBe('66,666.67');
    expect(yuan(parts['away']!)).toBe('33,333.33');
  });

  test('4,567.89 yuan part into 3,045.26 and 1,522.63 (V19)', () => {
    const parts = split(fen(456_789), thirds);
    expect([yuan(parts['home']!), yuan(parts['away']!)]).toEqual(['3,045.26', '1,522.63']);
  });

  test('a portion is cut off, never rounded up, so that splitting a bill earns nothing (V4)', () => {
    expect(portion(fen(99), { of: 1, in: 2 })).toBe(49);
    expect(portion(fen(1), { of: 99, in: 100 })).toBe(0);
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: 0, max: 100 }), (a, b, percent) => {
        const ratio = { of: percent, in: 100 };
        expect(portion(a, ratio) + portion(b, ratio)).toBeLessThanOrEqual(portion(fen(a + b), ratio));
      }),
    );
  });

  test('the parts of a split sum to the whole and are never a fen away from the exact share', () => {
    const shares = fc
      .array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 8 })
      .filter((parts) => parts.some((part) => part > 0));
    fc.assert(
      fc.property(whole, shares, (amount, weights) => {
        const total = weights.reduce((all, weight) => all + weight, 0);
        const ratios = Object.fromEntries(weights.map((of, at) => [`p${at}`, { of, in: total }]));
        const parts = split(amount, ratios);
        expect(sum(Object.values(parts))).toBe(amount);
        weights.forEach((of, at) => {
          const off = BigInt(parts[`p${at}`]!) * BigInt(total) - BigInt(amount) * BigInt(of);
          expect(off < BigInt(total) && off > -BigInt(total)).toBe(true);
        });
      }),
    );
  });

  test('equal remainders go to the smaller name, in whatever order the shares were written', () => {
    const third = { of: 1, in: 3 };
    expect(split(fen(100), { '33': third, '31': third, '32': third })).toEqual({ '31': 34, '32': 33, '33': 33 });
    expect(split(fen(101), { '34': third, '32': third, '31': third })).toEqual({ '31': 34, '32': 34, '34': 33 });
  });

  test('the largest remainder comes before the smaller name', () => {
    expect(split(fen(1), { a: { of: 1, in: 3 }, b: { of: 2, in: 3 } })).toEqual({ a: 0, b: 1 });
  });

  test('shares that do not sum to one are refused, and so are a negative whole and a broken ratio', () => {
    expect(() => split(fen(1), { a: { of: 1, in: 2 }, b: { of: 1, in: 3 } })).toThrow(/sum to one/);
    expect(() => split(fen(-1), { a: { of: 1, in: 1 } })).toThrow(/not negative/);
    expect(() => portion(fen(-1), { of: 1, in: 1 })).toThrow(/not negative/);
    for (const ratio of [
      { of: 1, in: 0 },
      { of: -1, in: 2 },
      { of: 0.5, in: 1 },
    ])
      expect(() => portion(fen(1), ratio)).toThrow(/ratio/);
  });

  test('an amount is a whole number of fen, and a sum that leaves the exact range is refused', () => {
    for (const amount of [0.5, NaN, Infinity, 2 ** 53]) expect(() => fen(amount)).toThrow(RangeError);
    expect(Object.is(fen(-0), 0)).toBe(true);
    const most = fen(Number.MAX_SAFE_INTEGER);
    expect(() => sum([most, fen(1)])).toThrow(RangeError);
    expect(sum([most, fen(2), fen(-2)])).toBe(most);
  });

  test('yuan are written with two decimals and groups of three', () => {
    expect([0, 5, 100, 333_333, -1, -123_456_789].map((amount) => yuan(fen(amount)))).toEqual([
      '0.00',
      '0.05',
      '1.00',
      '3,333.33',
      '-0.01',
      '-1,234,567.89',
    ]);
  });
});
