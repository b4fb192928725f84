/** Entries of the half-yearly audit of paid redemptions (V25): the seed before anybody knows the lines, the sample after. */
import { Type } from '@sinclair/typebox';
import { Hash, Id, Ratio, open } from './schema.js';

/** Half a year in Shanghai: `2026H1` ends with 30 June. */
const half = { half: Type.String({ pattern: '^20[0-9]{2}H[12]$' }) };
/** Orders of one sample at most: 5 per cent of 100,000. */
export const SAMPLE_MAX = 5_000;

export const audits = {
  AuditSeedPublished: open(Type.Object({ ...half, seed: Hash }), { half: '2026H1', seed: 'a'.repeat(64) }),
  /** `population`: digest over all orders paid in the half-year, sorted; `sample`: those drawn, in the order of their lots. */
  AuditSampleDrawn: open(
    Type.Object({
      ...half,
      seed: Hash,
      share: Ratio,
      count: Type.Integer({ minimum: 0 }),
      population: Hash,
      sample: Type.Array(Id, { maxItems: SAMPLE_MAX }),
    }),
    { half: '2026H1', seed: 'a'.repeat(64), share: { of: 1, in: 20 }, count: 1, population: 'b'.repeat(64), sample: ['b2f0c1'] },
  ),
};
