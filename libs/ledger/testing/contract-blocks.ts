/** What the ledger expects of a journal's blocks. */
import type { StoredBlock, StoredCommit } from '../src/block.js';
import type { BlockStore } from '../src/ports.js';
import type { Subject } from './contract.js';

const commit = (first: number, streams: readonly string[], count = 1): StoredCommit => ({
  first,
  count,
  streams,
  versions: streams.map((_, at) => 2 ** 40 + at),
  command: 'ab'.repeat(32),
  body: 'cd'.repeat(32),
  bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte),
});

const block = (first: number, commits: readonly StoredCommit[], mark = 1): StoredBlock => ({
  first,
  count: commits.reduce((sum, { count }) => sum + count, 0),
  root: new Uint8Array(32).fill(mark),
  epoch: 7,
  at: Date.UTC(2026, 10, 23, 9, 12, 0, 5),
  commits,
});

/** Blocks 0–2, 3–9, 10–10, 11–110: their indexes sort otherwise as numbers than as texts. */
const fourBlocks: readonly StoredBlock[] = [
  block(0, [commit(0, ['order/甲', 'quota/1'], 2), commit(2, ['order/b.$c'])]),
  block(3, [commit(3, ['order/甲'], 4), commit(7, ['quota/1'], 3)]),
  block(10, [commit(10, ['order/甲'])]),
  block(11, [commit(11, ['quota/1', 'order/甲'], 100)]),
];

const filled = async (store: BlockStore): Promise<BlockStore> => {
  for (const each of fourBlocks) await store.insert(each);
  return store;
};

const writingContract = ({ describe, test, expect, world, fresh }: Subject): void => {
  describe('writing blocks', () => {
    test('an empty journal has no last block and nothing to read', async () => {
      const store = world().storage.blocks(fresh('31/voucher'));
      expect(await store.last()).toBe(null);
      expect(await store.read(0, 10)).toEqual([]);
      expect(await store.commitsOf('order/甲', 0)).toEqual([]);
    });

    test('a block comes back byte for byte, with its note or without', async () => {
      const store = world().storage.blocks(fresh('31/voucher'));
      const [first, second] = fourBlocks;
      const noted = { ...second, note: 'yrd.local/log/31/voucher\n10\n…\n' };
      expect(await store.insert(first!)).toBe('inserted');
      expect(await store.insert(noted as StoredBlock)).toBe('inserted');
      expect(await store.read(0, 2)).toEqual([first, noted]);
    });

    test('an index is taken once: a second block at it is a duplicate and changes nothing', async () => {
      const store = world().storage.blocks(fresh('31/voucher'));
      await store.insert(block(0, [commit(0, ['order/1'])], 1));
      expect(await store.insert(block(0, [commit(0, ['order/2'])], 2))).toBe('duplicate');
      expect((await store.last())?.root[0]).toBe(1);
    });

    test('of many who write at one index at once exactly one wins', async () => {
      const store = world().storage.blocks(fresh('31/voucher'));
      const outcomes = await Promise.all(Array.from({ length: 8 }, (_, mark) => store.insert(block(0, [commit(0, ['order/1'])], mark))));
      expect(outcomes.filter((outcome) => outcome === 'inserted').length).toBe(1);
      expect((await store.last())?.root[0]).toBe(outcomes.indexOf('inserted'));
    });

    test('what is stored no longer hears of its writer', async () => {
      const store = world().storage.blocks(fresh('31/voucher'));
      const mine = block(0, [commit(0, ['order/1'])]);
      await store.insert(mine);
      mine.root.fill(9);
      expect((await store.last())?.root[0]).toBe(1);
    });

    test('a successor journal is another journal', async () => {
      const name = fresh('31/voucher');
      await world()
        .storage.blocks(name)
        .insert(block(0, [commit(0, ['order/1'])]));
      expect(await world().storage.blocks(`${name}~2`).last()).toBe(null);
    });
  });
};

const readingContract = ({ describe, test, expect, world, fresh }: Subject): void => {
  describe('reading blocks', () => {
    const firsts = (blocks: readonly StoredBlock[]): readonly number[] => blocks.map(({ first }) => first);

    test('the last block is the one with the greatest index', async () => {
      const store = await filled(world().storage.blocks(fresh('32/voucher')));
      expect((await store.last())?.first).toBe(11);
    });

    test('reading starts with the block that holds the index and goes on in order', async () => {
      const store = await filled(world().storage.blocks(fresh('32/voucher')));
      expect(firsts(await store.read(0, 10))).toEqual([0, 3, 10, 11]);
      expect(firsts(await store.read(2, 10))).toEqual([0, 3, 10, 11]);
      expect(firsts(await store.read(3, 10))).toEqual([3, 10, 11]);
      expect(firsts(await store.read(9, 2))).toEqual([3, 10]);
      expect(firsts(await store.read(110, 10))).toEqual([11]);
      expect(await store.read(111, 10)).toEqual([]);
      expect(await store.read(0, 0)).toEqual([]);
    });

    test('a stream is opened by the commits that touch it, and no others', async () => {
      const store = await filled(world().storage.blocks(fresh('32/voucher')));
      const indexes = async (stream: string, from: number): Promise<readonly number[]> =>
        (await store.commitsOf(stream, from)).map(({ first }) => first);
      expect(await indexes('order/甲', 0)).toEqual([0, 3, 10, 11]);
      expect(await indexes('quota/1', 0)).toEqual([0, 7, 11]);
      expect(await indexes('order/b.$c', 0)).toEqual([2]);
      expect(await indexes('$commits', 0)).toEqual([]);
      expect(await indexes('order', 0)).toEqual([]);
    });

    test('streams that are opened at once each get their own commits', async () => {
      const store = await filled(world().storage.blocks(fresh('32/voucher')));
      const streams = ['order/甲', 'quota/1', 'nobody/1', 'order/甲'];
      const alone: (readonly StoredCommit[])[] = [];
      for (const stream of streams) alone.push(await store.commitsOf(stream, 0));
      expect(alone.map(({ length }) => length)).toEqual([4, 3, 0, 4]);
      expect(await Promise.all(streams.map((stream) => store.commitsOf(stream, 0)))).toEqual(alone);
    });

    test('the tail of a stream starts within a block where it must', async () => {
      const store = await filled(world().storage.blocks(fresh('32/voucher')));
      expect((await store.commitsOf('quota/1', 7)).map(({ first }) => first)).toEqual([7, 11]);
      expect((await store.commitsOf('order/甲', 7)).map(({ first }) => first)).toEqual([10, 11]);
      expect(await store.commitsOf('order/甲', 111)).toEqual([]);
      expect(await store.commitsOf('order/甲', 10)).toEqual([...fourBlocks[2]!.commits, ...fourBlocks[3]!.commits]);
    });
  });
};

export const blocksContract = (subject: Subject): void => {
  writingContract(subject);
  readingContract(subject);
};
