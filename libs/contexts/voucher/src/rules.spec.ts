/** The rules of domain §2.4 by number, each at the place where it decides. */
import fc from 'fast-check';
import { yuan, type Terms, type VoucherPack } from '@yrd/contracts';
import { fen, isRejection, split } from '@yrd/ledger';
import { actor, agent, DAY_MS, delta, firm, hex, pack, staff, type Delta } from '../testing/scenario.js';
import { eligibility, invoice } from './index.js';
import { ratioFor } from './policy/policy.js';
import { quota } from './quotas/quota.js';
import { reserve } from './quotas/reservation.js';
import { subject } from './quotas/subject.js';

const place = (d: Delta, order: string, change: object = {}) => d.tries('32', 'PlaceOrder', d.placing(order, change), firm);
const clerk = staff('32');
const fact = (d: Delta, name: string, value: string): void =>
  d.does('32', 'RecordSubjectFact', { subject: 's1', fact: name, value, source: 'test', asOf: '2026-02-01' }, clerk);

describe('V1, who may claim', () => {
  test.each([
    ['status', 'deregistered', 'status'],
    ['address', '310115', 'address'],
    ['sme-year', '2025', 'proof'],
  ])('a firm whose %s is %s is refused, and told which check', (name, value, check) => {
    const d = delta();
    fact(d, name, value);
    expect(place(d, 'o1')).toMatchObject({ rejected: 'E-SUBJECT', facts: { check, clause: 'V1', policy: '32-cxq-1' } });
  });

  test('the sanction check is unknown, never clear; the policy says what that means', () => {
    const d = delta();
    const state = d.world.nodes['32'].state(subject, 'subject/s1');
    const of = (integrityUnknown: VoucherPack['integrityUnknown']) =>
      eligibility(state, { province: '32', year: 2026 }, pack('32', { integrityUnknown })).find(({ check }) => check === 'integrity')
        ?.outcome;
    expect([of('allow'), of('refuse')]).toEqual(['unknown, policy allows', 'unknown, policy refuses']);
    const strict = { ...pack('32', { integrityUnknown: 'refuse' }), version: '32-cxq-2', from: '2026-01-01' };
    d.does('32', 'AdoptPolicy', { pack: strict }, clerk);
    expect(place(d, 'o1')).toMatchObject({ rejected: 'E-INTEGRITY' });
  });

  test('a team needs three core members', () => {
    const state = subject.evolve(subject.initial, {
      type: 'SubjectRegistered',
      data: { subject: 't', kind: 'team', organisation: 'o', name: 'T', uscc: '' },
    });
    const team: Terms = { capFen: 1, tiers: [{ ratio: { of: 1, in: 2 } }], proofNeeded: true };
    const with2 = subject.evolve(state, {
      type: 'SubjectFactRecorded',
      data: { fact: 'team-core', value: '2', source: 's', asOf: '2026-01-01' },
    });
    const checks = eligibility(with2, { province: '32', year: 2026 }, pack('32', { subjects: { team } }));
    expect(checks.find(({ check }) => check === 'proof')).toMatchObject({ outcome: 'fail', seen: { it: '2' } });
  });
});

