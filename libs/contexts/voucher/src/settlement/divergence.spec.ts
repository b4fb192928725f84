/** The finder of the first differing line (V22): exact for any two sides, in few statements, none above its limit. */
import fc from 'fast-check';
import { LISTED_MAX, STRETCHES_MAX } from '@yrd/contracts';
import { hash, inOrder } from '../../testing/finding.js';
import type { LineSink } from './clearing-lines.js';
import { Comparing, Differing, StretchSums, type Difference, type Sums } from './divergence.js';
import { lineKey, partsOfKey, type Line } from './settlement.js';

const ruler = { before: { 31: 20, 32: 20 }, hash };
const line = (at: number, amountFen: number, of: Partial<Line> = {}): Line => ({
  ...{ order: `o${at.toString(36)}`, pair: '32-31', home: '32', amountFen, homeSize: 21 + at, foreignSize: 1 },
  ...of,
});
const keyOf = (each: Line): string => lineKey(each, ruler.before);

/** Reads lines that are in order, behind a key, as a node reads them. */
const read = <S extends LineSink>(lines: readonly Line[], after: string | null, sink: S): S => {
  for (const each of lines) if ((after === null || keyOf(each) > after) && !sink.take(each)) break;
  return sink;
};

/** What the second side names when both state in turn, and how many statements that took. */
const find = (one: readonly Line[], two: readonly Line[]): { readonly named: readonly Difference[]; readonly statements: number } => {
  const sides = [inOrder(one, ruler.before), inOrder(two, ruler.before)];
  const whole = { after: null, until: null };
  let said: { readonly after: string | null; readonly stretches: Sums } = {
    after: null,
    stretches: read(sides[0]!, null, new StretchSums(whole, one.length, ruler)).sums,
  };
  for (let statements = 1; statements < 20; statements += 1) {
    expect(said.stretches.length).toBeLessThanOrEqual(STRETCHES_MAX);
    const [answering, reading] = [sides[statements % 2]!, sides[(statements + 1) % 2]!];
    const { differs } = read(answering, said.after, new Comparing(said, ruler));
    if (!differs) return { named: [], statements };
    const { of, list, count } = differs;
    if (list) {
      expect(list.length).toBeLessThanOrEqual(LISTED_MAX);
      return { named: read(reading, of.after, new Differing(of, list, ruler)).differences, statements };
    }
    said = { after: of.after, stretches: read(answering, of.after, new StretchSums(of, count, ruler)).sums };
  }
  throw new Error('The finder did not come to an end.');
};

const firstOf = (one: readonly Line[], two: readonly Line[]): string | undefined => {
  const text = ({ order, home, amountFen }: Line): string => `${order} ${home} ${amountFen}`;
  const [mine, theirs] = [new Set(one.map(text)), new Set(two.map(text))];
  return inOrder([...one, ...two], ruler.before).find((each) => mine.has(text(each)) !== theirs.has(text(each)))?.order;
};

/** Lines of both homes, in time and late, and of clawbacks. */
const some = fc.uniqueArray(
  fc.record({ id: fc.nat(400), clawback: fc.option(fc.nat(3)), amountFen: fc.nat(5) }).map(({ id, clawback, amountFen }) =>
    line(id, amountFen, {
      order: `o${id.toString(36)}${clawback === null ? '' : `~${clawback}`}`,
      ...(id % 3 === 0 ? { home: '31' } : {}),
      ...(id % 7 === 0 ? { homeSize: 1 + (id % 19), foreignSize: 21 + id } : {}),
    }),
  ),
  { selector: ({ order }) => order, maxLength: 120 },
);

test('V22: the first line named is the first that differs, whatever two sides counted', () => {
  fc.assert(
    fc.property(some, some, (one, two) => {
      expect(find(one, two).named[0]?.lineId).toBe(firstOf(one, two));
    }),
  );
});

test('V22: one wrong fen among 120,000 lines, or one line too many, takes at most four statements', () => {
  const all = Array.from({ length: 120_000 }, (_, at) => line(at, at % 97));
  for (const wrong of [0, 60_001, 119_999]) {
    const bent = all.map((each, at) => (at === wrong ? { ...each, amountFen: each.amountFen + 1 } : each));
    for (const [one, two] of [
      [all, bent],
      [bent, all],
      [all, all.filter((_, at) => at !== wrong)],
    ] as const) {
      const { named, statements } = find(one, two);
      expect(named.map(({ lineId }) => lineId)).toEqual([all[wrong]!.order]);
      expect(statements).toBeLessThanOrEqual(4);
    }
  }
});

test('a side that lost every line is told of the first', () => {
  const all = Array.from({ length: 2_000 }, (_, at) => line(at, 1));
  expect(find([], all).named[0]).toMatchObject({ lineId: 'o0' });
  expect(find(all, []).named[0]).toMatchObject({ lineId: 'o0' });
});

test('where more differs than is named, the first hundred and one are; a list out of its order names too much, never too little', () => {
  const all = inOrder(
    Array.from({ length: 400 }, (_, at) => line(at, 1)),
    ruler.before,
  );
  const of = { after: null, until: null };
  expect(read(all, null, new Differing(of, [], ruler)).differences).toHaveLength(101);
  const theirs = all.map((each, at) => ({
    ...{ position: partsOfKey(keyOf(each)).place, lineId: each.order, home: '32' as const, amountFen: at === 7 ? 9 : 1 },
  }));
  const named = (list: typeof theirs) => read(all, null, new Differing(of, list, ruler)).differences.map(({ lineId }) => lineId);
  expect(named(theirs)).toEqual([all[7]!.order]);
  expect(named([...theirs].reverse()).length).toBeGreaterThan(1);
});
