/** HPKE as others wrote it down, and boxes that another implementation closed. */
import { fromBase64, fromHex, utf8 } from '@yrd/ledger';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boxKeyFrom, nodeEncryption, open, seal } from './hpke.js';

const bytes = (hex: string): Uint8Array => fromHex(hex)!;

/** RFC 9180 A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, base mode, sequence number 0. */
const rfc = {
  info: bytes('4f6465206f6e2061204772656369616e2055726e'),
  ephemeral: bytes('f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600'),
  receiver: bytes('8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb'),
  publicKey: bytes('4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a'),
  enc: '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a',
  about: bytes('436f756e742d30'),
  content: bytes('4265617574792069732074727574682c20747275746820626561757479'),
  ct: '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
};

test('HPKE seals and opens the vector of RFC 9180 A.2.1', () => {
  const sealed = seal(rfc.publicKey, rfc.info, rfc.about, rfc.content, boxKeyFrom(rfc.ephemeral));
  expect(sealed).toEqual(bytes(rfc.enc + rfc.ct));
  expect(open(boxKeyFrom(rfc.receiver), rfc.info, rfc.about, sealed)).toEqual(rfc.content);
});

test('a public point of low order opens nothing and breaks nothing', () => {
  const sealed = new Uint8Array(80);
  expect(open(boxKeyFrom(rfc.receiver), rfc.info, rfc.about, sealed)).toBeNull();
});

test('an entry that other software closed opens, for each of its provinces', () => {
  const vector = JSON.parse(readFileSync(join(__dirname, '../../../ledger/vectors/lock.json'), 'utf8')) as {
    readonly leaf: string;
    readonly secrets: Readonly<Record<string, string>>;
    readonly salt: string;
    readonly payload: string;
    readonly locked: string;
    readonly boxes: Readonly<Record<string, string>>;
  };
  const keys = new Map(Object.entries(vector.secrets).map(([province, secret]) => [province, boxKeyFrom(bytes(secret))]));
  for (const province of ['31', '33']) {
    const box = fromBase64(vector.boxes[province]!)!;
    const content = nodeEncryption(keys).decrypt(province, utf8(vector.leaf), fromBase64(vector.locked)!, box)!;
    expect([content.subarray(0, 32), content.subarray(32)]).toEqual([bytes(vector.salt), utf8(vector.payload)]);
  }
});
