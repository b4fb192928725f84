/** `npm test`: types, lint, pure tests, tests on real Kafka and MongoDB, journeys over four nodes; one closing line for all. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChaos } from './chaos.js';
import { PROVINCES } from './federation.js';
import { provideConsumer, provideFuzzer } from './fuzzer.js';
import { provideGoTools } from './go-tools.js';
import { startMirrored } from './mirror.js';
import { jestCounts, summary, type JestReport, type Outcome } from './outcome.js';
import { providePaymentSchemas } from './payment-schemas.js';
import { createProcesses, type Processes } from './processes.js';
import { Fault, say, secondsSince } from './say.js';
import { startServers, type Servers } from './servers.js';
import { addresses, openStage } from './stage.js';
import { onStopAsked, type Place } from './start.js';

const INFRA_TEST_MS = 30_000;
const JOURNEY_TEST_MS = 180_000;
const CHAOS_SECONDS = 60;
const CHAOS_SEED = 1;

/** One run of all tests. */
interface Run {
  readonly place: Place;
  /** A folder of this run alone: data, keys, logs and reports. */
  readonly home: string;
  readonly processes: Processes;
  readonly outcomes: Outcome[];
  /** Children of phases that have servers of their own. */
  readonly others: Processes[];
  /** The program of the present phase, to be ended when the run is interrupted. */
  current?: ChildProcess | undefined;
}

const runProgram = (run: Run, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: run.place.root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    run.current = child;
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });

/** Does one phase, whatever becomes of it, and notes its outcome. Answers what the phase answered, or undefined when it threw. */
const phase = async <T>(
  run: Run,
  name: string,
  work: () => Promise<{ passed: number; failed: number; value?: T }>,
): Promise<T | undefined> => {
  const since = Date.now();
  say(`\n── ${name}`);
  const { passed, failed, value } = await work().catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1, value: undefined };
  });
  run.outcomes.push({ name, passed, failed, tookMs: Date.now() - since });
  say(`── ${name}: ${failed === 0 ? 'in order' : 'FAILED'}, ${secondsSince(since)}`);
  return value;
};

const program = (run: Run, name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> =>
  phase(run, name, async () => ((await runProgram(run, args, env)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }));

const jest = (run: Run, name: string, tier: string, env: NodeJS.ProcessEnv, flags: readonly string[]): Promise<void> =>
  phase(run, name, async () => {
    const file = join(run.home, `${tier}.json`);
    const bin = join(run.place.root, 'node_modules', 'jest', 'bin', 'jest.js');
    const args = [bin, '--selectProjects', tier, '--passWithNoTests', '--json', `--outputFile=${file}`, ...flags];
    const code = await runProgram(run, ['--disable-warning=TimeoutNegativeWarning', ...args], {
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
      ...env,
    });
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JestReport) : undefined;
    return jestCounts(report, code);
  });

/** Whether a tier has any test file yet: servers and nodes are not started for none. */
const hasTests = (root: string, ending: string): boolean =>
  ['libs', 'apps', 'tools'].some((folder) =>
    readdirSync(join(root, folder), { recursive: true }).some((path) => String(path).endsWith(ending)),
  );

const journeys = async (run: Run, servers: Servers): Promise<void> => {
  const { home, processes, place } = run;
  const stage = await phase(run, 'four nodes', async () => {
    return { passed: 1, failed: 0, value: await openStage({ place, home, processes, servers }) };
  });
  if (!stage) return;
  const consumer = await provideConsumer(place.root, process.env);
  if (consumer === null)
    say('!! NO PYTHON WITH PIP ON THIS MACHINE: the consumer in Python was NOT run. Install Python 3.10 or newer with pip.');
  await jest(run, 'journeys over four nodes', 'e2e', { ...stage.env, YRD_CONSUMER_PYTHON: consumer ?? '' }, [
    '--runInBand',
    `--testTimeout=${JOURNEY_TEST_MS}`,
  ]);
  stage.close();
};

