/** A service without a ledger: what it answers to good, bad and hostile requests. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Post } from '@nestjs/common';
import { Busy, say, Unavailable } from '@yrd/ledger';
import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import mongoose from 'mongoose';
import { pino } from 'pino';
import { startTestIssuer, type TestIssuer } from './identity/issuer-for-tests.js';
import { ProblemWords, Refused } from './http/problem.js';
import { Service, type ServiceOptions } from './service.js';
import { readConfig } from './config/config.js';
import { createNodeKeys } from './keys/keys.js';
import type { NodeConfig } from './config/config.js';
import type { MovableClock } from './node-facts.js';

const { MongoClient, MongoNetworkError, MongoServerError } = mongoose.mongo;

const node = (province: string) =>
  createNodeKeys({ federation: 'yrd.test', province, name: `节点 ${province}`, url: `http://node-${province}.test`, contexts: ['voucher'] })
    .public;
const federation = { federation: 'yrd.test', nodes: [node('31'), node('32')] };

const configFor = (issuer: string): NodeConfig =>
  readConfig(
    {
      YRD_PROVINCE: '32',
      KAFKA_BROKERS: 'localhost:1',
      MONGO_URL: 'mongodb://localhost:1',
      YRD_KEYS: '-',
      YRD_FEDERATION: '-',
      YRD_POLICIES: '-',
      YRD_ISSUER: issuer,
      YRD_PORT: '0',
      YRD_CLOCK: 'demo',
      YRD_BODY_TIMEOUT_MS: '300',
      YRD_LIVE_CLIENTS: '1',
    },
    () => JSON.stringify(federation),
  );

/** A clock of one process that starts in 2026 and stands still until it is moved. */
const stillClock = (): MovableClock => {
  let now = Date.UTC(2026, 0, 1);
  return {
    now: () => now,
    forward: async (to) => {
      const target = 'toMs' in to ? to.toMs : now + to.byMs;
      if (target < now) throw new RangeError('back');
      return (now = target);
    },
  };
};

const pageFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  for (const [name, text] of [
    ['index.html', '<!doctype html><title>节点</title>'],
    ['page.css', 'body{}'],
    ['page.js', '0'],
    ['sign-in.js', '0'],
    ['icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ] as const) {
    writeFileSync(join(folder, name), text);
  }
  return folder;
};

const logged: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => logged.push(line) });

let issuer: TestIssuer;
let service: Service;
const ground = (clock: MovableClock | null) => ({ worlds: {}, clock, close: () => Promise.resolve() });
const begin = async (extra: Partial<ServiceOptions> = {}): Promise<Service> => {
  const started = new Service({
    config: configFor(issuer.issuer),
    contexts: [],
    personKey: new Uint8Array(32),
    log,
    reach: () => Promise.resolve(ground(stillClock())),
    openNode: () => {
      throw new Error('no context is served here');
    },
    ...extra,
  });
  await started.start();
  return started;
};

beforeAll(async () => {
  issuer = await startTestIssuer();
  service = await begin({ page: pageFolder() });
});
afterAll(async () => {
  await service.stop();
  await issuer.close();
});

