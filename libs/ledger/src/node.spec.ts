import { box, boxOf, calm, FederationRun, gifts } from '../testing/index.js';

const run = async (seed: number): Promise<FederationRun> => {
  const federation = new FederationRun(seed, gifts);
  await federation.startAll();
  return federation;
};

const coins = async (federation: FederationRun, province: string): Promise<number> => {
  const { state } = await federation.scheduler.resolve(federation.node(province).read(box, boxOf(province)));
  return state.coins + Object.values(state.sent).reduce((total, each) => total + each, 0);
};

describe('four nodes on one thread', () => {
  test('open their journals and hold each other’s', async () => {
    const federation = await run(1);
    await federation.converge();
    expect(federation.heads()['31']).toHaveLength(4);
    expect(federation.node('33').status().journals.every(({ size }) => size === 1)).toBe(true);
  });

  test('carry a gift across the border and back, and count it once', async () => {
    const federation = await run(2);
    expect(await federation.command('31', 'FillBox', { coins: 100 })).toMatchObject({ ok: true, version: 1 });
    expect(await federation.command('31', 'SendGift', { to: '32', coins: 30, dueMs: 0 })).toMatchObject({ ok: true, version: 2 });
    await federation.converge();
    const { state } = await federation.scheduler.resolve(federation.node('32').read(box, boxOf('32')));
    expect(state.coins).toBe(30);
    const sender = await federation.scheduler.resolve(federation.node('31').read(box, boxOf('31')));
    expect(sender.state).toEqual({ coins: 70, sent: {}, taken: [] });
  });

  test('refuse what cannot be, and answer a repeat with the first answer', async () => {
    const federation = await run(3);
    await federation.command('31', 'FillBox', { coins: 10 });
    expect(await federation.command('31', 'SendGift', { to: '32', coins: 11, dueMs: 0 })).toMatchObject({ ok: false, rejected: 'E-COINS' });
    const first = await federation.command('31', 'FillBox', { coins: 5 }, 'same');
    const again = await federation.command('31', 'FillBox', { coins: 5 }, 'same');
    expect(again).toEqual({ ...first, repeated: true });
    expect(await federation.command('31', 'FillBox', { coins: 6 }, 'same')).toMatchObject({ rejected: 'E-IDEMPOTENCY' });
    expect(await coins(federation, '31')).toBe(15);
  });
});

describe.each([11, 12, 13, 14, 15, 16])('under faults (seed %i)', (seed) => {
  test('a killed node comes back, nothing acknowledged is lost, and no coin is made or lost', async () => {
    const federation = await run(seed);
    federation.world.faults = { ...calm, refused: 0.05, lostAck: 0.05, twice: 0.1, lost: 0.05 };
    const acknowledged: Promise<unknown>[] = [];
    let filled = 0;
    const send = (province: string, command: string, body: { coins: number }): void => {
      acknowledged.push(
        federation.send(province, command, body).then(
          (answer) => void (command === 'FillBox' && answer.ok && (filled += body.coins)),
          () => undefined,
        ),
      );
    };
    for (let step = 0; step < 60; step++) {
      const from = federation.scheduler.chance.pick([...federation.alive.keys()]);
      if (step % 3 === 0) send(from, 'FillBox', { coins: 10 });
      else send(from, 'SendGift', { to: federation.scheduler.chance.pick(federation.provinces), coins: 3, dueMs: 0 } as { coins: number });
      await federation.scheduler.pass(50);
      if (step === 20) federation.kill('33');
      if (step === 40) await federation.start('33');
    }
    federation.world.faults = calm;
    await federation.ready(...federation.provinces);
    await federation.converge(120_000);
    const held = await Promise.all(federation.provinces.map((province) => coins(federation, province)));
    // What the killed node had decided but not acknowledged may still count: at least what was acknowledged is there.
    expect(held.reduce((total, each) => total + each, 0)).toBeGreaterThanOrEqual(filled);
  });
});
