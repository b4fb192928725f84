/** Schemathesis, a fuzzer that others wrote: installed once by the machine's Python into the project's cache outside the repository. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { cacheFolder } from './go-tools.js';
import { Fault } from './say.js';

const run = promisify(execFile);

const FUZZER = 'schemathesis==4.32.5';
const INSTALL_MS = 300_000;

/** Folder of the fuzzer's packages, for `PYTHONPATH`. Null where Python or pip is missing. Throws a Fault when pip cannot install it. */
export const provideFuzzer = (env: NodeJS.ProcessEnv): Promise<string | null> => installPython(env, FUZZER.replace('==', '-'), [FUZZER]);

/** The same of what the Python consumer among the samples needs. */
export const provideConsumer = (root: string, env: NodeJS.ProcessEnv): Promise<string | null> => {
  const packages = readFileSync(join(root, 'samples', 'consumer-python', 'requirements.txt'), 'utf8')
    .trim()
    .split('\n');
  return installPython(env, packages.join('+').replaceAll('==', '-'), packages);
};

/** Installs packages of Python once under a name in the cache. Null where Python or pip is missing; a Fault when pip cannot. */
export const installPython = async (env: NodeJS.ProcessEnv, name: string, packages: readonly string[]): Promise<string | null> => {
  const there = await run('python3', ['-m', 'pip', '--version']).then(
    () => true,
    () => false,
  );
  if (!there) return null;
  const cache = cacheFolder(env);
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  // Made aside and renamed: an interrupted or a racing run leaves no half.
  mkdirSync(cache, { recursive: true });
  const aside = mkdtempSync(`${folder}.`);
  try {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', aside, ...packages], {
      timeout: INSTALL_MS,
    });
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    const said = String((error as { readonly stderr?: string }).stderr ?? error).trim();
    throw new Fault(`pip could not install ${name}: ${said.split('\n').slice(-3).join(' | ')}`);
  }
  if (existsSync(folder)) rmSync(aside, { recursive: true, force: true });
  else renameSync(aside, folder);
  return folder;
};
