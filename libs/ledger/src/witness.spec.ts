/** The heartbeat: what is vouched for, replayed beats, forged cosignatures, one liar about time. */
import { Disk, memoryStorage, SimulatedWorld } from '../testing/index.js';
import type { WireBlock } from './block.js';
import { base64, hex, utf8 } from './bytes.js';
import { cosignerName, originOf } from './federation.js';
import { Journal } from './journal.js';
import { makeEntry, type LedgerEntry } from './leaf.js';
import { checkpointText, cosign, formatNote, parseNote, parseVerifier, signNote, type Note, type Verifier } from './note.js';
import { pin } from './pinned.js';
import type { World } from './ports.js';
import { Replica } from './replica.js';
import { leafHash, rootOf } from './tree.js';
import { beatText, Witness } from './witness.js';

const NAME = '31/voucher';
const PROVINCES = ['31', '32', '33', '34'];
const instant = { there: () => Promise.resolve(), back: () => Promise.resolve() };

const entry = (world: World, index: number): LedgerEntry => {
  const facts = { source: originOf('yrd.test', NAME), type: 'voucher.x.v1', subject: 'x/1', time: '2026-01-05T01:00:00.000Z' };
  const rest = { actor: '31/node', policyversion: '-', legalbasis: 'T', classification: 'public' };
  return makeEntry(world.hasher, index, { ...facts, ...rest }, utf8('{}'), { payload: new Uint8Array(32) });
};

/** Node 32, which witnesses the journal of 31, and the hands of the others. */
const set = async (disk = new Disk(), simulated = new SimulatedWorld(1, PROVINCES)) => {
  const worldOf = (province: string): World => simulated.process(province).world;
  const beats: Uint8Array[] = [];
  const publish = (_: string, value: Uint8Array) => Promise.resolve(void beats.push(value));
  const world: World = { ...worldOf('32'), storage: memoryStorage(disk, instant), bus: { ...worldOf('32').bus, publish } };
  const pinned = pin(world, simulated.federation, 'voucher');
  const owner = worldOf('31');
  const key = pinned.journal(NAME)!;
  const leaves = (size: number) => Array.from({ length: size }, (_, at) => entry(owner, at));
  const rootAt = (size: number) =>
    rootOf(
      owner.hasher,
      leaves(size).map(({ leaf }) => leafHash(owner.hasher, leaf)),
    );
  const head = (size: number): Note => signNote(owner.signer, key, checkpointText({ origin: key.name, size, root: rootAt(size) }));
  const block = (from: number, to: number): WireBlock => ({
    journal: NAME,
    first: from,
    note: formatNote(head(to)),
    entries: leaves(to).slice(from),
  });
  const replica = new Replica(world, await Journal.open(world, NAME), simulated.ring(world, NAME), simulated.lock('32'), () => undefined);
  await replica.open();
  const own = { signedHead: () => null, journal: '32/voucher' };
  const at = { province: '32', context: 'voucher', federation: simulated.federation };
  const witness = new Witness(world, at, own, simulated.witnessKeys('32'), new Map([[NAME, replica]]));
  await witness.open();
  /** A beat signed as a whole by a node. */
  const signed = (beat: Parameters<typeof beatText>[0], by: string): Uint8Array => {
    const signature = base64(worldOf(by).signer.sign(cosignerName('yrd.test', by, 'voucher'), beatText(beat)));
    return utf8(JSON.stringify({ v: 1, ...beat, signature }));
  };
  /** A beat of a node over a head of 31 at a time, cosigned by whom the caller likes. */
  const beat = (from: string, note: Note, seconds: number, by = from): Uint8Array => {
    const line = cosign(worldOf(by).signer, pinned.cosigner(by), note.text, seconds);
    const named = { ...line, name: cosignerName('yrd.test', from, 'voucher'), keyId: pinned.cosigner(from).keyId };
    const heads = [formatNote({ text: note.text, signatures: [...note.signatures, named] })];
    return signed({ from, context: 'voucher', heads }, from);
  };
  const vouched = (value: Uint8Array): Note[] =>
    (JSON.parse(new TextDecoder().decode(value)) as { heads: string[] }).heads.map((each) => parseNote(each)!);
  return { simulated, world, disk, replica, witness, beats, head, block, beat, signed, vouched, pinned, rootAt };
};

const start = Date.UTC(2026, 0, 5, 1) / 1_000;

