/** The border: every field of every shared entry has its row, and what looks personal does not pass. */
import type { TSchema } from '@sinclair/typebox';
import { BORDER, BORDER_TO_COME, borderFault, CROSSING_KINDS, personContracts, voucherContracts, word } from './index.js';
import type { EntryContract } from './schema.js';

const contracts: Readonly<Record<string, Readonly<Record<string, EntryContract>>>> = {
  voucher: voucherContracts,
  access: personContracts,
};

/** Names of all fields of a schema, down to where the border takes a field as one. */
const fieldsOf = (schema: TSchema, whole: readonly string[]): readonly string[] => {
  const { properties, items, anyOf, patternProperties } = schema as {
    readonly properties?: Readonly<Record<string, TSchema>>;
    readonly items?: TSchema;
    readonly anyOf?: readonly TSchema[];
    readonly patternProperties?: Readonly<Record<string, TSchema>>;
  };
  const below = [...(items ? [items] : []), ...(anyOf ?? []), ...Object.values(patternProperties ?? {})];
  return [
    ...Object.entries(properties ?? {}).flatMap(([name, each]) => [name, ...(whole.includes(name) ? [] : fieldsOf(each, whole))]),
    ...below.flatMap((each) => fieldsOf(each, whole)),
  ];
};

describe.each(Object.entries(contracts))('Of the context %s', (context, entries) => {
  const row = BORDER[context]!;
  it.each(Object.entries(entries))('every field of %s is known to the border', (_, { data, audience }) => {
    expect(audience).not.toBe('private');
    const fields = fieldsOf(data, row.whole);
    expect(fields.filter((name) => !Object.hasOwn(row.fields, name))).toEqual([]);
  });

  it('no row is of a field that is gone, and every kind is one that crosses', () => {
    const used = new Set(Object.values(entries).flatMap(({ data }) => fieldsOf(data, row.whole)));
    expect(Object.keys(row.fields).filter((name) => !used.has(name))).toEqual([]);
    for (const kind of Object.values(row.fields)) expect(row.crosses).toContain(kind);
    for (const kind of row.crosses) expect(Object.keys(CROSSING_KINDS)).toContain(kind);
    expect(row.never.length).toBeGreaterThan(0);
  });

  it('a field that nobody classified is found', () => {
    const { properties } = Object.values(entries)[0]!.data;
    const added = { type: 'object', properties: { ...properties, nested: { items: { properties: { phone: {} } } } } } as never;
    expect(fieldsOf(added, row.whole).filter((name) => !Object.hasOwn(row.fields, name))).toEqual(['nested', 'phone']);
  });
});

test('the contexts that are still to come have their rows of domain 7.1', () => {
  expect(Object.keys(BORDER_TO_COME)).toEqual(['achievement', 'expert', 'integrity']);
});

describe('A payload that others will read', () => {
  const numbers = (text: string) => (/\d{11}/.test(text) ? 'mobile-phone' : null);
  const cause = voucherContracts.OrderDeclined.example;

  it('passes as it is, with all that the examples hold', () => {
    for (const [name, { example }] of Object.entries<EntryContract>(voucherContracts))
      expect([name, borderFault('voucher', example, numbers)]).toEqual([name, null]);
  });

  it('is refused with a number in its words, and the refusal repeats only the name of the field', () => {
    const refused = borderFault('voucher', { ...cause, cause: '请联系 13812345678' }, numbers);
    expect(refused).toMatchObject({ rejected: 'E-BORDER', facts: { field: 'cause', seen: word('mobile-phone') } });
    expect(JSON.stringify(refused)).not.toContain('13812345678');
  });

  it.each([
    ['deep inside', { facts: { a: [{ b: '13812345678' }] } }],
    ['as the name of a field', { facts: { 13812345678: 1 } }],
    ['in a field that nobody knows', { surprise: '13812345678' }],
  ])('is refused with one %s', (_, more) => {
    expect(borderFault('voucher', { ...cause, ...more }, numbers)).toMatchObject({ rejected: 'E-BORDER' });
  });

  it('is not read where a register gave the number, or a node made it', () => {
    const unread = { number: '13812345678', invoiceKey: '1'.repeat(64), order: '1'.repeat(26), placedMs: 13_812_345_678 };
    expect(borderFault('voucher', { ...cause, ...unread }, numbers)).toBeNull();
  });
});
