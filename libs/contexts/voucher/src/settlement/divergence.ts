/**
 * Finds the first line in which two sides of a pair differ, by what each states of its own lines: sums over stretches, ever shorter,
 * then the lines of the first stretch that differs (V22). A million lines take three rounds, and no statement holds more than its limit.
 */
import { LISTED_MAX, STRETCHES_MAX, type VoucherData } from '@yrd/contracts';
import { fen, sum } from '@yrd/ledger';
import { sorted, type Hash, type Line } from './settlement.js';

/** Lines after one name and up to another, by code units; null is open. */
export interface Stretch {
  readonly after: string | null;
  readonly until: string | null;
}
export type Sums = VoucherData<'LinesSummed'>['stretches'];
export type Listed = VoucherData<'LinesListed'>['lines'];
type Sum = Sums[number];

const MARK_DIGITS = 16;

/** How many of the sorted lines come up to this name. */
const upTo = (lines: readonly Line[], name: string): number => {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.order <= name) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The lines of a stretch, of lines that are sorted as they are counted. */
const within = (lines: readonly Line[], { after, until }: Stretch): readonly Line[] =>
  lines.slice(after === null ? 0 : upTo(lines, after), until === null ? lines.length : upTo(lines, until));

const summed = (lines: readonly Line[], until: string | null, hash: Hash): Sum => ({
  until,
  count: lines.length,
  sumFen: sum(lines.map(({ amountFen }) => fen(amountFen))),
  mark: hash(lines.map(({ order, home, amountFen }) => `${order} ${home} ${amountFen}`).join('\n')).slice(0, MARK_DIGITS),
});

/** A stretch of lines as sums over shorter ones, which together cover it whole. */
export const sums = (lines: readonly Line[], stretch: Stretch, hash: Hash): Sums => {
  const mine = within(sorted(lines), stretch);
  const step = Math.max(1, Math.ceil(mine.length / STRETCHES_MAX));
  const found: Sum[] = [];
  for (let at = 0; at === 0 || at < mine.length; at += step) {
    const part = mine.slice(at, at + step);
    found.push(summed(part, at + step >= mine.length ? stretch.until : (part.at(-1)?.order ?? null), hash));
  }
  return found;
};

/** What comes next: nothing where both are alike, a list where few enough lines are left, else sums again. */
export type Next = { readonly list: Listed; readonly of: Stretch } | { readonly sums: Sums; readonly of: Stretch } | null;

/** Compares the other side's sums with the own lines, and says what to state of the first stretch that differs. */
export const next = (
  lines: readonly Line[],
  { after, stretches }: { readonly after: string | null; readonly stretches: Sums },
  hash: Hash,
): Next => {
  const all = sorted(lines);
  let from = after;
  for (const theirs of stretches) {
    const of = { after: from, until: theirs.until };
    const mine = within(all, of);
    if (summed(mine, theirs.until, hash).mark !== theirs.mark || mine.length !== theirs.count) {
      if (Math.max(mine.length, theirs.count) > LISTED_MAX) return { sums: sums(mine, of, hash), of };
      return { list: mine.map(({ order, home, amountFen }) => ({ lineId: order, home: home as Listed[number]['home'], amountFen })), of };
    }
    from = theirs.until;
  }
  return null;
};

/** A line that one side counted otherwise than the other. */
export type Difference = VoucherData<'DifferenceNamed'>['others'][number];

/** The lines of a stretch that differ, the first one first. */
export const differences = (lines: readonly Line[], stretch: Stretch, theirs: Listed): readonly Difference[] => {
  const keyed = (lineId: string, home: string): string => `${lineId} ${home}`;
  const mine = new Map(within(sorted(lines), stretch).map((line) => [keyed(line.order, line.home), line]));
  const other = new Map(theirs.map((line) => [keyed(line.lineId, line.home), line]));
  return [...new Set([...mine.keys(), ...other.keys()])].sort().flatMap((key) => {
    const [one, two] = [mine.get(key), other.get(key)];
    const [lineId = '', home = ''] = key.split(' ');
    if (one?.amountFen === two?.amountFen) return [];
    return [{ lineId, home: home as Difference['home'], mineFen: one?.amountFen ?? null, theirFen: two?.amountFen ?? null }];
  });
};