/** One journey with two provinces on each of two Kafka clusters, which MirrorMaker 2 joins. */
const mirrored = async (run: Run): Promise<void> => {
  const { place } = run;
  const home = join(run.home, 'mirrored');
  const [here, beyond] = ['east', 'west'].map((name) => createProcesses({ entry: place.entry, logs: join(run.home, 'logs', name) }));
  if (!here || !beyond) return;
  run.others.push(here, beyond);
  try {
    const stage = await phase(run, 'two Kafka clusters, a mirror, four nodes', async () => {
      const servers = await startServers({ root: place.root, home, processes: here, onCrash: (why) => say(why), throwAway: true });
      const brokersOf = await startMirrored(place, { home, east: servers.kafkaBrokers, processes: beyond });
      return { passed: 1, failed: 0, value: await openStage({ place, home, processes: here, servers, brokersOf }) };
    });
    if (!stage) return;
    const flags = ['--runInBand', `--testTimeout=${JOURNEY_TEST_MS}`, '--testPathPatterns=clearing', '--testNamePattern=V21'];
    await jest(run, 'a journey over two clusters', 'e2e', stage.env, flags);
    stage.close();
  } finally {
    // The nodes first: they wait for a broker that is gone before them.
    for (const each of [here, beyond]) {
      await each.stopAll();
      await each.dismissGuard();
    }
  }
};

/** A short round of `npm run chaos`, on servers and nodes of its own: it kills them. */
const shortChaos = (run: Run): Promise<void> =>
  phase(run, `${CHAOS_SECONDS} seconds of kills`, async () => {
    const home = join(run.home, 'chaos');
    const processes = createProcesses({ entry: run.place.entry, logs: join(run.home, 'logs', 'chaos') });
    run.others.push(processes);
    const started = (program: ChildProcess): void => void (run.current = program);
    const code = await runChaos({ place: run.place, home, processes, seconds: CHAOS_SECONDS, seed: CHAOS_SEED, started });
    await processes.dismissGuard();
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  });

/** A journal and an interface under programs that nobody here wrote. Where Go or Python is missing, that is said and not passed over. */
const outside = async (run: Run): Promise<void> => {
  const tools = await phase(run, 'verifiers of others (Go)', async () => {
    const value = await provideGoTools(run.place.root, process.env);
    return { passed: value ? 1 : 0, failed: 0, value };
  });
  if (tools === null) say('!! NO GO ON THIS MACHINE: neither the log nor a file was shown to what others wrote. Install Go 1.24 or newer.');
  if (tools) {
    const env = { YRD_FSCK: tools.fsck, YRD_GO_VERIFIER: tools.verifier };
    await jest(run, 'logs under their eyes', 'outside', env, ['--testPathPatterns=(log-verifiers|erased-log)']);
    await jest(run, 'files in a store of theirs', 'outside', { YRD_S3_SERVER: tools.s3Server }, ['--testPathPatterns=s3-files.outside']);
  }
  const fuzzer = await phase(run, 'a fuzzer of others (Python)', async () => {
    const value = await provideFuzzer(process.env);
    return { passed: value ? 1 : 0, failed: 0, value };
  });
  if (fuzzer === null) say('!! NO PYTHON WITH PIP ON THIS MACHINE: the interface was NOT fuzzed. Install Python 3.10 or newer with pip.');
  if (fuzzer) await jest(run, 'the interface under its fire', 'outside', { YRD_FUZZER: fuzzer }, ['--testPathPatterns=fuzzed.outside']);
  const schemas = await phase(run, 'schemas of payments (Python)', async () => {
    const value = await providePaymentSchemas(process.env);
    return { passed: value ? 1 : 0, failed: 0, value };
  });
  if (schemas === null) say('!! NO PYTHON WITH PIP ON THIS MACHINE: payment files were NOT held against the official schemas.');
  if (schemas)
    await jest(run, 'payment files under them', 'outside', { YRD_PAYMENT_SCHEMAS: schemas }, ['--testPathPatterns=payments.outside']);
};

/** The tiers of a run, in their order. Naming some after `npm test --` runs only those. */
const TIERS = ['types', 'lint', 'pure', 'histories', 'outside', 'infra', 'e2e', 'chaos', 'mirror'] as const;
/** Run only when named: it takes a second Kafka and as much again to download. */
const ON_REQUEST: readonly string[] = ['mirror'];
type Tier = (typeof TIERS)[number];

/** Throws a Fault for a name that is no tier. */
export const tiersOf = (args: readonly string[]): readonly Tier[] => {
  const unknown = args.find((arg) => !TIERS.some((tier) => tier === arg));
  if (unknown !== undefined) throw new Fault(`There is no tier "${unknown}": name some of ${TIERS.join(', ')}, or none to run all.`);
  return args.length === 0 ? TIERS.filter((tier) => !ON_REQUEST.includes(tier)) : TIERS.filter((tier) => args.includes(tier));
};

