/** Topics as an operator sees them: which there are, how far they reach, and making those that are missing. */
import type { Admin } from 'kafkajs';
import { sleepMs } from '../clock.js';
import { isTopicMissing, topicsNotAllowed, type KafkaClient, type KafkaOptions } from './kafka-client.js';
import { Lending } from './kafka-lending.js';

/** Room for a block of 512 kB with its frames, twice over. */
const MESSAGE_BYTES_MAX = 2 * 1_024 * 1_024;

/** What is only worth anything when it is new (beats, questions, answers) is not kept: answers alone could fill a disk. */
const SPOKEN = /\.(witness|sync|heal)$/;
const SPOKEN_MS = 3_600_000;
const SPOKEN_SEGMENT_BYTES = 64 * 1_024 * 1_024;

const settingsOf = (topic: string): { name: string; value: string }[] => {
  const kept = SPOKEN.test(topic)
    ? { 'retention.ms': SPOKEN_MS, 'segment.ms': SPOKEN_MS / 4, 'segment.bytes': SPOKEN_SEGMENT_BYTES }
    : { 'retention.ms': -1 };
  const settings = { 'max.message.bytes': MESSAGE_BYTES_MAX, 'cleanup.policy': 'delete', ...kept };
  return Object.entries(settings).map(([name, value]) => ({ name, value: String(value) }));
};

/** A topic is made this often, and so long apart, ms, before it counts as failed. */
const MAKE_TRIES = 20;
const MAKE_MS = 100;

/** Offsets of a topic's one partition: its oldest message is at or after `low`, its next one will be at `high`. */
export interface Reach {
  readonly low: number;
  readonly high: number;
}

export class KafkaTopics {
  private readonly admin: Lending<Admin>;

  constructor(
    kafka: KafkaClient,
    private readonly notice: KafkaOptions['notice'],
    private readonly replicationFactor: number | undefined,
  ) {
    this.admin = new Lending(async () => {
      const admin = kafka.admin();
      await admin.connect();
      return admin;
    });
  }

  /** Those of the topics that are there. */
  async existing(topics: readonly string[]): Promise<readonly string[]> {
    const all = new Set(await this.admin.use((admin) => admin.listTopics()));
    return topics.filter((topic) => all.has(topic));
  }

  /**
   * Makes those that are missing: one partition; journals are never deleted by age, spoken words after an hour. Those that the
   * broker lets only others make are left to them, with a notice.
   */
  async ensure(topics: readonly string[]): Promise<void> {
    const done = new Set<string>();
    for (let tries = 1; ; tries += 1) {
      for (const topic of await this.existing(topics)) done.add(topic);
      const missing = [...new Set(topics)].filter((topic) => !done.has(topic));
      if (missing.length === 0) return;
      try {
        return await this.make(missing);
      } catch (error) {
        const others = topicsNotAllowed(error);
        if (others.length > 0) {
          this.notice({ level: 'warn', what: 'kafka.topics-of-others', facts: { topics: others.join() } });
          for (const topic of others) done.add(topic);
          continue;
        }
        // A broker that has not heard of a topic yet, or a connection that remembers one that is gone: neither says that it failed.
        if (tries === MAKE_TRIES || !isTopicMissing(error)) throw error;
        await sleepMs(MAKE_MS);
      }
    }
  }

  private async make(missing: readonly string[]): Promise<void> {
    // −1 asks the broker for its own default. That somebody else was faster is success: kafkajs answers false then.
    const replicationFactor = this.replicationFactor ?? -1;
    const made = missing.map((topic) => ({ topic, numPartitions: 1, replicationFactor, configEntries: settingsOf(topic) }));
    await this.admin.use((admin) => admin.createTopics({ topics: made }));
  }

  /** How far the topic reaches; null when it is not there. */
  async reach(topic: string): Promise<Reach | null> {
    try {
      const [partition] = await this.admin.use((admin) => admin.fetchTopicOffsets(topic));
      return partition ? { low: Number(partition.low), high: Number(partition.high) } : null;
    } catch (error) {
      if (isTopicMissing(error)) return null;
      throw error;
    }
  }

  /** Those of the topics in which the group has no position: none yet, or none any more, since it goes with the topic. */
  async withoutPosition(group: string, topics: readonly string[]): Promise<readonly string[]> {
    const positions = await this.admin.use((admin) => admin.fetchOffsets({ groupId: group, topics: [...topics] }));
    // −1 is none, and −2 is no place: the client keeps it when its own lies beyond the end, as in a topic that is another one by now.
    const placed = positions.filter(({ partitions }) => partitions.some(({ offset }) => Number(offset) >= 0));
    const known = new Set(placed.map(({ topic }) => topic));
    return topics.filter((topic) => !known.has(topic));
  }

  close(): Promise<void> {
    return this.admin.close();
  }
}
