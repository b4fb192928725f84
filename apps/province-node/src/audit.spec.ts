/** The audit of a province that serves everything: what was done, refused and read is a record within moments, and nothing else is. */
import { accessTable, isSensitive, recordFault, registerRows, ROLES, type AccessRecord, type AccessRow } from '@yrd/contracts';
import { accessRegister } from '@yrd/access-register';
import { Described, idsOf, NOWHERE, type Json, type RunningDelta, type Who } from '@yrd/platform/testing';
import { agent, clerk, firm, openMarket, startDelta } from '@yrd/voucher-clearing/testing';

type Found = AccessRecord & { readonly id: string; readonly index: number; readonly journal: string; readonly keepUntil: string };

const auditor: Who = { province: '32', role: 'auditor', org: 'org-audit' };
const officer: Who = { province: '32', role: 'security-admin' };
const reader: Who = { province: '32', role: 'reviewer', person: 'reader' };
const stranger: Who = { province: '32', role: 'enterprise', org: 'org-stranger', person: 'stranger' };
/** What is sent and must never be kept: words, numbers of persons, keys of commands. */
const SECRETS = ['华瀛', '91350100M000100Y43', '91310000MAXXXX0150', 'the-reason-in-prose', '310101199001011234', 'eyJ', 'key-'];

let delta: RunningDelta;
let year: number;
let subject: string;
let order: string;
let placed: { readonly position: string; readonly trace: string };
let described: Described;

beforeAll(async () => {
  delta = await startDelta(['31', '32', '33'], [accessRegister]);
  year = new Date(delta.nowMs).getUTCFullYear();
  const market = await openMarket(delta, year);
  subject = market.subject;
  const wish = { subject, scheme: 'cxq', year, agencyProvince: '32', agency: market.agencies['32'], product: 'p1', mode: 'tongdui' };
  const answer = await delta.post(
    firm,
    '/v1/orders',
    { ...wish, amountFen: 4_000_000 },
    { headers: { 'Idempotency-Key': 'key-of-the-order' } },
  );
  order = String(answer.body['id']);
  placed = { position: String(answer.body['position']), trace: answer.headers.get('traceparent')!.split('-')[1]! };
  await delta.post(firm, '/v1/orders', { ...wish, amountFen: 4_000_000 }, { headers: { 'Idempotency-Key': 'key-of-the-order' } });
  await delta.post(firm, '/v1/orders', { ...wish, amountFen: 900_000_000 });
  described = await Described.by(delta);
}, 60_000);
afterAll(() => delta.stop());

