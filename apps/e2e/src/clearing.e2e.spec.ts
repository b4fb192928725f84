/** Journeys of voucher clearing over four running nodes on real Kafka and MongoDB. Windows are closed in the order of the tests. */
import {
  agent,
  agreement,
  ask,
  bodyOf,
  control,
  does,
  enrol,
  firm,
  openMarket,
  PROVINCES,
  staff,
  tries,
  type Market,
  type Province,
} from './delta.js';
import { eventually } from './http.js';
import { closeWindow, netted, orderOf, pay, place, placing, publicityEnds, reaches, redeem, serve, windowAt, type Terms } from './order.js';

let market: Market;
beforeAll(async () => {
  market = await openMarket();
});

const payable = async (terms: Terms): Promise<string> => {
  const order = await place(market, terms);
  await serve(market, terms, order);
  await redeem(market, terms, order);
  return order;
};

test('V21: twelve 通兑 orders across every border settle with four equal digests and the nets of the worked example', async () => {
  // Yuan where the example has thousands of yuan; Zhejiang pays small orders in full, the others half (policy packs).
  const example: Readonly<Record<string, number>> = {
    '32-31': 1200,
    '33-31': 900,
    '34-31': 600,
    '31-32': 450,
    '31-33': 300,
    '31-34': 150,
    '33-32': 200,
    '32-33': 260,
    '34-32': 180,
    '32-34': 90,
    '34-33': 120,
    '33-34': 60,
  };
  const terms = Object.entries(example).map(([pair, yuan]): Terms => {
    const [home, at] = pair.split('-') as [Province, Province];
    return { home, at, mode: 'tongdui', amountFen: (home === '33' ? 1 : 2) * yuan * 100 };
  });
  const orders = await Promise.all(terms.map(payable));
  await publicityEnds();
  await Promise.all(orders.map((order, at) => reaches(terms[at]!.home, order, 'Payable')));
  await closeWindow(1);
  const seen = await netted(1);
  for (const { statement } of seen) {
    expect(statement).toMatchObject({
      grossFen: 451_000,
      bilateralFen: 201_000,
      multilateralFen: 180_000,
      nets: { 31: 180_000, 32: -72_000, 33: -48_000, 34: -60_000 },
    });
  }
  expect(new Set(seen.flatMap(({ digests }) => Object.values(digests))).size).toBe(1);
  expect(await pay(terms[0]!, orders[0]!)).toMatchObject({ state: 'Settled', approval: { subsidyFen: 120_000 } });
});

test('通用 across the border with a shared scheme: Shanghai pays its third of a Jiangsu refund, to the fen (V19)', async () => {
  const terms: Terms = { home: '32', at: '31', mode: 'tongyong', amountFen: 913_578, scheme: 'shuangchuang' };
  const order = await payable(terms);
  await publicityEnds();
  await reaches('32', order, 'Payable');
  await closeWindow(2);
  const seen = await netted(2);
  // 4,567.89 → 3,045.26 + 1,522.63
  expect(seen[3]?.pairs.find(({ pair }) => pair === '31-32')).toMatchObject({ state: 'settled', sumFen: 152_263 });
  expect(await pay(terms, order)).toMatchObject({ approval: { subsidyFen: 456_789, payers: { 31: 152_263, 32: 304_526 } } });
});

test('two reservations of 60,000 on 100,000, one at home and one by a foreign entry: exactly one wins (V5)', async () => {
  const who = firm('32', 'scarce');
  const subject = await enrol(who, market.year, { cxq: 10_000_000 });
  await does(who, `/v1/subjects/${subject}/proposers`, { agencyProvince: '31', agency: market.agencies['31'], uptoFen: 6_000_000 });
  const wish = { ...placing(market, { home: '32', at: '31', mode: 'tongdui', amountFen: 12_000_000, subject }), voucherFen: 6_000_000 };
  const { agencyProvince: _, ...proposal } = { ...wish, home: '32' } as Record<string, unknown>;
  const [home, foreign] = await Promise.all([tries(who, '/v1/orders', wish), does(agent('31'), '/v1/engagements', proposal)]);
  const account = await eventually('one reservation stands', async () => {
    const body = bodyOf(await ask(who, `/v1/quotas/${subject}.cxq.${market.year}`));
    return body['reservedFen'] === 6_000_000 && body;
  });
  expect(account).toMatchObject({ grantedFen: 10_000_000, reservedFen: 6_000_000, consumedFen: 0 });
  await agreement();
  const proposed = await ask(who, `/v1/orders/${String(foreign['id'])}`);
  const homeWon = home.status === 201;
  expect(bodyOf(proposed)).toMatchObject(homeWon ? { state: 'Closed', proposalRefused: { code: 'E-QUOTA' } } : { state: 'Accepted' });
  if (!homeWon) expect(bodyOf(home)).toMatchObject({ code: 'E-QUOTA' });
});

test('a firm cancels while the agency accepts: one winner, the same at every node', async () => {
  const terms: Terms = { home: '32', at: '31', mode: 'tongdui', amountFen: 100_000 };
  const order = await place(market, terms);
  const by = { home: '32', agency: market.agencies['31'] };
  await eventually(
    'Shanghai sees the order',
    async () => (await ask(staff('31', 'auditor'), `/v1/orders/${order}?province=32`)).status === 200,
  );
  const [acceptance, cancellation] = await Promise.all([
    tries(agent('31'), `/v1/engagements/${order}/acceptance`, by),
    tries(firm('32'), `/v1/orders/${order}/cancellation`, { cause: 'plan-changed' }),
  ]);
  // Jiangsu decides: the cancellation stands whether or not Shanghai had stated its acceptance by then.
  expect(cancellation.status).toBe(200);
  expect([200, 409]).toContain(acceptance.status);
  await agreement();
  const states = await Promise.all(PROVINCES.map((province) => ask(staff(province, 'auditor'), `/v1/orders/${order}?province=32`)));
  expect(states.map((reply) => bodyOf(reply)['state'])).toEqual(['Closed', 'Closed', 'Closed', 'Closed']);
  expect(await orderOf('32', order)).toMatchObject({ state: 'Closed' });
});

test('a province that is down delays only its own pairs (V22)', async () => {
  await control('34', 'stop');
  await closeWindow(3, ['31', '32', '33']);
  await eventually('the six pairs of the others settle', async () => {
    const { pairs } = await windowAt(3, '31');
    return pairs.filter(({ state }) => state === 'settled').length === 6;
  });
  expect((await windowAt(3, '31')).pairs.filter(({ pair }) => pair.includes('34')).every(({ state }) => state === 'open')).toBe(true);
  await control('34', 'start');
  await closeWindow(3, ['34']);
  await netted(3);
});
