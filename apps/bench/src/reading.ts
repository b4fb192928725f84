/** Rows of reading: replay, replay with every hash checked, opening a stream, rebuilding a view, and what an entry costs to keep. */
import {
  decodeEntries,
  leafHash,
  makeEntry,
  append,
  emptyRange,
  equal,
  rangeRoot,
  text,
  utf8,
  type BlockStore,
  type CompactRange,
  type LedgerEntry,
} from '@yrd/ledger';
import { nodeHasher, nodeRandom } from '@yrd/platform';
import mongoose from 'mongoose';
import { eachBlock, goesOnAtItsEnd, Growing } from './growing.js';
import { spread } from './measure.js';
import { openFederation, type Opened, type Servers } from './nodes.js';
import { interleaved, ratioOf, type Row } from './table.js';
import { account, NOTE, transfers } from './transfers.js';

const BLOCK_COMMITS = 500;

/** An amount spent, whose account keeps a small state: what a replay costs beside its fold is measured. */
const entryAt = (origin: string, index: number, stream: string): LedgerEntry => {
  const payload = {
    basis: {},
    command: index.toString(16).padStart(64, '0'),
    data: { fen: 100, note: NOTE, order: `o-${index}` },
    person: 'p-7c1f',
    trace: '',
  };
  const facts = { source: origin, type: 'bench.spent.v1', subject: stream, time: new Date(1_760_000_000_000 + index).toISOString() };
  const rest = { actor: '31/enterprise', policyversion: '-', legalbasis: 'SH-DEC-13', classification: 'internal' };
  return makeEntry(nodeHasher, index, { ...facts, ...rest }, utf8(JSON.stringify(payload)), { payload: nodeRandom.bytes(32) });
};

/** Grows a journal of amounts behind its node's back, up to a size. */
export const fill = async (
  store: BlockStore,
  origin: string,
  to: number,
  accounts: number,
  blockCommits = BLOCK_COMMITS,
): Promise<void> => {
  const journal = await Growing.on(store);
  while (journal.size < to) {
    const from = journal.size;
    await journal.add(
      Array.from({ length: Math.min(blockCommits, to - from) }, (_, at) => {
        const stream = `account/a-${((from + at) * 7_919) % accounts}`;
        return { stream, entries: [entryAt(origin, from + at, stream)] };
      }),
    );
  }
};

/** All entries folded into their accounts in memory. */
const replay = async (store: BlockStore, checked: boolean): Promise<number> => {
  const accounts = new Map<string, typeof account.initial>();
  let range: CompactRange = emptyRange;
  const since = performance.now();
  const size = await eachBlock(store, (block) => {
    const hashes: Uint8Array[] = [];
    for (const { bytes, streams } of block.commits) {
      for (const { leaf, payload } of decodeEntries(bytes)) {
        if (checked) hashes.push(leafHash(nodeHasher, leaf));
        const stream = streams[0];
        if (!payload || stream === undefined) continue;
        const { data } = JSON.parse(text(payload.bytes)) as { data: { order: string; fen: number; note: string } };
        accounts.set(stream, account.evolve(accounts.get(stream) ?? account.initial, { type: 'Spent', data }));
      }
    }
    if (!checked) return;
    range = append(nodeHasher, range, hashes);
    if (!equal(rangeRoot(nodeHasher, range), block.root)) throw new Error(`Block ${block.first} does not hash to its root.`);
  });
  return (size * 1_000) / (performance.now() - since);
};

/** Opens streams that are not in memory, one after the other; answers the time of one, ms. */
const openings = async ({ node }: Opened, accounts: number, count: number): Promise<number> => {
  const tookMs: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const since = performance.now();
    await node.read(account, `account/a-${Math.floor(Math.random() * accounts)}`);
    tookMs.push(performance.now() - since);
  }
  return spread(tookMs).median;
};

/** One journal of this many entries under a node that keeps no view; each stream has ten entries. */
const ledgerOf = async (servers: Servers, name: string, size: number): Promise<Opened> => {
  const [first] = await openFederation(servers, ['31'], { name, context: { ...transfers, views: [] } });
  await first!.node.stop();
  await fill(first!.world.storage.blocks(`31/${name}`), `${name}.test/log/31/${name}`, size, size / 10);
  return first!;
};

