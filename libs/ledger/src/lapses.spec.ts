/** How late a time limit fires, by the simulated clock: within a second, after a crash and ten thousand at once too; none is lost. */
import { calm, FederationRun } from '../testing/index.js';
import { EVERY_PEER, foldOf, toStream, wireType, type Context, type EntryType, type Handler } from './index.js';

interface Limit {
  readonly dueMs: number;
  readonly lapsedMs: number | null;
}
type LimitEvent =
  | { readonly type: 'LimitSet'; readonly data: { readonly dueMs: number; readonly awaits: string } }
  | { readonly type: 'LimitLapsed'; readonly data: { readonly lapsedMs: number } };

const limit = foldOf<Limit, LimitEvent>(
  'limit',
  { dueMs: 0, lapsedMs: null },
  {
    LimitSet: (state, { dueMs }) => ({ ...state, dueMs }),
    LimitLapsed: (state, { lapsedMs }) => ({ ...state, lapsedMs }),
  },
);
const streamOf = (at: number): string => `limit/${at}`;

interface SetLimits {
  readonly from: number;
  readonly count: number;
  readonly dueMs: number;
  /** Journal whose word is awaited; none where empty. */
  readonly awaits: string;
}
const each = ({ from, count }: SetLimits): readonly string[] => Array.from({ length: count }, (_, at) => streamOf(from + at));
const setLimits: Handler<SetLimits> = {
  streams: each,
  decide: (command) => {
    const { dueMs, awaits } = command;
    return each(command).flatMap((stream) => toStream(stream, [{ type: 'LimitSet', data: { dueMs, awaits } }]));
  },
};
const lapse: Handler<{ readonly stream: string }> = {
  streams: ({ stream }) => [stream],
  decide: ({ stream }, turn) =>
    turn.state(limit, stream).lapsedMs === null ? toStream(stream, [{ type: 'LimitLapsed', data: { lapsedMs: turn.now } }]) : [],
};
const entryType = (name: string): EntryType => ({
  type: wireType('limits', name, 1),
  audience: 'federation',
  classification: 'internal',
  legalBasis: 'TEST',
});
const PATIENCE_MS = 3_600_000;
const limits: Context = {
  name: 'limits',
  codeVersion: '1',
  entryTypes: { LimitSet: entryType('LimitSet'), LimitLapsed: entryType('LimitLapsed') },
  folds: [limit],
  commands: { SetLimits: setLimits, LapseLimit: lapse },
  reactions: [],
  views: [],
  timers: ({ type, stream, data }) => {
    const fires = { command: 'LapseLimit', target: stream, body: { stream } };
    const awaiting = data['awaits'] === '' ? {} : { awaits: String(data['awaits']), patienceMs: PATIENCE_MS };
    return type === 'LimitSet' ? [{ set: stream, dueMs: Number(data['dueMs']), fires, ...awaiting }] : [{ clear: stream }];
  },
};

const SECOND_MS = 1_000;
/** How often a province vouches for its journal. */
const BEAT_MS = 2_000;
/** Limits that one command sets. */
const BATCH = 250;

/** A federation in which 31 has so many limits that end together, `inMs` after the last was set. */
const waiting = async (seed: number, count: number, inMs: number, awaits = '') => {
  const run = new FederationRun(seed, limits);
  await run.startAll();
  const dueMs = run.world.now + inMs;
  for (let from = 0; from < count; from += BATCH)
    await run.command('31', 'SetLimits', { from, count: Math.min(BATCH, count - from), dueMs, awaits });
  expect(run.world.now).toBeLessThan(dueMs);
  return { run, dueMs };
};
const lapsedMs = async (run: FederationRun, at = 0): Promise<number | null> =>
  (await run.scheduler.resolve(run.node('31').read(limit, streamOf(at)))).state.lapsedMs;
const sizeOf = (run: FederationRun): number =>
  run
    .node('31')
    .status()
    .journals.find(({ journal }) => journal === '31/limits')?.size ?? 0;
/** Lets the world go on until so many limits lapsed: their entries are durable then. */
const until = async (run: FederationRun, count: number, limitMs: number): Promise<boolean> => {
  const before = sizeOf(run);
  return run.scheduler.until(() => sizeOf(run) >= before + count, limitMs);
};

