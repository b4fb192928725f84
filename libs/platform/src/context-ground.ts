/** What the service of one context stands on beside its ledger node: its records, the custody of persons, the audit and the log. */
import { say, Unavailable, type Records, type World } from '@yrd/ledger';
import type { AuditTrail } from './audit/audit-trail.js';
import { custodyFor, type Custody, type CustodyParts } from './keys/custody.js';
import type { Log } from './log.js';

export interface ContextGround {
  readonly custody: Custody;
  /** Tables of the context's own database. @throws Unavailable until they are reached. */
  readonly records: () => Records;
  readonly trail: AuditTrail;
  readonly log: Log;
}

/** The ground of one context, whose world may still have to be reached. */
export const contextGround = (
  parts: CustodyParts,
  reached: () => World | undefined,
  more: Pick<ContextGround, 'trail' | 'log'>,
): ContextGround => {
  const records = (): Records => {
    const world = reached();
    if (world === undefined) throw new Unavailable(say('nodeStarting'));
    return world.storage.records;
  };
  return { custody: custodyFor(parts, records), records, ...more };
};