/** Measures all rows of reading. `entries` is the size of the large ledger. */
export const readingRows = async (
  servers: Servers,
  rounds: number,
  entries: number,
  say: (line: string) => void,
): Promise<readonly Row[]> => {
  const connection = await mongoose.createConnection(servers.mongoUrl).asPromise();
  const rows: Row[] = [];
  try {
    const replayed = Math.min(100_000, entries);
    say(`  a journal of ${replayed.toLocaleString('en')} entries`);
    const world = await plainJournal(servers, replayed);
    const store = world.world.storage.blocks('31/benchread');
    const db = connection.getClient().db(world.database);
    const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    const blocks = names.find((name) => name.includes('benchread')) ?? '';
    const scan = async (): Promise<number> => {
      const since = performance.now();
      let bytes = 0;
      for await (const document of db.collection(blocks).find<Uint8Array>({}, { raw: true, batchSize: 64 })) bytes += document.length;
      if (bytes === 0) throw new Error('nothing was scanned');
      return (replayed * 1_000) / (performance.now() - since);
    };
    const found = await interleaved(rounds, { scan, replay: () => replay(store, false), checked: () => replay(store, true) }, say);
    rows.push({ name: 'bare cursor over the bytes', value: spread(found.scan), unit: 'entries/s' });
    const to = (ours: readonly number[], least: number) => ({
      ratio: { of: 'the bare cursor', value: ratioOf(ours, found.scan), target: { least } },
    });
    rows.push({ name: 'replay, decoded and folded in memory', value: spread(found.replay), unit: 'entries/s', ...to(found.replay, 0.4) });
    rows.push({ name: 'replay with every hash checked', value: spread(found.checked), unit: 'entries/s', ...to(found.checked, 0.2) });
    await connection.getClient().db('admin').command({ fsync: 1 });
    const stats = await db.command({ collStats: blocks });
    const perEntry = (Number(stats['storageSize']) + Number(stats['totalIndexSize'])) / replayed;
    rows.push({
      name: 'stored for one entry, with its index',
      value: spread([perEntry]),
      unit: 'bytes',
      ratio: { of: '1 byte', value: perEntry, target: { most: 1_536 } },
    });
    rows.push(await viewRow(servers, connection, world, replayed, say));
    await world.close();
    rows.push(...(await openingRows(servers, rounds, entries, say)));
    rows.push({ name: 'memory of the process that ran all this', value: spread([process.memoryUsage().rss / 2 ** 20]), unit: 'MiB' });
    return rows;
  } finally {
    await connection.close();
  }
};

const plainJournal = async (servers: Servers, size: number): Promise<Opened> => ledgerOf(servers, 'benchread', size);

/** A view made anew by a node, beside one update and one checkpoint for each entry. */
const viewRow = async (
  servers: Servers,
  connection: mongoose.Connection,
  from: Opened,
  size: number,
  say: (line: string) => void,
): Promise<Row> => {
  say('  a view made anew');
  const [viewing] = await openFederation(servers, ['31'], { name: 'benchview', context: transfers });
  await viewing!.node.stop();
  await fill(viewing!.world.storage.blocks('31/benchview'), 'benchview.test/log/31/benchview', size, size / 10);
  await viewing!.close();
  const since = performance.now();
  const [again] = await openFederation(servers, ['31'], { name: 'benchview', context: transfers, alter: goesOnAtItsEnd });
  await again!.node.reach({ journal: '31/benchview', size }, 600_000);
  const ours = (size * 1_000) / (performance.now() - since);
  await again!.close();
  const db = connection.getClient().db(`${from.database}_peer`);
  const [rows, positions] = [db.collection<{ _id: string }>('rows'), db.collection<{ _id: string }>('positions')];
  const durable = { upsert: true, writeConcern: { w: 'majority', journal: true } } as const;
  const begun = performance.now();
  let n = 0;
  for (; performance.now() - begun < 3_000; n += 1) {
    await rows.updateOne({ _id: `a-${n % 1_000}` }, { $inc: { entries: 1, heldFen: 100 } }, durable);
    await positions.updateOne({ _id: 'view' }, { $set: { size: n } }, durable);
  }
  const theirs = (n * 1_000) / (performance.now() - begun);
  await db.dropDatabase();
  return {
    name: 'a view rebuilt, with its node opened and every hash checked',
    value: spread([ours]),
    unit: 'entries/s',
    ratio: { of: 'update and checkpoint for each entry', value: ours / theirs, target: { least: 100 } },
  };
};

const openingRows = async (servers: Servers, rounds: number, entries: number, say: (line: string) => void): Promise<readonly Row[]> => {
  const small = await ledgerOf(servers, 'benchsmall', 10_000);
  say(`  a journal of ${entries.toLocaleString('en')} entries`);
  const large = await ledgerOf(servers, 'benchlarge', entries);
  const reopened = async (opened: Opened, name: string): Promise<Opened> => {
    await opened.close();
    const [again] = await openFederation(servers, ['31'], { name, context: { ...transfers, views: [] }, alter: goesOnAtItsEnd });
    return again!;
  };
  const [a, b] = [await reopened(small, 'benchsmall'), await reopened(large, 'benchlarge')];
  const found = await interleaved(rounds, { small: () => openings(a, 1_000, 100), large: () => openings(b, entries / 10, 300) }, say);
  await a.close();
  await b.close();
  return [
    { name: 'a stream of ten entries opened, ledger of 10,000', value: spread(found.small), unit: 'ms' },
    {
      name: `a stream of ten entries opened, ledger of ${entries.toLocaleString('en')}`,
      value: spread(found.large),
      unit: 'ms',
      ratio: { of: 'in the small ledger', value: ratioOf(found.large, found.small), target: { most: 1.3 } },
    },
  ];
};
