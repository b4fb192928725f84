/** Entries of an order's home journal (the enterprise's province) that others may read: from placing to settlement. */
import { Type } from '@sinclair/typebox';
import { Awaited, CodeWord, Facts, Fen, FenByProvince, Hash, Id, Ms, Province, Ratio, Size, Text, federal, oneOf, open } from './schema.js';
import { Counted, counting } from './voucher-calendar.js';
import { Declaration, FileKind, Mode, serviceClass } from './voucher-pack.js';

const order = { order: Id };
const O = { order: 'b2f0c1' };
const hash = 'a'.repeat(64);
/** What a refusal saw. */
const seen = { say: 'word', word: 'Closed' };
/** The redemption limit, and whose statement could still meet it (通兑 across a border). */
const redeemable = { redeemByMs: Ms, awaits: Awaited };
/** Of publicity: how long past its end a silent province is waited for, whose people may have objected in time; absent: none is. */
const objecting = { patienceMs: Type.Optional(Ms) };
const files = Type.Array(Type.Object({ kind: FileKind, hash: Hash }), { maxItems: 20 });

/** What an order is about. */
const terms = {
  ...order,
  number: Type.String(),
  scheme: Id,
  year: Type.Integer(),
  policy: Type.String(),
  mode: Mode,
  home: Province,
  subject: Id,
  subjectName: Text,
  subjectUscc: Type.String(),
  agencyProvince: Province,
  agency: Id,
  product: Id,
  ...serviceClass,
  amountFen: Fen,
  reservedFen: Fen,
  placedMs: Ms,
  acceptByMs: Ms,
  ...counting,
  useUntilMs: Ms,
  redeemUntilMs: Ms,
  /** How long past a limit a silent agency's province is waited for. */
  patienceMs: Ms,
  /** Whether the agency proposed it and so accepted it beforehand. */
  proposed: Type.Boolean(),
  /** What the enterprise declared of the work (V10). */
  declares: Type.Optional(Type.Array(Declaration)),
};
const termsExample = {
  ...O,
  number: 'CXQ-32-2026-00000001-X',
  scheme: 'cxq',
  year: 2026,
  policy: '32-cxq-2025.1',
  mode: 'tongdui' as const,
  home: '32' as const,
  subject: 's1',
  subjectName: 'Invented Instruments Co.',
  subjectUscc: '91320000MAXXXX0000',
  agencyProvince: '31' as const,
  agency: 'a1',
  product: 'p1',
  itemClass: '5',
  amountFen: 8_000_000,
  reservedFen: 4_000_000,
  placedMs: 1,
  acceptByMs: 2,
  useUntilMs: 3,
  redeemUntilMs: 4,
  patienceMs: 5,
  proposed: false,
};

