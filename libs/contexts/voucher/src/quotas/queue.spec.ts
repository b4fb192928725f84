/** V27: an exhausted pool, the line before it, and who gets what comes back. */
import fc from 'fast-check';
import { actor, agent, DAY_MS, delta, firm, pack, staff, type Delta } from '../../testing/scenario.js';
import { pool } from './ceiling.js';

const line = { waitDays: 30, most: 3, whenShort: 'wait' } as const;
/** Jiangsu with a pool of 50,000.00 and a line; `o0` holds 40,000.00 of it. */
const exhausted = (queue: { waitDays: number; most: number; whenShort: 'wait' | 'cut' } = line, poolFen = 5_000_000): Delta => {
  const d = delta({ packs: { 32: { poolFen, queue } } });
  d.enrol('32', 's2', 10_000_000);
  place(d, 'o0', 4_000_000);
  return d;
};
const tries = (d: Delta, order: string, voucherFen: number, change: object = {}) =>
  d.tries('32', 'PlaceOrder', d.placing(order, { voucherFen, ...change }), firm);
const place = (d: Delta, order: string, voucherFen: number): void => expect([order, tries(d, order, voucherFen)]).toEqual([order, null]);
const cancel = (d: Delta, order: string): void => d.does('32', 'CancelOrder', { order, cause: 'x' }, firm);
const phases = (d: Delta, ...orders: readonly string[]): readonly string[] => orders.map((each) => d.order(each).phase);
const poolOf = (d: Delta) => d.world.nodes['32'].state(pool, 'pool/cxq.2026');

describe('V27: an order that the pool cannot serve', () => {
  test('waits in line with nothing reserved, is visible, and has its number', () => {
    const d = exhausted();
    place(d, 'o1', 2_000_000);
    expect(d.order('o1')).toMatchObject({ phase: 'Queued', terms: { reservedFen: 0, number: expect.stringMatching(/^CXQ-32-2026-/) } });
    expect(d.account().reservedFen).toBe(4_000_000);
    expect(poolOf(d)).toEqual({ takenFen: 4_000_000, queue: ['o1'] });
    const [row] = d.world.nodes['32'].rows<{ state: string; deadlineMs: number }>('orders', { id: 'o1' });
    expect([row?.state, (row?.deadlineMs ?? 0) > d.world.nowMs]).toEqual(['Queued', true]);
  });

  test('is placed under its number when money comes back, and the agency can accept it', () => {
    const d = exhausted();
    place(d, 'o1', 2_000_000);
    const { number } = d.order('o1').terms!;
    cancel(d, 'o0');
    expect(d.order('o1')).toMatchObject({ phase: 'Placed', terms: { number, reservedFen: 2_000_000 } });
    expect(poolOf(d)).toEqual({ takenFen: 2_000_000, queue: [] });
    d.world.settle();
    d.does('31', 'AcceptOrder', { order: 'o1', home: '32', agency: 'a31' }, agent('31'));
    d.world.settle();
    expect(phases(d, 'o1')).toEqual(['Accepted']);
  });

  test('is refused where the pack has no line, and where the line is full', () => {
    const none = delta({ packs: { 32: { poolFen: 0 } } });
    expect(tries(none, 'o1', 1)).toMatchObject({ rejected: 'E-POOL', facts: { seen: '0.00 yuan' } });
    const d = exhausted();
    for (const order of ['o1', 'o2', 'o3']) place(d, order, 2_000_000);
    expect(tries(d, 'o4', 1)).toMatchObject({ rejected: 'E-POOL', facts: { clause: 'V4', seen: '3 orders wait', needed: 'fewer than 3' } });
  });

  test('is refused at once for what no release of the pool would mend', () => {
    const d = exhausted();
    expect(tries(d, 'o1', 6_000_001)).toMatchObject({ rejected: 'E-QUOTA' });
    d.does('32', 'FreezeQuota', { subject: 's1', scheme: 'cxq', year: 2026, reason: 'audit' }, staff('32'));
    expect(tries(d, 'o1', 2_000_000)).toMatchObject({ rejected: 'E-QUOTA' });
  });

  test('a pack that cuts gives what is left, and only an empty pool makes wait', () => {
    const d = exhausted({ ...line, whenShort: 'cut' });
    place(d, 'o1', 2_000_000);
    place(d, 'o2', 2_000_000);
    expect([d.order('o1').terms?.reservedFen, ...phases(d, 'o1', 'o2')]).toEqual([1_000_000, 'Placed', 'Queued']);
  });
});

