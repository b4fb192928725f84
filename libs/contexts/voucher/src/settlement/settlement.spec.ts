/** The settlement fold: V21 to the fen, and its laws for any lines, cuts and order of arrival. */
import fc from 'fast-check';
import { fen } from '@yrd/ledger';
import { attest, hash, inOrder } from '../../testing/finding.js';
import { delta, type Delta } from '../../testing/scenario.js';
import { PROVINCE_CODES } from '../../testing/node.js';
import type { WindowRow } from './clearing-views.js';
import type { LineRow } from './line-views.js';
import { PAIRS, PROVINCES, PairCount, inWindow, lineKey, netted, parting, sidesOf, windowDigest, type Line } from './settlement.js';

const THOUSAND_YUAN = 100_000;

test('V21: gross 4,510; Shanghai +1,800, Jiangsu -720, Zhejiang -480, Anhui -600; bilateral 2,010, multilateral 1,800', () => {
  const owed = Object.fromEntries(
    Object.entries({
      '32-31': 1200,
      '33-31': 900,
      '34-31': 600,
      '31-32': 450,
      '31-33': 300,
      '31-34': 150,
      '33-32': 200,
      '32-33': 260,
      '34-32': 180,
      '32-34': 90,
      '34-33': 120,
      '33-34': 60,
    }).map(([pair, thousands]) => [pair, thousands * THOUSAND_YUAN]),
  );
  expect(netted(owed)).toEqual({
    grossFen: 451_000_000,
    bilateralFen: 201_000_000,
    multilateralFen: 180_000_000,
    nets: { 31: 180_000_000, 32: -72_000_000, 33: -48_000_000, 34: -60_000_000 },
  });
});

const owed = fc.dictionary(fc.constantFrom(...PAIRS), fc.integer({ min: 0, max: 1_000_000_000_000 }), { noNullPrototype: true });

test('money is conserved: nets sum to nothing, and netting never moves more', () => {
  fc.assert(
    fc.property(owed, (pairs) => {
      const { grossFen, bilateralFen, multilateralFen, nets } = netted(pairs);
      expect(Object.values(nets).reduce((total: number, net) => total + net, 0)).toBe(0);
      expect(grossFen).toBe(Object.values(pairs).reduce((total, amount) => total + amount, 0));
      expect(multilateralFen).toBeLessThanOrEqual(bilateralFen);
      expect(bilateralFen).toBeLessThanOrEqual(grossFen);
    }),
  );
});

const line = fc
  .record({
    at: fc.nat(11),
    flip: fc.boolean(),
    amountFen: fc.nat(10_000_000),
    homeSize: fc.integer({ min: 1, max: 60 }),
    foreignSize: fc.integer({ min: 0, max: 60 }),
  })
  .map(({ at, flip, ...rest }): Omit<Line, 'order'> => {
    const pair = PAIRS[at] ?? '31-32';
    const { payer, payee } = sidesOf(pair);
    return { ...rest, pair, home: flip ? payer : payee };
  });
const lines = fc.array(line, { maxLength: 40 }).map((all): readonly Line[] => all.map((each, at) => ({ ...each, order: `o${at}` })));
const cuts = fc
  .tuple(...PROVINCES.map(() => fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 3, maxLength: 3 })))
  .map((steps) =>
    [0, 1, 2].map((window) =>
      Object.fromEntries(
        PROVINCES.map((province, at) => [province, steps[at]!.slice(0, window + 1).reduce((total, step) => total + step, 0)]),
      ),
    ),
  );

test('a line is counted in one window at most, and in one exactly when the last cuts cover it', () => {
  fc.assert(
    fc.property(lines, cuts, (all, windows) => {
      const none = Object.fromEntries(PROVINCES.map((province) => [province, 0]));
      for (const each of all) {
        const counted = windows.filter((now, at) => inWindow(each, now, windows[at - 1] ?? none)).length;
        const { payer, payee } = sidesOf(each.pair);
        const other = each.home === payer ? payee : payer;
        const last = windows[2] ?? none;
        expect(counted).toBe(each.homeSize <= (last[each.home] ?? 0) && each.foreignSize <= (last[other] ?? 0) ? 1 : 0);
      }
    }),
  );
});

