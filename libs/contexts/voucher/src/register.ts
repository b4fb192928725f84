/** A register: a counter of the home journal, from which order numbers and window numbers are taken without gaps. */
import { foldOf } from '@yrd/ledger';
import type { PrivateEvent } from './private-events.js';

export interface Register {
  readonly last: number;
}

export const register = foldOf<Register, PrivateEvent<'NumberTaken'>>(
  'register',
  { last: 0 },
  { NumberTaken: (_, { number }) => ({ last: number }) },
);

export const takeNumber = (state: Register): PrivateEvent<'NumberTaken'> => ({ type: 'NumberTaken', data: { number: state.last + 1 } });
