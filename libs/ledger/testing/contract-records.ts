/** What the ledger expects of records: guarded writes, all or none, and queries in one order. */
import type { Match, RecordWrite, Records } from '../src/ports.js';
import type { Subject } from './contract.js';

interface Lease {
  readonly epoch: number;
}

const guardsContract = ({ describe, test, expect, world, fresh }: Subject): void => {
  describe('guarding records', () => {
    const write = async (table: string, epoch: number | null, rev?: number): Promise<boolean> =>
      world().storage.records.write([{ table, id: 'a', value: epoch === null ? null : { epoch }, ...(rev === undefined ? {} : { rev }) }]);
    const read = async (table: string): Promise<string> => {
      const found = await world().storage.records.get<Lease>(table, 'a');
      return found ? `epoch ${found.value.epoch}, rev ${found.rev}` : 'nothing';
    };

    test('a write without a guard makes a record or changes it, and counts', async () => {
      const table = fresh('lease');
      expect(await read(table)).toBe('nothing');
      expect(await write(table, 1)).toBe(true);
      expect(await read(table)).toBe('epoch 1, rev 1');
      expect(await write(table, 2)).toBe(true);
      expect(await read(table)).toBe('epoch 2, rev 2');
    });

    test('guard 0 writes only what is not there', async () => {
      const table = fresh('lease');
      expect(await write(table, 1, 0)).toBe(true);
      expect(await write(table, 2, 0)).toBe(false);
      expect(await read(table)).toBe('epoch 1, rev 1');
    });

    test('a stale guard writes nothing', async () => {
      const table = fresh('lease');
      await write(table, 1);
      expect(await write(table, 2, 1)).toBe(true);
      expect(await write(table, 3, 1)).toBe(false);
      expect(await write(table, 3, 7)).toBe(false);
      expect(await read(table)).toBe('epoch 2, rev 2');
    });

    test('deleting keeps to its guard too, and a record made again starts anew', async () => {
      const table = fresh('lease');
      await write(table, 1);
      expect(await write(table, null, 0)).toBe(false);
      expect(await write(table, null, 2)).toBe(false);
      expect(await read(table)).toBe('epoch 1, rev 1');
      expect(await write(table, null, 1)).toBe(true);
      expect(await write(table, null, 1)).toBe(false);
      expect(await write(table, null, 0)).toBe(true);
      expect(await write(table, null)).toBe(true);
      expect(await read(table)).toBe('nothing');
      expect(await write(table, 5)).toBe(true);
      expect(await read(table)).toBe('epoch 5, rev 1');
    });

    test('of many who change one record at once exactly one wins', async () => {
      const table = fresh('lease');
      await write(table, 1);
      const won = await Promise.all(Array.from({ length: 8 }, (_, at) => write(table, 10 + at, 1)));
      expect(won.filter(Boolean).length).toBe(1);
      expect(await read(table)).toBe(`epoch ${10 + won.indexOf(true)}, rev 2`);
    });
  });
};

const batchContract = ({ describe, test, expect, world, fresh }: Subject): void => {
  describe('writing records together', () => {
    const count = async (records: Records, table: string): Promise<number> => (await records.find(table, { limit: 100 })).length;

    test('all writes of a batch are carried out, over several tables', async () => {
      const { records } = world().storage;
      const [rows, positions] = [fresh('rows'), fresh('positions')];
      const ids = ['a', 'b', 'c'];
      await records.write([{ table: rows, id: 'old', value: {} }]);
      const writes: readonly RecordWrite[] = [
        ...ids.map((id) => ({ table: rows, id, value: { id } })),
        { table: rows, id: 'old', value: null, rev: 1 },
        { table: positions, id: '31/voucher', value: { size: 3 }, rev: 0 },
      ];
      expect(await records.write(writes)).toBe(true);
      expect((await records.find(rows, { limit: 10 })).map(({ id }) => id)).toEqual(ids);
      expect((await records.get(positions, '31/voucher'))?.value).toEqual({ size: 3 });
    });

    test('records that are asked for at once are each found, or not', async () => {
      const { records } = world().storage;
      const [rows, others] = [fresh('rows'), fresh('others')];
      await records.write(['a', 'b'].map((id) => ({ table: rows, id, value: { id } })));
      const asked = [
        records.get(rows, 'b'),
        records.get(others, 'b'),
        records.get(rows, 'c'),
        records.get(rows, 'a'),
        records.get(rows, 'b'),
      ];
      expect((await Promise.all(asked)).map((found) => found?.value ?? null)).toEqual([{ id: 'b' }, null, null, { id: 'a' }, { id: 'b' }]);
    });

    test('one guard that does not hold undoes the whole batch, wherever it stands', async () => {
      const { records } = world().storage;
      const [rows, positions] = [fresh('rows'), fresh('positions')];
      const stale: RecordWrite = { table: positions, id: 'p', value: { size: 1 }, rev: 4 };
      const taken: RecordWrite = { table: positions, id: 'q', value: { size: 1 }, rev: 0 };
      const gone: RecordWrite = { table: positions, id: 'r', value: null, rev: 1 };
      const row: RecordWrite = { table: rows, id: 'a', value: {} };
      await records.write([{ table: positions, id: 'q', value: { size: 9 } }]);
      for (const wrong of [stale, taken, gone]) {
        expect(await records.write([row, wrong])).toBe(false);
        expect(await records.write([wrong, row])).toBe(false);
      }
      expect(await count(records, rows)).toBe(0);
      expect((await records.get(positions, 'q'))?.value).toEqual({ size: 9 });
    });

    test('an empty batch is done', async () => {
      expect(await world().storage.records.write([])).toBe(true);
    });

    test('batches that meet on the same records lose nothing', async () => {
      const { records } = world().storage;
      const [left, right] = [fresh('left'), fresh('right')];
      const increment = async (): Promise<void> => {
        for (;;) {
          const [a, b] = await Promise.all([records.get<{ n: number }>(left, 'n'), records.get<{ n: number }>(right, 'n')]);
          const step = (table: string, seen: typeof a): RecordWrite => ({
            table,
            id: 'n',
            value: { n: (seen?.value.n ?? 0) + 1 },
            rev: seen?.rev ?? 0,
          });
          if (await records.write([step(left, a), step(right, b)])) return;
          await world().clock.sleep(5);
        }
      };
      await Promise.all(Array.from({ length: 6 }, increment));
      expect((await records.get(left, 'n'))?.value).toEqual({ n: 6 });
      expect((await records.get(right, 'n'))?.value).toEqual({ n: 6 });
    });
  });
};

