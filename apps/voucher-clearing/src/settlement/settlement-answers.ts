/** What reads of settlement answer: each field with what it means and its unit. */
import { NULLABLE, OPTIONAL, shownRow, type ShownField } from '@yrd/platform';
import { BATCH_STATES, PAIRS, PHASES, type PaymentRow } from '@yrd/voucher';
import { LineListed } from '../list-rows.js';
import { OF_PROVINCE, ratio } from '../answer-fields.js';

const window = ['清算窗口序号', 'number of the window', 'whole'] as const;
const pair = ['省际对（付款省-收款省）', 'pair, payer first', 'text', { enum: PAIRS }] as const;
const count = ['行数', 'lines', 'whole', NULLABLE] as const;
const sumFen = ['合计（分）', 'sum, fen', 'whole', NULLABLE] as const;
const digest = ['摘要', 'digest that both sides attest', 'text', NULLABLE] as const;
const amountFen = ['金额（分）', 'amount, fen', 'whole'] as const;
const receiptHash = ['回单 SHA-256', 'SHA-256 of the receipt'] as const;

export const PaymentListed = shownRow<PaymentRow & { readonly id: string }>('PaymentListed', {
  id: ['编号', 'id'],
  reference: ['付款参考号', 'end-to-end reference at the bank'],
  order: ['订单编号', 'id of the order'],
  province: ['付款省', 'paying province', 'text', OF_PROVINCE],
  attempt: ['第几次指令', 'which attempt', 'whole'],
  payee: ['收款方：主体编号或省.机构编号', 'payee: a subject, or province.agency'],
  window: ['清算窗口；0 为省内订单', 'settlement window; 0 within the province', 'whole'],
  day: ['指令日期', 'day of the instruction'],
  instructedMs: ['指令时间', 'when it was instructed', 'time'],
  amountFen,
  state: ['状态', 'state', 'text', { enum: ['instructed', 'paid', 'returned'] }],
  receiptHash: [...receiptHash, 'text', NULLABLE],
  reason: ['退回原因代码', 'code of why it came back', 'text', NULLABLE],
  half: ['付款半年', 'half-year in which it was paid', 'text', NULLABLE],
});

const MismatchShown = shownRow('ReceiptMismatch', {
  endToEndId: ['付款参考号', 'end-to-end reference of the receipt'],
  why: ['不符原因代码', 'code of what does not fit'],
  seen: ['回单所载', 'what the receipt says, in both languages', 'map', { ...NULLABLE, each: 'text' }],
  needed: ['应为', 'what was expected, in both languages', 'map', { ...NULLABLE, each: 'text' }],
});
export const ReceiptsTaken = shownRow('ReceiptsTaken', {
  receiptHash,
  receipts: ['回单笔数', 'receipts in the file', 'whole'],
  paid: ['已付', 'payments that are confirmed now', 'whole'],
  returned: ['退回', 'payments that came back', 'whole'],
  repeated: ['重复，未变化', 'known already; nothing changed', 'whole'],
  mismatches: ['不符', 'receipts that changed nothing, and why', 'objects', { of: () => MismatchShown }],
});

/** A line within a batch. */
const named = {
  window,
  pair,
  lineId: ['行名', 'order, or a clawback of it'],
  home: ['订单所属省', 'home of the order', 'text', OF_PROVINCE],
} as const satisfies Readonly<Record<string, ShownField>>;
const mineFen = ['本方金额（分）', 'amount by this side, fen; null where it has no such line', 'whole', NULLABLE] as const;
const theirFen = ['对方金额（分）', 'amount by the other side, fen; null where it has no such line', 'whole', NULLABLE] as const;

const OtherDifference = shownRow('OtherDifference', { lineId: named.lineId, home: named.home, mineFen, theirFen });
const DifferenceShown = shownRow('BatchDifference', {
  ...named,
  with: ['对方省', 'the other side', 'text', OF_PROVINCE],
  mineFen,
  theirFen,
  others: ['同段其他差异', 'other lines of the same stretch that differ', 'objects', { of: () => OtherDifference }],
});
const RepairShown = shownRow('RepairProposed', {
  ...named,
  act: ['move 移入后期，compensate 改正金额', 'move to a later window, or compensate', 'text', { enum: ['move', 'compensate'] }],
  amountFen,
});
const LineReason = shownRow('LineReason', { ...named, reason: ['原因代码', 'code of the reason'] });
const LineAmount = shownRow('LineAmount', { ...named, amountFen });
const ConfirmedShown = shownRow('BatchConfirmed', {
  window,
  pair,
  digest: ['摘要', 'digest that was confirmed'],
  count: ['行数', 'lines', 'whole'],
  sumFen: ['合计（分）', 'sum, fen', 'whole'],
});
const InstructedShown = shownRow('BatchInstructed', { window, pair, digest: ['摘要', 'digest that is paid'], amountFen });
const PaidShown = shownRow('BatchPaid', { window, pair, amountFen, receiptHash });

const SideSaid = shownRow('BatchSide', {
  difference: ['首个差异行', 'the first line that differs', 'object', { ...NULLABLE, of: () => DifferenceShown }],
  proposed: ['所提修复', 'repairs proposed', 'objects', { of: () => RepairShown }],
  refused: ['所拒修复', 'repairs refused', 'objects', { of: () => LineReason }],
  moved: ['已移出的行', 'lines moved out', 'objects', { of: () => LineAmount }],
  compensated: ['已改正的行', 'lines compensated', 'objects', { of: () => LineAmount }],
  disputed: ['有异议的行', 'lines disputed', 'objects', { of: () => LineReason }],
  confirmed: ['确认', 'its confirmation', 'object', { ...NULLABLE, of: () => ConfirmedShown }],
  instructed: ['付款指令', 'its payment instruction', 'object', { ...NULLABLE, of: () => InstructedShown }],
  paid: ['付款', 'its payment', 'object', { ...NULLABLE, of: () => PaidShown }],
  reconciled: ['对账', 'its reconciliation', 'object', { ...NULLABLE, of: () => PaidShown }],
});

