/**
 * What a node tells consumers outside, described for programs: AsyncAPI 3.1 over its topics and feeds, and one JSON Schema for each type.
 * https://www.asyncapi.com/docs/reference/specification/v3.1.0
 */
import { topics } from '@yrd/ledger';
import type { Schema } from './compatible.js';
import { currentContracts, forReaders, sharedTypes, type SharedType } from './contract-document.js';

/** Whose events are described. */
export interface DescribedNode {
  readonly province: string;
  /** Name of the province's node. */
  readonly name: string;
  /** Its public address, without a slash at the end. */
  readonly url: string;
  readonly contexts: readonly string[];
}

const schemas: ReadonlyMap<string, Schema> = new Map(
  Object.entries(currentContracts()).map(([type, { schema }]) => [type, forReaders(schema)]),
);

/** The JSON Schema of a shared type as it is served, also of one that only the four provinces may read; null when there is none. */
export const schemaDocument = (type: string, url: string): object | null => {
  const shared = sharedTypes.get(type);
  if (!shared) return null;
  const { audience, classification, legalBasis, example } = shared.contract;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${url}/schemas/${type}.json`,
    title: shared.event,
    ...schemas.get(type),
    examples: [example],
    ...{ 'x-audience': audience, 'x-classification': classification, 'x-legal-basis': legalBasis },
  };
};

/** Public types of a context, those that every journal has included, by wire name. */
export const publicTypes = (context: string): readonly (readonly [string, SharedType])[] =>
  [...sharedTypes].filter(([, shared]) => shared.contract.audience === 'public' && (shared.context ?? context) === context);

const text = (description: string, more: object = {}): object => ({ type: 'string', description, ...more });

/** Attributes of each event: https://github.com/cloudevents/spec, with what the leaf of the entry says beside. */
const ATTRIBUTES = {
  specversion: text('CloudEvents version', { const: '1.0' }),
  id: text('Index of the leaf in the journal', { pattern: '^(0|[1-9][0-9]{0,14})$' }),
  source: text('Origin of the journal: `<federation>/log/<province>/<context>`', { format: 'uri-reference' }),
  type: text('Wire name of the entry type'),
  subject: text('The stream: kind and id of the thing'),
  time: text('When it was said', { format: 'date-time' }),
  dataschema: text('JSON Schema of the data', { format: 'uri' }),
  sequence: text('Counts the public entries of the journal from 1, without a gap', { pattern: '^[0-9]{15}$' }),
  actor: text('Who said it: province and role'),
  policyversion: text('Policy pack that the decision rests on, or `-`'),
  legalbasis: text('Code of the legal basis'),
  classification: text('Level of classification', { const: 'public' }),
  datahash: text('SHA-256 over label, salt and payload, as in the leaf', { pattern: '^[0-9a-f]{64}$' }),
  proof: text('Where the entry stands with its payload, its salt, its inclusion proof and a signed checkpoint', { format: 'uri' }),
};

const headers = (type: string): object => ({
  type: 'object',
  required: [...Object.keys(ATTRIBUTES).map((name) => `ce_${name}`), 'content-type'],
  properties: {
    ...Object.fromEntries(Object.entries(ATTRIBUTES).map(([name, schema]) => [`ce_${name}`, schema])),
    ce_type: { ...ATTRIBUTES.type, const: type },
    'content-type': { type: 'string', const: 'application/json' },
  },
});

const ref = (...path: readonly string[]): { readonly $ref: string } => ({ $ref: `#/${path.join('/')}` });
const byName = <T>(names: readonly string[], of: (name: string) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(names.map((name) => [name, of(name)]));

const messages = (types: readonly (readonly [string, SharedType])[]): Readonly<Record<string, object>> =>
  Object.fromEntries(
    types.map(([type, { event, contract }]) => [
      type,
      {
        ...{ name: type, title: event, contentType: 'application/json' },
        ...{ headers: headers(type), payload: ref('components', 'schemas', type) },
        examples: [{ name: 'example', payload: contract.example }],
      },
    ]),
  );

/** The same event as one JSON document, which a feed sends. */
const feedMessage = (types: readonly string[]): object => ({
  ...{ name: 'cloud-event', title: 'CloudEvent', contentType: 'application/cloudevents+json' },
  payload: {
    type: 'object',
    required: Object.keys(ATTRIBUTES),
    properties: {
      ...ATTRIBUTES,
      type: { ...ATTRIBUTES.type, enum: types },
      datacontenttype: text('Content type of the data', { const: 'application/json' }),
      data: { anyOf: types.map((type) => ref('components', 'schemas', type)) },
    },
  },
});

const channelsOf = ({ province }: DescribedNode, context: string): Readonly<Record<string, object>> => {
  const address = topics.events(province, context);
  const types = publicTypes(context).map(([type]) => type);
  return {
    [`${context}-events`]: {
      address,
      title: `Public entries of ${province}/${context}`,
      description: 'CloudEvents 1.0 in the binary mode of the Kafka binding. One partition: its order is the order of the journal.',
      servers: [ref('servers', 'kafka')],
      messages: byName(types, (type) => ref('components', 'messages', type)),
      bindings: { kafka: { topic: address, partitions: 1, bindingVersion: '0.5.0' } },
    },
    [`${context}-feed`]: {
      address: `/v1/feeds/${province}/${context}`,
      title: `The same over HTTP`,
      description: 'Server-sent events. `id` is the sequence; resume with the header Last-Event-ID, or begin with the first entry.',
      servers: [ref('servers', 'http')],
      messages: { 'cloud-event': ref('components', 'messages', `${context}.cloud-event`) },
    },
  };
};

const operationsOf = (channel: string): readonly [string, object] => [
  `tell-${channel}`,
  {
    action: 'send',
    channel: ref('channels', channel),
    summary: 'Each public entry in its order; none is passed over, the last may be repeated.',
  },
];

/** The description of all that a node tells. */
export const asyncApiDocument = (node: DescribedNode): object => {
  const { protocol, host } = new URL(node.url);
  const all = new Map(node.contexts.flatMap((context) => publicTypes(context)));
  const channels = Object.assign({}, ...node.contexts.map((context) => channelsOf(node, context))) as Readonly<Record<string, object>>;
  return {
    asyncapi: '3.1.0',
    info: {
      title: `Public entries of ${node.name} (${node.province})`,
      version: '1',
      description: 'Types and optional fields may be added; what is promised of a type holds as long as it is written.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: '{brokers}',
        protocol: 'kafka-secure',
        description: 'SASL_SSL with a user that may only read; the province gives addresses and users.',
        variables: { brokers: { description: 'host:port', default: 'kafka:9093' } },
      },
      http: { host, protocol: protocol.replace(':', ''), description: 'The node.' },
    },
    channels,
    operations: Object.fromEntries(Object.keys(channels).map(operationsOf)),
    components: {
      messages: {
        ...messages([...all]),
        ...Object.fromEntries(
          node.contexts.map((context) => [`${context}.cloud-event`, feedMessage(publicTypes(context).map(([type]) => type))]),
        ),
      },
      schemas: byName([...all.keys()], (type) => schemas.get(type)!),
    },
  };
};
