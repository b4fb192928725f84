/** Holds by a rule (V30): what is suspected is held on all sides, says why, and goes on only after a review; limits stand still. */
import { actor, agent, DAY_MS, delta, firm, type Delta } from '../../testing/scenario.js';
import { voucher } from '../index.js';
import { splitAmong } from './splitting.js';

const SPLITTING = { orders: 3, days: 30, reviewFromFen: 10_000_000 };
const market = (): Delta => delta({ packs: { 32: { splitting: SPLITTING } } });
const place = (d: Delta, order: string, change: object = {}): void => {
  d.does('32', 'PlaceOrder', d.placing(order, { amountFen: 4_000_000, ...change }), firm);
  d.world.settle();
};
const holds = (d: Delta, ...orders: readonly string[]): string[] => orders.map((id) => d.order(id).holds.join(' '));
const reviewer = actor('32', 'reviewer');

describe('V30, orders that look like one that was split', () => {
  test('are held when three below the expert threshold are together over it, all of them', () => {
    const d = market();
    place(d, 'o1');
    place(d, 'o2');
    expect(holds(d, 'o1', 'o2')).toEqual(['', '']);
    place(d, 'o3', { amountFen: 2_000_000 });
    expect(holds(d, 'o1', 'o2', 'o3')).toEqual(['E-SPLIT', 'E-SPLIT', 'E-SPLIT']);
    expect(d.world.nodes['32'].parked).toEqual([]);
  });

  test('tell whoever goes on, in either province, why they wait and what is needed', () => {
    const d = market();
    for (const id of ['o1', 'o2', 'o3']) place(d, id);
    const facts = {
      clause: 'V30',
      policy: '32-cxq-1',
      seen: expect.stringMatching(/^3 orders .* 120,000\.00 yuan$/),
      needed: expect.stringContaining('review'),
    };
    expect(d.tries('31', 'AcceptOrder', { order: 'o1', home: '32', agency: 'a31' }, agent('31'))).toMatchObject({
      rejected: 'E-SPLIT',
      facts,
    });
  });

  test('and one that follows is held too, by itself', () => {
    const d = market();
    for (const id of ['o1', 'o2', 'o3']) place(d, id);
    d.does('32', 'ReviewSuspicion', { order: 'o1', reason: 'E-SPLIT', finding: 'separate-projects' }, reviewer);
    place(d, 'o4', { amountFen: 1_000_000 });
    expect(holds(d, 'o1', 'o4')).toEqual(['', 'E-SPLIT']);
  });

  test('go on after a reviewer has said what the review found; lifting the hold without that is not enough', () => {
    const d = market();
    for (const id of ['o1', 'o2', 'o3']) place(d, id);
    const review = (by: typeof reviewer) =>
      d.tries('32', 'ReviewSuspicion', { order: 'o1', reason: 'E-SPLIT', finding: 'separate-projects' }, by);
    expect(d.tries('32', 'ReleaseOrder', { order: 'o1', reason: 'E-SPLIT' }, actor('32', 'supervisor'))).toMatchObject({
      rejected: 'E-STATE',
    });
    expect(review(actor('32', 'finance'))).toMatchObject({ rejected: 'E-ROLE' });
    expect(review(actor('32', 'reviewer', 'org-s1'))).toMatchObject({ rejected: 'E-RECUSE' });
    expect(review(reviewer)).toBeNull();
    expect(d.world.nodes['32'].entries.at(-1)?.data).toMatchObject({ order: 'o1', reason: 'E-SPLIT', finding: 'separate-projects' });
    d.world.settle();
    expect(d.tries('31', 'AcceptOrder', { order: 'o1', home: '32', agency: 'a31' }, agent('31'))).toBeNull();
  });

  test.each<[string, object[]]>([
    ['of two agencies', [{}, {}, { agencyProvince: '32', agency: 'a32' }]],
    ['of which one is so large that experts see it anyway', [{}, {}, { amountFen: 10_000_000 }]],
    ['that are together below the threshold', [{ amountFen: 3_000_000 }, { amountFen: 3_000_000 }, { amountFen: 3_000_000 }]],
  ])('are none %s', (_, changes) => {
    const d = market();
    changes.forEach((change, at) => place(d, `o${at}`, change));
    expect(holds(d, 'o0', 'o1', 'o2')).toEqual(['', '', '']);
  });

  test('count within the days of the pack only, the last day included', () => {
    const at = (day: number) => ({ order: `o${day}`, amountFen: 4_000_000, placedMs: day * DAY_MS });
    expect(splitAmong([at(0), at(1), at(30)], SPLITTING, 30 * DAY_MS)).toHaveLength(3);
    expect(splitAmong([at(0), at(1), at(31)], SPLITTING, 31 * DAY_MS)).toHaveLength(0);
  });

  test('are not looked for where the pack says nothing', () => {
    const d = delta();
    for (const id of ['o1', 'o2', 'o3', 'o4']) place(d, id);
    expect(holds(d, 'o1', 'o4')).toEqual(['', '']);
  });
});

