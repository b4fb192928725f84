/** Snapshots of streams: a shortcut that is taken only where it leads to the same place. */
import { box, boxOf, FederationRun, gifts } from '../testing/index.js';

const ID = `31/gifts|${boxOf('31')}`;

/** A node alone with a stream of 70 commits, opened once more so that it is saved; then the snapshot is changed on the disk. */
const saved = async (change: object): Promise<FederationRun> => {
  const run = new FederationRun(21, gifts, ['31']);
  await run.startAll();
  await run.scheduler.resolve(Promise.all(Array.from({ length: 70 }, () => run.send('31', 'FillBox', { coins: 1 }))));
  run.kill('31');
  await run.start('31');
  await run.ready('31');
  await coins(run);
  const snapshots = run.world.disks.get('31')!.table('snapshots');
  const { value, rev } = snapshots.get(ID)!;
  const before = value as { state: object };
  snapshots.set(ID, { value: { ...before, state: { ...before.state, coins: 7_000 }, ...change }, rev });
  run.kill('31');
  await run.start('31');
  await run.ready('31');
  return run;
};

const coins = async (run: FederationRun): Promise<number> =>
  (await run.scheduler.resolve(run.node('31').read(box, boxOf('31')))).state.coins;

describe('the snapshot of a stream', () => {
  test('is believed where code, size and root are those of the journal: nothing before it is folded again', async () => {
    expect(await coins(await saved({}))).toBe(7_000);
  });

  test.each([
    ['other code folded it', { code: 'another' }],
    ['the journal has another root at its size', { root: '00'.repeat(32) }],
    ['it is of a size that the journal does not have', { size: 1_000 }],
  ])('is not believed where %s', async (_, change) => {
    expect(await coins(await saved(change))).toBe(70);
  });
});
