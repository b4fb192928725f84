/** Orders through HTTP alone, from the adoption of a pack to the treasury's receipt: what a province's people really do. */
import { type Json, type RunningDelta } from '@yrd/platform/testing';
import { startDelta } from '../testing/delta.js';
import { agent, firm, openMarket } from '../testing/market.js';
import { files, hash, Orders, staff } from '../testing/orders.js';

let delta: RunningDelta;
let orders: Orders;
let subject = '';
let agencies: Readonly<Record<string, string>> = {};

const pay = async (order: string): Promise<void> => {
  await orders.patiently(staff('finance'), `/v1/orders/${order}/payment-instruction`, {});
  await delta.does(staff('finance'), `/v1/orders/${order}/payment`, { receiptHash: hash(`receipt ${order}`) });
};

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  const market = await openMarket(delta, 2026);
  ({ subject, agencies } = market);
  orders = new Orders(delta, market, 2026);
}, 60_000);
afterAll(() => delta.stop());

describe('A firm of Jiangsu with a quota', () => {
  it('redeems a service of its own province itself (通用) and is paid half', async () => {
    const order = await orders.serve({ agencyProvince: '32', mode: 'tongyong' });
    await delta.does(firm, `/v1/orders/${order}/redemption`, {
      invoiceNumber: '26320000000000000001',
      invoiceFen: 4_000_000,
      paidFen: 3_600_000,
      files,
    });
    await orders.approve(order);
    await orders.publicise(order);
    await pay(order);
    expect((await delta.get(firm, `/v1/orders/${order}`)).body).toMatchObject({
      state: 'Settled',
      mode: 'tongyong',
      line: null,
      approval: { subsidyFen: 1_800_000, payers: { 32: 1_800_000 } },
    });
  }, 60_000);

  it('uses a voucher at an agency of Shanghai, which redeems it (通兑); the two provinces settle the line', async () => {
    const order = await orders.serve({ agencyProvince: '31', mode: 'tongdui' });
    const file = {
      home: '32',
      agency: agencies['31'],
      invoiceNumber: '26310000000000000001',
      invoiceFen: 4_000_000,
      paidFen: 2_000_000,
      files,
    };
    await orders.patiently(agent('31'), `/v1/engagements/${order}/redemption`, file);
    await orders.approve(order);
    await orders.publicise(order);
    for (const province of ['31', '32']) await delta.does({ province, role: 'operator' }, '/v1/windows/1/close');
    await delta.until(async () => (await delta.get(firm, `/v1/orders/${order}`)).body['lineSettled'] === true);
    await pay(order);
    expect((await delta.get(firm, `/v1/orders/${order}`)).body).toMatchObject({
      state: 'Settled',
      line: { payer: '32', payee: '31', amountFen: 2_000_000 },
      redemption: { invoiceTail: '0001' },
    });
    const abroad = `/v1/orders/${order}?province=32`;
    await delta.until(async () => (await delta.get(agent('31'), abroad)).body['state'] === 'Settled');
    expect((await delta.get({ ...agent('31'), org: 'org-other' }, abroad)).status).toBe(404);
    for (const province of ['31', '32']) {
      const latest = await (await delta.fetch(province, '/v1/windows/latest')).json();
      expect(latest).toMatchObject({
        window: 1,
        pairs: expect.arrayContaining([expect.objectContaining({ pair: '32-31', state: 'settled', sumFen: 2_000_000 })]),
      });
    }
  }, 60_000);

  it('shows in the counts and lists of both provinces', async () => {
    for (const province of ['31', '32']) {
      await delta.until(async () => {
        const summary = (await (await delta.fetch(province, '/v1/orders/summary')).json()) as Json;
        return JSON.stringify(summary['states']) === '{"Settled":2}';
      });
    }
    const lines = (await delta.get(staff('auditor'), '/v1/lines?payer=32')).body['items'];
    expect(lines).toEqual([expect.objectContaining({ pair: '32-31', amountFen: 2_000_000, settledIn: 1 })]);
    const first = (await delta.get(firm, `/v1/orders?subject=${subject}&sort=placedMs&limit=1`)).body;
    const second = (await delta.get(firm, `/v1/orders?subject=${subject}&sort=placedMs&limit=1&cursor=${String(first['next'])}`)).body;
    expect([first, second].map((page) => (page['items'] as Json[])[0]?.['mode'])).toEqual(['tongyong', 'tongdui']);
    const mine = (await delta.get(agent('31'), `/v1/orders?agency=${agencies['31']}`)).body['items'];
    expect(mine).toEqual([expect.objectContaining({ mode: 'tongdui', state: 'Settled' })]);
    expect((await delta.get(staff('finance'), '/v1/redemptions?state=Settled')).body['items']).toHaveLength(2);
  });

  it('finds its money on the account: what is paid is consumed, the rest is free again', async () => {
    const { body } = await delta.get(firm, `/v1/quotas/${subject}.cxq.2026`);
    expect(body).toMatchObject({ state: 'Granted', grantedFen: 10_000_000, reservedFen: 0, consumedFen: 3_800_000, leftFen: 6_200_000 });
  });
});

