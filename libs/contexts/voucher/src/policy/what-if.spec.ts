/** A ledger replayed under another pack: hand-computed costs of each province, nothing changed, and what cannot be known told apart. */
import type { VoucherPack } from '@yrd/contracts';
import type { Entry } from '@yrd/ledger';
import fc from 'fast-check';
import { actor, delta, firm, pack, staff, type Delta, type Setup } from '../../testing/scenario.js';
import { PROVINCE_CODES, type ProvinceCode } from '../../testing/node.js';
import { policy, policyStream, voucher, whatIf, type WhatIfResult } from '../index.js';

const SPLIT = { home: { of: 2, in: 3 }, agency: { of: 1, in: 3 } };
const third = { of: 1, in: 3 };
const tier = (of: number, whole: number): Partial<VoucherPack> => ({
  subjects: { firm: { capFen: 10_000_000, tiers: [{ ratio: { of, in: whole } }], proofNeeded: true } },
});

/** The entries that a node of the province holds: its own whole, of the others what they share. */
const heldAt = (d: Delta, province: ProvinceCode): readonly Entry[] =>
  PROVINCE_CODES.flatMap((each) =>
    d.world.nodes[each].entries.filter(({ type }) => each === province || voucher.entryTypes[type]?.audience !== 'private'),
  );

const replay = (
  d: Delta,
  by: VoucherPack,
  { own = '32', ...period }: { own?: ProvinceCode; fromMs?: number; toMs?: number } = {},
): WhatIfResult => {
  const policies = Object.fromEntries(
    PROVINCE_CODES.map((each) => [
      each,
      d.world.nodes[each].entries
        .filter(({ stream }) => stream === policyStream(by.scheme))
        .reduce<typeof policy.initial>((state, entry) => policy.evolve(state, entry as never), policy.initial),
    ]),
  );
  return whatIf({ pack: by, own, policies, ...period }, heldAt(d, own));
};
/** Province → difference, of all quarters together. */
const differences = ({ cells }: WhatIfResult): Readonly<Record<string, number>> =>
  cells.reduce<Record<string, number>>(
    (all, { province, differenceFen }) => ({ ...all, [province]: (all[province] ?? 0) + differenceFen }),
    {},
  );

/** One 通兑 order of 80,000.00 with an invoice of 75,000.00, approved: at half 37,500.00 (V4). */
const approved = (setup: Setup = {}, ...orders: readonly string[]): Delta => {
  const d = delta(setup);
  for (const each of orders.length > 0 ? orders : ['o1']) {
    d.serve(each);
    d.redeem(each);
  }
  for (const each of orders.length > 0 ? orders : ['o1']) d.approve(each);
  return d;
};
const Q1 = '2026-Q1';

test('V4, V6: under the pack that was in force each cell differs by nothing, and no entry was written', () => {
  const d = approved({}, 'o1', 'o2');
  const before = heldAt(d, '32').length;
  expect(replay(d, pack('32'))).toEqual({
    ...{ province: '32', scheme: 'cxq', version: '32-cxq-1', refused: [], unknown: [], entries: before },
    cells: [{ province: '32', quarter: Q1, orders: 2, actualFen: 7_500_000, whatIfFen: 7_500_000, differenceFen: 0 }],
  });
  expect([heldAt(d, '32').length, d.order('o1').terms?.policy]).toEqual([before, '32-cxq-1']);
});

test('V4: from 50 to 60 per cent an invoice of 75,000.00 costs 45,000.00 instead of 37,500.00', () => {
  expect(replay(approved(), pack('32', tier(3, 5))).cells).toEqual([
    { province: '32', quarter: Q1, orders: 1, actualFen: 3_750_000, whatIfFen: 4_500_000, differenceFen: 750_000 },
  ]);
});

test('V19: from 2/3 to 1/3 to the enterprise’s province alone, Shanghai saves its 12,500.00 and Jiangsu pays them', () => {
  const d = approved({ packs: { 32: { split: SPLIT }, 31: { shareAsAgency: third } } });
  expect(replay(d, pack('32', { split: SPLIT })).cells.map(({ differenceFen }) => differenceFen)).toEqual([0, 0]);
  expect(replay(d, pack('32')).cells).toEqual([
    { province: '31', quarter: Q1, orders: 1, actualFen: 1_250_000, whatIfFen: 0, differenceFen: -1_250_000 },
    { province: '32', quarter: Q1, orders: 1, actualFen: 2_500_000, whatIfFen: 3_750_000, differenceFen: 1_250_000 },
  ]);
});