describe('V2, one claim a year', () => {
  const apply = (d: Delta) => d.tries('32', 'ApplyQuota', { subject: 's1', scheme: 'cxq', year: 2026, askedFen: 2_000_000 }, firm);
  test('a second claim of the year is refused', () => expect(apply(delta())).toMatchObject({ rejected: 'E-YEAR' }));

  test('where the pack allows five claims of 20,000, the sixth is refused (玉环)', () => {
    const d = delta({ packs: { 32: { claimsPerYear: 5, claimCapFen: 2_000_000 } }, grantFen: 2_000_000 });
    for (let claim = 2; claim <= 5; claim += 1) {
      expect(apply(d)).toBeNull();
      d.does('32', 'GrantQuota', { subject: 's1', scheme: 'cxq', year: 2026, amountFen: 2_000_000 }, clerk);
    }
    expect(apply(d)).toMatchObject({ rejected: 'E-YEAR', facts: { seen: '5' } });
    expect(d.account().grantedFen).toBe(10_000_000);
  });

  test("a grant stays within the claim's cap, the year's cap and what was asked", () => {
    const d = delta({ packs: { 32: { claimsPerYear: 2, claimCapFen: 6_000_000 } }, grantFen: 6_000_000 });
    d.does('32', 'ApplyQuota', { subject: 's1', scheme: 'cxq', year: 2026, askedFen: 6_000_000 }, firm);
    const grant = (amountFen: number) => d.tries('32', 'GrantQuota', { subject: 's1', scheme: 'cxq', year: 2026, amountFen }, clerk);
    expect(grant(4_000_001)).toMatchObject({ rejected: 'E-QUOTA', facts: { needed: '0.01 yuan to 40,000.00 yuan' } });
    expect(grant(4_000_000)).toBeNull();
  });

  test('closing the year voids only what is not reserved', () => {
    const d = delta();
    place(d, 'o1');
    d.does('32', 'CloseQuota', { subject: 's1', scheme: 'cxq', year: 2026 }, clerk);
    expect(d.account()).toMatchObject({ phase: 'Closed', grantedFen: 4_000_000, reservedFen: 4_000_000 });
    d.does('32', 'CancelOrder', { order: 'o1', cause: 'x' }, firm);
    expect(d.account()).toMatchObject({ grantedFen: 0, reservedFen: 0 });
    expect(place(d, 'o2')).toMatchObject({ rejected: 'E-QUOTA' });
  });
});

const account = (grantedFen: number) => ({ ...quota.initial, phase: 'Granted' as const, grantedFen });
const half: Terms = { capFen: 50_000_000, tiers: [{ ratio: { of: 1, in: 2 } }], proofNeeded: true };

describe("V3, the controller's group", () => {
  const group = (whenOver: 'cut' | 'refuse') => pack('32', { group: { capFen: 50_000_000, whenOver } });
  const wish = { amountFen: 6_000_000, quota: account(50_000_000), groupLeftFen: 2_000_000, poolLeftFen: null };
  test('480,000 of 500,000 used and 30,000 asked: 20,000, or refused, as the pack says', () => {
    expect(reserve(group('cut'), half, wish)).toBe(2_000_000);
    expect(reserve(group('refuse'), half, wish)).toMatchObject({
      rejected: 'E-GROUPCAP',
      facts: { seen: yuan(2_000_000), needed: yuan(3_000_000) },
    });
  });

  test('two firms under one controller share the cap, and a cancelled order gives it back', () => {
    const d = delta({ packs: { 32: { group: { capFen: 6_000_000, whenOver: 'refuse' } } } });
    d.enrol('32', 's2', 10_000_000);
    for (const id of ['s1', 's2'])
      d.does('32', 'RecordSubjectFact', { subject: id, fact: 'group', value: 'g1', source: 'test', asOf: '2026-02-01' }, clerk);
    const second = () => d.tries('32', 'PlaceOrder', d.placing('o2', { subject: 's2' }), actor('32', 'enterprise', 'org-s2'));
    expect(place(d, 'o1')).toBeNull();
    expect(second()).toMatchObject({ rejected: 'E-GROUPCAP' });
    d.does('32', 'CancelOrder', { order: 'o1', cause: 'x' }, firm);
    expect(second()).toBeNull();
  });
});

describe('V4, the amount', () => {
  test('contract 80,000, paid 80,000, invoice 75,000 at 50% is 37,500.00', () => {
    const d = delta();
    d.serve('o1', { mode: 'tongyong' });
    d.redeem('o1');
    d.approve('o1');
    expect(d.order('o1').approval).toMatchObject({ baseFen: 7_500_000, subsidyFen: 3_750_000 });
  });
  test('通用 counts what was paid, 通兑 does not', () => {
    const paidFen = 6_000_000;
    for (const [mode, baseFen] of [
      ['tongyong', 6_000_000],
      ['tongdui', 7_500_000],
    ] as const) {
      const d = delta();
      d.serve('o1', { mode });
      d.redeem('o1', { paidFen });
      d.approve('o1');
      expect(d.order('o1').approval?.baseFen).toBe(baseFen);
    }
  });
  test('contract 500,000 at 50% with 120,000 left is 120,000.00', () => {
    expect(reserve(pack('32'), half, { amountFen: 50_000_000, quota: account(12_000_000), groupLeftFen: null, poolLeftFen: null })).toBe(
      12_000_000,
    );
  });
  test('a subsidy never exceeds what the order reserved', () => {
    const d = delta();
    d.serve('o1', { voucherFen: 1_000_000 });
    d.redeem('o1');
    d.approve('o1');
    expect(d.order('o1').approval).toMatchObject({ baseFen: 7_500_000, subsidyFen: 1_000_000 });
  });
  test('the pool cuts too, and an empty one refuses', () => {
    const wish = { amountFen: 10_000_000, quota: account(12_000_000), groupLeftFen: null };
    expect(reserve(pack('32'), half, { ...wish, poolLeftFen: 1 })).toBe(1);
    expect(reserve(pack('32'), half, { ...wish, poolLeftFen: 0 })).toMatchObject({ rejected: 'E-POOL' });
  });
  test('an order below 10,000.00 is paid in full where the tier says so', () => {
    const tiers = { ...half, tiers: [{ belowFen: 1_000_000, ratio: { of: 1, in: 1 } }, { ratio: { of: 1, in: 2 } }] };
    expect([ratioFor(tiers, 999_999), ratioFor(tiers, 1_000_000)]).toEqual([
      { of: 1, in: 1 },
      { of: 1, in: 2 },
    ]);
  });
});

