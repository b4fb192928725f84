/** The Merkle tree of RFC 6962 §2.1 (the same as RFC 9162): leaf and node hashes, a compact range, inclusion and consistency proofs. */
import { equal } from './bytes.js';
import type { Hasher } from './ports.js';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (hasher: Hasher, leaf: Uint8Array): Uint8Array => hasher.sha256(LEAF, leaf);
export const nodeHash = (hasher: Hasher, left: Uint8Array, right: Uint8Array): Uint8Array => hasher.sha256(NODE, left, right);

/** The root of the empty tree: SHA-256 of nothing. */
export const emptyRoot = (hasher: Hasher): Uint8Array => hasher.sha256();

/** A node of the tree: `level` 0 is a leaf; it covers the leaves [index·2^level, (index+1)·2^level). */
export interface NodeAt {
  readonly level: number;
  readonly index: number;
}

/** The perfect subtrees that make up a tree of this size, left (largest) to right. Sizes up to 2^53. */
export const peaks = (size: number): readonly NodeAt[] => {
  const found: NodeAt[] = [];
  let start = 0;
  // Logarithms round: one level too many costs nothing.
  for (let level = Math.min(52, Math.ceil(Math.log2(size + 1))); level >= 0; level--) {
    const span = 2 ** level;
    if (size - start >= span) {
      found.push({ level, index: start / span });
      start += span;
    }
  }
  return found;
};

/** Folds peaks right to left into a root. */
export const bag = (hasher: Hasher, hashes: readonly Uint8Array[]): Uint8Array =>
  hashes.length === 0 ? emptyRoot(hasher) : hashes.reduceRight((right, left) => nodeHash(hasher, left, right));

/** Size and peaks of a tree: all that is needed to append to it. Immutable. */
export interface CompactRange {
  readonly size: number;
  readonly peaks: readonly Uint8Array[];
}

export const emptyRange: CompactRange = { size: 0, peaks: [] };

export const rangeRoot = (hasher: Hasher, range: CompactRange): Uint8Array => bag(hasher, range.peaks);

/** Appends leaf hashes; `grown`, where given, is told every perfect subtree that came into being, leaves included. */
export const append = (
  hasher: Hasher,
  range: CompactRange,
  leaves: readonly Uint8Array[],
  grown?: (node: NodeAt, hash: Uint8Array) => void,
): CompactRange => {
  const stack = [...range.peaks];
  let size = range.size;
  for (const leaf of leaves) {
    let hash = leaf;
    let index = size;
    let level = 0;
    grown?.({ level, index }, hash);
    for (; index % 2 === 1; index = (index - 1) / 2) {
      hash = nodeHash(hasher, stack.pop()!, hash);
      level += 1;
      grown?.({ level, index: (index - 1) / 2 }, hash);
    }
    stack.push(hash);
    size += 1;
  }
  return { size, peaks: stack };
};

/** Hashes are kept in tiles of 2^8 nodes, as C2SP tlog-tiles serves them. */
export const TILE_LEVELS = 8;
export const TILE_WIDTH = 2 ** TILE_LEVELS;

/** What a block adds to a tree: worked out once, by whoever made or verified the block, and not again when it is taken in. */
export interface Growth {
  readonly from: CompactRange;
  readonly after: CompactRange;
  /** Root at `after`. */
  readonly root: Uint8Array;
  /** New nodes that stand in tiles (leaves, and every eighth level above), in the order in which they came into being. */
  readonly tiled: readonly { readonly node: NodeAt; readonly hash: Uint8Array }[];
}

/** Appends leaf hashes to a tree. */
export const growthOf = (hasher: Hasher, from: CompactRange, leaves: readonly Uint8Array[]): Growth => {
  const tiled: { node: NodeAt; hash: Uint8Array }[] = [];
  const after = append(hasher, from, leaves, (node, hash) => {
    if (node.level % TILE_LEVELS === 0) tiled.push({ node, hash });
  });
  return { from, after, root: rangeRoot(hasher, after), tiled };
};

/** What a proof needs: perfect subtrees to fetch, and how to fold each group of them into one hash of the proof. */
export type ProofPlan = readonly (readonly NodeAt[])[];

/** The perfect subtrees that cover [from, to), where `from` is a multiple of the largest power of two in the span. */
const cover = (from: number, to: number): readonly NodeAt[] =>
  peaks(to - from).map(({ level, index }) => ({ level, index: from / 2 ** level + index }));

/** The largest power of two below `size`. Counted, since logarithms round up just below large powers of two. */
const splitPoint = (size: number): number => {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
};

