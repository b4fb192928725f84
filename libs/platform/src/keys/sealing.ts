/**
 * Seals single fields of a natural person under that person's own data key, so that destroying the key erases them wherever their
 * ciphertext lies. Frozen: docs/adr/0003. Two suites, both readable by every node; which one writes is the node's setting.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

export const SEALING_SUITES = ['aes-256-gcm', 'sm4-ctr+hmac-sm3'] as const;
export type SealingSuite = (typeof SEALING_SUITES)[number];

/** What a sealed value is bound to: in another place, or of another person, it does not open. */
export interface SealedAbout {
  /** Made id of the person. */
  readonly subject: string;
  readonly field: string;
}

export const DATA_KEY_BYTES = 32;
/** Bytes of one field. A name, a number, an address: nothing personal that is sealed here is longer. */
const TEXT_MAX_BYTES = 4_096;
const LABEL = 'yrd.sealed.v1';

/** It was sealed under another key, for another person or field, or altered since; never which. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
  constructor() {
    super('A sealed field does not open: it was altered, or belongs to another person, field or key.');
  }
}

interface Cipher {
  readonly hash: 'sha256' | 'sm3';
  readonly ivBytes: number;
  readonly tagBytes: number;
  close(dataKey: Uint8Array, iv: Uint8Array, about: Uint8Array, text: Uint8Array): Buffer;
  /** Null when the tag does not fit. */
  open(dataKey: Uint8Array, iv: Uint8Array, about: Uint8Array, body: Buffer): Buffer | null;
}

/** A key of its own for each use, so that no two algorithms ever share one (RFC 5869). */
const derived = (suite: SealingSuite, hash: Cipher['hash'], dataKey: Uint8Array, use: string, bytes: number): Uint8Array =>
  new Uint8Array(hkdfSync(hash, dataKey, '', `${LABEL} ${suite} ${use}`, bytes));

/** AES-256-GCM (SP 800-38D): ciphertext ‖ tag. */
export const aesGcm = {
  close: (key: Uint8Array, iv: Uint8Array, about: Uint8Array, text: Uint8Array): Buffer => {
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(about);
    return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  },
  open: (key: Uint8Array, iv: Uint8Array, about: Uint8Array, body: Buffer): Buffer | null => {
    const cipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(about).setAuthTag(body.subarray(-16));
    try {
      return Buffer.concat([cipher.update(body.subarray(0, -16)), cipher.final()]);
    } catch {
      return null;
    }
  },
};

const lengthOf = (part: Uint8Array): Buffer => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(part.length));
  return length;
};

/** HMAC-SM3 over what it is about, its length, the IV and the ciphertext: no byte can move from one part to another. */
const sm3Tag = (key: Uint8Array, iv: Uint8Array, about: Uint8Array, ciphertext: Uint8Array): Buffer =>
  createHmac('sm3', key).update(lengthOf(about)).update(about).update(iv).update(ciphertext).digest();

/** SM4-CTR, then HMAC-SM3 (GB/T 32907, GB/T 32905) under two keys: ciphertext ‖ tag. */
export const sm4CtrHmacSm3 = {
  close: (
    keys: { readonly encrypt: Uint8Array; readonly authenticate: Uint8Array },
    iv: Uint8Array,
    about: Uint8Array,
    text: Uint8Array,
  ) => {
    const cipher = createCipheriv('sm4-ctr', keys.encrypt, iv);
    const ciphertext = Buffer.concat([cipher.update(text), cipher.final()]);
    return Buffer.concat([ciphertext, sm3Tag(keys.authenticate, iv, about, ciphertext)]);
  },
  /** Nothing is decrypted before the tag has been compared, in constant time. */
  open: (keys: { readonly encrypt: Uint8Array; readonly authenticate: Uint8Array }, iv: Uint8Array, about: Uint8Array, body: Buffer) => {
    const ciphertext = body.subarray(0, -32);
    if (!timingSafeEqual(sm3Tag(keys.authenticate, iv, about, ciphertext), body.subarray(-32))) return null;
    const cipher = createDecipheriv('sm4-ctr', keys.encrypt, iv);
    return Buffer.concat([cipher.update(ciphertext), cipher.final()]);
  },
};

