/** The threat table: every row names tests that exist, and there are enough of them over everything that can be attacked. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { findRoot } from './tidy-files.js';

const root = findRoot();
const text = readFileSync(join(root, 'docs/THREATS.md'), 'utf8');

interface Row {
  readonly id: string;
  readonly threat: string;
  readonly control: string;
  /** `file › title`. */
  readonly proofs: readonly string[];
}

const rows: readonly Row[] = text.split('\n').flatMap((line) => {
  const [, id = '', threat = '', control = '', proofs = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
  return /^[A-Z]\d+$/.test(id) ? [{ id, threat, control, proofs: proofs.split('<br>') }] : [];
});

/** Whether a call is `test(…)`, `it(…)` or their `.each(…)(…)`. */
const isTest = (called: ts.Expression): boolean => {
  if (ts.isIdentifier(called)) return called.text === 'test' || called.text === 'it';
  if (ts.isPropertyAccessExpression(called)) return called.name.text === 'each' && isTest(called.expression);
  return ts.isCallExpression(called) && isTest(called.expression);
};

/** Titles of the tests of a source. */
const titlesOf = (source: string): ReadonlySet<string> => {
  const titles = new Set<string>();
  const walk = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) titles.add(title.text);
      if (title && ts.isTemplateExpression(title))
        titles.add(title.head.text + title.templateSpans.map(({ literal }) => `%s${literal.text}`).join(''));
    }
    ts.forEachChild(node, walk);
  };
  walk(ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest));
  return titles;
};

test('there are at least forty threats, over people, input, nodes, wires, data and supply chain', () => {
  expect(rows.length).toBeGreaterThanOrEqual(40);
  for (const area of ['P', 'I', 'N', 'W', 'D', 'S']) {
    const ids = rows.map(({ id }) => id).filter((id) => id.startsWith(area));
    expect(ids).toEqual(ids.map((_, at) => `${area}${at + 1}`));
    expect(ids.length).toBeGreaterThan(2);
  }
});

test.each(rows)('$id, $threat: what stops it is said, and its test is there', ({ control, proofs }) => {
  expect(control.length).toBeGreaterThan(10);
  for (const proof of proofs) {
    const [, file = '', title = ''] = /^`([^`]+\.spec\.ts)` › (.+)$/.exec(proof) ?? [];
    expect([file, existsSync(join(root, file))]).toEqual([expect.stringMatching(/./), true]);
    expect([...titlesOf(readFileSync(join(root, file), 'utf8'))]).toContain(title);
  }
});

test('a title counts only where it names a test', () => {
  const template = ['`d $', '{e}`'].join('');
  const source = `it('a', f); test.each([1])('b', f); say('c'); describe('e', f); test(${template}, f); // it('f', g)`;
  expect([...titlesOf(source)]).toEqual(['a', 'b', 'd %s']);
});
