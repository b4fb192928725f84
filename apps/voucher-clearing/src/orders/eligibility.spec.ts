/** Asked over HTTP before anything is ordered: by the firm itself and by staff, in both languages, with what would pass instead. */
import { RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { startDelta } from '../../testing/delta.js';
import { agent, clerk, firm, openMarket, type Market } from '../../testing/market.js';

let delta: RunningDelta;
let market: Market;
let year: number;

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  year = new Date(delta.nowMs).getUTCFullYear();
  market = await openMarket(delta, year);
  // Of the same common class, below and above the price asked about.
  for (const [product, priceFen] of [
    ['cheap', 1_000_000],
    ['near', 6_000_000],
    ['dear', 9_000_000],
  ] as const)
    await delta.does(agent('32'), `/v1/agencies/${market.agencies['32']!}/products`, { product, itemClass: '5', name: product, priceFen });
  await delta.until(async () => (await delta.get(firm, `/v1/products/32.${market.agencies['32']!}.dear`)).status === 200);
  await delta.until(async () => (await delta.get(firm, `/v1/products/31.${market.agencies['31']!}.p1`)).status === 200);
}, 60_000);
afterAll(() => delta.stop());

const wish = (province: '31' | '32', change: object = {}): object => ({
  ...{ subject: market.subject, scheme: 'cxq', year, agencyProvince: province, agency: market.agencies[province], product: 'p1' },
  ...{ mode: 'tongdui', amountFen: 8_000_000 },
  ...change,
});
const ask = (body: object, who: Who = firm, headers: Record<string, string> = {}) =>
  delta.post(who, '/v1/eligibility', body, { headers: { 'Idempotency-Key': '', ...headers } });

test('a yes comes with its money, writes nothing, and is what the order then gets', async () => {
  const size = async (): Promise<unknown> => (await delta.get(firm, `/v1/quotas/${market.subject}.cxq.${year}`)).headers.get('etag');
  const before = await size();
  const { status, body } = await ask(wish('32', { amountFen: 4_000_000 }));
  expect([status, body['eligible'], body['failing'], body['alternatives']]).toEqual([200, true, [], []]);
  expect(await size()).toBe(before);
  const breakdown = body['breakdown'] as Json;
  const { id } = await delta.does(firm, '/v1/orders', wish('32', { amountFen: 4_000_000 }));
  const { body: order } = await delta.get(firm, `/v1/orders/${String(id)}`);
  expect(order['reservedFen']).toBe(breakdown['reservedFen']);
});

test('a no lists every rule in both languages, and in each province the nearest product of the common class that would pass', async () => {
  await delta.does(clerk('32'), `/v1/recognitions/31/${market.agencies['31']!}/withdrawal`, { reason: 'review' });
  const { body } = await ask(wish('31', { amountFen: 90_000_000 }));
  expect(body['eligible']).toBe(false);
  const failing = body['failing'] as readonly Json[];
  expect(failing.map(({ code }) => code)).toEqual(['E-RECOG', 'E-FEE']);
  for (const { zh, en, clause, seen, needed } of failing) {
    expect(String(zh)).toMatch(/[\u4e00-\u9fff]/);
    expect([String(en).length > 5, String(clause).length > 1]).toEqual([true, true]);
    for (const value of [seen, needed] as Json[])
      expect(value).toEqual({ zh: expect.not.stringMatching(/[a-z]{2}/), en: expect.not.stringMatching(/[\u4e00-\u9fff]/) });
  }
  expect(body['alternatives']).toEqual([
    expect.objectContaining({ province: '32', product: 'p1', priceFen: 8_000_000, reservedFen: expect.any(Number) }),
  ]);
});

test('alternatives are never above the price asked about', async () => {
  const { body } = await ask(wish('32', { product: 'near', amountFen: 7_000_000 }));
  expect((body['failing'] as readonly Json[]).map(({ code }) => code)).toEqual(['E-FEE']);
  expect((body['alternatives'] as readonly Json[]).map(({ product }) => product)).toEqual(['near']);
});

test('staff may ask for a firm, others not: they are told the same as for a firm that is not there', async () => {
  expect((await ask(wish('32'), clerk('32'))).status).toBe(200);
  const stranger = { ...firm, org: 'org-stranger' };
  const [theirs, nobodys] = [await ask(wish('32'), stranger), await ask(wish('32', { subject: 'f'.repeat(26) }), stranger)];
  expect([theirs.status, theirs.body['detail']]).toEqual([404, nobodys.body['detail']]);
  expect((await ask(wish('32'), agent('32'))).status).toBe(403);
});
