/** Keys that change while everything goes on: rotation, revocation, pinning anew and expiry, over four nodes. */
import { boxOf, FederationRun, gifts, signedBlock } from '../testing/index.js';
import { decodeWire, encodeWire, entriesOf } from './block.js';
import { KEYS, keysFold } from './builtin.js';
import { base64, utf8 } from './bytes.js';
import { Journal } from './journal.js';
import { makeEntry } from './leaf.js';
import { checkpointText, cosign, formatNote, parseNote, parseVerifier, signNote } from './note.js';
import { verifyProof } from './tlog-proof.js';
import { leafHash } from './tree.js';
import { beatText } from './witness.js';

const OWN = '31/gifts';
const DAY_MS = 86_400_000;
const keeper = ['security-admin'];
const run = async (seed: number): Promise<FederationRun> => {
  const federation = new FederationRun(seed, gifts);
  await federation.startAll();
  return federation;
};

/** The body of a rotation: the province's key in force, and its `nth` next one. */
const rotation = (federation: FederationRun, province: string, role: 'journal' | 'cosigner' = 'journal', nth = 1, notAfterMs?: number) => {
  const part = role === 'journal' ? '/log/' : '/witness/';
  const old = federation
    .node(province)
    .status()
    .keys.find(({ name }) => name.includes(part))!.line;
  return { old, ...federation.world.nextKey(province, role, nth, 'gifts', notAfterMs), reason: 'test' };
};
const rotate = async (federation: FederationRun, province: string, role?: 'journal' | 'cosigner', nth = 1, notAfterMs?: number) => {
  const body = rotation(federation, province, role, nth, notAfterMs);
  const answer = await federation.command(province, 'RotateKey', body, `rotation ${role} ${nth}`, keeper);
  expect(answer).toMatchObject({ ok: true });
  return body;
};
/** Every node's view of a journal's keys. */
const views = (federation: FederationRun, journal = OWN) =>
  [...federation.alive.values()].map(({ node }) => node.keys(journal).map(({ line, from, until }) => ({ line, from, until })));

