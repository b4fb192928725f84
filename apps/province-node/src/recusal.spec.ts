/** A14: a clerk who approves a relative's firm is stopped; an alert of its own says so to who watches, with who it was and about what. */
import { accessRegister } from '@yrd/access-register';
import { RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { clerk, firm, openMarket, startDelta } from '@yrd/voucher-clearing/testing';

let delta: RunningDelta;
beforeAll(async () => {
  delta = await startDelta(['31', '32'], [accessRegister]);
}, 60_000);
afterAll(() => delta.stop());

test('A14: the attempt is refused with E-RECUSE and stands in the audit, and beside it an alert of its own', async () => {
  const year = new Date(delta.nowMs).getUTCFullYear();
  const { subject, agencies } = await openMarket(delta, year);
  const wish = { subject, scheme: 'cxq', year, agencyProvince: '32', agency: agencies['32'], product: 'p1', mode: 'tongdui' };
  const order = String((await delta.does(firm, '/v1/orders', { ...wish, amountFen: 4_000_000 }))['id']);
  const supervisor: Who = { province: '32', role: 'supervisor', person: 'cousin' };
  await delta.does(supervisor, '/v1/interests', { party: 'subject', id: subject, tie: 'relative' });
  const answer = await delta.post(supervisor, `/v1/orders/${order}/hold`, { reason: 'audit' });
  expect([answer.status, answer.body['code'], answer.body['clause']]).toEqual([403, 'E-RECUSE', 'V16']);
  await delta.does(clerk('32'), `/v1/orders/${order}/hold`, { reason: 'audit' });
  const auditor: Who = { province: '32', role: 'auditor' };
  let found: readonly Json[] = [];
  await delta.until(async () => {
    found = ((await delta.get(auditor, '/v1/audit?outcome=refused&code=E-RECUSE')).body['items'] ?? []) as Json[];
    return found.length > 0;
  });
  expect(found).toEqual([
    expect.objectContaining({ row: 'HoldOrder', code: 'E-RECUSE', about: [`order/${order}`], roles: ['supervisor'] }),
  ]);
  const officer: Who = { province: '32', role: 'integrity-officer' };
  const alerts = async () => (await delta.get(officer, '/v1/audit/alerts')).body['items'] as readonly Json[];
  expect(await alerts()).toEqual([
    expect.objectContaining({ row: 'HoldOrder', code: 'E-RECUSE', about: [`order/${order}`], person: found[0]?.['person'] }),
  ]);
  expect((await delta.get(firm, '/v1/audit/alerts')).status).toBe(403);
});