const search = async (query: Readonly<Record<string, string | number>>, who = auditor): Promise<readonly Found[]> => {
  const text = new URLSearchParams(
    Object.entries({ limit: 200, ...query }).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const { status, body } = await delta.get(who, `/v1/audit?${text.toString()}`);
  expect([status, body['code']]).toEqual([200, undefined]);
  return body['items'] as readonly Found[];
};
/** Waits until so many records are found. */
const found = async (query: Readonly<Record<string, string | number>>, least = 1, who = auditor): Promise<readonly Found[]> => {
  let records: readonly Found[] = [];
  await delta.until(async () => (records = await search(query, who)).length >= least);
  return records;
};
const read = async (who: Who, path: string, headers: Record<string, string> = {}) => {
  const answer = await delta.fetch('32', path, { headers: { ...delta.headers(who), ...headers } });
  return { status: answer.status, trace: answer.headers.get('traceparent')!.split('-')[1]! };
};
const onTrace = async (trace: string): Promise<Found | undefined> => (await search({})).find((each) => each.trace === trace);
const traced = async (trace: string): Promise<Found> => {
  let one: Found | undefined;
  await delta.until(async () => (one = await onTrace(trace)) !== undefined);
  return one!;
};

describe('a record', () => {
  test('of a command says who, as what, about whose things, by which policy, from where, and where its entries are', async () => {
    const records = await found({ row: 'PlaceOrder', outcome: 'done', organisation: 'org-firm' }, 2);
    const first = records.find(({ code }) => code === null)!;
    expect(first).toMatchObject({
      ...placed,
      province: '32',
      roles: ['enterprise'],
      address: '127.0.0.1',
      policyVersion: '32-cxq-test.1',
      count: 1,
    });
    expect(first.person).toMatch(/^[0-9a-f]{16}$/);
    expect(first.about).toEqual(expect.arrayContaining([`order/${order}`, `subject/${subject}`]));
    expect([...first.parties].sort()).toEqual(['org-agency-32', 'org-firm']);
    expect(first.keepUntil > `${year + 9}`).toBe(true);
  });

  test('of a command that was sent again says so', async () => {
    const records = await found({ about: `order/${order}`, row: 'PlaceOrder' }, 2);
    expect(records.map(({ code, position }) => [code, position])).toEqual([
      ['repeated', placed.position],
      [null, placed.position],
    ]);
  });

  test('of a refusal by the domain names its code and whose things it was about', async () => {
    const [refused] = await found({ row: 'PlaceOrder', outcome: 'refused', organisation: 'org-firm' });
    expect(refused).toMatchObject({ code: 'E-FEE', position: null });
    expect(refused!.parties).toContain('org-firm');
  });

  test.each([
    ['E-ROLE', () => delta.post(firm, '/v1/subjects', {}), { row: 'RegisterSubject', organisation: 'org-firm', roles: ['enterprise'] }],
    ['E-HOME', () => delta.post({ ...firm, province: '31', org: 'org-abroad' }, '/v1/orders', {}, { at: '32' }), { province: '31' }],
    ['E-VALIDATION', () => delta.post(firm, '/v1/orders', { subject: '310101199001011234', note: 'the-reason-in-prose' }), { about: [] }],
    ['E-NOTFOUND', () => delta.get(reader, `/v1/orders/${NOWHERE}`), { about: [`order/${NOWHERE}`], parties: [] }],
    ['E-STATE', () => delta.post(clerk('32'), `/v1/quotas/${NOWHERE}.cxq.${year}/freeze`, { reason: 'x1' }), { row: 'FreezeQuota' }],
  ])('of a refusal with %s has its row and its code', async (code, act, more) => {
    const { headers, status } = await act();
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await traced(headers.get('traceparent')!.split('-')[1]!)).toMatchObject({ outcome: 'refused', code, ...more });
  });

  test('of a reading of what is not for everybody names the thing, its owner and what it was for', async () => {
    const { trace } = await read(reader, `/v1/orders/${order}`, { 'Yrd-Purpose': 'complaint' });
    expect(await traced(trace)).toMatchObject({
      outcome: 'read',
      row: 'ReadOrder',
      roles: ['reviewer'],
      about: [`order/${order}`],
      purpose: 'complaint',
    });
    expect((await read(reader, `/v1/orders/${order}`, { 'Yrd-Purpose': 'curiosity' })).status).toBe(400);
  });

  test('of who looks for the files of an order names the order, also where there is none', async () => {
    const [listed, sought] = [
      await read(reader, `/v1/orders/${order}/files`),
      await read(reader, `/v1/orders/${order}/files/${'a'.repeat(64)}`),
    ];
    expect(await traced(listed.trace)).toMatchObject({ outcome: 'read', row: 'ReadOrderFiles', about: [`order/${order}`] });
    expect(await traced(sought.trace)).toMatchObject({ outcome: 'refused', row: 'ReadOrderFile', about: [`order/${order}`] });
  });

  test('is not made of what everybody may read', async () => {
    for (const path of ['/v1/agencies', '/v1/status', '/v1/windows', '/v1/orders/summary', '/log/32/voucher/checkpoint'])
      await read(reader, path);
    await read(reader, `/v1/subjects/${subject}`);
    await found({ row: 'ReadSubject', about: subject });
    const rows = new Set((await search({ outcome: 'read' })).map(({ row }) => row));
    expect([...rows].filter((row) => row !== '-' && !isSensitive(accessTable[row as keyof typeof accessTable]))).toEqual([]);
  });

  test('is also made of who reads the audit, for what he looked', async () => {
    await search({ about: `subject/${subject}` });
    const [looked] = await found({ row: 'ReadAudit', about: subject });
    expect(looked).toMatchObject({ outcome: 'read', organisation: 'org-audit', about: [`thing/${subject}`] });
  });

  test('of a flood of strangers is one of many: counted, with their network only', async () => {
    await Promise.all(Array.from({ length: 300 }, () => delta.fetch('32', '/v1/lines', { headers: { Authorization: 'Bearer a.b.c' } })));
    const counted = (records: readonly Found[]): number => records.reduce((sum, { count }) => sum + count, 0);
    await delta.until(async () => counted(await search({ row: 'ReadLines', outcome: 'refused' })) >= 300);
    const records = await search({ row: 'ReadLines', outcome: 'refused' });
    expect([counted(records), records[0]]).toEqual([
      300,
      expect.objectContaining({ code: 'E-AUTH', person: null, address: '127.0.0.0/24', about: [] }),
    ]);
    expect(records.length).toBeLessThan(30);
  });
});

