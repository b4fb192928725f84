/** What single reads of orders answer: each field with what it means and its unit. */
import { NULLABLE, OPTIONAL, shownRow } from '@yrd/platform';
import { PHASES } from '@yrd/voucher';
import { fenByProvince, LineStated, OF_PROVINCE, provisional, ratio, redemption, ReminderShown, signature } from '../answer-fields.js';
import type { ShownOrder } from './order-shown.js';

const ContractShown = shownRow('OrderContract', signature);

const RestsOn = shownRow('RestsOn', {
  journal: ['账本', 'journal'],
  size: ['账本位置', 'its size', 'whole'],
});

const RedemptionShown = shownRow('OrderRedemption', {
  ...redemption,
  agencyProvince: ['机构所在省', 'province of the agency, while its invoice is asked for', 'text', { ...OF_PROVINCE, ...OPTIONAL }],
  agency: ['服务机构编号', 'id of the agency, while its invoice is asked for', 'text', OPTIONAL],
  replaces: ['所替换发票的带钥杂凑', 'keyed hash of an invoice that this one replaces', 'text', OPTIONAL],
  restsOn: ['依据的账本位置', 'what the claim on the invoice rests on', 'object', { ...OPTIONAL, of: () => RestsOn }],
});

const ShareAsked = shownRow('ShareAsked', {
  province: ['分担省', 'province that is asked', 'text', OF_PROVINCE],
  amountFen: ['分担金额（分）', 'its part, fen', 'whole'],
  share: ratio('分担比例', 'its share'),
});

const ApprovalShown = shownRow('OrderApproval', {
  order: ['订单编号', 'id of the order'],
  scheme: ['方案', 'scheme'],
  agencyProvince: ['机构所在省', 'province of the agency', 'text', OF_PROVINCE],
  baseFen: ['核定基数（分）', 'base of the subsidy, fen', 'whole'],
  ratio: ratio('补助比例', 'ratio of the subsidy'),
  subsidyFen: ['补助（分）', 'subsidy, fen', 'whole'],
  payers: fenByProvince('各省承担', 'what it pays'),
  asked: ['请外省分担的部分', 'the part that another province is asked to pay', 'object', { ...OPTIONAL, of: () => ShareAsked }],
  alarmMs: ['逾期报警时刻', 'last moment to pay before an alarm', 'time', OPTIONAL],
});

const ClawbackShown = shownRow('OrderClawback', {
  number: ['追回序号', 'which clawback of the order, from 1', 'whole'],
  cause: ['追回原因代码', 'code of the cause'],
  amountFen: ['追回金额（分）', 'amount ordered back, fen', 'whole'],
  payers: fenByProvince('各省收回', 'what it gets back'),
  line: ['省际债务', 'debt between two provinces that follows', 'object', { ...NULLABLE, of: () => LineStated }],
  lineSettled: ['省际已清算', 'whether that line is settled', 'yesno'],
  settledIn: ['清算窗口', 'window that settled it last', 'whole', NULLABLE],
  recovered: ['已追回', 'whether the money came back', 'yesno'],
});

