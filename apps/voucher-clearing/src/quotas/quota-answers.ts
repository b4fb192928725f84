/** What single reads of subjects, quotas and slices answer: each field with what it means and its unit. */
import { NULLABLE, OPTIONAL, shownRow } from '@yrd/platform';
import { STAGES, type Check } from '@yrd/voucher';
import { OF_PROVINCE, ratio } from '../answer-fields.js';

const subject = ['用券主体编号', 'id of the subject'] as const;
const scheme = ['方案', 'scheme'] as const;
const year = ['年度', 'year', 'whole'] as const;

const StageWords = shownRow('StageWords', { zh: ['中文', 'in Chinese'], en: ['英文', 'in English'] });

export const QuotaShown = shownRow('QuotaShown', {
  id: ['额度账户：主体.方案.年度', 'account: subject.scheme.year'],
  subject,
  scheme,
  year,
  state: ['状态', 'state', 'text', { enum: ['Submitted', 'Returned', 'Refused', 'Granted', 'Frozen', 'Closed'] }],
  stage: ['审核环节', 'which review it waits for, or what came of it', 'text', { enum: Object.keys(STAGES) }],
  stageWords: ['审核环节说明', 'the stage in words', 'object', { of: () => StageWords }],
  passedFen: ['区县通过额度（分）', 'what the district passed, fen', 'whole', NULLABLE],
  grantedFen: ['授予额度（分）', 'granted, fen', 'whole'],
  reservedFen: ['预留（分）', 'reserved, fen', 'whole'],
  consumedFen: ['已用（分）', 'consumed, fen', 'whole'],
  leftFen: ['剩余（分）', 'left, fen', 'whole'],
  further: ['再次申领', 'state of a further claim', 'text', { enum: ['none', 'submitted', 'returned'] }],
  level: ['审核层级', 'who has the claim, or decided on it last', 'text', { enum: ['district', 'province'] }],
  returnedBy: ['已告知缺陷的层级', 'levels that have told their list of defects', 'words'],
  askedFen: ['申请额度（分）', 'asked, fen', 'whole'],
  claims: ['已授予次数', 'claims granted', 'whole'],
  slicedFen: ['切片占用（分）', 'part of what is reserved that slices hold, fen', 'whole'],
  elsewhere: ['他处已用（分）', 'source → what was used elsewhere under the same cap, fen', 'map', { each: 'whole' }],
  over: ['使用期已过', 'whether the time to use it is over', 'yesno'],
  useUntilMs: ['使用期截止', 'to be used until', 'time'],
  redeemUntilMs: ['兑付期截止', 'to be redeemed until', 'time'],
  closesMs: ['年度关闭', 'when the year closes and what is not reserved is void', 'time', NULLABLE],
});

const FACTS = ['status', 'address', 'sme-year', 'team-core', 'group', 'link'];
const FactShown = shownRow('SubjectFact', {
  fact: ['事实种类', 'which fact', 'text', { enum: FACTS }],
  value: ['值', 'value'],
  source: ['来源', 'source'],
  asOf: ['截至日期', 'the day it was true'],
});
const LeftShown = shownRow('SubjectLeft', {
  how: ['merged 被合并，moved 迁出', 'merged, or moved to another province', 'text', { enum: ['merged', 'moved'] }],
  into: ['承继主体编号', 'id of the subject that took it over', 'text', OPTIONAL],
  organisation: ['承继组织', 'organisation whose people act for it now', 'text', OPTIONAL],
  to: ['迁入省及主体编号', 'province and id there', 'text', OPTIONAL],
  asOf: ['迁出日期', 'the day it moved', 'text', OPTIONAL],
});
const TieShown = shownRow('Tie', {
  as: ['关系', 'what somebody is to it', 'text', { enum: ['holder', 'controller', 'representative', 'officer', 'controlled'] }],
  kind: ['主体种类', 'person, firm, or a body of the state', 'text', { enum: ['person', 'firm', 'state'] }],
  share: ratio('持股比例', 'the share held', OPTIONAL),
});
const OwnershipShown = shownRow('Ownership', {
  source: ['来源', 'source'],
  asOf: ['截至日期', 'the day it was true'],
  ties: ['股权与控制关系', 'who holds, controls and runs it; without names and numbers', 'objects', { of: () => TieShown }],
});
const CheckShown = shownRow<Check>('EligibilityCheck', {
  check: ['核对项', 'what was checked', 'text', { enum: ['registered', 'identifier', 'status', 'address', 'proof', 'integrity'] }],
  outcome: [
    '结果；unknown 从不算作 pass',
    'outcome; unknown is never shown as pass',
    'text',
    { enum: ['pass', 'fail', 'unknown, policy allows', 'unknown, policy refuses'] },
  ],
  seen: ['现值', 'value seen, in both languages', 'map', { each: 'text' }],
  needed: ['所需', 'value needed, in both languages', 'map', { each: 'text' }],
});

export const SubjectShown = shownRow('SubjectShown', {
  id: subject,
  kind: ['firm 企业，team 团队', 'firm or team', 'text', { enum: ['firm', 'team'] }],
  organisation: ['所属组织', 'organisation whose people act for it'],
  name: ['名称', 'name'],
  uscc: ['统一社会信用代码；团队可为空', 'unified social credit code; may be empty for a team'],
  facts: ['各项事实的最新值', 'fact → its newest value', 'map', { of: () => FactShown }],
  links: ['已记录的关联', 'links on record', 'objects', { of: () => FactShown }],
  proposers: ['可提出订单的机构及上限（分）', 'agency → up to which amount it may propose, fen', 'map', { each: 'whole' }],
  left: ['已合并或迁出', 'where it went', 'object', { ...NULLABLE, of: () => LeftShown }],
  predecessors: ['被其合并的主体', 'subjects that it took over', 'words'],
  ownership: ['股权记录', 'ownership on record', 'object', { ...NULLABLE, of: () => OwnershipShown }],
  policy: ['核对所依政策包版本', 'version of the pack that it is checked by', 'text', OPTIONAL],
  eligibility: [
    '资格核对，仅在指明方案时',
    'checks of eligibility, where a scheme is named',
    'objects',
    { ...OPTIONAL, of: () => CheckShown },
  ],
});

export const SliceShown = shownRow('SliceShown', {
  id: ['额度切片编号', 'id of the slice'],
  home: ['额度所在省', 'province whose quota it is a part of', 'text', OF_PROVINCE],
  holder: ['持有省', 'province that may draw on it', 'text', OF_PROVINCE],
  agency: ['服务机构编号', 'id of the agency that may draw on it'],
  subject,
  subjectName: ['用券主体', 'name of the subject'],
  scheme,
  year,
  policy: ['政策包版本', 'version of the pack'],
  amountFen: ['切片额度（分）', 'amount set aside, fen', 'whole'],
  expiresMs: ['使用截止', 'until when it is drawn on', 'time'],
  endsMs: ['宽限截止', 'end of the grace after it', 'time'],
  patienceMs: ['等候对方省的时长（毫秒）', 'how long the other province is waited for, ms', 'whole'],
  ended: ['是否已终止', 'whether its home ended it', 'yesno'],
  takenFen: ['所在省已计入（分）', 'taken up by its home, fen', 'whole'],
  openFen: ['仍占用（分）', 'still held for it, fen', 'whole'],
  drawnFen: ['持有省已使用（分）', 'drawn by the holder, fen', 'whole'],
  returned: ['持有省已退还', 'whether the holder returned it', 'yesno'],
});
