/** Entries by which an order is held and released: by people, by a rule that suspects something, and what a result was taken for. */
import { Type } from '@sinclair/typebox';
import { Awaited, CodeWord, Facts, Id, Ms, federal, oneOf } from './schema.js';
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
  /** In the stream of a result's hash: an order of this journal was served with it (A9). Each home compares, and holds its own. */
  ResultTaken: federal(Type.Object({ order: Id }), { order: 'b2f0c1' }),
};
