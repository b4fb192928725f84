/** Erasure in the simulated world: in every node that holds the person, through partitions and crashes, and never before a duty ends. */
import { erasure, erasureStream } from '@yrd/access';
import { personContracts, type Retention } from '@yrd/contracts';
import { KEYS, Registers, ZHANG } from '../testing/register.js';

const DESTROYED = { value: { destroyed: true } };
const DAY_MS = 86_400_000;

const started = async (seed: number, provinces = ['31', '32', '33', '34']): Promise<Registers> => {
  const registers = new Registers(seed, provinces);
  await registers.startAll();
  return registers;
};

const opened = (registers: Registers, province: string, id: string, sealed: Readonly<Record<string, string>>) =>
  registers.world.scheduler.resolve(registers.alive.get(province)!.custody.open([{ subject: id, sealed }]));

test('a person is erased in every node that holds him, by whichever organisation, and in no other', async () => {
  const all = await started(1);
  const [at32, other32, at33] = [
    await all.record('32', 'a', ZHANG),
    await all.record('32', 'b', ZHANG),
    await all.record('33', 'c', ZHANG),
  ];
  const somebodyElse = await all.record('33', 'd', '440524188001010014');
  const { sealed } = await all.person('33', at33);
  const asked = await all.ask('32', at32, ZHANG);
  await all.until('four words', async () => Object.keys((await all.shown('32', asked))?.provinces ?? {}).length === 4);
  const row = await all.shown('32', asked);
  expect(all.outcomes(row)).toEqual({ 31: 'not-held', 32: 'erased', 33: 'erased', 34: 'not-held' });
  // Each says how long copies of its table of keys live.
  expect(Object.entries(row!.provinces).map(([province, word]) => [province, word.keyBackupDays])).toEqual(
    ['31', '32', '33', '34'].map((each) => [each, Number(each)]),
  );
  for (const [province, id] of [
    ['32', at32],
    ['32', other32],
    ['33', at33],
  ] as const) {
    expect(await all.person(province, id)).toMatchObject({ state: 'erased', sealed: {}, identity: null, token: null });
    expect(all.key(province, id)).toMatchObject(DESTROYED);
  }
  expect(await opened(all, '33', at33, sealed)).toEqual(['erased']);
  expect(await all.person('33', somebodyElse)).toMatchObject({ state: 'held' });
  expect(await opened(all, '33', somebodyElse, (await all.person('33', somebodyElse)).sealed)).toMatchObject([{ name: '张三' }]);
});

test('nothing of the person crosses but a keyed hash', async () => {
  const all = await started(2, ['31', '32']);
  const id = await all.record('32', 'a', ZHANG);
  await all.ask('32', id, ZHANG);
  await all.until('two words', async () => Object.keys((await all.shown('32', 'e'.repeat(26)))?.provinces ?? {}).length === 2);
  const seen = await all.world.scheduler.resolve(all.node('31').read(erasure, erasureStream('e'.repeat(26)), '32/access'));
  expect(seen.state.asked).toEqual(all.alive.get('31')!.custody.tokenOf(ZHANG));
  const crossed = JSON.stringify(
    [...all.world.disk('31').blocks.get('32/access')!.values()].flatMap(({ commits }) =>
      commits.map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
    ),
  );
  for (const text of [ZHANG, id, 'yrd.sealed', all.alive.get('32')!.custody.identityOf(ZHANG)]) expect(crossed).not.toContain(text);
});

test('a person without an identity number is erased where he is recorded, and nobody else is asked', async () => {
  const all = await started(3, ['31', '32']);
  const id = await all.record('32', 'a', null);
  await all.ask('32', id, null);
  await all.until('erased', async () => (await all.person('32', id)).state === 'erased');
  expect(await all.shown('32', 'e'.repeat(26))).toMatchObject({
    shared: false,
    provinces: { 32: { outcome: 'erased', keyBackupDays: 32 } },
  });
  expect(all.key('32', id)).toMatchObject(DESTROYED);
  const foreign = await all.world.scheduler.resolve(all.node('31').read(erasure, erasureStream('e'.repeat(26)), '32/access'));
  expect(foreign.version).toBe(0);
});

