/** `npm run backup` and `npm run restore`: one province of one data folder; see docs/RUNBOOK.md. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { databaseOf, processMongo, restoreBackup, takeBackup, type Backup, type BackupPart } from '@yrd/platform';
import { CONTEXTS, PROVINCES } from './federation.js';
import { takeLock, type Lock } from './lock.js';
import { createProcesses } from './processes.js';
import { Fault, say, step } from './say.js';
import { ADMIN, mongoUrlAs, provideSecured, type Secured } from './secured.js';
import { startServers } from './servers.js';
import type { Place } from './start.js';
import { readWay } from './way.js';

interface Asked {
  readonly province: string;
  readonly folder: string;
  /** `--keys`: the wrapped keys of persons, which are never in the other backup. */
  readonly part: BackupPart;
}

const asked = (args: readonly string[], name: 'to' | 'from', how: string): Asked => {
  const after = (flag: string): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const [province, folder] = [after('--province'), after(`--${name}`)];
  if (!province || !folder || !PROVINCES.some(({ code }) => code === province)) throw new Fault(how);
  // npm changes into the root of the repository; a relative folder is meant from where the person stands.
  return { province, folder: resolve(process.env['INIT_CWD'] ?? '.', folder), part: args.includes('--keys') ? 'keys' : 'records' };
};

/** The lock of the data folder; undefined while `npm start` holds it. */
const lockOf = async (home: string): Promise<Lock | undefined> => {
  try {
    return await takeLock(home);
  } catch (error) {
    if (error instanceof Fault && error.message.startsWith('A second instance')) return undefined;
    throw error;
  }
};

/** MongoDB of a data folder whose `npm start` runs. */
const runningMongo = (home: string): string => {
  const record = readWay(home);
  const port = record?.ports?.[2];
  if (record?.way === 'given') return processMongo();
  if (port === undefined) throw new Fault(`${home} does not say where its MongoDB is: start it with npm start first.`);
  return asAdmin(`mongodb://127.0.0.1:${port}/?replicaSet=yrd`, record?.secured ? provideSecured(home) : undefined);
};

/** A backup reads, and a restore replaces, what the nodes' own users may not. */
const asAdmin = (url: string, secured: Secured | undefined): string => (secured ? mongoUrlAs(secured, url, ADMIN) : url);

/** Does something with the MongoDB of this data folder, starting the servers alone for it when nothing runs. */
const onMongo = async (place: Place, mayRun: boolean, work: (mongoUrl: string) => Promise<void>): Promise<void> => {
  const { root, home, entry } = place;
  if (!existsSync(join(home, 'way.json'))) throw new Fault(`There is no data in ${home}: nothing was ever started here.`);
  mkdirSync(home, { recursive: true });
  const lock = await lockOf(home);
  if (!lock) {
    if (mayRun) return work(runningMongo(home));
    throw new Fault('The nodes are running: stop npm start first, a province is restored while it stands still.');
  }
  const processes = createProcesses({ entry, logs: join(home, 'logs') });
  lock.guardedBy(processes.guardPid);
  try {
    const onCrash = (why: string): void => say(`  ! ${why}`);
    const { mongoUrl, way, secured } = await startServers({ root, home, processes, onCrash, secured: readWay(home)?.secured === true });
    await work(way === 'given' ? processMongo() : asAdmin(mongoUrl, secured?.files));
  } finally {
    await processes.stopAll();
    await processes.dismissGuard();
    lock.release();
  }
};

const told = ({ database, takenAt, collections }: Backup): string => {
  const documents = collections.reduce((sum, each) => sum + each.documents, 0);
  return `${database} as it was at ${takenAt}: ${collections.length} collections, ${documents} documents`;
};

const eachContext = async ({ province, folder }: Asked, work: (database: string, folder: string) => Promise<Backup>): Promise<void> => {
  for (const context of CONTEXTS) say(`  ${told(await work(databaseOf(province, context), join(folder, context)))}`);
};

/** `npm run backup -- --province 31 --to <new folder> [--keys]`: also while the nodes run. */
export const backup = async (place: Place, args: readonly string[]): Promise<void> => {
  const what = asked(args, 'to', 'Say whose backup goes where: npm run backup -- --province 31 --to <new folder>.');
  await onMongo(place, true, (url) =>
    step(`backup of ${what.province}`, () => eachContext(what, (database, folder) => takeBackup(url, database, folder, what.part))),
  );
  if (what.part === 'keys')
    return say('It holds the wrapped keys of persons: destroy it before it is as old as YRD_KEY_BACKUP_DAYS says, an erasure promises it.');
  say(`It holds private payloads and no keys: keep it safe, and keep ${join(place.home, 'keys')} and federation.json apart from it.`);
  say('The wrapped keys of persons have a backup of their own, with --keys added to this command.');
};

/** `npm run restore -- --province 31 --from <folder>`: only while the nodes stand still. */
export const restore = async (place: Place, args: readonly string[]): Promise<void> => {
  const what = asked(args, 'from', 'Say who is restored from what: npm run restore -- --province 31 --from <folder of a backup>.');
  await onMongo(place, false, (url) =>
    step(`restore of ${what.province}`, () => eachContext(what, (database, folder) => restoreBackup(url, database, folder))),
  );
  if (what.part === 'keys') return say('At the next npm start the keys of all who are erased since are destroyed again.');
  say('At the next npm start the province takes what is newer back from the others. Private payloads since the backup are lost:');
  say('/v1/status names them, and the province stays frozen until its operator accepts the loss (docs/RUNBOOK.md).');
};
