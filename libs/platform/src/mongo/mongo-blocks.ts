/** Journals in MongoDB: one collection each, one document a block, the first index as the primary key and only fork guard. */
import DataLoader from 'dataloader';
import mongoose, { type mongo } from 'mongoose';
import type { BlockStore, StoredBlock, StoredCommit } from '@yrd/ledger';
import { blockFromBson } from './mongo-block-bson.js';
import { journalCollection } from './mongo-names.js';

const { Binary, MongoServerError } = mongoose.mongo;

/** Durable: acknowledged by the majority, in their journals on disk. */
export const DURABLE = { writeConcern: { w: 'majority', journal: true, wtimeoutMS: 30_000 } } as const;
/** What the majority has, asked of the primary: nothing that could be rolled back. */
export const MAJORITY_READ = { readConcern: { level: 'majority' }, readPreference: 'primary' } as const;

const DUPLICATE_KEY = 11000;
const NAMESPACE_EXISTS = 48;

export const hasCode = (error: unknown, code: number): boolean => error instanceof MongoServerError && error.code === code;
export const isDuplicateKey = (error: unknown): boolean => hasCode(error, DUPLICATE_KEY);

interface CommitDocument {
  /** Index of the first entry, and how many. */
  readonly f: number;
  readonly n: number;
  readonly s: readonly string[];
  readonly v: readonly number[];
  /** Command id and body hash. */
  readonly k: string;
  readonly h: string;
  readonly b: mongo.Binary;
}

interface BlockDocument {
  readonly _id: number;
  readonly n: number;
  readonly root: mongo.Binary;
  readonly epoch: number;
  readonly at: number;
  readonly commits: readonly CommitDocument[];
  readonly note?: string;
}

/** A block as it is stored; `mongo-block-bson.ts` reads it. */
export const toDocument = (block: StoredBlock): BlockDocument => ({
  _id: block.first,
  n: block.count,
  root: new Binary(block.root),
  epoch: block.epoch,
  at: block.at,
  commits: block.commits.map(({ first, count, streams, versions, command, body, bytes }) => ({
    f: first,
    n: count,
    s: streams,
    v: versions,
    k: command,
    h: body,
    b: new Binary(bytes),
  })),
  ...(block.note === undefined ? {} : { note: block.note }),
});

// A copy, so that one commit kept in a cache does not keep the whole answer of the server.
const bytesOf = (binary: mongo.Binary): Uint8Array => new Uint8Array(binary.value());

const toCommit = ({ f, n, s, v, k, h, b }: CommitDocument): StoredCommit => ({
  first: f,
  count: n,
  streams: s,
  versions: v,
  command: k,
  body: h,
  bytes: bytesOf(b),
});

/** Creates a collection with its indexes, or finds it so. */
export const ensureCollection = async (db: mongo.Db, name: string, keys: readonly Readonly<Record<string, 1>>[]): Promise<void> => {
  await db.createCollection(name, DURABLE).catch((error: unknown) => {
    if (!hasCode(error, NAMESPACE_EXISTS)) throw error;
  });
  // All in one reading of what is there.
  if (keys.length > 0) await db.collection(name).createIndexes(keys.map((key) => ({ key })));
};

/** Does something once; a failure is forgotten, so that the next caller tries again. */
export const once = (make: () => Promise<void>): (() => Promise<void>) => {
  let made: Promise<void> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
};

/** Asks for what is wanted at once together, at most so many keys with one question; `load` answers by key what there is. */
export const together = <V>(
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>,
  maxBatchSize = Infinity,
): DataLoader<string, V | undefined> =>
  new DataLoader(
    async (keys) => {
      const found = await load(keys);
      return keys.map((key) => found.get(key));
    },
    { cache: false, maxBatchSize },
  );

const STREAMS = { 'commits.s': 1, _id: 1 } as const;
/** Streams that are opened by one question: those asked for at once often lie in the same blocks. */
const STREAMS_AT_ONCE = 100;

/** The blocks of one journal. Any rejection of `insert` leaves the outcome unknown. */
export const mongoBlocks = (db: mongo.Db, journal: string): BlockStore => {
  const name = journalCollection(journal);
  const blocks = db.collection<BlockDocument>(name);
  const ready = once(() => ensureCollection(db, name, [STREAMS]));
  const whole = async (filter: mongo.Filter<BlockDocument>, order: 1 | -1, limit: number): Promise<readonly StoredBlock[]> => {
    const found = blocks.find<Uint8Array>(filter, { ...MAJORITY_READ, raw: true });
    return (await found.sort({ _id: order }).limit(limit).toArray()).map(blockFromBson);
  };
  /** Stream → the commits of blocks from one on that touch it, in order. */
  const touching = async (streams: readonly string[], from: number): Promise<ReadonlyMap<string, readonly StoredCommit[]>> => {
    await ready();
    const these = { $ne: [{ $setIntersection: ['$$commit.s', { $literal: streams }] }, []] };
    const found = await blocks
      .aggregate<Pick<BlockDocument, 'commits'>>(
        [
          { $match: { 'commits.s': { $in: streams }, _id: { $gte: from } } },
          { $sort: { _id: 1 } },
          { $project: { _id: 0, commits: { $filter: { input: '$commits', as: 'commit', cond: these } } } },
        ],
        // The other index would read the whole journal for some.
        { ...MAJORITY_READ, hint: STREAMS },
      )
      .toArray();
    const byStream = new Map<string, StoredCommit[]>(streams.map((stream) => [stream, []]));
    for (const commit of found.flatMap(({ commits }) => commits).map(toCommit))
      for (const stream of new Set(commit.streams)) byStream.get(stream)?.push(commit);
    return byStream;
  };
  const opened = together((streams) => touching(streams, 0), STREAMS_AT_ONCE);
  return {
    async insert(block) {
      await ready();
      try {
        await blocks.insertOne(toDocument(block), DURABLE);
        return 'inserted';
      } catch (error) {
        if (isDuplicateKey(error)) return 'duplicate';
        throw error;
      }
    },
    async read(from, limit) {
      if (limit < 1) return [];
      await ready();
      const found = await whole({ _id: { $gte: from } }, 1, limit);
      // Who reads on from a block's end is answered at once; otherwise the block before may hold the index.
      if (from <= 0 || found[0]?.first === from) return found;
      const [before] = await whole({ _id: { $lt: from } }, -1, 1);
      return before && before.first + before.count > from ? [before, ...found].slice(0, limit) : found;
    },
    async last() {
      await ready();
      return (await whole({}, -1, 1))[0] ?? null;
    },
    async commitsOf(stream, from) {
      if (from <= 0) return (await opened.load(stream)) ?? [];
      const holder = await blocks
        .find({ _id: { $lte: from } }, { ...MAJORITY_READ, projection: { _id: 1 } })
        .sort({ _id: -1 })
        .limit(1)
        .next();
      const tail = (await touching([stream], holder?._id ?? 0)).get(stream) ?? [];
      return tail.filter(({ first, count }) => first + count > from);
    },
  };
};
