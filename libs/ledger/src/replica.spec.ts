/** Replicas: what they take, what they drop, and what quarantines a journal. */
import { Disk, memoryStorage, SimulatedWorld } from '../testing/index.js';
import type { WireBlock } from './block.js';
import { hex, utf8 } from './bytes.js';
import { originOf } from './federation.js';
import { Journal } from './journal.js';
import { makeEntry, type LedgerEntry } from './leaf.js';
import { checkpointText, formatNote, parseVerifier, signNote } from './note.js';
import type { World } from './ports.js';
import type { Equivocation } from './quarantine.js';
import { Replica } from './replica.js';
import { leafHash, rootOf } from './tree.js';

const NAME = '31/voucher';
const federation = new SimulatedWorld(1, ['31', '32']);
const [owner, reader] = ['31', '32'].map((province) => federation.process(province).world) as [World, World];
const keyOf = (province: string) =>
  parseVerifier(owner.hasher, federation.federation.nodes.find((node) => node.province === province)!.journals['voucher']!.key)!;
const key = keyOf('31');
const instant = { there: () => Promise.resolve(), back: () => Promise.resolve() };

/** An entry of the owner; another `history` gives another entry at the same index. */
const entry = (index: number, history = 'a', source = originOf('yrd.test', NAME)): LedgerEntry => {
  const facts = { source, type: 'voucher.x.v1', subject: 'x/1', time: '2026-01-05T01:00:00.000Z' };
  const rest = { actor: '31/node', policyversion: '-', legalbasis: 'T', classification: 'public' };
  const payload = utf8(`{"basis":{},"command":"c","data":{"history":"${history}"},"person":"p","trace":"t"}`);
  return makeEntry(owner.hasher, index, { ...facts, ...rest }, payload, { payload: new Uint8Array(32) });
};
const entries = (from: number, to: number, history = 'a') => Array.from({ length: to - from }, (_, at) => entry(from + at, history));
const rootAt = (size: number, history = 'a', shared = 0) =>
  rootOf(
    owner.hasher,
    [...entries(0, shared), ...entries(shared, size, history)].map(({ leaf }) => leafHash(owner.hasher, leaf)),
  );

/** The owner's signed head of a history that has the first `shared` entries in common with the true one. */
const head = (size: number, history = 'a', shared = 0): string =>
  formatNote(signNote(owner.signer, key, checkpointText({ origin: key.name, size, root: rootAt(size, history, shared) })));
const block = (from: number, to: number, history = 'a'): WireBlock => ({
  journal: NAME,
  first: from,
  note: head(to, history, history === 'a' ? 0 : from),
  entries: entries(from, to, history),
});

const open = async (disk = new Disk(), storage = memoryStorage(disk, instant)) => {
  const world = { ...reader, storage };
  const found: Equivocation[] = [];
  const replica = new Replica(
    world,
    await Journal.open(world, NAME),
    federation.ring(world, NAME),
    federation.lock('32'),
    (each) => void found.push(each),
  );
  await replica.open();
  return { replica, found, disk, size: () => replica.journal.size };
};
const holding = async (size: number, disk = new Disk()) => {
  const opened = await open(disk);
  await opened.replica.receive(block(0, size));
  return opened;
};

