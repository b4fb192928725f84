/** Sealing keeps to published vectors and to its own frozen ones, and opens for nobody else, nowhere else, never altered. */
import { execFileSync } from 'node:child_process';
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aesGcm, ivFor, seal, SealBroken, SEALING_SUITES, sm4CtrHmacSm3, unseal, type SealingSuite } from './sealing.js';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const about = { subject: '0f3c5a9b1d2e4f60718293a4b5', field: 'idNumber' };
const dataKey = bytes('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
const NUMBER = '11010519491231002X';

/** What the machine's own openssl answers; null where there is none, or one that does not know the algorithm. */
const openssl = (args: readonly string[], input: Buffer): Buffer | null => {
  try {
    return execFileSync('openssl', [...args], { input, stdio: ['pipe', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
};

describe('AES-256-GCM', () => {
  // McGrew and Viega, The Galois/Counter Mode of Operation, test cases 13 to 16.
  const zero = '00'.repeat(32);
  const key = 'feffe9928665731c6d6a8f9467308308'.repeat(2);
  const iv = 'cafebabefacedbaddecaf888';
  const text =
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255';
  const body =
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad';
  it.each([
    ['13', zero, '00'.repeat(12), '', '', '', '530f8afbc74536b9a963b4f1c4cb738b'],
    ['14', zero, '00'.repeat(12), '', '00'.repeat(16), 'cea7403d4d606b6e074ec5d3baf39d18', 'd0d1c8a799996bf0265b98b5d48ab919'],
    ['15', key, iv, '', text, body, 'b094dac5d93471bdec1a502270e3cc6c'],
    ['16', key, iv, 'feedfacedeadbeef'.repeat(2) + 'abaddad2', text.slice(0, 120), body.slice(0, 120), '76fc6ece0f4e1768cddf8853bb2d551b'],
  ])('is that of test case %s', (_, k, nonce, aad, plain, cipher, tag) => {
    const closed = aesGcm.close(bytes(k), bytes(nonce), bytes(aad), bytes(plain));
    expect(closed.toString('hex')).toBe(cipher + tag);
    expect(aesGcm.open(bytes(k), bytes(nonce), bytes(aad), closed)?.toString('hex')).toBe(plain);
  });
});

describe('SM4-CTR with HMAC-SM3', () => {
  const key = '0123456789abcdeffedcba9876543210';
  const counter = '000102030405060708090a0b0c0d0e0f';
  const text = ['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'aa', 'bb'].map((each) => each.repeat(8)).join('');

  it('stands on the SM4 of GB/T 32907', () => {
    const cipher = createCipheriv('sm4-ecb', bytes(key), null).setAutoPadding(false);
    expect(cipher.update(bytes(key)).toString('hex')).toBe('681edf34d206965e86b3e94f536e4246');
  });

  it('encrypts as draft-ribose-cfrg-sm4 A.2.5 does, and as openssl', () => {
    const keys = { encrypt: bytes(key), authenticate: new Uint8Array(32) };
    const closed = sm4CtrHmacSm3.close(keys, bytes(counter), new Uint8Array(0), bytes(text)).subarray(0, -32);
    expect(closed.toString('hex')).toBe(
      'ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514',
    );
    const theirs = openssl(['enc', '-sm4-ctr', '-K', key, '-iv', counter], bytes(text));
    expect([closed, null]).toContainEqual(theirs);
  });

  // GM/T 0042-2015, appendix D.3.
  const counting = Array.from({ length: 37 }, (_, at) => (at + 1).toString(16).padStart(2, '0')).join('');
  const letters = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq';
  it.each([
    [counting.slice(0, 64), Buffer.from(letters + letters), 'ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a'],
    [counting, Buffer.alloc(50, 0xcd), '220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae'],
    ['0b'.repeat(32), Buffer.from('Hi There'), 'c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e'],
    [
      Buffer.from('Jefe').toString('hex'),
      Buffer.from('what do ya want for nothing?'),
      '2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882',
    ],
  ])('authenticates with the HMAC-SM3 of GM/T 0042, key %s', (mac, message, tag) => {
    expect(createHmac('sm3', bytes(mac)).update(message).digest('hex')).toBe(tag);
    const theirs = openssl(['dgst', '-sm3', '-mac', 'hmac', '-macopt', `hexkey:${mac}`, '-binary'], message);
    expect([tag, undefined]).toContain(theirs?.toString('hex'));
  });

  it('compares the tag before it decrypts anything', () => {
    const keys = { encrypt: bytes(key), authenticate: randomBytes(32) };
    const closed = sm4CtrHmacSm3.close(keys, bytes(counter), bytes('0a'), bytes(text));
    for (const at of [0, closed.length - 33, closed.length - 32, closed.length - 1]) {
      const altered = Buffer.from(closed);
      altered[at]! ^= 1;
      expect(sm4CtrHmacSm3.open(keys, bytes(counter), bytes('0a'), altered)).toBeNull();
    }
    expect(sm4CtrHmacSm3.open(keys, bytes(counter), bytes('0b'), closed)).toBeNull();
  });
});

interface Vector {
  readonly suite: SealingSuite;
  readonly dataKey: string;
  readonly subject: string;
  readonly field: string;
  readonly act: string;
  readonly text: string;
  readonly iv: string;
  readonly sealed: string;
}
// Computed by another implementation (Python, pyca/cryptography) from docs/adr/0003 alone.
const vectors = JSON.parse(readFileSync(join(__dirname, '../../vectors/sealing.json'), 'utf8')) as readonly Vector[];

test.each(vectors)('$suite seals $field "$text" to the frozen bytes', ({ suite, dataKey: key, act, text, iv, sealed, ...where }) => {
  expect(Buffer.from(ivFor(suite, bytes(key), act, where, text)).toString('hex')).toBe(iv);
  expect(seal(suite, bytes(key), where, text, bytes(iv))).toBe(sealed);
  expect(unseal(bytes(key), where, sealed)).toBe(text);
});

describe.each(SEALING_SUITES)('What was sealed with %s', (suite) => {
  const sealed = seal(suite, dataKey, about, NUMBER);

  it('opens again, and shows nothing of it before', () => {
    expect(unseal(dataKey, about, sealed)).toBe(NUMBER);
    expect(sealed).not.toContain(NUMBER);
    expect(sealed).toMatch(/^yrd\.sealed\.v1:[a-z0-9+-]+:[\w-]+:[\w-]+$/);
  });

  it('is other bytes each time, and the same for the same act', () => {
    expect(seal(suite, dataKey, about, NUMBER)).not.toBe(sealed);
    const act = (name: string) => Buffer.from(ivFor(suite, dataKey, name, about, NUMBER)).toString('hex');
    expect(act('one')).toBe(act('one'));
    expect(act('one')).not.toBe(act('two'));
  });

  it.each([
    ['for another person', dataKey, { ...about, subject: 'ffffffffffffffffffffffffff' }],
    ['as another field', dataKey, { ...about, field: 'phone' }],
    ['under another key', randomBytes(32), about],
  ])('does not open %s', (_, key, where) => {
    expect(() => unseal(key, where, sealed)).toThrow(SealBroken);
  });

  it('does not open with any character altered, cut or taken from the other suite', () => {
    const other = SEALING_SUITES.find((each) => each !== suite)!;
    const altered = [...sealed].map((_, at) => sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1));
    // The last character of base64 may hold bits that say nothing.
    const differs = altered.filter((each) => !sameBytes(each, sealed));
    const cut = [sealed.slice(0, -4), sealed.split(':').slice(0, 3).join(':'), '', `${sealed}:x`, sealed.replace(suite, other)];
    for (const each of [...differs, ...cut]) expect(() => unseal(dataKey, about, each)).toThrow(SealBroken);
    expect(differs.length).toBeGreaterThan(sealed.length - 3);
  });

  it('holds no more than a field may', () => {
    expect(() => seal(suite, dataKey, about, '长'.repeat(2_000))).toThrow(/at most 4096 bytes/);
  });
});

const sameBytes = (one: string, other: string): boolean =>
  one.split(':').every((part, at) => Buffer.from(part, 'base64url').equals(Buffer.from(other.split(':')[at] ?? '', 'base64url'))) &&
  one.split(':').length === other.split(':').length &&
  one.split(':').slice(0, 2).join() === other.split(':').slice(0, 2).join();
