/** SM2 with SM3: the published example, openssl both ways, and notes that bear two signatures. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpointText, formatNote, openCheckpoint, parseNote, parseVerifier, signNote, type Verifier } from '@yrd/ledger';
import { createNodeKeys, openSigningKey } from './keys.js';
import { nodeHasher, nodeKeys } from './node-crypto.js';
import { isSm2Secret, sm2KeyFrom, sm2Preamble, sm2PublicKey, sm2Sign, sm2Verify } from './sm2.js';

/** GB/T 32918.5-2017, annex A: the example of a signature over the curve in use. */
const published = {
  message: Buffer.from('message digest'),
  secret: Buffer.from('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8', 'hex'),
  point: Buffer.from(
    '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
    'hex',
  ),
  preamble: 'b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3',
  // r and s, both with a leading zero byte in DER: their first bit is set.
  signature: Buffer.from(
    '3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
    'hex',
  ),
};

describe('the example of the standard', () => {
  test('has the preamble, the point and the signature that were published', () => {
    expect(sm2Preamble(published.point).toString('hex')).toBe(published.preamble);
    expect(Buffer.from(sm2KeyFrom(published.secret).publicKey)).toEqual(published.point);
    expect(sm2Verify(sm2PublicKey(published.point), published.point, published.message, published.signature)).toBe(true);
  });

  test('does not hold with any bit of message or signature turned', () => {
    const key = sm2PublicKey(published.point);
    for (const part of ['message', 'signature'] as const) {
      for (let bit = 0; bit < 8 * published[part].length; bit += 1) {
        const turned = Buffer.from(published[part]);
        turned[bit >> 3]! ^= 1 << (bit & 7);
        const [message, signature] = part === 'message' ? [turned, published.signature] : [published.message, turned];
        expect(sm2Verify(key, published.point, message, signature)).toBe(false);
      }
    }
  });
});

test.each([
  ['nothing', Buffer.alloc(0), false],
  ['zero', Buffer.alloc(32), false],
  ['one', Buffer.from('01'.padStart(64, '0'), 'hex'), true],
  ['n − 2', Buffer.from('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54121', 'hex'), true],
  ['n − 1', Buffer.from('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122', 'hex'), false],
  ['more', Buffer.alloc(32, 0xff), false],
])('%s is a secret of the curve or not', (_what, secret, good) => {
  expect(isSm2Secret(secret)).toBe(good);
  if (good) expect(sm2KeyFrom(secret).publicKey).toHaveLength(64);
  else expect(() => sm2KeyFrom(secret)).toThrow(/make new keys/);
});

const keys = createNodeKeys({ federation: 'yrd.local', province: '31', name: '上海', url: 'http://127.0.0.1:1', contexts: ['voucher'] });
const { signer } = nodeKeys(keys.secret.keys);
const line = (text: string | undefined): Verifier => parseVerifier(nodeHasher, text!)!;
const second = line(keys.public.sm2?.['voucher']?.key);
const journal: Verifier = { ...line(keys.public.journals['voucher']?.key), second };
const body = checkpointText({ origin: journal.name, size: 7, root: new Uint8Array(32).fill(9) });
const signed = signNote(signer, journal, body);

describe('a note with two keys', () => {
  test('bears both signatures and opens', () => {
    expect(signed.signatures.map(({ name }) => name)).toEqual(['yrd.local/log/31/voucher', 'yrd.local/sm2/31/voucher']);
    expect(openCheckpoint(signer, journal, formatNote(signed))).toMatchObject({ size: 7 });
  });

  test('opens for who pins the first key only: the other line is ignored', () => {
    expect(openCheckpoint(signer, line(journal.line), formatNote(signed))).toMatchObject({ size: 7 });
  });

  test('does not open without either, with either turned, or with the second of another text or key', () => {
    const [first, other] = signed.signatures as [(typeof signed.signatures)[0], (typeof signed.signatures)[0]];
    const turned = (of: typeof first) => ({ ...of, signature: of.signature.map((byte, at) => (at === 9 ? byte ^ 1 : byte)) });
    const elsewhere = signNote(signer, journal, body.replace('\n7\n', '\n8\n')).signatures[1]!;
    const stranger = { ...other, signature: sm2Sign(sm2KeyFrom(published.secret), Buffer.from(body)) };
    for (const signatures of [[first], [other], [turned(first), other], [first, turned(other)], [first, elsewhere], [first, stranger]])
      expect(openCheckpoint(signer, journal, formatNote({ text: body, signatures }))).toBeNull();
  });

  test('has key lines that survive no mangling', () => {
    expect(openSigningKey(keys.secret.keys[2]!)).toMatchObject({ name: second.name, publicKey: second.publicKey });
    for (let at = 0; at < second.line.length; at += 1) {
      const other = second.line.slice(0, at) + String.fromCharCode(second.line.charCodeAt(at) + 1) + second.line.slice(at + 1);
      expect(parseVerifier(nodeHasher, other)).toBeNull();
    }
  });
});

/** What a stranger has on his desk. */
const openssl = spawnSync('openssl', ['version']).status === 0 ? test : test.skip;

describe('openssl', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yrd-sm2-'));
  const at = (name: string): string => join(folder, name);
  const id = ['-sigopt', 'distid:1234567812345678'];
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  openssl('believes the second line of a note, and no other text under it', () => {
    const parsed = parseNote(formatNote(signed))!;
    writeFileSync(at('key.pem'), sm2PublicKey(second.publicKey).export({ format: 'pem', type: 'spki' }));
    writeFileSync(at('signature'), parsed.signatures[1]!.signature);
    writeFileSync(at('text'), parsed.text);
    const verify = () => spawnSync('openssl', ['dgst', '-sm3', '-verify', at('key.pem'), ...id, '-signature', at('signature'), at('text')]);
    expect(verify().stdout.toString()).toBe('Verified OK\n');
    writeFileSync(at('text'), parsed.text.replace('\n7\n', '\n8\n'));
    expect(verify().status).not.toBe(0);
  });

  openssl('signs what is believed here', () => {
    const { privateKey, publicKey } = sm2KeyFrom(published.secret);
    writeFileSync(at('secret.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
    writeFileSync(at('text'), body);
    execFileSync('openssl', ['dgst', '-sm3', '-sign', at('secret.pem'), ...id, '-out', at('signed'), at('text')]);
    expect(signer.verify('sm2', publicKey, Buffer.from(body), readFileSync(at('signed')))).toBe(true);
  });
});