describe('V27: nobody overtakes', () => {
  test('a small order waits behind a large one though the pool could serve it', () => {
    const d = exhausted();
    place(d, 'o1', 2_000_000);
    place(d, 'o2', 1_000_000);
    expect(phases(d, 'o1', 'o2')).toEqual(['Queued', 'Queued']);
    expect(poolOf(d).queue).toEqual(['o1', 'o2']);
  });

  test('an order that waits cannot be placed a second time, neither by its owner past the line nor by another in its place', () => {
    const d = exhausted();
    place(d, 'o1', 2_000_000);
    place(d, 'o2', 1_500_000);
    expect(tries(d, 'o2', 1)).toMatchObject({ rejected: 'E-STATE', facts: { seen: 'this order id is taken' } });
    const stranger = actor('32', 'enterprise', 'org-s2');
    expect(d.tries('32', 'PlaceOrder', d.placing('o1', { subject: 's2', voucherFen: 1 }), stranger)?.rejected).toBe('E-STATE');
    expect([d.order('o1').terms?.subject, ...poolOf(d).queue]).toEqual(['s1', 'o1', 'o2']);
  });

  test('a release goes to the head, and on to the next as far as it reaches', () => {
    const d = exhausted();
    for (const [order, fen] of [
      ['o1', 2_000_000],
      ['o2', 1_000_000],
      ['o3', 2_500_000],
    ] as const)
      place(d, order, fen);
    cancel(d, 'o0');
    expect(phases(d, 'o1', 'o2', 'o3')).toEqual(['Placed', 'Placed', 'Queued']);
    cancel(d, 'o2');
    expect(phases(d, 'o3')).toEqual(['Placed']);
  });

  test('when the head leaves, the next one is looked at', () => {
    const d = exhausted();
    place(d, 'o1', 2_000_000);
    place(d, 'o2', 1_000_000);
    cancel(d, 'o1');
    expect(phases(d, 'o1', 'o2')).toEqual(['Closed', 'Placed']);
  });

  test('a head that another rule forbids by now makes room, by an entry that says why', () => {
    const d = exhausted();
    place(d, 'o1', 2_000_000);
    place(d, 'o2', 1_000_000);
    d.does('32', 'WithdrawRecognition', { agencyProvince: '31', agency: 'a31', reason: 'review' }, staff('32'));
    cancel(d, 'o0');
    expect(phases(d, 'o1', 'o2')).toEqual(['Closed', 'Closed']);
    expect(d.world.nodes['32'].entries.filter(({ type }) => type === 'OrderUnqueued').map(({ data }) => data['code'])).toEqual([
      'E-RECOG',
      'E-RECOG',
    ]);
    expect(poolOf(d)).toEqual({ takenFen: 0, queue: [] });
  });

  test('a head whose agency is in a province that is silent keeps its place, and is placed once that is heard again (M2)', () => {
    const d = exhausted();
    place(d, 'o1', 2_000_000);
    place(d, 'o2', 1_000_000);
    d.world.down.add('31');
    d.world.pass(16 * 60_000);
    cancel(d, 'o0');
    expect(phases(d, 'o1', 'o2')).toEqual(['Queued', 'Queued']);
    d.world.pass(DAY_MS);
    expect(phases(d, 'o1', 'o2')).toEqual(['Queued', 'Queued']);
    d.world.down.delete('31');
    d.world.pass(1_000);
    expect(phases(d, 'o1', 'o2')).toEqual(['Placed', 'Placed']);
    const held = d.world.nodes['32'].entries.filter(({ type }) => type === 'QueueHeld');
    expect(new Set(held.map(({ data }) => data['order']))).toEqual(new Set(['o1']));
  });

  test('a head whose agency’s province stays silent is looked at again and again, until its own time in line is over', () => {
    const d = exhausted();
    place(d, 'o1', 2_000_000);
    d.world.down.add('31');
    d.world.pass(16 * 60_000);
    cancel(d, 'o0');
    for (let day = 0; day < 12; day += 1) d.world.pass(DAY_MS);
    expect(phases(d, 'o1')).toEqual(['Queued']);
    expect(d.world.nodes['32'].entries.filter(({ type }) => type === 'QueueHeld').length).toBeGreaterThan(2);
    d.world.pass(20 * DAY_MS);
    expect(phases(d, 'o1')).toEqual(['Closed']);
    expect(poolOf(d)).toEqual({ takenFen: 0, queue: [] });
  });

  test('a pack with more money is felt from its first day on', () => {
    const d = exhausted();
    place(d, 'o1', 2_000_000);
    const richer = pack('32', { poolFen: 9_000_000, queue: line, version: '32-cxq-2', from: '2026-03-05' });
    d.does('32', 'AdoptPolicy', { pack: richer }, staff('32'));
    d.world.pass(DAY_MS);
    expect(phases(d, 'o1')).toEqual(['Queued']);
    d.world.pass(2 * DAY_MS);
    expect(d.order('o1')).toMatchObject({ phase: 'Placed', terms: { policy: '32-cxq-2' } });
  });

  test('what an agency proposed waits like any other, and is accepted already when its turn comes', () => {
    const d = exhausted();
    d.does('32', 'AllowProposer', { subject: 's1', agencyProvince: '31', agency: 'a31', uptoFen: 2_000_000 }, firm);
    const { agencyProvince: _, ...wish } = d.placing('o1', { voucherFen: 2_000_000 }) as { agencyProvince: string };
    d.does('31', 'ProposeOrder', { ...wish, home: '32' }, agent('31'));
    d.world.settle();
    expect(phases(d, 'o1')).toEqual(['Queued']);
    cancel(d, 'o0');
    expect(phases(d, 'o1')).toEqual(['Accepted']);
  });
});

