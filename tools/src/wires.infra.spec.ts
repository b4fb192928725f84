/** A real Kafka and a real MongoDB with TLS, users and access rules: what passes over them, and who is refused. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
import type { mongo } from 'mongoose';
import { openNode, type LedgerNode, type Notice } from '@yrd/ledger';
import { gifts, portsContract } from '@yrd/ledger/testing';
import { createAuthority, createNodeKeys, openSigningKey, openWorld, systemClock, type KafkaSettings } from '@yrd/platform';
import { applyKafka, consumerUser, mirrorGrants, nodeGrants, outwardGrants, topicsOf } from './grants-kafka.js';
import { applyMongo } from './grants-mongo.js';
import { createProcesses, type Processes } from './processes.js';
import { mongoClient } from './ready.js';
import { ADMIN, CONSUMER, kafkaAs, mongoUrlAs, nodeUser, type Secured } from './secured.js';
import { startServers, type Servers } from './servers.js';
import { findRoot } from './tidy-files.js';

const java = process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin', 'java') : 'java';
const hasJava = spawnSync(java, ['-version']).status === 0;
const START_MS = 120_000;

const home = mkdtempSync(join(tmpdir(), 'yrd-wires-'));
let processes: Processes;
let servers: Servers;
let files: Secured;

const kafkaOf = (user: string): KafkaSettings => kafkaAs(files, servers.kafkaBrokers, user);
const mongoOf = (user?: string): string => mongoUrlAs(files, servers.mongoUrl, user);
/** A client that asks once: what is refused is refused at once. */
const client = (settings: Partial<KafkaConfig>): Kafka =>
  new kafkajs.Kafka({
    clientId: 'attempt',
    brokers: [servers.kafkaBrokers],
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    retry: { retries: 1, initialRetryTime: 50 },
    logLevel: kafkajs.logLevel.NOTHING,
    ...settings,
  });
const clientOf = (user: string): Kafka => {
  const { ssl, sasl } = kafkaOf(user);
  return client({ ...(ssl !== undefined && { ssl }), ...(sasl && { sasl }) });
};

const begin = async (): Promise<void> => {
  if (servers) return;
  const root = findRoot();
  processes = createProcesses({ entry: join(root, 'tools', 'dist', 'main.js'), logs: join(home, 'logs') });
  processes.removeOnDeath(home);
  servers = await startServers({ root, home, processes, onCrash: (why) => console.error(why), throwAway: true, secured: true });
  files = servers.secured!.files;
  for (const code of ['31', '32']) {
    const databases = ['voucher', 'gifts'].map((context) => `yrd_${code}_${context}`);
    const user = nodeUser(code);
    await applyMongo(mongoOf(ADMIN), { user, password: files.password(user), databases });
  }
  const [user, databases] = [nodeUser('33'), ['yrd_33_contract']];
  await applyMongo(mongoOf(ADMIN), { user, password: files.password(user), databases });
  const topics = ['31', '32'].flatMap((code) => topicsOf(code, ['voucher']));
  await applyKafka(kafkaOf(ADMIN), { topics, grants: [] });
};

const end = async (): Promise<void> => {
  await processes.stopAll();
  await processes.dismissGuard();
  rmSync(home, { recursive: true, force: true });
};

const published = async (kafka: Kafka, topic: string, value = 'forged'): Promise<void> => {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  try {
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: [{ value }] });
  } finally {
    await producer.disconnect();
  }
};

const highOf = async (topic: string): Promise<string | undefined> => {
  const admin = clientOf(ADMIN).admin();
  await admin.connect();
  try {
    return (await admin.fetchTopicOffsets(topic))[0]?.high;
  } finally {
    await admin.disconnect();
  }
};

const connected = async (kafka: Kafka): Promise<readonly string[]> => {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
};

/** A coordinator that is only starting has not answered yet. */
const onceItRuns = async (attempt: () => Promise<string>): Promise<string> => {
  for (;;) {
    const told = await attempt();
    if (!/is loading|not available/i.test(told)) return told;
    await sleep(200);
  }
};

/** What becomes of a member of a group. */
const joining = async (groupId: string, user = 'yrd-32', topic = 'yrd.32.voucher.journal'): Promise<string> => {
  const retry = { retries: 6, initialRetryTime: 100, restartOnFailure: async () => false };
  const consumer = clientOf(user).consumer({ groupId, retry });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  const end = new Promise<string>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve('joined'));
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error.message));
  });
  await consumer.run({ eachMessage: async () => undefined });
  const told = await end;
  await consumer.disconnect();
  return told;
};

