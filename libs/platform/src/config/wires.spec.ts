/** The node's wires: which settings are refused, and what its own door does with TLS, proxies and renewed certificates. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { certify, createAuthority } from '../keys/certificates.js';
import { ConfigError, readConfig, type Environment } from './config.js';
import { createNodeKeys } from '../keys/keys.js';
import { Service } from '../service.js';

const node = createNodeKeys({
  federation: 'yrd.test',
  province: '32',
  name: '江苏',
  url: 'http://node-32.test',
  contexts: ['voucher'],
}).public;
const federation = JSON.stringify({ federation: 'yrd.test', nodes: [node] });

const authority = createAuthority('测试 authority');
const server = certify(authority, { name: 'node-32', hosts: ['localhost', '127.0.0.1'] });
const other = certify(authority, { name: 'node-32', hosts: ['localhost', '127.0.0.1'] });

const files: Readonly<Record<string, string>> = {
  federation,
  'ca.pem': authority.cert,
  'cert.pem': server.cert,
  'key.pem': server.key,
  'both.pem': server.key + server.cert,
  'other-key.pem': other.key,
  password: 'pass/wörd@:\n',
  empty: '\n',
};
const readText = (path: string): string => {
  const text = files[path];
  if (text === undefined) throw new Error('ENOENT');
  return text;
};

const good: Environment = {
  YRD_PROVINCE: '32',
  KAFKA_BROKERS: 'kafka-1:9093',
  MONGO_URL: 'mongodb://mongo-1,mongo-2:27018/?replicaSet=rs0',
  YRD_KEYS: 'keys.json',
  YRD_FEDERATION: 'federation',
  YRD_POLICIES: 'policies',
  YRD_ISSUER: 'https://issuer.test',
};
const secrets = { YRD_INVOICE_KEY: '0'.repeat(64), YRD_MATCHING_KEYS: `2026:${'0'.repeat(64)}`, YRD_KEY_BACKUP_DAYS: '30' };
const production: Environment = { ...good, ...secrets, NODE_ENV: 'production' };
const kafkaSecured = { KAFKA_TLS: 'yes', KAFKA_CA_FILE: 'ca.pem', KAFKA_USER: 'yrd-32', KAFKA_PASSWORD_FILE: 'password' };
const mongoSecured = { MONGO_TLS: 'yes', MONGO_CA_FILE: 'ca.pem', MONGO_USER: 'yrd-32', MONGO_PASSWORD_FILE: 'password' };
const httpSecured = { YRD_HOST: '0.0.0.0', YRD_TLS_CERT_FILE: 'cert.pem', YRD_TLS_KEY_FILE: 'key.pem' };

const read = (env: Environment) => readConfig(env, readText);
const faultsOf = (env: Environment): readonly string[] => {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

describe('the wires of a node', () => {
  it('to Kafka are TLS with SCRAM, user and password from a file', () => {
    expect(read({ ...good, ...kafkaSecured }).kafka).toEqual({
      brokers: ['kafka-1:9093'],
      ssl: { minVersion: 'TLSv1.2', ca: authority.cert },
      sasl: { mechanism: 'scram-sha-512', username: 'yrd-32', password: 'pass/wörd@:' },
    });
  });

  it('to Kafka may show a certificate of their own', () => {
    const { kafka } = read({ ...good, KAFKA_TLS: 'yes', KAFKA_CERT_FILE: 'cert.pem', KAFKA_KEY_FILE: 'key.pem' });
    expect(kafka.ssl).toEqual({ minVersion: 'TLSv1.2', ...server });
  });

  it('to MongoDB carry user, password and files as the driver reads them', () => {
    const url = new URL(read({ ...good, ...mongoSecured, MONGO_URL: 'mongodb://mongo-1:27018/?replicaSet=rs0' }).mongoUrl);
    expect([url.username, decodeURIComponent(url.password), url.host]).toEqual(['yrd-32', 'pass/wörd@:', 'mongo-1:27018']);
    expect(Object.fromEntries(url.searchParams)).toEqual({ replicaSet: 'rs0', tls: 'true', tlsCAFile: 'ca.pem', authSource: 'admin' });
  });

  it('in production are refused while they are plain beyond loopback, all at once', () => {
    const faults = faultsOf({ ...production, YRD_HOST: '0.0.0.0' });
    expect(faults).toEqual([
      expect.stringMatching(/KAFKA_BROKERS holds kafka-1:9093 .*KAFKA_TLS=yes, or name kafka in YRD_PLAIN/),
      expect.stringMatching(/MONGO_URL leads to mongo-1 .*MONGO_TLS=yes, or name mongo in YRD_PLAIN/),
      expect.stringMatching(/YRD_HOST is "0.0.0.0" .*or name http in YRD_PLAIN/),
    ]);
  });

  it.each([
    ['they are secured', { ...kafkaSecured, ...mongoSecured, ...httpSecured }],
    ['they stay on this machine', { KAFKA_BROKERS: 'localhost:9092,127.0.0.2:9093', MONGO_URL: 'mongodb://127.0.0.1:27017,[::1]:27018/' }],
    ['the operator says what encrypts them', { YRD_PLAIN: 'kafka, mongo, http', YRD_HOST: '0.0.0.0' }],
    ['the address of MongoDB asks for TLS itself', { YRD_PLAIN: 'kafka', MONGO_URL: 'mongodb+srv://mongo.test/' }],
  ])('in production are taken when %s', (_why, env) => {
    expect(faultsOf({ ...production, ...env })).toEqual([]);
  });

  it('in development are plain on this machine only: others are not answered in the clear', () => {
    expect(faultsOf(good)).toEqual([]);
    expect(faultsOf({ ...good, YRD_HOST: '10.0.0.7' })).toEqual([expect.stringContaining('others would be answered in the clear')]);
  });

  it.each([
    [{ KAFKA_USER: 'yrd-32' }, /KAFKA_USER is set without KAFKA_PASSWORD_FILE/],
    [{ KAFKA_USER: 'yrd-32', KAFKA_PASSWORD_FILE: 'nowhere' }, /KAFKA_PASSWORD_FILE names nowhere, which cannot be read/],
    [{ KAFKA_USER: 'yrd-32', KAFKA_PASSWORD_FILE: 'empty' }, /KAFKA_PASSWORD_FILE names an empty file/],
    [{ KAFKA_CA_FILE: 'ca.pem' }, /KAFKA_CA_FILE is set while KAFKA_TLS is no/],
    [{ KAFKA_TLS: 'yes', KAFKA_CA_FILE: 'password' }, /KAFKA_CA_FILE names a file without a certificate/],
    [{ MONGO_CA_FILE: 'ca.pem' }, /MONGO_CA_FILE is set while MONGO_TLS is no/],
    [{ ...mongoSecured, MONGO_URL: 'mongodb://u:p@mongo-1/' }, /MONGO_USER is set and MONGO_URL holds a user too/],
    [{ ...httpSecured, YRD_TLS_KEY_FILE: '' }, /YRD_TLS_CERT_FILE is set without YRD_TLS_KEY_FILE/],
    [{ ...httpSecured, YRD_TLS_KEY_FILE: 'other-key.pem' }, /a key that does not belong to the certificate/],
    [{ ...httpSecured, YRD_TLS_KEY_FILE: 'password' }, /without a usable private key/],
    [{ YRD_TRUSTED_PROXIES: '10.0.0.0/8, everybody' }, /YRD_TRUSTED_PROXIES holds "everybody"/],
    [{ YRD_TRUSTED_PROXIES: '0.0.0.0/0' }, /YRD_TRUSTED_PROXIES holds "0.0.0.0\/0"/],
    [{ YRD_PLAIN: 'all' }, /YRD_PLAIN holds "all"/],
  ])('are refused with one sentence: %j', (env, sentence) => {
    const faults = faultsOf({ ...good, ...env });
    expect(faults).toEqual([expect.stringMatching(sentence)]);
    expect(faults.join()).not.toContain('pass/');
  });

  it('in production take no password from an address, and no MongoDB that nobody vouches for', () => {
    const env = { ...production, KAFKA_TLS: 'yes', MONGO_TLS: 'yes', MONGO_URL: 'mongodb://u:hidden@mongo-1/?tlsInsecure=true' };
    const faults = faultsOf(env);
    expect(faults.join('\n')).toMatch(/MONGO_URL holds a password[\s\S]*MONGO_URL sets tlsInsecure/);
    expect(faults.join('\n')).not.toContain('hidden');
    expect(faultsOf({ ...good, MONGO_URL: 'mongo://u:hidden@mongo-1/' })).toEqual(['MONGO_URL must be a mongodb:// address']);
  });
});

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly certificate: PeerCertificate;
}

/** Asks over a connection of its own, trusting the test's authority only. */
const ask = (url: string, options: RequestOptions = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { ca: authority.cert, agent: false, ...options }, (response) => {
      const certificate = (response.socket as TLSSocket).getPeerCertificate();
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, certificate }));
    });
    sent.on('error', reject).end();
  });

