/** What comes in from outside: malformed, misplaced, repeated, stale. Each is answered by a problem with a code, and changes nothing. */
import { RunningDelta, type Told, type Who } from '@yrd/platform/testing';
import { startDelta } from '../testing/delta.js';

const ID = '0f3c5a9b1d2e4f60718293a4b5';
const clerk: Who = { province: '32', role: 'reviewer approver supervisor' };
const firm: Who = { province: '32', role: 'enterprise', org: 'org-firm' };
const subjectBody = { kind: 'firm', organisation: 'org-firm', name: '华瀛（虚构）', uscc: '91350100M000100Y43' };
const orderBody = {
  subject: ID,
  scheme: 'cxq',
  year: 2026,
  agencyProvince: '31',
  agency: ID,
  product: 'p1',
  mode: 'tongdui',
  amountFen: 4_000_000,
};
const file = { invoiceNumber: '26310000000000000001', invoiceFen: 4_000_000, paidFen: 0, files: [] };

interface Schema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, object>>;
}

let delta: RunningDelta;
let subject = '';

/** What a refusal comes down to. */
const problem = ({ status, headers, body }: Told) => {
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return { status, code: String(body['code']), fields: ((body['errors'] ?? []) as { field: string }[]).map(({ field }) => field) };
};

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  subject = (await delta.does(clerk, '/v1/subjects', subjectBody))['id'] as string;
}, 60_000);
afterAll(() => delta.stop());

