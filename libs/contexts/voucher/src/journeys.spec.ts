/** Whole journeys of an order through the handlers, reactions, views and timers of four provinces. */
import { actor, agent, DAY_MS, delta, firm, hex, staff, type Delta } from '../testing/scenario.js';
import { PROVINCE_CODES } from '../testing/node.js';
import type { WindowRow } from './index.js';

const windowOf = (d: Delta, province: (typeof PROVINCE_CODES)[number], window: number): WindowRow | undefined =>
  d.world.nodes[province].rows<WindowRow>('windows', { window })[0];
const noneParked = (d: Delta): void => {
  for (const province of PROVINCE_CODES) expect(d.world.nodes[province].parked).toEqual([]);
};

test('通兑: a Jiangsu firm uses a voucher at a Shanghai agency, and four provinces settle it with four equal digests', () => {
  const d = delta();
  d.serve('o1');
  d.redeem('o1');
  expect(d.order('o1').phase).toBe('UnderReview');
  d.approve('o1');
  expect(d.order('o1').approval).toMatchObject({ baseFen: 7_500_000, subsidyFen: 3_750_000, payers: { 32: 3_750_000 } });
  d.show('o1');
  expect(d.order('o1').phase).toBe('Payable');
  expect(d.tries('32', 'InstructPayment', { order: 'o1' }, actor('32', 'finance'))).toMatchObject({ rejected: 'E-STATE' });
  d.close(1);
  expect(d.order('o1').lineSettled).toBe(true);
  d.pay('o1');
  expect(d.order('o1').phase).toBe('Settled');
  expect(d.account()).toMatchObject({ grantedFen: 10_000_000, reservedFen: 0, consumedFen: 3_750_000 });
  const digests = PROVINCE_CODES.map((province) => windowOf(d, province, 1)?.digests);
  expect(digests[0]).toEqual({
    31: expect.stringMatching(/^[0-9a-f]{64}$/),
    32: digests[0]?.['31'],
    33: digests[0]?.['31'],
    34: digests[0]?.['31'],
  });
  for (const each of digests) expect(each).toEqual(digests[0]);
  expect(windowOf(d, '34', 1)).toMatchObject({
    equal: true,
    dissent: false,
    netted: { 33: { grossFen: 3_750_000, nets: { 31: 3_750_000, 32: -3_750_000, 33: 0, 34: 0 } } },
  });
  noneParked(d);
});

test("通用: the enterprise redeems; the invoice's home is asked first, and a line of 0 fen is still counted by both", () => {
  const d = delta();
  d.serve('o1', { mode: 'tongyong' });
  d.redeem('o1');
  expect(d.order('o1')).toMatchObject({ phase: 'UnderReview', redemption: { claimFen: 7_500_000, restsOn: { journal: '31/voucher' } } });
  d.approve('o1');
  d.show('o1');
  d.close(1);
  d.pay('o1');
  expect(d.order('o1').phase).toBe('Settled');
  expect(windowOf(d, '33', 1)?.settled.find(({ pair }) => pair === '32-31')).toMatchObject({ count: 1, sumFen: 0 });
  noneParked(d);
});

test('an in-province order takes the same path in one journal and needs no window', () => {
  const d = delta();
  d.serve('o1', { agencyProvince: '32' });
  d.redeem('o1');
  d.approve('o1');
  d.show('o1');
  expect(d.order('o1').line).toBeNull();
  d.pay('o1');
  expect(d.order('o1').phase).toBe('Settled');
  noneParked(d);
});

const shared = { split: { home: { of: 2, in: 3 }, agency: { of: 1, in: 3 } }, shareAsAgency: { of: 1, in: 3 } };

test('双创券: a third is paid by Shanghai only after it has accepted by its own policy (V19)', () => {
  const d = delta({ packs: { 31: shared, 32: shared } });
  d.serve('o1', { mode: 'tongyong' });
  d.redeem('o1');
  d.does('32', 'ReviewRedemption', { order: 'o1' }, actor('32', 'reviewer'));
  d.does('32', 'ApproveRedemption', { order: 'o1' }, actor('32', 'approver'));
  expect(d.tries('32', 'PubliciseOrder', { order: 'o1', batch: 'b' }, staff('32'))).toMatchObject({ rejected: 'E-STATE' });
  d.world.settle();
  d.show('o1');
  expect(d.order('o1')).toMatchObject({ phase: 'Payable', line: { payer: '31', payee: '32', amountFen: 1_250_000 } });
  d.close(1);
  d.pay('o1');
  noneParked(d);
});

