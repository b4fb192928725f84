/** Entries of a clearing batch (a pair within a window): where two sides part, how they mend it, who confirms and pays it. */
import { Type } from '@sinclair/typebox';
import { CodeWord, Fen, Hash, Province, federal, oneOf } from './schema.js';

/** At most this many stretches in one statement of sums: their hashes stay far below the limit of a payload. */
export const STRETCHES_MAX = 256;
/** At most this many lines in one statement of lines. */
export const LISTED_MAX = 500;

/** A line: its order, or its order with the number of a clawback. No order id holds a `~`. */
export const LineName = Type.String({ pattern: '^[A-Za-z0-9._-]{1,80}(~[0-9]{1,3})?$' });
/** Where a line is counted (libs/contexts/voucher, `lineKey`): which home, whether late, its position; with its name that is its key. */
const LinePlace = Type.String({ pattern: '^[01][01][a-p][0-9]{1,16}$' });
const LineKey = Type.String({ pattern: '^[01][01][a-p][0-9]{1,16}:[A-Za-z0-9._-]{1,80}(~[0-9]{1,3})?$' });
/** Lines behind this key and up to that one, by code units; null where the stretch is open. */
const bounds = { after: Type.Union([LineKey, Type.Null()]), until: Type.Union([LineKey, Type.Null()]) };
const batch = {
  window: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  /** Ordered pair of provinces, payer first: `32-31`. */
  pair: Type.String({ pattern: '^3[1-4]-3[1-4]$' }),
};
const named = { ...batch, lineId: LineName, home: Province };
const FenOrNone = Type.Union([Fen, Type.Null()]);

const B = { window: 1, pair: '32-31' };
const L = { ...B, lineId: 'b2f0c1', home: '32' } as const;
const hash = 'a'.repeat(64);

export const batches = {
  /** Sums over stretches of the lines that a side counted: the other side finds the first stretch that differs from its own. */
  LinesSummed: federal(
    Type.Object({
      ...batch,
      ...bounds,
      stretches: Type.Array(
        Type.Object({ until: bounds.until, count: Type.Integer({ minimum: 0 }), sumFen: Fen, mark: Type.String({ maxLength: 16 }) }),
        { minItems: 1, maxItems: STRETCHES_MAX },
      ),
    }),
    { ...B, after: null, until: null, stretches: [{ until: null, count: 1, sumFen: 3_750_000, mark: '0123456789abcdef' }] },
  ),
  /** Every line of a stretch that differs, as this side counted it. */
  LinesListed: federal(
    Type.Object({
      ...batch,
      ...bounds,
      lines: Type.Array(Type.Object({ position: LinePlace, lineId: LineName, home: Province, amountFen: Fen }), { maxItems: LISTED_MAX }),
    }),
    { ...B, after: null, until: null, lines: [{ position: '01b41', lineId: 'b2f0c1', home: '32', amountFen: 3_750_000 }] },
  ),
  /** V22: the first line that differs, and the others of its stretch; `null` where a side did not count it. */
  DifferenceNamed: federal(
    Type.Object({
      ...named,
      with: Province,
      mineFen: FenOrNone,
      theirFen: FenOrNone,
      others: Type.Array(Type.Object({ lineId: LineName, home: Province, mineFen: FenOrNone, theirFen: FenOrNone }), { maxItems: 100 }),
    }),
    { ...L, with: '31', mineFen: 3_750_000, theirFen: null, others: [] },
  ),
  RepairProposed: federal(Type.Object({ ...named, act: oneOf('move', 'compensate'), amountFen: Fen }), {
    ...L,
    act: 'move',
    amountFen: 3_750_000,
  }),
  RepairRefused: federal(Type.Object({ ...named, reason: CodeWord }), { ...L, reason: 'counted' }),
  /** The other side agreed: the line leaves this batch for the first window that covers both statements. */
  LineMoved: federal(Type.Object({ ...named, amountFen: Fen }), { ...L, amountFen: 3_750_000 }),
  /** The same, with an amount that both agree on in place of the one that was stated. */
  LineCompensated: federal(Type.Object({ ...named, amountFen: Fen }), { ...L, amountFen: 3_700_000 }),
  /** One side takes a line out before it confirms; the line comes back in the next batch, the rest goes on. */
  LineDisputed: federal(Type.Object({ ...named, reason: CodeWord }), { ...L, reason: 'not-delivered' }),
  BatchConfirmed: federal(Type.Object({ ...batch, digest: Hash, count: Type.Integer({ minimum: 0 }), sumFen: Fen }), {
    ...B,
    digest: hash,
    count: 1,
    sumFen: 3_750_000,
  }),
  BatchInstructed: federal(Type.Object({ ...batch, digest: Hash, amountFen: Fen }), { ...B, digest: hash, amountFen: 3_750_000 }),
  BatchPaid: federal(Type.Object({ ...batch, amountFen: Fen, receiptHash: Hash }), { ...B, amountFen: 3_750_000, receiptHash: hash }),
  BatchReconciled: federal(Type.Object({ ...batch, amountFen: Fen, receiptHash: Hash }), { ...B, amountFen: 3_750_000, receiptHash: hash }),
};
