/** V25: the half-yearly audit sample, drawn from a seed that was published before, and by anybody else alike. */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { actor, DAY_MS, delta, hex, pack, type Delta } from '../../testing/scenario.js';
import { drawSample, halfEndMs, halfOf, populationDigest } from './audit-sample.js';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const supervisor = actor('32', 'supervisor');
const half = '2026H1';
const seed = hash('seed');

/** The script of the samples, as a third party runs it. */
const drawnAgain = (document: object) =>
  spawnSync(process.execPath, [join(__dirname, '../../../../../samples/audit-sample.mjs')], {
    input: JSON.stringify(document),
    encoding: 'utf8',
  });

const paidOnes = (): Delta => {
  const d = delta({ packs: { 32: { ...pack('32'), audit: { share: { of: 1, in: 20 } } } } });
  for (const order of ['o1', 'o2', 'o3']) {
    d.serve(order, { agencyProvince: '32', amountFen: 2_000_000 });
    d.redeem(order);
    d.approve(order);
    d.show(order);
    d.pay(order);
  }
  return d;
};
const publish = (d: Delta, body: object = {}) => d.tries('32', 'PublishAuditSeed', { half, seed, ...body }, supervisor);
const draw = (d: Delta) => {
  const no = d.tries('32', 'DrawAuditSample', { half, scheme: 'cxq' }, supervisor);
  d.world.settle();
  return no;
};
const drawn = (d: Delta) => d.world.nodes['32'].entries.filter(({ type }) => type === 'AuditSampleDrawn').map(({ data }) => data);

test('V25: of all that was paid in the half-year at least a twentieth is drawn, and a third party draws the same', () => {
  const d = paidOnes();
  expect(publish(d)).toBeNull();
  expect(draw(d)).toMatchObject({ rejected: 'E-WINDOW' });
  d.world.pass(150 * DAY_MS);
  expect([draw(d), draw(d)]).toEqual([null, null]);
  const orders = ['o1', 'o2', 'o3'];
  expect(drawn(d)).toEqual([
    {
      half,
      seed,
      share: { of: 1, in: 20 },
      count: 3,
      population: populationDigest(orders, hash),
      sample: [expect.stringMatching(/^o[123]$/)],
    },
  ]);
  const document = { ...drawn(d)[0], orders };
  expect(drawnAgain(document)).toMatchObject({ status: 0, stdout: '2026H1: 1 of 3 orders, drawn as stated\n' });
  expect(drawnAgain({ ...document, orders: ['o1', 'o2'] }).status).toBe(1);
  expect(drawnAgain({ ...document, sample: orders.filter((order) => order !== (drawn(d)[0]?.['sample'] as string[])[0]) }).status).toBe(1);
});

test('V25: the seed is published before the half-year ends, once, by its supervisor; without one nothing is drawn', () => {
  const d = paidOnes();
  expect(d.tries('32', 'PublishAuditSeed', { half, seed }, actor('32', 'finance'))).toMatchObject({ rejected: 'E-ROLE' });
  expect([publish(d), publish(d)]).toEqual([null, null]);
  expect(publish(d, { seed: hex('other') })).toMatchObject({ rejected: 'E-STATE' });
  expect(publish(d, { half: '2025H2' })).toMatchObject({ rejected: 'E-WINDOW' });
  d.world.pass(150 * DAY_MS);
  expect(d.tries('32', 'DrawAuditSample', { half: '2025H2', scheme: 'cxq' }, supervisor)).toMatchObject({ rejected: 'E-STATE' });
  expect(d.tries('32', 'DrawAuditSample', { half, scheme: 'none' }, supervisor)).toMatchObject({ rejected: 'E-NOTFOUND' });
});

test('V25: whatever was paid, the sample is never smaller than the share, of anything at least one, and each order can be drawn', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{4,8}$/), { maxLength: 300 }), fc.string(), (orders, said) => {
      const share = { of: 1, in: 20 };
      const sample = drawSample(orders, { half, seed: hash(said), share }, hash);
      expect(sample.length * 20).toBeGreaterThanOrEqual(orders.length);
      expect(sample.length).toBe(Math.ceil(orders.length / 20));
      expect(new Set(sample).size).toBe(sample.length);
      expect(drawSample([...orders].reverse(), { half, seed: hash(said), share }, hash)).toEqual(sample);
    }),
  );
  const hits = new Set(
    Array.from(
      { length: 200 },
      (_, at) => drawSample(['a', 'b', 'c', 'd'], { half, seed: hash(String(at)), share: { of: 1, in: 20 } }, hash)[0],
    ),
  );
  expect([...hits].sort()).toEqual(['a', 'b', 'c', 'd']);
});

test('half-years end with the day in Shanghai', () => {
  expect(new Date(halfEndMs('2026H1')).toISOString()).toBe('2026-06-30T15:59:59.999Z');
  expect(new Date(halfEndMs('2026H2')).toISOString()).toBe('2026-12-31T15:59:59.999Z');
  expect(['2026-01-01', '2026-06-30', '2026-07-01', '2026-12-31'].map(halfOf)).toEqual(['2026H1', '2026H1', '2026H2', '2026H2']);
});