/** An order is placed or ended. */
export const placing = {
  OrderPlaced: federal(Type.Object(terms), termsExample),
  /**
   * The pool is exhausted: the order waits in line (V27) with nothing reserved, until `acceptByMs`. When its turn comes it is placed under
   * the same number, by the pack in force then. `voucherFen`: the voucher part that was asked for in so many words.
   */
  OrderQueued: federal(Type.Object({ ...terms, voucherFen: Type.Optional(Fen) }), { ...termsExample, reservedFen: 0 }),
  /** Its turn came and a rule forbids it now: it leaves the line for good. */
  OrderUnqueued: federal(Type.Object({ ...order, code: CodeWord, facts: Facts }), { ...O, code: 'E-AGENCY', facts: { seen } }),
  /** `subject`, `agency`: whose proposal it was, so that both may read why; absent in older entries. */
  ProposalRefused: federal(
    Type.Object({
      ...order,
      subject: Type.Optional(Id),
      agencyProvince: Province,
      agency: Type.Optional(Id),
      code: CodeWord,
      facts: Facts,
    }),
    { ...O, agencyProvince: '31', code: 'E-QUOTA', facts: { seen: { say: 'fen', amountFen: 0 } } },
  ),
  OrderAccepted: federal(Type.Object({ ...order, contractByMs: Ms, ...counting }), { ...O, contractByMs: 5 }),
  AcceptanceRefused: federal(Type.Object({ ...order, code: CodeWord, facts: Facts }), { ...O, code: 'E-STATE', facts: { seen } }),
  OrderDeclined: federal(Type.Object({ ...order, cause: Text }), { ...O, cause: 'capacity' }),
  OrderCancelled: federal(Type.Object({ ...order, by: oneOf('enterprise', 'agency'), cause: Text }), {
    ...O,
    by: 'enterprise',
    cause: 'plan changed',
  }),
  OrderLapsed: federal(
    Type.Object({
      ...order,
      limit: oneOf('accept', 'contract', 'redeem'),
      dueMs: Ms,
      agencyProvince: Province,
      invoiceKey: Type.Optional(Hash),
    }),
    { ...O, limit: 'accept', dueMs: 2, agencyProvince: '31' },
  ),
  /** A limit in working days was counted again because a notice was adopted; `awaits` as in the entry that set the limit. */
  DeadlineRecomputed: federal(
    Type.Object({
      ...order,
      limit: oneOf('accept', 'contract', 'redeem', 'publicity'),
      dueMs: Ms,
      counted: Counted,
      year: Type.Integer(),
      notice: Text,
      awaits: Awaited,
      ...objecting,
    }),
    { ...O, limit: 'accept', dueMs: 2, counted: { fromMs: 1, days: 5, awaits: [] }, year: 2025, notice: '国办发明电〔2024〕12号' },
  ),
};

/** The service is agreed, rendered and accepted. */
export const serving = {
  ContractSignatureTaken: federal(Type.Object({ ...order, contractHash: Hash, amountFen: Fen, signedMs: Ms, startMs: Ms, endMs: Ms }), {
    ...O,
    contractHash: hash,
    amountFen: 8_000_000,
    signedMs: 1,
    startMs: 1,
    endMs: 9,
  }),
  StatementRefused: federal(
    Type.Object({
      ...order,
      statement: oneOf('decline', 'cancellation', 'signature', 'delivery', 'redemption', 'invoice', 'share'),
      code: CodeWord,
      facts: Facts,
    }),
    { ...O, statement: 'delivery', code: 'E-STATE', facts: { seen } },
  ),
  ContractSigned: federal(Type.Object({ ...order, contractHash: Hash, amountFen: Fen, signedMs: Ms, startMs: Ms, endMs: Ms }), {
    ...O,
    contractHash: hash,
    amountFen: 8_000_000,
    signedMs: 1,
    startMs: 1,
    endMs: 9,
  }),
  ServiceDelivered: federal(Type.Object({ ...order, deliverableHash: Hash }), { ...O, deliverableHash: hash }),
  ServiceAccepted: federal(Type.Object({ ...order, ...redeemable }), { ...O, redeemByMs: 9 }),
  DisputeRaised: federal(Type.Object({ ...order, reason: CodeWord }), { ...O, reason: 'incomplete' }),
  DisputeResolved: federal(Type.Object({ ...order, outcome: oneOf('full', 'partial', 'none'), share: Ratio, ...redeemable }), {
    ...O,
    outcome: 'partial',
    share: { of: 3, in: 5 },
    redeemByMs: 9,
  }),
};

const redemption = {
  invoiceKey: Hash,
  invoiceTail: Type.String({ maxLength: 4 }),
  invoiceFen: Fen,
  claimFen: Fen,
  paidFen: Fen,
  files,
  /** Other public support for the same service, as declared (V26). */
  otherSupportFen: Type.Optional(Fen),
};
const redemptionExample = {
  invoiceKey: hash,
  invoiceTail: '0001',
  invoiceFen: 7_500_000,
  claimFen: 7_500_000,
  paidFen: 8_000_000,
  files: [],
};

