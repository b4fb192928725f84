/** What refusals saw and needed, of persons and the audit: Chinese and English. How gaps are filled, `said.ts` says. */
import type { Phrases } from './said.js';

export const personsPhrases = {
  recordedAs: ['已登记为 {person}', 'recorded already as {person}'],
  numberOfA: ['{kindWord}的证件号码', 'the number of a {kindWord}'],
  recordsUpTo: ['1 至 {count} 条记录', '1 to {count} records'],
  noRetentionPack: ['此处尚未采用保存期限规则', 'none: no retention pack is adopted here'],
  noSuchPerson: ['没有该人员', 'no such person'],
  recordedPerson: ['已登记的人员', 'a recorded person'],
  erased: ['已删除', 'erased'],
  notErased: ['未被删除的人员', 'a person who is not'],
  allowedPurpose: ['法律仍允许的目的', 'a purpose that the law still allows'],
  notRecordedYet: ['尚未登记的人员', 'a person who is not recorded yet'],
  recorded: ['已登记', 'recorded'],
  aName: ['姓名', 'a name'],
  anotherValue: ['另一个值：可以更正，不能留空', 'another value: it can be corrected, not left out'],
  anotherReader: ['另一查阅人', 'another reader'],
  readerHimself: ['查阅人本人', 'the reader himself'],
  numberOfPerson: ['个人的号码', 'a number of a person'],
  numberOfCase: ['案件编号', 'the number of a case'],
  theOrganisation: ['该机构', 'the organisation'],
  himselfOrClerk: [
    '本人以其绑定账户办理，或由受理其请求的工作人员办理',
    'the person himself with his bound account, or a clerk at whom he asks',
  ],
  correctedMeanwhile: ['期间已更正', 'corrected meanwhile'],
  againWithNewKey: ['以新的幂等键再次提交', 'the command again with a new key'],
  nodeItself: ['节点自身', 'the node itself'],
  anHour: ['形如 2026-03-02T05 的小时', 'an hour like 2026-03-02T05'],
  auditRecord: ['审计记录', 'a record of the audit'],
  dayThatExists: ['存在的日期', 'a day that exists'],
} as const satisfies Phrases;
