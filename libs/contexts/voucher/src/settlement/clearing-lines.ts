/**
 * Which lines a pair has in a window, asked of the view of lines: by where both provinces cut, and by what was moved since. They are read
 * in the order in which they are counted, and none is kept: a window may hold a million.
 */
import { invariant, type Cells, type Collector, type Found, type Need, type ScanRange, type Where } from '@yrd/ledger';
import { pastFrom, placed } from './line-position.js';
import type { ConfirmRow, CutRow, LineRow } from './line-views.js';
import { byCode, inWindow, lineKey, partsOfKey, PROVINCES, sidesOf, type Line, type Sizes } from './settlement.js';

/** Lines of a pair that were ever disputed or moved: people move them one by one. */
const MOVED_MAX = 5_000;
/** Windows whose cuts may be asked for at once. */
const WINDOWS_MAX = 1_000;

/** What is asked of what was found. */
type Reads = Pick<Found, 'known' | 'scanned'>;

const cutsWhere = (window: number): Where => ({ kind: 'cut', window: { in: [window - 1, window] } });

/** Province → size, of this window and of the one before it. */
export interface Cuts {
  readonly now: Sizes;
  readonly before: Sizes;
}

const cutsOf = (rows: readonly CutRow[], window: number): Cuts => {
  const of = (which: number): Sizes =>
    Object.fromEntries(rows.filter((row) => row.window === which).map(({ province, size }) => [province, size]));
  return { now: of(window), before: window === 1 ? Object.fromEntries(PROVINCES.map((province) => [province, 0])) : of(window - 1) };
};

/** Whether both sides of a pair have closed this window and the one before. */
export const isReady = ({ now, before }: Cuts, pair: string): boolean =>
  Object.values(sidesOf(pair)).every((side) => now[side] !== undefined && before[side] !== undefined);

/** What is done with the lines of a pair, one after the other. */
export interface LineSink {
  /** False when no more are wanted. */
  take(line: Line): boolean;
}

/** Lines of a pair within a window. */
export interface Asked {
  readonly window: number;
  readonly pair: string;
  /** Those behind this key; all where nothing is said. */
  readonly after?: string | null;
  /** Those at home there; of both sides where nothing is said. */
  readonly home?: string;
}

/** What of a row tells where its line is counted, and over how much: indexes hold it all. */
const LINE_CELLS = ['order', 'amountFen', 'homeSize', 'foreignSize'] as const;

/** The lines of a window as they were stated, in the order of their keys: what an earlier cut of their home covered, then the others. */
const rangesOf = ({ pair, after = null, home: only }: Asked, { now, before }: Cuts): readonly ScanRange[] => {
  const { payer, payee } = sidesOf(pair);
  const homes = [
    { home: payer, other: payee },
    { home: payee, other: payer },
  ];
  const from = after === null ? null : partsOfKey(after);
  return homes.flatMap(({ home, other }, at): readonly ScanRange[] => {
    if ((only !== undefined && only !== home) || (from && from.home > at)) return [];
    const of = { kind: 'line', pair, home };
    const [mine, theirs] = [
      { gte: (before[home] ?? 0) + 1, lt: (now[home] ?? 0) + 1 },
      { gte: (before[other] ?? 0) + 1, lt: (now[other] ?? 0) + 1 },
    ];
    const late: ScanRange = { where: { ...of, homeSize: { lt: mine.gte }, foreignSize: theirs }, by: 'foreignSize' };
    const others: ScanRange = { where: { ...of, homeSize: mine, foreignSize: { lt: theirs.lt } }, by: 'homeSize' };
    // Before the first cut no line is late.
    if (from?.home !== at) return mine.gte > 1 ? [late, others] : [others];
    const behind = { after: { value: from.size, id: `line.${home}.${from.order}` } };
    return from.late ? [{ ...late, ...behind }, others] : [{ ...others, ...behind }];
  });
};

/** Hands on each line of a pair once, in the order of their keys: those as they were stated, and among them those that were moved. */
class InOrder implements Collector {
  private readonly left: { readonly key: string; readonly line: Line }[];
  private readonly moved: ReadonlySet<string>;

