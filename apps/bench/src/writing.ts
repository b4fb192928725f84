/** Rows of writing: the command path at its widths, on many streams and on one, beside what one would write otherwise. */
import type { World } from '@yrd/ledger';
import { cpuSeconds, flood, spread, type Figure } from './measure.js';
import { command, openFederation, pay, settled, type Opened, type Servers } from './nodes.js';
import { openPeers, type Peers } from './peers.js';
import { interleaved, ratioOf, type Row, type Target } from './table.js';
import { NOTE } from './transfers.js';

const FOR_MS = 1_500;
const ACCOUNTS = 20_000;
const MANY = 500;
const BARE = 'benchbare';

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
  await pay(node, 'Hold', account, 'o');
  await command(node, n % 4 === 0 ? 'Release' : 'Capture', { account, order: 'o' });
};

/** Spends from one of many accounts, or always from the same. */
const spending =
  ({ node }: Opened, accounts: number) =>
  (n: number): Promise<unknown> =>
    pay(node, 'Spend', `a-${(n * 7_919) % accounts}`, `o-${n}`);

const spendingThree =
  ({ node }: Opened) =>
  (n: number): Promise<unknown> => {
    const [account, ...others] = ['a', 'b', 'c'].map((name, at) => `${name}-${(n * 7_919 + at) % ACCOUNTS}`);
    return command(node, 'SpendThree', { account, others, order: `o-${n}`, fen: 100, note: NOTE });
  };

/** Everything that is measured, by its name. */
const measurements = (peers: Peers, ours: Opened, bare: Opened, pidWords: readonly string[], beside: Beside) => {
  const rate = async (figure: Promise<Figure>, name?: keyof Beside['p99Ms']): Promise<number> => {
    const { perSecond, p99Ms } = await figure;
    if (name) beside.p99Ms[name].push(p99Ms);
    return perSecond;
  };
  const ledger = async (ways: number, one: (n: number) => Promise<unknown>, opened = ours): Promise<Figure> => {
    const figure = await flood(ways, FOR_MS, one);
    await settled(opened, opened === bare ? BARE : undefined);
    return figure;
  };
  return {
    insert64: () => rate(flood(64, FOR_MS, peers.insertOne), 'insert64'),
    insert256: () => rate(flood(256, FOR_MS, peers.insertOne), 'insert256'),
    insert512: () => rate(flood(512, FOR_MS, peers.insertOne)),
    create64: () => rate(flood(64, FOR_MS, peers.create)),
    transaction16: () => rate(flood(16, FOR_MS, peers.transaction)),
    insertMany: async () => MANY * (await rate(flood(1, FOR_MS, () => peers.insertMany(MANY)))),
    retried64: () => rate(flood(64, FOR_MS, peers.retriedInsert)),
    ledger64: () => rate(ledger(64, spending(ours, ACCOUNTS)), 'ledger64'),
    ledger256: () => rate(ledger(256, spending(ours, ACCOUNTS)), 'ledger256'),
    hot64: () => rate(ledger(64, spending(ours, 1))),
    hot256: () => rate(ledger(256, spending(ours, 1))),
    three256: () => rate(ledger(256, spendingThree(ours))),
    bare256: () => rate(ledger(256, spending(bare, ACCOUNTS), bare)),
    transfers256: async () => {
      const [since, before] = [performance.now(), cpuSeconds(pidWords)];
      const perSecond = await rate(ledger(256, (n) => transfer(ours, n + Math.floor(since))));
      const vcpus = ((cpuSeconds(pidWords) - before) * 1_000) / (performance.now() - since);
      beside.perVcpu.push(perSecond / vcpus);
      return perSecond;
    },
  };
};

/** What is measured along with the rates. */
interface Beside {
  readonly p99Ms: Readonly<Record<'insert64' | 'insert256' | 'ledger64' | 'ledger256', number[]>>;
  readonly perVcpu: number[];
}

type Found = Readonly<Record<keyof ReturnType<typeof measurements>, readonly number[]>>;

const row = (name: string, values: readonly number[], unit = 'commands/s', ratio?: Row['ratio']): Row => ({
  name,
  value: spread(values),
  unit,
  ...(ratio && { ratio }),
});

const to = (of: string, value: number, target: Target): Row['ratio'] => ({ of, value, target });

const rowsOf = (found: Found, { p99Ms, perVcpu }: Beside): readonly Row[] => {
  const best = found.insert64.map((value, at) => Math.max(value, found.insert256[at]!, found.insert512[at]!));
  const late = (ways: 64 | 256): Row['ratio'] =>
    to(`p99 of insertOne, ${ways}-way`, ratioOf(p99Ms[`ledger${ways}`], p99Ms[`insert${ways}`]), { most: 0.25 });
  const ledger = 'command path with view and publishing';
  return [
    row('one insertOne a command, 64-way', found.insert64),
    row('one insertOne, at its best of 64, 256 and 512', best),
    row('mongoose create, 64-way', found.create64),
    row('transaction over two documents, 16-way', found.transaction16),
    row('insertMany of 500, one at a time', found.insertMany, 'documents/s'),
    row(
      `${ledger}, many streams, 64-way`,
      found.ledger64,
      undefined,
      to('insertOne, 64-way', ratioOf(found.ledger64, found.insert64), { least: 6 }),
    ),
    row(
      `${ledger}, many streams, 256-way`,
      found.ledger256,
      undefined,
      to('insertOne at its best', ratioOf(found.ledger256, best), { least: 10 }),
    ),
    row('the same at 64-way, p99', p99Ms.ledger64, 'ms', late(64)),
    row('the same at 256-way, p99', p99Ms.ledger256, 'ms', late(256)),
    row('one hot stream, 256-way', found.hot256, undefined, to('many streams', ratioOf(found.hot256, found.ledger256), { least: 0.8 })),
    row('one hot stream, 64-way', found.hot64, undefined, to('inserts tried again', ratioOf(found.hot64, found.retried64), { least: 200 })),
    row(
      'one command over three streams, 256-way',
      found.three256,
      undefined,
      to('one stream', ratioOf(found.three256, found.ledger256), { least: 0.9 }),
    ),
    row(
      'without the hashes of the proofs, 256-way',
      found.bare256,
      undefined,
      to('share of the proofs', 1 - ratioOf(found.ledger256, found.bare256), { most: 0.25 }),
    ),
    row('two-phase transfers (hold, then capture or release), 256-way', found.transfers256, 'transfers/s'),
    row(
      'the same for each vCPU of node, MongoDB and Kafka',
      perVcpu,
      'transfers/s',
      to('one a second', spread(perVcpu).median, { least: 150 }),
    ),
  ];
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
  const [bare] = (await openFederation(servers, ['31'], { name: BARE, alter: withoutProofs })) as [Opened];
  const beside: Beside = { p99Ms: { insert64: [], insert256: [], ledger64: [], ledger256: [] }, perVcpu: [] };
  try {
    return rowsOf(await interleaved(rounds, measurements(peers, ours, bare, pidWords, beside), say), beside);
  } finally {
    await bare.close();
    await ours.close();
    await peers.close();
  }
};
