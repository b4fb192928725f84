/** The local identity provider's process, and how a command of this machine gets a token from it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPES } from '@yrd/contracts';
import type { IdentitySettings } from '@yrd/identity';
import { accountsOf, DEMO_SECRET, sampleOrganisations, systemsOf } from './accounts.js';
import { PROVINCES } from './federation.js';
import { portFrom } from './ports.js';
import { rank, type Child, type Processes } from './processes.js';
import { Fault, until } from './say.js';

const ISSUER_PORT = 3130;
const ISSUER_START_MS = 15_000;
const AUDIENCE = 'yrd';
const PAGE_CLIENT = 'yrd-page';

/** A client that may ask for tokens in any role and province, since it serves demonstrations on this machine. */
export interface DemoClient {
  readonly id: string;
  readonly secret: string;
}

/** The committed demo client; `.run/clients.json` may name others instead. */
export const DEMO_CLIENT: DemoClient = { id: 'demo', secret: DEMO_SECRET };

/** The issuer's port: YRD_PORT_ISSUER, else 3130. */
export const issuerPort = (env: NodeJS.ProcessEnv): number => portFrom(env, 'YRD_PORT_ISSUER') ?? ISSUER_PORT;

/** Where tokens come from: the first of YRD_ISSUER (somebody else's), else the local issuer. */
export const issuerUrl = (env: NodeJS.ProcessEnv): string => env['YRD_ISSUER']?.split(',')[0] || `http://127.0.0.1:${issuerPort(env)}`;

/** The issuer of the last start in this data folder, when the environment names none. */
export const recordedIssuer = (home: string): string => {
  const file = join(home, 'addresses.json');
  if (process.env['YRD_ISSUER'] || process.env['YRD_PORT_ISSUER'] || !existsSync(file)) return issuerUrl(process.env);
  return (JSON.parse(readFileSync(file, 'utf8')) as { issuer: string }).issuer;
};

/** The clients known here: those of clients.json in the data folder, else the committed one. */
export const clientsOf = (home: string): readonly DemoClient[] => {
  const file = join(home, 'clients.json');
  if (!existsSync(file)) return [DEMO_CLIENT];
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const whole = (each: unknown): each is DemoClient =>
    typeof each === 'object' &&
    each !== null &&
    'id' in each &&
    'secret' in each &&
    typeof each.id === 'string' &&
    typeof each.secret === 'string';
  if (!Array.isArray(list) || list.length === 0 || !list.every(whole)) {
    throw new Fault(`${file} must be a list of { "id", "secret" }: mend it, or remove it to use the demo client.`);
  }
  return list;
};

/** Where the provider runs, for which nodes. */
export interface IssuerOptions {
  readonly root: string;
  readonly home: string;
  readonly port: number;
  /** Province → port of its node, whose page people sign in from. */
  readonly nodes: ReadonlyMap<string, number>;
  readonly processes: Processes;
}

const settingsOf = ({ root, home, port, nodes }: IssuerOptions): IdentitySettings => {
  const organisations = sampleOrganisations(root);
  return {
    url: `http://127.0.0.1:${port}`,
    keysFile: join(home, 'identity-keys.json'),
    audience: AUDIENCE,
    accounts: accountsOf(organisations),
    pages: PROVINCES.map(({ code, name, english }) => ({
      province: code,
      name: { zh: name, en: english },
      url: `http://127.0.0.1:${nodes.get(code) ?? 0}`,
    })),
    pageClient: PAGE_CLIENT,
    systems: systemsOf(organisations),
    demoClients: clientsOf(home),
    scopes: Object.keys(SCOPES),
  };
};

/** Starts the local identity provider as a child of the starter and waits until it answers. */
export const startIssuer = async (o: IssuerOptions): Promise<Child> => {
  const settings = settingsOf(o);
  const file = join(o.home, 'identity.json');
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  const child = o.processes.start({
    name: 'identity',
    rank: rank.issuer,
    program: process.execPath,
    args: [join(o.root, 'apps', 'identity', 'dist', 'main.js')],
    env: { ...process.env, YRD_IDENTITY: file },
    restart: true,
  });
  const url = `${settings.url}/jwks`;
  const asks = (): Promise<boolean> =>
    fetch(url).then(
      (response) => response.ok,
      () => false,
    );
  await until(`The identity provider at ${url}`, asks, { timeoutMs: ISSUER_START_MS, stop: () => child.ended() });
  return child;
};

/** What to put into a token. */
export interface TokenRequest {
  readonly roles: readonly string[];
  readonly province: string;
  readonly org?: string;
  readonly sub?: string;
}

/** Asks an issuer for a token as a client of this machine. Throws a Fault when it does not answer or refuses. */
export const requestToken = async (issuer: string, client: DemoClient, o: TokenRequest): Promise<string> => {
  const form = new URLSearchParams({ grant_type: 'client_credentials', province: o.province });
  for (const role of o.roles) form.append('role', role);
  if (o.org !== undefined) form.set('org', o.org);
  if (o.sub !== undefined) form.set('sub', o.sub);
  const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
  const response = await fetch(`${issuer}/token`, { method: 'POST', headers: { authorization }, body: form }).catch(() => {
    throw new Fault(`No issuer answers at ${issuer}: run npm start first.`);
  });
  const body = (await response.json()) as { access_token?: string; error_description?: string };
  if (body.access_token === undefined) throw new Fault(`The issuer refused: ${body.error_description ?? response.statusText}.`);
  return body.access_token;
};

const list = (values: readonly string[], name: string): string[] =>
  values.flatMap((value, index) => (value === `--${name}` ? [values[index + 1] ?? ''] : []));

/** `npm run -s token -- --role approver --province 31 [--org …] [--sub …]`: prints one token. */
export const printToken = async (home: string, args: readonly string[]): Promise<void> => {
  const unknown = args.find((arg) => arg.startsWith('--') && !['--role', '--province', '--org', '--sub'].includes(arg));
  const roles = list(args, 'role');
  const [province] = list(args, 'province');
  if (unknown !== undefined || roles.length === 0 || province === undefined) {
    throw new Fault('Say whom the token is for: npm run -s token -- --role approver --province 31 [--org …] [--sub …]');
  }
  const [org] = list(args, 'org');
  const [sub] = list(args, 'sub');
  const [client = DEMO_CLIENT] = clientsOf(home);
  const request = { roles, province, ...(org !== undefined && { org }), ...(sub !== undefined && { sub }) };
  process.stdout.write(`${await requestToken(recordedIssuer(home), client, request)}\n`);
};
