/** A ceiling: money of a year that many quotas share. A controller's group (V3) and a scheme's pool (V4) are ceilings. */
import { foldOf } from '@yrd/ledger';
import type { PrivateEvent } from '../private-events.js';

export interface Ceiling {
  readonly takenFen: number;
  /** Orders that wait for the pool's money, the first in line first (V27); a group has none. */
  readonly queue: readonly string[];
}

type CeilingEvent = PrivateEvent<'CeilingTaken' | 'CeilingReturned' | 'QueueJoined' | 'QueueLeft' | 'QueueHeld'>;

const ceiling = (kind: string) =>
  foldOf<Ceiling, CeilingEvent>(
    kind,
    { takenFen: 0, queue: [] },
    {
      CeilingTaken: (state, { amountFen }) => ({ ...state, takenFen: state.takenFen + amountFen }),
      CeilingReturned: (state, { amountFen }) => ({ ...state, takenFen: state.takenFen - amountFen }),
      QueueJoined: (state, { order }) => ({ ...state, queue: [...state.queue, order] }),
      QueueLeft: (state, { order }) => ({ ...state, queue: state.queue.filter((each) => each !== order) }),
      QueueHeld: (state) => state,
    },
  );

export const group = ceiling('group');
export const pool = ceiling('pool');

/** What is left under a cap, in fen; null when there is no cap. */
export const leftUnder = (capFen: number | undefined, state: Ceiling): number | null =>
  capFen === undefined ? null : Math.max(0, capFen - state.takenFen);

export const take = (order: string, amountFen: number): CeilingEvent => ({ type: 'CeilingTaken', data: { order, amountFen } });
export const giveBack = (order: string, amountFen: number): CeilingEvent => ({ type: 'CeilingReturned', data: { order, amountFen } });
