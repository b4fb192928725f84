/** `npm run simulate`: any number of histories on all cores, in chunks that a later run goes on from; a failing one is shrunk. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { shrink, Tellers, type Answered, type Wanted } from './histories.js';
import { Fault, say } from './say.js';
import { copySources } from './source-copy.js';
import type { Place } from './start.js';

const FAULT_KINDS = 17;
const STAGES = 5;
/** Fewer histories than this cannot be asked to show every fault in every stage. */
export const COVER_FROM = 300;
const CHUNK = 200;
const SHOWN = 12;

/** Sums of a run. */
export class Tally {
  histories = 0;
  readonly faults = new Map<string, number>();
  readonly crashes = new Map<string, number>();
  readonly failing: Answered[] = [];
  private sums = { commands: 0, orders: 0, entries: 0, faults: 0, cpuMs: 0 };

  add(answer: Answered): void {
    this.histories += 1;
    for (const [map, counts] of [
      [this.faults, answer.faults],
      [this.crashes, answer.crashes],
    ] as const)
      for (const [key, count] of counts) map.set(key, (map.get(key) ?? 0) + count);
    if (answer.complaints.length > 0) this.failing.push(answer);
    const { sums } = this;
    this.sums = {
      commands: sums.commands + answer.commands,
      orders: sums.orders + answer.orders,
      entries: sums.entries + answer.entries,
      faults: sums.faults + answer.struck.length,
      cpuMs: sums.cpuMs + answer.cpuMs,
    };
  }

  /** One line: how much was lived through, and what it cost. */
  line(): string {
    const mean = (sum: number): string => (sum / Math.max(1, this.histories)).toFixed(0);
    const { commands, orders, entries, faults, cpuMs } = this.sums;
    const did = `${mean(commands)} commands, ${mean(orders)} orders across a border, ${mean(entries)} entries`;
    return `${this.histories} histories, each about ${did}, ${mean(faults)} faults, ${mean(cpuMs)} ms of CPU`;
  }

  /** Fault × stage and call × side, as two tables; and every cell that stayed empty. */
  coverage(): { readonly lines: readonly string[]; readonly empty: readonly string[] } {
    const [faults, crashes] = [grid(this.faults), grid(this.crashes)];
    return { lines: [...faults.lines, '', ...crashes.lines], empty: [...faults.empty, ...crashes.empty] };
  }

  /** Whether every fault struck in every stage. */
  covered(): boolean {
    return this.faults.size === FAULT_KINDS * STAGES && this.coverage().empty.length === 0;
  }
}

interface Grid {
  readonly lines: readonly string[];
  readonly empty: readonly string[];
}

const grid = (counts: ReadonlyMap<string, number>): Grid => {
  const cells = [...counts].map(([key, count]) => ({ row: key.split(' | ')[0]!, column: key.split(' | ')[1]!, count }));
  const rows = [...new Set(cells.map(({ row }) => row))].sort();
  const columns = [...new Set(cells.map(({ column }) => column))];
  const at = (row: string, column: string): number => counts.get(`${row} | ${column}`) ?? 0;
  const line = (row: string): string => row.padEnd(24) + columns.map((column) => String(at(row, column)).padStart(11)).join('');
  return {
    lines: [' '.repeat(24) + columns.map((column) => column.padStart(11)).join(''), ...rows.map(line)],
    empty: rows.flatMap((row) => columns.filter((column) => at(row, column) === 0).map((column) => `${row} | ${column}`)),
  };
};

/** The command that tells a history again, byte for byte. */
export const replayOf = ({ seed, without, deals }: Wanted): string =>
  [
    `npm run simulate -- --seed ${seed}`,
    ...(without.length > 0 ? [`--without ${without.join(',')}`] : []),
    ...(deals === undefined ? [] : [`--deals ${deals}`]),
  ].join(' ');

const valueOf = (args: readonly string[], name: string): string | undefined => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : args[at + 1];
};

const wholeOf = (args: readonly string[], name: string, fallback: number): number => {
  const value = valueOf(args, name);
  const number = value === undefined ? fallback : Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Fault(`Say --${name} with a whole number, as in npm run simulate -- --seeds 1000 --from 1.`);
};

