/** What a contract must satisfy, wherever its signature is looked at (V12, M3). Times in ms, compared as Shanghai days. */
import { moment, phrase, plain, refuse, yuan, type VoucherData } from '@yrd/contracts';
import type { Rejection, Said } from '@yrd/ledger';
import { dayOf } from '../policy/clocks.js';
import { termsOf, type Order } from './order.js';

export type Signature = Pick<VoucherData<'ContractSignatureTaken'>, 'contractHash' | 'amountFen' | 'signedMs' | 'startMs' | 'endMs'>;

/** V12: dated after the order and within the use window, not in the future; not above the order's amount. */
export const signable = (state: Order, signature: Signature, nowMs: number): Rejection | null => {
  const { placedMs, useUntilMs, amountFen } = termsOf(state);
  const signed = dayOf(signature.signedMs);
  if (signed < dayOf(placedMs))
    return refuse('E-DATE', { seen: plain(signed), needed: phrase('notBeforeOrder', { day: dayOf(placedMs) }) });
  if (signature.signedMs > useUntilMs)
    return refuse('E-DATE', { seen: plain(signed), needed: phrase('withinUseWindow', { day: dayOf(useUntilMs) }) });
  if (signed > dayOf(nowMs)) return refuse('E-DATE', { seen: plain(signed), needed: phrase('notAfterToday', { today: dayOf(nowMs) }) });
  if (signature.endMs < signature.startMs)
    return refuse('E-DATE', { seen: plain(dayOf(signature.endMs)), needed: phrase('endAfterStart') });
  if (signature.amountFen > amountFen)
    return refuse('E-FEE', { seen: yuan(signature.amountFen), needed: phrase('upToOrdered', { amountFen }) });
  return null;
};

const shown = (field: keyof Signature, { [field]: value }: Signature): Said =>
  typeof value === 'string' ? plain(value) : field === 'amountFen' ? yuan(value) : moment(value);

/** Both sides agree on hash, amount and dates; null when they do. */
export const agrees = (state: Order, mine: Signature): Rejection | null => {
  const theirs = state.signature;
  if (!theirs) return refuse('E-STATE', { seen: phrase('agencyUnsigned'), needed: phrase('signatureFirst') });
  for (const field of ['contractHash', 'amountFen', 'signedMs', 'startMs', 'endMs'] as const) {
    if (theirs[field] !== mine[field]) return refuse('E-VALIDATION', { field, seen: shown(field, mine), needed: shown(field, theirs) });
  }
  return null;
};
