/** Why a pair of a window, or a line, stands where it does. */
import { attest } from '../../testing/finding.js';
import { explainLine, explainPair, linePlaced, windowsOfMoves, type CutRow, type LineRow, type WindowRow } from '../index.js';

const cuts = { '31/voucher': { size: 40, root: 'a' }, '32/voucher': { size: 52, root: 'b' } };
const line = (order: string, amountFen: number): LineRow => ({
  ...{ kind: 'line', id: order, of: order, order, clawback: null, pair: '32-31', payer: '32', payee: '31', home: '32' },
  ...{ amountFen, homeSize: 50, foreignSize: 40, payableMs: 1, settledIn: null, moves: [], moved: false, lost: false },
});
const saying = (...lines: readonly LineRow[]) => ({ '32-31': attest({ window: 2, pair: '32-31', cuts }, lines) });
const row = (window: number, closed: readonly string[], attested: WindowRow['attested'] = {}): WindowRow => ({
  ...{ id: String(window), window, attested, settled: [], diverged: [], netted: {}, digests: {}, equal: false, dissent: false },
  closes: Object.fromEntries(closed.map((each) => [each, { size: 52, atMs: 1 }])),
});
const explain = (now: WindowRow | null, before: WindowRow | null = row(1, ['31', '32'])) => explainPair('32-31', 2, now, before);
const alike = saying(line('o1', 5));

test('V22: a pair waits for whoever has not closed, first this window, then the one before', () => {
  expect(explain(null).waitsFor).toEqual([
    { province: '32', what: 'close' },
    { province: '31', what: 'close' },
  ]);
  expect(explain(row(2, ['32'])).waitsFor).toEqual([{ province: '31', what: 'close' }]);
  expect(explain(row(2, ['31', '32']), row(1, ['31'])).waitsFor).toEqual([{ province: '32', what: 'close-before' }]);
  expect(explainPair('32-31', 1, row(1, ['31', '32']), null).waitsFor.map(({ what }) => what)).toEqual(['attest', 'attest']);
});

test('V22: once both have cut it waits for their statements, and settles when they are alike', () => {
  expect(explain(row(2, ['31', '32'], { 31: alike }))).toMatchObject({ state: 'waits', waitsFor: [{ province: '32', what: 'attest' }] });
  expect(explain(row(2, ['31', '32'], { 31: alike, 32: alike, 33: alike }))).toMatchObject({
    state: 'settled',
    waitsFor: [],
    parting: null,
    dissenting: [],
  });
});

test('V22: two statements that differ are told with their totals and where they part, and so is a witness', () => {
  const other = saying(line('o1', 6));
  const { state, parting, attested } = explain(row(2, ['31', '32'], { 31: alike, 32: other }));
  expect([state, parting]).toEqual(['diverged', { firstMark: 0, detail: 'count 1 and 1, sum 6 and 5 fen' }]);
  expect(Object.values(attested).map(({ sumFen }) => sumFen)).toEqual([5, 6]);
  expect(explain(row(2, ['31', '32'], { 31: alike, 32: alike, 34: other }))).toMatchObject({ state: 'settled', dissenting: ['34'] });
});

test('a line belongs to the first window that both sides’ cuts cover, and tells what it still needs', () => {
  const cut = (province: string, window: number, size: number): CutRow => ({
    kind: 'cut',
    id: `cut.${window}.${province}`,
    window,
    province,
    size,
  });
  expect(explainLine(line('o1', 5), [cut('32', 1, 52), cut('31', 3, 44)])).toMatchObject({
    window: 3,
    sides: [
      { province: '32', neededSize: 50, window: 1, cutSize: 52 },
      { province: '31', neededSize: 40, window: 3, cutSize: 44 },
    ],
  });
  expect(explainLine(line('o1', 5), [cut('32', 1, 52), null])).toMatchObject({
    window: null,
    sides: [{}, { window: null, cutSize: null }],
  });
});

test('V22: a line that one side disputed in time stands where its statement does; one confirmed before stays', () => {
  const cut = (province: string, window: number, size: number): CutRow => ({
    kind: 'cut',
    id: `cut.${window}.${province}`,
    window,
    province,
    size,
  });
  const disputed = { ...line('o1', 5), moves: [{ window: 1, stated: { '31': 60 }, amountFen: null }], moved: true };
  const cuts = [cut('32', 1, 52), cut('31', 1, 44)];
  expect(windowsOfMoves(disputed)).toEqual([0, 1]);
  expect(linePlaced(disputed, cuts, [])).toMatchObject({ homeSize: 50, foreignSize: 60 });
  const confirm = { kind: 'confirm', id: 'c', window: 1, pair: '32-31', province: '31', size: 58 } as const;
  expect(linePlaced(disputed, cuts, [confirm])).toMatchObject({ homeSize: 50, foreignSize: 40 });
  expect(explainLine(linePlaced(disputed, cuts, []), [cuts[0]!, null])).toMatchObject({
    window: null,
    movedFrom: [{ window: 1, by: ['31'] }],
  });
});
