/** Which lines of a pair a window holds, read in their order: each once, those that were moved where they stand now, a million like one. */
import fc from 'fast-check';
import type { Collector, Found, Where } from '@yrd/ledger';
import { inOrder, matches, scanned } from '../../testing/finding.js';
import { lineNeeds, readInto, type Asked, type LineSink } from './clearing-lines.js';
import type { LineRow } from './line-views.js';
import { inWindow, lineKey, type Line } from './settlement.js';

const PAIR = '32-31';
const row = (at: number, of: Partial<LineRow> = {}): LineRow => ({
  ...{ kind: 'line', id: `o${at}`, of: `o${at}`, clawback: null, order: `o${at}`, pair: PAIR, payer: '32', payee: '31', home: '32' },
  ...{ amountFen: 1, homeSize: at + 1, foreignSize: 1, payableMs: 0, settledIn: null, moves: [], moved: false, lost: false },
  ...of,
});
const cut = (window: number, province: string, size: number) => ({
  ...{ kind: 'cut', id: `cut.${window}.${province}`, window, province, size },
});

class Reading implements LineSink {
  readonly lines: Line[] = [];
  constructor(private readonly most: number) {}
  take(line: Line): boolean {
    this.lines.push(line);
    return this.lines.length < this.most;
  }
}

/** What a node reads of these rows, as a reaction has it read. */
const read = (rows: readonly object[], asked: Asked, most = Infinity): readonly Line[] => {
  const scans = new Map<string, Collector>();
  const those = <R>(_: string, where: Where): readonly R[] =>
    rows.filter((each) => matches(each as Readonly<Record<string, unknown>>, where)) as readonly unknown[] as readonly R[];
  const found: Pick<Found, 'known' | 'scanned'> = { known: those, scanned: (scan) => scans.get(scan) };
  for (const need of lineNeeds(found, asked, 'read', () => new Reading(most)))
    if ('scan' in need) scans.set(need.scan, scanned(need, those));
  return readInto<Reading>(found, asked, 'read')?.lines ?? [];
};

const size = fc.integer({ min: 1, max: 40 });
const rowsOf = fc
  .array(
    fc.record({ homeSize: size, foreignSize: size, home: fc.constantFrom('31', '32'), amountFen: fc.nat(9), disputedAt: fc.option(size) }),
    {
      maxLength: 30,
    },
  )
  .map((all) => all.map(({ disputedAt, ...each }, at) => ({ row: row(at, { ...each, moved: disputedAt !== null }), disputedAt })));

test('V22: the lines of a window are read once each, in their order, those that were moved out of the one before it too', () => {
  fc.assert(
    fc.property(rowsOf, fc.tuple(size, size, size, size), fc.nat(9), (all, [a, b, c, d], from) => {
      const before = { 31: a, 32: b };
      const now = { 31: a + c, 32: b + d };
      const none = { 31: 0, 32: 0 };
      const cuts = [...Object.entries(before), ...Object.entries(now)].map(([province, at], nth) => cut(nth < 2 ? 1 : 2, province, at));
      // Disputed out of window 1 by its payee: it stands at that entry from then on, where it was in window 1 at all.
      const rows = all.map(({ row: line, disputedAt }) =>
        disputedAt === null ? line : { ...line, moves: [{ window: 1, stated: { 31: disputedAt }, amountFen: null }] },
      );
      const placed = all.map(({ row: line, disputedAt }): Line => {
        if (disputedAt === null || !inWindow(line, before, none)) return line;
        return line.home === '31'
          ? { ...line, homeSize: Math.max(line.homeSize, disputedAt) }
          : { ...line, foreignSize: Math.max(line.foreignSize, disputedAt) };
      });
      const wanted = inOrder(
        placed.filter((line) => inWindow(line, now, before)),
        before,
      );
      const keys = wanted.map((line) => lineKey(line, before));
      const asked = { window: 2, pair: PAIR };
      const keysOf = (lines: readonly Line[]) => lines.map((line) => lineKey(line, before));
      expect(keysOf(read([...rows, ...cuts], asked))).toEqual(keys);
      const after = keys[from] ?? null;
      expect(keysOf(read([...rows, ...cuts], { ...asked, after }))).toEqual(after === null ? keys : keys.slice(from + 1));
      const mine = keysOf(wanted.filter(({ home }) => home === '31'));
      expect(keysOf(read([...rows, ...cuts], { ...asked, home: '31' }, 4))).toEqual(mine.slice(0, 4));
    }),
    { numRuns: 300 },
  );
});

test('a pair of which a side has not closed has no lines to read', () => {
  expect(read([row(0), cut(1, '32', 9)], { window: 1, pair: PAIR })).toEqual([]);
  expect(read([row(0), cut(1, '32', 9), cut(1, '31', 9)], { window: 1, pair: PAIR })).toHaveLength(1);
});

test('a pair with more moved lines than a node holds is not attested short: whoever operates it is told the limit', () => {
  const cuts = ['31', '32'].map((side) => cut(1, side, 100_000));
  const moved = (count: number) => Array.from({ length: count }, (_, at) => row(at, { moved: true }));
  const asked = { window: 1, pair: PAIR };
  expect(read([...cuts, ...moved(4_999)], asked)).toHaveLength(4_999);
  expect(() => read([...cuts, ...moved(5_000)], asked)).toThrow('5000 lines that were ever disputed or moved, the limit is 5000');
});
