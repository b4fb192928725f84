// The files of this tree as git sees them: tracked ones and new ones that are not ignored.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root of the workspace: the nearest folder above the current one that holds nx.json. */
export const findRoot = (from: string = process.cwd()): string => {
  if (existsSync(join(from, 'nx.json'))) return from;
  if (dirname(from) === from) throw new Error('No nx.json in this folder or above it: run this inside the workspace.');
  return findRoot(dirname(from));
};

/** Paths relative to the root, forward slashes, sorted; files deleted but not yet committed are left out. */
export const listFiles = (root: string): string[] => {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const paths = listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
  return [...new Set(paths)].sort();
};

/** One file of the tree, read once. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

const BINARY = /\.(png|jpe?g|gif|ico|woff2?|pdf|gz|zip|jar)$/;

/** Reads every text file of the tree. */
export const readTree = (root: string): SourceFile[] =>
  listFiles(root)
    .filter((path) => !BINARY.test(path))
    .map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8')));

/** A file from its path and text, as the checks want it. */
export const sourceFile = (path: string, text: string): SourceFile => ({ path, text, lines: text.split('\n') });
