/** A4: a sanction on the enterprise midway: nothing new begins, open orders are held, and an appeal gives them back with their dates. */
import { actor, agent, DAY_MS, delta, firm, type Delta } from '../../testing/scenario.js';

const officer = actor('32', 'integrity-officer');
const bar = (d: Delta, days = 100, reason = 'false-claims') => {
  d.does('32', 'SanctionSubject', { subject: 's1', reason, untilMs: d.world.nowMs + days * DAY_MS }, officer);
  d.world.settle();
};
const lift = (d: Delta) => {
  d.does('32', 'LiftSanction', { subject: 's1', cause: 'appeal' }, officer);
  d.world.settle();
};
const place = (d: Delta, order: string) => d.tries('32', 'PlaceOrder', d.placing(order, { amountFen: 100_000 }), firm);
const barred = {
  rejected: 'E-INTEGRITY',
  facts: {
    clause: 'V1',
    policy: '32-cxq-1',
    seen: 'barred through 2026-06-10',
    needed: expect.any(String),
  },
};

describe('A4, an enterprise under sanction', () => {
  test('places no orders and claims no quota', () => {
    const d = delta();
    bar(d);
    expect(place(d, 'o1')).toMatchObject(barred);
    expect(d.tries('32', 'ApplyQuota', { subject: 's1', scheme: 'cxq', year: 2026, askedFen: 1 }, firm)).toMatchObject(barred);
  });

  test('has its open orders held in both provinces, and those that are over left alone', () => {
    const d = delta();
    d.serve('o1', { amountFen: 100_000 }, 'PlaceOrder');
    d.serve('o2', { amountFen: 100_000 }, 'AcceptOrder');
    d.serve('o3', { amountFen: 100_000 }, 'PlaceOrder');
    d.does('32', 'CancelOrder', { order: 'o3', cause: 'x' }, firm);
    bar(d);
    expect(['o1', 'o2', 'o3'].map((id) => d.order(id).holds)).toEqual([['E-INTEGRITY'], ['E-INTEGRITY'], []]);
    expect(d.tries('31', 'AcceptOrder', { order: 'o1', home: '32', agency: 'a31' }, agent('31'))).toMatchObject(barred);
    // What it was sanctioned for stays at home.
    expect(JSON.stringify(d.world.nodes['32'].entries.filter(({ type }) => type === 'OrderHeld'))).not.toContain('false-claims');
  });

  test('gets them back with their original dates when the appeal succeeds', () => {
    const d = delta();
    d.serve('o1', { amountFen: 100_000 }, 'AcceptOrder');
    const before = d.order('o1');
    bar(d);
    d.world.pass(20 * DAY_MS);
    lift(d);
    const { placedMs, useUntilMs, redeemUntilMs } = before.terms!;
    expect(d.order('o1')).toMatchObject({ phase: 'Accepted', holds: [], contractByMs: before.contractByMs });
    expect(d.order('o1').terms).toMatchObject({ placedMs, useUntilMs, redeemUntilMs });
    expect(place(d, 'o2')).toBeNull();
    expect(d.world.nodes['32'].parked).toEqual([]);
  });

  test('gets them back too when the sanction ends with its day, and a longer one that took its place goes on', () => {
    const d = delta();
    d.serve('o1', { amountFen: 100_000 }, 'AcceptOrder');
    bar(d, 10);
    bar(d, 20, 'again');
    d.world.pass(11 * DAY_MS);
    expect(d.order('o1').holds).toEqual(['E-INTEGRITY']);
    d.world.pass(10 * DAY_MS);
    expect(d.order('o1').holds).toEqual([]);
  });

  test('has all its orders held, however many there are', () => {
    const d = delta();
    const ids = Array.from({ length: 120 }, (_, at) => `o${at}`);
    for (const id of ids) d.does('32', 'PlaceOrder', d.placing(id, { amountFen: 1_000 }), firm);
    d.world.settle();
    bar(d);
    expect(ids.filter((id) => d.order(id).holds.join() !== 'E-INTEGRITY')).toEqual([]);
    lift(d);
    expect(ids.filter((id) => d.order(id).holds.length > 0)).toEqual([]);
  });

  test('is barred by the integrity officer alone, who is no party to it, and the hold is not lifted by hand', () => {
    const d = delta();
    d.serve('o1', { amountFen: 100_000 }, 'PlaceOrder');
    const body = { subject: 's1', reason: 'x', untilMs: d.world.nowMs + DAY_MS };
    expect(d.tries('32', 'SanctionSubject', body, actor('32', 'supervisor'))).toMatchObject({ rejected: 'E-ROLE' });
    expect(d.tries('32', 'SanctionSubject', body, actor('32', 'integrity-officer', 'org-s1'))).toMatchObject({ rejected: 'E-RECUSE' });
    expect(d.tries('32', 'SanctionSubject', { ...body, subject: 's7' }, officer)).toMatchObject({ rejected: 'E-NOTFOUND' });
    expect(d.tries('32', 'SanctionSubject', { ...body, untilMs: d.world.nowMs }, officer)).toMatchObject({ rejected: 'E-VALIDATION' });
    bar(d);
    const release = d.tries('32', 'ReleaseOrder', { order: 'o1', reason: 'E-INTEGRITY' }, officer);
    expect(release).toMatchObject({ rejected: 'E-STATE', facts: { needed: expect.stringContaining('sanction') } });
    expect(d.tries('32', 'HoldOrder', { order: 'o1', reason: 'E-SPLIT' }, officer)).toMatchObject({ rejected: 'E-VALIDATION' });
  });
});
