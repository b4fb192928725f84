/** `npm run reset`: forgets the local data, after asking. */
import { existsSync, rmSync, statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { composeProject, engineAnswers } from './docker.js';
import { takeLock } from './lock.js';
import { Fault, say } from './say.js';
import type { Place } from './start.js';

const bytesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const confirmed = async (question: string): Promise<boolean> => {
  if (!process.stdin.isTTY) throw new Fault('Nobody can be asked here: say `npm run reset -- --yes` to forget the local data.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
};

/** What the starter itself wrote; anything else in the folder is not ours to remove. */
const OURS = [
  'data',
  'keys',
  'wires',
  'logs',
  'federation.json',
  'identity.json',
  'identity-keys.json',
  'issuer-key.json',
  'addresses.json',
  'samples.json',
];

/** Removes data, keys and the record of the way. Answers the exit code: 0 also when there was nothing to forget. */
export const reset = async (place: Place, args: readonly string[]): Promise<number> => {
  const { root, home } = place;
  const record = join(home, 'way.json');
  const found = OURS.map((name) => join(home, name)).filter((path) => existsSync(path));
  if (found.length === 0 && !existsSync(record)) {
    say(`There is no local data in ${home}.`);
    return 0;
  }
  const lock = await takeLock(home);
  try {
    const size = Math.ceil(bytesBelow(home) / 2 ** 20);
    const question = `Forget all local data in ${home} (${size} MiB: journals, keys, settings)? It cannot be brought back. [y/N] `;
    if (!args.includes('--yes') && !(await confirmed(question))) {
      say('Nothing was changed.');
      return 0;
    }
    // The record is read as text: a damaged one is a reason to be here, not one to refuse.
    if (await engineAnswers()) await (await composeProject(root, home)).remove();
    for (const path of found) rmSync(path, { recursive: true, force: true });
    rmSync(record, { force: true }); // Last: an interrupted reset is not taken for a first start.
    say('The local data is gone. `npm start` begins anew.');
    return 0;
  } finally {
    lock.release();
  }
};
