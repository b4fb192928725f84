/**
 * Rows of settlement: a node counts, attests, settles and nets a window of a million lines of four provinces, and releases its own, while
 * commands go on. The other three have closed and attested; what they stated is computed from the same lines, so that a node that counted
 * otherwise would not settle.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openNode, type Context } from '@yrd/ledger';
import { createNodeKeys, openWorld, systemClock } from '@yrd/platform';
import { journalOf, PAIRS, PROVINCES, sidesOf, voucher, type WindowRow } from '@yrd/voucher';
import { voucherClearing } from '@yrd/voucher-clearing';
import mongoose from 'mongoose';
import { goesOnAtItsEnd } from './growing.js';
import { cpuSeconds, lasting, paced, spread, threadCpuMs, until, watchHeap, type Figure } from './measure.js';
import type { Servers } from './nodes.js';
import type { Row } from './table.js';

export const MINE = '31';
export const FEDERATION = 'settling.test';
/** A node that is years old has counted before: a small window is settled first, so that what is measured is no first time. */
const FORMER: Window = { number: 1, lines: 12_000 };
const MEASURED = 2;
/** Commands a second that go on all the time, and how long they are watched where nothing else happens. */
const LIVE = 50;
const QUIET_MS = 10_000;
const RELEASING_MS = 20_000;
/** A disk to which much was written answers in fits and starts for a while: it is at rest once p99 is at most so many times p50. */
const EVEN = 3;
const REST_ROUNDS = 20;
const TARGET_S_PER_MILLION = 10;

const operator = { person: 'p-op', organisation: 'org-bench', province: MINE, roles: ['operator'] };
const reviewer = { person: 'p-rev', organisation: 'org-bench', province: MINE, roles: ['reviewer'] };

export interface Window {
  readonly number: number;
  /** Of all provinces; a multiple of four. */
  readonly lines: number;
}

export interface Opening {
  readonly database: string;
  readonly servers: Servers;
  readonly keys: readonly ReturnType<typeof createNodeKeys>[];
}

/** The node of Shanghai, ready, in a federation whose other three say nothing now. */
export const opened = async (
  { servers, keys, database }: Opening,
  reactions: Context['reactions'],
  indexes = voucherClearing.indexes ?? {},
) => {
  const made = await openWorld({
    mongoUrl: servers.mongoUrl,
    database,
    kafka: { brokers: [...servers.brokers] },
    ...{ keys: keys[0]!.secret, clock: systemClock(), notice: () => undefined, indexes },
  });
  const world = goesOnAtItsEnd(made);
  const federation = { federation: FEDERATION, nodes: keys.map((each) => each.public) };
  const node = openNode({ world, province: MINE, context: { ...voucher, reactions }, federation, instance: 'settling', openAlone: true });
  await node.start();
  await until(
    () => node.status().notReady === null,
    () => `the node is ready: ${JSON.stringify(node.status().notReady)}`,
  );
  return { node, world, close: async () => (await node.stop(), await made.close()) };
};
type Node = Awaited<ReturnType<typeof opened>>;

/** What the process is given that writes the lines. */
export interface Preparing extends Opening {
  readonly windows: readonly Window[];
}

const prepared = async (preparing: Preparing, say: (line: string) => void): Promise<void> => {
  const child = fork(fileURLToPath(new URL('./settling-lines.js', import.meta.url)), { serialization: 'advanced' });
  child.on('message', say);
  child.send(preparing);
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`The lines were not prepared: their process ended with ${code}.`)),
    );
  });
};

/** The servers that are started here are small; a province's store has half of its machine's memory, unless it is told otherwise. */
const STORE_CACHE = 'cache_size=4G';

const ofServer = async ({ mongoUrl }: Servers, command: Readonly<Record<string, unknown>>): Promise<void> => {
  const connection = await mongoose.createConnection(mongoUrl).asPromise();
  await connection.db!.admin().command(command);
  await connection.close();
};

/** Has the indexes of all views built, which who first asks a view does, and all that was prepared written to the disk. */
const atRest = async (servers: Servers, { node }: Node): Promise<void> => {
  for (const { name } of voucher.views) await node.rows(name, { limit: 1 });
  await ofServer(servers, { fsync: 1 });
};

/** Has a command carried out; throws when it is refused. */
const done = async (node: Node['node'], command: Omit<Parameters<Node['node']['execute']>[0], 'trace'>): Promise<void> => {
  const answer = await node.execute({ ...command, trace: '' });
  if (!answer.ok) throw new Error(`Refused: ${answer.rejected} ${JSON.stringify(answer.facts)}`);
};

let told = 0;
/** The smallest command there is, as an office gives it. */
const live = async ({ node }: Node): Promise<void> => {
  const subject = `live-${(told += 1)}`;
  const body = { subject, kind: 'team', organisation: `org-${subject}`, name: '示例团队', uscc: '' };
  await done(node, { command: 'RegisterSubject', body, actor: reviewer, idempotencyKey: subject });
};

/** Commands with nothing else to do, once they take evenly long. */
const atQuiet = async (node: Node, say: (line: string) => void): Promise<Figure> => {
  for (let round = 1; ; round += 1) {
    const quiet = await paced(LIVE, lasting(QUIET_MS), () => live(node));
    if (quiet.p99Ms <= EVEN * quiet.p50Ms || round === REST_ROUNDS) return quiet;
    say(`  commands take ${quiet.p50Ms.toFixed(1)} to ${quiet.p99Ms.toFixed(1)} ms: the disk is not at rest yet`);
  }
};

