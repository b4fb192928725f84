/** Whether a payload is what its contract says: asked of every entry of another province before anything believes it. */
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler';
import { personContracts } from './persons.js';
import type { EntryContract } from './schema.js';
import { voucherContracts } from './voucher.js';

const FAULTS_MAX = 5;

/**
 * The faults of a payload of one context, one sentence each; none when it fits. Fields that the contract does not name are left alone: a
 * newer version may add some. An event that no contract names is a fault.
 */
const faultsBy = (contracts: Readonly<Record<string, EntryContract>>) => {
  /** Each contract compiled once, when it is first asked for: several times cheaper than walking its schema for every entry. */
  const checks = new Map<string, TypeCheck<EntryContract['data']>>();
  const checkOf = (event: string): TypeCheck<EntryContract['data']> | null => {
    const contract = Object.hasOwn(contracts, event) ? contracts[event] : undefined;
    if (!contract) return null;
    const check = checks.get(event) ?? TypeCompiler.Compile(contract.data);
    checks.set(event, check);
    return check;
  };
  return (event: string, data: unknown): readonly string[] => {
    const check = checkOf(event);
    if (!check) return [`no contract names ${event}`];
    if (check.Check(data)) return [];
    return [...check.Errors(data)].slice(0, FAULTS_MAX).map(({ path, message }) => `${event}${path}: ${message}`);
  };
};

export const voucherFaults = faultsBy(voucherContracts);
export const personFaults = faultsBy(personContracts);