describe('V5, never more than granted', () => {
  test('holds after every step of any sequence of orders and cancellations', () => {
    const step = fc.record({
      order: fc.integer({ min: 0, max: 5 }),
      cancel: fc.boolean(),
      amountFen: fc.integer({ min: 1, max: 12_000_000 }),
      exact: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const d = delta();
        for (const { order, cancel, amountFen, exact } of steps) {
          if (cancel) d.tries('32', 'CancelOrder', { order: `o${order}`, cause: 'x' }, firm);
          else place(d, `o${order}`, { amountFen, ...(exact ? { voucherFen: Math.ceil(amountFen / 3) } : {}) });
          const { reservedFen, consumedFen, grantedFen } = d.account();
          const open = [0, 1, 2, 3, 4, 5].map((each) => d.order(`o${each}`)).filter(({ phase }) => phase === 'Placed');
          expect(reservedFen + consumedFen).toBeLessThanOrEqual(grantedFen);
          expect(reservedFen).toBe(open.reduce((total, { terms }) => total + (terms?.reservedFen ?? 0), 0));
        }
      }),
      { numRuns: 25 },
    );
  });
});

test('V6: a pack adopted later never alters an order', () => {
  const d = delta();
  d.serve('o1');
  const generous: Terms = { capFen: 10_000_000, tiers: [{ ratio: { of: 1, in: 1 } }], proofNeeded: true };
  d.does(
    '32',
    'AdoptPolicy',
    { pack: { ...pack('32', { subjects: { firm: generous } }), version: '32-cxq-2', from: '2026-03-01' } },
    clerk,
  );
  d.redeem('o1');
  d.approve('o1');
  expect(d.order('o1').approval).toMatchObject({ subsidyFen: 3_750_000, ratio: { of: 1, in: 2 } });
  expect(d.world.nodes['32'].entries.find(({ type }) => type === 'RedemptionApproved')?.policyVersion).toBe('32-cxq-1');
  d.does('32', 'PlaceOrder', d.placing('o2', { amountFen: 1_000_000 }), firm);
  expect(d.order('o2').terms).toMatchObject({ policy: '32-cxq-2', reservedFen: 1_000_000 });
});

