/** `npm start`: servers, keys, four nodes, issuer, samples; then it stays until it is told to stop, and stops all in order. */
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issuerPort, issuerUrl, startIssuer } from './clients.js';
import { nodePorts, PROVINCES, provideKeys } from './federation.js';
import { takeLock } from './lock.js';
import { nodeUrl, startNodes } from './nodes.js';
import { portTaken } from './ports.js';
import { createProcesses, type Processes } from './processes.js';
import { loadSamples } from './samples.js';
import { Fault, say, secondsSince, step } from './say.js';
import { startServers } from './servers.js';
import { wantsSecured } from './secured.js';
import { readWay, writeWay } from './way.js';

const FREE_MIN_BYTES = 2 ** 30; // A full disk stops broker and database in the middle of a write.

/** Where the program and its data are. */
export interface Place {
  readonly root: string;
  readonly home: string;
  /** The tools' own main file. */
  readonly entry: string;
}

/** Throws a Fault when less than 1 GiB is free where the data lies. */
export const refuseFullDisk = (home: string, freeBytes: number): void => {
  if (freeBytes >= FREE_MIN_BYTES) return;
  throw new Fault(`The disk that holds ${home} has only ${Math.floor(freeBytes / 2 ** 20)} MiB free: make at least 1 GiB free.`);
};

/** Calls `stop` at the first signal, or when the process that started this one is gone; later signals change nothing. */
export const onStopAsked = (stop: (why: string) => void): void => {
  let asked = false;
  const ask = (why: string): void => {
    if (!asked) stop(why);
    asked = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ask(signal));
  process.on('disconnect', () => ask('the end of the process that started it'));
  process.channel?.unref();
};

const refuseTakenPorts = async (ports: ReadonlyMap<string, number>, issuer: number | undefined): Promise<void> => {
  const wanted = [...[...ports].map(([code, port]) => ({ port, name: `YRD_PORT_${code}` }))];
  if (issuer !== undefined) wanted.push({ port: issuer, name: 'YRD_PORT_ISSUER' });
  for (const { port, name } of wanted) {
    if (await portTaken(port)) throw new Fault(`Port ${port} is taken by another program: stop that, or set ${name} to a free port.`);
  }
};

const printAddresses = (ports: ReadonlyMap<string, number>, issuer: string, since: number): void => {
  const lines = PROVINCES.map(({ code, name, english }) => `  ${code} ${name} ${english.padEnd(9)} ${nodeUrl(ports, code)}`);
  const first = nodeUrl(ports, '31');
  say(`\nFour nodes are ready after ${secondsSince(since)}:\n${lines.join('\n')}\n  sign-in, tokens   ${issuer}\n`);
  say(`Look first at ${first}/ (journals, orders, the last settlement; sign in as whom you like), then at ${first}/openapi.json.`);
  say('A token for your own requests: npm run -s token -- --role approver --province 31. Stop with Ctrl-C; nothing is lost.\n');
};

/** What runs, so far. */
interface Running {
  readonly processes: Processes;
  readonly samples: AbortController;
}

const bringUp = async (place: Place, running: Running, crashed: (why: string, tail: string) => void): Promise<void> => {
  const { root, home } = place;
  const { processes } = running;
  const ports = nodePorts(process.env);
  const own = process.env['YRD_ISSUER'] ? undefined : issuerPort(process.env);
  const issuer = issuerUrl(process.env);
  await refuseTakenPorts(ports, own);
  const servers = await startServers({ root, home, processes, onCrash: crashed, secured: wantsSecured(process.env) });
  const record = readWay(home);
  provideKeys(home, ports, record?.keyed === true);
  if (record && !record.keyed) writeWay(home, { ...record, keyed: true });
  await step('four nodes and the identity provider', async () => {
    const issuing = own === undefined ? undefined : startIssuer({ root, home, port: own, nodes: ports, processes });
    await Promise.all([issuing, startNodes({ root, home, servers, issuer, ports, processes, restart: true })]);
  });
  const nodes = new Map(PROVINCES.map((province) => [province.code, nodeUrl(ports, province.code)]));
  writeFileSync(join(home, 'addresses.json'), `${JSON.stringify({ issuer, nodes: Object.fromEntries(nodes) }, null, 2)}\n`);
  printAddresses(ports, issuer, Number(process.env['YRD_STARTED_AT'] ?? Date.now()));
  const { signal } = running.samples;
  try {
    const count = await step('sample data', () => loadSamples({ root, nodes, issuer, signal }));
    if (count > 0) say(`  ${count} sample records are there.`);
  } catch (error) {
    if (signal.aborted) return;
    // The nodes work without samples; a fault of theirs must not take the nodes down.
    say(`  ! Sample data broke off and goes on at the next start: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Runs until it is told to stop. Answers the exit code. */
export const start = async (place: Place): Promise<number> => {
  mkdirSync(place.home, { recursive: true });
  const { bavail, bsize } = statfsSync(place.home);
  refuseFullDisk(place.home, bavail * bsize);
  const lock = await takeLock(place.home);
  const processes = createProcesses({ entry: place.entry, logs: join(place.home, 'logs') });
  lock.guardedBy(processes.guardPid);
  const running: Running = { processes, samples: new AbortController() };
  let end: (code: number) => void = () => undefined;
  let stopping = false;
  const ended = new Promise<number>((resolve) => (end = resolve));
  onStopAsked((why) => {
    stopping = true;
    say(`\nStopping (${why}): nodes first, then the servers. Nothing is lost.`);
    end(0);
  });
  const crashed = (why: string, tail: string): void => {
    if (stopping) return;
    say(`\n${why}. Everything is stopped; the data is kept, \`npm start\` goes on with it. Last lines:\n${tail}`);
    end(1);
  };
  const kept = setInterval(() => undefined, 60_000); // Keeps this process while only its children work.
  bringUp(place, running, crashed).catch((error: unknown) => {
    if (stopping) return;
    process.stderr.write(`${error instanceof Fault ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
    end(1);
  });
  const code = await ended;
  running.samples.abort();
  await processes.stopAll();
  await processes.dismissGuard();
  lock.release();
  clearInterval(kept);
  return code;
};
