/** Ownership as tables (V11): a row for each tie, all rows of a party one record, by the reviewer's own command. */
import { FORMATS, RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { personIdCheckDigit } from '@yrd/standards';
import { startDelta } from '../../testing/delta.js';
import { book, faultsOf, Importing, type Imported } from '../../testing/importing.js';
import { agent, clerk, firm, openMarket, type Market } from '../../testing/market.js';

let delta: RunningDelta;
let market: Market;
let tables: Importing;
let second: string;
const reviewer: Who = { province: '32', role: 'reviewer', org: 'dept-32' };
const supervisor: Who = { province: '32', role: 'supervisor', org: 'dept-32' };

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  market = await openMarket(delta, new Date(delta.nowMs).getUTCFullYear());
  tables = new Importing(delta);
  const registered = { kind: 'firm', organisation: 'org-second', name: '第二（虚构）', uscc: '91310112MAXXE02144' };
  second = String((await delta.does(clerk('32'), '/v1/subjects', registered))['id']);
}, 60_000);
afterAll(() => delta.stop());

/** The number of a person who is in no register. */
const numberOf = (nth: number): string => {
  const first = `310101198702${String(10_000 + nth).slice(-5)}`;
  return first + personIdCheckDigit(first);
};
const HEADER = '用券主体编号,关系,对方类型,公民身份号码,对方统一社会信用代码,持股比例,来源,截至日期';
const tie = (of: string, ...cells: readonly string[]): string => [of, ...cells, '登记档案', '2026-01-05'].join(',');
const sent = (...lines: readonly string[]): Promise<Imported> =>
  tables.imported(reviewer, 'subject-ownership', `${[HEADER, ...lines].join('\n')}\n`);
const known = async (): Promise<Json> => (await delta.get(reviewer, `/v1/subjects/${market.subject}`)).body['ownership'] as Json;

describe('A table of who owns and controls subjects', () => {
  const lines = (subject: string): readonly string[] => [
    tie(subject, '股东', '自然人', numberOf(1), '', '66.67%'),
    tie(subject, '股东', '企业', '', '91310000MAXXXX0150', '1/3'),
    tie(subject, '法定代表人', 'person', numberOf(2), '', ''),
  ];

  test('on trial is decided as a record and not written; then it is one record, and the same file again changes nothing', async () => {
    const table = `${[HEADER, ...lines(market.subject)].join('\n')}\n`;
    expect((await tables.imported(reviewer, 'subject-ownership?dryRun=true', table)).counts).toEqual([3, 0, 0]);
    expect(await known()).toBeNull();
    expect((await sent(...lines(market.subject))).counts).toEqual([3, 0, 0]);
    expect(await known()).toEqual({
      ...{ source: '登记档案', asOf: '2026-01-05' },
      ties: [
        { as: 'holder', kind: 'person', share: { of: 6667, in: 10_000 } },
        { as: 'holder', kind: 'firm', share: { of: 1, in: 3 } },
        { as: 'representative', kind: 'person' },
      ],
    });
    expect((await sent(...lines(market.subject))).counts).toEqual([0, 3, 0]);
  });

  test('says the same in a workbook, where a percentage is a number and a day is counted', async () => {
    const cells = [
      ['subject', 'as', 'kind', 'idNumber', 'uscc', 'share', 'source', 'asOf'],
      [market.subject, 'holder', 'person', numberOf(1), '', 0.6667, '登记档案', 46_027],
      [market.subject, 'holder', 'firm', '', '91310000MAXXXX0150', '1/3', '登记档案', 46_027],
      [market.subject, 'representative', 'person', numberOf(2), '', '', '登记档案', 46_027],
    ];
    const file = await book(cells);
    const { counts } = await tables.imported(reviewer, 'subject-ownership', file, { 'Content-Type': FORMATS.xlsx });
    expect(counts).toEqual([0, 3, 0]);
  });

  test('of which one row is wrong is refused for that party whole, and told so in each of its rows; another party stands', async () => {
    const { counts, rows } = await sent(
      tie(second, '股东', '自然人', numberOf(3), '', '150%'),
      tie(second, '实际控制人', '企业', '', '91310000MAXXXX0150', ''),
      tie(second, '监事', '自然人', numberOf(4), '91310000MAXXXX0150', ''),
      `${second},董事,自然人,${numberOf(5)},,,别的档案,2026-01-06`,
      tie('', '董事', '自然人', numberOf(6), '', ''),
      tie(market.subject, '董事', '自然人', numberOf(7), '', ''),
    );
    expect(counts).toEqual([1, 0, 5]);
    expect(rows.map((row) => [row['line'], faultsOf(row)])).toEqual([
      [2, ['持股比例 E-VALIDATION']],
      [3, ['null E-TABLE']],
      [4, ['公民身份号码 E-VALIDATION']],
      [5, ['来源 E-VALIDATION', '截至日期 E-VALIDATION']],
      [6, ['用券主体编号 E-VALIDATION']],
      [7, []],
    ]);
    expect((rows[1]!['faults'] as readonly { words: Json }[])[0]!.words).toEqual({
      en: 'Line 2 belongs to the same record, and is refused.',
      zh: '同一记录的第 2 行被拒。',
    });
    expect((await delta.get(reviewer, `/v1/subjects/${second}`)).body['ownership']).toBeNull();
  });

  test('is refused at once where rows of a party lie apart, and where they are more than one record takes', async () => {
    const [a, b] = [tie(second, '董事', '自然人', numberOf(1), '', ''), tie(market.subject, '董事', '自然人', numberOf(1), '', '')];
    const many = Array.from({ length: 201 }, (_, at) => tie(second, '董事', '自然人', numberOf(at), '', ''));
    for (const [lines, says] of [
      [[a, b, a], /^Line 4: Rows with the same "用券主体编号" do not follow each other: sort the table by it\./],
      [many, /^Line 202: More than 200 rows have the same "用券主体编号"\./],
    ] as const) {
      const { status, body } = await tables.send(reviewer, 'subject-ownership', `${[HEADER, ...lines].join('\n')}\n`);
      expect([status, body['code'], body['detail']]).toEqual([422, 'E-TABLE', expect.stringMatching(says)]);
    }
  });

  test('repeats no cell in what it answers: not where a header should be, and not of a number that is wrong', async () => {
    const bare = await tables.send(reviewer, 'subject-ownership', `${tie(second, '董事', '自然人', numberOf(1), '', '')}\n`);
    expect([bare.status, JSON.stringify(bare.body)]).toEqual([422, expect.not.stringContaining(second)]);
    expect(bare.body['detail']).toMatch(/does not know the column number 1\./);
    const wrong = `${numberOf(1).slice(0, 17)}${numberOf(1).endsWith('1') ? '2' : '1'}`;
    const { rows } = await sent(tie(second, '董事', '自然人', wrong, '', ''));
    expect([faultsOf(rows[0]), JSON.stringify(rows)]).toEqual([
      ['公民身份号码 E-VALIDATION'],
      expect.not.stringContaining(wrong.slice(0, 8)),
    ]);
  });

  test('with a number that a spreadsheet has cut off is refused, and told how to mend it', async () => {
    // Fifteen digits and three noughts: one such in eleven has the right check digit, and is another person's.
    const cells = [
      ['subject', 'as', 'kind', 'idNumber', 'source', 'asOf'],
      [second, 'officer', 'person', Number(numberOf(1).replace('X', '0')), '登记档案', '2026-01-05'],
    ];
    const { rows } = await tables.imported(reviewer, 'subject-ownership', await book(cells), { 'Content-Type': FORMATS.xlsx });
    const [fault] = rows[0]!['faults'] as readonly { column: string; mend: Json }[];
    expect([fault!.column, fault!.mend['en']]).toEqual(['idNumber', 'make the column text, and write it again']);
  });

  test('is the reviewer’s, and a row about an unknown subject is refused like what is not there', async () => {
    const table = `${HEADER}\n${tie(market.subject, '董事', '自然人', numberOf(1), '', '')}\n`;
    for (const who of [firm, agent('32'), { ...reviewer, role: 'approver' }])
      expect((await tables.send(who, 'subject-ownership', table)).status).toBe(403);
    const { rows } = await sent(tie('f'.repeat(26), '董事', '自然人', numberOf(1), '', ''));
    expect(faultsOf(rows[0])).toEqual(['null E-NOTFOUND']);
  });
});

