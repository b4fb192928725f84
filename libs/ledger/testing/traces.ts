/** Where a text could have left a trace: in whatever form bytes hold it, on every disk and in every topic of a simulated world. */
import type { SimulatedWorld } from './simulated-world.js';

/** Base64 of bytes that may stand anywhere in a longer text: three alignments, without the characters that neighbours share. */
const base64Forms = (bytes: Buffer): readonly Buffer[] =>
  [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = before === 0 ? 0 : before + 1;
    const until = text.length - ((before + bytes.length) % 3 === 0 ? 0 : 1);
    return Buffer.from(text.slice(from, until));
  });

/** A text as bytes may hold it: UTF-8, UTF-16 of both orders, hex, base64, and escaped as JSON does. */
export const formsOf = (text: string): readonly Buffer[] => {
  const utf8 = Buffer.from(text, 'utf8');
  const little = Buffer.from(text, 'utf16le');
  const escaped = [...text].map((char) => (char < '\u007f' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)).join('');
  const forms = [
    utf8,
    little,
    Buffer.from(little).swap16(),
    Buffer.from(utf8.toString('hex')),
    Buffer.from(utf8.toString('hex').toUpperCase()),
  ];
  return [...forms, Buffer.from(escaped), ...base64Forms(utf8), ...base64Forms(little)];
};

/** Place and text of each trace. */
export type Traces = readonly string[];

/** Looks through bytes for texts in every form of theirs. */
export const finderOf = (texts: readonly string[]): ((place: string, bytes: Uint8Array) => Traces) => {
  const sought = texts.map((text) => ({ text, forms: formsOf(text) }));
  return (place, bytes) =>
    sought.flatMap(({ text, forms }) => (forms.some((form) => Buffer.from(bytes).includes(form)) ? [`${place}: ${text}`] : []));
};

/** Every trace of the texts in a simulated world as it is now: blocks and tables of all disks, messages of all topics. */
export const tracesInWorld = ({ disks, broker }: SimulatedWorld, texts: readonly string[]): Traces => {
  const found = finderOf(texts);
  const onDisks = [...disks].flatMap(([name, { blocks, tables }]) => [
    ...[...blocks].flatMap(([journal, shelf]) =>
      [...shelf.values()].flatMap(({ commits }) => commits.flatMap(({ bytes }) => found(`${name} journal ${journal}`, bytes))),
    ),
    ...[...tables].flatMap(([table, rows]) => found(`${name} table ${table}`, Buffer.from(JSON.stringify([...rows])))),
  ]);
  const inTopics = [...broker.topics].flatMap(([topic, { messages }]) =>
    messages.flatMap(({ value, headers }) => [...found(`topic ${topic}`, value), ...found(topic, Buffer.from(JSON.stringify(headers)))]),
  );
  return [...new Set([...onDisks, ...inTopics])];
};
