/** Views folded in small batches and, far behind, in large ones: the rows are the same. */
import { Disk, memoryStorage, SimulatedWorld } from '../testing/index.js';
import { encodeEntries } from './block.js';
import { canonicalBytes } from './canonical.js';
import type { Context, View } from './decider.js';
import { Vocabulary } from './entry.js';
import type { ViewRow } from './folded.js';
import { Folder } from './folder.js';
import { Journal } from './journal.js';
import { makeEntry } from './leaf.js';
import type { RecordWrite, World } from './ports.js';
import { append, emptyRange, leafHash, rangeRoot } from './tree.js';

const NAME = '31/voucher';
const STREAMS = 7;
const instant = { there: () => Promise.resolve(), back: () => Promise.resolve() };
const { world: simulated } = new SimulatedWorld(1, ['31']).process('31');

interface Count {
  readonly entries: number;
}

/** Counts the entries of a stream; the row goes with every hundredth, and comes back with the next. */
const counts: View<Count> = {
  name: 'counts',
  on: ['Counted'],
  key: ({ stream }) => stream,
  fold: (part) => ((part?.entries ?? 0) === 99 ? null : { entries: (part?.entries ?? 0) + 1 }),
  join: (parts) => Object.values(parts)[0] ?? null,
};
const context: Context = {
  name: 'voucher',
  codeVersion: '1',
  entryTypes: { Counted: { type: 'voucher.counted.v1', audience: 'federation', classification: 'internal', legalBasis: '-' } },
  folds: [],
  commands: {},
  reactions: [],
  views: [counts],
  timers: () => [],
};

const entryAt = (index: number) => {
  const facts = { source: 'yrd.test/log/31/voucher', type: 'voucher.counted.v1', subject: `counter/${index % STREAMS}`, actor: '31/x' };
  const rest = { time: '2026-01-05T01:00:00.000Z', policyversion: '-', legalbasis: '-', classification: 'internal' };
  const payload = canonicalBytes({ basis: {}, command: '', data: {}, person: '', trace: '' });
  return makeEntry(simulated.hasher, index, { ...facts, ...rest }, payload, { payload: new Uint8Array(32) });
};

/** A journal of this many entries in blocks of `per`, the world it lies in, and the sizes of the batches that are written there. */
const grown = async (size: number, per: number) => {
  const disk = new Disk();
  const batches: number[] = [];
  const storage = memoryStorage(disk, instant);
  const { records } = storage;
  let failing = 0;
  const write = (writes: readonly RecordWrite[]): Promise<boolean> => {
    if (writes.some(({ table }) => table === 'positions')) {
      if ((failing -= 1) >= 0) return Promise.reject(new Error('too much at once'));
      batches.push(writes.length);
    }
    return records.write(writes);
  };
  const world: World = {
    ...simulated,
    storage: {
      blocks: (name) => storage.blocks(name),
      records: { ...records, write },
    },
  };
  let range = emptyRange;
  while (range.size < size) {
    const first = range.size;
    const entries = Array.from({ length: Math.min(per, size - first) }, (_, at) => entryAt(first + at));
    range = append(
      world.hasher,
      range,
      entries.map(({ leaf }) => leafHash(world.hasher, leaf)),
    );
    const commit = { first, count: entries.length, streams: [], versions: [], command: '', body: '', bytes: encodeEntries(entries) };
    disk
      .journal(NAME)
      .set(first, { first, count: entries.length, root: rangeRoot(world.hasher, range), epoch: 1, at: 0, commits: [commit] });
  }
  const folder = new Folder(world, context, new Vocabulary(context.entryTypes), NAME);
  await folder.open();
  return { folder, journal: await Journal.open(world, NAME), batches, fail: (times: number) => (failing = times) };
};

const rowsOf = async (folder: Folder): Promise<readonly (readonly [string, object | null])[]> =>
  (await folder.rows('counts', { limit: 100 })).map(({ id, value }: { id: string; value: ViewRow }) => [id, value.row] as const);

/** What the view holds after so many entries. */
const expected = (size: number): readonly (readonly [string, object | null])[] =>
  Array.from({ length: STREAMS }, (_, stream) => {
    const entries = Math.floor((size - 1 - stream) / STREAMS) + 1;
    return [`counter/${stream}`, { entries: entries % 100 }] as const;
  }).filter(([, { entries }]) => entries > 0);

describe('a view', () => {
  test.each([1, 3, 499, 1_000])('that is far behind is folded in one transaction, in blocks of %s entries as in others', async (per) => {
    const { folder, journal, batches } = await grown(9_001, per);
    while (await folder.step([journal]));
    expect(folder.position(NAME)).toBe(9_001);
    expect(batches).toHaveLength(1);
    expect(await rowsOf(folder)).toEqual(expected(9_001));
  });

  test('that the store would not take in one transaction is folded in small ones, which grow again', async () => {
    const { folder, journal, batches, fail } = await grown(9_001, 100);
    fail(1);
    await expect(folder.step([journal])).rejects.toThrow('too much at once');
    while (await folder.step([journal]));
    expect(batches.length).toBeGreaterThan(3);
    expect(batches.length).toBeLessThan(9_001 / 500);
    expect(await rowsOf(folder)).toEqual(expected(9_001));
  });
});
