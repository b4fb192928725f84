/** Every refusal and hold that users meet (domain §2.6), reached over HTTP: it teaches, in Chinese and in English. */
import { codes, mending, type VoucherPack } from '@yrd/contracts';
import { DAY_MS, RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { packOf, startDelta } from '../testing/delta.js';
import { agent, clerk, firm, openMarket } from '../testing/market.js';
import { files, Orders, staff } from '../testing/orders.js';

/** What the services here cost, fen. */
const FEE = 100_000;
const half = { capFen: 10_000_000, tiers: [{ ratio: { of: 1, in: 2 } }], proofNeeded: true };

/** A scheme of Jiangsu for each rule that a pack turns on, so that none stands in another's way. */
const SCHEMES: Readonly<Record<string, Partial<VoucherPack>>> = {
  grouped: { group: { capFen: 0, whenOver: 'refuse' } },
  pooled: { poolFen: 0 },
  classed: { classes: ['11'] },
  qualified: { qualified: ['5'] },
  related: { related: { controlShare: { of: 1, in: 2 }, unknown: 'refuse' } },
  split: { splitting: { orders: 3, days: 30, reviewFromFen: 300_000 } },
  stale: { stale: { afterMs: 1, limitFen: 0 } },
  short: { use: { days: 1, lastDay: '12-31' } },
};
const more = Object.entries(SCHEMES).map(([scheme, change]): VoucherPack => ({
  ...packOf('32'),
  subjects: { firm: half },
  scheme,
  version: `32-${scheme}-test.1`,
  ...change,
}));

let delta: RunningDelta;
let orders: Orders;
let year: number;
let subject = '';
let stranger = '';
let agencies: Readonly<Record<string, string>> = {};

const register = async (organisation: string): Promise<string> =>
  String(
    (await delta.does(clerk('32'), '/v1/subjects', { kind: 'firm', organisation, name: '另一家（虚构）', uscc: '91350100M000100Y43' }))[
      'id'
    ],
  );
const wish = (change: object = {}): Json => ({ ...orders.wanted({ amountFen: FEE }), ...change });

beforeAll(async () => {
  delta = await startDelta(['31', '32'], [], undefined, more);
  year = new Date(delta.nowMs).getUTCFullYear();
  const market = await openMarket(delta, year);
  ({ subject, agencies } = market);
  orders = new Orders(delta, market, year);
  stranger = await register('org-stranger');
  await delta.does(clerk('32'), `/v1/subjects/${subject}/facts`, { fact: 'group', value: 'g1', source: '登记档案', asOf: `${year}-01-05` });
  for (const scheme of Object.keys(SCHEMES)) {
    await delta.does(clerk('32'), '/v1/policies', { scheme, version: `32-${scheme}-test.1` });
    await delta.does(firm, '/v1/quotas', { subject, scheme, year, askedFen: 1_000_000 });
    await delta.does(clerk('32'), `/v1/quotas/${subject}.${scheme}.${year}/grant`, { amountFen: 1_000_000 });
  }
}, 120_000);
afterAll(() => delta.stop());

const reached = new Set<string>();

/** Identifiers, versions, codes and paths are the same in every language; what is left of a text are its words. */
const wordsOf = (text: unknown): string => String(text).replace(/[\w./-]*\d[\w./-]*|\/[\w./-]+|\b[A-Z]{2,}\b/g, '');
const LATIN = /[A-Za-z]{2}/;
const HAN = /\p{Script=Han}/u;

/** Asks in both languages, and holds the answers to what §2.6 promises. */
const teaches = async (code: keyof typeof mending, who: Who, path: string, body: unknown): Promise<Json> => {
  const ask = (language: string) => delta.post(who, path, body, { headers: { 'Accept-Language': language } });
  await delta.until(async () => (await ask('en')).body['code'] === code);
  const [zh, en] = [await ask('zh'), await ask('en')];
  for (const [language, { status, body: told }] of [
    ['zh', zh],
    ['en', en],
  ] as const) {
    const detail = String(told['detail']);
    const facts = told['facts'] as Json;
    expect([code, language, status, told['code']]).toEqual([code, language, codes[code].status, code]);
    expect(detail).toContain(codes[code][language]);
    expect(detail).toContain(`[${String(told['clause'])}]`);
    expect(detail).toContain(mending[code][language]);
    for (const name of ['policy', 'seen', 'needed']) {
      expect([code, name, facts[name] ?? null]).toEqual([code, name, expect.anything()]);
      expect(detail).toContain(String(facts[name]));
    }
    // Values that are more than an identifier are in the reader's language alone; programs read them from `values`, where they are in none.
    for (const [name, said] of Object.entries(told['values'] as Json)) {
      expect([code, name, wordsOf(facts[name])]).toEqual([code, name, expect.not.stringMatching(language === 'zh' ? LATIN : HAN)]);
      expect(JSON.stringify(said)).not.toMatch(HAN);
    }
    expect(Object.keys(told['values'] as Json)).toEqual(expect.arrayContaining(['seen', 'needed']));
  }
  expect(String(zh.body['detail'])).toMatch(/政策版本 = .*可由谁补正 = \p{Script=Han}/u);
  reached.add(code);
  return en.body;
};
const places = (code: keyof typeof mending, change: object = {}, who = firm) => teaches(code, who, '/v1/orders', wish(change));

const place = async (change: object = {}): Promise<string> => String((await delta.does(firm, '/v1/orders', wish(change)))['id']);
const by = () => ({ home: '32', agency: agencies['32'] });

/** An order of this province up to its delivery, with a result of its own unless one is named. */
const serve = (result?: string): Promise<string> => orders.deliver({ amountFen: FEE }, (order) => result ?? `result ${order}`);

describe('A refusal to place an order', () => {
  test('E-SUBJECT: a firm without facts', () => places('E-SUBJECT', { subject: stranger }, { ...firm, org: 'org-stranger' }));
  test('E-QUOTA: more than the rules allow for this amount', () => places('E-QUOTA', { voucherFen: 100_000 }));
  test('E-GROUPCAP: the group of the controller has nothing left', () => places('E-GROUPCAP', { scheme: 'grouped' }));
  test('E-POOL: the pool is exhausted', () => places('E-POOL', { scheme: 'pooled' }));
  test('E-RECOG: an agency of Shanghai that Jiangsu does not recognise for the class', async () => {
    await delta.does(agent('31'), `/v1/agencies/${agencies['31']}/products`, {
      product: 'p2',
      itemClass: '5',
      name: '分析',
      priceFen: 100_000,
    });
    await delta.does(clerk('32'), `/v1/recognitions/31/${agencies['31']}/restriction`, { classes: ['11'] });
    await places('E-RECOG', { agencyProvince: '31', agency: agencies['31'], product: 'p2' });
    await delta.does(clerk('32'), `/v1/recognitions/31/${agencies['31']}`, { classes: ['5'] });
  });
  test('E-QUALIF: no certificate covers the item', () => places('E-QUALIF', { scheme: 'qualified' }));
  test('E-CLASS: a class that the scheme does not cover', () => places('E-CLASS', { scheme: 'classed' }));
  test('E-FEE: above the listing', () => places('E-FEE', { amountFen: 8_000_001 }));
  test('E-STATUTORY: a test that law demands', () => places('E-STATUTORY', { declares: ['statutory'] }));
  test('E-STACK: work of another fiscal project', () => places('E-STACK', { declares: ['funded'] }));
  test('E-RELATED: unknown owners, where the pack does not allow that', () => places('E-RELATED', { scheme: 'related' }));
  test('E-STALE: the other province was not heard within the limit', () =>
    places('E-STALE', { scheme: 'stale', agencyProvince: '31', agency: agencies['31'] }));
});

test('E-YEAR: a second claim of the year', () => teaches('E-YEAR', firm, '/v1/quotas', { subject, scheme: 'cxq', year, askedFen: 1 }));

test('E-SPLIT: three small orders that are together one large one are held', async () => {
  const small: string[] = [];
  for (let each = 0; each < 3; each += 1) small.push(await place({ scheme: 'split' }));
  await delta.until(async () => (await delta.get(firm, `/v1/orders/${small[0]}`)).body['held'] === true);
  await teaches('E-SPLIT', agent('32'), `/v1/engagements/${small[0]}/acceptance`, by());
  const review = { reason: 'E-SPLIT', finding: 'separate-projects' };
  await delta.does(staff('reviewer'), `/v1/orders/${small[0]}/suspicion-review`, review);
  await delta.does(agent('32'), `/v1/engagements/${small[0]}/acceptance`, by());
});

test('E-DATE: a contract dated before its order', async () => {
  const order = await place();
  await delta.does(agent('32'), `/v1/engagements/${order}/acceptance`, by());
  await orders.reaches(order, 'Accepted');
  const backdated = { ...by(), ...orders.contract(FEE), signedMs: delta.nowMs - 4 * DAY_MS };
  await teaches('E-DATE', agent('32'), `/v1/engagements/${order}/signature`, backdated);
});

test('E-DUPFILE: one result for two orders holds both', async () => {
  const both = [await serve('one report'), await serve('one report')];
  // The hold follows the delivery: whoever accepts before it is there has accepted.
  for (const order of both) await delta.until(async () => (await delta.get(firm, `/v1/orders/${order}`)).body['held'] === true);
  const [first] = both;
  await teaches('E-DUPFILE', firm, `/v1/orders/${first}/acceptance`, {});
});

test('E-FILE, E-INVOICE and E-RECUSE: what a redemption may lack', async () => {
  const served = [await serve(), await serve()];
  for (const order of served) {
    await delta.does(firm, `/v1/orders/${order}/acceptance`);
    await orders.reaches(order, 'ServiceAccepted');
  }
  const redemption = (order: string) => `/v1/engagements/${order}/redemption`;
  const file = { ...by(), invoiceNumber: '26320000000000000042', invoiceFen: 100_000, paidFen: 50_000, files };
  await teaches('E-FILE', agent('32'), redemption(served[0]!), { ...file, files: files.slice(0, 1) });
  await delta.does(agent('32'), redemption(served[0]!), file);
  await teaches('E-INVOICE', agent('32'), redemption(served[1]!), file);
  await orders.reaches(served[0]!, 'UnderReview');
  await delta.does(clerk('32'), `/v1/orders/${served[0]}/review`);
  await teaches('E-RECUSE', clerk('32'), `/v1/orders/${served[0]}/approval`, {});
});

test('E-AGENCY: an agency that is suspended', async () => {
  await delta.does(clerk('31'), `/v1/agencies/${agencies['31']}/suspension`, { reason: 'complaint' });
  await places('E-AGENCY', { agencyProvince: '31', agency: agencies['31'] });
});

test('E-INTEGRITY: a firm under sanction', async () => {
  const officer = staff('integrity-officer');
  await delta.does(officer, `/v1/subjects/${subject}/sanction`, { reason: 'false-claims', untilMs: Math.ceil(delta.nowMs) + DAY_MS });
  await places('E-INTEGRITY');
  await delta.does(officer, `/v1/subjects/${subject}/sanction/lifting`, { cause: 'appeal' });
});

test('E-WINDOW: the use window is over', async () => {
  delta.pass(3 * DAY_MS);
  await places('E-WINDOW', { scheme: 'short' });
});

test('none of domain §2.6 is left out', () => {
  expect([...reached].sort()).toEqual(Object.keys(mending).sort());
});
