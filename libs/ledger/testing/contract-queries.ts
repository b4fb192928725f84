/** What the ledger expects of queries: one order, pages without gaps, and no more of a record than was asked for. */
import type { RecordQuery, ScanQuery, World } from '../src/ports.js';
import type { Subject } from './contract.js';

/** Rows whose order by `at` has a missing field, a null, ties, numbers, texts and booleans; listed in that order. */
const rows: readonly (readonly [string, object])[] = [
  ['b0', { kind: 'x' }],
  ['b1', { kind: 'y', at: null }],
  ['a2', { kind: 'x', at: -1, window: { status: 'open' } }],
  ['z3', { kind: 'y', at: 9, window: { status: 'open' } }],
  ['a4', { kind: 'x', at: 10, window: { status: 'closed' } }],
  ['c4', { kind: 'y', at: 10, window: { status: 'open' } }],
  ['d4', { kind: 'z', at: 10 }],
  ['a5', { kind: 'x', at: '2026-11-23' }],
  ['b5', { kind: 'x', at: '2026-11-24' }],
  ['a6', { kind: 'x', at: false }],
  ['a7', { kind: 'x', at: true }],
];
const inOrder = rows.map(([id]) => id);

const order = { field: 'at' };
/** A table of these rows, and the ids that a query finds. */
const asking = ({ world, fresh }: Subject) => ({
  table: async (): Promise<string> => {
    const name = fresh('orders');
    await world().storage.records.write([...rows].reverse().map(([id, value]) => ({ table: name, id, value })));
    return name;
  },
  ids: async (name: string, query: RecordQuery): Promise<readonly string[]> =>
    (await world().storage.records.find(name, query)).map(({ id }) => id),
});

const scanned = async (world: World, table: string, query: ScanQuery): Promise<readonly unknown[]> => {
  const seen: unknown[] = [];
  for await (const some of world.storage.records.scan(table, query)) seen.push(...some);
  return seen;
};

export const queriesContract = (subject: Subject): void => {
  listsContract(subject);
  partsContract(subject);
};

const partsContract = (subject: Subject): void => {
  const { describe, test, expect, world } = subject;
  const { table, ids } = asking(subject);
  describe('asking for a part of records', () => {
    test('a scan reads what it names alone, where it is, of every row that matches, in order', async () => {
      const name = await table();
      expect(await scanned(world(), name, { where: { at: { lt: 11 } }, order, cells: ['window.status', 'kind'] })).toEqual([
        ['open', 'x'],
        ['open', 'y'],
        ['closed', 'x'],
        ['open', 'y'],
        [null, 'z'],
      ]);
      expect(await scanned(world(), name, { where: { at: 'nobody' }, order, cells: ['kind'] })).toEqual([]);
    });

    test('a scan goes on behind a row', async () => {
      const name = await table();
      const behind = { where: { at: { gte: 9, lt: 11 } }, order, cells: ['at', 'kind'] };
      const [from, last] = [
        { value: 10, id: 'a4' },
        { value: 10, id: 'd4' },
      ];
      expect(await scanned(world(), name, { ...behind, after: from })).toEqual([
        [10, 'y'],
        [10, 'z'],
      ]);
      expect(await scanned(world(), name, { ...behind, after: last })).toEqual([]);
    });

    test('a scan hands out few of many rows at a time, and may end early', async () => {
      const name = subject.fresh('many');
      const ids = Array.from({ length: 4_321 }, (_, n) => `r${String(n).padStart(5, '0')}`);
      await world().storage.records.write(ids.map((id, n) => ({ table: name, id, value: { n: ids.length - n, id } })));
      const all = { where: { n: { gte: 1 } }, order: { field: 'n' }, cells: ['id'] };
      expect(await scanned(world(), name, all)).toEqual([...ids].reverse().map((id) => [id]));
      // Where the last rows fill a page.
      for (const count of [500, 1_500])
        expect((await scanned(world(), name, { ...all, where: { n: { lt: count + 1 } } })).length).toBe(count);
      let most = 0;
      for await (const some of world().storage.records.scan(name, all)) {
        most = Math.max(most, some.length);
        if (most > 0) break;
      }
      expect(most > 0 && most <= 1_000).toBe(true);
    });

    test('a scan passes over none of the rows that are too large for one answer', async () => {
      const name = subject.fresh('large');
      // Five MB and twelve are more than a message of MongoDB holds.
      const sizes = [5, 12, 1, 7, 7, 7];
      for (const [n, size] of sizes.entries())
        await world().storage.records.write([{ table: name, id: `r${n}`, value: { n, text: 'x'.repeat(size * 1_000_000) } }]);
      const read = (await scanned(world(), name, { where: {}, order: { field: 'n' }, cells: ['text'] })) as readonly string[][];
      expect(read.map(([text]) => text!.length / 1_000_000)).toEqual(sizes);
    });

    test('pages within a range end where it ends', async () => {
      const name = await table();
      const where = { at: { gte: 9, lt: 11 } };
      expect(await ids(name, { limit: 2, where, order })).toEqual(['z3', 'a4']);
      expect(await ids(name, { limit: 2, where, order, after: { value: 10, id: 'a4' } })).toEqual(['c4', 'd4']);
      expect(await ids(name, { limit: 2, where, order, after: { value: 10, id: 'd4' } })).toEqual([]);
      const back = { ...order, descending: true };
      expect(await ids(name, { limit: 2, where, order: back, after: { value: 10, id: 'c4' } })).toEqual(['a4', 'z3']);
    });
  });
};

