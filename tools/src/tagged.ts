/** `npm run tag-contracts`: what is promised to readers from now on, written down beside the contracts, one file for each time. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contractBreaks, currentContracts, type Tagged } from '@yrd/contracts';
import { Fault, say } from './say.js';

/** Files `0001.json` and so on; the last one counts. */
export const TAGGED_FOLDER = 'libs/contracts/tagged';
const FILE = /^(\d{4})\.json$/;

/** A promise, and which earlier ones it takes back. */
export interface Tag {
  /** Why promises were broken, and which; absent where none was. */
  readonly broke?: { readonly because: string; readonly promises: readonly string[] };
  readonly types: Tagged;
}

/** The last tag and its number; 0 and no promises before the first one. */
export const lastTag = (root: string): { readonly number: number; readonly tag: Tag } => {
  const folder = join(root, TAGGED_FOLDER);
  const numbers = existsSync(folder) ? readdirSync(folder).flatMap((name) => FILE.exec(name)?.[1] ?? []) : [];
  const number =
    numbers
      .map(Number)
      .sort((a, b) => a - b)
      .at(-1) ?? 0;
  if (number === 0) return { number, tag: { types: {} } };
  return { number, tag: JSON.parse(readFileSync(fileOf(root, number), 'utf8')) as Tag };
};

const fileOf = (root: string, number: number): string => join(root, TAGGED_FOLDER, `${String(number).padStart(4, '0')}.json`);

const HOW = `Contracts hold what was promised: add a new type or an optional field, and write the old one on for its readers.
If nobody reads it yet, say why the promise may be broken: npm run tag-contracts -- --because "<why>"`;

const becauseIn = (args: readonly string[]): string => {
  try {
    return parseArgs({ args: [...args], options: { because: { type: 'string', default: '' } } }).values.because.trim();
  } catch (error) {
    throw new Fault(`${error instanceof Error ? error.message : String(error)}\n${HOW}`);
  }
};

/** Writes the next tag where something was added. Throws a Fault that lists broken promises, unless it is said why. */
export const tagContracts = (root: string, args: readonly string[], types = currentContracts()): void => {
  const because = becauseIn(args);
  const { number, tag } = lastTag(root);
  const promises = contractBreaks(tag.types, types);
  if (promises.length > 0 && because === '') throw new Fault(`${promises.join('\n')}\n${HOW}`);
  if (number > 0 && JSON.stringify(tag.types) === JSON.stringify(types)) return say(`Nothing has changed since ${fileOf('', number)}.`);
  const next: Tag = { ...(promises.length > 0 && { broke: { because, promises } }), types };
  mkdirSync(join(root, TAGGED_FOLDER), { recursive: true });
  writeFileSync(fileOf(root, number + 1), `${JSON.stringify(next, null, 1)}\n`);
  say(`${Object.keys(types).length} types are promised in ${fileOf('', number + 1)}.`);
};
