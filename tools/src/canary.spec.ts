// Proof that the laws of eslint.config.mjs are enforced: each file here breaks one of them and lint must say so; lawful files must pass.
import { CanaryWorkspace, type Finding } from './canary.js';
import { findRoot } from './tidy-files.js';

const BOUNDARY = '@nx/enforce-module-boundaries';
interface Case {
  readonly it: string;
  readonly in: string;
  readonly text: string;
  readonly refusedBy?: string;
  readonly saying?: RegExp;
}
const CONTEXT = 'libs/contexts/voucher/src';
const use = (from: string) => `import { song } from '${from}';\nexport const singer = song;\n`;
const CASES: readonly Case[] = [
  { it: 'a context importing platform', in: CONTEXT, text: use('@yrd/platform'), refusedBy: BOUNDARY, saying: /"type:context" can only/ },
  {
    it: 'a context importing mongoose',
    in: CONTEXT,
    text: use('mongoose'),
    refusedBy: BOUNDARY,
    saying: /not allowed to import "mongoose"/,
  },
  { it: 'a context importing Nest', in: CONTEXT, text: use('@nestjs/common'), refusedBy: BOUNDARY, saying: /not allowed to import/ },
  {
    it: 'a context importing another context',
    in: CONTEXT,
    text: use('@yrd/canary'),
    refusedBy: BOUNDARY,
    saying: /can only depend on libs/,
  },
  {
    it: 'a context importing a type of another context',
    in: CONTEXT,
    refusedBy: BOUNDARY,
    saying: /can only depend on libs/,
    text: "import type { song } from '@yrd/canary';\nexport type Singer = typeof song;\n",
  },
  {
    it: 'a context reaching across by a relative path',
    in: CONTEXT,
    text: use('../../canary/src/index.js'),
    refusedBy: BOUNDARY,
    saying: /relative or absolute/,
  },
  { it: 'a context importing node:fs', in: CONTEXT, text: use('node:fs'), refusedBy: 'no-restricted-imports', saying: /take a port/ },
  {
    it: 'a context importing fs without the prefix',
    in: CONTEXT,
    text: use('fs'),
    refusedBy: 'no-restricted-imports',
    saying: /take a port/,
  },
  {
    it: 'a context asking the clock by new Date()',
    in: CONTEXT,
    text: 'export const now = () => new Date();\n',
    refusedBy: 'no-restricted-syntax',
    saying: /clock/,
  },
  {
    it: 'a context asking the clock by Date.now',
    in: CONTEXT,
    text: 'export const now = () => Date.now();\n',
    refusedBy: 'no-restricted-syntax',
    saying: /Date\.now/,
  },
  {
    it: 'a context throwing dice',
    in: CONTEXT,
    text: 'export const dice = () => Math.random();\n',
    refusedBy: 'no-restricted-syntax',
    saying: /replayed/,
  },
  {
    it: 'a context reading local time',
    in: CONTEXT,
    text: 'export const hour = (at: Date) => at.getHours();\n',
    refusedBy: 'no-restricted-syntax',
    saying: /zone/,
  },
  {
    it: 'a context waiting',
    in: CONTEXT,
    text: 'export const wait = async (on: Promise<void>) => { await on; };\n',
    refusedBy: 'no-restricted-syntax',
    saying: /never waits/,
  },
  { it: 'a context logging', in: CONTEXT, text: "export const log = () => console.log('x');\n", refusedBy: 'no-restricted-globals' },
  {
    it: 'a context reading the environment',
    in: CONTEXT,
    text: 'export const who = () => process.env;\n',
    refusedBy: 'no-restricted-globals',
  },
  {
    it: 'a context starting a timer',
    in: CONTEXT,
    text: 'export const soon = (f: () => void) => setTimeout(f, 1);\n',
    refusedBy: 'no-restricted-globals',
  },
  { it: 'fast-check outside a spec', in: CONTEXT, text: use('fast-check'), refusedBy: 'no-restricted-imports', saying: /spec\.ts/ },
  {
    it: 'the ledger importing kafkajs',
    in: 'libs/ledger/src',
    text: use('kafkajs'),
    refusedBy: BOUNDARY,
    saying: /not allowed to import "kafkajs"/,
  },
  { it: 'the ledger importing contracts', in: 'libs/ledger/src', text: use('@yrd/contracts'), refusedBy: BOUNDARY },
  { it: 'standards importing the ledger', in: 'libs/standards/src', text: use('@yrd/ledger'), refusedBy: BOUNDARY },
  { it: 'contracts importing a context', in: 'libs/contracts/src', text: use('@yrd/voucher'), refusedBy: BOUNDARY },
  { it: 'platform importing a context', in: 'libs/platform/src', text: use('@yrd/voucher'), refusedBy: BOUNDARY },
  {
    it: 'a service importing a foreign context',
    in: 'apps/voucher-clearing/src',
    text: use('@yrd/canary'),
    refusedBy: BOUNDARY,
    saying: /"scope:voucher" can only/,
  },
  {
    it: 'a service importing mongoose past platform',
    in: 'apps/voucher-clearing/src',
    text: use('mongoose'),
    refusedBy: BOUNDARY,
    saying: /"type:service" is not allowed/,
  },
  {
    it: 'the simulated world asking the clock',
    in: 'libs/ledger/testing',
    text: 'export const now = () => Date.now();\n',
    refusedBy: 'no-restricted-syntax',
  },
  {
    it: 'a promise nobody waits for',
    in: 'libs/platform/src',
    text: 'export const go = (f: () => Promise<void>) => { f(); };\n',
    refusedBy: '@typescript-eslint/no-floating-promises',
  },
  {
    it: 'a forgotten case',
    in: CONTEXT,
    text: "export const f = (x: 'a' | 'b') => { switch (x) { case 'a': return 1; } return 2; };\n",
    refusedBy: '@typescript-eslint/switch-exhaustiveness-check',
  },
  {
    it: 'a double cast',
    in: CONTEXT,
    text: 'export const f = (x: string) => x as unknown as number;\n',
    refusedBy: 'no-restricted-syntax',
    saying: /double cast/,
  },
  { it: 'any', in: CONTEXT, text: 'export const f = (x: any): string => String(x);\n', refusedBy: '@typescript-eslint/no-explicit-any' },
  {
    it: 'a law switched off by a comment',
    in: CONTEXT,
    text: '/* eslint-disable */\nexport const now = () => Date.now();\n',
    refusedBy: 'no-restricted-syntax',
  },
  {
    it: 'a context importing ledger, standards and contracts',
    in: CONTEXT,
    text: ['ledger', 'standards', 'contracts'].map((name) => `export * from '@yrd/${name}';\n`).join(''),
  },
  {
    it: 'a context making a date of a given instant',
    in: CONTEXT,
    text: 'export const day = (at: number) => new Date(at).getUTCDate();\n',
  },
  { it: 'the ledger awaiting a port', in: 'libs/ledger/src', text: 'export const wait = async (on: Promise<void>) => { await on; };\n' },
  { it: 'the simulated world hashing with Node', in: 'libs/ledger/testing', text: "export { createHash } from 'node:crypto';\n" },
  {
    it: 'a service importing Nest and its own context',
    in: 'apps/voucher-clearing/src',
    text: "export * from '@yrd/voucher';\nexport * from '@nestjs/common';\n",
  },
  { it: 'the province node importing a service', in: 'apps/province-node/src', text: "export * from '@yrd/voucher-clearing';\n" },
];
const fileOf = (index: number) => `${CASES[index]?.in ?? ''}/canary-${index}.ts`;
const AWAITING_TREE = 'libs/ledger/src/tree.ts';
const LAWFUL_SPEC = `${CONTEXT}/canary.spec.ts`;

