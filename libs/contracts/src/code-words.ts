/** Words of code that refusals show: states, roles, kinds. Without an English word the code itself is shown, which is English. */
import { ROLES } from './access-rows.js';
import { PERSON_FIELDS, PERSON_KINDS } from './persons.js';

type Table = Readonly<Record<string, readonly [zh: string, en?: string]>>;

const ofTable = (table: Readonly<Record<string, { readonly zh: string; readonly en: string }>>): Table =>
  Object.fromEntries(Object.entries(table).map(([code, { zh, en }]) => [code, [zh, en]]));

const STATES = {
  None: ['尚不存在', 'not there'],
  Queued: ['排队中'],
  Placed: ['已下单'],
  Accepted: ['已接单'],
  InService: ['服务中'],
  Delivered: ['已交付'],
  Disputed: ['争议中'],
  ServiceAccepted: ['已验收'],
  InvoiceAsked: ['发票核验中'],
  UnderReview: ['审核中'],
  Approved: ['已批准'],
  Publicised: ['公示中'],
  Objected: ['异议处理中'],
  Payable: ['待付款'],
  Settled: ['已结算'],
  Closed: ['已关闭'],
  SelfAssessed: ['已自评'],
  Verified: ['核验通过'],
  NotVerified: ['核验不通过'],
  NotAdmitted: ['未入库'],
  Active: ['在库'],
  Suspended: ['已暂停'],
  Revoked: ['已撤销'],
  Exited: ['已退出'],
  Submitted: ['已申请'],
  Returned: ['已退回'],
  Refused: ['不予通过'],
  Granted: ['已授予'],
  Frozen: ['已冻结'],
  Restricted: ['已限制'],
  Withdrawn: ['已撤回'],
  held: ['正常保存'],
  asked: ['已申请删除'],
  postponed: ['因法定期限暂缓删除'],
  erased: ['已删除'],
  matched: ['已对平'],
  cut: ['已截取'],
} satisfies Table;

const KINDS = {
  '*': ['全部', 'all'],
  tongyong: ['通用'],
  tongdui: ['通兑'],
  contract: ['合同'],
  invoice: ['发票'],
  payment: ['付款凭证'],
  result: ['成果'],
  'legal-entity': ['法人'],
  unincorporated: ['非法人组织'],
  form: ['组织形式'],
  founded: ['成立时间'],
  'fixed-place': ['固定场所', 'a fixed place'],
  team: ['团队'],
  'content-standards-fees': ['服务内容、标准和收费', 'content, standards and fees'],
  'sound-finance': ['财务健全', 'sound finance'],
  integrity: ['信用'],
  'not-declared': ['未声明', 'not declared'],
  firm: ['企业'],
  unknown: ['未知'],
  registered: ['登记'],
  identifier: ['统一社会信用代码'],
  status: ['存续状态'],
  address: ['注册地'],
  proof: ['资格证明'],
  active: ['存续'],
  district: ['区县'],
  province: ['省（市）'],
  passed: ['合格'],
  failed: ['不合格'],
  accepted: ['已同意'],
  declined: ['已婉拒'],
  review: ['初审'],
  approve: ['批准', 'approval'],
  instruct: ['付款指令', 'the instruction of its payment'],
  complaint: ['投诉'],
  'agency-redemption': ['机构原因暂缓兑付'],
  'id-number': ['身份证号'],
  'mobile-phone': ['手机号'],
  'bank-card': ['银行卡号'],
  email: ['邮箱'],
} satisfies Table;

/** What a year's notice may do wrong (`CalendarFault`). */
const NOTICE_FAULTS = {
  'no-such-year': ['不在 2000 至 2100 年之间', 'not a year from 2000 to 2100'],
  'no-such-day': ['没有这一天', 'there is no such day'],
  'outside-its-year': ['不在该年度内', 'outside its year'],
  'settled-twice': ['同一天有两种安排，与相邻年度的通知矛盾', 'settled twice: the notices of neighbouring years contradict'],
  'length-not-believed': ['假期起止不合理', 'a holiday of no believable length'],
  'no-weekend': ['不是周末，不能作为补班日', 'no weekend, so no make-up workday'],
  'given-twice': ['该年度已有通知', 'a year that is given twice'],
  'issued-in-another-year': ['应在当年或上一年发布', 'not issued in its year or the year before'],
  'too-many-days-off': ['放假天数过多', 'too many days off'],
  'off-by-law': ['法定放假日，通知未列出', 'off by law, and the notice does not name it'],
} satisfies Table;

/** What is wrong with a change of keys: the sentence that the ledger logs is its code. */
const KEY_FAULTS = {
  'its next key is not certified by the identity key of its node': ['下一把密钥未经本节点的身份密钥认证'],
  'its next SM2 key is not certified by the identity key of its node': ['下一把国密密钥未经本节点的身份密钥认证'],
  'its next key was in use before': ['下一把密钥此前已使用过'],
  'its next key bears another name': ['下一把密钥的名称或种类不同'],
  'its next cosigner key bears another name': ['下一把联署密钥的名称或种类不同'],
  'its next key has expired already': ['下一把密钥已过期'],
  'the key that hands over is not in force': ['移交的密钥不在有效状态'],
  'it gives up its second signature': ['更换后将失去第二签名'],
  'it revokes a key that is in force': ['所撤销的密钥仍在有效状态'],
  'it names no key, certificate and reason in their form': ['未按格式写明密钥、证书和理由'],
  "the journal's key has expired and is rotated first, then the cosigner's": ['账本密钥已过期，须先更换，再更换联署密钥'],
} satisfies Table;

/** Code → Chinese, and English where the code does not say it. */
export const codeWords: Table = {
  ...Object.fromEntries(Object.entries(ROLES).map(([role, zh]): [string, readonly [string]] => [role, [zh]])),
  ...ofTable(PERSON_KINDS),
  ...ofTable(PERSON_FIELDS),
  ...STATES,
  ...KINDS,
  ...NOTICE_FAULTS,
  ...KEY_FAULTS,
};
