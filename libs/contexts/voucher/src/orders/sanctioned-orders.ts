/** What a sanction on a subject does to its open orders: each is held while it is in force, and released when it ends (A4). */
import type { Entry, Handler, Where } from '@yrd/ledger';
import { handler } from '../handling.js';
import { heldFor, releasedFrom } from './holding.js';
import { legal } from './legality.js';
import { order } from './order.js';
import { byPages } from '../pages.js';
import { dataOf, idOf } from '../reading.js';
import { BAR, barFacts, sanction } from './sanction.js';
import { commit } from './serving.js';
import { orderStream, sanctionStream } from '../streams.js';

export interface MindSanction {
  readonly order: string;
  readonly subject: string;
}
/** Derived, for an order of the subject: OrderHeld while the subject is barred, else OrderReleased; none when it is so. */
export const MindSanction: Handler<MindSanction> = handler({
  target: (command: MindSanction) => orderStream(command.order),
  reads: (command: MindSanction, peek) => [{ province: peek.province, stream: sanctionStream(command.subject) }],
  decide: ({ order: id, subject: who }, turn) => {
    const state = turn.state(order, orderStream(id));
    if (legal(state, 'HoldOrder') !== null) return [];
    const { inForce } = turn.state(sanction, sanctionStream(who));
    return commit(state, { events: inForce ? heldFor(id, BAR, state, turn, barFacts(inForce)) : releasedFrom(id, BAR, state, turn) });
  },
});

const pageOf = (entry: Entry): { readonly subject: string; readonly after: string } => ({
  subject: idOf(entry.stream),
  after: dataOf(entry, 'SanctionContinued')?.after ?? '',
});
const concerned = ({ subject: id, after }: ReturnType<typeof pageOf>, province: string): Where => ({
  province,
  subject: id,
  id: { gte: after },
});

/** A sanction that began or ended → each open order of the subject, a page at a time. */
export const mindSanctions = byPages<ReturnType<typeof pageOf>>({
  name: 'mind-sanctions',
  on: ['SubjectSanctioned', 'SanctionLifted', 'SanctionContinued'],
  pageOf,
  concerned,
  each: (id, { subject: who }) => ({ command: 'MindSanction', target: orderStream(id), body: { order: id, subject: who } }),
  next: ({ subject: who, after }) => ({ command: 'ContinueSanction', target: sanctionStream(who), body: { subject: who, after } }),
});
