/** The starter's child processes: each with its log, a rank in the stopping order, a way back after a crash, and the guard over all. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GRACE_MS, stopOrder } from './guard.js';
import { Fault, lastLines, say, sleep } from './say.js';

const exec = promisify(execFile);

/** Stopping order: nodes talk to everything and go first; the database goes last. */
export const rank = { node: 1, issuer: 2, kafka: 3, mongo: 4 } as const;

const LOG_MAX_BYTES = 20 * 2 ** 20; // A log larger than this is put aside as .1 at the next start.
const BACKOFF_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;
const STEADY_MS = 60_000; // A child that ran this long has recovered: the next crash begins at the shortest pause again.

/** What to run and how. */
export interface ChildSpec {
  readonly name: string;
  readonly rank: number;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Started again after a crash, with growing pauses. */
  readonly restart?: boolean;
  /** Told once when it ends unasked and is not started again; `tail` holds its last lines. */
  readonly onCrash?: (why: string, tail: string) => void;
}

/** One running child. */
export interface Child {
  readonly name: string;
  /** Undefined while it runs; a sentence once it has ended unasked. */
  ended(): string | undefined;
  /** True once it no longer runs, for whatever reason. */
  stopped(): boolean;
  /** Asks it to stop and waits; ends it hard after its time of grace. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again after it has stopped, for whatever reason; changes nothing while it runs. */
  start(): void;
  /** Holds it still, as an overloaded machine would (SIGSTOP), until `resume`. */
  pause(): void;
  resume(): void;
}

/** The children of one starter. */
export interface Processes {
  start(spec: ChildSpec): Child;
  /** The last lines of a child's log. */
  tail(name: string, count?: number): string;
  /** A program that stops what is no child process (containers): run last by `stopAll`, or by the guard should the starter be killed. */
  atEnd(argv: readonly string[]): void;
  /** A folder for the guard to remove, should the starter be killed. */
  removeOnDeath(folder: string): void;
  /** Stops all children in order, then runs what was asked for with `atEnd`. */
  stopAll(): Promise<void>;
  /** Tells the guard that all is in order, after which it goes too. */
  dismissGuard(): Promise<void>;
  readonly guardPid: number;
}

const startGuard = (entry: string, logs: string) => {
  const log = openSync(join(logs, 'guard.log'), 'a');
  const guard = spawn(process.execPath, [entry, 'guard'], { detached: true, stdio: ['pipe', log, log] });
  const { stdin } = guard;
  if (!stdin) throw new Error('The guard has no pipe.');
  closeSync(log);
  stdin.on('error', () => undefined); // Without a guard the children are still stopped by the starter itself.
  return {
    pid: guard.pid ?? 0,
    tell: (message: object): void => void stdin.write(`${JSON.stringify(message)}\n`),
    bye: (): Promise<void> =>
      new Promise((resolve) => {
        if (guard.exitCode !== null || guard.signalCode !== null) return resolve();
        guard.once('exit', () => resolve());
        stdin.end(`${JSON.stringify({ bye: true })}\n`);
      }),
  };
};
type Guard = ReturnType<typeof startGuard>;