test('the same table sent twice at once is taken in once; of two under one name, one', async () => {
  const table = (nth: number): string => `${HEADER}\n${tie(second, '董事', '自然人', numberOf(nth), '', '')}\n`;
  const send = (nth: number, key: string) => tables.send(reviewer, 'subject-ownership', table(nth), { 'Idempotency-Key': key });
  const [one, other] = await Promise.all([send(1, 'twice'), send(1, 'twice')]);
  expect([one.status, other.status, other.body['id']]).toEqual([202, 202, one.body['id']]);
  expect(await tables.finished(reviewer, String(one.body['id']))).toMatchObject({ state: 'done', done: 1 });
  const both = await Promise.all([send(2, 'both'), send(3, 'both')]);
  expect(both.map(({ status }) => status).sort()).toEqual([202, 422]);
  const taken = both.find(({ status }) => status === 202)!;
  expect(await tables.finished(reviewer, String(taken.body['id']))).toMatchObject({ state: 'done', done: 1 });
});

test('a table of who owns and controls agencies is the supervisor’s: V11 asks it of both sides', async () => {
  const agency = market.agencies['32']!;
  const table = `agency,as,kind,idNumber,uscc,share,source,asOf\n${tie(agency, '法定代表人', '自然人', numberOf(1), '', '')}\n`;
  expect((await tables.send(reviewer, 'agency-ownership', table)).status).toBe(403);
  expect((await tables.imported(supervisor, 'agency-ownership', table)).counts).toEqual([1, 0, 0]);
  expect((await tables.imported(supervisor, 'agency-ownership', table)).counts).toEqual([0, 1, 0]);
});

test('the templates are tables that are understood as they are', async () => {
  for (const [kind, who] of [
    ['subject-ownership', reviewer],
    ['agency-ownership', supervisor],
  ] as const) {
    const template = await delta.fetch('32', `/v1/imports/templates/${kind}`, { headers: delta.headers(who) });
    const { rows } = await tables.imported(who, kind, Buffer.from(await template.arrayBuffer()));
    expect(rows.map(faultsOf)).toEqual([['null E-NOTFOUND'], ['null E-NOTFOUND']]);
  }
});
