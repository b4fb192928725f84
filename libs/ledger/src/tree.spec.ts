/** The Merkle tree against RFC 6962, with every proof up to a size, and tampered ones. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testHasher as hasher } from '../testing/index.js';
import { fromHex, hex, utf8 } from './bytes.js';
import {
  append,
  bag,
  consistencyFault,
  consistencyPlan,
  emptyRange,
  emptyRoot,
  inclusionPlan,
  leafHash,
  nodeHash,
  peaks,
  rangeRoot,
  rootOf,
  verifyInclusion,
  type NodeAt,
  type ProofPlan,
} from './tree.js';

const vectors = JSON.parse(readFileSync(join(__dirname, '../vectors/tree.json'), 'utf8')) as {
  readonly empty: string;
  readonly leaves: readonly string[];
  readonly roots: readonly string[];
  readonly inclusion: readonly { readonly index: number; readonly size: number; readonly proof: readonly string[] }[];
  readonly consistency: readonly { readonly older: number; readonly newer: number; readonly proof: readonly string[] }[];
  readonly counted: readonly { readonly size: number; readonly root: string }[];
};

const counted = (size: number): readonly Uint8Array[] => Array.from({ length: size }, (_, at) => leafHash(hasher, utf8(String(at))));

/** RFC 6962 §2.1 as it is written down, without a compact range. */
const slowRoot = (leaves: readonly Uint8Array[]): Uint8Array => {
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(hasher, slowRoot(leaves.slice(0, split)), slowRoot(leaves.slice(split)));
};

/** All nodes of a growing tree, as a journal keeps them in tiles. */
const kept = (leaves: readonly Uint8Array[]): ((plan: ProofPlan) => readonly Uint8Array[]) => {
  const nodes = new Map<string, Uint8Array>();
  append(hasher, emptyRange, leaves, ({ level, index }, hash) => void nodes.set(`${level}/${index}`, hash));
  const at = ({ level, index }: NodeAt): Uint8Array => nodes.get(`${level}/${index}`)!;
  return (plan) => plan.map((group) => bag(hasher, group.map(at)));
};

const MOST = 130;
const leaves = counted(MOST);
const prove = kept(leaves);
const roots = Array.from({ length: MOST + 1 }, (_, size) => rootOf(hasher, leaves.slice(0, size)));

const flipped = (bytes: Uint8Array, bit: number): Uint8Array => bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

describe('the tree', () => {
  test('has the published roots of the certificate transparency test tree', () => {
    const hashes = vectors.leaves.map((leaf) => leafHash(hasher, fromHex(leaf)!));
    expect(vectors.leaves.map((_, at) => hex(rootOf(hasher, hashes.slice(0, at + 1))))).toEqual(vectors.roots);
    expect(vectors.roots[0]!.slice(0, 16)).toBe('6e340b9cffb37a98');
    expect(vectors.roots[7]).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
    expect(hex(emptyRoot(hasher))).toBe(vectors.empty);
  });

  test('gives the published proofs', () => {
    const hashes = vectors.leaves.map((leaf) => leafHash(hasher, fromHex(leaf)!));
    const proofs = kept(hashes);
    for (const { index, size, proof } of vectors.inclusion) expect(proofs(inclusionPlan(index, size)).map(hex)).toEqual(proof);
    for (const { older, newer, proof } of vectors.consistency) expect(proofs(consistencyPlan(older, newer)).map(hex)).toEqual(proof);
  });

  test('of counted leaves has the roots that another implementation found, up to 65,537', () => {
    let range = emptyRange;
    const all = counted(65_537);
    for (const { size, root } of vectors.counted) {
      range = append(hasher, range, all.slice(range.size, size));
      expect(`${size} ${hex(rangeRoot(hasher, range))}`).toBe(`${size} ${root}`);
    }
  });

  test('has at every size the root that the recursive definition gives', () => {
    for (let size = 1; size <= MOST; size++) expect(hex(roots[size]!)).toBe(hex(slowRoot(leaves.slice(0, size))));
  });

  test('comes out the same however the leaves were grouped', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }), (groups) => {
        let range = emptyRange;
        for (const count of groups) range = append(hasher, range, leaves.slice(range.size, Math.min(MOST, range.size + count)));
        const whole = append(hasher, emptyRange, leaves.slice(0, range.size));
        expect(range).toEqual(whole);
        expect(hex(rangeRoot(hasher, range))).toBe(hex(roots[range.size]!));
      }),
    );
  });

  test('hashes leaves and nodes apart, so that no node passes for a leaf', () => {
    const [left, right] = [leaves[0]!, leaves[1]!];
    const both = new Uint8Array([...left, ...right]);
    expect(hex(leafHash(hasher, both))).not.toBe(hex(nodeHash(hasher, left, right)));
  });
});

