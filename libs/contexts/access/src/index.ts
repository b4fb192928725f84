/** The access register: who asked for what, and the persons whose data a node holds; the whole context, pure. */
import { borderFault, personEntryTypes, personFaults } from '@yrd/contracts';
import type { Context, Entry, TimerChange } from '@yrd/ledger';
import { personalIn } from '@yrd/standards';
import { alerts, audit, auditEntryTypes, audits, RecordAccess } from './audit.js';
import { erasure } from './erasure.js';
import { dataOf, personalEntryTypes, personStream } from './events.js';
import { nodeCommands, peopleCommands } from './handlers.js';
import { identity, person } from './person.js';
import { retention } from './retention.js';
import { disclosures, erasures, persons } from './views.js';

/** An erasure that a duty postpones goes on when the duty has run out. */
const timers = (entry: Entry): readonly TimerChange[] => {
  const postponed = dataOf(entry, 'PersonErasurePostponed');
  if (!postponed) return [];
  const { person: id, erasure: made, origin, untilMs } = postponed;
  const fires = { command: 'ResumeErasure', target: personStream(id), body: { person: id, erasure: made, origin } };
  return [{ set: `erasure/${made}.${id}`, dueMs: untilMs + 1, fires }];
};

export const access: Context = {
  name: 'access',
  codeVersion: 'access-2',
  entryTypes: { ...auditEntryTypes, ...personEntryTypes, ...personalEntryTypes },
  faults: (event, data) => personFaults(event, data)[0] ?? null,
  border: (_, data) => borderFault('access', data, personalIn),
  folds: [audit, person, identity, erasure, retention],
  commands: { RecordAccess, ...peopleCommands, ...nodeCommands },
  reactions: [],
  views: [audits, alerts, persons, disclosures, erasures],
  timers,
};

export { auditStream, concernsOf, type AuditRow } from './audit.js';
export { erasure, type Erasure } from './erasure.js';
export { dataOf, erasureStream, personStream, retentionStream, type DataOf, type Hold, type SealedFields, type Token } from './events.js';
export { nodeCommands, peopleCommands, type BodyOf, type PeopleCommand } from './handlers.js';
export { identity, person, sees, type Person } from './person.js';
export { heldBy, retention, retentionAt } from './retention.js';
export type { DisclosureRow, ErasureRow, ErasureWord, PersonRow } from './views.js';
