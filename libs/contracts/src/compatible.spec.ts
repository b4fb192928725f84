/** What breaks a promise to readers, and what does not: each change by name, over a type that has everything contracts use. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { BUILTIN_TYPES, type EntryType } from '@yrd/ledger';
import { contractBreaks, type Schema } from './compatible.js';
import { currentContracts, forReaders, sharedTypes } from './contract-document.js';
import { FenByProvince, Hash, oneOf, Text } from './schema.js';

const THING = 'test.thing-said.v1';
const data = Type.Object({
  id: Type.String({ minLength: 2, maxLength: 20, pattern: '^[a-z]+$' }),
  hash: Hash,
  state: oneOf('open', 'shut'),
  amountFen: Type.Integer({ minimum: 0, maximum: 1_000 }),
  share: Type.Number(),
  sure: Type.Boolean(),
  note: Type.Optional(Text),
  either: Type.Union([Type.String({ pattern: '^a' }), Type.Null()]),
  list: Type.Array(Type.Object({ name: Text, nth: Type.Integer() }), { minItems: 1, maxItems: 3 }),
  byProvince: FenByProvince,
  closed: Type.Object({ mode: oneOf('x', 'y'), size: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
  described: Type.Object({}, { additionalProperties: Type.Integer({ minimum: 1 }) }),
});
const sample = {
  id: 'abc',
  hash: 'a'.repeat(64),
  state: 'open',
  amountFen: 5,
  share: 0.5,
  sure: true,
  either: 'ab',
  list: [{ name: 'n', nth: 1 }],
  byProvince: { 31: 4 },
  closed: { mode: 'x' },
  described: { any: 1 },
};

/** A contract that a change is made to, all of it. */
interface Loose {
  audience: unknown;
  classification: string;
  schema: Node;
}
interface Node {
  properties: Record<string, Node>;
  required: string[];
  enum: string[];
  items: Node;
  anyOf: Node[];
  patternProperties: Record<string, Node>;
  additionalProperties: unknown;
  [keyword: string]: unknown;
}
/** A schema to put in the place of another. */
const node = (schema: object): Node => JSON.parse(JSON.stringify(schema)) as Node;
type Change = (contracts: Record<string, Loose>, thing: Loose, fields: Record<string, Node>) => void;

const tagged = () => ({
  [THING]: { audience: 'public' as const, classification: 'public', schema: JSON.parse(JSON.stringify(data)) as Schema },
});
const changed = (change: Change) => {
  const now = tagged();
  const loose = now as unknown as Record<string, Loose>;
  change(loose, loose[THING]!, loose[THING]!.schema.properties);
  return now;
};
const without = (list: string[], word: string): string[] => list.filter((each) => each !== word);

