/** Reactions that settle windows. Nobody proposes: each node attests what it sees, and the fold of all attestations settles. */
import { fen, type DerivedCommand, type Entry, type Need, type Reaction } from '@yrd/ledger';
import { cutsOf, cutsWhere, linesOf, ready, windowNeeds, type Where } from './clearing-lines.js';
import type { WindowRow } from './clearing-views.js';
import { lineOfId, type CutRow } from './line-views.js';
import { dataOf, provinceOf } from '../reading.js';
import { FOLD_VERSION, PAIRS, agree, attest, isSide, netted, otherSide, parting, sidesOf, windowDigest } from './settlement.js';
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
      const lines = linesOf(found, pair, cuts);
      const attested = attest({ window: what.window, pair, cuts: roots }, lines, (text) => found.hash(text));
      return [{ command: 'AttestPair', target: windowStream(what.window), body: { ...attested, anew: what.anew } }];
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