const batch = {
  id: ['批次编号', 'id of the batch'],
  number: ['批次号', 'number for people; null while it is open', 'text', NULLABLE],
  window,
  pair,
  payer: ['付款省', 'paying province', 'text', OF_PROVINCE],
  payee: ['收款省', 'receiving province', 'text', OF_PROVINCE],
  state: ['状态', 'state', 'text', { enum: BATCH_STATES }],
  count,
  sumFen,
  digest,
  confirmedBy: ['已确认的省', 'provinces that confirmed what stands now', 'words'],
} as const satisfies Readonly<Record<string, ShownField>>;

const BatchInList = shownRow('BatchInList', batch);
export const BatchesShown = shownRow('Batches', {
  window,
  items: ['十二个省际对', 'the twelve ordered pairs', 'objects', { of: () => BatchInList }],
});
export const BatchShown = shownRow('Batch', {
  ...batch,
  said: ['双方陈述', 'province → what it said', 'map', { of: () => SideSaid }],
  lines: ['行，最多 500', 'lines, 500 at most', 'objects', { of: () => LineListed }],
});

const TotalsShown = shownRow('PairTotals', {
  count: ['行数', 'lines', 'whole'],
  sumFen: ['合计（分）', 'sum, fen', 'whole'],
  digest: ['摘要', 'digest'],
});
const AwaitedShown = shownRow('AwaitedSide', {
  province: ['被等待的省', 'province that is waited for', 'text', OF_PROVINCE],
  what: ['等待什么', 'what it has still to do', 'text', { enum: ['close', 'close-before', 'attest'] }],
});
const PartingShown = shownRow('Parting', {
  firstMark: ['首个不同标记的序号', 'the first mark that differs', 'whole'],
  detail: ['说明', 'where the two sides part, in words'],
});
const PairExplained = shownRow('PairExplained', {
  pair,
  state: ['状态', 'state', 'text', { enum: ['settled', 'diverged', 'waits'] }],
  waitsFor: ['等待', 'who is waited for', 'objects', { of: () => AwaitedShown }],
  attested: ['各省陈述', 'province → what it attests', 'map', { of: () => TotalsShown }],
  parting: ['分歧处', 'where the two sides part', 'object', { ...NULLABLE, of: () => PartingShown }],
  dissenting: ['有异议的旁证省', 'witnesses that attest otherwise', 'words'],
});
const SideShown = shownRow('LineSide', {
  province: ['省', 'province', 'text', OF_PROVINCE],
  neededSize: ['所需账本位置', 'size its journal must be cut at', 'whole'],
  window: ['首个涵盖的窗口', 'first window whose cut covers it', 'whole', NULLABLE],
  cutSize: ['该窗口的截点', 'size of that cut', 'whole', NULLABLE],
});
const MovedFrom = shownRow('MovedFrom', {
  window,
  by: ['由哪些省移出', 'provinces that said so', 'words'],
});
const LineExplained = shownRow('LineExplained', {
  order: ['行名', 'order, or a clawback of it'],
  pair,
  home: ['订单所属省', 'home of the order', 'text', OF_PROVINCE],
  amountFen,
  sides: ['双方账本位置', 'what each side’s journal needs', 'objects', { of: () => SideShown }],
  window: ['所属窗口', 'window it belongs to; null while a side waits', 'whole', NULLABLE],
  settledIn: ['清算窗口', 'window that settled it', 'whole', NULLABLE],
  movedFrom: ['被移出的窗口', 'windows it was moved out of', 'objects', { of: () => MovedFrom }],
});
const Lineless = shownRow('LinelessOrder', {
  state: ['状态', 'state', 'text', { enum: PHASES }],
  held: ['是否暂缓', 'whether it is held', 'yesno'],
  province: ['企业所在省', 'province of the enterprise', 'text', OF_PROVINCE],
  agencyProvince: ['机构所在省', 'province of the agency', 'text', OF_PROVINCE],
  deadlineMs: ['时限', 'when the present state ends by itself', 'time', NULLABLE],
});
export const ExplanationShown = shownRow('Explanation', {
  window,
  pairs: ['各省际对', 'pairs', 'objects', { of: () => PairExplained }],
  line: ['所问的行', 'the line asked about', 'object', { ...NULLABLE, ...OPTIONAL, of: () => LineExplained }],
  order: ['尚无行的订单', 'the order, where it has no line so far', 'object', { ...NULLABLE, ...OPTIONAL, of: () => Lineless }],
});

export const AuditSampleShown = shownRow('AuditSample', {
  half: ['半年', 'half-year'],
  seed: ['抽查种子', 'seed, 64 hex digits'],
  drawn: ['已抽取', 'whether the sample is drawn', 'yesno'],
  share: ratio('抽取比例', 'share that is drawn', OPTIONAL),
  count: ['总体订单数', 'orders it was drawn from', 'whole', OPTIONAL],
  population: ['总体摘要', 'digest over all of them', 'text', OPTIONAL],
  sample: ['抽中订单，按签序', 'orders drawn, in the order of their lots', 'words', OPTIONAL],
  orders: ['总体订单', 'all orders it was drawn from', 'words', OPTIONAL],
});
