/** Rows of writing: the command path at its widths, on many streams and on one, beside what one would write otherwise. */
import type { World } from '@yrd/ledger';
import { cpuSeconds, flood, spread, type Figure } from './measure.js';
import { command, hold, openFederation, settled, type Opened, type Servers } from './nodes.js';
import { openPeers } from './peers.js';
import { interleaved, ratioOf, type Row } from './table.js';
import { NOTE } from './transfers.js';

const FOR_MS = 1_500;
const ACCOUNTS = 20_000;
const LATENCY = ['ledger64', 'ledger256', 'insert64', 'insert256'] as const;

/** Eight bytes of each part in place of its hash: it costs next to nothing, and every leaf still has its own. */
const cheap = (...parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(32);
  for (const part of parts) for (let at = 0; at < part.length; at += 16) out[(at >> 4) & 31]! += part[at]!;
  return out;
};

/** What is left of the ledger when the hashes of its proofs cost nothing: those of tree nodes, and of payloads under their label. */
const withoutProofs = (world: World): World => {
  const { hasher } = world;
  const proves = ([first, ...more]: readonly Uint8Array[]): boolean => first?.length === 1 || more.length === 2;
  return {
    ...world,
    hasher: {
      sha256: (...parts) => (proves(parts) ? cheap(...parts) : hasher.sha256(...parts)),
      hmac: (key, ...parts) => hasher.hmac(key, ...parts),
    },
  };
};

/** One amount held and then captured or released: two durable commands. */
const transfer = async ({ node }: Opened, n: number): Promise<void> => {
  const account = `t-${n}`;
  await hold(node, account, 'o');
  await command(node, n % 4 === 0 ? 'Release' : 'Capture', { account, order: 'o' });
};

