/** Why a pair of a window stands where it does, and why a line is in a window or not: who waits for whom, and which statements differ. */
import type { WindowRow } from './clearing-views.js';
import { pastFrom, placed } from './line-position.js';
import type { ConfirmRow, CutRow, LineRow } from './line-views.js';
import { agree, parting, sidesOf, type Attestation } from './settlement.js';

/**
 * What a side of a pair is waited for. `close`: it has not closed the window. `close-before`: nor the one before, so that nobody knows
 * where this one begins. `attest`: it has closed and attested nothing so far: its node has not heard of the other close, or something is
 * parked below a cut.
 */
export type Awaited = { readonly province: string; readonly what: 'close' | 'close-before' | 'attest' };

type Totals = Pick<Attestation, 'count' | 'sumFen' | 'digest'>;

export interface PairExplained {
  readonly pair: string;
  readonly state: 'settled' | 'diverged' | 'waits';
  readonly waitsFor: readonly Awaited[];
  /** What each province attests of it, the two sides first. */
  readonly attested: Readonly<Record<string, Totals>>;
  /** Where the two sides part; null when they do not. */
  readonly parting: { readonly firstMark: number; readonly detail: string } | null;
  /** Witnesses that attest something else than the two sides. */
  readonly dissenting: readonly string[];
}

const totals = ({ count, sumFen, digest }: Attestation): Totals => ({ count, sumFen, digest });

/** One pair of a window; `before` is the window before it, null for the first. A window that nobody closed has no row. */
export const explainPair = (pair: string, window: number, now: WindowRow | null, before: WindowRow | null): PairExplained => {
  const sides = Object.values(sidesOf(pair));
  const of = (province: string): Attestation | undefined => now?.attested[province]?.[pair];
  const [mine, theirs] = sides.map(of);
  const uncut = sides.flatMap((province): readonly Awaited[] => {
    if (!now?.closes[province]) return [{ province, what: 'close' }];
    return window > 1 && !before?.closes[province] ? [{ province, what: 'close-before' }] : [];
  });
  // Nobody can attest before both have cut.
  const silent = sides.filter((province) => !of(province)).map((province): Awaited => ({ province, what: 'attest' }));
  const waitsFor = uncut.length > 0 ? uncut : silent;
  const parted = mine && theirs ? parting(mine, theirs) : null;
  const others = Object.keys(now?.attested ?? {}).filter((each) => !sides.includes(each));
  const attested = [...sides, ...others.sort()].flatMap((each) => {
    const said = of(each);
    return said ? [[each, totals(said)] as const] : [];
  });
  return {
    pair,
    state: agree(mine, theirs) ? 'settled' : parted ? 'diverged' : 'waits',
    waitsFor,
    attested: Object.fromEntries(attested),
    parting: parted,
    dissenting: others.filter((each) => of(each) !== undefined && !agree(of(each), mine)),
  };
};

/** A side of a line: the size its journal must be cut at, and the first of its cuts that covers it. */
export interface SideExplained {
  readonly province: string;
  readonly neededSize: number;
  /** Null while no cut of it reaches so far. */
  readonly window: number | null;
  readonly cutSize: number | null;
}

export interface LineExplained {
  readonly order: string;
  readonly pair: string;
  readonly home: string;
  readonly amountFen: number;
  readonly sides: readonly SideExplained[];
  /** The window it belongs to: the first that both sides' cuts cover, by position; null while one of them waits. */
  readonly window: number | null;
  readonly settledIn: number | null;
  /** Windows that it was disputed or moved out of, and by whom. */
  readonly movedFrom: readonly { readonly window: number; readonly by: readonly string[] }[];
}

/** The windows whose cuts and confirmations say where a line stands after its moves; none for a line that nobody moved. */
export const windowsOfMoves = ({ moves }: Pick<LineRow, 'moves'>): readonly number[] => [
  ...new Set(moves.flatMap(({ window }) => [window - 1, window])),
];

/** The line as it stands after all moves that count, by the cuts and confirmations of those windows. */
export const linePlaced = (line: LineRow, cuts: readonly CutRow[], confirms: readonly ConfirmRow[]): LineRow => ({
  ...line,
  ...placed(line, pastFrom(line.pair, cuts, confirms)),
});

/** The size at which each side's journal has to be cut for a line to be in a window. */
export const sidesOfLine = ({
  pair,
  home,
  homeSize,
  foreignSize,
}: LineRow): readonly { readonly province: string; readonly neededSize: number }[] =>
  Object.values(sidesOf(pair)).map((province) => ({ province, neededSize: province === home ? homeSize : foreignSize }));

/** One line where it stands (`linePlaced`), with the first cut of each side that covers it (`sidesOfLine`, in that order). */
export const explainLine = (line: LineRow, covering: readonly (CutRow | null)[]): LineExplained => {
  const sides = sidesOfLine(line).map((side, at): SideExplained => ({
    ...side,
    window: covering[at]?.window ?? null,
    cutSize: covering[at]?.size ?? null,
  }));
  const windows = sides.flatMap(({ window }) => (window === null ? [] : [window]));
  const { order, pair, home, amountFen, settledIn } = line;
  const movedFrom = line.moves.map(({ window, stated }) => ({ window, by: Object.keys(stated).sort() }));
  const window = windows.length === sides.length ? Math.max(...windows) : null;
  return { order, pair, home, amountFen, sides, window, settledIn, movedFrom };
};