describe('A11: messages that come doubled, again, or out of their order', () => {
  const heads = async (): Promise<unknown> => {
    const seen = await Promise.all(
      ['31', '32'].map(async (province) => (await delta.fetch(province, '/health/ready')).json() as Promise<Json>),
    );
    return seen.map(({ journals }) => (journals as Json[]).map(({ journal, state, size }) => ({ journal, state, size })));
  };
  const toldToAll = (): Promise<void> => {
    const { topics, positions } = delta.world.broker;
    const ends = [...topics].map(([topic, { start, messages }]) => [topic, start + messages.length] as const);
    return delta.until(async () =>
      ends.every(([topic, end]) => [...positions].every(([reader, at]) => !reader.endsWith(`|${topic}`) || at >= end)),
    );
  };

  it('have no second effect when everything is told again, backwards', async () => {
    const quota = `/v1/quotas/${subject}.cxq.2026`;
    const before = [await heads(), (await delta.get(firm, quota)).body, (await delta.get(firm, '/v1/orders')).body['items']];
    const { broker } = delta.world;
    const messages = [...broker.topics.values()].flatMap((topic) => topic.messages);
    expect(messages.length).toBeGreaterThan(50);
    for (const message of messages.toReversed()) broker.append(message);
    await toldToAll();
    expect([await heads(), (await delta.get(firm, quota)).body, (await delta.get(firm, '/v1/orders')).body['items']]).toEqual(before);
  }, 60_000);

  it('wait for what belongs before them: an order goes its way while each message overtakes the one before, and comes twice', async () => {
    let arrivals = 0;
    const arrival = () => ({ fate: (arrivals += 1) % 2 === 0 ? ('twice' as const) : ('after the next' as const), delayMs: 0 });
    delta.world.mischief = { strike: () => null, arrival };
    const order = await orders.deliver({ agencyProvince: '31', mode: 'tongdui' });
    await delta.does(firm, `/v1/orders/${order}/acceptance`);
    const abroad = `/v1/orders/${order}?province=32`;
    await delta.until(async () => (await delta.get(agent('31'), abroad)).body['state'] === 'ServiceAccepted');
    delta.world.mischief = null;
    expect(arrivals).toBeGreaterThan(4);
    expect((await delta.get(firm, `/v1/orders?subject=${subject}&state=ServiceAccepted`)).body['items']).toHaveLength(1);
  }, 60_000);
});

test('a telephone number in words that other provinces would read is refused in both languages, and nothing is written', async () => {
  const order = (await orders.patiently(firm, '/v1/orders', orders.wanted({ agencyProvince: '31', mode: 'tongdui' })))['id'] as string;
  const told = async (language: string) =>
    delta.post(firm, `/v1/orders/${order}/cancellation`, { cause: '请联系 138-1234-5678' }, { headers: { 'Accept-Language': language } });
  const [zh, en] = [await told('zh'), await told('en')];
  expect([zh.status, zh.body['code'], zh.body['facts']]).toMatchObject([422, 'E-BORDER', { field: 'cause', seen: '手机号' }]);
  expect([String(zh.body['detail']).slice(0, 10), String(en.body['detail']).slice(0, 30)]).toEqual([
    '内容将共享给外省，不',
    'This will be read by other pro',
  ]);
  expect(JSON.stringify([zh.body, en.body])).not.toContain('1234');
  expect(await orders.stateOf(order)).toBe('Placed');
  await delta.does(firm, `/v1/orders/${order}/cancellation`, { cause: '计划有变' });
});
