// The tree is tidy, and each check of tidy finds what it is there for.
import { findRoot, readTree, sourceFile } from './tidy-files.js';
import { tidy } from './tidy.js';

const code = (text: string) => `// A thing.\n${text}\n`;
const at = (path: string, text: string) => sourceFile(path, text);
/** Checks a small tree in which everything but the given files is in order. */
const tidyWith = (...files: [path: string, text: string][]) => tidy(files.map(([path, text]) => at(path, text)));
const lines = (count: number) => 'x;\n'.repeat(count);

describe('tidy', () => {
  test('finds nothing in this tree', () => expect(tidy(readTree(findRoot()))).toEqual([]));

  test('finds nothing in a small tidy tree', () =>
    expect(
      tidyWith(
        ['libs/a/src/index.ts', code("export { b } from './b.js';")],
        ['libs/a/src/b.ts', code('export const b = 1;')],
        ['README.md', '# A\n\n[b](libs/a/src/b.ts)\n'],
      ),
    ).toEqual([]));

  const main = 'apps/a/src/main.ts';
  test.each<[it: string, path: string, text: string, says: RegExp]>([
    ['a file of more than 300 lines', main, code(lines(300).trim()), /301 lines, 300 are allowed/],
    ['a spec of more than 500 lines', 'apps/a/src/a.spec.ts', code(lines(500).trim()), /501 lines, 500 are allowed/],
    ['a line of more than 140 characters', main, code('ab'.concat(' c'.repeat(70))), /main\.ts:2 The line has 142 characters/],
    ['a file that does not say what it is', main, 'export const a = 1;\n', /main\.ts:1 The file does not say what it is/],
    ['a note to oneself', main, code(`// ${'TO' + 'DO'}: later`), /main\.ts:2 The line has a note to oneself/],
    ['a path of one machine', 'deploy/a.yaml', `a: /${'work'}/main\n`, /a\.yaml:1 The line has a path of one machine/],
    ['a registry', 'package-lock.json', `"https://${['registry', 'npmjs', 'org'].join('.')}/a"\n`, /names the package registry/],
    ['a carriage return', main, code('a;\r'), /carriage return/],
    ['blanks at the end of a line', main, code('a;  '), /ends in blanks/],
    ['a test that is switched off', 'apps/a/src/a.spec.ts', code("test.skip('x', () => {});"), /switched off/],
    ['a class named after being an implementation', main, code('class StoreImpl {}'), /empty word "impl": name what sets it apart/],
    ['a function named after helping', main, code('const dateHelper = 1;'), /empty word "helper"/],
    ['a parameter with the words of slavery', main, code('const f = (masterNode: string) => masterNode;'), /empty word "master"/],
    ['an interface that says so', main, code('interface IStore { a: 1 }'), /drop the I/],
    ['a class named after its place in a hierarchy', main, code('class BaseStore {}'), /name the concept/],
    ['a file named shared', 'apps/a/src/shared/index.ts', code('export {};'), /empty word "shared"/],
    ['a file of a second version', 'apps/a/src/order-v2.spec.ts', code('export {};'), /empty word "v2"/],
    ['a file not in kebab-case', 'apps/a/src/myOrder.spec.ts', code('export {};'), /not in kebab-case/],
    ['a file that nobody imports', 'libs/a/src/lonely.ts', code('export const a = 1;'), /Nobody imports or starts this file/],
    ['a file too deep', 'libs/a/src/b/c/d/e/f/index.ts', code('export {};'), /more than 4 folders below src/],
    ['a document without a title', 'docs/a.md', 'text\n', /0 titles/],
    ['a document with two titles', 'docs/a.md', '# A\n\n# B\n', /a\.md:3 The document has 2 titles/],
    ['a dead link', 'docs/a.md', '# A\n\n[b](../b.md#c)\n', /a\.md:3 The document points to "b\.md"/],
    ['a dead path', 'docs/a.md', '# A\n\nsee `libs/a/src/b.ts`\n', /points to "libs\/a\/src\/b\.ts"/],
    [
      'an entry without a word in the glossary',
      'libs/contracts/src/index.ts',
      code("const t = 'voucher.order-placed.v1';"),
      /The entry OrderPlaced is not in docs/,
    ],
    [
      'an entry known by its key',
      'libs/contracts/src/index.ts',
      code('const t = {\n  OrderPlaced: {},\n};'),
      /index\.ts:3 The entry OrderPlaced/,
    ],
  ])('finds %s', (_it, path, text, says) => expect(tidyWith([path, text])).toEqual([expect.stringMatching(says)]));

  const project = {
    name: '@yrd/a',
    license: 'Apache-2.0',
    scripts: { lint: 'eslint . --max-warnings 0' },
    nx: { tags: ['type:a', 'scope:b'] },
  };
  const root: [string, string] = ['tsconfig.json', '{"references":[{"path":"libs/a"}]}'];
  test.each<[it: string, change: object, says: RegExp]>([
    ['outside the import rules', { nx: { tags: ['type:a'] } }, /exactly one type: and one scope:/],
    ['outside lint', { scripts: {} }, /script "lint"/],
    ['under another licence', { license: 'MIT' }, /Apache-2.0/],
    ['with a version that may change', { dependencies: { a: '^1.0.0' } }, /pin one exact version/],
    ['with another version than the root', { dependencies: { b: '1.0.1' } }, /b is 1\.0\.1 here and 1\.0\.0 in package\.json/],
    [
      'that builds before what it needs',
      { dependencies: { '@yrd/a': '0.1.0' } },
      /libs\/a\/tsconfig\.json:1 The project libs\/a is not in the references/,
    ],
  ])('finds a project %s', (_it, change, says) => {
    const manifest = ['package.json', '{"devDependencies":{"b":"1.0.0"}}'] as [string, string];
    expect(tidyWith(manifest, root, ['libs/a/package.json', JSON.stringify(project)])).toEqual([]);
    expect(tidyWith(manifest, root, ['libs/a/package.json', JSON.stringify({ ...project, ...change })])).toEqual([
      expect.stringMatching(says),
    ]);
  });
  test('finds a project that the build does not know', () =>
    expect(tidyWith(['libs/a/package.json', JSON.stringify(project)])).toEqual([
      expect.stringMatching(/^tsconfig\.json:1 The project libs\/a/),
    ]));

  test('finds confetti once there are enough files to judge', () => {
    const small = (count: number): [string, string][] =>
      Array.from({ length: count }, (_, n) => [`libs/a/src/f${n}.ts`, code(`import './f${(n + 1) % count}.js';`)]);
    expect(tidyWith(...small(59))).toEqual([]);
    expect(tidyWith(...small(60))[0]).toMatch(/60 of 60 source files have fewer than 25 lines/);
  });

  test.each<[it: string, path: string, text: string]>([
    ['a long line that cannot be folded', main, code(`const hash = '${'0'.repeat(150)}';`)],
    ['names that others chose', main, code("import { StoreManager } from 'elsewhere';\nStoreManager.utils();")],
    ['titles inside a code block', 'docs/a.md', '# A\n\n```sh\n# not a title\n```\n'],
    ['links to other sites', 'docs/a.md', '# A\n\n[b](https://example.org/b) [c](#c)\n'],
    ['the profession of technology managers', main, code('const technologyManager = 1;')],
  ])('lets pass %s', (_it, path, text) => expect(tidyWith([path, text])).toEqual([]));

  test('lets pass an entry that the glossary knows', () =>
    expect(
      tidyWith(
        ['libs/contracts/src/index.ts', code("const t = 'voucher.order-placed.v1';")],
        ['docs/GLOSSARY.md', '# Glossary\n`OrderPlaced`\n'],
      ),
    ).toEqual([]));

  test('lets pass a file that a script starts', () =>
    expect(tidyWith(['tools/src/token.ts', code('export {};')], ['tools/up.mjs', code("run('tools/dist/token.js');")])).toEqual([]));
});
