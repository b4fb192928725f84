/**
 * Payloads for some provinces only: encrypted once, with a box for each of them, so that any holder can pass them on.
 * Frozen: docs/adr/0001.
 */
import { concat } from './bytes.js';
import type { Context } from './decider.js';
import { boxName } from './federation.js';
import { SALT_BYTES, type Locked, type ShownPayload } from './leaf.js';
import { keyLine, parseKeyLine } from './note.js';
import type { Encryption, Hasher } from './ports.js';

/** Key type of HPKE (RFC 9180) with DHKEM(X25519, HKDF-SHA256), by its KEM id. No type of a note key: such a line verifies nothing. */
const HPKE_X25519 = 0x20;

/** The public key in a box key's line; null when it is malformed, of another name or of an unknown type. */
export const parseBoxKey = (hasher: Hasher, name: string, line: string): Uint8Array | null => {
  const parsed = parseKeyLine(hasher, line);
  return parsed?.name === name && parsed.type === HPKE_X25519 && parsed.publicKey.length === 32 ? parsed.publicKey : null;
};

/** Makes the line of a box key, 32 bytes. */
export const boxKeyLine = (hasher: Hasher, name: string, publicKey: Uint8Array): string => keyLine(hasher, name, HPKE_X25519, publicKey);

/** The keys of one context, seen from one province. */
export class Lock {
  private readonly ownKey: string;

  constructor(
    private readonly encryption: Encryption,
    /** Province → its public key. */
    private readonly keys: ReadonlyMap<string, Uint8Array>,
    private readonly own: { readonly federation: string; readonly province: string; readonly context: string },
  ) {
    this.ownKey = boxName(own.federation, own.province, own.context);
  }

  /** Who can read an entry for these provinces: they and its author, who gets it back from any of them. */
  named(audience: readonly string[]): readonly string[] {
    return [...new Set([...audience, this.own.province])].sort();
  }

  /** The first of these provinces that nothing can be encrypted to; null when all can read. */
  missing(audience: readonly string[]): string | null {
    return this.named(audience).find((province) => !this.keys.has(province)) ?? null;
  }

  /** Closes a payload for the provinces named. Throws TypeError when one of them has no key. */
  close(named: readonly string[], leaf: Uint8Array, { bytes, salt }: ShownPayload): Locked {
    const keys = named.map((province) => {
      const key = this.keys.get(province);
      if (!key) throw new TypeError(`No key is pinned to encrypt to ${province}: add its box key to the federation file.`);
      return key;
    });
    const closed = this.encryption.encrypt(keys, leaf, concat(salt, bytes));
    return { bytes: closed.bytes, boxes: Object.fromEntries(named.map((province, at) => [province, closed.boxes[at]!])) };
  }

  /** Opens what is for this province; null when there is no box for it, or it does not open. */
  open(leaf: Uint8Array, { bytes, boxes }: Locked): ShownPayload | null {
    const box = boxes[this.own.province];
    const content = box && this.encryption.decrypt(this.ownKey, leaf, bytes, box);
    return content && content.length > SALT_BYTES ? { salt: content.subarray(0, SALT_BYTES), bytes: content.subarray(SALT_BYTES) } : null;
  }

  /** Whether this province is among those named. */
  isFor(audience: readonly string[]): boolean {
    return audience.includes(this.own.province);
  }
}

/** What could not be read by those it is for must not be declared: it would be refused only when it is written. @throws Error */
export const refuseUnreadable = (
  { name, entryTypes }: Pick<Context, 'name' | 'entryTypes'>,
  encryption: Encryption,
  keys: ConstructorParameters<typeof Lock>[1],
  here: { readonly federation: string; readonly province: string },
): void => {
  const lock = new Lock(encryption, keys, { ...here, context: name });
  for (const [event, { audience }] of Object.entries(entryTypes)) {
    const missing = typeof audience === 'string' ? null : lock.missing(audience);
    if (missing !== null) throw new Error(`${name} declares ${event} for ${missing}, which has no box key in the federation file: add it.`);
  }
};
