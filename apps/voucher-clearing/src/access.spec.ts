/** The access table holds over HTTP: every route for every role, and nobody learns of what belongs to others by guessing its id. */
import { accessTable, ROLES, type AccessName, type AccessRow } from '@yrd/contracts';
import { RunningDelta, type Json, type Who } from '../testing/delta.js';
import { firm, openMarket } from '../testing/market.js';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly example?: unknown;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Operation {
  readonly verb: string;
  readonly path: string;
  readonly row: AccessName;
  readonly body: Schema | undefined;
}
type Ids = Readonly<Record<string, string>>;

/** Not there at all. */
const NOWHERE = 'ffffffffffffffffffffffffff';
const NO_TOKEN = 'nobody';
let delta: RunningDelta;
let operations: readonly Operation[];
let schemas: Readonly<Record<string, Schema>>;
let there: Ids;
let year: number;

const idsOf = (subject: string, agency: string, order: string): Ids => ({
  ...{ subject, agency, order, quota: `${subject}.cxq.${year}`, id: `31.${agency}.p1` },
  ...{ agencyProvince: '31', home: '32', product: 'p1', province: '32', context: 'voucher', index: '0', path: '0/000' },
  ...{ window: '1', version: '32-cxq-test.1', year: '2026' },
});

beforeAll(async () => {
  delta = await RunningDelta.start(['31', '32']);
  year = new Date(delta.nowMs).getUTCFullYear();
  const { subject, agencies } = await openMarket(delta, year);
  const wish = { subject, scheme: 'cxq', year, agencyProvince: '32', agency: agencies['32'], product: 'p1', mode: 'tongdui' };
  const { id: order } = await delta.does(firm, '/v1/orders', { ...wish, amountFen: 4_000_000 });
  there = idsOf(subject, agencies['32']!, String(order));
  const document = (await (await delta.fetch('32', '/openapi.json')).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  schemas = document.components.schemas;
  operations = Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]): Operation => {
      const content = operation['requestBody'] as { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> } | undefined;
      return { verb, path, row: operation['operationId'] as AccessName, body: content?.content?.['application/json']?.schema };
    }),
  );
}, 60_000);
afterAll(() => delta.stop());

/** A body as the description of the interface shows it. */
const shownBody = (schema: Schema): unknown => {
  if (schema.allOf?.[0]) return shownBody(schema.allOf[0]);
  if (schema.$ref !== undefined) return shownBody(schemas[schema.$ref.split('/').at(-1)!]!);
  if (schema.example !== undefined) return schema.example;
  if (schema.type === 'array') return schema.items ? [shownBody(schema.items)] : [];
  return Object.fromEntries((schema.required ?? []).map((name) => [name, shownBody(schema.properties![name]!)]));
};

const send = async ({ verb, path, body, row }: Operation, who: Who | null, ids: Ids) => {
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '1');
  const whose = row === 'ReadOrders' || row === 'ReadQuotas' ? `?subject=${ids['subject']}` : '';
  const shown = verb === 'post' ? { ...(body ? (shownBody(body) as Json) : {}) } : undefined;
  // What the body names is what the address names.
  const named =
    shown && Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, name === 'year' ? year : (ids[name] ?? value)]));
  const headers = who ? delta.headers(who) : { 'Content-Type': 'application/json', 'Idempotency-Key': 'walk' };
  const abort = new AbortController();
  const init = { method: verb.toUpperCase(), headers, signal: abort.signal, ...(named ? { body: JSON.stringify(named) } : {}) };
  const answer = await delta.fetch('32', `${address}${whose}`, init);
  const told = answer.headers.get('content-type')?.startsWith('application/problem') ? ((await answer.json()) as Json) : {};
  abort.abort(); // A feed of events would go on for ever.
  return { status: answer.status, told };
};

const doorOf = ({ status, told }: Awaited<ReturnType<typeof send>>): string => {
  if (status === 401) return 'no token';
  if (status === 421) return 'not at home';
  return status === 403 && told['code'] === 'E-ROLE' ? 'no role' : 'open';
};

test('every route has one row of the access table, and every row one route', () => {
  expect(operations.map(({ row }) => row).sort()).toEqual(Object.keys(accessTable).sort());
});

describe.each([NO_TOKEN, ...Object.keys(ROLES)])('%s', (role) => {
  it('gets in where its row says so, and nowhere else', async () => {
    for (const operation of operations) {
      const { roles }: AccessRow = accessTable[operation.row];
      const inside = roles === 'anybody' || (roles as readonly string[]).includes(role);
      const who = role === NO_TOKEN ? null : { province: '32', role, org: 'org-walker' };
      const expected = inside ? 'open' : role === NO_TOKEN ? 'no token' : 'no role';
      // Ids of nothing: behind the door nothing is to happen.
      expect([operation.row, doorOf(await send(operation, who, idsOf(NOWHERE, NOWHERE, NOWHERE)))]).toEqual([operation.row, expected]);
    }
  });

  it('is sent home when it comes from another province', async () => {
    for (const operation of operations) {
      const { roles }: AccessRow = accessTable[operation.row];
      if (roles === 'anybody' || role === NO_TOKEN) continue;
      expect([operation.row, doorOf(await send(operation, { province: '31', role }, there))]).toEqual([operation.row, 'not at home']);
    }
  });
});

test('the auditor has no row that changes anything', () => {
  const changing = operations.filter(({ verb }) => verb === 'post').map(({ row }) => row);
  expect(changing.filter((row) => (accessTable[row].roles as readonly string[]).includes('auditor'))).toEqual([]);
});

test('who guesses the id of what belongs to others is told the same as for an id of nothing', async () => {
  const theirs = operations.filter(
    ({ row }) => accessTable[row].condition.startsWith('own') || accessTable[row].condition === 'agencyOrder',
  );
  expect(theirs.length).toBeGreaterThan(20);
  for (const operation of theirs) {
    const { roles } = accessTable[operation.row] as { readonly roles: readonly string[] };
    const stranger = { province: '32', role: roles[0]!, org: 'org-stranger' };
    const [guessed, nothing] = [await send(operation, stranger, there), await send(operation, stranger, idsOf(NOWHERE, NOWHERE, NOWHERE))];
    const words = ({ traceId: _, ...rest }: Json) => rest;
    expect([operation.row, guessed.status, words(guessed.told)]).toEqual([operation.row, 404, words(nothing.told)]);
  }
});

test('an agency learns of orders at other agencies no more than of none', async () => {
  const admitted = { organisation: 'org-other', name: '另一中心', uscc: '91310000MAXXXX0150', classes: ['5'] };
  const other = String((await delta.does({ province: '32', role: 'supervisor' }, '/v1/agencies', admitted))['id']);
  const them = { province: '32', role: 'agency', org: 'org-other' };
  for (const operation of operations.filter(({ row }) => accessTable[row].condition === 'agencyOrder')) {
    const [guessed, nothing] = [
      await send(operation, them, { ...there, agency: other }),
      await send(operation, them, { ...idsOf(NOWHERE, other, NOWHERE) }),
    ];
    expect([operation.row, guessed.status, guessed.told['detail']]).toEqual([operation.row, 404, nothing.told['detail']]);
  }
});