test('V19: a share that the agency’s province would not take stays with the enterprise’s', () => {
  const shared = pack('32', { split: SPLIT });
  expect(differences(replay(approved(), shared))).toEqual({ 32: 0 });
  expect(differences(replay(approved({ packs: { 31: { shareAsAgency: third } } }), shared))).toEqual({ 31: 1_250_000, 32: -1_250_000 });
});

test('V19: the pack of a province that is asked for shares: without them the enterprise’s province pays all', () => {
  const d = approved({ packs: { 32: { split: SPLIT }, 31: { shareAsAgency: third } } });
  expect(differences(replay(d, pack('31', { shareAsAgency: third }), { own: '31' }))).toEqual({ 31: 0, 32: 0 });
  expect(differences(replay(d, pack('31'), { own: '31' }))).toEqual({ 31: -1_250_000, 32: 1_250_000 });
});

test('V5: what is granted stays the bound: three orders at 60 per cent do not get more than 100,000.00 together', () => {
  // At half: 40,000.00 + 40,000.00 reserved, the third cut to 20,000.00. At 60: 48,000.00 twice, and 4,000.00 left.
  const d = approved({}, 'o1', 'o2', 'o3');
  expect(replay(d, pack('32', tier(3, 5))).cells).toEqual([
    { province: '32', quarter: Q1, orders: 3, actualFen: 9_500_000, whatIfFen: 9_400_000, differenceFen: -100_000 },
  ]);
});

test('V4: an order that asked for less than it could get asks for the same again', () => {
  const small = delta();
  small.serve('o1', { voucherFen: 1_000_000 });
  small.redeem('o1');
  small.approve('o1');
  expect(differences(replay(small, pack('32', tier(3, 5))))).toEqual({ 32: 0 });
});

test.each<[string, Partial<VoucherPack>, string]>([
  ['V10: of a class that it forbids', { forbidden: ['5'] }, 'E-CLASS'],
  ['in a mode that it does not know', { modes: { home: ['tongdui'], cross: ['tongyong'] } }, 'E-VALIDATION'],
  ['V1: of a kind of subject that it does not serve', { subjects: { team: pack('32').subjects.firm! } }, 'E-SUBJECT'],
  ['V4: beyond an empty pool', { poolFen: 0 }, 'E-POOL'],
])('an order %s costs nothing under the pack, and is told apart', (_, change, code) => {
  const { cells, refused } = replay(approved(), pack('32', change));
  expect(cells).toEqual([{ province: '32', quarter: Q1, orders: 1, actualFen: 3_750_000, whatIfFen: 0, differenceFen: -3_750_000 }]);
  expect(refused).toEqual([{ code, orders: 1, actualFen: 3_750_000 }]);
});

test('V23: a refund of a third takes back by the ratio of each pack: 12,500.00 at half, 15,000.00 at 60 per cent', () => {
  const d = approved();
  d.show('o1');
  d.close(1);
  d.pay('o1');
  d.does('32', 'OrderClawback', { order: 'o1', cause: 'refund', baseFen: 5_000_000 }, actor('32', 'approver'));
  expect(replay(d, pack('32')).cells).toMatchObject([{ actualFen: 2_500_000, whatIfFen: 2_500_000, differenceFen: 0 }]);
  expect(replay(d, pack('32', tier(3, 5))).cells).toMatchObject([{ actualFen: 2_500_000, whatIfFen: 3_000_000, differenceFen: 500_000 }]);
});

test('another province knows neither subject nor quota: what follows anyway is counted, the rest is told apart', () => {
  const d = approved();
  const at = (by: VoucherPack) => replay(d, by, { own: '31' });
  expect(at(pack('32'))).toMatchObject({ cells: [{ differenceFen: 0 }], unknown: [] });
  expect(at(pack('32', tier(2, 5)))).toMatchObject({ cells: [{ whatIfFen: 3_000_000, differenceFen: -750_000 }], unknown: [] });
  expect(at(pack('32', tier(3, 5)))).toMatchObject({ cells: [], unknown: [{ code: 'quota', orders: 1, actualFen: 3_750_000 }] });
});

