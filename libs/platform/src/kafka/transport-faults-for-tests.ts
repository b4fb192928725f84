/** What a broken or hostile transport can do to the messages of a journal: each fault by name, with what it does to the next block. */
import type { Admin, Producer } from 'kafkajs';
import { topics } from '@yrd/ledger';
import type { Sent, TestFederation } from '../nodes-for-tests.js';

/** One journal under attack, and the tools for it. */
export interface Target {
  readonly federation: TestFederation;
  /** Province whose journal is attacked. */
  readonly owner: string;
  /** Topic of that journal. */
  readonly topic: string;
  readonly admin: Admin;
  readonly producer: Producer;
  /** Writes one block with one open entry. */
  write(): Promise<void>;
}

/** A fault by name; resolves when the damage is done and the owner has written at least one entry more. */
export interface TransportFault {
  readonly name: string;
  /** The province that is away while it happens; everybody but the owner suffers it where none is. */
  readonly victim?: string;
  strike(target: Target): Promise<void>;
}

type Wire = { v: unknown; journal: string; first: number; note: string; entries: { leaf: string; payload?: string; salt?: string }[] };

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const decode = (value: Uint8Array): Wire => JSON.parse(new TextDecoder().decode(value)) as Wire;

/** The next block goes through the fault; what comes later passes. */
const nextBlock =
  (tamper: (value: Uint8Array) => readonly Uint8Array[]) =>
  async ({ federation, topic, write }: Target): Promise<void> => {
    federation.tampered.set(topic, (sent) => {
      federation.tampered.delete(topic);
      return tamper(sent.value).map((value) => ({ ...sent, value }));
    });
    await write();
  };

/** The next block arrives with a field changed. */
const edited = (edit: (wire: Wire) => unknown) =>
  nextBlock((value) => {
    const wire = decode(value);
    const changed = edit(wire);
    return [encode(changed ?? wire)];
  });

/** The next block of several entries arrives with them changed: commands sent together are committed together. */
const editedEntries =
  (edit: (entries: Wire['entries']) => Wire['entries']) =>
  async ({ federation, topic, write }: Target): Promise<void> => {
    federation.tampered.set(topic, (sent) => {
      const wire = decode(sent.value);
      if (wire.entries.length < 2) return [sent];
      federation.tampered.delete(topic);
      return [{ ...sent, value: encode({ ...wire, entries: edit(wire.entries) }) }];
    });
    await Promise.all(Array.from({ length: 12 }, write));
  };

/** Something is written into the topic beside what the owner writes. */
const injected =
  (messages: (target: Target) => Promise<readonly (Uint8Array | null)[]> | readonly (Uint8Array | null)[], more: { key?: string } = {}) =>
  async (target: Target): Promise<void> => {
    const values = await messages(target);
    for (const value of values) {
      await target.producer.send({ topic: target.topic, acks: -1, messages: [{ ...more, value: value && Buffer.from(value) }] });
    }
    await target.write();
  };

