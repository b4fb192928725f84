/** Reactions that settle windows. Nobody proposes: each node attests what it sees, and the fold of all attestations settles. */
import { fen, invariant, type DerivedCommand, type Entry, type Found, type Match, type Need, type Reaction } from '@yrd/ledger';
import type { CutRow, LineRow, WindowRow } from './clearing-views.js';
import { dataOf, provinceOf } from './reading.js';
import {
  FOLD_VERSION,
  PAIRS,
  PROVINCES,
  agree,
  attest,
  inWindow,
  netted,
  parting,
  sidesOf,
  windowDigest,
  type Sizes,
} from './settlement.js';
import { journalOf, orderStream, windowStream } from './streams.js';

/** Lines of one pair and home that a node is ready to count in one window; more is a sign of a fault, and parks. */
const LINES_MAX = 20_000;

type Where = Readonly<Record<string, Match>>;

const cutsWhere = (window: number): Where => ({ kind: 'cut', window: { in: [window - 1, window] } });

/** What is found, or undefined while it has only been asked for. */
const known = <T>(look: () => T): T | undefined => {
  try {
    return look();
  } catch {
    return undefined;
  }
};

/** Province → size, of this window and of the one before it. */
interface Cuts {
  readonly now: Sizes;
  readonly before: Sizes;
}

const cutsOf = (rows: readonly CutRow[], window: number): Cuts => {
  const of = (which: number): Sizes =>
    Object.fromEntries(rows.filter((row) => row.window === which).map(({ province, size }) => [province, size]));
  return { now: of(window), before: window === 1 ? Object.fromEntries(PROVINCES.map((province) => [province, 0])) : of(window - 1) };
};

/** Pairs whose both sides have closed this window and the one before. */
const ready = ({ now, before }: Cuts, pairs: readonly string[]): readonly string[] =>
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

/** First the cuts; once they are found, the lines and roots of the pairs that are ready. */
const windowNeeds = (found: Found, window: number, pairs: readonly string[]): readonly Need[] => {
  const first = rowsNeed(cutsWhere(window), 2 * PROVINCES.length);
  const rows = known(() => found.rows<CutRow>('lines', cutsWhere(window)));
  if (!rows) return [first];
  const cuts = cutsOf(rows, window);
  const open = ready(cuts, pairs);
  const sides = new Set(open.flatMap((pair) => Object.values(sidesOf(pair))));
  return [
    first,
    ...open.flatMap((pair) => linesWhere(pair, cuts).map((where) => rowsNeed(where, LINES_MAX))),
    ...[...sides].map((side) => ({ rootOf: journalOf(side), size: cuts.now[side] ?? 0 })),
  ];
};

const linesOf = (found: Found, pair: string, cuts: Cuts): readonly LineRow[] => {
  const rows = linesWhere(pair, cuts).flatMap((where) => found.rows<LineRow>('lines', where));
  invariant(
    rows.length < LINES_MAX,
    `Pair ${pair} has ${rows.length} lines in one window, the limit is ${LINES_MAX}; close windows more often.`,
  );
  return rows.filter((row) => inWindow(row, cuts.now, cuts.before));
};

/** Which pairs an entry may have made ready: those of the province that closed, or all when an operator asks. */
const touched = (entry: Entry): { readonly window: number; readonly pairs: readonly string[] } | null => {
  const close = dataOf(entry, 'WindowClosed');
  if (close) return { window: close.window, pairs: PAIRS.filter((pair) => pair.includes(provinceOf(entry.journal))) };
  const asked = dataOf(entry, 'AttestationAsked');
  return asked && { window: asked.window, pairs: PAIRS };
};

/**
 * Attests every pair of which both sides have closed: also those of others, as a witness. Silent over a journal with something
 * parked, or cut off short.
 */
