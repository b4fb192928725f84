/** Who asks, attacked: issuers that overreach, keys that change, floods, machines beyond their scopes, the first security administrator. */
import { Controller, Get, Module, Post } from '@nestjs/common';
import { Disk, memoryStorage, SimulatedWorld } from '@yrd/ledger/testing';
import { pino } from 'pino';
import { Allows } from './access.js';
import { readConfig, type Environment } from '../config/config.js';
import { startTestIssuer, type TestIssuer } from './issuer-for-tests.js';
import { createNodeKeys } from '../keys/keys.js';
import { Service } from '../service.js';

const nodeOf = (province: string) =>
  createNodeKeys({ federation: 'yrd.test', province, name: province, url: `http://node-${province}.test`, contexts: ['voucher'] }).public;
const federation = JSON.stringify({ federation: 'yrd.test', nodes: [nodeOf('31'), nodeOf('32')] });

/** Rows of the voucher context, so that scopes have something to open. */
@Controller()
class Orders {
  @Get('v1/orders')
  @Allows('ReadOrders')
  read(): object {
    return { items: [] };
  }

  @Post('v1/orders')
  @Allows('PlaceOrder')
  place(): object {
    return {};
  }

  @Get('v1/redemptions')
  @Allows('ReadRedemptions')
  redemptions(): object {
    return { items: [] };
  }
}
@Module({ controllers: [Orders] })
class OrdersModule {}

let issuer: TestIssuer;
const logged: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => logged.push(line) });
const running: Service[] = [];

interface Begun {
  readonly env?: Environment;
  /** Of the issuers file; else the test issuer by its address. */
  readonly issuers?: readonly object[];
  readonly disk?: Disk;
  readonly production?: boolean;
}

/** What the node said to who started it. */
const said: string[] = [];
const instant = { there: () => Promise.resolve(), back: () => Promise.resolve() };

const begin = async ({ env = {}, issuers, disk = new Disk(), production = false }: Begun = {}): Promise<Service> => {
  const all: Environment = {
    YRD_PROVINCE: '32',
    KAFKA_BROKERS: 'localhost:1',
    MONGO_URL: 'mongodb://localhost:1',
    YRD_KEYS: '-',
    YRD_FEDERATION: 'federation',
    YRD_POLICIES: '-',
    YRD_PORT: '0',
    ...(issuers ? { YRD_ISSUERS: 'issuers' } : { YRD_ISSUER: issuer.issuer }),
    ...env,
  };
  const config = readConfig(all, (path) => (path === 'federation' ? federation : JSON.stringify(issuers)));
  const { world } = new SimulatedWorld(1, ['32']).process('32');
  const register = { ...world, storage: memoryStorage(disk, instant), clock: { ...world.clock, now: () => 0 } };
  const served = { context: { name: 'voucher', entryTypes: {} } as never, module: () => ({ module: OrdersModule }) };
  const service = new Service({
    // A test issuer has no TLS, without which no production would start.
    config: { ...config, production, tokens: { ...config.tokens, secondFactor: production || config.tokens.secondFactor } },
    contexts: [served],
    personKey: new Uint8Array(32),
    log,
    say: (line) => said.push(line),
    reach: () => Promise.resolve({ worlds: { access: register, voucher: register }, clock: null, close: () => Promise.resolve() }),
    openNode: () => ({ start: async () => undefined, stop: async () => undefined, status: () => ({ journals: [] }) }) as never,
  });
  await service.start();
  running.push(service);
  return service;
};

type Claims = Readonly<Record<string, unknown>>;
interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}
const send = async (service: Service, path: string, token: string, body?: object): Promise<Told> => {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Accept-Language': 'en' };
  const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(`${service.url}${path}`, init);
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Told['body'] };
};
const ask = async (service: Service, claims: Claims = {}, path = '/v1/me'): Promise<Told> =>
  send(service, path, await issuer.token(claims));

beforeAll(async () => void (issuer = await startTestIssuer()));
afterEach(() => Promise.all(running.splice(0).map((service) => service.stop())));
afterAll(() => issuer.close());

