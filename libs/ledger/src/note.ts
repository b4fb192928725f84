/**
 * C2SP signed notes: `signed-note`, `tlog-checkpoint`, `tlog-cosignature` v1, and verifier lines. Strict where a parser
 * could be fooled.
 */
import { base64, concat, equal, fromBase64, fromHex, hex, u64, utf8 } from './bytes.js';
import type { Hasher, Signer, Suite } from './ports.js';

/** Signature types of C2SP signed-note that this federation uses. */
const ED25519 = 0x01;
const COSIGNATURE_V1 = 0x04;
/** C2SP leaves 0xff to types that it does not know, with a longer identifier behind it: here SM2 with SM3 over the text of the note. */
const OTHER = 0xff;
const SM2_LABEL = utf8('yrd.ledger.sm2.v1\n');

/** A public key as it is pinned: `<name>+<key id>+<base64(type ‖ key)>`. */
export interface Verifier {
  readonly name: string;
  /** First 4 bytes of SHA-256(name ‖ "\n" ‖ type ‖ key). */
  readonly keyId: Uint8Array;
  readonly kind: 'signature' | 'cosignature';
  readonly suite: Suite;
  readonly publicKey: Uint8Array;
  /** The line itself. */
  readonly line: string;
  /** A key of another suite whose line stands beside this one's on each note; where there is one, both must be good. */
  readonly second?: Verifier;
}

const NAME = /^[^\s+]+$/u;

/** A key line taken apart: its name, its id, and the key behind its type byte. */
export interface KeyLine {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly type: number;
  readonly publicKey: Uint8Array;
}

/** Parses `<name>+<key id>+<base64(type ‖ key)>`; null when it is malformed or the key id is not that of the key. */
export const parseKeyLine = (hasher: Hasher, line: string): KeyLine | null => {
  const first = line.indexOf('+');
  const second = line.indexOf('+', first + 1);
  if (first < 1 || second < 0) return null;
  const name = line.slice(0, first);
  const keyId = fromHex(line.slice(first + 1, second));
  const key = fromBase64(line.slice(second + 1));
  if (!NAME.test(name) || keyId?.length !== 4 || key === null || key.length < 2) return null;
  if (!equal(keyId, hasher.sha256(utf8(`${name}\n`), key).subarray(0, 4))) return null;
  return { name, keyId, type: key[0]!, publicKey: key.subarray(1) };
};

/** Makes the line of a key of this type. */
export const keyLine = (hasher: Hasher, name: string, type: number, publicKey: Uint8Array): string => {
  const key = concat(Uint8Array.of(type), publicKey);
  return `${name}+${hex(hasher.sha256(utf8(`${name}\n`), key).subarray(0, 4))}+${base64(key)}`;
};

/** Parses a verifier line; null when it is malformed, of an unknown type, or its key id is not that of its key. */
export const parseVerifier = (hasher: Hasher, line: string): Verifier | null => {
  const parsed = parseKeyLine(hasher, line);
  if (!parsed) return null;
  const { name, keyId, type, publicKey } = parsed;
  if (type === OTHER) {
    const [label, point] = [publicKey.subarray(0, SM2_LABEL.length), publicKey.subarray(SM2_LABEL.length)];
    if (!equal(label, SM2_LABEL) || point.length !== 64) return null;
    return { name, keyId, kind: 'signature', suite: 'sm2', publicKey: point, line };
  }
  if (publicKey.length !== 32 || (type !== ED25519 && type !== COSIGNATURE_V1)) return null;
  return { name, keyId, kind: type === ED25519 ? 'signature' : 'cosignature', suite: 'ed25519', publicKey, line };
};

/** What stands behind the type byte in the line of an SM2 key, from the 64 bytes X ‖ Y of its point. */
export const sm2Material = (point: Uint8Array): Uint8Array => concat(SM2_LABEL, point);

/** Makes the verifier line of an Ed25519 key. */
export const verifierLine = (hasher: Hasher, name: string, kind: Verifier['kind'], publicKey: Uint8Array): string =>
  keyLine(hasher, name, kind === 'signature' ? ED25519 : COSIGNATURE_V1, publicKey);

/** Short form of a key for people: the first 16 hex digits of SHA-256 of its line, in fours. */
export const fingerprintOf = (hasher: Hasher, line: string): string =>
  hex(hasher.sha256(utf8(line)).subarray(0, 8)).replace(/....(?=.)/g, '$&-');

/** A head of a journal, as its owner states it. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${base64(root)}\n`;

/** A head is compared, stored, vouched for and passed on, each time as its text: so many of those read last need not be read again. */
const READ_MAX = 128;
const reading = <T>(read: (source: string) => T): ((source: string) => T) => {
  const known = new Map<string, T>();
  return (source) => {
    const before = known.get(source);
    if (before !== undefined) return before;
    const found = read(source);
    known.set(source, found);
    if (known.size > READ_MAX) known.delete(known.keys().next().value!);
    return found;
  };
};

