/** What secured servers are given: files, listeners and grants, before any server runs. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asCommands, mirrorGrants, nodeGrants } from './grants-kafka.js';
import { brokerProperties } from './native.js';
import { mongoUrlAs, nodeWires, provideSecured, wantsSecured } from './secured.js';

const home = mkdtempSync(join(tmpdir(), 'yrd-secured-'));
afterAll(() => rmSync(home, { recursive: true }));

test('keys and passwords are made once, and only their owner reads them', () => {
  const password = provideSecured(home).password('yrd-31');
  expect(password).toMatch(/^[\w-]{32}$/);
  expect(provideSecured(home).password('yrd-31')).toBe(password);
  const folder = join(home, 'wires');
  expect(new Set(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777))).toEqual(new Set([0o600]));
});

test('the certificates of servers are of the authority, for this machine only', () => {
  const secured = provideSecured(home);
  const [authority, broker] = ['authority.pem', 'broker.cert.pem'].map((name) => new X509Certificate(readFileSync(secured.file(name))));
  expect(broker!.verify(authority!.publicKey)).toBe(true);
  expect([authority!.ca, broker!.ca]).toEqual([true, false]);
  expect(broker!.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
});

test('a secured broker listens on loopback only, with TLS everywhere, and lets nobody do what no rule allows', () => {
  const secured = { files: provideSecured(home), mtlsPort: 4 };
  const place = { root: '/r', data: '/d', kafkaPort: 1, controllerPort: 2, mongoPort: 3, clusterId: 'c', secured };
  const lines = brokerProperties(place).split('\n');
  expect(lines).toContain('listeners=SASL_SSL://127.0.0.1:1,SSL://127.0.0.1:4,CONTROLLER://127.0.0.1:2');
  expect(lines).toContain('allow.everyone.if.no.acl.found=false');
  expect(lines.join()).not.toContain('PLAINTEXT');
});

test('a node is told of passwords by file only', () => {
  const secured = provideSecured(home);
  expect(Object.values(nodeWires(secured, '31')).join()).not.toContain(secured.password('yrd-31'));
  expect(mongoUrlAs(secured, 'mongodb://127.0.0.1:3/?replicaSet=yrd')).not.toContain('@');
});

test.each([
  [undefined, false],
  ['plain', false],
  ['secure', true],
])('YRD_WIRES=%s', (word, wanted) => {
  expect(wantsSecured(word === undefined ? {} : { YRD_WIRES: word })).toBe(wanted);
  expect(() => wantsSecured({ YRD_WIRES: 'tls' })).toThrow(/say secure, plain, or nothing/);
});

test('a node may write nothing outside its own province, and a mirror nothing outside the one it comes from', () => {
  const written = [...nodeGrants('32'), ...mirrorGrants('33')].filter(({ operations }) => operations.includes('Write'));
  expect(written.map(({ principal, resource, name }) => `${principal} ${resource} ${name}`)).toEqual([
    'User:yrd-32 topic yrd.32.',
    'User:yrd-32 transactional-id yrd.32.',
    'User:yrd-mirror-33 topic yrd.33.',
    ...['configs', 'offsets', 'status'].map((what) => `User:yrd-mirror-33 topic mm2-${what}.33.internal`),
  ]);
});

test('grants are printed as the commands of Kafka', () => {
  expect(asCommands(nodeGrants('32', 'User:CN=node-32'), 'kafka-1:9093')[1]).toBe(
    'kafka-acls.sh --bootstrap-server kafka-1:9093 --command-config admin.properties --add ' +
      "--allow-principal 'User:CN=node-32' --operation Write --operation Create --topic 'yrd.32.' --resource-pattern-type prefixed",
  );
});
