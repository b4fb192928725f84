/** Security administrators in MongoDB, as two processes of one node see them. */
import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import { pino } from 'pino';
import { connectMongo } from '../mongo/mongo-connection.js';
import { mongoStorage } from '../mongo/mongo-storage.js';
import { Problem } from '../http/problem.js';
import { SecurityAdmins } from './security-admins.js';

const mongoUrl = process.env['MONGO_URL'] ?? '';
const log = pino({ level: 'silent' });
const connections: Connection[] = [];
const database = `yrd_test_${randomBytes(6).toString('hex')}`;

const processOf = async (): Promise<SecurityAdmins> => {
  const connection = await connectMongo({ mongoUrl, database, notice: () => undefined });
  connections.push(connection);
  const { records } = mongoStorage(connection);
  return new SecurityAdmins({ production: true, secondFactor: true, codeMs: 60_000, log, records: () => records });
};
const actor = (person: string) => ({ person, organisation: 'dept-32', province: '32', roles: ['supervisor'] });
const outcome = (work: Promise<void>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

let first: SecurityAdmins;
let second: SecurityAdmins;
beforeAll(async () => {
  [first, second] = [await processOf(), await processOf()];
}, 120_000);
afterAll(async () => {
  await connections[0]?.dropDatabase();
  for (const connection of connections) await connection.close();
});

test('two processes that start together print one code, and two persons who send it at once are one administrator', async () => {
  const codes = (await Promise.all([first.invite(), second.invite()])).filter((code) => code !== null);
  expect(codes).toHaveLength(1);
  const code = codes[0] ?? '';
  const bound = await Promise.all([
    outcome(first.bindFirst(actor('a'.repeat(16)), code, 't')),
    outcome(second.bindFirst(actor('b'.repeat(16)), code, 't')),
  ]);
  expect(bound.sort()).toEqual(['E-CODE', 'done']);
  expect((await second.list()).admins).toHaveLength(1);
  expect(await first.invite()).toBeNull();
});

test('two administrators who remove each other at the same moment leave one, and every act is kept once', async () => {
  const person = (await first.list()).admins[0]?.person ?? '';
  const other = 'c'.repeat(16);
  await first.name(other, actor(person));
  const removed = await Promise.all([outcome(first.remove(other, actor(person))), outcome(second.remove(person, actor(other)))]);
  expect(removed.sort()).toEqual(['E-LAST', 'done']);
  const { admins, acts } = await second.list();
  expect([admins.length, acts.map(({ act }) => act)]).toEqual([1, ['removed', 'named', 'bound', 'invited']]);
});