export const OrderShown = shownRow<ShownOrder & { readonly reminder: unknown }>('OrderShown', {
  id: ['订单编号', 'id'],
  number: ['订单号', 'number for people'],
  state: ['状态', 'state', 'text', { enum: PHASES }],
  held: ['是否暂缓', 'whether it is held', 'yesno'],
  holds: ['暂缓原因代码', 'codes of why it is held', 'words'],
  holdFacts: [
    '各暂缓所依据的事实',
    'reason → what the hold rests on: values seen and needed, in both languages; null where nothing is said',
    'map',
  ],
  province: ['企业所在省', 'province of the enterprise, home of the order', 'text', OF_PROVINCE],
  scheme: ['方案', 'scheme'],
  year: ['额度年度', 'year of the quota', 'whole'],
  policy: ['政策包版本', 'version of the pack that it is counted by'],
  mode: ['兑付方式', 'tongyong: the enterprise redeems; tongdui: the agency does', 'text', { enum: ['tongyong', 'tongdui'] }],
  subject: ['用券主体编号', 'id of the subject'],
  subjectName: ['用券主体', 'name of the subject'],
  subjectUscc: ['用券主体统一社会信用代码', 'unified social credit code of the subject; empty for a team'],
  agencyProvince: ['机构所在省', 'province of the agency', 'text', OF_PROVINCE],
  agency: ['服务机构编号', 'id of the agency'],
  product: ['产品代码', 'code of the product'],
  itemClass: ['服务类别', 'class of the service, by the agency’s province'],
  commonClass: ['四省共同类别', 'class in the list that four provinces share', 'text', OPTIONAL],
  mapping: ['类别对照版本', 'version of the mapping that led there', 'text', OPTIONAL],
  amountFen: ['服务费（分）', 'agreed fee, fen', 'whole'],
  reservedFen: ['预留券额（分）', 'voucher amount reserved when it was placed, fen', 'whole'],
  placedMs: ['下单时间', 'when it was placed', 'time'],
  acceptByMs: ['接单截止', 'until when the agency accepts', 'time'],
  useUntilMs: ['使用期截止', 'until when the voucher is used', 'time'],
  redeemUntilMs: ['兑付期截止', 'until when the voucher is redeemed', 'time'],
  patienceMs: ['等候对方省的时长（毫秒）', 'how long past a limit a silent province is waited for, ms', 'whole'],
  proposed: ['由机构提出', 'whether the agency proposed it', 'yesno'],
  declares: ['企业声明', 'what the enterprise declares of the work', 'words', OPTIONAL],
  deadlineMs: ['时限', 'when the present state ends by itself', 'time', NULLABLE],
  deadlineProvisional: provisional('时限是否暂定', 'why the limit may still move'),
  contractByMs: ['签约截止；0 为尚未接单', 'until when the contract is signed; 0 before it is accepted', 'time'],
  agencySigned: ['机构已签', 'whether the agency has signed', 'yesno'],
  signature: ['机构签署的合同', 'contract as the agency signed it', 'object', { ...NULLABLE, of: () => ContractShown }],
  contract: ['双方签署的合同', 'contract that both signed', 'object', { ...NULLABLE, of: () => ContractShown }],
  deliverableHash: ['服务成果 SHA-256', 'SHA-256 of the deliverable', 'text', NULLABLE],
  share: ratio('验收比例', 'how much of the service was accepted'),
  redeemByMs: ['申请兑付截止；0 为尚未验收', 'until when redemption is asked for; 0 before the service is accepted', 'time'],
  redemption: ['兑付申请', 'redemption as it was asked for', 'object', { ...NULLABLE, of: () => RedemptionShown }],
  returns: ['退回次数', 'how often the file was returned', 'whole'],
  reviewed: ['已审核', 'whether it was reviewed', 'yesno'],
  approved: ['已批准', 'whether it was approved', 'yesno'],
  approval: ['批准', 'the approval with its money', 'object', { ...NULLABLE, of: () => ApprovalShown }],
  shareAnswered: ['外省分担答复', 'whether the other payer confirmed', 'text', { ...NULLABLE, enum: ['confirmed', 'awaited'] }],
  shareDeclined: ['外省拒绝分担', 'whether the other payer declined', 'yesno'],
  publicUntilMs: ['公示截止', 'end of its publicity', 'time', NULLABLE],
  line: ['省际债务', 'debt between two provinces', 'object', { ...NULLABLE, of: () => LineStated }],
  lineSettled: ['省际已清算', 'whether that line is settled', 'yesno'],
  instructed: ['已指令付款', 'whether its payment is instructed', 'yesno'],
  budgetYear: ['付款预算年度', 'budget year of the last instruction', 'whole', NULLABLE],
  instructions: ['付款指令次数', 'payment instructions so far', 'whole'],
  clawbacks: ['追回', 'what was ordered back', 'objects', { of: () => ClawbackShown }],
  reminder: ['临近时限提醒', 'a limit that comes near', 'object', { ...NULLABLE, of: () => ReminderShown }],
});