describe('a rotation', () => {
  test('takes effect at the block that holds it: its head bears both signatures, the next only the new one', async () => {
    const federation = await run(11);
    await federation.command('31', 'FillBox', { coins: 5 });
    const { old, key } = await rotate(federation, '31');
    await federation.command('31', 'FillBox', { coins: 7 });
    await federation.converge();
    const [view, ...others] = views(federation);
    const end = view![1]!.from;
    expect(view).toEqual([
      { line: old, from: 0, until: end },
      { line: key, from: end, until: null },
    ]);
    expect(others).toEqual([view, view, view]);
    const notes = federation.world.broker.topic('yrd.31.gifts.journal').messages.map(({ value }) => parseNote(decodeWire(value)!.note)!);
    const idOf = (line: string) => parseVerifier(federation.world.hasher, line)!.keyId;
    const signedBy = notes.map(({ text, signatures }) => ({
      size: Number(text.split('\n')[1]),
      by: signatures.map(({ keyId }) => (keyId.join() === idOf(old).join() ? 'old' : keyId.join() === idOf(key).join() ? 'new' : 'other')),
    }));
    for (const { size, by } of signedBy) expect(by).toEqual(size < end ? ['old'] : size === end ? ['old', 'new'] : ['new']);
    expect(signedBy.map(({ size }) => size)).toContain(end);
  });

  test('under load fails and doubles no command, and all replicas are equal', async () => {
    const federation = await run(12);
    const asked: Promise<unknown>[] = [];
    for (let at = 0; at < 240; at++) {
      const province = federation.provinces[at % 4]!;
      asked.push(federation.send(province, 'FillBox', { coins: 1 }, `fill ${at}`));
      if (at % 48 === 47) {
        for (const each of federation.provinces)
          for (const role of ['journal', 'cosigner'] as const)
            asked.push(
              federation.send(each, 'RotateKey', rotation(federation, each, role, (at + 1) / 48), `rotation ${role} ${at}`, keeper),
            );
        await federation.scheduler.pass(300);
      } else await federation.scheduler.pass(2);
    }
    const answers = await federation.scheduler.resolve(Promise.all(asked));
    expect(answers).toEqual(answers.map(() => expect.objectContaining({ ok: true, repeated: false })));
    await federation.converge();
    for (const province of federation.provinces) {
      expect((await federation.scheduler.resolve(federation.node(province).read(gifts.folds[0]!, boxOf(province)))).state).toMatchObject({
        coins: 60,
      });
      expect(federation.node(province).keys(`${province}/gifts`)).toHaveLength(6);
      expect(
        federation
          .node(province)
          .status()
          .journals.map(({ state }) => state),
      ).toEqual(['live', 'live', 'live', 'live']);
    }
    expect(new Set(views(federation).map((view) => JSON.stringify(view))).size).toBe(1);
  });

  test('is known after restarts, and a gap that holds it is healed', async () => {
    const federation = await run(13);
    await federation.command('31', 'FillBox', { coins: 5 });
    await federation.converge();
    federation.kill('34');
    await rotate(federation, '31');
    await rotate(federation, '31', 'cosigner');
    for (let at = 0; at < 5; at++) await federation.command('31', 'FillBox', { coins: 1 });
    federation.world.broker.truncate('yrd.31.gifts.journal');
    await federation.start('34');
    await federation.ready('34');
    await federation.converge();
    for (const province of federation.provinces) await federation.stop(province);
    await federation.startAll();
    await federation.command('31', 'FillBox', { coins: 1 });
    await federation.converge();
    expect(new Set(views(federation).map((view) => JSON.stringify(view))).size).toBe(1);
    expect(views(federation)[3]).toHaveLength(2);
  });

  test('that only a beat tells of is asked for: the lost block is the one that hands over', async () => {
    const federation = await run(14);
    await federation.command('31', 'FillBox', { coins: 5 });
    await federation.converge();
    const { mischief } = federation.world;
    federation.world.mischief = {
      strike: () => null,
      arrival: (province, topic) => (province === '34' && topic === 'yrd.31.gifts.journal' ? { fate: 'lost', delayMs: 0 } : null),
    };
    await rotate(federation, '31');
    await rotate(federation, '31', 'cosigner');
    await federation.scheduler.pass(500);
    federation.world.mischief = mischief;
    await federation.converge();
    expect(views(federation)[3]).toEqual(views(federation)[0]);
    expect(
      federation
        .node('34')
        .status()
        .journals.flatMap(({ setAside }) => setAside),
    ).toEqual([]);
  });

  test('of its own is learned by a node that is restored from a backup of before, which forks nothing', async () => {
    const federation = await run(15);
    await federation.command('31', 'FillBox', { coins: 5 });
    await federation.converge();
    await federation.stop('31');
    const backup = federation.world.disks.get('31')!.copy();
    await federation.start('31');
    await federation.ready('31');
    await rotate(federation, '31');
    await rotate(federation, '31', 'cosigner');
    await federation.command('31', 'SendGift', { to: '32', coins: 1, dueMs: 0 });
    await federation.converge();
    const before = views(federation)[0];
    await federation.stop('31');
    federation.world.disks.set('31', backup);
    await federation.start('31');
    await federation.ready('31');
    expect(await federation.command('31', 'FillBox', { coins: 1 })).toMatchObject({ ok: true });
    await federation.converge();
    for (const view of views(federation)) expect(view).toEqual(before);
    expect(
      federation
        .node('32')
        .status()
        .journals.map(({ state }) => state),
    ).toEqual(['live', 'live', 'live', 'live']);
  });

  test('is followed by a reader who joins late and knows the first key only', async () => {
    const federation = await run(16);
    for (let nth = 1; nth <= 3; nth++) {
      await federation.command('31', 'FillBox', { coins: 5 });
      await rotate(federation, '31', 'journal', nth);
      await rotate(federation, '31', 'cosigner', nth);
    }
    await federation.converge();
    await federation.stop('34');
    federation.world.wipe('34');
    for (const topic of ['yrd.31.gifts.journal', 'yrd.34.gifts.journal']) federation.world.broker.truncate(topic);
    await federation.start('34');
    await federation.ready('34');
    await federation.converge();
    expect(views(federation).at(-1)).toEqual(views(federation)[0]);
    expect(views(federation)[0]).toHaveLength(4);
  });

  test('leaves old proofs good by the keys of their size, and by no other', async () => {
    const federation = await run(17);
    const answer = await federation.command('31', 'FillBox', { coins: 5 });
    await federation.converge();
    await federation.scheduler.pass(6_000);
    const proof = await federation.scheduler.resolve(federation.node('32').proof(OWN, 1));
    const { old, key } = await rotate(federation, '31');
    await federation.command('31', 'FillBox', { coins: 5 });
    await federation.converge();
    await federation.scheduler.pass(6_000);
    const later = await federation.scheduler.resolve(federation.node('32').proof(OWN, 1));
    expect(answer).toMatchObject({ ok: true });
    const { world } = federation.world.process('34');
    const verifier = (line: string) => parseVerifier(world.hasher, line)!;
    const others = federation.world.federation.nodes.filter(({ province }) => province !== '31');
    const cosigners = others.map((node) => verifier(node.cosigners['gifts']!));
    const leaves = federation.world.disks
      .get('31')!
      .journal(OWN)
      .inOrder()
      .flatMap((block) => entriesOf(block).map(({ leaf }) => leaf));
    const [first, second] = [verifier(old), verifier(key)];
    const check = (journal: Parameters<typeof verifyProof>[1]['journal'], source: string) => {
      const verdict = verifyProof(world, { journal, cosigners }, leaves[1]!, source);
      return verdict.good || verdict.fault;
    };
    const history = federation
      .node('34')
      .keys(OWN)
      .map(({ line, until, ...each }) => ({ ...each, key: verifier(line), until: until ?? Infinity, revokedFrom: Infinity }));
    expect([check(first, proof!), check(second, proof!), check(history, proof!)]).toEqual([true, 'unsigned', true]);
    expect([check(first, later!), check(second, later!), check(history, later!)]).toEqual(['unsigned', true, true]);
  });

  test('needs a certificate, the key in force, the next secret and the right role', async () => {
    const federation = await run(18);
    const good = rotation(federation, '31');
    const bad = [
      { ...good, certificate: rotation(federation, '32').certificate },
      { ...good, notAfterMs: 1 },
      { ...good, old: good.key },
      { ...good, key: rotation(federation, '31', 'cosigner').key },
      rotation(federation, '32'),
      { ...federation.world.nextKey('31', 'journal', 2, 'gifts', federation.world.now - 1), old: good.old, reason: 'late' },
    ];
    for (const [at, body] of bad.entries())
      expect(await federation.command('31', 'RotateKey', body, `bad ${at}`, keeper)).toMatchObject({ ok: false, rejected: 'E-KEY' });
    expect(await federation.command('31', 'RotateKey', good, 'wrong role', ['operator'])).toMatchObject({ rejected: 'E-ROLE' });
    const both = ['a', 'b'].map((key, at) =>
      federation.send('31', 'RotateKey', { ...good, ...federation.world.nextKey('31', 'journal', at + 1, 'gifts') }, key, keeper),
    );
    const answers = await federation.scheduler.resolve(Promise.all(both));
    expect(answers.map(({ ok }) => ok)).toEqual([true, false]);
    expect(federation.node('31').keys(OWN)).toHaveLength(2);
  });
});

