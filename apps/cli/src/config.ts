/** What the environment says: read once, so that everything else is given plain data. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { langOf, type Lang } from './words.js';

export interface Settings {
  readonly lang: Lang;
  /** Addresses of nodes, from YRD_NODE. */
  readonly nodes: readonly string[];
  /** Bearer token, from YRD_TOKEN. */
  readonly token: string | undefined;
  /** The data folder of `npm start`: YRD_HOME, else the nearest `.run` above the working folder that has addresses. */
  readonly home: string | undefined;
  /** Where checkpoints are remembered. */
  readonly state: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const nearestRun = (from: string): string | undefined => {
  const run = join(from, '.run');
  if (existsSync(join(run, 'addresses.json'))) return run;
  return dirname(from) === from ? undefined : nearestRun(dirname(from));
};

/** The settings of a process in this folder. */
export const readSettings = (env: Environment, cwd: string): Settings => ({
  lang: langOf(env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG']),
  nodes: (env['YRD_NODE'] ?? '').split(',').filter((each) => each !== ''),
  token: env['YRD_TOKEN'] || undefined,
  home: env['YRD_HOME'] || nearestRun(cwd),
  state: join(env['XDG_STATE_HOME'] || join(env['HOME'] || cwd, '.local', 'state'), 'yrd'),
});

/** The settings of this process. */
export const processSettings = (): Settings => readSettings(process.env, process.cwd());
