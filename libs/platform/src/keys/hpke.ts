/**
 * HPKE (RFC 9180), base mode, one message: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305 over node:crypto. Libraries
 * for it answer with promises, and the ledger encrypts within a turn, which awaits nothing.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import type { Encryption } from '@yrd/ledger';

// RFC 8410 §7 and §4: what stands before the 32 bytes of an X25519 key in PKCS #8 and in SPKI.
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const spkiPrefix = Buffer.from('302a300506032b656e032100', 'hex');

/** An X25519 key: 32 secret bytes, opened. */
export interface BoxKey {
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Opens an X25519 secret of 32 bytes. */
export const boxKeyFrom = (secret: Uint8Array): BoxKey => {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, secret]), format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32)) };
};

const publicKeyFrom = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([spkiPrefix, bytes]), format: 'der', type: 'spki' });

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
const kemSuite = Buffer.concat([Buffer.from('KEM'), u16(0x20)]);
const hpkeSuite = Buffer.concat([Buffer.from('HPKE'), u16(0x20), u16(0x01), u16(0x03)]);
const version = Buffer.from('HPKE-v1');
const nothing = Buffer.alloc(0);

const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest();

/** LabeledExtract of RFC 9180 §4. */
const extract = (suite: Uint8Array, salt: Uint8Array, label: string, input: Uint8Array): Buffer =>
  hmac(salt, version, suite, Buffer.from(label), input);

/** LabeledExpand of RFC 9180 §4, for at most one block of HKDF (32 bytes). */
const expand = (suite: Uint8Array, key: Uint8Array, label: string, info: Uint8Array, length: number): Buffer =>
  hmac(key, u16(length), version, suite, Buffer.from(label), info, Buffer.of(1)).subarray(0, length);

/** Key and nonce of one message, the same for both sides (RFC 9180 §4.1 and §5.1). */
const schedule = (
  shared: Uint8Array,
  ephemeral: Uint8Array,
  receiver: Uint8Array,
  info: Uint8Array,
): { readonly key: Buffer; readonly nonce: Buffer } => {
  const prk = extract(kemSuite, nothing, 'eae_prk', shared);
  const secretInput = expand(kemSuite, prk, 'shared_secret', Buffer.concat([ephemeral, receiver]), KEY_BYTES);
  const context = Buffer.concat([
    Buffer.of(0),
    extract(hpkeSuite, nothing, 'psk_id_hash', nothing),
    extract(hpkeSuite, nothing, 'info_hash', info),
  ]);
  const secret = extract(hpkeSuite, secretInput, 'secret', nothing);
  return {
    key: expand(hpkeSuite, secret, 'key', context, KEY_BYTES),
    nonce: expand(hpkeSuite, secret, 'base_nonce', context, NONCE_BYTES),
  };
};

const aeadSeal = (key: Uint8Array, nonce: Uint8Array, about: Uint8Array, content: Uint8Array): Buffer => {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(about, { plaintextLength: content.length });
  return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
};

/** Null when anything was altered. */
const aeadOpen = (key: Uint8Array, nonce: Uint8Array, about: Uint8Array, sealed: Uint8Array): Buffer | null => {
  if (sealed.length < TAG_BYTES) return null;
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(about, { plaintextLength: sealed.length - TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
};

/** `enc ‖ ct` of one message to a public key. `ephemeral` is given only by test vectors. */
export const seal = (
  to: Uint8Array,
  info: Uint8Array,
  about: Uint8Array,
  content: Uint8Array,
  ephemeral = boxKeyFrom(randomBytes(32)),
): Uint8Array => {
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: publicKeyFrom(to) });
  const { key, nonce } = schedule(shared, ephemeral.publicKey, to, info);
  return new Uint8Array(Buffer.concat([ephemeral.publicKey, aeadSeal(key, nonce, about, content)]));
};

/** The content of `enc ‖ ct`; null when it is not for this key, or anything was altered. */
export const open = (own: BoxKey, info: Uint8Array, about: Uint8Array, sealed: Uint8Array): Uint8Array | null => {
  if (sealed.length < KEY_BYTES + TAG_BYTES) return null;
  const ephemeral = sealed.subarray(0, KEY_BYTES);
  try {
    const shared = diffieHellman({ privateKey: own.privateKey, publicKey: publicKeyFrom(ephemeral) });
    const { key, nonce } = schedule(shared, ephemeral, own.publicKey, info);
    const content = aeadOpen(key, nonce, about, sealed.subarray(KEY_BYTES));
    return content && new Uint8Array(content);
  } catch {
    // A point of low order has no shared secret: OpenSSL refuses it.
    return null;
  }
};

const INFO = Buffer.from('yrd.ledger.box.v1\n');
/** The content key is new for each content, so its only nonce may be zero. */
const ZERO_NONCE = Buffer.alloc(NONCE_BYTES);

/** Encryption with the box keys of one node: the content under a fresh key, that key under each public key (docs/adr/0001). */
export const nodeEncryption = (keys: ReadonlyMap<string, BoxKey>): Encryption => ({
  encrypt(to, about, content) {
    const contentKey = randomBytes(KEY_BYTES);
    const bytes = new Uint8Array(aeadSeal(contentKey, ZERO_NONCE, about, content));
    return { bytes, boxes: to.map((key) => seal(key, INFO, about, contentKey)) };
  },
  decrypt(keyName, about, bytes, box) {
    const own = keys.get(keyName);
    const contentKey = own ? open(own, INFO, about, box) : null;
    const content = contentKey?.length === KEY_BYTES ? aeadOpen(contentKey, ZERO_NONCE, about, bytes) : null;
    return content && new Uint8Array(content);
  },
});
