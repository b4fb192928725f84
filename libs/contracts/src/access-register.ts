/** Rows of the access register: who asked for what, and the persons whose data a node holds. */
import { personRows } from './access-persons.js';
import { everybody, row, type AccessRow } from './access-rows.js';

export const registerRows = {
  ...personRows,
  ReadAudit: row(
    ['auditor', 'security-admin'],
    'refusalsOnly',
    '检索审计记录：谁、何时、对何事、结果如何',
    'Search the audit: who asked for what, when, and what came of it',
  ),
  ReadOwnAudit: row(
    everybody,
    'ownRecords',
    '与本机构或本人有关的审计记录',
    'Audit records about the own organisation’s things and own acts',
  ),
  ReadAlerts: {
    ...row(
      ['supervisor', 'integrity-officer', 'auditor'],
      'none',
      '回避告警：有利害关系者试图经办而被拒（A14）',
      'Alerts: who has an interest tried to decide, and was stopped (A14)',
    ),
    audited: 'read',
  },
  ReadAuditExport: {
    ...row(
      ['auditor'],
      'none',
      '导出一段时间的审计记录，附可离线核验的证明',
      'Export audit records of a period, each with a proof to check offline',
    ),
    audited: 'read',
  },
} as const satisfies Readonly<Record<string, AccessRow>>;