/** What becomes of a transaction that is begun. */
const transacting = async (transactionalId: string): Promise<string> => {
  const producer = clientOf('yrd-32').producer({ transactionalId, idempotent: true, retry: { retries: 6, initialRetryTime: 100 } });
  await producer.connect();
  try {
    await (await producer.transaction()).abort();
    return 'begun';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await producer.disconnect();
  }
};

const asked = async <T>(url: string, ask: (db: mongo.MongoClient) => Promise<T>): Promise<T> => {
  const one = mongoClient(url);
  try {
    return await ask(one);
  } finally {
    await one.close();
  }
};

const refusals = (): void => {
  test('a province publishes in its own name', async () => {
    await published(clientOf('yrd-32'), 'yrd.32.voucher.journal', 'ours');
    expect(await highOf('yrd.32.voucher.journal')).toBe('1');
  });

  test('a province that publishes to the journal of another is refused by the broker, and nothing is in the topic', async () => {
    await expect(published(clientOf('yrd-32'), 'yrd.31.voucher.journal')).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' });
    expect(await highOf('yrd.31.voucher.journal')).toBe('0');
  });

  test('a province makes no topic in the name of another, deletes none and grants nothing', async () => {
    const admin = clientOf('yrd-32').admin();
    await admin.connect();
    const refused = { errors: [{ type: 'TOPIC_AUTHORIZATION_FAILED' }] };
    await expect(admin.createTopics({ topics: [{ topic: 'yrd.31.another.journal' }] })).rejects.toMatchObject(refused);
    await expect(admin.deleteTopics({ topics: ['yrd.32.voucher.journal'] })).rejects.toThrow(/authorized/i);
    await expect(applyKafka(kafkaOf('yrd-32'), { topics: [], grants: nodeGrants('31', 'User:yrd-32') })).rejects.toThrow(/authorization/i);
    await admin.disconnect();
    expect(await connected(clientOf(ADMIN))).not.toContain('yrd.31.another.journal');
  });

  test('a province takes no group and no transaction of another', async () => {
    // The client tells of what it may not use as of what has no coordinator, so its own is tried first.
    expect(await onceItRuns(() => joining('yrd.32.voucher.journals'))).toBe('joined');
    expect(await onceItRuns(() => joining('yrd.31.voucher.journals'))).toMatch(/coordinator|authorized/i);
    expect(await onceItRuns(() => transacting('yrd.32.voucher'))).toBe('begun');
    expect(await onceItRuns(() => transacting('yrd.31.voucher'))).toMatch(/coordinator|authorized/i);
  });

  test('Kafka refuses a wrong password, a client without TLS, and one without a certificate where certificates are asked for', async () => {
    const { ssl, sasl } = { ssl: { ca: readFileSync(files.file('authority.pem'), 'utf8') }, sasl: kafkaOf('yrd-32').sasl! };
    const wrong = { mechanism: 'scram-sha-512', username: 'yrd-32', password: 'guessed' } as const;
    await expect(connected(client({ ssl, sasl: wrong }))).rejects.toThrow(/authentication failed/i);
    await expect(connected(client({}))).rejects.toThrow();
    await expect(connected(client({ sasl }))).rejects.toThrow();
    await expect(connected(client({ ssl }))).rejects.toThrow();
    await expect(connected(client({ ssl, brokers: [servers.secured!.mtlsBroker] }))).rejects.toThrow();
  });

  test('a client that does not know the authority of the broker talks to it no further', async () => {
    const { sasl } = kafkaOf('yrd-32');
    await expect(connected(client({ ssl: { ca: createAuthority('another').cert }, sasl: sasl! }))).rejects.toThrow(
      /certificate|signature/i,
    );
  });

  test('a certificate in place of a password is known by its common name, with the same rights', async () => {
    const [cert, key] = ['cert', 'key'].map((what) => readFileSync(files.file(`yrd-32.${what}.pem`), 'utf8'));
    const ssl = { ca: readFileSync(files.file('authority.pem'), 'utf8'), cert: cert!, key: key! };
    const kafka = client({ ssl, brokers: [servers.secured!.mtlsBroker] });
    await published(kafka, 'yrd.32.sync', 'ours');
    expect(await highOf('yrd.32.sync')).toBe('1');
    await expect(published(kafka, 'yrd.31.sync')).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' });
  });

  test('a mirror brings the topics of the province it comes from, and no others', async () => {
    const mirrored = { topics: topicsOf('33', ['voucher']), grants: mirrorGrants('33', 'User:yrd-34') };
    await applyKafka(kafkaOf(ADMIN), mirrored);
    await published(clientOf('yrd-34'), 'yrd.33.voucher.journal', 'carried');
    expect(await highOf('yrd.33.voucher.journal')).toBe('1');
    await expect(published(clientOf('yrd-34'), 'yrd.32.voucher.journal')).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' });
    expect(outwardGrants('33').flatMap(({ operations }) => operations)).toEqual(['Read', 'DescribeConfigs']);
  });

  test('a consumer outside reads the public events and nothing else, writes nowhere, and joins groups of its own name only', async () => {
    const reader = consumerUser(CONSUMER);
    await published(clientOf('yrd-32'), 'yrd.32.voucher.events', 'told');
    const group = `${reader}.one`;
    expect(await onceItRuns(() => joining(group, reader, 'yrd.32.voucher.events'))).toBe('joined');
    expect(await onceItRuns(() => joining(`${reader}ly`, reader, 'yrd.32.voucher.events'))).toMatch(/coordinator|authorized/i);
    // What it may not describe it does not even see.
    expect((await connected(clientOf(reader))).filter((topic) => topic.startsWith('yrd.32.'))).toEqual(['yrd.32.voucher.events']);
    for (const topic of ['yrd.32.voucher.events', 'yrd.32.voucher.journal'])
      await expect(published(clientOf(reader), topic)).rejects.toThrow(/authoriz/i);
    // Not even another province: its events are the province's own word.
    await expect(published(clientOf('yrd-31'), 'yrd.32.voucher.events')).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' });
    expect(await highOf('yrd.32.voucher.events')).toBe('1');
  });

  test('MongoDB refuses a client without TLS, without a user, with a wrong password, and of another authority', async () => {
    const find = (one: mongo.MongoClient) => one.db('yrd_32_voucher').collection('journal.32.voucher').findOne({});
    await expect(asked(servers.mongoUrl, find)).rejects.toThrow();
    await expect(asked(mongoOf(), find)).rejects.toMatchObject({ code: 13 });
    await expect(asked(mongoOf('yrd-32').replace(files.password('yrd-32'), 'guessed'), find)).rejects.toMatchObject({ code: 18 });
    const stranger = mongoOf('yrd-32').replace(/tlsCAFile=[^&]+&/, '');
    await expect(asked(stranger, find)).rejects.toThrow(/certificate/i);
    expect(await asked(mongoOf('yrd-32'), find)).toBeNull();
  });

  test('a province reads and writes no database of another, and makes no users', async () => {
    const theirs = (one: mongo.MongoClient) => one.db('yrd_31_voucher').collection<{ _id: number }>('journal.31.voucher');
    await expect(asked(mongoOf('yrd-32'), (one) => theirs(one).findOne({}))).rejects.toMatchObject({ code: 13 });
    await expect(asked(mongoOf('yrd-32'), (one) => theirs(one).insertOne({ _id: 0 }))).rejects.toMatchObject({ code: 13 });
    const user = { createUser: 'more', pwd: 'more', roles: [] };
    await expect(asked(mongoOf('yrd-32'), (one) => one.db('yrd_32_voucher').command(user))).rejects.toMatchObject({ code: 13 });
  });
};

