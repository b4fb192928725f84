/** Kafka and MongoDB in containers: whether Docker can run them here, the compose project of `npm start`, test containers. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault, lastLines, say } from './say.js';

const exec = promisify(execFile);

const PULL_MS = 60_000; // A machine that cannot pull in a minute starts natively in less than that.
const ASK_MS = 5_000;
const UP_MS = 120_000;

/** The images, by the environment's names or the project's own. */
export const imagesFrom = (env: NodeJS.ProcessEnv): { readonly kafka: string; readonly mongo: string } => ({
  kafka: env['YRD_KAFKA_IMAGE'] || 'apache/kafka:4.3.1',
  mongo: env['YRD_MONGO_IMAGE'] || 'mongo:8.0',
});

const works = (program: string, args: readonly string[], timeout: number): Promise<boolean> =>
  exec(program, args, { timeout }).then(
    () => true,
    () => false,
  );

/** Whether a Docker engine answers. */
export const engineAnswers = (): Promise<boolean> => works('docker', ['info'], ASK_MS);

const present = (image: string): Promise<boolean> => works('docker', ['image', 'inspect', image], ASK_MS);

/** Whether the engine answers and has both images. */
export const imagesAtHand = async (): Promise<boolean> => {
  const { kafka, mongo } = imagesFrom(process.env);
  return (await engineAnswers()) && (await present(kafka)) && (await present(mongo));
};

/** How compose is called here: Docker's plugin, or the older program of its own. Undefined when there is neither. */
export const composeCommand = async (): Promise<readonly string[] | undefined> => {
  if (await works('docker', ['compose', 'version'], ASK_MS)) return ['docker', 'compose'];
  return (await works('docker-compose', ['version'], ASK_MS)) ? ['docker-compose'] : undefined;
};

/** Whether Docker can run the servers: engine, compose, and images at hand or pulled within a minute. Says in one line when not. */
export const dockerCanRun = async (): Promise<boolean> => {
  if (!(await engineAnswers())) return false;
  if (!(await composeCommand())) {
    say('  ! Docker runs but has no compose: Kafka and MongoDB start natively instead');
    return false;
  }
  const { kafka, mongo } = imagesFrom(process.env);
  const pulls = await Promise.all(
    [kafka, mongo].map(async (image) => (await present(image)) || works('docker', ['pull', '-q', image], PULL_MS)),
  );
  if (pulls.every(Boolean)) return true;
  say(`  ! Docker runs, but ${kafka} and ${mongo} are not here and could not be pulled in ${PULL_MS / 1000} s: native start instead`);
  return false;
};

/** What can be done on purpose to a server in a container of this name; `ready` waits until it answers again. */
export const containerHand = (name: string, ready: () => Promise<unknown>) => {
  const docker = async (action: string): Promise<void> => void (await exec('docker', [action, name], { timeout: UP_MS }));
  return {
    kill: () => docker('kill'),
    start: async () => {
      await docker('start');
      await ready();
    },
    pause: () => docker('pause'),
    resume: () => docker('unpause'),
  };
};

/** A compose project: one per data folder. */
export interface Compose {
  readonly argv: readonly string[];
  up(env: NodeJS.ProcessEnv): Promise<void>;
  /** Removes containers and data volumes. */
  remove(): Promise<void>;
  hasData(): Promise<boolean>;
}

/** The compose project of a data folder. Throws a Fault when compose is not there. */
export const composeProject = async (root: string, home: string): Promise<Compose> => {
  const command = await composeCommand();
  if (!command) throw new Fault('Docker has no compose: install its compose plugin (Debian: docker-compose) and try again.');
  const project = `yrd-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
  const argv = [...command, '-p', project, '-f', join(root, 'docker-compose.yml')];
  const run = async (args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> => {
    const [program = 'docker', ...rest] = [...argv, ...args];
    await exec(program, rest, { env, timeout: UP_MS }).catch((error: unknown) => {
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
      throw new Fault(`Docker could not do \`compose ${args.join(' ')}\`; it said:\n${lastLines(said, 6)}`);
    });
  };
  return {
    argv,
    up: (env) => run(['up', '-d'], env),
    remove: () => run(['down', '-v']),
    hasData: () => works('docker', ['volume', 'inspect', `${project}_mongo`], ASK_MS),
  };
};
