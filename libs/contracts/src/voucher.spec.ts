/** The voucher contracts: examples fit schemas, names are wire names, and nothing that must stay at home can cross. */
import { Value } from '@sinclair/typebox/value';
import { codes, voucherContracts, voucherEntryTypes, voucherFaults } from './index.js';
import type { EntryContract } from './schema.js';

const contracts = Object.entries<EntryContract>(voucherContracts);

test.each(contracts)('the example of %s fits its schema', (_, { data, example }) => {
  expect([...Value.Errors(data, example)]).toEqual([]);
});

test.each(contracts)('%s refuses an empty payload unless nothing is required', (_, { data }) => {
  expect(Value.Check(data, {})).toBe((data.required ?? []).length === 0);
});

test('wire names are distinct and of this context', () => {
  const names = Object.values(voucherEntryTypes).map(({ type }) => type);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^voucher\.[a-z]+(-[a-z]+)*\.v1$/);
});

// Domain §7.1: what never crosses a border.
test('no shared payload has a field for a person, a bank account, a review note or the text of a file', () => {
  const fields = contracts.flatMap(([name, { data }]) => Object.keys(data.properties).map((field) => `${name}.${field}`));
  expect(fields.filter((field) => /\.(person|reviewer|approver|account|bank|note|comment|text|content|phone|email)/i.test(field))).toEqual(
    [],
  );
});

test('amounts are whole fen: a fraction and a negative amount are refused', () => {
  const { data, example } = voucherContracts.OrderPlaced;
  expect(Value.Check(data, { ...example, amountFen: 0.5 })).toBe(false);
  expect(Value.Check(data, { ...example, amountFen: -1 })).toBe(false);
});

test('every code speaks both languages, names its clause, and is refused with a client or server status', () => {
  for (const [name, { zh, en, clause, status }] of Object.entries(codes)) {
    expect(name).toMatch(/^E-[A-Z]+$/);
    expect([zh, en, clause].every((text) => text.length > 1)).toBe(true);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  }
  expect([codes['E-VERSION'].status, codes['E-IDEMPOTENCY'].status, codes['E-HOME'].status, codes['E-BUSY'].status]).toEqual([
    412, 422, 421, 429,
  ]);
});

test('a payload that does not fit names the place, an unknown event is a fault, an added field is not', () => {
  const { example } = voucherContracts.QuotaReserved;
  expect(voucherFaults('QuotaReserved', { ...example, amountFen: '4' })).toEqual([expect.stringContaining('QuotaReserved/amountFen')]);
  expect(voucherFaults('QuotaReserved', { ...example, laterField: true })).toEqual([]);
  expect(voucherFaults('SubjectRegistered', {})).toEqual(['no contract names SubjectRegistered']);
  expect(voucherFaults('OrderPlaced', null).length).toBeGreaterThan(0);
});