describe('V7, active at home and recognised here', () => {
  const suspend = (d: Delta) => d.does('31', 'SuspendAgency', { agency: 'a31', reason: 'complaint' }, staff('31'));
  const withdraw = (d: Delta) => d.does('32', 'WithdrawRecognition', { agencyProvince: '31', agency: 'a31', reason: 'review' }, clerk);
  test.each([
    ['E-AGENCY', suspend],
    ['E-RECOG', withdraw],
  ] as const)('%s when an order is placed', (code, spoil) => {
    const d = delta();
    spoil(d);
    d.world.settle();
    expect(place(d, 'o1')).toMatchObject({ rejected: code });
  });
  test.each([
    // A3: a suspension has ended the order by then.
    ['E-STATE', suspend],
    ['E-RECOG', withdraw],
  ] as const)('%s again when the contract is signed', (code, spoil) => {
    const d = delta();
    d.serve('o1', {}, 'SignAsAgency');
    spoil(d);
    d.world.settle();
    const at = d.world.nowMs;
    const contract = { contractHash: hex('contract o1'), amountFen: 8_000_000, signedMs: at, startMs: at, endMs: at + DAY_MS };
    expect(d.tries('32', 'SignContract', { order: 'o1', ...contract }, firm)).toMatchObject({ rejected: code });
  });
  test('a class that recognition leaves out is not recognised', () => {
    const d = delta();
    d.does('32', 'RestrictRecognition', { agencyProvince: '31', agency: 'a31', classes: ['11'] }, clerk);
    expect(place(d, 'o1')).toMatchObject({ rejected: 'E-RECOG', facts: { seen: '5', needed: '11' } });
  });
  test('M2: a peer not heard for long blocks orders above the small limit only', () => {
    const d = delta();
    d.world.nowMs += 16 * 60_000;
    expect(place(d, 'o1')).toMatchObject({ rejected: 'E-STALE' });
    expect(place(d, 'o1', { amountFen: 1_000_000 })).toBeNull();
  });
  test('M3: a fee above the listing is refused, before and after a revision', () => {
    const d = delta();
    expect(place(d, 'o1', { amountFen: 100_000_001 })).toMatchObject({ rejected: 'E-FEE' });
    d.does('31', 'RevisePrice', { agency: 'a31', product: 'p1', priceFen: 5_000_000, fromMs: d.world.nowMs + DAY_MS }, agent('31'));
    d.world.settle();
    expect(place(d, 'o1')).toBeNull();
    d.world.pass(DAY_MS);
    expect(place(d, 'o2', { amountFen: 5_000_001 })).toMatchObject({ rejected: 'E-FEE' });
  });
});

describe("V12, the contract's date", () => {
  const sign = (change: object) => {
    const d = delta();
    d.serve('o1', {}, 'AcceptOrder');
    const at = d.world.nowMs;
    const contract = { contractHash: hex('c'), amountFen: 8_000_000, signedMs: at, startMs: at, endMs: at + DAY_MS, ...change };
    return d.tries('31', 'SignAsAgency', { order: 'o1', home: '32', agency: 'a31', ...contract }, agent('31'));
  };
  const order = Date.UTC(2026, 2, 2, 2);
  test('signed on the day of the order, or refused when backdated, in the future, or ending before it starts', () => {
    expect(sign({})).toBeNull();
    expect(sign({ signedMs: order - DAY_MS })).toMatchObject({ rejected: 'E-DATE', facts: { seen: '2026-03-01' } });
    expect(sign({ signedMs: order + DAY_MS })).toMatchObject({ rejected: 'E-DATE' });
    expect(sign({ endMs: order - 1 })).toMatchObject({ rejected: 'E-DATE' });
    expect(sign({ amountFen: 8_000_001 })).toMatchObject({ rejected: 'E-FEE' });
  });
  test('both sides must say the same', () => {
    const d = delta();
    d.serve('o1', {}, 'SignAsAgency');
    const at = d.world.nowMs;
    const contract = { contractHash: hex('other'), amountFen: 8_000_000, signedMs: at, startMs: at, endMs: at + DAY_MS };
    expect(d.tries('32', 'SignContract', { order: 'o1', ...contract }, firm)).toMatchObject({
      rejected: 'E-VALIDATION',
      facts: { field: 'contractHash' },
    });
  });
});

describe('V14, the file', () => {
  test('what is missing is named at once and whole', () => {
    const d = delta();
    d.serve('o1', { mode: 'tongyong' });
    const body = { order: 'o1', invoiceKey: hex('i'), invoiceTail: '1', invoiceFen: 1, paidFen: 1, ...d.file('o1', ['invoice']) };
    expect(d.tries('32', 'SubmitRedemption', body, firm)).toMatchObject({
      rejected: 'E-FILE',
      facts: { defects: 'contract, payment, result' },
    });
  });
  test('it is returned once', () => {
    const d = delta();
    d.serve('o1');
    d.redeem('o1');
    const back = () => d.tries('32', 'ReturnRedemption', { order: 'o1', defects: ['payment'] }, actor('32', 'reviewer'));
    expect(back()).toBeNull();
    d.world.settle();
    d.redeem('o1');
    expect(back()).toMatchObject({ rejected: 'E-FILE' });
    expect(d.order('o1')).toMatchObject({ phase: 'UnderReview', returns: 1 });
  });
});

