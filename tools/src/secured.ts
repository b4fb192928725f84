/** What a secured Kafka and MongoDB of this machine need: an authority of their own, certificates, users and their passwords, in files. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certify, createAuthority, type KafkaSettings } from '@yrd/platform';
import { PROVINCES } from './federation.js';
import { consumerUser } from './grants-kafka.js';

/** Who may do everything on the local servers; nodes never use it. */
export const ADMIN = 'admin';
/** The broker's own name, by certificate. */
export const BROKER = 'broker';
/** Name of a node at Kafka and MongoDB. */
export const nodeUser = (code: string): string => `yrd-${code}`;
/** The consumer outside that the local servers know: `local` in the rules. */
export const CONSUMER = 'local';
const clientUsers = [ADMIN, ...PROVINCES.map(({ code }) => nodeUser(code)), consumerUser(CONSUMER)];

/** `YRD_WIRES=secure npm start` runs the servers as a province does: TLS, users, access rules. Throws for any other word. */
export const wantsSecured = (env: NodeJS.ProcessEnv): boolean => {
  const word = env['YRD_WIRES'] || 'plain';
  if (word !== 'plain' && word !== 'secure') throw new Error(`YRD_WIRES is "${word}": say secure, plain, or nothing.`);
  return word === 'secure';
};

const HOSTS = ['localhost', '127.0.0.1'];
const DAYS = 3_650; // A laptop's data folder is not served by an IT department that renews.
// MongoDB takes 6 to 1,024 letters of base64.
const KEYFILE_BYTES = 96;

/** The files of a data folder's secured servers. */
export interface Secured {
  /** `authority.pem`, `<name>.pem` (key and certificate), `<name>.cert.pem`, `<name>.key.pem`, `<name>.password`, `mongo.keyfile`. */
  file(name: string): string;
  password(user: string): string;
}

const securedAt = (folder: string): Secured => {
  const file = (name: string): string => join(folder, name);
  return { file, password: (user) => readFileSync(file(`${user}.password`), 'utf8') };
};

/** Makes them once, readable by their owner only; finds them later. */
export const provideSecured = (home: string): Secured => {
  const folder = join(home, 'wires');
  const secured = securedAt(folder);
  if (existsSync(secured.file('authority.pem'))) return secured;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string): void => writeFileSync(secured.file(name), text, { mode: 0o600 });
  const authority = createAuthority('yrd local authority');
  for (const name of [BROKER, 'mongo', ...clientUsers]) {
    const { cert, key } = certify(authority, { name, hosts: HOSTS, days: DAYS });
    write(`${name}.pem`, `${key}${cert}`);
    write(`${name}.cert.pem`, cert);
    write(`${name}.key.pem`, key);
  }
  for (const user of clientUsers) write(`${user}.password`, randomBytes(24).toString('base64url'));
  write('mongo.keyfile', randomBytes(KEYFILE_BYTES).toString('base64'));
  write('authority.pem', authority.cert); // Last: with it the folder is whole.
  return secured;
};

/** The broker's listeners: SCRAM over TLS for clients, certificates on both sides for itself, and for clients that have one. */
export const securedListeners = (
  o: { readonly kafkaPort: number; readonly controllerPort: number; readonly mtlsPort: number },
  s: Secured,
) => [
  `listeners=SASL_SSL://127.0.0.1:${o.kafkaPort},SSL://127.0.0.1:${o.mtlsPort},CONTROLLER://127.0.0.1:${o.controllerPort}`,
  `advertised.listeners=SASL_SSL://127.0.0.1:${o.kafkaPort},SSL://127.0.0.1:${o.mtlsPort}`,
  'listener.security.protocol.map=SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:SSL',
  'inter.broker.listener.name=SSL',
  'ssl.keystore.type=PEM',
  `ssl.keystore.location=${s.file(`${BROKER}.pem`)}`,
  'ssl.truststore.type=PEM',
  `ssl.truststore.location=${s.file('authority.pem')}`,
  'ssl.enabled.protocols=TLSv1.3,TLSv1.2',
  'listener.name.ssl.ssl.client.auth=required',
  'listener.name.controller.ssl.client.auth=required',
  // A certificate's common name is the name that the access rules know.
  String.raw`ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/,DEFAULT`,
  'sasl.enabled.mechanisms=SCRAM-SHA-512',
  'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;',
  'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found=false',
  `super.users=User:${BROKER};User:${ADMIN}`,
];

/** Arguments of Kafka's format tool: the users that are there from the first start on. */
export const scramArguments = (s: Secured): string[] =>
  clientUsers.flatMap((user) => ['--add-scram', `SCRAM-SHA-512=[name=${user},password=${s.password(user)}]`]);

/** Arguments of mongod: TLS for everybody, users, and members that know each other by a key file. */
export const mongodArguments = (s: Secured): string[] => [
  ...['--auth', '--keyFile', s.file('mongo.keyfile'), '--tlsMode', 'requireTLS', '--tlsCertificateKeyFile', s.file('mongo.pem')],
  ...['--tlsCAFile', s.file('authority.pem'), '--tlsAllowConnectionsWithoutCertificates', '--tlsDisabledProtocols', 'TLS1_0,TLS1_1'],
];

/** How a user of the local Kafka connects. */
export const kafkaAs = (s: Secured, brokers: string, user: string): KafkaSettings => ({
  brokers: brokers.split(','),
  ssl: { ca: readFileSync(s.file('authority.pem'), 'utf8') },
  sasl: { mechanism: 'scram-sha-512', username: user, password: s.password(user) },
});

/** The address of the local MongoDB with TLS; with a user, who may log in. */
export const mongoUrlAs = (s: Secured, url: string, user?: string): string => {
  const address = new URL(url);
  address.searchParams.set('tls', 'true');
  address.searchParams.set('tlsCAFile', s.file('authority.pem'));
  if (user === undefined) return address.href;
  address.searchParams.set('authSource', 'admin');
  return address.href.replace('://', `://${user}:${s.password(user)}@`);
};

/** What a node is told, as an operator would. */
export const nodeWires = (s: Secured, code: string): NodeJS.ProcessEnv => {
  const user = { ca: s.file('authority.pem'), name: nodeUser(code), password: s.file(`${nodeUser(code)}.password`) };
  return {
    ...{ KAFKA_TLS: 'yes', KAFKA_CA_FILE: user.ca, KAFKA_USER: user.name, KAFKA_PASSWORD_FILE: user.password },
    ...{ MONGO_TLS: 'yes', MONGO_CA_FILE: user.ca, MONGO_USER: user.name, MONGO_PASSWORD_FILE: user.password },
  };
};