const BREAKING: readonly (readonly [string, Change])[] = [
  ['the type is removed', (all) => delete all[THING]],
  ['the type is renamed', (all, thing) => (delete all[THING], (all['test.thing-told.v1'] = thing))],
  ['another version takes its place', (all, thing) => (delete all[THING], (all['test.thing-said.v2'] = thing))],
  ['it is for everybody’s eyes no more', (_, thing) => (thing.audience = 'federation')],
  ['it is sealed', (_, thing) => (thing.audience = 'private')],
  ['it is for some provinces', (_, thing) => (thing.audience = ['31', '32'])],
  ['its classification rises', (_, thing) => (thing.classification = 'internal')],
  ['its classification is none', (_, thing) => (thing.classification = '')],
  ['a required field is removed', (_, { schema }, f) => (delete f['hash'], (schema.required = without(schema.required, 'hash')))],
  ['an optional field is removed', (_, __, f) => delete f['note']],
  ['a field is renamed', (_, __, f) => ((f['digest'] = f['hash']!), delete f['hash'])],
  ['a field is renamed by its case', (_, __, f) => ((f['Hash'] = f['hash']!), delete f['hash'])],
  ['a required field is added', (_, { schema }, f) => ((f['more'] = node({ type: 'string' })), schema.required.push('more'))],
  ['an undeclared field is required', (_, { schema }) => schema.required.push('more')],
  ['an optional field becomes required', (_, { schema }) => schema.required.push('note')],
  ['a required field becomes optional', (_, { schema }) => (schema.required = without(schema.required, 'hash'))],
  ['nothing is required any more', (_, { schema }) => (schema.required = [])],
  ['a whole number may be a fraction', (_, __, f) => (f['amountFen']!['type'] = 'number')],
  ['a number must be whole', (_, __, f) => (f['share']!['type'] = 'integer')],
  ['a number becomes a text', (_, __, f) => (f['amountFen'] = node({ type: 'string' }))],
  ['a truth value becomes a word', (_, __, f) => (f['sure'] = node({ type: 'string', enum: ['yes', 'no'] }))],
  ['a field may be null', (_, __, f) => (f['amountFen']!['type'] = ['integer', 'null'])],
  ['a field loses its type', (_, __, f) => delete f['amountFen']!['type']],
  ['the payload is a list', (_, { schema }) => (schema['type'] = 'array')],
  ['a word is removed', (_, __, f) => (f['state']!.enum = ['open'])],
  ['a word is added', (_, __, f) => f['state']!.enum.push('ajar')],
  ['a word is replaced', (_, __, f) => (f['state']!.enum = ['open', 'closed'])],
  ['a word changes its case', (_, __, f) => (f['state']!.enum = ['Open', 'shut'])],
  ['any word is good', (_, __, f) => delete (f['state'] as Partial<Node>).enum],
  ['only one value is left', (_, __, f) => (f['amountFen']!['const'] = 5)],
  ['a free text gets words', (_, __, f) => (f['note']!.enum = ['a', 'b'])],
  ['the least amount rises', (_, __, f) => (f['amountFen']!['minimum'] = 1)],
  ['the largest amount falls', (_, __, f) => (f['amountFen']!['maximum'] = 999)],
  ['a number gets a largest value', (_, __, f) => (f['share']!['maximum'] = 1)],
  ['a number gets a least value', (_, __, f) => (f['share']!['minimum'] = 0)],
  ['a number has steps', (_, __, f) => (f['amountFen']!['multipleOf'] = 5)],
  ['a bound is not reached any more', (_, __, f) => (f['amountFen']!['exclusiveMaximum'] = 1_000)],
  ['a text gets shorter', (_, __, f) => (f['id']!['maxLength'] = 19)],
  ['a text gets longer at least', (_, __, f) => (f['id']!['minLength'] = 3)],
  ['a text gets a longest length', (_, __, f) => (f['hash']!['maxLength'] = 64)],
  ['the form of a text is narrowed', (_, __, f) => (f['id']!['pattern'] = '^[a-y]+$')],
  ['the form of a text is another', (_, __, f) => (f['hash']!['pattern'] = '^[0-9A-F]{64}$')],
  ['a text loses its form', (_, __, f) => delete f['hash']!['pattern']],
  ['a text gets a form', (_, __, f) => (f['note']!['pattern'] = '^.*$')],
  ['a text is a date', (_, __, f) => (f['note']!['format'] = 'date')],
  ['a list gets shorter', (_, __, f) => (f['list']!['maxItems'] = 2)],
  ['a list gets longer at least', (_, __, f) => (f['list']!['minItems'] = 2)],
  ['a list holds each but once', (_, __, f) => (f['list']!['uniqueItems'] = true)],
  ['a list holds something else', (_, __, f) => (f['list']!.items = node({ type: 'string' }))],
  ['a list holds anything', (_, __, f) => delete (f['list'] as Partial<Node>).items],
  ['a field within a list is removed', (_, __, f) => delete f['list']!.items.properties['nth']],
  ['a field within a list is narrowed', (_, __, f) => (f['list']!.items.properties['nth']!['minimum'] = 2)],
  ['a variant is removed', (_, __, f) => f['either']!.anyOf.pop()],
  ['a variant is added', (_, __, f) => f['either']!.anyOf.push(node({ type: 'boolean' }))],
  ['a variant is narrowed', (_, __, f) => (f['either']!.anyOf[0]!['pattern'] = '^ab')],
  ['amounts stand under other names', (_, __, f) => (f['byProvince']!.patternProperties = { '^3[1-5]$': node({ type: 'integer' }) })],
  ['amounts by province are narrowed', (_, __, f) => (f['byProvince']!.patternProperties['^3[1-4]$']!['minimum'] = 1)],
  ['an open object is closed', (_, { schema }) => (schema.additionalProperties = false)],
  ['an open object is described', (_, { schema }) => (schema.additionalProperties = { type: 'string' })],
  ['what is described is open', (_, __, f) => (f['described']!.additionalProperties = true)],
  ['what is described is narrowed', (_, __, f) => (f['described']!.additionalProperties = { type: 'integer', minimum: 2 })],
  ['a field takes a name that could stand already', (_, __, f) => (f['described']!.properties = { any: node({ type: 'string' }) })],
  ['a keyword comes that nobody knows', (_, { schema }) => (schema['propertyNames'] = { pattern: '^[a-z]' })],
  ['a word within a closed object is removed', (_, __, f) => (f['closed']!.properties['mode']!.enum = ['x'])],
];

