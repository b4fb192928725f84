/** Records in MongoDB: one collection a table, `{ _id, rev, v }` a record, a batch in one transaction. */
import { setImmediate } from 'node:timers/promises';
import mongoose, { type mongo } from 'mongoose';
import { say, Unavailable, type Cells, type RecordWrite, type Recorded, type Records, type ScanQuery } from '@yrd/ledger';
import { jitteredMs, sleepMs } from '../clock.js';
import { DURABLE, MAJORITY_READ, ensureCollection, hasCode, isDuplicateKey, once, together } from './mongo-blocks.js';
import { tableCollection } from './mongo-names.js';
import { filterOf, filtersBehind, sortOf, valuePath, type Filter } from './mongo-query.js';
import { pageCommand, ScanPage } from './scan-page.js';

const { MongoError } = mongoose.mongo;

/**
 * Table → the fields of each of its indexes: those asked for by equality first, the order's field last. What stands behind a field `_id` is
 * not looked for by it, but read from it.
 */
export type RecordIndexes = Readonly<Record<string, readonly (readonly string[])[]>>;

interface RecordDocument {
  readonly _id: string;
  readonly rev: number;
  readonly v: unknown;
}

type Operation = mongo.AnyBulkWriteOperation<RecordDocument>;

const NAMESPACE_NOT_FOUND = 26;
const TRIES = 12;
const RETRY_FIRST_MS = 4;
const RETRY_MAX_MS = 250;

/** Rows of a scan that the server sends first and at most, and how many of them are handed out before others have their turn. */
const SCAN_FIRST = 500;
const SCAN_MOST = 1_000;
const SCAN_ROWS = 100;

const TRANSACTION = { ...DURABLE, readConcern: { level: 'snapshot' }, readPreference: 'primary' } as const;

/**
 * What a write does, so that it was carried out exactly when as many documents matched as there are operations that must
 * match: a guarded deletion first touches the record, and the guarded deletion of nothing first inserts it.
 */
const operationsOf = ({ id, value, rev }: RecordWrite): readonly Operation[] => {
  const removal: Operation = { deleteOne: { filter: { _id: id } } };
  if (value === null) {
    if (rev === undefined) return [removal];
    if (rev === 0) return [{ insertOne: { document: { _id: id, rev: 0, v: null } } }, removal];
    return [{ updateOne: { filter: { _id: id, rev }, update: { $set: { rev } } } }, removal];
  }
  if (rev === undefined) return [{ updateOne: { filter: { _id: id }, update: { $set: { v: value }, $inc: { rev: 1 } }, upsert: true } }];
  if (rev === 0) return [{ insertOne: { document: { _id: id, rev: 1, v: value } } }];
  return [{ replaceOne: { filter: { _id: id, rev }, replacement: { rev: rev + 1, v: value } } }];
};

const mustMatch = (operations: readonly Operation[]): number =>
  operations.filter((operation) => 'updateOne' in operation || 'replaceOne' in operation).length;

const hasLabel = (error: unknown, label: string): boolean => error instanceof MongoError && error.hasErrorLabel(label);

/** One write needs a transaction only where it takes two steps. */
const isOneStep = (writes: readonly RecordWrite[]): boolean =>
  writes.length === 1 && writes.every((write) => operationsOf(write).length === 1);

/** Ids end every index, unless it says where in it they stand. */
const indexPath = (field: string): string => (field === '_id' ? field : valuePath(field));

class MongoRecords implements Records {
  private readonly ensured = new Map<string, () => Promise<void>>();
  private readonly ones = new Map<string, ReturnType<typeof together<Recorded<unknown>>>>();

  constructor(
    private readonly client: mongo.MongoClient,
    private readonly db: mongo.Db,
    private readonly indexes: RecordIndexes,
  ) {}

  /** The collection of a table, created before a transaction could meet it missing. */
  private async table(table: string): Promise<mongo.Collection<RecordDocument>> {
    const name = tableCollection(table);
    const known = this.ensured.get(table) ?? once(() => ensureCollection(this.db, name, this.keysOf(table)));
    this.ensured.set(table, known);
    await known();
    return this.db.collection<RecordDocument>(name);
  }

  private keysOf(table: string): readonly Record<string, 1>[] {
    // A rebuild folds into tables of its own, `…~2`, that are asked the same questions.
    const named = table.replace(/~\d+$/, '');
    const indexes = Object.hasOwn(this.indexes, named) ? this.indexes[named] : undefined;
    return (indexes ?? []).map((fields) => Object.fromEntries([...fields.map(indexPath), '_id'].map((path) => [path, 1] as const)));
  }

  async get<T>(table: string, id: string): Promise<Recorded<T> | null> {
    const one = this.ones.get(table) ?? together(async (ids) => new Map((await this.getMany(table, ids)).map((each) => [each.id, each])));
    this.ones.set(table, one);
    return ((await one.load(id)) ?? null) as Recorded<T> | null;
  }

