/** Two nodes of a simulated federation behind real HTTP: commands, pages, waiting, proofs, events. */
import { Body, Controller, Get, Module, Param, Post, Query, type DynamicModule } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Type } from 'class-transformer';
import { IsInt, Matches, Max } from 'class-validator';
import {
  base64,
  concat,
  leafHash,
  rootOf,
  type Context,
  type Entry,
  type Fold,
  type Handler,
  type LedgerNode,
  type View,
} from '@yrd/ledger';
import { SimulatedWorld } from '@yrd/ledger/testing';
import type { AccessRow } from '@yrd/contracts';
import { Allows } from './identity/access.js';
import { AcceptsCommand, Call, CurrentCall } from './commands.js';
import { startTestIssuer, type TestIssuer } from './identity/issuer-for-tests.js';
import { PageQuery, ReadQuery, readPage } from './http/paging.js';
import type { Service } from './service.js';
import { driveOnRealTime, serveSimulated } from './served-for-tests.js';

/** A tiny context: counters that go up to ten. */
type Counted = { readonly type: 'Counted'; readonly data: { readonly by: number } };
const counter: Fold<number, Counted> = { kind: 'counter', initial: 0, evolve: (sum, { data }) => sum + data.by };
interface Count {
  readonly id: string;
  readonly by: number;
}
const count: Handler<Count> = {
  streams: ({ id }) => [`counter/${id}`],
  decide: ({ id, by }, turn) => {
    const left = 10 - turn.state(counter, `counter/${id}`);
    if (by > left) return { rejected: 'E-QUOTA', facts: { needed: by, left } };
    return [{ stream: `counter/${id}`, events: [{ type: 'Counted', data: { by } }] }];
  },
};
const counters: View<{ readonly sum: number }> = {
  name: 'counters',
  on: ['Counted'],
  key: (entry) => entry.stream,
  fold: (part, entry) => ({ sum: (part?.sum ?? 0) + Number(entry.data['by']) }),
  join: (parts) => ({ sum: Object.values(parts).reduce((sum, part) => sum + part.sum, 0) }),
};
const context: Context = {
  name: 'voucher',
  codeVersion: '1',
  entryTypes: { Counted: { type: 'voucher.counted.v1', audience: 'federation', classification: 'internal', legalBasis: 'TEST' } },
  folds: [counter],
  commands: { Count: count },
  reactions: [],
  views: [counters],
  timers: () => [],
};

class CountDto {
  @Matches(/^[a-z0-9-]{1,32}$/)
  id: string;

  @Type(() => Number)
  @IsInt()
  @Max(100)
  by: number;
}

const everybody: AccessRow = { roles: 'anybody', condition: 'none', zh: '计数', en: 'Counting' };
const logged: string[] = [];
const heard: Entry[] = [];
let failuresLeft = 1;

const countersModule = (node: LedgerNode): DynamicModule => {
  @Controller('v1/counters')
  class Counters {
    @Post()
    @Allows({ ...everybody, roles: ['reviewer'] })
    @AcceptsCommand()
    count(@Body() body: CountDto, @CurrentCall() call: Call) {
      return call.run(node, 'Count', body, { created: ({ stream }) => `/v1/${stream.replace('counter/', 'counters/')}` });
    }

    @Get()
    @Allows(everybody)
    list(@Query() page: PageQuery) {
      return readPage<{ sum: number }>(node, { view: 'counters', order: { field: 'sum' } }, page);
    }

    @Get('broken')
    @Allows(everybody)
    fail(): never {
      throw new Error('the inside of the house');
    }

    @Get(':id')
    @Allows(everybody)
    async read(@Param('id') id: string, @Query() _query: ReadQuery, @CurrentCall() call: Call) {
      const found = await node.read(counter, `counter/${id}`);
      call.stamp(found);
      return { id, sum: found.state };
    }

    @EventPattern('voucher.counted.v1')
    hear(@Payload() entry: Entry): void {
      // The first try fails: the node has to bring the entry again.
      if (failuresLeft-- > 0) throw new Error('not now');
      heard.push(entry);
    }
  }
  @Module({})
  class CountersModule {}
  return { module: CountersModule, controllers: [Counters] };
};

const world = new SimulatedWorld(7, ['31', '32']);
let issuer: TestIssuer;
const services: Service[] = [];
let still: () => void;

const begin = (province: string): Promise<Service> =>
  serveSimulated({ world, province, issuer: issuer.issuer, context, module: countersModule, logged, openAlone: true });

const ask = (path: string, init: RequestInit = {}, at = 0) => fetch(`${services[at]?.url}${path}`, init);
const json = async (path: string, at = 0): Promise<Record<string, unknown>> =>
  (await ask(path, {}, at)).json() as Promise<Record<string, unknown>>;
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it never became so');
};

