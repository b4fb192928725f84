/** Time limits whose answer comes from another province, when the clock does not walk but jump. */
import { box, boxOf, calm, FederationRun, gifts } from '../testing/index.js';
import { type Context, type Entry, type Handler } from './decider.js';
import { reject } from './rejection.js';

const PATIENCE_MS = 3 * 86_400_000;
const MONTH_MS = 30 * 86_400_000;

interface Timed {
  readonly gift: string;
  readonly coins: number;
  readonly dueMs: number;
}

const timed = ({ data }: Entry): Timed => ({ gift: String(data['gift']), coins: Number(data['coins']), dueMs: Number(data['dueMs']) });

/** Takes a gift only in time. */
const take: Handler<Timed> = {
  streams: (_, { province }) => [boxOf(province)],
  decide: ({ gift, coins, dueMs }, turn) =>
    turn.now > dueMs || turn.state(box, boxOf(turn.province)).taken.includes(gift)
      ? []
      : [{ stream: boxOf(turn.province), events: [{ type: 'GiftTaken', data: { gift, coins } }] }],
};

/** What nobody took in time comes back. */
const lapse: Handler<Timed> = {
  streams: (_, { province }) => [boxOf(province)],
  decide: ({ gift, coins }, turn) =>
    turn.state(box, boxOf(turn.province)).sent[gift] === undefined
      ? []
      : [{ stream: boxOf(turn.province), events: [{ type: 'GiftLapsed', data: { gift, coins } }] }],
};

const limited: Context = {
  ...gifts,
  commands: { ...gifts.commands, TakeGift: take, LapseGift: lapse },
  reactions: gifts.reactions.map((reaction) =>
    reaction.name === 'take-gift'
      ? {
          ...reaction,
          react: (entry, { province }) =>
            entry.data['to'] === province ? [{ command: 'TakeGift', target: boxOf(province), body: timed(entry) }] : [],
        }
      : reaction,
  ),
  timers: (entry) => {
    const { gift, dueMs } = timed(entry);
    const fires = { command: 'LapseGift', target: entry.stream, body: timed(entry) };
    if (entry.type === 'GiftSent')
      return [{ set: gift, dueMs: dueMs + 1, fires, awaits: `${String(entry.data['to'])}/gifts`, patienceMs: PATIENCE_MS }];
    return entry.type === 'GiftArrived' || entry.type === 'GiftLapsed' ? [{ clear: gift }] : [];
  },
};

const coins = async (federation: FederationRun, province: string): Promise<number> =>
  (await federation.scheduler.resolve(federation.node(province).read(box, boxOf(province)))).state.coins;

describe('a time limit that awaits another province', () => {
  test.each([1, 2, 3])('does not cut off what was stated in time though the clock jumps a month over it (run %i)', async (seed) => {
    const federation = new FederationRun(90 + seed, limited);
    await federation.startAll();
    await federation.command('31', 'FillBox', { coins: 10 });
    federation.world.faults = { ...calm, busMs: 1_500 };
    await federation.command('31', 'SendGift', { to: '32', coins: 4, dueMs: federation.world.now + 60_000 });
    await federation.scheduler.until(() =>
      federation
        .node('32')
        .status()
        .journals.some(({ journal, size }) => journal === '32/gifts' && size === 2),
    );
    // Taken in time, and on its way back when the clock jumps.
    federation.world.forward(MONTH_MS);
    await federation.converge();
    expect([await coins(federation, '31'), await coins(federation, '32')]).toEqual([6, 4]);
  });

  test('lets a gift lapse once the other province has vouched past the limit', async () => {
    const federation = new FederationRun(94, limited);
    await federation.startAll();
    await federation.command('31', 'FillBox', { coins: 10 });
    await federation.command('31', 'SendGift', { to: '32', coins: 4, dueMs: federation.world.now - 1 });
    await federation.converge();
    expect([await coins(federation, '31'), await coins(federation, '32')]).toEqual([10, 0]);
  });

  test('waits for a silent province only as long as its patience lasts', async () => {
    const federation = new FederationRun(95, limited);
    await federation.startAll();
    await federation.command('31', 'FillBox', { coins: 10 });
    federation.kill('32');
    await federation.command('31', 'SendGift', { to: '32', coins: 4, dueMs: federation.world.now + 1_000 });
    await federation.scheduler.pass(30_000);
    expect(await coins(federation, '31')).toBe(6);
    federation.world.forward(PATIENCE_MS);
    await federation.scheduler.pass(5_000);
    expect(await coins(federation, '31')).toBe(10);
  });
});

describe('a time limit whose command is refused', () => {
  test('is shown to the operator, tried again, and ends when it is no longer refused', async () => {
    let refusing = true;
    const strict: Context = {
      ...limited,
      commands: {
        ...limited.commands,
        LapseGift: { ...lapse, decide: (body: Timed, turn) => (refusing ? reject('E-WINDOW', { seen: 1 }) : lapse.decide(body, turn)) },
      },
    };
    const federation = new FederationRun(96, strict);
    await federation.startAll();
    await federation.command('31', 'FillBox', { coins: 10 });
    await federation.command('31', 'SendGift', { to: '32', coins: 4, dueMs: federation.world.now - 1 });
    await federation.scheduler.pass(30_000);
    const [shown, ...more] = await federation.scheduler.resolve(federation.node('31').parked());
    expect(shown).toMatchObject({
      ...{ journal: '31/gifts', stream: boxOf('31'), why: { say: 'parkedRefused', what: 'LapseGift' } },
      refused: { rejected: 'E-WINDOW', facts: { seen: 1 } },
    });
    expect([more, federation.node('31').status().parked, await coins(federation, '31')]).toEqual([[], 1, 6]);
    const tries = federation.world.notices.filter(({ what }) => what === 'timers.refused').length;
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(5);
    refusing = false;
    await federation.scheduler.pass(15_000);
    expect([federation.node('31').status().parked, await coins(federation, '31')]).toEqual([0, 10]);
  });
});
