/** Read model of quota accounts, at home only: what is left of each, where its claim stands, and which clock runs over it. */
import type { View } from '@yrd/ledger';
import { stageOf } from './claim.js';
import { dueOf, until, type Due } from '../due.js';
import { quota, type Quota } from './quota.js';
import { eventOf, idIn, idOf } from '../reading.js';

interface QuotaPart {
  readonly state: Quota;
  readonly id: string;
  readonly updatedMs: number;
}
/** A claim is decided before the year closes (A5); then the rest is used (V13), and what is reserved is redeemed. */
const quotaDue = (state: Quota): Due => {
  const { phase, further, grantedFen, reservedFen, consumedFen, over, useUntilMs, redeemUntilMs, closesMs } = state;
  const claimed = phase === 'Submitted' || phase === 'Returned' || (phase === 'Granted' && further !== 'none');
  const usable = !over && grantedFen - reservedFen - consumedFen > 0;
  return dueOf([
    claimed ? until('year', closesMs) : null,
    usable ? until('use', useUntilMs) : null,
    reservedFen > 0 ? until('redeem', redeemUntilMs) : null,
  ]);
};

export const quotas: View<QuotaPart> = {
  name: 'quotas',
  on: [
    'QuotaApplied',
    'QuotaPassed',
    'QuotaReturned',
    'QuotaRefused',
    'QuotaGranted',
    'QuotaReserved',
    'QuotaReleased',
    'QuotaConsumed',
    'QuotaConsumptionReversed',
    'QuotaRestored',
    'QuotaFrozen',
    'QuotaUnfrozen',
    'QuotaClosed',
    'QuotaCounted',
    'QuotaVoided',
    'QuotaSliced',
    'QuotaUnsliced',
  ],
  // Other provinces show only that something was reserved or released, not the account.
  key: (entry) => idIn(entry, 'quota'),
  fold: (part, entry) => ({
    id: idOf(entry.stream),
    state: quota.evolve(part?.state ?? quota.initial, eventOf(entry)),
    updatedMs: entry.time,
  }),
  join: (parts) => {
    const part = Object.values(parts)[0];
    if (!part || part.state.phase === 'None') return null;
    const { state, id, updatedMs } = part;
    const [subject = '', scheme = '', year = ''] = id.split('.');
    const leftFen = state.grantedFen - state.reservedFen - state.consumedFen;
    return {
      id,
      subject,
      scheme,
      year: Number(year),
      state: state.phase,
      stage: stageOf(state),
      further: state.further,
      askedFen: state.askedFen,
      claims: state.claims,
      grantedFen: state.grantedFen,
      reservedFen: state.reservedFen,
      consumedFen: state.consumedFen,
      leftFen,
      useUntilMs: state.useUntilMs,
      redeemUntilMs: state.redeemUntilMs,
      updatedMs,
      ...quotaDue(state),
    };
  },
};