describe('an inclusion proof', () => {
  test('holds for every entry at every size up to 130, and for no other index, size or leaf', () => {
    for (let size = 1; size <= MOST; size++) {
      for (let index = 0; index < size; index++) {
        const claim = { index, size, leaf: leaves[index]!, proof: prove(inclusionPlan(index, size)), root: roots[size]! };
        if (!verifyInclusion(hasher, claim)) throw new Error(`No proof for ${index} in ${size}.`);
        // Lies cost five times the truth: every eleventh place is enough, and chance tries the others below.
        if ((index + size) % 11 !== 0) continue;
        const lies = [
          { ...claim, index: (index + 1) % size, leaf: claim.leaf },
          { ...claim, leaf: leaves[(index + 1) % MOST]! },
          { ...claim, root: roots[size === MOST ? 1 : size + 1]! },
          { ...claim, proof: [...claim.proof, roots[1]!] },
          { ...claim, proof: claim.proof.slice(1) },
        ];
        lies.forEach((lie, at) => {
          const isTruth = (at === 0 && size === 1) || (at === 4 && claim.proof.length === 0);
          if (!isTruth && verifyInclusion(hasher, lie)) throw new Error(`Lie ${at} about ${index} in ${size} passes.`);
        });
      }
    }
  });

  test('fails when any bit of it, of the leaf or of the root is turned', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: MOST }), fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }), (size, pick, which, bit) => {
        const index = pick % size;
        const proof = prove(inclusionPlan(index, size));
        const claim = { index, size, leaf: leaves[index]!, proof, root: roots[size]! };
        const at = which % proof.length;
        const turned = proof.map((hash, each) => (each === at ? flipped(hash, bit) : hash));
        expect(verifyInclusion(hasher, { ...claim, proof: turned })).toBe(false);
        expect(verifyInclusion(hasher, { ...claim, leaf: flipped(claim.leaf, bit) })).toBe(false);
        expect(verifyInclusion(hasher, { ...claim, root: flipped(claim.root, bit) })).toBe(false);
        expect(verifyInclusion(hasher, { ...claim, proof: [...proof].reverse() })).toBe(proof.length === 1);
      }),
    );
  });

  test('is no proof for an index outside the tree or a number that is none', () => {
    const claim = { index: 0, size: 1, leaf: leaves[0]!, proof: [], root: roots[1]! };
    expect(verifyInclusion(hasher, claim)).toBe(true);
    for (const [index, size] of [
      [1, 1],
      [-1, 1],
      [0.5, 1],
      [0, 0],
      [0, NaN],
      [0, 2 ** 53],
    ] as const) {
      expect(verifyInclusion(hasher, { ...claim, index, size })).toBe(false);
      expect(() => inclusionPlan(index, size)).toThrow(RangeError);
    }
  });
});

