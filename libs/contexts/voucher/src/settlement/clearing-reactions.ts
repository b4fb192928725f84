/** Reactions that settle windows. Nobody proposes: each node attests what it sees, and the fold of all attestations settles. */
import { fen, type DerivedCommand, type Entry, type Found, type Need, type Reaction, type Where } from '@yrd/ledger';
import { cutsIn, isReady, lineNeeds, readInto, type Asked, type Cuts, type LineSink } from './clearing-lines.js';
import type { WindowRow } from './clearing-views.js';
import { lineOfId } from './line-views.js';
import { dataOf, provinceOf } from '../reading.js';
import {
  FOLD_VERSION,
  PAIRS,
  PairCount,
  agree,
  isSide,
  lineKey,
  netted,
  otherSide,
  parting,
  sidesOf,
  windowDigest,
  type Attestation,
  type Line,
} from './settlement.js';
import { journalOf, orderStream, windowStream } from '../streams.js';

/** What of a batch a line leaves by: both agreed to move it, or one side disputes it. */
const MOVING = ['LineMoved', 'LineCompensated', 'LineDisputed'] as const;
const movedIn = (entry: Entry) => MOVING.map((name) => dataOf(entry, name)).find((data) => data !== null) ?? null;

interface Touched {
  readonly window: number;
  readonly pairs: readonly string[];
  /** A line left: what was attested, and perhaps settled, is attested anew. */
  readonly anew: boolean;
}

/** Which pairs an entry may have made ready: those of the province that closed, the one that a line left, or all when an operator asks. */
const touched = (entry: Entry): Touched | null => {
  const close = dataOf(entry, 'WindowClosed');
  if (close) return { window: close.window, pairs: PAIRS.filter((pair) => pair.includes(provinceOf(entry.journal))), anew: false };
  const moved = movedIn(entry);
  if (moved) return { window: moved.window, pairs: PAIRS.filter((pair) => pair === moved.pair), anew: true };
  const asked = dataOf(entry, 'AttestationAsked');
  return asked && { window: asked.window, pairs: PAIRS, anew: false };
};

/** The journals of both sides at their cuts; null where a root is not known, or never will be, or something below a cut is parked. */
const rootsIn = (found: Found, pair: string, { now }: Cuts): Attestation['cuts'] | null => {
  const roots: Record<string, { size: number; root: string }> = {};
  for (const [journal, size] of sizesOf(pair, now)) {
    const root = found.parkedBelow(journal, size) ? null : found.rootOf(journal, size);
    if (root === null) return null;
    roots[journal] = { size, root };
  }
  return roots;
};
const sizesOf = (pair: string, now: Cuts['now']): readonly (readonly [journal: string, size: number])[] =>
  Object.values(sidesOf(pair)).map((side) => [journalOf(side), now[side] ?? 0]);

const COUNTING = 'count';

/**
 * Attests every pair of which both sides have closed: also those of others, as a witness. Silent over a journal with something
 * parked, or cut off short.
 */
const attestPairs: Reaction = {
  name: 'attest-pairs',
  on: ['WindowClosed', 'AttestationAsked', ...MOVING],
  from: 'any',
  needs: (entry, found) => {
    const what = touched(entry);
    if (!what) return [];
    const { window } = what;
    const cuts = cutsIn(found, window);
    const roots = (pair: string): readonly Need[] =>
      cuts && isReady(cuts, pair) ? sizesOf(pair, cuts.now).map(([rootOf, size]) => ({ rootOf, size })) : [];
    return what.pairs.flatMap((pair) => [
      // The roots first: what a reading begins with is found before it.
      ...roots(pair),
      ...lineNeeds(found, { window, pair }, COUNTING, (known) => {
        const at = rootsIn(found, pair, known);
        return at && new PairCount({ window, pair, cuts: at }, (text) => found.hash(text));
      }),
    ]);
  },
  react: (entry, found) => {
    const what = touched(entry);
    if (!what) return [];
    return what.pairs.flatMap((pair): readonly DerivedCommand[] => {
      const counted = readInto<PairCount>(found, { window: what.window, pair }, COUNTING);
      if (!counted) return [];
      return [{ command: 'AttestPair', target: windowStream(what.window), body: { ...counted.attestation, anew: what.anew } }];
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
    if (!isSide(pair, found.province)) return [];
    const other = otherSide(pair, found.province);
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

/** Lines that are settled after one entry: more than one page would keep what else this node reacts to waiting. */
const PAGE = 200;

/** The next page of lines. */
class PageOf implements LineSink {
  readonly lines: Line[] = [];
  take(line: Line): boolean {
    this.lines.push(line);
    return this.lines.length < PAGE;
  }
}
const SETTLING = 'settle';

/** A settled pair frees the payments of its lines, each at the line’s home, a page at a time: the next begins behind its last line. */
const settleLines: Reaction = {
  name: 'settle-lines',
  on: ['PairSettled', 'SettlingContinued'],
  from: 'own',
  needs: (entry, found) => {
    const asked = settlingOf(entry, found);
    return asked ? lineNeeds(found, asked, SETTLING, () => new PageOf()) : [];
  },
  react: (entry, found) => {
    const asked = settlingOf(entry, found);
    const cuts = asked && cutsIn(found, asked.window);
    const lines = (asked && readInto<PageOf>(found, asked, SETTLING)?.lines) ?? [];
    if (!asked || !cuts) return [];
    const { window, pair } = asked;
    const last = lines.length < PAGE ? undefined : lines.at(-1);
    const next = last && { window, pair, after: lineKey(last, cuts.before) };
    return [
      ...lines.map((line) => {
        const { order, clawback } = lineOfId(line.order);
        const body = { order, window, pair, ...(clawback === null ? {} : { clawback }) };
        return { command: 'SettleLine', target: orderStream(order), body };
      }),
      ...(next ? [{ command: 'ContinueSettling', target: windowStream(window), body: next }] : []),
    ];
  },
};
const settlingOf = (entry: Entry, found: Found): Asked | null => {
  const of = dataOf(entry, 'PairSettled') ?? dataOf(entry, 'SettlingContinued');
  return of && { window: of.window, pair: of.pair, after: 'after' in of ? of.after : null, home: found.province };
};

/** A line that left a settled pair waits for the next window, at its home; unless it is paid already. */
const unsettleLine: Reaction = {
  name: 'unsettle-line',
  on: [...MOVING],
  from: 'any',
  react: (entry, found) => {
    const moved = movedIn(entry);
    if (moved?.home !== found.province) return [];
    const { lineId: id, window, pair } = moved;
    const { order } = lineOfId(id);
    return [
      { command: 'UnsettleLine', target: orderStream(order), body: { order, lineId: id, window, pair, by: provinceOf(entry.journal) } },
    ];
  },
};

export const clearingReactions: readonly Reaction[] = [attestPairs, settlePairs, netWindow, settleLines, unsettleLine];
