/** The local issuer: tokens with the final shape of claims, for its demo client on this machine only. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { requestToken } from './clients.js';
import { createIssuer, DEMO_CLIENT } from './issuer.js';

const home = mkdtempSync(join(tmpdir(), 'yrd-issuer-'));
let server: Server;
let url: string;

const open = async (): Promise<void> => {
  server = await createIssuer({ home, url: 'http://issuer.test', clients: [DEMO_CLIENT] });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
};
const close = (): Promise<unknown> => new Promise((resolve) => server.close(resolve));
beforeAll(open);
afterAll(async () => {
  await close();
  rmSync(home, { recursive: true });
});

const keys = async () => createLocalJWKSet((await (await fetch(`${url}/jwks`)).json()) as JSONWebKeySet);
const form = (o: Record<string, string>): URLSearchParams =>
  new URLSearchParams({ grant_type: 'client_credentials', client_id: DEMO_CLIENT.id, client_secret: DEMO_CLIENT.secret, ...o });
const post = (body: URLSearchParams | string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/token`, { method: 'POST', body, headers });

test('a token says who acts, for whom, where and in which roles, for twelve hours', async () => {
  const token = await requestToken(url, DEMO_CLIENT, { roles: ['approver', 'supervisor'], province: '31', org: 'ORG-1', sub: 'wang' });
  const { payload } = await jwtVerify(token, await keys(), { issuer: 'http://issuer.test', audience: 'yrd' });
  expect(payload).toMatchObject({ sub: 'wang', org: 'ORG-1', province: '31', roles: ['approver', 'supervisor'] });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(12 * 3600);
});

test('a token outlives a restart of its issuer', async () => {
  const token = await requestToken(url, DEMO_CLIENT, { roles: ['approver'], province: '33' });
  await close();
  await open();
  expect((await jwtVerify(token, await keys())).payload.sub).toBe('demo:33:approver');
});

test('a request without a known secret, role or province is refused with an OAuth error', async () => {
  const refused = async (response: Response): Promise<unknown> => [response.status, ((await response.json()) as { error: string }).error];
  expect(await refused(await post(form({ role: 'supervisor', province: '31', client_secret: 'x' })))).toEqual([401, 'invalid_client']);
  expect(await refused(await post(form({ province: '31' })))).toEqual([400, 'invalid_scope']);
  expect(await refused(await post(form({ role: 'A B', province: '31' })))).toEqual([400, 'invalid_scope']);
  expect(await refused(await post(form({ role: 'supervisor', province: '44' })))).toEqual([400, 'invalid_request']);
  expect(await refused(await post(form({ role: 'supervisor', province: '31', org: 'a b' })))).toEqual([400, 'invalid_request']);
  expect(await refused(await post(form({ role: 'supervisor', grant_type: 'password' })))).toEqual([400, 'unsupported_grant_type']);
  expect(await refused(await post('{}', { 'content-type': 'application/json' }))).toEqual([415, 'invalid_request']);
  expect(await refused(await post(form({ role: 'x'.repeat(9_000) })))).toEqual([413, 'invalid_request']);
});

test('discovery names key set and token endpoint, and shows no private key', async () => {
  const discovery = (await (await fetch(`${url}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
  expect(discovery).toMatchObject({
    issuer: 'http://issuer.test',
    jwks_uri: 'http://issuer.test/jwks',
    token_endpoint: 'http://issuer.test/token',
  });
  expect(await (await fetch(`${url}/jwks`)).text()).not.toContain('"d"');
});

test('it does not serve in production', async () => {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  await expect(createIssuer({ home, url: 'http://issuer.test', clients: [] })).rejects.toThrow(/refuses NODE_ENV=production/);
  process.env['NODE_ENV'] = before;
});