describe('A body', () => {
  it.each<[string, unknown, number, string]>([
    ['that is not JSON', '{"subject":', 400, 'E-MALFORMED'],
    ['that is a list', [orderBody], 400, 'E-MALFORMED'],
    ['that is a number', '7', 400, 'E-MALFORMED'],
    ['that is empty', '{}', 400, 'E-VALIDATION'],
    ['that is larger than the limit', { ...orderBody, product: 'x'.repeat(300_000) }, 413, 'E-TOO-LARGE'],
    ['with half a character', JSON.stringify({ ...orderBody, product: 'a\ud800' }), 400, 'E-MALFORMED'],
    ['with a zero character', { ...orderBody, product: 'a\u0000' }, 400, 'E-MALFORMED'],
    ['with a prototype', '{"__proto__":{"roles":["approver"]}}', 400, 'E-MALFORMED'],
  ])('%s is refused', async (_what, body, status, code) => {
    const answer = problem(await delta.post(firm, '/v1/orders', body));
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  it('in another language than JSON is refused', async () => {
    const answer = await delta.post(firm, '/v1/orders', '<order/>', { headers: { 'Content-Type': 'application/xml' } });
    expect(problem(answer)).toMatchObject({ status: 415, code: 'E-MEDIA-TYPE' });
  });

  it('is told all its faults at once', async () => {
    const answer = problem(await delta.post(firm, '/v1/orders', { ...orderBody, amountFen: '4', year: 1, mode: 'swap', colour: 'red' }));
    expect(answer.code).toBe('E-VALIDATION');
    expect(new Set(answer.fields)).toEqual(new Set(['/amountFen', '/year', '/mode', '/colour']));
  });

  it('of a command that takes none may be empty, but holds nothing else', async () => {
    expect(problem(await delta.post({ province: '32', role: 'reviewer' }, `/v1/orders/${ID}/review`, { approve: true }))).toEqual({
      status: 400,
      code: 'E-VALIDATION',
      fields: ['/approve'],
    });
  });
});

describe('A field', () => {
  it.each<[string, object, string]>([
    ['an amount of nothing', { amountFen: 0 }, '/amountFen'],
    ['a negative amount', { amountFen: -1 }, '/amountFen'],
    ['a fraction of a fen', { amountFen: 0.5 }, '/amountFen'],
    ['an amount beyond all measure', { amountFen: 1_000_000_000_001 }, '/amountFen'],
    ['an amount as text', { amountFen: '4000000' }, '/amountFen'],
    ['an amount of null', { amountFen: null }, '/amountFen'],
    ['an id of another form', { subject: '../../policy/cxq' }, '/subject'],
    ['an id with a line break', { subject: `${ID}\n` }, '/subject'],
    ['an id that is an operator', { subject: { $ne: null } }, '/subject'],
    ['a province that is none of the four', { agencyProvince: '11' }, '/agencyProvince'],
    ['a scheme with a slash', { scheme: 'cxq/2026' }, '/scheme'],
    ['a year before all vouchers', { year: 1999 }, '/year'],
    ['a voucher part of a wrong type', { voucherFen: [1] }, '/voucherFen'],
  ])('with %s is refused', async (_what, change, pointer) => {
    expect(problem(await delta.post(firm, '/v1/orders', { ...orderBody, ...change }))).toEqual({
      status: 400,
      code: 'E-VALIDATION',
      fields: expect.arrayContaining([pointer]),
    });
  });

  it.each<[string, object, string]>([
    ['a code with a wrong check digit', { uscc: '91350100M000100Y4Z' }, '/uscc'],
    ['a code with the letter O', { uscc: '9135O100M000100Y43' }, '/uscc'],
    ['a code that is a number', { uscc: 91350100 }, '/uscc'],
    ['a name of control characters', { name: 'a\u0007b' }, '/name'],
    ['a name without end', { name: '长'.repeat(201) }, '/name'],
    ['no name', { name: '' }, '/name'],
    ['a kind that nobody knows', { kind: 'person' }, '/kind'],
  ])('of a subject with %s is refused', async (_what, change, pointer) => {
    expect(problem(await delta.post(clerk, '/v1/subjects', { ...subjectBody, ...change }))).toMatchObject({
      status: 400,
      code: 'E-VALIDATION',
      fields: expect.arrayContaining([pointer]),
    });
  });

  it('with a wrong code is explained in the asker’s language', async () => {
    const send = async (language: string): Promise<string> => {
      const body = { ...subjectBody, uscc: '91350100M000100Y4Z' };
      const answer = await delta.post(clerk, '/v1/subjects', body, { headers: { 'Accept-Language': language } });
      return String((answer.body['errors'] as { message: string }[])[0]?.message);
    };
    expect(await send('en')).toMatch(/letter Z at position 18/);
    expect(await send('zh')).toMatch(/^统一社会信用代码有误/);
  });

  it.each<[string, object, string]>([
    ['an invoice of 19 digits', { invoiceNumber: '2631000000000000001' }, '/invoiceNumber'],
    ['an invoice that is a number', { invoiceNumber: 26310000 }, '/invoiceNumber'],
    ['a document that is no hash', { files: [{ kind: 'invoice', hash: 'x' }] }, '/files/0/hash'],
    ['a document of an unknown kind', { files: [{ kind: 'photo', hash: 'a'.repeat(64) }] }, '/files/0/kind'],
    ['an unknown field in a document', { files: [{ kind: 'invoice', hash: 'a'.repeat(64), text: 'x' }] }, '/files/0/text'],
    ['too many documents', { files: Array.from({ length: 21 }, () => ({ kind: 'invoice', hash: 'a'.repeat(64) })) }, '/files'],
    ['documents that are no list', { files: { kind: 'invoice' } }, '/files'],
    ['nothing instead of a document', { files: [null] }, '/files'],
    ['a list instead of a document', { files: [[]] }, '/files'],
  ])('of a redemption with %s is refused', async (_what, change, pointer) => {
    const answer = problem(await delta.post(firm, `/v1/orders/${ID}/redemption`, { ...file, ...change }));
    expect([answer.status, answer.code]).toEqual([400, 'E-VALIDATION']);
    expect(answer.fields.some((field) => field.startsWith(pointer))).toBe(true);
  });
});

describe('A share', () => {
  it.each<[string, unknown, string]>([
    ['a list', [], '/share'],
    ['a number', 0.6, '/share'],
    ['a ratio over nothing', { of: 1, in: 0 }, '/share/in'],
    ['a ratio of fractions', { of: 0.5, in: 1 }, '/share/of'],
  ])('that is %s is refused', async (_what, share, pointer) => {
    const answer = problem(
      await delta.post({ province: '32', role: 'supervisor' }, `/v1/orders/${ID}/resolution`, { outcome: 'partial', share }),
    );
    expect(answer).toMatchObject({ status: 400, code: 'E-VALIDATION' });
    expect(answer.fields.some((field) => field.startsWith(pointer))).toBe(true);
  });
});

describe('An address', () => {
  it.each([
    '/v1/orders/x',
    `/v1/orders/${ID}x`,
    '/v1/quotas/x.y.z',
    '/v1/windows/0',
    '/v1/windows/1e3',
    `/v1/orders/${ID}?province=11`,
    '/v1/orders?colour=red',
  ])('like %s is refused', async (path) =>
    expect(problem(await delta.get(clerk, path))).toMatchObject({ status: 400, code: 'E-VALIDATION' }),
  );

  it.each([
    `/v1/orders/${ID}`,
    `/v1/orders/${ID}?province=31`,
    `/v1/subjects/${ID}`,
    `/v1/quotas/${ID}.cxq.2026`,
    `/v1/agencies/${ID}`,
    `/v1/engagements/${ID}`,
    `/v1/recognitions/31/${ID}`,
    `/v1/products/31.${ID}.p1`,
    '/v1/windows/1',
    '/v1/windows/latest',
    '/v1/policies/32-none',
    '/v1/nothing',
  ])('of something that is not there, like %s, answers 404', async (path) => {
    expect(problem(await delta.get(clerk, path))).toMatchObject({ status: 404, code: 'E-NOTFOUND' });
  });

  it('of an order that is not there answers 404 to commands too', async () => {
    expect(problem(await delta.post(clerk, `/v1/orders/${ID}/hold`, { reason: 'audit' }))).toMatchObject({
      status: 404,
      code: 'E-NOTFOUND',
    });
    expect(problem(await delta.post(clerk, '/v1/policies', { scheme: 'cxq', version: 'none' }))).toMatchObject({
      status: 404,
      code: 'E-NOTFOUND',
    });
  });
});

describe('Somebody', () => {
  it('without a token is asked for one', async () => {
    expect(problem(await delta.post(firm, '/v1/orders', orderBody, { headers: { Authorization: '' } }))).toMatchObject({
      status: 401,
      code: 'E-AUTH',
    });
  });

  it('of another role is refused', async () => {
    expect(problem(await delta.post(firm, '/v1/subjects', subjectBody))).toMatchObject({ status: 403, code: 'E-ROLE' });
    expect(problem(await delta.get(firm, '/v1/lines'))).toMatchObject({ status: 403, code: 'E-ROLE' });
  });

  it('of another province is sent home', async () => {
    const answer = await delta.post(firm, '/v1/orders', orderBody, { at: '31' });
    expect(problem(answer)).toMatchObject({ status: 421, code: 'E-HOME' });
    expect(answer.body['facts']).toMatchObject({ home: '32' });
  });

  it('of another organisation neither sees nor moves what is not theirs', async () => {
    const other: Who = { province: '32', role: 'enterprise', org: 'org-other' };
    expect(problem(await delta.get(other, `/v1/subjects/${subject}`))).toMatchObject({ status: 404 });
    expect(problem(await delta.get(other, `/v1/orders?subject=${subject}`))).toMatchObject({ status: 404 });
    expect(problem(await delta.get(other, '/v1/orders'))).toMatchObject({ status: 400, fields: ['/subject'] });
    const claim = { subject, scheme: 'cxq', year: 2026, askedFen: 1 };
    await delta.does(clerk, '/v1/policies', { scheme: 'cxq', version: '32-cxq-test.1' });
    expect(problem(await delta.post(other, '/v1/quotas', claim))).toMatchObject({ status: 404, code: 'E-NOTFOUND' });
    expect((await delta.get(firm, `/v1/subjects/${subject}`)).body).toMatchObject({ id: subject, organisation: 'org-firm' });
    expect((await delta.get(firm, `/v1/orders?subject=${subject}`)).body).toMatchObject({ items: [], next: null });
  });
});

describe('A command', () => {
  const key = { 'Idempotency-Key': 'one-and-the-same' };

  it('sent again names the same thing and does nothing twice', async () => {
    const first = await delta.post(clerk, '/v1/subjects', subjectBody, { headers: key });
    const again = await delta.post(clerk, '/v1/subjects', subjectBody, { headers: key });
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe(`/v1/subjects/${String(first.body['id'])}`);
    expect(again.body).toEqual({ ...first.body, repeated: true });
  });

  it('with the key of another body is refused', async () => {
    expect(problem(await delta.post(clerk, '/v1/subjects', { ...subjectBody, name: '另一家' }, { headers: key }))).toMatchObject({
      status: 422,
      code: 'E-IDEMPOTENCY',
    });
  });

  it('on a version that is no longer the newest is refused', async () => {
    const fact = { fact: 'status', value: 'active', source: '登记档案', asOf: '2026-01-05' };
    const path = `/v1/subjects/${subject}/facts`;
    expect((await delta.post(clerk, path, fact, { headers: { 'If-Match': '"1"' } })).headers.get('etag')).toBe('"2"');
    expect(problem(await delta.post(clerk, path, { ...fact, value: 'revoked' }, { headers: { 'If-Match': '"1"' } }))).toMatchObject({
      status: 412,
      code: 'E-VERSION',
    });
  });

  it('without a key is refused', async () => {
    expect(problem(await delta.post(clerk, '/v1/subjects', subjectBody, { headers: { 'Idempotency-Key': '' } }))).toMatchObject({
      status: 400,
    });
  });

  it('sees its own write by its position', async () => {
    const { position, id } = await delta.does(clerk, '/v1/subjects', subjectBody);
    expect((await delta.get(clerk, `/v1/subjects/${String(id)}?at=${String(position)}&scheme=cxq&year=2026`)).body).toMatchObject({
      id,
      eligibility: expect.arrayContaining([expect.objectContaining({ check: 'integrity', outcome: 'unknown, policy allows' })]),
    });
  });
});

describe('What anybody may see', () => {
  it('is the number of orders by state, the directory, and the packs', async () => {
    const open = async (path: string) => (await (await delta.fetch('32', path)).json()) as Record<string, unknown>;
    expect(await open('/v1/orders/summary')).toMatchObject({ states: {}, total: 0 });
    expect(await open('/v1/agencies')).toMatchObject({ items: [] });
    expect(await open('/v1/policies')).toMatchObject({
      items: [{ adopted: false }, { version: '32-cxq-test.1', adopted: true, inForce: true }],
    });
  });

  it('is the description of every route, with an example for every field', async () => {
    const document = (await (await delta.fetch('32', '/openapi.json')).json()) as {
      paths: object;
      components: { schemas: Record<string, Schema> };
    };
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v1/orders/{order}/approval', '/v1/engagements/{order}/acceptance']),
    );
    const placing = document.components.schemas['PlaceOrderBody'];
    expect(placing?.required).toEqual(expect.arrayContaining(['subject', 'amountFen', 'agencyProvince']));
    expect(placing?.required).not.toContain('voucherFen');
    expect(placing?.properties['amountFen']).toMatchObject({
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000_000_000,
      example: 8_000_000,
    });
  });
});