const ask = (path: string, init: RequestInit = {}) => fetch(`${service.url}${path}`, init);
const post = async (path: string, body: string | object, headers: Record<string, string> = {}) =>
  ask(path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${await issuer.token()}`, ...headers },
  });
const problemOf = async (answer: Response) => {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const problem = (await answer.json()) as Record<string, unknown>;
  expect(problem['status']).toBe(answer.status);
  expect(problem['traceId']).toMatch(/^[0-9a-f]{32}$/);
  return problem;
};

describe('a problem', () => {
  it('is told in Chinese, and in English to who prefers it', async () => {
    const zh = await problemOf(await ask('/nowhere'));
    expect(zh).toMatchObject({ type: 'urn:yrd:problem:node:E-NOTFOUND', code: 'E-NOTFOUND', status: 404 });
    expect(zh['title']).toMatch(/[一-鿿]/);
    const en = await problemOf(await ask('/nowhere', { headers: { 'Accept-Language': 'zh;q=0.4, en-GB' } }));
    expect(en['title']).not.toMatch(/[一-鿿]/);
  });

  it('carries the trace of the caller', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const answer = await ask('/nowhere', { headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` } });
    expect(answer.headers.get('traceparent')).toContain(trace);
    expect((await problemOf(answer))['traceId']).toBe(trace);
  });

  it('lists every wrong field, unknown ones too', async () => {
    const answer = await post('/v1/dev/clock', { forwardDays: 'many', forwardMs: -1, colour: 'red' });
    const problem = await problemOf(answer);
    expect(problem).toMatchObject({ status: 400, code: 'E-VALIDATION' });
    const errors = problem['errors'] as { field: string; rule: string; message: string }[];
    expect(new Set(errors.map(({ field }) => field))).toEqual(new Set(['/forwardDays', '/forwardMs', '/colour']));
    expect(errors.find(({ field }) => field === '/colour')).toMatchObject({ rule: 'whitelistValidation', message: '未知字段' });
  });

  const bodies: readonly [what: string, body: string, headers: Record<string, string>, status: number, code: string][] = [
    ['JSON that breaks off', '{"forwardDays": ', {}, 400, 'E-MALFORMED'],
    ['a list instead of an object', '[1]', {}, 400, 'E-MALFORMED'],
    ['deep nesting', '['.repeat(100_000), {}, 400, 'E-MALFORMED'],
    ['deep nesting that is well-formed', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`, {}, 400, 'E-MALFORMED'],
    ['half a character', '{"toIso":"\\ud800"}', {}, 400, 'E-MALFORMED'],
    ['a prototype', '{"__proto__":{"forwardDays":1}}', {}, 400, 'E-MALFORMED'],
    ['a number past all numbers', '{"forwardDays":1e999}', {}, 400, 'E-MALFORMED'],
    ['an oversize body', JSON.stringify({ toIso: 'x'.repeat(262_144) }), {}, 413, 'E-TOO-LARGE'],
    ['a form', 'forwardDays=1', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415, 'E-MEDIA-TYPE'],
    ['a compressed body', '{}', { 'Content-Encoding': 'gzip' }, 415, 'E-MEDIA-TYPE'],
    ['another character set', '{}', { 'Content-Type': 'application/json; charset=gb18030' }, 415, 'E-MEDIA-TYPE'],
  ];
  it.each(bodies)('refuses %s', async (_what, body, headers, status, code) => {
    expect(await problemOf(await post('/v1/dev/clock', body, headers))).toMatchObject({ status, code });
    expect((await ask('/health/live')).status).toBe(200);
  });

  it('refuses an oversize body whose length is not said', async () => {
    const chunk = new Uint8Array(65_536).fill(0x20);
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(chunk),
    });
    const init = { method: 'POST', body, duplex: 'half', headers: { 'Content-Type': 'application/json' } } as RequestInit;
    const outcome = await ask('/v1/dev/clock', init).then(
      (answer) => answer.status,
      () => 'cut off',
    );
    expect([413, 'cut off']).toContain(outcome);
    expect((await ask('/health/live')).status).toBe(200);
  });

  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (part) => (answer += part.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });

  it('ends a body that comes too slowly', async () => {
    const answer = await raw('POST /v1/dev/clock HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{');
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('E-SLOW');
  });

  it('answers what is not HTTP at all', async () => {
    expect(await raw('GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [\s\S]*E-MALFORMED/);
  });

  it('of a full queue or a node that cannot answer now says when to come back', () => {
    const words = new ProblemWords({});
    expect(words.tell(new Busy(say('queueFull'))).told).toMatchObject({
      code: 'E-BUSY',
      row: { status: 429 },
      headers: { 'Retry-After': '1' },
    });
    const { told } = words.tell(
      new Unavailable(say('journalHalted', { journal: '32/voucher', detail: 'mongodb://10.0.0.1: refused' }), 2_500),
    );
    expect(told).toMatchObject({ code: 'E-UNAVAILABLE', row: { status: 503 }, headers: { 'Retry-After': '3' } });
    // What drivers and addresses say is for the log.
    expect(JSON.stringify(words.document(told, 'en', 't'))).not.toContain('mongodb');
    expect(words.document(told, 'en', 't').detail).toBe('The journal 32/voucher cannot go on; the log says why.');
    expect(words.document(told, 'zh', 't').detail).toBe('账本 32/voucher 无法继续；原因见日志。');
  });

  it('of a store that is away says so, and is no mistake of the node', async () => {
    const nobody = new MongoClient('mongodb://127.0.0.1:1', { serverSelectionTimeoutMS: 50, runtimeAdapters: { os } });
    const away = await nobody.connect().catch((error: unknown) => error);
    const words = new ProblemWords({});
    const { told, unexpected } = words.tell(new MongoNetworkError('connection 3 to 10.0.0.1:27017 closed'));
    expect([told.code, told.row.status, unexpected, words.document(told, 'zh', 't').detail]).toEqual([
      'E-UNAVAILABLE',
      503,
      false,
      '存储没有应答。',
    ]);
    expect(words.tell(away).told.code).toBe('E-UNAVAILABLE');
    expect(words.tell(new MongoServerError({ message: 'a query that is wrong' })).told.code).toBe('E-INTERNAL');
  });

  it('without a row in the table is told as a conflict and wakes somebody', () => {
    const { told, unexpected } = new ProblemWords({}).tell(new Refused('voucher', { rejected: 'E-NEW', facts: { needed: 1 } }));
    expect([told.row.status, unexpected]).toEqual([409, true]);
  });

  it('refuses an address that cannot be decoded', async () => {
    expect(await problemOf(await ask('/log/%FF/voucher/key'))).toMatchObject({ status: 400, code: 'E-MALFORMED' });
  });
});

describe('a token', () => {
  const status = async (authorization: string | undefined, path = '/v1/parked') => {
    const answer = await ask(path, authorization === undefined ? {} : { headers: { Authorization: authorization } });
    return answer.status === 200 ? { status: 200, answer } : { ...(await problemOf(answer)), answer };
  };
  const bearer = async (claims: Record<string, unknown> = {}) => status(`Bearer ${await issuer.token(claims)}`);

  it('opens what its role may do', async () => expect(await bearer()).toMatchObject({ status: 200 }));

  it('is asked for when it is missing', async () => {
    const found = await status(undefined);
    expect(found).toMatchObject({ status: 401, code: 'E-AUTH' });
    expect(found.answer.headers.get('www-authenticate')).toBe('Bearer realm="yrd"');
  });

  it.each([['Basic x'], ['Bearer'], ['Bearer x.y'], ['Bearer x.y.z'], [`Bearer ${'x'.repeat(9_000)}.y.z`]])(
    'is refused when it is none: %.20s',
    async (header) => expect(await status(header)).toMatchObject({ status: 401, code: 'E-AUTH' }),
  );

  const now = Math.floor(Date.now() / 1_000);
  it.each<[string, Record<string, unknown>]>([
    ['another audience', { aud: 'elsewhere' }],
    ['its time over', { exp: now - 31 }],
    ['no end', { exp: undefined }],
    ['a beginning in the future', { nbf: now + 60 }],
    ['no person', { sub: undefined }],
    ['a foreign issuer', { iss: 'https://evil.example' }],
    ['an organisation that is none', { org: 'a/b' }],
    ['a province that is none', { province: '../31' }],
    ['roles that are no list', { roles: 'operator' }],
    ['roles with odd characters', { roles: ['operator', 'x"y'] }],
  ])('is refused with %s', async (_what, claims) => expect(await bearer(claims)).toMatchObject({ status: 401, code: 'E-AUTH' }));

  it('is still good within 30 s of its end', async () => expect(await bearer({ exp: now - 10 })).toMatchObject({ status: 200 }));

  const claims = () => ({ iss: issuer.issuer, aud: 'yrd', sub: 'p', org: 'o', province: '32', roles: ['operator'], exp: now + 60 });

  it('without a signature is refused (alg none)', async () => {
    expect(await status(`Bearer ${new UnsecuredJWT(claims()).encode()}`)).toMatchObject({ status: 401, code: 'E-AUTH' });
  });

  it('signed with the public key as if it were a secret is refused (key confusion)', async () => {
    const secret = new TextEncoder().encode(await exportSPKI(issuer.publicKey));
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret);
    expect(await status(`Bearer ${token}`)).toMatchObject({ status: 401, code: 'E-AUTH' });
  });

  it('of an issuer that claims to be the trusted one is refused', async () => {
    const stranger = await startTestIssuer();
    const token = await stranger.token({ iss: issuer.issuer });
    await stranger.close();
    expect(await status(`Bearer ${token}`)).toMatchObject({ status: 401, code: 'E-AUTH' });
  });

  it('of an issuer that cannot be asked answers 503, not 401', async () => {
    const gone = await startTestIssuer();
    const token = await gone.token();
    await gone.close();
    const other = await begin({ config: configFor(gone.issuer) });
    const answer = await fetch(`${other.url}/v1/parked`, { headers: { Authorization: `Bearer ${token}` } });
    await other.stop();
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'E-UNAVAILABLE' });
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  it('of another role is refused and told which one is needed', async () => {
    expect(await bearer({ roles: ['reviewer'] })).toMatchObject({ status: 403, code: 'E-ROLE', facts: { needed: 'operator, auditor' } });
  });

  it('of another province is sent home', async () => {
    expect(await bearer({ province: '31' })).toMatchObject({
      status: 421,
      code: 'E-HOME',
      facts: { home: '31', address: 'http://node-31.test' },
    });
  });

  it('never shows in the log, nor does the person behind it', async () => {
    const token = await issuer.token({ sub: 'a-very-private-name' });
    logged.length = 0;
    await status(`Bearer ${token}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(logged.join()).toContain('/v1/parked');
    expect(logged.join()).not.toContain('a-very-private-name');
    expect(logged.join()).not.toContain(token.slice(0, 20));
  });
});

