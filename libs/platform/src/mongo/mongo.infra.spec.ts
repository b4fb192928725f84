/** What MongoDB itself sees of our storage: plans, layouts and refusals that no port shows. */
import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import type { Storage } from '@yrd/ledger';
import { connectMongo } from './mongo-connection.js';
import { mongoStorage } from './mongo-storage.js';

const mongoUrl = (): string => {
  const url = process.env['MONGO_URL'];
  if (!url) throw new Error('MONGO_URL is not set: run npm test, which starts Kafka and MongoDB and says where they are');
  return url;
};

describe('storage in MongoDB', () => {
  let connection: Connection;
  let storage: Storage;
  const indexes = { orders: [['state', 'window.at']] };

  beforeAll(async () => {
    connection = await connectMongo({
      mongoUrl: mongoUrl(),
      database: `yrd_test_${randomBytes(6).toString('hex')}`,
      notice: () => undefined,
    });
    storage = mongoStorage(connection, { indexes });
  }, 120_000);

  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  const collection = (name: string) => connection.getClient().db(connection.name).collection(name);
  const block = (first: number, stream: string) => ({
    first,
    count: 1,
    root: new Uint8Array(32),
    epoch: 1,
    at: 0,
    commits: [{ first, count: 1, streams: [stream], versions: [0], command: '', body: '', bytes: new Uint8Array(8) }],
  });

  test('opening a stream touches its own blocks only, sorted by the index', async () => {
    const blocks = storage.blocks('31/voucher');
    for (let first = 0; first < 60; first += 1) await blocks.insert(block(first, `order/${first % 20}`));
    expect((await blocks.commitsOf('order/7', 20)).map(({ first }) => first)).toEqual([27, 47]);
    const plan = await collection('journal.31.voucher')
      .aggregate([{ $match: { 'commits.s': 'order/7', _id: { $gte: 20 } } }, { $sort: { _id: 1 } }])
      .explain('executionStats');
    expect(plan['executionStats']).toMatchObject({ totalKeysExamined: 2, totalDocsExamined: 2 });
    expect(JSON.stringify(plan)).not.toContain('"SORT"');
  });

  test('a journal and its successor are collections of their own', async () => {
    await storage.blocks('31/voucher~2').insert(block(0, 'order/1'));
    expect(await collection('journal.31.voucher~2').countDocuments()).toBe(1);
  });

  test('a page of a view comes from its index, in either direction', async () => {
    const { records } = storage;
    const at = (n: number) => `2026-11-${String(n).padStart(2, '0')}`;
    await records.write(
      Array.from({ length: 30 }, (_, n) => ({
        table: 'orders',
        id: `o${n}`,
        value: { state: n % 2 ? 'paid' : 'open', window: { at: at(n) } },
      })),
    );
    for (const descending of [false, true]) {
      const order = { field: 'window.at', descending };
      expect((await records.find('orders', { where: { state: 'paid' }, order, limit: 2 })).map(({ id }) => id)).toEqual(
        descending ? ['o29', 'o27'] : ['o1', 'o3'],
      );
      const way = descending ? -1 : 1;
      const plan = await collection('table.orders')
        .find({ 'v.state': { $eq: 'paid' } })
        .sort({ 'v.window.at': way, _id: way })
        .limit(2)
        .explain('executionStats');
      expect(plan['executionStats']).toMatchObject({ totalDocsExamined: 2 });
    }
  });

  test('indexes stand again after a table was dropped', async () => {
    await storage.records.drop('orders');
    expect((await collection('table.orders').indexes()).map(({ key }) => key)).toContainEqual({ 'v.state': 1, 'v.window.at': 1, _id: 1 });
  });

  test.each(['$where', 'a.$b', 'a..b', '', '.a', 'a.'])('the field path %j is refused before MongoDB sees it', async (field) => {
    await expect(storage.records.find('orders', { where: { [field]: 1 }, limit: 1 })).rejects.toThrow(/not the path of a field/);
  });

  test('many batches over the same records are tried again until all are through', async () => {
    const ids = Array.from({ length: 10 }, (_, at) => `r${at}`);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, n) => storage.records.write(ids.map((id) => ({ table: 'hot', id, value: { n } })))),
    );
    expect(outcomes.every(Boolean)).toBe(true);
    expect((await storage.records.find<{ n: number }>('hot', { limit: 99 })).map(({ rev }) => rev)).toEqual(ids.map(() => 10));
  });

  test('a wrong address is refused at once, without the password', async () => {
    await expect(connectMongo({ mongoUrl: 'http://127.0.0.1', database: 'x', notice: () => undefined })).rejects.toThrow(/scheme/i);
  });

  test('a server that is not there is waited for, and said so, until nobody wants it any more', async () => {
    const stop = new AbortController();
    const said: string[] = [];
    const waiting = connectMongo({
      mongoUrl: 'mongodb://user:secret@127.0.0.1:1/?serverSelectionTimeoutMS=100',
      database: 'x',
      signal: stop.signal,
      notice: ({ what, facts }) => {
        said.push(`${what} ${JSON.stringify(facts)}`);
        stop.abort();
      },
    });
    await expect(waiting).rejects.toThrow();
    expect(said[0]).toContain('mongo.unreachable');
    expect(said.join()).not.toContain('secret');
  }, 20_000);
});
