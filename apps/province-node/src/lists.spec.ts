/** Every list of a node: described to its last field, paged by cursor, and given whole as CSV and as a workbook behind the same doors. */
import { accessRegister } from '@yrd/access-register';
import { accessTable, type AccessName, type AccessRow } from '@yrd/contracts';
import { FORMATS, rowsOfTable, RunningDelta, type Json, type Schema, type Who } from '@yrd/platform/testing';
import { personIdCheckDigit } from '@yrd/standards';
import { clerk, firm, openMarket, startDelta, type Market } from '@yrd/voucher-clearing/testing';

interface ListRoute {
  readonly path: string;
  readonly row: AccessName;
  readonly asks: readonly string[];
  readonly fields: readonly string[];
}

let delta: RunningDelta;
let market: Market;
let routes: readonly ListRoute[];
let person: string;
const EVERYTHING = Object.keys({ enterprise: 0, agency: 0, reviewer: 0, supervisor: 0, auditor: 0 }).join(' ');
const all: Who = { province: '32', role: EVERYTHING, org: 'org-firm' };

beforeAll(async () => {
  delta = await startDelta(['31', '32'], [accessRegister]);
  const year = new Date(delta.nowMs).getUTCFullYear();
  market = await openMarket(delta, year);
  const { subject, agencies } = market;
  const wish = { subject, scheme: 'cxq', year, agencyProvince: '32', agency: agencies['32'], product: 'p1', mode: 'tongdui' };
  for (const amountFen of [4_000_000, 2_000_000, 3_000_000]) await delta.does(firm, '/v1/orders', { ...wish, amountFen });
  const formula = { organisation: 'org-formula', name: '=HYPERLINK("http://a","b")', uscc: '91310112MAXXE02144', classes: ['7'] };
  await delta.does(clerk('32'), '/v1/agencies', formula);
  const first = '32050219900307401';
  const whom = { organisation: 'org-firm', kind: 'member', name: '钱多多', idNumber: first + personIdCheckDigit(first) };
  person = String((await delta.does(firm, '/v1/persons', whom))['id']);
  const read = { fields: ['name'], purpose: 'service-contact', caseNumber: '苏科监〔2026〕12号', legalBasis: 'PIPL-13' };
  await delta.does(clerk('32'), `/v1/persons/${person}/disclosures`, read);
  await delta.does({ province: '32', role: 'operator' }, '/v1/windows/1/close');
  routes = await listRoutes();
}, 60_000);
afterAll(() => delta.stop());