  /** `moved`: every line of the pair that was ever moved, where it stands now. */
  constructor(
    readonly sink: LineSink,
    { after = null, home }: Asked,
    private readonly cuts: Cuts,
    moved: readonly Line[],
  ) {
    this.moved = new Set(moved.map(nameOf));
    this.left = moved
      .filter((line) => inWindow(line, cuts.now, cuts.before) && (home === undefined || line.home === home))
      .map((line) => ({ key: lineKey(line, cuts.before), line }))
      .filter(({ key }) => after === null || key > after)
      .sort((one, other) => byCode(other.key, one.key));
  }

  take(cells: Cells, { where }: ScanRange): boolean {
    const [order, amountFen, homeSize, foreignSize] = cells as readonly [string, number, number, number];
    const { pair, home } = where as Readonly<Record<'pair' | 'home', string>>;
    const row = { pair, home, order, amountFen, homeSize, foreignSize };
    if (this.left.length > 0 && !this.until(lineKey(row, this.cuts.before))) return false;
    return (this.moved.size > 0 && this.moved.has(nameOf(row))) || this.sink.take(row);
  }

  end(): void {
    this.until(null);
  }

  /** Hands on what was moved to before this key; false when no more is wanted. */
  private until(key: string | null): boolean {
    for (let next = this.left.at(-1); next && (key === null || next.key < key); next = this.left.at(-1)) {
      this.left.pop();
      if (!this.sink.take(next.line)) return false;
    }
    return true;
  }
}
const nameOf = ({ home, order }: Line): string => `${home} ${order}`;

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

/** Lines of a pair that were ever moved, where they stand now; undefined while something of it is only asked for: `needs` names it. */
const movedOf = (found: Reads, pair: string): { readonly needs: readonly Need[]; readonly lines: readonly Line[] | undefined } => {
  const first = rowsNeed(movedWhere(pair), MOVED_MAX);
  const rows = found.known<LineRow>('lines', movedWhere(pair));
  if (!rows) return { needs: [first], lines: undefined };
  // What the limit cuts off would be in no window at all: a debt that nobody pays, and two nodes that agree on it.
  invariant(
    rows.length < MOVED_MAX,
    `Pair ${pair} has ${rows.length} lines that were ever disputed or moved, the limit is ${MOVED_MAX}; a newer version has to raise it.`,
  );
  const windows = pastOf(rows);
  if (windows.length === 0) return { needs: [first], lines: rows };
  const [cutsAt, confirmsAt] = pastWhere(pair, windows);
  const needs = [first, rowsNeed(cutsAt, PROVINCES.length * WINDOWS_MAX), rowsNeed(confirmsAt, 2 * WINDOWS_MAX)];
  const [cuts, confirms] = [found.known<CutRow>('lines', cutsAt), found.known<ConfirmRow>('lines', confirmsAt)];
  const past = cuts && confirms && pastFrom(pair, cuts, confirms);
  return { needs, lines: past && rows.map((row) => ({ ...row, ...placed(row, past) })) };
};

/** The cuts of a window and of the one before; undefined while they are only asked for. */
export const cutsIn = (found: Reads, window: number): Cuts | undefined => {
  const rows = found.known<CutRow>('lines', cutsWhere(window));
  return rows && cutsOf(rows, window);
};

const scanName = (asked: Asked, what: string): string => `${what} ${asked.pair}`;

/**
 * Names what it takes to read the lines of a pair into a sink: the cuts, then what was moved and when, then the lines. `what` names the
 * reading, `sinkOf` makes the sink once all else is found; null while it cannot, and then nothing is read. A pair of which a side has not
 * closed has no lines to read.
 */
export const lineNeeds = (found: Reads, asked: Asked, what: string, sinkOf: (cuts: Cuts) => LineSink | null): readonly Need[] => {
  const first = rowsNeed(cutsWhere(asked.window), 2 * PROVINCES.length);
  const cuts = cutsIn(found, asked.window);
  if (!cuts || !isReady(cuts, asked.pair)) return [first];
  const { needs, lines } = movedOf(found, asked.pair);
  const sink = lines && sinkOf(cuts);
  if (!lines || !sink) return [first, ...needs];
  const into = () => new InOrder(sink, asked, cuts, lines);
  const scan = { scan: scanName(asked, what), view: 'lines', ranges: rangesOf(asked, cuts), cells: LINE_CELLS, into };
  return [first, ...needs, scan];
};

/** The sink that took all lines asked for; undefined where they were not read. */
export const readInto = <S extends LineSink>(found: Reads, asked: Asked, what: string): S | undefined =>
  (found.scanned(scanName(asked, what)) as InOrder | undefined)?.sink as S | undefined;