describe('a consistency proof', () => {
  test('holds between any two sizes up to 130, and not when either root is another', () => {
    for (let newer = 1; newer <= MOST; newer++) {
      for (let older = 1; older <= newer; older++) {
        const proof = prove(consistencyPlan(older, newer));
        const claim = { older, newer, olderRoot: roots[older]!, newerRoot: roots[newer]!, proof };
        if (consistencyFault(hasher, claim) !== null) throw new Error(`No proof from ${older} to ${newer}.`);
        if ((older + newer) % 11 !== 0) continue;
        const other = roots[(newer % MOST) + 1]!;
        const lies = [
          { ...claim, newerRoot: other },
          { ...claim, olderRoot: roots[(older % MOST) + 1]! },
          { ...claim, proof: [...proof, other] },
          ...(proof.length > 0
            ? [
                { ...claim, proof: proof.slice(0, -1) },
                { ...claim, proof: [] },
              ]
            : []),
        ];
        lies.forEach((lie, at) => {
          if (consistencyFault(hasher, lie) === null) throw new Error(`Lie ${at} from ${older} to ${newer} passes.`);
        });
      }
    }
  });

  test('fails when any bit of it is turned', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: MOST }), fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }), (newer, pick, which, bit) => {
        const older = 1 + (pick % (newer - 1));
        const proof = prove(consistencyPlan(older, newer));
        const at = which % proof.length;
        const turned = proof.map((hash, each) => (each === at ? flipped(hash, bit) : hash));
        const claim = { older, newer, olderRoot: roots[older]!, newerRoot: roots[newer]! };
        expect(consistencyFault(hasher, { ...claim, proof: turned })).toBe('root');
      }),
    );
  });

  test('leads nowhere from nothing, backwards, or with hashes of another length', () => {
    for (const [older, newer] of [
      [0, 1],
      [2, 1],
      [-1, 1],
      [1, 1.5],
    ] as const) {
      expect(() => consistencyPlan(older, newer)).toThrow(RangeError);
      expect(consistencyFault(hasher, { older, newer, olderRoot: roots[1]!, newerRoot: roots[1]!, proof: [] })).toBe('sizes');
    }
    const [olderRoot, newerRoot] = [roots[1]!, roots[2]!];
    const short = { older: 1, newer: 2, olderRoot, newerRoot, proof: [leaves[1]!.subarray(1)] };
    expect(consistencyFault(hasher, short)).toBe('length');
  });
});

describe('sizes that no test can fill', () => {
  const around = Array.from({ length: 52 }, (_, power) => 2 ** power).flatMap((power) => [power - 1, power, power + 1]);
  const span = (nodes: readonly NodeAt[]): number => nodes.reduce((all, { level }) => all + 2 ** level, 0);

  test.each(around.filter((size) => size >= 2))('have proofs that cover the whole tree once (size %i)', (size) => {
    expect(span(peaks(size))).toBe(size);
    for (const index of [0, 1, Math.floor(size / 2), size - 1]) {
      const plan = inclusionPlan(index, size);
      expect(span(plan.flat()) + 1).toBe(size);
      expect(plan.every((group) => group.length > 0)).toBe(true);
      expect(plan.length).toBeLessThanOrEqual(53);
    }
    const plan = consistencyPlan(size - 1, size);
    expect(plan.length).toBeLessThanOrEqual(54);
    expect(plan.flat().every(({ level, index }) => (index + 1) * 2 ** level <= size)).toBe(true);
  });

  test.each([1, 5, 12])('verify from 2^49 − %i on, where logarithms would round', (below) => {
    const older = 2 ** 49 - below;
    const newer = older + below;
    // Every subtree below the leaves of this tree is the same: its hash depends on the level alone.
    const same: Uint8Array[] = [leaves[0]!];
    for (let level = 1; level <= 52; level++) same.push(nodeHash(hasher, same[level - 1]!, same[level - 1]!));
    const root = (size: number): Uint8Array =>
      bag(
        hasher,
        peaks(size).map(({ level }) => same[level]!),
      );
    const proof = consistencyPlan(older, newer).map((group) =>
      bag(
        hasher,
        group.map(({ level }) => same[level]!),
      ),
    );
    expect(consistencyFault(hasher, { older, newer, olderRoot: root(older), newerRoot: root(newer), proof })).toBeNull();
    const path = inclusionPlan(older - 1, newer).map((group) =>
      bag(
        hasher,
        group.map(({ level }) => same[level]!),
      ),
    );
    expect(verifyInclusion(hasher, { index: older - 1, size: newer, leaf: same[0]!, proof: path, root: root(newer) })).toBe(true);
  });
});
