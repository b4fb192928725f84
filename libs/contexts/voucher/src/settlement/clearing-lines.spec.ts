/** How many lines of a pair a node counts: what lies above a limit parks the window, and is never left out in silence. */
import type { Found } from '@yrd/ledger';
import { linesOf } from './clearing-lines.js';
import type { LineRow } from './line-views.js';

const row = (at: number, moved: boolean): LineRow => ({
  kind: 'line',
  id: `o${at}`,
  of: `o${at}`,
  clawback: null,
  order: `o${at}`,
  pair: '32-31',
  payer: '32',
  payee: '31',
  home: '32',
  amountFen: 1,
  homeSize: at + 1,
  foreignSize: 1,
  payableMs: 0,
  settledIn: null,
  moves: [],
  moved,
  lost: false,
});

/** What a node finds that has these lines in the window, of which some were disputed at some time; a question has a limit. */
const foundOf = (fresh: number, moved: number): Found => ({
  province: '32',
  state: () => {
    throw new Error('Lines are counted from rows alone.');
  },
  rows: <R>(_: string, where: Parameters<Found['rows']>[1]) => {
    const count = 'moved' in where ? moved : where['home'] === '32' && !('foreignSize' in where) ? fresh : 0;
    return Array.from({ length: count }, (_none, at) => row(at, 'moved' in where)) as readonly unknown[] as readonly R[];
  },
  rootOf: () => null,
  parkedBelow: () => false,
  hash: (text) => text,
});
const cuts = { now: { 31: 100_000, 32: 100_000 }, before: { 31: 0, 32: 0 } };

test('V22: lines below the limits are all counted, those that were once disputed too', () => {
  expect(linesOf(foundOf(19_999, 0), '32-31', cuts)).toHaveLength(19_999);
  expect(linesOf(foundOf(0, 4_999), '32-31', cuts)).toHaveLength(4_999);
});

test('a pair with more lines than a node counts is not attested short: whoever operates it is told the limit and what to do', () => {
  expect(() => linesOf(foundOf(20_000, 0), '32-31', cuts)).toThrow('close windows more often');
  expect(() => linesOf(foundOf(1, 5_000), '32-31', cuts)).toThrow('5000 lines that were ever disputed or moved, the limit is 5000');
});