const listRoutes = async (): Promise<readonly ListRoute[]> => {
  const document = (await (await delta.fetch('32', '/openapi.json')).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  return Object.entries(document.paths).flatMap(([path, { get }]) => {
    const { responses, parameters, operationId } = (get ?? {}) as {
      readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>;
      readonly parameters?: readonly { readonly name: string }[];
      readonly operationId?: AccessName;
    };
    const page = responses?.['200']?.content?.['application/json']?.schema.allOf?.[1]?.properties?.['items'];
    const name = page?.items?.$ref?.split('/').at(-1);
    if (name === undefined) return [];
    const fields = Object.keys(document.components.schemas[name]!.properties!);
    return [{ path, row: operationId!, asks: (parameters ?? []).map((each) => each.name), fields }];
  });
};

const addressOf = ({ path, row }: ListRoute): string => {
  const whose = ['ReadOrders', 'ReadQuotas'].includes(row) ? `?subject=${market.subject}` : '?at=';
  return path.replace('{person}', person) + whose.replace('?at=', '');
};
const more = (address: string, query: string): string => `${address}${address.includes('?') ? '&' : '?'}${query}`;
const headers = (): Record<string, string> => delta.headers(all);

test('there is no list that the description does not call one', () => {
  expect(routes.map(({ row }) => row).sort()).toEqual(
    [
      ...[
        'ReadAgencies',
        'ReadAlerts',
        'ReadAssessments',
        'ReadAudit',
        'ReadComplaints',
        'ReadDisclosures',
        'ReadImports',
        'ReadLines',
        'ReadOrders',
        'ReadOwnAudit',
      ],
      ...['ReadPayments', 'ReadPersons', 'ReadProducts', 'ReadQuotas', 'ReadRedemptions', 'ReadWindows'],
    ].sort(),
  );
  for (const { row, asks } of routes)
    expect([row, ['limit', 'cursor', 'format', 'at'].filter((each) => !asks.includes(each))]).toEqual([row, []]);
});

test('no row holds a field that its description does not name', async () => {
  for (const route of routes) {
    const { status, body } = await delta.get(all, addressOf(route));
    expect([route.row, status]).toEqual([route.row, 200]);
    const rows = body['items'] as readonly Json[];
    const unknown = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((field) => !route.fields.includes(field));
    expect([route.row, unknown]).toEqual([route.row, []]);
  }
});

/** Ids of all rows, page by page. */
const paged = async (address: string): Promise<readonly unknown[]> => {
  const found: unknown[] = [];
  for (let cursor = ''; ;) {
    const { body } = await delta.get(all, more(address, `limit=2${cursor}`));
    found.push(...(body['items'] as readonly Json[]).map(({ id }) => id));
    if (typeof body['next'] !== 'string') return found;
    cursor = `&cursor=${body['next']}`;
  }
};

test.each(['csv', 'xlsx'] as const)('as %s a list gives the rows that its pages give, asked for by name or by Accept', async (format) => {
  for (const route of routes.filter(({ row }) => !['ReadAudit', 'ReadOwnAudit'].includes(row))) {
    const address = addressOf(route);
    for (const answer of [
      await delta.fetch('32', more(address, `format=${format}`), { headers: headers() }),
      await delta.fetch('32', address, { headers: { ...headers(), Accept: `${FORMATS[format]}, application/json;q=0.5` } }),
    ]) {
      expect([route.row, answer.status, answer.headers.get('content-type')]).toEqual([
        route.row,
        200,
        expect.stringContaining(FORMATS[format]),
      ]);
      const [headings, ...rows] = await rowsOfTable(format, Buffer.from(await answer.arrayBuffer()));
      const at = headings!.findIndex((heading) => / id$/.test(String(heading)));
      expect([route.row, at >= 0, rows.map((cells) => String(cells[at]))]).toEqual([route.row, true, (await paged(address)).map(String)]);
    }
  }
});

test('a table begins where its cursor says, and is filtered and sorted as the page is', async () => {
  const address = `/v1/orders?subject=${market.subject}&sort=-amountFen&amountFrom=2000001&amountTo=4000001`;
  const amounts = async (query: string): Promise<readonly unknown[]> => {
    const answer = await delta.fetch('32', more(address, query), { headers: headers() });
    const [headings, ...rows] = await rowsOfTable('csv', Buffer.from(await answer.arrayBuffer()));
    return rows.map((cells) => cells[headings!.indexOf('服务费（分） amountFen')]);
  };
  expect(await amounts('format=csv')).toEqual(['4000000', '3000000']);
  const { body } = await delta.get(all, more(address, 'limit=1'));
  expect(await amounts(`format=csv&cursor=${String(body['next'])}`)).toEqual(['3000000']);
  expect((await delta.get(all, more(address, 'format=csv&cursor=AAAA'))).status).toBe(400);
});

test('agencies are found by the class that they are admitted for, products by their price', async () => {
  const names = async (path: string) => ((await delta.get(all, path)).body['items'] as readonly Json[]).map(({ name }) => name);
  expect(await names('/v1/agencies?province=32&itemClass=7')).toEqual(['=HYPERLINK("http://a","b")']);
  expect(await names('/v1/products?province=32&priceFrom=8000001')).toEqual([]);
  expect(await names('/v1/products?province=32&priceFrom=8000000&priceTo=8000001')).toEqual(['成分分析']);
});

test('no cell of a table is a formula, in either format', async () => {
  const address = '/v1/agencies?province=32&itemClass=7&format=';
  const csv = await (await delta.fetch('32', `${address}csv`)).text();
  expect(csv).toContain(`"'=HYPERLINK(""http://a"",""b"")"`);
  const xlsx = Buffer.from(await (await delta.fetch('32', `${address}xlsx`)).arrayBuffer());
  expect((await rowsOfTable('xlsx', xlsx))[1]).toContain('=HYPERLINK("http://a","b")');
});

test('who may not see a list as pages may not see it as a table', async () => {
  for (const route of routes) {
    const { roles }: AccessRow = accessTable[route.row];
    if (roles === 'anybody') continue;
    const answer = await delta.fetch('32', more(addressOf(route), 'format=csv'), { headers: { 'Accept-Language': 'en' } });
    expect([route.row, answer.status]).toEqual([route.row, 401]);
  }
  const stranger = { province: '32', role: 'enterprise', org: 'org-stranger' };
  for (const path of [`/v1/orders?subject=${market.subject}`, `/v1/quotas?subject=${market.subject}`, `/v1/persons/${person}/reads`])
    expect([path, (await delta.get(stranger, more(path, 'format=csv'))).status]).toEqual([path, 404]);
});