/** The voucher is redeemed: asked, reviewed, approved, publicised, paid. */
export const redeeming = {
  InvoiceClaimAsked: federal(
    Type.Object({ ...order, agencyProvince: Province, agency: Id, ...redemption, replaces: Type.Optional(Hash) }),
    { ...O, agencyProvince: '31', agency: 'a1', ...redemptionExample },
  ),
  InvoiceClaimFailed: federal(Type.Object({ ...order, code: CodeWord, facts: Facts, redeemByMs: Ms, ...counting }), {
    ...O,
    code: 'E-INVOICE',
    facts: { seen: { say: 'fen', amountFen: 0 }, reference: 'c77a' },
    redeemByMs: 9,
  }),
  RedemptionSubmitted: federal(Type.Object({ ...order, ...redemption, restsOn: Type.Object({ journal: Type.String(), size: Size }) }), {
    ...O,
    ...redemptionExample,
    restsOn: { journal: '31/voucher', size: 40 },
  }),
  RedemptionReturned: federal(Type.Object({ ...order, defects: Type.Array(CodeWord), ...redeemable, ...counting }), {
    ...O,
    defects: ['payment'],
    redeemByMs: 9,
  }),
  RedemptionRefused: federal(Type.Object({ ...order, agencyProvince: Province, invoiceKey: Hash, code: CodeWord }), {
    ...O,
    agencyProvince: '31',
    invoiceKey: hash,
    code: 'E-STATUTORY',
  }),
  RedemptionApproved: federal(
    Type.Object({
      ...order,
      scheme: Id,
      agencyProvince: Province,
      baseFen: Fen,
      ratio: Ratio,
      subsidyFen: Fen,
      payers: FenByProvince,
      /** The part that another province is asked to pay; it counts only after its `ShareAccepted`. */
      asked: Type.Optional(Type.Object({ province: Province, amountFen: Fen, share: Ratio })),
      /** Last moment to pay before an alarm is raised (V18); absent where the pack has no such limit. */
      alarmMs: Type.Optional(Ms),
    }),
    {
      ...O,
      scheme: 'shuangchuang',
      agencyProvince: '31',
      baseFen: 7_500_000,
      ratio: { of: 1, in: 2 },
      subsidyFen: 3_750_000,
      payers: { 31: 1_250_000, 32: 2_500_000 },
      asked: { province: '31', amountFen: 1_250_000, share: { of: 1, in: 3 } },
    },
  ),
  ShareConfirmed: federal(Type.Object({ ...order, province: Province, amountFen: Fen, size: Size }), {
    ...O,
    province: '31',
    amountFen: 1_250_000,
    size: 44,
  }),
  ShareDeclined: federal(Type.Object({ ...order, province: Province, code: CodeWord }), { ...O, province: '31', code: 'E-POOL' }),
  BatchPublicised: open(
    Type.Object({
      ...order,
      batch: Id,
      number: Type.String(),
      subjectName: Text,
      baseFen: Fen,
      subsidyFen: Fen,
      endsMs: Ms,
      ...counting,
      ...objecting,
    }),
    {
      ...O,
      batch: '2026-05',
      number: 'CXQ-32-2026-00000001-X',
      subjectName: 'Invented Instruments Co.',
      baseFen: 7_500_000,
      subsidyFen: 3_750_000,
      endsMs: 9,
    },
  ),
  /** `objection` and its province where it was stated in a journal of its own. */
  ObjectionLodged: federal(
    Type.Object({ ...order, grounds: CodeWord, leftMs: Ms, objection: Type.Optional(Id), from: Type.Optional(Province) }),
    { ...O, grounds: 'related-party', leftMs: 3 },
  ),
  ObjectionUpheld: federal(Type.Object({ ...order }), O),
  ObjectionRejected: federal(Type.Object({ ...order, endsMs: Ms, ...counting, ...objecting }), { ...O, endsMs: 12 }),
};
