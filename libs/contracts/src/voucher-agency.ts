/** Entries of the agency's side: admission, listing, recognition, its statements about orders, its invoices. */
import { Type } from '@sinclair/typebox';
import { CodeWord, Facts, Fen, Hash, Id, Ms, Province, Ratio, Text, federal, open } from './schema.js';
import { Declaration, FileKind, Mode } from './voucher-pack.js';

const classes = Type.Array(Type.String({ maxLength: 40 }), { maxItems: 200 });
const agency = { agency: Id };
const A = { agency: 'a1' };
const hash = 'a'.repeat(64);

export const agencies = {
  AgencyAdmitted: open(Type.Object({ ...agency, organisation: Id, name: Text, uscc: Type.String(), classes }), {
    ...A,
    organisation: 'org-a1',
    name: 'Invented Testing Institute',
    uscc: '91310000MAXXXX0150',
    classes: ['5', '11'],
  }),
  /** `reinstates`: a timer ends it after `untilMs`. `fraud`: what was settled is looked at again too. */
  AgencySuspended: open(
    Type.Object({
      ...agency,
      reason: CodeWord,
      untilMs: Type.Optional(Ms),
      reinstates: Type.Optional(Type.Boolean()),
      fraud: Type.Optional(Type.Boolean()),
    }),
    { ...A, reason: 'complaint', untilMs: 9, reinstates: true, fraud: false },
  ),
  AgencyReinstated: open(Type.Object({ ...agency }), A),
  ProductListed: open(Type.Object({ ...agency, product: Id, itemClass: Type.String(), name: Text, priceFen: Fen }), {
    ...A,
    product: 'p1',
    itemClass: '5',
    name: 'Composition analysis',
    priceFen: 8_000_000,
  }),
  PriceRevised: open(Type.Object({ ...agency, product: Id, priceFen: Fen, fromMs: Ms }), {
    ...A,
    product: 'p1',
    priceFen: 9_000_000,
    fromMs: 7,
  }),
  ProductDelisted: open(Type.Object({ ...agency, product: Id }), { ...A, product: 'p1' }),
  RecognitionGranted: open(Type.Object({ agencyProvince: Province, ...agency, classes }), { agencyProvince: '31', ...A, classes: ['*'] }),
  RecognitionRestricted: open(Type.Object({ agencyProvince: Province, ...agency, classes }), {
    agencyProvince: '31',
    ...A,
    classes: ['5'],
  }),
  RecognitionWithdrawn: open(Type.Object({ agencyProvince: Province, ...agency, reason: CodeWord }), {
    agencyProvince: '31',
    ...A,
    reason: 'review',
  }),
};

const stated = { order: Id, home: Province };
const S = { order: 'b2f0c1', home: '32' as const };

/** Statements about an order; the order's home takes each up with an entry of its own, or refuses it with one. */
export const statements = {
  OrderProposed: federal(
    Type.Object({
      ...stated,
      ...agency,
      subject: Id,
      scheme: Id,
      year: Type.Integer(),
      mode: Mode,
      product: Id,
      amountFen: Fen,
      voucherFen: Type.Optional(Fen),
      declares: Type.Optional(Type.Array(Declaration)),
    }),
    { ...S, ...A, subject: 's1', scheme: 'cxq', year: 2026, mode: 'tongdui', product: 'p1', amountFen: 8_000_000 },
  ),
  AcceptanceStated: federal(Type.Object({ ...stated, ...agency }), { ...S, ...A }),
  DeclineStated: federal(Type.Object({ ...stated, cause: Text }), { ...S, cause: 'capacity' }),
  CancellationStated: federal(Type.Object({ ...stated, cause: Text }), { ...S, cause: 'instrument broken' }),
  ContractSignatureStated: federal(Type.Object({ ...stated, contractHash: Hash, amountFen: Fen, signedMs: Ms, startMs: Ms, endMs: Ms }), {
    ...S,
    contractHash: hash,
    amountFen: 8_000_000,
    signedMs: 1,
    startMs: 1,
    endMs: 9,
  }),
  DeliveryStated: federal(Type.Object({ ...stated, deliverableHash: Hash }), { ...S, deliverableHash: hash }),
  RedemptionRequested: federal(
    Type.Object({
      ...stated,
      invoiceKey: Hash,
      invoiceTail: Type.String({ maxLength: 4 }),
      invoiceFen: Fen,
      claimFen: Fen,
      paidFen: Fen,
      files: Type.Array(Type.Object({ kind: FileKind, hash: Hash }), { maxItems: 20 }),
      otherSupportFen: Type.Optional(Fen),
    }),
    {
      ...S,
      invoiceKey: hash,
      invoiceTail: '0001',
      invoiceFen: 7_500_000,
      claimFen: 7_500_000,
      paidFen: 3_750_000,
      files: [{ kind: 'invoice', hash }],
    },
  ),
  ShareAccepted: federal(Type.Object({ ...stated, amountFen: Fen, share: Ratio, policy: Type.String() }), {
    ...S,
    amountFen: 1_250_000,
    share: { of: 1, in: 3 },
    policy: '31-shuangchuang-2025.1',
  }),
  ShareRefused: federal(Type.Object({ ...stated, amountFen: Fen, code: CodeWord }), { ...S, amountFen: 1_250_000, code: 'E-POOL' }),
};

const invoice = { invoice: Hash };
const I = { invoice: hash };

/** An invoice lives in the journal of the agency that issued it; its number is an HMAC (V15). */
export const invoices = {
  InvoiceRegistered: federal(Type.Object({ ...invoice, ...agency, tail: Type.String({ maxLength: 4 }), amountFen: Fen }), {
    ...I,
    ...A,
    tail: '0001',
    amountFen: 7_500_000,
  }),
  InvoiceClaimed: federal(Type.Object({ ...invoice, ...stated, claimFen: Fen }), { ...I, ...S, claimFen: 7_500_000 }),
  InvoiceClaimRefused: federal(
    Type.Object({ ...invoice, ...stated, code: CodeWord, reference: Type.Union([Id, Type.Null()]), facts: Facts }),
    { ...I, ...S, code: 'E-INVOICE', reference: 'c77a', facts: { seen: { say: 'fen', amountFen: 0 } } },
  ),
  InvoiceClaimReleased: federal(Type.Object({ ...invoice, order: Id }), { ...I, order: 'b2f0c1' }),
};
