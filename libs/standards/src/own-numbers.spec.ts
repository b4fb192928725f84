// The platform's own numbers: composed, read back, and guarded by their check character.
import fc from 'fast-check';
import {
  PROVINCE_CODES, batchNumber, composeBatchNumber, composeExpertNumber, composeOrderNumber, expertNumber, orderNumber,
} from './index.js';

const province = fc.constantFrom(...PROVINCE_CODES);
const year = fc.integer({ min: 2000, max: 9999 });
const sequence = fc.integer({ min: 1, max: 99_999_999 });

describe('own numbers', () => {
  it('are printed as the design prints them', () => {
    expect(composeOrderNumber({ province: '31', year: 2026, sequence: 1 })).toBe('CXQ-31-2026-00000001-7');
    expect(composeBatchNumber({ provinces: ['31', '32'], year: 2026, month: 7 })).toBe('QS-3132-202607-0');
    expect(composeExpertNumber({ province: '33', sequence: 1 })).toBe('ZJ-33-00000001-0');
  });

  it('say the parts that they were composed of', () => {
    fc.assert(fc.property(fc.record({ province, year, sequence }), (parts) => {
      expect(orderNumber.parse(composeOrderNumber(parts))).toMatchObject({ ok: true, parts });
      expect(expertNumber.parse(composeExpertNumber(parts))).toMatchObject({ ok: true, parts: { province: parts.province } });
    }));
    fc.assert(fc.property(fc.record({ provinces: fc.tuple(province, province), year, month: fc.integer({ min: 1, max: 12 }) }), (parts) => {
      expect(batchNumber.parse(composeBatchNumber(parts))).toMatchObject({ ok: true, parts });
    }));
  });

  it('any other digit in any place is refused', () => {
    const text = 'CXQ-31-2026-00000001-7';
    const wrong = [...text].flatMap((right, index) => /[0-9X]/.test(right) && index > 2
      ? [...'0123456789X'].filter((other) => other !== right).map((other) => text.slice(0, index) + other + text.slice(index + 1)) : []);
    expect(wrong).toHaveLength(150);
    expect(wrong.filter((number) => orderNumber.parse(number).ok)).toEqual([]);
  });

  it('a province that runs no node has none', () => {
    expect(orderNumber.parse('CXQ-11-2026-00000001-6')).toMatchObject({ ok: false, reason: 'unknown-region' });
    expect(batchNumber.parse('QS-3135-202607-1')).toMatchObject({ ok: false, reason: 'unknown-region' });
    expect(expertNumber.parse('ZJ-35-00000001-X')).toMatchObject({ ok: false, reason: 'unknown-region' });
  });

  it.each([0, -1, 1.5, 100_000_000, Number.NaN])('cannot be composed with the sequence %s', (wrong) => {
    expect(() => composeOrderNumber({ province: '31', year: 2026, sequence: wrong })).toThrow(RangeError);
  });
});
