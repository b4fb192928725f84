/** A journal as strangers read it: tiles and bundles within the served checkpoint, the same at every node, and offline proofs. */
import { calm, FederationRun, gifts } from '../testing/index.js';
import { concat, hex } from './bytes.js';
import type { LedgerNode } from './node.js';
import { parseCheckpoint, parseNote, parseVerifier, type Checkpoint } from './note.js';
import { parseTilePath } from './served-log.js';
import { parseProof, verifyProof, type Trust } from './tlog-proof.js';
import { leafHash, nodeHash, rootOf } from './tree.js';

const PROVINCES = ['31', '32', '33', '34'];

/** Four nodes and the tools of a stranger, who holds the federation file and nothing else. */
const set = async (seed: number) => {
  const federation = new FederationRun(seed, gifts);
  const { scheduler, world } = federation;
  // One after the other: nodes that start in one instant would beat in step, and always cosign the same end.
  for (const province of PROVINCES) {
    await federation.start(province);
    await scheduler.pass(370);
  }
  await federation.ready(...PROVINCES);
  const tools = world.process('31').world;
  const wait = <T>(promise: Promise<T>): Promise<T> => scheduler.resolve(promise);
  const checkpointOf = async (node: LedgerNode, journal: string): Promise<Checkpoint> =>
    parseCheckpoint(parseNote((await wait(node.checkpoint(journal)))!)!.text)!;
  const leavesOf = async (node: LedgerNode, journal: string, size: number): Promise<Uint8Array[]> => {
    const leaves: Uint8Array[] = [];
    for (let tile = 0; 256 * tile < size; tile++) {
      const width = Math.min(256, size - 256 * tile);
      const suffix = width === 256 ? '' : `.p/${width}`;
      const { bytes } = (await wait(node.tile(journal, `entries/${String(tile).padStart(3, '0')}${suffix}`)))!;
      for (let at = 0; at < bytes.length; at += 2 + leaves.at(-1)!.length)
        leaves.push(bytes.subarray(at + 2, at + 2 + bytes[at]! * 256 + bytes[at + 1]!));
    }
    return leaves;
  };
  const trustIn = (journal: string): Trust => {
    const line = (province: string) => world.federation.nodes.find((node) => node.province === province)!;
    const owner = journal.slice(0, 2);
    const verifier = (text: string) => parseVerifier(tools.hasher, text)!;
    return {
      journal: verifier(line(owner).journals['gifts']!.key),
      cosigners: PROVINCES.filter((each) => each !== owner).map((each) => verifier(line(each).cosigners['gifts']!)),
    };
  };
  /** Commands without end, at all nodes; call what comes back to end them. */
  const busy = (everyMs: number): (() => void) => {
    let going = true;
    const send = async (): Promise<void> => {
      while (going) {
        for (const province of federation.alive.keys()) void federation.send(province, 'FillBox', { coins: 1 }).catch(() => undefined);
        await scheduler.sleep(everyMs);
      }
    };
    void send();
    return () => void (going = false);
  };
  return { federation, scheduler, tools, wait, checkpointOf, leavesOf, trustIn, busy };
};

describe('the path of a tile', () => {
  test.each([
    ['0/000', { level: 0, index: 0, width: 256 }],
    ['entries/x001/x234/067', { level: null, index: 1_234_067, width: 256 }],
    ['1/001.p/17', { level: 1, index: 1, width: 17 }],
    ['63/x999/999.p/255', { level: 63, index: 999_999, width: 255 }],
  ])('%s is read as C2SP writes it', (path, name) => expect(parseTilePath(path)).toEqual(name));

  test.each([
    ['a level with a leading zero', '00/000'],
    ['a level past 63', '64/000'],
    ['a negative level', '-1/000'],
    ['no level', '/000'],
    ['an index without padding', '0/0'],
    ['an index with a leading element of zeros', '0/x000/067'],
    ['an index without its x', '0/001/067'],
    ['an index that ends in x', '0/x001'],
    ['an index past 2^53', '0/x999/x999/x999/x999/x999/999'],
    ['a width of zero', '0/000.p/0'],
    ['a full tile written as a partial one', '0/000.p/256'],
    ['a width with a leading zero', '0/000.p/01'],
    ['more behind it', '0/000.p/1/'],
    ['a line break behind it', '0/000\n'],
    ['digits of another script', '0/٠٠٠'],
    ['a step upwards', '0/../../checkpoint'],
    ['nothing', ''],
  ])('is refused with %s', (_, path) => expect(parseTilePath(path)).toBeNull());
});

