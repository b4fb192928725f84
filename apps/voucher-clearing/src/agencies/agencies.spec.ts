/** Agencies over HTTP: how one comes in, what its province does with it, and what anybody may read of it. */
import { DAY_MS, RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { startDelta } from '../../testing/delta.js';
import { clerk } from '../../testing/market.js';
import { hash } from '../../testing/orders.js';

const agent: Who = { province: '31', role: 'agency', org: 'org-new' };
const stranger: Who = { province: '31', role: 'agency', org: 'org-stranger' };
const auditor: Who = { province: '31', role: 'auditor' };
const assessment = {
  name: '新评测中心（虚构）',
  uscc: '91310000MAXXXX0150',
  classes: ['5'],
  form: 'legal-entity',
  founded: '2020-01-06',
  declares: ['fixed-place', 'team'],
  papers: [{ kind: 'licence', hash: hash('licence') }],
};

let delta: RunningDelta;
let id = '';
const seen = async (who: Who, path: string): Promise<unknown> => {
  const { status, body } = await delta.get(who, path);
  return status === 200 ? body['state'] : status;
};

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  await delta.does(clerk('31'), '/v1/policies', { scheme: 'agencies', version: '31-agencies-test.1' });
}, 60_000);
afterAll(() => delta.stop());

test('V8: a body that falls short is told every point at once, in both languages', async () => {
  for (const [language, words, points] of [
    ['zh', '不符合服务机构入库条件', '成立时间、固定场所、团队'],
    ['en', 'does not meet the conditions of entry', 'founded, a fixed place, team'],
  ] as const) {
    const headers = { 'Accept-Language': language };
    const short = { ...assessment, founded: '2025-01-06', declares: [] };
    const { status, body } = await delta.post(agent, '/v1/assessments', short, { headers });
    expect([status, body['code'], (body['facts'] as Json)['points']]).toEqual([422, 'E-ADMISSION', points]);
    expect(body['detail']).toContain(words);
  }
});

test('V8: an agency assesses itself, is verified and publicised, and is in the list of all provinces a week later', async () => {
  id = String((await delta.does(agent, '/v1/assessments', assessment))['id']);
  expect(await seen(agent, `/v1/assessments/${id}`)).toBe('SelfAssessed');
  expect(await seen(stranger, `/v1/assessments/${id}`)).toBe(404);
  expect(await seen(auditor, `/v1/agencies/${id}`)).toBe(404);
  await delta.does(clerk('31'), `/v1/assessments/${id}/verification`, { outcome: 'verified', reasons: [] });
  await delta.does(clerk('31'), `/v1/assessments/${id}/publicity`, {});
  expect(await seen(stranger, `/v1/agencies/${id}`)).toBe('Publicised');
  await delta.does(stranger, `/v1/assessments/${id}/objection`, { grounds: 'finance' });
  expect(await seen(stranger, `/v1/agencies/${id}`)).toBe('Objected');
  await delta.does(clerk('31'), `/v1/assessments/${id}/objection/rejection`, {});
  delta.pass(9 * DAY_MS);
  await delta.until(async () => (await seen(auditor, `/v1/agencies/${id}`)) === 'Active');
  const elsewhere = { province: '32', role: 'enterprise', org: 'org-firm' };
  await delta.until(async () => (await seen(elsewhere, `/v1/agencies/${id}?province=31`)) === 'Active');
  const { body } = await delta.get(elsewhere, '/v1/agencies?province=31&state=Active');
  expect(body['items']).toMatchObject([{ agency: id, state: 'Active' }]);
  const own = await delta.get(auditor, '/v1/assessments?state=Active');
  expect(own.body['items']).toMatchObject([{ id, state: 'Active' }]);
});

test('7.1: what an agency said of itself is in no answer of another province', async () => {
  const { body } = await delta.get({ province: '32', role: 'auditor' }, `/v1/agencies/${id}?province=31`);
  expect(JSON.stringify(body)).not.toMatch(/papers|founded|declares/);
  expect(await seen({ province: '32', role: 'auditor' }, `/v1/assessments/${id}`)).toBe(404);
});

