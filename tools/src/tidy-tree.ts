// Tidiness that only the whole tree can show: dead files, deep folders, confetti, documents, glossary.
import { posix } from 'node:path';
import type { SourceFile } from './tidy-files.js';
import { lineCount, type Untidy } from './tidy-text.js';

const FOLDERS_MAX = 4;
const SMALL_LINES = 25;
const SMALL_SHARE_MAX = 0.15;
const SHARE_COUNTS_FROM = 60; // Below so many files the share is chance.

const isTypeScript = (path: string): boolean => /\.tsx?$/.test(path) && !path.endsWith('.d.ts');
const isSpec = (path: string): boolean => path.endsWith('.spec.ts');
const isOurs = (path: string): boolean => /^(libs|apps|tools)\//.test(path) && isTypeScript(path);
const isEntryPoint = (path: string): boolean => /(^|\/)(index|main)\.tsx?$/.test(path) || isSpec(path);
const RELATIVE = /['"`](\.{1,2}\/[^'"`\n]+)['"`]/g;

/** A source file that nobody imports, starts or names is not there. */
export const deadFiles = (files: readonly SourceFile[]): Untidy[] => {
  const imported = new Set(
    files
      .filter(({ path }) => isTypeScript(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(RELATIVE)].map(([, to]) => posix.join(posix.dirname(path), to ?? '').replace(/\.jsx?$/, '')),
      ),
  );
  const starters = files.filter(({ path }) => !isTypeScript(path) && !/\.(md|csv)$/.test(path) && path !== 'package-lock.json');
  const started = (path: string): boolean => {
    const name = new RegExp(`[/'"\\s]${posix.basename(path).replace(/\.tsx?$/, '')}\\.(js|ts)\\b`);
    return starters.some(({ text }) => name.test(text));
  };
  return files
    .filter(
      ({ path }) =>
        isOurs(path) && !isEntryPoint(path) && !imported.has(path.replace(/\.tsx?$/, '')) && !imported.has(path) && !started(path),
    )
    .map(({ path }) => ({ path, line: 1, what: 'Nobody imports or starts this file: use it or delete it.' }));
};

/** A reader should not have to dig. */
export const deepFolders = (files: readonly SourceFile[]): Untidy[] =>
  files
    .filter(({ path }) => isOurs(path) && (path.split('/src/')[1] ?? '').split('/').length - 1 > FOLDERS_MAX)
    .map(({ path }) => ({ path, line: 1, what: `The file is more than ${FOLDERS_MAX} folders below src: move it up.` }));

/** How many of the source files are so small that a rule must be put together from many tabs. */
export const smallShare = (files: readonly SourceFile[]): { small: string[]; of: number } => {
  const counted = files.filter(({ path }) => isOurs(path) && !isEntryPoint(path));
  return { small: counted.filter((file) => lineCount(file) < SMALL_LINES).map(({ path }) => path), of: counted.length };
};

/** Confetti: too many small files. Silent while there are too few files to judge. */
export const confetti = (files: readonly SourceFile[]): Untidy[] => {
  const { small, of } = smallShare(files);
  if (of < SHARE_COUNTS_FROM || small.length / of < SMALL_SHARE_MAX) return [];
  const what = `${small.length} of ${of} source files have fewer than ${SMALL_LINES} lines: put into one file what is read together.`;
  return small.map((path) => ({ path, line: 1, what }));
};

const outsideFences = ({ lines }: SourceFile): string[] => {
  let fenced = false;
  return lines.map((line) => {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    return fenced ? '' : line;
  });
};

const LINK = /\]\(<?([^)\s>]+)>?[^)]*\)/g;
const PATH_IN_CODE = /`((?:libs|apps|tools|docs|deploy|policies|samples)\/[\w./-]+\.(?:ts|mjs|md|json|ya?ml|csv))`/g;

/** Documents: exactly one title, and no link or path that leads nowhere. */
export const documents = (files: readonly SourceFile[]): Untidy[] => {
  const paths = files.map(({ path }) => path);
  const exists = (path: string): boolean =>
    path === '.' || paths.some((one) => one === path || one.startsWith(`${path.replace(/\/$/, '')}/`));
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap((file) => {
      const lines = outsideFences(file);
      const titles = lines.flatMap((line, index) => (line.startsWith('# ') ? [index + 1] : []));
      const untitled =
        titles.length === 1
          ? []
          : [{ path: file.path, line: titles[1] ?? 1, what: `The document has ${titles.length} titles (# …): give it exactly one.` }];
      const dead = lines.flatMap((line, index) => {
        const links = [...line.matchAll(LINK)].map(([, to]) => to ?? '').filter((to) => !/^(#|[a-z]+:)/i.test(to));
        const targets = links.map((to) => decodeURI(to.replace(/#.*$/, ''))).map((to) => posix.join(posix.dirname(file.path), to));
        const named = [...line.matchAll(PATH_IN_CODE)].map(([, to]) => to ?? '');
        return [...targets, ...named]
          .filter((to) => !exists(to))
          .map((to) => ({
            path: file.path,
            line: index + 1,
            what: `The document points to "${to}", which is not there: mend the path or take it out.`,
          }));
      });
      return [...untitled, ...dead];
    });
};

// An entry in contracts is seen by its wire name, by `type: 'OrderPlaced'`, or as a key: `OrderPlaced: {…}`.
const WIRE_NAME = /['"`][a-z]+\.([a-z][a-z0-9-]*)\.v\d+['"`]/g;
const EVENT_NAME = /(?:\btype: ['"]|^\s+['"]?)([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)(?=['"]?\s*[:;,}]|['"])/g;
const pascal = (kebab: string): string => kebab.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());

/** Every entry that crosses a border has its row in the glossary, in both languages. */
export const glossary = (files: readonly SourceFile[]): Untidy[] => {
  const known = files.find(({ path }) => path === 'docs/GLOSSARY.md')?.text ?? '';
  const said = (line: string): string[] => [
    ...[...line.matchAll(WIRE_NAME)].map(([, name]) => pascal(name ?? '')),
    ...(/^\s*(import|export|\*|\/\/)/.test(line) ? [] : [...line.matchAll(EVENT_NAME)].map(([, name]) => name ?? '')),
  ];
  return (
    files
      // The access table names commands, with their words in both languages beside them.
      .filter(({ path }) => /^libs\/contracts\/src\/(?!access-).*\.(ts|json)$/.test(path) && !isSpec(path))
      .flatMap(({ path, lines }) =>
        lines.flatMap((text, index) => [...new Set(said(text))].map((name) => ({ path, line: index + 1, name }))),
      )
      .filter(({ name }) => !known.includes(`\`${name}\``))
      .map(({ path, line, name }) => ({ path, line, what: `The entry ${name} is not in docs/GLOSSARY.md: add it with its 中文.` }))
  );
};
