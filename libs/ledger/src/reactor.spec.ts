/** Reactions wait for what they need, and what could not be done now is done later. */
import { box, boxOf, FederationRun, gifts, memoryStorage } from '../testing/index.js';
import { instant } from '../testing/lone-writer.js';
import type { Context, Handler, Reaction } from './decider.js';
import { reject } from './rejection.js';
import { Signal } from './signal.js';

const ALL = ['31', '32', '33', '34'];
const taken = async (run: FederationRun, province: string): Promise<number> =>
  (await run.scheduler.resolve(run.node(province).read(box, boxOf(province)))).state.taken.length;

/** 33 hears nothing of another province any more, neither from itself nor from anybody who could heal it. */
const deafen = (run: FederationRun, of = '32'): void => {
  const deaf = (province: string, topic: string) => province === '33' && (topic.startsWith(`yrd.${of}.`) || topic.endsWith('.heal'));
  const lost = { fate: 'lost', delayMs: 0 } as const;
  run.world.mischief = { strike: () => null, arrival: (province, topic) => (deaf(province, topic) ? lost : null) };
};

const sizeAt = (run: FederationRun, province: string): number =>
  run
    .node(province)
    .status()
    .journals.find(({ journal }) => journal === `${province}/gifts`)!.size;

/** Another process of 33 has folded a journal up to this size, and 33 learns of it when it folds next. */
const foldElsewhere = (run: FederationRun, journal: string, size: number): void => {
  const positions = run.world.disks.get('33')!.table('positions');
  const id = `views@${gifts.codeVersion}`;
  const { value, rev } = positions.get(id)!;
  positions.set(id, { value: { ...(value as Readonly<Record<string, number>>), [journal]: size }, rev: rev + 1 });
};

test('a reaction that cannot write now is not passed over: it is done when the node may write again', async () => {
  const run = new FederationRun(91, gifts, ALL, 30_000);
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 10 });
  await run.scheduler.pass(5_000);
  // Its clock is far from its peers': it answers nothing and writes nothing.
  run.world.skewMs.set('33', 120_000);
  await run.command('31', 'SendGift', { to: '33', coins: 3, dueMs: 0 });
  await run.scheduler.pass(3_000);
  run.world.skewMs.set('33', 0);
  await run.scheduler.pass(5_000);
  expect(await taken(run, '33')).toBe(1);
});

test('a reaction does not see an entry before all that it rests on is here', async () => {
  const send = gifts.commands['SendGift']!;
  const looking: Handler = { ...send, foreign: () => [{ journal: '32/gifts', stream: boxOf('32') }] };
  const context: Context = { ...gifts, commands: { ...gifts.commands, SendGift: looking } };
  const run = new FederationRun(92, context);
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 10 });
  await run.converge();
  deafen(run);
  await run.command('32', 'FillBox', { coins: 1 });
  await run.scheduler.pass(1_000);
  await run.command('31', 'SendGift', { to: '33', coins: 3, dueMs: 0 });
  await run.scheduler.pass(5_000);
  expect(await taken(run, '33')).toBe(0);
  run.world.mischief = null;
  await run.converge();
  expect(await taken(run, '33')).toBe(1);
});

test('however much is parked, a node that starts again knows all of it', async () => {
  const run = new FederationRun(93, gifts, ['31']);
  const { records } = memoryStorage(run.world.disks.get('31')!, instant);
  // Of a journal that is no longer there, so that trying again changes nothing.
  const item = (at: number) => ({ id: `31/old|${at}`, journal: '31/old', index: at, stream: `box/${at}`, why: 'of before' });
  const park = (table: string, count: number) =>
    records.write(Array.from({ length: count }, (_, at) => ({ table, id: item(at).id, value: item(at) })));
  await park(`parked@${gifts.codeVersion}`, 10_500);
  await park('parked-reactions', 10_700);
  await run.startAll();
  expect(run.node('31').status().parked).toBe(21_200);
});

test.each([
  ['at a size that is not here yet', false],
  ['that another process of its node has folded further', true],
])('a reaction that needs the root of a journal %s waits for it, and nothing is parked', async (_, foldedElsewhere) => {
  let [size, compared] = [0, 0];
  const comparing: Reaction = {
    name: 'comparing',
    on: ['GiftSent'],
    from: 'foreign',
    needs: () => [{ rootOf: '32/gifts', size }],
    react: (_, found) => {
      if (found.province === '33' && found.rootOf('32/gifts', size) !== '') compared += 1;
      return [];
    },
  };
  const run = new FederationRun(95, { ...gifts, reactions: [...gifts.reactions, comparing] });
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 10 });
  await run.converge();
  deafen(run);
  await run.command('32', 'FillBox', { coins: 1 });
  size = sizeAt(run, '32');
  if (foldedElsewhere) foldElsewhere(run, '32/gifts', size);
  await run.command('31', 'SendGift', { to: '33', coins: 3, dueMs: 0 });
  await run.scheduler.pass(5_000);
  expect(compared).toBe(0);
  run.world.mischief = null;
  await run.converge();
  expect([compared, run.node('33').status().parked]).toEqual([1, 0]);
});

