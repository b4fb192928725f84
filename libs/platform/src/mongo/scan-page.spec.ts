/** A page of a scan read from its bytes, beside what the driver writes. */
import fc from 'fast-check';
import mongoose from 'mongoose';
import type { ScanQuery } from '@yrd/ledger';
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
const rowOf = fc.record({
  id: fc.string({ unit: 'grapheme' }),
  cells: fc.array(fc.option(scalar, { nil: undefined }), { minLength: WIDTH, maxLength: WIDTH }),
});
type Row = Readonly<{ id: string; cells: readonly unknown[] }>;
const rowsOf = fc.array(rowOf, { minLength: 1, maxLength: 9 });

const places = Array.from({ length: WIDTH }, (_, at) => `c${at}`);
const query = (cells: readonly string[], field: string): ScanQuery => ({ where: {}, order: { field }, cells });

/** As the server answers: a cell that a row does not have is missing. */
const answered = (rows: readonly Row[], open = 0): Buffer =>
  Buffer.from(
    BSON.serialize(
      {
        firstBatch: rows.map(({ id, cells }) => ({ _id: id, ...Object.fromEntries(cells.map((cell, at) => [`${at}`, cell])) })),
        ...{ id: BSON.Long.fromNumber(open), ns: 'yrd.lines' },
      },
      { ignoreUndefined: true },
    ),
  );

describe('a page of a scan', () => {
  test('is read to the rows that were written, some at a time, and says where the next one goes on', () => {
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 1, max: 10 }), fc.nat({ max: WIDTH - 1 }), (rows, most, by) => {
        const read = new ScanPage(answered(rows), query(places, places[by]!), rows.length);
        const parts = [...read.some(most)];
        expect(parts.flat()).toEqual(rows.map(({ cells }) => cells.map((cell) => cell ?? null)));
        expect(parts.every((some) => some.length > 0 && some.length <= most)).toBe(true);
        expect([read.count, read.more]).toEqual([rows.length, true]);
        expect(read.last).toEqual({ value: rows.at(-1)!.cells[by] ?? null, id: rows.at(-1)!.id });
      }),
    );
  });

  test('knows where it ends by a field that is no cell of it', () => {
    const read = new ScanPage(answered([{ id: 'line.31.31-1', cells: ['31-1', 5, 77] }]), query(['order', 'amountFen'], 'homeSize'), 9);
    expect([...read.some(10)]).toEqual([[['31-1', 5]]]);
    expect([read.last, read.more]).toEqual([{ value: 77, id: 'line.31.31-1' }, false]);
  });

  test('that the server ended before all was in it is followed by another', () => {
    const rows = [{ id: 'r1', cells: ['31-1'] }];
    expect(new ScanPage(answered(rows, 4_711), query(['order'], 'order'), 9).more).toBe(true);
    expect(new ScanPage(answered(rows), query(['order'], 'order'), 9).more).toBe(false);
  });

  test('without rows is the last one', () => {
    const read = new ScanPage(answered([]), query(['order'], 'order'), 9);
    expect([read.count, read.more, [...read.some(10)]]).toEqual([0, false, []]);
  });

  test('that ends inside a row is damage, and is called so', () => {
    const cursor = answered([{ id: 'line.31.31-1', cells: ['31-1', 5] }]);
    // The text of the first cell claims to be longer than the page.
    cursor.writeInt32LE(9_999, cursor.indexOf('31-1\0') - 4);
    expect(() => [...new ScanPage(cursor, query(['a', 'b'], 'a'), 9).some(10)]).toThrow('ends inside a field');
  });

  test('damaged in any byte it is read as something or refused, and never read for ever', () => {
    fc.assert(
      fc.property(rowsOf, fc.nat(), fc.nat({ max: 255 }), (rows, at, byte) => {
        const cursor = answered(rows);
        cursor[at % cursor.length] = byte;
        try {
          const read = new ScanPage(cursor, query(places, 'c0'), 9);
          expect([...read.some(4), read.last].length).toBeLessThan(cursor.length);
        } catch (error) {
          expect(error instanceof RangeError || error instanceof TypeError).toBe(true);
        }
      }),
    );
  });
});
