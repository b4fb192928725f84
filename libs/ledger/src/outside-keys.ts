/**
 * The keys of a journal as somebody outside follows them: from the pinned ones over what a node discloses of its key entries. Nothing
 * is believed that the pinned identity did not certify, or that does not belong to the leaf that was hashed into the tree.
 */
import { KEYS } from './builtin.js';
import { fromHex, utf8 } from './bytes.js';
import { parsePayload } from './entry.js';
import { changesIn } from './key-events.js';
import { changedBy, type KeyState } from './key-periods.js';
import type { PinnedKeys } from './key-ring.js';
import { checkEntry, type Envelope } from './leaf.js';
import type { Hasher, Signer } from './ports.js';

/** Whether an entry may change who is believed. */
export const isKeyEntry = ({ subject }: Pick<Envelope, 'subject'>): boolean => subject === KEYS;

/** A key entry as it was disclosed; `leaf` is the very text that stands in the tree. */
export interface ShownKeyEntry {
  readonly index: number;
  readonly leaf: string;
  readonly payload: string;
  /** Hex. */
  readonly salt: string;
}

/**
 * The keys after these entries, which are in order; or in a sentence why one of them is not believed. Where a block ends is not known
 * outside: a key counts from its own entry on, which is never later than its owner counts it from.
 */
export const keysSeen = (
  tools: { readonly hasher: Hasher; readonly signer: Signer },
  { identity, state }: PinnedKeys,
  shown: readonly ShownKeyEntry[],
): KeyState | string => {
  let now = state;
  for (const { index, leaf, payload, salt } of shown) {
    const bytes = utf8(payload);
    const entry = { leaf: utf8(leaf), payload: { bytes, salt: fromHex(salt) ?? new Uint8Array(0) } };
    const { good, envelope } = checkEntry(tools.hasher, entry, index);
    const changes = good ? changesIn([{ entry, envelope, payload: parsePayload(bytes) }]) : null;
    if (changes === null) return `the key entry ${index} is not what its leaf says`;
    const next = changedBy(tools, identity, now, { end: index + 1, changes });
    if (typeof next === 'string') return `the key entry ${index} is not believed: ${next}`;
    now = next;
  }
  return now;
};