const valuesContract = ({ describe, test, expect, world, fresh }: Subject): void => {
  describe('the values of records', () => {
    const value = {
      'yrd.local/log/31': { $set: 1, '': 2, 甲: [null, true, [], {}] },
      big: Number.MAX_SAFE_INTEGER,
      part: 0.1,
      less: -1,
      text: '\u0000…',
    };

    test('come back as they were: any key, whole numbers as numbers', async () => {
      const { records } = world().storage;
      const table = fresh('any');
      for (const rev of [undefined, 1]) {
        await records.write([{ table, id: '甲/1 $.', value, ...(rev === undefined ? {} : { rev }) }]);
        expect((await records.get(table, '甲/1 $.'))?.value).toEqual(value);
      }
      await records.write([
        { table, id: 'x', value, rev: 0 },
        { table, id: 'y', value },
      ]);
      expect((await records.find(table, { limit: 3 })).map((each) => each.value)).toEqual([value, value, value]);
    });

    test('are found many at once, those that are there', async () => {
      const table = fresh('rows');
      const { records } = world().storage;
      await records.write(['a', 'b', 'c'].map((id, at) => ({ table, id, value: { at } })));
      const found = await records.getMany<{ at: number }>(table, ['c', 'nobody', 'a', '']);
      expect([...found].sort((x, y) => x.value.at - y.value.at)).toEqual([
        { id: 'a', value: { at: 0 }, rev: 1 },
        { id: 'c', value: { at: 2 }, rev: 1 },
      ]);
      expect(await records.getMany(table, [])).toEqual([]);
    });

    test('are found by one element of a list that they hold', async () => {
      const { records } = world().storage;
      const table = fresh('lists');
      await records.write(Object.entries({ a: ['x', 'y'], b: ['y'], c: [] }).map(([id, at]) => ({ table, id, value: { at } })));
      const found = async (at: Match) => (await records.find(table, { limit: 9, where: { at } })).map(({ id }) => id);
      expect([await found('y'), await found({ in: ['x', 'z'] })]).toEqual([['a', 'b'], ['a']]);
    });

    test('no longer hear of their writer or reader', async () => {
      const { records } = world().storage;
      const table = fresh('any');
      const mine = { list: [1] };
      await records.write([{ table, id: 'a', value: mine }]);
      // A store may keep, and hand out, what cannot be changed at all.
      Reflect.set(mine.list, 1, 2);
      Reflect.set((await records.get<{ list: number[] }>(table, 'a'))!.value.list, 1, 3);
      expect((await records.get(table, 'a'))?.value).toEqual({ list: [1] });
    });

    test('a dropped table is empty, can be used again, and takes no other with it', async () => {
      const { records } = world().storage;
      const [dropped, kept] = [fresh('view'), fresh('view')];
      await records.write([
        { table: dropped, id: 'a', value: {} },
        { table: kept, id: 'a', value: {} },
      ]);
      await records.drop(dropped);
      await records.drop(fresh('never'));
      expect(await records.get(dropped, 'a')).toBe(null);
      expect((await records.get(kept, 'a'))?.rev).toBe(1);
      expect(await records.write([{ table: dropped, id: 'a', value: {}, rev: 0 }])).toBe(true);
    });
  });
};

export const recordsContract = (subject: Subject): void => {
  guardsContract(subject);
  batchContract(subject);
  valuesContract(subject);
};
