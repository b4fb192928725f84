/** The rows that lists of the access register show: what each field is, for the description of the interface and for tables alike. */
import { NULLABLE, OPTIONAL, shownRow, type ShownField } from '@yrd/platform';

const happened = {
  id: ['记录编号', 'id'],
  at: ['时间（毫秒）', 'when, ms', 'whole'],
  time: ['时间', 'when, in UTC'],
  outcome: ['结果', 'what came of it'],
  row: ['事项', 'row of the access table'],
  code: ['代码', 'code of the refusal', 'text', NULLABLE],
  organisation: ['机构', 'organisation of who acted', 'text', NULLABLE],
  province: ['省份', 'province of who acted', 'text', NULLABLE],
  roles: ['角色', 'roles that he used', 'words'],
  about: ['对象', 'what it was about', 'words'],
  purpose: ['目的', 'purpose', 'text', NULLABLE],
  policyVersion: ['政策版本', 'version of the pack', 'text', NULLABLE],
  position: ['位置', 'position in a journal', 'text', NULLABLE],
} as const;

export const AuditListed = shownRow('AuditListed', {
  ...happened,
  person: ['人员', 'pseudonym of who acted', 'text', NULLABLE],
  parties: ['所属机构', 'organisations whose things those are', 'words'],
  address: ['地址', 'address of the client', 'text', NULLABLE],
  trace: ['追踪号', 'trace', 'text', NULLABLE],
  count: ['次数', 'how many requests it stands for', 'whole'],
  journal: ['账本', 'journal of the record'],
  index: ['序号', 'its entry there', 'whole'],
  keepUntil: ['保存至', 'kept until'],
});

export const OwnAuditListed = shownRow('OwnAuditListed', {
  ...happened,
  own: ['本人所为', 'whether it is an own act', 'yesno'],
  address: ['地址', 'address of the client, of own acts', 'text', { ...NULLABLE, ...OPTIONAL }],
  trace: ['追踪号', 'trace, of own acts', 'text', { ...NULLABLE, ...OPTIONAL }],
});

export const personListed = {
  id: ['人员编号', 'id'],
  organisation: ['机构', 'organisation'],
  kind: ['身份', 'capacity'],
  state: ['状态', 'state'],
  fields: ['信息（脱敏）', 'field → its value, masked', 'map', { ...NULLABLE, each: 'text' }],
  recordedMs: ['登记时间', 'when he was recorded', 'time'],
  hasAccount: ['已绑定账号', 'whether an account is bound', 'yesno'],
  erasure: ['删除申请', 'id of the erasure asked for', 'text', NULLABLE],
  untilMs: ['保存至', 'kept until', 'time', NULLABLE],
  basis: ['保存依据', 'why it is kept', 'text', NULLABLE],
} as const satisfies Readonly<Record<string, ShownField>>;
export const PersonListed = shownRow('PersonListed', personListed);

export const DisclosureListed = shownRow('DisclosureListed', {
  id: ['编号', 'id'],
  person: ['人员编号', 'id of the person'],
  fields: ['字段', 'fields that were read', 'words'],
  purpose: ['目的', 'purpose'],
  organisation: ['所属机构', 'organisation of the person'],
  caseNumber: ['案号', 'case number'],
  legalBasis: ['法律依据', 'legal basis'],
  reader: ['查阅人', 'pseudonym of who read'],
  role: ['角色', 'in which role'],
  atMs: ['查阅时间', 'when', 'time'],
  trace: ['追踪号', 'trace'],
  journal: ['账本', 'journal of the entry'],
  index: ['序号', 'its entry there', 'whole'],
});
