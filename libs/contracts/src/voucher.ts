/** The voucher context as others may read it: every shared entry by name, its schema, its audience and an example. */
import type { Static } from '@sinclair/typebox';
import { wireType, type EntryType } from '@yrd/ledger';
import type { EntryContract } from './schema.js';
import { admission } from './voucher-admission.js';
import { agencies, invoices, statements } from './voucher-agency.js';
import { afterwards } from './voucher-afterwards.js';
import { audits } from './voucher-audit.js';
import { batches } from './voucher-batch.js';
import { calendar } from './voucher-calendar.js';
import { complaints } from './voucher-complaint.js';
import { holding } from './voucher-holding.js';
import { objections } from './voucher-objection.js';
import { ownership } from './voucher-ownership.js';
import { placing, redeeming, serving } from './voucher-order.js';
import { paying } from './voucher-paying.js';
import { adoption, settlement } from './voucher-settlement.js';
import { slices } from './voucher-slice.js';

/** Event name → contract. Additions only: a new meaning is a new name or version. */
export const voucherContracts = {
  ...placing,
  ...serving,
  ...redeeming,
  ...paying,
  ...afterwards,
  ...admission,
  ...complaints,
  ...objections,
  ...agencies,
  ...statements,
  ...invoices,
  ...settlement,
  ...batches,
  ...audits,
  ...adoption,
  ...calendar,
  ...holding,
  ...ownership,
  ...slices,
};

export type VoucherEntryName = keyof typeof voucherContracts;

/** The payload of a shared entry. */
export type VoucherData<N extends VoucherEntryName> = Static<(typeof voucherContracts)[N]['data']>;

/** A shared entry as an event: `VoucherEvent<'OrderPlaced' | 'OrderAccepted'>` is a union. */
export type VoucherEvent<N extends VoucherEntryName = VoucherEntryName> = {
  [K in N]: { readonly type: K; readonly data: VoucherData<K> };
}[N];

/** What the leaf says of each kind of shared entry. */
export const voucherEntryTypes: Readonly<Record<VoucherEntryName, EntryType>> = Object.fromEntries(
  Object.entries<EntryContract>(voucherContracts).map(([name, { version, audience, classification, legalBasis }]) => [
    name,
    { type: wireType('voucher', name, version), audience, classification, legalBasis },
  ]),
) as Record<VoucherEntryName, EntryType>;
