/** A history holds together, and the same seed tells the same one. Hundreds more are told by tools/src/simulate.spec.ts. */
import { history } from './history.js';

test('four nodes live through a market day under faults, and every book is right in the end', async () => {
  const told = await history({ seed: 7 });
  expect(told.complaints).toEqual([]);
  expect(told.struck.length).toBeGreaterThanOrEqual(20);
});

test('the same seed tells the same history to the byte, another seed another one', async () => {
  const [once, again, other] = [await history({ seed: 9 }), await history({ seed: 9 }), await history({ seed: 10 })];
  expect(again).toEqual(once);
  expect(other.trace).not.toBe(once.trace);
});

test('a plan without some of its faults is still a history: that is how a failing one is shrunk', async () => {
  const told = await history({ seed: 9, without: new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), deals: 6 });
  expect(told.complaints).toEqual([]);
  expect(told.struck.every(({ id }) => id > 9)).toBe(true);
});