test('a province that is cut off attests when it hears of it; until then the others show what is missing', async () => {
  const all = await started(4, ['31', '32', '33']);
  const [at32, at33] = [await all.record('32', 'a', ZHANG), await all.record('33', 'c', ZHANG)];
  all.world.cutOff.add('33');
  const asked = await all.ask('32', at32, ZHANG);
  await all.until('two words', async () => Object.keys((await all.shown('32', asked))?.provinces ?? {}).length === 2);
  await all.world.scheduler.pass(20_000);
  expect(all.outcomes(await all.shown('32', asked))).toEqual({ 31: 'not-held', 32: 'erased' });
  expect(await all.person('33', at33)).toMatchObject({ state: 'held' });
  all.world.cutOff.delete('33');
  await all.until('three words', async () => Object.keys((await all.shown('32', asked))?.provinces ?? {}).length === 3);
  expect(all.outcomes(await all.shown('32', asked))).toEqual({ 31: 'not-held', 32: 'erased', 33: 'erased' });
  expect(all.key('33', at33)).toMatchObject(DESTROYED);
});

test('asked twice, by two provinces at once, it is one erasure in each node and two answers', async () => {
  const all = await started(5, ['31', '32']);
  const [at31, at32] = [await all.record('31', 'a', ZHANG), await all.record('32', 'b', ZHANG)];
  const asked = await Promise.all([all.ask('31', at31, ZHANG, 'a'.repeat(26)), all.ask('32', at32, ZHANG, 'b'.repeat(26))]);
  for (const [province, id] of [
    ['31', asked[0]],
    ['32', asked[1]],
  ] as const)
    await all.until('both words', async () => Object.keys((await all.shown(province, id))?.provinces ?? {}).length === 2);
  for (const [province, id] of [
    ['31', at31],
    ['32', at32],
  ] as const)
    expect(all.key(province, id)).toMatchObject(DESTROYED);
  expect(await all.ask('32', at32, null, 'c'.repeat(26))).toBeDefined();
  expect(await all.shown('32', 'c'.repeat(26))).toBeUndefined();
});

test('a matching key that a node does not have yet holds its word back; with the key it is given', async () => {
  const newer = { epoch: '2027', key: new Uint8Array(32).fill(27) };
  const all = new Registers(6, ['31', '32']);
  all.keys.set('32', [newer, ...KEYS]);
  await all.startAll();
  const at31 = await all.record('31', 'a', ZHANG);
  const at32 = await all.record('32', 'b', ZHANG);
  const asked = await all.ask('32', at32, ZHANG);
  await all.until('one word', async () => Object.keys((await all.shown('32', asked))?.provinces ?? {}).length === 1);
  await all.world.scheduler.pass(20_000);
  expect(all.outcomes(await all.shown('32', asked))).toEqual({ 32: 'erased' });
  // The operator adds the key: who was recorded under the old one is found by the new one.
  all.alive.get('31')!.kill();
  all.keys.set('31', [newer, ...KEYS]);
  await all.start('31');
  await all.until('both words', async () => Object.keys((await all.shown('32', asked))?.provinces ?? {}).length === 2);
  expect(all.outcomes(await all.shown('32', asked))).toEqual({ 31: 'erased', 32: 'erased' });
  expect(all.key('31', at31)).toMatchObject(DESTROYED);
});

test('an older backup of the table of keys brings nobody back: at the next start the key is destroyed again', async () => {
  const all = await started(7, ['31', '32']);
  const at32 = await all.record('32', 'a', ZHANG);
  const backup = all.world.disk('32').table('subject-keys').get(at32)!;
  await all.ask('32', at32, ZHANG);
  await all.until('erased', async () => (await all.person('32', at32)).state === 'erased');
  all.world.disk('32').table('subject-keys').set(at32, backup);
  const { erasing } = all.alive.get('32')!;
  await all.until('in the view', async () => (await all.rows('32'))[0]?.state === 'erased');
  expect(await all.world.scheduler.resolve(erasing.sweep())).toBe(1);
  expect(all.key('32', at32)).toMatchObject(DESTROYED);
  expect(await all.world.scheduler.resolve(erasing.sweep())).toBe(0);
});