const gcmKey = (dataKey: Uint8Array): Uint8Array => derived('aes-256-gcm', 'sha256', dataKey, 'encrypt', 32);
const sm4Keys = (dataKey: Uint8Array) => ({
  encrypt: derived('sm4-ctr+hmac-sm3', 'sm3', dataKey, 'encrypt', 16),
  authenticate: derived('sm4-ctr+hmac-sm3', 'sm3', dataKey, 'authenticate', 32),
});

const ciphers: Readonly<Record<SealingSuite, Cipher>> = {
  'aes-256-gcm': {
    hash: 'sha256',
    ivBytes: 12,
    tagBytes: 16,
    close: (dataKey, ...rest) => aesGcm.close(gcmKey(dataKey), ...rest),
    open: (dataKey, ...rest) => aesGcm.open(gcmKey(dataKey), ...rest),
  },
  'sm4-ctr+hmac-sm3': {
    hash: 'sm3',
    ivBytes: 16,
    tagBytes: 32,
    close: (dataKey, ...rest) => sm4CtrHmacSm3.close(sm4Keys(dataKey), ...rest),
    open: (dataKey, ...rest) => sm4CtrHmacSm3.open(sm4Keys(dataKey), ...rest),
  },
};

const aboutBytes = (suite: SealingSuite, { subject, field }: SealedAbout): Buffer =>
  Buffer.from(JSON.stringify([LABEL, suite, subject, field]), 'utf8');

/**
 * An IV for one act of sealing. The same act tried again seals to the same bytes, so that a command sent twice is known to be one;
 * any other act, field or text draws another IV. A PRF over all three can give one IV to two texts no sooner than chance can.
 */
export const ivFor = (suite: SealingSuite, dataKey: Uint8Array, act: string, about: SealedAbout, text: string): Uint8Array => {
  const { hash, ivBytes } = ciphers[suite];
  const key = derived(suite, hash, dataKey, 'iv', 32);
  return createHmac(hash, key)
    .update(JSON.stringify([act, about.subject, about.field, text]))
    .digest()
    .subarray(0, ivBytes);
};

/** Seals a text: `yrd.sealed.v1:<suite>:<IV>:<ciphertext ‖ tag>`, both in base64url. Without `iv` a fresh random one. */
export const seal = (suite: SealingSuite, dataKey: Uint8Array, about: SealedAbout, text: string, iv?: Uint8Array): string => {
  const cipher = ciphers[suite];
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > TEXT_MAX_BYTES)
    throw new RangeError(`A sealed field holds at most ${TEXT_MAX_BYTES} bytes; this one has ${bytes.length}.`);
  const nonce = Buffer.from(iv ?? randomBytes(cipher.ivBytes));
  const body = cipher.close(dataKey, nonce, aboutBytes(suite, about), bytes);
  return [LABEL, suite, nonce.toString('base64url'), body.toString('base64url')].join(':');
};

const partsOf = (sealed: string): { readonly suite: SealingSuite; readonly iv: Buffer; readonly body: Buffer } => {
  const [label, name, iv = '', body = '', ...more] = sealed.split(':');
  const suite = SEALING_SUITES.find((known) => known === name);
  if (label !== LABEL || suite === undefined || more.length > 0) throw new SealBroken();
  const parts = { suite, iv: Buffer.from(iv, 'base64url'), body: Buffer.from(body, 'base64url') };
  if (parts.iv.length !== ciphers[suite].ivBytes || parts.body.length < ciphers[suite].tagBytes) throw new SealBroken();
  return parts;
};

/** The text again. @throws SealBroken for anything that was not sealed so, under this key, for this person and field. */
export const unseal = (dataKey: Uint8Array, about: SealedAbout, sealed: string): string => {
  const { suite, iv, body } = partsOf(sealed);
  const bytes = ciphers[suite].open(dataKey, iv, aboutBytes(suite, about), body);
  if (bytes === null) throw new SealBroken();
  return bytes.toString('utf8');
};
