/** An agency at work: suspended and reinstated by its own province. */
import { single, type Handler, type Rejection } from '@yrd/ledger';
import { agency, type Agency, type AgencyEvent, type OfAgency } from './agency.js';
import { mayAbout } from './agency-rules.js';
import { agencyStream } from './streams.js';

const supervision = <C extends OfAgency>(
  act: 'SuspendAgency' | 'ReinstateAgency',
  decide: (command: C, state: Agency) => readonly AgencyEvent[] | Rejection,
): Handler<C> =>
  single(
    agency,
    (command: C) => agencyStream(command.agency),
    (command, state, turn) => mayAbout(act, ['Active', 'Suspended'])(command, state, turn) ?? decide(command, state),
  );

export interface SuspendAgency extends OfAgency {
  readonly reason: string;
}
/** SuspendAgency (supervisor) → AgencySuspended: no new orders, no contracts (V7). */
export const SuspendAgency = supervision<SuspendAgency>('SuspendAgency', ({ agency: id, reason }, state) =>
  state.phase === 'Suspended' ? [] : [{ type: 'AgencySuspended', data: { agency: id, reason } }],
);
/** ReinstateAgency (supervisor) → AgencyReinstated. */
export const ReinstateAgency = supervision<OfAgency>('ReinstateAgency', ({ agency: id }, state) =>
  state.phase === 'Active' ? [] : [{ type: 'AgencyReinstated', data: { agency: id } }],
);
