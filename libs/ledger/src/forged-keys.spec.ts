/**
 * Forged changes of keys, generated: rotations without a signature, a certificate or a form, heads by keys of another time, and proofs
 * by them. Each is refused for its own reason and leaves no trace; the genuine ones pass. The last test counts them.
 */
import { Disk, memoryStorage, SimulatedWorld, testHasher as hasher } from '../testing/index.js';
import { bits, range } from '../testing/forging.js';
import type { WireBlock } from './block.js';
import { KEY_TYPES, KEYS } from './builtin.js';
import { base64, fromBase64, utf8 } from './bytes.js';
import { canonicalBytes } from './canonical.js';
import { cosignerName, originOf, type CertifiedKey } from './federation.js';
import { Journal } from './journal.js';
import { makeEntry, type LedgerEntry } from './leaf.js';
import { checkpointText, cosign, formatNote, parseVerifier, signNote, type Verifier } from './note.js';
import { Replica } from './replica.js';
import { formatProof, verifyProof } from './tlog-proof.js';
import { append, bag, emptyRange, inclusionPlan, leafHash, rootOf } from './tree.js';

const counted: Record<string, number> = {};
const NAME = '31/voucher';
const simulated = new SimulatedWorld(61, ['31', '32', '33', '34']);
const owner = simulated.process('31').world;
const verifier = (line: string): Verifier => parseVerifier(hasher, line)!;
const old = verifier(simulated.federation.nodes[0]!.journals['voucher']!.key);
const next = simulated.nextKey('31', 'journal');
const key = verifier(next.key);

/** Entries before the block that hands over; it ends here. */
const HELD = 10;
const END = 12;
const NOW = Date.UTC(2026, 0, 5, 1);

const entryOf = (index: number, subject: string, type: string, data: object): LedgerEntry => {
  const facts = { source: originOf('yrd.test', NAME), type, subject, time: new Date(NOW).toISOString() };
  const rest = { actor: '31/node', policyversion: '-', legalbasis: 'T', classification: 'public' };
  const payload = canonicalBytes({ basis: {}, command: 'c', data, person: 'p', trace: 't' });
  return makeEntry(hasher, index, { ...facts, ...rest }, payload, { payload: hasher.sha256(utf8(`${index}`)) });
};
const plain = (index: number): LedgerEntry => entryOf(index, 'x/1', 'voucher.x.v1', { index });
const rotation = (data: object, type: string = KEY_TYPES.KeyRotated.type) => entryOf(END - 1, KEYS, type, data);
const genuine = { old: old.line, ...next, reason: 'yearly' };
const both = [old, key];

/** All entries up to a size, with this one where the keys change. */
const upTo = (size: number, change: LedgerEntry): LedgerEntry[] => range(size).map((at) => (at === END - 1 ? change : plain(at)));
const headOf = (entries: readonly LedgerEntry[], by: readonly Verifier[]): string => {
  const root = rootOf(
    hasher,
    entries.map(({ leaf }) => leafHash(hasher, leaf)),
  );
  return formatNote(signNote(owner.signer, by, checkpointText({ origin: old.name, size: entries.length, root })));
};
const block = (from: number, to: number, by: readonly Verifier[], change = rotation(genuine)): WireBlock => {
  const entries = upTo(to, change);
  return { journal: NAME, first: from, note: headOf(entries, by), entries: entries.slice(from) };
};

const instant = { there: () => Promise.resolve(), back: () => Promise.resolve() };
const open = async (offered: readonly CertifiedKey[] = [], trustedMs = NOW) => {
  const said: string[] = [];
  const notice = ({ facts }: { readonly facts: Readonly<Record<string, unknown>> }) => void said.push(String(facts['why']));
  const world = { ...simulated.process('32').world, storage: memoryStorage(new Disk(), instant), notice };
  const ring = simulated.ring(world, NAME);
  const judging = { now: () => trustedMs, voices: 2 };
  const replica = new Replica(world, await Journal.open(world, NAME), ring, simulated.lock('32'), () => undefined, judging);
  await replica.open();
  await replica.receive(block(0, HELD, [old]));
  for (const each of offered) ring.offer(each);
  return { replica, said };
};