beforeAll(async () => {
  issuer = await startTestIssuer();
  still = driveOnRealTime(world);
  services.push(await begin('32'), await begin('31'));
  for (const at of [0, 1]) await until(async () => (await ask('/health/ready', {}, at)).status === 200);
}, 30_000);
afterAll(async () => {
  try {
    await Promise.all(services.map((service) => service.stop()));
  } finally {
    still();
  }
  await issuer.close();
});

let keys = 0;
const send = async (body: object, headers: Record<string, string> = {}) =>
  ask('/v1/counters', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${await issuer.token({ roles: ['reviewer'] })}`,
      'Idempotency-Key': `key-${(keys += 1)}`,
      'Accept-Language': 'en',
      ...headers,
    },
  });
/** The leaves of an entry bundle (C2SP tlog-tiles). */
const unbundled = (bytes: Uint8Array): Uint8Array[] => {
  const leaves: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 2 + leaves.at(-1)!.length)
    leaves.push(bytes.subarray(at + 2, at + 2 + bytes[at]! * 256 + bytes[at + 1]!));
  return leaves;
};
const told = async (answer: Response): Promise<Record<string, unknown>> => ({
  http: answer.status,
  ...((await answer.json()) as Record<string, unknown>),
});

describe('a command over HTTP', () => {
  it('answers 201 with version, address and position', async () => {
    const answer = await send({ id: 'first', by: 3 });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('location')).toBe('/v1/counters/first');
    const position = answer.headers.get('yrd-position') ?? '';
    expect(position).toMatch(/^32\/voucher@\d+$/);
    expect(await answer.json()).toEqual({ position, stream: 'counter/first', version: 1, repeated: false });
    const read = await ask(`/v1/counters/first?at=${position}`);
    expect(read.headers.get('etag')).toBe('"1"');
    expect(await read.json()).toEqual({ id: 'first', sum: 3 });
  });

  it('is carried out once however often it is sent', async () => {
    const key = { 'Idempotency-Key': 'again' };
    const first = await told(await send({ id: 'once', by: 2 }, key));
    const second = await told(await send({ id: 'once', by: 2 }, key));
    expect(second).toEqual({ ...first, repeated: true });
    expect(await json('/v1/counters/once')).toEqual({ id: 'once', sum: 2 });
    expect(await told(await send({ id: 'once', by: 3 }, key))).toMatchObject({ http: 422, code: 'E-IDEMPOTENCY' });
  });

  it('of one organisation is not answered for another that sends the same key and body', async () => {
    const key = { 'Idempotency-Key': 'theirs' };
    const first = await told(await send({ id: 'whose', by: 1 }, key));
    const stranger = { ...key, Authorization: `Bearer ${await issuer.token({ roles: ['reviewer'], org: 'org-2', sub: 'stranger' })}` };
    const second = await told(await send({ id: 'whose', by: 1 }, stranger));
    expect([first['repeated'], second['repeated'], second['position'] === first['position']]).toEqual([false, false, false]);
  });

  it.each<[string, Record<string, string>]>([
    ['an Idempotency-Key with a blank', { 'Idempotency-Key': 'a b' }],
    ['an Idempotency-Key past 255 characters', { 'Idempotency-Key': 'x'.repeat(256) }],
    ['an empty Idempotency-Key', { 'Idempotency-Key': '' }],
    ['an If-Match that is no version', { 'If-Match': 'W/"1"' }],
    ['an If-Match with a wildcard', { 'If-Match': '*' }],
  ])('is refused with %s', async (_what, headers) => {
    const [name = ''] = Object.keys(headers);
    expect(await told(await send({ id: 'x', by: 1 }, headers))).toMatchObject({
      http: 400,
      code: 'E-VALIDATION',
      errors: [{ field: name }],
    });
  });

  it('is refused when somebody else was faster', async () => {
    await send({ id: 'race', by: 1 });
    await send({ id: 'race', by: 1 });
    expect(await told(await send({ id: 'race', by: 1 }, { 'If-Match': '"1"' }))).toMatchObject({ http: 412, code: 'E-VERSION' });
    expect((await send({ id: 'race', by: 1 }, { 'If-Match': '"2"' })).status).toBe(201);
  });

  it('is refused by the domain with the rule and the values seen', async () => {
    expect(await told(await send({ id: 'much', by: 11 }))).toMatchObject({
      http: 409,
      type: 'urn:yrd:problem:voucher:E-QUOTA',
      clause: 'V4 V5',
      facts: { needed: 11, left: 10 },
      detail: expect.stringContaining('needed = 11'),
    });
  });
});

describe('what nobody foresaw', () => {
  it('is a bare 500, logged once with its trace', async () => {
    const before = logged.length;
    const problem = await told(await ask('/v1/counters/broken'));
    expect(problem).toMatchObject({ http: 500, code: 'E-INTERNAL', facts: {} });
    expect(JSON.stringify(problem)).not.toContain('inside');
    const lines = logged.slice(before).filter((line) => line.includes('the inside of the house'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(String(problem['traceId']));
  });
});

describe('reading', () => {
  it('waits for a position and says when it is not reached', async () => {
    const startedAt = performance.now();
    const answer = await ask('/v1/counters?at=32/voucher@999999');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await told(answer)).toMatchObject({ http: 503, code: 'E-NOT-REACHED' });
  });

  it.each(['x', '32/voucher', '32/voucher@-1', '32/voucher@1e3', '../voucher@1'])('refuses the position %s', async (at) => {
    expect(await told(await ask(`/v1/counters?at=${encodeURIComponent(at)}`))).toMatchObject({ http: 400, code: 'E-VALIDATION' });
  });

  it('pages through a list without losing or repeating a row', async () => {
    let position = '';
    for (let id = 0; id < 5; id += 1) position = (await send({ id: `row-${id}`, by: 1 + (id % 2) })).headers.get('yrd-position') ?? '';
    const seen: string[] = [];
    let cursor: unknown = null;
    do {
      const next = typeof cursor === 'string' ? `&cursor=${cursor}` : '';
      const page = await json(`/v1/counters?limit=2&at=${position}${next}`);
      seen.push(...(page['items'] as { id: string }[]).map(({ id }) => id));
      expect(page['positions']).toContainEqual(expect.stringMatching(/^32\/voucher@\d+$/));
      cursor = page['next'];
    } while (cursor !== null);
    expect(seen.filter((id) => id.includes('row-'))).toHaveLength(5);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=many',
    'cursor=!!',
    'cursor=e30',
    `cursor=${Buffer.from('["x",1,"y"]').toString('base64url')}`,
    'colour=red',
  ])('refuses a page with %s', async (query) =>
    expect(await told(await ask(`/v1/counters?${query}`))).toMatchObject({ http: 400, code: 'E-VALIDATION' }),
  );
});

describe('what every node shows', () => {
  it('is its health with every peer', async () => {
    const ready = await json('/health/ready');
    expect(ready).toMatchObject({ status: 'ready', reasons: [] });
    expect(ready['journals']).toContainEqual(expect.objectContaining({ journal: '31/voucher', lag: expect.any(Number) }));
    expect(await json('/health/started')).toEqual({ status: 'started' });
  });

  it('is a signed checkpoint and the key to check it', async () => {
    const key = await (await ask('/log/32/voucher/key')).text();
    expect(key).toBe(`${world.federation.nodes.find(({ province }) => province === '32')?.journals['voucher']?.key}\n`);
    const note = await (await ask('/log/32/voucher/checkpoint')).text();
    expect(note).toMatch(/^yrd\.test\/log\/32\/voucher\n\d+\n[A-Za-z0-9+/]{43}=\n[\s\S]*\n— yrd\.test\/log\/32\/voucher /);
  });

  it('is what it tells consumers outside, described for their programs', async () => {
    const described = await ask('/asyncapi.json');
    expect(described.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await described.json()).toMatchObject({
      asyncapi: '3.1.0',
      channels: { 'voucher-events': { address: 'yrd.32.voucher.events' } },
    });
    const schema = await json('/schemas/voucher.agency-admitted.v1.json');
    expect(schema).toMatchObject({ title: 'AgencyAdmitted', 'x-audience': 'public', required: expect.arrayContaining(['uscc']) });
    for (const none of ['voucher.agency-admitted.v1', 'voucher.nothing.v1.json', '__proto__.json'])
      expect(await told(await ask(`/schemas/${none}`))).toMatchObject({ http: 404, code: 'E-NOTFOUND' });
  });

  it('is an entry, deeper for staff than for strangers', async () => {
    const index = Number((await send({ id: 'shown', by: 1 })).headers.get('yrd-position')?.split('@')[1]) - 1;
    await until(async () => (await ask(`/log/32/voucher/entry/${index}`)).status === 200);
    expect(await json(`/log/32/voucher/entry/${index}`)).toMatchObject({ depth: 'leaf', index });
    const as = async (role: string) => {
      const answer = await ask(`/log/32/voucher/entry/${index}`, {
        headers: { Authorization: `Bearer ${await issuer.token({ roles: [role] })}` },
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    expect(await as('auditor')).toMatchObject({ depth: 'payload', payload: expect.stringContaining('"by":1') });
    expect(await as('enterprise')).toMatchObject({ depth: 'leaf' });
  });

  it.each([
    '/log/32/nothing/key',
    '/log/99/voucher/key',
    '/log/32/voucher/entry/999999',
    '/log/32/voucher/entry/-1',
    '/log/32/voucher/entry/1e1',
  ])('is not %s', async (path) => expect(await told(await ask(path))).toMatchObject({ http: 404, code: 'E-NOTFOUND' }));

  it('is the tiles of its tree and the leaves under them, never beyond the checkpoint', async () => {
    await send({ id: 'tiled', by: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const note = await (await ask('/log/32/voucher/checkpoint')).text();
    const size = Number(note.split('\n')[1]);
    const tile = await ask(`/log/32/voucher/tile/0/000.p/${size}`);
    expect(tile.headers.get('content-type')).toBe('application/octet-stream');
    expect(tile.headers.get('cache-control')).toBe('public, max-age=3600, immutable');
    const hashes = new Uint8Array(await tile.arrayBuffer());
    const bundle = await ask(`/log/32/voucher/tile/entries/000.p/${size}`, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(bundle.headers.get('content-encoding')).toBe('gzip');
    const leaves = unbundled(new Uint8Array(await bundle.arrayBuffer()));
    expect(leaves).toHaveLength(size);
    const { hasher } = world.process('32').world;
    expect(
      base64(
        rootOf(
          hasher,
          leaves.map((leaf) => leafHash(hasher, leaf)),
        ),
      ),
    ).toBe(note.split('\n')[2]);
    expect(concat(...leaves.map((leaf) => leafHash(hasher, leaf)))).toEqual(hashes);
    expect((await ask('/log/31/voucher/tile/entries/000.p/1')).status).toBe(200);
    for (const path of [`tile/0/000.p/${size + 1}`, 'tile/0/000', 'tile/1/000.p/1', `tile/entries/000.p/${size + 1}`])
      expect(await told(await ask(`/log/32/voucher/${path}`))).toMatchObject({ http: 404, code: 'E-NOTFOUND' });
  });

  it('does not prove offline what too few others have cosigned', async () => {
    expect(await told(await ask('/log/32/voucher/proof/0'))).toMatchObject({ http: 503, code: 'E-UNAVAILABLE' });
  });

  it.each([
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/000.p/1/',
    'tile/0/000.p/1/x',
    'tile/0/000.p%2F1',
    'tile/0%2F000.p/1',
    'tile/0/000.p/1?v=2',
    'tile/00/000.p/1',
    'tile/64/000.p/1',
    'tile/-1/000.p/1',
    'tile/0/0.p/1',
    'tile/0/x000/000.p/1',
    'tile/0/000.p/256',
    'tile/0/..%2f..%2fcheckpoint',
    'tile/../checkpoint/x',
    'tile/entries/000.p/1%00',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/',
    'proof/-1',
    'proof/1e0',
    'proof/999999',
  ])('does not answer the log path %s', async (path) =>
    expect(await told(await ask(`/log/32/voucher/${path}`))).toMatchObject({ http: 404, code: 'E-NOTFOUND' }),
  );

  it('accepts no loss but the one it has, and only from its operator', async () => {
    const accept = async (role: string) =>
      ask('/v1/losses/voucher/acceptance', {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${await issuer.token({ roles: [role] })}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': `loss-${role}`,
        },
        body: JSON.stringify({ from: 1, to: 2, entries: 1 }),
      });
    expect(await told(await accept('operator'))).toMatchObject({ http: 409, code: 'E-STATE' });
    expect(await told(await accept('reviewer'))).toMatchObject({ http: 403, code: 'E-ROLE' });
  });

  it('is its journals as metrics', async () => {
    const text = await (await ask('/metrics')).text();
    expect(text).toMatch(/yrd_journal_size\{journal="32\/voucher"\} [1-9]/);
    expect(text).toMatch(/yrd_journal_lag\{journal="31\/voucher"\} \d/);
    expect(text).toMatch(/yrd_ready\{context="voucher"\} 1/);
  });
});

describe('an entry as an event', () => {
  it('reaches the handlers of every node, again after a failure, in order and once', async () => {
    await send({ id: 'event', by: 1 });
    await send({ id: 'event', by: 2 });
    const of = (id: string) => heard.filter(({ stream, journal }) => stream === `counter/${id}` && journal === '32/voucher');
    // Both services write into this array: each hears both entries.
    await until(async () => of('event').length >= 4);
    expect(
      of('event')
        .map(({ data }) => data['by'])
        .sort(),
    ).toEqual([1, 1, 2, 2]);
    // The very first entry failed at the node that heard it first, and was heard there after all.
    expect(failuresLeft).toBeLessThan(0);
    expect(of('first')).toHaveLength(2);
  });
});
