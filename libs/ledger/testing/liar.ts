/** A node that signs two histories of its journal with its own good key. */
import {
  append,
  checkpointText,
  dataHash,
  encodeWire,
  entriesOf,
  emptyRange,
  formatNote,
  leafHash,
  parseVerifier,
  rangeRoot,
  signNote,
  text,
  topics,
  canonicalBytes,
  type LedgerEntry,
  type StoredBlock,
  type Verifier,
  type WireBlock,
  type World,
} from '../src/index.js';
import type { PlannedFault } from './mischief.js';
import type { SimulatedWorld } from './simulated-world.js';

/** The same words under another salt: another leaf, and nothing in it to stumble over. */
const retold = (world: SimulatedWorld, entry: LedgerEntry): LedgerEntry | null => {
  if (entry.opened || !entry.payload) return null;
  const salt = world.scheduler.chance.bytes(32);
  const envelope = JSON.parse(text(entry.leaf)) as Record<string, unknown>;
  const leaf = canonicalBytes({ ...envelope, datahash: dataHash(world.hasher, salt, entry.payload.bytes) });
  return { leaf, payload: { bytes: entry.payload.bytes, salt } };
};

const shown = ({ leaf, opened, payload }: LedgerEntry): LedgerEntry => (opened || !payload ? { leaf } : { leaf, payload });

const TOLD_TIMES = 8;
const TOLD_MS = 1_500;

/** A block as the owner of a journal would sign it, true or not, after entries with these leaf hashes. */
export const signedBlock = (
  { hasher, signer }: Pick<World, 'hasher' | 'signer'>,
  keys: Verifier | readonly Verifier[],
  told: { readonly journal: string; readonly before: readonly Uint8Array[]; readonly entries: readonly LedgerEntry[] },
): WireBlock => {
  const { journal, before, entries } = told;
  const leaves = entries.map(({ leaf }) => leafHash(hasher, leaf));
  const range = append(hasher, append(hasher, emptyRange, before), leaves);
  const origin = [keys].flat()[0]!.name;
  const head = checkpointText({ origin, size: range.size, root: rangeRoot(hasher, range) });
  return { journal, first: before.length, note: formatNote(signNote(signer, keys, head)), entries };
};

/** Who lies, how, and for a split view to whom. */
export type Lie = Pick<PlannedFault, 'fault' | 'province' | 'other'>;

/**
 * Tells another last block than the true one: to one peer alone (split view), or to all on the live topic, where most hold
 * the true one already (altered history). False when there is nothing that could be told otherwise yet.
 */
export const lie = (world: SimulatedWorld, context: string, { fault, province, other }: Lie): boolean => {
  const journal = `${province}/${context}`;
  const blocks: readonly StoredBlock[] = world.disks.get(province)!.journal(journal).inOrder();
  const at = fault === 'split view' ? blocks.length - 1 : Math.floor(blocks.length / 2);
  const block = blocks[at];
  const entries = block ? entriesOf(block) : [];
  const told = entries.map((entry) => retold(world, entry) ?? shown(entry));
  if (!block || told.every((entry, index) => entry.leaf === entries[index]!.leaf)) return false;
  const before = blocks.slice(0, at).flatMap((each) => entriesOf(each).map(({ leaf }) => leafHash(world.hasher, leaf)));
  const owner = { hasher: world.hasher, signer: world.signer(province) };
  const ring = world.ring({ ...owner, notice: () => undefined }, journal);
  for (const each of blocks) ring.learn(each);
  const lying = signedBlock(owner, ring.signing(block.first + block.count), { journal, before, entries: told });
  // What a revoked key signs is nobody's word, and so no lie: later there is a block of the next key.
  if (ring.judge(lying.note).by !== 'key') return false;
  const value = encodeWire(lying);
  const message =
    fault === 'split view'
      ? { topic: topics.heal(province), value, headers: { for: other, context } }
      : { topic: topics.journal(province, context), value, headers: {} };
  // Told until it must have been heard: whoever is away, or loses a message, is told again.
  for (let again = 0; again < TOLD_TIMES; again++) world.scheduler.after(again * TOLD_MS, () => world.broker.append(message));
  return true;
};

/**
 * Somebody has got hold of a key that was rotated since, and tells another last block under it to everybody. False when nothing has
 * been written since.
 */
export const thieve = (world: SimulatedWorld, journal: string, line: string): boolean => {
  const province = journal.slice(0, 2);
  const context = journal.slice(3);
  const blocks: readonly StoredBlock[] = world.disks.get(province)!.journal(journal).inOrder();
  const owner = { hasher: world.hasher, signer: world.signer(province) };
  const ring = world.ring({ ...owner, notice: () => undefined }, journal);
  for (const each of blocks) ring.learn(each);
  const last = blocks.at(-1);
  const key = parseVerifier(world.hasher, line);
  if (!last || !key || ring.at(last.first + last.count).some((each) => each.line === line)) return false;
  const before = blocks.slice(0, -1).flatMap((each) => entriesOf(each).map(({ leaf }) => leafHash(world.hasher, leaf)));
  const entries = entriesOf(last).map((entry) => retold(world, entry) ?? shown(entry));
  const value = encodeWire(signedBlock(owner, key, { journal, before, entries }));
  world.broker.append({ topic: topics.journal(province, context), value, headers: {} });
  return true;
};
