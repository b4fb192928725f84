/** Backup and restore on real servers: a province that lost its disk takes its journal back, forks nothing, and knows what is gone. */
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { box, boxOf, gifts, type Box } from '@yrd/ledger/testing';
import type { Position } from '@yrd/ledger';
import { restoreBackup, takeBackup } from './backup.js';
import { SUBJECT_KEYS } from '../keys/custody.js';
import { connectMongo } from './mongo-connection.js';
import { eventually, TestFederation } from '../nodes-for-tests.js';

const given = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run npm test, which starts Kafka and MongoDB and says where they are`);
  return value;
};
const mongoUrl = (): string => given('MONGO_URL');

let federation: TestFederation;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yrd-backup-'));
  federation = new TestFederation(gifts, ['61', '62', '63'], { mongoUrl: mongoUrl(), brokersOf: () => given('KAFKA_BROKERS') });
  await federation.startAll();
}, 120_000);

afterEach(async () => {
  await federation.close();
  await rm(folder, { recursive: true, force: true });
}, 120_000);

/** A private entry: only its seal ever leaves the province. */
const fill = async (coins: number): Promise<number> => indexOf(await federation.command('61', 'FillBox', { coins }));
/** An entry that all may read. */
const send = async (coins: number): Promise<number> => indexOf(await federation.command('61', 'SendGift', { to: '99', coins, dueMs: 0 }));
const indexOf = (answer: { ok: boolean; position?: Position }): number => {
  expect(answer).toMatchObject({ ok: true });
  return answer.position!.size - 1;
};
const boxOfHome = async (): Promise<Box> => (await federation.node('61').read(box, boxOf('61'))).state;

const emptied = async (): Promise<void> => {
  const connection = await connectMongo({ mongoUrl: mongoUrl(), database: federation.database('61'), notice: () => undefined });
  await connection.dropDatabase();
  await connection.close();
};

/** What must hold after any loss: the same history everywhere, nobody shut out, the private payloads named, and work goes on. */
const recovers = async (before: { size: number; root: string }, lost: readonly number[]): Promise<void> => {
  const loss = lost.length === 0 ? null : { from: lost[0]!, to: lost.at(-1)! + 1, entries: lost.length };
  const back = (): boolean =>
    federation.seen('61', '61')?.size >= before.size && federation.node('61').status().notReady?.say !== 'nodeStarting';
  await eventually('the journal is back', back);
  await eventually('the loss is known', () => JSON.stringify(federation.node('61').status().loss) === JSON.stringify(loss));
  if (loss) {
    expect(federation.node('61').status().notReady?.say).toBe('frozenByLoss');
    expect(await federation.command('61', 'SendGift', { to: '99', coins: 1, dueMs: 0 })).toMatchObject({ rejected: 'E-FROZEN' });
    expect(await federation.command('61', 'AcceptLoss', loss, ['operator'])).toMatchObject({ ok: true });
  }
  await federation.ready('61');
  await fill(1);
  await federation.converge();
  const states = federation.provinces.flatMap((at) =>
    federation
      .node(at)
      .status()
      .journals.map(({ state }) => state),
  );
  expect(states.every((state) => state !== 'quarantined')).toBe(true);
  expect(await federation.node('62').disclose(federation.journal('61'), before.size - 1, '62')).not.toBeNull();
};

test('restored to an older backup: what was shared since comes back, what was private since is named, nothing forks', async () => {
  await fill(100);
  await send(1);
  await takeBackup(mongoUrl(), federation.database('61'), join(folder, 'old'));
  const lost = [await fill(20), await fill(30)];
  await send(2);
  await federation.converge();
  const before = federation.seen('61', '61');
  await federation.nodes.get('61')!.stop();
  await restoreBackup(mongoUrl(), federation.database('61'), join(folder, 'old'));
  await federation.start('61');
  await recovers(before, lost);
  // 100 came out of the backup, the two gifts left, 20 and 30 are lost with their payloads, 1 was filled in since.
  expect(await boxOfHome()).toMatchObject({ coins: 100 - 1 - 2 + 1 });
}, 120_000);

test('restored to a backup that misses nothing private: it goes on by itself', async () => {
  await fill(100);
  await takeBackup(mongoUrl(), federation.database('61'), join(folder, 'whole'));
  await send(3);
  await federation.converge();
  const before = federation.seen('61', '61');
  await federation.nodes.get('61')!.stop();
  await restoreBackup(mongoUrl(), federation.database('61'), join(folder, 'whole'));
  await federation.start('61');
  await recovers(before, []);
  expect(await boxOfHome()).toMatchObject({ coins: 100 - 3 + 1 });
}, 120_000);

test('emptied: the whole journal comes back from the others, every private payload is named', async () => {
  const lost = [await fill(100)];
  await send(1);
  lost.push(await fill(20));
  await federation.converge();
  const before = federation.seen('61', '61');
  await federation.nodes.get('61')!.stop();
  await emptied();
  await federation.start('61');
  await recovers(before, lost);
}, 120_000);

test('a backup that was taken while the province went on writing is of one moment', async () => {
  await fill(1_000_000);
  let writing = true;
  const writer = (async () => {
    while (writing) await Promise.all([send(1), fill(1), send(1)]);
  })();
  const { collections } = await takeBackup(mongoUrl(), federation.database('61'), join(folder, 'live'));
  writing = false;
  await writer;
  await federation.converge();
  expect(collections.length).toBeGreaterThan(3);
  const before = federation.seen('61', '61');
  await federation.nodes.get('61')!.stop();
  await restoreBackup(mongoUrl(), federation.database('61'), join(folder, 'live'));
  await federation.start('61');
  await eventually('the journal is back', () => federation.seen('61', '61')?.size >= before.size);
  expect(federation.seen('61', '61').root).toBe(before.root);
}, 120_000);

test('a backup that is asked for just when collections are made is of a moment later', async () => {
  const database = federation.database('61');
  const connection = await connectMongo({ mongoUrl: mongoUrl(), database, notice: () => undefined });
  try {
    for (let n = 0; n < 8; n += 1) {
      const name = `table.made-${n}`;
      await connection.getClient().db(database).createCollection(name);
      const { collections } = await takeBackup(mongoUrl(), database, join(folder, `made-${n}`));
      expect(collections.map((each) => each.name)).toContain(name);
    }
  } finally {
    await connection.close();
  }
}, 120_000);

test('a backup that was altered, is not whole, or is another’s touches nothing', async () => {
  await fill(5);
  const [database, at] = [federation.database('61'), join(folder, 'altered')];
  const { collections } = await takeBackup(mongoUrl(), database, at);
  await expect(takeBackup(mongoUrl(), database, at)).rejects.toThrow('is not empty');
  await expect(restoreBackup(mongoUrl(), federation.database('62'), at)).rejects.toThrow('is a backup of');
  await appendFile(join(at, `${collections[0]!.name}.bson.gz`), 'x');
  await expect(restoreBackup(mongoUrl(), database, at)).rejects.toThrow('is missing or altered');
  await rm(join(at, 'manifest.json'));
  await expect(restoreBackup(mongoUrl(), database, at)).rejects.toThrow('no whole backup');
  expect(await boxOfHome()).toMatchObject({ coins: 5 });
  await expect(readFile(join(at, 'manifest.json'))).rejects.toThrow();
}, 120_000);

test('keys of persons are in no other backup, and each part comes back without the other', async () => {
  const database = federation.database('61');
  const { records } = federation.nodes.get('61')!.world.storage;
  const person = '0f3c5a9b1d2e4f60718293a4b5';
  const key = { table: SUBJECT_KEYS, id: person };
  await records.write([{ ...key, value: { wrapped: 'then' } }]);
  await fill(7);
  const [others, keys] = [
    await takeBackup(mongoUrl(), database, join(folder, 'records')),
    await takeBackup(mongoUrl(), database, join(folder, 'keys'), 'keys'),
  ];
  expect(others.collections.map(({ name }) => name)).not.toContain('table.subject-keys');
  expect(keys.collections).toMatchObject([{ name: 'table.subject-keys', documents: 1 }]);
  await records.write([{ ...key, value: { destroyed: true } }]);
  await federation.nodes.get('61')!.stop();
  await restoreBackup(mongoUrl(), database, join(folder, 'records'));
  await federation.start('61');
  await federation.ready('61');
  const after = federation.nodes.get('61')!.world.storage.records;
  expect((await after.get(SUBJECT_KEYS, person))?.value).toEqual({ destroyed: true });
  expect(await boxOfHome()).toMatchObject({ coins: 7 });
  await restoreBackup(mongoUrl(), database, join(folder, 'keys'));
  expect((await after.get(SUBJECT_KEYS, person))?.value).toEqual({ wrapped: 'then' });
  expect(await boxOfHome()).toMatchObject({ coins: 7 });
}, 120_000);