describe('a replica', () => {
  test('takes blocks that continue it, and nothing twice', async () => {
    const { replica, size } = await open();
    expect(await replica.receive(block(0, 3))).toBe('accepted');
    expect(await replica.receive(block(3, 5))).toBe('accepted');
    expect(await replica.receive(block(0, 3))).toBe('duplicate');
    expect(await replica.receive(block(3, 5))).toBe('duplicate');
    expect([size(), hex(replica.journal.head.root)]).toEqual([5, hex(rootAt(5))]);
  });

  test('reads what follows while the block before is written, and believes it no sooner and no more', async () => {
    const { replica, size } = await open();
    const wrong = { ...block(3, 5), entries: entries(4, 6) };
    const gone = { ...block(3, 5), entries: entries(3, 5).map(({ leaf }) => ({ leaf })) };
    const taken = [block(0, 3), wrong, block(0, 3), gone, block(2, 5), block(5, 7), block(5, 7, 'b'), block(9, 12)];
    const received = await Promise.all(taken.map((each) => replica.receive(each)));
    expect(received).toEqual(['accepted', 'broken', 'duplicate', 'broken', 'accepted', 'accepted', 'contradicted', 'quarantined']);
    expect([size(), hex(replica.journal.head.root)]).toEqual([7, hex(rootAt(7))]);
  });

  test('does not jump over a gap, but remembers how far the owner is', async () => {
    const { replica, size } = await holding(2);
    expect(await replica.receive(block(5, 7))).toBe('gap');
    expect([size(), replica.known]).toEqual([2, 7]);
    expect(await replica.receive(block(2, 5))).toBe('accepted');
    expect(await replica.receive(block(5, 7))).toBe('accepted');
    expect([size(), replica.known]).toEqual([7, 7]);
  });

  test('takes what is new of a block that overlaps its end', async () => {
    const { replica, size } = await holding(4);
    expect(await replica.receive(block(2, 6))).toBe('accepted');
    expect([size(), hex(replica.journal.head.root)]).toEqual([6, hex(rootAt(6))]);
  });

  test('takes the same block once when two deliver it at the same time', async () => {
    const { replica, size } = await open();
    expect(await Promise.all([replica.receive(block(0, 3)), replica.receive(block(0, 3))])).toEqual(['accepted', 'duplicate']);
    expect(size()).toBe(3);
  });

  test('drops a block that was broken on the way, accuses nobody, and takes the good one after it', async () => {
    const { replica, found, size } = await holding(2);
    const good = block(2, 4);
    const [first, second] = good.entries as [LedgerEntry, LedgerEntry];
    const salt = first.payload!.salt;
    const broken: readonly WireBlock[] = [
      { ...good, entries: [first, entry(3, 'b')] },
      { ...good, entries: [second, first] },
      { ...good, entries: [first] },
      { ...good, entries: [first, second, entry(4)] },
      { ...good, entries: [{ leaf: first.leaf, payload: { bytes: utf8('{}'), salt } }, second] },
      { ...good, entries: [{ leaf: utf8('{}') }, second] },
      { ...good, note: head(5) },
      { ...good, note: 'nothing' },
    ];
    for (const each of broken) expect(await replica.receive(each)).toBe('broken');
    expect([found, size(), replica.quarantined]).toEqual([[], 2, null]);
    expect(await replica.receive(good)).toBe('accepted');
  });

  test('believes no key but the pinned one', async () => {
    const { replica, size } = await open();
    const other = federation.process('32').world.signer;
    const text = checkpointText({ origin: key.name, size: 2, root: rootAt(2) });
    const forged = formatNote(signNote(other, keyOf('32'), text));
    const renamed = formatNote({
      text,
      signatures: [{ name: key.name, keyId: key.keyId, signature: other.sign(keyOf('32').name, utf8(text)) }],
    });
    for (const note of [forged, renamed]) {
      expect(await replica.receive({ ...block(0, 2), note })).toBe('broken');
      expect(await replica.observe(note)).toBeNull();
    }
    expect(size()).toBe(0);
  });

  test('takes no entry that says it comes from another journal, though the owner signed it', async () => {
    const { replica } = await open();
    const foreign = entry(0, 'a', originOf('yrd.test', '32/voucher'));
    const root = rootOf(owner.hasher, [leafHash(owner.hasher, foreign.leaf)]);
    const note = formatNote(signNote(owner.signer, key, checkpointText({ origin: key.name, size: 1, root })));
    expect(await replica.receive({ journal: NAME, first: 0, note, entries: [foreign] })).toBe('broken');
  });
});

describe('an entry for some provinces', () => {
  const delta = new SimulatedWorld(1, ['31', '32', '33']);
  const named = ['31', '32'];
  const payload = { bytes: utf8('{"basis":{},"command":"c","data":{},"person":"p","trace":"t"}'), salt: new Uint8Array(32) };
  const facts = { source: originOf('yrd.test', NAME), type: 'voucher.x.v1', subject: 'x/1', time: '2026-01-05T01:00:00.000Z' };
  const rest = { actor: '31/node', policyversion: '-', legalbasis: 'T', classification: 'sensitive', audience: named.join(' ') };
  const made = makeEntry(owner.hasher, 0, { ...facts, ...rest }, payload.bytes, { payload: payload.salt }, (leaf, shown) =>
    delta.lock('31').close(named, leaf, shown),
  );
  const [leaf, locked] = [made.leaf, made.locked!];
  const root = rootOf(owner.hasher, [leafHash(owner.hasher, leaf)]);
  const { signer } = delta.process('31').world;
  const verifier = parseVerifier(owner.hasher, delta.federation.nodes[0]!.journals['voucher']!.key)!;
  const note = formatNote(signNote(signer, verifier, checkpointText({ origin: key.name, size: 1, root })));
  /** What a replica of this province makes of the entry as it comes. */
  const taken = async (province: string, given: LedgerEntry) => {
    const world = { ...delta.process(province).world, storage: memoryStorage(new Disk(), instant) };
    const journal = await Journal.open(world, NAME);
    const replica = new Replica(world, journal, delta.ring(world, NAME), delta.lock(province), () => undefined);
    await replica.open();
    const received = await replica.receive({ journal: NAME, first: 0, note, entries: [given] });
    return { received, entry: (await journal.entry(0))?.entry };
  };

  test('is opened where it is for us, and kept with all its boxes, so that we can pass it on', async () => {
    expect(await taken('32', { leaf, locked })).toEqual({ received: 'accepted', entry: { leaf, locked, payload } });
  });

  test('is kept closed where it is not, also when its payload was sent to us by mistake', async () => {
    expect(await taken('33', { leaf, locked })).toEqual({ received: 'accepted', entry: { leaf, locked } });
    expect((await taken('33', { leaf, locked, payload })).entry).toEqual({ leaf, locked });
  });

  test('is not taken with its box kept back, spoilt, or exchanged', async () => {
    const boxes = { ...locked.boxes };
    const spoilt = boxes['32']!.map((byte, at) => (at === 40 ? byte ^ 1 : byte));
    const withheld: readonly LedgerEntry[] = [
      { leaf },
      { leaf, payload },
      { leaf, locked: { ...locked, boxes: { 31: boxes['31']! } } },
      { leaf, locked: { ...locked, boxes: { ...boxes, 32: spoilt } } },
      { leaf, locked: { ...locked, boxes: { 31: boxes['32']!, 32: boxes['31']! } } },
      { leaf, locked: { ...locked, bytes: locked.bytes.subarray(1) } },
      { leaf, locked: { ...locked, boxes: { ...boxes, 33: spoilt } } },
    ];
    for (const each of withheld) expect((await taken('32', each)).received).toBe('broken');
  });

  test('is not taken when what its box holds is not what its leaf says', async () => {
    const other = { ...payload, bytes: utf8('{"basis":{},"command":"another","data":{},"person":"p","trace":"t"}') };
    expect((await taken('32', { leaf, locked: delta.lock('31').close(named, leaf, other) })).received).toBe('broken');
  });
});