test('a redemption that goes back to review, or is refused, counts as it stands in the end', () => {
  const d = approved({}, 'o1', 'o2');
  d.does('32', 'PubliciseOrder', { order: 'o1', batch: 'b1' }, staff('32'));
  d.does('32', 'LodgeObjection', { order: 'o1', grounds: 'related-party' }, firm);
  d.does('32', 'UpholdObjection', { order: 'o1' }, staff('32'));
  expect(replay(d, pack('32')).cells).toMatchObject([{ orders: 1, actualFen: 3_750_000 }]);
  d.does('32', 'RefuseRedemption', { order: 'o1', code: 'E-STATUTORY' }, staff('32'));
  expect(replay(d, pack('32', tier(3, 5))).cells).toMatchObject([{ orders: 1, actualFen: 3_750_000, whatIfFen: 4_500_000 }]);
});

test('quarters are Shanghai’s, and a period leaves out what was approved outside it', () => {
  const d = approved();
  const later = Date.UTC(2026, 2, 31, 16);
  d.serve('o2');
  d.redeem('o2');
  d.world.nowMs = later;
  d.approve('o2');
  expect(replay(d, pack('32')).cells.map(({ quarter, orders }) => [quarter, orders])).toEqual([
    [Q1, 1],
    ['2026-Q2', 1],
  ]);
  expect(replay(d, pack('32'), { toMs: later }).cells.map(({ quarter }) => quarter)).toEqual([Q1]);
  expect(replay(d, pack('32'), { fromMs: later }).cells.map(({ quarter }) => quarter)).toEqual(['2026-Q2']);
});

/** What becomes of an order in a random market. */
const FATES = ['place', 'cancel', 'approve', 'pay'] as const;

test('V4, V5, V19: in any market the pack in force differs by nothing, and no other pack spends more than was granted', () => {
  const wish = fc.record({
    fate: fc.constantFrom(...FATES),
    agencyProvince: fc.constantFrom<ProvinceCode>('31', '32'),
    amountFen: fc.integer({ min: 300_000, max: 9_000_000 }),
    voucherFen: fc.option(fc.integer({ min: 1, max: 2_000_000 }), { nil: undefined }),
  });
  const market = fc.record({
    wishes: fc.array(wish, { minLength: 1, maxLength: 5 }),
    poolFen: fc.option(fc.integer({ min: 1_000_000, max: 12_000_000 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(market, fc.integer({ min: 1, max: 10 }), ({ wishes, poolFen }, tenths) => {
      const own = { split: SPLIT, ...(poolFen === undefined ? {} : { poolFen }) };
      const d = delta({ packs: { 32: own, 31: { shareAsAgency: third } } });
      wishes.forEach(({ fate, voucherFen, ...terms }, at) => {
        const id = `o${at}`;
        const asked = { ...terms, agency: `a${terms.agencyProvince}`, ...(voucherFen === undefined ? {} : { voucherFen }) };
        if (fate === 'place' || fate === 'cancel') {
          if (d.tries('32', 'PlaceOrder', d.placing(id, asked), firm) === null && fate === 'cancel')
            d.does('32', 'CancelOrder', { order: id, cause: 'x' }, firm);
          return;
        }
        try {
          d.serve(id, { ...terms, ...(voucherFen === undefined ? {} : { voucherFen }) });
        } catch {
          return; // Nothing was left for it.
        }
        d.redeem(id, { invoiceFen: terms.amountFen, paidFen: terms.amountFen });
        d.approve(id);
        if (fate === 'pay' && terms.agencyProvince === '32') {
          d.show(id);
          d.pay(id);
        }
      });
      expect(replay(d, pack('32', own)).cells.filter(({ differenceFen }) => differenceFen !== 0)).toEqual([]);
      expect(replay(d, pack('32', own))).toMatchObject({ refused: [], unknown: [] });
      const other = replay(d, pack('32', { ...own, ...tier(tenths, 10) }));
      expect(other.cells.reduce((sum, { whatIfFen }) => sum + whatIfFen, 0)).toBeLessThanOrEqual(10_000_000);
    }),
    { numRuns: 40 },
  );
});

test('the journals may come in any order', () => {
  const d = approved({ packs: { 32: { split: SPLIT }, 31: { shareAsAgency: third } } });
  const by = pack('32', tier(3, 5));
  const state = replay(d, by);
  const policies = { 31: { adopted: [] }, 32: { adopted: [{ fromMs: 0, pack: pack('32', { split: SPLIT }) }] } };
  const entries = heldAt(d, '32');
  const turned = [...entries].sort((one, other) =>
    one.journal === other.journal ? one.index - other.index : one.journal < other.journal ? 1 : -1,
  );
  expect(whatIf({ pack: by, own: '32', policies }, turned)).toEqual(whatIf({ pack: by, own: '32', policies }, entries));
  expect(state.cells.length).toBeGreaterThan(0);
});
