/** Rotating the keys of a node over HTTP: who may, what comes of it, and what everybody sees. */
import { Module, type DynamicModule } from '@nestjs/common';
import type { Context } from '@yrd/ledger';
import { SimulatedWorld } from '@yrd/ledger/testing';
import { startTestIssuer, type TestIssuer } from '../identity/issuer-for-tests.js';
import type { Service } from '../service.js';
import { driveOnRealTime, serveSimulated } from '../served-for-tests.js';

const DAY_MS = 86_400_000;
const context: Context = {
  name: 'voucher',
  codeVersion: '1',
  entryTypes: {},
  folds: [],
  commands: {},
  reactions: [],
  views: [],
  timers: () => [],
};
@Module({})
class NothingModule {}

const world = new SimulatedWorld(71, ['31', '32']);
const first = world.federation.nodes.find(({ province }) => province === '32')!.journals['voucher']!.key;
let issuer: TestIssuer;
const services: Service[] = [];
let still: () => void;
const begin = (province: string): Promise<Service> => {
  const module = (): DynamicModule => ({ module: NothingModule });
  return serveSimulated({ world, province, issuer: issuer.issuer, context, module, logged: [], openAlone: true });
};
const ask = async (path: string, at = 0): Promise<string> => (await fetch(`${services[at]!.url}${path}`)).text();
const json = async (path: string, at = 0) => JSON.parse(await ask(path, at)) as Readonly<Record<string, unknown>>;
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it never became so');
};
const post = async (path: string, body: object, key: string, role = 'security-admin') => {
  const answer = await fetch(`${services[0]!.url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'Content-Type': 'application/json',
      'Accept-Language': 'en',
      'Idempotency-Key': key,
      Authorization: `Bearer ${await issuer.token({ roles: [role] })}`,
    },
  });
  return { http: answer.status, ...((await answer.json()) as Record<string, unknown>) };
};
const rotation = { context: 'voucher', key: 'journal', days: 90, reason: 'test' };

beforeAll(async () => {
  issuer = await startTestIssuer();
  still = driveOnRealTime(world);
  services.push(await begin('32'), await begin('31'));
  for (const at of [0, 1]) await until(async () => (await fetch(`${services[at]!.url}/health/ready`)).status === 200);
}, 30_000);
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  still();
  await issuer.close();
});

test('only a security administrator rotates, once for one Idempotency-Key, and everybody sees both keys', async () => {
  expect(await post('/v1/keys/rotation', rotation, 'r0', 'operator')).toMatchObject({ http: 403, code: 'E-ROLE' });
  expect(await post('/v1/keys/rotation', { ...rotation, key: 'box' }, 'r0')).toMatchObject({ http: 400 });
  expect(await post('/v1/keys/rotation', { ...rotation, context: 'nothing' }, 'r0')).toMatchObject({ http: 404 });
  const answer = await post('/v1/keys/rotation', rotation, 'r1');
  expect(answer).toMatchObject({ http: 200, stream: 'keys/self', repeated: false });
  expect(await post('/v1/keys/rotation', rotation, 'r1')).toEqual({ ...answer, repeated: true });
  const shown = (await ask('/log/32/voucher/key')).split('\n');
  expect(shown).toHaveLength(3);
  expect(shown[0]).toMatch(/^yrd\.test\/log\/32\/voucher\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/);
  expect(shown[1]).toMatch(new RegExp(`^${first.replace(/[.+]/g, '\\$&')} 0 \\d+$`));
  await until(async () => (await ask('/log/32/voucher/key', 1)) === shown.join('\n'));
});

test('a key of before is revoked from a size on, one in force is not', async () => {
  const [now = '', before = ''] = (await ask('/log/32/voucher/key')).split('\n');
  const revoked = { context: 'voucher', reason: 'stolen', fromSize: 1 };
  expect(await post('/v1/keys/revocation', { ...revoked, key: now }, 'v0')).toMatchObject({ http: 409, code: 'E-KEY' });
  expect(await post('/v1/keys/revocation', { ...revoked, key: first }, 'v1', 'operator')).toMatchObject({ http: 403 });
  expect(await post('/v1/keys/revocation', { ...revoked, key: first }, 'v2')).toMatchObject({ http: 200 });
  expect(await ask('/log/32/voucher/key')).toBe(`${now}\n${before} revoked 1\n`);
});

test('a key that is about to expire is a warning on health, status and metrics, and refuses commands when it has', async () => {
  expect(await post('/v1/keys/rotation', { ...rotation, key: 'cosigner', days: 40 }, 'c1')).toMatchObject({ http: 200 });
  const expected = /^The key yrd\.test\/witness\/32\/voucher \(([0-9a-f]{4}-){3}[0-9a-f]{4}\) expires in (39|40) days: rotate it/;
  await until(async () => ((await json('/health/ready'))['warnings'] as string[]).length > 0);
  const inEnglish = { headers: { 'Accept-Language': 'en' } };
  const ready = await fetch(`${services[0]!.url}/health/ready`, inEnglish);
  expect([ready.status, ((await ready.json()) as { warnings: string[] }).warnings]).toEqual([200, [expect.stringMatching(expected)]]);
  expect((await json('/v1/status'))['warnings']).toEqual([{ zh: expect.stringContaining('天到期'), en: expect.stringMatching(expected) }]);
  expect(await ask('/metrics')).toMatch(/yrd_key_days_left\{key="yrd\.test\/witness\/32\/voucher"\} (39|40)\n/);
  world.forward(41 * DAY_MS);
  await until(async () => (await fetch(`${services[0]!.url}/health/ready`)).status === 503);
  expect(((await json('/health/ready'))['reasons'] as string[])[0]).toMatch(/有效期至.*请轮换（POST \/v1\/keys\/rotation/);
  expect(await post('/v1/keys/rotation', { ...rotation, key: 'cosigner' }, 'c2')).toMatchObject({ http: 200 });
  await until(async () => (await fetch(`${services[0]!.url}/health/ready`)).status === 200);
});
