/** Histories of four simulated nodes, told by a process on each core out of a compiled copy of the sources. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Which history: without some of its planned faults and with fewer deals when a failing one is shrunk. */
export interface Wanted {
  readonly seed: number;
  readonly without: readonly number[];
  readonly deals?: number;
}

/** What became of it; see the telling process. */
export interface Answered {
  readonly seed: number;
  /** What must not be; none when all is well. */
  readonly complaints: readonly string[];
  readonly struck: readonly { readonly id: number; readonly says: string }[];
  readonly faults: readonly (readonly [string, number])[];
  readonly crashes: readonly (readonly [string, number])[];
  readonly commands: number;
  readonly orders: number;
  readonly entries: number;
  readonly virtualMs: number;
  readonly trace: string;
  readonly cpuMs: number;
}

const TELLING = '../../libs/contexts/voucher/testing/telling.js';
/** No history takes this long: a process that is silent for so long has hung, and that is a finding. */
const SILENT_MS = 120_000;

/**
 * Much code runs a few hundred times a history each: the engine compiles it at once, simply, and does not walk it first. Optimising
 * took a sixth of the time of the first sixty histories, and less where little of a callee is copied into its caller. A process has one
 * core: helpers that collect garbage beside it would only take turns with it. Of what a history keeps until its end little is copied where
 * the young generation holds more than one history.
 */
const ENGINE: readonly string[] = [
  '--always-sparkplug',
  '--max-inlined-bytecode-size-cumulative=200',
  '--single-threaded-gc',
  '--min-semi-space-size=256',
  '--max-semi-space-size=256',
];

/** Processes that tell histories. */
export class Tellers {
  private readonly idle: ChildProcess[] = [];
  private readonly all: ChildProcess[] = [];

  constructor(
    private readonly copy: string,
    readonly count: number,
  ) {}

  /** Tells one history in a process that has nothing else to do. At most `count` at a time. */
  async tell(wanted: Wanted): Promise<Answered> {
    const process = this.idle.pop() ?? this.start();
    const answer = await new Promise<Answered | string>((resolve) => {
      const silent = setTimeout(() => resolve(`The history did not end within ${SILENT_MS / 1_000} s.`), SILENT_MS);
      const end = (what: Answered | string): void => {
        clearTimeout(silent);
        process.removeAllListeners();
        resolve(what);
      };
      process.once('message', (message) => end(message as Answered));
      process.once('exit', (code) => end(`The telling process ended with ${code}.`));
      process.send(wanted);
    });
    if (typeof answer !== 'string') {
      this.idle.push(process);
      return answer;
    }
    process.kill('SIGKILL');
    const nothing = { struck: [], faults: [], crashes: [], commands: 0, orders: 0, entries: 0, virtualMs: 0, trace: '', cpuMs: 0 };
    return { seed: wanted.seed, complaints: [answer], ...nothing };
  }

  /** Tells histories of one seed after the other, on all cores, until all are told or `each` answers false. */
  async tellAll(from: number, seeds: number, each: (answer: Answered) => boolean): Promise<void> {
    let next = from;
    let going = true;
    const line = async (): Promise<void> => {
      while (going && next < from + seeds) going = each(await this.tell({ seed: next++, without: [] })) && going;
    };
    await Promise.all(Array.from({ length: this.count }, line));
  }

  stop(): void {
    for (const process of this.all) process.kill('SIGKILL');
  }

  private start(): ChildProcess {
    const process = fork(join(this.copy, TELLING.replace('../../', '')), {
      execArgv: [...ENGINE],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.all.push(process);
    return process;
  }
}

/** The fewest faults and deals with which the history still fails, tried within a number of tellings. */
export const shrink = async (tellers: Tellers, failing: Answered, tries = 60): Promise<Wanted> => {
  let left = tries;
  const fails = async (wanted: Wanted): Promise<boolean> => left-- > 0 && (await tellers.tell(wanted)).complaints.length > 0;
  let without: readonly number[] = [];
  let kept = failing.struck.map(({ id }) => id);
  // Halves first, then quarters, down to single faults.
  for (let size = Math.ceil(kept.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length && left > 0;) {
      const part = kept.slice(at, at + size);
      if (await fails({ seed: failing.seed, without: [...without, ...part] })) {
        without = [...without, ...part];
        kept = kept.filter((id) => !part.includes(id));
      } else at += size;
    }
  }
  let deals: number | undefined;
  for (const fewer of [1, 3, 6, 12, 24]) {
    if (!(await fails({ seed: failing.seed, without, deals: fewer }))) continue;
    deals = fewer;
    break;
  }
  return { seed: failing.seed, without, ...(deals !== undefined && { deals }) };
};
