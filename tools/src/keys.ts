/** `npm run keys -- list|rotate`: the keys of the running local nodes, and how one of them hands over to its next. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientsOf, DEMO_CLIENT, recordedIssuer, requestToken } from './clients.js';
import { PROVINCES } from './federation.js';
import { Fault, say } from './say.js';

const HOW =
  'Say npm run keys -- list [--province 31], or npm run keys -- rotate --province 31 [--context voucher] [--key journal|cosigner] ' +
  '[--days 365] [--reason "…"] [--token …] [--again <Idempotency-Key of a try that was not answered>].';

interface Key {
  readonly name: string;
  readonly fingerprint: string;
  readonly notAfterMs: number | null;
  readonly daysLeft: number | null;
}

interface Status {
  readonly contexts: readonly { readonly keys: readonly Key[] }[];
}

/** Where the nodes of the last start in this data folder answer. */
const addresses = (home: string): Readonly<Record<string, string>> => {
  const file = join(home, 'addresses.json');
  if (!existsSync(file)) throw new Fault(`Nothing was ever started in ${home}: run npm start first.`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly nodes: Readonly<Record<string, string>> }).nodes;
};

/** One line for a key: its fingerprint is what operators compare with each other. */
export const keyRow = ({ name, fingerprint, notAfterMs, daysLeft }: Key): string => {
  const until =
    notAfterMs === null ? 'never expires' : `until ${new Date(notAfterMs).toISOString().slice(0, 10)}, ${daysLeft ?? 0} days left`;
  return `  ${fingerprint}  ${name.padEnd(36)} ${until}`;
};

const statusOf = async (url: string): Promise<Status> => {
  const answer = await fetch(`${url}/v1/status`).catch(() => null);
  if (!answer?.ok) throw new Fault(`No node answers at ${url}: run npm start first.`);
  return (await answer.json()) as Status;
};

const list = async (nodes: Readonly<Record<string, string>>, only: string | undefined): Promise<void> => {
  for (const { code, name } of PROVINCES.filter((each) => only === undefined || each.code === only)) {
    say(`${code} ${name}`);
    for (const { keys } of (await statusOf(nodes[code] ?? '')).contexts) for (const key of keys) say(keyRow(key));
  }
};

const rotate = async (home: string, url: string, province: string, asked: (name: string) => string | undefined): Promise<void> => {
  const days = asked('days');
  const body = {
    context: asked('context') ?? 'voucher',
    key: asked('key') ?? 'journal',
    reason: asked('reason') ?? 'rotation',
    ...(days !== undefined && { days: Number(days) }),
  };
  const [client = DEMO_CLIENT] = clientsOf(home);
  const wanted = { roles: ['security-admin'], province, sub: 'key-keeper' };
  const token = asked('token') ?? (await requestToken(recordedIssuer(home), client, wanted));
  const again = asked('again') ?? randomUUID();
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': again, Authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/v1/keys/rotation`, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => null);
  if (!answer) throw new Fault(`The node at ${url} did not answer: ask again with --again ${again}, which names the same key.`);
  const said = (await answer.json()) as { readonly position?: string; readonly detail?: string };
  if (!answer.ok) throw new Fault(`The node refused: ${said.detail ?? answer.statusText} To ask again: --again ${again}.`);
  say(`The next key signs from ${said.position ?? 'now'} on. Tell the other operators its fingerprint:`);
  await list({ [province]: url }, province);
};

/** Answers nothing; throws a Fault in one sentence. */
export const keys = async (home: string, args: readonly string[]): Promise<void> => {
  const asked = (name: string): string | undefined => (args.includes(`--${name}`) ? args[args.indexOf(`--${name}`) + 1] : undefined);
  const province = asked('province');
  const known = ['province', 'context', 'key', 'days', 'reason', 'token', 'again'];
  const unknown = args.find((arg) => arg.startsWith('--') && !known.includes(arg.slice(2)));
  const nodes = addresses(home);
  if (unknown !== undefined || (province !== undefined && nodes[province] === undefined)) throw new Fault(HOW);
  if (args[0] === 'list') return list(nodes, province);
  if (args[0] !== 'rotate' || province === undefined) throw new Fault(HOW);
  return rotate(home, nodes[province] ?? '', province, asked);
};