describe('The limits of a held order', () => {
  const supervisor = actor('32', 'supervisor');
  const hold = (d: Delta, reason = 'audit') => d.does('32', 'HoldOrder', { order: 'o1', reason }, supervisor);
  const release = (d: Delta, reason = 'audit') => (d.does('32', 'ReleaseOrder', { order: 'o1', reason }, supervisor), d.world.settle());

  test('stand still: nothing lapses, and the original date stands when it is still to come', () => {
    const d = delta();
    d.serve('o1', {}, 'AcceptOrder');
    const { contractByMs } = d.order('o1');
    hold(d);
    d.world.pass(10 * DAY_MS);
    release(d);
    expect(d.order('o1')).toMatchObject({ phase: 'Accepted', contractByMs });
    d.world.pass(contractByMs - d.world.nowMs + 1);
    expect(d.order('o1').phase).toBe('Closed');
  });

  test('that passed meanwhile end after as much time as was left', () => {
    const d = delta();
    d.serve('o1', {}, 'AcceptOrder');
    const leftMs = d.order('o1').contractByMs - d.world.nowMs;
    hold(d);
    d.world.pass(40 * DAY_MS);
    expect(d.order('o1').phase).toBe('Accepted');
    release(d);
    expect(d.order('o1').contractByMs).toBe(d.world.nowMs + leftMs);
    d.world.pass(leftMs);
    expect(d.order('o1').phase).toBe('Accepted');
    d.world.pass(1);
    expect([d.order('o1').phase, d.account().reservedFen]).toEqual(['Closed', 0]);
  });

  test('end with a day, whenever they run again: a province vouches on that second, so that nobody waits for its next word', () => {
    const d = delta();
    d.serve('o1', {}, 'PlaceOrder');
    hold(d);
    d.world.pass(40 * DAY_MS + 12_345_678);
    release(d);
    const { acceptByMs } = d.order('o1').terms!;
    expect(new Date(acceptByMs + 8 * 3_600_000).toISOString()).toBe('2026-04-19T23:59:59.999Z');
    expect(acceptByMs).toBeGreaterThan(d.world.nowMs);
    const timer = voucher.timers(d.world.nodes['32'].entries.findLast(({ type }) => type === 'OrderReleased')!)[0];
    expect(timer).toMatchObject({ dueMs: acceptByMs + 1, awaits: '31/voucher' });
  });

  test('run again only with the last of several holds', () => {
    const d = delta();
    d.serve('o1', {}, 'AcceptOrder');
    hold(d);
    hold(d, 'complaint');
    d.world.pass(40 * DAY_MS);
    release(d);
    d.world.pass(DAY_MS);
    expect(d.order('o1')).toMatchObject({ phase: 'Accepted', holds: ['complaint'] });
    release(d, 'complaint');
    expect(d.order('o1').contractByMs).toBeGreaterThan(d.world.nowMs);
  });
});
