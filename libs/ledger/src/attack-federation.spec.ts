/** What a peer, a backup or a slow disk can do to a federation, and what must hold all the same. */
import { boxOf, calm, Disk, FederationRun, gifts, lie, memoryStorage, SimulatedWorld } from '../testing/index.js';
import { decodeWire } from './block.js';
import type { Entry, Handler } from './decider.js';
import { Journal } from './journal.js';
import { Loops } from './loops.js';
import { Quarantine } from './quarantine.js';
import { Replica } from './replica.js';
import { Signal } from './signal.js';

const TOPIC = 'yrd.31.gifts.journal';
const OWN = '31/gifts';

const run = async (seed: number): Promise<FederationRun> => {
  const federation = new FederationRun(seed, gifts);
  await federation.startAll();
  return federation;
};

const journalOf = (federation: FederationRun, at: string, name: string) =>
  federation
    .node(at)
    .status()
    .journals.find(({ journal }) => journal === name)!;

describe('a node restored from an old backup', () => {
  test('writes nothing more once a peer has shown that it holds a longer journal', async () => {
    const federation = await run(81);
    await federation.command('31', 'FillBox', { coins: 100 });
    await federation.converge();
    const backup = federation.world.disks.get('31')!.copy();
    federation.kill('32');
    federation.kill('33');
    await federation.command('31', 'SendGift', { to: '34', coins: 1, dueMs: 0 });
    await federation.scheduler.until(() => journalOf(federation, '34', OWN).size === journalOf(federation, '31', OWN).size);
    // Only 34 holds the end of the journal, and it is away while 31 comes back.
    federation.kill('34');
    federation.kill('31');
    federation.world.broker.truncate(TOPIC);
    federation.world.disks.set('31', backup);
    for (const province of ['31', '32', '33']) await federation.start(province);
    await federation.ready('31', '32', '33');
    await federation.start('34');
    await federation.scheduler.until(() => journalOf(federation, '31', OWN).lag > 0);
    const late = federation.send('31', 'FillBox', { coins: 1 }).catch((error: unknown) => (error as Error).name);
    expect(await federation.scheduler.resolve(late)).toBe('Unavailable');
    await federation.ready('31', '32', '33', '34');
    await federation.converge();
    expect(federation.provinces.map((each) => journalOf(federation, each, OWN).state)).toEqual(['live', 'live', 'live', 'live']);
  });
});

describe('a replica', () => {
  test('takes no block whose holder kept back a payload that everybody may read', async () => {
    const federation = await run(82);
    await federation.command('31', 'FillBox', { coins: 100 });
    await federation.command('31', 'SendGift', { to: '34', coins: 1, dueMs: 0 });
    await federation.converge();
    const blocks = federation.world.broker.topic(TOPIC).messages.map(({ value }) => decodeWire(value)!);
    const { world } = federation.world.process('34');
    const disk = new Disk();
    const instant = { there: () => Promise.resolve(), back: () => Promise.resolve() };
    const own = { ...world, storage: memoryStorage(disk, instant) };
    const journal = await Journal.open(own, OWN);
    const replica = new Replica(own, journal, federation.world.ring(own, OWN), federation.world.lock('34', 'gifts'), () => undefined);
    for (const block of blocks) {
      const stripped = { ...block, entries: block.entries.map(({ leaf }) => ({ leaf })) };
      const shared = block.entries.some(({ payload }) => payload);
      if (shared) expect(await replica.receive(stripped)).toBe('broken');
      expect(await replica.receive(block)).toBe('accepted');
    }
    expect(journal.size).toBe(journalOf(federation, '31', OWN).size);
  });
});