const openLog = (file: string): number => {
  try {
    if (statSync(file).size > LOG_MAX_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // There is no log yet.
  }
  return openSync(file, 'a');
};

class RunningChild implements Child {
  private process: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private asked = false;
  private why: string | undefined;
  private crashes = 0;

  constructor(
    private readonly spec: ChildSpec,
    private readonly logFile: string,
    private readonly guard: Guard,
    private readonly tail: () => string,
  ) {
    this.launch();
  }

  get name(): string {
    return this.spec.name;
  }

  get rank(): number {
    return this.spec.rank;
  }

  ended(): string | undefined {
    return this.why;
  }

  stopped(): boolean {
    return this.process === undefined;
  }

  private launch(): void {
    const { name, program, args, env } = this.spec;
    const log = openLog(this.logFile);
    // A group of its own: Ctrl-C in the terminal reaches the starter only, which then stops its children in order.
    const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], env: env ?? process.env });
    closeSync(log);
    const since = Date.now();
    this.process = child;
    this.why = undefined;
    if (child.pid !== undefined) this.guard.tell({ watch: { pid: child.pid, rank: this.spec.rank, name } });
    this.exited = new Promise((resolve) => {
      const end = (why: string): void => {
        if (this.process !== child) return;
        this.process = undefined;
        if (child.pid !== undefined) this.guard.tell({ unwatch: child.pid });
        resolve();
        if (!this.asked) this.crashed(why, Date.now() - since);
      };
      child.once('error', (error) => end(`could not be started (${error.message})`));
      child.once('exit', (code, signal) => end(signal ? `was ended by ${signal}` : `ended with code ${code}`));
    });
  }

  private crashed(why: string, ranMs: number): void {
    this.why = `${this.name} ${why}; its log is ${this.logFile}, its last lines:\n${this.tail()}`;
    if (!this.spec.restart) {
      this.spec.onCrash?.(`${this.name} ${why}`, this.tail());
      return;
    }
    this.crashes = ranMs > STEADY_MS ? 1 : this.crashes + 1;
    const pauseMs = BACKOFF_MS[Math.min(this.crashes, BACKOFF_MS.length) - 1] ?? 0;
    say(`${this.name} ${why}; it is started again in ${pauseMs / 1000} s. Log: ${this.logFile}, last lines:\n${this.tail()}`);
    setTimeout(() => {
      if (!this.asked) this.launch();
    }, pauseMs);
  }

  async stop(): Promise<void> {
    this.asked = true;
    const child = this.process;
    if (!child) return;
    child.kill('SIGTERM');
    child.kill('SIGCONT'); // One that is held still hears nothing else.
    const late = setTimeout(() => {
      say(`  ! ${this.name} did not stop within ${GRACE_MS / 1000} s and was ended hard; it recovers at the next start`);
      child.kill('SIGKILL');
    }, GRACE_MS);
    await this.exited;
    clearTimeout(late);
  }

  async kill(): Promise<void> {
    this.asked = true;
    this.process?.kill('SIGKILL');
    await this.exited;
  }

  start(): void {
    this.asked = false;
    if (!this.process) this.launch();
  }

  pause(): void {
    this.process?.kill('SIGSTOP');
  }

  resume(): void {
    this.process?.kill('SIGCONT');
  }
}

/** Prepares for children whose logs go to `logs`; `entry` is the tools' own main file, which the guard is run from. */
export const createProcesses = (o: { readonly entry: string; readonly logs: string }): Processes => {
  mkdirSync(o.logs, { recursive: true });
  const guard = startGuard(o.entry, o.logs);
  const children: RunningChild[] = [];
  const commands: (readonly string[])[] = [];
  let stopping = false;
  const logOf = (name: string): string => join(o.logs, `${name}.log`);
  const tail = (name: string, count = 12): string => {
    try {
      return lastLines(readFileSync(logOf(name), 'utf8'), count);
    } catch {
      return '';
    }
  };
  return {
    guardPid: guard.pid,
    tail,
    start: (spec) => {
      if (stopping) throw new Fault(`${spec.name} is not started any more: all is being stopped.`);
      const child = new RunningChild(spec, logOf(spec.name), guard, () => tail(spec.name));
      children.push(child);
      return child;
    },
    atEnd: (argv) => {
      commands.push(argv);
      guard.tell({ run: argv });
    },
    removeOnDeath: (folder) => guard.tell({ remove: folder }),
    stopAll: async () => {
      stopping = true;
      for (const group of stopOrder(children)) await Promise.all(group.map((child) => child.stop()));
      for (const [program = '', ...args] of commands.splice(0)) await exec(program, args).catch(() => undefined);
    },
    dismissGuard: () => Promise.race([guard.bye(), sleep(2_000)]),
  };
};
