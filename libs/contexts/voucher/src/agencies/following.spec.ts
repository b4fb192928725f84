/** A3: what a suspension, revocation, exclusion or exit of an agency does to its orders, in whatever province they live. */
import fc from 'fast-check';
import { onAgency, ruled } from '../../testing/agencies.js';
import { PROVINCE_CODES } from '../../testing/node.js';
import { actor, agent, DAY_MS, delta, firm, hex, staff, type Delta } from '../../testing/scenario.js';

const at = { order: 'o1', home: '32', agency: 'a31' };
const suspend = (d: Delta, more: object = {}) => onAgency(d, 'SuspendAgency', { reason: 'complaint', ...more });
const reinstate = (d: Delta) => onAgency(d, 'ReinstateAgency');
const holds = (d: Delta, order = 'o1') => d.order(order).holds;
const entries = (d: Delta, type: string) => d.world.nodes['32'].entries.filter((entry) => entry.type === type);
const served = (until: string): Delta => {
  const d = delta();
  d.serve('o1', {}, until);
  return d;
};
const settled = (): Delta => {
  const d = served('ConfirmAcceptance');
  d.redeem('o1');
  d.approve('o1');
  d.show('o1');
  d.close(1);
  d.pay('o1');
  return d;
};

describe('A3: when the agency is suspended', () => {
  test.each([
    ['placed', 'PlaceOrder'],
    ['accepted', 'AcceptOrder'],
    ['signed by the agency alone', 'SignAsAgency'],
  ])('an order that is %s is cancelled, and its reservation is free again', (_, until) => {
    const d = served(until);
    expect(d.account().reservedFen).toBeGreaterThan(0);
    expect(suspend(d)).toBeNull();
    expect(d.order('o1').phase).toBe('Closed');
    expect(d.account().reservedFen).toBe(0);
    expect(entries(d, 'OrderCancelled')).toMatchObject([{ data: { by: 'agency', cause: 'A3.Suspended' } }]);
    reinstate(d);
    expect(d.order('o1').phase).toBe('Closed');
  });

  test('an order in service is finished, and its redemption waits until the agency is reinstated', () => {
    const d = served('SignContract');
    suspend(d);
    expect(holds(d)).toEqual(['agency-redemption']);
    expect(d.tries('31', 'DeliverService', { ...at, deliverableHash: hex('r') }, agent('31'))).toBeNull();
    d.world.settle();
    expect(d.tries('32', 'ConfirmAcceptance', { order: 'o1' }, firm)).toBeNull();
    d.world.settle();
    const request = { ...at, invoiceKey: hex('i'), invoiceTail: '0001', invoiceFen: 7_500_000, paidFen: 8_000_000, ...d.file('o1') };
    const ask = () => d.tries('31', 'RequestRedemption', request, agent('31'));
    expect(ask()).toMatchObject({ rejected: 'E-STATE', facts: { seen: 'held: agency-redemption' } });
    reinstate(d);
    expect(holds(d)).toEqual([]);
    expect(ask()).toBeNull();
  });

  test.each([
    ['delivered', (d: Delta) => d.serve('o1', {}, 'DeliverService'), 'ConfirmAcceptance', firm],
    [
      'under review',
      (d: Delta) => {
        d.serve('o1');
        d.redeem('o1');
      },
      'ReviewRedemption',
      actor('32', 'reviewer'),
    ],
  ] as const)('an order that is %s is held for a full review by hand', (_, lead, next, by) => {
    const d = delta();
    lead(d);
    suspend(d);
    expect(holds(d)).toEqual(['E-AGENCY']);
    expect(d.tries('32', next, { order: 'o1' }, by)).toMatchObject({
      rejected: 'E-AGENCY',
      facts: { clause: 'A3', seen: 'Suspended: complaint', needed: 'the agency reinstated, or a review that releases the order' },
    });
    expect(d.tries('32', 'ReleaseOrder', { order: 'o1', reason: 'E-AGENCY' }, staff('32'))).toBeNull();
    expect(d.tries('32', next, { order: 'o1' }, by)).toBeNull();
  });

  test('a settled order stands, unless it is for fraud: then it is held for review and may be clawed back', () => {
    const honest = settled();
    suspend(honest);
    expect([honest.order('o1').phase, holds(honest)]).toEqual(['Settled', []]);
    const fraud = settled();
    suspend(fraud, { fraud: true });
    expect([fraud.order('o1').phase, holds(fraud)]).toEqual(['Settled', ['E-AGENCY']]);
    expect(fraud.account().consumedFen).toBe(3_750_000);
    const back = { order: 'o1', cause: 'fraud', against: 'agency' };
    expect(fraud.tries('32', 'OrderClawback', back, actor('32', 'approver'))).toBeNull();
    reinstate(fraud);
    expect(holds(fraud)).toEqual([]);
  });

  test('reinstating releases the holds that the suspension set, and no others', () => {
    const d = served('DeliverService');
    const mine = { order: 'o1', reason: 'audit' };
    d.does('32', 'HoldOrder', mine, staff('32'));
    suspend(d);
    expect(holds(d)).toEqual(['audit', 'E-AGENCY']);
    reinstate(d);
    expect(holds(d)).toEqual(['audit']);
    for (const reason of ['E-AGENCY', 'agency-redemption'])
      expect(d.tries('32', 'HoldOrder', { order: 'o1', reason }, staff('32'))).toMatchObject({ rejected: 'E-VALIDATION' });
  });

  test('an order within the province goes the same way', () => {
    const d = delta();
    d.serve('o1', { agencyProvince: '32' }, 'DeliverService');
    d.does('32', 'SuspendAgency', { agency: 'a32', reason: 'complaint' }, staff('32'));
    d.world.settle();
    expect(holds(d)).toEqual(['E-AGENCY']);
  });

  test('orders with other agencies are left alone', () => {
    const d = delta();
    d.serve('o1', { agencyProvince: '33' }, 'DeliverService');
    suspend(d);
    expect(holds(d)).toEqual([]);
  });
});

