/** The whole interface under a fuzzer that nobody here wrote: whatever it sends, no answer is the node's own failure. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessRegister } from '@yrd/access-register';
import { ROLES } from '@yrd/contracts';
import { RunningDelta } from '@yrd/platform/testing';
import { personIdCheckDigit } from '@yrd/standards';
import { firm, openMarket, startDelta } from '@yrd/voucher-clearing/testing';

const LEAST_CASES = 2_000;
const CASES_AN_OPERATION = 5;
const RUN_MS = 240_000;
/** All that a token may hold, so that the fuzzer comes behind every door. */
const EVERYBODY = Object.keys(ROLES).join(' ');

interface Report {
  readonly complete: boolean;
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly { readonly title: string; readonly operations: readonly string[] }[];
  readonly errors: readonly object[];
}

let delta: RunningDelta;
let folder: string;
let known: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yrd-fuzz-'));
  delta = await startDelta(['31', '32'], [accessRegister]);
  const year = new Date(delta.nowMs).getUTCFullYear();
  const { subject, agencies } = await openMarket(delta, year);
  const wish = { subject, scheme: 'cxq', year, agencyProvince: '32', agency: agencies['32'], product: 'p1', mode: 'tongdui' };
  const { id: order } = await delta.does(firm, '/v1/orders', { ...wish, amountFen: 4_000_000 });
  const first = '32050219900307401';
  const whom = { organisation: 'org-firm', kind: 'member', name: '钱多多', idNumber: first + personIdCheckDigit(first) };
  const { id: person } = await delta.does(firm, '/v1/persons', whom);
  known = {
    person: String(person),
    subject,
    order: String(order),
    agency: agencies['32']!,
    quota: `${subject}.cxq.${year}`,
    product: 'p1',
    agencyProvince: '31',
  };
}, 60_000);
afterAll(async () => {
  await delta.stop();
  rmSync(folder, { recursive: true });
});

/** Runs the fuzzer over what a node says of itself. Answers its report, and what it printed for whoever has to mend something. */
const fuzz = (address: string, headers: Readonly<Record<string, string>>) =>
  new Promise<{ readonly report: Report; readonly said: string }>((resolve) => {
    const report = join(folder, 'report.json');
    // Addresses name what is there: behind a 404 nothing is tried.
    const parameters = Object.entries(known).map(([name, value]) => `"path.${name}" = "${value}"`);
    // "Not now, ask again" (503) is an answer; 500 is none.
    const statuses = '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", 503]\n';
    writeFileSync(join(folder, 'schemathesis.toml'), `[parameters]\n${parameters.join('\n')}\n${statuses}`);
    const args = ['-m', 'schemathesis.cli', 'run', 'openapi.json', '--url', address, '--checks', 'not_a_server_error'];
    args.push('--max-examples', String(CASES_AN_OPERATION), '--phases', 'examples,coverage,fuzzing', '--seed', '20260901', '--no-shrink');
    args.push('--suppress-health-check', 'all', '--continue-on-failure', '--report-json-path', report);
    for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
    const env = { ...process.env, PYTHONPATH: process.env['YRD_FUZZER'], NO_COLOR: '1' };
    execFile('python3', args, { cwd: folder, env, timeout: RUN_MS, maxBuffer: 2 ** 26 }, (_, out, faults) =>
      resolve({ report: JSON.parse(readFileSync(report, 'utf8')) as Report, said: `${out}\n${faults}` }),
    );
  });

test(
  `at least ${LEAST_CASES} generated requests bring no answer of 500, and the description of the interface is one that others can read`,
  async () => {
    writeFileSync(join(folder, 'openapi.json'), await (await delta.fetch('32', '/openapi.json')).text());
    const { Authorization } = delta.headers({ province: '32', role: EVERYBODY, org: 'org-firm' });
    const address = (await delta.fetch('32', '/health/live')).url.replace('/health/live', '');
    const { report, said } = await fuzz(address, { Authorization: Authorization! });
    const failed = report.failures.length + report.errors.length > 0;
    if (failed) process.stderr.write(said.slice(said.search(/={10,} (ERRORS|FAILURES)/), 20_000));
    expect([report.complete, report.failures, report.errors]).toEqual([true, [], []]);
    expect(report.test_cases.generated).toBeGreaterThanOrEqual(LEAST_CASES);
  },
  RUN_MS + 30_000,
);
