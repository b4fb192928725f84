/**
 * How the node's wires are secured: to Kafka, to MongoDB, and to those who ask over HTTP. Secrets come in files only, and no
 * fault repeats one. What would travel in the clear beyond this machine is refused unless the operator says what encrypts it.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Reader } from './config.js';
import type { KafkaSettings } from '../kafka/kafka-client.js';

/** A certificate chain and its private key, in PEM files that are read again when they change. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The door for HTTP. */
export interface HttpWire {
  /** Null: plain, on this machine's loopback or behind what encrypts. */
  readonly tls: TlsFiles | null;
  /** Addresses and networks of proxies whose `X-Forwarded-For` and `-Proto` are believed. */
  readonly trustedProxies: readonly string[];
}

export interface Wires {
  readonly kafka: KafkaSettings;
  /** With user, password and files in it, as the driver reads them: never shown, never logged. */
  readonly mongoUrl: string;
  readonly http: HttpWire;
  /** Wires of which the operator says that something else encrypts them. */
  readonly vouched: readonly string[];
}

/** What the variables of a wire are read with. */
export interface Given {
  readonly read: Reader;
  readonly readText: (path: string) => string;
  readonly production: boolean;
  /** Wires of which the operator says that something else encrypts them. */
  readonly vouched: readonly string[];
}

const WIRES = /^(kafka|mongo|http|files)$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;
const isLoopback = (host: string): boolean => LOOPBACK.test(host);
const hostOf = (hostAndPort: string): string => hostAndPort.replace(/:\d{1,5}$/, '');

const vouchFor = (wire: string): string => `name ${wire} in YRD_PLAIN if a mesh, a tunnel or a proxy encrypts that wire`;

/** The text of a file that a variable names; undefined when it is not set or cannot be read. */
export const fileOf = ({ read, readText }: Pick<Given, 'read' | 'readText'>, name: string): string | undefined => {
  if (!read.has(name)) return undefined;
  const path = read.text(name);
  try {
    return readText(path);
  } catch {
    read.faults.push(`${name} names ${path}, which cannot be read: give the path of a file that the node's user may read`);
    return undefined;
  }
};

/** A certificate in PEM; a fault when the file holds none. */
const certificateOf = (given: Given, name: string): string | undefined => {
  const pem = fileOf(given, name);
  if (pem === undefined) return undefined;
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    given.read.faults.push(`${name} names a file without a certificate: give one in PEM (-----BEGIN CERTIFICATE-----)`);
    return undefined;
  }
};

/** A certificate and its private key from two variables: both or neither, and of each other. */
const pairOf = (given: Given, certName: string, keyName: string): { readonly cert: string; readonly key: string } | null => {
  const { read } = given;
  if (read.has(certName) !== read.has(keyName)) {
    const [there, missing] = read.has(certName) ? [certName, keyName] : [keyName, certName];
    read.faults.push(`${there} is set without ${missing}: a certificate is of no use without its key, set both or neither`);
    return null;
  }
  const cert = certificateOf(given, certName);
  const key = fileOf(given, keyName);
  if (cert === undefined || key === undefined) return null;
  try {
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return { cert, key };
    read.faults.push(`${keyName} names a key that does not belong to the certificate of ${certName}: give the two that were made together`);
  } catch {
    read.faults.push(`${keyName} names a file without a usable private key: give one in PEM, without a passphrase`);
  }
  return null;
};

/** User and password from two variables: both or neither. */
const userOf = (given: Given, userName: string, passwordName: string): { readonly user: string; readonly password: string } | null => {
  const { read } = given;
  if (read.has(userName) !== read.has(passwordName)) {
    const [there, missing] = read.has(userName) ? [userName, passwordName] : [passwordName, userName];
    read.faults.push(`${there} is set without ${missing}: set both or neither`);
    return null;
  }
  const password = fileOf(given, passwordName)?.replace(/\r?\n$/, '');
  if (password === undefined) return null;
  if (password === '') read.faults.push(`${passwordName} names an empty file: write the password into it`);
  return { user: read.text(userName), password };
};

/** The way to Kafka. */
export const readKafka = (given: Given): KafkaSettings => {
  const { read, production, vouched } = given;
  const brokers = read.list('KAFKA_BROKERS', /^[^\s:/]+:\d{1,5}$/, 'host:port');
  const tls = read.oneOf('KAFKA_TLS', ['no', 'yes'], 'no') === 'yes';
  const ca = certificateOf(given, 'KAFKA_CA_FILE');
  const pair = pairOf(given, 'KAFKA_CERT_FILE', 'KAFKA_KEY_FILE');
  const user = userOf(given, 'KAFKA_USER', 'KAFKA_PASSWORD_FILE');
  for (const name of ['KAFKA_CA_FILE', 'KAFKA_CERT_FILE']) {
    if (!tls && read.has(name)) read.faults.push(`${name} is set while KAFKA_TLS is no, so nothing would be encrypted: set KAFKA_TLS=yes`);
  }
  const abroad = brokers.find((broker) => !isLoopback(hostOf(broker)));
  if (production && !tls && abroad !== undefined && !vouched.includes('kafka')) {
    read.faults.push(
      `KAFKA_BROKERS holds ${abroad} while KAFKA_TLS is no and NODE_ENV is production: set KAFKA_TLS=yes, or ${vouchFor('kafka')}`,
    );
  }
  return {
    brokers,
    ...(tls && { ssl: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }), ...pair } as const }),
    ...(user && { sasl: { mechanism: 'scram-sha-512', username: user.user, password: user.password } as const }),
  };
};