const RefusalShown = shownRow('StatedRefusal', {
  code: ['拒绝代码', 'code of the refusal'],
  clause: ['所依条款', 'clause of the rule', 'text', NULLABLE],
  title: ['中英文说明', 'what it says, in Chinese and English', 'map', { ...OPTIONAL, each: 'text' }],
  facts: ['所依据的事实（中英文）', 'values seen and needed, in both languages', 'map'],
});

/** A proposal that its home refused, in place of an order. */
export const RefusedProposalShown = shownRow('RefusedProposal', {
  id: ['订单编号', 'id'],
  state: ['状态', 'state', 'text', { enum: PHASES }],
  province: ['企业所在省', 'province of the enterprise', 'text', OF_PROVINCE],
  subject: ['用券主体编号', 'id of the subject', 'text', OPTIONAL],
  agencyProvince: ['机构所在省', 'province of the agency', 'text', OF_PROVINCE],
  agency: ['服务机构编号', 'id of the agency', 'text', OPTIONAL],
  proposalRefused: ['拒绝', 'why it was refused', 'object', { of: () => RefusalShown }],
});

export const ObjectionShown = shownRow('ObjectionShown', {
  id: ['异议编号', 'id'],
  state: [
    'Stated 已提出，Taken 已受理并暂停该笔，Refused 不予受理，Upheld 成立，Rejected 驳回，Overtaken 答复前订单已退回重审',
    'stated; taken up, and its line stands still; refused; upheld; rejected; its order went back to review before the answer',
    'text',
    { enum: ['Stated', 'Taken', 'Refused', 'Upheld', 'Rejected', 'Overtaken'] },
  ],
  order: ['订单编号', 'id of the order'],
  province: ['订单所属省', 'home of the order', 'text', OF_PROVINCE],
  from: ['提出异议所在省', 'province where it was stated', 'text', OF_PROVINCE],
  grounds: ['理由代码', 'code of the grounds'],
  refusal: ['不予受理的原因', 'why its home did not take it up', 'object', { ...NULLABLE, of: () => RefusalShown }],
});

export const OrderCounts = shownRow('OrderCounts', {
  states: ['各状态订单数', 'state → how many orders', 'map', { each: 'whole' }],
  total: ['订单总数', 'all orders', 'whole'],
  positions: ['所读各账本位置', 'how far each journal was read', 'words'],
});

const home = { home: ['订单所属省', 'home of the order', 'text', OF_PROVINCE], agency: ['服务机构编号', 'id of the agency'] } as const;
const StatedSignature = shownRow('StatedSignature', { ...signature, ...home });
const RequestedRedemption = shownRow('RequestedRedemption', { ...redemption, ...home });

export const EngagementShown = shownRow('Engagement', {
  id: ['订单编号', 'id of the order'],
  proposed: ['由机构提出', 'whether the agency proposed it', 'yesno'],
  proposalRefused: ['提议不予采纳的原因', 'why its home refused the proposal', 'object', { ...NULLABLE, of: () => RefusalShown }],
  answered: ['接单答复', 'what the agency answered', 'text', { enum: ['none', 'accepted', 'declined'] }],
  cancelled: ['机构已撤回', 'whether the agency withdrew', 'yesno'],
  signature: ['机构签署', 'its signature', 'object', { ...NULLABLE, of: () => StatedSignature }],
  deliverableHash: ['服务成果 SHA-256', 'SHA-256 of the deliverable', 'text', NULLABLE],
  requested: ['兑付申请', 'redemption that it asked for last', 'object', { ...NULLABLE, of: () => RequestedRedemption }],
  requests: ['申请次数', 'how often it asked', 'whole'],
});