describe('the door of a node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wires-'));
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const lay = ({ cert, key }: { readonly cert: string; readonly key: string }): void => {
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
  };
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  const open = async (http: Parameters<typeof readConfig>[0]): Promise<Service> => {
    const text = (path: string): string => (path === certFile ? server.cert : path === keyFile ? server.key : readText(path));
    const service = new Service({
      config: readConfig({ ...good, YRD_PORT: '0', ...http }, text),
      contexts: [],
      personKey: new Uint8Array(32),
      log,
      reach: () => Promise.resolve({ worlds: {}, clock: null, close: () => Promise.resolve() }),
      openNode: () => {
        throw new Error('no context is served here');
      },
    });
    await service.start();
    return service;
  };
  let secured: Service;
  beforeAll(async () => {
    lay(server);
    secured = await open({ YRD_TLS_CERT_FILE: certFile, YRD_TLS_KEY_FILE: keyFile });
  });
  afterAll(async () => {
    await secured.stop();
    rmSync(folder, { recursive: true });
  });

  it('answers over TLS, and tells browsers to come back in no other way', async () => {
    expect(secured.url).toMatch(/^https:/);
    const { status, headers } = await ask(`${secured.url}/health/live`);
    expect(status).toBe(200);
    expect(headers['strict-transport-security']).toMatch(/^max-age=63072000;/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'permissions-policy': expect.stringContaining('camera=()'),
    });
  });

  it('is not opened by who trusts other authorities, speaks without TLS, or speaks TLS 1.1 or weak ciphers', async () => {
    const url = `${secured.url}/health/live`;
    await expect(ask(url, { ca: createAuthority('another').cert })).rejects.toThrow(/unable to verify|self-signed|signature/);
    await expect(ask(url, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' })).rejects.toThrow();
    await expect(ask(url, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' })).rejects.toThrow();
    expect((await ask(url, { maxVersion: 'TLSv1.2' })).status).toBe(200);
    const plainly = new Promise((resolve, reject) => {
      plainRequest(url.replace('https', 'http'), resolve).on('error', reject).end();
    });
    await expect(plainly).rejects.toThrow();
  });

  it('takes a renewed certificate without a restart, and keeps the former one when the new is no use', async () => {
    const url = `${secured.url}/health/live`;
    const { port } = new URL(secured.url);
    const standing = connect({ host: '127.0.0.1', port: Number(port), ca: authority.cert });
    await new Promise((resolve) => standing.once('secureConnect', resolve));
    const before = (await ask(url)).certificate.fingerprint256;
    writeFileSync(certFile, 'no certificate');
    expect(secured.renewCertificate()).toBe(true);
    expect((await ask(url)).certificate.fingerprint256).toBe(before);
    lay(other);
    // The files are looked at by the service itself: nobody tells it.
    let now = before;
    while (now === before) now = (await ask(url)).certificate.fingerprint256;
    expect(lines.join('')).toContain('tls.not-renewed');
    expect(standing.writable).toBe(true);
    standing.destroy();
  });

  it('believes what a proxy says of the client only when the proxy is trusted', async () => {
    const forwarded = { 'X-Forwarded-For': '203.0.113.9, 198.51.100.7', 'X-Forwarded-Proto': 'https' };
    const told = async (service: Service) => {
      lines.length = 0;
      const answer = await fetch(`${service.url}/v1/parked`, { headers: forwarded });
      await service.stop();
      const line = lines.map((each) => JSON.parse(each) as Record<string, unknown>).find(({ path }) => path === '/v1/parked');
      return { address: line?.['address'], hsts: answer.headers.has('strict-transport-security') };
    };
    expect(await told(await open({}))).toEqual({ address: '127.0.0.1', hsts: false });
    expect(await told(await open({ YRD_TRUSTED_PROXIES: '127.0.0.0/8' }))).toEqual({ address: '198.51.100.7', hsts: true });
    expect(await told(await open({ YRD_TRUSTED_PROXIES: '10.0.0.0/8' }))).toEqual({ address: '127.0.0.1', hsts: false });
  });
});
