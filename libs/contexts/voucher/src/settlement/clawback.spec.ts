/** Money that comes back: refunds (V23), fraud (V24), red letters (A8), payments that a bank returns (A10). */
import { PROVINCE_CODES } from '../../testing/node.js';
import { actor, delta, hex, type Delta, type Setup, type Terms } from '../../testing/scenario.js';
import type { LineRow, WindowRow } from '../index.js';

const shared = { split: { home: { of: 2, in: 3 }, agency: { of: 1, in: 3 } }, shareAsAgency: { of: 1, in: 3 } };
const thirds: Setup = { packs: { 31: shared, 32: shared } };
const receipt = { receiptHash: hex('receipt back') };

/** An order that was paid 37,500.00 on a base of 75,000.00. */
const paid = (setup: Setup = {}, terms: Terms = {}): Delta => {
  const d = delta(setup);
  d.serve('o1', terms);
  d.redeem('o1');
  d.approve('o1');
  d.show('o1');
  d.close(1);
  d.pay('o1');
  expect(d.order('o1')).toMatchObject({ phase: 'Settled', approval: { baseFen: 7_500_000, subsidyFen: 3_750_000 } });
  return d;
};
const clawBack = (d: Delta, body: object) => d.tries('32', 'OrderClawback', { order: 'o1', ...body }, actor('32', 'approver'));
const recover = (d: Delta, clawback = 1) =>
  d.tries('32', 'ConfirmRecovered', { order: 'o1', clawback, ...receipt }, actor('32', 'finance'));
const redLetter = (d: Delta, redFen: number, name = 'red 1') =>
  d.tries('31', 'RecordRedLetter', { invoiceKey: hex('invoice o1'), redKey: hex(name), redFen }, actor('31', 'reviewer'));
const told = (d: Delta, province: (typeof PROVINCE_CODES)[number], type: string) =>
  d.world.nodes[province].entries.filter((entry) => entry.type === type).map(({ data }) => data);
const noneParked = (d: Delta): void => {
  for (const province of PROVINCE_CODES) expect(d.world.nodes[province].parked).toEqual([]);
};

test('V23: base 75,000 → 50,000 at 50%: 37,500 → 25,000, and 12,500.00 come back as 8,333.33 + 4,166.67', () => {
  const d = paid(thirds);
  expect(clawBack(d, { cause: 'refund', baseFen: 5_000_000 })).toBeNull();
  expect(told(d, '32', 'ClawbackOrdered')).toEqual([
    {
      order: 'o1',
      clawback: 1,
      cause: 'refund',
      baseFen: 5_000_000,
      subsidyFen: 2_500_000,
      amountFen: 1_250_000,
      payers: { 31: 416_667, 32: 833_333 },
      // 通兑: the agency gives back to its own province, which owes Jiangsu what Jiangsu had paid.
      line: { payer: '31', payee: '32', amountFen: 833_333, foreign: '31/voucher', foreignSize: expect.any(Number) },
    },
  ]);
  expect(recover(d)).toBeNull();
  expect(d.account()).toMatchObject({ grantedFen: 10_000_000, reservedFen: 0, consumedFen: 2_500_000 });
  expect([recover(d), told(d, '32', 'ClawbackRecovered').length]).toEqual([null, 1]);
  noneParked(d);
});

test('V23: the money goes back as a line of the reversed pair in a later window, and what was settled stays', () => {
  const d = paid(thirds);
  const before = d.world.nodes['33'].rows<WindowRow>('windows', { window: 1 })[0];
  clawBack(d, { cause: 'refund', baseFen: 5_000_000 });
  d.world.settle();
  d.close(2);
  for (const province of PROVINCE_CODES) {
    const [first, second] = d.world.nodes[province].rows<WindowRow>('windows');
    expect(first?.digests).toEqual(before?.digests);
    expect(second).toMatchObject({ equal: true, dissent: false });
    expect(second?.settled.find(({ pair }) => pair === '31-32')).toMatchObject({ count: 1, sumFen: 833_333 });
    expect(second?.settled.find(({ pair }) => pair === '32-31')).toMatchObject({ count: 0, sumFen: 0 });
  }
  const [line] = d.world.nodes['34'].rows<LineRow>('lines', { id: 'o1~1' });
  expect(line).toMatchObject({ of: 'o1', clawback: 1, payer: '31', payee: '32', amountFen: 833_333, settledIn: 2 });
  expect(d.order('o1').after.clawbacks).toMatchObject([{ number: 1, lineSettled: true }]);
  noneParked(d);
});

test('V23: where the enterprise was refunded (通用) it is the home that owes the other province its third', () => {
  const d = paid(thirds, { mode: 'tongyong' });
  clawBack(d, { cause: 'refund', baseFen: 5_000_000 });
  expect(told(d, '32', 'ClawbackOrdered')[0]).toMatchObject({ line: { payer: '32', payee: '31', amountFen: 416_667 } });
});

