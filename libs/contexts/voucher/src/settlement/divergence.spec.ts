/** The finder of the first differing line (V22): exact for any two sides, in few statements, none above its limit. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { LISTED_MAX, STRETCHES_MAX } from '@yrd/contracts';
import { differences, next, sums, type Difference } from './divergence.js';
import type { Line } from './settlement.js';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const line = (order: string, amountFen: number, home = '32'): Line => ({
  order,
  pair: '32-31',
  home,
  amountFen,
  homeSize: 1,
  foreignSize: 1,
});

/** What the second side names when both state in turn, and how many statements that took. */
const find = (one: readonly Line[], two: readonly Line[]): { readonly named: readonly Difference[]; readonly statements: number } => {
  const sides = [one, two];
  let said: { readonly after: string | null; readonly stretches: ReturnType<typeof sums> } = {
    after: null,
    stretches: sums(one, { after: null, until: null }, hash),
  };
  for (let statements = 1; statements < 20; statements += 1) {
    expect(said.stretches.length).toBeLessThanOrEqual(STRETCHES_MAX);
    const [answering, reading] = [sides[statements % 2]!, sides[(statements + 1) % 2]!];
    const then = next(answering, said, hash);
    if (!then) return { named: [], statements };
    if ('list' in then) {
      expect(then.list.length).toBeLessThanOrEqual(LISTED_MAX);
      return { named: differences(reading, then.of, then.list), statements };
    }
    said = { after: then.of.after, stretches: then.sums };
  }
  throw new Error('The finder did not come to an end.');
};

const firstOf = (one: readonly Line[], two: readonly Line[]): string | undefined => {
  const text = ({ order, home, amountFen }: Line): string => `${order} ${home} ${amountFen}`;
  const [mine, theirs] = [new Set(one.map(text)), new Set(two.map(text))];
  return [...one, ...two]
    .filter((each) => mine.has(text(each)) !== theirs.has(text(each)))
    .map(({ order }) => order)
    .sort()[0];
};

const some = fc.uniqueArray(
  fc
    .record({ id: fc.nat(400), clawback: fc.option(fc.nat(3)), amountFen: fc.nat(5) })
    .map(({ id, clawback, amountFen }) => line(`o${id.toString(36)}${clawback === null ? '' : `~${clawback}`}`, amountFen)),
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
  const all = Array.from({ length: 120_000 }, (_, at) => line(`o${String(at).padStart(6, '0')}`, at % 97));
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
  const all = Array.from({ length: 2_000 }, (_, at) => line(`o${String(at).padStart(6, '0')}`, 1));
  expect(find([], all).named[0]).toMatchObject({ lineId: 'o000000' });
  expect(find(all, []).named[0]).toMatchObject({ lineId: 'o000000' });
});
