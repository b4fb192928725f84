/** The end of windows and years: what is unused is void (V13), what is reserved lives on and is carried over (A5); a cut cap (A17). */
import { actor, agent, DAY_MS, delta, firm, hex, pack, staff, type Delta } from '../../testing/scenario.js';
import { pool } from './ceiling.js';

const account = { subject: 's1', scheme: 'cxq', year: 2026 };
const clerk = staff('32');
const shanghai = (day: string): number => Date.parse(`${day}T10:00:00+08:00`);
const until = (d: Delta, day: string): void => d.world.pass(shanghai(day) - d.world.nowMs);
const told = (d: Delta, type: string) => d.world.nodes['32'].entries.filter((entry) => entry.type === type).map(({ data }) => data);
const place = (d: Delta, order: string, change: object = {}) => d.tries('32', 'PlaceOrder', d.placing(order, change), firm);

/** From a delivered service to the treasury's receipt. */
const finish = (d: Delta, order: string): void => {
  d.does('31', 'DeliverService', { order, home: '32', agency: 'a31', deliverableHash: hex(`result ${order}`) }, agent('31'));
  d.world.settle();
  d.does('32', 'ConfirmAcceptance', { order }, firm);
  d.world.settle();
  d.redeem(order);
  d.approve(order);
  d.show(order);
  d.close(1);
  d.pay(order);
};

describe('A5: a contract of November 2026, a service accepted in February 2027', () => {
  const carried = (): Delta => {
    const d = delta();
    until(d, '2026-11-10');
    d.serve('o1', {}, 'SignContract');
    until(d, '2027-02-03');
    return d;
  };

  test('the year closes by itself, and voids only what is not reserved', () => {
    const d = carried();
    expect(d.account()).toMatchObject({ phase: 'Closed', grantedFen: 4_000_000, reservedFen: 4_000_000 });
    expect(told(d, 'QuotaClosed')).toEqual([{ voidedFen: 6_000_000 }]);
    const closed = d.world.nodes['32'].entries.find(({ type }) => type === 'QuotaClosed')!;
    expect(closed.actor.role).toBe('node');
    expect(place(d, 'o2')?.rejected).toBe('E-QUOTA');
  });

  test('consumes the quota of 2026 and is paid from the budget of 2027, carried over', () => {
    const d = carried();
    finish(d, 'o1');
    expect(d.order('o1').phase).toBe('Settled');
    expect(told(d, 'PaymentInstructed')).toMatchObject([{ budgetYear: 2027, carriedOver: true }]);
    expect(told(d, 'RedemptionSettled')).toMatchObject([{ paidFen: 3_750_000, budgetYear: 2027, carriedOver: true }]);
    expect(d.account()).toMatchObject({ grantedFen: 3_750_000, reservedFen: 0, consumedFen: 3_750_000 });
  });

  test('is of the year of its instruction, also where the treasury pays after New Year', () => {
    const d = delta();
    until(d, '2026-11-10');
    d.serve('o1');
    d.redeem('o1');
    d.approve('o1');
    d.show('o1');
    d.close(1);
    until(d, '2026-12-31');
    d.does('32', 'InstructPayment', { order: 'o1' }, actor('32', 'finance'));
    until(d, '2027-01-05');
    d.does('32', 'ConfirmPaid', { order: 'o1', receiptHash: hex('r') }, actor('32', 'finance'));
    expect(told(d, 'RedemptionSettled')).toMatchObject([{ budgetYear: 2026, carriedOver: false }]);
  });

  test.each([
    ['InService', 'SignContract'],
    ['Delivered', 'DeliverService'],
    ['ServiceAccepted', 'ConfirmAcceptance'],
  ])("after the pack's last date an order that is %s is void, and nothing of the year is left", (phase, last) => {
    const d = delta();
    until(d, '2026-11-10');
    d.serve('o1', {}, last);
    until(d, '2027-06-30');
    expect(d.order('o1').phase).toBe(phase);
    until(d, '2027-07-01');
    // Shanghai could still have asked in time: it is heard first, and is silent no longer than the pack waits.
    d.world.pass(DAY_MS);
    expect(d.order('o1').phase).toBe('Closed');
    expect(told(d, 'OrderLapsed')).toMatchObject([{ order: 'o1', limit: 'redeem' }]);
    expect(d.account()).toMatchObject({ phase: 'Closed', grantedFen: 0, reservedFen: 0, consumedFen: 0 });
  });

  test('a redemption asked for in time is reviewed and paid after that date', () => {
    const d = carried();
    d.does('31', 'DeliverService', { order: 'o1', home: '32', agency: 'a31', deliverableHash: hex('result') }, agent('31'));
    d.world.settle();
    d.does('32', 'ConfirmAcceptance', { order: 'o1' }, firm);
    d.world.settle();
    until(d, '2027-06-30');
    d.redeem('o1');
    until(d, '2027-08-01');
    d.approve('o1');
    expect(d.order('o1').phase).toBe('Approved');
  });
});

