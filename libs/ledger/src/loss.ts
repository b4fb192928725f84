/**
 * Private payloads that a restored journal misses. Leaves and shared payloads come back from replicas, private ones only
 * from the own backups; until the operator accepts the loss by an entry, nothing else is decided on such a journal.
 */
import { entriesOf } from './block.js';
import { invariant } from './decider.js';
import type { Journal } from './journal.js';
import { parseSealed } from './leaf.js';
import type { Records } from './ports.js';
import { say, type SaidPart } from './rejection.js';

/** Entries of the own journal that came back sealed: all lie in [from, to). */
export interface Loss {
  readonly from: number;
  readonly to: number;
  readonly entries: number;
}

/** Why nothing is decided on such a journal. */
export const lossOf = ({ entries, from }: Loss): SaidPart => say('frozenByLoss', { entries, from });

interface Marker {
  readonly from: number;
  readonly loss: Loss | null;
}

const LOSSES = 'losses';
const READ_BLOCKS = 64;

/** Notes durably that entries from this index on are about to come back from peers. The earliest mark counts. */
export const markRestored = async (records: Records, journal: string, from: number): Promise<void> => {
  const found = await records.get<Marker>(LOSSES, journal);
  const value: Marker = { from: Math.min(from, found?.value.from ?? from), loss: null };
  await records.write([{ table: LOSSES, id: journal, value }]);
};

/** What is missing since the earliest mark; null when nothing is. Scans once and remembers. */
export const findLoss = async (records: Records, journal: Journal): Promise<Loss | null> => {
  const found = await records.get<Marker>(LOSSES, journal.name);
  if (!found || found.value.loss) return found?.value.loss ?? null;
  const missing: number[] = [];
  for (let at = found.value.from; at < journal.size;) {
    const blocks = await journal.blocks(at, READ_BLOCKS);
    invariant(blocks.length > 0, `${journal.name} holds no block at ${at}: entries are missing from the store.`);
    for (const block of blocks) {
      for (const [offset, entry] of entriesOf(block).entries()) {
        const index = block.first + offset;
        if (!entry.opened && parseSealed(entry.leaf, index) !== null) missing.push(index);
      }
      at = block.first + block.count;
    }
  }
  const [from, to] = [missing[0], missing.at(-1)];
  const loss = from === undefined || to === undefined ? null : { from, to: to + 1, entries: missing.length };
  if (loss) await records.write([{ table: LOSSES, id: journal.name, value: { from: found.value.from, loss } }]);
  else await records.write([{ table: LOSSES, id: journal.name, value: null }]);
  return loss;
};
