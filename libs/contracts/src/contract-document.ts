/** All shared entry types by their wire names, as plain data: what is tagged, compared with what was tagged, and shown to readers. */
import { wireType } from '@yrd/ledger';
import { LIMITS, type Schema, type Tagged } from './compatible.js';
import { ledgerContracts } from './ledger-entries.js';
import { personContracts } from './persons.js';
import type { EntryContract } from './schema.js';
import { voucherContracts } from './voucher.js';

/** Where an entry type stands, and its contract. */
export interface SharedType {
  /** The context whose journals hold it; null: those of all contexts. */
  readonly context: string | null;
  /** Name in the code: `OrderPlaced`. */
  readonly event: string;
  readonly contract: EntryContract;
}

const of = (prefix: string, context: string | null, contracts: Readonly<Record<string, EntryContract>>) =>
  Object.entries(contracts).map(([event, contract]) => [wireType(prefix, event, contract.version), { context, event, contract }] as const);

/** Wire name → shared type, in the order of the names. */
export const sharedTypes: ReadonlyMap<string, SharedType> = new Map<string, SharedType>(
  [...of('ledger', null, ledgerContracts), ...of('voucher', 'voucher', voucherContracts), ...of('access', 'access', personContracts)].sort(
    ([a], [b]) => (a < b ? -1 : 1),
  ),
);

const plain = (schema: object): Schema => JSON.parse(JSON.stringify(schema)) as Schema;

/** The contracts as they are now. */
export const currentContracts = (): Tagged =>
  Object.fromEntries(
    [...sharedTypes].map(([type, { contract }]) => {
      const { audience, classification, data } = contract;
      return [type, { audience, classification, schema: plain(data) }];
    }),
  );

const isFields = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A schema as readers may rest on it for as long as its type is written: fields may be added to every object, and limits of size are told
 * (`x-limits`) but not asserted, since they may widen. Whoever writes is held to the whole schema.
 */
export const forReaders = (schema: Schema): Schema => {
  const limits = Object.entries(schema).filter(([keyword]) => LIMITS.includes(keyword));
  const rest = Object.entries(schema).filter(
    ([keyword, value]) => !LIMITS.includes(keyword) && !(keyword === 'additionalProperties' && value === false),
  );
  const told = rest.map(([keyword, value]) => [keyword, inside(keyword, value)] as const);
  return Object.fromEntries([...told, ...(limits.length > 0 ? [['x-limits', Object.fromEntries(limits)] as const] : [])]);
};

const inside = (keyword: string, value: unknown): unknown => {
  if (Array.isArray(value))
    return keyword === 'anyOf' ? value.map((each) => (isFields(each) ? forReaders(each) : (each as unknown))) : value;
  if (!isFields(value)) return value;
  if (keyword === 'items' || keyword === 'additionalProperties') return forReaders(value);
  if (keyword !== 'properties' && keyword !== 'patternProperties') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, isFields(each) ? forReaders(each) : each]));
};
