/** Read models of settlement: lines with the cuts that bound them, and windows with their attestations, nets and digests. */
import type { VoucherData } from '@yrd/contracts';
import type { Entry, View } from '@yrd/ledger';
import { dataOf, idOf, provinceOf } from './reading.js';
import { PAIRS, PROVINCES, agree, sidesOf, type Attestation, type Line } from './settlement.js';
import { journalOf } from './streams.js';

/** Row of view `lines`: a debt. `settledIn` is the window, once its home has settled it. */
export interface LineRow extends Line {
  readonly kind: 'line';
  readonly id: string;
  /** The order it is about; `order`, by which lines are counted, also tells which clawback of it. */
  readonly of: string;
  readonly clawback: number | null;
  readonly payer: string;
  readonly payee: string;
  readonly payableMs: number;
  readonly settledIn: number | null;
}
/** Row of view `lines`: where a province cut its journal. In the same view, so that it is never newer than the lines below it. */
export interface CutRow {
  readonly kind: 'cut';
  readonly id: string;
  readonly window: number;
  readonly province: string;
  readonly size: number;
}

/** An order has one line, and one more for each clawback that another province shares in. No order id holds a `~`. */
export const lineId = (order: string, clawback?: number): string => (clawback === undefined ? order : `${order}~${clawback}`);

interface Stated {
  readonly order: string;
  readonly clawback?: number;
  readonly line?: VoucherData<'PublicityEnded'>['line'];
}

/** What an entry states or settles; null where it is about no line. */
const statedIn = (entry: Entry): Stated | null =>
  dataOf(entry, 'PublicityEnded') ?? dataOf(entry, 'ClawbackOrdered') ?? dataOf(entry, 'LineSettled');

/** Whoever states a line is one of its two sides, and the other side is what it rests on; anything else is no line. */
const lineIn = (entry: Entry, { order: of, clawback, line }: Stated): LineRow | null => {
  const home = provinceOf(entry.journal);
  if (!line || line.payer === line.payee || (home !== line.payer && home !== line.payee)) return null;
  if (line.foreign !== journalOf(home === line.payer ? line.payee : line.payer)) return null;
  const { payer, payee, amountFen, foreignSize } = line;
  if (![amountFen, foreignSize].every((each) => Number.isSafeInteger(each) && each >= 0)) return null;
  const homeSize = entry.index + 1;
  const order = lineId(of, clawback);
  return {
    kind: 'line',
    id: order,
    of,
    clawback: clawback ?? null,
    order,
    pair: `${payer}-${payee}`,
    payer,
    payee,
    home,
    amountFen,
    homeSize,
    foreignSize,
    payableMs: entry.time,
    settledIn: null,
  };
};

export const lines: View<LineRow | CutRow> = {
  name: 'lines',
  on: ['PublicityEnded', 'ClawbackOrdered', 'LineSettled', 'WindowClosed'],
  key: (entry) => {
    const close = dataOf(entry, 'WindowClosed');
    if (close) return `cut.${close.window}.${provinceOf(entry.journal)}`;
    const stated = statedIn(entry);
    return stated && `line.${provinceOf(entry.journal)}.${lineId(idOf(entry.stream), stated.clawback)}`;
  },
  fold: (part, entry) => {
    const close = dataOf(entry, 'WindowClosed');
    if (close) {
      const province = provinceOf(entry.journal);
      // The first close counts: a cut is never made anew.
      return part ?? { kind: 'cut', id: `cut.${close.window}.${province}`, window: close.window, province, size: entry.index + 1 };
    }
    const settled = dataOf(entry, 'LineSettled');
    if (settled) return part?.kind === 'line' ? { ...part, settledIn: settled.window } : part;
    const stated = statedIn(entry);
    return stated && lineIn(entry, stated);
  },
  join: (parts) => Object.values(parts)[0] ?? null,
};

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
