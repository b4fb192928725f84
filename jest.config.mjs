// Tiers are read off the file name: *.spec.ts is pure or in memory, *.infra.spec.ts meets real Kafka and MongoDB,
// *.e2e.spec.ts walks through four running nodes, *.outside.spec.ts hands a log to verifiers that others wrote,
// *.histories.spec.ts tells simulated histories on all cores. Sources are ESM; only jest compiles them to CommonJS.
const base = {
  rootDir: '.',
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/.run/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transformIgnorePatterns: ['/node_modules/(?!(@nestjs|jose|oidc-provider)/)'],
  testEnvironmentOptions: { customExportConditions: ['@yrd/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.(t|j|mj)s$': ['@swc/jest', {
      swcrc: false,
      jsc: {
        target: 'es2022', keepClassNames: true,
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    }],
  },
};
const tier = (displayName, testMatch, testPathIgnorePatterns = []) => ({
  ...base, displayName, testMatch, testPathIgnorePatterns: ['/node_modules/', '/dist/', ...testPathIgnorePatterns],
});
export default {
  // Simulated histories take seconds of real time on a busy machine; the limit is for what hangs.
  testTimeout: 60_000,
  projects: [
    tier('pure', ['**/{libs,apps,tools}/**/*.spec.ts'], ['\\.(infra|e2e|outside|histories)\\.spec\\.ts$']),
    tier('infra', ['**/*.infra.spec.ts']),
    tier('e2e', ['**/*.e2e.spec.ts']),
    tier('outside', ['**/*.outside.spec.ts']),
    tier('histories', ['**/*.histories.spec.ts']),
  ],
};
