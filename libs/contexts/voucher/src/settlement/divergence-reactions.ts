/** Reactions that find the first differing line of a diverged pair: each side states its own lines, and reads what the other states. */
import type { DerivedCommand, Entry, Found, Reaction } from '@yrd/ledger';
import { cutsOf, cutsWhere, linesOf, windowNeeds } from './clearing-lines.js';
import { differences, next, sums } from './divergence.js';
import type { CutRow } from './line-views.js';
import { dataOf, provinceOf } from '../reading.js';
import { isSide, partsInLines, type Line } from './settlement.js';
import { batchStream } from '../streams.js';

interface OfPair {
  readonly window: number;
  readonly pair: string;
}
/** Others that differ are named up to this many; the next ones are found once these are mended. */
const OTHERS_MAX = 100;

const named = (entry: Entry): OfPair | null =>
  dataOf(entry, 'PairDiverged') ?? dataOf(entry, 'LinesSummed') ?? dataOf(entry, 'LinesListed');

const mineIn = (found: Found, { window, pair }: OfPair): readonly Line[] =>
  linesOf(found, pair, cutsOf(found.rows<CutRow>('lines', cutsWhere(window)), window));

const finding = (
  name: string,
  on: 'PairDiverged' | 'LinesSummed' | 'LinesListed',
  from: 'own' | 'foreign',
  react: (entry: Entry, of: OfPair, found: Found) => readonly [command: string, body: object] | null,
): Reaction => ({
  name,
  on: [on],
  from,
  needs: (entry, found) => {
    const of = named(entry);
    return of && isSide(of.pair, found.province) ? windowNeeds(found, of.window, [of.pair]) : [];
  },
  react: (entry, found): readonly DerivedCommand[] => {
    const of = named(entry);
    if (!of || !isSide(of.pair, found.province) || (from === 'foreign' && !isSide(of.pair, provinceOf(entry.journal)))) return [];
    const answer = react(entry, of, found);
    if (!answer) return [];
    const [command, body] = answer;
    return [{ command, target: batchStream(of), body: { window: of.window, pair: of.pair, ...body } }];
  },
});

/** Where only lines differ, this side says what it counted. */
const startFinding = finding('sum-lines', 'PairDiverged', 'own', (entry, of, found) => {
  if (!partsInLines(dataOf(entry, 'PairDiverged')?.detail ?? '')) return null;
  const whole = { after: null, until: null };
  return ['SumLines', { ...whole, stretches: sums(mineIn(found, of), whole, (text) => found.hash(text)) }];
});

/** The other side's sums: the first stretch that differs is summed closer, or listed. */
const narrow = finding('narrow-lines', 'LinesSummed', 'foreign', (entry, of, found) => {
  const said = dataOf(entry, 'LinesSummed');
  const then = said && next(mineIn(found, of), said, (text) => found.hash(text));
  if (!then) return null;
  return 'list' in then ? ['ListLines', { ...then.of, lines: then.list }] : ['SumLines', { ...then.of, stretches: then.sums }];
});

/** The other side's lines of a stretch: the first that this side counted otherwise is named, and the others with it. */
const nameDifference = finding('name-difference', 'LinesListed', 'foreign', (entry, of, found) => {
  const said = dataOf(entry, 'LinesListed');
  const [first, ...others] = said ? differences(mineIn(found, of), said, said.lines) : [];
  return first ? ['NameDifference', { ...first, with: provinceOf(entry.journal), others: others.slice(0, OTHERS_MAX) }] : null;
});

export const divergenceReactions: readonly Reaction[] = [startFinding, narrow, nameDifference];
