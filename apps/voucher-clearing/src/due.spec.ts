/** Lists by when something is due (domain §1.5): what is urgent first, what is due within so many working days, what is past due. */
import { DAY_MS, RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { startDelta } from '../testing/delta.js';
import { agent, clerk, firm, openMarket, type Market } from '../testing/market.js';

let delta: RunningDelta;
let market: Market;
/** Placed on Wednesday, Thursday and Saturday; each is accepted within five working days. */
const orders: string[] = [];
const endOf = (date: string): number => Date.parse(`${date}T23:59:59.999+08:00`);
const moveTo = (instant: string): void => delta.pass(Date.parse(instant) - delta.nowMs);
const desk = clerk('32');
const page = async (path: string, who: Who = desk): Promise<Json> => (await delta.get(who, path)).body;
const rows = async (path: string, who: Who = desk): Promise<readonly Json[]> => (await page(path, who))['items'] as readonly Json[];
const ids = async (query: string): Promise<readonly unknown[]> => (await rows(`/v1/orders?${query}`)).map(({ id }) => id);

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  moveTo('2027-03-03T10:00:00+08:00');
  market = await openMarket(delta, 2027);
  await delta.does(clerk('31'), '/v1/policies', { scheme: 'agencies', version: '31-agencies-test.1' });
  const wish = { subject: market.subject, scheme: 'cxq', year: 2027, product: 'p1', mode: 'tongdui', amountFen: 10_000 };
  for (const day of ['03', '04', '06']) {
    moveTo(`2027-03-${day}T11:00:00+08:00`);
    const placed = await delta.does(firm, '/v1/orders', { ...wish, agencyProvince: '32', agency: market.agencies['32'] });
    orders.push(String(placed['id']));
  }
  await delta.until(async () => (await rows('/v1/orders')).length === 3);
}, 60_000);
afterAll(() => delta.stop());

test('an order tells its next clock in both languages, when it ends, and the working days left', async () => {
  expect((await rows('/v1/orders?sort=dueMs'))[0]).toMatchObject({
    id: orders[0],
    dueClock: 'accept',
    dueWords: { zh: '机构接单', en: 'the agency to accept' },
    dueMs: endOf('2027-03-10'),
    workingDaysLeft: 3,
    pastDue: false,
    dueProvisional: { awaits: [2027] },
  });
});

test('what is due within so many working days is listed, the most urgent first, and what is due for nothing comes last', async () => {
  const [first, second, third] = orders;
  expect(await ids('dueWithin=3&sort=dueMs')).toEqual([first]);
  expect(await ids('dueWithin=4')).toEqual([first, second]); // In the order of its due date, unless another one is asked for.
  expect(await ids('dueWithin=5&sort=-dueMs')).toEqual([third, second, first]);
  expect(await ids('dueWithin=2')).toEqual([]);
  await delta.does(desk, `/v1/orders/${first}/hold`, { reason: 'audit' });
  await delta.until(async () => (await ids('sort=dueMs')).at(-1) === first);
  expect((await rows('/v1/orders?sort=dueMs')).at(-1)).toMatchObject({
    dueClock: null,
    dueMs: null,
    workingDaysLeft: null,
    pastDue: false,
  });
  expect(await ids('dueWithin=500')).not.toContain(first);
  await delta.does(desk, `/v1/orders/${first}/release`, { reason: 'audit' });
  await delta.until(async () => (await ids('dueWithin=500')).includes(first));
});

test('a page goes on where the one before ended while the clock moves, and its cursor is good for the same question only', async () => {
  const { next, items } = await page('/v1/orders?dueWithin=5&sort=dueMs&limit=2');
  expect(items).toHaveLength(2);
  moveTo('2027-03-06T11:30:00+08:00');
  const rest = await ids(`dueWithin=5&sort=dueMs&limit=2&cursor=${String(next)}`);
  expect([...(items as readonly Json[]).map(({ id }) => id), ...rest].sort()).toEqual([...orders].sort());
  expect((await delta.get(desk, `/v1/orders?dueWithin=4&sort=dueMs&cursor=${String(next)}`)).status).toBe(400);
});

