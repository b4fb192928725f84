/** Bad input at a running node: each is answered by a problem with a code, and the node goes on. */
import { ask, bodyOf, firm, office, tries } from './delta.js';
import { send } from './http.js';

const node = (): string => (JSON.parse(process.env['YRD_NODES'] ?? '{}') as Record<string, string>)['32'] ?? '';
const clerk = office('32');
const team = { kind: 'team', organisation: firm('32', 'bad').org, name: '示例团队 输入' };

afterEach(async () => {
  expect((await send(`${node()}/health/ready`)).status).toBe(200);
});

test.each([
  ['malformed JSON', '{"kind": "team", ', 400, 'E-MALFORMED'],
  ['wrong types', { ...team, name: 7 }, 400, 'E-VALIDATION'],
  ['an unknown field', { ...team, admin: true }, 400, 'E-VALIDATION'],
  ['a bad identifier', { ...team, kind: 'firm', uscc: '91350100M000100Y4Z' }, 400, 'E-VALIDATION'],
  ['a prototype as a field', '{"kind":"team","organisation":"o","name":"n","__proto__":{"admin":true}}', 400, 'E-MALFORMED'],
  ['an array in place of an object', [], 400, 'E-MALFORMED'],
])('%s is refused', async (_, body, status, code) => {
  const reply = await tries(clerk, '/v1/subjects', body);
  expect([reply.status, bodyOf(reply)['code']]).toEqual([status, code]);
  expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
});

test('a body that is too large is refused before it is read', async () => {
  const reply = await tries(clerk, '/v1/subjects', { ...team, name: 'x'.repeat(400_000) });
  expect(reply.status).toBe(413);
});

test('another body under the same idempotency key is 422, the same one is the first answer', async () => {
  const headers = { 'idempotency-key': `same-${Date.now()}` };
  const first = await tries(clerk, '/v1/subjects', team, headers);
  expect(first.status).toBe(201);
  const again = bodyOf(await tries(clerk, '/v1/subjects', team, headers));
  expect(again).toMatchObject({ id: bodyOf(first)['id'], position: bodyOf(first)['position'], repeated: true });
  const other = await tries(clerk, '/v1/subjects', { ...team, name: '示例团队 另一个' }, headers);
  expect([other.status, bodyOf(other)['code']]).toEqual([422, 'E-IDEMPOTENCY']);
});

test('a stale If-Match is 412', async () => {
  const made = bodyOf(await tries(clerk, '/v1/subjects', team));
  const fact = { fact: 'status', value: 'active', source: '登记档案（示例）', asOf: '2026-01-05' };
  const path = `/v1/subjects/${String(made['id'])}/facts`;
  expect((await tries(clerk, path, fact, { 'if-match': '"1"' })).status).toBe(200);
  const stale = await tries(clerk, path, { ...fact, value: 'closed' }, { 'if-match': '"1"' });
  expect([stale.status, bodyOf(stale)['code']]).toEqual([412, 'E-VERSION']);
});

test('a person of another province is sent home (421), nobody gets in without a token (401), roles hold (403)', async () => {
  const abroad = await ask(office('31'), '/v1/orders', '32');
  expect([abroad.status, bodyOf(abroad)['code']]).toEqual([421, 'E-HOME']);
  expect(JSON.stringify(abroad.body)).toContain('http://127.0.0.1:');
  expect((await ask(null, '/v1/orders', '32')).status).toBe(401);
  expect((await tries(firm('32'), '/v1/subjects', team)).status).toBe(403);
});

test('what is not there is 404, and a key that is missing is said', async () => {
  expect((await ask(clerk, '/v1/orders/00000000000000000000000000')).status).toBe(404);
  expect((await ask(null, '/nowhere', '32')).status).toBe(404);
  const keyless = await tries(clerk, '/v1/subjects', team, { 'idempotency-key': '' });
  expect([keyless.status, bodyOf(keyless)['code']]).toEqual([400, 'E-VALIDATION']);
});
