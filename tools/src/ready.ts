/** Whether Kafka and MongoDB answer, by their own protocols; and the replica set of one, made or moved to its present port. */
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { mongo } from 'mongoose';
import { listening } from './ports.js';
import { until } from './say.js';

const SERVER_START_MS = 120_000; // 2 to 6 s on two cores; twenty times that, on a very busy machine, is a fault.
/** How long servers at given addresses may take to answer: they run already. */
export const GIVEN_MS = 15_000;
const ASK_MS = 2_000;

type Stop = () => string | undefined;

/** Waits until the broker answers a metadata request, for as long as a start takes; `stop` may say that it has ended. */
export const kafkaReady = async (brokers: string, stop?: Stop, timeoutMs = SERVER_START_MS): Promise<void> => {
  const kafka = new Kafka({
    brokers: brokers.split(','),
    clientId: 'yrd-start',
    connectionTimeout: ASK_MS,
    requestTimeout: ASK_MS,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  });
  const asks = async (): Promise<boolean> => {
    const admin = kafka.admin();
    try {
      await admin.connect();
      return (await admin.describeCluster()).brokers.length > 0;
    } catch {
      return false;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  };
  await until(`Kafka at ${brokers}`, asks, { timeoutMs, ...(stop && { stop }) });
};

/** A cluster id in Kafka's form: 16 random bytes in URL-safe base64, 22 letters. */
export const newClusterId = (): string => {
  // Kafka's tools take a leading hyphen for an option.
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
};

const REPLICA_SET = 'yrd';
const NOT_YET_INITIALIZED = 94;

/** Makes the replica set of one at `127.0.0.1:port`, or moves it there when the port is another than last time. Answers its URL. */
export const replicaSet = async (port: number, stop?: Stop): Promise<string> => {
  const host = `127.0.0.1:${port}`;
  const waiting = { timeoutMs: SERVER_START_MS, everyMs: 50, ...(stop && { stop }) };
  // A client whose first connection failed stays unusable, so none is made before somebody listens, and a new one per try.
  await until(`MongoDB at ${host}`, () => listening(port), waiting);
  let client: mongo.MongoClient | undefined;
  const answers = async (): Promise<boolean> => {
    const fresh = new mongo.MongoClient(`mongodb://${host}/?directConnection=true`, { serverSelectionTimeoutMS: ASK_MS });
    try {
      await fresh.db('admin').command({ ping: 1 });
      client = fresh;
      return true;
    } catch {
      await fresh.close();
      return false;
    }
  };
  try {
    await until(`MongoDB at ${host}`, answers, waiting);
    const admin = client?.db('admin');
    if (!admin) throw new Error('MongoDB answered without a client.');
    await configure(admin, host);
    const primary = async (): Promise<boolean> => (await admin.command({ hello: 1 }))['isWritablePrimary'] === true;
    await until(`MongoDB's replica set at ${host}`, primary, waiting);
  } finally {
    await client?.close();
  }
  return `mongodb://${host}/?replicaSet=${REPLICA_SET}`;
};

const configure = async (admin: mongo.Db, host: string): Promise<void> => {
  const current = await admin.command({ replSetGetConfig: 1 }).catch((error: unknown) => {
    if (error instanceof mongo.MongoServerError && error.code === NOT_YET_INITIALIZED) return undefined;
    throw error;
  });
  if (!current) {
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } });
    return;
  }
  const config = current['config'] as { version: number; members: { host: string }[] };
  if (config.members[0]?.host === host) return;
  const members = [{ ...config.members[0], host }];
  await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true });
};

/** Waits until a MongoDB that somebody else runs answers, and checks that it is a replica set. */
export const mongoReady = async (url: string): Promise<void> => {
  const hello = async (): Promise<boolean> => {
    const client = new mongo.MongoClient(url, { serverSelectionTimeoutMS: ASK_MS });
    try {
      return typeof (await client.db('admin').command({ hello: 1 }))['setName'] === 'string';
    } catch {
      return false;
    } finally {
      await client.close();
    }
  };
  await until('MongoDB at MONGO_URL, as a replica set,', hello, { timeoutMs: GIVEN_MS, everyMs: 500 });
};
