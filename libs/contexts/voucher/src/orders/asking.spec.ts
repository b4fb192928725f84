/** Asked beforehand: a yes with the money counted by hand, a no with every rule, and always what placing then decides. */
import fc from 'fast-check';
import { agent, delta, firm, pack, staff, type Delta } from '../../testing/scenario.js';
import { forecast, type Forecast, type Wish } from '../index.js';

const wishOf = (d: Delta, change: object = {}): Wish => {
  const { order: _order, ...wish } = d.placing('none', change) as Wish & { readonly order: string };
  return wish;
};
const ask = (d: Delta, change: object = {}): Forecast => d.world.nodes['32'].ask(forecast, wishOf(d, change), firm);
const clerk = staff('32');
const HALF = { of: 1, in: 2 };

describe('A yes', () => {
  test('V4: 80,000.00 at 50% reserves 40,000.00; nothing is written', () => {
    const d = delta();
    const before = d.world.nodes['32'].entries.length;
    expect(ask(d)).toEqual({
      placed: true,
      policy: '32-cxq-1',
      failing: [],
      breakdown: {
        baseFen: 8_000_000,
        ratio: HALF,
        countedFen: 4_000_000,
        orderCapFen: null,
        quotaLeftFen: 10_000_000,
        groupLeftFen: null,
        poolLeftFen: null,
        reservedFen: 4_000_000,
        queued: false,
        payers: { '32': 4_000_000 },
      },
    });
    expect(d.world.nodes['32'].entries.length).toBe(before);
  });

  test('V4: 500,000.00 at 50% with 120,000.00 left reserves 120,000.00', () => {
    const subjects = { firm: { capFen: 12_000_000, tiers: [{ ratio: HALF }], proofNeeded: true } };
    const { breakdown } = ask(delta({ packs: { '32': { subjects } }, grantFen: 12_000_000 }), { amountFen: 50_000_000 });
    expect(breakdown).toMatchObject({ countedFen: 25_000_000, quotaLeftFen: 12_000_000, reservedFen: 12_000_000 });
  });

  test('V19: of 100,000.00 two thirds and one third are 66,666.67 and 33,333.33, to the fen', () => {
    const d = delta({ packs: { '32': { split: { home: { of: 2, in: 3 }, agency: { of: 1, in: 3 } } } } });
    expect(ask(d, { amountFen: 20_000_000 }).breakdown?.payers).toEqual({ '31': 3_333_333, '32': 6_666_667 });
  });

  test('V4: the cap of one order and the voucher part that is wanted limit it, and are shown', () => {
    const subjects = { firm: { capFen: 10_000_000, tiers: [{ ratio: HALF }], proofNeeded: true, orderCapFen: 3_000_000 } };
    const d = delta({ packs: { '32': { subjects } } });
    expect(ask(d).breakdown).toMatchObject({ countedFen: 4_000_000, orderCapFen: 3_000_000, reservedFen: 3_000_000 });
    expect(ask(d, { voucherFen: 1_000_000 }).breakdown).toMatchObject({ reservedFen: 1_000_000 });
  });
});

describe('A no', () => {
  test('names every rule that forbids it, each with clause, value seen and value needed', () => {
    const d = delta({ packs: { '32': { modes: { home: ['tongyong'], cross: ['tongyong'] }, forbidden: ['5'] } } });
    d.does('32', 'RecordSubjectFact', { subject: 's1', fact: 'status', value: 'deregistered', source: 'x', asOf: '2026-02-01' }, clerk);
    d.does('32', 'RecordSubjectFact', { subject: 's1', fact: 'sme-year', value: '2025', source: 'x', asOf: '2026-02-01' }, clerk);
    d.does('32', 'WithdrawRecognition', { agencyProvince: '31', agency: 'a31', reason: 'review' }, clerk);
    d.does('31', 'SuspendAgency', { agency: 'a31', reason: 'complaint' }, staff('31'));
    d.world.settle();
    const { placed, failing } = ask(d, { amountFen: 200_000_000, voucherFen: 100_000_000 });
    expect(placed).toBe(false);
    expect(failing.map(({ rule, code }) => `${rule} ${code}`)).toEqual([
      'subject E-SUBJECT',
      'subject E-SUBJECT',
      'agency E-AGENCY',
      'recognition E-RECOG',
      'offer E-FEE',
      'mode E-VALIDATION',
      'class E-CLASS',
      'amount E-QUOTA',
    ]);
    for (const { clause, facts } of failing)
      expect([clause.length > 0, facts['seen'] !== undefined, facts['needed'] !== undefined]).toEqual([true, true, true]);
  });

  test('names a scheme without a pack, and a subject that is not there', () => {
    expect(ask(delta(), { scheme: 'other' }).failing.map(({ code }) => code)).toEqual(['E-NOTFOUND']);
    expect(ask(delta(), { subject: 'nobody' }).failing.map(({ rule }) => rule)).toContain('subject');
  });
});