/** A block of the owner of a journal after all that it wrote, true or not, signed with the key of this line; on its live topic. */
const tellMore = (federation: FederationRun, line: string, writtenMs: number, at = OWN): void => {
  const province = at.slice(0, 2);
  const before = federation.world.disks
    .get(province)!
    .journal(at)
    .inOrder()
    .flatMap((block) => entriesOf(block));
  const { hasher } = federation.world;
  const facts = {
    source: parseVerifier(hasher, line)!.name,
    type: 'gifts.gift-arrived.v1',
    subject: 'box/31',
    time: new Date(writtenMs).toISOString(),
  };
  const rest = { actor: '31/node', policyversion: '-', legalbasis: 'T', classification: 'public' };
  const payload = utf8('{"basis":{},"command":"c","data":{"gift":"x"},"person":"p","trace":"t"}');
  const entry = makeEntry(hasher, before.length, { ...facts, ...rest }, payload, { payload: new Uint8Array(32) });
  const told = { journal: at, before: before.map(({ leaf }) => leafHash(hasher, leaf)), entries: [entry] };
  const block = signedBlock({ hasher, signer: federation.world.signer(province) }, parseVerifier(hasher, line)!, told);
  federation.world.broker.append({ topic: `yrd.${province}.gifts.journal`, value: encodeWire(block), headers: {} });
};
const seenAt = (federation: FederationRun, province: string, journal = OWN) =>
  federation
    .node(province)
    .status()
    .journals.find((each) => each.journal === journal)!;
const sizeAt = (federation: FederationRun, province: string): number => seenAt(federation, province).size;
const setAside = (federation: FederationRun, province: string, journal = OWN) =>
  seenAt(federation, province, journal).setAside.map(({ why, size }) => `${why} ${size}`);
const states = (federation: FederationRun, province: string) =>
  federation
    .node(province)
    .status()
    .journals.map(({ state }) => state);
const LIVE = ['live', 'live', 'live', 'live'];

