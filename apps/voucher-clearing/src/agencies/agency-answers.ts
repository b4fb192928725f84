/** What single reads about agencies answer: each field with what it means and its unit. */
import { NULLABLE, OPTIONAL, shownRow } from '@yrd/platform';
import { AGENCY_PHASES, ASSESSMENT_PHASES, COMPLAINT_STATES, type ComplaintRow } from '@yrd/voucher';
import { OF_PROVINCE } from '../answer-fields.js';
import { dueFields } from '../due.js';

const classes = ['服务类别；* 为全部', 'classes of service; * is every one', 'words'] as const;
const agency = ['服务机构编号', 'id of the agency'] as const;

const PriceShown = shownRow('Price', {
  fromMs: ['价格生效', 'from when it holds', 'time'],
  priceFen: ['公示价格（分）', 'published price, fen', 'whole'],
});
const ProductOfAgency = shownRow('ProductOfAgency', {
  itemClass: ['服务类别', 'class of the service'],
  name: ['名称', 'name'],
  listed: ['是否在架', 'whether it is listed', 'yesno'],
  prices: ['各期价格，先旧后新', 'prices, oldest first', 'objects', { of: () => PriceShown }],
});
const CertificateShown = shownRow('Certificate', {
  agency,
  certificate: ['证书编号', 'number of the certificate'],
  kind: ['证书种类', 'kind, e.g. CMA'],
  items: ['覆盖的服务类别', 'classes of service that it covers', 'words'],
  fromOn: ['生效日期', 'first day'],
  untilOn: ['失效日期', 'last day'],
  withdrawn: ['已撤销', 'whether it was withdrawn', 'yesno'],
});
const OutOfScopeShown = shownRow('OutOfScope', {
  agency,
  itemClass: ['超范围的服务类别', 'class that no certificate covered'],
  servedOn: ['服务日期', 'day of the service'],
  order: ['订单编号', 'id of the order', 'text', OPTIONAL],
});
const CertificateEnding = shownRow('CertificateEnding', {
  certificate: ['证书编号', 'number of the certificate'],
  untilOn: ['失效日期', 'last day'],
  daysLeft: ['剩余天数，负数为已过期', 'whole days left; below nought when it has ended', 'whole'],
});

export const AgencyShown = shownRow('AgencyShown', {
  id: agency,
  province: ['所在省', 'home province', 'text', OF_PROVINCE],
  state: ['状态', 'state', 'text', { enum: AGENCY_PHASES }],
  organisation: ['所属组织', 'organisation whose people act for it'],
  name: ['名称', 'name'],
  uscc: ['统一社会信用代码', 'unified social credit code'],
  classes,
  admitted: ['入库时的服务类别', 'classes that it was admitted for', 'words'],
  products: ['产品', 'code → product', 'map', { of: () => ProductOfAgency }],
  certificates: ['资质证书', 'certificates', 'objects', { of: () => CertificateShown }],
  outOfScope: ['超范围记录', 'reports of work out of scope', 'objects', { of: () => OutOfScopeShown }],
  publicUntilMs: ['公示截止', 'end of its publicity', 'time', NULLABLE],
  suspendedFor: ['暂停原因代码', 'code of why it is suspended', 'text', NULLABLE],
  suspendedUntilMs: ['暂停截止', 'end of its suspension', 'time', NULLABLE],
  excludedUntilMs: ['禁入截止', 'until when it may not be bought from', 'time', NULLABLE],
  appraisals: ['各年度评价：passed 合格，failed 不合格', 'year → grade of its appraisal, passed or failed', 'map', { each: 'text' }],
  appraisalsMissed: ['缺评年度', 'years whose appraisal was not made', 'wholes'],
  idleSinceMs: ['长期无订单起始', 'since when it has had no order', 'time', NULLABLE],
  warnings: ['临期或过期证书', 'certificates that end soon or have ended', 'objects', { of: () => CertificateEnding }],
});

const PaperShown = shownRow('Paper', {
  kind: ['材料种类代码', 'kind of the paper'],
  hash: ['材料 SHA-256', 'SHA-256 of the paper'],
});
export const AssessmentShown = shownRow('AssessmentShown', {
  id: agency,
  state: ['状态', 'state', 'text', { enum: [...ASSESSMENT_PHASES, ...AGENCY_PHASES] }],
  organisation: ['所属组织', 'organisation whose people act for it'],
  name: ['名称', 'name'],
  uscc: ['统一社会信用代码', 'unified social credit code'],
  classes,
  form: ['组织形式', 'legal form', 'text', { enum: ['legal-entity', 'unincorporated'] }],
  founded: ['成立日期', 'day it was founded'],
  declares: ['声明符合的入库条件', 'points of entry that it declares to meet', 'words'],
  papers: ['自评材料（仅杂凑）', 'papers, by hash', 'objects', { of: () => PaperShown }],
  reasons: ['未核实事项', 'what was not confirmed', 'words'],
  publicUntilMs: ['公示截止', 'end of its publicity', 'time', NULLABLE],
});

export const ComplaintShown = shownRow<ComplaintRow & Readonly<Record<keyof typeof dueFields, unknown>>>('ComplaintShown', {
  id: ['投诉编号', 'id'],
  state: ['状态', 'state', 'text', { enum: COMPLAINT_STATES }],
  province: ['机构所在省', 'province of the agency, which answers', 'text', OF_PROVINCE],
  agency,
  from: ['投诉所在省', 'province where it was lodged', 'text', OF_PROVINCE],
  subject: ['用券主体编号', 'id of the subject that complains'],
  grounds: ['事由代码', 'code of the grounds'],
  order: ['所涉订单', 'the order it is about', 'text', NULLABLE],
  lodgedMs: ['投诉时间', 'when it was lodged', 'time'],
  answerByMs: ['首次答复截止', 'until when the first answer is due', 'time', NULLABLE],
  reminded: ['已提醒', 'whether somebody was reminded', 'yesno'],
  overdue: ['是否逾期', 'whether it is overdue', 'yesno'],
  answer: ['首次答复代码', 'code of the first answer', 'text', NULLABLE],
  ...dueFields,
});

const ServiceClassShown = shownRow('ServiceClass', {
  code: ['共同类别代码', 'code of the common class'],
  zh: ['名称', 'name in Chinese'],
  en: ['英文名称', 'name in English'],
  source: ['来源', 'where it comes from'],
  assumed: ['待四省确认', 'whether the four provinces have still to confirm it', 'yesno'],
});
export const ServiceList = shownRow('ServiceList', {
  version: ['版本', 'version'],
  items: ['共同类别', 'classes', 'objects', { of: () => ServiceClassShown }],
});
const MappedCode = shownRow('MappedCode', {
  code: ['本省类别代码', 'the province’s own code'],
  common: ['共同类别代码', 'code of the common class'],
});
export const ServiceMappingShown = shownRow('ServiceMapping', {
  province: ['省', 'province', 'text', OF_PROVINCE],
  version: ['对照版本', 'version of the mapping'],
  list: ['共同类别版本', 'version of the common list'],
  from: ['生效日期', 'first day'],
  source: ['来源', 'where it comes from'],
  assumed: ['待该省确认', 'whether the province has still to confirm it', 'yesno'],
  items: ['对照', 'own code and common one', 'objects', { of: () => MappedCode }],
});

export const RecognitionShown = shownRow('RecognitionShown', {
  agencyProvince: ['机构所在省', 'home province of the agency', 'text', OF_PROVINCE],
  agency,
  state: ['互认状态', 'state', 'text', { enum: ['Granted', 'Restricted', 'Withdrawn'] }],
  classes,
});