describe('a witness that beats', () => {
  test('vouches for what it durably holds, with the owner’s signature and its own', async () => {
    const { replica, witness, beats, block, vouched, pinned } = await set();
    await replica.receive(block(0, 3));
    await witness.beat();
    const [note] = vouched(beats[0]!) as [Note];
    expect(note.text.split('\n')[1]).toBe('3');
    expect(note.signatures.map(({ name }) => name)).toEqual([pinned.journal(NAME)!.name, pinned.cosigner('32').name]);
  });

  test('never vouches for less than before, not even over a restored replica', async () => {
    const disk = new Disk();
    const { replica, witness, block } = await set(disk);
    await replica.receive(block(0, 3));
    await witness.beat();
    disk.blocks.clear();
    disk.table('tiles').clear();
    const again = await set(disk);
    await again.replica.receive(again.block(0, 2));
    await again.witness.beat();
    expect(again.vouched(again.beats[0]!)).toEqual([]);
    await again.replica.receive(again.block(2, 4));
    await again.witness.beat();
    expect(again.vouched(again.beats[1]!)).toHaveLength(1);
  });

  test('says nothing before its word is durable', async () => {
    const { simulated, disk, beats, replica, witness, block } = await set();
    await replica.receive(block(0, 1));
    const failing = memoryStorage(disk, { there: () => Promise.reject(new Error('refused')), back: instant.back });
    const broken = new Witness(
      { ...simulated.process('32').world, storage: failing },
      { province: '32', context: 'voucher', federation: simulated.federation },
      { signedHead: () => null, journal: '32/voucher' },
      simulated.witnessKeys('32'),
      new Map([[NAME, replica]]),
    );
    await expect(broken.beat()).rejects.toThrow('refused');
    expect([beats, simulated.broker.topic('yrd.32.witness').messages]).toEqual([[], []]);
    await witness.beat();
    expect(beats).toHaveLength(1);
  });

  test('vouches for no journal in quarantine', async () => {
    const { replica, witness, beats, block, vouched, world, pinned, rootAt, simulated } = await set();
    await replica.receive(block(0, 3));
    const lie = checkpointText({ origin: pinned.journal(NAME)!.name, size: 3, root: rootAt(2) });
    await replica.observe(formatNote(signNote(simulated.process('31').world.signer, pinned.journal(NAME)!, lie)));
    await witness.beat();
    expect([replica.quarantined === null, vouched(beats[0]!)]).toEqual([false, []]);
    expect(world.hasher).toBeDefined();
  });
});

describe('a witness that listens', () => {
  test('knows who vouched for what, and when', async () => {
    const { witness, head, beat, rootAt } = await set();
    expect(await witness.hear(beat('31', head(3), start))).toEqual([NAME]);
    await witness.hear(beat('33', head(2), start + 1));
    expect(witness.watermark(NAME)).toMatchObject({ size: 3, root: hex(rootAt(3)), time: start * 1_000 });
    expect([witness.cosignersOf(NAME, 2), witness.cosignersOf(NAME, 3)]).toEqual([['31', '33'], ['31']]);
  });

  test('is not turned back by a beat that comes late or again', async () => {
    const { witness, head, beat } = await set();
    await witness.hear(beat('31', head(3), start + 4));
    const word = witness.watermark(NAME);
    await witness.hear(beat('31', head(2), start + 2));
    await witness.hear(beat('31', head(2), start + 9));
    expect(witness.watermark(NAME)).toEqual(word);
  });

  test('believes no cosignature that another node made', async () => {
    const { simulated, witness, head, beat } = await set();
    expect(await witness.hear(beat('33', head(3), start, '34'))).toEqual([]);
    expect([witness.word(NAME, '33'), witness.cosignersOf(NAME, 1)]).toEqual([null, []]);
    expect(simulated.notices.map(({ what }) => what)).toContain('witness.bad-signature');
  });

  test('believes no head that its owner did not sign, whoever cosigned it', async () => {
    const { simulated, witness, beat, pinned, rootAt } = await set();
    const name = pinned.journal(NAME)!.name;
    const other = parseVerifier(simulated.process('33').world.hasher, pinned.journal('33/voucher')!.line) as Verifier;
    const forged = signNote(simulated.process('33').world.signer, other, checkpointText({ origin: name, size: 3, root: rootAt(3) }));
    expect(await witness.hear(beat('33', forged, start))).toEqual([]);
  });

  test('finds a contradiction that anybody carries', async () => {
    const { simulated, replica, witness, block, beat, pinned, rootAt } = await set();
    await replica.receive(block(0, 3));
    const lie = checkpointText({ origin: pinned.journal(NAME)!.name, size: 2, root: rootAt(3) });
    await witness.hear(beat('34', signNote(simulated.process('31').world.signer, pinned.journal(NAME)!, lie), start));
    expect(replica.quarantined?.size).toBe(2);
  });

  test('counts a node as present only when it signed its beat itself, also an empty one', async () => {
    const { witness, signed } = await set();
    await witness.hear(signed({ from: '33', context: 'voucher', heads: [] }, '34'));
    expect(witness.present(60_000)).toEqual([]);
    await witness.hear(signed({ from: '33', context: 'voucher', heads: [] }, '33'));
    expect(witness.present(60_000)).toEqual(['33']);
  });

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"v":1}',
    '{"v":1,"from":"33","context":"voucher","heads":[7]}',
    '{"v":1,"from":"99","context":"voucher","heads":[]}',
  ])('drops the malformed beat %j', async (source) => {
    const { witness } = await set();
    expect(await witness.hear(utf8(source))).toEqual([]);
    expect(witness.present(60_000)).toEqual([]);
  });

  test('takes its time from the second-earliest word: one liar can neither backdate nor rush it', async () => {
    const late = await set();
    for (const [from, seconds] of [
      ['31', start],
      ['33', start + 1],
      ['34', start - 86_400],
    ] as const)
      await late.witness.hear(late.beat(from, late.head(1), seconds));
    expect(late.witness.trustedTime()).toBe(start * 1_000);
    const early = await set();
    for (const [from, seconds] of [
      ['31', start],
      ['33', start + 1],
      ['34', start + 86_400],
    ] as const)
      await early.witness.hear(early.beat(from, early.head(1), seconds));
    expect(early.witness.trustedTime()).toBe((start + 1) * 1_000);
  });

  test('has no trusted time out of one word', async () => {
    const { witness, head, beat } = await set();
    await witness.hear(beat('31', head(1), start));
    expect(witness.trustedTime()).toBeNull();
  });
});
