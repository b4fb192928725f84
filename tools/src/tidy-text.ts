// Tidiness of one file at a time: sizes, names, words, leftovers and what must never stand in the repository.
import ts from 'typescript';
import type { SourceFile } from './tidy-files.js';

/** One untidy place: where, what is wrong, and how to mend it. `line` counts from 1. */
export interface Untidy {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

const LINES_MAX = 300;
const SPEC_LINES_MAX = 500;
const LINE_LENGTH_MAX = 140;
const UNBROKEN_MIN = 80; // A hash, a key or an address cannot be folded.

const isCode = ({ path }: SourceFile): boolean => /\.(ts|tsx|mjs)$/.test(path) && !path.endsWith('.d.ts');
const isSpec = ({ path }: SourceFile): boolean => path.endsWith('.spec.ts');
const isData = ({ path }: SourceFile): boolean => /(^|\/)(data|vectors|history|fixtures)\/|[.-](data|vectors)\.ts$/.test(path);
const isLock = ({ path }: SourceFile): boolean => path === 'package-lock.json';
/** A project that has only been announced: one empty module. */
const isPlaceholder = ({ text }: SourceFile): boolean => text.trim() === 'export {};';

/** Lines of a file; the end of the last line is no line. */
export const lineCount = ({ lines }: SourceFile): number => lines.length - (lines.at(-1) === '' ? 1 : 0);

const eachLine = (file: SourceFile, judge: (line: string) => string | undefined): Untidy[] =>
  file.lines.flatMap((text, index) => {
    const what = judge(text);
    return what === undefined ? [] : [{ path: file.path, line: index + 1, what }];
  });

/** Whole files and single lines stay readable on one screen. */
export const sizes = (file: SourceFile): Untidy[] => {
  if (!isCode(file) || isData(file)) return [];
  const max = isSpec(file) ? SPEC_LINES_MAX : LINES_MAX;
  const count = lineCount(file);
  const mend = isSpec(file) ? 'split it by what it tests' : 'take out a part that deserves a name of its own';
  const whole = count > max ? [{ path: file.path, line: max + 1, what: `The file has ${count} lines, ${max} are allowed: ${mend}.` }] : [];
  const unbroken = new RegExp(`\\S{${UNBROKEN_MIN},}`);
  const long = eachLine(file, (line) =>
    line.length > LINE_LENGTH_MAX && !unbroken.test(line)
      ? `The line has ${line.length} characters, ${LINE_LENGTH_MAX} are allowed: fold it (prettier folds code, you fold comments).`
      : undefined,
  );
  return [...whole, ...long];
};

/** Each file of code says first what it is. */
export const opening = (file: SourceFile): Untidy[] => {
  if (!isCode(file) || isPlaceholder(file)) return [];
  const first = file.lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#!'));
  if (/^\s*(\/\/|\/\*)/.test(file.lines[first] ?? '')) return [];
  return [{ path: file.path, line: 1, what: 'The file does not say what it is: open it with a comment of one or two sentences.' }];
};

// The words are put together from pieces, so that this file does not stand on its own list.
const LEFTOVERS = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);
const MACHINE_PATHS = new RegExp(`(^|[^\\w.-])/(${['work', 'root', 'home/[a-z]+', 'tmp/bash' + '_jobs'].join('|')})/`);
const HOSTS = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['registry', 'npmmirror', 'com'],
  ['repo', 'maven', 'apache', 'org'],
  ['repo1', 'maven', 'org'],
  ['files', 'pythonhosted', 'org'],
  ['pypi', 'org'],
  ['proxy', 'golang', 'org'],
  ['index', 'docker', 'io'],
  ['registry-1', 'docker', 'io'],
  ['fastdl', 'mongodb', 'org'],
  ['archive', 'apache', 'org/dist'],
].map((parts) => parts.join('.'));