describe('a rotation', () => {
  const NOT_CERTIFIED = 'its next key is not certified by the identity key of its node';
  const FORM = 'it changes keys in a form that nobody knows';
  const forger = verifier(simulated.nextKey('33', 'journal').key);
  const stolen = simulated.certified('33', next.key);
  const cosigner = simulated.nextKey('31', 'cosigner');
  const changed = (data: object) => block(HELD, END, both, rotation({ ...genuine, ...data }));
  const forgeries: readonly [string, string, () => readonly WireBlock[]][] = [
    ['signed by the old key alone', 'its head does not bear the signatures of both keys', () => [block(HELD, END, [old])]],
    ['signed by the new key alone', 'unknown', () => [block(HELD, END, [key])]],
    [
      'with a bit of the certificate turned',
      NOT_CERTIFIED,
      () => bits(fromBase64(next.certificate)!, 4).map((each) => changed({ certificate: base64(each) })),
    ],
    ['certified by another province', NOT_CERTIFIED, () => [changed(stolen), changed({ certificate: '' })]],
    ['to a key that nobody certified', NOT_CERTIFIED, () => [changed({ key: forger.line })]],
    ['that outlives its certificate', NOT_CERTIFIED, () => [changed({ notAfterMs: NOW + 1 }), changed({ notAfterMs: 2 ** 52 })]],
    ['to a key of another kind', 'its next key bears another name', () => [changed(cosigner)]],
    [
      'by a key that is not in force',
      'the key that hands over is not in force',
      () => ['', key.line, forger.line, `${old.line} `].map((line) => changed({ old: line })),
    ],
    ['to the key itself', 'its next key was in use before', () => [changed(simulated.certified('31', old.line))]],
    ['that has expired when it takes over', 'expired', () => [changed(simulated.nextKey('31', 'journal', 1, 'voucher', NOW - 1))]],
    [
      'in another form',
      FORM,
      () => [
        ...['old', 'key', 'certificate', 'reason'].flatMap((field) => [changed({ [field]: 7 }), changed({ [field]: null })]),
        ...[-1, 0.5, '7', null].map((notAfterMs) => changed({ notAfterMs })),
        ...[7, {}, { key: key.line }].map((sm2) => changed({ sm2 })),
        block(HELD, END, both, rotation(genuine, 'ledger.key-rotated.v2')),
        block(HELD, END, both, rotation({ key: 7 }, KEY_TYPES.KeyRevoked.type)),
        block(HELD, END, both, rotation({ key: old.line, fromSize: -1, reason: 'x' }, KEY_TYPES.KeyRevoked.type)),
      ],
    ],
    [
      'that is a revocation of the key in force',
      'it revokes a key that is in force',
      () => [block(HELD, END, [old], rotation({ key: old.line, fromSize: 3, reason: 'x' }, KEY_TYPES.KeyRevoked.type))],
    ],
  ];

  test.each(forgeries)('%s is not taken: %s', async (what, why, forge) => {
    const forged = forge();
    counted[what] = forged.length;
    for (const each of forged) {
      // Two heads of one size under the key in force would be the owner's lie: each forgery meets a reader of its own.
      const { replica, said } = await open();
      const received = await replica.receive(each);
      if (received !== 'distrusted' || !said.includes(why)) expect({ received, said, each }).toEqual({ received: 'distrusted', why });
      expect([replica.quarantined, replica.journal.size]).toEqual([null, HELD]);
    }
  });

  test('without the signature of the key in force is not taken, though a beat has told of the next', async () => {
    const { replica, said } = await open([next]);
    expect(await replica.receive(block(HELD, END, [key]))).toBe('distrusted');
    expect([said.includes('not in force'), replica.journal.size]).toEqual([true, HELD]);
    counted['told of by a beat'] = 1;
  });

  test('that is genuine is taken, and from then on nothing but the next key', async () => {
    const { replica } = await open();
    expect(await replica.receive(block(HELD, END, both))).toBe('accepted');
    for (const from of range(3).map((at) => END + at)) {
      expect(await replica.receive(block(from, from + 1, [old]))).toBe('distrusted');
      expect(await replica.receive(block(from, from + 1, [key]))).toBe('accepted');
    }
    expect(await replica.observe(headOf(upTo(END, rotation(genuine)), [old]))).toBeNull();
    expect(await replica.observe(headOf(upTo(END, rotation(genuine)), [key]))).toBeNull();
    expect(await replica.observe(headOf(upTo(END, rotation(genuine)), both))).toMatchObject({ size: END });
    expect(await replica.observe(headOf(upTo(HELD, rotation(genuine)), [key]))).toBeNull();
    expect(replica.quarantined).toBeNull();
    counted['after it'] = 6;
  });

  test('that is read later than the evidence against its key: the evidence is weighed then, and none of it was lost', async () => {
    const { replica } = await open();
    const told = (word: string) => [...upTo(END, rotation(genuine)), entryOf(END, 'x/1', 'voucher.x.v1', { word })];
    const [one, other] = ['this', 'that'].map((word) => headOf(told(word), [key]));
    for (const head of [one!, other!]) expect(await replica.observe(head, { evidence: true })).toBeNull();
    // The same again says nothing new.
    expect(await replica.observe(one!, { evidence: true })).toBeNull();
    expect([replica.quarantined, replica.setAside.all.length]).toEqual([null, 2]);
    expect(await replica.receive(block(HELD, END, both))).toBe('accepted');
    expect(replica.quarantined).toMatchObject({ journal: NAME, size: END + 1, held: one, note: other });
  });

  test('of a key that had expired is taken: the last that it may sign is the handing over', async () => {
    const until = NOW + 1_000;
    const first = simulated.nextKey('31', 'journal', 2, 'voucher', until);
    const second = simulated.nextKey('31', 'journal', 3, 'voucher');
    const one = rotation({ old: old.line, ...first, reason: 'x' });
    const two = entryOf(END + 1, KEYS, KEY_TYPES.KeyRotated.type, { old: first.key, ...second, reason: 'late' });
    const late = (entries: LedgerEntry[], from: number, by: readonly Verifier[]): WireBlock => ({
      journal: NAME,
      first: from,
      note: headOf(entries, by),
      entries: entries.slice(from),
    });
    let trusted = NOW;
    const world = { ...simulated.process('32').world, storage: memoryStorage(new Disk(), instant) };
    const ring = simulated.ring(world, NAME);
    const judging = { now: () => trusted, voices: 2 };
    const replica = new Replica(world, await Journal.open(world, NAME), ring, simulated.lock('32'), () => undefined, judging);
    await replica.open();
    await replica.receive(late(upTo(END, one), 0, [old, verifier(first.key)]));
    trusted = until + 1;
    expect(await replica.receive(late(upTo(END + 1, one), END, [verifier(first.key)]))).toBe('distrusted');
    const handing = [...upTo(END + 1, one), two];
    expect(await replica.receive(late(handing, END, [verifier(first.key), verifier(second.key)]))).toBe('accepted');
    expect(replica.setAside.all.map(({ why }) => why)).toEqual(['expired']);
    counted['after the expiry'] = 1;
  });
});

