/**
 * An authority of one's own and the certificates it gives, for one machine and for tests: X.509 by hand, since node:crypto reads
 * certificates and makes none. A province's real certificates come from its IT department's authority.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its private key, both in PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certified {
  readonly name: string;
}

// The handful of DER (X.690) that a certificate needs: tag, length, content.
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const octets = (content: Uint8Array): Buffer => der(0x04, content);
const yes = der(0x01, Buffer.from([0xff]));
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const OID = {
  ecdsaWithSha256: oid('2a8648ce3d040302'),
  commonName: oid('550403'),
  basicConstraints: oid('551d13'),
  keyUsage: oid('551d0f'),
  extendedKeyUsage: oid('551d25'),
  subjectAltName: oid('551d11'),
  subjectKeyIdentifier: oid('551d0e'),
  authorityKeyIdentifier: oid('551d23'),
  serverAuth: oid('2b06010505070301'),
  clientAuth: oid('2b06010505070302'),
} as const;

const algorithm = sequence(OID.ecdsaWithSha256);
const named = (name: string): Buffer => sequence(der(0x31, sequence(OID.commonName, der(0x0c, Buffer.from(name)))));
/** `261127080000Z`: UTCTime, as RFC 5280 §4.1.2.5 wants it for years before 2050. */
const time = (at: Date): Buffer =>
  der(
    0x17,
    Buffer.from(
      at
        .toISOString()
        .slice(2)
        .replace(/[-:T]|\.\d+/g, ''),
    ),
  );
const extension = (id: Buffer, critical: boolean, value: Buffer): Buffer => sequence(id, ...(critical ? [yes] : []), octets(value));
// Bits from the left: digitalSignature is the first, keyCertSign and cRLSign the sixth and seventh (RFC 5280 §4.2.1.3).
const usage = (unused: number, bits: number): Buffer => extension(OID.keyUsage, true, der(0x03, Buffer.from([unused, bits])));
const altName = (host: string): Buffer =>
  isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));

/** RFC 5280 §4.2.1.2 (1): the hash of the public key's bits, here of the whole structure, which serves as well. */
const keyId = (key: KeyObject): Buffer =>
  createHash('sha1')
    .update((key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' }))
    .digest();

const pem = (what: string, bytes: Uint8Array): string => {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${what}-----`, ...lines, `-----END ${what}-----`, ''].join('\n');
};

interface Request {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signedWith: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly days: number;
}

const DAY_MS = 86_400_000;

const certificate = ({ subject, issuer, publicKey, signedWith, extensions, days }: Request): string => {
  // The first byte keeps the number positive and free of leading zeros.
  const serial = der(0x02, Buffer.concat([Buffer.from([0x5a]), randomBytes(15)]));
  const now = Date.now();
  const keyIds = [
    extension(OID.subjectKeyIdentifier, false, octets(keyId(publicKey))),
    extension(OID.authorityKeyIdentifier, false, sequence(der(0x80, keyId(signedWith)))),
  ];
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    serial,
    algorithm,
    named(issuer),
    sequence(time(new Date(now - DAY_MS)), time(new Date(now + days * DAY_MS))),
    named(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions, ...keyIds)),
  );
  const signature = sign('sha256', toBeSigned, signedWith);
  return pem('CERTIFICATE', sequence(toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature)));
};

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A new authority, good for ten years. */
export const createAuthority = (name: string): Authority => {
  const { publicKey, privateKey } = newKey();
  const extensions = [extension(OID.basicConstraints, true, sequence(yes)), usage(1, 0x06)];
  const cert = certificate({ subject: name, issuer: name, publicKey, signedWith: privateKey, extensions, days: 3_650 });
  return { name, cert, key: keyPem(privateKey) };
};

export interface Wanted {
  /** Common name: Kafka and MongoDB know a client by it. */
  readonly name: string;
  /** Names and IPv4 addresses under which a server is reached. */
  readonly hosts?: readonly string[];
  /** How long it is good from now on; negative: it has run out. */
  readonly days?: number;
}

/** A certificate of the authority, for a server and a client alike. */
export const certify = (authority: Authority, { name, hosts = [], days = 365 }: Wanted): Certified => {
  const { publicKey, privateKey } = newKey();
  const extensions = [
    extension(OID.basicConstraints, true, sequence()),
    usage(7, 0x80),
    extension(OID.extendedKeyUsage, false, sequence(OID.serverAuth, OID.clientAuth)),
    ...(hosts.length > 0 ? [extension(OID.subjectAltName, false, sequence(...hosts.map(altName)))] : []),
  ];
  const signedWith = createPrivateKey(authority.key);
  return {
    cert: certificate({ subject: name, issuer: authority.name, publicKey, signedWith, extensions, days }),
    key: keyPem(privateKey),
  };
};