const replay = async (tellers: Tellers, wanted: Wanted): Promise<number> => {
  const answer = await tellers.tell(wanted);
  for (const { says } of answer.struck) say(`  · ${says}`);
  for (const complaint of answer.complaints) say(`  ✗ ${complaint}`);
  const became = answer.complaints.length === 0 ? 'all is well' : `${answer.complaints.length} complaints`;
  say(`Seed ${answer.seed}: ${became}, trace ${answer.trace}.`);
  return answer.complaints.length === 0 ? 0 : 1;
};

/** Where the last run of the same range stopped, and which of its seeds failed; its log says so. */
const toldBefore = (log: string, from: number): { readonly next: number; readonly failing: readonly number[] } => {
  const done = (existsSync(log) ? readFileSync(log, 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly from: number; readonly to: number; readonly failing: readonly number[] });
  let next = from;
  for (const { from: start, to } of [...done].sort((a, b) => a.from - b.from)) if (start <= next && to > next) next = to;
  const failing = new Set(done.flatMap((each) => each.failing).filter((seed) => seed >= from && seed < next));
  return { next, failing: [...failing].sort((a, b) => a - b) };
};

const report = async (tellers: Tellers, tally: Tally): Promise<void> => {
  for (const answer of tally.failing.slice(0, 3)) {
    say(`\nSeed ${answer.seed} fails:`);
    for (const complaint of answer.complaints.slice(0, SHOWN)) say(`  ✗ ${complaint}`);
    say('  … shrinking it');
    say(`  Tell it again: ${replayOf(await shrink(tellers, answer))}`);
  }
};

/** `npm run simulate -- [--seeds 300] [--from 1] [--again] | --seed N [--without 1,2] [--deals 6]`. Answers the exit code. */
export const simulate = async (place: Place, args: readonly string[]): Promise<number> => {
  const home = join(place.home, 'simulate');
  const copy = join(home, 'sources');
  copySources(place.root, copy);
  const tellers = new Tellers(copy, availableParallelism());
  try {
    if (args.includes('--seed')) {
      const without = (valueOf(args, 'without') ?? '').split(',').filter(Boolean).map(Number);
      const deals = args.includes('--deals') ? { deals: wholeOf(args, 'deals', 0) } : {};
      return await replay(tellers, { seed: wholeOf(args, 'seed', 1), without, ...deals });
    }
    const [first, seeds] = [wholeOf(args, 'from', 1), wholeOf(args, 'seeds', COVER_FROM)];
    const log = join(home, 'log.jsonl');
    mkdirSync(home, { recursive: true });
    const tally = new Tally();
    const since = Date.now();
    const before = args.includes('--again') ? { next: first, failing: [] } : toldBefore(log, first);
    if (before.next > first) {
      const failed = before.failing.length > 0 ? `, failing: ${before.failing.join(', ')}` : '';
      say(`Told already: ${first} to ${before.next - 1}${failed}. Say --again to tell them once more.`);
    }
    for (let from = before.next; from < first + seeds;) {
      const count = Math.min(CHUNK, first + seeds - from);
      await tellers.tellAll(from, count, (answer) => (tally.add(answer), true));
      const failing = tally.failing.map(({ seed }) => seed);
      appendFileSync(log, `${JSON.stringify({ from, to: from + count, failing, at: new Date().toISOString() })}\n`);
      from += count;
      const rate = (1_000 * tally.histories) / (Date.now() - since);
      say(`${tally.line()}; ${rate.toFixed(1)} histories/s on ${tellers.count} cores; ${failing.length} failing`);
    }
    if (tally.histories === 0) return before.failing.length > 0 ? 1 : 0;
    const { lines, empty } = tally.coverage();
    for (const line of lines) say(line);
    await report(tellers, tally);
    const uncovered = tally.histories >= COVER_FROM && !tally.covered();
    if (uncovered) say(`Not covered: ${empty.join('; ') || 'a fault or a stage is missing whole'}.`);
    return tally.failing.length + before.failing.length > 0 || uncovered ? 1 : 0;
  } finally {
    tellers.stop();
  }
};
