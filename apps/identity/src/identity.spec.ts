/** The local identity provider as a page, a system and an attacker meet it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { createIdentity, type Identity, type IdentitySettings } from './index.js';

const home = mkdtempSync(join(tmpdir(), 'yrd-identity-'));
const ISSUER = 'http://127.0.0.1:4999';
const PAGE = 'http://127.0.0.1:3132';
const account = (id: string, province: string, roles: readonly string[], org: string) => ({
  ...{ id, province, roles, org },
  group: { zh: '工作人员', en: 'Staff' },
  name: { zh: `初审 <${id}>`, en: `Reviewer ${id}` },
  about: { zh: '江苏', en: 'Jiangsu' },
});
const settings: IdentitySettings = {
  url: ISSUER,
  keysFile: join(home, 'identity-keys.json'),
  audience: 'yrd',
  accounts: [account('reviewer-32', '32', ['reviewer'], 'office-32'), account('reviewer-31', '31', ['reviewer'], 'office-31')],
  pages: [
    { province: '31', name: { zh: '上海', en: 'Shanghai' }, url: 'http://127.0.0.1:3131' },
    { province: '32', name: { zh: '江苏', en: 'Jiangsu' }, url: PAGE },
  ],
  pageClient: 'yrd-page',
  systems: [{ id: 'lab', secret: 'lab-secret', province: '32', org: 'lab-32', roles: ['agency'], scopes: ['agency:write'] }],
  demoClients: [{ id: 'demo', secret: 'demo-secret' }],
  scopes: ['agency:write', 'orders:read'],
};

let identity: Identity;
let url: string;
const listen = async (server: Server): Promise<void> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
beforeAll(async () => {
  identity = await createIdentity(settings, false);
  await listen(identity.server);
});
afterAll(async () => {
  identity.server.closeAllConnections();
  await new Promise((resolve) => identity.server.close(resolve));
  rmSync(home, { recursive: true });
});

type Json = Readonly<Record<string, unknown>>;
const keys = async (): Promise<JSONWebKeySet> => (await (await fetch(`${url}/jwks`)).json()) as JSONWebKeySet;
const read = async (token: unknown) => jwtVerify(String(token), createLocalJWKSet(await keys()), { issuer: ISSUER, audience: 'yrd' });
const post = async (form: Readonly<Record<string, string>> | URLSearchParams, headers: Readonly<Record<string, string>> = {}) => {
  const answer = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(form), headers });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Json };
};
const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });

/** A browser in small: keeps cookies by path, follows nothing by itself. */
class Browser {
  private readonly cookies = new Map<string, { readonly value: string; readonly path: string }>();
  async go(address: string, init: RequestInit = {}): Promise<Response> {
    // The provider names itself by its configured address; the test listens on another port.
    const target = new URL(address, ISSUER);
    const cookie = [...this.cookies]
      .filter(([, { path }]) => target.pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`);
    const answer = await fetch(`${url}${target.pathname}${target.search}`, {
      ...init,
      redirect: 'manual',
      headers: { cookie: cookie.join('; '), ...init.headers },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      this.cookies.set(name, { value, path: /path=([^;]+)/i.exec(set)?.[1] ?? '/' });
    }
    return answer;
  }
}

const verifier = 'v'.repeat(64);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const authorize = (more: Readonly<Record<string, string>> = {}): string =>
  `/auth?${new URLSearchParams({
    client_id: 'yrd-page',
    redirect_uri: `${PAGE}/`,
    response_type: 'code',
    scope: 'openid',
    state: 's1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  }).toString()}`;
const placeOf = (answer: Response): string => answer.headers.get('location') ?? '';

/** Signs in as an account. Answers where the browser ends. */
const signIn = async (browser: Browser, id: string, form = `account=${id}`): Promise<URL> => {
  const interaction = placeOf(await browser.go(authorize()));
  const picked = await browser.go(interaction, {
    method: 'POST',
    body: form,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  return new URL(placeOf(await browser.go(placeOf(picked))));
};
const redeem = (code: string | null, more: Readonly<Record<string, string>> = {}) =>
  post({
    grant_type: 'authorization_code',
    client_id: 'yrd-page',
    code: code ?? '',
    redirect_uri: `${PAGE}/`,
    code_verifier: verifier,
    ...more,
  });

describe('a person at a page', () => {
  it('picks an account, and the page gets an access token that says who it is (RFC 9068)', async () => {
    const back = await signIn(new Browser(), 'reviewer-32');
    expect([back.origin, back.searchParams.get('state'), back.searchParams.get('iss')]).toEqual([PAGE, 's1', ISSUER]);
    const { status, body } = await redeem(back.searchParams.get('code'));
    expect(status).toBe(200);
    const { payload, protectedHeader } = await read(body['access_token']);
    expect(protectedHeader).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    expect(payload).toMatchObject({ sub: 'reviewer-32', client_id: 'yrd-page', org: 'office-32', province: '32', roles: ['reviewer'] });
    expect([payload.aud, Object.keys(payload).includes('nonce')]).toEqual(['yrd', false]);
  });

  it('signs in once for all nodes of this machine, without being asked again', async () => {
    const browser = new Browser();
    await signIn(browser, 'reviewer-32');
    const again = new URL(placeOf(await browser.go(authorize({ redirect_uri: 'http://127.0.0.1:3131/' }))));
    expect([again.origin, again.searchParams.has('code')]).toEqual(['http://127.0.0.1:3131', true]);
  });

  it('stays signed in by refresh tokens that change; one that is used twice ends the whole sign-in', async () => {
    const { body: first } = await redeem((await signIn(new Browser(), 'reviewer-32')).searchParams.get('code'));
    const refresh = (token: unknown) => post({ grant_type: 'refresh_token', client_id: 'yrd-page', refresh_token: String(token) });
    const second = await refresh(first['refresh_token']);
    expect([second.status, second.body['refresh_token'] === first['refresh_token']]).toEqual([200, false]);
    expect((await refresh(first['refresh_token'])).body['error']).toBe('invalid_grant');
    expect((await refresh(second.body['refresh_token'])).body['error']).toBe('invalid_grant');
  });

  it('may go back without signing in', async () => {
    const back = await signIn(new Browser(), '', 'cancel=yes');
    expect([back.origin, back.searchParams.get('error')]).toEqual([PAGE, 'access_denied']);
  });

  it('sees the accounts of the province of that page first, in the language of the browser, escaped, without any script', async () => {
    const browser = new Browser();
    const place = placeOf(await browser.go(authorize()));
    const english = await browser.go(place, { headers: { 'accept-language': 'en-GB,zh;q=0.5' } });
    const text = await english.text();
    expect(text).toContain('Reviewer reviewer-32');
    expect(text).not.toContain('reviewer-31');
    expect(text).not.toMatch(/<script|style=|onclick/);
    expect(english.headers.get('content-security-policy')).toMatch(/default-src 'none';.*form-action 'self' http:\/\/127\.0\.0\.1:3131 /);
    const chinese = await (await browser.go(`${place}?province=31&lang=zh`)).text();
    expect(chinese).toContain('初审 &lt;reviewer-31&gt;');
    expect(chinese).toContain('<html lang="zh-CN">');
  });

  it('signs out after saying yes, and is asked for an account again', async () => {
    const browser = new Browser();
    const { body } = await redeem((await signIn(browser, 'reviewer-32')).searchParams.get('code'));
    const asked = await browser.go(
      `/session/end?${new URLSearchParams({ id_token_hint: String(body['id_token']), post_logout_redirect_uri: `${PAGE}/` }).toString()}`,
    );
    const secret = /name="xsrf" value="([^"]+)"/.exec(await asked.text())?.[1] ?? '';
    const form = new URLSearchParams({ xsrf: secret, logout: 'yes' });
    const ended = await browser.go('/session/end/confirm', { method: 'POST', body: form });
    expect([ended.status, placeOf(ended)]).toEqual([303, `${PAGE}/`]);
    expect(placeOf(await browser.go(authorize()))).toMatch(/\/sign-in\//);
  });
});

describe('an attacker', () => {
  it('gets no code to another address, and the error page says so without a script', async () => {
    const answer = await new Browser().go(authorize({ redirect_uri: 'https://evil.example/' }), {
      headers: { accept: 'text/html', 'accept-language': 'en' },
    });
    const text = await answer.text();
    expect([answer.status, text.includes('invalid_redirect_uri'), /<script/.test(text)]).toEqual([400, true, false]);
  });

  it('gets no code without PKCE, and no token for a code without its verifier or for a second time', async () => {
    const plain = new URL(placeOf(await new Browser().go(authorize({ code_challenge: '', code_challenge_method: '' }))));
    expect(plain.searchParams.get('error')).toBe('invalid_request');
    const code = (await signIn(new Browser(), 'reviewer-32')).searchParams.get('code');
    expect((await redeem(code, { code_verifier: 'w'.repeat(64) })).body['error']).toBe('invalid_grant');
    const other = (await signIn(new Browser(), 'reviewer-32')).searchParams.get('code');
    expect([(await redeem(other)).status, (await redeem(other)).body['error']]).toEqual([200, 'invalid_grant']);
  });

  it('cannot post the form of a sign-in from another window or another page', async () => {
    const place = placeOf(await new Browser().go(authorize()));
    const init = { method: 'POST', body: 'account=reviewer-32', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect((await new Browser().go(place, init)).status).toBe(400);
    const browser = new Browser();
    const own = placeOf(await browser.go(authorize()));
    expect((await browser.go(own, { ...init, headers: { ...init.headers, origin: 'https://evil.example' } })).status).toBe(403);
    expect((await browser.go(own, { ...init, body: `account=${'x'.repeat(9_000)}` })).status).toBe(413);
  });

  it('cannot ask from the page of a stranger, nor through a name that points here', async () => {
    const origin = { origin: 'https://evil.example', ...basic('demo', 'demo-secret') };
    expect(
      (await post({ grant_type: 'client_credentials', role: 'reviewer', province: '32' }, origin)).headers.get(
        'access-control-allow-origin',
      ),
    ).not.toBe('https://evil.example');
    const { status } = await new Promise<{ status: number }>((resolve, reject) => {
      const { port } = new URL(url);
      import('node:http').then(
        ({ get }) =>
          get({ port, host: '127.0.0.1', path: '/jwks', headers: { host: 'evil.example' } }, (answer) => {
            answer.resume();
            resolve({ status: answer.statusCode ?? 0 });
          }).on('error', reject),
        reject,
      );
    });
    expect(status).toBe(421);
  });
});

describe('a machine', () => {
  const ask = (form: Readonly<Record<string, string>> | URLSearchParams, id = 'demo', secret = 'demo-secret') =>
    post(form, basic(id, secret));

  it('of an organisation gets a token in its roles with the scopes that it may have', async () => {
    const { body } = await ask({ grant_type: 'client_credentials', scope: 'agency:write' }, 'lab', 'lab-secret');
    const { payload } = await read(body['access_token']);
    expect(payload).toMatchObject({
      sub: 'lab',
      client_id: 'lab',
      org: 'lab-32',
      province: '32',
      roles: ['agency'],
      scope: 'agency:write',
    });
    const beyond = await ask({ grant_type: 'client_credentials', scope: 'orders:read' }, 'lab', 'lab-secret');
    expect(beyond.body['error']).toBe('invalid_scope');
    const asking = { grant_type: 'client_credentials', scope: 'agency:write', role: 'approver', province: '31' };
    expect((await read((await ask(asking, 'lab', 'lab-secret')).body['access_token'])).payload).toMatchObject({
      roles: ['agency'],
      province: '32',
    });
  });

  it('of tests and samples gets a token in any name, for twelve hours', async () => {
    const form = new URLSearchParams({ grant_type: 'client_credentials', province: '31', org: 'ORG-1', sub: 'wang' });
    for (const role of ['approver', 'supervisor']) form.append('role', role);
    const { payload } = await read((await ask(form)).body['access_token']);
    expect(payload).toMatchObject({ sub: 'wang', org: 'ORG-1', province: '31', roles: ['approver', 'supervisor'] });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(12 * 3_600);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['another secret', { secret: 'x' }, 'invalid_client'],
    ['no role', { role: '' }, 'invalid_request'],
    ['a role that is none', { role: 'A B' }, 'invalid_request'],
    ['another province', { province: '44' }, 'invalid_request'],
    ['an organisation that is none', { org: 'a b' }, 'invalid_request'],
    ['a password', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('with %s gets none', async (_what, { secret = 'demo-secret', ...more }, error) => {
    const { status, body } = await ask({ grant_type: 'client_credentials', role: 'reviewer', province: '32', ...more }, 'demo', secret);
    expect([status >= 400 && status < 500, body['error']]).toEqual([true, error]);
  });
});

describe('its keys', () => {
  it('are its own secret, and outlive a restart and one rotation', async () => {
    expect(statSync(settings.keysFile).mode & 0o077).toBe(0);
    expect(JSON.stringify(await keys())).not.toContain('"d"');
    const ask = async () =>
      (await post({ grant_type: 'client_credentials', role: 'reviewer', province: '32' }, basic('demo', 'demo-secret'))).body[
        'access_token'
      ];
    const before = await ask();
    await identity.rotate();
    const after = await ask();
    const kids = (await keys()).keys.map(({ kid }) => kid);
    const heads = [after, before].map(
      (token) => (JSON.parse(Buffer.from(String(token).split('.')[0] ?? '', 'base64url').toString()) as Json)['kid'],
    );
    expect(kids).toEqual(heads);
    expect((await read(before)).payload['province']).toBe('32');
    const again = await createIdentity(settings, false);
    expect(again.server.listening).toBe(false);
    expect((JSON.parse(readFileSync(settings.keysFile, 'utf8')) as { signing: unknown[] }).signing).toHaveLength(2);
  });
});

test('it does not serve in production', async () => {
  await expect(createIdentity(settings, true)).rejects.toThrow(/refuses NODE_ENV=production/);
});
