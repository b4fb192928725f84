/** Whether a document is a policy pack: what a service asks before it offers one for adoption. */
import { Value } from '@sinclair/typebox/value';
import { VoucherPack } from './voucher-pack.js';

/** How many faults are told at most. */
const FAULTS_MAX = 20;

export type ParsedPack = { readonly ok: true; readonly pack: VoucherPack } | { readonly ok: false; readonly faults: readonly string[] };

/** The document as a pack, or one sentence for each fault: where it is and what was expected there. */
export const parsePack = (document: unknown): ParsedPack => {
  if (Value.Check(VoucherPack, document)) return { ok: true, pack: document };
  const faults = [...Value.Errors(VoucherPack, document)].map(({ path, message }) => `${path === '' ? 'the document' : path}: ${message}`);
  return { ok: false, faults: faults.slice(0, FAULTS_MAX) };
};
