/**
 * Who owns, controls and runs subjects and agencies (V11), as tables: one row for each tie, all rows of a party one record. They name
 * persons by their identity numbers, so their files lie sealed, and only keyed hashes leave them.
 */
import { Day, MadeId, Prose, type Flaw, type Gathered, type ImportKind } from '@yrd/platform';
import { agency, agencyStream, ownershipStream, subject, subjectStream } from '@yrd/voucher';
import type { Desk } from '../desk.js';
import { isNumberedRight, ONE_NUMBER, ownershipOf, TieBody, TIES_MAX } from '../quotas/ties.js';
import { column, ID } from './columns.js';

class TieRow extends TieBody {
  @Prose({ zh: '来源', en: 'source' }, '国家企业信用信息公示系统')
  source: string;

  @Day({ zh: '截至日期', en: 'the day it was true' })
  asOf: string;
}

class SubjectTieRow extends TieRow {
  @MadeId({ zh: '用券主体编号', en: 'id of the subject' })
  subject: string;
}

class AgencyTieRow extends TieRow {
  @MadeId({ zh: '服务机构编号', en: 'id of the agency' })
  agency: string;
}

/** Words of the register of firms, and of those who write its lists. */
const AS = {
  ...{ 股东: 'holder', 实际控制人: 'controller', 法定代表人: 'representative', 控制的企业: 'controlled' },
  ...{ 董事: 'officer', 监事: 'officer', 高管: 'officer', 高级管理人员: 'officer', 董监高: 'officer' },
} as const satisfies Readonly<Record<string, TieBody['as']>>;
const KIND = { 自然人: 'person', 企业: 'firm', 国资监管机构: 'state' } as const satisfies Readonly<Record<string, TieBody['kind']>>;

const SOURCE = ['国家企业信用信息公示系统', '2026-01-05'];
const columns = [
  { ...column('as', '关系', '股东'), words: AS },
  { ...column('kind', '对方类型', '自然人'), words: KIND },
  { ...column('idNumber', '公民身份号码', '11010519491231002X'), optional: true },
  { ...column('uscc', '对方统一社会信用代码', '91310000MAXXXX0150'), optional: true },
  { ...column('share', '持股比例', '66.67%', 'share'), optional: true },
  column('source', '来源', SOURCE[0]!),
  column('asOf', '截至日期', SOURCE[1]!, 'day'),
];
/** A person and a firm: neither has both numbers. */
const examples = [
  [ID, '股东', '自然人', '11010519491231002X', '', '66.67%', ...SOURCE],
  [ID, '实际控制人', '企业', '', '91310000MAXXXX0150', '33.33%', ...SOURCE],
];

/** Source and day are the record's: its rows cannot differ in them. */
const check = (row: TieRow, first: TieRow): readonly Flaw[] => [
  ...(isNumberedRight(row) ? [] : [{ field: row.kind === 'person' ? 'idNumber' : 'uscc', words: ONE_NUMBER }]),
  ...(['source', 'asOf'] as const).flatMap((field) => (row[field] === first[field] ? [] : [{ field, ...LIKE_FIRST }])),
];
const LIKE_FIRST = {
  words: { zh: '与该主体的首行不一致', en: 'it differs from the first row of the record' },
  mend: { zh: '同一记录的各行填写相同的来源和日期', en: 'write the same source and day in all rows of a record' },
};

/** `uscc` of a row is the other side's: the party's own is on record. */
const recorded = (desk: Desk, rows: Gathered<TieRow>, own: string) => {
  const [{ source, asOf }] = rows;
  return ownershipOf(desk, { ties: rows, source, asOf }, own);
};

const subjectOwnership = (desk: Desk): ImportKind<SubjectTieRow> => ({
  name: 'subject-ownership',
  zh: '主体股权与控制关系',
  en: 'ownership and control of subjects',
  columns: [column('subject', '用券主体编号', ID), ...columns],
  ...{ examples, check, row: SubjectTieRow, gathers: { by: 'subject', rowsMax: TIES_MAX }, sealed: true },
  wanted: async (...rows) => {
    const [{ subject: id }] = rows;
    const { registered } = (await desk.node.read(subject, subjectStream(id))).state;
    const body = { subject: id, ...recorded(desk, rows, registered?.uscc ?? '') };
    return { command: 'RecordSubjectOwnership', body, target: ownershipStream('subject', id) };
  },
});

const agencyOwnership = (desk: Desk): ImportKind<AgencyTieRow> => ({
  name: 'agency-ownership',
  zh: '服务机构股权与控制关系',
  en: 'ownership and control of agencies',
  columns: [column('agency', '服务机构编号', ID), ...columns],
  ...{ examples, check, row: AgencyTieRow, gathers: { by: 'agency', rowsMax: TIES_MAX }, sealed: true },
  wanted: async (...rows) => {
    const [{ agency: id }] = rows;
    const { uscc } = (await desk.node.read(agency, agencyStream(id))).state;
    return { command: 'StateAgencyOwnership', body: { agency: id, ...recorded(desk, rows, uscc) }, target: ownershipStream('agency', id) };
  },
});

export const ownershipKinds = (desk: Desk): readonly ImportKind[] => [subjectOwnership(desk), agencyOwnership(desk)];