test('each list over which clocks run is asked in the same words, and says so in both languages', async () => {
  const document = (await (await delta.fetch('32', '/openapi.json')).json()) as {
    readonly paths: Readonly<Record<string, { readonly get?: { readonly parameters?: readonly Json[] } }>>;
  };
  const asked = Object.entries(document.paths).flatMap(([path, { get }]) => {
    const words = (get?.parameters ?? []).find(({ name }) => name === 'dueWithin');
    return words ? [[path, words['description']]] : [];
  });
  expect(asked.map(([path]) => path).sort()).toEqual(
    ['agencies', 'assessments', 'complaints', 'orders', 'quotas', 'redemptions'].map((list) => `/v1/${list}`),
  );
  for (const [, words] of asked) expect(words).toMatch(/工作日.*working days/);
  for (const [path] of asked)
    for (const query of ['dueWithin=2&sort=dueMs', 'pastDue=yes', 'pastDue=no&sort=-dueMs'])
      expect([path, query, (await delta.get(desk, `${String(path)}?${query}`)).status]).toEqual([path, query, 200]);
});

test('hostile questions are refused with the field by name', async () => {
  for (const query of ['dueWithin=-1', 'dueWithin=1e3', 'dueWithin=501', 'dueWithin=', 'dueWithin[gte]=1', 'pastDue=perhaps']) {
    const { status, body } = await delta.get(desk, `/v1/orders?${query}`);
    expect([query, status, body['code']]).toEqual([query, 400, 'E-VALIDATION']);
  }
});

test('a province of which nothing is read has nothing that is due', async () => {
  for (const query of ['province=34', 'province=34&dueWithin=5']) expect([query, await ids(query)]).toEqual([query, []]);
});

test('a table has a column with the days left', async () => {
  const headers = delta.headers(desk);
  const csv = await (await delta.fetch('32', '/v1/orders?dueWithin=3&format=csv', { headers })).text();
  expect(csv.split('\r\n')[0]).toContain('剩余工作日，0 为最后一日或已过期 workingDaysLeft');
  expect(csv).toContain('2027-03-10 23:59:59');
});

test('an account is due while something is left to use; its firm sees that as its staff does', async () => {
  const [account] = await rows(`/v1/quotas?subject=${market.subject}&sort=dueMs`, firm);
  expect(account).toMatchObject({ dueClock: 'use', dueMs: account?.['useUntilMs'], pastDue: false });
  expect(account?.['workingDaysLeft']).toBeGreaterThan(200);
});

test('orders are counted by state in the order in which an order goes through them', async () => {
  const [first, second] = orders;
  await delta.does(agent('32'), `/v1/engagements/${first}/acceptance`, { home: '32', agency: market.agencies['32'] });
  await delta.does(firm, `/v1/orders/${second}/cancellation`, { cause: 'plan changed' });
  await delta.until(async () => JSON.stringify((await page('/v1/orders/summary'))['states']) === '{"Placed":1,"Accepted":1,"Closed":1}');
});

test('M5: a complaint without an answer is past due, and found as that beside what is due soon', async () => {
  const complain = { subject: market.subject, agencyProvince: '31', agency: market.agencies['31'], grounds: 'late-report' };
  const complaint = String((await delta.does(firm, '/v1/complaints', complain))['id']);
  const found = (query: string) => rows(`/v1/complaints?${query}`, clerk('31'));
  await delta.until(async () => (await found('dueWithin=10')).length === 1);
  const [row] = await found('dueWithin=10');
  expect(row).toMatchObject({ dueClock: 'answer', dueMs: row?.['answerByMs'], workingDaysLeft: 10, pastDue: false });
  expect(await found('pastDue=yes')).toEqual([]);
  delta.pass(15 * DAY_MS);
  for (const query of ['pastDue=yes', 'pastDue=yes&dueWithin=0'])
    expect(await found(query)).toMatchObject([{ id: complaint, pastDue: true }]);
  for (const query of ['dueWithin=500', 'pastDue=no']) expect(await found(query)).toEqual([]);
  expect(await page(`/v1/complaints/${complaint}`, clerk('31'))).toMatchObject({ pastDue: true, workingDaysLeft: 0 });
  await delta.does(clerk('31'), `/v1/complaints/${complaint}/answer`, { answer: 'accepted' });
  await delta.until(async () => (await found('pastDue=yes')).length === 0);
  expect(await page(`/v1/complaints/${complaint}`, clerk('31'))).toMatchObject({ dueClock: null, dueMs: null, pastDue: false });
});

test('an agency asks for what is due of its own orders only', async () => {
  const mine = `agency=${market.agencies['32']}&dueWithin=500&sort=dueMs`;
  expect((await delta.get(agent('32'), `/v1/orders?${mine}`)).status).toBe(200);
  expect((await delta.get(agent('32'), '/v1/orders?dueWithin=500')).body['code']).toBe('E-VALIDATION');
});