const of = {
  window: 1,
  pair: '32-31',
  cuts: { '32/voucher': { size: 60, root: hash('32') }, '31/voucher': { size: 60, root: hash('31') } },
};
const some = (count: number): readonly Line[] =>
  Array.from({ length: count }, (_, at) => ({
    order: `o${String(at).padStart(5, '0')}`,
    pair: '32-31',
    home: '32',
    amountFen: at,
    homeSize: 1,
    foreignSize: 1,
  }));

test('the order in which lines arrived cannot matter', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...some(40)], { minLength: 40 }), (shuffled) => {
      const reversed = { ...of, cuts: Object.fromEntries(Object.entries(of.cuts).reverse()) };
      expect(attest(reversed, shuffled)).toEqual(attest(of, some(40)));
    }),
  );
});

test('anything else than the same lines, amounts, cuts, window or pair is another digest', () => {
  const { digest } = attest(of, some(3));
  const [first, ...rest] = some(3);
  const others = [
    attest(of, rest),
    attest(of, [{ ...first!, amountFen: 1 }, ...rest]),
    attest(of, [{ ...first!, home: '31' }, ...rest]),
    attest({ ...of, window: 2 }, some(3)),
    attest({ ...of, pair: '31-32' }, some(3)),
    attest({ ...of, cuts: { ...of.cuts, '31/voucher': { size: 60, root: hash('x') } } }, some(3)),
  ];
  expect(new Set([digest, ...others.map((other) => other.digest)]).size).toBe(7);
});

test('V22: a mismatch names the first line that differs', () => {
  const changed = some(100).map((each, at) =>
    at === 41 ? { ...each, amountFen: each.amountFen + 1 } : at === 43 ? { ...each, amountFen: each.amountFen - 1 } : each,
  );
  expect(parting(attest(of, some(100)), attest(of, changed))).toEqual({ firstMark: 41, detail: 'lines' });
});

test('V22: other cuts, other counts and other versions are named too; equal ones part nowhere', () => {
  const mine = attest(of, some(3));
  expect(parting(mine, mine)).toBeNull();
  expect(parting(mine, attest({ ...of, cuts: { ...of.cuts, '31/voucher': { size: 59, root: hash('31') } } }, some(3)))?.detail).toBe(
    'the cut of 31/voucher',
  );
  expect(parting(mine, attest(of, some(2)))).toEqual({ firstMark: 2, detail: 'count 3 and 2, sum 3 and 1 fen' });
  expect(parting(mine, { ...mine, foldVersion: 3 })?.detail).toBe('fold versions 2 and 3');
});

test('marks stay within their number however many lines there are, and each stands where the other side has it too', () => {
  expect(attest(of, some(256)).marks).toHaveLength(256);
  for (const count of [257, 512, 1000, 5000]) {
    const whole = some(count);
    const { marks } = attest(of, whole);
    const step = 2 ** Math.ceil(Math.log2(count / 256));
    expect(marks).toHaveLength(Math.floor(count / step));
    const begun = new PairCount(of, hash);
    for (const each of inOrder(whole).slice(0, step)) begun.take(each);
    // The running digest after the first `step` lines, whatever comes behind them.
    expect(begun.attestation.marks.at(-1)).toBe(marks[0]);
  }
});

test('lines are counted by where they stand: the payer’s home first, what is late before the rest, ties by name', () => {
  const at = (order: string, home: string, homeSize: number, foreignSize: number): Line => ({
    ...{ order, pair: '32-31', home, amountFen: 1, homeSize, foreignSize },
  });
  const before = { 31: 50, 32: 50 };
  const counted = [
    at('late2', '32', 7, 60),
    at('late1', '32', 9, 70),
    at('o2', '32', 60, 10),
    at('a', '32', 1_000, 1),
    at('b', '32', 1_000, 1),
    at('x', '31', 10, 99),
    at('y', '31', 51, 1),
  ];
  const keys = counted.map((each) => lineKey(each, before));
  expect([...keys].sort()).toEqual(keys);
  expect(inOrder([...counted].reverse(), before)).toEqual(counted);
});

test('the window digest does not depend on the order of the pairs', () => {
  const pairs = PAIRS.map((pair) => attest({ ...of, pair }, []));
  const statement = netted({ '32-31': fen(1) });
  expect(windowDigest(1, [...pairs].reverse(), statement, hash)).toBe(windowDigest(1, pairs, statement, hash));
  expect(windowDigest(2, pairs, statement, hash)).not.toBe(windowDigest(1, pairs, statement, hash));
});

