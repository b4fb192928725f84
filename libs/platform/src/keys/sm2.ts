/**
 * SM2 signatures with SM3 (GB/T 32918.2, curve of GB/T 32918.5) by node:crypto, with the signer id that the standards presume
 * (GM/T 0009 §10), so that anybody's software checks them.
 */
import { createHash, createPrivateKey, createPublicKey, createSign, createVerify, type KeyObject } from 'node:crypto';

/** 32 bytes of a secret, and the 64 bytes X ‖ Y of the public point. */
export interface Sm2Key {
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
}

const hex = (...parts: readonly string[]): Buffer => Buffer.from(parts.join(''), 'hex');

// GB/T 32918.5 §3: the order of the base point less one; a, b and the base point themselves.
const SECRET_END = hex('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122');
const CURVE = hex(
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc',
  '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93',
  '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7',
  'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
);
const SIGNER_ID = Buffer.from('1234567812345678');
/** The length of the id in bits, 16 bits big-endian. */
const ID_BITS = hex('0080');

// RFC 5915 and RFC 5480 with the curve's identifier 1.2.156.10197.1.301: what stands before secret and point in DER.
const PKCS8 = hex('3041020100301306072a8648ce3d020106082a811ccf5501822d04273025', '0201010420');
const SPKI = hex('3059301306072a8648ce3d020106082a811ccf5501822d03420004');

/** Whether 32 bytes are an SM2 secret: from 1 to n − 2 (GB/T 32918.1 §6.1). */
export const isSm2Secret = (secret: Uint8Array): boolean =>
  secret.length === 32 && secret.some((byte) => byte !== 0) && Buffer.compare(secret, SECRET_END) < 0;

/** Opens a secret. Throws when `isSm2Secret` is false of it. */
export const sm2KeyFrom = (secret: Uint8Array): Sm2Key => {
  if (!isSm2Secret(secret)) throw new Error('an SM2 secret lies outside the order of its curve: make new keys');
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-64)) };
};

/** The 32 bytes of the secret in a PKCS #8 key, behind which OpenSSL writes the point as well. */
export const sm2SecretIn = (der: Buffer): Uint8Array => {
  const at = der.indexOf('0201010420', 'hex') + 5;
  return new Uint8Array(der.subarray(at, at + 32));
};

/** The public key as node:crypto wants it. Throws when the bytes are no point of the curve. */
export const sm2PublicKey = (point: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI, point]), format: 'der', type: 'spki' });

/** Z of GB/T 32918.2 §5.5: SM3 over signer id, curve and public key; it is hashed ahead of the message. */
export const sm2Preamble = (point: Uint8Array): Buffer =>
  createHash('sm3').update(ID_BITS).update(SIGNER_ID).update(CURVE).update(point).digest();

// The one-shot `sign` of node:crypto would sign with an empty id; the stream form signs what it is fed, so Z is fed to it.

/** A signature in DER (GM/T 0009 §7.3). */
export const sm2Sign = ({ privateKey, publicKey }: Sm2Key, message: Uint8Array): Uint8Array =>
  new Uint8Array(createSign('sm3').update(sm2Preamble(publicKey)).update(message).sign(privateKey));

/** Whether the signature is good. Malformed ones are false; throws when the point is none. */
export const sm2Verify = (key: KeyObject, point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  createVerify('sm3').update(sm2Preamble(point)).update(message).verify(key, signature);
