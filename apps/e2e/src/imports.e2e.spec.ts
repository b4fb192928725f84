/** Imports on real MongoDB and Kafka: a process killed in the middle is followed by another, which does each row once and reports all. */
import { personIdCheckDigit } from '@yrd/standards';
import { ask, bodyOf, control, does, office, tries, type Body, type Province } from './delta.js';
import { eventually } from './http.js';
import { tracesInDatabases, tracesInFiles } from './traces.js';

const HOME: Province = '34';
const clerk = office(HOME);
const SUBJECTS = 10;
const ROWS = 600;
const EACH = ROWS / SUBJECTS;
/** What numbers of this test begin with, and what its facts say: nothing else in the world holds either. */
const [MARK, OPEN] = ['34010119870811', '标记来源丙'];
const numberOf = (nth: number): string => {
  const first = MARK + String(nth % 1_000).padStart(3, '0');
  return first + personIdCheckDigit(first);
};
const subjects: string[] = [];

beforeAll(async () => {
  const registered = (nth: number) => ({ kind: 'team', organisation: `imported-${nth}`, name: `示例团队 ${nth}` });
  const made = Array.from({ length: SUBJECTS }, (_, nth) => does(clerk, '/v1/subjects', registered(nth)));
  subjects.push(...(await Promise.all(made)).map(({ id }) => String(id)));
}, 60_000);

const send = async (kind: string, lines: readonly string[]): Promise<string> => {
  const reply = await tries(clerk, `/v1/imports/${kind}`, `${lines.join('\n')}\n`, { 'content-type': 'text/csv' });
  expect([reply.status, bodyOf(reply)['detail']]).toEqual([202, undefined]);
  return String(bodyOf(reply)['id']);
};
const jobOf = async (id: string): Promise<Body> => bodyOf(await ask(clerk, `/v1/imports/${id}`));
const inTheMiddle = (id: string) =>
  eventually('an import in the middle', async () => {
    const { read, rows, state } = await jobOf(id);
    expect(state).not.toBe('done');
    return Number(read) > 0 && Number(read) < Number(rows);
  });
const ended = (id: string): Promise<Body> =>
  eventually(`import ${id} at its end`, async () => {
    const job = await jobOf(id);
    return ['done', 'failed'].includes(String(job['state'])) && job;
  });
const outcomes = async (id: string): Promise<readonly unknown[]> => {
  const { rows } = bodyOf(await ask(clerk, `/v1/imports/${id}/report`)) as { rows: readonly { line: number; outcome: string }[] };
  expect(rows.map(({ line }) => line)).toEqual(rows.map((_, at) => at + 2));
  return rows.map(({ outcome }) => outcome);
};

test('a node killed in the middle of two imports: each row is done once and reported, and no number is found meanwhile', async () => {
  // Each row undoes the one before: done twice, or out of its order, it would leave a trace.
  const facts = Array.from({ length: ROWS }, (_, at) => {
    const value = `340${Math.floor(at / SUBJECTS) % 2}00`;
    return `${subjects[at % SUBJECTS]!},address,${value},${OPEN},2026-01-05`;
  });
  // Records of parties whom nobody knows, and now and then one whom the province does.
  const isKnown = (at: number): boolean => at % EACH === EACH / 2;
  const ties = Array.from({ length: ROWS }, (_, at) => {
    const of = isKnown(at) ? subjects[Math.floor(at / EACH)]! : String(at).padStart(26, '0');
    return `${of},officer,person,${numberOf(at)},登记档案,2026-01-05`;
  });
  const [open, sealed] = [
    await send('subject-facts', ['subject,fact,value,source,asOf', ...facts]),
    await send('subject-ownership', ['subject,as,kind,idNumber,source,asOf', ...ties]),
  ];
  await Promise.all([open, sealed].map(inTheMiddle));

  await control(HOME, 'kill');
  const meanwhile = await tracesInDatabases([MARK, OPEN]);
  await control(HOME, 'start');

  expect(meanwhile).toContain(`database yrd_${HOME}_voucher.table.import-files: ${OPEN}`);
  expect(meanwhile.filter((trace) => trace.endsWith(MARK))).toEqual([]);
  expect(await ended(open)).toMatchObject({ state: 'done', read: ROWS, done: ROWS, unchanged: 0, refused: 0 });
  expect(await ended(sealed)).toMatchObject({ state: 'done', read: ROWS, done: SUBJECTS, unchanged: 0, refused: ROWS - SUBJECTS });
  expect(await outcomes(open)).toEqual(facts.map(() => 'done'));
  expect(await outcomes(sealed)).toEqual(ties.map((_, at) => (isKnown(at) ? 'done' : 'refused')));
  for (const each of subjects) {
    const { headers, body } = await ask(clerk, `/v1/subjects/${each}`);
    expect([headers.get('etag'), body]).toEqual([
      `"${1 + EACH}"`,
      expect.objectContaining({ ownership: expect.objectContaining({ ties: [{ as: 'officer', kind: 'person' }] }) }),
    ]);
  }
  const files = await eventually('no file is left', async () => {
    const left = await tracesInDatabases([OPEN]);
    return !left.some((trace) => trace.includes('import-files')) && left;
  });
  expect(files.length).toBeGreaterThan(0);
  expect([await tracesInDatabases([MARK]), tracesInFiles([MARK]).traces]).toEqual([[], []]);
});
