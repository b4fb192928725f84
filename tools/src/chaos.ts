/** `npm run chaos`: four nodes of their own under load, while nodes, MongoDB, Kafka, the disk and topics are hit; then the audit. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { smallDisk } from './disk.js';
import { createProcesses, type Processes } from './processes.js';
import { Fault, say } from './say.js';
import { startServers } from './servers.js';
import { openStage } from './stage.js';
import { onStopAsked, type Place } from './start.js';

/** One run under faults. */
export interface ChaosRun {
  readonly place: Place;
  /** A folder of this run alone. */
  readonly home: string;
  readonly processes: Processes;
  readonly seconds: number;
  /** Chooses the faults; the same seed makes the same list. */
  readonly seed: number;
  /** Only faults whose name holds these words. */
  readonly only?: string | undefined;
  /** Given the program while it runs, so that it can be ended. */
  started(program: ChildProcess): void;
}

/** Starts servers and nodes, lets the client do its worst, stops all. Answers its exit code: 0 when nothing was lost or doubled. */
export const runChaos = async ({ place, home, processes, seconds, seed, only, started }: ChaosRun): Promise<number> => {
  const disk = smallDisk(join(home, 'data'), processes);
  if (!disk) say('  ! Mounting a small file system is not permitted here: a full disk is not tried.');
  const onCrash = (why: string): void => say(`  · ${why}`);
  try {
    const servers = await startServers({ root: place.root, home, processes, onCrash, throwAway: true });
    const stage = await openStage({ place, home, processes, servers, disk: servers.way === 'native' ? disk : undefined });
    const env = {
      ...process.env,
      ...stage.env,
      YRD_CHAOS: JSON.stringify({ seconds, seed, only, journal: join(home, 'acknowledged.jsonl') }),
    };
    // About a timer of the Kafka client's own.
    const args = ['--disable-warning=TimeoutNegativeWarning', join(place.root, 'apps', 'e2e', 'dist', 'main.js')];
    const program = spawn(process.execPath, args, { stdio: 'inherit', env });
    started(program);
    const code = await new Promise<number>((resolve) => program.on('exit', (end) => resolve(end ?? 1)).on('error', () => resolve(1)));
    stage.close();
    return code;
  } finally {
    await processes.stopAll();
  }
};

const numberAfter = (args: readonly string[], name: string, fallback: number): number => {
  const at = args.indexOf(`--${name}`);
  const value = at < 0 ? fallback : Number(args[at + 1]);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Fault(`Say --${name} with a number above 0, as in npm run chaos -- --minutes 10 --seed 7.`);
};

/** `npm run chaos -- [--minutes 10] [--seed 7] [--only "Kafka killed"] [--keep]`. Answers the exit code. */
export const chaos = async (place: Place, args: readonly string[]): Promise<number> => {
  const minutes = numberAfter(args, 'minutes', 10);
  const seed = numberAfter(args, 'seed', Date.now() % 1_000_000);
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  const home = mkdtempSync(join(tmpdir(), 'yrd-chaos-'));
  const processes = createProcesses({ entry: place.entry, logs: join(home, 'logs') });
  processes.removeOnDeath(home);
  let program: ChildProcess | undefined;
  onStopAsked((why) => {
    say(`\nStopping (${why}).`);
    program?.kill('SIGTERM');
    void processes.stopAll().then(() => process.exit(130));
  });
  const code = await runChaos({ place, home, processes, seconds: minutes * 60, seed, only, started: (each) => (program = each) });
  await processes.dismissGuard();
  if (code === 0 && !args.includes('--keep')) rmSync(home, { recursive: true, force: true });
  else
    say(
      `The logs and the client's journal are kept in ${home}. The same faults again: npm run chaos -- --minutes ${minutes} --seed ${seed}`,
    );
  return code;
};