test('V23: within a province nobody owes another anything', () => {
  const d = paid({}, { agencyProvince: '32' });
  clawBack(d, { cause: 'refund', baseFen: 5_000_000 });
  expect(told(d, '32', 'ClawbackOrdered')).toMatchObject([{ amountFen: 1_250_000, payers: { 32: 1_250_000 } }]);
  expect(told(d, '32', 'ClawbackOrdered')[0]?.['line']).toBeUndefined();
});

test('V23: several refunds of one order lose no fen, and none takes more than stands', () => {
  const d = paid(thirds);
  for (const baseFen of [7_499_998, 5_000_000, 2, 0]) expect(clawBack(d, { cause: 'refund', baseFen })).toBeNull();
  const all = told(d, '32', 'ClawbackOrdered').map(({ payers }) => payers as Record<string, number>);
  const back = (province: string): number => all.reduce((total, payers) => total + (payers[province] ?? 0), 0);
  expect([back('31'), back('32')]).toEqual([1_250_000, 2_500_000]);
  expect(clawBack(d, { cause: 'refund', baseFen: 0 })).toMatchObject({ rejected: 'E-VALIDATION' });
});

test('a refund names a base that is left, below the one that stands', () => {
  const d = paid();
  for (const baseFen of [undefined, -1, 0.5, 7_500_000, 9_000_000])
    expect(clawBack(d, { cause: 'refund', ...(baseFen === undefined ? {} : { baseFen }) })).toMatchObject({ rejected: 'E-VALIDATION' });
  expect(clawBack(d, { cause: 'fraud' })).toMatchObject({ rejected: 'E-VALIDATION', facts: { field: 'against' } });
  expect(recover(d)).toMatchObject({ rejected: 'E-NOTFOUND' });
});

test('V24: a fraud takes the whole amount, restores no quota, and is referred without leaving the province', () => {
  const d = paid(thirds);
  expect(clawBack(d, { cause: 'fraud', against: 'agency' })).toBeNull();
  expect(told(d, '32', 'ClawbackOrdered')).toMatchObject([
    { amountFen: 3_750_000, subsidyFen: 0, payers: { 31: 1_250_000, 32: 2_500_000 } },
  ]);
  expect(told(d, '32', 'IntegrityReferred')).toEqual([
    { order: 'o1', clawback: 1, against: 'agency', subject: 's1', agencyProvince: '31', agency: 'a31', amountFen: 3_750_000 },
  ]);
  expect(recover(d)).toBeNull();
  expect(d.account()).toMatchObject({ consumedFen: 3_750_000, reservedFen: 0 });
  expect(told(d, '32', 'QuotaRestored')).toEqual([]);
});

test('V24: after a refund a fraud takes what still stands', () => {
  const d = paid();
  clawBack(d, { cause: 'refund', baseFen: 5_000_000 });
  clawBack(d, { cause: 'fraud', against: 'enterprise' });
  expect(told(d, '32', 'ClawbackOrdered').map(({ amountFen }) => amountFen)).toEqual([1_250_000, 2_500_000]);
});

test('a refund gives pool and group back what it gives the quota', () => {
  const d = delta({ packs: { 32: { poolFen: 5_000_000 } } });
  d.serve('o1');
  d.redeem('o1');
  d.approve('o1');
  d.show('o1');
  d.close(1);
  d.pay('o1');
  expect(d.tries('32', 'PlaceOrder', d.placing('o2', { voucherFen: 2_500_000 }), actor('32', 'enterprise', 'org-s1'))).toBeNull();
  expect(d.order('o2').terms?.reservedFen).toBe(1_250_000);
  clawBack(d, { cause: 'refund', baseFen: 5_000_000 });
  recover(d);
  expect(d.tries('32', 'PlaceOrder', d.placing('o3', { voucherFen: 1_250_000 }), actor('32', 'enterprise', 'org-s1'))).toBeNull();
  expect(d.order('o3').terms?.reservedFen).toBe(1_250_000);
});