describe('who guesses the id of what belongs to others', () => {
  const ways: readonly (readonly [string, (id: string) => Promise<{ readonly headers: Headers; readonly status: number }>])[] = [
    ['by reading', (id) => delta.get(stranger, `/v1/orders/${id}`)],
    ['by a command', (id) => delta.post(stranger, `/v1/orders/${id}/cancellation`, { cause: 'changed-plans' })],
  ];

  test.each(ways)('%s is told nothing, and his attempt is a record that the owner sees', async (_, guess) => {
    const { status, headers } = await guess(order);
    expect(status).toBe(404);
    const trace = headers.get('traceparent')!.split('-')[1]!;
    expect(await traced(trace)).toMatchObject({ code: 'E-ROW', organisation: 'org-stranger', parties: ['org-firm', 'org-agency-32'] });
    const seen = (await delta.get(firm, '/v1/audit/mine?limit=200')).body['items'] as readonly Json[];
    expect(seen).toContainEqual(
      expect.objectContaining({ code: 'E-ROW', organisation: 'org-stranger', about: [`order/${order}`], own: false }),
    );
  });

  test.each(ways)('%s learns no more from his own records than of an id of nothing', async (_, guess) => {
    const traces: string[] = [];
    for (const id of [order, NOWHERE]) traces.push((await guess(id)).headers.get('traceparent')!.split('-')[1]!);
    await traced(traces[1]!);
    const seen = (await delta.get(stranger, '/v1/audit/mine?limit=200')).body['items'] as readonly Json[];
    const words = traces.map((trace) => {
      const { id: _id, at: _at, time: _time, trace: _trace, about, ...rest } = seen.find((each) => each['trace'] === trace)!;
      return [rest, (about as readonly string[]).map((thing) => thing.split('/')[0])];
    });
    expect(words[0]).toEqual(words[1]);
    expect(words[0]).toMatchObject([{ code: 'E-NOTFOUND', own: true }, ['order']]);
  });
});