test('a province that refuses its share sends the order back to review, where home pays all', () => {
  const d = delta({ packs: { 32: shared } });
  d.serve('o1', { mode: 'tongyong' });
  d.redeem('o1');
  d.approve('o1');
  expect(d.order('o1')).toMatchObject({ phase: 'UnderReview', shareDeclined: true });
  d.approve('o1');
  expect(d.order('o1')).toMatchObject({ phase: 'Approved', approval: { payers: { 32: 3_750_000 } } });
  noneParked(d);
});

test('the firm cancels while the agency accepts: one winner, the same everywhere, and the quota is free again', () => {
  const d = delta();
  d.does('32', 'PlaceOrder', d.placing('o1'), firm);
  d.world.settle();
  d.does('31', 'AcceptOrder', { order: 'o1', home: '32', agency: 'a31' }, agent('31'));
  d.does('32', 'CancelOrder', { order: 'o1', cause: 'plan changed' }, firm);
  d.world.settle();
  for (const province of PROVINCE_CODES) {
    expect(d.world.nodes[province].rows('orders')).toMatchObject([{ id: 'o1', state: 'Closed' }]);
  }
  expect(d.world.nodes['32'].entries.filter(({ type }) => type === 'AcceptanceRefused')).toHaveLength(1);
  expect(d.account().reservedFen).toBe(0);
  noneParked(d);
});

test('two reservations of 60,000 on 100,000, one at home and one by a foreign entry: exactly one wins (V5)', () => {
  const d = delta();
  d.does('32', 'AllowProposer', { subject: 's1', agencyProvince: '31', agency: 'a31', uptoFen: 6_000_000 }, firm);
  const wish = { amountFen: 12_000_000, voucherFen: 6_000_000 };
  d.does('31', 'ProposeOrder', { ...d.placing('o2', wish), home: '32' }, agent('31'));
  d.does('32', 'PlaceOrder', d.placing('o1', wish), firm);
  d.world.settle();
  expect([d.order('o1').phase, d.order('o2').phase]).toEqual(['Placed', 'Closed']);
  expect(d.world.nodes['31'].entries.concat(d.world.nodes['32'].entries).filter(({ type }) => type === 'ProposalRefused')).toMatchObject([
    { data: { code: 'E-QUOTA' } },
  ]);
  expect(d.account().reservedFen).toBe(6_000_000);
  noneParked(d);
});

test('a proposal that the subject did not allow is refused by an entry', () => {
  const d = delta();
  d.does('31', 'ProposeOrder', { ...d.placing('o2'), home: '32' }, agent('31'));
  d.world.settle();
  expect(d.world.nodes['32'].entries.at(-1)).toMatchObject({ type: 'ProposalRefused', data: { code: 'E-ROLE' } });
});

test("one invoice in two provinces: the second redemption is refused with the first's reference (V15)", () => {
  const d = delta({ grantFen: 10_000_000 });
  const invoice = { invoiceKey: hex('one invoice') };
  d.serve('o1', { mode: 'tongyong' });
  d.serve('o2', { mode: 'tongyong' });
  d.redeem('o1', invoice);
  d.redeem('o2', invoice);
  expect([d.order('o1').phase, d.order('o2').phase]).toEqual(['UnderReview', 'ServiceAccepted']);
  const failed = d.world.nodes['32'].entries.find(({ type }) => type === 'InvoiceClaimFailed');
  expect(failed?.data).toMatchObject({ order: 'o2', code: 'E-INVOICE', facts: { reference: 'o1' } });
  d.does('32', 'RefuseRedemption', { order: 'o1', code: 'E-STATUTORY' }, actor('32', 'reviewer'));
  d.world.settle();
  d.redeem('o2', invoice);
  expect(d.order('o2').phase).toBe('UnderReview');
  noneParked(d);
});

test('an acceptance stated in time counts though its province was cut off past the limit', () => {
  const d = delta();
  d.does('32', 'PlaceOrder', d.placing('o1'), firm);
  d.world.settle();
  d.does('31', 'AcceptOrder', { order: 'o1', home: '32', agency: 'a31' }, agent('31'));
  d.world.down.add('31');
  d.world.pass(8 * DAY_MS);
  expect(d.order('o1').phase).toBe('Placed');
  d.world.down.clear();
  d.world.pass(0);
  expect(d.order('o1').phase).toBe('Accepted');
  noneParked(d);
});