describe('an access token', () => {
  it('says who its bearer is here', async () => {
    const { status, body } = await ask(await begin(), { roles: ['agency'], org: 'lab-1' });
    expect([status, body]).toEqual([
      200,
      {
        person: expect.stringMatching(/^[0-9a-f]{16}$/),
        organisation: 'lab-1',
        province: '32',
        roles: ['agency'],
        machine: false,
        scopes: null,
      },
    ]);
  });

  it.each<[string, Claims, Claims]>([
    ['an ID token by its header', {}, { typ: 'JWT' }],
    ['a token that says nothing of its kind', {}, { typ: undefined }],
    ['an ID token by its nonce', { nonce: 'n' }, {}],
    ['an ID token by the hash of the access token', { at_hash: 'h' }, {}],
    ['a refresh token by its payload', { typ: 'Refresh' }, {}],
    ['an ID token as some issuers mark it', { token_use: 'id' }, {}],
    ['a logout token', { events: {} }, {}],
    ['the node itself as organisation', { org: 'node:31' }, {}],
  ])('is not %s', async (_what, claims, header) => {
    const { status, body } = await send(await begin(), '/v1/me', await issuer.token(claims, header));
    expect([status, body['code']]).toEqual([401, 'E-AUTH']);
  });

  it('of an ID token is refused also where the issuer marks access tokens as plain JWT', async () => {
    const service = await begin({ issuers: [{ issuer: issuer.issuer, provinces: ['32'], types: ['JWT'] }] });
    expect((await send(service, '/v1/me', await issuer.token({}, { typ: 'JWT' }))).status).toBe(200);
    expect((await send(service, '/v1/me', await issuer.token({ nonce: 'n' }, { typ: 'JWT' }))).status).toBe(401);
  });

  it('is good within the clock skew that is configured, and not beyond', async () => {
    const service = await begin({ env: { YRD_CLOCK_SKEW_SECONDS: '100' } });
    const now = Math.floor(Date.now() / 1_000);
    expect((await ask(service, { exp: now - 60 })).status).toBe(200);
    expect((await ask(service, { exp: now - 160 })).status).toBe(401);
    expect((await ask(service, { nbf: now + 160 })).status).toBe(401);
  });

  it('larger than any token is refused unread', async () => {
    expect((await ask(await begin(), { padding: 'x'.repeat(7_000) })).status).toBe(401);
  });
});

