// The first step of `npm start`, `npm test`, `npm run reset` and `npm run token` on any machine: it puts the dependencies, the
// native servers' files and the build in place and hands over to the compiled tools package. Node built-ins only, because it
// runs before anything is installed, on whatever Node.js the machine has.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const command = process.argv[2];
const startedAt = Date.now();
const STILL_MS = 15_000; // A step that takes longer says so this often, so that nobody takes it for dead.
const FREE_MIN = 2 ** 30; // Dependencies and servers take about 1 GiB; with less an install breaks off half way.
const SERVED = ['start', 'test', 'chaos', 'bench', 'backup', 'restore']; // They run Kafka and MongoDB.
const ASKING = ['token', 'keys']; // They ask what runs already.
const COMMANDS = [...SERVED, 'reset', ...ASKING];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const running = new Set();
let buildMs = 0;
let holding = false; // Whether the lock below is ours.

class Fault extends Error {}
const say = (line) => process.stdout.write(`${line}\n`);
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Does one step and prints one line for it, with its time. */
const step = async (label, work) => {
  const since = Date.now();
  const still = setInterval(() => say(`  … ${label}, ${seconds(since)} so far`), STILL_MS);
  try {
    const answer = await work();
    say(`  ✓ ${label.padEnd(44)} ${seconds(since).padStart(8)}`);
    return answer;
  } finally {
    clearInterval(still);
  }
};

/** Runs a program quietly. Answers its standard output; throws a Fault with what it said last when it fails. */
const run = (program, args, what, tailLines = 30) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    let all = '';
    child.stdout.on('data', (part) => ((output += part), (all += part)));
    child.stderr.on('data', (part) => (all += part));
    child.on('error', (error) => reject(new Fault(`${what}: ${program} could not be run (${error.code}).`)));
    child.on('close', (code) => {
      running.delete(child);
      if (code === 0) resolve(output);
      else reject(new Fault(`${what}${what ? ':\n' : ''}${all.trim().split('\n').slice(-tailLines).join('\n')}`));
    });
  });

const checkMachine = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Fault(`Node.js ${process.versions.node} is too old: install 20.19 or newer (https://nodejs.org).`);
  }
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < FREE_MIN) {
    throw new Fault(`The disk that holds ${root} has only ${Math.floor((bavail * bsize) / 2 ** 20)} MiB free: make at least 1 GiB free.`);
  }
};

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const lock = at('.run', 'prepare.lock');
const giveUpLock = () => {
  if (holding) rmSync(lock, { force: true });
  holding = false;
};

