/** Histories of four nodes under planned faults, told on all cores. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Tellers } from './histories.js';
import { COVER_FROM, replayOf, Tally } from './simulate.js';
import { copySources } from './source-copy.js';
import { findRoot } from './tidy-files.js';

test(`${COVER_FROM} histories hold: nothing lost, nothing twice, all replicas equal, no fault untried in any stage`, async () => {
  const root = findRoot();
  // Within the workspace, so that third-party packages are found.
  mkdirSync(join(root, '.run'), { recursive: true });
  const copy = mkdtempSync(join(root, '.run', 'histories-'));
  const tally = new Tally();
  copySources(root, copy);
  const tellers = new Tellers(copy, availableParallelism());
  try {
    await tellers.tellAll(1, COVER_FROM, (answer) => (tally.add(answer), true));
  } finally {
    tellers.stop();
    rmSync(copy, { recursive: true, force: true });
  }
  expect(tally.failing.map(({ seed, complaints }) => `${replayOf({ seed, without: [] })}: ${complaints.join('; ')}`)).toEqual([]);
  expect(tally.histories).toBe(COVER_FROM);
  expect(tally.coverage().empty).toEqual([]);
  expect(tally.covered()).toBe(true);
}, 900_000);
