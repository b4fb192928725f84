/** What happens to topics and nodes, and what must not happen to journals. */
import { Kafka, logLevel, type Message } from 'kafkajs';
import { agreement, ask, bodyOf, control, does, firm, heads, office, PROVINCES, type Province } from './delta.js';
import { eventually, send } from './http.js';

let kafka: Kafka;
beforeAll(async () => {
  const { kafkaBrokers } = bodyOf(await send(`${process.env['YRD_CONTROL'] ?? ''}/servers`)) as { kafkaBrokers: string };
  kafka = new Kafka({ clientId: 'journey', brokers: kafkaBrokers.split(','), logLevel: logLevel.NOTHING });
});

/** Something harmless to write: a firm of the province is registered. */
const write = (province: '31' | '32' | '33' | '34', name: string) =>
  does(office(province), '/v1/subjects', { kind: 'team', organisation: firm(province, name).org, name: `示例团队 ${name}` });

/** Everything that a topic holds now. */
const messagesOf = async (topic: string): Promise<Message[]> => {
  const admin = kafka.admin();
  await admin.connect();
  const [offsets] = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const high = Number(offsets?.high ?? 0);
  const consumer = kafka.consumer({ groupId: `journey-${Date.now()}` });
  const found: Message[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void found.push({ value: message.value, headers: message.headers ?? {} }) });
  await eventually(`${topic} read to ${high}`, async () => found.length >= high);
  await consumer.disconnect();
  return found;
};

/** Heads that all agree on, without the audit: that goes on by itself for a moment. */
const agreed = async (provinces: readonly Province[] = PROVINCES): Promise<readonly string[]> =>
  (await agreement(provinces)).filter((head) => !head.includes('/access@'));

test('replayed and re-ordered messages of a journal change nothing', async () => {
  await write('31', 'replayed');
  const before = await agreed();
  const topic = 'yrd.31.voucher.journal';
  const messages = await messagesOf(topic);
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages: [...messages].reverse().slice(0, 200), acks: -1 });
  await producer.disconnect();
  await write('31', 'after-replay');
  const after = await agreed();
  expect(after.filter((head) => !head.startsWith('31/'))).toEqual(before.filter((head) => !head.startsWith('31/')));
  const states = await Promise.all(PROVINCES.map((province) => ask(null, '/v1/status', province)));
  expect(states.every((reply) => !JSON.stringify(reply.body).includes('quarantined'))).toBe(true);
});

test('a node that was killed catches up with what it missed, and the others did not wait for it', async () => {
  await control('33', 'kill');
  await write('31', 'missed-1');
  await write('32', 'missed-2');
  const others = await agreed(['31', '32', '34']);
  await control('33', 'start');
  expect(await agreed()).toEqual(expect.arrayContaining(others.filter((head) => !head.startsWith('33/'))));
});

test('a deleted and recreated topic heals: nothing is lost and new entries flow', async () => {
  await write('33', 'before-deletion');
  const before = await agreed();
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: ['yrd.33.voucher.journal'] });
  await admin.disconnect();
  await write('33', 'after-deletion');
  const after = await agreed();
  expect(after.find((head) => head.startsWith('33/voucher'))).not.toBe(before.find((head) => head.startsWith('33/voucher')));
  expect(Object.keys(await heads())).toHaveLength(4);
});
