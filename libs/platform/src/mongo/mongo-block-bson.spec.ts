/** A block's document read from its bytes, beside what the driver writes. */
import fc from 'fast-check';
import mongoose from 'mongoose';
import type { StoredBlock } from '@yrd/ledger';
import { blockFromBson } from './mongo-block-bson.js';
import { toDocument } from './mongo-blocks.js';

const { BSON } = mongoose.mongo;

const index = fc.oneof(fc.nat(), fc.integer({ min: 2 ** 31, max: Number.MAX_SAFE_INTEGER }));
const text = fc.string({ unit: 'grapheme' });
const commit = fc.record({
  first: index,
  count: fc.integer({ min: 1, max: 1_000 }),
  streams: fc.array(text, { maxLength: 4 }),
  versions: fc.array(index, { maxLength: 4 }),
  command: text,
  body: text,
  bytes: fc.uint8Array({ maxLength: 300 }),
});
const block: fc.Arbitrary<StoredBlock> = fc.record(
  {
    first: index,
    count: fc.integer({ min: 1, max: 1_000 }),
    root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    epoch: fc.nat(),
    at: index,
    commits: fc.array(commit, { maxLength: 4 }),
    note: text,
  },
  { requiredKeys: ['first', 'count', 'root', 'epoch', 'at', 'commits'] },
);

describe("a block's document", () => {
  test('is read to the block that was written, wherever it lies in the answer of the server', () => {
    fc.assert(
      fc.property(block, fc.nat({ max: 9 }), (written, before) => {
        const document = BSON.serialize(toDocument(written), { ignoreUndefined: true });
        const answer = new Uint8Array(before + document.length + 5).fill(0x5a);
        answer.set(document, before);
        expect(blockFromBson(answer.subarray(before, before + document.length))).toEqual(written);
      }),
    );
  });

  test('numbers that another tool wrote as 64-bit integers are the same numbers', () => {
    const { Long } = mongoose.mongo;
    const written = { _id: Long.fromNumber(2 ** 40), n: 1, root: Buffer.alloc(32), epoch: Long.fromNumber(3), at: 0, commits: [] };
    expect(blockFromBson(BSON.serialize(written))).toMatchObject({ first: 2 ** 40, epoch: 3 });
  });

  test('a field of a kind that no block has is damage, and is called so', () => {
    const damaged = BSON.serialize({ _id: 0, n: 1, pattern: /x/ });
    expect(() => blockFromBson(damaged)).toThrow('restore the journal from a peer');
  });

  test('damaged in any byte it is read as something or refused, and never read for ever', () => {
    fc.assert(
      fc.property(block, fc.nat(), fc.nat({ max: 255 }), (written, at, byte) => {
        const document = BSON.serialize(toDocument(written), { ignoreUndefined: true });
        document[at % document.length] = byte;
        try {
          blockFromBson(document);
        } catch (error) {
          expect(error === null ? '' : (error as Error).name).toMatch(/^(RangeError|TypeError)$/);
        }
      }),
      { numRuns: 300 },
    );
  });
});
