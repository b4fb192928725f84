/** Views are built anew beside those in use, and nobody who works meanwhile notices but by the generation. */
import { FederationRun, gifts } from '../testing/index.js';

const ALL = ['31', '32', '33', '34'];
const rowsAt = async (run: FederationRun, province: string): Promise<string> => {
  const pages = gifts.views.map(async ({ name }) => (await run.node(province).rows<object>(name, { limit: 1_000 })).rows);
  return JSON.stringify(await run.scheduler.resolve(Promise.all(pages)));
};
const views = (run: FederationRun, province: string, rebuild = false) => run.scheduler.resolve(run.node(province).views(rebuild));
const rebuilt = async (run: FederationRun, province: string, generation: number): Promise<void> => {
  for (let tries = 0; tries < 200 && (await views(run, province)).generation < generation; tries += 1) await run.scheduler.pass(50);
  expect(await views(run, province)).toEqual({ generation, rebuilding: null });
};
const tablesOf = (run: FederationRun, province: string): readonly string[] => [...run.world.disks.get(province)!.tables.keys()];

const busy = async (seed: number): Promise<FederationRun> => {
  const run = new FederationRun(seed, gifts, ALL);
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 100 });
  for (let at = 0; at < 20; at += 1) await run.command('31', 'SendGift', { to: '33', coins: 1, dueMs: 0 });
  await run.converge();
  return run;
};

test('a rebuild gives the same rows from tables of its own, while commands go on', async () => {
  const run = await busy(61);
  const before = await rowsAt(run, '33');
  expect(await views(run, '33')).toEqual({ generation: 0, rebuilding: null });
  expect((await views(run, '33', true)).rebuilding).not.toBeNull();
  for (let at = 0; at < 5; at += 1) await run.command('31', 'SendGift', { to: '33', coins: 1, dueMs: 0 });
  await rebuilt(run, '33', 1);
  await run.converge();
  const after = await rowsAt(run, '33');
  expect(after.length).toBeGreaterThanOrEqual(before.length);
  expect(after).toBe(await rowsAt(run, '32'));
  await run.scheduler.pass(40_000);
  const left = tablesOf(run, '33').filter((name) => name.startsWith('view.') && run.world.disks.get('33')!.table(name).size > 0);
  expect(left.every((name) => name.endsWith('~1'))).toBe(true);
});

test('what was rebuilt is what counts after a restart, and can be rebuilt again', async () => {
  const run = await busy(62);
  await views(run, '33', true);
  await rebuilt(run, '33', 1);
  const before = await rowsAt(run, '33');
  run.kill('33');
  await run.start('33');
  await run.ready('33');
  await run.converge();
  expect([(await views(run, '33')).generation, await rowsAt(run, '33')]).toEqual([1, before]);
  await views(run, '33', true);
  await rebuilt(run, '33', 2);
  expect(await rowsAt(run, '33')).toBe(before);
});

test('a rebuild that was broken off leaves the views as they were, and the next one begins anew', async () => {
  const run = await busy(63);
  const before = await rowsAt(run, '33');
  await views(run, '33', true);
  run.kill('33');
  await run.start('33');
  await run.ready('33');
  expect((await views(run, '33')).rebuilding).toBeNull();
  await run.converge();
  expect(await rowsAt(run, '33')).toBe(before);
  const { generation } = await views(run, '33', true);
  await rebuilt(run, '33', generation + 1);
  expect(await rowsAt(run, '33')).toBe(before);
});
