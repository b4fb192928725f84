/** One service's storage: one MongoDB database, its journals and its records. */
import type { Connection } from 'mongoose';
import type { BlockStore, Storage } from '@yrd/ledger';
import { mongoBlocks } from './mongo-blocks.js';
import { mongoRecords, type RecordIndexes } from './mongo-records.js';

/** Storage over an open connection, by the driver's raw collections: models would cost half again and buy nothing here. */
export const mongoStorage = (connection: Connection, options: { readonly indexes?: RecordIndexes } = {}): Storage => {
  const client = connection.getClient();
  const db = client.db(connection.name);
  const journals = new Map<string, BlockStore>();
  return {
    blocks(journal) {
      const store = journals.get(journal) ?? mongoBlocks(db, journal);
      journals.set(journal, store);
      return store;
    },
    records: mongoRecords(client, db, options.indexes ?? {}),
  };
};