describe('an issuer', () => {
  it('of one province cannot speak for another', async () => {
    const service = await begin({ issuers: [{ issuer: issuer.issuer, provinces: ['32'] }] });
    const { status, body } = await ask(service, { province: '31' });
    expect([status, body['code'], body['facts']]).toEqual([401, 'E-AUTH', { reason: 'its issuer does not speak for this province' }]);
  });

  it('of some organisations cannot speak for others, nor for clerks of the node', async () => {
    const service = await begin({ issuers: [{ issuer: issuer.issuer, provinces: ['32'], organisations: ['lab-*'], roles: ['agency'] }] });
    expect((await ask(service, { org: 'lab-7', roles: ['agency'] })).status).toBe(200);
    expect((await ask(service, { org: 'org-1', roles: ['agency'] })).status).toBe(401);
    expect((await ask(service, { org: undefined, roles: ['agency'] })).status).toBe(401);
  });

  it('gives only the roles that it may give, in its own words and claims', async () => {
    const claims = { organisation: 'https://id.example/dept', province: '/place/code', roles: '/realm_access/roles' };
    const roles = { 'voucher clerk': 'reviewer' };
    const service = await begin({ issuers: [{ issuer: issuer.issuer, provinces: ['32'], claims, roles }] });
    const { body } = await ask(service, {
      org: undefined,
      province: undefined,
      roles: ['approver'],
      'https://id.example/dept': 'dept-32',
      place: { code: '32' },
      realm_access: { roles: ['voucher clerk', 'approver', '__proto__', 'offline_access'] },
    });
    expect(body).toMatchObject({ organisation: 'dept-32', province: '32', roles: ['reviewer'] });
  });

  it('that rotates its key is asked once, and the key that it took back opens nothing any more', async () => {
    const service = await begin({ env: { YRD_ISSUER_COOLDOWN_MS: '0' } });
    const before = await issuer.token();
    expect((await send(service, '/v1/me', before)).status).toBe(200);
    await issuer.rotate();
    expect((await ask(service)).status).toBe(200);
    expect((await send(service, '/v1/me', before)).status).toBe(401);
  });

  it('is asked again when its keys are old, without any token that names a new one', async () => {
    const service = await begin({ env: { YRD_ISSUER_COOLDOWN_MS: '0', YRD_ISSUER_KEYS_SECONDS: '0' } });
    const before = await issuer.token();
    expect((await send(service, '/v1/me', before)).status).toBe(200);
    await issuer.rotate();
    expect((await send(service, '/v1/me', before)).status).toBe(401);
  });

  it('is not flooded by tokens that name keys which do not exist', async () => {
    const service = await begin({ env: { YRD_ISSUER_COOLDOWN_MS: '600000' } });
    expect((await ask(service)).status).toBe(200);
    const [before, [header = '', ...rest]] = [issuer.asked, (await issuer.token()).split('.')];
    const named = (kid: string): string =>
      [
        Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(header, 'base64url').toString()), kid })).toString('base64url'),
        ...rest,
      ].join('.');
    const found = await Promise.all(Array.from({ length: 20 }, (_, at) => send(service, '/v1/me', named(`invented-${at}`))));
    expect([new Set(found.map(({ status }) => status)), issuer.asked - before]).toEqual([new Set([401]), 0]);
  });

  it('that does not answer is no fault of the token: keys that are held go on serving, a new one waits with 503', async () => {
    const service = await begin({ env: { YRD_ISSUER_COOLDOWN_MS: '0', YRD_ISSUER_KEYS_SECONDS: '0' } });
    const held = await issuer.token();
    expect((await send(service, '/v1/me', held)).status).toBe(200);
    await issuer.rotate();
    issuer.silence(true);
    try {
      expect((await send(service, '/v1/me', held)).status).toBe(200);
      const { status, headers } = await ask(service);
      expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    } finally {
      issuer.silence(false);
    }
    expect((await ask(service)).status).toBe(200);
  });

  it('that was silent a moment ago is not asked for every token, and these wait with 503 too', async () => {
    const cooldownMs = 1_000;
    const service = await begin({ env: { YRD_ISSUER_COOLDOWN_MS: String(cooldownMs) } });
    expect((await ask(service)).status).toBe(200);
    await issuer.rotate();
    await new Promise((resolve) => setTimeout(resolve, cooldownMs));
    issuer.silence(true);
    try {
      expect([(await ask(service)).status, (await ask(service)).status]).toEqual([503, 503]);
    } finally {
      issuer.silence(false);
    }
  });
});

describe('a clerk', () => {
  it('shows a second factor where that is demanded, and is told how', async () => {
    const service = await begin({ env: { YRD_SECOND_FACTOR: 'required' } });
    const { status, headers } = await ask(service, { roles: ['reviewer'] });
    expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('insufficient_user_authentication')]);
    expect((await ask(service, { roles: ['reviewer'], amr: ['pwd'] })).status).toBe(401);
    expect((await ask(service, { roles: ['reviewer'], amr: ['pwd', 'otp', 'mfa'] })).status).toBe(200);
    expect((await ask(service, { roles: ['enterprise'] })).status).toBe(200);
  });

  it('shows it in the words that the issuer is configured to use', async () => {
    const trust = { issuer: issuer.issuer, provinces: ['32'], secondFactor: { acr: ['level-3'] } };
    const service = await begin({ issuers: [trust], env: { YRD_SECOND_FACTOR: 'required' } });
    expect((await ask(service, { roles: ['finance'], acr: 'level-3' })).status).toBe(200);
    expect((await ask(service, { roles: ['finance'], acr: 'level-2', amr: ['mfa'] })).status).toBe(401);
  });
});