describe('who may see the audit', () => {
  const routes = () => described.operations.filter(({ row }) => row in registerRows);

  test('every row of the register has one route', () => {
    expect(
      routes()
        .map(({ row }) => row)
        .sort(),
    ).toEqual(Object.keys(registerRows).sort());
  });

  test.each([null, ...Object.keys(ROLES)])('%s gets in where its row says so, and nowhere else', async (role) => {
    for (const operation of routes()) {
      const { roles }: AccessRow = accessTable[operation.row];
      const inside = roles === 'anybody' || (role !== null && (roles as readonly string[]).includes(role));
      const who = role === null ? null : { province: '32', role, org: 'org-walker', person: `walker-${role}` };
      const { status, told } = await described.send(operation.verb, described.address(operation, idsOf(year)), who);
      const door = status === 401 ? 'no token' : told['code'] === 'E-ROLE' ? 'no role' : 'open';
      expect([operation.row, door]).toEqual([operation.row, inside ? 'open' : role === null ? 'no token' : 'no role']);
    }
  });

  test('a security administrator sees attacks, not business', async () => {
    await found({ outcome: 'refused' }, 1, officer);
    expect(new Set((await search({}, officer)).map(({ outcome }) => outcome))).toEqual(new Set(['refused']));
    expect(await search({ outcome: 'done' }, officer)).toEqual([]);
  });

  test('an enterprise sees what staff did with its order, not who it was nor from where', async () => {
    await read(reader, `/v1/orders/${order}`);
    await found({ row: 'ReadOrder', about: order, outcome: 'read' });
    const seen = (await delta.get(firm, '/v1/audit/mine?limit=200')).body['items'] as readonly Json[];
    const ofReader = seen.find(({ row, outcome }) => row === 'ReadOrder' && outcome === 'read')!;
    expect(ofReader).toMatchObject({ organisation: 'dept-32', roles: ['reviewer'], own: false });
    for (const hidden of ['person', 'address', 'trace', 'parties']) expect(ofReader).not.toHaveProperty(hidden);
    expect(seen.filter(({ organisation, own }) => organisation !== 'org-firm' && own)).toEqual([]);
  });

  test('nobody of another organisation sees them', async () => {
    const seen = (await delta.get({ ...agent('32'), org: 'org-nobody' }, '/v1/audit/mine?limit=200')).body['items'] as readonly Json[];
    expect(seen.filter(({ about }) => (about as readonly string[]).includes(`order/${order}`))).toEqual([]);
  });

  test('pages follow each other from the newest to the oldest, none twice', async () => {
    const ids: string[] = [];
    const to = Math.floor(delta.nowMs);
    for (let next: string | null = ''; next !== null;) {
      const { body } = await delta.get(auditor, `/v1/audit?limit=7&to=${to}${next === '' ? '' : `&cursor=${next}`}`);
      ids.push(...(body['items'] as readonly Found[]).map(({ id }) => id));
      next = body['next'] as string | null;
      if (ids.length > 60) break;
    }
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('another province has the records as sealed leaves, and none of them in its own audit', async () => {
  const [record] = await found({ about: `order/${order}`, row: 'PlaceOrder' });
  const away = async (): Promise<Json> =>
    (await (
      await delta.fetch('31', `/log/32/access/entry/${record!.index}`, { headers: delta.headers({ province: '31', role: 'auditor' }) })
    ).json()) as Json;
  await delta.until(async () => (await away())['depth'] !== undefined);
  expect(await away()).toMatchObject({
    depth: 'sealed',
    leaf: expect.stringMatching(/^\{"sealed":"[0-9a-f]{64}","sequence":"\d+"\}$/) as string,
  });
  const theirs = (await delta.get({ province: '31', role: 'auditor' }, `/v1/audit?about=${order}`)).body['items'] as readonly Found[];
  expect(theirs.filter(({ row }) => row !== 'ReadAudit')).toEqual([]);
});

test('nothing that is kept holds a token, a body, a name, a number of a person or the key of a command', async () => {
  await found({ row: 'PlaceOrder' }, 3);
  for (const [name, disk] of delta.world.disks) {
    if (!name.endsWith('/access')) continue;
    const blocks = [...disk.blocks.values()]
      .flatMap((shelf) => [...shelf.values()])
      .flatMap(({ commits }) => commits.map(({ bytes }) => Buffer.from(bytes)));
    const tables = Buffer.from(JSON.stringify([...disk.tables].map(([, rows]) => [...rows])));
    for (const secret of SECRETS)
      expect([name, secret, Buffer.concat([...blocks, tables]).includes(secret)]).toEqual([name, secret, false]);
  }
  for (const { id: _, ids: __, journal: _j, index: _i, time: _t, keepUntil: _k, ...record } of (await search({})) as readonly (Found &
    Json)[])
    expect(recordFault(record)).toBeNull();
});