/** What may happen before somebody asks, by chance. */
const events: readonly ((d: Delta) => void)[] = [
  (d) => void d.tries('31', 'SuspendAgency', { agency: 'a31', reason: 'complaint' }, staff('31')),
  (d) => void d.tries('32', 'FreezeQuota', { subject: 's1', scheme: 'cxq', year: 2026, reason: 'audit' }, clerk),
  (d) => void d.tries('32', 'UnfreezeQuota', { subject: 's1', scheme: 'cxq', year: 2026, reason: 'audit' }, clerk),
  (d) => void d.tries('32', 'RestrictRecognition', { agencyProvince: '31', agency: 'a31', classes: ['11'] }, clerk),
  (d) => void d.tries('32', 'RecordSubjectFact', { subject: 's1', fact: 'group', value: 'g1', source: 'x', asOf: '2026-02-01' }, clerk),
  (d) =>
    void d.tries('32', 'RecordSubjectFact', { subject: 's1', fact: 'address', value: '310000', source: 'x', asOf: '2026-02-01' }, clerk),
  (d) => void d.tries('31', 'DelistProduct', { agency: 'a31', product: 'p1' }, agent('31')),
  (d) => void d.tries('32', 'PlaceOrder', d.placing('before-1', { amountFen: 6_000_000 }), firm),
  (d) => void d.tries('32', 'PlaceOrder', d.placing('before-2', { amountFen: 12_000_000, agencyProvince: '32', agency: 'a32' }), firm),
  (d) => d.world.pass(60_000),
];
const packs = [
  {},
  { modes: { home: ['tongyong'], cross: ['tongyong', 'tongdui'] } },
  { poolFen: 5_000_000 },
  { poolFen: 5_000_000, queue: { most: 1, waitDays: 30, whenShort: 'wait' } },
  { poolFen: 7_000_000, queue: { most: 5, waitDays: 30, whenShort: 'cut' } },
  { group: { capFen: 6_000_000, whenOver: 'refuse' } },
  { group: { capFen: 6_000_000, whenOver: 'cut' } },
] as readonly Partial<ReturnType<typeof pack>>[];

test('over random histories and wishes it says what placing then decides: the same yes with the same money, or that refusal', () => {
  const wishes = fc.record({
    agencyProvince: fc.constantFrom('31', '32'),
    mode: fc.constantFrom('tongyong', 'tongdui'),
    amountFen: fc.constantFrom(0, 1, 3_000_000, 5_000_000, 8_000_000, 8_000_001, 12_000_000, 30_000_000, 200_000_000),
    product: fc.constantFrom('p1', 'p1', 'p1', 'p1', 'p1', 'p2'),
    voucherFen: fc.constantFrom(undefined, undefined, undefined, 1, 2_000_000, 9_000_000),
    declares: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, ['statutory']),
  });
  const seen = { yes: 0, no: 0 };
  fc.assert(
    fc.property(fc.array(fc.nat(events.length - 1), { maxLength: 3 }), fc.nat(packs.length - 1), wishes, (history, which, wished) => {
      const d = delta({ packs: { '32': packs[which]! } });
      for (const at of history) events[at]!(d);
      d.world.settle();
      const given = Object.fromEntries(Object.entries(wished).filter(([, value]) => value !== undefined));
      const change = { ...given, agency: `a${wished.agencyProvince}` };
      const { placed, breakdown, failing } = ask(d, change);
      const no = d.tries('32', 'PlaceOrder', d.placing('asked', change), firm);
      expect(placed).toBe(no === null);
      if (no) {
        seen.no += 1;
        expect(failing.map(({ code }) => code)).toContain(no.rejected);
        return;
      }
      seen.yes += 1;
      const state = d.order('asked');
      expect([failing, breakdown?.queued, breakdown?.reservedFen]).toEqual([[], state.phase === 'Queued', state.terms?.reservedFen]);
      expect(Object.values(breakdown!.payers).reduce((sum, each) => sum + each, 0)).toBe(state.terms?.reservedFen);
    }),
    { numRuns: 300 },
  );
  expect([seen.yes > 20, seen.no > 20]).toEqual([true, true]);
});
