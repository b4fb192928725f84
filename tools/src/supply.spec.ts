/** What comes in from others is pinned, comes from the registry, runs nothing when it is installed, and may be used here. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { supplyFaults, type Lock, type Locked } from './supply.js';
import { findRoot } from './tidy-files.js';

const root = findRoot();
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
const good: Locked = { version: '1.0.0', integrity: 'sha512-a', license: 'MIT' };
const faultsOf = (change: Partial<Locked>) => supplyFaults({ packages: { 'node_modules/some': { ...good, ...change } } });

test('every package of the lockfile is pinned, of the registry and under a licence that may be used', () => {
  expect(Object.keys(lock.packages).length).toBeGreaterThan(500);
  expect(supplyFaults(lock)).toEqual([]);
});

test.each<[string, Partial<Locked>, RegExp]>([
  ['without a hash', { integrity: '' }, /not pinned/],
  ['with a weak hash', { integrity: 'sha1-a' }, /not pinned/],
  ['from a repository', { resolved: 'git+ssh://git@example.org/some.git' }, /not come from the registry/],
  ['under a licence that binds whoever uses it', { license: 'AGPL-3.0-only' }, /AGPL-3.0-only/],
  ['that names no licence', { license: 'none' }, /"none"/],
])('a package %s is refused', (_, change, says) => {
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf(change)).toEqual([expect.stringMatching(says)]);
});

test('data under other terms is let pass for tools, and never shipped', () => {
  const data = (dev: boolean) => supplyFaults({ packages: { 'node_modules/caniuse-lite': { ...good, license: 'CC-BY-4.0', dev } } });
  expect([data(true), data(false).length]).toEqual([[], 1]);
});

test('no package runs anything when it is installed', () => {
  expect(readFileSync(join(root, '.npmrc'), 'utf8').split('\n')).toContain('ignore-scripts=true');
});

test('the bill of materials names every package of the lockfile, with its version', () => {
  const bill = JSON.parse(
    execFileSync('npm', ['run', '--silent', 'sbom'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    }),
  ) as { readonly bomFormat: string; readonly components: readonly { readonly purl: string }[] };
  expect(bill.bomFormat).toBe('CycloneDX');
  const named = new Set(bill.components.map(({ purl }) => decodeURIComponent(purl).replace('pkg:npm/', '')));
  const locked = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true);
  expect(
    locked
      .map(([path, { name, version }]) => `${name ?? path.split('node_modules/').at(-1)}@${version}`)
      .filter((each) => !named.has(each)),
  ).toEqual([]);
});