test('a history that one peer alone was told is held against its owner by everybody, on the evidence of that peer', async () => {
  const federation = await run(85);
  await federation.command('31', 'FillBox', { coins: 100 });
  await federation.command('31', 'SendGift', { to: '34', coins: 1, dueMs: 0 });
  await federation.converge();
  expect(lie(federation.world, 'gifts', { fault: 'split view', province: '31', other: '33' })).toBe(true);
  await federation.scheduler.pass(10_000);
  for (const at of ['32', '33', '34']) expect(journalOf(federation, at, OWN).state).toBe('quarantined');
  expect(await federation.command('32', 'FillBox', { coins: 1 })).toMatchObject({ ok: true });
});

test('evidence reaches who was lied to, also behind what rests on entries that the liar never gave him', async () => {
  // Decided on what 31 has said so far.
  const lean: Handler = {
    streams: () => ['box/leaning'],
    foreign: () => [{ journal: OWN, stream: boxOf('31') }],
    decide: () => [{ stream: 'box/leaning', events: [{ type: 'BoxFilled', data: { coins: 1 } }] }],
  };
  const federation = new FederationRun(87, { ...gifts, commands: { ...gifts.commands, Lean: lean } });
  await federation.startAll();
  await federation.command('31', 'FillBox', { coins: 100 });
  await federation.converge();
  federation.world.mischief = {
    strike: () => null,
    arrival: (province, topic) => (province === '33' && topic === TOPIC ? { fate: 'lost', delayMs: 0 } : null),
  };
  await federation.command('31', 'SendGift', { to: '34', coins: 1, dueMs: 0 });
  expect(lie(federation.world, 'gifts', { fault: 'split view', province: '31', other: '33' })).toBe(true);
  await federation.scheduler.pass(300);
  await federation.command('31', 'FillBox', { coins: 1 });
  await federation.scheduler.pass(300);
  for (const at of ['32', '34']) await federation.command(at, 'Lean', {});
  await federation.scheduler.pass(20_000);
  for (const at of ['32', '33', '34']) expect(journalOf(federation, at, OWN).state).toBe('quarantined');
});

test('a history that was told to all before the true one is found out by what continues the true one', async () => {
  const federation = await run(88);
  const { world, scheduler } = federation;
  await federation.command('31', 'FillBox', { coins: 100 });
  await federation.converge();
  expect(journalOf(federation, '32', OWN).size).toBe(2);
  // What 31 writes now, and says of itself, nobody hears.
  const deaf = new Set([TOPIC, 'yrd.31.witness', 'yrd.31.heal', 'yrd.31.sync']);
  world.mischief = { strike: () => null, arrival: (_, topic) => (deaf.has(topic) ? { fate: 'lost', delayMs: 0 } : null) };
  for (const coins of [1, 2]) await federation.command('31', 'SendGift', { to: '34', coins, dueMs: 0 });
  await scheduler.pass(1_000);
  deaf.delete(TOPIC);
  expect(lie(world, 'gifts', { fault: 'altered history', province: '31', other: '32' })).toBe(true);
  await scheduler.pass(1_000);
  for (const at of ['32', '33', '34']) expect(journalOf(federation, at, OWN)).toMatchObject({ size: 3, state: 'healing' });
  deaf.clear();
  await scheduler.pass(20_000);
  for (const at of ['32', '33', '34']) expect(journalOf(federation, at, OWN).state).toBe('quarantined');
});

test('who caught a liar while it could not write says so when it can, without a restart', async () => {
  const federation = new FederationRun(86, gifts, undefined, 30_000);
  await federation.startAll();
  await federation.command('31', 'FillBox', { coins: 100 });
  await federation.command('31', 'SendGift', { to: '34', coins: 1, dueMs: 0 });
  await federation.converge();
  // Its clock is far from its peers': 33 answers nothing and writes nothing.
  federation.world.skewMs.set('33', 120_000);
  expect(lie(federation.world, 'gifts', { fault: 'split view', province: '31', other: '33' })).toBe(true);
  await federation.scheduler.pass(5_000);
  const before = journalOf(federation, '33', '33/gifts').size;
  expect(journalOf(federation, '33', OWN).state).toBe('quarantined');
  federation.world.skewMs.set('33', 0);
  await federation.scheduler.pass(10_000);
  expect(journalOf(federation, '33', '33/gifts').size).toBe(before + 1);
});

