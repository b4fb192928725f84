/** What `npm test` counts: jest's tests one by one, every other phase as one; and the closing lines it is read by. */

/** The outcome of one phase. */
export interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly tookMs: number;
}

/** The part of jest's `--json` report that is counted. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Test files that could not even be loaded. */
  readonly numRuntimeErrorTestSuites: number;
}

/** Counts a jest run. A run that ended badly counts at least one failure, whatever its report says or when there is none. */
export const jestCounts = (report: JestReport | undefined, exitCode: number): { passed: number; failed: number } => {
  const passed = report?.numPassedTests ?? 0;
  const failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
  return { passed, failed: exitCode === 0 ? failed : Math.max(1, failed) };
};

/** The summary's lines; the last one is exactly `N passed, N failed`. */
export const summary = (outcomes: readonly Outcome[]): string[] => {
  const sum = (key: 'passed' | 'failed'): number => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const lines = outcomes.map(({ name, passed, failed, tookMs }) => {
    const counts = `${String(passed).padStart(5)} ✓ ${String(failed).padStart(4)} ✗`;
    return `  ${failed === 0 ? '✓' : '✗'} ${name.padEnd(34)} ${counts} ${(tookMs / 1000).toFixed(1).padStart(7)} s`;
  });
  return ['', ...lines, `${sum('passed')} passed, ${sum('failed')} failed`];
};
