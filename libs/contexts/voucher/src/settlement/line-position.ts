/**
 * Where a line stands: as its home stated it, or later, because one side disputed it or both agreed to move it out of a window. Only
 * positions decide, so every node comes to the same, in whatever order entries arrive; what was settled is never cut anew.
 */
import type { ConfirmRow, CutRow } from './line-views.js';
import { inWindow, sidesOf, type Line, type Sizes } from './settlement.js';

/** A line was taken out of a window by statements that stand at these places. */
export interface Move {
  readonly window: number;
  /** Province → size of its journal at the end of its statement: one side's for a dispute, both sides' for a repair. */
  readonly stated: Readonly<Record<string, number>>;
  /** The amount that both agreed on; null where the line keeps its own. */
  readonly amountFen: number | null;
}

/** What a node knows of the windows that lines were moved out of. */
export interface Past {
  /** The cuts of a window; undefined while one of them is not known. */
  cuts(window: number): Sizes | undefined;
  /** Size at which a side first confirmed the batch of a window; undefined when it has not. */
  confirmed(window: number, side: string): number | undefined;
}

/** What cuts and confirmations tell of the windows that lines of a pair were moved out of. */
export const pastFrom = (pair: string, cuts: readonly CutRow[], confirms: readonly ConfirmRow[]): Past => {
  const sides = Object.values(sidesOf(pair));
  return {
    cuts: (window) => {
      if (window === 0) return Object.fromEntries(sides.map((side) => [side, 0]));
      const sizes = Object.fromEntries(cuts.filter((cut) => cut.window === window).map(({ province, size }) => [province, size]));
      return sides.every((side) => sizes[side] !== undefined) ? sizes : undefined;
    },
    confirmed: (window, side) => confirms.find((each) => each.window === window && each.pair === pair && each.province === side)?.size,
  };
};

/** A line with every move that anybody stated, oldest window first. */
export interface Placed extends Line {
  readonly moves: readonly Move[];
  /** Known from an agreed repair only: this node lost the row, and takes both sides' word for where it was. */
  readonly lost: boolean;
}

const moved = (line: Line, { stated, amountFen }: Move): Line => {
  const at = (side: string, size: number): number => Math.max(size, stated[side] ?? 0);
  const other = Object.keys(stated).find((side) => side !== line.home) ?? '';
  return {
    ...line,
    amountFen: amountFen ?? line.amountFen,
    homeSize: at(line.home, line.homeSize),
    foreignSize: at(other, line.foreignSize),
  };
};

/** A move counts when the line was in that window, and no side moved what it had confirmed before. */
const counts = (line: Line, { window, stated }: Move, past: Past, lost: boolean): boolean => {
  const [now, before] = [past.cuts(window), past.cuts(window - 1)];
  if (!now || !before || !(lost || inWindow(line, now, before))) return false;
  return Object.entries(stated).every(([side, size]) => (past.confirmed(window, side) ?? Number.MAX_SAFE_INTEGER) > size);
};

/** The line as it stands after all moves that count. */
export const placed = ({ moves, lost, ...line }: Placed, past: Past): Line => {
  let [at, unknown]: [Line, boolean] = [line, lost];
  for (const move of moves) {
    if (!counts(at, move, past, unknown)) continue;
    at = moved(at, move);
    unknown = false;
  }
  return at;
};
