/** The bus over Kafka: what is acknowledged is on all in-sync replicas, and a position follows its effect. */
import type { Bus } from '@yrd/ledger';
import { kafkaClient, type KafkaOptions } from './kafka-client.js';
import { lastMessage } from './kafka-last.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { KafkaReader } from './kafka-reader.js';
import { KafkaTopics } from './kafka-topics.js';

/** Connects when first used. `close` ends all subscriptions and waits for what is being published. */
export const kafkaBus = (options: KafkaOptions): Bus & { close(): Promise<void> } => {
  const { notice } = options;
  const kafka = kafkaClient(options);
  const known = new KafkaTopics(kafka, options.replicationFactor);
  const publisher = new KafkaPublisher(kafka, known, notice);
  const readers = new Set<KafkaReader>();
  return {
    ensure: (topics) => known.ensure(topics),
    publish: (topic, value, headers = {}) => publisher.publish(topic, value, headers),
    last: (topic) => lastMessage(kafka, known, topic),
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
