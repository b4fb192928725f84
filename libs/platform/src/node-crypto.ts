/** Hashing, chance and signing on a server: node:crypto behind the ledger's ports. */
import { createHash, createHmac, createPublicKey, hash, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import type { Encryption, Hasher, Random, Signer } from '@yrd/ledger';
import { nodeEncryption, type BoxKey } from './hpke.js';
import { noteAlgorithm, openSigningKey } from './keys.js';

/** SHA-256 and HMAC-SHA-256. */
export const nodeHasher: Hasher = {
  sha256(...parts) {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return new Uint8Array(hash('sha256', only, 'buffer'));
    const running = createHash('sha256');
    for (const part of parts) running.update(part);
    return new Uint8Array(running.digest());
  },
  hmac(key, ...parts) {
    const running = createHmac('sha256', key);
    for (const part of parts) running.update(part);
    return new Uint8Array(running.digest());
  },
};

export const nodeRandom: Random = { bytes: (count) => new Uint8Array(randomBytes(count)) };

// Keys that come from outside are remembered, but not without end.
const KEYS_REMEMBERED = 1_000;

/** Opened public keys by their bytes: opening costs more than one verification. */
const publicKeys = (): ((bytes: Uint8Array) => KeyObject) => {
  const opened = new Map<string, KeyObject>();
  return (bytes) => {
    const x = Buffer.from(bytes).toString('base64url');
    const known = opened.get(x);
    if (known) return known;
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    if (opened.size >= KEYS_REMEMBERED) opened.clear();
    opened.set(x, key);
    return key;
  };
};

/**
 * Signs, and opens what is encrypted, with the keys of one node (`NodeSecret.keys`); verifies with anybody's. Throws when a line
 * is malformed or two bear one name. SM2 is not there yet: its signatures never verify, and no signing line can name it.
 */
export const nodeKeys = (lines: readonly string[]): { readonly signer: Signer; readonly encryption: Encryption } => {
  const names = new Set<string>();
  const signing = new Map<string, KeyObject>();
  const boxes = new Map<string, BoxKey>();
  for (const line of lines) {
    const key = openSigningKey(line);
    if (names.has(key.name)) throw new Error(`two keys bear the name ${key.name}: keep one of them`);
    names.add(key.name);
    if (key.algorithm === noteAlgorithm.box) boxes.set(key.name, key);
    else signing.set(key.name, key.privateKey);
  }
  return { signer: signerOf(signing), encryption: nodeEncryption(boxes) };
};

const signerOf = (held: ReadonlyMap<string, KeyObject>): Signer => {
  const open = publicKeys();
  return {
    sign(keyName, message) {
      const key = held.get(keyName);
      if (!key) throw new Error(`this node holds no signing key ${keyName}: start it with the key file of the right province and contexts`);
      return new Uint8Array(sign(null, message, key));
    },
    verify(suite, publicKey, message, signature) {
      if (suite !== 'ed25519' || publicKey.length !== 32 || signature.length !== 64) return false;
      try {
        return verify(null, message, open(publicKey), signature);
      } catch {
        return false;
      }
    },
  };
};
