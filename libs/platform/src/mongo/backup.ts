/**
 * Backup and restore of one service's database, in the files of MongoDB's own tools (a gzipped BSON stream a collection),
 * all collections at one moment, with a manifest that names every file's hash. It holds private payloads: keep it like the keys.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import mongoose, { type mongo } from 'mongoose';
import { sleepMs } from '../clock.js';
import { SUBJECT_KEYS } from '../keys/custody.js';
import { connectMongo } from './mongo-connection.js';
import { tableCollection } from './mongo-names.js';
import { DURABLE } from './mongo-blocks.js';

const { BSON, MongoServerError } = mongoose.mongo;

/**
 * The two halves of a database, kept apart. `records`: journals and all that is folded from them. `keys`: the wrapped keys of persons,
 * whose copies live no longer than the node attests (`YRD_KEY_BACKUP_DAYS`): a key in an old backup would undo an erasure.
 */
export type BackupPart = 'records' | 'keys';

const KEYS = tableCollection(SUBJECT_KEYS);
const belongs = (collection: string, part: BackupPart): boolean => (collection === KEYS) === (part === 'keys');

/** What a backup holds. */
export interface Backup {
  /** Database it was taken from. */
  readonly database: string;
  /** Absent in backups of before there were keys. */
  readonly part?: BackupPart;
  /** When, ISO 8601 in UTC. */
  readonly takenAt: string;
  readonly collections: readonly { readonly name: string; readonly documents: number; readonly sha256: string }[];
}

const MANIFEST = 'manifest.json';
/** A moment at which a collection was just being made cannot be read: MongoDB asks for a later one (SnapshotUnavailable). */
const SNAPSHOT_UNAVAILABLE = 246;
const SNAPSHOT_TRIES = 20;
const SNAPSHOT_PAUSE_MS = 500;
const INSERT_DOCUMENTS = 500;
const INSERT_BYTES = 8_000_000;
/** BSON keeps exactly the types it was written with. */
const AS_WRITTEN = { promoteValues: false, promoteBuffers: false, promoteLongs: false, bsonRegExp: true } as const;

const fileOf = (folder: string, collection: string): string => join(folder, `${collection}.bson.gz`);

const hashOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

const within = async <T>(mongoUrl: string, database: string, work: (db: mongo.Db, client: mongo.MongoClient) => Promise<T>): Promise<T> => {
  const connection = await connectMongo({ mongoUrl, database, notice: () => undefined });
  try {
    return await work(connection.getClient().db(database), connection.getClient());
  } finally {
    await connection.close();
  }
};

/**
 * Copies one part of a database into a folder that is empty or not there yet, while its service goes on. All collections are read as
 * they were at one moment. Rejects when the folder holds something, or the database is empty.
 */
export const takeBackup = (mongoUrl: string, database: string, folder: string, part: BackupPart = 'records'): Promise<Backup> =>
  within(mongoUrl, database, async (db, client) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty: give a new folder for each backup.`);
    for (let tries = 1; ; tries += 1) {
      const takenAt = new Date().toISOString();
      try {
        return await sealed(folder, { database, part, takenAt, collections: await copied(db, client, folder, part) });
      } catch (error) {
        if (tries === SNAPSHOT_TRIES || !(error instanceof MongoServerError && error.code === SNAPSHOT_UNAVAILABLE)) throw error;
        for (const file of await readdir(folder)) await rm(join(folder, file));
        await sleepMs(SNAPSHOT_PAUSE_MS);
      }
    }
  });

/** Copies all collections of a part as they are at one moment. */
const copied = async (db: mongo.Db, client: mongo.MongoClient, folder: string, part: BackupPart): Promise<Backup['collections']> => {
  const there = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  if (there.length === 0) throw new Error(`There is no database ${db.databaseName}: has this province run here?`);
  const session = client.startSession({ snapshot: true });
  const collections: Backup['collections'][number][] = [];
  try {
    for (const name of there.filter((each) => belongs(each, part)).sort()) {
      let documents = 0;
      const raw = async function* () {
        for await (const each of db.collection(name).find<Uint8Array>({}, { session, raw: true }).sort({ _id: 1 })) {
          documents += 1;
          yield each;
        }
      };
      await pipeline(Readable.from(raw()), createGzip({ level: 1 }), createWriteStream(fileOf(folder, name), { mode: 0o600, flags: 'wx' }));
      collections.push({ name, documents, sha256: await hashOf(fileOf(folder, name)) });
    }
  } finally {
    await session.endSession();
  }
  return collections;
};

/** Writes the manifest last, and whole or not at all: a folder without it is no backup. */
const sealed = async (folder: string, backup: Backup): Promise<Backup> => {
  await writeFile(join(folder, `${MANIFEST}.new`), `${JSON.stringify(backup, null, 2)}\n`, { mode: 0o600 });
  await rename(join(folder, `${MANIFEST}.new`), join(folder, MANIFEST));
  return backup;
};

/** Reads a backup's manifest and checks every file against it. Rejects with what is missing or altered. */
export const checkBackup = async (folder: string): Promise<Backup> => {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => {
    throw new Error(`${folder} holds no ${MANIFEST}, so it is no whole backup: take another one.`);
  });
  const backup = JSON.parse(text) as Backup;
  for (const { name, sha256 } of backup.collections) {
    const found = await hashOf(fileOf(folder, name)).catch(() => 'nothing');
    if (found !== sha256) throw new Error(`${fileOf(folder, name)} is missing or altered since the backup: take another one.`);
  }
  return backup;
};

/** The documents of a BSON stream, one after the other. Rejects when it ends inside one. */
const documentsOf = async function* (file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const part of createReadStream(file).pipe(createGunzip())) {
    rest = Buffer.concat([rest, part as Buffer]);
    let at = 0;
    for (let length = rest.length < 4 ? Infinity : rest.readInt32LE(0); at + length <= rest.length;) {
      yield rest.subarray(at, at + length);
      at += length;
      length = rest.length - at < 4 ? Infinity : rest.readInt32LE(at);
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw new Error(`${file} ends inside a document: take another backup.`);
};

const load = async (collection: mongo.Collection, file: string): Promise<void> => {
  let waiting: mongo.Document[] = [];
  let bytes = 0;
  const insert = async (): Promise<void> => {
    if (waiting.length > 0) await collection.insertMany(waiting, DURABLE);
    [waiting, bytes] = [[], 0];
  };
  for await (const raw of documentsOf(file)) {
    waiting.push(BSON.deserialize(raw, AS_WRITTEN));
    bytes += raw.length;
    if (waiting.length >= INSERT_DOCUMENTS || bytes >= INSERT_BYTES) await insert();
  }
  await insert();
};

/**
 * Replaces a part of a database by a backup of it, and leaves the other part as it is. The service must not run; what it wrote since the
 * backup is gone here and comes back from the other provinces when it starts, except its private payloads. Nothing is touched before
 * all files are checked.
 */
export const restoreBackup = async (mongoUrl: string, database: string, folder: string): Promise<Backup> => {
  const backup = await checkBackup(folder);
  if (backup.database !== database) throw new Error(`${folder} is a backup of ${backup.database}, not of ${database}.`);
  await within(mongoUrl, database, async (db) => {
    const there = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    for (const name of there.filter((each) => belongs(each, backup.part ?? 'records'))) await db.collection(name).drop(DURABLE);
    // Indexes are made by the service when it first uses a collection.
    for (const { name } of backup.collections) await load(db.collection(name), fileOf(folder, name));
  });
  return backup;
};
