/**
 * A subscription: one consumer group over several topics, for ever. A consumer that breaks is replaced; topics that are
 * missing are left out until they are there, so that one province's absence holds up no other.
 */
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { BusMessage, SubscribeOptions, Subscription } from '@yrd/ledger';
import { jitteredMs, sleepMs } from './clock.js';
import { RETRY, disconnect, fromKafka, reasonOf, type KafkaClient, type KafkaOptions } from './kafka-client.js';
import { Lane } from './kafka-lane.js';
import type { KafkaTopics } from './kafka-topics.js';

export interface ReaderOptions extends SubscribeOptions {
  readonly kafka: KafkaClient;
  readonly known: KafkaTopics;
  notice: KafkaOptions['notice'];
  handle(message: BusMessage): Promise<void>;
}

/** A fetch waits so long for something new; also how late a heartbeat or a resumed topic may be. */
const FETCH_WAIT_MS = 500;
const SESSION_MS = 8_000;
const COMMIT_EVERY_MS = 100;
const LOOK_FOR_MISSING_MS = 500;
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 2_000;
const BYTES_PER_FETCH = 2 * 1_024 * 1_024;

export class KafkaReader implements Subscription {
  private readonly closing = new AbortController();
  private readonly lanes: ReadonlyMap<string, Lane>;
  private readonly passed = new Map<string, bigint>();
  private consumer: Consumer | null = null;
  private committing: Promise<void> | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: ReaderOptions) {
    this.lanes = new Map(options.topics.map((topic) => [topic, this.lane(topic)] as const));
  }

  private lane(topic: string): Lane {
    const { notice, handle } = this.options;
    return new Lane({
      topic,
      signal: this.closing.signal,
      notice,
      handle,
      passed: (next) => {
        this.passed.set(topic, next);
        this.committing ??= this.commitSoon();
      },
      full: () => this.consumer?.pause([{ topic }]),
      low: () => this.consumer?.resume([{ topic }]),
    });
  }

  /** Resolves once the group is joined (or none of the topics is there yet), however long the broker takes. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.running = this.run(resolve);
    });
  }

  private async run(ready: () => void): Promise<void> {
    const { signal } = this.closing;
    // Topics that are made later start with the reader: all that is in them came after it subscribed.
    let latest = this.options.from === 'latest';
    for (let failures = 0; !signal.aborted;) {
      try {
        const there = await this.options.known.existing(this.options.topics);
        if (there.length === 0) {
          ready();
          latest = false;
          await sleepMs(LOOK_FOR_MISSING_MS, signal);
          continue;
        }
        await this.session(there, latest, () => {
          failures = 0;
          latest = false;
          ready();
        });
      } catch (error) {
        failures += 1;
        const retryMs = jitteredMs(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures));
        this.options.notice({
          level: 'warn',
          what: 'bus.reconnecting',
          facts: { group: this.options.group, retryMs, why: reasonOf(error) },
        });
        await sleepMs(retryMs, signal);
      }
    }
    ready();
  }

  /** One consumer's life: resolves when it is to be replaced or closed, rejects when it broke. */
  private async session(topics: readonly string[], latest: boolean, joined: () => void): Promise<void> {
    const { kafka, group } = this.options;
    const starts = latest ? await this.ends(topics) : new Map<string, number>();
    const consumer = kafka.consumer({
      groupId: group,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      // A process that died without a word keeps its successor out for so long.
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: 2 * SESSION_MS,
      heartbeatInterval: SESSION_MS / 4,
      maxBytesPerPartition: BYTES_PER_FETCH,
      metadataMaxAge: 5_000,
      retry: { ...RETRY, restartOnFailure: async () => false },
    });
    const broken = new Promise<never>((_, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    });
    broken.catch(() => undefined);
    consumer.on(consumer.events.GROUP_JOIN, () => this.assigned(consumer, starts));
    this.consumer = consumer;
    try {
      // A coordinator may let a member wait long; closing does not.
      await Promise.race([broken, this.closed(), this.join(consumer, topics, starts)]);
      if (this.closing.signal.aborted) return;
      joined();
      await Promise.race([broken, this.untilReplaced(topics)]);
    } finally {
      await this.leave(consumer);
    }
  }

  /** Ends of the topics in which the group has no position: where it shall start. */
  private async ends(topics: readonly string[]): Promise<Map<string, number>> {
    const starts = new Map<string, number>();
    for (const topic of await this.options.known.withoutPosition(this.options.group, topics)) {
      starts.set(topic, (await this.options.known.reach(topic))?.high ?? 0);
    }
    return starts;
  }

  /** A new assignment: what waits here comes again from the committed position, perhaps to another member. */
  private assigned(consumer: Consumer, starts: ReadonlyMap<string, number>): void {
    this.passed.clear();
    for (const lane of this.lanes.values()) lane.forget();
    for (const [topic, offset] of starts) consumer.seek({ topic, partition: 0, offset: String(offset) });
  }

  private async join(consumer: Consumer, topics: readonly string[], starts: Map<string, number>): Promise<void> {
    await consumer.connect();
    // Where a position is lost (the topic was truncated, or made anew) reading starts again with what there is.
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async (batch) => this.receive(batch) });
    const offsets = [...starts].map(([topic, offset]) => ({ topic, partition: 0, offset: String(offset) }));
    if (offsets.length > 0) await consumer.commitOffsets(offsets);
    // From here on they are the group's positions; a later assignment starts from what is committed.
    starts.clear();
  }

  /** Hands a batch over and returns: a handler that takes long must stop neither heartbeats nor other topics. */
  private receive({ batch, resolveOffset, isRunning, isStale }: EachBatchPayload): void {
    const last = batch.messages.at(-1);
    if (!last || !isRunning() || isStale()) return;
    // Positions are those of partition 0, the only one that a topic of ours has: what somebody puts into another is not taken.
    if (batch.partition !== 0) {
      const facts = { topic: batch.topic, partition: batch.partition };
      this.options.notice({ level: 'warn', what: 'bus.strange-partition', facts });
      resolveOffset(last.offset);
      return;
    }
    const messages = batch.messages.map((message) => ({ offset: BigInt(message.offset), message: fromKafka(batch.topic, message) }));
    this.lanes.get(batch.topic)?.take(messages);
    resolveOffset(last.offset);
  }

  private closed(): Promise<void> {
    const { signal } = this.closing;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private async untilReplaced(topics: readonly string[]): Promise<void> {
    const { signal } = this.closing;
    const missing = this.options.topics.filter((topic) => !topics.includes(topic));
    if (missing.length === 0) return this.closed();
    while (!signal.aborted) {
      await sleepMs(LOOK_FOR_MISSING_MS, signal);
      if ((await this.options.known.existing(missing)).length > 0) return;
    }
  }

  private async commitSoon(): Promise<void> {
    await sleepMs(COMMIT_EVERY_MS, this.closing.signal);
    this.committing = null;
    await this.commit();
  }

  /** Commits what was passed. A failure costs nothing but messages that come again. */
  private async commit(): Promise<void> {
    const offsets = [...this.passed].map(([topic, next]) => ({ topic, partition: 0, offset: String(next) }));
    this.passed.clear();
    if (offsets.length === 0 || !this.consumer) return;
    await this.consumer.commitOffsets(offsets).catch((error: unknown) => {
      this.options.notice({ level: 'info', what: 'bus.commit-failed', facts: { group: this.options.group, why: reasonOf(error) } });
    });
  }

  private async leave(consumer: Consumer): Promise<void> {
    if (this.closing.signal.aborted) {
      for (const lane of this.lanes.values()) await lane.idle();
    }
    await this.commit();
    this.consumer = null;
    await disconnect(consumer);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
    for (const lane of this.lanes.values()) await lane.idle();
  }
}
