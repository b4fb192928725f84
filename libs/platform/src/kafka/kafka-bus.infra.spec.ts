/** What the bus does when the broker's world changes under it. */
import { randomBytes } from 'node:crypto';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import type { Bus, BusMessage, Notice } from '@yrd/ledger';
import { sleepMs } from '../clock.js';
import { kafkaBus } from './kafka-bus.js';
import { KafkaReader } from './kafka-reader.js';
import { KafkaTopics } from './kafka-topics.js';

const brokers = (): string[] => {
  const value = process.env['KAFKA_BROKERS'];
  if (!value) throw new Error('KAFKA_BROKERS is not set: run npm test, which starts Kafka and MongoDB and says where they are');
  return value.split(',');
};
const fresh = (name: string): string => `${name}-${randomBytes(6).toString('hex')}`;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array | undefined): string => (bytes ? new TextDecoder().decode(bytes) : 'nothing');

const until = async (holds: () => boolean, timeoutMs = 30_000): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`nothing happened within ${timeoutMs} ms`);
    await sleepMs(20);
  }
};

describe('a bus whose topics come and go', () => {
  const notices: Notice[] = [];
  let kafka: Kafka;
  let admin: Admin;
  let bus: Bus & { close(): Promise<void> };

  beforeAll(async () => {
    kafka = new kafkajs.Kafka({ brokers: brokers(), logLevel: kafkajs.logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
    bus = kafkaBus({ brokers: brokers(), clientId: 'test', notice: (notice) => notices.push(notice) });
  }, 120_000);

  afterAll(async () => {
    await bus.close();
    await admin.disconnect();
  }, 120_000);

  const listen = async (topics: readonly string[], seen: string[], from: 'earliest' | 'latest' = 'earliest') =>
    bus.subscribe({ topics, group: fresh('reader'), from }, async ({ value }) => {
      seen.push(text(value));
    });

  const remake = async (topic: string, afterMs: number): Promise<void> => {
    await admin.deleteTopics({ topics: [topic] });
    await sleepMs(afterMs);
    await bus.ensure([topic]);
  };

  test.each([0, 300, 4_000])(
    'a topic deleted and made again %i ms later goes on by itself, from its new beginning',
    async (afterMs) => {
      const topic = fresh('yrd.31.voucher.journal');
      const seen: string[] = [];
      await bus.ensure([topic]);
      const subscription = await listen([topic], seen);
      for (const each of ['a', 'b', 'c']) await bus.publish(topic, utf8(each));
      await until(() => seen.includes('c'));
      await sleepMs(300);
      await remake(topic, afterMs);
      await bus.publish(topic, utf8('d'));
      await until(() => seen.includes('d'));
      await bus.publish(topic, utf8('e'));
      await until(() => seen.includes('e'));
      await subscription.close();
      expect(seen.join('').replace(/(.)\1+/g, '$1')).toBe('abcde');
    },
    120_000,
  );

  // Names, offsets and sizes are the same then: only that the group has lost its position shows that it is another topic.
  test.each([0, 100, 700])(
    'a topic made again %i ms later that soon holds more than the old one is not taken for it',
    async (afterMs) => {
      const topic = fresh('yrd.31.voucher.journal');
      const seen: string[] = [];
      await bus.ensure([topic]);
      const subscription = await listen([topic], seen);
      await bus.publish(topic, utf8('a'));
      await until(() => seen.includes('a'));
      await sleepMs(afterMs);
      await remake(topic, afterMs);
      for (const each of ['b', 'c', 'd']) await bus.publish(topic, utf8(each));
      await until(() => seen.join('').endsWith('bcd'));
      await subscription.close();
    },
    120_000,
  );

  test('a group that its client has set back to the beginning has no place in the topic: what it passed counts no more', async () => {
    const [topic, group] = [fresh('yrd.31.voucher.journal'), fresh('reader')];
    const known = new KafkaTopics(kafka, (notice) => notices.push(notice), undefined);
    await bus.ensure([topic]);
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '-2' }] });
    const [kept] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    expect(kept?.partitions[0]?.offset).toBe('-2');
    expect(await known.withoutPosition(group, [topic])).toEqual([topic]);
    await known.close();
  });

  test('a topic deleted just before its position is kept gets no position of the old one once it is made again', async () => {
    const topic = fresh('yrd.31.voucher.journal');
    const seen: string[] = [];
    let meanwhile: (() => Promise<void>) | undefined;
    class Watched extends KafkaTopics {
      override async withoutPosition(group: string, topics: readonly string[]): Promise<readonly string[]> {
        const answer = await super.withoutPosition(group, topics);
        const act = seen.includes('a') ? meanwhile : undefined;
        if (act) meanwhile = undefined;
        await act?.();
        return answer;
      }
    }
    const known = new Watched(kafka, (notice) => notices.push(notice), undefined);
    const made = new Promise<void>((resolve) => {
      meanwhile = async () => {
        await admin.deleteTopics({ topics: [topic] });
        // So long that the client asks for it but now and then: it shall meet the new one full.
        void sleepMs(700).then(async () => {
          await bus.ensure([topic]);
          await producer.send({ topic, messages: ['b', 'c', 'd'].map((value) => ({ value })) });
          resolve();
        });
      };
    });
    const producer = kafka.producer();
    await producer.connect();
    const handle = async ({ value }: BusMessage) => void seen.push(text(value));
    await bus.ensure([topic]);
    const reader = new KafkaReader({
      topics: [topic],
      group: fresh('reader'),
      from: 'earliest',
      kafka,
      known,
      notice: () => undefined,
      handle,
    });
    await reader.open();
    await bus.publish(topic, utf8('a'));
    await made;
    await until(() => seen.join('').endsWith('bcd'));
    await reader.close();
    await producer.disconnect();
    await known.close();
  }, 120_000);

  test('publishing makes a topic again that was deleted', async () => {
    const topic = fresh('yrd.31.heal');
    await bus.ensure([topic]);
    await bus.publish(topic, utf8('before'));
    await admin.deleteTopics({ topics: [topic] });
    await bus.publish(topic, utf8('after'));
    expect(text((await bus.last(topic))?.value)).toBe('after');
  }, 120_000);

  test('a topic that is missing holds up no other, and is read from its beginning once it is there', async () => {
    const [there, late] = [fresh('yrd.32.voucher.journal'), fresh('yrd.33.voucher.journal')];
    const seen: string[] = [];
    await bus.ensure([there]);
    const subscription = await listen([there, late], seen, 'latest');
    await bus.publish(there, utf8('a'));
    await until(() => seen.includes('a'));
    await bus.ensure([late]);
    await bus.publish(late, utf8('b'));
    await until(() => seen.includes('b'));
    await subscription.close();
    expect(seen.join('')).toBe('ab');
  }, 120_000);

  test('answers are kept for an hour, journals for ever', async () => {
    const names = ['yrd.31.voucher.journal', 'yrd.31.heal'].map((name) => name.replace('31', fresh('31')));
    await bus.ensure(names);
    const resources = names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: ['retention.ms'] }));
    const described = await admin.describeConfigs({ resources, includeSynonyms: false });
    expect(described.resources.map(({ configEntries }) => configEntries[0]?.configValue)).toEqual(['-1', '3600000']);
  }, 120_000);

  test('what somebody puts into a second partition is not taken, and moves no position', async () => {
    const topic = fresh('yrd.31.voucher.journal');
    const seen: string[] = [];
    await bus.ensure([topic]);
    const subscription = await listen([topic], seen);
    await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
    const producer = kafka.producer({ createPartitioner: () => () => 1 });
    await producer.connect();
    await producer.send({ topic, messages: [{ value: 'strange' }] });
    await until(() => notices.some(({ what, facts }) => what === 'bus.strange-partition' && facts['topic'] === topic));
    await bus.publish(topic, utf8('ours'));
    await until(() => seen.includes('ours'));
    await producer.disconnect();
    await subscription.close();
    expect(seen).toEqual(['ours']);
  }, 120_000);

  test('a subscription to topics of which none is there yet opens at once, and closes', async () => {
    const subscription = await listen([fresh('yrd.34.witness')], []);
    await subscription.close();
  }, 120_000);

  test('a topic that lost all it held has no last message, and neither has one that is not there', async () => {
    const topic = fresh('yrd.31.witness');
    await bus.ensure([topic]);
    await bus.publish(topic, utf8('a'));
    await admin.fetchTopicOffsets(topic); // kafkajs looks for the leader among the topics it was asked about before
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '1' }] });
    expect(await bus.last(topic)).toBeNull();
    expect(await bus.last(fresh('yrd.31.never'))).toBeNull();
  }, 120_000);

  test('a truncated topic is read on from the oldest message it still holds', async () => {
    const topic = fresh('yrd.31.sync');
    const group = fresh('reader');
    const seen: string[] = [];
    await bus.ensure([topic]);
    for (const each of ['a', 'b', 'c']) await bus.publish(topic, utf8(each));
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '0' }] });
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
    const subscription = await bus.subscribe({ topics: [topic], group, from: 'latest' }, async ({ value }) => {
      seen.push(text(value));
    });
    await until(() => seen.length > 0);
    await subscription.close();
    expect(seen).toEqual(['c']);
  }, 120_000);

  test('the last message is found before the markers that transactions leave, even many', async () => {
    const topic = fresh('yrd.31.voucher.journal');
    await bus.ensure([topic]);
    await bus.publish(topic, utf8('kept'));
    const producer = kafka.producer({
      transactionalId: fresh('mirror'),
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { initialRetryTime: 5, retries: 15 },
    });
    await producer.connect();
    for (let round = 0; round < 12; round += 1) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: 'withdrawn' }] });
      await transaction.abort();
    }
    await producer.disconnect();
    expect(text((await bus.last(topic))?.value)).toBe('kept');
  }, 120_000);

  test('ten thousand messages pass a slow start in order, without the backlog standing in memory', async () => {
    const topic = fresh('yrd.31.voucher.journal');
    await bus.ensure([topic]);
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: Array.from({ length: 10_000 }, (_, at) => ({ value: String(at) })) });
    await producer.disconnect();
    const seen: number[] = [];
    const subscription = await bus.subscribe({ topics: [topic], group: fresh('reader'), from: 'earliest' }, async ({ value }) => {
      if (seen.length === 0) await sleepMs(500);
      seen.push(Number(text(value)));
    });
    await until(() => seen.length >= 10_000, 30_000);
    await subscription.close();
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, at) => at));
  }, 120_000);
});
