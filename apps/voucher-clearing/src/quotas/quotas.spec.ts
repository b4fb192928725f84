/** Quotas through HTTP: two levels of review, a line before an empty pool, a slice for another province, a merger. */
import { RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { packOf, startDelta } from '../../testing/delta.js';
import { agent, clerk, firm, openMarket } from '../../testing/market.js';

const pack = {
  ...packOf('32'),
  scheme: 'trial',
  version: '32-trial-test.1',
  districtReview: true,
  poolFen: 3_000_000,
  queue: { waitDays: 30, most: 5, whenShort: 'wait' as const },
  slices: { mostFen: 5_000_000, days: 30, graceDays: 7 },
};
const district: Who = { province: '32', role: 'district-reviewer', org: 'bureau-320102' };

let delta: RunningDelta;
let subject = '';
let agencies: Readonly<Record<string, string>> = {};
let year = 0;
let account = '';

beforeAll(async () => {
  delta = await startDelta(['31', '32'], [], undefined, [pack]);
  year = new Date(delta.nowMs).getUTCFullYear();
  ({ subject, agencies } = await openMarket(delta, year));
  account = `/v1/quotas/${subject}.trial.${year}`;
  await delta.does(clerk('32'), '/v1/policies', { scheme: 'trial', version: '32-trial-test.1' });
}, 60_000);
afterAll(() => delta.stop());

const shown = async (path: string): Promise<Json> => (await delta.get(firm, path)).body;
const reaches = (path: string, wanted: Json): Promise<void> =>
  delta.until(async () => {
    const now = await shown(path);
    return Object.entries(wanted).every(([field, value]) => now[field] === value);
  });
const placing = (voucherFen: number): Json => ({
  ...{ subject, scheme: 'trial', year, agencyProvince: '31', agency: agencies['31'], product: 'p1', mode: 'tongdui' },
  ...{ amountFen: 2 * voucherFen, voucherFen },
});
/** News of the other province may take a moment. */
const once = async (who: Who, path: string, body: Json): Promise<Json> => {
  let told: Json = {};
  await delta.until(async () => {
    const answer = await delta.post(who, path, body);
    told = answer.body;
    return answer.status < 300;
  });
  return told;
};

test('V2, V14: a claim is returned once with its whole list, passed by the district and granted by the province', async () => {
  const claim = { subject, scheme: 'trial', year, askedFen: 6_000_000 };
  await delta.does(firm, '/v1/quotas', claim);
  expect(await shown(account)).toMatchObject({ stage: 'district-review', stageWords: { zh: '区县审核中' } });
  expect((await delta.post(clerk('32'), `${account}/grant`, { amountFen: 1 })).body).toMatchObject({ code: 'E-STATE' });
  const defects = [
    { code: 'address-proof', text: '注册地址证明已过期' },
    { code: 'sme-year', text: '缺少本年度入库登记' },
  ];
  await delta.does(district, `${account}/return`, { defects });
  await delta.does(firm, '/v1/quotas', claim);
  expect((await delta.post(district, `${account}/return`, { defects })).body).toMatchObject({ code: 'E-FILE' });
  await delta.does(district, `${account}/pass`);
  await delta.does(clerk('32'), `${account}/grant`, { amountFen: 6_000_000 });
  const granted = await shown(account);
  expect(granted).toMatchObject({ state: 'Granted', stage: 'granted', grantedFen: 6_000_000, leftFen: 6_000_000 });
  expect(JSON.stringify(granted)).not.toContain('"person"');
});

test('A1: a slice is drawn on in Shanghai, taken up in Jiangsu, and its rest returned', async () => {
  const granting = { subject, scheme: 'trial', year, holder: '31', agency: agencies['31'], amountFen: 2_000_000, days: 10 };
  const path = `/v1/slices/${String((await once(firm, '/v1/slices', granting))['id'])}`;
  const by = { home: '32', agency: agencies['31'] };
  const draw = { ...by, product: 'p1', mode: 'tongdui', amountFen: 3_000_000, voucherFen: 1_500_000 };
  const { id } = await once(agent('31'), `${path}/draws`, draw);
  expect((await delta.post(agent('31'), `${path}/draws`, draw)).body).toMatchObject({ code: 'E-QUOTA' });
  await reaches(`/v1/orders/${String(id)}`, { state: 'Accepted', reservedFen: 1_500_000 });
  await delta.does(agent('31'), `${path}/return`, by);
  await reaches(path, { ended: true, takenFen: 1_500_000, drawnFen: 1_500_000, returned: true });
  expect((await delta.get({ ...firm, org: 'org-stranger' }, path)).status).toBe(404);
  expect(await shown(account)).toMatchObject({ reservedFen: 1_500_000, slicedFen: 0 });
});

test('V27: an order waits in line before an empty pool, and is placed when another gives its money back', async () => {
  const first = String((await once(firm, '/v1/orders', placing(1_500_000)))['id']);
  const second = String((await delta.does(firm, '/v1/orders', placing(1_000_000)))['id']);
  expect(await shown(`/v1/orders/${second}`)).toMatchObject({ state: 'Queued', reservedFen: 0 });
  await delta.until(async () => {
    const { items } = (await delta.get(firm, `/v1/orders?subject=${subject}&state=Queued`)).body as { readonly items: readonly Json[] };
    return items.length === 1 && items[0]?.['id'] === second;
  });
  await delta.does(firm, `/v1/orders/${first}/cancellation`, { cause: '计划调整' });
  await reaches(`/v1/orders/${second}`, { state: 'Placed', reservedFen: 1_000_000 });
});

test('A7: after a merger the successor’s people see and lead the order', async () => {
  const heir: Who = { ...firm, org: 'org-heir' };
  const registered = { kind: 'firm', organisation: 'org-heir', name: '承继（虚构）', uscc: '91350100M000100Y43' };
  const successor = String((await delta.does(clerk('32'), '/v1/subjects', registered))['id']);
  const order = String((await once(firm, '/v1/orders', placing(100_000)))['id']);
  await delta.does(clerk('32'), `/v1/subjects/${subject}/merger`, { successor, source: '合并公告', asOf: `${year}-01-06` });
  expect((await delta.post(firm, `/v1/orders/${order}/cancellation`, { cause: 'x' })).status).toBe(404);
  await delta.does(heir, `/v1/orders/${order}/cancellation`, { cause: 'x' });
  expect((await delta.get(heir, `/v1/subjects/${successor}`)).body).toMatchObject({ predecessors: [subject], left: null });
});