describe('lint', () => {
  let workspace: CanaryWorkspace;
  let findings: Map<string, Finding[]>;

  beforeAll(() => {
    workspace = new CanaryWorkspace(findRoot(), [
      ...CASES.map(({ text }, index) => ({ at: fileOf(index), text })),
      { at: AWAITING_TREE, text: 'export const wait = async (on: Promise<void>) => { await on; };\n' },
      { at: LAWFUL_SPEC, text: "import fc from 'fast-check';\ntest('x', () => fc.assert(fc.property(fc.nat(), (n) => n >= 0)));\n" },
    ]);
    findings = workspace.lint();
  }, 180_000);
  afterAll(() => workspace.close());

  const cases = CASES.map((one, index) => ({ ...one, found: () => findings.get(fileOf(index)) ?? [] }));
  test.each(cases.filter(({ refusedBy }) => refusedBy !== undefined))('refuses $it', ({ refusedBy, saying, found }) => {
    const messages = found()
      .filter(({ rule }) => rule === refusedBy)
      .map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringMatching(saying ?? /./));
  });
  test.each(cases.filter(({ refusedBy }) => refusedBy === undefined))('lets pass $it', ({ found }) => {
    expect(found()).toEqual([]);
  });
  test('refuses the pure part of the ledger waiting', () => {
    expect(findings.get(AWAITING_TREE)?.map(({ rule }) => rule)).toContain('no-restricted-syntax');
  });
  test('lets a spec use fast-check and the globals of jest', () => expect(findings.get(LAWFUL_SPEC)).toEqual([]));
  test('knows the boundaries also when run by nx, project by project', () => {
    const { status, output } = workspace.lintByNx('@yrd/voucher');
    expect(status).not.toBe(0);
    expect(output).toContain('is not allowed to import "mongoose"');
    expect(output).not.toContain('will be skipped');
  }, 180_000);
});
