/** Entries after approval went wrong or money went back: refunds and clawbacks (V23, V24), red letters (A8), returned payments (A10). */
import { Type } from '@sinclair/typebox';
import { CodeWord, Fen, FenByProvince, Hash, Id, Ms, Province, federal, oneOf } from './schema.js';
import { Line } from './voucher-line.js';

const order = { order: Id };
const O = { order: 'b2f0c1' };
const hash = 'a'.repeat(64);
const I = { invoice: hash };
/** 1 for the first clawback of an order, then one more for each. */
const clawback = { clawback: Type.Integer({ minimum: 1, maximum: 999 }) };

export const afterwards = {
  /** A red-letter invoice (红字发票) takes a part of an invoice back; `red` is the keyed hash of its own number. */
  InvoiceRedLettered: federal(Type.Object({ invoice: Hash, red: Hash, redFen: Fen, leftFen: Fen }), {
    ...I,
    red: 'b'.repeat(64),
    redFen: 2_500_000,
    leftFen: 5_000_000,
  }),
  /** What the invoice still supports of an order's claim. */
  InvoiceClaimReduced: federal(Type.Object({ invoice: Hash, ...order, home: Province, claimFen: Fen }), {
    ...I,
    ...O,
    home: '32',
    claimFen: 5_000_000,
  }),
  /** The order's home took that up; before publicity has ended the redemption is reviewed anew. */
  ClaimReduced: federal(Type.Object({ ...order, invoiceKey: Hash, claimFen: Fen }), { ...O, invoiceKey: hash, claimFen: 5_000_000 }),
  /** The bank gave a payment back: the order is payable again. `settled`: it had been confirmed before. */
  PaymentReturned: federal(
    Type.Object({
      ...order,
      amountFen: Fen,
      reason: CodeWord,
      receiptHash: Hash,
      settled: Type.Boolean(),
      attempt: Type.Optional(Type.Integer({ minimum: 1 })),
      alarmMs: Type.Optional(Ms),
    }),
    {
      ...O,
      amountFen: 3_750_000,
      reason: 'AC04',
      receiptHash: hash,
      settled: true,
    },
  ),
  /** V18: approved and still not paid; both provinces see it, and whose move it is. */
  UnpaidAlarmRaised: federal(
    Type.Object({ ...order, agencyProvince: Province, phase: CodeWord, alarmMs: Ms, subsidyFen: Fen, lineSettled: Type.Boolean() }),
    { ...O, agencyProvince: '31', phase: 'Payable', alarmMs: 9, subsidyFen: 3_750_000, lineSettled: false },
  ),
  QuotaConsumptionReversed: federal(Type.Object({ ...order, amountFen: Fen }), { ...O, amountFen: 3_750_000 }),
  /** `payers`: what each province gets back. `line`: the debt between two provinces that follows, payer and payee the other way round. */
  ClawbackOrdered: federal(
    Type.Object({
      ...order,
      ...clawback,
      cause: oneOf('refund', 'red-letter', 'fraud'),
      baseFen: Fen,
      subsidyFen: Fen,
      amountFen: Fen,
      payers: FenByProvince,
      line: Type.Optional(Line),
    }),
    {
      ...O,
      clawback: 1,
      cause: 'red-letter',
      baseFen: 5_000_000,
      subsidyFen: 2_500_000,
      amountFen: 1_250_000,
      payers: { 31: 416_667, 32: 833_333 },
      line: { payer: '31', payee: '32', amountFen: 833_333, foreign: '31/voucher', foreignSize: 60 },
    },
  ),
  ClawbackRecovered: federal(Type.Object({ ...order, ...clawback, amountFen: Fen, receiptHash: Hash }), {
    ...O,
    clawback: 1,
    amountFen: 1_250_000,
    receiptHash: hash,
  }),
  QuotaRestored: federal(Type.Object({ ...order, amountFen: Fen }), { ...O, amountFen: 1_250_000 }),
};
