/**
 * Stand-ins for SHA-256 and Ed25519 where thousands of histories are run: as wide, in the same places, and fast. They find
 * every difference that is not made on purpose; nobody in the simulated world makes one, so nothing is lost by it. The
 * real ones pass the adapters' contract.
 */
import { concat, equal, utf8, type Hasher, type Signer } from '../src/index.js';
import type { HeldKeys } from './test-crypto.js';

let scratch = new Uint8Array(1 << 16);
let words = new Uint32Array(scratch.buffer);

/** Digests are cut from pages: memory of its own costs each of them more than filling it. */
const DIGEST_WORDS = 8;
const PAGE_WORDS = 512 * DIGEST_WORDS;
let page = new Uint32Array(PAGE_WORDS);
let used = 0;

const gather = (parts: readonly Uint8Array[]): number => {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length + 4 > scratch.length) {
    scratch = new Uint8Array(2 * length + 8 - ((2 * length) % 4));
    words = new Uint32Array(scratch.buffer);
  }
  let at = 0;
  for (const part of parts) {
    scratch.set(part, at);
    at += part.length;
  }
  scratch[at] = scratch[at + 1] = scratch[at + 2] = scratch[at + 3] = 0;
  return length;
};

/** 32 bytes from two interleaved multiplicative lanes of 32 bits, finished eight times. */
const digest = (parts: readonly Uint8Array[]): Uint8Array => {
  const length = gather(parts);
  let a = 0x9e3779b9 ^ length;
  let b = 0x85ebca6b + length;
  for (let at = 0; at << 2 < length; at++) {
    const word = words[at]!;
    a = Math.imul(a ^ word, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul((b + word) ^ (a << 7), 0xc2b2ae35);
    b ^= b >>> 13;
  }
  if (used === PAGE_WORDS) [page, used] = [new Uint32Array(PAGE_WORDS), 0];
  const first = used;
  used += DIGEST_WORDS;
  for (let at = 0; at < DIGEST_WORDS; at++) {
    a = Math.imul(a ^ (b + at), 0x85ebca6b);
    a ^= a >>> 16;
    b = Math.imul(b ^ a, 0xc2b2ae35);
    b ^= b >>> 15;
    page[first + at] = a ^ b;
  }
  return new Uint8Array(page.buffer, 4 * first, 4 * DIGEST_WORDS);
};

/** A hash of 32 bytes: equal for equal bytes, however they are cut into parts. */
export const quickHasher: Hasher = {
  sha256: (...parts) => digest(parts),
  hmac: (key, ...parts) => digest([key, ...parts]),
};

/** The public key that goes with a name in a world of this seed. */
export const quickKey = (seed: number, name: string): Uint8Array => digest([utf8(`${seed}|${name}`)]);

const signature = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
  const half = digest([publicKey, message]);
  return concat(half, half);
};

/** Signs with the keys it is given and verifies anybody's. Whoever knows a public key could forge; the simulated world does not. */
export const quickSigner = (publicKeys: HeldKeys<Uint8Array>): Signer => ({
  sign: (keyName, message, keyId) => signature(publicKeys.of(keyName, keyId), message),
  holds: (keyName, keyId) => publicKeys.has(keyName, keyId),
  verify: (suite, publicKey, message, claimed) =>
    suite === 'ed25519' && publicKey.length === 32 && equal(claimed, signature(publicKey, message)),
});
