/** What reactions parked is tried again while the node works, once what stood in the way is mended. */
import { box, boxOf, FederationRun, gifts } from '../testing/index.js';
import type { Context } from './decider.js';
import { Busy } from './rejection.js';

/** Gifts whose reactions fail as long as somebody says so. */
const fragile = (broken: () => boolean): Context => ({
  ...gifts,
  reactions: gifts.reactions.map((reaction) => ({
    ...reaction,
    react: (entry, found) => {
      if (broken()) throw new Error('the register of gifts is closed');
      return reaction.react(entry, found);
    },
  })),
});

const taken = async (run: FederationRun, province: string): Promise<number> =>
  (await run.scheduler.resolve(run.node(province).read(box, boxOf(province)))).state.taken.length;
const parkedAt = (run: FederationRun, province: string): number => run.node(province).status().parked;

test('a redrive does what was parked, in order, and what comes meanwhile after it', async () => {
  let broken = true;
  const run = new FederationRun(
    97,
    fragile(() => broken),
  );
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 10 });
  for (let at = 0; at < 3; at += 1) await run.command('31', 'SendGift', { to: '33', coins: 1, dueMs: 0 });
  await run.scheduler.pass(5_000);
  const items = await run.scheduler.resolve(run.node('33').parked());
  expect(items.map(({ of, journal }) => [of, journal])).toContainEqual(['reaction', '31/gifts']);
  expect(items[0]?.why).toMatchObject({ say: 'parkedFailed', error: expect.stringContaining('the register of gifts is closed') as string });
  // Nothing is mended: all of it stays.
  const { tried, left } = await run.scheduler.resolve(run.node('33').redrive());
  expect([tried, left]).toEqual([items.length, items.length]);
  broken = false;
  const redriving = run.node('33').redrive();
  await run.command('31', 'SendGift', { to: '33', coins: 1, dueMs: 0 });
  expect(await run.scheduler.resolve(redriving)).toEqual({ tried: items.length, left: 0 });
  await run.scheduler.pass(5_000);
  expect([await taken(run, '33'), parkedAt(run, '33')]).toEqual([4, 0]);
});

test('two redrives at once are one: the second is told to ask again', async () => {
  const run = new FederationRun(98, gifts);
  await run.startAll();
  const first = run.node('31').redrive();
  await expect(run.node('31').redrive()).rejects.toThrow(Busy);
  expect(await run.scheduler.resolve(first)).toEqual({ tried: 0, left: 0 });
});