describe('a machine', () => {
  const machine = (client: string, scope: string | undefined, roles = ['enterprise']) => ({ sub: client, client_id: client, scope, roles });

  it('does what its scopes open, in the roles of its organisation, and nothing else', async () => {
    const service = await begin();
    expect((await ask(service, machine('m', 'orders:read'), '/v1/orders')).status).toBe(200);
    const beyond = await send(service, '/v1/orders', await issuer.token(machine('m', 'orders:read')), {});
    expect([beyond.status, beyond.body['code'], beyond.headers.get('www-authenticate')]).toEqual([
      403,
      'E-SCOPE',
      expect.stringContaining('scope="orders:write"'),
    ]);
    expect((await ask(service, machine('m', 'orders:read', ['university']), '/v1/orders')).body['code']).toBe('E-ROLE');
  });

  it('without a scope of ours does nothing, and no scope opens what only clerks may do', async () => {
    const service = await begin();
    expect((await ask(service, machine('m', undefined), '/v1/orders')).body['code']).toBe('E-SCOPE');
    const clerk = machine('m', 'orders:read orders:write agency:write quotas:write', ['approver']);
    expect((await ask(service, clerk, '/v1/redemptions')).body['code']).toBe('E-SCOPE');
  });

  it('that a person lent a scope to is limited to it; a person who lent nothing is not', async () => {
    const service = await begin();
    const lent = { sub: 'p', client_id: 'app', roles: ['enterprise'] };
    expect((await send(service, '/v1/orders', await issuer.token({ ...lent, scope: 'openid orders:read' }), {})).status).toBe(403);
    expect((await send(service, '/v1/orders', await issuer.token({ ...lent, scope: 'openid' }), {})).status).toBe(201);
  });

  it('that floods the node is held back alone, and told when to come again', async () => {
    const service = await begin({ env: { YRD_CLIENT_REQUESTS: '5', YRD_PERSON_REQUESTS: '20' } });
    const flood = await Promise.all(Array.from({ length: 40 }, () => ask(service, machine('flooder', 'orders:read'), '/v1/orders')));
    expect(flood.filter(({ status }) => status === 200)).toHaveLength(5);
    const held = flood.find(({ status }) => status === 429)!;
    expect(held.body).toMatchObject({ code: 'E-RATE', facts: { limit: 5, windowS: 60 } });
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(held.headers.get('ratelimit')).toMatch(/^"client";r=0;t=\d+$/);
    expect(held.headers.get('ratelimit-policy')).toBe('"client";q=5;w=60');
    const other = await ask(service, machine('quiet', 'orders:read'), '/v1/orders');
    expect([other.status, other.headers.get('ratelimit')]).toEqual([200, expect.stringMatching(/^"client";r=4;t=/)]);
    const person = await ask(service, { sub: 'somebody', roles: ['enterprise'] }, '/v1/orders');
    expect([person.status, person.headers.get('ratelimit-policy')]).toEqual([200, '"person";q=20;w=60']);
  });
});

