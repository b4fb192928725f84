/** The way to MongoDB: waits for a server that is not there yet, and refuses one that cannot keep the ledger's promises. */
import os from 'node:os';
import mongoose, { type Connection } from 'mongoose';
import type { Notice } from '@yrd/ledger';
import { jitteredMs, sleepMs } from '../clock.js';
import { endOrphans, processName } from './mongo-orphans.js';

export interface MongoOptions {
  /** `mongodb://…` connection string of a replica set. */
  readonly mongoUrl: string;
  readonly database: string;
  /** Name of this process among those of its node, the same after a restart: what a former one left open is ended. */
  readonly instance?: string;
  notice(event: Notice): void;
  /** Ends the wait for a server; the promise then rejects. */
  readonly signal?: AbortSignal;
}

const SELECT_TIMEOUT_MS = 3_000;
const RETRY_MAX_MS = 5_000;

/** The connection string without user and password, for messages. */
const shown = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');

const { MongoError, MongoNetworkError, MongoNotConnectedError, MongoServerSelectionError, MongoTopologyClosedError } = mongoose.mongo;
const AWAY = [MongoNetworkError, MongoNotConnectedError, MongoServerSelectionError, MongoTopologyClosedError];

/** Whether an error says that the server was not there, or went while it was asked: the same may succeed later. */
export const storeIsAway = (error: unknown): boolean =>
  AWAY.some((kind) => error instanceof kind) || (error instanceof MongoError && error.hasErrorLabel('RetryableWriteError'));

const refuseStandalone = async (connection: Connection, url: string): Promise<void> => {
  const hello = await connection.getClient().db('admin').command({ hello: 1 });
  if (hello['setName'] === undefined && hello['msg'] !== 'isdbgrid') {
    throw new TypeError(
      `MongoDB at ${shown(url)} is not a replica set, and transactions need one: start it with --replSet and initiate it`,
    );
  }
};

/** Takes the place of a former process. What it left goes by itself too, only later: no reason not to start. */
const succeed = async (connection: Connection, { database, notice }: MongoOptions, instance: string): Promise<void> => {
  try {
    const ended = await endOrphans(connection.getClient(), processName(database, instance));
    if (ended > 0) notice({ level: 'info', what: 'mongo.orphans-ended', facts: { database, ended } });
  } catch (error) {
    notice({ level: 'warn', what: 'mongo.orphans-left', facts: { database, why: String(error) } });
  }
};

const attempt = async (o: MongoOptions): Promise<Connection> => {
  const connection = mongoose.createConnection(o.mongoUrl, {
    dbName: o.database,
    serverSelectionTimeoutMS: SELECT_TIMEOUT_MS,
    maxPoolSize: 20,
    ...(o.instance !== undefined && { appName: processName(o.database, o.instance) }),
    autoCreate: false,
    autoIndex: false,
    ignoreUndefined: true,
    // The driver would import it lazily, which sandboxes without dynamic import (jest's among them) cannot.
    runtimeAdapters: { os },
  });
  try {
    await connection.asPromise();
    await refuseStandalone(connection, o.mongoUrl);
    if (o.instance !== undefined) await succeed(connection, o, o.instance);
    return connection;
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw error;
  }
};

// No server can mend a wrong address or a server of the wrong kind, so waiting would only hide it. By name: the driver's
// parser of addresses has an error class of its own.
const HOPELESS = ['TypeError', 'MongoParseError', 'MongoInvalidArgumentError', 'MongoMissingDependencyError'];
const isHopeless = (error: unknown): boolean => error instanceof Error && HOPELESS.includes(error.name);

/**
 * Connects, and tries again for ever while no primary answers; each failed try is a `mongo.unreachable` notice. Rejects at
 * once for a malformed address and for a server that is no replica set.
 */
export const connectMongo = async (o: MongoOptions): Promise<Connection> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(o);
    } catch (error) {
      if (isHopeless(error) || o.signal?.aborted) throw error;
      const retryMs = jitteredMs(Math.min(RETRY_MAX_MS, 250 * 2 ** tries));
      const why = error instanceof Error ? error.message : String(error);
      o.notice({ level: 'warn', what: 'mongo.unreachable', facts: { server: shown(o.mongoUrl), tries, retryMs, why } });
      await sleepMs(retryMs, o.signal);
    }
  }
};
