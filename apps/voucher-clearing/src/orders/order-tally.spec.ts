/** Counting orders: anybody may ask, so that it must cost little however often somebody does. */
import type { LedgerNode } from '@yrd/ledger';
import type { RunningDelta } from '@yrd/platform/testing';
import { startDelta } from '../../testing/delta.js';
import { firm, openMarket, type Market } from '../../testing/market.js';
import { voucherClearing } from '../index.js';
import { OrderTally } from './order-tally.js';

let delta: RunningDelta;
let market: Market;
let node: LedgerNode;
const place = async (): Promise<void> => {
  const wish = { subject: market.subject, scheme: 'cxq', year: 2026, product: 'p1', mode: 'tongdui', amountFen: 10_000 };
  const { id } = await delta.does(firm, '/v1/orders', { ...wish, agencyProvince: '32', agency: market.agencies['32'] });
  await delta.until(async () => (await node.rows('orders', { where: { id: String(id) }, limit: 1 })).rows.length === 1);
};

beforeAll(async () => {
  const watched: typeof voucherClearing = {
    ...voucherClearing,
    module: (given, ...rest) => {
      if (rest[0].province === '32') node = given;
      return voucherClearing.module(given, ...rest);
    },
  };
  delta = await startDelta(['31', '32'], [], watched);
  market = await openMarket(delta, 2026);
}, 60_000);
afterAll(() => delta.stop());

test('a count rests: until then all are given the same, but who wants the newest waits for it', async () => {
  const tally = new OrderTally(node, 1_000);
  const before = await tally.count(undefined, false);
  await place();
  expect(await tally.count(undefined, false)).toBe(before);
  const newest = await tally.count(undefined, true);
  expect([newest.total, newest.states]).toEqual([before.total + 1, { Placed: before.total + 1 }]);
}, 60_000);

test('what did not change is not counted again, and after its rest a count is made anew', async () => {
  const tally = new OrderTally(node, 0);
  const before = await tally.count('32', false);
  expect(await tally.count('32', false)).toBe(before);
  await place();
  await delta.until(async () => (await tally.count('32', false)).total === before.total + 1);
});
