/** V18: what is approved and not paid within the pack's limit raises an alarm that both provinces see. */
import { PROVINCE_CODES } from '../../testing/node.js';
import { actor, DAY_MS, delta, hex, pack, type Delta } from '../../testing/scenario.js';

const halfYear = { packs: { 32: { clocks: { ...pack('32').clocks, unpaid: { days: 180, unit: 'calendar' as const } } } } };

const approved = (): Delta => {
  const d = delta(halfYear);
  d.serve('o1');
  d.redeem('o1');
  d.approve('o1');
  d.show('o1');
  return d;
};
const alarms = (d: Delta) => d.world.nodes['32'].entries.filter(({ type }) => type === 'UnpaidAlarmRaised').map(({ data }) => data);

test('V18: an approved line unpaid at 180 days raises one alarm, which both provinces see', () => {
  const d = approved();
  d.world.pass(171 * DAY_MS);
  expect(alarms(d)).toEqual([]);
  d.world.pass(2 * DAY_MS);
  expect(alarms(d)).toMatchObject([{ order: 'o1', agencyProvince: '31', phase: 'Payable', subsidyFen: 3_750_000, lineSettled: false }]);
  for (const province of PROVINCE_CODES)
    expect(d.world.nodes[province].rows('redemptions', { id: 'o1' })).toMatchObject([{ unpaidSinceMs: expect.any(Number) }]);
  d.world.pass(400 * DAY_MS);
  expect(alarms(d)).toHaveLength(1);
});

test('V18: what is paid in time raises none, and what the bank returned is late from its approval on', () => {
  const d = approved();
  d.close(1);
  d.pay('o1');
  d.world.pass(200 * DAY_MS);
  expect(alarms(d)).toEqual([]);
  d.does('32', 'ReturnPayment', { order: 'o1', reason: 'AC04', receiptHash: hex('back') }, actor('32', 'finance'));
  d.world.pass(1);
  expect(alarms(d)).toMatchObject([{ phase: 'Payable', lineSettled: true }]);
});

test('V18: an approval that was taken back raises no alarm of its own', () => {
  const d = delta(halfYear);
  d.serve('o1');
  d.redeem('o1');
  d.approve('o1');
  d.does('32', 'PubliciseOrder', { order: 'o1', batch: 'b' }, actor('32', 'reviewer'));
  d.does('32', 'LodgeObjection', { order: 'o1', grounds: 'x' }, actor('32', 'supervisor'));
  d.does('32', 'UpholdObjection', { order: 'o1' }, actor('32', 'approver'));
  d.world.pass(100 * DAY_MS);
  d.approve('o1');
  d.world.pass(100 * DAY_MS);
  expect(alarms(d)).toEqual([]);
  d.world.pass(100 * DAY_MS);
  expect(alarms(d)).toHaveLength(1);
});
