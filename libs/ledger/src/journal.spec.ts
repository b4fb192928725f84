/** A journal and its tree: proofs at every size, snapshots, damaged stores. */
import { Disk, memoryStorage, SimulatedWorld } from '../testing/index.js';
import { encodeEntries, type StoredBlock } from './block.js';
import { hex, utf8 } from './bytes.js';
import { Journal } from './journal.js';
import type { World } from './ports.js';
import {
  append,
  bag,
  emptyRange,
  leafHash,
  nodeHash,
  peaks,
  rangeRoot,
  rootOf,
  consistencyFault,
  verifyInclusion,
  type CompactRange,
} from './tree.js';

const NAME = '31/voucher';
const TILE = 256;
const instant = { there: () => Promise.resolve(), back: () => Promise.resolve() };
const leafAt = (index: number): Uint8Array => utf8(`leaf ${index}`);

/** A disk whose operations take no time, and the world around it. */
const { world } = new SimulatedWorld(1, ['31']).process('31');
const { hasher } = world;
const worldOver = (disk: Disk): World => ({ ...world, storage: memoryStorage(disk, instant) });
const hashOf = (index: number): Uint8Array => leafHash(hasher, leafAt(index));

/** Writes blocks of `per` leaves as a sequencer would, behind what is there, up to `size`. Returns the hashes of all leaves. */
const fill = (disk: Disk, size: number, per: number): readonly Uint8Array[] => {
  const there = [...disk.journal(NAME).values()].reduce((all, { count }) => all + count, 0);
  const hashes = Array.from({ length: there }, (_, at) => hashOf(at));
  let range: CompactRange = append(hasher, emptyRange, hashes);
  while (range.size < size) {
    const first = range.size;
    const count = Math.min(per, size - first);
    const indexes = Array.from({ length: count }, (_, at) => first + at);
    const added = indexes.map(hashOf);
    hashes.push(...added);
    range = append(hasher, range, added);
    const bytes = encodeEntries(indexes.map((index) => ({ leaf: leafAt(index) })));
    const commit = { first, count, streams: [], versions: [], command: '', body: '', bytes };
    const block: StoredBlock = { first, count, root: rangeRoot(hasher, range), epoch: 1, at: 0, commits: [commit] };
    disk.journal(NAME).set(first, block);
  }
  return hashes;
};

const holds = async (journal: Journal, hashes: readonly Uint8Array[], index: number, size: number): Promise<boolean> =>
  verifyInclusion(hasher, {
    index,
    size,
    leaf: hashes[index]!,
    proof: await journal.inclusion(index, size),
    root: rootOf(hasher, hashes.slice(0, size)),
  });

