/** A1: a province is cut off, and only what was set aside for it before can be spent there; nothing is spent twice on any schedule. */
import fc from 'fast-check';
import { phrase } from '@yrd/contracts';
import type { Entry } from '@yrd/ledger';
import { actor, agent, DAY_MS, delta, firm, staff, type Delta } from '../../testing/scenario.js';
import { pool } from './ceiling.js';
import { quota } from './quota.js';
import { slice } from './slice.js';

const slices = { mostFen: 5_000_000, days: 30, graceDays: 7 };
const PATIENCE_DAYS = 3;
const terms = { slice: 'x1', subject: 's1', scheme: 'cxq', year: 2026, holder: '31', agency: 'a31', amountFen: 5_000_000, days: 10 };
const at = { slice: 'x1', home: '32', agency: 'a31' };

/** Jiangsu's firm has 100,000.00, of which 50,000.00 are set aside for Shanghai for ten days, and a week's grace. */
const sliced = (change: object = {}, packs: object = {}): Delta => {
  const d = delta({ packs: { 32: { slices, ...packs } } });
  d.does('32', 'GrantSlice', { ...terms, ...change }, firm);
  d.world.settle();
  return d;
};
const draws = (d: Delta, order: string, voucherFen: number, change: object = {}) =>
  d.tries(
    '31',
    'DrawSlice',
    { ...at, order, product: 'p1', mode: 'tongdui', amountFen: 2 * voucherFen, voucherFen, ...change },
    agent('31'),
  );
const draw = (d: Delta, order: string, voucherFen: number): void => expect([order, draws(d, order, voucherFen)]).toEqual([order, null]);
const giveBack = (d: Delta) => d.tries('31', 'ReturnSlice', at, agent('31'));
const place = (d: Delta, order: string, voucherFen: number) =>
  d.tries('32', 'PlaceOrder', d.placing(order, { voucherFen, amountFen: 2 * voucherFen, agencyProvince: '33', agency: 'a33' }), firm);
const told = (d: Delta, province: '31' | '32', type: string): readonly Entry[] =>
  d.world.nodes[province].entries.filter((entry) => entry.type === type);
const stateOf = (d: Delta) => d.world.nodes['32'].state(slice, 'slice/x1');

describe('A1: a slice of a quota', () => {
  test('is reserved at home when it is granted, and nobody at home can spend it', () => {
    const d = sliced();
    expect(d.account()).toMatchObject({ grantedFen: 10_000_000, reservedFen: 5_000_000, slicedFen: 5_000_000 });
    expect(place(d, 'o1', 5_000_001)).toMatchObject({ rejected: 'E-QUOTA', facts: { seen: '50,000.00 yuan' } });
    expect(place(d, 'o1', 5_000_000)).toBeNull();
  });

  test('is drawn on while Shanghai is cut off, and the home takes the orders up when it hears of them', () => {
    const d = sliced();
    d.world.down.add('31');
    draw(d, 'o1', 2_000_000);
    draw(d, 'o2', 3_000_000);
    expect(draws(d, 'o3', 1)).toMatchObject({ rejected: 'E-QUOTA', facts: { seen: '0.00 yuan' } });
    expect(place(d, 'o4', 5_000_000)).toBeNull();
    d.world.down.delete('31');
    d.world.settle();
    expect(d.order('o1')).toMatchObject({ phase: 'Accepted', terms: { reservedFen: 2_000_000, agencyProvince: '31', proposed: true } });
    expect(d.account()).toMatchObject({ reservedFen: 10_000_000, slicedFen: 0 });
    expect(told(d, '32', 'DrawTaken').map(({ data }) => data)).toEqual([
      { slice: 'x1', order: 'o1', voucherFen: 2_000_000 },
      { slice: 'x1', order: 'o2', voucherFen: 3_000_000 },
    ]);
  });

  test('becomes a whole order: signed, delivered, redeemed, paid out of the slice’s money', () => {
    const d = sliced();
    draw(d, 'o1', 4_000_000);
    d.world.settle();
    const { nowMs } = d.world;
    const contract = { contractHash: 'c'.repeat(64), amountFen: 8_000_000, signedMs: nowMs, startMs: nowMs, endMs: nowMs + DAY_MS };
    d.does('31', 'SignAsAgency', { order: 'o1', home: '32', agency: 'a31', ...contract }, agent('31'));
    d.world.settle();
    d.does('32', 'SignContract', { order: 'o1', ...contract }, firm);
    d.world.settle();
    d.does('31', 'DeliverService', { order: 'o1', home: '32', agency: 'a31', deliverableHash: 'd'.repeat(64) }, agent('31'));
    d.world.settle();
    d.does('32', 'ConfirmAcceptance', { order: 'o1' }, firm);
    d.world.settle();
    d.redeem('o1');
    d.approve('o1');
    d.show('o1');
    d.close(1);
    d.pay('o1');
    expect(d.order('o1').phase).toBe('Settled');
    expect(d.account()).toMatchObject({ consumedFen: 3_750_000, reservedFen: 1_000_000, slicedFen: 1_000_000 });
  });

  test('what is returned is the home’s again at once; nothing is drawn after it', () => {
    const d = sliced();
    d.world.down.add('31');
    draw(d, 'o1', 2_000_000);
    expect(giveBack(d)).toBeNull();
    expect(draws(d, 'o2', 1)).toMatchObject({ rejected: 'E-STATE', facts: { seen: 'returned' } });
    expect(place(d, 'o4', 8_000_000)).toMatchObject({ rejected: 'E-QUOTA', facts: { seen: '50,000.00 yuan' } });
    d.world.down.delete('31');
    d.world.settle();
    expect(stateOf(d)).toMatchObject({ ended: true, takenFen: 2_000_000 });
    expect(told(d, '32', 'SliceEnded').map(({ data }) => data)).toEqual([{ slice: 'x1', cause: 'returned', releasedFen: 3_000_000 }]);
    expect(place(d, 'o4', 8_000_000)).toBeNull();
    const size = d.world.nodes['31'].entries.length;
    expect([giveBack(d), d.world.nodes['31'].entries.length]).toEqual([null, size]);
  });
});

