/**
 * Programs that others wrote: Tessera's `fsck` of transparency logs, the stranger's verifier over Go's own libraries
 * (`tools/go-verifier`), and a store of files. Built once by the machine's Go into the project's cache outside the repository.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from './say.js';

const run = promisify(execFile);

/** The package and the version that its checksum in Go's checksum database vouches for. */
const FSCK = 'github.com/transparency-dev/tessera/cmd/fsck@v1.0.4';
/** From nothing on a busy machine it takes about two minutes. */
const BUILD_MS = 600_000;

/** Where programs of others are kept between runs: `YRD_CACHE`, else below the user's cache folder. */
export const cacheFolder = (env: NodeJS.ProcessEnv): string =>
  env['YRD_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'yrd');

/** A server that speaks S3, over a folder. */
const S3_SERVER = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';

export interface GoTools {
  /** Paths of the programs. */
  readonly fsck: string;
  readonly verifier: string;
  readonly s3Server: string;
}

const go = async (args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<void> => {
  try {
    await run('go', args, { cwd, env: { ...process.env, GOTOOLCHAIN: 'local', ...env }, timeout: BUILD_MS });
  } catch (error) {
    const said = String((error as { readonly stderr?: string }).stderr ?? error).trim();
    throw new Fault(`go ${args.join(' ')} failed: ${said.split('\n').slice(-4).join(' | ')}`);
  }
};

/** The folder with the program of a package, built when it is not there yet. */
const provided = async (program: string, env: NodeJS.ProcessEnv): Promise<string> => {
  const cache = cacheFolder(env);
  const folder = join(cache, program.replaceAll(/[^\w.-]/g, '-'));
  if (existsSync(folder)) return folder;
  // Made aside and renamed: an interrupted or a racing run leaves no half.
  mkdirSync(cache, { recursive: true });
  const aside = mkdtempSync(`${folder}.`);
  await go(['install', program], aside, { GOBIN: aside });
  if (existsSync(folder)) rmSync(aside, { recursive: true, force: true });
  else renameSync(aside, folder);
  return folder;
};

/** Builds what is missing. Null where no Go is installed. Throws a Fault when Go cannot build it. */
export const provideGoTools = async (root: string, env: NodeJS.ProcessEnv): Promise<GoTools | null> => {
  const there = await run('go', ['version']).then(
    () => true,
    () => false,
  );
  if (!there) return null;
  const [folder, s3] = [await provided(FSCK, env), await provided(S3_SERVER, env)];
  const verifier = join(folder, 'go-verifier');
  await go(['build', '-trimpath', '-o', verifier, '.'], join(root, 'tools', 'go-verifier'));
  return { fsck: join(folder, 'fsck'), verifier, s3Server: join(s3, 'versitygw') };
};