/** Parses a checkpoint body of exactly three lines; null otherwise (no extension lines are in use). */
export const parseCheckpoint = reading((body: string): Checkpoint | null => {
  const [origin, size, root, end, ...more] = body.split('\n');
  if (!origin || size === undefined || root === undefined || end !== '' || more.length > 0) return null;
  const hash = fromBase64(root);
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)) || hash?.length !== 32) return null;
  return { origin, size: Number(size), root: hash };
});

/** One signature line of a note: key name, key id, and what follows the id. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Note {
  /** The signed text, with its final newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Longer notes and more signatures are refused unread. */
const NOTE_MAX = 16_384;
const SIGNATURES_MAX = 32;

const parseLine = (line: string): NoteSignature | null => {
  const [dash, name, encoded, ...more] = line.split(' ');
  if (dash !== '—' || !name || encoded === undefined || more.length > 0 || !NAME.test(name)) return null;
  const bytes = fromBase64(encoded);
  return bytes === null || bytes.length < 5 ? null : { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
};

/** Parses a signed note; null when it is malformed. Says nothing of whether a signature is good. */
export const parseNote = reading((source: string): Note | null => {
  if (source.length > NOTE_MAX || !source.endsWith('\n') || /[\x00-\x09\x0b-\x1f]/.test(source)) return null;
  const gap = source.lastIndexOf('\n\n');
  if (gap < 0) return null;
  const lines = source.slice(gap + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) return null;
  const signatures = lines.map(parseLine);
  return signatures.every((each) => each !== null) ? { text: source.slice(0, gap + 1), signatures } : null;
});

export const formatNote = (note: Note): string =>
  `${note.text}\n${note.signatures.map((each) => `— ${each.name} ${base64(concat(each.keyId, each.signature))}\n`).join('')}`;

/** A key and the one beside it, where there is one. */
export const keysOn = (verifier: Verifier): readonly Verifier[] => (verifier.second ? [verifier, verifier.second] : [verifier]);

/** Signs a text with journal or identity keys that this node holds, and with the keys beside them. */
export const signNote = (signer: Signer, verifiers: Verifier | readonly Verifier[], body: string): Note => ({
  text: body,
  signatures: [verifiers]
    .flat()
    .flatMap(keysOn)
    .map(({ name, keyId }) => ({
      name,
      keyId,
      signature: signer.sign(name, utf8(body), keyId),
    })),
});

const byKey = (note: Note, verifier: Verifier): NoteSignature | undefined =>
  note.signatures.find((each) => each.name === verifier.name && equal(each.keyId, verifier.keyId));

/** Whether this key, and the one beside it where there is one, signed the note. */
export const isSigned = (signer: Signer, verifier: Verifier, note: Note): boolean => {
  const line = byKey(note, verifier);
  if (!line || verifier.kind !== 'signature') return false;
  if (!signer.verify(verifier.suite, verifier.publicKey, utf8(note.text), line.signature)) return false;
  return verifier.second === undefined || isSigned(signer, verifier.second, note);
};

/**
 * The checkpoint, if all these keys signed it (and the keys beside them) and its origin is their name; null otherwise. Lines of
 * other keys are ignored, as C2SP wants.
 */
export const openCheckpoint = (signer: Signer, verifiers: Verifier | readonly Verifier[], source: string): Checkpoint | null => {
  const note = parseNote(source);
  const keys = [verifiers].flat();
  if (!note || keys.length === 0 || !keys.every((key) => isSigned(signer, key, note))) return null;
  const checkpoint = parseCheckpoint(note.text);
  return checkpoint && keys.every(({ name }) => checkpoint.origin === name) ? checkpoint : null;
};

const cosigned = (seconds: number, body: string): Uint8Array => utf8(`cosignature/v1\ntime ${seconds}\n${body}`);

/** A cosignature over a checkpoint body at a time (whole seconds since 1970): "I hold this head and never held a longer or other one". */
export const cosign = (signer: Signer, verifier: Verifier, body: string, seconds: number): NoteSignature => ({
  name: verifier.name,
  keyId: verifier.keyId,
  signature: concat(u64(seconds), signer.sign(verifier.name, cosigned(seconds, body), verifier.keyId)),
});

/** The time (seconds) of a good cosignature by this key on the note; null when there is none. */
export const cosignatureTime = (signer: Signer, verifier: Verifier, note: Note): number | null => {
  const line = byKey(note, verifier);
  if (!line || verifier.kind !== 'cosignature' || line.signature.length !== 72) return null;
  const seconds = Number(new DataView(line.signature.buffer, line.signature.byteOffset, 8).getBigUint64(0));
  if (!Number.isSafeInteger(seconds)) return null;
  const good = signer.verify(verifier.suite, verifier.publicKey, cosigned(seconds, note.text), line.signature.subarray(8));
  return good ? seconds : null;
};