describe('A1: expiry and grace', () => {
  test('after its last day nothing is drawn, and the home waits for expiry, grace and a word of Shanghai', () => {
    const d = sliced();
    d.world.pass(10 * DAY_MS);
    draw(d, 'o1', 1_000_000);
    d.world.pass(DAY_MS);
    expect(draws(d, 'o2', 1_000_000)).toMatchObject({ rejected: 'E-WINDOW' });
    d.world.pass(5 * DAY_MS);
    expect(stateOf(d).ended).toBe(false);
    d.world.pass(2 * DAY_MS);
    expect(stateOf(d).ended).toBe(true);
    expect(d.account()).toMatchObject({ slicedFen: 0, reservedFen: 1_000_000 });
  });

  test('a draw in time counts, however late it is heard: a silent Shanghai is waited for past the grace', () => {
    const d = sliced();
    d.world.down.add('31');
    draw(d, 'o1', 2_000_000);
    d.world.pass((10 + 7 + 1) * DAY_MS);
    expect(stateOf(d).ended).toBe(false);
    d.world.down.delete('31');
    d.world.pass(1);
    expect(d.order('o1').phase).toBe('Accepted');
    expect(stateOf(d)).toMatchObject({ ended: true, takenFen: 2_000_000 });
  });

  test('but not for ever: after the pack’s patience the money is the home’s, and the late draw is refused by an entry', () => {
    const d = sliced();
    d.world.down.add('31');
    draw(d, 'o1', 5_000_000);
    d.world.pass((10 + 7 + PATIENCE_DAYS + 1) * DAY_MS);
    expect(stateOf(d).ended).toBe(true);
    expect(place(d, 'o2', 9_000_000)).toBeNull();
    d.world.down.delete('31');
    d.world.settle();
    expect(told(d, '32', 'DrawRefused')).toMatchObject([
      { data: { order: 'o1', code: 'E-WINDOW', facts: { seen: phrase('sliceEnded') } } },
    ]);
    expect(d.account()).toMatchObject({ reservedFen: 9_000_000, slicedFen: 0 });
  });

  test('a slice lives over the end of the year: a draw of December heard in January is taken up, the rest is void', () => {
    const d = delta({ packs: { 32: { slices } } });
    d.world.pass(300 * DAY_MS);
    d.does('32', 'GrantSlice', { ...terms, days: 30 }, firm);
    d.world.settle();
    d.world.down.add('31');
    draw(d, 'o1', 2_000_000);
    d.world.pass(7 * DAY_MS);
    expect(d.account()).toMatchObject({ phase: 'Closed', grantedFen: 5_000_000, reservedFen: 5_000_000 });
    d.world.down.delete('31');
    d.world.settle();
    expect(told(d, '32', 'DrawTaken')).toHaveLength(1);
    d.world.pass(30 * DAY_MS);
    expect(d.account()).toMatchObject({ slicedFen: 0, grantedFen: d.account().reservedFen });
  });
});