/** What a repository must not carry: notes to oneself, one machine's paths, one site's mirrors, stray bytes. */
export const leftovers = (file: SourceFile): Untidy[] =>
  eachLine(file, (line) => {
    const host = HOSTS.find((name) => line.includes(name));
    if (host !== undefined) return `The line names the package registry ${host}: leave it to the configuration of the package client.`;
    if (isLock(file)) return undefined;
    if (LEFTOVERS.test(line)) return 'The line has a note to oneself: do it now, or open an issue and delete the note.';
    if (MACHINE_PATHS.test(line)) return 'The line has a path of one machine: make it relative to the workspace.';
    if (line.includes('\r')) return 'The line ends in a carriage return: use line feeds only.';
    if (/[ \t]$/.test(line) && !file.path.endsWith('.md')) return 'The line ends in blanks: delete them.';
    return undefined;
  });

/** A test that is switched off, or that switches the others off, proves nothing. */
export const switchedOff = (file: SourceFile): Untidy[] =>
  isSpec(file)
    ? eachLine(file, (line) =>
        /^\s*(x(it|test|describe)|f(it|describe)|(it|test|describe)\.(only|skip|todo|failing))\b/.test(line)
          ? 'The test is switched off or switches others off: make it run, or delete it and say why in the commit.'
          : undefined,
      )
    : [];

const BANNED_WORDS: ReadonlyMap<string, string> = new Map([
  ['impl', 'name what sets it apart (MongoBlockStore), not that it implements'],
  ['helper', 'name what it does'],
  ['helpers', 'name what it does'],
  ['util', 'name what it is about'],
  ['utils', 'name what it is about'],
  ['manager', 'name its duty (sequencer, publisher, registry)'],
  ['master', 'say leader, primary, owner or main'],
  ['slave', 'say follower, secondary or replica'],
]);
const BANNED_FILES: ReadonlyMap<string, string> = new Map([
  ...BANNED_WORDS,
  ['common', 'name the concept that is common'],
  ['shared', 'name the concept that is shared'],
  ['misc', 'put each thing where it belongs'],
  ['v2', 'change the thing itself, or give the new meaning a new name'],
]);
const DOMAIN_WORDS = /technology-?manager/i; // 技术经理人 is a profession.

const banned = (name: string, list: ReadonlyMap<string, string>): string | undefined => {
  const words = name
    .replace(DOMAIN_WORDS, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const word = words.find((one) => list.has(one));
  return word === undefined ? undefined : `"${name}" has the empty word "${word}": ${list.get(word) ?? ''}.`;
};

const misnamed = (node: ts.NamedDeclaration, name: string): string | undefined => {
  if (ts.isInterfaceDeclaration(node) && /^I[A-Z][a-z]/.test(name)) return `"${name}" says that it is an interface: drop the I.`;
  if (ts.isClassDeclaration(node) && /^Base[A-Z]/.test(name)) return `"${name}" is named after its place in a hierarchy: name the concept.`;
  return banned(name, BANNED_WORDS);
};

/** Names of files and of everything declared in them; names that other packages chose are theirs. */
export const names = (file: SourceFile): Untidy[] => {
  const base = file.path.split('/').at(-1) ?? '';
  const folders = file.path.split('/').slice(0, -1);
  const found: Untidy[] = [];
  const add = (line: number, what: string | undefined) => what !== undefined && found.push({ path: file.path, line, what });
  if (isCode(file)) {
    for (const part of [...folders, base.replace(/\.\w+$/, '')]) add(1, banned(part, BANNED_FILES));
    if (!/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(base)) add(1, `The file name "${base}" is not in kebab-case: rename it.`);
    const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true);
    const visit = (node: ts.Node): void => {
      const { name } = node as ts.NamedDeclaration;
      if (
        name !== undefined &&
        ts.isIdentifier(name) &&
        !ts.isImportSpecifier(node) &&
        !ts.isImportClause(node) &&
        !ts.isPropertyAccessExpression(node)
      ) {
        add(tree.getLineAndCharacterOfPosition(name.getStart()).line + 1, misnamed(node as ts.NamedDeclaration, name.text));
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }
  return found;
};