/** Beside the change: a payload that only the new contract lets somebody write, where there is one. */
const HARMLESS: readonly (readonly [string, Change, object?])[] = [
  ['nothing is changed', () => undefined],
  ['a type is added', (all, thing) => (all['test.thing-told.v1'] = JSON.parse(JSON.stringify(thing)) as Loose)],
  ['a new version stands beside the old one', (all, thing) => (all['test.thing-said.v2'] = JSON.parse(JSON.stringify(thing)) as Loose)],
  ['an optional field is added', (_, __, f) => (f['more'] = node({ type: 'string' })), { ...sample, more: 'm' }],
  [
    'an optional object is added',
    (_, __, f) => (f['more'] = node({ type: 'object', properties: {}, required: ['x'] })),
    { ...sample, more: { x: 1 } },
  ],
  [
    'an optional field is added within a list',
    (_, __, f) => (f['list']!.items.properties['more'] = node({ type: 'null' })),
    { ...sample, list: [{ name: 'n', nth: 1, more: null }] },
  ],
  [
    'an optional field is added to a closed object',
    (_, __, f) => (f['closed']!.properties['more'] = node({ type: 'string' })),
    { ...sample, closed: { mode: 'x', more: 'm' } },
  ],
  [
    'a closed object is opened',
    (_, __, f) => delete (f['closed'] as Partial<Node>).additionalProperties,
    { ...sample, closed: { mode: 'x', more: 1 } },
  ],
  ['an open object says so', (_, { schema }) => (schema.additionalProperties = true)],
  ['an open object says so by an empty schema', (_, { schema }) => (schema.additionalProperties = {})],
  ['the contract is described', (_, { schema }) => (schema['description'] = 'what was said')],
  ['a field is described', (_, __, f) => (f['amountFen']!['description'] = 'whole fen')],
  ['a field gets a title', (_, __, f) => (f['id']!['title'] = 'Id')],
  ['a field gets an example', (_, __, f) => (f['id']!['examples'] = ['abc'])],
  ['a field gets a default', (_, __, f) => (f['note']!['default'] = '')],
  ['a field is deprecated and still written', (_, __, f) => (f['note']!['deprecated'] = true)],
  ['a remark of ours is added', (_, __, f) => (f['id']!['x-source'] = 'domain 2.2')],
  ['the contract gets an address', (_, { schema }) => (schema['$id'] = 'urn:yrd:test')],
  [
    'fields stand in another order',
    (_, { schema }) => (schema.properties = Object.fromEntries(Object.entries(schema.properties).reverse())),
  ],
  ['required fields stand in another order', (_, { schema }) => schema.required.reverse()],
  ['words stand in another order', (_, __, f) => f['state']!.enum.reverse()],
  ['variants stand in another order', (_, __, f) => f['either']!.anyOf.reverse()],
  ['a list of words has one twice', (_, __, f) => f['state']!.enum.push('open')],
  ['a type is written as a list of one', (_, __, f) => (f['sure']!['type'] = ['boolean'])],
  ['the least amount falls', (_, __, f) => (f['amountFen']!['minimum'] = -1), { ...sample, amountFen: -1 }],
  ['the largest amount rises', (_, __, f) => (f['amountFen']!['maximum'] = 2_000), { ...sample, amountFen: 2_000 }],
  ['a largest amount is no more', (_, __, f) => delete f['amountFen']!['maximum'], { ...sample, amountFen: 1_000_000 }],
  ['a text may be longer', (_, __, f) => (f['id']!['maxLength'] = 40), { ...sample, id: 'x'.repeat(40) }],
  ['a text may be shorter', (_, __, f) => (f['id']!['minLength'] = 1), { ...sample, id: 'x' }],
  ['a list may be longer', (_, __, f) => (f['list']!['maxItems'] = 4), { ...sample, list: Array(4).fill(sample.list[0]) }],
  ['a list may be empty', (_, __, f) => (f['list']!['minItems'] = 0), { ...sample, list: [] }],
];

