/**
 * A public entry as a CloudEvent 1.0 (https://github.com/cloudevents/spec): in the binary mode of its Kafka binding, and as one JSON
 * document. Frozen like the leaf: consumers outside rest on it.
 */
import { text } from './bytes.js';
import type { PublicEntry } from './public-entries.js';

/**
 * Digits of a sequence: the extension wants numbers that are in order as text too. As many as an index in an address has.
 * https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/sequence.md
 */
const SEQUENCE_DIGITS = 15;

/** A sequence as it stands in events: `000000000000012`. */
export const sequenceText = (sequence: number): string => String(sequence).padStart(SEQUENCE_DIGITS, '0');

/** A sequence as somebody sent it, with or without the zeros before it; null when it is none. */
export const parseSequence = (given: string): number | null => (/^\d{1,15}$/.test(given) ? Number(given) : null);

/** What an event is told with: the node's public address leads to its proof and its schema. */
export interface ToldBy {
  /** `31/voucher`. */
  readonly journal: string;
  /** `https://node.31.example`. */
  readonly url: string;
}

const CONTENT_TYPE = 'application/json';

/** All attributes of an event but its content type. `id` is the index of the leaf, and `sequence` counts public entries only. */
const attributesOf = ({ envelope, index, sequence }: PublicEntry, { journal, url }: ToldBy): Readonly<Record<string, string>> => ({
  specversion: '1.0',
  id: envelope.id,
  source: envelope.source,
  type: envelope.type,
  subject: envelope.subject,
  time: envelope.time,
  dataschema: `${url}/schemas/${envelope.type}.json`,
  sequence: sequenceText(sequence),
  actor: envelope.actor,
  policyversion: envelope.policyversion,
  legalbasis: envelope.legalbasis,
  classification: envelope.classification,
  datahash: envelope.datahash,
  proof: `${url}/log/${journal}/entry/${index}`,
});

/** As a message of Kafka: each attribute a header, the data the value. https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/kafka-protocol-binding.md */
export const binaryEvent = (
  entry: PublicEntry,
  by: ToldBy,
): { readonly value: Uint8Array; readonly headers: Readonly<Record<string, string>> } => ({
  value: entry.data ?? new Uint8Array(),
  headers: {
    ...Object.fromEntries(Object.entries(attributesOf(entry, by)).map(([name, value]) => [`ce_${name}`, value])),
    ...(entry.data && { 'content-type': CONTENT_TYPE }),
  },
});

/** As one JSON document on one line. https://github.com/cloudevents/spec/blob/main/cloudevents/formats/json-format.md */
export const jsonEvent = (entry: PublicEntry, by: ToldBy): string => {
  const attributes = JSON.stringify({ ...attributesOf(entry, by), ...(entry.data && { datacontenttype: CONTENT_TYPE }) });
  return entry.data ? `${attributes.slice(0, -1)},"data":${text(entry.data)}}` : attributes;
};