describe('a journal', () => {
  test('proves its entries at the sizes around each end of a tile', async () => {
    const disk = new Disk();
    const hashes = fill(disk, 2 * TILE + 3, 7);
    const journal = await Journal.open(worldOver(disk), NAME);
    for (const size of [1, 2, 100, 255, 256, 257, 384, 511, 512, 513, 515]) {
      expect(hex(await journal.rootAt(size))).toBe(hex(rootOf(hasher, hashes.slice(0, size))));
      for (const index of new Set([0, size >> 1, size - 1])) expect(await holds(journal, hashes, index, size)).toBe(true);
    }
  });

  test('proves across 65,536 entries, where a tile of tiles is full, after a restart too', async () => {
    const disk = new Disk();
    // All leaves are the same, so the hash of a full subtree depends on its level alone and 254 tiles need not be grown.
    const same: Uint8Array[] = [hashOf(0)];
    for (let level = 1; level <= 17; level++) same.push(nodeHash(hasher, same[level - 1]!, same[level - 1]!));
    const full = 254;
    const records = worldOver(disk).storage.records;
    for (let tile = 0; tile < full; tile++)
      await records.write([{ table: 'tiles', id: `${NAME}:0/${tile}`, value: { hashes: hex(same[0]!).repeat(TILE) } }]);
    const tails = ['', hex(same[8]!).repeat(full)];
    let range: CompactRange = { size: full * TILE, peaks: peaks(full * TILE).map(({ level }) => same[level]!) };
    const root = hex(rangeRoot(hasher, range));
    await records.write([{ table: 'tiles', id: `${NAME}:tree`, value: { size: full * TILE, root, tails } }]);
    for (; range.size < 65_538;) {
      const first = range.size;
      range = append(hasher, range, [same[0]!, same[0]!]);
      const bytes = encodeEntries([{ leaf: leafAt(0) }, { leaf: leafAt(0) }]);
      const commit = { first, count: 2, streams: [], versions: [], command: '', body: '', bytes };
      disk.journal(NAME).set(first, { first, count: 2, root: rangeRoot(hasher, range), epoch: 1, at: 0, commits: [commit] });
    }
    const fresh = await Journal.open(worldOver(disk), NAME);
    await fresh.saveTiles();
    const rootAt = (size: number): Uint8Array =>
      bag(
        hasher,
        peaks(size).map(({ level }) => same[level]!),
      );
    for (const journal of [fresh, await Journal.open(worldOver(disk), NAME)]) {
      for (const size of [65_279, 65_280, 65_281, 65_535, 65_536, 65_537, 65_538]) {
        const root = rootAt(size);
        expect(hex(await journal.rootAt(size))).toBe(hex(root));
        for (const index of [0, 65_023, size - 1]) {
          const proof = await journal.inclusion(index, size);
          expect(verifyInclusion(hasher, { index, size, leaf: same[0]!, proof, root })).toBe(true);
        }
        const claim = { older: 257, newer: size, olderRoot: rootAt(257), newerRoot: root, proof: await journal.consistency(257, size) };
        expect(consistencyFault(hasher, claim)).toBeNull();
      }
    }
  });

  test.each([1, 255, 256, 257, 511, 512, 600])('opens from a snapshot at size %i and from the blocks behind it', async (saved) => {
    const disk = new Disk();
    fill(disk, saved, 50);
    await (await Journal.open(worldOver(disk), NAME)).saveTiles();
    const hashes = fill(disk, 700, 50);
    // What the snapshot holds is not read again.
    for (const first of [...disk.journal(NAME).keys()]) if (first < saved) disk.journal(NAME).delete(first);
    const journal = await Journal.open(worldOver(disk), NAME);
    expect([journal.size, hex(journal.head.root)]).toEqual([700, hex(rootOf(hasher, hashes))]);
    for (const size of [saved, saved + 1, 699]) expect(await holds(journal, hashes, saved - 1, size)).toBe(true);
  });

  test('goes on where another process left off', async () => {
    const disk = new Disk();
    fill(disk, 40, 10);
    const journal = await Journal.open(worldOver(disk), NAME);
    fill(disk, 90, 10);
    await journal.catchUp();
    expect([journal.size, journal.lastBlock?.first]).toEqual([90, 80]);
  });

  test('refuses a block of which one byte was changed on the disk', async () => {
    const disk = new Disk();
    fill(disk, 30, 10);
    const block = disk.journal(NAME).get(10)!;
    const [commit] = block.commits;
    const bytes = commit!.bytes.map((byte, at) => (at === 9 ? byte ^ 1 : byte));
    disk.journal(NAME).set(10, { ...block, commits: [{ ...commit!, bytes }] });
    await expect(Journal.open(worldOver(disk), NAME)).rejects.toThrow(/block 10 of 31\/voucher does not hash to its root: restore/);
  });

  test('refuses to go on over a block that is missing', async () => {
    const disk = new Disk();
    fill(disk, 30, 10);
    disk.journal(NAME).delete(10);
    await expect(Journal.open(worldOver(disk), NAME)).rejects.toThrow(/ends at 10, but a block starts at 20/);
  });

  test('refuses a block that counts more entries than it holds', async () => {
    const disk = new Disk();
    fill(disk, 10, 10);
    disk.journal(NAME).set(0, { ...disk.journal(NAME).get(0)!, count: 11 });
    await expect(Journal.open(worldOver(disk), NAME)).rejects.toThrow(/does not hash to its root/);
  });

  test('has no root beyond its end and no entry there', async () => {
    const disk = new Disk();
    fill(disk, 5, 5);
    const journal = await Journal.open(worldOver(disk), NAME);
    await expect(journal.rootAt(6)).rejects.toThrow(/has no size 6 yet/);
    expect(await journal.entry(5)).toBeNull();
    expect(await journal.entry(-1)).toBeNull();
    expect((await journal.entry(4))?.entry.leaf).toEqual(leafAt(4));
  });
});
