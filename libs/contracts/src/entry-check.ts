/** Whether a payload is what its contract says: asked of every entry of another province before anything believes it. */
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler';
import type { EntryContract } from './schema.js';
import { voucherContracts } from './voucher.js';

const FAULTS_MAX = 5;
const contracts: ReadonlyMap<string, EntryContract> = new Map(Object.entries<EntryContract>(voucherContracts));
/** Each contract compiled once, when it is first asked for: several times cheaper than walking its schema for every entry. */
const checks = new Map<string, TypeCheck<EntryContract['data']>>();

const checkOf = (event: string): TypeCheck<EntryContract['data']> | null => {
  const contract = contracts.get(event);
  if (!contract) return null;
  const check = checks.get(event) ?? TypeCompiler.Compile(contract.data);
  checks.set(event, check);
  return check;
};

/**
 * The faults of a payload of the voucher context, one sentence each; none when it fits. Fields that the contract does not name are
 * left alone: a newer version may add some. An event that no contract names is a fault.
 */
export const voucherFaults = (event: string, data: unknown): readonly string[] => {
  const check = checkOf(event);
  if (!check) return [`no contract names ${event}`];
  if (check.Check(data)) return [];
  return [...check.Errors(data)].slice(0, FAULTS_MAX).map(({ path, message }) => `${event}${path}: ${message}`);
};
