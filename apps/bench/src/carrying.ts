/** Rows of carrying: from a command in one province to its durable entry in another, beside the bare chain of the same servers. */
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';
import type { StoredBlock, World } from '@yrd/ledger';
import { lasting, paced, spread } from './measure.js';
import { openFederation, pay, type Servers } from './nodes.js';
import { interleaved, ratioOf, type Row } from './table.js';
import { NOTE } from './transfers.js';

const PER_SECOND = 200;
const FOR_MS = 3_000;
const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;

/** Resolves waiters once something has grown to what they wait for. */
class Arrivals {
  private size = 0;
  private readonly waiting: { readonly at: number; readonly done: () => void }[] = [];

  reached(size: number): void {
    this.size = Math.max(this.size, size);
    for (let at = this.waiting.length - 1; at >= 0; at -= 1) if (this.waiting[at]!.at <= this.size) this.waiting.splice(at, 1)[0]!.done();
  }

  wait(at: number): Promise<void> {
    return at <= this.size ? Promise.resolve() : new Promise((done) => this.waiting.push({ at, done }));
  }
}

/** Tells when a replica of this journal has a block durable. */
const watched = (world: World, journal: string, arrivals: Arrivals): World => ({
  ...world,
  storage: {
    records: world.storage.records,
    blocks: (name) => {
      const store = world.storage.blocks(name);
      if (name !== journal) return store;
      const insert = async (block: StoredBlock) => {
        const outcome = await store.insert(block);
        arrivals.reached(block.first + block.count);
        return outcome;
      };
      return {
        insert,
        read: (from, limit) => store.read(from, limit),
        last: () => store.last(),
        commitsOf: (stream, from) => store.commitsOf(stream, from),
      };
    },
  },
});

/** Write, Kafka, write: the same servers, and nothing else. */
const openChain = async ({ mongoUrl, brokers }: Servers) => {
  const connection = await mongoose.createConnection(mongoUrl, { maxPoolSize: 50 }).asPromise();
  const [from, to] = ['from', 'to'].map((name) =>
    connection.getClient().db(`bench_chain_${name}_${process.pid}`).collection<{ _id: number }>('events'),
  );
  const kafka = new Kafka({ clientId: 'bench-chain', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const topic = `bench.chain.${process.pid}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const done = new Map<number, () => void>();
  await consumer.run({
    eachMessage: async ({ message }) => {
      const document = JSON.parse(String(message.value)) as { _id: number };
      await to!.insertOne(document, DURABLE);
      done.get(document._id)?.();
    },
  });
  return {
    send: async (id: number): Promise<void> => {
      const arrived = new Promise<void>((resolve) => done.set(id, resolve));
      const document = { _id: id, stream: `account/${id}`, version: 1, type: 'bench.held.v1', data: { order: 'o', fen: 100, note: NOTE } };
      await from!.insertOne(document, DURABLE);
      await producer.send({ topic, acks: -1, messages: [{ value: JSON.stringify(document) }] });
      await arrived;
    },
    close: async () => {
      await consumer.disconnect();
      await producer.disconnect();
      await admin.disconnect();
      for (const collection of [from!, to!]) await connection.getClient().db(collection.dbName).dropDatabase();
      await connection.close();
    },
  };
};

/** Measures all rows of carrying. */
export const carryingRows = async (servers: Servers, rounds: number, say: (line: string) => void): Promise<readonly Row[]> => {
  const durable = new Arrivals();
  const [shanghai, jiangsu] = await openFederation(servers, ['31', '32'], {
    name: 'benchway',
    alter: (world, province) => (province === '32' ? watched(world, '31/benchway', durable) : world),
  });
  const chain = await openChain(servers);
  let ids = 0;
  const p99: Record<'chain' | 'replica' | 'view', number[]> = { chain: [], replica: [], view: [] };
  const measure = (name: keyof typeof p99, one: (n: number) => Promise<unknown>) => async (): Promise<number> => {
    const { p50Ms, p99Ms } = await paced(PER_SECOND, lasting(FOR_MS), one);
    p99[name].push(p99Ms);
    return p50Ms;
  };
  const sent = async (): Promise<number> => {
    const answer = await pay(shanghai!.node, 'Spend', `a-${(ids += 1)}`, 'o');
    return answer.ok ? answer.position.size : 0;
  };
  try {
    const found = await interleaved(
      rounds,
      {
        chain: measure('chain', () => chain.send((ids += 1))),
        replica: measure('replica', async () => durable.wait(await sent())),
        view: measure('view', async () => jiangsu!.node.reach({ journal: '31/benchway', size: await sent() }, 30_000)),
      },
      say,
    );
    const what = {
      chain: 'bare write, Kafka, write',
      replica: 'command to its durable entry in another province',
      view: 'command to its row in another province’s view',
    };
    return (['chain', 'replica', 'view'] as const).flatMap((name): Row[] => {
      const ratio = (ours: readonly number[], theirs: readonly number[]) =>
        name === 'chain'
          ? {}
          : { ratio: { of: 'the bare chain', value: ratioOf(ours, theirs), ...(name === 'replica' && { target: { most: 1.5 } }) } };
      return [
        { name: `${what[name]}, p50 at ${PER_SECOND}/s`, value: spread(found[name]), unit: 'ms', ...ratio(found[name], found.chain) },
        { name: `${what[name]}, p99`, value: spread(p99[name]), unit: 'ms', ...ratio(p99[name], p99.chain) },
      ];
    });
  } finally {
    await chain.close();
    for (const each of [shanghai!, jiangsu!]) await each.close();
  }
};