/** Holds a lock while dependencies and build change, so that two commands started together do not tear at each other's files. */
const alone = async (work) => {
  mkdirSync(at('.run'), { recursive: true });
  for (let waits = 0; ; waits++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      holding = true;
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let owner = NaN;
    try {
      owner = Number(readFileSync(lock, 'utf8'));
    } catch {
      continue; // It was given up in this very moment.
    }
    if (owner > 0 && !alive(owner)) rmSync(lock, { force: true });
    else {
      if (waits === 0) say(`  … another command (process ${owner}) is preparing this folder; waiting for it`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  try {
    return await work();
  } finally {
    giveUpLock();
  }
};

/** The machine's own node: the one in node_modules cannot replace node_modules beneath itself. */
const machineNode = () => {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const found = folders.map((folder) => join(folder, 'node')).find((file) => existsSync(file));
  return found ? realpathSync(found) : process.execPath;
};

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');

const installed = () => existsSync(at('node_modules', '.lockhash')) && readFileSync(at('node_modules', '.lockhash'), 'utf8') === lockHash();

const install = async () => {
  const hash = lockHash();
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) await run(machineNode(), [cli, ...args], 'The dependencies could not be installed');
  else await run('npm', args, 'The dependencies could not be installed');
  // Written last: `npm ci` empties node_modules first, so an interrupted install leaves no hash and is done again.
  writeFileSync(at('node_modules', '.lockhash'), hash);
};

const projectNode = () => {
  const own = at('node_modules', '.bin', 'node');
  return existsSync(own) ? own : process.execPath;
};

/** Name, size and time of every source, as one hash: equal to the last build's means that there is nothing to build. */
const sourcesHash = () => {
  const hash = createHash('sha256').update(lockHash());
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && entry.name !== 'dist') walk(path);
      } else if (/\.(ts|json)$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${path} ${size} ${mtimeMs}\n`);
      }
    }
  };
  for (const folder of ['libs', 'apps', 'tools']) walk(at(folder));
  return hash
    .update(readFileSync(at('tsconfig.base.json')))
    .update(readFileSync(at('tsconfig.json')))
    .digest('hex');
};

const stampFile = at('node_modules', '.buildhash');
const built = () => {
  const { references } = JSON.parse(readFileSync(at('tsconfig.json'), 'utf8'));
  const whole = references.every(({ path }) => existsSync(at(path, 'dist', '.tsbuildinfo')));
  return whole && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === sourcesHash();
};

const build = async () => {
  const hash = sourcesHash();
  rmSync(stampFile, { force: true });
  await run(projectNode(), [at('node_modules', 'typescript', 'bin', 'tsc'), '-b'], 'The build failed', 60);
  writeFileSync(stampFile, hash);
};

/** True when Kafka and MongoDB will most likely run natively, so that their files are worth fetching while npm works. */
const likelyNative = () => {
  if (process.env.KAFKA_BROKERS && process.env.MONGO_URL) return false;
  const record = join(process.env.YRD_HOME || at('.run'), 'way.json');
  if (command === 'start' && existsSync(record)) return readFileSync(record, 'utf8').includes('"native"');
  return spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 5_000 }).status !== 0;
};

const prepare = async () => {
  checkMachine();
  const runsServers = SERVED.includes(command);
  await alone(async () => {
    const jobs = [];
    if (!installed()) jobs.push(step('dependencies (npm ci)', install));
    if (runsServers && likelyNative()) {
      jobs.push(step('Kafka and MongoDB files', () => run(projectNode(), [at('tools', 'native', 'fetch.mjs')], '', 3)));
    }
    const failed = (await Promise.allSettled(jobs)).find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
    const since = Date.now();
    if (command === 'test' || !built()) await step('build (tsc -b)', build);
    buildMs = Date.now() - since;
  });
};

/** The parent and, where the kernel tells, its parent: npm runs a script through a shell. */
const ancestors = () => {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return String(process.ppid);
  }
};

/** Starts the compiled tools and passes signals on; the channel tells them at once when this process is gone. */
const handOver = () => {
  const env = { ...process.env, YRD_STARTED_AT: String(startedAt), YRD_BUILD_MS: String(buildMs) };
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  // One warning of the Kafka client on newer Node.js, about a timer of its own, is harmless and would puzzle the reader.
  const args = ['--disable-warning=TimeoutNegativeWarning', at('tools', 'dist', 'main.js'), ...process.argv.slice(2)];
  const child = spawn(projectNode(), args, { cwd: root, env, stdio });
  running.add(child);
  // Npm can end without a word to its script; then this process, or the shell between, gets a new parent and all must stop.
  const before = ancestors();
  const orphaned = process.env.npm_lifecycle_event && setInterval(() => ancestors() === before || child.kill('SIGTERM'), 500);
  child.on('close', (code, signal) => {
    clearInterval(orphaned);
    if (signal && !SIGNALS.includes(signal))
      process.stderr.write(`The starter was ended by ${signal}; its servers and nodes are being stopped, nothing is lost.\n`);
    process.exit(code ?? (SIGNALS.includes(signal) ? 130 : 1));
  });
};

let handedOver = false;
for (const signal of SIGNALS) {
  process.on(signal, () => {
    for (const child of running) child.kill(signal);
    if (!handedOver) {
      giveUpLock();
      process.exit(130);
    }
  });
}
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // A closed terminal is no fault.

try {
  if (!COMMANDS.includes(command)) throw new Fault(`Say what to do: node tools/up.mjs ${COMMANDS.join('|')}.`);
  const asks = ASKING.includes(command);
  if (asks && !existsSync(at('tools', 'dist', 'main.js'))) throw new Fault('Nothing runs here yet: run npm start first.');
  if (!asks) await prepare();
  handedOver = true;
  handOver();
} catch (error) {
  process.stderr.write(`${error instanceof Fault ? error.message : error.stack}\n`);
  if (command === 'test') say('0 passed, 1 failed');
  process.exit(1);
}
