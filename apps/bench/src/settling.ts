/**
 * Rows of settlement: a node counts, attests, settles and nets a window of a million lines of four provinces, and releases its own, while
 * commands go on. The other three have closed and attested; what they stated is computed from the same lines, so that a node that counted
 * otherwise would not settle.
 */
import { voucherContracts } from '@yrd/contracts';
import { canonicalBytes, hex, makeEntry, openNode, utf8, type Context, type LedgerEntry } from '@yrd/ledger';
import { createNodeKeys, nodeHasher, nodeRandom, openWorld, systemClock } from '@yrd/platform';
import {
  journalOf,
  lineKey,
  orderStream,
  PAIRS,
  PairCount,
  PROVINCES,
  sidesOf,
  voucher,
  windowStream,
  type Line,
  type WindowRow,
} from '@yrd/voucher';
import { voucherClearing } from '@yrd/voucher-clearing';
import mongoose from 'mongoose';
import { goesOnAtItsEnd, Growing, type Written } from './growing.js';
import { cpuSeconds, lasting, paced, spread, threadCpuMs, until, watchHeap, type Figure } from './measure.js';
import type { Servers } from './nodes.js';
import type { Row } from './table.js';

const MINE = '31';
const FEDERATION = 'settling.test';
const WINDOW = 1;
const BLOCK_COMMITS = 50;
/** Commands a second that go on all the time, and how long they are watched where nothing else happens. */
const LIVE = 50;
const QUIET_MS = 10_000;
const RELEASING_MS = 20_000;
/** A disk to which much was written answers in fits and starts for a while: it is at rest once p99 is at most so many times p50. */
const EVEN = 3;
const REST_ROUNDS = 20;
const TARGET_S_PER_MILLION = 10;
const YEAR_MS = 1_760_000_000_000;
/** Far ahead: nothing lapses while this runs. */
const LIMITS = { acceptByMs: 4e12, useUntilMs: 4e12, redeemUntilMs: 4e12 };

const operator = { person: 'p-op', organisation: 'org-bench', province: MINE, roles: ['operator'] };
const reviewer = { person: 'p-rev', organisation: 'org-bench', province: MINE, roles: ['reviewer'] };

const hash = (text: string): string => hex(nodeHasher.sha256(utf8(text)));

/** An entry as its province would have written it. */
const entryOf = (province: string, index: number, stream: string, event: string, data: object): LedgerEntry => {
  const declared = voucher.entryTypes[event]!;
  const payload = canonicalBytes({ basis: {}, command: index.toString(16).padStart(64, '0'), data, person: '', trace: '' });
  const leaf = {
    ...{ source: `${FEDERATION}/log/${journalOf(province)}`, type: declared.type, subject: stream },
    ...{ time: new Date(YEAR_MS + index).toISOString(), actor: `${province}/node`, policyversion: '-' },
    ...{ legalbasis: declared.legalBasis, classification: declared.classification },
  };
  return makeEntry(nodeHasher, index, leaf, payload, { payload: nodeRandom.bytes(32) });
};

interface Stated {
  readonly province: string;
  readonly journal: Growing;
  readonly lines: readonly Line[];
}

/** Writes a province's lines with all others, and its close. Of orders whose lines this node releases, the order stands there too. */
const state = async (journal: Growing, province: string, count: number): Promise<Stated> => {
  const pairs = PAIRS.filter((pair) => Object.values(sidesOf(pair)).includes(province));
  const lines: Line[] = [];
  for (let done = 0; done < count;) {
    let index = journal.size;
    const block = Array.from({ length: Math.min(BLOCK_COMMITS, count - done) }, (_, at): Written => {
      const n = done + at;
      const pair = pairs[n % pairs.length]!;
      const { payer, payee } = sidesOf(pair);
      const [order, other, amountFen] = [`${province}-${n}`, province === payer ? payee : payer, 10_000 + (n % 9_973)];
      const stream = orderStream(order);
      const terms = { ...voucherContracts.OrderPlaced.example, ...LIMITS, order, number: order, agencyProvince: other };
      const placed = province === MINE ? [entryOf(province, index++, stream, 'OrderPlaced', terms)] : [];
      const line = { payer, payee, amountFen, foreign: journalOf(other), foreignSize: 1 };
      const ended = entryOf(province, index++, stream, 'PublicityEnded', { order, subsidyFen: amountFen, line });
      lines.push({ order, pair, home: province, amountFen, homeSize: index, foreignSize: 1 });
      return { stream, entries: [...placed, ended] };
    });
    await journal.add(block);
    done += block.length;
  }
  const stream = windowStream(WINDOW);
  await journal.add([{ stream, entries: [entryOf(province, journal.size, stream, 'WindowClosed', { window: WINDOW })] }]);
  return { province, journal, lines };
};

