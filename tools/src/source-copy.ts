/** A runnable copy of the voucher context and all it stands on, compiled file by file; with one planted bug, if one is asked for. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';
import { Fault } from './say.js';

/** What is copied: the context and every library below it. */
const PROJECTS = ['libs/ledger', 'libs/contracts', 'libs/standards', 'libs/contexts/voucher'];

/** A change of one source file: the text that stands there once, and what stands there instead. */
export interface Change {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** The source with the change made. Throws a Fault when the text does not stand there exactly once. */
export const changed = (source: string, { file, find, replace }: Change): string => {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Fault(`${file} has "${find}" ${parts.length - 1} times: give the planted bug its place anew.`);
  return parts.join(replace);
};

const compiled = (source: string, filename: string): string =>
  transformSync(source, {
    filename,
    swcrc: false,
    jsc: { target: 'es2022', keepClassNames: true, parser: { syntax: 'typescript', decorators: true } },
    module: { type: 'es6' },
  }).code;

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const filesBelow = (root: string, folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['dist', 'node_modules', 'vectors'].includes(entry.name) ? [] : filesBelow(root, path);
    return /\.ts$/.test(entry.name) && !/\.(spec|d)\.ts$/.test(entry.name) ? [path] : [];
  });

/** Writes the copy anew into a folder of the workspace (third-party packages are found above it). Never touches the sources. */
export const copySources = (root: string, to: string, change?: Change): void => {
  rmSync(to, { recursive: true, force: true });
  if (change && !existsSync(join(root, change.file))) throw new Fault(`${change.file} is not there: give the planted bug its place anew.`);
  mkdirSync(join(to, 'node_modules', '@yrd'), { recursive: true });
  for (const project of PROJECTS) {
    for (const path of filesBelow(root, project)) {
      const source = readFileSync(join(root, path), 'utf8');
      const out = join(to, path.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, compiled(change?.file === path ? changed(source, change) : source, path));
    }
    const { name, exports } = JSON.parse(readFileSync(join(root, project, 'package.json'), 'utf8')) as Manifest;
    const sources = Object.entries(exports).map(([key, by]) => [key, by['@yrd/source']?.replace(/\.ts$/, '.js')] as const);
    const manifest = { name, type: 'module', exports: Object.fromEntries(sources) };
    writeFileSync(join(to, project, 'package.json'), JSON.stringify(manifest));
    symlinkSync(join('..', '..', project), join(to, 'node_modules', name));
  }
};
