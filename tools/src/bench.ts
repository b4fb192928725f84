/** `npm run bench`: servers of its own, the ledger within one process, then whole orders over four nodes; one table at the end. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcesses } from './processes.js';
import { Fault, say } from './say.js';
import { startServers, type Servers } from './servers.js';
import { openStage } from './stage.js';
import { onStopAsked, type Place } from './start.js';

const PARTS = ['writing', 'carrying', 'reading', 'absence', 'settlement', 'orders'] as const;

const numberAfter = (args: readonly string[], name: string, fallback: number): number => {
  const at = args.indexOf(`--${name}`);
  const value = at < 0 ? fallback : Number(args[at + 1]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Fault(`Say --${name} with a whole number above 0, as in npm run bench -- --rounds 5 --entries 2000000.`);
};

const partsOf = (args: readonly string[]): readonly string[] => {
  const named = args.filter((arg, at) => !arg.startsWith('--') && !args[at - 1]?.startsWith('--'));
  const unknown = named.find((arg) => !PARTS.some((part) => part === arg));
  if (unknown !== undefined) throw new Fault(`There is no part "${unknown}": name some of ${PARTS.join(', ')}, or none to run all.`);
  // What takes minutes to prepare is measured when asked for.
  return named.length === 0 ? PARTS.filter((part) => part !== 'absence' && part !== 'settlement') : named;
};

/** `npm run bench -- [part]… [--rounds 5] [--entries 2000000] [--lines 1000000]`. Answers the exit code. */
export const bench = async (place: Place, args: readonly string[]): Promise<number> => {
  const parts = partsOf(args);
  const order = {
    rounds: numberAfter(args, 'rounds', 5),
    entries: numberAfter(args, 'entries', 2_000_000),
    lines: numberAfter(args, 'lines', 1_000_000),
  };
  const home = mkdtempSync(join(tmpdir(), 'yrd-bench-'));
  const processes = createProcesses({ entry: place.entry, logs: join(home, 'logs') });
  processes.removeOnDeath(home);
  onStopAsked((why) => {
    say(`\nStopping (${why}).`);
    void processes.stopAll().then(() => process.exit(130));
  });
  const program = (env: NodeJS.ProcessEnv, servers: Servers, these: readonly string[]): Promise<number> =>
    new Promise((resolve) => {
      const about = { ...order, parts: these, mongoUrl: servers.mongoUrl, brokers: [servers.kafkaBrokers], pidWords: [home] };
      const child = spawn(
        process.execPath,
        ['--disable-warning=TimeoutNegativeWarning', join(place.root, 'apps', 'bench', 'dist', 'main.js')],
        {
          stdio: 'inherit',
          env: { ...process.env, KAFKAJS_NO_PARTITIONER_WARNING: '1', ...env, YRD_BENCH: JSON.stringify(about) },
        },
      );
      child.on('exit', (code) => resolve(code ?? 1)).on('error', () => resolve(1));
    });
  const overNodes = async (servers: Servers): Promise<number> => {
    const stage = await openStage({ place, home, processes, servers });
    try {
      return await program(stage.env, servers, ['orders']);
    } finally {
      stage.close();
    }
  };
  try {
    const onCrash = (why: string): void => say(`  ! ${why}`);
    const servers = await startServers({ root: place.root, home, processes, onCrash, throwAway: true });
    const alone = parts.filter((part) => part !== 'orders');
    const codes = [alone.length > 0 ? await program({}, servers, alone) : 0, parts.includes('orders') ? await overNodes(servers) : 0];
    return Math.max(...codes);
  } finally {
    await processes.stopAll();
    await processes.dismissGuard();
    rmSync(home, { recursive: true, force: true });
  }
};
