/** The key file under a rotation: the secret is there before anybody hears of the key, whatever ends the process in between. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateText, openNode, parseNote, parseVerifier } from '@yrd/ledger';
import { SimulatedWorld } from '@yrd/ledger/testing';
import { KeyFile, type WantedRotation } from './key-file.js';
import { createNodeKeys, loadNodeKeys, saveNodeKeys } from './keys.js';
import { nodeHasher, nodeKeys } from './node-crypto.js';

const made = createNodeKeys({ federation: 'yrd.local', province: '31', name: '上海', url: 'http://127.0.0.1:1', contexts: ['voucher'] });
const old = made.public.journals['voucher']!.key;
const wanted = (more: Partial<WantedRotation> = {}): WantedRotation => ({
  command: 'c1',
  old,
  notAfterMs: 9_999,
  reason: 'yearly',
  ...more,
});
const idOf = (line: string): readonly [string, Uint8Array] => {
  const { name, keyId } = parseVerifier(nodeHasher, line)!;
  return [name, keyId];
};

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'key-file-'));
  path = join(folder, 'node.json');
  await saveNodeKeys(path, made.secret);
});
afterEach(() => rm(folder, { recursive: true }));

describe('the keys of a rotation', () => {
  test('are certified by the identity key up to their time, with an SM2 key beside a journal’s', async () => {
    const { signer } = (await KeyFile.open(path)).keys;
    const body = await (await KeyFile.open(path)).prepare(wanted());
    const identity = parseVerifier(nodeHasher, made.public.identity)!;
    for (const stated of [body, body.sm2!]) {
      const text = Buffer.from(certificateText(stated.key, 9_999));
      expect(signer.verify('ed25519', identity.publicKey, text, Buffer.from(stated.certificate, 'base64'))).toBe(true);
      expect(text.toString()).toBe(`yrd.ledger.certificate.v2\n${stated.key}\n9999\n`);
    }
    expect([idOf(body.key)[0], parseVerifier(nodeHasher, body.sm2!.key)?.suite]).toEqual(['yrd.local/log/31/voucher', 'sm2']);
    const cosigner = await (await KeyFile.open(path)).prepare(wanted({ command: 'c2', old: made.public.cosigners['voucher']! }));
    expect([cosigner.sm2, parseVerifier(nodeHasher, cosigner.key)?.kind]).toEqual([undefined, 'cosignature']);
  });

  test('are in the file, for its owner only, before they are named; the keys of before stay', async () => {
    const file = await KeyFile.open(path);
    const body = await file.prepare(wanted());
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['node.json']);
    for (const line of [old, body.key, body.sm2!.key, made.public.sm2!['voucher']!.key])
      for (const { signer } of [file.keys, (await KeyFile.open(path)).keys]) expect(signer.holds(...idOf(line))).toBe(true);
    expect((await loadNodeKeys(path)).keys.slice(0, made.secret.keys.length)).toEqual(made.secret.keys);
  });

  test('are the same for the same command, in this process or the next, and others for another command', async () => {
    const file = await KeyFile.open(path);
    const [first, second] = await Promise.all([file.prepare(wanted()), file.prepare(wanted({ notAfterMs: 5 }))]);
    expect(second).toEqual(first);
    expect(await (await KeyFile.open(path)).prepare(wanted())).toEqual(first);
    expect((await file.prepare(wanted({ command: 'c2' }))).key).not.toBe(first.key);
    expect((await loadNodeKeys(path)).rotations).toHaveLength(2);
  });

  test('that a crash left half written change nothing: the file of before is whole, and the next try succeeds', async () => {
    await writeFile(`${path}.new`, '{"federation": "yrd');
    const file = await KeyFile.open(path);
    expect(file.secret).toEqual(made.secret);
    const body = await file.prepare(wanted());
    expect((await KeyFile.open(path)).keys.signer.holds(...idOf(body.key))).toBe(true);
  });

  test('that cannot be written are not named', async () => {
    const file = await KeyFile.open(path);
    await rm(path);
    await expect(file.prepare(wanted())).rejects.toThrow(/cannot be read/);
    await saveNodeKeys(path, made.secret);
    await chmod(path, 0o644);
    await expect(file.prepare(wanted())).rejects.toThrow(/chmod 600/);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(made.secret);
  });

  test('follow a key that the file holds, and are certified by the identity key in it', async () => {
    const file = await KeyFile.open(path);
    await expect(file.prepare(wanted({ old: made.public.identity.replace('/node/31', '/log/31/voucher') }))).rejects.toThrow(
      /does not hold/,
    );
    const without = made.secret.keys.filter((line) => !line.includes('/node/31'));
    await expect(loadNodeKeys(path)).resolves.toEqual(made.secret);
    expect(without).toHaveLength(made.secret.keys.length - 1);
  });
});

test('two nodes with keys of both suites follow a rotation: the head that hands over bears all four lines', async () => {
  const world = new SimulatedWorld(1, ['31', '32']);
  const pairs = ['31', '32'].map((province) =>
    createNodeKeys({
      federation: 'yrd.test',
      province,
      name: province,
      url: 'http://127.0.0.1:1',
      contexts: ['voucher'],
      notAfterMs: 9e12,
    }),
  );
  await writeFile(path, JSON.stringify(pairs[0]!.secret));
  const file = await KeyFile.open(path);
  const held = [file.keys, nodeKeys(pairs[1]!.secret.keys)];
  const federation = { federation: 'yrd.test', nodes: pairs.map((pair) => pair.public) };
  const context = { codeVersion: '1', entryTypes: {}, folds: [], commands: {}, reactions: [], views: [], timers: () => [] };
  const nodes = ['31', '32'].map((province, at) => {
    const ports = { ...world.process(province).world, hasher: nodeHasher, signer: held[at]!.signer, encryption: held[at]!.encryption };
    return openNode({ world: ports, province, context: { ...context, name: 'voucher' }, federation, instance: province });
  });
  for (const node of nodes) await node.start();
  expect(await world.scheduler.until(() => nodes.every((node) => node.status().notReady === null), 60_000)).toBe(true);
  const before = federation.nodes[0]!.journals['voucher']!.key;
  const body = await file.prepare({ command: 'c1', old: before, reason: 'test' });
  const actor = { person: 'k', organisation: 'o', province: '31', roles: ['security-admin'] };
  const rotated = nodes[0]!.execute({ command: 'RotateKey', body, actor, idempotencyKey: 'r', trace: '' });
  expect(await world.scheduler.resolve(rotated)).toMatchObject({ ok: true });
  const known = () => nodes[1]!.keys('31/voucher').map(({ line, second }) => [line, second]);
  await world.scheduler.until(() => known().length === 2, 20_000);
  const { key, sm2 } = body;
  expect(known()).toEqual([
    [before, federation.nodes[0]!.sm2!['voucher']!.key],
    [key, sm2?.key],
  ]);
  await world.scheduler.pass(3_000);
  const note = parseNote((await world.scheduler.resolve(nodes[1]!.checkpoint('31/voucher')))!)!;
  const ids = [before, federation.nodes[0]!.sm2!['voucher']!.key, key, sm2!.key].map((line) => Buffer.from(idOf(line)[1]).toString('hex'));
  expect(note.signatures.map(({ keyId }) => Buffer.from(keyId).toString('hex'))).toEqual(ids);
});
