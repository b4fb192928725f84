/** Cases of domain §2.5 and rules of §2.4 about an order on its way, each told as it happens. */
import { fen, portion } from '@yrd/ledger';
import { actor, agent, DAY_MS, delta, firm, hex, type Delta } from '../testing/scenario.js';

/** Midnight of a day in Shanghai. */
const shanghai = (month: number, day: number): number => Date.UTC(2026, month - 1, day) - 8 * 3_600_000;
const until = (d: Delta, ms: number): void => d.world.pass(ms - d.world.nowMs);

test('V12: a contract signed 2026-03-01 for an order of 2026-03-05 is backdated, whoever signs it', () => {
  const d = delta();
  until(d, shanghai(3, 5) + 3_600_000);
  d.serve('o1', {}, 'AcceptOrder');
  const contract = {
    contractHash: hex('c'),
    amountFen: 8_000_000,
    signedMs: shanghai(3, 1),
    startMs: shanghai(3, 1),
    endMs: shanghai(4, 1),
  };
  const sign = (change: object = {}) =>
    d.tries('31', 'SignAsAgency', { order: 'o1', home: '32', agency: 'a31', ...contract, ...change }, agent('31'));
  expect(sign()).toMatchObject({
    rejected: 'E-DATE',
    facts: { clause: 'V12', seen: '2026-03-01', needed: 'not before the order of 2026-03-05' },
  });
  expect(sign({ signedMs: d.world.nowMs })).toBeNull();
});

test('V14: a file that lacks three documents is told all three at once, and by a reviewer once only', () => {
  const d = delta();
  d.serve('o1', { mode: 'tongyong' });
  const invoice = { invoiceKey: hex('i'), invoiceTail: '0001', invoiceFen: 7_500_000, paidFen: 8_000_000 };
  expect(d.tries('32', 'SubmitRedemption', { order: 'o1', ...invoice, ...d.file('o1', ['invoice']) }, firm)).toMatchObject({
    rejected: 'E-FILE',
    facts: { clause: 'V14', seen: 'invoice', defects: 'contract, payment, result' },
  });
  d.redeem('o1');
  d.does('32', 'ReturnRedemption', { order: 'o1', defects: ['payment', 'result'] }, actor('32', 'reviewer'));
  expect(d.world.nodes['32'].entries.at(-1)?.data).toMatchObject({ defects: ['payment', 'result'] });
  d.redeem('o1');
  expect(d.tries('32', 'ReturnRedemption', { order: 'o1', defects: ['contract'] }, actor('32', 'reviewer'))).toMatchObject({
    rejected: 'E-FILE',
  });
});

test('V15: the same invoice in two provinces is refused the second time with the first order as reference and nothing else of it', () => {
  const d = delta();
  d.enrol('33', 's33', 10_000_000);
  const client33 = actor('33', 'enterprise', 'org-s33');
  const contract = {
    contractHash: hex('c'),
    amountFen: 8_000_000,
    signedMs: d.world.nowMs,
    startMs: d.world.nowMs,
    endMs: d.world.nowMs + DAY_MS,
  };
  const by = { order: 'o33', home: '33', agency: 'a31' };
  for (const [at, command, body, who] of [
    ['33', 'PlaceOrder', d.placing('o33', { subject: 's33', mode: 'tongyong' }), client33],
    ['31', 'AcceptOrder', by, agent('31')],
    ['31', 'SignAsAgency', { ...by, ...contract }, agent('31')],
    ['33', 'SignContract', { order: 'o33', ...contract }, client33],
    ['31', 'DeliverService', { ...by, deliverableHash: hex('result o33') }, agent('31')],
    ['33', 'ConfirmAcceptance', { order: 'o33' }, client33],
  ] as const) {
    d.does(at, command, body, who);
    d.world.settle();
  }
  const invoice = { invoiceKey: hex('one invoice'), invoiceTail: '4711', invoiceFen: 8_000_000, paidFen: 8_000_000 };
  d.serve('o1');
  d.redeem('o1', invoice);
  d.does('33', 'SubmitRedemption', { order: 'o33', ...invoice, ...d.file('o33') }, client33);
  d.world.settle();
  const failed = d.world.nodes['33'].entries.find(({ type }) => type === 'InvoiceClaimFailed');
  expect(failed?.data).toMatchObject({ order: 'o33', code: 'E-INVOICE', facts: { reference: 'o1' } });
  const refused = d.world.nodes['31'].entries.find(({ type }) => type === 'InvoiceClaimRefused');
  expect(refused?.data).toMatchObject({ order: 'o33', reference: 'o1' });
  // The reference only: neither the firm, nor what it bought, nor its amount.
  for (const told of [failed, refused]) expect(JSON.stringify(told?.data)).not.toMatch(/s1\b|Firm|org-s1|4000000/);
});