const MONGO = /^(?<scheme>mongodb(?:\+srv)?:\/\/)(?:(?<user>[^@/\s]*)@)?(?<hosts>[^/?@\s]+)(?<path>\/[^?\s]*)?(?:\?(?<query>\S*))?$/;
/** Settings of the driver that make TLS worthless: it would talk to anybody. */
const BLIND = /^(tlsInsecure|tlsAllowInvalid\w+)$/i;

/** The way to MongoDB. */
export const readMongo = (given: Given): string => {
  const { read, production, vouched } = given;
  const url = read.text('MONGO_URL');
  const tls = read.oneOf('MONGO_TLS', ['no', 'yes'], 'no') === 'yes';
  const files = [
    ['tlsCAFile', 'MONGO_CA_FILE', certificateOf(given, 'MONGO_CA_FILE')],
    ['tlsCertificateKeyFile', 'MONGO_CERT_FILE', certificateOf(given, 'MONGO_CERT_FILE')],
  ] as const;
  const user = userOf(given, 'MONGO_USER', 'MONGO_PASSWORD_FILE');
  const parts = MONGO.exec(url)?.groups;
  if (parts === undefined) {
    // Not repeated: it may hold a password.
    if (url !== '') read.faults.push('MONGO_URL must be a mongodb:// address');
    return '';
  }
  const { scheme = '', user: inUrl, hosts = '', path = '/' } = parts;
  const query = new URLSearchParams(parts['query'] ?? '');
  if (tls) query.set('tls', 'true');
  const asked = query.get('tls') ?? query.get('ssl');
  const encrypted = asked === null ? scheme.startsWith('mongodb+srv') : asked === 'true';
  for (const [option, name, text] of files) {
    if (text !== undefined) query.set(option, read.text(name));
    if (text !== undefined && !encrypted) read.faults.push(`${name} is set while MONGO_TLS is no: set MONGO_TLS=yes`);
  }
  if (user && inUrl !== undefined) read.faults.push('MONGO_USER is set and MONGO_URL holds a user too: take it out of MONGO_URL');
  if (user && path.length < 2 && !query.has('authSource')) query.set('authSource', 'admin');
  if (production) {
    if (inUrl?.includes(':')) read.faults.push('MONGO_URL holds a password: give MONGO_USER and MONGO_PASSWORD_FILE instead');
    const blind = [...query.keys()].find((name) => BLIND.test(name));
    if (blind !== undefined) read.faults.push(`MONGO_URL sets ${blind}, so that anybody could pretend to be MongoDB: give MONGO_CA_FILE`);
    const abroad = hosts.split(',').find((host) => !isLoopback(hostOf(host)));
    if (!encrypted && abroad !== undefined && !vouched.includes('mongo')) {
      read.faults.push(`MONGO_URL leads to ${abroad} without TLS and NODE_ENV is production: set MONGO_TLS=yes, or ${vouchFor('mongo')}`);
    }
  }
  const credentials = user
    ? `${encodeURIComponent(user.user)}:${encodeURIComponent(user.password)}@`
    : inUrl === undefined
      ? ''
      : `${inUrl}@`;
  const options = query.size > 0 ? `?${query.toString()}` : '';
  return `${scheme}${credentials}${hosts}${path}${options}`;
};

/** One address, or a network like 10.2.0.0/16. */
const isNetwork = (text: string): boolean => {
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128));
};

const readHttp = (given: Given, host: string): HttpWire => {
  const { read, vouched } = given;
  const trustedProxies = read.has('YRD_TRUSTED_PROXIES') ? read.list('YRD_TRUSTED_PROXIES', /^\S+$/, 'an address or a network') : [];
  for (const each of trustedProxies) {
    if (!isNetwork(each)) read.faults.push(`YRD_TRUSTED_PROXIES holds "${each}": give addresses or networks like 10.2.0.0/16`);
  }
  const pair = pairOf(given, 'YRD_TLS_CERT_FILE', 'YRD_TLS_KEY_FILE');
  const wanted = read.has('YRD_TLS_CERT_FILE') || read.has('YRD_TLS_KEY_FILE');
  // In development too: tokens are as good for a thief on a laptop's network as anywhere.
  if (!wanted && !isLoopback(host) && !vouched.includes('http')) {
    const mend = `set YRD_TLS_CERT_FILE and YRD_TLS_KEY_FILE, or ${vouchFor('http')}`;
    read.faults.push(`YRD_HOST is "${host}" and others would be answered in the clear: ${mend}`);
  }
  const tls = pair && { certFile: read.text('YRD_TLS_CERT_FILE'), keyFile: read.text('YRD_TLS_KEY_FILE') };
  return { tls, trustedProxies };
};

/** The wires from the environment; faults go to `read`. `host` is where HTTP is answered. */
export const readWires = (read: Reader, host: string, o: { readonly production: boolean; readText(path: string): string }): Wires => {
  const vouched = read.has('YRD_PLAIN') ? read.list('YRD_PLAIN', WIRES, 'kafka, mongo, http or files') : [];
  const given: Given = { read, readText: o.readText, production: o.production, vouched };
  return { kafka: readKafka(given), mongoUrl: readMongo(given), http: readHttp(given, host), vouched };
};
