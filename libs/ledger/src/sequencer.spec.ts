/** The sequencer: turns, group commit, repeats, unknown outcomes, two writers. */
import { box, boxOf, calm, FederationRun, gifts } from '../testing/index.js';

const alone = async (seed: number): Promise<FederationRun> => {
  const run = new FederationRun(seed, gifts, ['31']);
  await run.startAll();
  return run;
};
const blocks = (run: FederationRun): number => run.world.disks.get('31')!.journal('31/gifts').size;
const coins = async (run: FederationRun): Promise<number> =>
  (await run.scheduler.resolve(run.node('31').read(box, boxOf('31')))).state.coins;
const fill = (run: FederationRun, amount: number, key?: string) => run.send('31', 'FillBox', { coins: amount }, key);

describe('the sequencer', () => {
  test('writes what was decided during one write as one block, and answers each command for itself', async () => {
    const run = await alone(1);
    const before = blocks(run);
    const answers = await run.scheduler.resolve(Promise.all(Array.from({ length: 40 }, () => fill(run, 1))));
    expect(answers.map((answer) => answer.ok && answer.version)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
    expect(blocks(run) - before).toBeLessThanOrEqual(3);
    expect(await coins(run)).toBe(40);
  });

  test('writes nothing that does not fit its own contract: nobody could ever read it', async () => {
    const faults = (event: string, data: object) =>
      event === 'GiftSent' && 'to' in data && data.to === 'nowhere' ? 'no such place' : null;
    const run = new FederationRun(7, { ...gifts, faults }, ['31']);
    await run.startAll();
    await run.command('31', 'FillBox', { coins: 10 });
    const before = blocks(run);
    const lost = run.command('31', 'SendGift', { to: 'nowhere', coins: 1, dueMs: 0 });
    await expect(lost).rejects.toThrow('GiftSent does not fit its own contract, so nothing was written: no such place');
    expect(await run.command('31', 'SendGift', { to: '32', coins: 1, dueMs: 0 })).toMatchObject({ ok: true, version: 2 });
    expect(blocks(run)).toBe(before + 1);
  });

  test('refuses what must not leave the province before it is written, and asks only of what others may read', async () => {
    const asked: string[] = [];
    const border = (event: string, data: object) => {
      asked.push(event);
      return 'to' in data && data.to === 'a person' ? { rejected: 'E-BORDER', facts: { field: 'to' } } : null;
    };
    const run = new FederationRun(7, { ...gifts, border }, ['31']);
    await run.startAll();
    await run.command('31', 'FillBox', { coins: 10 });
    const before = blocks(run);
    const refused = await run.command('31', 'SendGift', { to: 'a person', coins: 1, dueMs: 0 });
    expect(refused).toEqual({ ok: false, rejected: 'E-BORDER', facts: { field: 'to' } });
    expect(blocks(run)).toBe(before);
    expect(await run.command('31', 'SendGift', { to: '32', coins: 1, dueMs: 0 })).toMatchObject({ ok: true, version: 2 });
    expect(asked).toEqual(['GiftSent', 'GiftSent']);
  });

  test('lets a repeat wait for the first answer while that is pending, and decides once', async () => {
    const run = await alone(2);
    run.world.faults = { ...calm, storageMs: 500 };
    const [first, again, other] = await run.scheduler.resolve(Promise.all([fill(run, 5, 'k'), fill(run, 5, 'k'), fill(run, 6, 'k')]));
    expect(again).toEqual({ ...first, repeated: true });
    expect(other).toMatchObject({ ok: false, rejected: 'E-IDEMPOTENCY' });
    expect(await coins(run)).toBe(5);
  });

  test('remembers the id of a command that wrote something, and of no other: what was refused may be sent again', async () => {
    const run = await alone(8);
    const gift = { to: '32', coins: 5, dueMs: 0 };
    const before = blocks(run);
    expect(await run.command('31', 'SendGift', gift, 'k')).toMatchObject({ ok: false, rejected: 'E-COINS' });
    expect(blocks(run)).toBe(before);
    await run.command('31', 'FillBox', { coins: 10 });
    expect(await run.command('31', 'SendGift', gift, 'k')).toMatchObject({ ok: true, repeated: false });
    expect(await run.command('31', 'SendGift', gift, 'k')).toMatchObject({ ok: true, repeated: true });
    expect(await coins(run)).toBe(5);
  });

  test('answers no refusal before what it rests on is durable', async () => {
    const run = await alone(3);
    await run.command('31', 'FillBox', { coins: 10 });
    const before = blocks(run);
    run.world.faults = { ...calm, storageMs: 500 };
    void run.send('31', 'SendGift', { to: '32', coins: 10, dueMs: 0 });
    const refused = run.send('31', 'SendGift', { to: '32', coins: 1, dueMs: 0 }).then((answer) => ({ answer, blocks: blocks(run) }));
    expect(await run.scheduler.resolve(refused)).toMatchObject({ answer: { ok: false, rejected: 'E-COINS' }, blocks: before + 1 });
  });

  test('counts once what the store took without saying so', async () => {
    const run = await alone(4);
    run.world.faults = { ...calm, refused: 0.3, lostAck: 0.3 };
    const sent = Promise.all(
      Array.from({ length: 30 }, (_, at) =>
        fill(run, 1, `k${at}`).then(
          (answer) => answer.ok,
          () => false,
        ),
      ),
    );
    const good = (await run.scheduler.resolve(sent, 600_000)).filter((each) => each).length;
    run.world.faults = calm;
    await run.ready('31');
    for (let at = 0; at < 30; at++) await run.command('31', 'FillBox', { coins: 1 }, `k${at}`);
    expect(good).toBeGreaterThan(0);
    expect(await coins(run)).toBe(30);
  });

  test('refuses a command that expects another version, and not the one that expects this', async () => {
    const run = await alone(5);
    await run.command('31', 'FillBox', { coins: 10 });
    const actor = { person: 'p', organisation: 'o', province: '31', roles: ['enterprise'] };
    const expecting = (expect: number, idempotencyKey: string) =>
      run.scheduler.resolve(run.node('31').execute({ command: 'FillBox', body: { coins: 1 }, actor, idempotencyKey, trace: 't', expect }));
    expect(await expecting(0, 'a')).toMatchObject({ ok: false, rejected: 'E-VERSION', facts: { expected: 0, actual: 1 } });
    expect(await expecting(1, 'b')).toMatchObject({ ok: true, version: 2 });
    // A repeat is the same command: its answer does not age.
    expect(await expecting(1, 'b')).toMatchObject({ ok: true, version: 2, repeated: true });
  });

  test('decides on trial what it would decide now, writes nothing, and remembers no command', async () => {
    const run = await alone(9);
    await run.command('31', 'FillBox', { coins: 10 });
    const actor = { person: 'p', organisation: 'org-31', province: '31', roles: ['enterprise'] };
    const onTrial = (coins: number, idempotencyKey: string) => {
      const body = { to: '32', coins, dueMs: 0 };
      return run.scheduler.resolve(run.node('31').execute({ command: 'SendGift', body, actor, idempotencyKey, trace: 't', dry: true }));
    };
    const before = blocks(run);
    expect(await onTrial(7, 'k')).toMatchObject({ ok: true, repeated: false, version: 1 });
    expect(await onTrial(7, 'k')).toMatchObject({ ok: true, repeated: false, version: 1 });
    expect(await onTrial(11, 'k')).toMatchObject({ ok: false, rejected: 'E-COINS' });
    expect([blocks(run), await coins(run)]).toEqual([before, 10]);
    expect(await run.command('31', 'SendGift', { to: '32', coins: 7, dueMs: 0 }, 'k')).toMatchObject({ ok: true, repeated: false });
    expect(await onTrial(7, 'k')).toMatchObject({ ok: true, repeated: true });
  });

  test('turns commands away when too many wait, and takes them again after that', async () => {
    const run = await alone(6);
    const sent = Array.from({ length: 5_001 }, () =>
      fill(run, 1).then(
        () => 'taken',
        (error: unknown) => (error as Error).name,
      ),
    );
    const became = await run.scheduler.resolve(Promise.all(sent), 600_000);
    expect(became.filter((each) => each === 'Busy')).toHaveLength(1);
    expect(await run.command('31', 'FillBox', { coins: 1 })).toMatchObject({ ok: true, version: 5_001 });
  });
});