describe('the first security administrator', () => {
  const mfa = { amr: ['mfa'] };
  const zhou = { sub: 'zhou', roles: ['supervisor', 'security-admin'], ...mfa };
  const codeIn = (from: number): string => /[0-9a-f]{4}(?:-[0-9a-f]{4}){7}/.exec(said.slice(from).join('\n'))?.[0] ?? '';
  const bind = async (service: Service, claims: Claims, code: string): Promise<Told> =>
    send(service, '/v1/security-admins/first', await issuer.token(claims), { code });
  const begun = async (disk = new Disk(), more: Begun = {}): Promise<{ service: Service; code: string }> => {
    const from = said.length;
    const service = await begin({ production: true, disk, ...more });
    return { service, code: codeIn(from) };
  };

  it('needs the code that a production node prints once; the role in a token opens nothing', async () => {
    const disk = new Disk();
    const { service, code } = await begun(disk);
    expect(code).not.toBe('');
    expect(JSON.stringify([...disk.tables.values()].map((table) => [...table.values()]))).not.toContain(code.replaceAll('-', ''));
    expect(logged.join()).not.toContain(code);
    expect((await ask(service, zhou, '/v1/security-admins')).body['code']).toBe('E-ROLE');
    expect((await bind(service, zhou, code)).status).toBe(200);
    const { body } = await ask(service, zhou, '/v1/security-admins');
    expect(body).toMatchObject({ admins: [{ by: 'code' }], acts: expect.arrayContaining([expect.objectContaining({ act: 'bound' })]) });
    // After a restart it is known, and no code is printed any more.
    const again = await begun(disk);
    expect([again.code, (await ask(again.service, zhou, '/v1/security-admins')).status]).toEqual(['', 200]);
  });

  it('is bound by a code once: replayed, by the same person or another, it is refused', async () => {
    const { service, code } = await begun();
    expect((await bind(service, zhou, code)).status).toBe(200);
    for (const claims of [zhou, { ...zhou, sub: 'thief' }]) expect((await bind(service, claims, code)).body['code']).toBe('E-CODE');
    expect(((await ask(service, zhou, '/v1/security-admins')).body['admins'] as unknown[]).length).toBe(1);
  });

  it('cannot be guessed: five tries, then 429, and who has the code still gets in', async () => {
    const { service, code } = await begun();
    const wrong = code.slice(0, -1) + (code.endsWith('0') ? '1' : '0');
    const guesses = [];
    for (let at = 0; at < 7; at += 1) guesses.push((await bind(service, { ...zhou, sub: 'thief' }, wrong)).status);
    expect(guesses).toEqual([403, 403, 403, 403, 403, 429, 429]);
    expect((await bind(service, { ...zhou, sub: 'thief' }, code)).status).toBe(429);
    expect((await bind(service, zhou, code)).status).toBe(200);
  });

  it('is not bound by a code that is over its time', async () => {
    const disk = new Disk();
    const { service, code } = await begun(disk);
    const [row] = disk.table('security-admins').values() as Iterable<{ value: { code: { untilMs: number } } }>;
    disk.table('security-admins').set('all', { ...row!, value: { ...row!.value, code: { ...row!.value.code, untilMs: 1 } } } as never);
    expect((await bind(service, zhou, code)).body['code']).toBe('E-CODE');
    const again = await begun(disk);
    expect((await bind(again.service, zhou, again.code)).status).toBe(200);
  });

  it('shows a second factor, belongs to the province, and neither runs nor audits the node', async () => {
    const { service, code } = await begun();
    expect((await bind(service, { ...zhou, amr: ['pwd'] }, code)).status).toBe(401);
    expect((await bind(service, { ...zhou, province: '31' }, code)).status).toBe(421);
    expect((await bind(service, { ...zhou, roles: ['enterprise'] }, code)).body['code']).toBe('E-ROLE');
    expect((await bind(service, { ...zhou, roles: ['supervisor', 'operator'] }, code)).body['code']).toBe('E-DUTIES');
  });

  it('names others and removes them, each act kept; the last one stays', async () => {
    const { service, code } = await begun();
    await bind(service, zhou, code);
    const zhao = { sub: 'zhao', roles: ['approver'], ...mfa };
    const { person } = (await ask(service, zhao)).body as { person: string };
    const admins = async (): Promise<number> => ((await ask(service, zhou, '/v1/security-admins')).body['admins'] as unknown[]).length;
    const act = async (who: Claims, path: string, body: object): Promise<Told> => send(service, path, await issuer.token(who), body);
    expect((await act(zhao, '/v1/security-admins', { person })).body['code']).toBe('E-ROLE');
    for (let twice = 0; twice < 2; twice += 1) expect((await act(zhou, '/v1/security-admins', { person })).status).toBe(200);
    expect(await admins()).toBe(2);
    const { person: first } = (await ask(service, zhou)).body as { person: string };
    expect((await act(zhao, `/v1/security-admins/${first}/removal`, {})).status).toBe(200);
    expect((await ask(service, zhou, '/v1/security-admins')).body['code']).toBe('E-ROLE');
    expect((await act(zhao, `/v1/security-admins/${person}/removal`, {})).body['code']).toBe('E-LAST');
    expect((await act(zhao, `/v1/security-admins/${'0'.repeat(16)}/removal`, {})).status).toBe(404);
    const { acts } = (await ask(service, zhao, '/v1/security-admins')).body as { acts: { act: string }[] };
    expect(acts.map(({ act: kind }) => kind).sort()).toEqual(['bound', 'invited', 'named', 'removed']);
    // This process serves no register: the audit's records are in its log.
    const audited = logged.filter((line) => line.includes('"outcome":"done"')).join();
    for (const row of ['BindFirstSecurityAdmin', 'NameSecurityAdmin', 'RemoveSecurityAdmin']) expect(audited).toContain(`"row":"${row}"`);
  });

  it('is nobody on a first start that is no production: the role of the token counts there, and no code is printed', async () => {
    const from = said.length;
    const service = await begin();
    expect([codeIn(from), (await ask(service, zhou, '/v1/security-admins')).status]).toEqual(['', 200]);
  });
});