const ajv = new Ajv2020({ allErrors: true, strict: false });
const valid = (schema: Schema, payload: unknown): readonly string[] => {
  const check = ajv.compile(schema);
  return check(payload) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

test('the gate knows more than forty ways to break a promise, and more than twenty that break none', () => {
  expect(BREAKING.length).toBeGreaterThanOrEqual(40);
  expect(HARMLESS.length).toBeGreaterThanOrEqual(20);
  for (const table of [BREAKING, HARMLESS]) expect(new Set(table.map(([name]) => name)).size).toBe(table.length);
});

test.each(BREAKING)('refused: %s', (_, change) => {
  const broken = contractBreaks(tagged(), changed(change));
  expect(broken.length).toBeGreaterThan(0);
  for (const sentence of broken) expect(sentence).toMatch(/^test\.thing-said\.v1[^ ]*: \S.{10,}/);
});

describe.each(HARMLESS.map(([name, change, later = sample]) => ({ name, change, later })))('let pass: $name', ({ change, later }) => {
  const now = changed(change);
  test('nothing is broken', () => expect(contractBreaks(tagged(), now)).toEqual([]));
  test('what was written before is still good', () => expect(valid(now[THING].schema, sample)).toEqual([]));
  test('what is written from now on is good for readers of before', () => {
    expect(valid(now[THING].schema, later)).toEqual([]);
    expect(valid(forReaders(tagged()[THING].schema), later)).toEqual([]);
  });
});

test('a schema for readers asserts no limit and no end of fields, and tells them all the same', () => {
  const { properties } = forReaders(tagged()[THING].schema) as { properties: Record<string, Schema> };
  expect(properties['id']).toEqual({ type: 'string', pattern: '^[a-z]+$', 'x-limits': { minLength: 2, maxLength: 20 } });
  expect(JSON.stringify(properties)).not.toContain('"additionalProperties":false');
  expect(JSON.stringify(properties['byProvince'])).toContain('"x-limits":{"minimum":0}');
});

// Whoever reads the log of a journal tells its public entries by their leaves, and can count after us (adr/0005).
test.each([...sharedTypes])('%s is classified as public if and only if anybody may read it', (_, { contract }) => {
  expect(contract.classification === 'public').toBe(contract.audience === 'public');
});

test.each([...sharedTypes].filter(([, { context }]) => context === null))(
  '%s is described as the ledger declares it',
  (type, { event, contract }) => {
    const { audience, classification, legalBasis } = contract;
    expect(new Map<string, EntryType>(Object.entries(BUILTIN_TYPES)).get(event)).toEqual({ type, audience, classification, legalBasis });
    expect([...Value.Errors(contract.data, contract.example)]).toEqual([]);
  },
);

test('every real contract is compared whole: a change of any of its parts is seen', () => {
  const current = currentContracts();
  expect(contractBreaks(current, current)).toEqual([]);
  const parts = (schema: Schema, at: readonly string[]): (readonly string[])[] =>
    Object.entries(schema).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null ? [[...at, name], ...parts(value as Schema, [...at, name])] : [[...at, name]],
    );
  const unseen: string[] = [];
  for (const [type, was] of Object.entries(current)) {
    for (const path of parts(was.schema, [])) {
      const schema = JSON.parse(JSON.stringify(was.schema)) as Schema;
      const holder = path.slice(0, -1).reduce((each, name) => each[name] as Schema, schema) as Record<string, unknown>;
      const last = path.at(-1)!;
      if (Array.isArray(holder) || /^(min|max)|description|additionalProperties/.test(last)) continue;
      delete holder[last];
      if (contractBreaks({ [type]: was }, { [type]: { ...was, schema } }).length === 0) unseen.push(`${type} ${path.join('/')}`);
    }
  }
  expect(unseen).toEqual([]);
});
