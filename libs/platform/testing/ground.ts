/** What a service of one context stands on in a test that has no service around it: its records, an audit and a log that say nothing. */
import type { Records } from '@yrd/ledger';
import { AuditTrail } from '../src/audit/audit-trail.js';
import type { ContextGround } from '../src/context-ground.js';
import { openLog } from '../src/log.js';

export const quietGround = (records: () => Records, now: () => number): Pick<ContextGround, 'records' | 'trail' | 'log'> => {
  const log = openLog('silent', '32');
  return { records, log, trail: new AuditTrail({ province: '32', log, now, node: null, owners: async () => [] }) };
};
