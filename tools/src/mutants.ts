/** `npm run mutants`: plants one bug after the other in a copy of the sources and shows which seed or which named test catches it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Tellers } from './histories.js';
import type { Mutant } from './mutant.js';
import { MUTANTS } from './mutant-table.js';
import { Fault, say } from './say.js';
import { changed, copySources } from './source-copy.js';
import type { Place } from './start.js';

const SEEDS_MAX = 2_000;
const WIDTH = 56;

/** The first seed whose history complains, with its first complaint; null when none of so many does. */
const caughtBySimulation = async (place: Place, mutant: Mutant, seeds: number): Promise<string | null> => {
  const copy = join(place.home, 'mutants', 'sources');
  copySources(place.root, copy, mutant);
  const tellers = new Tellers(copy, availableParallelism());
  try {
    const caught: { seed: number; why: string }[] = [];
    await tellers.tellAll(1, seeds, ({ seed, complaints }) => {
      if (complaints[0] !== undefined) caught.push({ seed, why: complaints[0] });
      return caught.length === 0;
    });
    const [first] = [...caught].sort((a, b) => a.seed - b.seed);
    return first ? `seed ${first.seed}: ${first.why.split('\n')[0]!.slice(0, 90)}` : null;
  } finally {
    tellers.stop();
  }
};

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[] }[];
}

/** Jest over the tree as it is, the one file changed on its way through the compiler. */
const CONFIG = (root: string): string => `
import base from ${JSON.stringify(join(root, 'jest.config.mjs'))};
const [pure] = base.projects;
const by = ${JSON.stringify(join(root, 'tools', 'mutant-transform.cjs'))};
const transform = Object.fromEntries(Object.entries(pure.transform).map(([files, [, options]]) => [files, [by, options]]));
export default { ...base, rootDir: ${JSON.stringify(root)}, projects: [{ ...pure, rootDir: ${JSON.stringify(root)}, transform }] };
`;

/** The first named test that fails; null when all of its spec pass. */
const caughtByTest = (place: Place, mutant: Mutant & { readonly spec: string }): string | null => {
  const home = join(place.home, 'mutants');
  const report = join(home, 'report.json');
  mkdirSync(home, { recursive: true });
  rmSync(report, { force: true });
  writeFileSync(join(home, 'jest.config.mjs'), CONFIG(place.root));
  const jest = join(place.root, 'node_modules', 'jest', 'bin', 'jest.js');
  const args = [jest, '--config', join(home, 'jest.config.mjs'), '--testPathPatterns', mutant.spec, '--json', `--outputFile=${report}`];
  const { file, find, replace } = mutant;
  spawnSync(process.execPath, args, {
    cwd: place.root,
    stdio: 'ignore',
    env: { ...process.env, YRD_MUTANT: JSON.stringify({ file: join(place.root, file), find, replace }) },
  });
  if (!existsSync(report))
    throw new Fault(`The tests of "${mutant.name}" could not be run: try npx jest --testPathPatterns ${mutant.spec}.`);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const failed = testResults.flatMap(({ assertionResults }) => assertionResults).find(({ status }) => status === 'failed');
  return failed ? `test "${failed.fullName}"` : null;
};

/** Throws a Fault when a planted bug no longer has its place: it would prove nothing. */
export const checkTable = (root: string, table: readonly Mutant[] = MUTANTS): void => {
  for (const mutant of table) changed(readFileSync(join(root, mutant.file), 'utf8'), mutant);
};

const after = (args: readonly string[], name: string): string | undefined => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
};

/** `npm run mutants -- [--only "words of a name"] [--seeds 2000] [--simulation]`. Answers the exit code: 1 when one survives. */
export const mutants = async (place: Place, args: readonly string[]): Promise<number> => {
  checkTable(place.root);
  const only = after(args, '--only') ?? '';
  const seeds = Number(after(args, '--seeds') ?? SEEDS_MAX);
  const survivors: string[] = [];
  let simulated = 0;
  for (const mutant of MUTANTS.filter(({ name }) => name.includes(only))) {
    const { spec } = mutant;
    const byTest = spec === undefined || args.includes('--simulation') ? null : caughtByTest(place, { ...mutant, spec });
    const caught = byTest ?? (await caughtBySimulation(place, mutant, seeds));
    if (caught === null) survivors.push(mutant.name);
    else if (byTest === null) simulated += 1;
    say(`  ${caught === null ? '✗' : '✓'} ${mutant.name.padEnd(WIDTH)} ${caught ?? `survives ${seeds} seeds`}`);
  }
  say(`${survivors.length} survive; ${simulated} were caught by the simulation alone.`);
  return survivors.length === 0 ? 0 : 1;
};
