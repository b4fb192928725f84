/** The entries that change who is believed, as anybody may have written them: read strictly, out of a block. */
import { KEY_TYPES, KEYS, type RevokeKey, type RotateKey } from './builtin.js';
import type { ReadEntry } from './entry.js';
import type { CertifiedKey } from './federation.js';
import { timeOf } from './leaf.js';

/** A change of keys, and when it was written, domain ms. */
export type KeyChange =
  | { readonly type: 'KeyRotated'; readonly data: RotateKey; readonly at: number }
  | { readonly type: 'KeyRevoked'; readonly data: RevokeKey; readonly at: number };

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Parses a certified key; null when it is malformed. */
export const parseCertified = (value: unknown): CertifiedKey | null => {
  if (!isFields(value)) return null;
  const { key, certificate, notAfterMs } = value;
  if (typeof key !== 'string' || typeof certificate !== 'string' || (notAfterMs !== undefined && !isWhole(notAfterMs))) return null;
  return { key, certificate, ...(notAfterMs !== undefined && { notAfterMs }) };
};

/** Parses what is to be written as `KeyRotated`; null when it is malformed. */
export const parseRotation = (data: Fields): RotateKey | null => {
  const { old, sm2, reason } = data;
  const next = parseCertified(data);
  const second = sm2 === undefined ? null : parseCertified(sm2);
  if (typeof old !== 'string' || typeof reason !== 'string' || !next || (sm2 !== undefined && !second)) return null;
  return { old, ...next, ...(second && { sm2: second }), reason };
};

/** Parses what is to be written as `KeyRevoked`; null when it is malformed. */
export const parseRevocation = ({ key, fromSize, fromMs, reason }: Fields): RevokeKey | null => {
  if (typeof key !== 'string' || typeof reason !== 'string') return null;
  if ((fromSize !== undefined && !isWhole(fromSize)) || (fromMs !== undefined && !isWhole(fromMs))) return null;
  return { key, reason, ...(fromSize !== undefined && { fromSize }), ...(fromMs !== undefined && { fromMs }) };
};

/** The changes of keys among entries, in order; null when one of them is not what its type says. */
export const changesIn = (reads: readonly ReadEntry[]): readonly KeyChange[] | null => {
  const found: KeyChange[] = [];
  for (const { envelope, payload } of reads) {
    if (envelope?.subject !== KEYS || envelope.type === KEY_TYPES.KeyRepinned.type) continue;
    const at = timeOf(envelope);
    const rotated = envelope.type === KEY_TYPES.KeyRotated.type && payload ? parseRotation(payload.data) : null;
    const revoked = envelope.type === KEY_TYPES.KeyRevoked.type && payload ? parseRevocation(payload.data) : null;
    if (at === null || (!rotated && !revoked)) return null;
    if (rotated) found.push({ type: 'KeyRotated', data: rotated, at });
    if (revoked) found.push({ type: 'KeyRevoked', data: revoked, at });
  }
  return found;
};