test('what another process of a node found out, and died of before it told anybody, is taken over and told', async () => {
  const federation = await run(89);
  await federation.command('31', 'FillBox', { coins: 100 });
  await federation.converge();
  const before = journalOf(federation, '33', '33/gifts').size;
  const beside = new Quarantine(federation.world.process('33').world, OWN, () => undefined);
  await federation.scheduler.resolve(beside.put({ journal: OWN, note: 'one', size: 1, held: 'another' }));
  await federation.scheduler.pass(5_000);
  expect(journalOf(federation, '33', OWN).state).toBe('quarantined');
  expect(journalOf(federation, '33', '33/gifts').size).toBe(before + 1);
});

describe('a heartbeat', () => {
  test('vouches for no time that an entry still being written lies before', async () => {
    const federation = new FederationRun(83, gifts);
    const { world } = federation;
    let stuck = false;
    const process = world.process.bind(world);
    world.process = (province) => {
      const made = process(province);
      const { storage } = made.world;
      const blocks = (journal: string) => {
        const store = storage.blocks(journal);
        const insert: typeof store.insert = async (block) => {
          while (stuck && journal === OWN && province === '31') await world.scheduler.sleep(100);
          return store.insert(block);
        };
        return { ...store, insert };
      };
      return { ...made, world: { ...made.world, storage: { ...storage, blocks } } };
    };
    await federation.startAll();
    await federation.converge();
    stuck = true;
    const decidedAt = world.now;
    const slow = federation.send('31', 'FillBox', { coins: 1 });
    await federation.scheduler.pass(10_000);
    const heard = journalOf(federation, '32', OWN);
    expect(heard.size).toBe(1);
    // The entry is not below size 1, so its time must not be before what was vouched for with size 1.
    expect(heard.heardAt).toBeLessThanOrEqual(decidedAt);
    stuck = false;
    expect(await federation.scheduler.resolve(slow)).toMatchObject({ ok: true });
  });
});

describe('a follower', () => {
  test('whose handler fails on one journal still gets the entries of the others', async () => {
    const federation = await run(84);
    const seen: string[] = [];
    const handle = ({ journal }: Entry): Promise<void> => {
      if (journal === OWN) return Promise.reject(new Error('This one never.'));
      seen.push(journal);
      return Promise.resolve();
    };
    await federation.scheduler.resolve(federation.node('32').follow('watch', handle));
    await federation.scheduler.pass(20_000);
    expect([...new Set(seen)].sort()).toEqual(['32/gifts', '33/gifts', '34/gifts']);
  });
});

describe('what a node keeps in memory', () => {
  test('a loop leaves no waiting behind, however often it goes round', async () => {
    const { world } = new SimulatedWorld(1, ['31']).process('31');
    const waits = jest.spyOn(Signal.prototype, 'wait');
    const loops = new Loops({ ...world, clock: { ...world.clock, sleep: () => Promise.resolve() } });
    let rounds = 0;
    let done: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (done = resolve));
    void loops.start(
      'count',
      () => {
        if ((rounds += 1) === 500) done();
        return Promise.resolve(rounds < 1_000);
      },
      () => 10,
    );
    await finished;
    await loops.stop();
    expect(waits.mock.calls.length).toBeLessThan(10);
    waits.mockRestore();
  });

  test('the hashes of an own journal are saved while it is written, not only at its end', async () => {
    const federation = await run(85);
    federation.world.faults = { ...calm, storageMs: 1, busMs: 1 };
    const sent = Array.from({ length: 300 }, () => federation.send('31', 'FillBox', { coins: 1 }));
    await federation.scheduler.resolve(Promise.all(sent));
    await federation.scheduler.pass(5_000);
    expect([...federation.world.disks.get('31')!.table('tiles').keys()]).toContain(`${OWN}:0/0`);
  });
});
