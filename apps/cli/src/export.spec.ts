/** Lists in files: page after page, whole or not at all. */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from './config.js';
import { EXIT } from './outcome.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'yrd-cli-'));
const ROWS = 450;
const rowAt = (at: number): object => ({ id: `p${at}`, name: at === 7 ? '=SUM(A1)' : `产品 ${at}`, priceFen: at, classes: ['5'] });

/** A node with so many products, which may break off at a page, or have one odd row. */
const asked: string[] = [];
const nodeOf =
  ({ breaksAt = Infinity, odd = -1 } = {}): typeof fetch =>
  async (input) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push(url.search);
    const from = Number(url.searchParams.get('cursor') ?? 0);
    if (from >= breaksAt) throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
    const to = Math.min(ROWS, from + Number(url.searchParams.get('limit')));
    const items = Array.from({ length: to - from }, (_, at) => ({ ...rowAt(from + at), ...(from + at === odd ? { colour: 'red' } : {}) }));
    return Response.json({ items, next: to === ROWS ? null : String(to) });
  };
const exported = async (list: string, ask: typeof fetch, ...words: readonly string[]) => {
  let [out, err] = ['', ''];
  const settings = readSettings({}, folder);
  const code = await run(['export', list, '--node', 'http://n.test', ...words], {
    ...{ settings, fetch: ask, now: () => 0 },
    out: (text) => void (out += text),
    err: (text) => void (err += text),
  });
  return { code, out, err };
};
const yrd = (ask: typeof fetch, ...words: readonly string[]) => exported('products', ask, ...words);
const audit = (ask: typeof fetch, ...words: readonly string[]) => exported('audit', ask, ...words);

test('every row of every page is written once, by cursor, with the filters of the first page on each', async () => {
  asked.length = 0;
  const { code, out, err } = await yrd(nodeOf(), '--where', 'province=31');
  expect([code, err]).toEqual([EXIT.ok, '450 rows.\n']);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id),
  ).toEqual(Array.from({ length: ROWS }, (_, at) => `p${at}`));
  expect(asked).toEqual(['?province=31&limit=200', '?province=31&limit=200&cursor=200', '?province=31&limit=200&cursor=400']);
});

test('a table has one header, and no text of it is taken for a formula', async () => {
  const path = join(folder, 'products.csv');
  expect((await yrd(nodeOf(), '--out', path)).code).toBe(EXIT.ok);
  const lines = readFileSync(path, 'utf8').split('\r\n');
  expect([lines[0], lines[8], lines.length]).toEqual(['\ufeffid,name,priceFen,classes', `p7,'=SUM(A1),7,"[""5""]"`, ROWS + 2]);
});

test('a file that could not be finished is not there, and one that was there before stays', async () => {
  const path = join(folder, 'kept.ndjson');
  expect((await yrd(nodeOf({ breaksAt: 400 }), '--out', path)).code).toBe(EXIT.unreachable);
  expect([existsSync(path), existsSync(`${path}.unfinished`)]).toEqual([false, false]);
  await yrd(nodeOf(), '--out', path);
  const before = readFileSync(path, 'utf8');
  expect((await yrd(nodeOf({ breaksAt: 200 }), '--out', path)).code).toBe(EXIT.unreachable);
  expect(readFileSync(path, 'utf8')).toBe(before);
});

test('a later row with a field that the header has not is told, not dropped', async () => {
  const { code, err } = await yrd(nodeOf({ odd: 300 }), '--format', 'csv');
  expect([code, err]).toEqual([EXIT.usage, expect.stringContaining('a field "colour" that the first page had not: name the columns')]);
  expect((await yrd(nodeOf({ odd: 300 }), '--format', 'csv', '--columns', 'id,colour')).out).toContain('p300,red\r\n');
});

test('an answer without end is refused while it comes, not when memory is full', async () => {
  let sent = 0;
  const piece = new Uint8Array(2 ** 20);
  const endless = new ReadableStream({
    pull: (to) => {
      sent += 1;
      to.enqueue(piece);
    },
  });
  const { code, err } = await yrd(async () => new Response(endless));
  expect([code, err]).toEqual([EXIT.refused, expect.stringContaining('answers more than can be read')]);
  expect(sent).toBeLessThan(70);
});

test('a table of the audit keeps the mark that a spreadsheet knows Chinese by, on paper and on standard output', async () => {
  const table = '\ufeff序号 index,机构 organisation\r\n1,江苏省主管部门\r\n';
  // One byte at a time: the mark and every character come in pieces.
  const bytes = new ReadableStream({
    start: (to) => {
      for (const byte of Buffer.from(table)) to.enqueue(Uint8Array.of(byte));
      to.close();
    },
  });
  const path = join(folder, 'audit.csv');
  const days = ['--from', '2026-03-01', '--to', '2026-03-02', '--token', 'x'];
  expect(await audit(async () => new Response(bytes), ...days, '--out', path)).toMatchObject({ code: EXIT.ok });
  expect(readFileSync(path)).toEqual(Buffer.from(table));
  expect((await audit(async () => new Response(table), ...days, '--format', 'csv')).out).toBe(table);
});
