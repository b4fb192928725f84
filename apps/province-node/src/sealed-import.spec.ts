/** A table of ownership names persons by their numbers: no byte of them is anywhere, while the import waits and runs, or afterwards. */
import { accessRegister } from '@yrd/access-register';
import { rowsOf, tracesInWorld, type Disk } from '@yrd/ledger/testing';
import { RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { personIdCheckDigit } from '@yrd/standards';
import { clerk, faultsOf, Importing, openMarket, startDelta, type Market } from '@yrd/voucher-clearing/testing';

let delta: RunningDelta;
let market: Market;
let tables: Importing;
const reviewer: Who = { province: '32', role: 'reviewer', org: 'dept-32' };

beforeAll(async () => {
  delta = await startDelta(['31', '32'], [accessRegister]);
  market = await openMarket(delta, new Date(delta.nowMs).getUTCFullYear());
  tables = new Importing(delta);
}, 60_000);
afterAll(() => delta.stop());

/** What all numbers of this test begin with, and nothing else in the world. */
const MARK = '31011519870210';
const numberOf = (nth: number): string => {
  const first = MARK + String(nth).padStart(3, '0');
  return first + personIdCheckDigit(first);
};
const disk = (): Disk => delta.world.disks.get('32')!;
const keys = () => rowsOf(disk(), 'subject-keys').map(([, row]) => row as { readonly wrapped?: string; readonly destroyed?: true });
const parts = (): number => rowsOf(disk(), 'import-files').length;

/** Looks through everything again and again until the import is over. Answers the traces, and what was there meanwhile. */
const watched = async (id: string, texts: readonly string[]) => {
  const traces = new Set<string>();
  const wrapped = new Set<string>();
  let most = 0;
  for (let job: Json = {}; !['done', 'cancelled', 'failed'].includes(String(job['state']));) {
    for (const trace of tracesInWorld(delta.world, texts)) traces.add(trace);
    for (const key of keys()) if (key.wrapped !== undefined) wrapped.add(key.wrapped);
    most = Math.max(most, parts());
    job = (await delta.get(reviewer, `/v1/imports/${id}`)).body;
  }
  return { traces: [...traces], wrapped: [...wrapped], parts: most };
};

test('what is looked for would be found: a table of facts lies open while it waits', async () => {
  const table = `subject,fact,value,source,asOf\n${market.subject},link,标记字样甲,登记档案,2026-01-05\n`;
  const { body } = await tables.send(reviewer, 'subject-facts', table);
  const { traces, parts: seen } = await watched(String(body['id']), ['标记字样甲']);
  expect([seen, traces]).toEqual([1, expect.arrayContaining(['32 table import-files: 标记字样甲'])]);
});

test('numbers of persons in a table of ownership are nowhere: not in its file, an entry, a report, the audit or a message', async () => {
  const good = Array.from({ length: 150 }, (_, nth) => numberOf(nth));
  const wrong = Array.from(
    { length: 20 },
    (_, nth) => `${numberOf(200 + nth).slice(0, 17)}${numberOf(200 + nth).endsWith('5') ? '6' : '5'}`,
  );
  const row = (subject: string, number: string): string => `${subject},officer,person,${number},登记档案,2026-01-05`;
  const other = { kind: 'firm', organisation: 'org-second', name: '第二（虚构）', uscc: '91310112MAXXE02144' };
  const second = String((await delta.does(clerk('32'), '/v1/subjects', other))['id']);
  const lines = [
    ...good.slice(0, 100).map((number) => row(market.subject, number)),
    ...wrong.map((number) => row(second, number)),
    ...good.slice(100).map((number) => row('f'.repeat(26), number)),
  ];

  const { body } = await tables.send(reviewer, 'subject-ownership', `subject,as,kind,idNumber,source,asOf\n${lines.join('\n')}\n`);
  const id = String(body['id']);
  const { traces, wrapped, parts: seen } = await watched(id, [MARK]);

  expect([seen, wrapped.length, traces]).toEqual([1, 1, []]);
  const report = (await delta.get(reviewer, `/v1/imports/${id}/report`)).body;
  expect(report['import']).toMatchObject({ state: 'done', rows: 170, done: 100, refused: 70 });
  expect((report['rows'] as readonly Json[]).slice(100).map(faultsOf)).toEqual([
    ...wrong.map(() => ['idNumber E-VALIDATION']),
    ...good.slice(100).map(() => ['null E-NOTFOUND']),
  ]);
  // The audit has been written, and the file is gone with its key.
  const auditor: Who = { province: '32', role: 'auditor' };
  const noted = async () => (await delta.get(auditor, '/v1/audit?row=RecordSubjectOwnership')).body['items'] as readonly Json[];
  await delta.until(async () => (await noted()).length === 2);
  await delta.until(async () => parts() === 0);
  expect(keys()).toEqual([{ destroyed: true }]);
  expect(tracesInWorld(delta.world, [MARK, ...wrapped])).toEqual([]);
  expect(JSON.stringify(report)).not.toContain(MARK.slice(0, 8));
  const facts = (await delta.get(reviewer, `/v1/subjects/${market.subject}`)).body['ownership'] as { readonly ties: readonly Json[] };
  expect(facts.ties).toHaveLength(100);
});
