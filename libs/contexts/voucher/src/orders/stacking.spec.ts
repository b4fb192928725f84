/** V10, V26 and V28: what a voucher never pays for, and how much public support one service may have. */
import { phrase, yuan } from '@yrd/contracts';
import { actor, agent, delta, firm, hex, pack, type Delta } from '../../testing/scenario.js';
import { overstacked } from './stacking.js';

const place = (d: Delta, change: object = {}) => d.tries('32', 'PlaceOrder', d.placing('o1', change), firm);

describe('V10, what a voucher never pays for', () => {
  test('is a test that the pack says a law demands', () => {
    const d = delta({ packs: { 32: { statutory: ['5'] } } });
    expect(place(d)).toMatchObject({
      rejected: 'E-STATUTORY',
      facts: { clause: 'V10', policy: '32-cxq-1', seen: 'class 5, which a law demands' },
    });
  });

  test('is a test that the enterprise itself declares as mandated', () => {
    expect(place(delta(), { declares: ['statutory'] })).toMatchObject({ rejected: 'E-STATUTORY', facts: { seen: 'declared as mandated' } });
  });

  test('is a class of the forbidden list', () => {
    expect(place(delta({ packs: { 32: { forbidden: ['5'] } } }))).toMatchObject({ rejected: 'E-CLASS', facts: { seen: '5' } });
  });

  test('is work that another fiscal project pays for, unless the pack counts it under V26; the order keeps what was declared', () => {
    expect(place(delta(), { declares: ['funded'] })).toMatchObject({
      rejected: 'E-STACK',
      facts: { seen: 'declared as paid for by another fiscal project' },
    });
    const d = delta({ packs: { 32: { stacking: { most: { of: 9, in: 10 }, funded: 'count' } } } });
    expect(place(d, { declares: ['funded'] })).toBeNull();
    expect(d.order('o1').terms?.declares).toEqual(['funded']);
  });

  test('is refused to an agency that proposes it too', () => {
    const d = delta();
    d.does('32', 'AllowProposer', { subject: 's1', agencyProvince: '31', agency: 'a31', uptoFen: 10_000_000 }, firm);
    const { agencyProvince: _, ...wish } = d.placing('o1', { declares: ['statutory'] }) as { agencyProvince: string };
    d.does('31', 'ProposeOrder', { ...wish, home: '32' }, agent('31'));
    d.world.settle();
    const refused = d.world.nodes['32'].entries.find(({ type }) => type === 'ProposalRefused');
    expect(refused?.data).toMatchObject({ order: 'o1', code: 'E-STATUTORY' });
  });
});

describe('V26, all public support for one service', () => {
  const most = (of: number) => pack('32', { stacking: { most: { of, in: 100 }, funded: 'count' } });
  const sum = (subsidyFen: number, otherFen: number) => ({ costFen: 100_000, subsidyFen, otherFen });

  test('60% and 30% are within 90% (聊城), and a fen more is not', () => {
    expect(overstacked(most(90), sum(60_000, 30_000))).toBeNull();
    expect(overstacked(most(90), sum(60_000, 30_001))).toMatchObject({
      rejected: 'E-STACK',
      facts: { clause: 'V26', seen: yuan(90_001), needed: phrase('upToOf', { mostFen: 90_000, costFen: 100_000 }) },
    });
  });

  test('over 100% is refused whatever the pack says, or when it says nothing', () => {
    for (const rules of [most(100), most(150), pack('32')]) {
      expect(overstacked(rules, sum(60_000, 40_000))).toBeNull();
      expect(overstacked(rules, sum(60_000, 40_001))).toMatchObject({ rejected: 'E-STACK' });
    }
  });

  test.each(['tongyong', 'tongdui'])('is told with the file (%s): what must fail is refused at once, and the rest is kept', (mode) => {
    const d = delta({ packs: { 32: { stacking: { most: { of: 9, in: 10 }, funded: 'count' } } } });
    d.serve('o1', { mode });
    const invoice = {
      order: 'o1',
      invoiceKey: hex('invoice o1'),
      invoiceTail: '0001',
      invoiceFen: 8_000_000,
      paidFen: 8_000_000,
      ...d.file('o1'),
      otherSupportFen: 3_200_001,
    };
    const asks = () =>
      mode === 'tongyong'
        ? d.tries('32', 'SubmitRedemption', invoice, firm)
        : d.tries('31', 'RequestRedemption', { ...invoice, home: '32', agency: 'a31' }, agent('31'));
    expect(asks()).toMatchObject({ rejected: 'E-STACK', facts: { seen: '72,000.01 yuan' } });
    d.redeem('o1', { invoiceFen: 8_000_000, otherSupportFen: 3_200_000 });
    d.approve('o1');
    expect(d.order('o1')).toMatchObject({ phase: 'Approved', redemption: { otherSupportFen: 3_200_000 } });
  });

  test('is looked at again where the subsidy is counted', () => {
    const firmTerms = { capFen: 10_000_000, tiers: [{ ratio: { of: 1, in: 2 } }], proofNeeded: true };
    const team = { capFen: 10_000_000, tiers: [{ ratio: { of: 1, in: 10 } }], proofNeeded: true };
    const d = delta({ packs: { 32: { subjects: { firm: firmTerms, team } } } });
    d.serve('o1', { mode: 'tongyong' });
    // Of a firm 50% and of a team 10%: when the file comes in, it is not known yet that the sum is too much.
    d.redeem('o1', { invoiceFen: 8_000_000, otherSupportFen: 5_000_000 });
    d.does('32', 'ReviewRedemption', { order: 'o1' }, actor('32', 'reviewer'));
    expect(d.tries('32', 'ApproveRedemption', { order: 'o1' }, actor('32', 'approver'))).toMatchObject({
      rejected: 'E-STACK',
      facts: { seen: '90,000.00 yuan', policy: '32-cxq-1' },
    });
    d.does('32', 'RefuseRedemption', { order: 'o1', code: 'E-STACK' }, actor('32', 'approver'));
    expect(d.account()).toMatchObject({ reservedFen: 0, consumedFen: 0 });
  });
});

test('V28: nobody spends the voucher of another subject: the subject of an order is the subject of its quota', () => {
  const d = delta();
  // A sister firm of the same organisation is registered and eligible, but has no quota of its own.
  d.register('32', 's2', 'org-s1');
  expect(place(d, { subject: 's2' })).toMatchObject({ rejected: 'E-QUOTA' });
  expect(place(d)).toBeNull();
  const reserved = d.world.nodes['32'].entries.filter(({ type }) => type === 'QuotaReserved').map(({ stream }) => stream);
  expect(reserved).toEqual(['quota/s1.cxq.2026']);
  // Nor does an enterprise place for a subject that is not its own.
  expect(d.tries('32', 'PlaceOrder', d.placing('o2'), actor('32', 'enterprise', 'org-buyer'))).toMatchObject({ rejected: 'E-ROW' });
});