interface Province {
  readonly node: LedgerNode;
  stop(): Promise<void>;
}

/** Two provinces, each with its own user at Kafka and MongoDB. */
const provinces = (): void => {
  const codes = ['31', '32'];
  const made = codes.map((province) =>
    createNodeKeys({ federation: 'yrd.local', province, name: province, url: `http://127.0.0.1:31${province}`, contexts: ['gifts'] }),
  );
  const federation = { federation: 'yrd.local', nodes: made.map((each) => each.public) };
  const notices: Notice[] = [];
  const open = async (at: number): Promise<Province> => {
    const province = codes[at]!;
    const world = await openWorld({
      mongoUrl: mongoOf(nodeUser(province)),
      database: `yrd_${province}_gifts`,
      instance: `${province}-1`,
      kafka: kafkaOf(nodeUser(province)),
      keys: made[at]!.secret,
      clock: systemClock(),
      notice: (notice) => notices.push(notice),
    });
    const node = openNode({ world, province, context: gifts, federation, instance: `${province}-1` });
    await node.start();
    const stop = async (): Promise<void> => {
      await node.stop();
      await world.close();
    };
    return { node, stop };
  };
  const eventually = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await sleep(20);
  };
  test('two provinces, each with its own user, exchange entries; a role that only appends to journals is enough for a node', async () => {
    const running = await Promise.all([open(0), open(1)]);
    const send = (at: number, command: string, body: object, key: string) => {
      const province = codes[at]!;
      const actor = { person: 'p', organisation: `org-${province}`, province, roles: ['enterprise'] };
      return running[at]!.node.execute({ command, body, actor, idempotencyKey: key, trace: key });
    };
    const ready = () => eventually(() => running.every(({ node }) => node.status().notReady === null));
    const agreed = () =>
      eventually(() => {
        const [one, two] = running.map(({ node }) => node.status().journals.map(({ journal, size, root }) => [journal, size, root]));
        return JSON.stringify(one) === JSON.stringify(two);
      });
    await ready();
    expect(await send(0, 'FillBox', { coins: 100 }, 'fill')).toMatchObject({ ok: true });
    expect(await send(0, 'SendGift', { to: '32', coins: 7, dueMs: 0 }, 'gift')).toMatchObject({ ok: true });
    await agreed();
    // From here on 31 may add to its journals, and change nothing in them.
    const user = nodeUser('31');
    const mine = { user, password: files.password(user), databases: ['yrd_31_gifts'], appendOnly: true };
    await applyMongo(mongoOf(ADMIN), mine);
    expect(await send(0, 'SendGift', { to: '32', coins: 8, dueMs: 0 }, 'more')).toMatchObject({ ok: true });
    await agreed();
    const journal = (one: mongo.MongoClient) => one.db('yrd_31_gifts').collection('journal.31.gifts');
    await expect(asked(mongoOf(user), (one) => journal(one).updateOne({}, { $set: { n: 0 } }))).rejects.toMatchObject({ code: 13 });
    await expect(asked(mongoOf(user), (one) => journal(one).deleteMany({}))).rejects.toMatchObject({ code: 13 });
    await expect(asked(mongoOf(user), (one) => journal(one).drop())).rejects.toMatchObject({ code: 13 });
    await Promise.all(running.map(({ stop }) => stop()));
    running[0] = await open(0);
    running[1] = await open(1);
    await ready();
    expect(running[0].node.status().journals).toEqual(
      expect.arrayContaining([expect.objectContaining({ journal: '31/gifts', state: 'live' })]),
    );
    await Promise.all(running.map(({ stop }) => stop()));
    expect(JSON.stringify(notices)).not.toContain(files.password(user));
    // Asking for what a former process left open needs no more than what a node may anyway.
    expect(notices.filter(({ what }) => what === 'mongo.orphans-left')).toEqual([]);
  }, 120_000);
};

