/** What a sanction on a subject does to its open orders: each is held while it is in force, and released when it ends (A4). */
import type { DerivedCommand, Entry, Handler, Match, Reaction } from '@yrd/ledger';
import { handler } from './handling.js';
import { heldFor, releasedFrom } from './holding.js';
import { legal } from './legality.js';
import { order } from './order.js';
import { dataOf, idOf } from './reading.js';
import { BAR, barFacts, sanction } from './sanction.js';
import { commit } from './serving.js';
import { orderStream, sanctionStream } from './streams.js';
import type { OrderRow } from './views.js';

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

/** Orders looked at for one entry. */
const PAGE = 50;

const pageOf = (entry: Entry): { readonly subject: string; readonly after: string } => ({
  subject: idOf(entry.stream),
  after: dataOf(entry, 'SanctionContinued')?.after ?? '',
});
const concerned = ({ subject: id, after }: ReturnType<typeof pageOf>, province: string): Readonly<Record<string, Match>> => ({
  province,
  subject: id,
  id: { gte: after },
});

/** A sanction that began or ended → each open order of the subject, a page at a time. */
export const mindSanctions: Reaction = {
  name: 'mind-sanctions',
  on: ['SubjectSanctioned', 'SanctionLifted', 'SanctionContinued'],
  from: 'own',
  needs: (entry, found) => [{ rows: 'orders', where: concerned(pageOf(entry), found.province), limit: PAGE }],
  react: (entry, found) => {
    const { subject: id, ...page } = pageOf(entry);
    const rows = found.rows<OrderRow>('orders', concerned({ subject: id, ...page }, found.province));
    const after = rows.length < PAGE ? undefined : rows.at(-1)?.id;
    const next: DerivedCommand = { command: 'ContinueSanction', target: sanctionStream(id), body: { subject: id, after } };
    return [
      ...rows.map((row) => ({ command: 'MindSanction', target: orderStream(row.id), body: { order: row.id, subject: id } })),
      ...(after === undefined ? [] : [next]),
    ];
  },
};
