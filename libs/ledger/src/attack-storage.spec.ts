/** A database that fails for a moment: whatever was being read then is read again, and nothing is set aside for good. */
import { boxOf, box, Disk, FederationRun, gifts, type Path } from '../testing/index.js';
import { instant, loneWriter, OWN } from '../testing/lone-writer.js';
import type { Context, View } from './decider.js';
import type { ViewRow } from './folded.js';
import { Folder } from './folder.js';

/** A lone writer with its folder. */
const opened = async (own: Context, path: Path = instant) => {
  const writer = await loneWriter(new Disk(), path, own);
  const folder = new Folder(writer.world, writer.context, writer.vocabulary, OWN);
  await folder.open();
  return { ...writer, folder };
};

/** Coins since the box was last opened for a gift: the row goes away with the gift and begins anew. */
const sinceGift: View<{ coins: number }> = {
  name: 'since-gift',
  on: ['BoxFilled', 'GiftSent'],
  key: () => 'all',
  fold: (part, { type, data }) => (type === 'GiftSent' ? null : { coins: (part?.coins ?? 0) + Number(data['coins']) }),
  join: (parts) => parts[OWN] ?? null,
};

describe('a view', () => {
  test('whose row was removed begins it anew, however the entries fall into batches', async () => {
    const { folder, journal, command } = await opened({ ...gifts, views: [sinceGift] });
    await command('FillBox', { coins: 100 });
    await folder.step([journal]);
    await command('SendGift', { to: '32', coins: 1, dueMs: 0 });
    await command('FillBox', { coins: 5 });
    await folder.step([journal]);
    const rows = await folder.rows('since-gift', { limit: 10 });
    expect(rows.map(({ value }: { value: ViewRow }) => value.row)).toEqual([{ coins: 5 }]);
  });

  test('parks no stream because a row could not be read for a moment', async () => {
    let failing = false;
    const flaky: Path = {
      ...instant,
      there: (operation) => (failing && operation === 'get' ? Promise.reject(new Error('Simulated: no primary.')) : Promise.resolve()),
    };
    const { folder, journal, command } = await opened(gifts, flaky);
    await command('FillBox', { coins: 100 });
    failing = true;
    await folder.step([journal]).catch(() => undefined);
    failing = false;
    while (await folder.step([journal]));
    expect(folder.parkedCount()).toBe(0);
    expect(await folder.rows('boxes', { limit: 10 })).toHaveLength(1);
  });
});

describe('four nodes, three of whose databases drop every second read', () => {
  test('carry every gift across, and park nothing', async () => {
    const federation = new FederationRun(71, gifts);
    const { world } = federation;
    let failing = false;
    const process = world.process.bind(world);
    world.process = (province) => {
      const made = process(province);
      const { storage } = made.world;
      const fails = <T>(work: () => Promise<T>): Promise<T> =>
        failing && province !== '31' && world.scheduler.chance.happens(0.5) ? Promise.reject(new Error('Simulated: no primary.')) : work();
      const records: typeof storage.records = {
        ...storage.records,
        get: (table, id) => fails(() => storage.records.get(table, id)),
        find: (table, query) => fails(() => storage.records.find(table, query)),
      };
      const blocks = (journal: string) => {
        const store = storage.blocks(journal);
        return {
          ...store,
          read: (from: number, limit: number) => fails(() => store.read(from, limit)),
          commitsOf: (stream: string, from: number) => fails(() => store.commitsOf(stream, from)),
        };
      };
      return { ...made, world: { ...made.world, storage: { records, blocks } } };
    };
    await federation.startAll();
    await federation.command('31', 'FillBox', { coins: 100 });
    failing = true;
    for (const to of ['32', '33', '34', '32', '33', '34']) await federation.command('31', 'SendGift', { to, coins: 1, dueMs: 0 });
    await federation.scheduler.pass(5_000);
    failing = false;
    await federation.converge();
    for (const province of federation.provinces) expect(federation.node(province).status().parked).toBe(0);
    for (const province of ['32', '33', '34']) {
      const { state } = await federation.scheduler.resolve(federation.node(province).read(box, boxOf(province)));
      expect(state.coins).toBe(2);
    }
  });
});
