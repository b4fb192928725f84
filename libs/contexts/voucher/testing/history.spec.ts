/**
 * A history holds together. Many more, their replay to the byte and their shrinking are told by tools/src/simulate.spec.ts, in
 * processes of their own.
 */
import { history } from './history.js';

test('four nodes live through a market day under faults, and every book is right in the end', async () => {
  const told = await history({ seed: 7 });
  expect(told.complaints).toEqual([]);
  expect(told.struck.length).toBeGreaterThanOrEqual(20);
}, 240_000);
