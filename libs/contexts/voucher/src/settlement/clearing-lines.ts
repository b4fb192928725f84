/** Which lines a pair has in a window, asked of the view of lines: by where both provinces cut, and by what was moved since. */
import { invariant, type Found, type Match, type Need } from '@yrd/ledger';
import { pastFrom, placed, type Past } from './line-position.js';
import type { ConfirmRow, CutRow, LineRow } from './line-views.js';
import { PROVINCES, inWindow, sidesOf, type Sizes } from './settlement.js';
import { journalOf } from '../streams.js';

/** Lines of one pair and home that a node is ready to count in one window; more is a sign of a fault, and parks. */
const LINES_MAX = 20_000;
/** Lines of a pair that were ever disputed or moved: people move them one by one. */
const MOVED_MAX = 5_000;
/** Windows whose cuts may be asked for at once. */
const WINDOWS_MAX = 1_000;

export type Where = Readonly<Record<string, Match>>;

export const cutsWhere = (window: number): Where => ({ kind: 'cut', window: { in: [window - 1, window] } });

/** What is found, or undefined while it has only been asked for. */
const known = <T>(look: () => T): T | undefined => {
  try {
    return look();
  } catch {
    return undefined;
  }
};

/** Province → size, of this window and of the one before it. */
export interface Cuts {
  readonly now: Sizes;
  readonly before: Sizes;
}

export const cutsOf = (rows: readonly CutRow[], window: number): Cuts => {
  const of = (which: number): Sizes =>
    Object.fromEntries(rows.filter((row) => row.window === which).map(({ province, size }) => [province, size]));
  return { now: of(window), before: window === 1 ? Object.fromEntries(PROVINCES.map((province) => [province, 0])) : of(window - 1) };
};

/** Pairs whose both sides have closed this window and the one before. */
export const ready = ({ now, before }: Cuts, pairs: readonly string[]): readonly string[] =>
  pairs.filter((pair) => {
    const { payer, payee } = sidesOf(pair);
    return [payer, payee].every((side) => now[side] !== undefined && before[side] !== undefined);
  });

/** Questions whose answers together hold every line of the pair that can lie in the window, and few others. */
const linesWhere = (pair: string, { now, before }: Cuts): readonly Where[] => {
  const { payer, payee } = sidesOf(pair);
  return [
    [payer, payee],
    [payee, payer],
  ].flatMap(([home = '', other = '']) => [
    { kind: 'line', pair, home, homeSize: { gte: (before[home] ?? 0) + 1, lt: (now[home] ?? 0) + 1 } },
    {
      kind: 'line',
      pair,
      home,
      homeSize: { lt: (before[home] ?? 0) + 1 },
      foreignSize: { gte: (before[other] ?? 0) + 1, lt: (now[other] ?? 0) + 1 },
    },
  ]);
};

const rowsNeed = (where: Where, limit: number): Need => ({ rows: 'lines', where, limit });
const movedWhere = (pair: string): Where => ({ kind: 'line', pair, moved: true });

/** The windows that lines of a pair were moved out of, and the ones before them: ascending, each once. */
const pastOf = (rows: readonly LineRow[]): readonly number[] => {
  const windows = rows.flatMap(({ moves }) => moves.flatMap(({ window }) => [window - 1, window])).filter((window) => window > 0);
  return [...new Set(windows)].sort((one, other) => one - other).slice(-WINDOWS_MAX);
};
const pastWhere = (pair: string, windows: readonly number[]): readonly [cuts: Where, confirms: Where] => [
  { kind: 'cut', window: { in: windows } },
  { kind: 'confirm', pair, window: { in: windows } },
];

/** What tells whether the moves of a pair's lines count; nothing where none was moved. */
const pastNeeds = (found: Found, pair: string): readonly Need[] => {
  const windows = pastOf(known(() => found.rows<LineRow>('lines', movedWhere(pair))) ?? []);
  if (windows.length === 0) return [];
  const [cuts, confirms] = pastWhere(pair, windows);
  return [rowsNeed(cuts, PROVINCES.length * WINDOWS_MAX), rowsNeed(confirms, 2 * WINDOWS_MAX)];
};

/** First the cuts; once they are found, the lines and roots of the pairs that are ready; then the past of lines that were moved. */
export const windowNeeds = (found: Found, window: number, pairs: readonly string[]): readonly Need[] => {
  const first = rowsNeed(cutsWhere(window), 2 * PROVINCES.length);
  const rows = known(() => found.rows<CutRow>('lines', cutsWhere(window)));
  if (!rows) return [first];
  const cuts = cutsOf(rows, window);
  const open = ready(cuts, pairs);
  const sides = new Set(open.flatMap((pair) => Object.values(sidesOf(pair))));
  return [
    first,
    ...open.flatMap((pair) => linesWhere(pair, cuts).map((where) => rowsNeed(where, LINES_MAX))),
    ...open.map((pair) => rowsNeed(movedWhere(pair), MOVED_MAX)),
    ...open.flatMap((pair) => pastNeeds(found, pair)),
    ...[...sides].map((side) => ({ rootOf: journalOf(side), size: cuts.now[side] ?? 0 })),
  ];
};

const pastIn = (found: Found, pair: string, windows: readonly number[]): Past => {
  const [cutsAt, confirmsAt] = pastWhere(pair, windows);
  const none = windows.length === 0;
  const cuts = none ? [] : found.rows<CutRow>('lines', cutsAt);
  return pastFrom(pair, cuts, none ? [] : found.rows<ConfirmRow>('lines', confirmsAt));
};

/** The lines of a pair in a window, each once, where they stand after all moves that count. */
export const linesOf = (found: Found, pair: string, cuts: Cuts): readonly LineRow[] => {
  const rows = linesWhere(pair, cuts).flatMap((where) => found.rows<LineRow>('lines', where));
  invariant(
    rows.length < LINES_MAX,
    `Pair ${pair} has ${rows.length} lines in one window, the limit is ${LINES_MAX}; close windows more often.`,
  );
  const moved = found.rows<LineRow>('lines', movedWhere(pair));
  // What the limit cuts off would be in no window at all: a debt that nobody pays, and two nodes that agree on it.
  invariant(
    moved.length < MOVED_MAX,
    `Pair ${pair} has ${moved.length} lines that were ever disputed or moved, the limit is ${MOVED_MAX}; a newer version has to raise it.`,
  );
  const past = pastIn(found, pair, pastOf(moved));
  return [...rows.filter((row) => !row.moved), ...moved.map((row) => ({ ...row, ...placed(row, past) }))].filter((row) =>
    inWindow(row, cuts.now, cuts.before),
  );
};
