/** The gate of the contracts: what was promised to readers outside still holds, and a promise is broken by no accident. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractBreaks, currentContracts, type Tagged } from '@yrd/contracts';
import { lastTag, TAGGED_FOLDER, tagContracts } from './tagged.js';
import { findRoot } from './tidy-files.js';

test('no payload that was promised is broken: what is new is a new type or an optional field, else npm run tag-contracts says how', () => {
  const { number, tag } = lastTag(findRoot());
  expect(number).toBeGreaterThan(0);
  expect(Object.keys(tag.types).length).toBeGreaterThan(40);
  expect(contractBreaks(tag.types, currentContracts())).toEqual([]);
});

describe('tagging', () => {
  let root: string;
  const told: string[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'yrd-tagged-'));
    told.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => (told.push(String(text)), true));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(root, { recursive: true, force: true });
  });
  const said: Tagged = { 'test.said.v1': { audience: 'public', classification: 'public', schema: { type: 'object', properties: {} } } };
  const more: Tagged = { ...said, 'test.told.v1': said['test.said.v1']! };

  test('writes one file for each addition, and none where nothing was added', () => {
    tagContracts(root, [], said);
    tagContracts(root, [], said);
    expect(lastTag(root)).toEqual({ number: 1, tag: { types: said } });
    tagContracts(root, [], more);
    expect(lastTag(root)).toEqual({ number: 2, tag: { types: more } });
    expect(readFileSync(join(root, TAGGED_FOLDER, '0001.json'), 'utf8')).toBe(`${JSON.stringify({ types: said }, null, 1)}\n`);
  });

  test('refuses a broken promise, and keeps with the next one why it was broken', () => {
    tagContracts(root, [], more);
    expect(() => tagContracts(root, [], said)).toThrow(/test\.told\.v1: the type is gone[^]*--because/);
    expect(lastTag(root).number).toBe(1);
    tagContracts(root, ['--because', 'nobody has read it yet'], said);
    expect(lastTag(root).tag.broke).toEqual({
      because: 'nobody has read it yet',
      promises: [expect.stringContaining('test.told.v1: the type is gone')],
    });
  });

  test('says how it is asked when it is asked otherwise', () => expect(() => tagContracts(root, ['--force'])).toThrow(/--because/));
});