/** RFC 6962 §2.1.1: the audit path of leaf `index` in a tree of `size`, leaf to root. Throws RangeError when it is not in the tree. */
export const inclusionPlan = (index: number, size: number): ProofPlan => {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) {
    throw new RangeError(`Entry ${index} is not in a tree of ${size}.`);
  }
  const plan: (readonly NodeAt[])[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitPoint(to - from);
    if (index < middle) {
      plan.push(cover(middle, to));
      to = middle;
    } else {
      plan.push(cover(from, middle));
      from = middle;
    }
  }
  return plan.reverse();
};

/** RFC 6962 §2.1.2: the proof that a tree of `older` is a prefix of one of `newer`. */
export const consistencyPlan = (older: number, newer: number): ProofPlan => {
  if (!(Number.isSafeInteger(older) && Number.isSafeInteger(newer) && older >= 1 && older <= newer)) {
    throw new RangeError(`No consistency proof leads from ${older} to ${newer}.`);
  }
  const plan: (readonly NodeAt[])[] = [];
  let [from, to, whole] = [0, newer, true];
  while (older !== to) {
    const middle = from + splitPoint(to - from);
    if (older <= middle) {
      plan.push(cover(middle, to));
      to = middle;
    } else {
      plan.push(cover(from, middle));
      from = middle;
      whole = false;
    }
  }
  if (!whole) plan.push(cover(from, to));
  return plan.reverse();
};

/** Whether the proof leads from the leaf hash to the root (RFC 9162 §2.1.3.2). */
export const verifyInclusion = (
  hasher: Hasher,
  claim: {
    readonly index: number;
    readonly size: number;
    readonly leaf: Uint8Array;
    readonly proof: readonly Uint8Array[];
    readonly root: Uint8Array;
  },
): boolean => {
  let { index } = claim;
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(claim.size) && index >= 0 && index < claim.size)) return false;
  let last = claim.size - 1;
  let hash = claim.leaf;
  for (const sibling of claim.proof) {
    if (last === 0 || sibling.length !== 32) return false;
    if (index % 2 === 1 || index === last) {
      hash = nodeHash(hasher, sibling, hash);
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hasher, hash, sibling);
    }
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 && equal(hash, claim.root);
};

/**
 * Why a consistency proof is not believed. `sizes`: no proof leads from the one to the other; `length`: not the hashes that lie
 * between the two, or one is no hash; `root`: they lead to other roots.
 */
export type ConsistencyFault = 'sizes' | 'length' | 'root';

/** What is wrong with a proof that the older root is a prefix of the newer one (RFC 9162 §2.1.4.2); null when it is good. */
export const consistencyFault = (
  hasher: Hasher,
  claim: {
    readonly older: number;
    readonly newer: number;
    readonly olderRoot: Uint8Array;
    readonly newerRoot: Uint8Array;
    readonly proof: readonly Uint8Array[];
  },
): ConsistencyFault | null => {
  const { older, newer, olderRoot, newerRoot } = claim;
  if (!(Number.isSafeInteger(older) && Number.isSafeInteger(newer) && older >= 1 && older <= newer)) return 'sizes';
  if (claim.proof.some((hash) => hash.length !== 32)) return 'length';
  if (older === newer) return claim.proof.length > 0 ? 'length' : equal(olderRoot, newerRoot) ? null : 'root';
  let [fn, sn] = [older - 1, newer - 1];
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  // Nothing is left of an exact power of two: its root is itself the first hash of the path.
  const path = fn === 0 ? [olderRoot, ...claim.proof] : [...claim.proof];
  const [first, ...rest] = path;
  if (first === undefined || claim.proof.length === 0) return 'length';
  let [fr, sr] = [first, first];
  for (const hash of rest) {
    if (sn === 0) return 'length';
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [nodeHash(hasher, hash, fr), nodeHash(hasher, hash, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      sr = nodeHash(hasher, sr, hash);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  if (sn !== 0) return 'length';
  return equal(fr, olderRoot) && equal(sr, newerRoot) ? null : 'root';
};

/** The hash over leaf hashes of a whole tree, for tests and small inputs. */
export const rootOf = (hasher: Hasher, leaves: readonly Uint8Array[]): Uint8Array => rangeRoot(hasher, append(hasher, emptyRange, leaves));

/** The root over a power of two of sibling hashes. */
export const subroot = (hasher: Hasher, hashes: readonly Uint8Array[]): Uint8Array => {
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < row.length; at += 2) above.push(nodeHash(hasher, row[at]!, row[at + 1]!));
    row = above;
  }
  return row[0]!;
};
