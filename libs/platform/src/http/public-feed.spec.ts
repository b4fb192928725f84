/** The public entries of a journal as others read them over HTTP: from any number on, live, at every node, with limits. */
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { createConnection, type AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import type { Handler, LedgerNode, PublicReader } from '@yrd/ledger';
import { SimulatedWorld } from '@yrd/ledger/testing';
import { eventually } from '../nodes-for-tests.js';
import { PublicFeeds, type FeedPace } from './public-feed.js';
import type { Service } from '../service.js';
import { driveOnRealTime, serveSimulated } from '../served-for-tests.js';
import { signsWith } from '../signs-for-tests.js';

interface Told {
  readonly of: number;
  readonly length: number;
}
const say: Handler<Told> = {
  streams: () => ['board/one'],
  decide: ({ of, length }) => {
    const events = Array.from({ length: of }, (_, n) => [
      { type: 'NoteMade', data: { n } },
      { type: 'SignPosted', data: { n, text: '示'.repeat(length) } },
    ]).flat();
    return [{ stream: 'board/one', events }];
  },
};
const context = signsWith({ Say: say });

@Module({})
class NoModule {}

const world = new SimulatedWorld(17, ['31', '32'], ['signs']);
const services = new Map<string, Service>();
const nodes = new Map<string, LedgerNode>();
let still: () => void;
let keys = 0;

const begin = async (province: string): Promise<void> => {
  const module = (node: LedgerNode) => {
    nodes.set(province, node);
    return { module: NoModule };
  };
  const service = await serveSimulated({ world, province, issuer: 'http://127.0.0.1:9', context, module, logged: [], openAlone: true });
  services.set(province, service);
};

const post = async (of: number, length = 1): Promise<void> => {
  const actor = { person: 'p', organisation: 'org-31', province: '31', roles: ['enterprise'] };
  const key = `key-${(keys += 1)}`;
  const answer = await nodes.get('31')!.execute({ command: 'Say', body: { of, length }, actor, idempotencyKey: key, trace: key });
  if (!answer.ok) throw new Error(answer.rejected);
};

/** What a feed sends, as it comes. */
interface Reading {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly events: { readonly id: string; readonly event: Record<string, unknown> }[];
  /** Everything that came, comments too. */
  text(): string;
  ended(): boolean;
  leave(): void;
}

const follow = (url: string, lastEventId?: string): Promise<Reading> =>
  new Promise((resolve, reject) => {
    const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
    const request = get(url, { headers, agent: false }, (answer) => {
      const events: Reading['events'] = [];
      let [text, rest, over] = ['', '', false];
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
        const blocks = (rest + part).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const [, id, data] = /^id: (\d+)\ndata: (.*)$/.exec(block) ?? [];
          if (id !== undefined && data !== undefined) events.push({ id, event: JSON.parse(data) as Record<string, unknown> });
        }
      });
      for (const end of ['end', 'close', 'error']) answer.on(end, () => (over = true));
      const { statusCode: status = 0, headers: answered } = answer;
      resolve({ status, headers: answered, events, text: () => text, ended: () => over, leave: () => void request.destroy() });
    });
    request.on('error', reject);
  });

const feed = (lastEventId?: string, at = '31', journal = '31/signs'): Promise<Reading> =>
  follow(`${services.get(at)!.url}/v1/feeds/${journal}`, lastEventId);
const ids = ({ events }: Reading): readonly number[] => events.map(({ id }) => Number(id));
const from = (first: number, last: number): readonly number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at);
const problem = (reading: Reading): Record<string, unknown> => JSON.parse(reading.text()) as Record<string, unknown>;

beforeAll(async () => {
  still = driveOnRealTime(world);
  for (const province of ['31', '32']) await begin(province);
  for (const node of nodes.values()) await eventually('the node is ready', () => node.status().notReady === null);
  await post(4);
}, 60_000);

afterAll(async () => {
  await Promise.all([...services.values()].map((service) => service.stop()));
  still();
});

