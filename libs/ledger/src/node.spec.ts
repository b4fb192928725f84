/** Four whole nodes in the simulated world: what they do together, and what they survive. */
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
    expect(
      federation
        .node('33')
        .status()
        .journals.every(({ size }) => size === 1),
    ).toBe(true);
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

describe('entries for some provinces', () => {
  /** Gifts that only Jiangsu may read besides whoever sends them. */
  const discreet = { ...gifts, entryTypes: { ...gifts.entryTypes, GiftSent: { ...gifts.entryTypes['GiftSent']!, audience: ['32'] } } };
  const sent = async (seed: number): Promise<FederationRun> => {
    const federation = new FederationRun(seed, discreet);
    await federation.startAll();
    await federation.command('31', 'FillBox', { coins: 100 });
    await federation.command('31', 'SendGift', { to: '32', coins: 30, dueMs: 0 });
    await federation.converge();
    return federation;
  };
  /** The gift's entry, as staff of this province see it at its own node. */
  const seen = (federation: FederationRun, province: string, reader: string | null = province) =>
    federation.scheduler.resolve(federation.node(province).disclose('31/gifts', 2, reader));

  test('are read and reacted to where they are for, and are only leaves elsewhere', async () => {
    const federation = await sent(5);
    expect(await coins(federation, '32')).toBe(30);
    const depths = await Promise.all(federation.provinces.map(async (each) => (await seen(federation, each))?.depth));
    expect(depths).toEqual(['payload', 'payload', 'leaf', 'leaf']);
    expect((await seen(federation, '32', null))?.depth).toBe('leaf');
    expect((await seen(federation, '32', '33'))?.depth).toBe('leaf');
    const elsewhere = await federation.scheduler.resolve(federation.node('33').read(box, boxOf('31'), '31/gifts'));
    expect(elsewhere.state.sent).toEqual({});
  });

  test('are on no topic in the open', async () => {
    const { broker } = (await sent(6)).world;
    const all = broker.topic('yrd.31.gifts.journal').messages.map(({ value }) => new TextDecoder().decode(value));
    expect(all.some((text) => text.includes('gift-sent'))).toBe(true);
    expect(all.filter((text) => text.includes('coins'))).toEqual([]);
  });

  test('come from any holder, also from one that cannot read them', async () => {
    const federation = await sent(7);
    for (const province of ['31', '32', '34']) federation.kill(province);
    federation.world.wipe('32');
    for (const province of federation.provinces) federation.world.broker.recreate(`yrd.${province}.gifts.journal`);
    await federation.start('32');
    await federation.scheduler.until(() => (federation.node('32').status().journals[0]?.size ?? 0) >= 3, 60_000);
    expect((await seen(federation, '32'))?.depth).toBe('payload');
  });

  test('come back to their author from its peers, whose backup was lost', async () => {
    const federation = await sent(8);
    federation.kill('31');
    federation.world.wipe('31');
    await federation.start('31');
    await federation.scheduler.pass(20_000);
    expect((await seen(federation, '31'))?.depth).toBe('payload');
    expect(federation.node('31').status().loss).toEqual({ from: 1, to: 2, entries: 1 });
  });

  test('are refused when nothing can be encrypted to a province they are for', async () => {
    const { GiftSent } = gifts.entryTypes;
    const federation = new FederationRun(9, {
      ...gifts,
      entryTypes: { ...gifts.entryTypes, GiftSent: { ...GiftSent!, audience: ['35'] } },
    });
    await expect(federation.start('31')).rejects.toThrow('gifts declares GiftSent for 35, which has no box key in the federation file');
  });
});

test('a node whose clock is far from its peers’ writes nothing until it is set right', async () => {
  const federation = new FederationRun(6, gifts, ['31', '32', '33', '34'], 30_000);
  await federation.startAll();
  await federation.scheduler.pass(5_000);
  federation.world.skewMs.set('33', 120_000);
  await expect(federation.command('33', 'FillBox', { coins: 1 })).rejects.toThrow('clockDisagrees');
  expect(await federation.command('31', 'FillBox', { coins: 1 })).toMatchObject({ ok: true });
  federation.world.skewMs.set('33', 0);
  expect(await federation.command('33', 'FillBox', { coins: 1 })).toMatchObject({ ok: true });
});

