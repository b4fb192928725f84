/** Imports over HTTP: tables in either format become the sender's own commands, are reported row by row, and change nothing twice. */
import { codes, mending } from '@yrd/contracts';
import { FORMATS, RunningDelta, type Json, type Who } from '@yrd/platform/testing';
import { startDelta } from '../../testing/delta.js';
import { book, faultsOf, Importing } from '../../testing/importing.js';
import { agent, clerk, firm, openMarket, type Market } from '../../testing/market.js';

let delta: RunningDelta;
let market: Market;
let tables: Importing;
let year: number;
const supervisor: Who = { province: '32', role: 'supervisor', org: 'dept-32' };
const reviewer: Who = { province: '32', role: 'reviewer', org: 'dept-32' };

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  year = new Date(delta.nowMs).getUTCFullYear();
  market = await openMarket(delta, year);
  tables = new Importing(delta);
}, 60_000);
afterAll(() => delta.stop());

const send = (...sent: Parameters<Importing['send']>) => tables.send(...sent);
const finished = (who: Who, id: string) => tables.finished(who, id);
const imported = (...sent: Parameters<Importing['imported']>) => tables.imported(...sent);

const SECOND = '91310115MAXXE01186';
const AGENCIES = `所属机构,名称,统一社会信用代码,服务类别
org-a,甲检测中心,91310112MAXXE02144,5；11
org-b,"乙，中心",${SECOND},*
`;
const agencyNames = async (): Promise<readonly unknown[]> =>
  ((await delta.get(supervisor, '/v1/agencies?province=32')).body['items'] as readonly Json[]).map(({ name }) => name);

describe('A table of agencies', () => {
  test('on trial is decided row by row, and nothing is written', async () => {
    const { counts } = await imported(supervisor, 'agencies?dryRun=true', AGENCIES);
    expect(counts).toEqual([2, 0, 0]);
    expect(await agencyNames()).not.toContain('甲检测中心');
  });

  test('is carried out once: the same file again, and the same rows in a workbook, change nothing', async () => {
    expect((await imported(supervisor, 'agencies', AGENCIES)).counts).toEqual([2, 0, 0]);
    await delta.until(async () => (await agencyNames()).includes('乙，中心'));
    const before = await agencyNames();
    expect((await imported(supervisor, 'agencies', AGENCIES)).counts).toEqual([0, 2, 0]);
    expect((await imported(supervisor, 'agencies?dryRun=true', AGENCIES)).counts).toEqual([0, 2, 0]);
    const rows = [
      ['organisation', 'USCC', 'name', 'classes'],
      ['org-a', '91310112MAXXE02144', '甲检测中心', '5 11'],
      ['org-b', SECOND, '乙，中心', '*'],
    ];
    expect((await imported(supervisor, 'agencies', await book(rows), { 'Content-Type': FORMATS.xlsx })).counts).toEqual([0, 2, 0]);
    expect(await agencyNames()).toEqual(before);
  });

  test('tells every fault with its line, its column, its code and how to mend it, in both languages', async () => {
    const rows = `名称,organisation,统一社会信用代码,服务类别
好,org c,91310000MAXXXX0151,5
别的名称,org-a,91310000MAXXXX0150,5 11
自家,dept-32,91310112MAXXE02144,5
`;
    const { counts, rows: report } = await imported(supervisor, 'agencies', rows);
    expect(counts).toEqual([0, 0, 3]);
    expect(report.map((row) => [row['line'], row['outcome'], faultsOf(row)])).toEqual([
      [2, 'refused', ['organisation E-VALIDATION', '统一社会信用代码 E-VALIDATION']],
      [3, 'refused', ['null E-STATE']],
      [4, 'refused', ['null E-RECUSE']],
    ]);
    for (const { faults: each } of report)
      for (const { words, mend } of each as readonly { words: Json; mend: Json }[]) {
        expect([String(words['zh']), String(mend['zh'])]).toEqual([
          expect.stringMatching(/[\u4e00-\u9fff]/),
          expect.stringMatching(/[\u4e00-\u9fff]/),
        ]);
        expect([String(words['en']), String(mend['en'])]).toEqual([expect.stringMatching(/[a-z]/), expect.stringMatching(/[a-z]/)]);
      }
  });

  test('a refused row says by which rule, and who can mend it, in the words of any other refusal (V16)', async () => {
    const own = '名称,所属机构,统一社会信用代码,服务类别\n自家,dept-32,91310112MAXXE02144,5\n';
    const { rows: report } = await imported(supervisor, 'agencies', own);
    const [fault] = report[0]!['faults'] as readonly { words: Record<'zh' | 'en', string>; mend: Record<'zh' | 'en', string> }[];
    for (const language of ['zh', 'en'] as const) {
      expect(fault!.words[language]).toContain(`${codes['E-RECUSE'][language]} [${codes['E-RECUSE'].clause}]`);
      expect(fault!.mend[language]).toContain(mending['E-RECUSE'][language]);
    }
  });

  test('with a column that nobody knows, twice, or missing is refused at once with the list of those that are known', async () => {
    for (const [header, says] of [
      ['名称,colour', /does not know the column "colour"\. Known are: 所属机构 organisation, 名称 name/],
      ['名称,name', /has the column name twice/],
      ['名称', /misses the column organisation/],
    ] as const) {
      const { status, body } = await send(supervisor, 'agencies', `${header}\nx,y\n`);
      expect([status, body['code'], body['detail']]).toEqual([422, 'E-TABLE', expect.stringMatching(says)]);
    }
    const zh = await send(supervisor, 'agencies', '名称,colour\n', { 'Accept-Language': 'zh' });
    expect(zh.body['detail']).toMatch(/第 1 行：导入不认识列“colour”.*可用的列：所属机构 organisation/);
    expect((await send(supervisor, 'agencies', '')).body['detail']).toMatch(/empty/);
  });

  test('is taken in once for an Idempotency-Key, and another file under the same is refused', async () => {
    const key = { 'Idempotency-Key': 'one' };
    const [first, again] = [await send(supervisor, 'agencies', AGENCIES, key), await send(supervisor, 'agencies', AGENCIES, key)];
    expect([first.status, again.status, again.body['id']]).toEqual([202, 202, first.body['id']]);
    const other = await send(supervisor, 'agencies', `${AGENCIES}\n`, key);
    expect([other.status, other.body['code']]).toEqual([422, 'E-IDEMPOTENCY']);
  });
});

