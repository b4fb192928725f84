/** The read model `windows`: closes, attestations, nets and digests of each settlement window. */
import type { VoucherData } from '@yrd/contracts';
import type { View } from '@yrd/ledger';
import { dataOf, idOf, provinceOf } from '../reading.js';
import { PAIRS, PROVINCES, agree, sidesOf, type Attestation } from './settlement.js';

interface WindowPart {
  readonly window: number;
  readonly close: { readonly size: number; readonly atMs: number } | null;
  readonly attested: Readonly<Record<string, Attestation>>;
  readonly diverged: readonly VoucherData<'PairDiverged'>[];
  readonly netted: VoucherData<'WindowNetted'> | null;
}

/** Row of view `windows`. */
export interface WindowRow {
  readonly id: string;
  readonly window: number;
  /** Province → its cut. */
  readonly closes: Readonly<Record<string, { readonly size: number; readonly atMs: number }>>;
  /** Province → pair → what it attested. */
  readonly attested: Readonly<Record<string, Readonly<Record<string, Attestation>>>>;
  /** Pairs whose both sides attest the same, with their totals. */
  readonly settled: readonly Attestation[];
  readonly diverged: readonly VoucherData<'PairDiverged'>[];
  /** Province → its statement of the whole window. */
  readonly netted: Readonly<Record<string, VoucherData<'WindowNetted'>>>;
  /** Province → digest of its statement; null until it made one. */
  readonly digests: Readonly<Record<string, string | null>>;
  /** Four statements, one digest. */
  readonly equal: boolean;
  /** A witness attested a settled pair differently. */
  readonly dissent: boolean;
}

const empty: Omit<WindowPart, 'window'> = { close: null, attested: {}, diverged: [], netted: null };

const each = <T>(parts: Readonly<Record<string, WindowPart>>, pick: (part: WindowPart) => T | null): Readonly<Record<string, T>> =>
  Object.fromEntries(
    Object.entries(parts).flatMap(([journal, part]) => {
      const value = pick(part);
      return value === null ? [] : [[provinceOf(journal), value] as const];
    }),
  );

const windowRow = (window: number, parts: Readonly<Record<string, WindowPart>>): WindowRow => {
  const closes = each(parts, ({ close }) => close);
  const attested = each(parts, (part) => part.attested);
  const netted = each(parts, (part) => part.netted);
  const settled = PAIRS.flatMap((pair) => {
    const { payer, payee } = sidesOf(pair);
    const mine = attested[payer]?.[pair];
    return mine && agree(mine, attested[payee]?.[pair]) ? [mine] : [];
  });
  const dissent = settled.some((pair) =>
    PROVINCES.some((province) => {
      const said = attested[province]?.[pair.pair];
      return said !== undefined && !agree(said, pair);
    }),
  );
  const digests = Object.fromEntries(PROVINCES.map((province) => [province, netted[province]?.digest ?? null]));
  return {
    id: String(window),
    window,
    closes,
    attested,
    settled,
    diverged: Object.values(parts).flatMap(({ diverged }) => diverged),
    netted,
    digests,
    equal: netted['31'] !== undefined && PROVINCES.every((province) => digests[province] === digests['31']),
    dissent,
  };
};

export const windows: View<WindowPart> = {
  name: 'windows',
  on: ['WindowClosed', 'PairAttested', 'PairDiverged', 'WindowNetted'],
  key: (entry) => (entry.stream.startsWith('window/') ? idOf(entry.stream) : null),
  fold: (part, entry) => {
    const now = part ?? { ...empty, window: Number(idOf(entry.stream)) };
    if (entry.type === 'WindowClosed') return { ...now, close: now.close ?? { size: entry.index + 1, atMs: entry.time } };
    const attested = dataOf(entry, 'PairAttested');
    if (attested) return { ...now, attested: { ...now.attested, [attested.pair]: attested } };
    const diverged = dataOf(entry, 'PairDiverged');
    if (diverged) return { ...now, diverged: [...now.diverged, diverged] };
    return { ...now, netted: dataOf(entry, 'WindowNetted') ?? now.netted };
  },
  join: (parts) => windowRow(Object.values(parts)[0]?.window ?? 0, parts),
};