/** Measures all rows of writing. `pidWords` find the servers' processes. */
export const writingRows = async (
  servers: Servers,
  rounds: number,
  pidWords: readonly string[],
  say: (line: string) => void,
): Promise<readonly Row[]> => {
  const peers = await openPeers(servers.mongoUrl);
  const [ours] = (await openFederation(servers, ['31'])) as [Opened];
  const [bare] = (await openFederation(servers, ['31'], { name: 'benchbare', alter: withoutProofs })) as [Opened];
  const p99: Partial<Record<string, number[]>> = {};
  const keep = (name: string, { perSecond, p99Ms }: Figure): number => ((p99[name] ??= []).push(p99Ms), perSecond);
  const many = (n: number) => hold(ours.node, `a-${(n * 7_919) % ACCOUNTS}`, `o-${n}-${performance.now()}`);
  const after = async (figure: Promise<Figure>, opened = ours, context = 'bench'): Promise<Figure> => {
    const found = await figure;
    await settled(opened, context);
    return found;
  };
  const three = (n: number) => {
    const others = [`a-${(n * 31) % ACCOUNTS}`, `b-${n % ACCOUNTS}`];
    return command(ours.node, 'HoldThree', {
      account: `c-${n % ACCOUNTS}`,
      others,
      order: `o-${n}-${performance.now()}`,
      fen: 100,
      note: NOTE,
    });
  };
  const perVcpu: number[] = [];
  try {
    const found = await interleaved(
      rounds,
      {
        insert64: async () => keep('insert64', await flood(64, FOR_MS, peers.insertOne)),
        insert256: async () => keep('insert256', await flood(256, FOR_MS, peers.insertOne)),
        insert512: async () => (await flood(512, FOR_MS, peers.insertOne)).perSecond,
        create64: async () => (await flood(64, FOR_MS, peers.create)).perSecond,
        transaction16: async () => (await flood(16, FOR_MS, peers.transaction)).perSecond,
        insertMany: async () => 500 * (await flood(1, FOR_MS, () => peers.insertMany(500))).perSecond,
        retried64: async () => (await flood(64, FOR_MS, peers.retriedInsert)).perSecond,
        ledger64: async () => keep('ledger64', await after(flood(64, FOR_MS, many))),
        ledger256: async () => keep('ledger256', await after(flood(256, FOR_MS, many))),
        hot64: async () => (await after(flood(64, FOR_MS, (n) => hold(ours.node, 'hot', `o-${n}-${performance.now()}`)))).perSecond,
        hot256: async () => (await after(flood(256, FOR_MS, (n) => hold(ours.node, 'hot', `o-${n}-${performance.now()}`)))).perSecond,
        three256: async () => (await after(flood(256, FOR_MS, three))).perSecond,
        bare256: async () =>
          (
            await after(
              flood(256, FOR_MS, (n) => hold(bare.node, `a-${(n * 7_919) % ACCOUNTS}`, `o-${n}-${performance.now()}`)),
              bare,
              'benchbare',
            )
          ).perSecond,
        transfers256: async () => {
          const before = cpuSeconds(pidWords);
          const since = performance.now();
          const { perSecond } = await after(flood(256, FOR_MS, (n) => transfer(ours, n + Math.floor(since))));
          const seconds = (performance.now() - since) / 1_000;
          perVcpu.push(perSecond / ((cpuSeconds(pidWords) - before) / seconds));
          return perSecond;
        },
      },
      say,
    );
    const best = rounds === 0 ? [] : found.insert64.map((value, at) => Math.max(value, found.insert256[at]!, found.insert512[at]!));
    const row = (name: string, values: readonly number[], unit = 'commands/s', more: Partial<Row> = {}): Row => ({
      name,
      value: spread(values),
      unit,
      ...more,
    });
    const to = (of: string, value: number, target?: { least?: number; most?: number }): Pick<Row, 'ratio'> => ({
      ratio: { of, value, ...(target && { target }) },
    });
    const latencies = LATENCY.map((name) => row(`${name.replace(/(\d+)/, ' at $1-way')}, p99`, p99[name] ?? [], 'ms'));
    return [
      row('one insertOne a command, 64-way', found.insert64),
      row('one insertOne, at its best of 64, 256 and 512', best),
      row('mongoose create, 64-way', found.create64),
      row('transaction over two documents, 16-way', found.transaction16),
      row('insertMany of 500, one at a time', found.insertMany, 'documents/s'),
      row(
        'command path, many streams, 64-way',
        found.ledger64,
        'commands/s',
        to('insertOne, 64-way', ratioOf(found.ledger64, found.insert64), { least: 6 }),
      ),
      row(
        'command path, many streams, 256-way',
        found.ledger256,
        'commands/s',
        to('insertOne at its best', ratioOf(found.ledger256, best), { least: 10 }),
      ),
      ...latencies.slice(0, 2).map((each, at) => ({
        ...each,
        ...to(`p99 of insertOne, ${at === 0 ? 64 : 256}-way`, ratioOf(p99[LATENCY[at]!] ?? [], p99[LATENCY[at + 2]!] ?? []), {
          most: 0.25,
        }),
      })),
      row(
        'command path, one hot stream, 256-way',
        found.hot256,
        'commands/s',
        to('many streams, 256-way', ratioOf(found.hot256, found.ledger256), { least: 0.8 }),
      ),
      row(
        'command path, one hot stream, 64-way',
        found.hot64,
        'commands/s',
        to('inserts tried again, 64-way', ratioOf(found.hot64, found.retried64), { least: 200 }),
      ),
      row(
        'one command over three streams, 256-way',
        found.three256,
        'commands/s',
        to('over one stream', ratioOf(found.three256, found.ledger256), { least: 0.9 }),
      ),
      row('command path without the hashes of its proofs, 256-way', found.bare256, 'commands/s', {
        ...to('with them: cost of the proofs', 1 - ratioOf(found.ledger256, found.bare256), { most: 0.25 }),
      }),
      row('two-phase transfers (hold, then capture or release), 256-way', found.transfers256, 'transfers/s'),
      row('the same for each vCPU of node, MongoDB and Kafka', perVcpu, 'transfers/s', {
        ratio: { of: '1/s', value: spread(perVcpu).median, target: { least: 150 } },
      }),
    ];
  } finally {
    await bare.close();
    await ours.close();
    await peers.close();
  }
};
