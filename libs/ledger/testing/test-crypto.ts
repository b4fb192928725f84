/** Hashing and signing of node:crypto for the simulated world, and an encryption that only looks like one. */
import { createHash, createHmac, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { concat, equal, fromHex, hex, u64, type Encryption, type Hasher, type Random, type Signer } from '../src/index.js';

/** The hashes of node:crypto, synchronous. */
export const testHasher: Hasher = {
  sha256: (...parts) => new Uint8Array(parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()),
  hmac: (key, ...parts) => new Uint8Array(parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest()),
};

const PKCS8 = fromHex('302e020100300506032b657004220420')!;
const SPKI = fromHex('302a300506032b6570032100')!;

/** An Ed25519 key out of 32 seed bytes. */
export const testKey = (seed: Uint8Array): { readonly secret: KeyObject; readonly publicKey: Uint8Array } => {
  const secret = createPrivateKey({ key: Buffer.from(concat(PKCS8, seed)), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return { secret, publicKey: new Uint8Array(spki.subarray(SPKI.length)) };
};

/** Keys as node:crypto wants them; making one costs as much as using it. */
const publicKeys = new Map<string, KeyObject>();
const publicKeyOf = (raw: Uint8Array): KeyObject => {
  const name = hex(raw);
  const key = publicKeys.get(name) ?? createPublicKey({ key: Buffer.from(concat(SPKI, raw)), format: 'der', type: 'spki' });
  publicKeys.set(name, key);
  return key;
};

/** The keys that a node holds, several under one name after a rotation; those given by name alone stand for any id. */
export class HeldKeys<K> {
  private readonly byId = new Map<string, K>();

  constructor(private readonly byName = new Map<string, K>()) {}

  /** Adds a key of this verifier line: the newest of its name. */
  add(line: string, key: K): void {
    const [name = '', id = ''] = line.split('+');
    this.byId.set(`${name}+${id}`, key);
    this.byName.set(name, key);
  }

  /** Forgets the key of this line; another of its name stays. */
  lose(line: string): void {
    const [name = '', id = ''] = line.split('+');
    this.byId.delete(`${name}+${id}`);
    const left = [...this.byId].filter(([each]) => each.startsWith(`${name}+`)).at(-1);
    if (left) this.byName.set(name, left[1]);
    else this.byName.delete(name);
  }

  has(name: string, keyId: Uint8Array): boolean {
    return this.find(name, keyId) !== undefined;
  }

  /** Throws when it is not held. */
  of(name: string, keyId?: Uint8Array): K {
    const key = this.find(name, keyId);
    if (key === undefined) throw new Error(`This node does not hold the key ${name}.`);
    return key;
  }

  private find(name: string, keyId?: Uint8Array): K | undefined {
    const known = keyId && this.byId.get(`${name}+${hex(keyId)}`);
    const several = keyId && [...this.byId.keys()].some((each) => each.startsWith(`${name}+`));
    return known ?? (several ? undefined : this.byName.get(name));
  }
}

/** A signer over the given secret keys; verifies anybody's. */
export const testSigner = (held: HeldKeys<KeyObject> | Map<string, KeyObject>): Signer =>
  testSignerOf(held instanceof Map ? new HeldKeys(held) : held);

const testSignerOf = (secrets: HeldKeys<KeyObject>): Signer => ({
  sign: (keyName, message, keyId) => new Uint8Array(sign(null, message, secrets.of(keyName, keyId))),
  holds: (keyName, keyId) => secrets.has(keyName, keyId),
  verify: (suite, publicKey, message, signature) => {
    if (suite !== 'ed25519' || publicKey.length !== 32 || signature.length !== 64) return false;
    return verify(null, message, publicKeyOf(publicKey), signature);
  },
});

/**
 * Encryption that only looks like it: the key stream comes from the public key, which a real one must never allow. It tells who may
 * read what from who may not, which is what the simulated world needs.
 */
export const testEncryption = (hasher: Hasher, held: ReadonlyMap<string, Uint8Array>, random: Random): Encryption => {
  const masked = (key: Uint8Array, about: Uint8Array, bytes: Uint8Array): Uint8Array => {
    const out = new Uint8Array(bytes);
    for (let at = 0; at < out.length; at += 32) {
      const mask = hasher.sha256(key, about, u64(at));
      for (let i = at; i < Math.min(at + 32, out.length); i++) out[i]! ^= mask[i - at]!;
    }
    return concat(hasher.sha256(key, about, out), out);
  };
  const unmasked = (key: Uint8Array, about: Uint8Array, bytes: Uint8Array): Uint8Array | null => {
    const [tag, body] = [bytes.subarray(0, 32), bytes.subarray(32)];
    return equal(tag, hasher.sha256(key, about, body)) ? masked(key, about, body).subarray(32) : null;
  };
  return {
    encrypt: (to, about, content) => {
      const key = random.bytes(32);
      return { bytes: masked(key, about, content), boxes: to.map((each) => masked(each, about, key)) };
    },
    decrypt: (keyName, about, bytes, box) => {
      const own = held.get(keyName);
      const key = own ? unmasked(own, about, box) : null;
      return key && unmasked(key, about, bytes);
    },
  };
};
