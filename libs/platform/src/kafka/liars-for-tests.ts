/** Lies that only the owner of a journal, or a thief of its keys, can tell: two signed histories, told in every way there is. */
import {
  canonicalBytes,
  checkpointText,
  cosign,
  decodeWire,
  encodeWire,
  formatNote,
  leafHash,
  originOf,
  parseVerifier,
  signNote,
  topics,
  utf8,
  type LedgerEntry,
  type Note,
  type Verifier,
  type WireBlock,
} from '@yrd/ledger';
import { signedBlock } from '@yrd/ledger/testing';
import type { Target } from './transport-faults-for-tests.js';

/** A lie by name. */
export interface Lie {
  readonly name: string;
  tell(target: Target): Promise<void>;
}

const worldOf = ({ federation, owner }: Target) => federation.nodes.get(owner)!.world;

/** The owner's last entry with another word in its leaf: a second truth for the same index. */
const otherEntry = (entry: LedgerEntry): LedgerEntry => {
  const leaf = JSON.parse(new TextDecoder().decode(entry.leaf)) as Record<string, string>;
  return { ...entry, leaf: canonicalBytes({ ...leaf, legalbasis: 'NONE' }) };
};

const sameEntryAt = (entry: LedgerEntry, index: number): LedgerEntry => {
  const leaf = JSON.parse(new TextDecoder().decode(entry.leaf)) as Record<string, string>;
  return { ...entry, leaf: canonicalBytes({ ...leaf, id: String(index), sequence: String(index) }) };
};

const verifierOf = ({ federation, owner }: Target, kind: 'journal' | 'cosigner'): Verifier => {
  const node = federation.federation.nodes.find(({ province }) => province === owner)!;
  const { name } = federation.context;
  const read = (line = ''): Verifier => parseVerifier(federation.nodes.get(owner)!.world.hasher, line)!;
  return kind === 'cosigner' ? read(node.cosigners[name]) : { ...read(node.journals[name]?.key), second: read(node.sm2?.[name]?.key) };
};

const headOf = (target: Target, size: number, root: Uint8Array): Note => {
  const verifier = verifierOf(target, 'journal');
  const origin = originOf('yrd.local', target.federation.journal(target.owner));
  return signNote(worldOf(target).signer, verifier, checkpointText({ origin, size, root }));
};

/** A signed block that replaces the last entry, followed by `more` entries that nobody ever made. */
const forged = async (target: Target, more: number): Promise<WireBlock> => {
  const { hasher } = worldOf(target);
  const journal = target.federation.journal(target.owner);
  const { size } = target.federation.seen(target.owner, target.owner);
  const node = target.federation.node(target.owner);
  const before: Uint8Array[] = [];
  for (let at = 0; at < size - 1; at += 1) before.push(leafHash(hasher, utf8((await node.disclose(journal, at, '31'))!.leaf)));
  const last = decodeWire((await worldOf(target).bus.last(target.topic))!.value)!.entries.at(-1)!;
  const other = otherEntry(last);
  const entries = [other, ...Array.from({ length: more }, (_, at) => sameEntryAt(other, size + at))];
  return signedBlock(worldOf(target), verifierOf(target, 'journal'), { journal, before, entries });
};

const send = async ({ producer }: Target, topic: string, value: Uint8Array, headers: Record<string, string> = {}): Promise<void> =>
  void (await producer.send({ topic, acks: -1, messages: [{ value: Buffer.from(value), headers }] }));

const beat = async (target: Target, notes: readonly Note[]): Promise<void> => {
  const { signer } = worldOf(target);
  const cosigner = verifierOf(target, 'cosigner');
  const seconds = Math.floor(worldOf(target).clock.now() / 1_000);
  const heads = notes.map((note) =>
    formatNote({ text: note.text, signatures: [...note.signatures, cosign(signer, cosigner, note.text, seconds)] }),
  );
  const [from, context] = [target.owner, target.federation.context.name];
  const text = utf8(`yrd.ledger.beat.v1\n${JSON.stringify([from, context, heads])}`);
  const signature = Buffer.from(signer.sign(cosigner.name, text)).toString('base64');
  await send(target, topics.witness(target.owner), utf8(JSON.stringify({ v: 1, from, context, heads, signature })));
};

const rootOf = (target: Target, word: string): Uint8Array => worldOf(target).hasher.sha256(utf8(word));

export const LIES: readonly Lie[] = [
  { name: 'a second history of the same length', tell: async (t) => send(t, t.topic, encodeWire(await forged(t, 0))) },
  { name: 'a second history that jumps over the end', tell: async (t) => send(t, t.topic, encodeWire(await forged(t, 3))) },
  {
    name: 'a second history in an answer',
    tell: async (t) => {
      const value = encodeWire(await forged(t, 0));
      const others = t.federation.provinces.filter((each) => each !== t.owner);
      for (const each of others) await send(t, topics.heal(t.owner), value, { for: each, context: t.federation.context.name });
    },
  },
  {
    name: 'a second root in a heartbeat',
    tell: (t) => beat(t, [headOf(t, t.federation.seen(t.owner, t.owner).size, rootOf(t, 'another'))]),
  },
  {
    name: 'two heads beyond the end that contradict each other',
    tell: async (t) => {
      const size = t.federation.seen(t.owner, t.owner).size + 100;
      await beat(t, [headOf(t, size, rootOf(t, 'one')), headOf(t, size, rootOf(t, 'two'))]);
    },
  },
];
