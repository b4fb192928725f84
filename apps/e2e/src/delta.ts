/** Four running nodes as their people meet them: who acts where, and the acts of an order in short words. */
import { createHash } from 'node:crypto';
import { eventually, Refusal, send, tokenOf, type Person, type Reply } from './http.js';

export const PROVINCES = ['31', '32', '33', '34'] as const;
export type Province = (typeof PROVINCES)[number];

/** A setting of the stage. @throws Error outside of it. */
export const given = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: journeys run within npm test, which starts the nodes.`);
  return value;
};

const urls = (): Readonly<Record<Province, string>> => JSON.parse(given('YRD_NODES')) as Record<Province, string>;

/** SHA-256 of a name: a file that nobody needs to see. */
export const hashOf = (name: string): string => createHash('sha256').update(name).digest('hex');

export type Body = Readonly<Record<string, unknown>>;
export const bodyOf = ({ body }: Reply): Body => body as Body;

/** What a node refuses only because news from another province has not come yet. */
const PASSING = ['E-NOTFOUND', 'E-STATE', 'E-RECOG', 'E-AGENCY', 'E-STALE', 'E-UNAVAILABLE', 'E-BUSY'];

let keys = 0;
const run = `${process.pid}-${Date.now().toString(36)}`;
const nextKey = (): string => `${run}-${(keys += 1)}`;

export const staff = (province: Province, role: string): Person => ({
  province,
  roles: [role],
  org: `dept-${province}`,
  sub: `${role}-${province}`,
});
/** Who registers, grants, recognises and publicises. */
export const office = (province: Province): Person => ({
  ...staff(province, 'office'),
  roles: ['reviewer', 'approver', 'supervisor'],
});
export const firm = (province: Province, name = 'firm'): Person => ({
  province,
  roles: ['enterprise'],
  org: `${name}-${province}`,
  sub: `${name}-${province}`,
});
export const agent = (province: Province): Person => ({ province, roles: ['agency'], org: `agency-${province}`, sub: `agent-${province}` });

/** A request at somebody's home node, or at another one. */
export const ask = async (person: Person | null, path: string, at?: Province): Promise<Reply> => {
  const headers = person ? { authorization: `Bearer ${await tokenOf(given('YRD_ISSUER'), person)}` } : {};
  return send(`${urls()[at ?? (person?.province as Province)]}${path}`, { headers });
};

/** A command as it is, whatever the answer. */
export const tries = async (
  person: Person,
  path: string,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> => {
  const token = await tokenOf(given('YRD_ISSUER'), person);
  const all = { authorization: `Bearer ${token}`, 'idempotency-key': nextKey(), ...headers };
  return send(`${urls()[person.province as Province]}${path}`, { method: 'POST', body, headers: all });
};

/** A command that a node answered with success. */
export interface Done {
  readonly person: Person;
  readonly path: string;
  /** Its `Idempotency-Key`. */
  readonly key: string;
  readonly body: Body;
}

/** How commands are sent: how long one is tried, ms, and who is told of each that succeeded. */
export const sending = { patienceMs: 60_000, told: (_done: Done): void => undefined };

/** A command that must succeed; refusals that only wait for news are tried again with the same key. */
export const does = (person: Person, path: string, body: unknown = {}): Promise<Body> => {
  const key = nextKey();
  const sent = async (): Promise<Body | null> => {
    const reply = await tries(person, path, body, { 'idempotency-key': key });
    if (reply.status < 300) {
      sending.told({ person, path, key, body: bodyOf(reply) });
      return bodyOf(reply);
    }
    const { code } = bodyOf(reply);
    if (!PASSING.includes(String(code))) throw new Refusal(`${person.sub} ${path}: ${JSON.stringify(reply.body)}`);
    return null;
  };
  return eventually(`${person.sub} ${path}`, sent, sending.patienceMs);
};

/** Domain time of the four nodes, ms. */
export const clock = async (): Promise<number> => Number(bodyOf(await ask(null, '/v1/dev/clock', '31'))['now']);

/** Moves the shared clock forward. */
export const forward = async (body: Body): Promise<void> => {
  const reply = await tries(staff('31', 'operator'), '/v1/dev/clock', body);
  if (reply.status >= 300) throw new Error(`The clock did not move: ${JSON.stringify(reply.body)}`);
};

export const DAY_MS = 86_400_000;

/** Asks the test runner's door: `/nodes/31/kill` and so on, see its own list. */
export const door = async (path: string, method = 'POST', body?: unknown): Promise<Body> => {
  const reply = await send(`${given('YRD_CONTROL')}${path}`, { method, body, answerMs: 120_000 });
  if (reply.status !== 200) throw new Error(`${path}: ${JSON.stringify(reply.body)}`);
  return bodyOf(reply);
};

/** Stops, kills or starts a node through the test runner's door. */
export const control = async (province: Province, action: 'stop' | 'kill' | 'start' | 'pause' | 'resume'): Promise<void> =>
  void (await door(`/nodes/${province}/${action}`));

interface Head {
  readonly journal: string;
  readonly size: number;
  readonly root: string;
}

/** Head of each journal at each of these nodes: `31/voucher@12:ab34…`. */
export const heads = async (provinces: readonly Province[] = PROVINCES): Promise<Readonly<Record<string, readonly string[]>>> => {
  const found = await Promise.all(
    provinces.map(async (province) => {
      const { contexts } = bodyOf(await ask(null, '/v1/status', province)) as { contexts: { journals: Head[] }[] };
      const journals = contexts.flatMap((context) => context.journals);
      return [province, journals.map(({ journal, size, root }) => `${journal}@${size}:${root}`).sort()] as const;
    }),
  );
  return Object.fromEntries(found);
};

/** Waits until these nodes hold the same journals, root by root, twice in a row. */
export const agreement = (provinces: readonly Province[] = PROVINCES): Promise<readonly string[]> => {
  let before = '';
  return eventually('equal roots everywhere', async () => {
    const [first, ...others] = Object.values(await heads(provinces));
    const now = first?.join() ?? '';
    const still = others.every((each) => each.join() === now) && now === before;
    before = now;
    return still ? first : null;
  });
};

/** What the set-up made: the ids that the nodes gave. */
export interface Market {
  readonly agencies: Readonly<Record<Province, string>>;
  readonly subjects: Readonly<Record<Province, string>>;
  readonly year: number;
}

export const SCHEMES = ['cxq', 'shuangchuang'] as const;
const USCC: Readonly<Record<Province, string>> = {
  31: '91310000MAXXXX0150',
  32: '91350100M000100Y43',
  33: '91330000MAXXXX031X',
  34: '91350100M000100Y43',
};

const openProvince = async (province: Province): Promise<string> => {
  const clerk = office(province);
  for (const scheme of SCHEMES) await does(clerk, '/v1/policies', { scheme, version: `${province}-${scheme}-2025.1` });
  const admitted = { organisation: agent(province).org, name: `示例检测机构 ${province}`, uscc: USCC[province], classes: ['5', '11'] };
  const agency = String((await does(clerk, '/v1/agencies', admitted))['id']);
  const certificate = { certificate: 'CMA-0001', kind: 'CMA', items: ['5', '11'], fromOn: '2024-01-01', untilOn: '2040-12-31' };
  await does(clerk, `/v1/agencies/${agency}/qualifications`, certificate);
  await does(agent(province), `/v1/agencies/${agency}/products`, {
    product: 'p1',
    itemClass: '5',
    name: '成分分析',
    priceFen: 100_000_000,
  });
  return agency;
};

/** A firm with an active status and a granted quota under a scheme. Answers its id. */
export const enrol = async (who: Person, year: number, quotas: Readonly<Record<string, number>>): Promise<string> => {
  const province = who.province as Province;
  const clerk = office(province);
  const registered = { kind: 'firm', organisation: who.org, name: `示例企业 ${who.org}`, uscc: USCC[province] };
  const subject = String((await does(clerk, '/v1/subjects', registered))['id']);
  for (const [fact, value] of [
    ['status', 'active'],
    ['address', `${province}0100`],
    ['sme-year', String(year)],
  ]) {
    await does(clerk, `/v1/subjects/${subject}/facts`, { fact, value, source: '登记档案（示例）', asOf: `${year}-01-05` });
  }
  for (const [scheme, amountFen] of Object.entries(quotas)) {
    await does(who, '/v1/quotas', { subject, scheme, year, askedFen: amountFen });
    await does(clerk, `/v1/quotas/${subject}.${scheme}.${year}/grant`, { amountFen });
  }
  return subject;
};

const byProvince = async <T>(make: (province: Province) => Promise<T>): Promise<Readonly<Record<Province, T>>> => {
  const made = await Promise.all(PROVINCES.map(make));
  return Object.fromEntries(PROVINCES.map((province, at) => [province, made[at]])) as Readonly<Record<Province, T>>;
};

/**
 * Four provinces with packs, one agency each that all recognise, and one firm each with quotas; in March of a year that
 * no run can leave by accident.
 */
export const openMarket = async (): Promise<Market> => {
  const year = new Date().getUTCFullYear() + 1;
  const start = Date.UTC(year, 2, 2, 2);
  if ((await clock()) < start) await forward({ toIso: new Date(start).toISOString() });
  const agencies = await byProvince(openProvince);
  const pairs = PROVINCES.flatMap((one) => PROVINCES.filter((other) => other !== one).map((other) => [one, other] as const));
  await Promise.all(pairs.map(([one, other]) => does(office(one), `/v1/recognitions/${other}/${agencies[other]}`, { classes: ['5'] })));
  const subjects = await byProvince((province) =>
    enrol(firm(province), year, { cxq: province === '33' ? 2_000_000 : 10_000_000, shuangchuang: 10_000_000 }),
  );
  return { agencies, subjects, year };
};
