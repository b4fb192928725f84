/** What the ledger is measured against: the same payload, write concern and uniqueness, written as one usually would. */
import { randomBytes } from 'node:crypto';
import mongoose, { Schema, type Connection, type mongo } from 'mongoose';
import { NOTE } from './transfers.js';

const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;
const DUPLICATE_KEY = 11000;

interface EventDocument {
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly time: Date;
  readonly command: string;
  readonly person: string;
  readonly data: { readonly order: string; readonly fen: number; readonly note: string };
}

const event = (stream: string, version: number): EventDocument => ({
  stream,
  version,
  type: 'bench.held.v1',
  time: new Date(),
  command: randomBytes(32).toString('hex'),
  person: 'p-7c1f',
  data: { order: `order-${version}`, fen: 100, note: NOTE },
});

const UNIQUE = { stream: 1, version: 1 } as const;

/** Writers over plain collections of one database. */
export interface Peers {
  insertOne(n: number): Promise<unknown>;
  create(n: number): Promise<unknown>;
  transaction(n: number): Promise<unknown>;
  insertMany(count: number): Promise<unknown>;
  /** Reads the version of one hot stream and inserts the next one, again and again until nobody was faster. */
  retriedInsert(): Promise<unknown>;
  close(): Promise<void>;
}

export const openPeers = async (mongoUrl: string): Promise<Peers> => {
  const connection: Connection = await mongoose
    .createConnection(mongoUrl, { dbName: `bench_peers_${process.pid}`, maxPoolSize: 100 })
    .asPromise();
  const db = connection.getClient().db(`bench_peers_${process.pid}`);
  const events = db.collection<EventDocument>('events');
  const outbox = db.collection('outbox');
  const hot = db.collection<EventDocument>('hot');
  for (const collection of [events, hot]) await collection.createIndex(UNIQUE, { unique: true });
  await db.createCollection('outbox');
  const data = new Schema({ order: String, fen: Number, note: String }, { _id: false });
  const fields = { stream: String, version: Number, type: String, time: Date, command: String, person: String, data };
  const schema = new Schema(fields, { versionKey: false, collection: 'models', writeConcern: { w: 'majority', j: true } });
  schema.index(UNIQUE, { unique: true });
  const Model = connection.model('Event', schema);
  await Model.init();
  const nextOf = async (collection: mongo.Collection<EventDocument>): Promise<number> => {
    const [last] = await collection.find({ stream: 'hot' }).sort({ version: -1 }).limit(1).toArray();
    return (last?.version ?? 0) + 1;
  };
  let streams = 0;
  const fresh = (): string => `account/${process.pid}-${(streams += 1)}`;
  return {
    insertOne: () => events.insertOne(event(fresh(), 1), DURABLE),
    create: () => Model.create(event(fresh(), 1)),
    transaction: async () => {
      const session = connection.getClient().startSession();
      try {
        await session.withTransaction(async () => {
          const one = event(fresh(), 1);
          await events.insertOne(one, { session });
          await outbox.insertOne({ command: one.command, data: one.data }, { session });
        }, DURABLE);
      } finally {
        await session.endSession();
      }
    },
    insertMany: (count) =>
      events.insertMany(
        Array.from({ length: count }, () => event(fresh(), 1)),
        { ...DURABLE, ordered: false },
      ),
    async retriedInsert() {
      for (;;) {
        try {
          return await hot.insertOne(event('hot', await nextOf(hot)), DURABLE);
        } catch (error) {
          if (!(error instanceof mongoose.mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
        }
      }
    },
    async close() {
      await db.dropDatabase();
      await connection.close();
    },
  };
};