describe('own recovery', () => {
  const prepared = async (): Promise<FederationRun> => {
    const federation = await run(31);
    await federation.command('31', 'FillBox', { coins: 100 }, 'fill');
    await federation.command('31', 'SendGift', { to: '32', coins: 30, dueMs: 0 });
    await federation.converge();
    return federation;
  };

  test('an emptied node takes its journal back from its peers, and never forks it', async () => {
    const federation = await prepared();
    const before = federation
      .node('32')
      .status()
      .journals.find(({ journal }) => journal === '31/gifts')!;
    federation.kill('31');
    federation.world.wipe('31');
    await federation.start('31');
    await federation.scheduler.pass(20_000);
    const after = federation.node('31').status();
    expect(after.journals.find(({ journal }) => journal === '31/gifts')).toMatchObject({ size: before.size, root: before.root });
    expect(after.notReady).toEqual({ say: 'frozenByLoss', entries: 1, from: 1 });
  });

  test('nothing is decided on a journal that lost private payloads until its operator accepts the loss by an entry', async () => {
    const federation = await prepared();
    federation.kill('31');
    federation.world.wipe('31');
    await federation.start('31');
    await federation.scheduler.pass(20_000);
    expect(await federation.command('31', 'FillBox', { coins: 1 })).toMatchObject({ rejected: 'E-FROZEN' });
    const loss = { from: 1, to: 2, entries: 1 };
    expect(federation.node('31').status().loss).toEqual(loss);
    expect(await federation.command('31', 'AcceptLoss', { ...loss, to: 99 }, 'too-much', ['operator'])).toMatchObject({
      rejected: 'E-STATE',
    });
    expect(await federation.command('31', 'AcceptLoss', loss)).toMatchObject({ rejected: 'E-ROLE' });
    expect(await federation.command('31', 'AcceptLoss', loss, 'accept', ['operator'])).toMatchObject({ ok: true });
    expect(federation.node('31').status()).toMatchObject({ loss: null, notReady: null });
    expect(await federation.command('31', 'FillBox', { coins: 1 })).toMatchObject({ ok: true });
    await federation.converge();
  });

  test('a node whose peers are all silent stays read-only and says so', async () => {
    const federation = await prepared();
    for (const province of federation.provinces) federation.kill(province);
    await federation.start('31');
    await federation.scheduler.pass(30_000);
    expect(federation.node('31').status().notReady).toEqual({ say: 'readOnlyWithoutPeers' });
    await federation.start('34');
    await federation.ready('31', '34');
  });
});

describe('healing', () => {
  test.each(['recreated', 'truncated'])('a %s topic costs nothing: what is missing is asked for', async (how) => {
    const federation = await run(41);
    await federation.command('31', 'FillBox', { coins: 100 });
    federation.kill('33');
    await federation.command('31', 'SendGift', { to: '32', coins: 30, dueMs: 0 });
    await federation.scheduler.pass(1_000);
    if (how === 'recreated') federation.world.broker.recreate('yrd.31.gifts.journal');
    else federation.world.broker.truncate('yrd.31.gifts.journal');
    await federation.start('33');
    await federation.ready('33');
    await federation.command('31', 'SendGift', { to: '33', coins: 1, dueMs: 0 });
    await federation.converge();
    expect(await coins(federation, '33')).toBe(1);
  });

  test('a cut-off province catches up when the line is back, and the others did not wait', async () => {
    const federation = await run(42);
    await federation.command('31', 'FillBox', { coins: 100 });
    federation.world.cutOff.add('34');
    expect(await federation.command('31', 'SendGift', { to: '34', coins: 5, dueMs: 0 })).toMatchObject({ ok: true });
    expect(await federation.command('31', 'SendGift', { to: '32', coins: 5, dueMs: 0 })).toMatchObject({ ok: true });
    await federation.scheduler.pass(10_000);
    expect(await coins(federation, '32')).toBe(5);
    federation.world.cutOff.delete('34');
    await federation.converge();
    expect(await coins(federation, '34')).toBe(5);
  });
});
