/** The access register: who asked for what, and the persons whose data a node holds; the whole context, pure. */
import type { Context } from '@yrd/ledger';
import { audit, auditEntryTypes, audits, RecordAccess } from './audit.js';

export const access: Context = {
  name: 'access',
  codeVersion: 'access-1',
  entryTypes: { ...auditEntryTypes },
  folds: [audit],
  commands: { RecordAccess },
  reactions: [],
  views: [audits],
  timers: () => [],
};

export { auditStream, concernsOf, type AuditRow } from './audit.js';