test('an order that nobody accepts lapses on the fifth working day and frees the quota', () => {
  const d = delta();
  d.does('32', 'PlaceOrder', d.placing('o1'), firm);
  d.world.pass(7 * DAY_MS);
  expect(d.order('o1').phase).toBe('Placed');
  d.world.pass(DAY_MS);
  expect(d.order('o1').phase).toBe('Closed');
  expect(d.account().reservedFen).toBe(0);
});

test('a province that is down delays only its own pairs', () => {
  const d = delta();
  d.serve('o1');
  d.redeem('o1');
  d.approve('o1');
  d.show('o1');
  d.world.down.add('34');
  d.close(1, ['31', '32', '33']);
  expect(windowOf(d, '31', 1)?.settled.map(({ pair }) => pair)).toEqual(['31-32', '31-33', '32-31', '32-33', '33-31', '33-32']);
  expect(d.order('o1').lineSettled).toBe(true);
  d.world.down.clear();
  d.close(1, ['34']);
  expect(windowOf(d, '33', 1)).toMatchObject({ equal: true });
  noneParked(d);
});

test('a node with something parked below the cut does not attest, and does once an operator asks after mending', () => {
  const d = delta();
  d.world.nodes['32'].blind.add('31/voucher');
  d.close(1);
  expect(windowOf(d, '31', 1)?.settled.map(({ pair }) => pair)).not.toContain('32-31');
  d.world.nodes['32'].blind.clear();
  d.does('32', 'AskAttestation', { window: 1 }, actor('32', 'operator'));
  d.world.settle();
  expect(windowOf(d, '31', 1)).toMatchObject({ equal: true });
});

test("a line whose foreign part lies above the other side's cut waits for the next window", () => {
  const d = delta();
  d.close(1, ['31']); // Shanghai cuts before anything was redeemed.
  d.serve('o1');
  d.redeem('o1');
  d.approve('o1');
  d.show('o1');
  d.close(1, ['32', '33', '34']);
  expect(d.order('o1').lineSettled).toBe(false);
  expect(windowOf(d, '31', 1)?.settled.find(({ pair }) => pair === '32-31')).toMatchObject({ count: 0 });
  d.close(2);
  expect(d.order('o1').lineSettled).toBe(true);
  expect(windowOf(d, '31', 2)?.settled.find(({ pair }) => pair === '32-31')).toMatchObject({ count: 1, sumFen: 3_750_000 });
});

test('each province writes only of what has its home there: orders where the firm is, engagements where the agency is', () => {
  const d = delta();
  d.serve('o1');
  d.redeem('o1');
  const kinds = (province: '31' | '33') => new Set(d.world.nodes[province].entries.map(({ stream }) => stream.split('/')[0]));
  expect([kinds('31').has('order'), kinds('31').has('engagement')]).toEqual([false, true]);
  expect([kinds('33').has('order'), kinds('33').has('engagement')]).toEqual([false, false]);
});

test('a statement of a province that has no part in the order is refused by an entry', () => {
  const d = delta();
  d.serve('o1', {}, 'PlaceOrder');
  const node = { person: 'node', organisation: 'node-32', province: '32', roles: ['node'] };
  d.does('32', 'TakeAcceptance', { order: 'o1', from: '33', statedMs: d.world.nowMs, size: 1 }, node);
  expect(d.world.nodes['32'].entries.at(-1)).toMatchObject({ type: 'AcceptanceRefused', data: { code: 'E-ROLE' } });
  expect(d.order('o1').phase).toBe('Placed');
});

test('two sides that count other lines settle nothing between them: each says where they part (V22)', () => {
  const d = delta();
  d.serve('o1');
  d.redeem('o1');
  d.approve('o1');
  d.show('o1');
  const lines = d.world.nodes['31'].parts.get('lines')!;
  for (const id of [...lines.keys()]) if (id.startsWith('line.')) lines.delete(id);
  d.close(1);
  for (const province of ['31', '32'] as const) {
    const types = d.world.nodes[province].entries.filter(({ data }) => data.pair === '32-31').map(({ type }) => type);
    expect(types).toContain('PairDiverged');
    expect(types).not.toContain('PairSettled');
  }
  expect(d.order('o1').lineSettled).toBe(false);
  expect(windowOf(d, '33', 1)?.settled.map(({ pair }) => pair)).not.toContain('32-31');
  noneParked(d);
});
