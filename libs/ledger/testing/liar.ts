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
  originOf,
  parseVerifier,
  rangeRoot,
  signNote,
  text,
  topics,
  canonicalBytes,
  type CompactRange,
  type LedgerEntry,
  type StoredBlock,
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
  const hashes = (list: readonly LedgerEntry[]): Uint8Array[] => list.map(({ leaf }) => leafHash(world.hasher, leaf));
  let range: CompactRange = emptyRange;
  for (const before of blocks.slice(0, at)) range = append(world.hasher, range, hashes(entriesOf(before)));
  range = append(world.hasher, range, hashes(told));
  const origin = originOf(world.federation.federation, journal);
  const line = world.federation.nodes.find((node) => node.province === province)!.journals[context]!.key;
  const body = checkpointText({ origin, size: range.size, root: rangeRoot(world.hasher, range) });
  const note = formatNote(signNote(world.signer(province), parseVerifier(world.hasher, line)!, body));
  const value = encodeWire({ journal, first: block.first, note, entries: told });
  const message =
    fault === 'split view'
      ? { topic: topics.heal(province), value, headers: { for: other, context } }
      : { topic: topics.journal(province, context), value, headers: {} };
  // Told until it must have been heard: whoever is away, or loses a message, is told again.
  for (let again = 0; again < TOLD_TIMES; again++) world.scheduler.after(again * TOLD_MS, () => world.broker.append(message));
  return true;
};
