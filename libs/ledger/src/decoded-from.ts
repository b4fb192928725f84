/** Reading entries of a journal as they are decoded, from a place on: what folding, reacting and replaying all go through. */
import type { DecodedAt, Vocabulary } from './entry.js';
import type { Journal } from './journal.js';

const READ_BLOCKS_MAX = 256;

/** A read of decoded entries from an index on: what both folding and reacting go through. */
export const decodedFrom = async (vocabulary: Vocabulary, journal: Journal, from: number, limit: number): Promise<readonly DecodedAt[]> => {
  const found: DecodedAt[] = [];
  // A block may hold a thousand entries, or one: how many more are read is told by the first.
  for (let [at, count] = [from, 1]; found.length < limit;) {
    const blocks = await journal.blocks(at, count);
    const last = blocks.at(-1);
    if (!last) break;
    for (const block of blocks) {
      for (const each of vocabulary.read(journal.name, block)) if (each.index >= from && found.length < limit) found.push(each);
    }
    at = last.first + last.count;
    count = Math.min(READ_BLOCKS_MAX, Math.max(1, Math.ceil(((limit - found.length) * blocks.length) / (at - blocks[0]!.first))));
  }
  return found;
};
