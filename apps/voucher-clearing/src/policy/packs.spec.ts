/** Policy packs as files: those of the four provinces, and files that must keep a node from starting. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { voucher } from '@yrd/voucher';
import { stringify } from 'yaml';
import { packOf } from '../../testing/delta.js';
import { indexes } from '../indexes.js';
import { readPacks } from './packs.js';

const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'yrd-packs-'));
  mkdirSync(join(folder, '32'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

describe('The packs in this repository', () => {
  it('are readable, and there is one for the scheme cxq in each province', () => {
    const packs = readPacks(join(__dirname, '..', '..', '..', '..', 'policies'));
    expect(
      packs
        .filter(({ scheme }) => scheme === 'cxq')
        .map(({ province }) => province)
        .sort(),
    ).toEqual(['31', '32', '33', '34']);
  });
});

describe('A folder of packs', () => {
  it('holds those of this context; what others keep there is left alone', () => {
    const folder = folderOf({
      '32/voucher.yaml': stringify(packOf('32')),
      '32/expert.yaml': 'not: ours',
      'notes.yaml': '- x',
      'voucher.txt': '',
    });
    expect(readPacks(folder)).toEqual([packOf('32')]);
  });

  it.each<[string, string, RegExp]>([
    ['is no YAML', 'a: [', /voucher\.yaml: /],
    ['has a fault', stringify({ ...packOf('32'), claimsPerYear: 0 }), /voucher\.yaml: \/claimsPerYear: /],
    ['has an unknown field', stringify({ ...packOf('32'), colour: 'red' }), /voucher\.yaml: \/colour: /],
    ['says a field twice', `${stringify(packOf('32'))}title: again\n`, /voucher\.yaml: .*unique/],
    ['is empty', '', /voucher\.yaml: /],
    ['multiplies itself', 'a: &a [1]\nb: [*a, *a, *a]', /voucher\.yaml: /],
  ])('with a file that %s is refused with its place', (_what, text, told) => {
    expect(() => readPacks(folderOf({ '32/voucher.yaml': text }))).toThrow(told);
  });

  it('with one version in two files is refused', () => {
    const text = stringify(packOf('32'));
    expect(() => readPacks(folderOf({ '32/voucher.yaml': text, '32/voucher-two.yaml': text }))).toThrow(/two files hold the pack 32 cxq/);
  });

  it('that is not there is refused', () => {
    expect(() => readPacks(join(tmpdir(), 'yrd-no-such-folder'))).toThrow(/ENOENT/);
  });
});

describe('The indexes', () => {
  it('are of views that exist', () => {
    const tables = [...voucher.views.map(({ name }) => `view.${name}@${voucher.codeVersion}`), `timers@${voucher.codeVersion}`];
    expect(tables).toEqual(expect.arrayContaining(Object.keys(indexes)));
  });
});
