/** Finance and its treasury over HTTP: a payment file out, receipts in, every mismatch listed, nothing done twice (V18, A10). */
import { type Json, type RunningDelta } from '@yrd/platform/testing';
import { startDelta } from '../../testing/delta.js';
import { agent, firm, openMarket } from '../../testing/market.js';
import { files, Orders, staff } from '../../testing/orders.js';
import { camt054 } from '../../testing/receipts.js';

const finance = staff('finance');
let delta: RunningDelta;
let order: string;
let agency: string;

/** An order within the province, up to its payment instruction. */
beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  const market = await openMarket(delta, 2026);
  agency = market.agencies['32']!;
  const orders = new Orders(delta, market, 2026);
  order = await orders.serve();
  const invoice = { invoiceNumber: '26320000000000000001', invoiceFen: 4_000_000, paidFen: 4_000_000, files };
  await orders.patiently(agent('32'), `/v1/engagements/${order}/redemption`, { home: '32', agency, ...invoice });
  await orders.approve(order);
  await orders.publicise(order);
  await delta.does(finance, `/v1/orders/${order}/payment-instruction`);
}, 60_000);
afterAll(() => delta.stop());

const payments = async (): Promise<readonly Json[]> => (await delta.get(finance, '/v1/payments')).body['items'] as readonly Json[];
const imported = (content: string, format = 'camt.054') => delta.post(finance, '/v1/treasury-receipts', { format, content });
let row: Json;

test('a file is not written before every account is known, and which are missing is said at once', async () => {
  await delta.until(async () => (await payments()).length === 1);
  [row] = (await payments()) as [Json];
  expect(row).toMatchObject({ order, attempt: 1, payee: `32.${agency}`, window: 0, amountFen: 2_000_000, state: 'instructed' });
  const answer = await delta.get(finance, `/v1/payment-files/0/${String(row['day'])}`);
  expect(answer).toMatchObject({ status: 422, body: { code: 'E-FILE' } });
  expect(JSON.stringify(answer.body)).toContain(`32.${agency}`);
  const bank = { bank: '102301000012', account: '4301010012300001' };
  await delta.does(finance, '/v1/accounts', { payee: 'treasury', name: '江苏省国库支付中心', ...bank });
  await delta.does(finance, '/v1/accounts', { payee: `32.${agency}`, name: '江苏检测中心', ...bank });
});

test('the file of a window and day holds its control sums, as pain.001 and as CSV; bank accounts stay in the province', async () => {
  const fetched = async (format: string): Promise<Response> =>
    delta.fetch('32', `/v1/payment-files/0/${String(row['day'])}?format=${format}`, { headers: delta.headers(finance) });
  const xml = await fetched('pain.001');
  expect([xml.status, xml.headers.get('content-type'), xml.headers.get('yrd-payments'), xml.headers.get('yrd-control-sum')]).toEqual([
    200,
    'application/xml; charset=utf-8',
    '1',
    '20000.00',
  ]);
  const text = await xml.text();
  expect(text).toContain(`<EndToEndId>${String(row['reference'])}</EndToEndId>`);
  expect(await (await fetched('pain.001')).text()).toBe(text);
  expect(await (await fetched('csv')).text()).toContain('TOTAL,1,,,,20000.00,CNY');
  expect((await delta.get({ province: '32', role: 'auditor' }, '/v1/payment-files/0/2026-01-05')).status).toBe(403);
  const shared = await (await delta.fetch('31', '/v1/products')).text();
  expect(shared).not.toContain('4301010012300001');
});

test('receipts are matched by their references; each mismatch is listed, and the same file again changes nothing', async () => {
  const id = String(row['reference']);
  const wrong = camt054([
    { endToEndId: 'CXQ-32-2026-99999999-X-1', amount: '1.00' },
    { endToEndId: id, amount: '19999.99' },
    { endToEndId: id, amount: '20000.00', currency: 'USD' },
    { endToEndId: id, amount: '20000.00', status: 'PDNG' },
  ]);
  expect((await imported(wrong)).body).toMatchObject({
    receipts: 4,
    paid: 0,
    mismatches: [
      { why: 'unknown' },
      { why: 'amount', seen: { zh: '19,999.99 元', en: '19,999.99 yuan' }, needed: { en: '20,000.00 yuan' } },
      { why: 'currency', seen: { zh: 'USD', en: 'USD' } },
      { why: 'not-booked' },
    ],
  });
  const right = camt054([{ endToEndId: id, amount: '20000.00' }]);
  expect((await imported(right)).body).toMatchObject({ receipts: 1, paid: 1, repeated: 0, mismatches: [] });
  const before = (await delta.get(finance, `/v1/orders/${order}`)).headers.get('etag');
  for (let again = 0; again < 2; again += 1) expect((await imported(right)).body).toMatchObject({ paid: 0, repeated: 1, mismatches: [] });
  const after = await delta.get(finance, `/v1/orders/${order}`);
  expect([after.body['state'], after.headers.get('etag')]).toEqual(['Settled', before]);
});

test('A10: a return makes it payable again, and the next instruction has a reference of its own', async () => {
  const back = `end_to_end_id,amount,currency,status,reason\n${String(row['reference'])},20000.00,CNY,RETURNED,AC04\n`;
  expect((await imported(back, 'csv')).body).toMatchObject({ returned: 1, mismatches: [] });
  expect((await delta.get(firm, `/v1/orders/${order}`)).body['state']).toBe('Payable');
  await delta.does(finance, `/v1/orders/${order}/payment-instruction`);
  await delta.until(async () => (await payments()).length === 2);
  expect((await payments()).map(({ reference, state, reason }) => [String(reference).slice(-2), state, reason]).sort()).toEqual([
    ['-1', 'returned', 'AC04'],
    ['-2', 'instructed', null],
  ]);
});

test('what is no file of receipts is refused with what is wrong, and nothing of it', async () => {
  for (const content of ['<!DOCTYPE x [<!ENTITY a "b">]><Document/>', '<Document/>', camt054([]).replace('001.08', '001.02'), 'no xml']) {
    const answer = await imported(content);
    expect([answer.status, answer.body['code']]).toEqual([400, 'E-VALIDATION']);
  }
  expect((await imported('a,b\n', 'csv')).status).toBe(400);
});