describe('V15, an invoice', () => {
  test('supports redemptions up to its amount', () => {
    const d = delta();
    const bill = { invoiceKey: hex('one'), invoiceFen: 10_000_000 };
    for (const order of ['o1', 'o2', 'o3']) d.serve(order, { amountFen: 4_000_000 });
    d.redeem('o1', bill);
    d.redeem('o2', bill);
    const body = { order: 'o3', home: '32', agency: 'a31', ...bill, invoiceTail: '1', paidFen: 0, ...d.file('o3') };
    expect(d.tries('31', 'RequestRedemption', body, agent('31'))).toMatchObject({
      rejected: 'E-INVOICE',
      facts: { seen: '20,000.00 yuan', reference: 'o1' },
    });
  });
  test("is asked for once until the home has answered: a second request would free the first one's claim", () => {
    const d = delta();
    d.serve('o1');
    const body = {
      order: 'o1',
      home: '32',
      agency: 'a31',
      invoiceKey: hex('one'),
      invoiceFen: 7_500_000,
      invoiceTail: '1',
      paidFen: 0,
      ...d.file('o1'),
    };
    d.does('31', 'RequestRedemption', body, agent('31'));
    expect(d.tries('31', 'RequestRedemption', body, agent('31'))).toMatchObject({
      rejected: 'E-STATE',
      facts: { seen: 'requested before' },
    });
    d.world.settle();
    expect(d.order('o1').phase).toBe('UnderReview');
    expect(d.world.nodes['31'].state(invoice, `invoice/${hex('one')}`).claims).toEqual({ o1: 7_500_000 });
  });
  test('is free again when the home could not take the request up', () => {
    const d = delta();
    d.serve('o1');
    const { redeemByMs } = d.order('o1');
    const shanghai = d.world.nodes['31'];
    d.does(
      '31',
      'RequestRedemption',
      {
        order: 'o1',
        home: '32',
        agency: 'a31',
        invoiceKey: hex('one'),
        invoiceFen: 7_500_000,
        invoiceTail: '1',
        paidFen: 0,
        ...d.file('o1'),
      },
      agent('31'),
    );
    for (const [at, entry] of shanghai.entries.entries())
      if (entry.type === 'RedemptionRequested') shanghai.entries[at] = { ...entry, time: redeemByMs + 1 };
    d.world.settle();
    expect(d.order('o1').phase).toBe('ServiceAccepted');
    expect(shanghai.state(invoice, `invoice/${hex('one')}`).claims).toEqual({});
  });
  test('of another agency, or with another amount, is refused', () => {
    const d = delta();
    d.serve('o1');
    d.serve('o2', { agencyProvince: '33' });
    d.redeem('o1', { invoiceKey: hex('one') });
    d.serve('o3', { amountFen: 1_000_000 });
    const other = {
      order: 'o3',
      home: '32',
      agency: 'a31',
      invoiceKey: hex('one'),
      invoiceFen: 1,
      invoiceTail: '1',
      paidFen: 0,
      ...d.file('o3'),
    };
    expect(d.tries('31', 'RequestRedemption', other, agent('31'))).toMatchObject({
      rejected: 'E-INVOICE',
      facts: { needed: '75,000.00 yuan' },
    });
  });
});

test('V16: reviewer, approver and payer are three persons', () => {
  const d = delta();
  d.serve('o1', { agencyProvince: '32' });
  d.redeem('o1');
  const one = { ...actor('32', 'reviewer'), roles: ['reviewer', 'approver', 'finance'] };
  d.does('32', 'ReviewRedemption', { order: 'o1' }, one);
  expect(d.tries('32', 'ApproveRedemption', { order: 'o1' }, one)).toMatchObject({ rejected: 'E-RECUSE' });
  const two = { ...one, person: 'another' };
  d.does('32', 'ApproveRedemption', { order: 'o1' }, two);
  d.show('o1');
  expect(d.tries('32', 'InstructPayment', { order: 'o1' }, one)).toMatchObject({ rejected: 'E-RECUSE' });
  expect(d.tries('32', 'InstructPayment', { order: 'o1' }, two)).toMatchObject({ rejected: 'E-RECUSE' });
  expect(d.tries('32', 'InstructPayment', { order: 'o1' }, { ...one, person: 'third' })).toBeNull();
});