describe('an owner that signs two histories', () => {
  test('at the size that is held is quarantined, with both notes', async () => {
    const { replica, found, size } = await holding(4);
    expect(await replica.receive(block(2, 4, 'b'))).toBe('contradicted');
    expect(found).toEqual([{ journal: NAME, note: head(4, 'b', 2), size: 4, held: head(4) }]);
    expect(await replica.receive(block(4, 6))).toBe('quarantined');
    expect(size()).toBe(4);
  });

  test('at a smaller size is found out by its root there', async () => {
    const { replica, found } = await holding(5);
    await replica.observe(head(3, 'b', 1));
    expect(found.map(({ size }) => size)).toEqual([3]);
    expect(replica.quarantined?.note).toBe(head(3, 'b', 1));
  });

  test('at a larger size is found out when the replica gets there', async () => {
    const { replica, found } = await holding(2);
    await replica.observe(head(4, 'b', 2));
    expect([found, replica.known]).toEqual([[], 4]);
    await replica.receive(block(2, 5));
    expect(found.map(({ size }) => size)).toEqual([4]);
  });

  test('at a larger size is found out by two heads alone', async () => {
    const { replica, found } = await holding(1);
    await replica.observe(head(9, 'b', 2));
    await replica.observe(head(9));
    expect(found).toEqual([{ journal: NAME, note: head(9), size: 9, held: head(9, 'b', 2) }]);
  });

  test('is not made out of an old head that is true', async () => {
    const { replica, found } = await holding(5);
    for (const size of [1, 2, 3, 4, 5]) await replica.observe(head(size));
    expect([found, replica.quarantined]).toEqual([[], null]);
  });

  test('stays in quarantine over a restart, and is reported once', async () => {
    const disk = new Disk();
    const { replica, found } = await holding(4, disk);
    await replica.observe(head(4, 'b', 2));
    await replica.observe(head(3, 'b', 2));
    expect(found).toHaveLength(1);
    const again = await open(disk);
    expect(again.replica.quarantined).toEqual(found[0]);
    expect(await again.replica.receive(block(4, 5))).toBe('quarantined');
  });

  test('is in quarantine for every process of the node, whichever of them saw it', async () => {
    const disk = new Disk();
    const { replica, found } = await holding(4, disk);
    const beside = await open(disk);
    await replica.observe(head(4, 'b', 2));
    for (let beat = 1; beat <= 2; beat += 1) await beside.replica.quarantine.recall();
    expect([beside.replica.quarantined, beside.found]).toEqual([found[0], found]);
    expect(await beside.replica.receive(block(4, 5))).toBe('quarantined');
  });
});

describe('a disk that refuses', () => {
  test('loses no block: the same one is taken when it comes again', async () => {
    const disk = new Disk();
    let refusals = 1;
    const there = async (operation: string): Promise<void> => {
      if (operation === 'insert' && refusals-- > 0) throw new Error('refused');
    };
    const { replica, size } = await open(disk, memoryStorage(disk, { there, back: instant.back }));
    await expect(replica.receive(block(0, 2))).rejects.toThrow('refused');
    expect(size()).toBe(0);
    expect(await replica.receive(block(0, 2))).toBe('accepted');
  });

  test('doubles no block whose acknowledgement was lost', async () => {
    const disk = new Disk();
    let losses = 1;
    const back = async (operation: string): Promise<void> => {
      if (operation === 'insert' && losses-- > 0) throw new Error('lost');
    };
    const { replica, size } = await open(disk, memoryStorage(disk, { there: instant.there, back }));
    await expect(replica.receive(block(0, 2))).rejects.toThrow('lost');
    expect(await replica.receive(block(0, 3))).toBe('accepted');
    // What landed before is what is there; the rest comes with the next block.
    expect(size()).toBe(2);
    expect(await replica.receive(block(2, 3))).toBe('accepted');
  });
});
