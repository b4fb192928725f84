/** The topic of public events on real Kafka: as others' clients read it, through restarts of the node and the loss of the topic. */
import { randomBytes } from 'node:crypto';
import kafkajs, { type Admin, type Consumer, type Kafka, type KafkaMessage } from 'kafkajs';
import { announce, topics, type Handler, type Subscription } from '@yrd/ledger';
import { eventually, TestFederation } from '../nodes-for-tests.js';
import { signsWith } from '../signs-for-tests.js';

const given = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run npm test, which starts Kafka and MongoDB and says where they are`);
  return value;
};

const post: Handler<{ readonly n: number }> = {
  streams: () => ['board/one'],
  decide: ({ n }) => [
    {
      stream: 'board/one',
      events: [
        { type: 'NoteMade', data: { n } },
        { type: 'SignPosted', data: { n, text: '告示' } },
      ],
    },
  ],
};

const signs = signsWith({ Post: post });

let federation: TestFederation;
let kafka: Kafka;
let admin: Admin;
let telling: Subscription;

/** Starts telling, as the service of the province does. */
const tell = (): void => {
  const { node, world } = federation.nodes.get('71')!;
  telling = announce({ world, node, journal: federation.journal('71'), url: 'https://node.71.example' });
};

/** All that a topic holds, read from its beginning by a client of others. */
const held = async (topic: string, count: number): Promise<readonly KafkaMessage[]> => {
  const found: KafkaMessage[] = [];
  const consumer: Consumer = kafka.consumer({ groupId: `reads-${randomBytes(6).toString('hex')}` });
  await consumer.connect();
  // A topic that is just being made is listed before it can be read.
  const subscribed = () =>
    consumer.subscribe({ topics: [topic], fromBeginning: true }).then(
      () => true,
      () => false,
    );
  await eventually(`${topic} can be read`, subscribed);
  await consumer.run({ autoCommit: false, eachMessage: async ({ message }) => void found.push(message) });
  try {
    await eventually(`${count} events`, () => found.length >= count);
  } finally {
    await consumer.disconnect();
  }
  return found;
};
const header = ({ headers }: KafkaMessage, name: string): string => String(headers?.[name]);
const sequences = (messages: readonly KafkaMessage[]): readonly number[] => messages.map((each) => Number(header(each, 'ce_sequence')));
const highOf = async (topic: string): Promise<number> => Number((await admin.fetchTopicOffsets(topic))[0]?.high ?? 0);

beforeAll(async () => {
  federation = new TestFederation(signs, ['71', '72'], { mongoUrl: given('MONGO_URL'), brokersOf: () => given('KAFKA_BROKERS') });
  kafka = new kafkajs.Kafka({ clientId: 'outside', brokers: given('KAFKA_BROKERS').split(','), logLevel: kafkajs.logLevel.NOTHING });
  admin = kafka.admin();
  await admin.connect();
  await federation.startAll();
}, 120_000);

afterAll(async () => {
  await telling?.close();
  await federation.close();
  await admin.disconnect();
});

test('each public entry once, in the binary mode of CloudEvents, through a restart and the loss of the topic', async () => {
  const topic = topics.events('71', federation.context.name);
  tell();
  for (const n of [1, 2]) await federation.command('71', 'Post', { n });
  const first = await held(topic, 3);
  expect(sequences(first)).toEqual([1, 2, 3]);
  expect(JSON.parse(String(first[1]!.value))).toEqual({ n: 1, text: '告示' });
  expect(header(first[1]!, 'ce_specversion')).toBe('1.0');
  expect(header(first[1]!, 'ce_type')).toBe('signs.sign-posted.v1');
  expect(header(first[1]!, 'content-type')).toBe('application/json');
  expect(header(first[1]!, 'ce_proof')).toBe(`https://node.71.example/log/${federation.journal('71')}/entry/2`);
  // Kept for ever, like a journal: who comes later reads from the beginning.
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }],
  });
  expect(resources[0]?.configEntries[0]?.configValue).toBe('-1');

  await telling.close();
  await federation.nodes.get('71')!.stop();
  await federation.start('71');
  await federation.ready('71');
  tell();
  await federation.command('71', 'Post', { n: 3 });
  expect(sequences(await held(topic, 4))).toEqual([1, 2, 3, 4]);

  await telling.close();
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(await highOf(topic)) }] });
  await federation.command('71', 'Post', { n: 4 });
  tell();
  expect(sequences(await held(topic, 1))).toEqual([5]);
  await telling.close();
  await admin.deleteTopics({ topics: [topic] });
  await federation.command('71', 'Post', { n: 5 });
  tell();
  await eventually('the topic is there again', async () => (await admin.listTopics()).includes(topic));
  expect(sequences(await held(topic, 1))).toEqual([6]);
  const said = federation.nodes.get('71')!.notices.filter(({ what }) => what === 'events.topic-behind');
  expect(said.map(({ facts }) => facts['goesOnAfter'])).toEqual([4, 5]);
}, 120_000);

test('a topic that is deleted while it is told goes on with the next number', async () => {
  const topic = topics.events('71', federation.context.name);
  const before = sequences(await held(topic, 1)).at(-1)!;
  await admin.deleteTopics({ topics: [topic] });
  await federation.command('71', 'Post', { n: 6 });
  await eventually('the topic is there again', async () => (await admin.listTopics()).includes(topic));
  expect(sequences(await held(topic, 1))).toEqual([before + 1]);
}, 120_000);
