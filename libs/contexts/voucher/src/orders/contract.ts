/** What a contract must satisfy, wherever its signature is looked at (V12, M3). Times in ms, compared as Shanghai days. */
import { refuse, type VoucherData } from '@yrd/contracts';
import type { Rejection } from '@yrd/ledger';
import { dayOf } from '../policy/clocks.js';
import { termsOf, type Order } from './order.js';

export type Signature = Pick<VoucherData<'ContractSignatureTaken'>, 'contractHash' | 'amountFen' | 'signedMs' | 'startMs' | 'endMs'>;

/** V12: dated after the order and within the use window, not in the future; not above the order's amount. */
export const signable = (state: Order, signature: Signature, nowMs: number): Rejection | null => {
  const { placedMs, useUntilMs, amountFen } = termsOf(state);
  const signed = dayOf(signature.signedMs);
  if (signed < dayOf(placedMs)) return refuse('E-DATE', { seen: signed, needed: `not before the order of ${dayOf(placedMs)}` });
  if (signature.signedMs > useUntilMs)
    return refuse('E-DATE', { seen: signed, needed: `within the use window, until ${dayOf(useUntilMs)}` });
  if (signed > dayOf(nowMs)) return refuse('E-DATE', { seen: signed, needed: `not after today, ${dayOf(nowMs)}` });
  if (signature.endMs < signature.startMs) return refuse('E-DATE', { seen: dayOf(signature.endMs), needed: 'an end after the start' });
  if (signature.amountFen > amountFen) return refuse('E-FEE', { seen: signature.amountFen, needed: `up to ${amountFen} fen as ordered` });
  return null;
};

/** Both sides agree on hash, amount and dates; null when they do. */
export const agrees = (state: Order, mine: Signature): Rejection | null => {
  const theirs = state.signature;
  if (!theirs) return refuse('E-STATE', { seen: 'the agency has not signed', needed: 'its signature first' });
  for (const field of ['contractHash', 'amountFen', 'signedMs', 'startMs', 'endMs'] as const) {
    if (theirs[field] !== mine[field]) return refuse('E-VALIDATION', { field, seen: mine[field], needed: theirs[field] });
  }
  return null;
};
