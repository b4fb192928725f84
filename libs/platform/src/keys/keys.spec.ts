/** Keys of a node: how they are made, kept and read back. */
import { createPublicKey, verify } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateText } from '@yrd/ledger';
import { createNodeKeys, loadNodeKeys, noteKeyId, openSigningKey, saveNodeKeys } from './keys.js';

const shanghai = { federation: 'yrd.local', province: '31', name: '上海', url: 'http://127.0.0.1:3131', contexts: ['voucher', 'expert'] };

/** What a verifier line holds after name and key id: algorithm byte and public key. */
const bytesOf = (line: string): Buffer => Buffer.from(line.split('+').slice(2).join('+'), 'base64');

const publicKeyOf = (line: string) =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytesOf(line).subarray(1).toString('base64url') }, format: 'jwk' });

describe('the keys of a node', () => {
  const made = createNodeKeys(shanghai);

  test('are one identity, and for each context two of its journal, one of its cosigner and one box, named as everybody names them', () => {
    expect(made.secret.keys.map((line) => openSigningKey(line).name)).toEqual([
      'yrd.local/node/31',
      'yrd.local/log/31/voucher',
      'yrd.local/sm2/31/voucher',
      'yrd.local/witness/31/voucher',
      'yrd.local/box/31/voucher',
      'yrd.local/log/31/expert',
      'yrd.local/sm2/31/expert',
      'yrd.local/witness/31/expert',
      'yrd.local/box/31/expert',
    ]);
    expect(made.public.identity).toMatch(/^yrd\.local\/node\/31\+[0-9a-f]{8}\+A[A-Za-z0-9+/]+$/);
    expect(Object.keys(made.public.journals)).toEqual(['voucher', 'expert']);
  });

  test('carry the algorithm byte: 1 for identity and journals, 4 for cosigners, 32 for boxes, 255 for SM2', () => {
    expect(bytesOf(made.public.identity)[0]).toBe(1);
    expect(bytesOf(made.public.journals['voucher']?.key ?? '')[0]).toBe(1);
    expect(bytesOf(made.public.cosigners['voucher'] ?? '')[0]).toBe(4);
    expect(bytesOf(made.public.boxes?.['voucher']?.key ?? '')[0]).toBe(32);
    expect(bytesOf(made.public.sm2?.['voucher']?.key ?? '')[0]).toBe(255);
  });

  test('have the key id of the example in the Go sum database, made by other software', () => {
    const line = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
    expect(line).toContain(noteKeyId('sum.golang.org', 1, bytesOf(line).subarray(1)));
  });

  test('are certified by the identity key, and by no other text than the verifier line', () => {
    const { key, certificate } = made.public.journals['voucher'] ?? { key: '', certificate: '' };
    const identity = publicKeyOf(made.public.identity);
    expect(verify(null, Buffer.from(certificateText(key)), identity, Buffer.from(certificate, 'base64'))).toBe(true);
    const other = made.public.journals['expert']?.key ?? '';
    expect(verify(null, Buffer.from(certificateText(other)), identity, Buffer.from(certificate, 'base64'))).toBe(false);
  });

  test('are new each time', () => {
    const again = createNodeKeys(shanghai);
    expect(again.public.identity).not.toBe(made.public.identity);
    expect(again.secret.personKey).not.toBe(made.secret.personKey);
  });

  test.each([
    [{ ...shanghai, federation: 'yrd local' }, /host name/],
    [{ ...shanghai, province: '031' }, /two digits/],
    [{ ...shanghai, contexts: ['Voucher+'] }, /context/],
  ])('are refused for names that would break a note', (options, why) => {
    expect(() => createNodeKeys(options)).toThrow(why);
  });
});

describe('the key file', () => {
  let folder = '';
  const { secret } = createNodeKeys(shanghai);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keys-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is for its owner only, and reads back as it was written', async () => {
    const path = join(folder, 'node.json');
    await saveNodeKeys(path, secret);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await loadNodeKeys(path)).toEqual(secret);
  });

  test('is never replaced', async () => {
    const path = join(folder, 'node.json');
    await saveNodeKeys(path, secret);
    await expect(saveNodeKeys(path, createNodeKeys(shanghai).secret)).rejects.toThrow(/EEXIST/);
    expect(await loadNodeKeys(path)).toEqual(secret);
  });

  test('that everybody may read is refused', async () => {
    const path = join(folder, 'node.json');
    await saveNodeKeys(path, secret);
    await chmod(path, 0o644);
    await expect(loadNodeKeys(path)).rejects.toThrow(/chmod 600/);
  });

  test('that is missing is named', async () => {
    await expect(loadNodeKeys(join(folder, 'none.json'))).rejects.toThrow(/none\.json cannot be read/);
  });

  const line = secret.keys[0] ?? '';
  const altered = `${line.slice(0, -4)}${line.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  test.each([
    ['{', /not JSON/],
    ['7', /not a JSON object/],
    [JSON.stringify({ ...secret, extra: 1 }), /"extra"/],
    [JSON.stringify({ ...secret, province: 31 }), /"province"/],
    [JSON.stringify({ ...secret, personKey: 'ab' }), /"personKey"/],
    [JSON.stringify({ ...secret, keys: 'x' }), /"keys"/],
    [JSON.stringify({ ...secret, keys: ['x'] }), /PRIVATE\+KEY/],
    [JSON.stringify({ ...secret, keys: [altered] }), /key id/],
    [JSON.stringify({ ...secret, keys: [line, line] }), /two keys/],
    [JSON.stringify({ ...secret, province: '32' }), /no identity key/],
  ])('with %s is refused with what is wrong, and without the secret', async (text, why) => {
    const path = join(folder, 'node.json');
    await writeFile(path, text, { mode: 0o600 });
    await expect(loadNodeKeys(path)).rejects.toThrow(why);
    await expect(loadNodeKeys(path)).rejects.not.toThrow(secret.personKey);
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});
