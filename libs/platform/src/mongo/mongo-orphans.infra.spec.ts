/** What a process leaves open in MongoDB when it is killed in the middle of a transaction, and how the next of its name gets past it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Connection } from 'mongoose';
import type { Records } from '@yrd/ledger';
import { connectMongo } from './mongo-connection.js';
import { processName } from './mongo-orphans.js';
import { mongoStorage } from './mongo-storage.js';

const mongoUrl = process.env['MONGO_URL'] ?? '';
const database = `yrd_test_${randomBytes(6).toString('hex')}`;
const connections: Connection[] = [];
const children: ChildProcess[] = [];

/** A process of the database, in its place. */
const processOf = async (instance: string): Promise<{ readonly records: Records; readonly ended: number }> => {
  let ended = 0;
  const connection = await connectMongo({ mongoUrl, database, instance, notice: ({ facts }) => (ended += Number(facts['ended'])) });
  connections.push(connection);
  return { records: mongoStorage(connection).records, ended };
};

/** Changes the records of a table in a transaction, says so, and never commits. */
const HOLDING = `
  const { mongo } = require('mongoose');
  const [url, database, appName] = process.argv.slice(1);
  mongo.MongoClient.connect(url, { appName }).then(async (client) => {
    const session = client.startSession();
    session.startTransaction();
    await client.db(database).collection('table.jobs').updateMany({}, { $set: { v: { by: 'killed' } } }, { session });
    console.log('holds');
    setInterval(() => undefined, 1000);
  });
`;
const holding = async (instance: string): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['-e', HOLDING, mongoUrl, database, processName(database, instance)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
};
const both = (by: string) => ['a', 'b'].map((id) => ({ table: 'jobs', id, value: { by } }));

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await connections[0]?.dropDatabase();
  for (const connection of connections) await connection.close();
});

test('records that a killed process held are written at once by the next of its name; one beside it is left alone', async () => {
  const { records } = await processOf('34-1');
  await records.write(both('before'));
  const child = await holding('34-1');
  await expect(records.write(both('beside'))).rejects.toThrow(/^recordsContended$/);
  expect((await processOf('34-2')).ended).toBe(0);
  await expect(records.write(both('beside'))).rejects.toThrow(/^recordsContended$/);

  child.kill('SIGKILL');
  await once(child, 'exit');
  const next = await processOf('34-1');

  expect(next.ended).toBe(1);
  expect(await next.records.write(both('next'))).toBe(true);
  expect((await records.getMany('jobs', ['a', 'b'])).map(({ value }) => value)).toEqual([{ by: 'next' }, { by: 'next' }]);
});
