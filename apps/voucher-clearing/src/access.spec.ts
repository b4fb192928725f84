/** The access table holds over HTTP: every route for every role, and nobody learns of what belongs to others by guessing its id. */
import { accessTable, nodeRows, ROLES, voucherRows, type AccessName, type AccessRow } from '@yrd/contracts';
import { RunningDelta, type Json, type Who, Described, idsOf, type Answer, type Ids, type Operation } from '@yrd/platform/testing';
import { startDelta } from '../testing/delta.js';
import { firm, openMarket } from '../testing/market.js';

const NO_TOKEN = 'nobody';
let delta: RunningDelta;
let described: Described;
let there: Ids;
let nothing: Ids;
let year: number;

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  year = new Date(delta.nowMs).getUTCFullYear();
  const { subject, agencies } = await openMarket(delta, year);
  const wish = { subject, scheme: 'cxq', year, agencyProvince: '32', agency: agencies['32'], product: 'p1', mode: 'tongdui' };
  const { id: order } = await delta.does(firm, '/v1/orders', { ...wish, amountFen: 4_000_000 });
  const template = await (await delta.fetch('32', '/v1/imports/templates/agencies')).text();
  const headers = { 'Content-Type': 'text/csv' };
  const { body: job } = await delta.post({ province: '32', role: 'supervisor', org: 'org-office' }, '/v1/imports/agencies', template, {
    headers,
  });
  there = idsOf(year, { subject, agency: agencies['32']!, order: String(order), import: String(job['id']) });
  nothing = idsOf(year);
  described = await Described.by(delta);
}, 60_000);
afterAll(() => delta.stop());

const send = (operation: Operation, who: Who | null, ids: Ids): Promise<Answer> => {
  const whose = operation.row === 'ReadOrders' || operation.row === 'ReadQuotas' ? `?subject=${ids['subject']}` : '';
  const shown = described.bodyOf(operation, ids);
  const body = operation.verb === 'post' ? JSON.stringify('year' in shown ? { ...shown, year } : shown) : undefined;
  return described.send(operation.verb, `${described.address(operation, ids)}${whose}`, who, body);
};

const doorOf = ({ status, told }: Answer): string => {
  if (status === 401) return 'no token';
  if (status === 421) return 'not at home';
  return status === 403 && told['code'] === 'E-ROLE' ? 'no role' : 'open';
};

test('every route has one row of the access table, and every row of vouchers and nodes one route', () => {
  expect(described.operations.map(({ row }) => row).sort()).toEqual([...Object.keys(voucherRows), ...Object.keys(nodeRows)].sort());
});

describe.each([NO_TOKEN, ...Object.keys(ROLES)])('%s', (role) => {
  it('gets in where its row says so, and nowhere else', async () => {
    for (const operation of described.operations) {
      const { roles }: AccessRow = accessTable[operation.row];
      const inside = roles === 'anybody' || (roles as readonly string[]).includes(role);
      const who = role === NO_TOKEN ? null : { province: '32', role, org: 'org-walker' };
      const expected = inside ? 'open' : role === NO_TOKEN ? 'no token' : 'no role';
      // Ids of nothing: behind the door nothing is to happen.
      expect([operation.row, doorOf(await send(operation, who, nothing))]).toEqual([operation.row, expected]);
    }
  });

  it('is sent home when it comes from another province', async () => {
    for (const operation of described.operations) {
      const { roles }: AccessRow = accessTable[operation.row];
      if (roles === 'anybody' || role === NO_TOKEN) continue;
      expect([operation.row, doorOf(await send(operation, { province: '31', role }, there))]).toEqual([operation.row, 'not at home']);
    }
  });
});

test('the auditor has no row that changes anything', () => {
  // A question whose body does not fit into an address is posted, and audited as the reading that it is.
  const reads = (row: AccessName): boolean => {
    const { audited }: AccessRow = accessTable[row];
    return audited === 'read';
  };
  const changing = described.operations.filter(({ verb, row }) => verb === 'post' && !reads(row)).map(({ row }) => row);
  expect(changing.filter((row) => (accessTable[row].roles as readonly string[]).includes('auditor'))).toEqual([]);
});

test('who guesses the id of what belongs to others is told the same as for an id of nothing', async () => {
  const theirs = described.operations.filter(
    ({ row }) => accessTable[row].condition.startsWith('own') || accessTable[row].condition === 'agencyOrder',
  );
  expect(theirs.length).toBeGreaterThan(20);
  for (const operation of theirs) {
    const { roles } = accessTable[operation.row] as { readonly roles: readonly string[] };
    const stranger = { province: '32', role: roles[0]!, org: 'org-stranger' };
    const [guessed, absent] = [await send(operation, stranger, there), await send(operation, stranger, nothing)];
    const words = ({ traceId: _, ...rest }: Json) => rest;
    expect([operation.row, guessed.status, words(guessed.told)]).toEqual([operation.row, 404, words(absent.told)]);
  }
});

test('an agency learns of orders at other agencies no more than of none', async () => {
  const admitted = { organisation: 'org-other', name: '另一中心', uscc: '91310000MAXXXX0150', classes: ['5'] };
  const other = String((await delta.does({ province: '32', role: 'supervisor' }, '/v1/agencies', admitted))['id']);
  const them = { province: '32', role: 'agency', org: 'org-other' };
  for (const operation of described.operations.filter(({ row }) => accessTable[row].condition === 'agencyOrder')) {
    const [guessed, absent] = [
      await send(operation, them, { ...there, agency: other }),
      await send(operation, them, idsOf(year, { agency: other })),
    ];
    expect([operation.row, guessed.status, guessed.told['detail']]).toEqual([operation.row, 404, absent.told['detail']]);
  }
});
