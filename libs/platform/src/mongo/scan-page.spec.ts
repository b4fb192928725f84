/** A page of a scan read from its bytes, beside what the driver writes. */
import fc from 'fast-check';
import mongoose from 'mongoose';
import { ScanPage } from './scan-page.js';

const { BSON } = mongoose.mongo;

const scalar = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0)),
  fc.boolean(),
  fc.constant(null),
);
const WIDTH = 12;
const page = fc.record({
  rows: fc.array(fc.array(fc.option(scalar, { nil: undefined }), { minLength: WIDTH, maxLength: WIDTH }), { minLength: 1, maxLength: 9 }),
  by: scalar,
  id: fc.string({ unit: 'grapheme' }),
});

/** As the server makes it: a cell that a row does not have is missing. */
const documentOf = ({ rows, by, id }: { readonly rows: readonly (readonly unknown[])[]; readonly by: unknown; readonly id: string }) =>
  BSON.serialize(
    { _id: null, id, by, count: rows.length, rows: rows.map((row) => Object.fromEntries(row.map((cell, at) => [`${at}`, cell]))) },
    { ignoreUndefined: true },
  );

describe('a page of a scan', () => {
  test('is read to the rows that were written, some at a time, and says where the next one goes on', () => {
    fc.assert(
      fc.property(page, fc.integer({ min: 1, max: 10 }), (written, most) => {
        const read = new ScanPage(documentOf(written), WIDTH);
        const parts = [...read.some(most)];
        expect(parts.flat()).toEqual(written.rows.map((row) => row.map((cell) => cell ?? null)));
        expect(parts.every((rows) => rows.length > 0 && rows.length <= most)).toBe(true);
        expect(read.count).toBe(written.rows.length);
        expect(read.last).toEqual({ value: written.by, id: written.id });
      }),
    );
  });

  test('that ends inside a row is damage, and is called so', () => {
    const document = Buffer.from(documentOf({ rows: [['31-1', 5]], by: 1, id: 'line.31.31-1' }));
    // The text of the first cell claims to be longer than the page.
    document.writeInt32LE(9_999, document.indexOf('31-1\0', document.indexOf('rows')) - 4);
    expect(() => [...new ScanPage(document, 2).some(10)]).toThrow('ends inside a field');
  });

  test('damaged in any byte it is read as something or refused, and never read for ever', () => {
    fc.assert(
      fc.property(page, fc.nat(), fc.nat({ max: 255 }), (written, at, byte) => {
        const document = documentOf(written);
        document[at % document.length] = byte;
        try {
          expect([...new ScanPage(document, WIDTH).some(4)].length).toBeLessThan(document.length);
        } catch (error) {
          expect(error instanceof RangeError || error instanceof TypeError).toBe(true);
        }
      }),
    );
  });
});