describe('evidence', () => {
  test('beyond what is read here is kept over a restart, and weighed when it is reached', async () => {
    const disk = new Disk();
    const begun = async () => {
      const world = { ...simulated.process('32').world, storage: memoryStorage(disk, instant) };
      const judging = { now: () => NOW, voices: 2 };
      const ring = simulated.ring(world, NAME);
      const replica = new Replica(world, await Journal.open(world, NAME), ring, simulated.lock('32'), () => undefined, judging);
      await replica.open();
      return replica;
    };
    const other = headOf([...range(END - 1).map(plain), entryOf(END - 1, 'x/2', 'voucher.x.v1', {})], [old]);
    const first = await begun();
    await first.receive(block(0, HELD, [old]));
    expect(await first.observe(other, { evidence: true })).toMatchObject({ size: END });
    expect(first.setAside.all.map(({ why }) => why)).toEqual(['not read so far']);
    const second = await begun();
    expect(await second.receive(block(HELD, HELD + 1, [old]))).toBe('accepted');
    expect(second.quarantined).toBeNull();
    await second.receive(block(HELD + 1, END, [old], plain(END - 1)));
    expect(second.quarantined).toMatchObject({ size: END, held: other });
  });

  test('is not what a thief signed with a key that was in force as far as was read', async () => {
    const { replica } = await open();
    const told = (word: string) => [...upTo(END, rotation(genuine)), entryOf(END, 'x/1', 'voucher.x.v1', { word })];
    expect(await replica.observe(headOf(told('stolen'), [old]))).toMatchObject({ size: END + 1 });
    expect(await replica.observe(headOf(told('true'), [key]))).toBeNull();
    expect(await replica.receive(block(HELD, END, both))).toBe('accepted');
    expect(replica.quarantined).toBeNull();
    expect(await replica.receive({ journal: NAME, first: END, note: headOf(told('true'), [key]), entries: told('true').slice(END) })).toBe(
      'accepted',
    );
  });

  test('that is true is forgotten once it is reached', async () => {
    const { replica } = await open();
    await replica.observe(headOf(upTo(END, plain(END - 1)), [old]), { evidence: true });
    await replica.receive(block(HELD, HELD + 1, [old]));
    expect(replica.setAside.all).toHaveLength(1);
    await replica.receive(block(HELD + 1, END, [old], plain(END - 1)));
    expect([replica.quarantined, replica.setAside.all]).toEqual([null, []]);
  });
});