const flipped = (value: Uint8Array, at: number): Uint8Array => {
  const copy = value.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

const lastValue = async ({ federation, owner, topic }: Target): Promise<Uint8Array> => {
  const last = await federation.nodes.get(owner)!.world.bus.last(topic);
  if (!last) throw new Error(`${topic} holds nothing yet`);
  return last.value;
};

/** The next block is kept until the one after it is sent. */
const keptBack =
  (order: (before: Sent, now: Sent) => readonly Sent[]) =>
  async ({ federation, topic, write }: Target): Promise<void> => {
    let before: Sent | null = null;
    federation.tampered.set(topic, (sent) => {
      if (before === null) {
        before = sent;
        return [];
      }
      federation.tampered.delete(topic);
      return order(before, sent);
    });
    await write();
    await write();
  };

/** What happens to single messages. */
export const MESSAGE_FAULTS: readonly TransportFault[] = [
  { name: 'skipped', strike: nextBlock(() => []) },
  {
    name: 'skipped, and three more after it arrive',
    strike: async (t) => void (await nextBlock(() => [])(t), await t.write(), await t.write()),
  },
  { name: 'doubled', strike: nextBlock((value) => [value, value]) },
  { name: 'fifty times', strike: nextBlock((value) => Array.from({ length: 50 }, () => value)) },
  { name: 're-ordered with the one before', strike: keptBack((before, now) => [now, before]) },
  { name: 'held back until the next one has come', strike: keptBack((before, now) => [now, before, now]) },
  { name: 're-keyed', strike: async (t) => injected(async () => [await lastValue(t)], { key: 'another' })(t) },
  {
    name: 'a bit of a leaf flipped',
    strike: edited((w) => void (w.entries[0]!.leaf = w.entries[0]!.leaf.replace('"actor":"3', '"actor":"2'))),
  },
  {
    name: 'a bit of the note flipped',
    strike: edited((w) => void (w.note = w.note.replace(/.\n$/, (end) => (end[0] === 'A' ? 'B\n' : 'A\n')))),
  },
  { name: 'a byte flipped anywhere', strike: nextBlock((value) => [flipped(value, Math.floor(value.length / 2))]) },
  {
    name: 'a payload changed',
    strike: edited((w) => void (w.entries[0]!.payload = w.entries[0]!.payload!.replace('"coins":1', '"coins":9'))),
  },
  { name: 'a payload taken out', strike: edited((w) => void (delete w.entries[0]!.payload, delete w.entries[0]!.salt)) },
  { name: 'a salt changed', strike: edited((w) => void (w.entries[0]!.salt = Buffer.alloc(32, 7).toString('base64'))) },
  { name: 'a salt shortened', strike: edited((w) => void (w.entries[0]!.salt = Buffer.alloc(8, 7).toString('base64'))) },
  { name: 'a leaf with white space', strike: edited((w) => void (w.entries[0]!.leaf = w.entries[0]!.leaf.replace(',', ', '))) },
  { name: 'cut in half', strike: nextBlock((value) => [value.slice(0, value.length / 2)]) },
  { name: 'broken JSON', strike: nextBlock((value) => [value.slice(0, -1)]) },
  { name: 'empty', strike: nextBlock(() => [new Uint8Array(0)]) },
  { name: 'a tombstone in between', strike: injected(() => [null]) },
  { name: 'noise of 2 MB in between', strike: injected(() => [new Uint8Array(2_000_000).fill(91)]) },
  { name: 'a hundred thousand brackets in between', strike: injected(() => [encode('['.repeat(100_000) + ']'.repeat(100_000))]) },
  { name: 'five hundred strange messages in between', strike: injected(() => Array.from({ length: 500 }, (_, at) => encode({ at }))) },
  { name: 'old schema', strike: edited((w) => ({ ...w, v: 0 })) },
  { name: 'future schema', strike: edited((w) => ({ ...w, v: 2 })) },
  { name: 'a future field', strike: edited((w) => ({ ...w, compression: 'none' })) },
  { name: 'no schema at all', strike: edited((w) => ({ ...w, v: undefined })) },
  { name: 'a prototype as a field', strike: edited((w) => JSON.stringify(w).replace('{', '{"__proto__":{"v":1},')) },
  { name: 'no entries', strike: edited((w) => void (w.entries = [])) },
  { name: 'first too small', strike: edited((w) => void (w.first -= 1)) },
  { name: 'first too large', strike: edited((w) => void (w.first += 1)) },
  { name: 'first negative', strike: edited((w) => void (w.first = -1)) },
  { name: 'first beyond all numbers', strike: edited((w) => void (w.first = 2 ** 60)) },
  { name: 'first as a text', strike: edited((w) => ({ ...w, first: String(w.first) })) },
  { name: 'another journal’s name', strike: edited((w) => void (w.journal = w.journal.replace(/^\d\d/, '99'))) },
  { name: 'entries swapped', strike: editedEntries((entries) => [entries[1]!, entries[0]!, ...entries.slice(2)]) },
  { name: 'an entry dropped', strike: editedEntries((entries) => entries.slice(1)) },
  { name: 'an entry doubled', strike: editedEntries((entries) => [entries[0]!, ...entries]) },
  { name: 'payloads swapped', strike: editedEntries(([a, b, ...rest]) => [{ ...b!, leaf: a!.leaf }, { ...a!, leaf: b!.leaf }, ...rest]) },
  {
    name: 'foreign note',
    strike: async (t) => {
      const other = t.federation.provinces.find((each) => each !== t.owner)!;
      const note = await t.federation.node(other).checkpoint(t.federation.journal(other));
      await edited((w) => void (w.note = note!))(t);
    },
  },
  {
    name: 'stale note',
    strike: async (t) => {
      const note = await t.federation.node(t.owner).checkpoint(t.federation.journal(t.owner));
      await edited((w) => void (w.note = note!))(t);
    },
  },
  {
    name: 'on a neighbour’s topic',
    strike: async (t) => {
      const other = t.federation.provinces.find((each) => each !== t.owner)!;
      const value = await new Promise<Uint8Array>((resolve, reject) => void nextBlock((each) => (resolve(each), []))(t).catch(reject));
      const topic = topics.journal(other, t.federation.context.name);
      await t.producer.send({ topic, acks: -1, messages: [{ value: Buffer.from(value) }] });
    },
  },
];