const written = ({ node }: Node): number => node.status().journals.find(({ journal }) => journal === journalOf(MINE))?.size ?? 0;

const windowRow = async ({ node }: Node, window: number): Promise<WindowRow | undefined> =>
  (await node.rows<WindowRow>('windows', { where: { window }, limit: 1 })).rows[0]?.row;

const ask = ({ node }: Node, window: number): Promise<void> =>
  done(node, { command: 'AskAttestation', body: { window }, actor: operator, idempotencyKey: `settle-${window}` });

const netted = (node: Node, window: number): Promise<void> =>
  until(
    async () => (await windowRow(node, window))?.netted[MINE] !== undefined,
    () => `window ${window} is netted`,
  );

/** Measures closing, netting and releasing a window of so many lines. */
export const settlingRows = async (
  servers: Servers,
  lines: number,
  pidWords: readonly string[],
  say: (line: string) => void,
): Promise<readonly Row[]> => {
  const keys = PROVINCES.map((province) =>
    createNodeKeys({ federation: FEDERATION, province, name: province, url: `http://node-${province}.test`, contexts: ['voucher'] }),
  );
  const opening = { servers, keys, database: `settling_${process.pid}` };
  await ofServer(servers, { setParameter: 1, wiredTigerEngineRuntimeConfig: STORE_CACHE });
  await prepared({ ...opening, windows: [FORMER, { number: MEASURED, lines }] }, say);
  const node = await opened(opening, voucher.reactions);
  await atRest(servers, node);
  say('  and its indexes are built');
  await ask(node, FORMER.number);
  await netted(node, FORMER.number);
  say('  a smaller window is settled before');
  const quiet = await atQuiet(node, say);
  say('  the window is settled');
  const heap = watchHeap();
  let isNetted = false;
  const [since, cpu, all] = [performance.now(), threadCpuMs(), cpuSeconds(pidWords)];
  await ask(node, MEASURED);
  const during = paced(
    LIVE,
    () => isNetted,
    () => live(node),
  );
  await netted(node, MEASURED);
  const tookS = (performance.now() - since) / 1_000;
  const [ownS, allS] = [(threadCpuMs() - cpu) / 1_000, cpuSeconds(pidWords) - all];
  isNetted = true;
  const whileCounting = await during;
  const grownMiB = heap();
  const row = (await windowRow(node, MEASURED))!;
  const counted = row.settled.filter(({ pair }) => Object.values(sidesOf(pair)).includes(MINE));
  if (row.settled.length !== PAIRS.length || row.dissent)
    throw new Error(`Not settled: ${row.settled.length} pairs, dissent ${row.dissent}.`);
  if (row.settled.reduce((sum, { count }) => sum + count, 0) !== lines) throw new Error('Not every line was counted.');
  say(`  ${counted.length} pairs of its own release their lines`);
  const [begin, had] = [performance.now(), written(node)];
  const whileReleasing = await paced(LIVE, lasting(RELEASING_MS), () => live(node));
  // All that it writes now, but the commands that go on.
  const perSecond = ((written(node) - had) * 1_000) / (performance.now() - begin) - LIVE;
  await node.close();
  return rowsOf({ lines, tookS, ownS, allS, grownMiB, quiet, whileCounting, whileReleasing, perSecond });
};

const rowsOf = (m: {
  readonly lines: number;
  readonly tookS: number;
  readonly ownS: number;
  readonly allS: number;
  readonly grownMiB: number;
  readonly quiet: Figure;
  readonly whileCounting: Figure;
  readonly whileReleasing: Figure;
  readonly perSecond: number;
}): readonly Row[] => {
  const row = (name: string, value: number, unit: string, ratio?: Row['ratio']): Row => ({
    ...{ name, value: spread([value]), unit },
    ...(ratio && { ratio }),
  });
  const late = (figure: Figure): Row['ratio'] => ({ of: 'nothing else to do', value: figure.p99Ms / m.quiet.p99Ms, target: { most: 2 } });
  const perMillion = m.tookS / (m.lines / 1_000_000);
  return [
    row(`${m.lines.toLocaleString('en')} lines of twelve pairs counted, attested, settled and netted at one node`, m.tookS, 's', {
      ...{ of: `${TARGET_S_PER_MILLION} s a million`, value: perMillion / TARGET_S_PER_MILLION, target: { most: 1 } },
    }),
    row('the same, processor of the node', m.ownS, 's'),
    row('the same, processor of the node and its servers', m.allS, 's'),
    row('the same, heap grown by', m.grownMiB, 'MiB'),
    row(`commands at ${LIVE} a second with nothing else to do, p50`, m.quiet.p50Ms, 'ms'),
    row('the same, p99', m.quiet.p99Ms, 'ms'),
    row('p99 while the window is counted', m.whileCounting.p99Ms, 'ms', late(m.whileCounting)),
    row('p99 while its lines are released', m.whileReleasing.p99Ms, 'ms', late(m.whileReleasing)),
    row('lines released', m.perSecond, 'lines/s'),
  ];
};
