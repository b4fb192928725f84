/** Checking an entry that somebody exported, offline: from its payload to the root that the owner signed and two others cosigned. */
import { fromHex, utf8 } from './bytes.js';
import { parsePayload } from './entry.js';
import { checkEntry, type Envelope } from './leaf.js';
import type { Evidence } from './node.js';
import type { Hasher, Signer } from './ports.js';
import { verifyProof, type ProofFault, type Trust } from './tlog-proof.js';

/**
 * Why evidence is refused. `form`: it is not the shape of one. `entry`: payload, salts and leaf do not belong together, or stand at another
 * index than the proof says. The others: see `ProofFault`.
 */
export type EvidenceFault = ProofFault | 'form' | 'entry';

export type EvidenceVerdict =
  | {
      readonly good: true;
      readonly envelope: Envelope;
      /** The event, as its author wrote it. */
      readonly data: Readonly<Record<string, unknown>>;
      readonly cosigners: readonly string[];
    }
  | { readonly good: false; readonly fault: EvidenceFault };

const refused = (fault: EvidenceFault): EvidenceVerdict => ({ good: false, fault });

const isText = (value: unknown): value is string => typeof value === 'string';

const shown = (value: unknown): Omit<Evidence, 'journal'> | null => {
  if (typeof value !== 'object' || value === null) return null;
  const { index, leaf, opened, payload, salt, proof } = value as Partial<Record<keyof Evidence, unknown>>;
  if (!Number.isSafeInteger(index) || ![leaf, payload, salt, proof].every(isText)) return null;
  const parts = { index, leaf, payload, salt, proof } as Omit<Evidence, 'journal' | 'opened'>;
  if (opened === undefined) return parts;
  const { leaf: envelope, salt: seal } = (opened ?? {}) as Partial<Record<'leaf' | 'salt', unknown>>;
  return isText(envelope) && isText(seal) ? { ...parts, opened: { leaf: envelope, salt: seal } } : null;
};

/** Checks evidence with nothing but pinned keys. Never throws, whatever it is given. */
export const checkEvidence = (
  tools: { readonly hasher: Hasher; readonly signer: Signer },
  trust: Trust,
  evidence: unknown,
): EvidenceVerdict => {
  const given = shown(evidence);
  const salt = given && fromHex(given.salt);
  const seal = given?.opened ? fromHex(given.opened.salt) : undefined;
  if (!given || !salt || seal === null) return refused('form');
  const leaf = utf8(given.leaf);
  const entry = {
    leaf,
    payload: { bytes: utf8(given.payload), salt },
    ...(given.opened && seal && { opened: { leaf: utf8(given.opened.leaf), salt: seal } }),
  };
  const { good, envelope } = checkEntry(tools.hasher, entry, given.index);
  const payload = parsePayload(entry.payload.bytes);
  if (!good || !envelope || !payload) return refused('entry');
  const proven = verifyProof(tools, trust, leaf, given.proof);
  if (!proven.good) return refused(proven.fault);
  if (proven.index !== given.index || envelope.source !== proven.checkpoint.origin) return refused('entry');
  return { good: true, envelope, data: payload.data, cosigners: proven.cosigners };
};