test('V17: an objection stops its own line; the rest of the batch is payable when the period ends', () => {
  const d = delta();
  for (const id of ['o1', 'o2']) d.publicised(id);
  d.does('32', 'LodgeObjection', { order: 'o1', grounds: 'related-party' }, actor('32', 'enterprise', 'org-rival'));
  d.world.pass(8 * DAY_MS);
  expect([d.order('o1').phase, d.order('o2').phase]).toEqual(['Objected', 'Payable']);
});

describe('A2, a voucher whose use window ends in mid-service', () => {
  const market = (): Delta => delta({ packs: { 32: { use: { days: 10, lastDay: '12-31' }, redeem: { days: 60, lastDay: '06-30' } } } });

  test('is finished and redeemed within the redemption window, when the contract was signed in time', () => {
    const d = market();
    d.serve('o1', {}, 'SignContract');
    d.world.pass(20 * DAY_MS);
    expect(d.order('o1').phase).toBe('InService');
    d.does('31', 'DeliverService', { order: 'o1', home: '32', agency: 'a31', deliverableHash: hex('late result') }, agent('31'));
    d.world.settle();
    d.does('32', 'ConfirmAcceptance', { order: 'o1' }, firm);
    d.world.settle();
    d.redeem('o1');
    d.approve('o1');
    expect(d.order('o1')).toMatchObject({ phase: 'Approved', approval: { subsidyFen: 3_750_000 } });
  });

  test('lapses with the window when nothing was signed, and the money is free again', () => {
    const d = market();
    d.serve('o1', {}, 'AcceptOrder');
    d.world.pass(11 * DAY_MS);
    expect([d.order('o1').phase, d.account().reservedFen]).toEqual(['Closed', 0]);
  });

  test('lapses with the redemption window when nobody asked in time', () => {
    const d = market();
    d.serve('o1');
    d.world.pass(64 * DAY_MS);
    expect([d.order('o1').phase, d.account().reservedFen]).toEqual(['Closed', 0]);
  });
});

test('A15: a hundred tiny orders gain nothing by rounding: the floor gives each less than its half', () => {
  const d = delta();
  expect(portion(fen(1), { of: 1, in: 2 })).toBe(0);
  expect(d.tries('32', 'PlaceOrder', d.placing('o0', { amountFen: 1 }), firm)).toMatchObject({ rejected: 'E-QUOTA' });
  for (let each = 1; each <= 100; each += 1) d.does('32', 'PlaceOrder', d.placing(`o${each}`, { amountFen: 3 }), firm);
  expect(d.account().reservedFen).toBe(100);
  expect(d.account().reservedFen).toBeLessThan(portion(fen(300), { of: 1, in: 2 }));
});

describe('V29, what an agency pays back', () => {
  const finance = actor('32', 'finance');
  const paidBack = (d: Delta, days: number, change: object = {}) => {
    const returnedMs = d.world.nowMs;
    const body = {
      order: 'o1',
      paidMs: returnedMs - days * DAY_MS,
      returnedMs,
      amountFen: 1_000_000,
      to: 'enterprise',
      evidenceHash: hex(`bank ${days}`),
    };
    return d.tries('32', 'RecordReturnPayment', { ...body, ...change }, finance);
  };
  const flagged = (d: Delta) => d.world.nodes['32'].rows<{ returnPaymentFlagged: boolean }>('redemptions')[0]?.returnPaymentFlagged;

  test('within ninety days of the enterprise’s payment raises a flag that other provinces do not see; later it does not', () => {
    const d = delta({ packs: { 32: { returnPaymentDays: 90 } } });
    d.serve('o1');
    d.redeem('o1');
    expect(paidBack(d, 91)).toBeNull();
    expect(flagged(d)).toBe(false);
    expect(paidBack(d, 90, { to: 'related-party' })).toBeNull();
    expect(flagged(d)).toBe(true);
    d.world.settle();
    expect(d.order('o1', '31').returnPayments).toEqual([]);
  });

  test('is recorded once, by finance or the integrity officer, with dates that can be', () => {
    const d = delta({ packs: { 32: { returnPaymentDays: 90 } } });
    d.serve('o1');
    d.redeem('o1');
    expect(paidBack(d, -1)).toMatchObject({ rejected: 'E-VALIDATION', facts: { field: 'returnedMs' } });
    expect(d.tries('32', 'RecordReturnPayment', { order: 'o1' }, firm)).toMatchObject({ rejected: 'E-ROLE' });
    paidBack(d, 5);
    const size = d.world.nodes['32'].entries.length;
    expect(paidBack(d, 5)).toBeNull();
    expect(d.world.nodes['32'].entries).toHaveLength(size);
  });
});
