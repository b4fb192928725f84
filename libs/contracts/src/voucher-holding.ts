/** Entries by which an order is held and released: by people, by a rule that suspects something, by a result that went out twice. */
import { Type } from '@sinclair/typebox';
import { Awaited, CodeWord, Facts, Hash, Id, Ms, Province, federal, oneOf } from './schema.js';
import { counting } from './voucher-calendar.js';

export const holding = {
  /** `facts`: what a rule's hold rests on. Limits stand still from `atMs` on. */
  OrderHeld: federal(Type.Object({ order: Id, reason: CodeWord, facts: Type.Optional(Facts), atMs: Type.Optional(Ms) }), {
    order: 'b2f0c1',
    reason: 'E-SPLIT',
    atMs: 4,
  }),
  /** `finding`: of a review. With the last hold the limit of the state runs again, to `dueMs`. */
  OrderReleased: federal(
    Type.Object({
      order: Id,
      reason: CodeWord,
      finding: Type.Optional(CodeWord),
      resumed: Type.Optional(
        Type.Object({ limit: oneOf('accept', 'contract', 'redeem', 'publicity'), dueMs: Ms, ...counting, awaits: Awaited }),
      ),
    }),
    { order: 'b2f0c1', reason: 'audit' },
  ),
  /** The same result went to several orders (A9): the home of each holds it. */
  DuplicateDelivered: federal(
    Type.Object({ deliverableHash: Hash, orders: Type.Array(Type.Object({ order: Id, home: Province }), { maxItems: 100 }) }),
    {
      deliverableHash: 'a'.repeat(64),
      orders: [
        { order: 'b2f0c1', home: '32' as const },
        { order: 'c77a', home: '33' as const },
      ],
    },
  ),
};
