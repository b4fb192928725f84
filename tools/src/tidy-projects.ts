// Tidiness of the projects themselves: each stands under the import rules and lint, builds after what it needs, and pins what it uses.
import { posix } from 'node:path';
import type { SourceFile } from './tidy-files.js';
import type { Untidy } from './tidy-text.js';

type Versions = Readonly<Record<string, string>>;
interface Manifest {
  readonly name?: string;
  readonly license?: string;
  readonly scripts?: Versions;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly nx?: { readonly tags?: readonly string[] };
}
interface BuildConfig {
  readonly references?: readonly { readonly path: string }[];
}
interface Project {
  readonly path: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

const readProjects = (files: readonly SourceFile[]): Project[] =>
  files
    .filter(({ path }) => posix.basename(path) === 'package.json' && !path.startsWith('tools/fixtures/'))
    .map(({ path, text }) => ({ path, folder: posix.dirname(path), manifest: JSON.parse(text) as Manifest }));
const dependenciesOf = ({ dependencies, devDependencies, optionalDependencies }: Manifest): Versions => ({
  ...dependencies,
  ...devDependencies,
  ...optionalDependencies,
});

/** A project without one type and one scope stands outside the import rules, one without the lint script outside all of them. */
export const lawful = (files: readonly SourceFile[]): Untidy[] =>
  readProjects(files)
    .filter(({ folder }) => folder !== '.')
    .flatMap(({ path, manifest: { license, scripts, nx } }) => {
      const count = (kind: string) => (nx?.tags ?? []).filter((tag) => tag.startsWith(`${kind}:`)).length;
      const faults = [
        count('type') === 1 && count('scope') === 1 ? '' : 'The project needs exactly one type: and one scope: in nx.tags.',
        scripts?.['lint'] === 'eslint . --max-warnings 0' ? '' : 'The project needs the script "lint": "eslint . --max-warnings 0".',
        license === 'Apache-2.0' ? '' : 'The project needs "license": "Apache-2.0".',
      ];
      return faults.filter((what) => what !== '').map((what) => ({ path, line: 1, what }));
    });

/** The compiler builds a project after what it references: each of our own dependencies, and the root references every project. */
export const buildOrder = (files: readonly SourceFile[]): Untidy[] => {
  const projects = readProjects(files).filter(({ folder }) => folder !== '.');
  const folderOf = new Map(projects.map(({ folder, manifest }) => [manifest.name ?? '', folder]));
  const referenced = (folder: string): Set<string> => {
    const text = files.find(({ path }) => path === posix.join(folder, 'tsconfig.json'))?.text ?? '{}';
    return new Set(((JSON.parse(text) as BuildConfig).references ?? []).map(({ path }) => posix.join(folder, path)));
  };
  const missing = (folder: string, wanted: readonly string[]): Untidy[] =>
    wanted
      .filter((one) => !referenced(folder).has(one))
      .map((one) => ({ path: posix.join(folder, 'tsconfig.json'), line: 1, what: `The project ${one} is not in the references: add it.` }));
  const ownOf = ({ manifest }: Project): string[] => Object.keys(dependenciesOf(manifest)).flatMap((name) => folderOf.get(name) ?? []);
  return [...missing('.', [...folderOf.values()]), ...projects.flatMap((project) => missing(project.folder, ownOf(project)))];
};

/** One exact version of each package in the whole tree: what was tested is what is installed. */
export const pins = (files: readonly SourceFile[]): Untidy[] => {
  const seen = new Map<string, { version: string; path: string }>();
  return readProjects(files).flatMap(({ path, manifest }) =>
    Object.entries(dependenciesOf(manifest)).flatMap(([name, version]) => {
      const first = seen.get(name) ?? { version, path };
      seen.set(name, first);
      if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return [{ path, line: 1, what: `${name} is "${version}": pin one exact version.` }];
      if (version === first.version) return [];
      return [{ path, line: 1, what: `${name} is ${version} here and ${first.version} in ${first.path}: use one version.` }];
    }),
  );
};
