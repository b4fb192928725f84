/** Exports of the audit: every line is proven by itself, offline; what was changed is refused; a table for people holds no formula. */
import { checkEvidence, parseVerifier, type Trust } from '@yrd/ledger';
import { checkExport } from '@yrd/platform';
import { RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { accessRegister } from './index.js';

const auditor: Who = { province: '32', role: 'auditor', org: 'org-audit' };
let delta: RunningDelta;
let lines: readonly Json[];
let file: string;
let from: number;

const period = (): string => `from=${from}&to=${Math.ceil(delta.nowMs) + 60_000}`;
const exported = async (query: string): Promise<Response> =>
  delta.fetch('32', `/v1/audit/export?${query}`, { headers: delta.headers(auditor) });
const recorded = async (query: string): Promise<readonly Json[]> =>
  (await delta.get(auditor, `/v1/audit?limit=200&${query}`)).body['items'] as readonly Json[];

beforeAll(async () => {
  delta = await RunningDelta.start(['31', '32', '33'], { contexts: [accessRegister] });
  from = Math.floor(delta.nowMs) - 60_000;
  for (let asked = 0; asked < 5; asked += 1) await delta.get({ province: '32', role: 'operator' }, '/v1/audit');
  await delta.until(async () => (await recorded('outcome=refused')).length >= 5);
  // Two others have to cosign what was just written.
  await delta.until(async () => {
    const answer = await exported(`${period()}&outcome=refused`);
    if (answer.status !== 200) return false;
    file = await answer.text();
    lines = file
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    return true;
  });
}, 60_000);
afterAll(() => delta.stop());

const trust = (owner = '32', cosigners = ['31', '33']): Trust => {
  const { hasher } = delta.world;
  const node = (province: string) => delta.world.federation.nodes.find((each) => each.province === province)!;
  const verifier = (line: string) => parseVerifier(hasher, line)!;
  return {
    journal: verifier(node(owner).journals['access']!.key),
    cosigners: cosigners.map((each) => verifier(node(each).cosigners['access']!)),
  };
};
const check = (line: unknown, whom = trust()) => checkEvidence(delta.world.process('32').world, whom, line);

test('each line of the NDJSON is proven by itself, and its record is what the entry says', () => {
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines.slice(0, -1)) {
    const verdict = check(line);
    expect(verdict).toMatchObject({ good: true, envelope: { type: 'access.access-recorded.v1', classification: 'sensitive' } });
    expect(line['record']).toMatchObject(verdict.good ? verdict.data : {});
  }
});

test('the last line says how many there are, so that a file that was cut short is known', () => {
  expect(lines.at(-1)).toMatchObject({ end: { records: lines.length - 1, from } });
});

const changed = (line: Json, name: string, from_: string, to: string): Json => {
  const text = String(line[name]);
  expect(text).toContain(from_);
  return { ...line, [name]: text.replace(from_, to) };
};
const opened = (line: Json): Json => line['opened'] as Json;
const flipped = (text: string): string => (text.startsWith('0') ? '1' : '0') + text.slice(1);

test.each<[string, (line: Json, other: Json) => unknown, string]>([
  ['another outcome', (line) => changed(line, 'payload', '"outcome":"refused"', '"outcome":"done"'), 'entry'],
  ['another person', (line) => changed(line, 'payload', '"person":"', '"person":"0'), 'entry'],
  ['another time in the envelope', (line) => ({ ...line, opened: changed(opened(line), 'leaf', '2026-', '2025-') }), 'entry'],
  ['another salt', (line) => ({ ...line, salt: flipped(String(line['salt'])) }), 'entry'],
  ['another salt of the seal', (line) => ({ ...line, opened: { ...opened(line), salt: flipped(String(opened(line)['salt'])) } }), 'entry'],
  ['no envelope', (line) => ({ ...line, opened: undefined }), 'entry'],
  ['the proof of another entry', (line, other) => ({ ...line, proof: other['proof'] }), 'path'],
  ['the index of another entry', (line, other) => ({ ...line, index: other['index'] }), 'entry'],
  ['a sealed leaf made for another payload', (line, other) => ({ ...other, proof: line['proof'] }), 'path'],
  ['no cosignatures', (line) => changed(line, 'proof', '\n— yrd.test/witness', '\n— other/witness'), 'cosignatures'],
  [
    'another root',
    (line) => ({ ...line, proof: String(line['proof']).replace(/(yrd\.test\/log\/32\/access\n\d+\n)../, '$1//') }),
    'unsigned',
  ],
  ['no proof', (line) => ({ ...line, proof: '' }), 'malformed'],
  ['a number in place of a text', (line) => ({ ...line, payload: 7 }), 'form'],
  ['nothing', () => null, 'form'],
])('a line with %s is refused', (_, forge, fault) => {
  const [line, other] = lines as [Json, Json];
  expect(check(forge(line, other))).toEqual({ good: false, fault });
});