describe('a stolen key', () => {
  test('of before the rotation signs nothing more: what it says is set aside, and the journal goes on', async () => {
    const federation = await run(21);
    const { old } = await rotate(federation, '31');
    await federation.command('31', 'FillBox', { coins: 5 });
    await federation.converge();
    tellMore(federation, old, federation.world.now);
    await federation.scheduler.pass(3_000);
    const size = sizeAt(federation, '31');
    for (const province of ['32', '33', '34']) {
      expect(setAside(federation, province)).toEqual([`not in force there ${size + 1}`]);
      expect(states(federation, province)).toEqual(LIVE);
    }
    await federation.command('31', 'FillBox', { coins: 5 });
    await federation.converge();
  });

  test('that is revoked is answered for alike by a process whose place another has taken, and that does not know it yet', async () => {
    const federation = await run(23);
    await federation.command('31', 'FillBox', { coins: 1 });
    const first = federation.alive.get('31')!;
    await federation.start('31');
    await federation.ready('31');
    const { old } = await rotate(federation, '31');
    const revoked = { key: old, fromSize: 1, reason: 'stolen' };
    const answer = await federation.command('31', 'RevokeKey', revoked, 'revoke', keeper);
    expect(answer).toMatchObject({ ok: true });
    federation.alive.set('31', first);
    expect(await federation.command('31', 'RevokeKey', revoked, 'revoke', keeper)).toEqual({ ...answer, repeated: true });
  });

  test('that is revoked from a size on contradicts nothing there: two histories by a thief are no lie of the owner', async () => {
    const federation = await run(22);
    await federation.command('31', 'FillBox', { coins: 1 });
    await federation.converge();
    const from = sizeAt(federation, '31');
    await federation.command('31', 'FillBox', { coins: 2 });
    const { old, key } = await rotate(federation, '31');
    const revoke = (body: object, id: string, roles = keeper) =>
      federation.command('31', 'RevokeKey', { reason: 'stolen', ...body }, id, roles);
    expect(await revoke({ key, fromSize: from }, 'in force')).toMatchObject({ rejected: 'E-KEY' });
    expect(await revoke({ key: old, fromSize: from }, 'role', ['operator'])).toMatchObject({ rejected: 'E-ROLE' });
    expect(await revoke({ key: old, fromSize: from }, 'good')).toMatchObject({ ok: true });
    await federation.converge();
    // The thief's head of a size that the owner's key was in force for, and another root.
    const verifier = parseVerifier(federation.world.hasher, old)!;
    const lie = checkpointText({ origin: verifier.name, size: from, root: new Uint8Array(32) });
    const note = formatNote(signNote(federation.world.signer('31'), verifier, lie));
    const { world } = federation.world.process('32');
    const ring = federation.world.ring(world, OWN);
    const journal = await federation.scheduler.resolve(Journal.open(world, OWN));
    await federation.scheduler.resolve(ring.follow(journal));
    expect(ring.judge(note)).toMatchObject({ by: 'distrusted', why: 'revoked' });
    expect(federation.node('33').keys(OWN)[0]).toMatchObject({ line: old, revokedFrom: from });
    const stated = { text: note.slice(0, note.indexOf('\n\n') + 1), signatures: parseNote(note)!.signatures };
    const speaker = parseVerifier(federation.world.hasher, federation.world.federation.nodes[2]!.cosigners['gifts']!)!;
    const signer = federation.world.signer('33');
    const line = cosign(signer, speaker, stated.text, Math.floor(federation.world.now / 1_000) + 60);
    const beat = { from: '33', context: 'gifts', heads: [formatNote({ ...stated, signatures: [...stated.signatures, line] })] };
    const value = utf8(JSON.stringify({ v: 1, ...beat, signature: base64(signer.sign(speaker.name, beatText(beat))) }));
    federation.world.broker.append({ topic: 'yrd.33.witness', value, headers: {} });
    await federation.scheduler.pass(2_000);
    expect([setAside(federation, '32'), states(federation, '32')]).toEqual([[`revoked ${from}`], LIVE]);
  });
});

test('a lost key is replaced from a size on by the word of the other operators, each of whom says so in his own journal', async () => {
  const federation = await run(23);
  await federation.command('31', 'FillBox', { coins: 5 });
  await federation.converge();
  const from = sizeAt(federation, '31');
  for (const province of federation.provinces) await federation.stop(province);
  const { nodes } = federation.world.federation;
  const lost = nodes[0]!.journals['gifts']!;
  federation.world.lose('31', lost.key);
  const next = federation.world.nextKey('31', 'journal', 1, 'gifts');
  const repinned = { ...nodes[0]!, journals: { gifts: { ...lost, then: [{ from, ...next }] } } };
  federation.world.federation = { ...federation.world.federation, nodes: [repinned, ...nodes.slice(1)] };
  await federation.startAll();
  await federation.command('31', 'FillBox', { coins: 7 });
  await federation.converge();
  expect(views(federation)[1]).toEqual([
    { line: lost.key, from: 0, until: from },
    { line: next.key, from, until: null },
  ]);
  const said = async (province: string) =>
    (await federation.scheduler.resolve(federation.node(province).read(keysFold, KEYS))).state.repinned;
  for (const province of ['32', '33', '34']) expect(await said(province)).toEqual([`${OWN}@${from} ${next.key}`]);
  // Who joins now takes the part of before from those who hold its heads.
  await federation.stop('34');
  federation.world.wipe('34');
  federation.world.broker.truncate('yrd.34.gifts.journal');
  await federation.start('34');
  await federation.ready('34');
  await federation.converge();
  // Once pinned, the key rotates like any other.
  await rotate(federation, '31', 'journal', 2);
  await federation.command('31', 'FillBox', { coins: 7 });
  await federation.converge();
  expect(views(federation)[1]).toHaveLength(3);
});

