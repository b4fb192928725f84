/** What makes a failing history useful: its replay to the byte, and its shrinking; and the table of planted bugs. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { shrink, Tellers } from './histories.js';
import { checkTable } from './mutants.js';
import { MUTANTS } from './mutant-table.js';
import { replayOf } from './simulate.js';
import { changed, copySources } from './source-copy.js';
import { findRoot } from './tidy-files.js';

const root = findRoot();
const folders: string[] = [];
const tellers: Tellers[] = [];
/** Processes that tell histories out of a copy of the sources with a planted bug. */
const telling = (bug: string): Tellers => {
  // Within the workspace, so that third-party packages are found.
  mkdirSync(join(root, '.run'), { recursive: true });
  const copy = mkdtempSync(join(root, '.run', 'histories-'));
  folders.push(copy);
  copySources(
    root,
    copy,
    MUTANTS.find(({ name }) => name === bug),
  );
  const started = new Tellers(copy, availableParallelism());
  tellers.push(started);
  return started;
};
afterAll(() => {
  for (const each of tellers) each.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

test('a planted bug is found, told again to the byte by one command, and shrunk to a few faults', async () => {
  const broken = telling('take up a statement in any state');
  const failing = await broken.tell({ seed: 1, without: [] });
  expect(failing.complaints.length).toBeGreaterThan(0);
  expect((await broken.tell({ seed: 1, without: [] })).trace).toBe(failing.trace);
  const small = await shrink(broken, failing, 6);
  expect(small.without.length).toBeGreaterThan(5);
  expect((await broken.tell(small)).complaints.length).toBeGreaterThan(0);
  expect(replayOf({ seed: 4, without: [1, 2], deals: 6 })).toBe('npm run simulate -- --seed 4 --without 1,2 --deals 6');
}, 240_000);

test('every planted bug still has its place in the sources, exactly once', () => {
  expect(MUTANTS.length).toBeGreaterThanOrEqual(30);
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  expect(() => checkTable(root)).not.toThrow();
  const [first] = MUTANTS;
  expect(changed(readFileSync(join(root, first!.file), 'utf8'), first!)).toContain(first!.replace);
  expect(() => checkTable(root, [{ ...first!, find: 'nowhere to be found' }])).toThrow('give the planted bug its place anew');
});