test('a line is of one journal and needs two cosigners that are trusted', () => {
  expect(check(lines[0], trust('31'))).toEqual({ good: false, fault: 'origin' });
  expect(check(lines[0], trust('32', ['31']))).toEqual({ good: false, fault: 'cosignatures' });
});

describe('the checker of a whole file, with the federation file and nothing else', () => {
  const again = (changed_: readonly Json[]): string => changed_.map((line) => JSON.stringify(line)).join('\n');

  test('proves every record of an export', () => {
    expect(checkExport(delta.world.federation, file)).toEqual({ good: lines.length - 1, faults: [] });
  });

  test.each<[string, () => string, RegExp]>([
    [
      'a record that shows something else than was recorded',
      () => again([{ ...lines[0], record: { ...(lines[0]!['record'] as Json), person: 'f'.repeat(16) } }, ...lines.slice(1)]),
      /^line 1: what it shows/,
    ],
    [
      'a record whose payload was changed',
      () => again([changed(lines[0]!, 'payload', '"code":"E-ROLE"', '"code":"E-ROWS"'), ...lines.slice(1)]),
      /^line 1: it is not proven \(entry\)$/,
    ],
    ['a record that was taken out', () => again(lines.slice(1)), /some are missing$/],
    ['an end that was cut off', () => again(lines.slice(0, -1)), /it was cut short$/],
    ['something behind the end', () => again([...lines, lines[0]!]), /behind the end$/],
    ['a journal of nobody', () => again([{ ...lines[0], journal: '99/access' }, ...lines.slice(1)]), /^line 1: it is of no journal/],
    ['no JSON', () => `{"record":\n${again(lines.slice(1))}`, /^line 1: it is of no journal/],
  ])('finds %s', (_, forged, said) => {
    const { faults } = checkExport(delta.world.federation, forged());
    expect(faults[0]).toMatch(said);
  });
});

test('the table for people has a heading and a line for each record, and opens in a spreadsheet as text', async () => {
  const answer = await exported(`${period()}&format=csv&outcome=refused`);
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="audit-2026-01-05-2026-01-05\.csv"$/);
  const table = Buffer.from(await answer.arrayBuffer())
    .toString('utf8')
    .split('\r\n');
  expect([table[0]!.startsWith('\ufeff序号 index,'), table.length]).toEqual([true, (await recorded('outcome=refused')).length + 2]);
  expect(table[1]).toContain(',refused,ReadAudit,E-ROLE,');
  expect(table.flatMap((line) => line.split(',')).filter((cell) => /^[=+\-@]/.test(cell))).toEqual([]);
});

test.each([
  ['that ends before it begins', () => `from=${from}&to=${from - 1}`],
  ['longer than a quarter', () => `from=${from}&to=${from + 93 * 86_400_000}`],
  ['without an end', () => `from=${from}`],
])('a period %s is refused', async (_, query) => {
  const answer = await exported(query());
  expect([answer.status, ((await answer.json()) as Json)['code']]).toEqual([400, 'E-VALIDATION']);
});

test('an export is itself a record', async () => {
  await delta.until(async () => (await recorded('row=ReadAuditExport&outcome=read')).length >= 2);
});
