/** What comes in from others: every package is pinned by its hash, from the registry, under a licence that Apache-2.0 software may use. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from './say.js';

/** A package as the lockfile (version 3) describes it. */
export interface Locked {
  /** Where it is installed under another one. */
  readonly name?: string;
  readonly version?: string;
  readonly integrity?: string;
  /** Where it comes from, when that is not the registry. */
  readonly resolved?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
}
export interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

/** SPDX expressions that impose nothing but attribution. */
const PERMISSIVE: ReadonlySet<string> = new Set([
  ...['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Unlicense', 'Python-2.0'],
  ...['Apache-2.0 AND MIT', '(MIT OR CC0-1.0)'],
]);

/** Read by hand in the package: its description names the licence in a form older than SPDX. */
const READ_BY_HAND: Readonly<Record<string, string>> = {
  'buildcheck@0.0.7': 'MIT',
  'busboy@1.6.0': 'MIT',
  'cpu-features@0.0.10': 'MIT',
  'ssh2@1.17.0': 'MIT',
  'streamsearch@1.1.0': 'MIT',
};

/** Tools that are never shipped may bring data under other terms. */
const FOR_TOOLS_ONLY: ReadonlySet<string> = new Set(['caniuse-lite CC-BY-4.0']);

interface Package extends Locked {
  readonly name: string;
  readonly licence: string;
}

const packagesOf = ({ packages }: Lock): readonly Package[] =>
  Object.entries(packages).flatMap(([path, locked]) => {
    const name = locked.name ?? path.split('node_modules/').at(-1) ?? '';
    if (!path.includes('node_modules/') || locked.link === true) return [];
    return [{ ...locked, name, licence: locked.license ?? READ_BY_HAND[`${name}@${locked.version}`] ?? 'none' }];
  });

/** What is wrong with a lockfile, a sentence each. */
export const supplyFaults = (lock: Lock): readonly string[] =>
  packagesOf(lock).flatMap(({ name, version, integrity, resolved, licence, dev }) => {
    const usable = PERMISSIVE.has(licence) || (dev === true && FOR_TOOLS_ONLY.has(`${name} ${licence}`));
    return [
      ...(integrity?.startsWith('sha512-') ? [] : [`${name}@${version} is not pinned by a SHA-512: install it from the registry again.`]),
      ...(resolved === undefined ? [] : [`${name}@${version} does not come from the registry: depend on a published version.`]),
      ...(usable
        ? []
        : [`${name}@${version} is under "${licence}": read it, and take another package or add the licence with its reason.`]),
    ];
  });

/** Prints how many packages are under which licence. @throws Fault with all that is wrong. */
export const checkSupply = (root: string): void => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const packages = packagesOf(lock);
  const counts = new Map<string, [shipped: number, tools: number]>();
  for (const { licence, dev } of packages) {
    const [shipped, tools] = counts.get(licence) ?? [0, 0];
    counts.set(licence, dev === true ? [shipped, tools + 1] : [shipped + 1, tools]);
  }
  process.stdout.write(`${packages.length} packages\n${'licence'.padEnd(20)} shipped  for tools only\n`);
  for (const [licence, [shipped, tools]] of [...counts].sort(([, [one]], [, [other]]) => other - one))
    process.stdout.write(`${licence.padEnd(20)} ${String(shipped).padStart(7)}  ${String(tools).padStart(14)}\n`);
  const faults = supplyFaults(lock);
  if (faults.length > 0) throw new Fault(faults.join('\n'));
};
