/** The audit trail over a journal that is slow, refuses, or is not there: nothing is recorded twice, and what is lost is a number. */
import { BATCH_MAX, phrase, recordFault, type AccessRecord } from '@yrd/contracts';
import { openNode, say, type Context } from '@yrd/ledger';
import { calm, SimulatedWorld } from '@yrd/ledger/testing';
import { pino } from 'pino';
import { AuditTrail } from './audit-trail.js';
import { networkOf } from './audit-notes.js';
import { LateNode } from '../late-node.js';
import { driveOnRealTime } from '../served-for-tests.js';

interface Batch {
  readonly hour: string;
  readonly records: readonly AccessRecord[];
}

/** A journal that takes batches: one entry for each record, and a list of them. */
const context: Context = {
  name: 'access',
  codeVersion: '1',
  entryTypes: { Kept: { type: 'access.kept.v1', audience: 'private', classification: 'internal', legalBasis: 'TEST' } },
  folds: [{ kind: 'audit', initial: 0, evolve: (count: unknown) => Number(count) + 1 }],
  commands: {
    RecordAccess: {
      streams: ({ hour }: Batch) => [`audit/${hour}`],
      decide: ({ hour, records }: Batch) => [{ stream: `audit/${hour}`, events: records.map((data) => ({ type: 'Kept', data })) }],
    },
  },
  reactions: [],
  views: [
    {
      name: 'kept',
      on: ['Kept'],
      key: ({ index }) => String(index).padStart(9, '0'),
      fold: (_, { data }) => data,
      join: ({ '32/access': row }) => row ?? null,
    },
  ],
  timers: () => [],
};

const logged: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => logged.push(line) });
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

interface Set {
  readonly trail: AuditTrail;
  readonly world: SimulatedWorld;
  /** The access node can be reached from now on. */
  open(): Promise<void>;
  /** It stops at whatever it is doing. */
  close(): Promise<void>;
  kept(): Promise<readonly AccessRecord[]>;
}

const set = (owners: (thing: string) => Promise<readonly string[]> = () => Promise.resolve([])): Set => {
  const world = new SimulatedWorld(7, ['32'], ['access']);
  endings.push(driveOnRealTime(world));
  const late = new LateNode({ province: '32', context: 'access', now: () => 0 });
  const trail = new AuditTrail({ province: '32', log, now: () => Math.floor(world.now), node: late, owners });
  const open = async (): Promise<void> => {
    late.become(
      openNode({
        world: world.process('32').world,
        province: '32',
        context,
        federation: world.federation,
        instance: 'one',
        openAlone: true,
      }),
    );
    await late.start();
    await until(() => late.status().notReady === null);
    endings.push(() => void late.stop());
  };
  const close = (): Promise<void> => late.stop();
  return {
    trail,
    world,
    open,
    close,
    // A node whose store failed it takes itself up anew, and answers nobody meanwhile.
    kept: async () => {
      await until(() => late.status().notReady === null);
      return (await late.rows<AccessRecord>('kept', { limit: 100_000 })).rows.map(({ row }) => row);
    },
  };
};

const record = (at: number, about: string[] = []): AccessRecord => ({
  ...{
    at: 1_770_000_000_000 + at,
    outcome: 'read',
    row: 'ReadOrder',
    code: null,
    person: '0123456789abcdef',
    organisation: 'org',
    province: '32',
  },
  ...{
    roles: ['auditor'],
    about,
    parties: [],
    purpose: null,
    policyVersion: null,
    address: '127.0.0.1',
    trace: null,
    position: null,
    count: 1,
  },
});
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const times = (records: readonly AccessRecord[]): readonly number[] => records.map(({ at }) => at - 1_770_000_000_000);

test('what is noted while the journal cannot be written is kept, told, and written once it can', async () => {
  const { trail, open, kept } = set();
  for (let at = 0; at < 250; at += 1) trail.note(record(at));
  await until(() => trail.warnings.length > 0);
  expect(trail.warnings).toEqual([phrase('auditWaits', { count: 250, parts: [say('notReachedYet')] })]);
  await open();
  await until(() => trail.size === 0);
  await until(async () => (await kept()).length === 250);
  expect(times(await kept())).toEqual(Array.from({ length: 250 }, (_, at) => at));
  expect(trail.warnings).toEqual([]);
});