test('V27: an order waits no longer than the pack says, and lapses; the line goes on', () => {
  const d = exhausted();
  place(d, 'o1', 2_000_000);
  d.world.pass(2 * DAY_MS);
  place(d, 'o2', 1_000_000);
  // The acceptance of `o0` lapses within the month: its money goes to the head before that one's time is over.
  d.world.pass(8 * DAY_MS);
  expect(phases(d, 'o0', 'o1', 'o2')).toEqual(['Closed', 'Placed', 'Placed']);
  const dry = delta({ packs: { 32: { poolFen: 0, queue: line } } });
  place(dry, 'o1', 2_000_000);
  dry.world.pass(29 * DAY_MS);
  expect(phases(dry, 'o1')).toEqual(['Queued']);
  dry.world.pass(2 * DAY_MS);
  expect(phases(dry, 'o1')).toEqual(['Closed']);
  expect(dry.world.nodes['32'].entries.at(-1)).toMatchObject({ type: 'QueueLeft' });
  expect(poolOf(dry)).toEqual({ takenFen: 0, queue: [] });
});

test('V27: by whatever happens the line is served in its order, the pool is never over-drawn, and nobody waits while the head fits', () => {
  const act = fc.record({ order: fc.integer({ min: 0, max: 7 }), cancel: fc.boolean(), fen: fc.integer({ min: 1, max: 2_000_000 }) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
      const d = delta({ packs: { 32: { poolFen: 3_000_000, queue: { ...line, most: 9 } } } });
      for (const { order, cancel: leaves, fen } of acts) {
        const id = `o${order}`;
        const behind = d.order(id).phase === 'None' && poolOf(d).queue.length > 0;
        if (leaves) d.tries('32', 'CancelOrder', { order: id, cause: 'x' }, firm);
        else tries(d, id, fen);
        if (behind) expect(d.order(id).phase).not.toBe('Placed');
        const { takenFen, queue } = poolOf(d);
        const head = queue[0] === undefined ? null : d.order(queue[0]);
        expect(takenFen).toBeLessThanOrEqual(3_000_000);
        if (head) expect(takenFen + (head.wantedFen ?? 0)).toBeGreaterThan(3_000_000);
      }
      // Whoever was placed out of the line had been in it before all that still wait.
      const told = d.world.nodes['32'].entries;
      const joined = told.filter(({ type }) => type === 'QueueJoined').map(({ data }) => data['order']);
      const left = told.filter(({ type }) => type === 'QueueLeft').map(({ data }) => data['order']);
      const placed = left.filter((each) => told.some(({ type, data }) => type === 'OrderPlaced' && data['order'] === each));
      expect(placed).toEqual(joined.filter((each) => placed.includes(each)));
    }),
    { numRuns: 40 },
  );
});

test('V27: who waits may cancel, and only he', () => {
  const d = exhausted();
  place(d, 'o1', 2_000_000);
  const stranger = actor('32', 'enterprise', 'org-s2');
  expect(d.tries('32', 'CancelOrder', { order: 'o1', cause: 'x' }, stranger)?.rejected).toBe('E-ROW');
  cancel(d, 'o1');
  expect(phases(d, 'o1')).toEqual(['Closed']);
});
