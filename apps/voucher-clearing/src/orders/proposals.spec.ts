/** A proposal that its home refused: both parties read why, at either node; nobody else learns that it is there. */
import { RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { startDelta } from '../../testing/delta.js';
import { agent, clerk, firm, openMarket, type Market } from '../../testing/market.js';

let delta: RunningDelta;
let market: Market;
let id: string;

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  const year = new Date(delta.nowMs).getUTCFullYear();
  market = await openMarket(delta, year);
  const proposal = { subject: market.subject, scheme: 'cxq', year, home: '32', agency: market.agencies['31'], product: 'p1' };
  id = String((await delta.does(agent('31'), '/v1/engagements', { ...proposal, mode: 'tongdui', amountFen: 4_000_000 }))['id']);
  await delta.until(async () => (await delta.get(clerk('32'), `/v1/orders/${id}`)).status === 200);
  await delta.until(async () => (await delta.get(clerk('31'), `/v1/orders/${id}?province=32`)).status === 200);
}, 60_000);
afterAll(() => delta.stop());

test.each<[string, Who, string]>([
  ['the enterprise at home', firm, ''],
  ['the staff of its province', clerk('32'), ''],
  ['the agency at its own node', agent('31'), '?province=32'],
])('%s reads that it was refused and why, in both languages', async (_, who, query) => {
  const { status, body } = await delta.get(who, `/v1/orders/${id}${query}`);
  expect([status, body['id'], body['state'], body['subject']]).toEqual([200, id, 'Closed', market.subject]);
  const refusal = body['proposalRefused'] as Json;
  const facts = {
    seen: { zh: '0.00 元', en: '0.00 yuan' },
    needed: { zh: expect.stringContaining('许可'), en: expect.stringContaining('leave') },
  };
  expect(refusal).toMatchObject({ code: 'E-ROLE', title: { zh: '无权操作' }, facts });
});

test('the agency reads it among what it stated, and why it was refused; a stranger of its province and the enterprise do not', async () => {
  const own = `/v1/engagements/${id}`;
  const { status, body } = await delta.get(agent('31'), own);
  expect([status, body]).toMatchObject([
    200,
    { id, proposed: true, answered: 'accepted', proposalRefused: { code: 'E-ROLE', facts: { seen: { zh: '0.00 元' } } } },
  ]);
  expect((await delta.get(clerk('31'), own)).body['proposalRefused']).toEqual(body['proposalRefused']);
  expect((await delta.get({ province: '31', role: 'agency', org: 'org-stranger' }, own)).status).toBe(404);
  expect((await delta.get(firm, own)).status).toBe(404);
});

test('a stranger is told that there is nothing', async () => {
  const stranger: Who = { province: '32', role: 'enterprise', org: 'org-stranger' };
  expect((await delta.get(stranger, `/v1/orders/${id}`)).status).toBe(404);
});
