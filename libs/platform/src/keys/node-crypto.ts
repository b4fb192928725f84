/** Hashing, chance and signing on a server: node:crypto behind the ledger's ports. */
import { createHmac, createPublicKey, hash, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import type { Encryption, Hasher, Random, Signer } from '@yrd/ledger';
import { nodeEncryption, type BoxKey } from './hpke.js';
import { noteAlgorithm, openSigningKey, type SigningKey } from './keys.js';
import { sm2PublicKey, sm2Sign, sm2Verify } from './sm2.js';

/** SHA-256 and HMAC-SHA-256. */
export const nodeHasher: Hasher = {
  sha256(...parts) {
    const [only] = parts;
    // One call over joined parts costs half of what a running hash does, unless they are large.
    const joined = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    // As text and back costs half of what a buffer does that the engine makes for each hash.
    const digest = hash('sha256', joined, 'binary');
    const out = new Uint8Array(32);
    for (let at = 0; at < 32; at += 1) out[at] = digest.charCodeAt(at);
    return out;
  },
  hmac(key, ...parts) {
    const running = createHmac('sha256', key);
    for (const part of parts) running.update(part);
    return new Uint8Array(running.digest());
  },
};

/** Chance is drawn from the system in pages: a call for each salt costs more than the salt. */
const PAGE_BYTES = 4_096;
let page = new Uint8Array(0);

export const nodeRandom: Random = {
  bytes(count) {
    if (count > PAGE_BYTES / 4) return new Uint8Array(randomBytes(count));
    if (page.length < count) page = new Uint8Array(randomBytes(PAGE_BYTES));
    const drawn = page.slice(0, count);
    page.fill(0, 0, count);
    page = page.subarray(count);
    return drawn;
  },
};

// Keys that come from outside are remembered, but not without end.
const KEYS_REMEMBERED = 1_000;

/** Opened public keys by their bytes: opening costs more than one verification. */
const publicKeys = (create: (bytes: Uint8Array) => KeyObject): ((bytes: Uint8Array) => KeyObject) => {
  const opened = new Map<string, KeyObject>();
  return (bytes) => {
    const name = base64url(bytes);
    const known = opened.get(name);
    if (known) return known;
    const key = create(bytes);
    if (opened.size >= KEYS_REMEMBERED) opened.clear();
    opened.set(name, key);
    return key;
  };
};

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const ed25519Key = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64url(bytes) }, format: 'jwk' });

/** What the key file of a node lets its processes do. */
export interface NodeKeys {
  readonly signer: Signer;
  readonly encryption: Encryption;
  /** Takes further lines of the key file; those that are known already stay. */
  add(lines: readonly string[]): void;
}

/**
 * Signs, and opens what is encrypted, with the keys of one node (`NodeSecret.keys`, the newest of a name last); verifies with
 * anybody's. Throws when a line is malformed, or names a box twice. `reread`: brings lines that another process may have written
 * since, when a key is asked for that is not there.
 */
export const nodeKeys = (lines: readonly string[], reread: () => readonly string[] = () => []): NodeKeys => {
  const known = new Set<string>();
  const signing = new Map<string, SigningKey>();
  const boxes = new Map<string, BoxKey>();
  const add = (more: readonly string[]): void => {
    for (const line of more.filter((each) => !known.has(each))) {
      const key = openSigningKey(line);
      known.add(line);
      if (key.algorithm !== noteAlgorithm.box) {
        signing.set(key.name, key);
        signing.set(`${key.name}+${line.split('+')[3] ?? ''}`, key);
      } else if (boxes.has(key.name)) throw new Error(`two keys bear the name ${key.name}: keep one of them`);
      else boxes.set(key.name, key);
    }
  };
  add(lines);
  return { signer: signerOf(signing, () => add(reread())), encryption: nodeEncryption(boxes), add };
};

const signerOf = (held: ReadonlyMap<string, SigningKey>, reread: () => void): Signer => {
  const [openEd25519, openSm2] = [publicKeys(ed25519Key), publicKeys(sm2PublicKey)];
  const idOf = (keyName: string, keyId: Uint8Array): string => `${keyName}+${Buffer.from(keyId).toString('hex')}`;
  return {
    holds(keyName, keyId) {
      const id = idOf(keyName, keyId);
      if (!held.has(id)) reread();
      return held.has(id);
    },
    sign(keyName, message, keyId) {
      const key = held.get(keyId ? idOf(keyName, keyId) : keyName);
      if (!key) throw new Error(`this node holds no signing key ${keyName}: start it with the key file of the right province and contexts`);
      return key.algorithm === noteAlgorithm.sm2 ? sm2Sign(key, message) : new Uint8Array(sign(null, message, key.privateKey));
    },
    verify(suite, publicKey, message, signature) {
      try {
        if (suite === 'sm2') return publicKey.length === 64 && sm2Verify(openSm2(publicKey), publicKey, message, signature);
        return publicKey.length === 32 && signature.length === 64 && verify(null, message, openEd25519(publicKey), signature);
      } catch {
        return false;
      }
    },
  };
};

/** Checks notes and proofs of anybody; it holds no key. */
export const nodeTools: { readonly hasher: Hasher; readonly signer: Signer } = { hasher: nodeHasher, signer: nodeKeys([]).signer };
