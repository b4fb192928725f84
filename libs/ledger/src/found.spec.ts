/** What reactions read: rows without number, in their order, a page at a time; and what they do with them side by side. */
import { box, boxOf, FederationRun, gifts } from '../testing/index.js';
import type { Collector, Reaction, ScanRange } from './decider.js';
import type { Cells } from './ports.js';

interface Coin {
  readonly n: number;
  readonly home: string;
}
class Numbers implements Collector {
  readonly seen: Coin[] = [];
  ended = false;
  constructor(
    private readonly most: number,
    private readonly taken: (count: number) => void,
  ) {}
  take([n, home]: Cells): boolean {
    this.seen.push({ n, home } as Coin);
    this.taken(this.seen.length);
    return this.seen.length < this.most;
  }
  end(): void {
    this.ended = true;
  }
}

/** One node whose view holds these coins; an entry has them scanned, and `taken` is told of each. */
const scanning = async (
  coins: readonly Coin[],
  ranges: readonly ScanRange[],
  most = Infinity,
  taken: (count: number, run: FederationRun) => void = () => undefined,
): Promise<Numbers> => {
  let read: Numbers | undefined;
  const reaction: Reaction = {
    name: 'scanning',
    on: ['BoxFilled'],
    from: 'own',
    needs: () => [
      { scan: 'coins', view: 'boxes', ranges, cells: ['n', 'home'], into: () => new Numbers(most, (count) => taken(count, run)) },
    ],
    react: (_, found) => {
      read = found.scanned('coins') as Numbers;
      return [];
    },
  };
  const run = new FederationRun(71, { ...gifts, views: [], reactions: [reaction] }, ['31']);
  const table = run.world.disks.get('31')!.table(`view.boxes@${gifts.codeVersion}`);
  for (const row of coins) table.set(`${row.home}.${String(row.n).padStart(6, '0')}`, { value: { parts: {}, row }, rev: 1 });
  // A row that its view hides is none.
  table.set('hidden', { value: { parts: {}, row: null }, rev: 1 });
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 1 });
  await run.converge();
  return read!;
};
const coins = (home: string, count: number, from = 0): readonly Coin[] => Array.from({ length: count }, (_, n) => ({ n: from + n, home }));
const of = (home: string): ScanRange => ({ where: { home, n: { gte: 0, lt: 10_000 } }, by: 'n' });

test('a reaction reads more rows than one page holds: range after range, each in its order, of each row what it named', async () => {
  const rows = [...coins('b', 2_500), ...coins('a', 1_000, 7)];
  const { seen, ended } = await scanning([...rows].reverse(), [of('b'), of('a'), of('nobody')]);
  expect(seen).toEqual(rows);
  expect(ended).toBe(true);
});

test('who has enough is given no more, and who goes on behind a row is not given it again', async () => {
  const rows = coins('b', 1_500);
  const few = await scanning(rows, [of('b')], 1_200);
  expect([few.seen.length, few.ended]).toEqual([1_200, false]);
  const rest = await scanning(rows, [{ ...of('b'), after: { value: 1_199, id: 'b.001199' } }]);
  expect(rest.seen.map(({ n }) => n)).toEqual(rows.slice(1_200).map(({ n }) => n));
});

test('a long reading waits between two pages for a command of somebody', async () => {
  const told: string[] = [];
  await scanning(coins('b', 6_500), [of('b')], Infinity, (count, run) => {
    if (count === 5_000) void run.send('31', 'SendGift', { to: '32', coins: 1, dueMs: 0 }).then(() => told.push('answered'));
    if (count === 5_001) told.push('read on');
  });
  expect(told).toEqual(['answered', 'read on']);
});

const BOXES = Array.from({ length: 150 }, (_, at) => `box/b${at}`);

/** One node where a gift has 150 boxes filled; `decided` is told of each. */
const filling = async (decided: (target: string, run: FederationRun) => void = () => undefined): Promise<FederationRun> => {
  const reaction: Reaction = {
    name: 'filling',
    on: ['GiftSent'],
    from: 'own',
    react: () => BOXES.map((target) => ({ command: 'FillOne', target, body: { target } })),
  };
  const fillOne = {
    streams: ({ target }: { readonly target: string }) => [target],
    decide: ({ target }: { readonly target: string }) => {
      decided(target, run);
      return [{ stream: target, events: [{ type: 'BoxFilled', data: { coins: 1 } }] }];
    },
  };
  const run = new FederationRun(72, { ...gifts, commands: { ...gifts.commands, FillOne: fillOne }, reactions: [reaction] }, ['31']);
  await run.startAll();
  await run.command('31', 'FillBox', { coins: 9 });
  await run.command('31', 'SendGift', { to: '32', coins: 1, dueMs: 0 });
  await run.converge();
  return run;
};

test('what one reaction asks for is carried out side by side, and each once', async () => {
  const run = await filling();
  const states = await run.scheduler.resolve(Promise.all(BOXES.map(async (each) => (await run.node('31').read(box, each)).state.coins)));
  expect(states).toEqual(BOXES.map(() => 1));
  expect((await run.scheduler.resolve(run.node('31').read(box, boxOf('31')))).state.coins).toBe(8);
  // Some blocks hold many of them: one after the other, each would have a block of its own.
  expect(run.world.disks.get('31')!.journal('31/gifts').size).toBeLessThan(BOXES.length / 2);
});

test('of the many commands of one reaction no more begin while somebody waits for a command of his own', async () => {
  const told: string[] = [];
  await filling((target, run) => {
    if (target === BOXES[127]) void run.send('31', 'FillBox', { coins: 1 }).then(() => told.push('answered'));
    if (target === BOXES[128]) told.push('went on');
  });
  expect(told).toEqual(['answered', 'went on']);
});