describe('A1: who may', () => {
  test('grants it: the firm, of a pack with slices, to another province, within what is left under every cap', () => {
    const grant = (d: Delta, change: object = {}, by = firm) => d.tries('32', 'GrantSlice', { ...terms, ...change }, by)?.rejected;
    const d = delta({ packs: { 32: { slices, poolFen: 4_000_000 } } });
    expect(grant(delta())).toBe('E-VALIDATION');
    expect(grant(d, {}, actor('32', 'enterprise', 'org-other'))).toBe('E-ROW');
    expect(grant(d, { holder: '32', agency: 'a32' })).toBe('E-VALIDATION');
    expect(grant(d, { days: 31 })).toBe('E-VALIDATION');
    expect(grant(d, { amountFen: 5_000_001 })).toBe('E-QUOTA');
    expect(grant(d, { amountFen: 4_000_001 })).toBe('E-POOL');
    expect(grant(d, { agency: 'a9' })).toBe('E-AGENCY');
    expect(grant(d, { amountFen: 4_000_000 })).toBeUndefined();
    expect(grant(d, { slice: 'x2', amountFen: 1 })).toBe('E-POOL');
    expect(d.world.nodes['32'].state(pool, 'pool/cxq.2026').takenFen).toBe(4_000_000);
  });

  test('draws on it: the agency that it names, at its home, for an order of its own listing', () => {
    const d = sliced();
    const order = { order: 'o1', product: 'p1', mode: 'tongdui', amountFen: 2, voucherFen: 1 };
    expect(d.tries('33', 'DrawSlice', { ...at, agency: 'a33', ...order }, agent('33'))?.rejected).toBe('E-NOTFOUND');
    expect(draws(d, 'o1', 1, { slice: 'x9' })?.rejected).toBe('E-NOTFOUND');
    expect(d.tries('31', 'DrawSlice', { ...at, ...order }, actor('31', 'agency', 'org-other'))?.rejected).toBe('E-ROW');
    expect(draws(d, 'o1', 1, { product: 'p9' })?.rejected).toBe('E-NOTFOUND');
    expect(draws(d, 'o1', 5_000_001)?.rejected).toBe('E-QUOTA');
  });

  test('a draw that a rule of the home forbids is refused by an entry, and its part comes back when the slice ends', () => {
    const d = sliced();
    d.does('32', 'WithdrawRecognition', { agencyProvince: '31', agency: 'a31', reason: 'review' }, staff('32'));
    draw(d, 'o1', 2_000_000);
    d.world.settle();
    expect(told(d, '32', 'DrawRefused')).toMatchObject([{ data: { order: 'o1', code: 'E-RECOG' } }]);
    expect(d.account().reservedFen).toBe(5_000_000);
    giveBack(d);
    d.world.settle();
    expect(d.account().reservedFen).toBe(0);
  });

  test('a holder that states more than the slice has, or for an order of somebody else, gets nothing', () => {
    const d = sliced();
    const take = (change: object) =>
      d.tries(
        '32',
        'TakeDraw',
        { ...at, order: 'o1', product: 'p1', mode: 'tongdui', amountFen: 9, voucherFen: 1, from: '31', statedMs: d.world.nowMs, ...change },
        staff('32'),
      );
    expect([take({ voucherFen: 5_000_001 }), take({ from: '33' }), take({ statedMs: d.world.nowMs + 11 * DAY_MS })]).toEqual([
      null,
      null,
      null,
    ]);
    d.does('32', 'PlaceOrder', d.placing('o5', { voucherFen: 1 }), firm);
    expect(take({ order: 'o5' })).toBeNull();
    expect(told(d, '32', 'DrawRefused').map(({ data }) => data['code'])).toEqual(['E-QUOTA', 'E-ROLE', 'E-WINDOW', 'E-STATE']);
    expect(told(d, '32', 'DrawTaken')).toEqual([]);
  });
});

type Step =
  | { readonly do: 'draw' | 'place'; readonly order: number; readonly fen: number }
  | { readonly do: 'return' | 'cut' | 'join' | 'grant' }
  | { readonly do: 'cancel'; readonly order: number }
  | { readonly do: 'deliver'; readonly home: boolean; readonly count: number }
  | { readonly do: 'wait'; readonly hours: number };

