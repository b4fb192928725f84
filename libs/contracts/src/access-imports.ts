/** Rows of imports: a table is brought by whoever may send its rows one by one, and followed by his organisation. */
import { agent, approver, entry, firm, open, parties, row, supervisor, type AccessRow } from './access-rows.js';

/** Who may bring a table of any kind. */
const importers = [...firm, ...agent, ...entry, ...approver, ...supervisor];

export const importRows = {
  ImportAgencies: row(supervisor, 'eachRow', '导入服务机构', 'Import agencies'),
  ImportProducts: row(agent, 'eachRow', '导入服务产品', 'Import products'),
  ImportSubjectFacts: row(entry, 'eachRow', '导入主体事实', 'Import facts about subjects'),
  ImportQuotaApplications: row(firm, 'eachRow', '导入额度申领', 'Import applications for quotas'),
  ImportQuotaGrants: row(approver, 'eachRow', '导入额度授予', 'Import grants of quotas'),
  ImportSubjectOwnership: row(
    entry,
    'eachRow',
    '导入主体股权与控制关系（封存）',
    'Import who owns and controls subjects; the file lies sealed',
  ),
  ImportAgencyOwnership: row(
    supervisor,
    'eachRow',
    '导入服务机构股权与控制关系（封存）',
    'Import who owns and controls agencies; the file lies sealed',
  ),
  ReadImportTemplate: open('导入模板：表头与一行示例', 'Template of an import: the header and a row to look at'),
  ReadImports: row(parties, 'none', '本机构的导入；本省工作人员可看全部', 'Imports of the own organisation; staff of the province see all'),
  ReadImport: row(parties, 'ownOrStaff', '一次导入及其进度', 'One import and how far it is'),
  FollowImport: row(parties, 'ownOrStaff', '导入进度（服务器推送）', 'The progress of an import, as server-sent events'),
  ReadImportReport: row(
    parties,
    'ownOrStaff',
    '逐行结果：行、列、代码、原因与更正方法',
    'What came of each row: line, column, code, why and how to mend it',
  ),
  CancelImport: row(importers, 'ownImport', '取消导入；已办的行保留', 'Cancel an import; the rows that are done stay done'),
} as const satisfies Readonly<Record<string, AccessRow>>;
