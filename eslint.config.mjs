// The laws of the source tree: who may import whom (docs/ARCHITECTURE.md, import rules), what a pure file may not touch, and the
// bugs a program can find. tools/src/canary.spec.ts proves that each law is enforced. Inline disables are refused: mend the code.
process.env.NX_DAEMON ??= 'false';
import { readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, sep } from 'node:path';
import { createProjectGraphAsync } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import ts from 'typescript';
import tseslint from 'typescript-eslint';

const root = import.meta.dirname;
// The boundary rule reads Nx's project graph and skips itself when there is none. `nx lint` has just built it; anybody else builds it here.
if (!process.env.NX_TASK_TARGET_TARGET) await createProjectGraphAsync({ exitOnError: false });

// Types for the rules that need them. A run in the terminal compiles only what lies below the folder it stands in (one project under
// Nx) and what that imports: the whole tree in each project would double the time. An editor, whose text changes, gets the watching kind.
const SPEC_CONFIG = 'tsconfig.spec.json';
const programHere = () => {
  const onUnRecoverableConfigFileDiagnostic = ({ messageText }) => {
    throw new Error(`${SPEC_CONFIG} cannot be read: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  };
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(
    join(root, SPEC_CONFIG),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic },
  );
  return ts.createProgram(
    fileNames.filter((name) => name.startsWith(process.cwd() + sep)),
    options,
  );
};
const inTerminal = /[\\/]eslint(\.js)?$/.test(process.argv[1] ?? '') && !process.argv.includes('--stdin');
const types = inTerminal ? { programs: [programHere()] } : { project: [SPEC_CONFIG] };

// ---- Who may import whom. Both tags of a project must agree: its type: says which layers, its scope: says whose.
const CONTEXTS = readdirSync(`${root}/libs/contexts`);
const CODECS = ['@noble/hashes', '@noble/hashes/*', '@noble/curves', '@noble/curves/*'];
const IN_SPECS = ['fast-check', '@jest/globals'];
const NEST = ['@nestjs/*', 'reflect-metadata', 'rxjs', 'rxjs/*', 'class-validator', 'class-transformer'];
const layer = (type, ours, npm) => ({
  sourceTag: `type:${type}`,
  onlyDependOnLibsWithTags: ours.map((name) => `type:${name}`),
  allowedExternalImports: [...npm, ...IN_SPECS],
});
const LAYERS = [
  layer('ledger', ['ledger'], CODECS),
  layer('standards', ['standards'], CODECS),
  layer('contracts', ['contracts', 'ledger'], ['@sinclair/typebox', '@sinclair/typebox/*', 'ajv', 'ajv/*', 'yaml']),
  layer('context', ['ledger', 'standards', 'contracts'], []),
  layer(
    'platform',
    ['ledger', 'contracts'],
    [
      ...NEST,
      'express',
      'mongoose',
      'mongodb',
      'kafkajs',
      'jose',
      '@opentelemetry/*',
      'pino',
      'prom-client',
      'dataloader',
      'rate-limiter-flexible',
      'saxes',
      // Answers are held against their description in tests.
      'ajv/*',
    ],
  ),
  layer('service', ['context', 'contracts', 'standards', 'platform', 'ledger'], [...NEST, 'express', 'yaml']),
  layer(
    'web',
    ['contracts', 'standards', 'ledger'],
    ['react', 'react/*', 'react-dom', 'react-dom/*', 'antd', 'antd/*', '@ant-design/*', 'echarts', 'echarts/*'],
  ),
  // A whole node is where its command line is tested.
  layer('node', ['service', 'cli', 'contracts', 'standards', 'platform', 'ledger'], [...NEST, 'express']),
  layer('cli', ['contracts', 'standards', 'platform', 'ledger'], []),
  layer('identity', ['identity'], ['oidc-provider', 'oidc-provider/*', 'jose']),
  layer('tool', ['tool', 'identity', 'contracts', 'standards', 'platform', 'ledger'], ['*']),
  layer('bench', ['e2e', 'service', 'context', 'contracts', 'platform', 'ledger'], [...NEST, 'kafkajs', 'mongoose']),
  layer('e2e', ['tool', 'contracts', 'standards', 'ledger'], ['kafkajs', 'mongoose', 'jose', 'yaml']),
];
const SCOPES = [
  ...CONTEXTS.map((name) => ({ sourceTag: `scope:${name}`, onlyDependOnLibsWithTags: [`scope:${name}`, 'scope:shared'] })),
  { sourceTag: 'scope:bench', onlyDependOnLibsWithTags: ['scope:bench', 'scope:e2e', 'scope:voucher', 'scope:shared'] },
  { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared'] },
];

// ---- What a pure file may not touch: it is given time, chance, identity and settings as data, and reads the same on every machine.
const banNode = (except, message) => ({
  regex: `^node:(?!(${except})$)|^(${builtinModules.filter((name) => name !== except).join('|')})$`,
  message,
});
const SPEC_ONLY = [...IN_SPECS, '@nestjs/testing'].map((name) => ({ name, message: 'Test libraries belong into *.spec.ts.' }));
const NO_NODE = 'Pure code knows no platform: take a port (Clock, Random, Hasher, Signer, BlockStore, Bus) or plain data instead.';
const banGlobals = (names, message) => names.map((name) => ({ name, message }));
const JEST = banGlobals(
  ['describe', 'it', 'test', 'expect', 'jest', 'beforeEach', 'afterEach', 'beforeAll', 'afterAll'],
  'Test globals belong into *.spec.ts.',
);
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'clearTimeout', 'clearInterval', 'clearImmediate'];
const AMBIENT = [
  'process',
  'fetch',
  'console',
  'Buffer',
  'performance',
  'crypto',
  'navigator',
  'window',
  'globalThis',
  'global',
  'require',
];

const ban = (selector, message) => ({ selector, message });
const DOUBLE_CAST = ban(
  'TSAsExpression > TSAsExpression > TSUnknownKeyword',
  'A double cast switches the compiler off: parse the value in a codec (*codec*.ts) instead.',
);
const READS_ENV = ban(
  'MemberExpression[object.name="process"][property.name="env"]',
  'Only config*.ts reads the environment, once, with all faults listed: take the parsed settings as data.',
);
const CHANCE_AND_CLOCK = [
  ban(
    'NewExpression[callee.name="Date"][arguments.length!=1]',
    'This Date asks the machine for its clock or zone: take the time as data (UTC).',
  ),
  ban('CallExpression[callee.name="Date"]', 'Date() asks the clock: take the time as data.'),
  ban('MemberExpression[object.name="Date"][property.name="now"]', 'Date.now asks the clock: take the time as data, or the Clock port.'),
  ban(
    'MemberExpression[object.name="Math"][property.name="random"]',
    'Math.random cannot be replayed: take chance as data, or the Random port.',
  ),
];
const PLACE = [
  ban(
    'MemberExpression[property.name=/^(get(FullYear|Month|Date|Day|Hours|Minutes|Seconds|TimezoneOffset)|toLocale\\w*|localeCompare)$/]',
    "This answer depends on the machine's zone or locale: use the UTC methods, or compare code units.",
  ),
  ban('MemberExpression[object.name="Intl"]', 'Intl differs between machines: format at the edge, not in pure code.'),
];
const WAITING = [
  ban('AwaitExpression', 'This file decides or computes and never waits: load before, pass data in.'),
  ban(':function[async=true]', 'This file decides or computes and never waits: make the function synchronous.'),
  ban('ForOfStatement[await=true]', 'This file decides or computes and never waits: collect the values before.'),
];

const SPECS = ['**/*.spec.ts'];
const PURE = ['libs/ledger/src/**/*.ts', 'libs/standards/src/**/*.ts', 'libs/contracts/src/**/*.ts', 'libs/contexts/*/src/**/*.ts'];
// The rest of the ledger may await its ports and nothing else.
const LEDGER_SYNC = ['canonical', 'leaf', 'tree', 'note', 'block', 'decider', 'money', 'ids'].map((name) => `libs/ledger/src/${name}.ts`);
const SYNC = [...PURE.filter((glob) => !glob.startsWith('libs/ledger/')), ...LEDGER_SYNC];
// Codecs turn bytes into values after looking at every field, so they alone may tell the compiler what came out.
const CODEC_NAMES = ['canonical', 'leaf', 'note', 'block'];
const PURE_CODECS = [...CODEC_NAMES.map((name) => `libs/ledger/src/${name}.ts`), ...PURE.map((glob) => glob.replace('*.ts', '*codec*.ts'))];
const PURE_RULES = {
  'no-restricted-imports': ['error', { paths: SPEC_ONLY, patterns: [banNode('none', NO_NODE)] }],
  'no-restricted-globals': ['error', ...JEST, ...banGlobals([...TIMERS, ...AMBIENT], NO_NODE)],
};

const BUG_RULES = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'max-lines': ['error', 300],
  'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true, IIFEs: true }],
  'no-restricted-imports': ['error', { paths: SPEC_ONLY }],
  'no-restricted-globals': ['error', ...JEST],
  'no-restricted-syntax': ['error', DOUBLE_CAST],
  'no-constant-binary-expression': 'error',
  'no-self-compare': 'error',
  'no-template-curly-in-string': 'error',
  'no-unreachable-loop': 'error',
  'array-callback-return': 'error',
  '@typescript-eslint/no-unused-vars': [
    'error',
    {
      args: 'after-used',
      argsIgnorePattern: '^_',
      varsIgnorePattern: '^_',
      caughtErrorsIgnorePattern: '^_',
      destructuredArrayIgnorePattern: '^_',
      ignoreRestSiblings: true,
    },
  ],
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
  ],
  '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'error',
  '@typescript-eslint/return-await': ['error', 'in-try-catch'],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNever: true }],
  // An adapter answers a port's promise without waiting for anything, and Nest hands methods around on purpose.
  '@typescript-eslint/require-await': 'off',
  '@typescript-eslint/unbound-method': 'off',
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/.run/**', '**/coverage/**', '**/*.d.ts', 'tools/fixtures/**'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mjs'],
    plugins: { '@nx': nx },
    languageOptions: { parser: tseslint.parser },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          banTransitiveDependencies: true,
          enforceBuildableLibDependency: false,
          depConstraints: [...LAYERS, ...SCOPES],
        },
      ],
    },
  },
  { files: ['**/*.mjs'], rules: { eqeqeq: 'error', 'no-unused-vars': 'error', 'max-lines': ['error', 300] } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { ...types, tsconfigRootDir: root } },
    rules: BUG_RULES,
  },
  {
    files: ['libs/platform/src/**/*.ts', 'apps/*/src/**/*.ts'],
    ignores: ['**/config*.ts', 'apps/e2e/**'],
    rules: { 'no-console': 'error', 'no-restricted-syntax': ['error', DOUBLE_CAST, READS_ENV] },
  },
  { files: PURE, rules: { ...PURE_RULES, 'no-restricted-syntax': ['error', DOUBLE_CAST, ...CHANCE_AND_CLOCK, ...PLACE] } },
  { files: SYNC, rules: { 'no-restricted-syntax': ['error', DOUBLE_CAST, ...CHANCE_AND_CLOCK, ...PLACE, ...WAITING] } },
  {
    // The simulated world owns one seed: it may hash and sign with Node, but asks no clock and no dice.
    files: ['libs/ledger/testing/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { paths: SPEC_ONLY, patterns: [banNode('crypto', NO_NODE)] }],
      'no-restricted-globals': [
        'error',
        ...JEST,
        ...banGlobals(['setTimeout', 'setInterval', 'process', 'fetch', 'console', 'performance'], NO_NODE),
      ],
      'no-restricted-syntax': ['error', DOUBLE_CAST, ...CHANCE_AND_CLOCK],
    },
  },
  { files: ['**/*codec*.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: PURE_CODECS, rules: { 'no-restricted-syntax': ['error', ...CHANCE_AND_CLOCK, ...PLACE, ...WAITING] } },
  {
    files: SPECS,
    rules: {
      'max-lines': ['error', 500],
      'max-lines-per-function': 'off',
      'no-console': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-globals': 'off',
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
