/** The time limit that an order is under: which one, when it ends, and how it was counted. */
import type { Counted } from '@yrd/contracts';
import type { Limit, Order, Phase } from './order.js';

/** A limit that an order is under. */
export interface Limited {
  readonly limit: Limit;
  readonly lastMs: number;
  /** False while it is interrupted: the invoice's home is asked, or an objection is open. */
  readonly runs: boolean;
  readonly counted: Counted | null;
}

const LIMIT_OF: Readonly<Partial<Record<Phase, readonly [limit: Limit, runs: boolean]>>> = {
  Queued: ['accept', true],
  Placed: ['accept', true],
  Accepted: ['contract', true],
  // Under way past the last day of its redemption it can be paid no more (A5).
  InService: ['redeem', true],
  Delivered: ['redeem', true],
  Disputed: ['redeem', true],
  ServiceAccepted: ['redeem', true],
  InvoiceAsked: ['redeem', false],
  Publicised: ['publicity', true],
  Objected: ['publicity', false],
};

/** The limit of the present state; null where none ends it. */
export const limitIn = (state: Order): Limited | null => {
  const [limit, runs = false] = LIMIT_OF[state.phase] ?? [];
  if (limit === undefined) return null;
  const { terms, contractByMs, redeemByMs, endsMs } = state;
  const lastMs = {
    accept: terms?.acceptByMs ?? 0,
    contract: contractByMs,
    redeem: redeemByMs || (terms?.redeemUntilMs ?? 0),
    publicity: endsMs,
  }[limit];
  return { limit, lastMs, runs, counted: state.counted[limit] };
};
