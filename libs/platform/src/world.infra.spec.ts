/** The real adapters pass the contract of the ports, on MongoDB and Kafka. */
import { randomBytes } from 'node:crypto';
import { portsContract } from '@yrd/ledger/testing';
import { systemClock } from './clock.js';
import { createNodeKeys, openSigningKey } from './keys/keys.js';
import { connectMongo } from './mongo/mongo-connection.js';
import { openWorld } from './world.js';

const from = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run npm test, which starts Kafka and MongoDB and says where they are`);
  return value;
};

portsContract(
  'on MongoDB and Kafka',
  async () => {
    const mongoUrl = from('MONGO_URL');
    const database = `yrd_test_${randomBytes(6).toString('hex')}`;
    const { secret } = createNodeKeys({
      federation: 'yrd.local',
      province: '31',
      name: '上海',
      url: 'http://127.0.0.1:3131',
      contexts: ['voucher'],
    });
    const keys = secret.keys.map(openSigningKey);
    const [journal, box] = ['log', 'box'].map((kind) => keys.find(({ name }) => name === `yrd.local/${kind}/31/voucher`)!);
    const world = await openWorld({
      mongoUrl,
      database,
      kafka: { brokers: from('KAFKA_BROKERS').split(',') },
      keys: secret,
      clock: systemClock(),
      notice: () => undefined,
    });
    return {
      world,
      signing: { keyName: journal!.name, publicKey: journal!.publicKey },
      box: { keyName: box!.name, publicKey: box!.publicKey },
      async close() {
        await world.close();
        const connection = await connectMongo({ mongoUrl, database, notice: () => undefined });
        await connection.dropDatabase();
        await connection.close();
      },
    };
  },
  { describe, test, beforeAll, afterAll, expect },
);
