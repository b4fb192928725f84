/**
 * What forgeries are made of, for tests: a genuine journal of 300 entries with all its keys, a second history under the same key,
 * a stranger's key under the owner's name, and ways to turn, drop, double and swap.
 */
import { pin } from '../src/pinned.js';
import {
  append,
  bag,
  checkpointText,
  cosign,
  emptyRange,
  formatNote,
  leafHash,
  makeEntry,
  originOf,
  rootOf,
  signNote,
  utf8,
} from '../src/index.js';
import type { LedgerEntry, NodeAt, Note, NoteSignature, ProofPlan, World } from '../src/index.js';
import { SimulatedWorld } from './simulated-world.js';
import { testKey, testSigner } from './test-crypto.js';

export const NAME = '31/voucher';
export const PROVINCES = ['31', '32', '33', '34'];
export const SIZE = 300;
export const INDEX = 137;
const SECONDS = 1_767_571_200;
export const simulated = new SimulatedWorld(51, PROVINCES);
export const worlds: Readonly<Record<string, World>> = Object.fromEntries(
  PROVINCES.map((province) => [province, simulated.process(province).world]),
);
export const owner = worlds['31']!;
export const { hasher } = owner;
export const pinned = pin(owner, simulated.federation, 'voucher');
export const key = pinned.journal(NAME)!;

/** The journal: every third entry sealed; another `history` differs from one index on. */
export const entry = (index: number, history = 'a'): LedgerEntry => {
  const facts = { source: originOf('yrd.test', NAME), type: 'voucher.x.v1', subject: 'x/1', time: '2026-01-05T01:00:00.000Z' };
  const rest = { actor: '31/node', policyversion: '-', legalbasis: 'T', classification: 'public' };
  const salt = hasher.sha256(utf8(`${index}`));
  const payload = utf8(`{"basis":{},"command":"c","data":{"history":"${history}"},"person":"p","trace":"t"}`);
  const sealing = index % 3 === 2 ? { seal: salt } : {};
  return makeEntry(hasher, index, { ...facts, ...rest }, payload, { payload: salt, ...sealing });
};
export const leaves = Array.from({ length: SIZE }, (_, index) => entry(index).leaf);
export const hashes = leaves.map((leaf) => leafHash(hasher, leaf));
/** Gives proofs over these leaf hashes. */
export const proverOf = (of: readonly Uint8Array[]): ((plan: ProofPlan) => Uint8Array[]) => {
  const nodes = new Map<string, Uint8Array>();
  append(hasher, emptyRange, of, ({ level, index }, hash) => void nodes.set(`${level}/${index}`, hash));
  const at = ({ level, index }: NodeAt): Uint8Array => nodes.get(`${level}/${index}`)!;
  return (plan) => plan.map((group) => bag(hasher, group.map(at)));
};
export const prove = proverOf(hashes);

/** The checkpoint of the journal, or of another history, at a size. */
export const stated = (size: number, of = hashes): string =>
  checkpointText({ origin: key.name, size, root: rootOf(hasher, of.slice(0, size)) });
export const cosigned = (province: string, text: string, seconds = SECONDS): NoteSignature =>
  cosign(worlds[province]!.signer, pinned.cosigner(province), text, seconds);
/** The note in which the owner signs a checkpoint. */
export const signed = (text: string): Note => signNote(owner.signer, key, text);
/** An owner's checkpoint with the cosignatures of these provinces. */
export const noteOf = (text: string, by: readonly string[] = ['32', '33']): string => {
  const note = signed(text);
  return formatNote({ text, signatures: [...note.signatures, ...by.map((each) => cosigned(each, text))] });
};
const flipped = (bytes: Uint8Array, bit: number): Uint8Array => bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
/** The bytes with one bit turned, once for every bit or every `step`th. */
export const bits = (bytes: Uint8Array, step = 1): Uint8Array[] =>
  Array.from({ length: Math.ceil((8 * bytes.length) / step) }, (_, at) => flipped(bytes, at * step));
export const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
export const without = <T>(list: readonly T[], at: number): T[] => list.filter((_, each) => each !== at);
export const doubled = <T>(list: readonly T[], at: number): T[] => [...list.slice(0, at + 1), ...list.slice(at)];
export const swapped = <T>(list: readonly T[], a: number, b: number): T[] =>
  list.map((each, at) => (at === a ? list[b]! : at === b ? list[a]! : each));
export const pairs = (count: number): [number, number][] => range(count).flatMap((a) => range(a).map((b): [number, number] => [b, a]));
/** A whole other history under the owner's own key: entries differ from `at` on. */
export const fork = (at: number): Uint8Array[] =>
  hashes.map((hash, index) => (index < at ? hash : leafHash(hasher, entry(index, 'b').leaf)));
/** A stranger's key under the owner's name; its key id is forged to be the pinned one. */
export const stranger = testKey(hasher.sha256(utf8('stranger')));
export const strangers = testSigner(new Map([[key.name, stranger.secret]]));
