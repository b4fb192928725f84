/** The keys of a node: made once by its operator, kept in one file that only the node reads, pinned by the others. */
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { chmod, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  boxName,
  certificateText,
  cosignerName,
  identityName,
  originOf,
  sm2Material,
  sm2Name,
  type CertifiedKey,
  type FederationNode,
  type RotateKey,
} from '@yrd/ledger';
import { boxKeyFrom } from './hpke.js';
import { isSm2Secret, sm2KeyFrom, sm2SecretIn } from './sm2.js';

/**
 * Algorithm bytes of key lines. Those of C2SP signed-note: 0x01 Ed25519 signs a note, 0x04 is cosignature/v1 (Ed25519, timestamped);
 * 0xff where C2SP has no number: SM2 with SM3; and 0x20 for a box key (HPKE KEM 0x0020, X25519), which signs nothing.
 */
export const noteAlgorithm = { ed25519: 0x01, cosignature: 0x04, box: 0x20, sm2: 0xff } as const;
export type NoteAlgorithm = (typeof noteAlgorithm)[keyof typeof noteAlgorithm];

/** What a node must never show. */
export interface NodeSecret {
  readonly federation: string;
  /** Two-digit province code. */
  readonly province: string;
  /** Signing and box keys as Go's note package writes them: `PRIVATE+KEY+<name>+<8 hex of key id>+<base64(algorithm ‖ 32-byte seed)>`. */
  readonly keys: readonly string[];
  /** 32 bytes in hex: the HMAC key that turns persons into pseudonyms. */
  readonly personKey: string;
  /** What was made for a rotation, so that the same command names the same keys however often it is sent. */
  readonly rotations?: readonly KeptRotation[];
}

/** The keys that were made for one rotation: their secrets stand in the file before the journal names them. */
export interface KeptRotation {
  /** Id of the command. */
  readonly command: string;
  readonly body: RotateKey;
}

/** One key, opened. */
export interface SigningKey {
  readonly name: string;
  readonly algorithm: NoteAlgorithm;
  readonly privateKey: KeyObject;
  /** 32 bytes; of an SM2 key the 64 of its point. */
  readonly publicKey: Uint8Array;
}

// RFC 8410 §7: what stands before the 32-byte seed in the PKCS #8 form of an Ed25519 key.
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

const fromSeed = (name: string, algorithm: NoteAlgorithm, seed: Uint8Array): SigningKey => {
  if (algorithm === noteAlgorithm.box) return { name, algorithm, ...boxKeyFrom(seed) };
  if (algorithm === noteAlgorithm.sm2) return { name, algorithm, ...sm2KeyFrom(seed) };
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { name, algorithm, privateKey, publicKey: new Uint8Array(spki.subarray(-32)) };
};

/** What a key's line holds behind the algorithm byte. */
const materialOf = ({ algorithm, publicKey }: Pick<SigningKey, 'algorithm' | 'publicKey'>): Uint8Array =>
  algorithm === noteAlgorithm.sm2 ? sm2Material(publicKey) : publicKey;

/** Key id of C2SP signed-note: the first four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ public key), in hex. */
export const noteKeyId = (name: string, algorithm: NoteAlgorithm, publicKey: Uint8Array): string =>
  createHash('sha256').update(`${name}\n`).update(Uint8Array.of(algorithm)).update(publicKey).digest('hex').slice(0, 8);

const keyLine = (name: string, id: string, algorithm: NoteAlgorithm, bytes: Uint8Array): string =>
  `${name}+${id}+${Buffer.concat([Uint8Array.of(algorithm), bytes]).toString('base64')}`;

/** C2SP verifier line `<name>+<key id>+<base64(algorithm ‖ public key)>`: what others pin. */
export const verifierLine = (key: Pick<SigningKey, 'name' | 'algorithm' | 'publicKey'>): string =>
  keyLine(key.name, noteKeyId(key.name, key.algorithm, materialOf(key)), key.algorithm, materialOf(key));

const seedOf = (key: SigningKey): Uint8Array => {
  const der = key.privateKey.export({ format: 'der', type: 'pkcs8' });
  return key.algorithm === noteAlgorithm.sm2 ? sm2SecretIn(der) : der.subarray(-32);
};

const signerLine = (key: SigningKey): string =>
  `PRIVATE+KEY+${keyLine(key.name, noteKeyId(key.name, key.algorithm, materialOf(key)), key.algorithm, seedOf(key))}`;