describe('V19 and V20, who pays', () => {
  const thirds = { 32: { of: 2, in: 3 }, 31: { of: 1, in: 3 } };
  test.each([
    [10_000_000, 6_666_667, 3_333_333],
    [456_789, 304_526, 152_263],
  ])('%i fen in thirds', (amountFen, home, agency) => {
    expect(split(fen(amountFen), thirds)).toEqual({ 32: home, 31: agency });
  });
  test('an in-province order is paid by home alone, though the pack splits', () => {
    const d = delta({ packs: { 32: { split: { home: { of: 2, in: 3 }, agency: { of: 1, in: 3 } } } } });
    d.serve('o1', { agencyProvince: '32' });
    d.redeem('o1');
    d.approve('o1');
    expect(d.order('o1').approval?.payers).toEqual({ 32: 3_750_000 });
  });
  test("V20: across a border without an agreement the enterprise's province pays all, in either mode", () => {
    for (const mode of ['tongyong', 'tongdui']) {
      const d = delta();
      d.serve('o1', { mode });
      d.redeem('o1');
      d.approve('o1');
      expect(d.order('o1').approval?.payers).toEqual({ 32: 3_750_000 });
    }
  });
  test.each([
    [1_250_000, { of: 1, in: 3 }, 'ShareAccepted'],
    [1_250_001, { of: 1, in: 3 }, 'ShareRefused'],
    [3_750_000, { of: 1, in: 3 }, 'ShareRefused'],
    [1_875_000, { of: 1, in: 2 }, 'ShareRefused'],
  ])('of 3,750,000 fen Shanghai is asked %d as a share of %j: %s', (amountFen, share, answer) => {
    const d = delta({ packs: { 31: { shareAsAgency: { of: 1, in: 3 } } } });
    const node = { person: 'node', organisation: 'node-31', province: '31', roles: ['node'] };
    const asked = { order: 'o1', home: '32', scheme: 'cxq', subsidyFen: 3_750_000, amountFen, share };
    expect(() => d.does('31', 'AnswerShare', asked, node)).not.toThrow();
    expect(d.world.nodes['31'].entries.at(-1)?.type).toBe(answer);
  });
  test('a pack whose shares do not sum to one is not adopted', () => {
    const bad = { ...pack('32', { split: { home: { of: 2, in: 3 }, agency: { of: 1, in: 2 } } }), version: 'x' };
    expect(delta().tries('32', 'AdoptPolicy', { pack: bad }, clerk)).toMatchObject({ rejected: 'E-VALIDATION' });
  });
  test('a pack adopted again in another field order is already so; with other content it needs a new version', () => {
    const d = delta();
    const again = Object.fromEntries(Object.entries(pack('32')).reverse());
    expect(d.tries('32', 'AdoptPolicy', { pack: again }, clerk)).toBeNull();
    expect(d.tries('32', 'AdoptPolicy', { pack: { ...again, claimsPerYear: 9 } }, clerk)).toMatchObject({ rejected: 'E-STATE' });
  });
});

test('A16: an objection at 23:59 of the last day is in time, a minute later it is not', () => {
  const d = delta();
  d.serve('o1', { agencyProvince: '32' });
  d.redeem('o1');
  d.approve('o1');
  d.does('32', 'PubliciseOrder', { order: 'o1', batch: 'b' }, clerk);
  const { endsMs } = d.order('o1');
  expect(new Date(endsMs + 8 * 3_600_000).toISOString()).toBe('2026-03-09T23:59:59.999Z');
  d.world.nowMs = endsMs + 1;
  const object = () => d.tries('32', 'LodgeObjection', { order: 'o1', grounds: 'related' }, actor('32', 'supervisor'));
  expect(object()).toMatchObject({ rejected: 'E-WINDOW' });
  d.world.nowMs = endsMs - 60_000;
  expect(object()).toBeNull();
  d.world.pass(5 * DAY_MS);
  expect(d.order('o1').phase).toBe('Objected');
});

test("nonsense amounts are the caller's slip, not a crash", () => {
  const d = delta();
  for (const amountFen of [0, -1, 0.5, Number.NaN]) expect(isRejection(place(d, 'o1', { amountFen }))).toBe(true);
});
