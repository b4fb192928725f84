/** The bus over Kafka: what is acknowledged is on all in-sync replicas, and a position follows its effect. */
import type { Bus } from '@yrd/ledger';
import { jitteredMs, sleepMs } from '../clock.js';
import { kafkaClient, reasonOf, type KafkaOptions } from './kafka-client.js';
import { lastMessage } from './kafka-last.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { KafkaReader } from './kafka-reader.js';
import { KafkaTopics } from './kafka-topics.js';

/** A bus with a life. */
export interface KafkaBus extends Bus {
  /**
   * Resolves when a broker answers, however long that takes; each failed try is a `kafka.unreachable` notice. Rejects
   * when the signal aborts.
   */
  ready(signal?: AbortSignal): Promise<void>;
  /** Ends all subscriptions and waits for what is being published. */
  close(): Promise<void>;
}

const RETRY_MAX_MS = 5_000;

/** The bus over Kafka; connects when first used. */
export const kafkaBus = (options: KafkaOptions): KafkaBus => {
  const { notice } = options;
  const kafka = kafkaClient(options);
  const known = new KafkaTopics(kafka, notice, options.replicationFactor);
  const publisher = new KafkaPublisher(kafka, known, notice);
  const readers = new Set<KafkaReader>();
  return {
    async ready(signal) {
      for (let tries = 1; ; tries += 1) {
        try {
          await known.existing([]);
          return;
        } catch (error) {
          if (signal?.aborted) throw error;
          const retryMs = jitteredMs(Math.min(RETRY_MAX_MS, 250 * 2 ** tries));
          notice({
            level: 'warn',
            what: 'kafka.unreachable',
            facts: { brokers: options.brokers.join(), tries, retryMs, why: reasonOf(error) },
          });
          await sleepMs(retryMs, signal);
        }
      }
    },
    ensure: (topics) => known.ensure(topics),
    publish: (topic, value, headers = {}) => publisher.publish(topic, value, headers),
    last: (topic) => lastMessage({ kafka, known, clientId: options.clientId }, topic),
    async subscribe(subscription, handle) {
      const reader = new KafkaReader({ ...subscription, kafka, known, notice, handle });
      readers.add(reader);
      await reader.open();
      return {
        async close() {
          await reader.close();
          readers.delete(reader);
        },
      };
    },
    async close() {
      await Promise.all([...readers].map((reader) => reader.close()));
      await publisher.close();
      await known.close();
    },
  };
};
