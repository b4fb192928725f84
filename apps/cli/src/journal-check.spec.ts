/** A journal checked from outside while keys of its owner and of those who cosign change. */
import { pin, text } from '@yrd/ledger';
import { FederationRun, gifts } from '@yrd/ledger/testing';
import { nodeHasher } from '@yrd/platform/offline';
import { checkJournal, cosignersSeen, type JournalVerdict } from './journal-check.js';
import { bundleName, leavesIn, type JournalTrust, type ServedJournal } from './journal-reading.js';

const keeper = ['security-admin'];

/** A journal as a node of the simulated federation serves it. */
const servedAt = (federation: FederationRun, province: string, journal: string): ServedJournal => {
  const { scheduler } = federation;
  const node = federation.node(province);
  const there = async <T>(value: Promise<T | null>): Promise<T> => {
    const found = await scheduler.resolve(value);
    if (found === null) throw new Error('it is not there');
    return found;
  };
  return {
    checkpoint: () => there(node.checkpoint(journal)),
    bundle: async (name) => (await there(node.tile(journal, `entries/${name}`))).bytes,
    proof: (index) => scheduler.resolve(node.proof(journal, index)).catch(() => null),
    entry: (index) => there(node.disclose(journal, index, null)),
    pause: () => scheduler.pass(1_000),
  };
};

const trustIn = ({ world }: FederationRun, journal: string): JournalTrust => {
  const tools = { hasher: nodeHasher, signer: world.process('31').world.signer };
  return { journal, federation: world.federation.federation, pinned: pin(tools, world.federation, 'gifts'), tools };
};

const check = async (federation: FederationRun, journal: string, earlier: string | null = null): Promise<JournalVerdict> => {
  const others = federation.provinces.map((each) => `${each}/gifts`).filter((each) => each !== journal);
  const laterCosigners = async () =>
    (await Promise.all(others.map((each) => cosignersSeen(servedAt(federation, '32', each), trustIn(federation, each))))).flat();
  return checkJournal(servedAt(federation, '32', journal), { ...trustIn(federation, journal), earlier, laterCosigners });
};

const rotate = async (federation: FederationRun, province: string, role: 'journal' | 'cosigner', part: string): Promise<void> => {
  const { keys } = federation.node(province).status();
  const old = keys.find(({ name }) => name.includes(part))!.line;
  const body = { old, ...federation.world.nextKey(province, role, 1, 'gifts'), reason: 'test' };
  expect(await federation.command(province, 'RotateKey', body, `rotation ${role}`, keeper)).toMatchObject({ ok: true });
};

test('a journal is good over rotations of its own key and of those who cosign, and continues what was kept before', async () => {
  const federation = new FederationRun(31, gifts);
  await federation.startAll();
  for (let at = 0; at < 300; at += 1) await federation.command('31', 'FillBox', { coins: 1 });
  await federation.converge();
  const before = await check(federation, '31/gifts');
  expect(before).toMatchObject({ faults: [], continues: null });
  await rotate(federation, '31', 'journal', '/log/');
  for (const province of ['32', '33', '34']) await rotate(federation, province, 'cosigner', '/witness/');
  for (let at = 0; at < 5; at += 1) await federation.command('31', 'FillBox', { coins: 1 });
  await federation.converge();
  await federation.scheduler.pass(10_000);
  const after = await check(federation, '31/gifts', before.note);
  expect(after).toMatchObject({ faults: [], continues: before.size });
  expect(after.size).toBeGreaterThan(before.size);
  expect(after.cosigners.length).toBeGreaterThanOrEqual(2);
});

test('a bundle is named as tlog-tiles names it', () => {
  expect([bundleName(0, 256), bundleName(7, 3), bundleName(999, 256), bundleName(1_234_067, 256)]).toEqual([
    '000',
    '007.p/3',
    '999',
    'x001/x234/067',
  ]);
});

test('a bundle holds exactly its leaves, or it is none', () => {
  const bytes = Uint8Array.of(0, 1, 97, 0, 2, 98, 99);
  expect(leavesIn(bytes, 2)?.map(text)).toEqual(['a', 'bc']);
  for (const [wrong, count] of [
    [bytes, 1],
    [bytes, 3],
    [bytes.subarray(0, -1), 2],
    [Uint8Array.of(...bytes, 0), 2],
  ] as const)
    expect(leavesIn(wrong, count)).toBeNull();
});