describe('V13: a grant that is not used in time', () => {
  const short = { use: { days: 90, lastDay: '12-31' } };
  test('is void by a timer, and what is reserved stays', () => {
    const d = delta({ packs: { 32: short } });
    until(d, '2026-05-20');
    d.serve('o1', {}, 'SignContract');
    until(d, '2026-06-02');
    expect(d.account()).toMatchObject({ phase: 'Granted', grantedFen: 4_000_000, reservedFen: 4_000_000 });
    expect(told(d, 'QuotaVoided')).toMatchObject([{ voidedFen: 6_000_000 }]);
    expect(place(d, 'o2')?.rejected).toBe('E-WINDOW');
  });

  test('is void also where it comes back from an order later', () => {
    const d = delta({ packs: { 32: short } });
    until(d, '2026-05-20');
    d.serve('o1', {}, 'DeliverService');
    until(d, '2026-06-02');
    expect(d.account()).toMatchObject({ grantedFen: 4_000_000, reservedFen: 4_000_000 });
    d.does('32', 'RaiseDispute', { order: 'o1', reason: 'late' }, firm);
    d.does('32', 'ResolveDispute', { order: 'o1', outcome: 'none' }, actor('32', 'supervisor'));
    expect(d.order('o1').phase).toBe('Closed');
    expect(d.account()).toMatchObject({ phase: 'Granted', grantedFen: 0, reservedFen: 0 });
  });

  test('frees the money: the pool never held it, and another firm is served from it', () => {
    const d = delta({ packs: { 32: { ...short, poolFen: 10_000_000 } } });
    until(d, '2026-06-02');
    expect([d.account().grantedFen, d.world.nodes['32'].state(pool, 'pool/cxq.2026').takenFen]).toEqual([0, 0]);
    d.enrol('32', 's2', 10_000_000);
    const other = actor('32', 'enterprise', 'org-s2');
    const wish = d.placing('o2', { subject: 's2', amountFen: 20_000_000 });
    d.world.settle();
    expect(d.tries('32', 'PlaceOrder', wish, other)).toBeNull();
    expect(d.order('o2').terms?.reservedFen).toBe(10_000_000);
  });

  test('a later grant of the year moves the window, and the first one’s timer voids nothing', () => {
    const d = delta({ packs: { 32: { ...short, claimsPerYear: 2 } }, grantFen: 4_000_000 });
    until(d, '2026-05-01');
    d.does('32', 'ApplyQuota', { ...account, askedFen: 4_000_000 }, firm);
    d.does('32', 'GrantQuota', { ...account, amountFen: 4_000_000 }, clerk);
    until(d, '2026-06-15');
    expect(d.account().grantedFen).toBe(8_000_000);
    until(d, '2026-08-01');
    expect(d.account().grantedFen).toBe(0);
  });

  test('a frozen account ends with its year like any other, and a claim that nobody decided too', () => {
    const d = delta();
    d.does('32', 'FreezeQuota', { ...account, reason: 'audit' }, clerk);
    expect(place(d, 'o1')).toMatchObject({ rejected: 'E-QUOTA', facts: { seen: 'Frozen' } });
    until(d, '2027-01-01');
    expect(d.account()).toMatchObject({ phase: 'Closed', grantedFen: 0 });
    expect(d.tries('32', 'UnfreezeQuota', { ...account, reason: 'audit' }, clerk)?.rejected).toBe('E-STATE');
    const waiting = delta({ packs: { 32: { claimsPerYear: 2 } }, grantFen: 4_000_000 });
    waiting.does('32', 'ApplyQuota', { ...account, askedFen: 1 }, firm);
    until(waiting, '2027-01-01');
    expect(waiting.tries('32', 'GrantQuota', { ...account, amountFen: 1 }, clerk)?.rejected).toBe('E-STATE');
  });
});

test('a year that is over grants nothing, whenever its pack ends it', () => {
  const d = delta({ packs: { 32: { use: { days: 365, lastDay: '11-30' }, claimsPerYear: 2 } }, grantFen: 4_000_000 });
  until(d, '2026-12-01');
  expect(d.account().phase).toBe('Closed');
  expect(d.tries('32', 'ApplyQuota', { ...account, askedFen: 1 }, firm)?.rejected).toBe('E-STATE');
});

test('A17: a cap that a later pack cuts leaves what is granted alone, and bounds only new grants', () => {
  const d = delta({ packs: { 32: { claimsPerYear: 5 } }, grantFen: 8_000_000 });
  const cut = { firm: { capFen: 5_000_000, tiers: [{ ratio: { of: 1, in: 2 } }], proofNeeded: true } };
  d.does('32', 'AdoptPolicy', { pack: pack('32', { claimsPerYear: 5, subjects: cut, version: '32-cxq-2', from: '2026-03-01' }) }, clerk);
  expect(d.account().grantedFen).toBe(8_000_000);
  expect(place(d, 'o1', { amountFen: 16_000_000, voucherFen: 8_000_000 })).toBeNull();
  d.does('32', 'ApplyQuota', { ...account, askedFen: 1 }, firm);
  expect(d.tries('32', 'GrantQuota', { ...account, amountFen: 1 }, clerk)).toMatchObject({
    rejected: 'E-QUOTA',
    facts: { policy: '32-cxq-2', seen: '0.01 yuan', needed: 'nothing more: the cap of the year is granted' },
  });
});