describe('A8, a red-letter invoice', () => {
  test('after settlement takes V23 back automatically: its home states it, the order’s home reacts', () => {
    const d = paid(thirds);
    expect(redLetter(d, 2_500_000)).toBeNull();
    d.world.settle();
    expect(told(d, '31', 'InvoiceClaimReduced')).toEqual([{ invoice: hex('invoice o1'), order: 'o1', home: '32', claimFen: 5_000_000 }]);
    expect(told(d, '32', 'ClawbackOrdered')).toMatchObject([
      { cause: 'red-letter', baseFen: 5_000_000, amountFen: 1_250_000, payers: { 31: 416_667, 32: 833_333 } },
    ]);
    expect([redLetter(d, 2_500_000), told(d, '31', 'InvoiceRedLettered').length]).toEqual([null, 1]);
    expect(redLetter(d, 2_500_000, 'red 2')).toBeNull();
    d.world.settle();
    expect(told(d, '32', 'ClawbackOrdered').map(({ amountFen }) => amountFen)).toEqual([1_250_000, 1_250_000]);
    expect(redLetter(d, 2_500_001, 'red 3')).toMatchObject({ rejected: 'E-VALIDATION', facts: { field: 'redFen' } });
    noneParked(d);
  });

  test('while it is public sends the redemption back to review, and the approval counts what is left', () => {
    const d = delta();
    d.serve('o1');
    d.redeem('o1');
    d.approve('o1');
    d.does('32', 'PubliciseOrder', { order: 'o1', batch: 'b1' }, actor('32', 'reviewer'));
    expect(redLetter(d, 2_500_000)).toBeNull();
    d.world.pass(9 * 86_400_000);
    expect(d.order('o1')).toMatchObject({ phase: 'UnderReview', approval: null, hands: {} });
    d.approve('o1');
    expect(d.order('o1').approval).toMatchObject({ baseFen: 5_000_000, subsidyFen: 2_500_000 });
    noneParked(d);
  });

  test('when it is payable is paid as settled, and taken back with the payment', () => {
    const d = delta();
    d.serve('o1');
    d.redeem('o1');
    d.approve('o1');
    d.show('o1');
    redLetter(d, 2_500_000);
    d.world.settle();
    d.close(1);
    d.pay('o1');
    expect(told(d, '32', 'ClawbackOrdered')).toMatchObject([{ cause: 'red-letter', amountFen: 1_250_000 }]);
    noneParked(d);
  });

  test('cuts the newest claim first, and leaves less to claim anew', () => {
    const d = delta();
    const invoice = { invoiceKey: hex('invoice o1'), invoiceFen: 8_000_000 };
    d.serve('o1', { amountFen: 4_000_000 });
    d.redeem('o1', { ...invoice, paidFen: 4_000_000 });
    d.serve('o2', { amountFen: 4_000_000 });
    d.redeem('o2', { ...invoice, paidFen: 4_000_000 });
    expect(redLetter(d, 5_000_000)).toBeNull();
    d.world.settle();
    expect(told(d, '31', 'InvoiceClaimReduced').map(({ order, claimFen }) => [order, claimFen])).toEqual([
      ['o2', 0],
      ['o1', 3_000_000],
    ]);
    d.does('32', 'RefuseRedemption', { order: 'o2', code: 'E-INVOICE' }, actor('32', 'reviewer'));
    d.world.settle();
    d.serve('o3', { amountFen: 2_000_000 });
    const again = { order: 'o3', home: '32', agency: 'a31', ...d.file('o3'), ...invoice, invoiceTail: '0001', paidFen: 2_000_000 };
    expect(d.tries('31', 'RequestRedemption', again, actor('31', 'agency', 'org-a31'))).toMatchObject({ rejected: 'E-INVOICE' });
    noneParked(d);
  });

  test('is recorded by staff of its home, of no party to it, about an invoice that is there', () => {
    const d = paid();
    const body = { invoiceKey: hex('invoice o1'), redKey: hex('r'), redFen: 1 };
    expect(d.tries('31', 'RecordRedLetter', body, actor('31', 'agency', 'org-a31'))).toMatchObject({ rejected: 'E-ROLE' });
    expect(d.tries('31', 'RecordRedLetter', body, actor('31', 'reviewer', 'org-a31'))).toMatchObject({ rejected: 'E-RECUSE' });
    expect(d.tries('33', 'RecordRedLetter', body, actor('33', 'reviewer'))).toMatchObject({ rejected: 'E-NOTFOUND' });
  });
});

describe('A10, a payment that the bank returned', () => {
  const back = { order: 'o1', reason: 'AC04', ...receipt };
  const comesBack = (d: Delta) => d.tries('32', 'ReturnPayment', back, actor('32', 'finance'));

  test('after settlement makes the order payable again, not settled; what was consumed is reserved', () => {
    const d = paid();
    expect(comesBack(d)).toBeNull();
    expect(d.order('o1')).toMatchObject({ phase: 'Payable', instructed: false, lineSettled: true });
    expect(d.account()).toMatchObject({ reservedFen: 3_750_000, consumedFen: 0 });
    d.pay('o1');
    expect(d.order('o1').phase).toBe('Settled');
    expect(d.account()).toMatchObject({ reservedFen: 0, consumedFen: 3_750_000 });
    expect(told(d, '32', 'PaymentInstructed').map(({ attempt }) => attempt)).toEqual([1, 2]);
    noneParked(d);
  });

  test('before it was confirmed allows another instruction, once the first is known to have failed', () => {
    const d = delta();
    d.serve('o1', { agencyProvince: '32' });
    d.redeem('o1');
    d.approve('o1');
    d.show('o1');
    expect(comesBack(d)).toMatchObject({ rejected: 'E-STATE' });
    d.does('32', 'InstructPayment', { order: 'o1' }, actor('32', 'finance'));
    expect(comesBack(d)).toBeNull();
    d.pay('o1');
    expect(d.account()).toMatchObject({ reservedFen: 0, consumedFen: 3_750_000 });
  });

  test('is no clawback: with one ordered, what comes back is recovered', () => {
    const d = paid();
    clawBack(d, { cause: 'refund', baseFen: 5_000_000 });
    expect(comesBack(d)).toMatchObject({ rejected: 'E-STATE' });
  });
});
