/** Speaking to a node over HTTP: tokens, patience with a busy node, and a refusal that names the row. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdentity } from '@yrd/identity';
import { DEMO_CLIENT } from './clients.js';
import { createApi, inParallel, type Api, type Visitor } from './samples-api.js';

const clerk: Visitor = { province: '32', organisation: 'sample-office-32', role: 'supervisor' };
const row = { file: 'agencies.csv', line: 7, fields: { id: 'A32-06', name: 'x' } };
const servers: Server[] = [];
let home = '';
const stopping = new AbortController();

const listen = async (server: Server): Promise<string> => {
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const apiOf = async (node: RequestListener): Promise<Api> => {
  const nothing = { accounts: [], pages: [], systems: [], scopes: [], pageClient: 'page', audience: 'yrd' };
  const settings = { ...nothing, url: 'http://127.0.0.1:1', keysFile: join(home, 'keys.json'), demoClients: [DEMO_CLIENT] };
  const issuer = await listen((await createIdentity(settings, false)).server);
  return createApi({ nodes: new Map([['32', await listen(createServer(node))]]), issuer, signal: stopping.signal });
};
const problem = (code: string, detail: string): string => JSON.stringify({ code, detail });
const wish = { as: clerk, path: '/v1/agencies', key: 'samples/agencies/A32-06', body: { name: 'x' }, row };

beforeAll(() => (home = mkdtempSync(join(tmpdir(), 'samples-'))));
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  rmSync(home, { recursive: true });
});

describe('a request of the samples', () => {
  it('goes out again with the same key while the node is busy or asks to come later', async () => {
    const seen: string[] = [];
    const api = await apiOf((request, response) => {
      seen.push(String(request.headers['idempotency-key']));
      response.writeHead([429, 503, 201][seen.length - 1] ?? 500, { 'content-type': 'application/json', 'retry-after': '0' });
      response.end('{"id":"a1"}');
    });
    expect(await api.post(wish)).toEqual({ id: 'a1' });
    expect(seen).toEqual([wish.key, wish.key, wish.key]);
  });

  it('waits its turn while eight others are under way', async () => {
    const held: ServerResponse[] = [];
    let most = 0;
    const api = await apiOf((_, response) => {
      most = Math.max(most, held.push(response));
      if (held.length !== 8) return;
      const answerAll = (): void => held.splice(0).forEach((each) => each.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
      setTimeout(answerAll, 100); // Time for a ninth to come, if it could.
    });
    await Promise.all(Array.from({ length: 32 }, () => api.post(wish)));
    expect(most).toBe(8);
  });

  it('carries a token of its organisation, role and province, asked for once', async () => {
    const seen = new Set<string>();
    const api = await apiOf((request, response) => {
      seen.add(String(request.headers.authorization));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    await Promise.all([api.post(wish), api.get(clerk, '/v1/policies')]);
    const [header = ''] = [...seen];
    const claims = JSON.parse(Buffer.from(header.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(seen.size).toBe(1);
    expect(claims).toMatchObject({ org: 'sample-office-32', province: '32', roles: ['supervisor'] });
  });

  it('that is refused says in one sentence which row, which node and why', async () => {
    const api = await apiOf((_, response) => {
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(problem('E-STATE', 'a new agency id is needed'));
    });
    await expect(api.post(wish)).rejects.toThrow(
      'agencies.csv, line 7 (A32-06): node 32 refused POST /v1/agencies (409): a new agency id is needed',
    );
  });

  it('that was sent before with other content says that the files changed', async () => {
    const api = await apiOf((_, response) => {
      response.writeHead(422, { 'content-type': 'application/problem+json' }).end(problem('E-IDEMPOTENCY', 'another body'));
    });
    await expect(api.post(wish)).rejects.toThrow(/another body The files in samples\/ changed/);
  });

  it('that may come too early for another province waits for the news', async () => {
    let asked = 0;
    const api = await apiOf((_, response) => {
      asked += 1;
      response
        .writeHead(asked < 3 ? 404 : 200, { 'content-type': 'application/problem+json' })
        .end(problem('E-NOTFOUND', 'no such order here'));
    });
    await api.post({ ...wish, patient: true });
    expect(asked).toBe(3);
  });
});

describe('work in parallel', () => {
  it('keeps to its limit and does every item', async () => {
    let [now, most, done] = [0, 0, 0];
    await inParallel(Array.from({ length: 30 }), 8, async () => {
      most = Math.max(most, (now += 1));
      await new Promise((later) => setTimeout(later, 2));
      [now, done] = [now - 1, done + 1];
    });
    expect([most, done]).toEqual([8, 30]);
  });

  it('starts nothing more once an item has failed', async () => {
    const begun: number[] = [];
    const work = async (item: number): Promise<void> => {
      begun.push(item);
      await new Promise((later) => setTimeout(later, 1));
      if (item === 1) throw new Error('item 1');
    };
    await expect(inParallel([0, 1, 2, 3, 4, 5, 6, 7], 2, work)).rejects.toThrow('item 1');
    expect(begun.length).toBeLessThanOrEqual(4);
  });
});
