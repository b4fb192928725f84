/**
 * Who signs when. A key of a journal signs the heads of a stretch of sizes: one that is rotated signs up to the end of the block that
 * says so, whose head bears both signatures; one that was pinned out of band signs from the size agreed on. So a head is judged by
 * the keys of its own size, however old it is. The cosigner of the journal's node changes the same way, by time.
 */
import { fromBase64, utf8 } from './bytes.js';
import { certificateText, type CertifiedKey } from './federation.js';
import type { KeyChange } from './key-events.js';
import { parseVerifier, type Verifier } from './note.js';
import type { Hasher, Signer } from './ports.js';

/** A key of a journal, and the heads that it signs: those of sizes `from` to `until`. */
export interface KeyPeriod {
  readonly key: Verifier;
  readonly from: number;
  /** Infinity for the key in force. */
  readonly until: number;
  /** True when the key before signed the head at `from` too: it handed over. False when this one was pinned out of band. */
  readonly joint: boolean;
  /** Domain ms; Infinity when it never expires. */
  readonly notAfterMs: number;
  /** Heads of this size and beyond are not believed by this key alone. Infinity while it is not revoked. */
  readonly revokedFrom: number;
  /** As an entry certifies it, for whoever has not read that yet; empty for what the federation file pins. */
  readonly certified: readonly CertifiedKey[];
}

/** As much of it as a verifier needs. */
export type SigningPeriod = Pick<KeyPeriod, 'key' | 'from' | 'until' | 'joint' | 'revokedFrom'>;

/** A key of a node's cosigner, and the times (domain ms) of the cosignatures that are believed by it. */
export interface CosignerPeriod {
  readonly key: Verifier;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly notAfterMs: number;
  readonly revokedFromMs: number;
  readonly certified: readonly CertifiedKey[];
}

/** The keys as far as a journal has been read. */
export interface KeyState {
  readonly periods: readonly KeyPeriod[];
  readonly cosigners: readonly CosignerPeriod[];
}

interface Tools {
  readonly hasher: Hasher;
  readonly signer: Signer;
}

/** Whether this identity signed the certificate of a key line. */
export const isCertifiedLine = ({ signer }: Pick<Tools, 'signer'>, identity: Verifier, stated: CertifiedKey): boolean => {
  const signature = fromBase64(stated.certificate);
  const text = utf8(certificateText(stated.key, stated.notAfterMs));
  return signature !== null && signer.verify(identity.suite, identity.publicKey, text, signature);
};

/** The verifier of a key that this identity certifies; null when it is malformed or not certified. */
export const certifiedVerifier = (tools: Tools, identity: Verifier, stated: CertifiedKey): Verifier | null =>
  isCertifiedLine(tools, identity, stated) ? parseVerifier(tools.hasher, stated.key) : null;

/**
 * The keys whose signatures vouch for a head of this size: any one of these groups does, all of it. Two keys form one group where
 * one handed over to the other, and two groups where the second was pinned without the first.
 */
export const groupsAt = <P extends SigningPeriod>(periods: readonly P[], size: number): readonly (readonly P[])[] => {
  const groups: P[][] = [];
  for (const period of periods) {
    if (size < period.from || size > period.until) continue;
    const before = period.joint && period.from === size ? groups.at(-1) : undefined;
    if (before) before.push(period);
    else groups.push([period]);
  }
  return groups;
};

/** Whether a group is still believed at a size: the key that was handed over to vouches for the one before it. */
export const isBelieved = (group: readonly SigningPeriod[], size: number): boolean => size < (group.at(-1)?.revokedFrom ?? 0);

/** Either what the keys are after a change at the end of a block, or in a sentence why it does not count. */
type Changed = KeyState | string;

/** One key takes over from another. */
const rotated = (
  tools: Tools,
  identity: Verifier,
  state: KeyState,
  end: number,
  change: Extract<KeyChange, { type: 'KeyRotated' }>,
): Changed => {
  const { old, sm2, ...next } = change.data;
  const key = certifiedVerifier(tools, identity, next);
  if (!key) return 'its next key is not certified by the identity key of its node';
  const known = [...state.periods.map((each) => each.key), ...state.cosigners.map((each) => each.key)];
  if (known.some(({ line }) => line === key.line)) return 'its next key was in use before';
  const certified = [next, ...(sm2 ? [sm2] : [])];
  const notAfterMs = Math.min(...certified.map((each) => each.notAfterMs ?? Infinity));
  const cosigner = state.cosigners.at(-1);
  if (cosigner?.key.line === old) {
    if (key.name !== cosigner.key.name || key.kind !== cosigner.key.kind) return 'its next cosigner key bears another name';
    const following: CosignerPeriod = { key, fromMs: change.at, untilMs: Infinity, notAfterMs, revokedFromMs: Infinity, certified };
    return { ...state, cosigners: [...state.cosigners.slice(0, -1), { ...cosigner, untilMs: change.at }, following] };
  }
  const at = state.periods.findLastIndex((each) => each.key.line === old && each.from <= end && end <= each.until);
  const before = state.periods[at];
  if (!before) return 'the key that hands over is not in force';
  const second = sm2 && certifiedVerifier(tools, identity, sm2);
  if (sm2 && (second?.suite !== 'sm2' || (before.key.second && second.name !== before.key.second.name)))
    return 'its next SM2 key is not certified by the identity key of its node';
  if (before.key.second && !second) return 'it gives up its second signature';
  if (key.name !== before.key.name || key.kind !== before.key.kind || key.suite !== before.key.suite)
    return 'its next key bears another name';
  const following: KeyPeriod = {
    key: second ? { ...key, second } : key,
    from: end,
    until: before.until,
    joint: true,
    notAfterMs,
    revokedFrom: Infinity,
    certified,
  };
  return { ...state, periods: [...state.periods.slice(0, at), { ...before, until: end }, following, ...state.periods.slice(at + 1)] };
};

/** A key of before is not believed any more. One that is in force cannot say so of itself: it is rotated first. */
const revoked = (state: KeyState, { data }: Extract<KeyChange, { type: 'KeyRevoked' }>): Changed => {
  const { key, fromSize = Infinity, fromMs = Infinity } = data;
  const inForce = state.periods.some((each) => each.key.line === key && each.until === Infinity);
  if (inForce || state.cosigners.at(-1)?.key.line === key) return 'it revokes a key that is in force';
  return {
    periods: state.periods.map((each) => (each.key.line === key ? { ...each, revokedFrom: Math.min(each.revokedFrom, fromSize) } : each)),
    cosigners: state.cosigners.map((each) =>
      each.key.line === key ? { ...each, revokedFromMs: Math.min(each.revokedFromMs, fromMs) } : each,
    ),
  };
};

/** The keys after the changes in a block that ends at this size; a sentence when one of them must not be believed. */
export const changedBy = (
  tools: Tools,
  identity: Verifier,
  before: KeyState,
  { end, changes }: { readonly end: number; readonly changes: readonly KeyChange[] },
): Changed => {
  let state = before;
  for (const change of changes) {
    const next = change.type === 'KeyRotated' ? rotated(tools, identity, state, end, change) : revoked(state, change);
    if (typeof next === 'string') return next;
    state = next;
  }
  return state;
};