describe('a log under load', () => {
  test('serves one checkpoint for a second, and tiles up to exactly there', async () => {
    const { federation, scheduler, wait, checkpointOf, busy } = await set(21);
    const end = busy(80);
    const node = federation.node('31');
    const seen: { readonly at: number; readonly size: number }[] = [];
    for (let round = 0; round < 120; round++) {
      const { size } = await checkpointOf(node, '31/gifts');
      if (seen.at(-1)?.size !== size) seen.push({ at: scheduler.now, size });
      const [tile, index] = [Math.floor(size / 256), size % 256];
      const path = (width: number) => `0/${String(tile).padStart(3, '0')}.p/${width}`;
      if (index > 0) expect(await wait(node.tile('31/gifts', path(index)))).not.toBeNull();
      // The journal may be longer by now; what is served is not.
      if (index < 254 && scheduler.now - seen.at(-1)!.at < 900) expect(await wait(node.tile('31/gifts', path(index + 1)))).toBeNull();
      await scheduler.pass(50);
    }
    end();
    expect(seen.length).toBeGreaterThan(4);
    const gaps = seen.slice(2).map(({ at }, which) => at - seen[which + 1]!.at);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
  });

  test('proves an old and a young entry offline with two cosigners, at every node, though no two hold the same end', async () => {
    const { federation, scheduler, tools, wait, trustIn, busy } = await set(22);
    const end = busy(100);
    await scheduler.pass(7_000);
    for (const journal of PROVINCES.map((each) => `${each}/gifts`)) {
      for (const province of PROVINCES) {
        const node = federation.node(province);
        const { size } = node.status().journals.find((each) => each.journal === journal)!;
        // Cosignatures are at most two beats behind: 100 ms a command, 2 s a beat.
        for (const index of [0, size - 50]) {
          const proof = (await wait(node.proof(journal, index)))!;
          const leaf = parseProof(proof)!.extra!;
          const verdict = verifyProof(tools, trustIn(journal), leaf, proof);
          expect(verdict).toMatchObject({ good: true, index });
          expect(verdict.good && verdict.cosigners.length).toBeGreaterThanOrEqual(2);
          expect(JSON.parse(new TextDecoder().decode(leaf))).toMatchObject({ sequence: String(index) });
        }
      }
    }
    end();
  });

  test('says that two others have not cosigned yet rather than prove less', async () => {
    const { federation, wait } = await set(23);
    const { position } = (await federation.command('31', 'FillBox', { coins: 1 })) as { readonly position: { readonly size: number } };
    await expect(wait(federation.node('31').proof('31/gifts', position.size - 1))).rejects.toThrow(/^notCosignedYet 1 31\/gifts$/);
    expect(await wait(federation.node('31').proof('31/gifts', position.size))).toBeNull();
    await federation.scheduler.pass(6_000);
    expect(await wait(federation.node('31').proof('31/gifts', position.size - 1))).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra /);
  });

  test('is vouched for to its very end when its owner falls silent', async () => {
    const { federation, scheduler, wait, busy } = await set(24);
    const end = busy(50);
    await scheduler.pass(5_300);
    federation.kill('31');
    end();
    await scheduler.pass(10_000);
    const { size } = federation
      .node('32')
      .status()
      .journals.find(({ journal }) => journal === '31/gifts')!;
    expect(await wait(federation.node('32').proof('31/gifts', size - 1))).not.toBeNull();
    expect(
      federation
        .node('33')
        .status()
        .journals.find(({ journal }) => journal === '31/gifts')!.cosigners,
    ).toEqual(['32', '34']);
  });
});

describe('a log of several tiles', () => {
  test('hashes to its checkpoint, tile by tile, the same at owner and replica, also after a restart', async () => {
    const { federation, scheduler, tools, wait, checkpointOf, leavesOf } = await set(25);
    federation.world.faults = { ...calm, twice: 0.1, lost: 0.05 };
    for (let sent = 0; sent < 700; sent++) void federation.send('31', 'FillBox', { coins: 1 });
    await scheduler.pass(8_000);
    await federation.stop('32');
    await federation.start('32');
    await federation.ready('32');
    await federation.converge();
    await scheduler.pass(1_100);
    const [owner, replica] = [federation.node('31'), federation.node('32')];
    const { size, root } = await checkpointOf(owner, '31/gifts');
    expect(await checkpointOf(replica, '31/gifts')).toEqual({ origin: 'yrd.test/log/31/gifts', size, root });
    expect(size).toBe(701);
    const leaves = await leavesOf(owner, '31/gifts', size);
    const hashes = leaves.map((leaf) => leafHash(tools.hasher, leaf));
    expect(hex(rootOf(tools.hasher, hashes))).toBe(hex(root));
    let row = hashes.slice(0, 256);
    while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, at) => nodeHash(tools.hasher, row[2 * at]!, row[2 * at + 1]!));
    for (const node of [owner, replica]) {
      expect(await leavesOf(node, '31/gifts', size)).toEqual(leaves);
      const tile = async (path: string) => wait(node.tile('31/gifts', path));
      expect(await tile('0/000')).toEqual({ bytes: concat(...hashes.slice(0, 256)), full: true });
      expect(await tile('0/001')).toEqual({ bytes: concat(...hashes.slice(256, 512)), full: true });
      expect(await tile('0/002.p/189')).toEqual({ bytes: concat(...hashes.slice(512)), full: false });
      // A partial tile of an older checkpoint stays true: it is the beginning of the full one.
      expect(await tile('0/001.p/3')).toEqual({ bytes: concat(...hashes.slice(256, 259)), full: false });
      expect((await tile('1/000.p/2'))!.bytes.subarray(0, 32)).toEqual(row[0]);
      expect(await tile('entries/001')).toMatchObject({ full: true });
      for (const beyond of ['0/002', '0/002.p/190', '0/003.p/1', '1/000', '1/000.p/3', '2/000.p/1', 'entries/002', '63/000.p/1'])
        expect(await tile(beyond)).toBeNull();
    }
  });
});
