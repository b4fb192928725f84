/**
 * A result is delivered by its hash. The agency's journal remembers for which orders each result went out, in whatever province they are
 * at home: the same one for two of them holds both (A9).
 */
import type { VoucherEvent } from '@yrd/contracts';
import { foldOf, toStream, type Decision, type Handler, type Reaction } from '@yrd/ledger';
import { agencyMay, engagement, engagementReads, homeOrder, type OfOrder } from './engagement.js';
import { handler } from '../handling.js';
import type { PrivateEvent } from '../private-events.js';
import { dataOf, provinceOf } from '../reading.js';
import { deliverableStream, engagementStream, orderStream } from '../streams.js';

export type DeliverableEvent = PrivateEvent<'ResultDelivered'> | VoucherEvent<'DuplicateDelivered'>;
type For = PrivateEvent<'ResultDelivered'>['data'];

/** Orders remembered of one result: as many as an entry takes. */
const KEPT = 100;

export interface Deliverable {
  readonly orders: readonly For[];
}

export const deliverable = foldOf<Deliverable, DeliverableEvent>(
  'deliverable',
  { orders: [] },
  {
    ResultDelivered: ({ orders }, { order, home }) => ({ orders: [...orders, { order, home }].slice(-KEPT) }),
    DuplicateDelivered: (state) => state,
  },
);

export interface DeliverService extends OfOrder {
  readonly deliverableHash: string;
}
/** DeliverService (agency) → DeliveryStated: the hash of the result, never the result; DuplicateDelivered if it went out before (A9). */
export const DeliverService: Handler<DeliverService> = handler({
  target: (command: DeliverService) => engagementStream(command.order),
  reads: (command: DeliverService, peek) => [
    ...engagementReads(command, peek),
    { province: peek.province, stream: deliverableStream(command.deliverableHash) },
  ],
  decide: (command, turn): Decision => {
    const no = agencyMay(turn, command, 'DeliverService');
    if (no) return no;
    const { order: id, home, deliverableHash } = command;
    if (turn.state(engagement, engagementStream(id)).deliverableHash === deliverableHash) return [];
    const policy = homeOrder(turn, command).terms?.policy;
    const stream = deliverableStream(deliverableHash);
    const before = turn.state(deliverable, stream).orders.filter(({ order }) => order !== id);
    const orders = [...before, { order: id, home }].slice(-KEPT);
    const events: readonly DeliverableEvent[] = [
      { type: 'ResultDelivered', data: { order: id, home } },
      ...(before.length === 0 ? [] : [{ type: 'DuplicateDelivered', data: { deliverableHash, orders } } as const]),
    ];
    return [
      ...toStream(engagementStream(id), [{ type: 'DeliveryStated', data: { order: id, home, deliverableHash } }], policy),
      ...toStream(stream, events, policy),
    ];
  },
});

/** DuplicateDelivered → the home of each of the orders holds it. */
export const holdDuplicates: Reaction = {
  name: 'hold-duplicates',
  on: ['DuplicateDelivered'],
  from: 'any',
  react: (entry, found) => {
    const { orders = [] } = dataOf(entry, 'DuplicateDelivered') ?? {};
    const facts = {
      seen: `the same result for ${orders.length} orders`,
      needed: 'a review: a result of its own for each order',
      whoCanMend: "the reviewer of the enterprise's province",
    };
    return orders
      .filter(({ home }) => home === found.province)
      .map(({ order }) => ({
        command: 'HoldSuspected',
        target: orderStream(order),
        body: { order, reason: 'E-DUPFILE', facts, from: provinceOf(entry.journal) },
      }));
  },
};