/** What all four attest, by pair. */
const attestations = (all: readonly Stated[]): readonly object[] =>
  PAIRS.map((pair) => {
    const sides = all.filter(({ province }) => Object.values(sidesOf(pair)).includes(province));
    const cuts = Object.fromEntries(
      sides.map(({ province, journal }) => [journalOf(province), { size: journal.size, root: journal.root }] as const),
    );
    const count = new PairCount({ window: WINDOW, pair, cuts }, hash);
    const lines = sides.flatMap((side) => side.lines.filter((line) => line.pair === pair));
    const keyed = lines.map((line) => ({ key: lineKey(line, {}), line })).sort((one, two) => (one.key < two.key ? -1 : 1));
    for (const { line } of keyed) count.take(line);
    return count.attestation;
  });

interface Opening {
  readonly servers: Servers;
  readonly keys: readonly ReturnType<typeof createNodeKeys>[];
}

/** The node of Shanghai, ready, in a federation whose other three say nothing now. */
const opened = async ({ servers, keys }: Opening, reactions: Context['reactions'], indexes = voucherClearing.indexes ?? {}) => {
  const made = await openWorld({
    mongoUrl: servers.mongoUrl,
    database: `settling_${process.pid}`,
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

/** Four journals of a settled year in Shanghai's store, three of which have said all they have to say of the window; views folded. */
const prepared = async (opening: Opening, lines: number, say: (line: string) => void): Promise<void> => {
  const first = await opened(opening, [], {});
  await first.node.stop();
  const all: Stated[] = [];
  for (const province of PROVINCES) {
    const journal = await Growing.on(first.world.storage.blocks(journalOf(province)));
    all.push(await state(journal, province, lines / PROVINCES.length));
  }
  const attested = attestations(all);
  for (const { province, journal } of all) {
    if (province === MINE) continue;
    const stream = windowStream(WINDOW);
    await journal.add([
      { stream, entries: attested.map((data, at) => entryOf(province, journal.size + at, stream, 'PairAttested', data)), version: 1 },
    ]);
  }
  await first.close();
  say(`  ${lines.toLocaleString('en')} lines are written`);
  // Without indexes: the node that is measured builds them over all rows at once, which is several times faster than row by row.
  const folding = await opened(opening, [], {});
  for (const { province, journal } of all)
    if (!(await folding.node.reach({ journal: journalOf(province), size: journal.size }, 3_600_000)))
      throw new Error('Not folded in time.');
  // What reacted to nothing stands at the end of all journals.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await folding.close();
  say('  and folded');
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

let told = 0;
/** The smallest command there is, as an office gives it. */
const live = async ({ node }: Node): Promise<void> => {
  const subject = `live-${(told += 1)}`;
  const body = { subject, kind: 'team', organisation: `org-${subject}`, name: '示例团队', uscc: '' };
  const answer = await node.execute({ command: 'RegisterSubject', body, actor: reviewer, idempotencyKey: subject, trace: '' });
  if (!answer.ok) throw new Error(`Refused: ${answer.rejected} ${JSON.stringify(answer.facts)}`);
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

const windowRow = async ({ node }: Node): Promise<WindowRow | undefined> =>
  (await node.rows<WindowRow>('windows', { where: { window: WINDOW }, limit: 1 })).rows[0]?.row;

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
  const opening = { servers, keys };
  await ofServer(servers, { setParameter: 1, wiredTigerEngineRuntimeConfig: STORE_CACHE });
  await prepared(opening, lines, say);
  const node = await opened(opening, voucher.reactions);
  await atRest(servers, node);
  say('  and its indexes are built');
  const quiet = await atQuiet(node, say);
  say('  the window is settled');
  const heap = watchHeap();
  let netted = false;
  const [since, cpu, all] = [performance.now(), threadCpuMs(), cpuSeconds(pidWords)];
  const answer = await node.node.execute({
    ...{ command: 'AskAttestation', body: { window: WINDOW }, actor: operator, idempotencyKey: 'settle', trace: '' },
  });
  if (!answer.ok) throw new Error(`Refused: ${answer.rejected} ${JSON.stringify(answer.facts)}`);
  const during = paced(
    LIVE,
    () => netted,
    () => live(node),
  );
  await until(
    async () => (await windowRow(node))?.netted[MINE] !== undefined,
    () => 'the window is netted',
  );
  const tookS = (performance.now() - since) / 1_000;
  const [ownS, allS] = [(threadCpuMs() - cpu) / 1_000, cpuSeconds(pidWords) - all];
  netted = true;
  const whileCounting = await during;
  const grownMiB = heap();
  const row = (await windowRow(node))!;
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
