/** Whether a payload is what its contract says: asked of every entry of another province before anything believes it. */
import { Value } from '@sinclair/typebox/value';
import type { EntryContract } from './schema.js';
import { voucherContracts } from './voucher.js';

const FAULTS_MAX = 5;
const contracts: ReadonlyMap<string, EntryContract> = new Map(Object.entries<EntryContract>(voucherContracts));

/**
 * The faults of a payload of the voucher context, one sentence each; none when it fits. Fields that the contract does not name are
 * left alone: a newer version may add some. An event that no contract names is a fault.
 */
export const voucherFaults = (event: string, data: unknown): readonly string[] => {
  const contract = contracts.get(event);
  if (!contract) return [`no contract names ${event}`];
  if (Value.Check(contract.data, data)) return [];
  return [...Value.Errors(contract.data, data)].slice(0, FAULTS_MAX).map(({ path, message }) => `${event}${path}: ${message}`);
};