const attestPairs: Reaction = {
  name: 'attest-pairs',
  on: ['WindowClosed', 'AttestationAsked'],
  from: 'any',
  needs: (entry, found) => {
    const what = touched(entry);
    return what ? windowNeeds(found, what.window, what.pairs) : [];
  },
  react: (entry, found) => {
    const what = touched(entry);
    if (!what) return [];
    const cuts = cutsOf(found.rows<CutRow>('lines', cutsWhere(what.window)), what.window);
    return ready(cuts, what.pairs).flatMap((pair): readonly DerivedCommand[] => {
      const sides = Object.values(sidesOf(pair)).map((side) => ({ journal: journalOf(side), size: cuts.now[side] ?? 0 }));
      if (sides.some(({ journal, size }) => found.parkedBelow(journal, size))) return [];
      const roots: Record<string, { size: number; root: string }> = {};
      for (const { journal, size } of sides) {
        const root = found.rootOf(journal, size);
        if (root === null) return [];
        roots[journal] = { size, root };
      }
      const body = attest({ window: what.window, pair, cuts: roots }, linesOf(found, pair, cuts), (text) => found.hash(text));
      return [{ command: 'AttestPair', target: windowStream(what.window), body }];
    });
  },
};

const windowWhere = (window: number): Where => ({ window });
const windowNeed = (entry: Entry): readonly Need[] => {
  const attested = dataOf(entry, 'PairAttested');
  return attested ? [{ rows: 'windows', where: windowWhere(attested.window), limit: 1 }] : [];
};

/** At the two sides of a pair: both attest the same → settled; not the same → where they part. */
const settlePairs: Reaction = {
  name: 'settle-pairs',
  on: ['PairAttested'],
  from: 'any',
  needs: windowNeed,
  react: (entry, found) => {
    const attested = dataOf(entry, 'PairAttested');
    if (!attested) return [];
    const { window, pair } = attested;
    const { payer, payee } = sidesOf(pair);
    if (found.province !== payer && found.province !== payee) return [];
    const other = found.province === payer ? payee : payer;
    const row = found.rows<WindowRow>('windows', windowWhere(window))[0];
    const mine = row?.attested[found.province]?.[pair];
    const theirs = row?.attested[other]?.[pair];
    if (!mine || !theirs) return [];
    const target = windowStream(window);
    if (agree(mine, theirs)) {
      const { foldVersion, count, sumFen, digest } = mine;
      return [{ command: 'SettlePair', target, body: { window, pair, foldVersion, count, sumFen, digest } }];
    }
    const where = parting(mine, theirs);
    return where ? [{ command: 'MarkDiverged', target, body: { window, pair, with: other, ...where } }] : [];
  },
};

/** All twelve pairs settled → this node's statement of the window. */
const netWindow: Reaction = {
  name: 'net-window',
  on: ['PairAttested'],
  from: 'any',
  needs: windowNeed,
  react: (entry, found) => {
    const attested = dataOf(entry, 'PairAttested');
    const row = attested && found.rows<WindowRow>('windows', windowWhere(attested.window))[0];
    if (!row || row.settled.length < PAIRS.length) return [];
    const statement = netted(Object.fromEntries(row.settled.map(({ pair, sumFen }) => [pair, fen(sumFen)])));
    const digest = windowDigest(row.window, row.settled, statement, (text) => found.hash(text));
    return [
      {
        command: 'NetWindow',
        target: windowStream(row.window),
        body: { window: row.window, foldVersion: FOLD_VERSION, ...statement, digest },
      },
    ];
  },
};

/** A settled pair frees the payments of its lines, each at the line's home. */
const settleLines: Reaction = {
  name: 'settle-lines',
  on: ['PairSettled'],
  from: 'own',
  needs: (entry, found) => {
    const settled = dataOf(entry, 'PairSettled');
    return settled ? windowNeeds(found, settled.window, [settled.pair]) : [];
  },
  react: (entry, found) => {
    const settled = dataOf(entry, 'PairSettled');
    if (!settled) return [];
    const { window, pair } = settled;
    const cuts = cutsOf(found.rows<CutRow>('lines', cutsWhere(window)), window);
    return linesOf(found, pair, cuts)
      .filter(({ home }) => home === found.province)
      .map(({ of: order, clawback }) => {
        const body = { order, window, pair, ...(clawback === null ? {} : { clawback }) };
        return { command: 'SettleLine', target: orderStream(order), body };
      });
  },
};

export const clearingReactions: readonly Reaction[] = [attestPairs, settlePairs, netWindow, settleLines];