const order = fc.integer({ min: 0, max: 9 });
const fen = fc.integer({ min: 1, max: 3_000_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('draw' as const), order, fen }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('place' as const), order, fen }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), order }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('return' as const, 'cut' as const, 'join' as const, 'grant' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver' as const), home: fc.boolean(), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 24 * 12 }) }) },
);

/** One step, whatever the world makes of it: deliveries are partial, clocks run and timers fire without any delivery. */
const goOn = (d: Delta, each: Step, nth: number): void => {
  const { world } = d;
  const home = world.nodes['32'];
  switch (each.do) {
    case 'draw':
      return void draws(d, `d${nth}`, each.fen);
    case 'place':
      return void d.tries(
        '32',
        'PlaceOrder',
        d.placing(`h${each.order}`, { voucherFen: each.fen, agencyProvince: '32', agency: 'a32' }),
        firm,
      );
    case 'cancel':
      for (const id of [`h${each.order}`, `d${each.order}`]) d.tries('32', 'CancelOrder', { order: id, cause: 'x' }, firm);
      return;
    case 'return':
      return void giveBack(d);
    case 'grant':
      return void d.tries('32', 'GrantSlice', { ...terms, slice: `y${nth}`, amountFen: 1_000_000, days: 1 }, firm);
    case 'cut':
      return void world.down.add('31');
    case 'join':
      return void world.down.delete('31');
    case 'deliver':
      return void world.deliver(each.home ? '32' : '31', each.home ? '31' : '32', each.count);
    case 'wait':
      world.nowMs += each.hours * 3_600_000;
      home.fire();
  }
};

/** V5 after every single entry, and what is reserved is what open orders and slices hold. */
const audit = (d: Delta): void => {
  let state = quota.initial;
  for (const { stream, type, data } of d.world.nodes['32'].entries) {
    if (stream !== 'quota/s1.cxq.2026') continue;
    state = quota.evolve(state, { type, data } as never);
    expect(state.reservedFen + state.consumedFen).toBeLessThanOrEqual(state.grantedFen);
    expect(Math.min(state.slicedFen, state.reservedFen - state.slicedFen, state.consumedFen)).toBeGreaterThanOrEqual(0);
  }
  const ids = [...new Set(d.world.nodes['32'].entries.map(({ stream }) => stream))];
  const held = ids
    .filter((id) => id.startsWith('order/'))
    .map((id) => d.order(id.slice('order/'.length)))
    .filter(({ phase }) => phase !== 'Closed')
    .reduce((total, { terms: placed }) => total + (placed?.reservedFen ?? 0), 0);
  const set = ids
    .filter((id) => id.startsWith('slice/'))
    .map((id) => d.world.nodes['32'].state(slice, id))
    .reduce((total, { granted, takenFen, ended }) => total + (ended ? 0 : (granted?.amountFen ?? 0) - takenFen), 0);
  expect([state.reservedFen, state.slicedFen]).toEqual([held + set, set]);
};

test('A1: on any schedule of partitions, arrivals, returns and expiry nothing is spent twice, and each draw is answered once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const d = sliced();
      steps.forEach((each, nth) => {
        goOn(d, each, nth);
        audit(d);
      });
      d.world.down.clear();
      d.world.pass(40 * DAY_MS);
      audit(d);
      const drawn = told(d, '31', 'SliceDrawn');
      const answers = [...told(d, '32', 'DrawTaken'), ...told(d, '32', 'DrawRefused')].map(({ data }) => data['order']);
      expect([...answers].sort()).toEqual(drawn.map(({ data }) => data['order']).sort());
      expect(drawn.reduce((total, { data }) => total + Number(data['voucherFen']), 0)).toBeLessThanOrEqual(5_000_000);
      // A draw in time is refused for its time only where the home had waited for a silent Shanghai as long as the pack says.
      const { granted, ended } = stateOf(d);
      const late = told(d, '32', 'DrawRefused').some(({ data }) => data['code'] === 'E-WINDOW');
      const end = told(d, '32', 'SliceEnded').find(({ data }) => data['slice'] === 'x1');
      expect(ended).toBe(true);
      if (end?.data['cause'] === 'expired') expect(end.time).toBeGreaterThan(granted?.endsMs ?? Infinity);
      if (late) expect(end?.time).toBeGreaterThan((granted?.endsMs ?? Infinity) + PATIENCE_DAYS * DAY_MS);
      expect(d.world.nodes['32'].parked).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
