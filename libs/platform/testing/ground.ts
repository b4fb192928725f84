/** What a service of one context stands on in a test that has no service around it: its records, an audit and a log that say nothing. */
import type { Records } from '@yrd/ledger';
import { AuditTrail } from '../src/audit/audit-trail.js';
import type { ContextGround } from '../src/context-ground.js';
import { Custody } from '../src/keys/custody.js';
import { localWrapping } from '../src/keys/key-wrapping.js';
import { openLog } from '../src/log.js';

const KEY = Buffer.from('a key for tests that wraps keys!');

export const quietGround = (records: () => Records, now: () => number): ContextGround => {
  const log = openLog('silent', '32');
  const suite = 'aes-256-gcm';
  const wrapping = localWrapping([KEY], suite);
  const custody = new Custody({ records, wrapping, suite, keyBackupDays: 7, matchingKeys: [], personKey: new Uint8Array(32) });
  return { custody, records, log, trail: new AuditTrail({ province: '32', log, now, node: null, owners: async () => [] }) };
};