test('a store that refuses and loses acknowledgements makes no record twice and loses none', async () => {
  const { trail, world, open, kept } = set();
  await open();
  world.faults = { ...calm, lostAck: 0.3, refused: 0.2 };
  for (let at = 0; at < 600; at += 1) {
    trail.note(record(at));
    if (at % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
  }
  await until(() => trail.size === 0);
  world.faults = calm;
  await until(async () => (await kept()).length >= 600);
  expect(times(await kept())).toEqual(Array.from({ length: 600 }, (_, at) => at));
});

test('a node that stops while a batch is being written, again and again, makes no record twice and loses none', async () => {
  const { trail, world, open, close, kept } = set();
  world.faults = { ...calm, storageMs: 400, lostAck: 0.3 };
  for (let round = 0; round < 12; round += 1) {
    await open();
    for (let at = 0; at < BATCH_MAX; at += 1) trail.note(record(round * BATCH_MAX + at));
    await new Promise((resolve) => setTimeout(resolve, 3 * round));
    await close();
  }
  world.faults = calm;
  await open();
  await until(() => trail.size === 0);
  await until(async () => (await kept()).length >= 12 * BATCH_MAX);
  expect(times(await kept())).toEqual(Array.from({ length: 12 * BATCH_MAX }, (_, at) => at));
});

test('beyond its bound only the number is kept, and that number is a record too', async () => {
  const { trail, open, kept } = set();
  for (let at = 0; at < 20_050; at += 1) trail.note(record(at));
  expect([trail.size <= 20_000, trail.lost]).toEqual([true, 50]);
  await open();
  await until(() => trail.size === 0);
  await until(async () => (await kept()).some(({ outcome }) => outcome === 'dropped'));
  const dropped = (await kept()).find(({ outcome }) => outcome === 'dropped')!;
  expect([dropped.count, recordFault(dropped)]).toEqual([50, null]);
  expect(trail.warnings).toEqual([phrase('auditUnkept', { count: 50 })]);
});

test('strangers are counted by code and network, in few records, however many they are', async () => {
  const { trail, open, kept } = set();
  await open();
  for (let asked = 0; asked < 5_000; asked += 1) {
    const network = networkOf(`10.${asked % 100}.0.${asked % 250}`);
    trail.refused({ at: Math.floor(asked), code: 'E-AUTH', row: asked % 2 ? 'ReadOrder' : 'ReadLines', network });
  }
  await until(async () => (await kept()).reduce((sum, { count }) => sum + count, 0) === 5_000);
  const records = await kept();
  expect(records.length).toBeLessThanOrEqual(33);
  expect(records.map(recordFault).filter((fault) => fault !== null)).toEqual([]);
  expect(records[0]).toMatchObject({ outcome: 'refused', code: 'E-AUTH', person: null, address: '10.0.0.0/24', count: 50 });
});

test('a full batch goes at once, and none is larger', async () => {
  const { trail, open, kept } = set();
  await open();
  for (let at = 0; at < 3 * BATCH_MAX; at += 1) trail.note(record(at));
  await until(async () => (await kept()).length === 3 * BATCH_MAX);
});

test('stopping writes what waits', async () => {
  const { trail, open, kept } = set();
  await open();
  for (let at = 0; at < 30; at += 1) trail.note(record(at));
  trail.refused({ at: 1, code: 'E-AUTH', row: 'ReadOrder', network: null });
  await trail.stop();
  await until(async () => (await kept()).length === 31);
});

test('owners are asked for before a record is written; when nobody can say, it is written all the same', async () => {
  const { trail, open, kept } = set((thing) =>
    thing === 'order/a' ? Promise.resolve(['org-firm']) : Promise.reject(new Error('not now')),
  );
  await open();
  for (const about of [['order/a'], ['order/b'], ['order/a', 'order/b']]) trail.note(record(about.length, about));
  await until(async () => (await kept()).length === 3);
  expect((await kept()).map(({ parties }) => parties)).toEqual([['org-firm'], [], ['org-firm']]);
});

test('a process without the access journal says it in its log', async () => {
  const trail = new AuditTrail({ province: '32', log, now: () => 0, node: null, owners: () => Promise.resolve([]) });
  trail.note(record(1));
  trail.refused({ at: 1, code: 'E-AUTH', row: 'ReadOrder', network: '10.0.0.0/24' });
  await trail.stop();
  expect(logged.filter((line) => line.includes('"audit":{'))).toHaveLength(2);
});

test.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2::3', '2001:db8:1::/48'],
  ['::1', '0:0:0::/48'],
  ['fe80::1', 'fe80:0:0::/48'],
])('the network of %s is %s', (address, network) => expect(networkOf(address)).toBe(network));
