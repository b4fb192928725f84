/** The formats of changing keys, against vectors that other software computed. */
import { readFileSync } from 'node:fs';
import { HeldKeys, testHasher as hasher, testKey, testSigner } from '../testing/index.js';
import { KEY_TYPES } from './builtin.js';
import { fromHex, utf8 } from './bytes.js';
import { canonical, parseCanonical } from './canonical.js';
import { certificateText } from './federation.js';
import { parseRevocation, parseRotation } from './key-events.js';
import { certifiedVerifier, changedBy, groupsAt, type KeyState } from './key-periods.js';
import { fingerprintOf, formatNote, openCheckpoint, parseNote, parseVerifier, signNote, type Verifier } from './note.js';

const vectors = JSON.parse(readFileSync(`${__dirname}/../vectors/keys.json`, 'utf8')) as {
  readonly seeds: Readonly<Record<'identity' | 'old' | 'next', string>>;
  readonly verifiers: Readonly<Record<'identity' | 'old' | 'next', string>>;
  readonly notAfterMs: number;
  readonly certificates: Readonly<Record<'forever' | 'until', { readonly text: string; readonly signature: string }>>;
  readonly heads: Readonly<Record<'old' | 'both' | 'next', string>>;
  readonly fingerprints: Readonly<Record<'old' | 'next', string>>;
  readonly entries: Readonly<Record<string, string>>;
};
const verifier = (line: string): Verifier => parseVerifier(hasher, line)!;
const [identity, old, next] = (['identity', 'old', 'next'] as const).map((name) => verifier(vectors.verifiers[name])) as [
  Verifier,
  Verifier,
  Verifier,
];
const held = new HeldKeys<ReturnType<typeof testKey>['secret']>();
for (const name of ['old', 'next'] as const) held.add(vectors.verifiers[name], testKey(fromHex(vectors.seeds[name])!).secret);
const signer = testSigner(held);
const tools = { hasher, signer };
const data = (type: string) => parseCanonical(utf8(vectors.entries[type]!)) as Readonly<Record<string, unknown>>;

test('a certificate names the key line, and in its second form the time up to which it holds', () => {
  const { forever, until } = vectors.certificates;
  expect([certificateText(next.line), certificateText(next.line, vectors.notAfterMs)]).toEqual([forever.text, until.text]);
  expect(certifiedVerifier(tools, identity, { key: next.line, certificate: forever.signature })).toEqual(next);
  const stated = { key: next.line, certificate: until.signature, notAfterMs: vectors.notAfterMs };
  expect(certifiedVerifier(tools, identity, stated)).toEqual(next);
  expect(certifiedVerifier(tools, identity, { ...stated, notAfterMs: vectors.notAfterMs + 1 })).toBeNull();
  expect(certifiedVerifier(tools, identity, { key: next.line, certificate: until.signature })).toBeNull();
});

test('the head that hands over bears both signatures in their order, and counts only with both', () => {
  const { text } = parseNote(vectors.heads.both)!;
  expect(formatNote(signNote(signer, [old, next], text))).toBe(vectors.heads.both);
  const opened = (keys: readonly Verifier[]) =>
    (['old', 'both', 'next'] as const).filter((head) => openCheckpoint(signer, keys, vectors.heads[head]) !== null);
  expect([opened([old]), opened([next]), opened([old, next])]).toEqual([['old', 'both'], ['both', 'next'], ['both']]);
});

test('a fingerprint is the beginning of SHA-256 of the line', () => {
  expect([fingerprintOf(hasher, old.line), fingerprintOf(hasher, next.line)]).toEqual([
    vectors.fingerprints.old,
    vectors.fingerprints.next,
  ]);
});

test('the entries say in their form which key takes over, from when one is not believed, and which was pinned', () => {
  const rotation = parseRotation(data(KEY_TYPES.KeyRotated.type))!;
  const revocation = parseRevocation(data(KEY_TYPES.KeyRevoked.type))!;
  expect(canonical(rotation)).toBe(vectors.entries[KEY_TYPES.KeyRotated.type]);
  expect(canonical(revocation)).toBe(vectors.entries[KEY_TYPES.KeyRevoked.type]);
  const open = { until: Infinity, joint: false, revokedFrom: Infinity, notAfterMs: Infinity, certified: [] };
  const before: KeyState = { periods: [{ ...open, key: old, from: 0 }], cosigners: [] };
  const after = changedBy(tools, identity, before, {
    end: 8,
    changes: [
      { type: 'KeyRotated', data: rotation, at: 0 },
      { type: 'KeyRevoked', data: revocation, at: 0 },
    ],
  }) as KeyState;
  expect(after.periods.map(({ key, from, until, revokedFrom, notAfterMs }) => [key.line, from, until, revokedFrom, notAfterMs])).toEqual([
    [old.line, 0, 8, 5, Infinity],
    [next.line, 8, Infinity, Infinity, vectors.notAfterMs],
  ]);
  expect([7, 8, 9].map((size) => groupsAt(after.periods, size).map((group) => group.length))).toEqual([[1], [2], [1]]);
  expect(data(KEY_TYPES.KeyRepinned.type)).toEqual({ journal: '31/voucher', from: 8, key: next.line });
});
