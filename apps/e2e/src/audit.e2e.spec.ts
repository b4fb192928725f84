/** The audit of four running nodes: what happens in a province is found there within moments, and by nobody else. */
import { ask, bodyOf, clock, enrol, firm, PROVINCES, staff, tries, type Body, type Province } from './delta.js';
import { eventually } from './http.js';

const MOMENTS_MS = 20_000;

const searched = async (province: Province, query: string): Promise<readonly Body[]> => {
  const reply = await ask(staff(province, 'auditor'), `/v1/audit?${query}`);
  expect(reply.status).toBe(200);
  return bodyOf(reply)['items'] as readonly Body[];
};

test('an order refused and an id guessed are in the audit of their province and nowhere else', async () => {
  const owner = firm('32', 'audited');
  const year = new Date(await clock()).getUTCFullYear();
  const subject = await enrol(owner, year, {});
  const wish = { subject, scheme: 'cxq', year, agencyProvince: '31', agency: '0'.repeat(26), product: 'p1', mode: 'tongdui' };
  const refused = await tries(owner, '/v1/orders', { ...wish, amountFen: 1_000_000 });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect((await ask(firm('32', 'stranger'), `/v1/subjects/${subject}`)).status).toBe(404);

  const about = `about=subject/${subject}`;
  const records = await eventually(
    'both are recorded',
    async () => {
      const found = await searched('32', `${about}&outcome=refused`);
      return found.length >= 2 ? found : null;
    },
    MOMENTS_MS,
  );
  expect(records).toEqual([
    expect.objectContaining({ row: 'ReadSubject', code: 'E-ROW', organisation: 'stranger-32', parties: [owner.org] }),
    expect.objectContaining({ row: 'PlaceOrder', code: bodyOf(refused)['code'], organisation: owner.org, parties: [owner.org] }),
  ]);

  for (const province of PROVINCES.filter((each) => each !== '32')) {
    // Who searches is a record too: of his own province, about the same thing.
    expect((await searched(province, about)).filter(({ row }) => row !== 'ReadAudit')).toEqual([]);
    const entry = await eventually(
      `the sealed leaf at ${province}`,
      async () => {
        const reply = await ask(staff(province, 'auditor'), `/log/32/access/entry/${String(records[0]?.['index'])}`);
        return reply.status === 200 ? bodyOf(reply) : null;
      },
      MOMENTS_MS,
    );
    expect(entry).toMatchObject({ depth: 'sealed' });
    expect(entry).not.toHaveProperty('payload');
  }
});