test('a proof holds by the keys of the size of its head, and by those of no other time', () => {
  const names = ['32', '33'].map((each) =>
    verifier(simulated.federation.nodes.find(({ province }) => province === each)!.cosigners['voucher']!),
  );
  const all = upTo(2 * END, rotation(genuine));
  const leaves = all.map(({ leaf }) => leafHash(hasher, leaf));
  const nodes = new Map<string, Uint8Array>();
  append(hasher, emptyRange, leaves, ({ level, index }, hash) => void nodes.set(`${level}/${index}`, hash));
  const proofAt = (size: number, by: readonly Verifier[]): string => {
    const hashes = inclusionPlan(0, size).map((group) =>
      bag(
        hasher,
        group.map(({ level, index }) => nodes.get(`${level}/${index}`)!),
      ),
    );
    const text = checkpointText({ origin: old.name, size, root: rootOf(hasher, leaves.slice(0, size)) });
    const note = signNote(owner.signer, by, text);
    const lines = names.map((each) => cosign(simulated.signer(each.name.split('/')[2]!), each, text, 1_767_571_200));
    return formatProof({ index: 0, hashes, note: formatNote({ text, signatures: [...note.signatures, ...lines] }) });
  };
  const period = { revokedFrom: Infinity, joint: false };
  const history = [
    { ...period, key: old, from: 0, until: END },
    { ...period, key, from: END, until: Infinity, joint: true },
  ];
  const revoked = [{ ...history[0]!, revokedFrom: 5 }, history[1]!];
  const check = (journal: typeof history, source: string) => {
    const verdict = verifyProof({ hasher, signer: owner.signer }, { journal, cosigners: names }, all[0]!.leaf, source);
    return verdict.good || verdict.fault;
  };
  for (const size of range(2 * END).slice(1)) {
    const found = [[old], [key], [old, key]].map((by) => check(history, proofAt(size, by)));
    expect(found).toEqual(size < END ? [true, 'unsigned', true] : size === END ? ['unsigned', 'unsigned', true] : ['unsigned', true, true]);
    expect(check(revoked, proofAt(size, [old, key]))).toBe(size >= 5 && size < END ? 'unsigned' : true);
  }
  counted['proofs by keys of another time'] = 2 * END;
  expect(cosignerName('yrd.test', '32', 'voucher')).toBe(names[0]!.name);
});

test('there are at least 180 forged changes of keys', () => {
  expect(Object.values(counted).reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(180);
});
