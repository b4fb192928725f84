/** Everything a node is given, real: MongoDB, Kafka, node:crypto and a clock. */
import type { Clock, Notice, World } from '@yrd/ledger';
import { kafkaBus } from './kafka/kafka-bus.js';
import type { KafkaSettings } from './kafka/kafka-client.js';
import type { NodeSecret } from './keys/keys.js';
import { connectMongo } from './mongo/mongo-connection.js';
import type { RecordIndexes } from './mongo/mongo-records.js';
import { mongoStorage } from './mongo/mongo-storage.js';
import { nodeHasher, nodeKeys, nodeRandom, type NodeKeys } from './keys/node-crypto.js';

export interface WorldOptions {
  readonly mongoUrl: string;
  /** One service's own database. */
  readonly database: string;
  /** As `MongoOptions.instance`. */
  readonly instance?: string;
  readonly kafka: KafkaSettings;
  readonly keys: NodeSecret | NodeKeys;
  readonly clock: Clock;
  notice(event: Notice): void;
  /** Table → the fields of each of its indexes. */
  readonly indexes?: RecordIndexes;
  /** Ends the wait for servers that are not there; the promise then rejects. */
  readonly signal?: AbortSignal;
}

/**
 * Opens the world. Waits for MongoDB and Kafka for ever, with a notice for each failed try.
 * Rejects for settings that no waiting can mend. `close` ends subscriptions first, the database last.
 */
export const openWorld = async (o: WorldOptions): Promise<World & { close(): Promise<void> }> => {
  const notice = (event: Notice): void => o.notice(event);
  const { signer, encryption } = 'signer' in o.keys ? o.keys : nodeKeys(o.keys.keys);
  const { mongoUrl, database, instance, signal } = o;
  const connection = await connectMongo({ mongoUrl, database, notice, ...(instance && { instance }), ...(signal && { signal }) });
  // `yrd_32_voucher` → `yrd.32.voucher`, as topics, groups and the access rules of Kafka have it.
  const bus = kafkaBus({ ...o.kafka, clientId: o.database.replaceAll('_', '.'), notice });
  try {
    await bus.ready(o.signal);
  } catch (error) {
    await Promise.all([bus.close(), connection.close()]);
    throw error;
  }
  return {
    clock: o.clock,
    random: nodeRandom,
    hasher: nodeHasher,
    signer,
    encryption,
    storage: mongoStorage(connection, o.indexes ? { indexes: o.indexes } : {}),
    bus,
    notice,
    async close() {
      await bus.close();
      await connection.close();
    },
  };
};