const signerShape = /^PRIVATE\+KEY\+([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/;

/** Opens a line of `NodeSecret.keys`. Throws one sentence, without the key, when it is malformed or its key id is wrong. */
export const openSigningKey = (line: string): SigningKey => {
  const [, name, id, encoded] = signerShape.exec(line) ?? [];
  if (name === undefined || encoded === undefined) {
    throw new Error(
      'a signing key is not of the form PRIVATE+KEY+<name>+<8 hex>+<44 base64>: take the file from a backup or make new keys',
    );
  }
  const bytes = Buffer.from(encoded, 'base64');
  const algorithm = Object.values(noteAlgorithm).find((known) => known === bytes[0]);
  if (algorithm === undefined || bytes.length !== 33) {
    throw new Error(
      `the key ${name} names algorithm ${String(bytes[0])}, but only 1 (Ed25519), 4 (cosignature), 32 (box) and 255 (SM2) are known here`,
    );
  }
  const key = fromSeed(name, algorithm, bytes.subarray(1));
  if (noteKeyId(name, algorithm, materialOf(key)) !== id) {
    throw new Error(`the key ${name} does not belong to its key id ${String(id)}: the file was altered, take it from a backup`);
  }
  return key;
};

export interface NodeKeysOptions {
  /** Host part of every origin, `yrd.local`. */
  readonly federation: string;
  readonly province: string;
  readonly name: string;
  readonly url: string;
  readonly contexts: readonly string[];
  /** Domain ms up to which the keys of journals are certified; for ever without it. */
  readonly notAfterMs?: number;
}

const shapes = { federation: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, province: /^\d{2}$/, context: /^[a-z][a-z0-9-]*$/ };

const refuseNames = (o: NodeKeysOptions): void => {
  if (!shapes.federation.test(o.federation)) throw new Error(`the federation must be a host name like yrd.local, not "${o.federation}"`);
  if (!shapes.province.test(o.province)) throw new Error(`the province must be two digits like 31, not "${o.province}"`);
  const wrong = o.contexts.find((context) => !shapes.context.test(context));
  if (wrong !== undefined) throw new Error(`a context must be lower case letters, digits and hyphens, not "${wrong}"`);
};

/** A secret of any curve is 32 random bytes; of SM2 one in four thousand million is none. */
const freshKey = (name: string, algorithm: NoteAlgorithm): SigningKey => {
  const seed = randomBytes(32);
  return algorithm === noteAlgorithm.sm2 && !isSm2Secret(seed) ? freshKey(name, algorithm) : fromSeed(name, algorithm, seed);
};

/** Keys of a node: what it keeps for itself, and what the others pin. */
export interface NodeKeyPair {
  readonly secret: NodeSecret;
  readonly public: FederationNode;
}

/** What the identity key of a node says of another of its keys. */
const certify = (identity: SigningKey, line: string, notAfterMs?: number): CertifiedKey => ({
  key: line,
  certificate: sign(null, Buffer.from(certificateText(line, notAfterMs)), identity.privateKey).toString('base64'),
  ...(notAfterMs !== undefined && { notAfterMs }),
});

/**
 * The next keys after the one of this line, of a journal (with its SM2 key, whether or not it had one) or of a cosigner, certified
 * by the identity key in the file. Throws when the file does not hold the identity key, or no such key.
 */
export const nextKeys = (secret: NodeSecret, old: string, notAfterMs?: number) => {
  const held = secret.keys.map(openSigningKey);
  const identity = held.find(({ name }) => name === identityName(secret.federation, secret.province));
  const before = held.find((key) => verifierLine(key) === old);
  if (!identity) throw new Error(`the key file of province ${secret.province} holds no identity key, which has to certify the new ones`);
  if (!before) throw new Error(`the key file of province ${secret.province} does not hold the key ${old.split('+')[0]} that is in force`);
  const journal = before.algorithm === noteAlgorithm.ed25519;
  const context = before.name.split('/').at(-1) ?? '';
  const next = freshKey(before.name, before.algorithm);
  const sm2 = journal ? freshKey(sm2Name(secret.federation, secret.province, context), noteAlgorithm.sm2) : null;
  return {
    keys: [next, ...(sm2 ? [sm2] : [])].map(signerLine),
    stated: {
      ...certify(identity, verifierLine(next), notAfterMs),
      ...(sm2 && { sm2: certify(identity, verifierLine(sm2), notAfterMs) }),
    },
  };
};

/**
 * Keys of one more context: two of its journal (Ed25519 and SM2), one of its cosigner and one that entries for this province are
 * encrypted to. The identity key certifies the keys of journals and boxes by signing `certificateText` of their lines.
 */
const withContext = (
  { secret, public: node }: NodeKeyPair,
  identity: SigningKey,
  context: string,
  notAfterMs: number | undefined,
): NodeKeyPair => {
  const { federation, province } = secret;
  const journal = freshKey(originOf(federation, `${province}/${context}`), noteAlgorithm.ed25519);
  const sm2 = freshKey(sm2Name(federation, province, context), noteAlgorithm.sm2);
  const cosigner = freshKey(cosignerName(federation, province, context), noteAlgorithm.cosignature);
  const box = freshKey(boxName(federation, province, context), noteAlgorithm.box);
  const certified = (key: SigningKey, until?: number): CertifiedKey => certify(identity, verifierLine(key), until);
  return {
    secret: { ...secret, keys: [...secret.keys, ...[journal, sm2, cosigner, box].map(signerLine)] },
    public: {
      ...node,
      journals: { ...node.journals, [context]: certified(journal, notAfterMs) },
      cosigners: { ...node.cosigners, [context]: verifierLine(cosigner) },
      boxes: { ...node.boxes, [context]: certified(box) },
      sm2: { ...node.sm2, [context]: certified(sm2, notAfterMs) },
    },
  };
};

/** New keys of a node: one identity key, and those of each context. Throws when a name has the wrong form. */
export const createNodeKeys = (o: NodeKeysOptions): NodeKeyPair => {
  refuseNames(o);
  const { federation, province, name, url } = o;
  const identity = freshKey(identityName(federation, province), noteAlgorithm.ed25519);
  const secret = { federation, province, keys: [signerLine(identity)], personKey: randomBytes(32).toString('hex') };
  const node = { province, name, url, identity: verifierLine(identity), journals: {}, cosigners: {} };
  return o.contexts.reduce<NodeKeyPair>((keys, context) => withContext(keys, identity, context, o.notAfterMs), { secret, public: node });
};

/** The same keys with those of contexts that the node did not serve before; it must hold its identity key, which certifies them. */
export const addContexts = (keys: NodeKeyPair, contexts: readonly string[], notAfterMs?: number): NodeKeyPair => {
  const { federation, province } = keys.secret;
  const identity = keys.secret.keys.map(openSigningKey).find(({ name }) => name === identityName(federation, province));
  if (!identity) throw new Error(`the key file of province ${province} holds no identity key, which has to certify the new ones`);
  return contexts
    .filter((context) => !(context in keys.public.journals))
    .reduce((all, context) => withContext(all, identity, context, notAfterMs), keys);
};

const isRotations = (value: unknown): value is readonly KeptRotation[] =>
  Array.isArray(value) &&
  value.every((each: Partial<KeptRotation> | null) => typeof each?.command === 'string' && typeof each.body === 'object');

const parseSecret = (text: string): NodeSecret => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw new Error('it is not a JSON object');
  const { federation, province, keys, personKey, rotations, ...rest } = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new Error(`it has a field "${unknown}" that nobody knows`);
  if (typeof federation !== 'string' || !shapes.federation.test(federation)) throw new Error('"federation" must be a host name');
  if (typeof province !== 'string' || !shapes.province.test(province)) throw new Error('"province" must be two digits');
  if (typeof personKey !== 'string' || !/^[0-9a-f]{64}$/.test(personKey)) throw new Error('"personKey" must be 64 hex digits');
  if (!Array.isArray(keys) || !keys.every((line) => typeof line === 'string')) throw new Error('"keys" must be a list of strings');
  const opened = keys.map(openSigningKey);
  const names = opened.map(({ name }) => name);
  // After a rotation a journal has several keys under one name; anything else has one.
  const rotates = [noteAlgorithm.ed25519, noteAlgorithm.sm2, noteAlgorithm.cosignature] as readonly NoteAlgorithm[];
  const double = opened.find(
    ({ name, algorithm }, at) =>
      names.indexOf(name) !== at && (!rotates.includes(algorithm) || name.includes('/node/') || keys.indexOf(String(keys[at])) !== at),
  );
  if (double) throw new Error(`it holds two keys of the name ${double.name}`);
  if (rotations !== undefined && !isRotations(rotations)) throw new Error('"rotations" must be what rotations left in it');
  if (!names.includes(identityName(federation, province)))
    throw new Error(`it holds no identity key ${identityName(federation, province)}`);
  return { federation, province, keys, personKey, ...(rotations !== undefined && { rotations }) };
};

/** Writes the secret for its owner only (mode 0600). Refuses to replace a file that is there. */
export const saveNodeKeys = async (path: string, secret: NodeSecret): Promise<void> => {
  await writeFile(path, `${JSON.stringify(secret, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await chmod(path, 0o600);
};

/**
 * Writes the secret in place of the one that is there: whole or not at all, and on the disk before this resolves, whatever ends the
 * process meanwhile.
 */
export const replaceNodeKeys = async (path: string, secret: NodeSecret): Promise<void> => {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    // One that a crash left behind keeps the mode it had.
    await file.chmod(0o600);
    await file.writeFile(`${JSON.stringify(secret, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
};

/**
 * Reads and checks the secret of a node. Throws one sentence when the file is missing, malformed, altered, or open to
 * everybody on the machine (a group may read it: that is how Kubernetes hands secrets to a process).
 */
export const loadNodeKeys = async (path: string): Promise<NodeSecret> => {
  const { mode } = await stat(path).catch((cause: unknown) => {
    throw new Error(`the node's key file ${path} cannot be read: give the path of a file made with this node's keys`, { cause });
  });
  if ((mode & 0o007) !== 0) throw new Error(`the node's key file ${path} is open to everybody on this machine: run chmod 600 on it`);
  try {
    return parseSecret(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Error(`the node's key file ${path} is not usable: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
};
