/** Histories of four nodes under planned faults, told on all cores; and what makes a failing one useful: its replay, and its shrinking. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { shrink, Tellers } from './histories.js';
import { checkTable } from './mutants.js';
import { MUTANTS } from './mutant-table.js';
import { replayOf, Tally } from './simulate.js';
import { changed, copySources } from './source-copy.js';
import { findRoot } from './tidy-files.js';

const HISTORIES = 24;
const root = findRoot();
const folders: string[] = [];
const tellers: Tellers[] = [];
/** Processes that tell histories out of a copy of the sources, with a planted bug where one is named. */
const telling = (bug?: string): Tellers => {
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

test(`${HISTORIES} histories hold: nothing lost, nothing twice, all replicas equal, every fen in its place`, async () => {
  const tally = new Tally();
  await telling().tellAll(1, HISTORIES, (answer) => (tally.add(answer), true));
  expect(tally.failing.map(({ seed, complaints }) => `${replayOf({ seed, without: [] })}: ${complaints.join('; ')}`)).toEqual([]);
  expect(tally.histories).toBe(HISTORIES);
  // Every kind of fault, and every stage; each in each is asked of a run of 300 (npm run simulate).
  expect(new Set([...tally.faults.keys()].map((key) => key.split(' | ')[0])).size).toBe(17);
  expect(new Set([...tally.faults.keys()].map((key) => key.split(' | ')[1])).size).toBe(5);
}, 240_000);

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
