/** Publishing: one idempotent producer, one message of a topic at a time, a new producer after every failure. */
import kafkajs, { type Producer } from 'kafkajs';
import { RETRY, isTopicMissing, reasonOf, toKafka, type KafkaClient, type KafkaOptions } from './kafka-client.js';
import { Lending } from './kafka-lending.js';
import type { KafkaTopics } from './kafka-topics.js';

const { Partitioners } = kafkajs;
const ALL_IN_SYNC_REPLICAS = -1;

const openProducer = async (kafka: KafkaClient): Promise<Producer> => {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: RETRY,
    metadataMaxAge: 30_000,
  });
  await producer.connect();
  return producer;
};

export class KafkaPublisher {
  private readonly lines = new Map<string, Promise<void>>();
  private readonly producer: Lending<Producer>;

  constructor(
    kafka: KafkaClient,
    private readonly topics: KafkaTopics,
    private readonly notice: KafkaOptions['notice'],
  ) {
    this.producer = new Lending(() => openProducer(kafka));
  }

  /** Messages of one topic keep the order in which they were given. */
  publish(topic: string, value: Uint8Array, headers: Readonly<Record<string, string>>): Promise<void> {
    const before = this.lines.get(topic) ?? Promise.resolve();
    const sent = before.catch(() => undefined).then(() => this.deliver(topic, value, headers));
    this.lines.set(topic, sent);
    sent
      .catch(() => undefined)
      .finally(() => {
        if (this.lines.get(topic) === sent) this.lines.delete(topic);
      });
    return sent;
  }

  private async deliver(topic: string, value: Uint8Array, headers: Readonly<Record<string, string>>): Promise<void> {
    try {
      await this.send(topic, value, headers);
    } catch (error) {
      // Only then is it certain that nothing was written; every other outcome is for the caller, who knows what it sent.
      if (!isTopicMissing(error)) throw error;
      this.notice({ level: 'warn', what: 'bus.topic-missing', facts: { topic, why: reasonOf(error) } });
      await this.topics.ensure([topic]);
      await this.send(topic, value, headers);
    }
  }

  private async send(topic: string, value: Uint8Array, headers: Readonly<Record<string, string>>): Promise<void> {
    const messages = [{ ...toKafka(value, headers), partition: 0 }];
    await this.producer.use((producer) => producer.send({ topic, acks: ALL_IN_SYNC_REPLICAS, messages }));
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.lines.values());
    await this.producer.close();
  }
}
