/**
 * Holds of an order: by people, or by a rule that suspects something (V30, A9). A held order stays in its state, nothing of its money
 * moves, and its limits stand still; with the last release they run again to their original dates, or as long as was left.
 */
import { phrase, plain, refuse, type VoucherData, type VoucherEvent } from '@yrd/contracts';
import type { Decision, Handler, Turn } from '@yrd/ledger';
import { handler } from '../handling.js';
import { legal, REDEMPTION_HOLD } from './legality.js';
import { limitIn } from './order-limits.js';
import { order, type Order } from './order.js';
import { resumedMs } from '../policy/clocks.js';
import { awaited } from './recomputing.js';
import { commit, orderAct, type OfOrder } from './serving.js';
import { orderStream } from '../streams.js';

/** Holds by a rule; a reviewer ends them with what the review found. */
export const SUSPICIONS = ['E-SPLIT', 'E-DUPFILE'] as const;
/** Holds by how the agency stands (A3); the second one stops nothing but the redemption. */
export const AGENCY_HOLD = 'E-AGENCY';
export { REDEMPTION_HOLD } from './legality.js';
const OURS: readonly string[] = [AGENCY_HOLD, REDEMPTION_HOLD];
type Suspicion = (typeof SUSPICIONS)[number];
const byRule = (reason: string): boolean => [...SUSPICIONS, 'E-INTEGRITY'].includes(reason);

type Facts = NonNullable<VoucherData<'OrderHeld'>['facts']>;

/** OrderHeld from now on; none when it is held for this reason already. */
export const heldFor = (id: string, reason: string, state: Order, turn: Turn, facts?: Facts): readonly VoucherEvent<'OrderHeld'>[] =>
  state.holds.includes(reason) ? [] : [{ type: 'OrderHeld', data: { order: id, reason, atMs: turn.now, ...(facts ? { facts } : {}) } }];

/** When the limit of the state ends after a stop: on its original date, or with the day on which what was left is over. */
const resumption = (state: Order, turn: Turn): Pick<VoucherData<'OrderReleased'>, 'resumed'> => {
  const limited = limitIn(state);
  if (state.stoppedMs === null || !limited?.runs || limited.limit === 'publicity') return {};
  const { limit, lastMs, counted } = limited;
  const dueMs = lastMs >= turn.now ? lastMs : resumedMs(turn.now, Math.max(0, lastMs - state.stoppedMs));
  const counting = counted ? { counted: { ...counted, shiftMs: (counted.shiftMs ?? 0) + dueMs - lastMs } } : {};
  return { resumed: { limit, dueMs, ...counting, ...awaited(state, limited) } };
};

/** OrderReleased; none when it is not held for this reason. */
export const releasedFrom = (
  id: string,
  reason: string,
  state: Order,
  turn: Turn,
  finding?: string,
): readonly VoucherEvent<'OrderReleased'>[] => {
  if (!state.holds.includes(reason)) return [];
  const last = state.holds.every((each) => each === reason);
  const data = { order: id, reason, ...(finding === undefined ? {} : { finding }), ...(last ? resumption(state, turn) : {}) };
  return [{ type: 'OrderReleased', data }];
};

export interface HoldOrder extends OfOrder {
  readonly reason: string;
}
/** HoldOrder (supervisor or integrity officer) → OrderHeld: same state, nothing of money moves. Holds of rules are made by their rules. */
export const HoldOrder = orderAct<HoldOrder>('HoldOrder', ({ order: id, reason }, state, turn) =>
  byRule(reason) || OURS.includes(reason)
    ? refuse('E-VALIDATION', { field: 'reason', seen: plain(reason), needed: phrase('ownReason') })
    : { events: heldFor(id, reason, state, turn) },
);
/** ReleaseOrder (supervisor or integrity officer) → OrderReleased. A suspicion is not just lifted: it is reviewed. */
export const ReleaseOrder = orderAct<HoldOrder>('ReleaseOrder', ({ order: id, reason }, state, turn) =>
  byRule(reason) && state.holds.includes(reason)
    ? refuse('E-STATE', { seen: phrase('heldFor', { words: [reason] }), needed: phrase('reviewOrSanctionEnd') })
    : { events: releasedFrom(id, reason, state, turn) },
);

export interface ReviewSuspicion extends OfOrder {
  readonly reason: Suspicion;
  /** Code of what the review found. */
  readonly finding: string;
}
/** ReviewSuspicion (reviewer) → OrderReleased with the finding; who finds it true refuses or cancels the order instead. */
export const ReviewSuspicion = orderAct<ReviewSuspicion>('ReviewSuspicion', ({ order: id, reason, finding }, state, turn) => ({
  events: releasedFrom(id, reason, state, turn, finding),
}));

export interface HoldSuspected extends OfOrder {
  readonly reason: string;
  readonly facts: Facts;
}
/** Derived → OrderHeld; none when the order is over or held so already. */
export const HoldSuspected: Handler<HoldSuspected> = handler({
  target: (command: HoldSuspected) => orderStream(command.order),
  decide: ({ order: id, reason, facts }, turn): Decision => {
    const state = turn.state(order, orderStream(id));
    if (legal(state, 'HoldOrder') !== null) return [];
    return commit(state, { events: heldFor(id, reason, state, turn, facts) });
  },
});
