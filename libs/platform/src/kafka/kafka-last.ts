/** The newest message of a topic, read by a consumer that lives for a moment and leaves no position behind. */
import { randomBytes } from 'node:crypto';
import type { Consumer } from 'kafkajs';
import type { BusMessage } from '@yrd/ledger';
import { RETRY, disconnect, fromKafka, within, type KafkaClient } from './kafka-client.js';
import type { KafkaTopics, Reach } from './kafka-topics.js';

const DEADLINE_MS = 10_000;
/** Not every offset holds a message (transactions leave markers), so the search starts a little before the end. */
const WINDOW = 16;
/**
 * So many answers of the broker without a message: the window holds none, and the next one reaches further back. Answers are counted,
 * not time: a broker that is slow has said nothing yet, and a topic taken for empty would be taken for one that lost its end.
 */
const QUIET_ANSWERS = 3;
/** The same for a window that reaches the beginning: nobody looks after it. */
const LAST_ANSWERS = 10;

const search = async (consumer: Consumer, topic: string, { low, high }: Reach): Promise<BusMessage | null> => {
  let found: BusMessage | null = null;
  let start = Math.max(low, high - WINDOW);
  let answers = 0;
  let over = (): void => undefined;
  const seek = (): void => {
    answers = 0;
    consumer.seek({ topic, partition: 0, offset: String(start) });
  };
  const ended = new Promise<void>((resolve, reject) => {
    over = resolve;
    consumer.on(consumer.events.GROUP_JOIN, seek);
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.on(consumer.events.FETCH, () => {
      answers += 1;
      if (answers < (start === low ? LAST_ANSWERS : QUIET_ANSWERS)) return;
      if (found || start === low) return resolve();
      start = Math.max(low, high - (high - start) * WINDOW);
      seek();
    });
  });
  ended.catch(() => undefined);
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      answers = 0;
      const last = batch.messages.at(-1);
      if (last) found = fromKafka(topic, last);
      if (Number(batch.lastOffset()) >= high - 1) over();
    },
  });
  await ended;
  return found;
};

export interface LastOptions {
  readonly kafka: KafkaClient;
  readonly known: KafkaTopics;
  /** Begins the name of the group that reads it. */
  readonly clientId: string;
}

/** Null when the topic is not there, is empty, or lost all it held. Rejects when no answer came within 10 s. */
export const lastMessage = async ({ kafka, known, clientId }: LastOptions, topic: string): Promise<BusMessage | null> => {
  const late = `the end of ${topic} could not be read within ${DEADLINE_MS / 1_000} s: see whether its broker is up`;
  const reach = await within(DEADLINE_MS, known.reach(topic), late);
  if (!reach || reach.high <= reach.low) return null;
  const consumer = kafka.consumer({
    groupId: `${clientId}.last.${randomBytes(9).toString('base64url')}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 200,
    retry: { ...RETRY, restartOnFailure: async () => false },
  });
  try {
    return await within(DEADLINE_MS, search(consumer, topic, reach), late);
  } finally {
    void disconnect(consumer);
  }
};
