/** How things are measured: floods of a fixed width, open loops of a fixed rate, medians with their spread, and processor time. */
import { readdirSync, readFileSync } from 'node:fs';

/** One measured run. */
export interface Figure {
  /** Done in a second. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

const figureOf = (tookMs: number[], elapsedMs: number): Figure => {
  const sorted = tookMs.sort((a, b) => a - b);
  return { perSecond: (sorted.length * 1_000) / elapsedMs, p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
};

const WARM_MS = 300;

/** Keeps `ways` operations going for `forMs`; what was begun is finished, and what the warm-up did is not counted. */
export const flood = async (ways: number, forMs: number, one: (n: number) => Promise<unknown>): Promise<Figure> => {
  const tookMs: number[] = [];
  let n = 0;
  const begin = performance.now() + WARM_MS;
  const end = begin + forMs;
  let last = begin;
  await Promise.all(
    Array.from({ length: ways }, async () => {
      for (let since = performance.now(); since < end; since = performance.now()) {
        await one((n += 1));
        const now = performance.now();
        if (since >= begin) tookMs.push(now - since);
        if (since >= begin) last = Math.max(last, now);
      }
    }),
  );
  return figureOf(tookMs, last - begin);
};

/** Says that it is over once this time has passed since the first question. */
export const lasting = (forMs: number): (() => boolean) => {
  let since: number | null = null;
  return () => performance.now() - (since ??= performance.now()) >= forMs;
};

/** Begins an operation at a fixed rate until it is over, however long each takes: times are from when it should have begun. */
export const paced = async (perSecond: number, over: () => boolean, one: (n: number) => Promise<unknown>): Promise<Figure> => {
  const tookMs: number[] = [];
  const running: Promise<unknown>[] = [];
  const start = performance.now();
  for (let n = 0; !over(); n += 1) {
    const due = start + (n * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    running.push(one(n).then(() => tookMs.push(performance.now() - due)));
  }
  await Promise.all(running);
  return figureOf(tookMs, performance.now() - start);
};

/** The middle of several runs, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export const spread = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
};

/** Clock ticks a second that /proc counts in: USER_HZ, 100 on every Linux that is in use. */
const TICKS = 100;

const processes = (): readonly string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

const cpuOf = (pid: string): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
};

/** Processor seconds that this process and all whose command line holds one of the words have used so far. */
export const cpuSeconds = (words: readonly string[]): number => {
  let sum = 0;
  for (const pid of processes()) {
    try {
      const ours = pid === String(process.pid) || words.some((word) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word));
      if (ours) sum += cpuOf(pid);
    } catch {
      // It ended meanwhile.
    }
  }
  return sum;
};

/** Processor time of this thread alone, ms. */
export const threadCpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

const LOOK_MS = 20;

/** Waits until it is done; throws with what did not come to be. */
export const until = async (done: () => boolean | Promise<boolean>, what: () => string, limitMs = 3_600_000): Promise<void> => {
  const deadline = performance.now() + limitMs;
  while (!(await done())) {
    if (performance.now() > deadline) throw new Error(`Not within ${limitMs / 1_000} s: ${what()}.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
};

/** Watches the heap from now on; answers by how much it was larger at its largest, MiB, and watches no more. */
export const watchHeap = (): (() => number) => {
  const before = process.memoryUsage().heapUsed;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().heapUsed)), 50);
  return () => {
    clearInterval(timer);
    return (most - before) / 2 ** 20;
  };
};
