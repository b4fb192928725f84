/** Whether Kafka and MongoDB answer, by their own protocols; and the replica set of one, made or moved to its present port. */
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { Kafka, logLevel } from 'kafkajs';
import { mongo } from 'mongoose';
import type { KafkaSettings } from '@yrd/platform';
import { listening } from './ports.js';
import { until } from './say.js';
import { ADMIN, mongoUrlAs, type Secured } from './secured.js';

const SERVER_START_MS = 120_000; // 2 to 6 s on two cores; twenty times that, on a very busy machine, is a fault.
/** How long servers at given addresses may take to answer: they run already. */
export const GIVEN_MS = 15_000;
const ASK_MS = 2_000;

/** A client of MongoDB. The driver would import `os` lazily, which a sandbox without dynamic import (jest's) cannot. */
export const mongoClient = (url: string): mongo.MongoClient =>
  new mongo.MongoClient(url, { serverSelectionTimeoutMS: ASK_MS, runtimeAdapters: { os } });

type Stop = () => string | undefined;

/** Waits until the broker answers a metadata request, for as long as a start takes; `stop` may say that it has ended. */
export const kafkaReady = async (servers: string | KafkaSettings, stop?: Stop, timeoutMs = SERVER_START_MS): Promise<void> => {
  const { brokers, ssl, sasl } = typeof servers === 'string' ? { brokers: servers.split(',') } : { ssl: false, ...servers };
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId: 'yrd-start',
    ...(ssl !== undefined && { ssl }),
    ...(sasl && { sasl }),
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
  await until(`Kafka at ${brokers.join()}`, asks, { timeoutMs, ...(stop && { stop }) });
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
const ALREADY_INITIALIZED = 23;
const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;

/** The first user of a MongoDB that asks everybody who he is: it may be made from this machine as long as there is none. */
const firstUser = async (url: string, secured: Secured): Promise<void> => {
  const client = mongoClient(mongoUrlAs(secured, url));
  try {
    const login = { pwd: secured.password(ADMIN), mechanisms: ['SCRAM-SHA-256'] };
    await client.db('admin').command({ createUser: ADMIN, ...login, roles: ['root'] });
  } finally {
    await client.close();
  }
};

/** Whether the first user is there. Where he is not, nobody else is either, and this machine may still make the replica set. */
const knownAdmin = async (url: string, secured: Secured): Promise<boolean> => {
  const client = mongoClient(mongoUrlAs(secured, url, ADMIN));
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch (error) {
    if (error instanceof mongo.MongoServerError && error.code === AUTHENTICATION_FAILED) return false;
    throw error;
  } finally {
    await client.close();
  }
};

/**
 * Makes the replica set of one at `127.0.0.1:port`, or moves it there when the port is another than last time. Answers its URL,
 * which names no user.
 */
export const replicaSet = async (port: number, stop?: Stop, secured?: Secured): Promise<string> => {
  const host = `127.0.0.1:${port}`;
  const direct = `mongodb://${host}/?directConnection=true`;
  const urlNow = async (): Promise<string> =>
    secured ? mongoUrlAs(secured, direct, (await knownAdmin(direct, secured)) ? ADMIN : undefined) : direct;
  const waiting = { timeoutMs: SERVER_START_MS, everyMs: 50, ...(stop && { stop }) };
  // A client whose first connection failed stays unusable, so none is made before somebody listens, and a new one per try.
  await until(`MongoDB at ${host}`, () => listening(port), waiting);
  let client: mongo.MongoClient | undefined;
  const answers = async (): Promise<boolean> => {
    let fresh: mongo.MongoClient | undefined;
    try {
      fresh = mongoClient(await urlNow());
      await fresh.db('admin').command({ ping: 1 });
      client = fresh;
      return true;
    } catch {
      await fresh?.close();
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
    if (secured && !(await knownAdmin(direct, secured))) await firstUser(direct, secured);
  } finally {
    await client?.close();
  }
  return `mongodb://${host}/?replicaSet=${REPLICA_SET}`;
};

const configure = async (admin: mongo.Db, host: string): Promise<void> => {
  const current = await admin.command({ replSetGetConfig: 1 }).catch((error: unknown) => {
    if (error instanceof mongo.MongoServerError && [NOT_YET_INITIALIZED, UNAUTHORIZED].includes(Number(error.code))) return undefined;
    throw error;
  });
  if (!current) {
    // Where users are asked for and there is none yet, this machine may initiate, but not look whether that was done before.
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } }).catch((error: unknown) => {
      if (!(error instanceof mongo.MongoServerError && error.code === ALREADY_INITIALIZED)) throw error;
    });
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
    const client = mongoClient(url);
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