describe('a time limit', () => {
  test.each([1, 2, 3])('fires within a second of its time (run %i)', async (seed) => {
    const { run, dueMs } = await waiting(seed, 1, 7_000);
    expect(await until(run, 1, 9_000)).toBe(true);
    expect(run.world.now - dueMs).toBeLessThanOrEqual(SECOND_MS);
    expect(await lapsedMs(run)).toBeGreaterThanOrEqual(dueMs);
  });

  test('that ended while the node was down fires within a second of its being back', async () => {
    const { run, dueMs } = await waiting(4, 1, 7_000);
    run.kill('31');
    await run.scheduler.pass(60_000);
    await run.start('31');
    await run.ready('31');
    const backMs = run.world.now;
    if ((await lapsedMs(run)) === null) await until(run, 1, 5_000);
    const at = await lapsedMs(run);
    expect(at).toBeGreaterThan(dueMs);
    expect((at ?? Infinity) - backMs).toBeLessThanOrEqual(SECOND_MS);
  });

  test('that a jump of the clock passed fires within a second of the jump', async () => {
    const { run } = await waiting(5, 1, 86_400_000);
    run.world.forward(30 * 86_400_000);
    const jumpedMs = run.world.now;
    expect(await until(run, 1, 5_000)).toBe(true);
    expect(run.world.now - jumpedMs).toBeLessThanOrEqual(SECOND_MS);
  });

  test('fires once the store writes again, though every write failed meanwhile', async () => {
    const { run, dueMs } = await waiting(6, 1, 7_000);
    run.world.faults = { ...calm, refused: 1 };
    await run.scheduler.pass(20_000);
    run.world.faults = calm;
    expect(await until(run, 1, 20_000)).toBe(true);
    await run.converge();
    expect(await lapsedMs(run)).toBeGreaterThanOrEqual(dueMs);
  });
});

test('ten thousand limits that end together have all fired, durably, within that second too', async () => {
  const COUNT = 10_000;
  const { run, dueMs } = await waiting(7, COUNT, 600_000);
  const toGo = dueMs - run.world.now;
  expect(await until(run, COUNT, toGo + 60_000)).toBe(true);
  expect(run.world.now - dueMs).toBeLessThanOrEqual(SECOND_MS);
}, 120_000);

describe('a time limit that awaits the word of another province', () => {
  const DAY_MS = 86_400_000;

  test.each([1, 2, 3])('and ends with a day fires within a second of its time (run %i)', async (seed) => {
    const run = new FederationRun(10 + seed, limits);
    await run.startAll();
    const dueMs = Math.ceil(run.world.now / DAY_MS) * DAY_MS;
    await run.command('31', 'SetLimits', { from: 0, count: 1, dueMs, awaits: '32/limits' });
    run.world.forward(dueMs - run.world.now - 7_321);
    expect(await until(run, 1, 20_000)).toBe(true);
    expect(await lapsedMs(run)).toBeGreaterThanOrEqual(dueMs);
    expect(run.world.now - dueMs).toBeLessThanOrEqual(SECOND_MS);
  });

  test.each([1, 2, 3])('and ends in the midst of a second waits for the next beat after it, no longer (run %i)', async (seed) => {
    const { run, dueMs } = await waiting(20 + seed, 1, 6_513 + seed * 611, '32/limits');
    expect(await until(run, 1, 20_000)).toBe(true);
    expect(run.world.now - dueMs).toBeLessThanOrEqual(BEAT_MS + SECOND_MS);
  });

  test('or of every province, waits for the last of them', async () => {
    const { run } = await waiting(15, 1, 7_000, EVERY_PEER);
    run.world.cutOff.add('34');
    await run.scheduler.pass(60_000);
    expect(await lapsedMs(run)).toBeNull();
    run.world.cutOff.delete('34');
    expect(await until(run, 1, 20_000)).toBe(true);
  });

  test('is delayed by a silent province, and fires within a second of its word', async () => {
    const { run } = await waiting(14, 1, 7_000, '32/limits');
    run.world.cutOff.add('32');
    await run.scheduler.pass(120_000);
    expect(await lapsedMs(run)).toBeNull();
    run.world.cutOff.delete('32');
    expect(await until(run, 1, 20_000)).toBe(true);
    await run.converge();
    expect(run.node('31').status().parked).toBe(0);
  });
});
