/** Where a text could have left a trace: every topic, every database, every log and key file of a stage, byte by byte. */
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { mongo } from 'mongoose';
import type { Federation } from '@yrd/ledger';
import { finderOf, type Traces } from '@yrd/ledger/testing';
import { given } from './delta.js';
import { eventually } from './http.js';

// The driver would import `os` lazily, which jest's sandbox cannot.
const connect = (): Promise<mongo.MongoClient> => mongo.MongoClient.connect(given('MONGO_URL'), { runtimeAdapters: { os } });

/** Topics of the running federation: those that others left on the same broker are not its own. */
const topicsOf = (all: readonly string[]): string[] => {
  const { nodes } = JSON.parse(readFileSync(join(given('YRD_HOME'), 'federation.json'), 'utf8')) as Federation;
  const own = nodes.flatMap(({ province, journals }) =>
    ['sync', 'heal', 'witness', ...Object.keys(journals).map((context) => `${context}\\.[a-z]+`)].map(
      (name) => `yrd\\.${province}\\.${name}`,
    ),
  );
  const ours = new RegExp(`^(${own.join('|')})$`);
  return all.filter((topic) => ours.test(topic));
};

/** Every message of every topic of the federation, keys and headers too. */
export const tracesInTopics = async (texts: readonly string[]): Promise<Traces> => {
  const kafka = new Kafka({ clientId: 'traces', brokers: given('KAFKA_BROKERS').split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const topics = topicsOf(await admin.listTopics());
  const found = finderOf(texts);
  const ends = new Map<string, number>();
  for (const topic of topics)
    for (const { partition, high, low } of await admin.fetchTopicOffsets(topic))
      if (Number(high) > Number(low)) ends.set(`${topic}/${partition}`, Number(high));
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `traces-${Date.now()}` });
  const read = new Map<string, number>();
  const traces: string[] = [];
  // The last offsets of a partition may be control records, which no consumer is shown.
  const unread = (): readonly string[] => [...ends].flatMap(([place, end]) => ((read.get(place) ?? 0) < end - 1 ? [place] : []));
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message: { key, value, headers, offset } }) => {
      const all = [key, value, ...Object.entries(headers ?? {}).flat(2)].map((part) => Buffer.from(part ?? ''));
      traces.push(...found(`topic ${topic}`, Buffer.concat(all.flatMap((part) => [part, Buffer.from([0])]))));
      read.set(`${topic}/${partition}`, Number(offset) + 1);
    },
  });
  try {
    await eventually(`${ends.size} partitions read`, async () => {
      if (unread().length > 0) throw new Error(`unread ${unread().join(', ')}`);
      return true;
    });
  } finally {
    await consumer.disconnect();
  }
  return [...new Set(traces)];
};

/** Every document and index of every database, the replication log of MongoDB included; each as its raw bytes. */
export const tracesInDatabases = async (texts: readonly string[]): Promise<Traces> => {
  const client = await connect();
  const traces: string[] = [];
  const found = finderOf(texts);
  try {
    const { databases } = await client.db().admin().listDatabases();
    for (const { name: database } of databases) {
      const db = client.db(database);
      for (const { name, type } of await db.listCollections({}, { nameOnly: true }).toArray()) {
        if (type === 'view' || (database === 'local' && name !== 'oplog.rs') || name.startsWith('system.')) continue;
        const collection = db.collection(name);
        const place = `database ${database}.${name}`;
        for await (const raw of collection.find<Buffer>({}, { raw: true })) traces.push(...found(place, raw));
        if (database !== 'local') traces.push(...found(`${place} (indexes)`, Buffer.from(JSON.stringify(await collection.indexes()))));
      }
    }
  } finally {
    await client.close();
  }
  return [...new Set(traces)];
};

/** Every file of the stage's folder: logs of nodes and servers, keys, the federation file. */
export const tracesInFiles = (texts: readonly string[]): { readonly files: readonly string[]; readonly traces: Traces } => {
  const home = given('YRD_HOME');
  const files = readdirSync(home, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    // What Kafka and MongoDB keep on disk is compressed: it is read through them.
    .filter((path) => /\.(log|json)$/.test(path) && !/[\\/](kafka|mongo)[\\/]/.test(path));
  const found = finderOf(texts);
  return { files, traces: files.flatMap((path) => found(path.slice(home.length), readFileSync(path))) };
};

/** The row of a person's key in a province's own database. */
export const keyRow = async (province: string, person: string): Promise<Readonly<Record<string, unknown>>> => {
  const client = await connect();
  try {
    const row = await client
      .db(`yrd_${province}_access`)
      .collection<{ _id: string; v: Record<string, unknown> }>('table.subject-keys')
      .findOne({ _id: person });
    return row?.v ?? {};
  } finally {
    await client.close();
  }
};