describe('a key that expires', () => {
  test('warns ahead, then lets nothing be written but the next key, by which everything goes on', async () => {
    const federation = await run(24);
    const until = federation.world.now + 90 * DAY_MS;
    await rotate(federation, '31', 'journal', 1, until);
    const warning = () =>
      federation
        .node('31')
        .status()
        .keys.map((each) => each.warning);
    const seen = [];
    for (const left of [61, 59, 29, 6]) {
      federation.world.forward(until - left * DAY_MS - federation.world.now);
      await federation.scheduler.pass(1_500);
      seen.push(warning());
    }
    expect(seen).toEqual([
      [null, null],
      [60, null],
      [30, null],
      [7, null],
    ]);
    federation.world.forward(7 * DAY_MS);
    await federation.scheduler.pass(1_500);
    expect(await federation.command('31', 'FillBox', { coins: 1 })).toMatchObject({ rejected: 'E-KEY' });
    const first = federation.node('31').keys(OWN)[0]!.line;
    const revoked = { key: first, fromSize: 1, reason: 'stolen' };
    expect(await federation.command('31', 'RevokeKey', revoked, 'revoke', keeper)).toMatchObject({ rejected: 'E-KEY' });
    const cosigner = rotation(federation, '31', 'cosigner');
    expect(await federation.command('31', 'RotateKey', cosigner, 'cosigner', keeper)).toMatchObject({ rejected: 'E-KEY' });
    expect(federation.node('31').status().notReady).toMatchObject({ say: 'keyExpired', untilMs: expect.any(Number) });
    expect(await federation.command('32', 'SendGift', { to: '31', coins: 0, dueMs: 0 })).toMatchObject({ ok: true });
    // It opens again all the same, so that it can be rotated.
    federation.kill('31');
    await federation.start('31');
    await federation.scheduler.until(() => federation.node('31').status().notReady?.say === 'keyExpired', 20_000);
    await rotate(federation, '31', 'journal', 2);
    expect(await federation.command('31', 'FillBox', { coins: 1 })).toMatchObject({ ok: true });
    expect(await federation.command('31', 'RevokeKey', revoked, 'revoke', keeper)).toMatchObject({ ok: true });
    await federation.converge();
    for (const province of federation.provinces) expect([setAside(federation, province), states(federation, province)]).toEqual([[], LIVE]);
    // Who joins late takes what the expired key signed in time.
    await federation.stop('34');
    federation.world.wipe('34');
    for (const topic of ['yrd.31.gifts.journal', 'yrd.34.gifts.journal']) federation.world.broker.truncate(topic);
    await federation.start('34');
    await federation.ready('34');
    await federation.converge();
  });

  test('signs nothing more that anybody takes, not even with a time of before; late readers take what others saw in time', async () => {
    const federation = await run(25);
    const until = federation.world.now + 90 * DAY_MS;
    const { key } = await rotate(federation, '31', 'journal', 1, until);
    await federation.command('31', 'FillBox', { coins: 1 });
    await federation.converge();
    federation.world.forward(91 * DAY_MS);
    await federation.scheduler.pass(3_000);
    tellMore(federation, key, until - DAY_MS);
    await federation.scheduler.pass(3_000);
    const size = sizeAt(federation, '31');
    for (const province of ['32', '33', '34']) {
      expect(setAside(federation, province)).toEqual([`expired ${size + 1}`]);
      expect(states(federation, province)).toEqual(LIVE);
    }
    await federation.stop('34');
    federation.world.wipe('34');
    for (const topic of ['yrd.31.gifts.journal', 'yrd.34.gifts.journal']) federation.world.broker.truncate(topic);
    await federation.start('34');
    await federation.ready('34');
    await federation.converge();
    expect(sizeAt(federation, '34')).toBe(size);
  });
});
