/** V17 over two nodes: anybody objects at the node of his own province; the order's home stops that line, or says why it does not. */
import { DAY_MS, RunningDelta, type Json, type Told, type Who } from '@yrd/platform/testing';
import { startDelta } from '../../testing/delta.js';
import { clerk, firm, openMarket } from '../../testing/market.js';
import { files, Orders, staff } from '../../testing/orders.js';

const rival: Who = { province: '31', role: 'university', org: 'org-rival' };
let delta: RunningDelta;
let orders: Orders;
let shown: readonly string[];

const object = (order: unknown, who = rival, headers?: Record<string, string>): Promise<Told> =>
  delta.post(who, '/v1/objections', { order, home: '32', grounds: 'related-party' }, headers ? { headers } : {});
const read = (id: unknown, who = rival): Promise<Told> => delta.get(who, `/v1/objections/${String(id)}`);
const reaches = (id: unknown, state: string): Promise<void> => delta.until(async () => (await read(id)).body['state'] === state);
/** As the objector's province sees the order. */
const seen = (order: string | undefined, state: string): Promise<void> =>
  delta.until(async () => (await delta.get(clerk('31'), `/v1/orders/${order}?province=32`)).body['state'] === state);

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  const year = new Date(delta.nowMs).getUTCFullYear();
  orders = new Orders(delta, await openMarket(delta, year), year);
  const made: string[] = [];
  for (const tail of ['1', '2', '3', '4', '5']) {
    const order = await orders.serve({ amountFen: 1_000_000 });
    const agency = orders.wanted().agency;
    const invoice = { home: '32', agency, invoiceNumber: `2632000000000000000${tail}`, invoiceFen: 1_000_000, paidFen: 1_000_000, files };
    await delta.does({ province: '32', role: 'agency', org: 'org-agency-32' }, `/v1/engagements/${order}/redemption`, invoice);
    await orders.approve(order);
    await delta.does(clerk('32'), `/v1/orders/${order}/publicity`, { batch: '2026-01' });
    await seen(order, 'Publicised');
    made.push(order);
  }
  shown = made;
}, 90_000);
afterAll(() => delta.stop());

test('V17: an objection at the node of Shanghai stops a line of Jiangsu; its objector follows it there to its answer', async () => {
  const [order] = shown;
  const { status, headers, body } = await object(order);
  expect([status, headers.get('location')]).toEqual([201, `/v1/objections/${String(body['id'])}`]);
  await reaches(body['id'], 'Taken');
  expect((await read(body['id'])).body).toMatchObject({ order, province: '32', from: '31', grounds: 'related-party', refusal: null });
  await orders.reaches(order!, 'Objected');
  await delta.does(staff('approver'), `/v1/orders/${order}/objection/rejection`);
  await reaches(body['id'], 'Rejected');
  await orders.reaches(order!, 'Publicised');
});

test('V17: sent twice it is one objection; a second one to a line that stands still is refused at once', async () => {
  const order = shown[1]!;
  const once = { 'Idempotency-Key': 'objection-of-rival-1' };
  const [first, again] = [await object(order, rival, once), await object(order, rival, once)];
  expect([first.status, again.body['id']]).toEqual([201, first.body['id']]);
  await reaches(first.body['id'], 'Taken');
  await seen(order, 'Objected');
  expect(await object(order)).toMatchObject({ status: 409, body: { code: 'E-STATE' } });
  // The agency of the order objects at its own node in the same way.
  expect((await object(shown[2], { province: '32', role: 'agency', org: 'org-agency-32' })).status).toBe(201);
});

test('A8: an order that a red letter sends back to review leaves its objection behind, and the objector is told', async () => {
  const { id } = (await object(shown[4])).body;
  await reaches(id, 'Taken');
  const redLetter = { invoiceNumber: '26320000000000000005', redNumber: '26320000000000000099', redFen: 400_000 };
  await delta.does(staff('reviewer'), '/v1/invoices/red-letters', redLetter);
  await orders.reaches(shown[4]!, 'UnderReview');
  await reaches(id, 'Overtaken');
});

test('V17: who objects is known in his province only; staff of the order’s home read what he says, nobody else', async () => {
  const { id } = (await object(shown[0])).body;
  await reaches(id, 'Taken');
  await delta.until(async () => (await read(id, clerk('32'))).status === 200);
  expect((await read(id, clerk('31'))).status).toBe(200);
  const strangers: readonly Who[] = [{ ...rival, org: 'org-other' }, firm];
  for (const who of strangers) expect((await read(id, who)).status).toBe(404);
  expect(JSON.stringify((await read(id, clerk('32'))).body)).not.toContain('org-rival');
});

test('what cannot be objected to is refused in both languages, and what is no order of a province in the same words', async () => {
  for (const order of ['0f3c5a9b1d2e4f60718293a4b5', await orders.deliver({ amountFen: 10_000 })])
    expect(await object(order)).toMatchObject({ status: 404, body: { code: 'E-NOTFOUND' } });
  for (const body of [{ home: '35' }, { grounds: 'a sentence of words' }, { order: '../x' }])
    expect((await delta.post(rival, '/v1/objections', { order: shown[3], home: '32', grounds: 'x', ...body })).status).toBe(400);
  for (const id of ['31.x', '0f3c5a9b1d2e4f60718293a4b5']) expect((await read(id)).status).toBe(400);
  for (const from of ['31', '32', '33']) expect((await read(`${from}.0f3c5a9b1d2e4f60718293a4b5`)).status).toBe(404);
  expect((await object(shown[3], { province: '31', role: 'auditor' })).status).toBe(403);
  const unread = await delta.post(rival, '/v1/objections', { order: shown[3], home: '33', grounds: 'x' });
  expect([unread.status, unread.body['code']]).toEqual([404, 'E-NOTFOUND']);
  const elsewhere = await delta.post(rival, '/v1/objections', { order: shown[3], home: '32', grounds: 'x' }, { at: '32' });
  expect(elsewhere.status).toBe(421);
});

test('V17: stated in time by a province cut off for longer than the pack waits, it is refused by an entry that says why', async () => {
  const order = shown[3]!;
  delta.world.cutOff.add('31');
  const { id } = (await object(order)).body;
  expect((await read(id)).body).toMatchObject({ state: 'Stated', refusal: null });
  delta.pass(30 * DAY_MS);
  await orders.reaches(order, 'Payable');
  delta.world.cutOff.delete('31');
  await reaches(id, 'Refused');
  const refusal = (await read(id)).body['refusal'] as Json;
  expect(refusal).toMatchObject({ code: 'E-WINDOW', facts: { clause: 'V17', seen: { zh: '待付款', en: 'Payable' } } });
  expect(refusal['title']).toMatchObject({ zh: expect.stringMatching(/\p{Script=Han}/u), en: expect.stringMatching(/[a-z]/) });
  // Too late, and its node knows: nothing is stated.
  await seen(order, 'Payable');
  const late = await object(order);
  expect([late.status, late.body['code']]).toEqual([409, 'E-WINDOW']);
}, 60_000);
