/** The sample consumers, as an agency would run them: they follow a province over Kafka, prove each event, and believe no other. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel, type KafkaMessage, type Message } from 'kafkajs';
import { topics, type Federation } from '@yrd/ledger';
import { agent, bodyOf, does, given, office } from './delta.js';
import { eventually, send } from './http.js';

const SAMPLES = join(__dirname, '../../../samples');
const TOPIC = topics.events('31', 'voucher');
/** Where the packages of the Python consumer lie; empty where the machine has no Python, which `npm test` says. */
const python = process.env['YRD_CONSUMER_PYTHON'];

const brokers = async (): Promise<string> =>
  (bodyOf(await send(`${given('YRD_CONTROL')}/servers`)) as { kafkaBrokers: string }).kafkaBrokers;
const keyOf = (province: string): string => {
  const { nodes } = JSON.parse(readFileSync(join(given('YRD_HOME'), 'federation.json'), 'utf8')) as Federation;
  return nodes.find((node) => node.province === province)!.journals['voucher']!.key;
};

let kafka: Kafka;
let events: readonly KafkaMessage[] = [];

/** All events of the province, three at least. */
const read = async (): Promise<readonly KafkaMessage[]> => {
  const consumer = kafka.consumer({ groupId: `journey-${randomBytes(6).toString('hex')}` });
  const found: KafkaMessage[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  await consumer.run({ autoCommit: false, eachMessage: async ({ message }) => void found.push(message) });
  await eventually('three public events', async () => found.length >= 3);
  await consumer.disconnect();
  return found;
};

/** A topic that holds the first three events, changed by somebody on the way. */
const changed = async (change: (message: Message, at: number) => Message | null): Promise<string> => {
  const topic = `outside.${randomBytes(6).toString('hex')}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  const first = events.slice(0, 3).map(({ value, headers }): Message => ({ value, ...(headers && { headers }) }));
  const messages = first.map(change).filter((message) => message !== null);
  await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
  return topic;
};
const header = (message: Message, name: string, value: string): Message => ({ ...message, headers: { ...message.headers, [name]: value } });

const numbered = ({ value, headers }: Message, sequence: number): Message =>
  header({ value, ...(headers && { headers }) }, 'ce_sequence', String(sequence).padStart(15, '0'));

interface Ran {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly complaint: string;
}
const started = async (program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> => {
  const child = spawn(program, args, { env: { ...process.env, KAFKA_BROKERS: await brokers(), ...env } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (err += part.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, lines: out.split('\n').filter((line) => line !== ''), complaint: err };
};
type Run = (env: NodeJS.ProcessEnv) => Promise<Ran>;
const group = (): string => `sample-${randomBytes(6).toString('hex')}`;
const inTypeScript: Run = (env) => started(process.execPath, [join(SAMPLES, 'consumer/consumer.ts')], { GROUP: group(), ...env });
const inPython: Run = (env) =>
  started('python3', [join(SAMPLES, 'consumer-python/consumer.py')], { PYTHONPATH: python, GROUP: group(), ...env });

beforeAll(async () => {
  kafka = new Kafka({ clientId: 'journey', brokers: (await brokers()).split(','), logLevel: logLevel.NOTHING });
  const agency = { organisation: agent('31').org, name: '示例检测院', uscc: '91310000MAXXXX0150', classes: ['5'] };
  for (const name of ['甲', '乙']) await does(office('31'), '/v1/agencies', { ...agency, name: `${agency.name}${name}` });
  events = await read();
});

const consumers: readonly (readonly [string, Run])[] = [['TypeScript', inTypeScript], ...(python ? [['Python', inPython] as const] : [])];

describe.each(consumers)('the consumer in %s', (_, run) => {
  test('proves the events of a province in their order', async () => {
    const ran = await run({ TOPIC, KEY: keyOf('31'), UNTIL: '3' });
    expect(ran).toMatchObject({ code: 0, lines: { length: 3 } });
    expect(ran.lines[0]).toMatch(/^1 ledger\.journal-opened\.v1 journal\/self: proved$/);
  });

  test.each<[string, RegExp, (message: Message, at: number) => Message | null]>([
    ['whose data was changed', /event 2: its data was changed/, (each, at) => (at === 1 ? { ...each, value: '{"agency":"a1"}' } : each)],
    [
      'whose time was changed',
      /event 2: time is not/,
      (each, at) => (at === 1 ? header(each, 'ce_time', '2020-01-01T00:00:00.000Z') : each),
    ],
    ['whose place in the journal is none', /2\.5/, (each, at) => (at === 1 ? header(each, 'ce_id', '2.5') : each)],
    ['that was told before, as a new one', /event 2: a gap/, (each, at) => (at === 1 ? numbered(events[0]!, 2) : each)],
    ['after one that is missing', /event 3: a gap: it came after event 1/, (each, at) => (at === 1 ? null : each)],
    // Whoever holds the topic can number anew what he did not leave out; the journal knows better.
    [
      'after one that was left out and covered up',
      /event 2: a gap: the public entry \d+ was left out/,
      (each, at) => (at === 1 ? null : at === 2 ? numbered(each, 2) : each),
    ],
  ])('refuses an event %s', async (_what, complaint, change) => {
    const ran = await run({ TOPIC: await changed(change), KEY: keyOf('31'), UNTIL: '3' });
    expect(ran.complaint).toMatch(complaint);
    expect(ran.code).toBe(1);
    expect(ran.lines).toHaveLength(1);
  });

  test('takes what is told again for what it is', async () => {
    const topic = await changed((message) => message);
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({
      topic,
      acks: -1,
      messages: events.slice(1, 4).map(({ value, headers }) => ({ value, ...(headers && { headers }) })),
    });
    await producer.disconnect();
    const ran = await run({ TOPIC: topic, KEY: keyOf('31'), UNTIL: '3' });
    expect([ran.code, ran.lines.length]).toEqual([0, 3]);
  });

  test('believes no head that another key signed', async () => {
    const ran = await run({ TOPIC, KEY: keyOf('32'), UNTIL: '3' });
    expect(ran.complaint).toMatch(/its head is not signed by the pinned key/);
    expect([ran.code, ran.lines]).toEqual([1, []]);
  });
});
