/** Publishing: one idempotent producer, one message of a topic at a time, a new producer after every failure. */
import kafkajs, { type Producer } from 'kafkajs';
import { RETRY, disconnect, isTopicMissing, reasonOf, toKafka, type KafkaClient, type KafkaOptions } from './kafka-client.js';
import type { KafkaTopics } from './kafka-topics.js';

const { Partitioners } = kafkajs;
const ALL_IN_SYNC_REPLICAS = -1;

/** A producer and how many are using it: a failed one goes only when nobody waits for it any more. */
interface Lent {
  readonly producer: Promise<Producer>;
  users: number;
  retired: boolean;
}

export class KafkaPublisher {
  private readonly lines = new Map<string, Promise<void>>();
  private lent: Lent | null = null;

  constructor(
    private readonly kafka: KafkaClient,
    private readonly topics: KafkaTopics,
    private readonly notice: KafkaOptions['notice'],
  ) {}

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
    const lent = (this.lent ??= { producer: this.open(), users: 0, retired: false });
    lent.users += 1;
    try {
      const producer = await lent.producer;
      await producer.send({ topic, acks: ALL_IN_SYNC_REPLICAS, messages: [{ ...toKafka(value, headers), partition: 0 }] });
    } catch (error) {
      // Its sequence numbers, or its memory of a topic that is gone, would fail what comes next.
      lent.retired = true;
      if (this.lent === lent) this.lent = null;
      throw error;
    } finally {
      lent.users -= 1;
      if (lent.retired && lent.users === 0) void lent.producer.then(disconnect, () => undefined);
    }
  }

  private async open(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: RETRY,
      metadataMaxAge: 30_000,
    });
    await producer.connect();
    return producer;
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.lines.values());
    const { lent } = this;
    this.lent = null;
    await lent?.producer.then(disconnect, () => undefined);
  }
}