  async getMany<T>(table: string, ids: readonly string[]): Promise<readonly Recorded<T>[]> {
    if (ids.length === 0) return [];
    const found = await (await this.table(table)).find({ _id: { $in: [...ids] } }, MAJORITY_READ).toArray();
    return found.map(({ _id, v, rev }) => ({ id: _id, value: v as T, rev }));
  }

  async find<T>(table: string, query: Parameters<Records['find']>[1]): Promise<readonly Recorded<T>[]> {
    if (query.limit < 1) return [];
    const rows = (await this.table(table)).find(filterOf(query), MAJORITY_READ);
    const found = await rows.sort(sortOf(query)).limit(Math.floor(query.limit)).toArray();
    return found.map(({ _id, v, rev }) => ({ id: _id, value: v as T, rev }));
  }

  async *scan(table: string, query: ScanQuery): AsyncGenerator<readonly Cells[]> {
    const { collectionName } = await this.table(table);
    const { readPreference } = MAJORITY_READ;
    /** The first page of these filters that has rows, and whether more may follow it. */
    const read = async (
      [filter, ...others]: readonly Filter[],
      limit: number,
    ): Promise<{ readonly page: ScanPage; readonly more: boolean }> => {
      const answer = await this.db.command(pageCommand(collectionName, query, filter ?? {}, limit), { raw: true, readPreference });
      const page = new ScanPage(answer['cursor'] as Uint8Array, query, limit);
      if (page.count === 0 && others.length > 0) return read(others, limit);
      return { page, more: page.more || others.length > 0 };
    };
    let next = null as ReturnType<typeof read> | null;
    for (let [filters, limit] = [filtersBehind(query), SCAN_FIRST]; ;) {
      const { page, more } = await (next ?? read(filters, limit));
      if (more) filters = filtersBehind({ ...query, after: page.last });
      // Who wants more than the first page wants all: the store reads the next one while this is looked at.
      const ahead = more && limit > SCAN_FIRST;
      limit = SCAN_MOST;
      next = ahead ? read(filters, limit) : null;
      next?.catch(() => undefined);
      for (const rows of page.some(SCAN_ROWS)) {
        yield rows;
        await setImmediate();
      }
      if (!more) return;
    }
  }

  async write(writes: readonly RecordWrite[]): Promise<boolean> {
    const batches = await Promise.all(
      [...new Set(writes.map(({ table }) => table))].map(async (table) => ({
        collection: await this.table(table),
        operations: writes.filter((write) => write.table === table).flatMap(operationsOf),
      })),
    );
    const carryOut = async (options: mongo.BulkWriteOptions): Promise<boolean> => {
      for (const { collection, operations } of batches) {
        const { matchedCount, upsertedCount } = await collection.bulkWrite(operations, options);
        if (matchedCount + upsertedCount !== mustMatch(operations)) return false;
      }
      return true;
    };
    try {
      if (writes.length === 0) return true;
      return isOneStep(writes) ? await carryOut(DURABLE) : await this.inTransaction(carryOut);
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Runs the batch and commits it when it answers true. Conflicts with others are tried again, with jitter. @throws Unavailable. */
  private async inTransaction(carryOut: (options: mongo.BulkWriteOptions) => Promise<boolean>): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      const session = this.client.startSession();
      try {
        session.startTransaction(TRANSACTION);
        const matched = await carryOut({ session });
        if (matched) await commit(session);
        else await session.abortTransaction();
        return matched;
      } catch (error) {
        if (!hasLabel(error, 'TransientTransactionError')) throw error;
        if (tries >= TRIES) throw new Unavailable(say('recordsContended'));
      } finally {
        await session.endSession();
      }
      await sleepMs(jitteredMs(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** tries)));
    }
  }

  async drop(table: string): Promise<void> {
    await this.db
      .collection(tableCollection(table))
      .drop(DURABLE)
      .catch((error: unknown) => {
        if (!hasCode(error, NAMESPACE_NOT_FOUND)) throw error;
      });
    this.ensured.delete(table);
    await this.table(table);
  }
}

/** Commits; an unknown result is asked for again, which is safe: the server remembers what it committed. */
const commit = async (session: mongo.ClientSession): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (tries >= 4 || !hasLabel(error, 'UnknownTransactionCommitResult') || hasLabel(error, 'TransientTransactionError')) throw error;
      await sleepMs(jitteredMs(50 * tries));
    }
  }
};

/** The records of one database. `indexes` are made when a table is first used. */
export const mongoRecords = (client: mongo.MongoClient, db: mongo.Db, indexes: RecordIndexes): Records =>
  new MongoRecords(client, db, indexes);