describe('the demo clock', () => {
  it('goes forward by an instant, days or milliseconds, and never back', async () => {
    const start = (await (await ask('/v1/dev/clock')).json()) as { now: number; mode: string };
    expect(start.mode).toBe('demo');
    expect(await (await post('/v1/dev/clock', { forwardDays: 2 })).json()).toMatchObject({ now: start.now + 2 * 86_400_000 });
    expect(await (await post('/v1/dev/clock', { toIso: '2026-03-01T00:00:00+08:00' })).json()).toMatchObject({
      iso: '2026-02-28T16:00:00.000Z',
    });
    expect(await problemOf(await post('/v1/dev/clock', { toIso: '2026-02-01T00:00:00Z' }))).toMatchObject({ status: 409, code: 'E-CLOCK' });
  });

  it.each([
    {},
    { forwardDays: 1, forwardMs: 1 },
    { toIso: '2026-12-31' },
    { toIso: '2026-12-31T10:00:00' },
    { toIso: '9999-01-01T00:00:00Z' },
  ])('does not guess what is meant by %j', async (body) =>
    expect(await problemOf(await post('/v1/dev/clock', body))).toMatchObject({ status: 400, code: 'E-VALIDATION' }),
  );

  it('cannot be moved where time is real', async () => {
    const other = await begin({ reach: () => Promise.resolve(ground(null)) });
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${await issuer.token()}` };
    const answer = await fetch(`${other.url}/v1/dev/clock`, { method: 'POST', body: '{"forwardDays":1}', headers });
    await other.stop();
    expect(answer.status).toBe(404);
  });
});

describe('a service', () => {
  it('is described in OpenAPI 3.1, for programs and for people', async () => {
    const document = (await (await ask('/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { responses: object }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/health/ready', '/log/{province}/{context}/checkpoint', '/v1/dev/clock']),
    );
    expect(document.paths['/v1/dev/clock']?.['post']?.responses).toHaveProperty('default');
    expect(await (await ask('/docs')).text()).toContain('swagger-ui');
  });

  it('keeps browsers on a short lead', async () => {
    const page = await ask('/');
    expect(await page.text()).toContain('节点');
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    // The page speaks with the node and with whom people sign in at.
    expect(page.headers.get('content-security-policy')).toContain(`connect-src 'self' ${issuer.issuer};`);
    expect((await ask('/v1/status')).headers.get('content-security-policy')).not.toContain('connect-src');
    expect(page.headers.get('x-powered-by')).toBeNull();
    expect((await ask('/', { headers: { 'If-None-Match': page.headers.get('etag') ?? '' } })).status).toBe(304);
  });

  it('counts its requests by route, never by address', async () => {
    const text = await (await ask('/metrics')).text();
    expect(text).toMatch(/yrd_http_request_duration_seconds_count\{method="GET",route="\/v1\/parked",status="401"\} \d/);
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('lets only so many listen, and lets them go when it stops', async () => {
    const other = await begin();
    const first = await fetch(`${other.url}/v1/live`);
    expect(first.headers.get('content-type')).toContain('text/event-stream');
    expect((await fetch(`${other.url}/v1/live`)).status).toBe(429);
    const reader = first.body!.getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toMatch(/event: status\nid: 1\ndata: \{"province":"32"/);
    await other.stop();
    await expect(fetch(`${other.url}/health/live`)).rejects.toThrow();
  });

  it('does not start with a route that says nothing about access', async () => {
    @Controller('secret')
    class Forgetful {
      @Get()
      read(): string {
        return 'everything';
      }
      @Post()
      write(): void {}
    }
    class ForgetfulModule {}
    const context = { name: 'x', entryTypes: {} } as never;
    const served = { context, module: () => ({ module: ForgetfulModule, controllers: [Forgetful] }) };
    await expect(begin({ contexts: [served] })).rejects.toThrow(/Forgetful.read, Forgetful.write/);
  });

  it('answers for its health while storage and bus are not reached, and can be stopped meanwhile', async () => {
    const context = { name: 'voucher', entryTypes: {} } as never;
    class EmptyModule {}
    const reach: ServiceOptions['reach'] = (_notice, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('given up')));
      });
    const config = configFor(issuer.issuer);
    const waiting = new Service({
      config,
      contexts: [{ context, module: () => ({ module: EmptyModule }) }],
      personKey: new Uint8Array(32),
      log,
      reach,
      openNode: () => null as never,
    });
    const outcome = waiting.start().then(
      () => 'started',
      (error: Error) => error.message,
    );
    while (waiting.url === '') await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await fetch(`${waiting.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${waiting.url}/health/started`)).status).toBe(503);
    for (const [language, reason] of [
      ['zh', '节点正在启动。'],
      ['en', 'The node is starting.'],
    ]) {
      const ready = await fetch(`${waiting.url}/health/ready`, { headers: { 'Accept-Language': language! } });
      expect([ready.status, await ready.json()]).toEqual([503, { status: 'not-ready', reasons: [reason], warnings: [], journals: [] }]);
    }
    expect(await problemOf(await fetch(`${waiting.url}/log/32/voucher/checkpoint`))).toMatchObject({ status: 503, code: 'E-UNAVAILABLE' });
    await waiting.stop();
    expect(await outcome).toBe('given up');
  });
});
