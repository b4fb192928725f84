/** The demo clock that several nodes share through a real MongoDB. */
import { randomBytes } from 'node:crypto';
import type { Notice } from '@yrd/ledger';
import { demoClock, type DemoClock } from './clock-demo.js';
import { connectMongo } from './mongo/mongo-connection.js';
import { eventually } from './nodes-for-tests.js';

const DAY_MS = 86_400_000;
/** Far less than any step here, far more than a busy machine stands still. */
const NEAR_MS = 60_000;

const mongoUrl = (): string => {
  const url = process.env['MONGO_URL'];
  if (!url) throw new Error('MONGO_URL is not set: run npm test, which starts Kafka and MongoDB and says where they are');
  return url;
};

describe('the demo clock that four nodes share', () => {
  let database = '';
  const opened: DemoClock[] = [];
  const notices: Notice[] = [];

  const open = async (province: string): Promise<DemoClock> => {
    const clock = await demoClock({
      mongoUrl: mongoUrl(),
      database,
      province,
      environment: 'test',
      notice: (notice) => notices.push(notice),
    });
    opened.push(clock);
    return clock;
  };
  const aheadMs = (clock: DemoClock): number => clock.now() - Date.now();

  beforeEach(() => {
    database = `yrd_test_${randomBytes(6).toString('hex')}`;
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((clock) => clock.close()));
    const connection = await connectMongo({ mongoUrl: mongoUrl(), database, notice: () => undefined });
    await connection.dropDatabase();
    await connection.close();
  });

  test('is refused in production', async () => {
    await expect(
      demoClock({ mongoUrl: mongoUrl(), database, province: '31', environment: 'production', notice: () => undefined }),
    ).rejects.toThrow(/refused in production/);
  });

  test('shows real time until somebody moves it', async () => {
    expect(Math.abs(aheadMs(await open('31')))).toBeLessThan(NEAR_MS);
  });

  test('moves for all nodes at once, by a step or to an instant', async () => {
    const [shanghai, jiangsu] = [await open('31'), await open('32')];
    const stepped = await shanghai.forward({ byMs: 30 * DAY_MS });
    expect(Math.abs(stepped - shanghai.now())).toBeLessThan(NEAR_MS);
    // The promise has waited for the other node: no sleep here.
    expect(Math.abs(aheadMs(jiangsu) - 30 * DAY_MS)).toBeLessThan(NEAR_MS);
    const target = Date.now() + 90 * DAY_MS;
    await jiangsu.forward({ toMs: target });
    expect(Math.abs(shanghai.now() - target)).toBeLessThan(NEAR_MS);
  });

  test('survives restarts', async () => {
    const before = await open('31');
    await before.forward({ byMs: 7 * DAY_MS });
    await before.close();
    opened.length = 0;
    expect(Math.abs(aheadMs(await open('31')) - 7 * DAY_MS)).toBeLessThan(NEAR_MS);
  });

  test('never goes back, and never to a nonsensical time', async () => {
    const clock = await open('31');
    await clock.forward({ byMs: DAY_MS });
    await expect(clock.forward({ toMs: Date.now() })).rejects.toThrow(/never goes back/);
    for (const byMs of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e15])
      await expect(clock.forward({ byMs })).rejects.toThrow(RangeError);
    expect(Math.abs(aheadMs(clock) - DAY_MS)).toBeLessThan(NEAR_MS);
  });

  test('two who move it to instants at once leave it at the later one', async () => {
    const [shanghai, jiangsu] = [await open('31'), await open('32')];
    const [near, far] = [Date.now() + DAY_MS, Date.now() + 5 * DAY_MS];
    await Promise.allSettled([shanghai.forward({ toMs: far }), jiangsu.forward({ toMs: near })]);
    for (const clock of [shanghai, jiangsu]) await eventually('the later instant', () => Math.abs(clock.now() - far) < NEAR_MS);
  });

  test('does not wait for a node that is gone', async () => {
    const [shanghai, jiangsu] = [await open('31'), await open('32')];
    await jiangsu.close();
    opened.splice(opened.indexOf(jiangsu), 1);
    const connection = await connectMongo({ mongoUrl: mongoUrl(), database, notice: () => undefined });
    const waitedFor = await connection.getClient().db(database).collection<{ _id: string }>('clock').distinct('_id', { _id: /^seen/ });
    await connection.close();
    expect(waitedFor).toEqual(['seen/31']);
    await shanghai.forward({ byMs: DAY_MS });
    expect(notices).toEqual([]);
  });
});
