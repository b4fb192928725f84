/** The rows that lists of voucher clearing show: what each field is, for the description of the interface and for tables alike. */
import { NULLABLE, OPTIONAL, shownRow, type ShownField } from '@yrd/platform';
import { dueFields } from './due.js';
import { AGENCY_PHASES, ASSESSMENT_PHASES, PHASES, PROVINCES, type LineRow, type OrderRow } from '@yrd/voucher';

const OF_PROVINCE = { enum: PROVINCES } as const;

const id = ['编号', 'id'] as const;
const number = ['订单号', 'number for people'] as const;
const held = ['是否暂缓', 'whether it is held', 'yesno'] as const;
const province = ['企业所在省', 'province of the enterprise', 'text', OF_PROVINCE] as const;
const agencyProvince = ['机构所在省', 'province of the agency', 'text', OF_PROVINCE] as const;
const mode = ['兑付方式', 'tongyong: the enterprise redeems; tongdui: the agency does', 'text', { enum: ['tongyong', 'tongdui'] }] as const;
const phase = ['状态', 'state', 'text', { enum: PHASES }] as const;
const lineSettled = ['省际已清算', 'whether its line between provinces is settled', 'yesno'] as const;
const updatedMs = ['最近更新', 'when it moved last', 'time'] as const;
const deadlineMs = ['时限', 'when the present state ends by itself', 'time', NULLABLE] as const;
const deadlineProvisional = ['时限是否暂定', 'why the limit may still move', 'object', NULLABLE] as const;
const subsidyFen = ['补助（分）', 'subsidy, fen', 'whole', NULLABLE] as const;

/** A row as it is shown over which clocks run. */
type Dated<R> = R & Readonly<Record<keyof typeof dueFields, unknown>>;

export const OrderListed = shownRow<Dated<OrderRow>>('OrderListed', {
  id,
  number,
  state: phase,
  held,
  holds: ['暂缓原因', 'codes of why it is held'],
  province,
  agencyProvince,
  mode,
  scheme: ['方案', 'scheme'],
  policy: ['政策包版本', 'version of the pack that it is counted by'],
  subject: ['用券主体编号', 'id of the subject'],
  subjectName: ['用券主体', 'name of the subject'],
  agency: ['服务机构编号', 'id of the agency'],
  product: ['产品代码', 'code of the product'],
  itemClass: ['服务类别', 'class of the service'],
  amountFen: ['服务费（分）', 'agreed fee, fen', 'whole'],
  reservedFen: ['预留券额（分）', 'voucher amount reserved, fen', 'whole'],
  subsidyFen,
  lineSettled,
  agencySaid: ['机构最近陈述', 'what the agency’s province stated last', 'text', NULLABLE],
  placedMs: ['下单时间', 'when it was placed', 'time'],
  updatedMs,
  deadlineMs,
  deadlineProvisional,
  workingLimitMs: ['工作日时限', 'end of a limit in working days', 'time', NULLABLE],
  ...dueFields,
});

export const RedemptionListed = shownRow('RedemptionListed', {
  id,
  number,
  state: phase,
  held,
  province,
  agencyProvince,
  mode,
  claimFen: ['申请额（分）', 'amount claimed, fen', 'whole'],
  invoiceTail: ['发票尾号', 'last digits of the invoice'],
  baseFen: ['核定基数（分）', 'base of the subsidy, fen', 'whole', NULLABLE],
  subsidyFen,
  payers: ['各省承担（分）', 'province → what it pays, fen', 'object'],
  shareAwaited: ['待对方省确认', 'whether another payer has still to accept', 'yesno'],
  returns: ['退回次数', 'how often it was returned', 'whole'],
  returnPaymentFlagged: ['回款存疑', 'whether a payment back is suspected', 'yesno'],
  unpaidSinceMs: ['逾期未付自', 'since when it is told to be unpaid', 'time', NULLABLE],
  clawedBackFen: ['已决定追回（分）', 'ordered back, fen', 'whole'],
  recoveredFen: ['已追回（分）', 'came back, fen', 'whole'],
  lineSettled,
  updatedMs,
  ...dueFields,
});

export const LineListed = shownRow<LineRow>('LineListed', {
  id,
  kind: ['种类', 'line', 'text', { enum: ['line'] }],
  of: ['订单编号', 'id of the order'],
  order: ['行名', 'what it is counted by: the order, or a clawback of it'],
  clawback: ['追回序号', 'which clawback of the order', 'whole', NULLABLE],
  pair: ['省际对', 'payer and payee'],
  payer: ['付款省', 'paying province', 'text', OF_PROVINCE],
  payee: ['收款省', 'receiving province', 'text', OF_PROVINCE],
  home: ['订单所属省', 'home of the order', 'text', OF_PROVINCE],
  amountFen: ['金额（分）', 'amount, fen', 'whole'],
  homeSize: ['本方账本位置', 'size of the home journal that it rests on', 'whole'],
  foreignSize: ['对方账本位置', 'size of the other journal that it rests on', 'whole'],
  payableMs: ['应付时间', 'since when it is payable', 'time'],
  moves: ['异议与移动', 'disputes and moves of it', 'objects'],
  moved: ['是否移出', 'disputed or moved out of a window', 'yesno'],
  lost: ['是否已无此行', 'its home no longer states it', 'yesno'],
  settledIn: ['清算窗口', 'window that settled it', 'whole', NULLABLE],
});

