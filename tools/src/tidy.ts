// Tidy: what can be checked by a program is not left to review. All checks over all files of the tree, as sentences.
import type { SourceFile } from './tidy-files.js';
import { leftovers, names, opening, sizes, switchedOff, type Untidy } from './tidy-text.js';
import { buildOrder, lawful, pins } from './tidy-projects.js';
import { confetti, deadFiles, deepFolders, documents, glossary } from './tidy-tree.js';

const OF_ONE_FILE = [sizes, opening, leftovers, switchedOff, names];
const OF_THE_TREE = [deadFiles, deepFolders, confetti, documents, glossary, lawful, buildOrder, pins];

/** @returns one sentence per untidy place, `path:line what is wrong: how to mend it`, sorted; empty when all is well. */
export const tidy = (files: readonly SourceFile[]): string[] => {
  const found: Untidy[] = [
    ...files.flatMap((file) => OF_ONE_FILE.flatMap((check) => check(file))),
    ...OF_THE_TREE.flatMap((check) => check(files)),
  ];
  return found.map(({ path, line, what }) => `${path}:${line} ${what}`).sort();
};