describe('A duty to keep the record', () => {
  const pack: Retention = { ...personContracts.RetentionAdopted.example.pack, province: '31', version: '31-r', from: '2025-09-01' };
  const adopt = (all: Registers) => all.command('31', 'AdoptRetention', { pack }, ['supervisor']);

  it('postpones erasure, says until when and why, and lets it go on by itself when it ends', async () => {
    const all = await started(8, ['31', '32']);
    await adopt(all);
    const [kept, free] = [await all.record('31', 'a', ZHANG, ['entrusted']), await all.record('31', 'b', ZHANG)];
    const at32 = await all.record('32', 'c', ZHANG);
    const asked = await all.ask('32', at32, ZHANG);
    await all.until('both words', async () => Object.keys((await all.shown('32', asked))?.provinces ?? {}).length === 2);
    const word = (await all.shown('32', asked))!.provinces['31']!;
    expect(word).toMatchObject({ outcome: 'postponed', basis: 'CN-NETDATA-12' });
    expect(word.untilMs! - all.world.now).toBeGreaterThan(1_094 * DAY_MS);
    // What no duty keeps is gone at once.
    expect([all.key('31', free), await all.person('31', free)]).toMatchObject([DESTROYED, { state: 'erased' }]);
    expect(await all.person('31', kept)).toMatchObject({ state: 'postponed', hold: { basis: 'CN-NETDATA-12' } });
    // Kept, and not used: only what the law still allows is read.
    const read = { person: kept, fields: ['phone'], caseNumber: 'c', legalBasis: 'PIPL-47', reader: 'clerk', hour: 1 };
    expect(await all.command('31', 'DisclosePerson', { ...read, purpose: 'service-contact' })).toMatchObject({ rejected: 'E-RESTRICTED' });
    expect(await all.command('31', 'DisclosePerson', { ...read, purpose: 'supervision' })).toMatchObject({ ok: true });
    expect(await all.command('31', 'CorrectPerson', { person: kept, sealed: {} })).toMatchObject({ rejected: 'E-RESTRICTED' });
    all.world.forward(1_096 * DAY_MS);
    await all.until('erased', async () => (await all.shown('32', asked))!.provinces['31']!.outcome === 'erased');
    expect([all.key('31', kept), await all.person('31', kept)]).toMatchObject([DESTROYED, { state: 'erased' }]);
    expect(await all.command('31', 'DisclosePerson', { ...read, purpose: 'supervision' })).toMatchObject({ rejected: 'E-ERASED' });
  });

  it('that two erasures meet is waited for once, and both are answered', async () => {
    const all = await started(9, ['31', '32']);
    await adopt(all);
    const kept = await all.record('31', 'a', ZHANG, ['entrusted']);
    const [one, other] = [await all.record('32', 'c', ZHANG), await all.record('32', 'd', ZHANG)];
    const first = await all.ask('32', one, ZHANG, 'a'.repeat(26));
    await all.until('both words', async () => Object.keys((await all.shown('32', first))?.provinces ?? {}).length === 2);
    expect(await all.person('32', other)).toMatchObject({ state: 'erased' });
    const third = await all.record('32', 'e', ZHANG);
    const second = await all.ask('32', third, ZHANG, 'b'.repeat(26));
    await all.until('postponed', async () => (await all.shown('32', second))?.provinces['31']?.outcome === 'postponed');
    all.world.forward(1_097 * DAY_MS);
    for (const id of [first, second])
      await all.until('erased', async () => (await all.shown('32', id))!.provinces['31']!.outcome === 'erased');
    expect(all.key('31', kept)).toMatchObject(DESTROYED);
  });
});

test('whoever dies at whatever it was doing: after its next start the key is destroyed, and it was attested once', async () => {
  let died = 0;
  // Until it has done its work three times before the call at which it was to die.
  for (let [number, lived] = [1, 0]; lived < 3; number += 1) {
    const all = await started(10, ['31', '32']);
    const [at31, at32] = [await all.record('31', 'a', ZHANG), await all.record('32', 'b', ZHANG)];
    all.crashAt('31', number);
    const asked = await all.ask('32', at32, ZHANG);
    const said = async (): Promise<boolean> => (await all.shown('32', asked))?.provinces['31'] !== undefined;
    await all.until('dead, or done', async () => !all.alive.has('31') || (await said()));
    // Never attested before the key is gone.
    const gone = (all.key('31', at31) as { value: object }).value;
    if (await said()) expect(gone).toEqual(DESTROYED.value);
    all.world.mischief = null;
    if (all.alive.has('31')) lived += 1;
    else {
      died += 1;
      await all.start('31');
    }
    await all.until('attested', said);
    await all.until('ready', () => all.node('31').status().notReady === null);
    expect(all.key('31', at31)).toMatchObject(DESTROYED);
    expect(await all.person('31', at31)).toMatchObject({ state: 'erased' });
    const { version } = await all.world.scheduler.resolve(all.node('31').read(erasure, erasureStream(asked)));
    expect(version).toBe(2);
  }
  expect(died).toBeGreaterThan(20);
}, 300_000);