export const QuotaListed = shownRow('QuotaListed', {
  id,
  subject: ['用券主体编号', 'id of the subject'],
  scheme: ['方案', 'scheme'],
  year: ['年度', 'year', 'whole'],
  state: ['状态', 'state'],
  stage: ['审核环节', 'which review it waits for', 'text', NULLABLE],
  further: ['再次申领', 'state of a further claim'],
  askedFen: ['申请额度（分）', 'asked, fen', 'whole'],
  claims: ['已授予次数', 'claims granted', 'whole'],
  grantedFen: ['授予额度（分）', 'granted, fen', 'whole'],
  reservedFen: ['预留（分）', 'reserved, fen', 'whole'],
  consumedFen: ['已用（分）', 'consumed, fen', 'whole'],
  leftFen: ['剩余（分）', 'left, fen', 'whole'],
  useUntilMs: ['使用期截止', 'to be used until', 'time'],
  redeemUntilMs: ['兑付期截止', 'to be redeemed until', 'time'],
  updatedMs,
  ...dueFields,
});

const classes = ['服务类别', 'classes of service; * is every one', 'words'] as const;
const recognition = Object.fromEntries(
  PROVINCES.flatMap((each): (readonly [string, ShownField])[] => [
    [`recognised${each}`, [`${each} 互认`, `whether ${each} recognises it`, 'text', OPTIONAL]],
    [`classes${each}`, [`${each} 互认类别`, `classes that ${each} recognises`, 'words', OPTIONAL]],
  ]),
);

export const AgencyListed = shownRow('AgencyListed', {
  id,
  province: ['所在省', 'home province', 'text', OF_PROVINCE],
  agency: ['服务机构编号', 'its id at home'],
  name: ['名称', 'name'],
  uscc: ['统一社会信用代码', 'unified social credit code'],
  state: ['状态', 'state', 'text', { enum: AGENCY_PHASES }],
  classes,
  publicUntilMs: ['公示截止', 'end of its publicity', 'time', NULLABLE],
  suspendedFor: ['暂停原因', 'code of why it is suspended', 'text', NULLABLE],
  suspendedUntilMs: ['暂停截止', 'end of its suspension', 'time', NULLABLE],
  excludedUntilMs: ['禁入截止', 'until when it may not come back', 'time', NULLABLE],
  certificateEndsMs: ['最早到期证书', 'when its first certificate ends', 'time', NULLABLE],
  outOfScope: ['超范围记录', 'reports of work out of scope', 'whole'],
  appraisalsMissed: ['缺评年度数', 'years whose appraisal was not made', 'whole'],
  idleSinceMs: ['长期无订单起始', 'since when it has had no order', 'time', NULLABLE],
  ...recognition,
  updatedMs,
  ...dueFields,
});

export const AssessmentListed = shownRow('AssessmentListed', {
  id,
  name: ['名称', 'name'],
  state: ['状态', 'state', 'text', { enum: [...ASSESSMENT_PHASES, ...AGENCY_PHASES] }],
  classes,
  reasons: ['未核实事项', 'what was not confirmed', 'words'],
  assessedMs: ['自评时间', 'when it assessed itself', 'time'],
  updatedMs,
  ...dueFields,
});

export const ProductListed = shownRow('ProductListed', {
  id,
  province: ['机构所在省', 'province of the agency', 'text', OF_PROVINCE],
  agency: ['服务机构编号', 'id of the agency'],
  product: ['产品代码', 'code of the product'],
  name: ['名称', 'name'],
  itemClass: ['服务类别', 'class of the service'],
  commonClass: ['四省共同类别', 'class in the list that four provinces share', 'text', NULLABLE],
  listed: ['是否在架', 'whether it is listed', 'yesno'],
  priceFen: ['公示价格（分）', 'published price, fen', 'whole'],
  priceFromMs: ['价格生效', 'from when the price holds', 'time'],
});

export const WindowListed = shownRow('WindowListed', {
  id,
  window: ['窗口序号', 'number', 'whole'],
  closes: ['各省截点', 'province → its cut', 'object'],
  pairs: ['各省际对', 'the twelve ordered pairs', 'objects'],
  digests: ['四方摘要', 'province → digest', 'object'],
  equal: ['摘要是否一致', 'four statements, one digest', 'yesno'],
  dissent: ['是否有异议', 'a witness attested otherwise', 'yesno'],
  nets: ['轧差', 'what each province owes in the end', 'object', NULLABLE],
  statement: ['清算陈述', 'the statement that the totals are taken from', 'object', NULLABLE],
});
