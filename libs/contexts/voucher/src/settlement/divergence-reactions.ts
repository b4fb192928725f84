/** Reactions that find the first differing line of a diverged pair: each side states its own lines, and reads what the other states. */
import type { DerivedCommand, Entry, Found, Need, Reaction } from '@yrd/ledger';
import { lineNeeds, readInto, type Cuts, type LineSink } from './clearing-lines.js';
import type { WindowRow } from './clearing-views.js';
import { Comparing, Differing, StretchSums, type Ruler, type Stretch } from './divergence.js';
import { dataOf, provinceOf } from '../reading.js';
import { isSide, partsInLines } from './settlement.js';
import { batchStream } from '../streams.js';

interface OfPair {
  readonly window: number;
  readonly pair: string;
}

const named = (entry: Entry): OfPair | null =>
  dataOf(entry, 'PairDiverged') ?? dataOf(entry, 'LinesSummed') ?? dataOf(entry, 'LinesListed');

/** What a side reads of its own lines to answer one entry, and what it states then. */
interface Step {
  needs(entry: Entry, of: OfPair, found: Found): readonly Need[];
  react(entry: Entry, of: OfPair, found: Found): readonly [command: string, body: object] | null;
}

const finding = (name: string, on: 'PairDiverged' | 'LinesSummed' | 'LinesListed', from: 'own' | 'foreign', step: Step): Reaction => {
  /** Only the two sides of a pair speak of it, and only they listen. */
  const concerned = (entry: Entry, found: Found): OfPair | null => {
    const of = named(entry);
    return of && isSide(of.pair, found.province) && isSide(of.pair, provinceOf(entry.journal)) ? of : null;
  };
  return {
    name,
    on: [on],
    from,
    needs: (entry, found) => {
      const of = concerned(entry, found);
      return of ? step.needs(entry, of, found) : [];
    },
    react: (entry, found): readonly DerivedCommand[] => {
      const of = concerned(entry, found);
      const answer = of && step.react(entry, of, found);
      if (!answer) return [];
      const [command, body] = answer;
      return [{ command, target: batchStream(of), body: { window: of.window, pair: of.pair, ...body } }];
    },
  };
};

/** Reads the own lines behind a key into what is made of the cuts. */
const reading = (found: Found, of: OfPair, what: string, after: string | null, make: (by: Ruler) => LineSink): readonly Need[] =>
  lineNeeds(found, { ...of, after }, what, ({ before }: Cuts) => make({ before, hash: (text) => found.hash(text) }));

const WHOLE: Stretch = { after: null, until: null };
const [SUMMING, COMPARING, DIFFERING] = ['sums', 'compare', 'differ'];

/** Where only lines differ, this side says what it counted. */
const startFinding = finding('sum-lines', 'PairDiverged', 'own', {
  needs: (entry, of, found) => {
    if (!partsInLines(dataOf(entry, 'PairDiverged')?.detail ?? '')) return [];
    const where = { window: of.window };
    const row = found.known<WindowRow>('windows', where)?.[0];
    const count = row?.attested[found.province]?.[of.pair]?.count ?? 0;
    return [
      { rows: 'windows', where, limit: 1 },
      ...(row ? reading(found, of, SUMMING, null, (by) => new StretchSums(WHOLE, count, by)) : []),
    ];
  },
  react: (_, of, found) => {
    const read = readInto<StretchSums>(found, of, SUMMING);
    return read ? ['SumLines', { ...WHOLE, stretches: read.sums }] : null;
  },
});

/** The other side's sums: the first stretch that differs is summed closer, or listed where its lines fit into one statement. */
const narrow = finding('narrow-lines', 'LinesSummed', 'foreign', {
  needs: (entry, of, found) => {
    const said = dataOf(entry, 'LinesSummed');
    if (!said) return [];
    const differs = readInto<Comparing>(found, of, COMPARING)?.differs;
    const closer = differs?.list === null ? differs : null;
    return [
      ...reading(found, of, COMPARING, said.after, (by) => new Comparing(said, by)),
      ...(closer ? reading(found, of, SUMMING, closer.of.after, (by) => new StretchSums(closer.of, closer.count, by)) : []),
    ];
  },
  react: (_, of, found) => {
    const closer = readInto<StretchSums>(found, of, SUMMING);
    if (closer) return ['SumLines', { ...closer.of, stretches: closer.sums }];
    const differs = readInto<Comparing>(found, of, COMPARING)?.differs;
    return differs ? ['ListLines', { ...differs.of, lines: differs.list }] : null;
  },
});

/** The other side's lines of a stretch: the first that this side counted otherwise is named, and the others with it. */
const nameDifference = finding('name-difference', 'LinesListed', 'foreign', {
  needs: (entry, of, found) => {
    const said = dataOf(entry, 'LinesListed');
    return said ? reading(found, of, DIFFERING, said.after, (by) => new Differing(said, said.lines, by)) : [];
  },
  react: (entry, of, found) => {
    const [first, ...others] = readInto<Differing>(found, of, DIFFERING)?.differences ?? [];
    return first ? ['NameDifference', { ...first, with: provinceOf(entry.journal), others }] : null;
  },
});

export const divergenceReactions: readonly Reaction[] = [startFinding, narrow, nameDifference];