describe('a feed', () => {
  test('tells all public entries from the first on, and what comes while it is read', async () => {
    const reading = await feed();
    expect(reading).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
    await eventually('what was there', () => reading.events.length === 5);
    await post(2);
    await eventually('what came then', () => reading.events.length === 7);
    expect(ids(reading)).toEqual(from(1, 7));
    expect(reading.events[1]).toMatchObject({
      id: '000000000000002',
      event: { specversion: '1.0', type: 'signs.sign-posted.v1', sequence: '000000000000002', data: { n: 0, text: '示' } },
    });
    reading.leave();
  });

  test('goes on behind the last event that was received, as an EventSource says it after a break', async () => {
    const all = await feed('0');
    await eventually('all', () => all.events.length >= 5);
    for (const [last, next] of [
      ['000000000000002', 3],
      ['4', 5],
    ] as const) {
      const reading = await feed(last);
      await eventually('the rest', () => reading.events.length === all.events.length - next + 1);
      expect(reading.events).toEqual(all.events.slice(next - 1));
      reading.leave();
    }
    all.leave();
  });

  test('of a neighbour’s journal is the same, with the way to the proofs of the node that tells it', async () => {
    const [here, there] = [await feed(), await feed(undefined, '32')];
    await eventually('both', () => there.events.length === here.events.length && here.events.length >= 5);
    expect(ids(there)).toEqual(ids(here));
    const proof = (reading: Reading) => String(reading.events[2]!.event['proof']);
    expect([proof(here), proof(there)].map((url) => new URL(url).pathname)).toEqual(Array(2).fill('/log/31/signs/entry/4'));
    expect(new URL(proof(here)).host).not.toBe(new URL(proof(there)).host);
    for (const each of [here, there]) each.leave();
  });

  test.each(['x', '-1', '1e3', '1234567890123456', '1,2', ''])('is refused behind %p, which is no number of an event', async (last) => {
    const reading = await feed(last);
    await eventually('the answer', reading.ended);
    expect(problem(reading)).toMatchObject({ status: 400, code: 'E-VALIDATION' });
  });

  test('is refused behind an event that is not here yet: who is ahead of a node asks again, and is told no other story', async () => {
    const reading = await feed('999999');
    await eventually('the answer', reading.ended);
    expect(problem(reading)).toMatchObject({ status: 503, code: 'E-NOT-REACHED', facts: { position: '31/signs#999999' } });
    expect(reading.headers['retry-after']).toBe('1');
  });

  test.each(['31/nothing', '99/signs', '31/signs~', '3x/signs'])('of %s is not there', async (journal) => {
    const reading = await feed(undefined, '31', journal);
    expect(reading.status).toBe(404);
    reading.leave();
  });

  test('asked by HEAD is described and not begun', async () => {
    const answer = await fetch(`${services.get('31')!.url}/v1/feeds/31/signs`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  test('is held eight times by one client, and once more when one is given back', async () => {
    const held: Reading[] = [];
    for (let count = 0; count < 8; count += 1) held.push(await feed());
    const refused = await feed();
    await eventually('the answer', refused.ended);
    expect(problem(refused)).toMatchObject({ status: 429, code: 'E-BUSY' });
    expect(refused.headers['retry-after']).toBe('10');
    held.pop()!.leave();
    await eventually('room', async () => {
      const again = await feed();
      held.push(again);
      return again.status === 200;
    });
    for (const each of held) each.leave();
  });
});

describe('a feed at another pace', () => {
  let server: Server;
  /** The highest number that was read from the journal for anybody. */
  let read = 0;
  const reader = (): PublicReader => {
    const entries = nodes.get('31')!.publicEntries('31/signs');
    return {
      behind: (sequence) => entries.behind(sequence),
      page: async (place, limit) => {
        const page = await entries.page(place, limit);
        read = Math.max(read, page.next.sequence);
        return page;
      },
    };
  };
  const serve = async (pace: FeedPace): Promise<number> => {
    const feeds = new PublicFeeds({ nodes: { holding: () => ({ publicEntries: reader }) }, url: 'https://node.31.example', most: 4, pace });
    server = createServer((_, response) => void feeds.follow({ journal: '31/signs', lastEventId: undefined, client: 'one' }, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  afterEach(() => server.close());

  test('says that it lives while nothing happens', async () => {
    const reading = await follow(`http://127.0.0.1:${await serve({ lookMs: 5, beatMs: 20, slowMs: 60_000 })}`);
    await eventually('heartbeats', () => reading.text().split('\n: \n').length > 3);
    reading.leave();
  });

  test('lets go who does not read, having read from the journal what he had room for and no more', async () => {
    // Far more than the buffers of two sockets hold.
    for (let times = 0; times < 60; times += 1) await post(2, 70_000);
    const port = await serve({ lookMs: 5, beatMs: 60_000, slowMs: 300 });
    read = 0;
    const socket = createConnection(port, '127.0.0.1');
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n');
    let connections = 0;
    const count = async (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_, found) => resolve((connections = Math.max(connections, found)) && found)));
    await eventually('he is let go', async () => (await count()) === 0 && connections === 1);
    expect(read).toBeGreaterThan(1);
    expect(read).toBeLessThan(100);
    socket.destroy();
  }, 60_000);
});

test('a feed ends with its node', async () => {
  const reading = await feed(undefined, '32');
  await services.get('32')!.stop();
  services.delete('32');
  await eventually('the end', reading.ended);
});