describe('Rows are decided as their sender’s own commands', () => {
  test('products: of the own agency, prices in fen or in yuan; of another agency they are refused like what is not there', async () => {
    const [mine, theirs] = [market.agencies['32']!, market.agencies['31']!];
    const yuan = `服务机构编号,产品代码,服务类别,名称,公示价格（元）\n${mine},x1,5,甲,80000.5\n${mine},x1,5,甲,80000.50\n${theirs},x2,5,乙,1\n${mine},x3,9,丙,1.234\n`;
    const { counts, rows } = await imported(agent('32'), 'products', yuan);
    expect(counts).toEqual([1, 1, 2]);
    expect(rows.map(({ faults }) => (faults as readonly Json[]).map(({ code, column }) => [column, code]))).toEqual([
      [],
      [],
      [[null, 'E-NOTFOUND']],
      [['公示价格（元）', 'E-VALIDATION']],
    ]);
    await delta.until(async () => (await delta.get(firm, `/v1/products/32.${mine}.x1`)).body['priceFen'] === 8_000_050);
    const fen = `agency,product,itemClass,name,priceFen\n${mine},x1,5,甲,8000050\n`;
    expect((await imported(agent('32'), 'products', fen)).counts).toEqual([0, 1, 0]);
    const stranger = { ...agent('32'), org: 'org-stranger' };
    expect((await imported(stranger, 'products', fen)).rows.map(({ outcome }) => outcome)).toEqual(['refused']);
  });

  test('facts: days as people write them and as spreadsheets count them; what was true again is recorded again', async () => {
    const facts = (value: string): string =>
      `用券主体编号,事实,值,来源,截至日期\n${market.subject},address,${value},登记档案,${year}/2/3\n`;
    const outcomes = [];
    for (const value of ['320100', '320500', '320500', '320100'])
      outcomes.push((await imported(reviewer, 'subject-facts', facts(value))).counts);
    expect(outcomes).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    const days = await book([
      ['subject', 'fact', 'value', 'source', 'asOf'],
      [market.subject, 'status', 'active', '登记档案', 46_057],
    ]);
    expect((await imported(reviewer, 'subject-facts', days, { 'Content-Type': FORMATS.xlsx })).counts).toEqual([1, 0, 0]);
    const { body } = await delta.get(reviewer, `/v1/subjects/${market.subject}`);
    expect((body['facts'] as Readonly<Record<string, Json>>)['status']).toMatchObject({ asOf: '2026-02-04' });
  });

  test('applications and grants of quotas: a second import of either asks for nothing and grants nothing', async () => {
    const registered = { kind: 'firm', organisation: 'org-second', name: '第二（虚构）', uscc: '91310112MAXXE02144' };
    const { id } = await delta.does(clerk('32'), '/v1/subjects', registered);
    const facts = ['status,active', 'address,320100', `sme-year,${year}`].map((each) => `${String(id)},${each},登记档案,${year}-01-05`);
    expect((await imported(reviewer, 'subject-facts', `subject,fact,value,source,asOf\n${facts.join('\n')}`)).counts).toEqual([3, 0, 0]);
    const [owner, approver] = [
      { ...firm, org: 'org-second' },
      { province: '32', role: 'approver' },
    ];
    const applied = `subject,scheme,year,askedFen\n${String(id)},cxq,${year},5000000\n`;
    expect((await imported(owner, 'quota-applications', applied)).counts).toEqual([1, 0, 0]);
    expect((await imported(owner, 'quota-applications', applied)).counts).toEqual([0, 1, 0]);
    const granted = `subject,scheme,year,授予额度（元）\n${String(id)},cxq,${year},50000\n`;
    expect((await imported(approver, 'quota-grants', granted)).counts).toEqual([1, 0, 0]);
    expect((await imported(approver, 'quota-grants', granted)).counts).toEqual([0, 1, 0]);
    expect((await imported(owner, 'quota-applications', applied)).counts).toEqual([0, 1, 0]);
    const { body } = await delta.get(clerk('32'), `/v1/quotas/${String(id)}.cxq.${year}`);
    expect([body['state'], body['grantedFen']]).toEqual(['Granted', 5_000_000]);
  });

  test('a table in GB18030 is read as one in UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from([0xca, 0xc2, 0xca, 0xb5]),
      Buffer.from(`,subject,value,source,asOf\nstatus,${market.subject},active,x,${year}-01-09\n`),
    ]); // 事实
    expect((await imported(reviewer, 'subject-facts', bytes)).counts).toEqual([1, 0, 0]);
  });
});