test('V9: certificates show with a warning before they end, and the list finds agencies by class', async () => {
  const untilOn = new Date(delta.nowMs + 10 * DAY_MS).toISOString().slice(0, 10);
  const certificate = { certificate: 'CMA-0001', kind: 'CMA', items: ['5'], fromOn: '2024-01-01', untilOn };
  await delta.does(clerk('31'), `/v1/agencies/${id}/qualifications`, certificate);
  const { body } = await delta.get(agent, `/v1/agencies/${id}`);
  expect(body).toMatchObject({ certificates: [{ certificate: 'CMA-0001' }], warnings: [{ certificate: 'CMA-0001', untilOn }] });
  const listed = async (itemClass: string) => (await delta.get(agent, `/v1/agencies?itemClass=${itemClass}`)).body['items'];
  await delta.until(async () => ((await listed('5')) as unknown[]).length === 1);
  expect(await listed('28')).toEqual([]);
  const report = { itemClass: '11', servedOn: '2025-05-06' };
  await delta.does(clerk('31'), `/v1/agencies/${id}/out-of-scope`, report);
  expect((await delta.get(agent, `/v1/agencies/${id}`)).body).toMatchObject({ outOfScope: [report] });
  await delta.does(clerk('31'), `/v1/agencies/${id}/qualifications/CMA-0001/withdrawal`, { reason: 'lapsed' });
  expect((await delta.get(agent, `/v1/agencies/${id}`)).body).toMatchObject({ warnings: [] });
});

test('M1: the common list and the mapping of a province are read by anybody', async () => {
  const list = (await delta.get(stranger, '/v1/service-codes')).body;
  expect(list).toMatchObject({
    version: 'yrd-2026.1',
    items: expect.arrayContaining([expect.objectContaining({ code: 'YRD-12', zh: '中试' })]),
  });
  const mapping = (await delta.get(stranger, '/v1/service-codes/32')).body;
  expect(mapping).toMatchObject({ version: '32-codes-2026.1', list: 'yrd-2026.1', assumed: false });
  expect(mapping['items']).toContainEqual({ code: '28', common: 'YRD-10' });
  expect((await delta.get(stranger, '/v1/service-codes/99')).status).toBe(400);
});

test('M4, M5: it is appraised, and a complaint of another province is taken up, seen by whom it concerns, and answered', async () => {
  await delta.does(clerk('31'), `/v1/agencies/${id}/appraisal`, { year: 2026, grade: 'passed' });
  expect((await delta.get(stranger, `/v1/agencies/${id}`)).body).toMatchObject({ appraisals: { 2026: 'passed' }, appraisalsMissed: [] });
  const office = clerk('32');
  const registered = { kind: 'firm', organisation: 'org-firm', name: '华瀛（虚构）', uscc: '91350100M000100Y43' };
  const subject = (await delta.does(office, '/v1/subjects', registered))['id'];
  const firm = { province: '32', role: 'enterprise', org: 'org-firm' };
  const lodged = { subject, agencyProvince: '31', agency: id, grounds: 'late-report' };
  const complaint = String((await delta.does(firm, '/v1/complaints', lodged))['id']);
  await delta.until(async () => (await seen(firm, `/v1/complaints/${complaint}`)) === 'Taken');
  await delta.until(async () => (await seen(agent, `/v1/complaints/${complaint}`)) === 'Taken');
  expect(await seen(stranger, `/v1/complaints/${complaint}`)).toBe(404);
  await delta.does(clerk('31'), `/v1/complaints/${complaint}/answer`, { answer: 'accepted' });
  await delta.until(async () => (await seen(firm, `/v1/complaints/${complaint}`)) === 'Answered');
  const { body } = await delta.get(auditor, '/v1/complaints?province=31&overdue=no');
  expect(body['items']).toMatchObject([{ id: complaint, answer: 'accepted' }]);
});

test('its province restricts, suspends until a day, excludes and revokes it, and everybody sees what stands', async () => {
  const act = (path: string, body: object = {}) => delta.does(clerk('31'), `/v1/agencies/${id}/${path}`, body);
  const read = async () => (await delta.get(stranger, `/v1/agencies/${id}`)).body;
  const day = (days: number): string => new Date(delta.nowMs + days * DAY_MS).toISOString().slice(0, 10);
  await act('suspension', { reason: 'complaint', until: day(20) });
  expect(await read()).toMatchObject({ state: 'Suspended', suspendedFor: 'complaint' });
  await act('reinstatement');
  await act('exclusion', { decision: '沪市监处〔2026〕1号', decidedOn: day(-30) });
  expect(await read()).toMatchObject({ state: 'Active', excludedUntilMs: expect.any(Number) });
  expect((await delta.post(clerk('31'), `/v1/agencies/${id}/restriction`, { reason: 'x', classes: ['28'] })).body['code']).toBe('E-CLASS');
  expect((await delta.post(stranger, `/v1/agencies/${id}/exit`)).status).toBe(404);
  await act('revocation', { reason: 'false-reports', until: day(365) });
  expect(await read()).toMatchObject({ state: 'Revoked' });
  const { status, body } = await delta.post(agent, '/v1/assessments', assessment);
  expect([status, body['code']]).toEqual([403, 'E-INTEGRITY']);
});