/** The contract writes topics of several provinces, so it is met as the administrator; who may write which, the tests above show. */
const worldUnderTest = async () => {
  const url = 'http://127.0.0.1:3131';
  const { secret } = createNodeKeys({ federation: 'yrd.local', province: '31', name: '上海', url, contexts: ['voucher'] });
  const keys = secret.keys.map(openSigningKey);
  const [signing, box] = ['log', 'box'].map((kind) => {
    const { name, publicKey } = keys.find((key) => key.name === `yrd.local/${kind}/31/voucher`)!;
    return { keyName: name, publicKey };
  });
  const [mongoUrl, kafka] = [mongoOf(nodeUser('33')), kafkaOf(ADMIN)];
  const ground = { clock: systemClock(), notice: () => undefined };
  const world = await openWorld({ mongoUrl, kafka, database: 'yrd_33_contract', keys: secret, ...ground });
  return { world, signing: signing!, box: box!, close: () => world.close() };
};

if (hasJava) {
  beforeAll(begin, START_MS);
  afterAll(end, START_MS);
  describe('over secured wires', provinces);
  portsContract('over TLS, with users', worldUnderTest, { describe, test, beforeAll, afterAll, expect });
  describe('secured wires', refusals);
} else {
  test('NO JAVA HERE: the secured wires were NOT tried, install Java 17 or newer', () => console.warn('!! secured wires were not tried'));
}
