/**
 * A subscription: one consumer group over several topics, for ever. A consumer that breaks is replaced; topics that are
 * missing are left out until they are there, so that one province's absence holds up no other.
 */
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { BusMessage, SubscribeOptions, Subscription } from '@yrd/ledger';
import { jitteredMs, sleepMs } from '../clock.js';
import { RETRY, disconnect, fromKafka, isTopicMissing, reasonOf, type KafkaClient, type KafkaOptions } from './kafka-client.js';
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
/** How often positions are kept, and looked at: so late at most is a topic found to be another one. */
const KEEP_EVERY_MS = 300;
const LOOK_FOR_MISSING_MS = 500;
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 2_000;
const BYTES_PER_FETCH = 2 * 1_024 * 1_024;

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

export class KafkaReader implements Subscription {
  private readonly closing = new AbortController();
  private readonly lanes: ReadonlyMap<string, Lane>;
  private readonly passed = new Map<string, bigint>();
  private consumer: Consumer | null = null;
  /** Commits once. The consumer's own way tries for seconds, in which a topic may go and come back as another one. */
  private commitOnce: EachBatchPayload['commitOffsetsIfNecessary'] | null = null;
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
      passed: (next) => void this.passed.set(topic, next),
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
    const starts = await this.starts(topics, latest);
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
    const over = new AbortController();
    const signal = AbortSignal.any([this.closing.signal, over.signal]);
    let watching: readonly Promise<void>[] = [];
    try {
      // A coordinator may let a member wait long; closing does not.
      await Promise.race([broken, aborted(signal), this.join(consumer, topics, starts)]);
      if (signal.aborted) return;
      joined();
      watching = [this.untilFound(topics, signal), this.untilRemade(topics, signal)];
      await Promise.race([broken, ...watching]);
    } finally {
      over.abort();
      await Promise.allSettled(watching);
      await this.leave(consumer);
    }
  }

  /** Where the group shall start in those of the topics in which it has no position. */
  private async starts(topics: readonly string[], latest: boolean): Promise<Map<string, number>> {
    const { known, group } = this.options;
    const starts = new Map<string, number>();
    for (const topic of await known.withoutPosition(group, topics)) {
      starts.set(topic, (await known.reach(topic))?.[latest ? 'high' : 'low'] ?? 0);
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
  private receive({ batch, resolveOffset, commitOffsetsIfNecessary, isRunning, isStale }: EachBatchPayload): void {
    const last = batch.messages.at(-1);
    this.commitOnce = commitOffsetsIfNecessary;
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

  /** Resolves when one of the topics that were missing is there. */
  private async untilFound(topics: readonly string[], signal: AbortSignal): Promise<void> {
    const missing = this.options.topics.filter((topic) => !topics.includes(topic));
    if (missing.length === 0) return aborted(signal);
    while (!signal.aborted) {
      await sleepMs(LOOK_FOR_MISSING_MS, signal);
      if (!signal.aborted && (await this.options.known.existing(missing)).length > 0) return;
    }
  }

  /** Keeps positions until it finds that a topic is no longer the one that was joined. */
  private async untilRemade(topics: readonly string[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleepMs(KEEP_EVERY_MS, signal);
      if (!signal.aborted && (await this.keep(topics)).length > 0) return;
    }
  }

  /**
   * Commits what was passed and gives the topics that were deleted since the group was joined, perhaps made again: then nothing
   * is committed. The sign is sure, since a session gives the group a position in each of its topics, and a broker forgets the
   * position together with the topic (Kafka's group coordinator: `onPartitionsDeleted`); the client, which knows topics by name
   * only, would go on at the old offset, or sets itself back where that lies beyond the end (also after a truncation). What a failure
   * leaves is committed the next time, after another look.
   */
  private async keep(topics: readonly string[]): Promise<readonly string[]> {
    const { known, group, notice } = this.options;
    try {
      const remade = await known.withoutPosition(group, topics);
      for (const topic of remade) notice({ level: 'warn', what: 'bus.topic-remade', facts: { group, topic } });
      if (remade.length > 0) this.passed.clear();
      await this.commit();
      return remade;
    } catch (error) {
      if (isTopicMissing(error)) return topics;
      notice({ level: 'info', what: 'bus.commit-failed', facts: { group, why: reasonOf(error) } });
      return [];
    }
  }

  private async commit(): Promise<void> {
    const passed = [...this.passed];
    if (passed.length === 0) return;
    const topics = passed.map(([topic, next]) => ({ topic, partitions: [{ partition: 0, offset: String(next) }] }));
    await this.commitOnce?.({ topics });
    for (const [topic, next] of passed) if (this.passed.get(topic) === next) this.passed.delete(topic);
  }

  private async leave(consumer: Consumer): Promise<void> {
    if (this.closing.signal.aborted) {
      for (const lane of this.lanes.values()) await lane.idle();
    }
    if (this.passed.size > 0) await this.keep([...this.passed.keys()]);
    this.consumer = null;
    this.commitOnce = null;
    await disconnect(consumer);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
    for (const lane of this.lanes.values()) await lane.idle();
  }
}