const listsContract = (subject: Subject): void => {
  const { describe, test, expect, world } = subject;
  const { table, ids } = asking(subject);
  describe('asking for records', () => {
    test('without an order they come by id', async () => {
      const name = await table();
      expect(await ids(name, { limit: 99 })).toEqual([...inOrder].sort());
      expect(await ids(name, { limit: 2, after: { value: null, id: 'a7' } })).toEqual(['b0', 'b1']);
    });

    test('null and missing are one and stand first, then numbers, texts, booleans; ties by id', async () => {
      expect(await ids(await table(), { limit: 99, order })).toEqual(inOrder);
    });

    test('descending is the same list from its other end', async () => {
      expect(await ids(await table(), { limit: 99, order: { ...order, descending: true } })).toEqual([...inOrder].reverse());
    });

    test('pages of any size, one after the other, are the whole list, both ways', async () => {
      const name = await table();
      for (const descending of [false, true]) {
        for (const limit of [1, 2, 4]) {
          const seen: string[] = [];
          let after: RecordQuery['after'];
          for (let page = 0; page <= inOrder.length; page += 1) {
            const found = await world().storage.records.find<{ at?: string | number | null }>(name, {
              limit,
              order: { field: 'at', descending },
              ...(after ? { after } : {}),
            });
            seen.push(...found.map(({ id }) => id));
            const last = found.at(-1);
            if (!last) break;
            after = { value: last.value.at ?? null, id: last.id };
          }
          expect(seen).toEqual(descending ? [...inOrder].reverse() : inOrder);
        }
      }
    });

    test('fields match by equality, by list, and within what they hold', async () => {
      const name = await table();
      expect(await ids(name, { limit: 99, where: { kind: 'y' }, order })).toEqual(['b1', 'z3', 'c4']);
      expect(await ids(name, { limit: 99, where: { kind: { in: ['y', 'z'] } }, order })).toEqual(['b1', 'z3', 'c4', 'd4']);
      expect(await ids(name, { limit: 99, where: { 'window.status': 'open', kind: 'x' } })).toEqual(['a2']);
      expect(await ids(name, { limit: 99, where: { at: true } })).toEqual(['a7']);
      expect(await ids(name, { limit: 99, where: { kind: { in: [] } } })).toEqual([]);
    });

    test('a missing field counts as null', async () => {
      const name = await table();
      expect(await ids(name, { limit: 99, where: { at: null } })).toEqual(['b0', 'b1']);
      expect(await ids(name, { limit: 99, where: { at: { in: [null, 9] } }, order })).toEqual(['b0', 'b1', 'z3']);
      expect(await ids(name, { limit: 99, where: { 'window.status': null, kind: 'z' } })).toEqual(['d4']);
    });

    test('a range holds its lower end, not its upper one, and no other type', async () => {
      const name = await table();
      expect(await ids(name, { limit: 99, where: { at: { gte: 9, lt: 10 } }, order })).toEqual(['z3']);
      expect(await ids(name, { limit: 99, where: { at: { gte: 10 } }, order })).toEqual(['a4', 'c4', 'd4']);
      expect(await ids(name, { limit: 99, where: { at: { lt: '2026-11-24' } }, order })).toEqual(['a5']);
    });

    test('a limit ends the list, and none gives nothing', async () => {
      const name = await table();
      expect(await ids(name, { limit: 3, order })).toEqual(inOrder.slice(0, 3));
      expect(await ids(name, { limit: 0, order })).toEqual([]);
    });
  });
};
