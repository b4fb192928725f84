/** The auditor finds what it is there to find: a command that is nowhere, and one that stands twice. */
import { randomBytes } from 'node:crypto';
import { mongo } from 'mongoose';
import { commandId } from '@yrd/ledger';
import { databaseOf, nodeHasher } from '@yrd/platform';
import { heldTwiceOrNever } from './audit.js';

test('a lost command and a doubled one are named', async () => {
  const url = process.env['MONGO_URL'] ?? '';
  const province = `x${randomBytes(6).toString('hex')}`;
  const told = (key: string) => ({ organisation: 'org', operation: 'PlaceOrder', key });
  const id = (key: string) => commandId(nodeHasher, 'org', 'PlaceOrder', key);
  const client = new mongo.MongoClient(url);
  const database = client.db(databaseOf(province, 'voucher'));
  try {
    await database.collection<{ _id: number; commits: { k: string }[] }>(`journal.${province}.voucher`).insertMany([
      { _id: 0, commits: [{ k: id('kept') }, { k: '' }, { k: '' }] },
      { _id: 3, commits: [{ k: id('twice') }, { k: id('twice') }] },
    ]);
    const found = await heldTwiceOrNever(url, province, ['kept', 'twice', 'gone'].map(told));
    expect(found).toEqual({ commands: 3, lost: [told('gone')], doubled: [id('twice')] });
  } finally {
    await database.dropDatabase();
    await client.close();
  }
});
