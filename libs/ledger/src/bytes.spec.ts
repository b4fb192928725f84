/** Bytes and their texts, beside what Node writes. */
import fc from 'fast-check';
import { base64, concat, equal, fromBase64, fromHex, hex, isHexOf, room, text, utf8 } from './bytes.js';

const small = fc.uint8Array({ maxLength: 100 });

describe('bytes', () => {
  test('are written in hex and base64 as everybody writes them, and read back', () => {
    fc.assert(
      fc.property(small, (bytes) => {
        expect(hex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
        expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromHex(hex(bytes))).toEqual(bytes);
        expect(fromBase64(base64(bytes))).toEqual(bytes);
      }),
    );
  });

  test('are compared with a hex text digit by digit, lower case only', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(isHexOf(hex(a), a)).toBe(true);
        expect(isHexOf(hex(a), b)).toBe(equal(a, b));
        expect(isHexOf(hex(a).toUpperCase(), a)).toBe(!/[a-f]/.test(hex(a)));
      }),
    );
  });

  test('of a text are UTF-8, however long it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 300 }), (part, times) => {
        const whole = part.repeat(times);
        expect(Buffer.from(utf8(whole)).toString('utf8')).toBe(whole);
        expect(text(utf8(whole))).toBe(whole);
      }),
    );
  });

  test('that are made one after the other share nothing', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 400 }), (parts) => {
        const made = parts.flatMap((part) => [concat(part), utf8(hex(part)), room(part.length)]);
        parts.forEach((part, at) => {
          expect(hex(made[3 * at]!)).toBe(hex(part));
          expect(text(made[3 * at + 1]!)).toBe(hex(part));
          expect(made[3 * at + 2]!.every((byte) => byte === 0)).toBe(true);
          made[3 * at + 2]!.fill(0xff);
        });
      }),
    );
  });
});
