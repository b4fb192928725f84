/** What the packs of a history allow, and what each firm is granted: two provinces run short of quota, two of their pool. */
import type { VoucherPack } from '@yrd/contracts';
import type { ProvinceCode } from './node.js';
import { pack } from './scenario.js';

/** Here the pool is what is scarce: whoever comes last waits in line for what others give back, and no longer than the days (V27). */
const POOLED: readonly ProvinceCode[] = ['31', '33'];
const POOL = { poolFen: 11_000_000, queue: { waitDays: 3, most: 10, whenShort: 'wait' } } as const;

/** What the firm of a province is granted for the year, fen. */
export const grantFen = (province: ProvinceCode): number => (POOLED.includes(province) ? 18_000_000 : 12_000_000);

/** The pack of a province. Every slice is over before a history ends, nine days after trading (A1). */
export const packOf = (province: ProvinceCode): VoucherPack =>
  pack(province, {
    subjects: { firm: { capFen: grantFen(province), tiers: [{ ratio: { of: 1, in: 2 } }], proofNeeded: true } },
    slices: { mostFen: 5_000_000, days: 30, graceDays: 1 },
    ...(POOLED.includes(province) && POOL),
  });
