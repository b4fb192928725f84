/** Entries of settlement by cut, and the adoption of policy packs: what all four provinces compare. */
import { Type } from '@sinclair/typebox';
import { Fen, Hash, Id, Ms, SignedFen, Size, federal, open } from './schema.js';
import { VoucherPack } from './voucher-pack.js';

const window = { window: Type.Integer({ minimum: 1, maximum: 1_000_000 }) };
/** Ordered pair of provinces, payer first: `32-31`. */
const Pair = Type.String({ pattern: '^3[1-4]-3[1-4]$' });
const hash = 'a'.repeat(64);
const cuts = { '31/voucher': { size: 40, root: hash }, '32/voucher': { size: 52, root: hash } };

/** Where each of the two journals was cut: everything below `size`, under this tree root. */
const Cuts = Type.Record(Type.String(), Type.Object({ size: Size, root: Hash }));
const agreed = {
  ...window,
  pair: Pair,
  foldVersion: Type.Integer({ minimum: 1 }),
  count: Type.Integer({ minimum: 0 }),
  sumFen: Fen,
  digest: Hash,
};

export const settlement = {
  WindowClosed: open(Type.Object({ ...window }), { window: 1 }),
  PairAttested: open(Type.Object({ ...agreed, cuts: Cuts, marks: Type.Array(Type.String({ maxLength: 16 }), { maxItems: 256 }) }), {
    window: 1,
    pair: '32-31',
    foldVersion: 1,
    count: 1,
    sumFen: 3_750_000,
    digest: hash,
    cuts,
    marks: ['0123456789abcdef'],
  }),
  PairSettled: open(Type.Object({ ...agreed }), { window: 1, pair: '32-31', foldVersion: 1, count: 1, sumFen: 3_750_000, digest: hash }),
  PairDiverged: federal(
    Type.Object({ ...window, pair: Pair, with: Type.String(), firstMark: Type.Integer({ minimum: 0 }), detail: Type.String() }),
    { window: 1, pair: '32-31', with: '31', firstMark: 3, detail: 'lines' },
  ),
  WindowNetted: open(
    Type.Object({
      ...window,
      foldVersion: Type.Integer({ minimum: 1 }),
      grossFen: Fen,
      bilateralFen: Fen,
      multilateralFen: Fen,
      nets: Type.Record(Type.String(), SignedFen),
      digest: Hash,
    }),
    { window: 1, foldVersion: 1, grossFen: 1, bilateralFen: 1, multilateralFen: 1, nets: { 31: 1, 32: -1 }, digest: hash },
  ),
};

export const adoption = {
  PolicyAdopted: open(Type.Object({ scheme: Id, version: Type.String(), fromMs: Ms, pack: VoucherPack }), {
    scheme: 'cxq',
    version: '32-cxq-2025.1',
    fromMs: 1,
    pack: {
      province: '32',
      scheme: 'cxq',
      title: '江苏省科技创新券',
      version: '32-cxq-2025.1',
      from: '2025-09-01',
      modes: { home: ['tongyong'], cross: ['tongdui'] },
      subjects: { firm: { capFen: 10_000_000, tiers: [{ ratio: { of: 1, in: 2 } }], proofNeeded: true } },
      claimsPerYear: 1,
      split: { home: { of: 1, in: 1 }, agency: { of: 0, in: 1 } },
      clocks: {
        accept: { days: 5, unit: 'working' },
        contract: { days: 30, unit: 'calendar' },
        supplement: { days: 15, unit: 'working' },
        publicity: { days: 7, unit: 'calendar' },
        peerPatience: { days: 3, unit: 'calendar' },
      },
      use: { days: 365, lastDay: '12-31' },
      redeem: { days: 540, lastDay: '06-30' },
      stale: { afterMs: 900_000, limitFen: 1_000_000 },
      integrityUnknown: 'allow',
      files: { tongyong: ['invoice'], tongdui: ['invoice'] },
      classes: ['*'],
      forbidden: [],
      notes: [{ field: 'capFen', assumed: false, source: 'domain 2.2' }],
    },
  }),
};