describe('An import', () => {
  test('is seen, followed and cancelled by its organisation; staff of the province see it too', async () => {
    const { id } = await imported(agent('32'), 'products', `agency,product,itemClass,name,priceFen\n${market.agencies['32']!},y1,5,甲,1\n`);
    const other = { ...agent('32'), org: 'org-other' };
    expect((await delta.get(other, `/v1/imports/${id}`)).status).toBe(404);
    expect(((await delta.get(other, '/v1/imports')).body['items'] as readonly Json[]).length).toBe(0);
    expect((await delta.get(supervisor, `/v1/imports/${id}`)).body['kind']).toBe('products');
    expect((await delta.post(supervisor, `/v1/imports/${id}/cancellation`)).status).toBe(404);
    expect((await delta.post(agent('32'), `/v1/imports/${id}/cancellation`)).body['state']).toBe('done');
    const mine = (await delta.get(agent('32'), '/v1/imports?kind=products&limit=1')).body;
    expect((mine['items'] as readonly Json[])[0]!['id']).toBe(id);
    expect(typeof mine['next']).toBe('string');
  });

  test('tells its progress as server-sent events, up to the end', async () => {
    const lines = Array.from({ length: 250 }, (_, nth) => `${market.subject},link,l${nth},登记档案,${year}-01-05`);
    const { body } = await send(reviewer, 'subject-facts', `subject,fact,value,source,asOf\n${lines.join('\n')}`);
    const answer = await delta.fetch('32', `/v1/imports/${String(body['id'])}/events`, { headers: delta.headers(reviewer) });
    expect(answer.headers.get('content-type')).toMatch('text/event-stream');
    const told = [...(await answer.text()).matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!) as Json);
    expect(told.at(-1)).toMatchObject({ state: 'done', rows: 250, read: 250, done: 250 });
    const reads = told.map(({ read }) => Number(read));
    expect(reads).toEqual([...reads].sort((one, next) => one - next));
  });

  test('that is cancelled keeps what is done and goes no further', async () => {
    const lines = Array.from({ length: 3_000 }, (_, nth) => `${market.subject},link,c${nth},登记档案,${year}-01-05`);
    const { body } = await send(reviewer, 'subject-facts', `subject,fact,value,source,asOf\n${lines.join('\n')}`);
    const id = String(body['id']);
    await delta.until(async () => Number((await delta.get(reviewer, `/v1/imports/${id}`)).body['read']) > 0);
    await delta.post(reviewer, `/v1/imports/${id}/cancellation`);
    const job = await finished(reviewer, id);
    expect([job['state'], Number(job['done']) < 3_000, job['done']]).toEqual(['cancelled', true, job['read']]);
    expect(((await delta.get(reviewer, `/v1/imports/${id}/report`)).body['rows'] as readonly Json[]).length).toBe(job['read']);
  });

  test('is reported as a table as well, whose texts are no formulas', async () => {
    const { id } = await imported(supervisor, 'agencies', '名称,所属机构,uscc,classes\n=1+1,=cmd,x,5\n');
    const answer = await delta.fetch('32', `/v1/imports/${id}/report?outcome=refused`, {
      headers: { ...delta.headers(supervisor), Accept: 'text/csv' },
    });
    expect([answer.headers.get('content-type'), answer.headers.get('content-disposition')]).toEqual([
      'text/csv; charset=utf-8',
      `attachment; filename="import-agencies-${id}.csv"`,
    ]);
    const text = await answer.text();
    expect(text).toMatch(/^行 line,结果 outcome,列 column,代码 code/);
    expect(text).toMatch(/\r\n2,refused,所属机构,E-VALIDATION,/);
    expect(
      await (await delta.fetch('32', `/v1/imports/${id}/report?outcome=done&format=csv`, { headers: delta.headers(supervisor) })).text(),
    ).not.toMatch(/refused/);
  });

  test('has a template in both formats that anybody may take', async () => {
    const csv = await (await delta.fetch('32', '/v1/imports/templates/products')).text();
    expect(csv).toMatch(/^服务机构编号 agency,产品代码 product,服务类别 itemClass,名称 name,公示价格（分） priceFen\r\n/);
    const xlsx = await delta.fetch('32', '/v1/imports/templates/products?format=xlsx');
    expect([
      xlsx.headers.get('content-type'),
      Buffer.from(await xlsx.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ]).toEqual([FORMATS.xlsx, 'PK']);
  });
});
