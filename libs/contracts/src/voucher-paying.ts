/** Entries on the way to money: publicity ends, a line is settled, the payment is instructed and confirmed, the quota follows. */
import { Type } from '@sinclair/typebox';
import { CodeWord, Fen, Hash, Id, Ms, Province, federal } from './schema.js';
import { Line } from './voucher-line.js';

const order = { order: Id };
const O = { order: 'b2f0c1' };
const hash = 'a'.repeat(64);

/** Whose year's budget pays, and whether the quota is an earlier year's (A5). */
const budget = { budgetYear: Type.Optional(Type.Integer()), carriedOver: Type.Optional(Type.Boolean()) };

/** Which instruction it is: 1, or one more after each payment that came back (A10). */
const attempt = { attempt: Type.Optional(Type.Integer({ minimum: 1 })) };
/** The order's number, who is paid (a subject here, or `31.a1`), and the window that its line was settled in; 0 within a province. */
const instructed = { number: Type.Optional(Type.String()), payTo: Type.Optional(Id), window: Type.Optional(Type.Integer({ minimum: 0 })) };

export const paying = {
  PublicityEnded: federal(Type.Object({ ...order, subsidyFen: Fen, line: Type.Optional(Line) }), {
    ...O,
    subsidyFen: 3_750_000,
    line: { payer: '32', payee: '31', amountFen: 3_750_000, foreign: '31/voucher', foreignSize: 40 },
  }),
  /** `clawback`: which one's line it is; absent for the line of the order itself. */
  LineSettled: federal(
    Type.Object({
      ...order,
      window: Type.Integer({ minimum: 1 }),
      pair: Type.String(),
      clawback: Type.Optional(Type.Integer({ minimum: 1 })),
    }),
    {
      ...O,
      window: 1,
      pair: '32-31',
    },
  ),
  /** A line that was moved or disputed out of its window before its payment was instructed waits for the next one. */
  LineUnsettled: federal(
    Type.Object({
      ...order,
      window: Type.Integer({ minimum: 1 }),
      pair: Type.String(),
      clawback: Type.Optional(Type.Integer({ minimum: 1 })),
    }),
    { ...O, window: 1, pair: '32-31' },
  ),
  /** Entries without `attempt` are older and the first; without `payTo` they stand in no payment file. */
  PaymentInstructed: federal(Type.Object({ ...order, amountFen: Fen, ...attempt, ...instructed, ...budget }), {
    ...O,
    amountFen: 3_750_000,
  }),
  RedemptionSettled: federal(Type.Object({ ...order, paidFen: Fen, receiptHash: Hash, ...attempt, ...budget }), {
    ...O,
    paidFen: 3_750_000,
    receiptHash: hash,
  }),
  /** A firm moved to another province, where it is `toSubject` (A6): its use of the year. `token`: a hash that both homes can make. */
  QuotaUseStated: federal(
    Type.Object({ subject: Id, scheme: Id, year: Type.Integer(), toProvince: Province, toSubject: Id, token: Hash, usedFen: Fen }),
    { subject: 's1', scheme: 'cxq', year: 2026, toProvince: '31', toSubject: 's7', token: hash, usedFen: 4_000_000 },
  ),
  /** The new home knows no such subject, or another one; `source` is the subject at its old home. */
  QuotaUseRefused: federal(Type.Object({ subject: Id, scheme: Id, year: Type.Integer(), source: Id, code: CodeWord }), {
    ...{ subject: 's7', scheme: 'cxq', year: 2026, source: '32.s1', code: 'E-NOTFOUND' },
  }),
  QuotaReserved: federal(Type.Object({ ...order, amountFen: Fen, expiresMs: Ms }), { ...O, amountFen: 4_000_000, expiresMs: 9 }),
  QuotaReleased: federal(Type.Object({ ...order, amountFen: Fen }), { ...O, amountFen: 250_000 }),
  QuotaConsumed: federal(Type.Object({ ...order, amountFen: Fen }), { ...O, amountFen: 3_750_000 }),
};
