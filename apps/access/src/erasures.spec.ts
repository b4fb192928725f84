/** Erasure over HTTP: who may ask, what each province did, and what is left to be seen. */
import { RunningDelta, type Json, type Told, type Who } from '@yrd/platform/testing';
import { personIdCheckDigit } from '@yrd/standards';
import { accessRegister } from './index.js';

const a: Who = { province: '32', role: 'enterprise', org: 'org-a', person: 'a1' };
const b: Who = { province: '31', role: 'agency', org: 'org-b', person: 'b1' };
const clerk: Who = { province: '32', role: 'reviewer', person: 'clerk' };
const himself: Who = { province: '32', role: 'university', org: 'org-u', person: 'himself' };
const why = { caseNumber: '苏科监2026-12' };

let delta: RunningDelta;
let count = 0;
beforeAll(async () => {
  delta = await RunningDelta.start(['31', '32'], { contexts: [accessRegister] });
}, 60_000);
afterAll(() => delta.stop());

const bodyOf = (organisation: string): Json & { readonly idNumber: string } => {
  count += 1;
  const first = `320502199003${String(count).padStart(2, '0')}401`;
  return { organisation, kind: 'representative', name: '钱多多', idNumber: first + personIdCheckDigit(first), phone: '13911112222' };
};
const record = async (who: Who, body: Json): Promise<string> => String((await delta.does(who, '/v1/persons', body))['id']);
const issuer = (): string =>
  String((JSON.parse(Buffer.from(delta.headers(a)['Authorization']!.split('.')[1]!, 'base64url').toString()) as Json)['iss']);
const codeOf = ({ status, body }: Told): readonly unknown[] => [status, body['code']];
const reads = { fields: ['phone'], purpose: 'supervision', caseNumber: 'c', legalBasis: 'PIPL-13' };

test('the person himself asks, both provinces that hold him destroy the key, and he sees what each did', async () => {
  const body = bodyOf('org-a');
  const [here, there] = [await record(a, body), await record(b, { ...body, organisation: 'org-b' })];
  await delta.does(a, `/v1/persons/${here}/account`, { issuer: issuer(), account: '32-himself' });
  const { erasure } = await delta.does(himself, `/v1/persons/${here}/erasure`, why);
  const path = `/v1/erasures/${String(erasure)}`;
  await delta.until(async () => (await delta.get(himself, path)).body['done'] === 2);
  const { body: shown } = await delta.get(himself, path);
  expect(shown).toMatchObject({
    person: here,
    state: 'erased',
    shared: true,
    provinces: { 31: { outcome: 'erased', keyBackupDays: 7 }, 32: { outcome: 'erased', keyBackupDays: 7 } },
  });
  for (const [who, id] of [
    [a, here],
    [himself, here],
    [b, there],
  ] as const)
    expect((await delta.get(who, `/v1/persons/${id}`)).body).toMatchObject({ id, state: 'erased', fields: null });
  const { items } = (await delta.get(b, '/v1/persons?state=erased')).body as { items: Json[] };
  expect(items).toMatchObject([{ id: there, state: 'erased', fields: null }]);
  // Whoever read him stays to be seen; nobody reads, corrects or records under this id again.
  expect((await delta.get(himself, `/v1/persons/${here}/reads`)).status).toBe(200);
  for (const told of [
    await delta.post(clerk, `/v1/persons/${here}/disclosures`, reads),
    await delta.post(a, `/v1/persons/${here}/corrections`, { phone: '13900000000' }),
    await delta.post(a, `/v1/persons/${here}/account`, { issuer: issuer(), account: 'x' }),
  ])
    expect(codeOf(told)).toEqual([410, 'E-ERASED']);
  // He may come again: that is another record under another key.
  expect(await record(a, body)).not.toBe(here);
});

test('the refusal of what is erased is said in both languages', async () => {
  const id = await record(a, bodyOf('org-a'));
  await delta.does(clerk, `/v1/persons/${id}/erasure`, why);
  await delta.until(async () => (await delta.get(a, `/v1/persons/${id}`)).body['state'] === 'erased');
  const detail = async (language: string) =>
    (await delta.post(clerk, `/v1/persons/${id}/disclosures`, reads, { headers: { 'Accept-Language': language } })).body['detail'];
  expect(await detail('zh')).toMatch(/^该个人信息已删除，无法恢复/);
  expect(await detail('en')).toMatch(/^These personal data are erased/);
});

test('his organisation sends him to ask himself or a clerk, and others find nobody', async () => {
  const id = await record(a, bodyOf('org-a'));
  const told = await delta.post(a, `/v1/persons/${id}/erasure`, why);
  expect([codeOf(told), (told.body['facts'] as Json)['needed']]).toEqual([[403, 'E-ROLE'], expect.stringContaining('the person himself')]);
  expect(codeOf(await delta.post({ ...a, org: 'org-c' }, `/v1/persons/${id}/erasure`, why))).toEqual([404, 'E-NOTFOUND']);
  expect(codeOf(await delta.post(clerk, `/v1/persons/${id}/erasure`, {}))).toEqual([400, 'E-VALIDATION']);
  expect(codeOf(await delta.post(clerk, `/v1/persons/${id}/erasure`, { caseNumber: '13911112222' }))).toEqual([400, 'E-VALIDATION']);
  const { erasure } = await delta.does(clerk, `/v1/persons/${id}/erasure`, why);
  const again = await delta.does(clerk, `/v1/persons/${id}/erasure`, { caseNumber: 'another' });
  expect(again['erasure']).toBe(erasure);
  await delta.until(async () => (await delta.get(a, `/v1/erasures/${String(erasure)}`)).body['done'] === 2);
  expect(codeOf(await delta.get({ ...a, org: 'org-c' }, `/v1/erasures/${String(erasure)}`))).toEqual([404, 'E-NOTFOUND']);
  expect(codeOf(await delta.get({ ...b, province: '31' }, `/v1/erasures/${String(erasure)}`))).toEqual([404, 'E-NOTFOUND']);
});

test('a duty that the record falls under is shown with its end and its clause, before and after erasure is asked for', async () => {
  await delta.does({ province: '32', role: 'supervisor' }, '/v1/retention', { version: '32-retention-2025.1' });
  const id = await record(a, { ...bodyOf('org-a'), records: ['accounting-voucher'] });
  const { erasure } = await delta.does(clerk, `/v1/persons/${id}/erasure`, why);
  await delta.until(async () => (await delta.get(a, `/v1/persons/${id}`)).body['state'] === 'postponed');
  expect((await delta.get(a, `/v1/persons/${id}`)).body).toMatchObject({
    state: 'postponed',
    basis: 'CN-ACCOUNTING-ARCHIVES',
    fields: { name: '钱**' },
    duties: [{ class: 'accounting-voucher' }],
  });
  await delta.until(async () => (await delta.get(a, `/v1/erasures/${String(erasure)}`)).body['done'] === 2);
  const { provinces } = (await delta.get(a, `/v1/erasures/${String(erasure)}`)).body as { provinces: Record<string, Json> };
  expect(provinces).toMatchObject({ 31: { outcome: 'not-held' }, 32: { outcome: 'postponed', basis: 'CN-ACCOUNTING-ARCHIVES' } });
  expect(codeOf(await delta.post(clerk, `/v1/persons/${id}/disclosures`, { ...reads, purpose: 'identity-check' }))).toEqual([
    409,
    'E-RESTRICTED',
  ]);
  expect((await delta.post(clerk, `/v1/persons/${id}/disclosures`, reads)).status).toBe(200);
});