/** Orders of two deltas' worth, made payable before anybody closes. */
const payable = (): Delta => {
  const d = delta();
  d.serve('o1');
  d.serve('o2', { agencyProvince: '33', amountFen: 4_000_000 });
  d.serve('o3', { mode: 'tongyong', agencyProvince: '34', amountFen: 2_000_000 });
  for (const order of ['o1', 'o2', 'o3']) {
    d.redeem(order);
    d.approve(order);
    d.show(order);
  }
  return d;
};

test('four nodes reach four equal digests under any order of delivery, and no fen is lost between the windows', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(97), { minLength: 5, maxLength: 30 }),
      fc.shuffledSubarray([...PROVINCE_CODES], { minLength: 4 }),
      (picks, order) => {
        const d = payable();
        for (const window of [1, 2]) {
          for (const province of order) {
            d.does(province, 'CloseWindow', { window }, { person: 'p', organisation: 'x', province, roles: ['operator'] });
            d.world.deliver('33', province, 1 + ((picks[0] ?? 0) % 3));
          }
          let turn = 0;
          d.world.settle(() => picks[(turn += 1) % picks.length] ?? 0, 1 + ((picks[1] ?? 0) % 4));
        }
        const rows = (province: (typeof PROVINCE_CODES)[number]) => d.world.nodes[province].rows<WindowRow>('windows');
        for (const province of PROVINCE_CODES) {
          expect(rows(province).map(({ equal, dissent }) => ({ equal, dissent }))).toEqual([
            { equal: true, dissent: false },
            { equal: true, dissent: false },
          ]);
          expect(rows(province).map(({ digests }) => digests)).toEqual(rows('31').map(({ digests }) => digests));
          expect(d.world.nodes[province].parked).toEqual([]);
        }
        const gross = rows('34').reduce((total, { netted: all }) => total + (all['34']?.grossFen ?? 0), 0);
        expect(gross).toBe(3_750_000 + 2_000_000);
        expect(['o1', 'o2', 'o3'].map((each) => d.order(each).lineSettled)).toEqual([true, true, true]);
      },
    ),
    { numRuns: 8 },
  );
});

test('the lines of a settled pair are settled a page at a time, to the last one, and each page once', () => {
  const d = delta();
  d.serve('o1');
  d.redeem('o1');
  d.approve('o1');
  d.show('o1');
  // Lines of orders that nobody placed: they are counted, and settling them decides nothing.
  const others = Array.from({ length: 600 }, (_, at) => `n${at}`);
  for (const province of PROVINCE_CODES) {
    const rows = d.world.nodes[province].parts.get('lines')!;
    const [[, stated]] = Object.entries(rows.get('line.32.o1') as Record<string, { stated: LineRow }>) as [[string, { stated: LineRow }]];
    for (const id of others) {
      const row = { ...stated.stated, id, of: id, order: id };
      rows.set(`line.32.${id}`, { '32/voucher': { kind: 'line', stated: row, marks: [], about: { lineId: id, home: '32' } } });
    }
  }
  d.close(1);
  const continued = d.world.nodes['32'].entries.filter(({ type }) => type === 'SettlingContinued').map(({ data }) => String(data['after']));
  expect(continued).toHaveLength(3);
  expect(new Set(continued).size).toBe(3);
  expect(d.world.nodes['31'].rows<WindowRow>('windows')[0]?.settled.find(({ pair }) => pair === '32-31')?.count).toBe(601);
  // Its name comes behind all of theirs, so it stands on the last page.
  expect(d.order('o1').lineSettled).toBe(true);
  for (const province of PROVINCE_CODES) expect(d.world.nodes[province].parked).toEqual([]);
});

test('the attestation of the frozen formats has the digest that docs/adr/0001 computed by other means', () => {
  const cuts = { '31/voucher': { size: 120, root: 'aa'.repeat(32) }, '32/voucher': { size: 95, root: 'bb'.repeat(32) } };
  const line = (order: string, amountFen: number) => ({ order, pair: '32-31', home: '32', amountFen, homeSize: 90, foreignSize: 100 });
  const attested = attest({ window: 3, pair: '32-31', cuts }, [line('order/02', 2_222_222), line('order/01', 1_111_111)]);
  expect(attested).toMatchObject({
    count: 2,
    sumFen: 3_333_333,
    marks: ['0219972aa2eb9f47', '431cc9bb58e2590c'],
    digest: '572cf24735ca324d49cc0141ca2eb21b89519965f856c142377e32c9f39955a6',
  });
});