test('A3: the timer that ends a suspension releases its holds too', () => {
  const d = served('DeliverService');
  d.does('31', 'AdoptPolicy', { pack: ruled('31') }, staff('31'));
  suspend(d, { until: '2026-03-10' });
  expect(holds(d)).toEqual(['E-AGENCY']);
  d.world.pass(9 * DAY_MS);
  expect(holds(d)).toEqual([]);
});

test('A3: revoked and excluded agencies stop their orders as suspended ones do; one that leaves keeps what is under contract', () => {
  const ready = (): Delta => {
    const d = delta();
    d.does('31', 'AdoptPolicy', { pack: ruled('31') }, staff('31'));
    d.serve('o1', {}, 'SignContract');
    d.serve('o2', { amountFen: 1_000_000 }, 'PlaceOrder');
    return d;
  };
  for (const [name, body, held] of [
    ['RevokeAgency', { reason: 'x', until: '2027-01-01' }, ['agency-redemption']],
    ['ExcludeAgency', { decision: '1', decidedOn: '2026-02-01' }, ['agency-redemption']],
    ['ExitAgency', {}, []],
  ] as const) {
    const d = ready();
    expect([name, onAgency(d, name, body, name === 'ExitAgency' ? agent('31') : staff('31'))]).toEqual([name, null]);
    expect([name, holds(d), d.order('o2').phase]).toEqual([name, held, 'Closed']);
  }
});

test('A3: a hundred and twenty orders are cancelled fifty at a time, each in a commit of its own, and said again nothing happens', () => {
  const d = delta();
  for (let at = 0; at < 120; at += 1) d.does('32', 'PlaceOrder', d.placing(`o${at}`, { amountFen: 100_000 }), firm);
  d.world.settle();
  suspend(d);
  expect(entries(d, 'OrderCancelled')).toHaveLength(120);
  expect(d.account().reservedFen).toBe(0);
  expect(entries(d, 'AgencyFollowed').length).toBeGreaterThanOrEqual(2);
  const before = d.world.nodes['32'].entries.filter(({ stream }) => stream.startsWith('order/')).length;
  suspend(d, { fraud: true });
  expect(d.world.nodes['32'].entries.filter(({ stream }) => stream.startsWith('order/'))).toHaveLength(before);
});

test('A3: in whatever order news arrives, orders end in line with how the agency stands, and no derived command is refused', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 40 }), fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }), (picks, acts) => {
      const d = delta();
      d.serve('o1', {}, 'SignContract');
      d.serve('o2', { amountFen: 1_000_000 }, 'DeliverService');
      let next = 0;
      for (const stop of acts) {
        const name = stop ? 'SuspendAgency' : 'ReinstateAgency';
        d.does('31', name, { agency: 'a31', reason: 'x' }, staff('31'));
        d.world.deliver('32', '31', (picks[next++ % Math.max(1, picks.length)] ?? 0) % 3);
      }
      d.world.settle((links) => (picks[next++ % Math.max(1, picks.length)] ?? 0) % links, 1);
      const stopped = acts.at(-1) === true;
      expect([holds(d, 'o1'), holds(d, 'o2')]).toEqual(stopped ? [['agency-redemption'], ['E-AGENCY']] : [[], []]);
      for (const province of PROVINCE_CODES) expect(d.world.nodes[province].parked).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
