/** The description of what a node tells outside, judged by the parser and the schema of those who wrote the specification. */
import { Parser } from '@asyncapi/parser';
import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { asyncApiDocument, publicTypes, schemaDocument, sharedTypes } from '@yrd/contracts';
import { CONTEXTS } from './federation.js';

const URL_31 = 'https://node.31.example';
const node = { province: '31', name: '上海', url: URL_31, contexts: CONTEXTS };
const document = asyncApiDocument(node);

test('the official parser finds no fault in it, and reads every topic, feed and type', async () => {
  const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
  // 0 is an error and 1 a warning; a hint (2) says at most that a newer version of the specification is there.
  expect(diagnostics.filter(({ severity }) => Number(severity) < 2).map(({ code, message, path }) => ({ code, message, path }))).toEqual(
    [],
  );
  expect(parsed?.version()).toBe('3.1.0');
  const addresses = parsed
    ?.channels()
    .all()
    .map((channel) => channel.address());
  expect(addresses).toEqual(CONTEXTS.flatMap((context) => [`yrd.31.${context}.events`, `/v1/feeds/31/${context}`]));
  for (const context of CONTEXTS) {
    const told = parsed!.channels().get(`${context}-events`)!.messages().all();
    expect(told.map((message) => message.name())).toEqual(publicTypes(context).map(([type]) => type));
  }
  expect(
    parsed
      ?.operations()
      .all()
      .every((operation) => operation.action() === 'send'),
  ).toBe(true);
}, 120_000);

test('the official parser finds a fault where there is one', async () => {
  const broken = { ...document, operations: { tell: { action: 'send', channel: { $ref: '#/channels/nowhere' } } } };
  const { diagnostics } = await new Parser().parse(JSON.stringify(broken));
  expect(diagnostics.some(({ severity }) => Number(severity) < 1)).toBe(true);
}, 120_000);

test('the official schema of 3.1 accepts it, and refuses it with a fault', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  const check = ajv.compile(JSON.parse(JSON.stringify(specs.schemasWithoutId['3.1.0'])) as object);
  expect([check(document), check.errors]).toEqual([true, null]);
  expect(check({ ...document, channels: { x: { address: 1 } } })).toBe(false);
}, 120_000);

const ajv = new Ajv2020({ strict: false });

test.each([...sharedTypes.keys()])('the schema of %s is one, has an address, and accepts its example', (type) => {
  const schema = schemaDocument(type, URL_31) as { readonly $id: string; readonly examples: readonly unknown[] };
  expect(schema.$id).toBe(`${URL_31}/schemas/${type}.json`);
  const check = ajv.compile(schema);
  expect(schema.examples.map((example) => [check(example), check.errors])).toEqual([[true, null]]);
});

test('public is what each province already told everybody, and what a journal says of itself', () => {
  const types = publicTypes('voucher').map(([type]) => type);
  for (const type of ['voucher.agency-admitted.v1', 'voucher.batch-publicised.v1', 'voucher.pair-settled.v1', 'ledger.key-rotated.v1'])
    expect(types).toContain(type);
  for (const type of ['voucher.order-placed.v1', 'voucher.invoice-registered.v1', 'access.erasure-asked.v1'])
    expect(types).not.toContain(type);
});

test.each(['voucher.order-placed.v2', 'OrderPlaced', '', 'toString', '__proto__'])('there is no schema of %p', (type) =>
  expect(schemaDocument(type, URL_31)).toBeNull(),
);