const allPhases = async (run: Run, tiers: readonly Tier[]): Promise<void> => {
  const { root } = run.place;
  const bin = (...parts: string[]): string => join(root, 'node_modules', ...parts);
  // The build is what this program runs from: had it failed, the bootstrap would have said so and counted it.
  run.outcomes.push({ name: 'build', passed: 1, failed: 0, tookMs: Number(process.env['YRD_BUILD_MS'] ?? 0) });
  if (tiers.includes('types')) await program(run, 'types of the tests', [bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.spec.json']);
  const quiet = { NX_DAEMON: 'false', NX_TUI: 'false' };
  const nx = [bin('.bin', 'nx'), 'run-many', '-t', 'lint', '--output-style=static'];
  if (tiers.includes('lint')) await program(run, 'lint, with module boundaries', nx, quiet);
  if (tiers.includes('pure')) await jest(run, 'pure and in-memory tests', 'pure', {}, ['--maxWorkers=2']);
  if (tiers.includes('histories')) await jest(run, 'simulated histories', 'histories', {}, []);
  if (tiers.includes('outside')) await outside(run);
  const real = tiers.filter((tier) => (tier === 'infra' || tier === 'e2e') && hasTests(root, `.${tier}.spec.ts`));
  if (real.length > 0) await onServers(run, real);
  if (tiers.includes('chaos')) await shortChaos(run);
  if (tiers.includes('mirror')) await mirrored(run);
};

const onServers = async (run: Run, tiers: readonly Tier[]): Promise<void> => {
  const { processes, home, place } = run;
  const onCrash = (why: string, tail: string): void => say(`${why}; last lines:\n${tail}`);
  const servers = await phase(run, 'Kafka and MongoDB', async () => {
    return { passed: 1, failed: 0, value: await startServers({ root: place.root, home, processes, onCrash, throwAway: true }) };
  });
  if (!servers) return;
  try {
    const flags = ['--maxWorkers=2', `--testTimeout=${INFRA_TEST_MS}`];
    if (tiers.includes('infra')) await jest(run, 'tests on Kafka and MongoDB', 'infra', addresses(servers), flags);
    if (tiers.includes('e2e')) await journeys(run, servers);
  } finally {
    await processes.stopAll();
  }
};

/** Runs everything, or the tiers named. Answers the exit code: 0 only when nothing failed. */
export const verify = async (place: Place, args: readonly string[] = []): Promise<number> => {
  const tiers = tiersOf(args);
  const home = mkdtempSync(join(tmpdir(), 'yrd-test-'));
  const logs = join(home, 'logs');
  const processes = createProcesses({ entry: place.entry, logs });
  processes.removeOnDeath(home);
  const run: Run = { place, home, processes, outcomes: [], others: [] };
  let interrupted = false;
  const end = async (): Promise<void> => {
    for (const each of [processes, ...run.others]) await each.stopAll();
    await processes.dismissGuard();
    rmSync(home, { recursive: true, force: true });
  };
  onStopAsked((why) => {
    interrupted = true;
    say(`\nStopping (${why}).`);
    run.current?.kill('SIGTERM');
    void end().then(() => process.exit(130));
  });
  await allPhases(run, tiers).catch((error: unknown) => {
    say(error instanceof Error ? String(error.stack) : String(error));
    run.outcomes.push({ name: 'the run itself', passed: 0, failed: 1, tookMs: 0 });
  });
  if (interrupted) return new Promise(() => undefined); // The exit above ends this process once all has stopped.
  const failed = run.outcomes.some((outcome) => outcome.failed > 0);
  if (failed) {
    const kept = join(place.root, '.run', 'test-logs');
    rmSync(kept, { recursive: true, force: true });
    cpSync(logs, kept, { recursive: true });
    for (const { code } of PROVINCES)
      if (existsSync(join(logs, `node-${code}.log`))) say(`\nnode-${code}, last lines:\n${processes.tail(`node-${code}`)}`);
    say(`\nThe logs of servers and nodes are kept in ${kept}.`);
  }
  await end();
  for (const line of summary(run.outcomes)) say(line);
  return failed ? 1 : 0;
};