test('a reaction that needs the root of a journal that will never come finds none, and nothing is parked', async () => {
  const roots: (string | null)[] = [];
  const comparing: Reaction = {
    name: 'comparing',
    on: ['GiftSent'],
    from: 'foreign',
    needs: () => [{ rootOf: '35/gifts', size: 1 }],
    react: (_, found) => {
      roots.push(found.rootOf('35/gifts', 1));
      return [];
    },
  };
  const run = new FederationRun(97, { ...gifts, reactions: [...gifts.reactions, comparing] });
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 10 });
  await run.command('31', 'SendGift', { to: '33', coins: 3, dueMs: 0 });
  await run.converge();
  expect(roots).toEqual([null, null, null]);
  expect(run.node('33').status().parked).toBe(0);
});

test('positions that another process saved meanwhile do not turn back what was reacted to', async () => {
  const run = new FederationRun(94, gifts);
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 10 });
  await run.command('31', 'SendGift', { to: '33', coins: 3, dueMs: 0 });
  await run.converge();
  await run.scheduler.pass(1_000);
  const positions = run.world.disks.get('33')!.table('positions');
  const { value, rev } = positions.get('reactions')!;
  positions.set('reactions', { value: { '31/gifts': 1 }, rev: rev + 1 });
  await run.command('31', 'SendGift', { to: '34', coins: 3, dueMs: 0 });
  await run.converge();
  await run.scheduler.pass(2_000);
  const after = positions.get('reactions')!.value as Readonly<Record<string, number>>;
  for (const [journal, position] of Object.entries(value as Readonly<Record<string, number>>))
    expect(after[journal]).toBeGreaterThanOrEqual(position);
  expect(await taken(run, '33')).toBe(1);
});

test('what was folded is reacted to, also where the store did not say that it had been written', async () => {
  const run = new FederationRun(95, gifts);
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 10 });
  await run.converge();
  const views = run.world.disks.get('33')!.table('positions');
  const folded = () => (views.get(`views@${gifts.codeVersion}`)!.value as Readonly<Record<string, number>>)['31/gifts']!;
  const before = folded();
  let struck = 0;
  const strike = (province: string, operation: string, side: string) => {
    if (struck > 0 || province !== '33' || operation !== 'write' || side !== 'after' || folded() === before) return null;
    struck += 1;
    return 'lost acknowledgement' as const;
  };
  run.world.mischief = { strike, arrival: () => null };
  await run.command('31', 'SendGift', { to: '33', coins: 3, dueMs: 0 });
  await run.scheduler.pass(5_000);
  expect(struck).toBe(1);
  expect(await taken(run, '33')).toBe(1);
});

test('what another process of its node has folded is reacted to when it is here', async () => {
  const run = new FederationRun(96, gifts);
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 10 });
  await run.converge();
  deafen(run, '31');
  await run.command('31', 'SendGift', { to: '33', coins: 3, dueMs: 0 });
  foldElsewhere(run, '31/gifts', sizeAt(run, '31'));
  await run.command('32', 'FillBox', { coins: 1 });
  await run.scheduler.pass(5_000);
  run.world.mischief = null;
  await run.scheduler.pass(10_000);
  expect(await taken(run, '33')).toBe(1);
});

test.each([
  ['shares one block', 1, 0],
  ['is done up to the last command, also where one of them is refused and parked', -1, 1],
])('what one reaction says to one entry %s', async (_, coins, parked) => {
  const fillOther: Handler<{ readonly box: string; readonly coins: number }> = {
    streams: (body) => [body.box],
    decide: (body) =>
      body.coins < 0 ? reject('E-COINS') : [{ stream: body.box, events: [{ type: 'BoxFilled', data: { coins: body.coins } }] }],
  };
  const boxes = ['box/a', 'box/b', 'box/c'];
  const filling: Reaction = {
    name: 'fill-three',
    on: ['GiftSent'],
    from: 'foreign',
    react: (_, { province }) =>
      province !== '33'
        ? []
        : boxes.map((target, at) => ({ command: 'FillOther', target, body: { box: target, coins: at === 1 ? coins : 1 } })),
  };
  const commands = { ...gifts.commands, FillOther: fillOther as Handler };
  const run = new FederationRun(97, { ...gifts, commands, reactions: [filling] });
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 10 });
  await run.command('31', 'SendGift', { to: '33', coins: 3, dueMs: 0 });
  await run.scheduler.pass(5_000);
  const blocks = run.world.disks.get('33')!.journal('33/gifts').inOrder();
  const streams = blocks.map(({ commits }) => commits.flatMap((each) => each.streams)).filter((each) => each.includes('box/a'));
  expect(streams).toEqual([boxes.filter((_, at) => parked === 0 || at !== 1)]);
  expect(run.node('33').status().parked).toBe(parked);
});

test('whom a wake-up does not concern sleeps on, and the next one that does wakes him', async () => {
  const signal = new Signal();
  const woken: string[] = [];
  let mine = false;
  void signal.wait(() => mine).then(() => woken.push('whom it concerns'));
  void signal.wait().then(() => woken.push('everybody'));
  signal.raise();
  await Promise.resolve();
  expect(woken).toEqual(['everybody']);
  mine = true;
  signal.raise();
  await Promise.resolve();
  expect(woken).toEqual(['everybody', 'whom it concerns']);
});
