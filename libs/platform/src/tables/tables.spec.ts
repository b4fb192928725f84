/** Tables as files: both formats give the same rows, what was written is read back, and what is hostile or odd is refused in words. */
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { CSV_MARK, csvLine, type Cell } from './csv.js';
import { CELLS_MAX, ROWS_MAX, TableFault, type TableRow } from './table.js';
import { tableRows, type TableFile } from './table-file.js';
import { workbookOf } from './workbook.js';
import { ZipArchive, zipped, type ZipPart } from './zip.js';

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
const csv = (text: string | Uint8Array, charset: string | null = null): TableFile => ({
  format: 'csv',
  bytes: typeof text === 'string' ? Buffer.from(text) : text,
  charset,
});
const xlsx = (bytes: Uint8Array): TableFile => ({ format: 'xlsx', bytes, charset: null });
const rowsOf = (file: TableFile): Promise<TableRow[]> => all(tableRows(file));
const cellsOf = async (file: TableFile): Promise<(readonly (string | number)[])[]> => (await rowsOf(file)).map(({ cells }) => cells);
const refusal = async (file: TableFile): Promise<string> => {
  const error: unknown = await rowsOf(file).catch((each: unknown) => each);
  if (!(error instanceof TableFault)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  expect(error.words.zh).toMatch(/[\u4e00-\u9fff]/);
  return error.line === null ? error.words.en : `${error.line}: ${error.words.en}`;
};

describe('CSV', () => {
  test('is read with quotes, line ends of both kinds and the lines where its rows begin', async () => {
    const text = `${CSV_MARK}名称,note\r\n"a,b","say ""no""\nto it"\r\n\r\n , \nlast,\u0020x`;
    expect(await rowsOf(csv(text))).toEqual([
      { line: 1, cells: ['名称', 'note'] },
      { line: 2, cells: ['a,b', 'say "no"\nto it'] },
      { line: 5, cells: [' ', ' '] },
      { line: 6, cells: ['last', ' x'] },
    ]);
  });

  test('in GB18030 is read as it is, named or found out, and anything else is refused', async () => {
    const gb = Buffer.from([0xc3, 0xfb, 0xb3, 0xc6, 0x2c, 0x81, 0x30, 0x81, 0x30]); // 名称,\u0080
    for (const charset of [null, 'GB18030', 'gbk', 'gb2312']) expect(await cellsOf(csv(gb, charset))).toEqual([['名称', '\u0080']]);
    expect(await refusal(csv(gb, 'utf-8'))).toMatch(/save it as UTF-8/);
    expect(await refusal(csv('a', 'utf-16'))).toMatch(/save it as UTF-8/);
    expect(await refusal(csv(Buffer.from([0xff, 0xfe, 0x41, 0x00])))).toMatch(/save it as UTF-8/);
  });

  test.each([
    ['a,"b', /^1: A quoted field is never closed/],
    ['x\na,"b"c', /^2: Text follows a closing quote/],
    ['a,b"c', /^1: A field has a quote inside/],
    ['a\rb', /^1: A line ends in a lone carriage return/],
    [`x\n${','.repeat(CELLS_MAX)}`, /^2: A row has more than/],
    [`"${'x'.repeat(40_000)}"`, /^1: A cell has more than/],
    [`${'a\n'.repeat(ROWS_MAX + 1)}`, /^100002: The table has more than 100000 rows/],
  ])('that is odd (%#) is refused with its line', async (text, says) => {
    expect(await refusal(csv(text))).toMatch(says);
  });

  test('that a node wrote is read back as it was, whatever it holds and wherever the pieces end', async () => {
    const cell = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('=1', "'", "'-", '"', '\r\n', '＝'));
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 6 }), async (cells) => {
        fc.pre(cells.some((each) => each !== ''));
        expect(await cellsOf(csv(CSV_MARK + csvLine(cells)))).toEqual([cells.map((each) => Buffer.from(each).toString())]);
      }),
      { numRuns: 50 },
    );
  });
});

const part = (name: string, ...content: readonly string[]): ZipPart => ({ name, content });
const SHEETS = '<sheet name="h" state="hidden" r:id="rId1"/><sheet name="a" sheetId="1" r:id="rId2"/>';
const WORKBOOK = `<workbook xmlns:r="r"><sheets>${SHEETS}</sheets></workbook>`;
const relation = (id: string, target: string): string => `<Relationship Id="${id}" Target="worksheets/${target}.xml"/>`;
const RELS = `<Relationships>${relation('rId1', 'none')}${relation('rId2', 's')}</Relationships>`;
const book = async (sheet: string, ...more: readonly ZipPart[]): Promise<Buffer> => {
  const names = more.map(({ name }) => name);
  const frame = [part('xl/workbook.xml', WORKBOOK), part('xl/_rels/workbook.xml.rels', RELS), part('xl/worksheets/s.xml', sheet)];
  return Buffer.concat(await all(zipped([...frame.filter(({ name }) => !names.includes(name)), ...more])));
};
const sheetOf = (rows: string): string => `<?xml version="1.0"?><x:worksheet xmlns:x="m"><x:sheetData>${rows}</x:sheetData></x:worksheet>`;

/** Digits that hardly pack. */
const noise = (length: number): string =>
  createHash('shake256', { outputLength: length / 2 })
    .update('noise')
    .digest('hex');

describe('A workbook', () => {
  test('is read from its first visible sheet: shared and inline texts, numbers, gaps, formulas by their last value', async () => {
    const shared = '<sst><si><t>名称</t></si><si><r><t>a</t></r><r><t xml:space="preserve"> b</t></r><rPh><t>x</t></rPh></si></sst>';
    const rows = [
      '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="D2" t="inlineStr"><is><t>&lt;_x0041_&#20013;</t></is></c></row>',
      '<row><c t="s"><v>1</v></c><c><f>1+1</f><v>2.50</v></c><c t="b"><v>1</v></c><c t="str"><f>A1</f><v>z</v></c></row>',
      '<row r="9"><c r="A9"/></row>',
    ];
    const bytes = await book(sheetOf(rows.join('')), part('xl/sharedStrings.xml', shared));
    expect(await rowsOf(xlsx(bytes))).toEqual([
      { line: 2, cells: ['名称', '', '', '<A中'] },
      { line: 3, cells: ['a b', 2.5, '1', 'z'] },
    ]);
  });

  test('that a node wrote is read back as it was, and holds no formula', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom('=1+1', '_x0041_', '\u0007', '<&>'),
      fc.integer(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 6 }), async (cells: readonly Cell[]) => {
        const bytes = Buffer.concat(await all(workbookOf([['heading'], cells])));
        const [, read] = await cellsOf(xlsx(bytes));
        const last = cells.findLastIndex((each) => each !== '');
        expect(read ?? []).toEqual(cells.slice(0, last + 1));
        // In the sheet itself: packed bytes hold any two letters by chance.
        expect(Buffer.concat(await all(ZipArchive.of(bytes).read('xl/worksheets/sheet1.xml'))).includes('<f')).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['a document type', '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>', /declares a document type/],
    ['an entity of its own', sheetOf('<row><c t="inlineStr"><is><t>&a;</t></is></c></row>'), /no XML that can be read/],
    ['a tag that is never closed', '<worksheet><sheetData>', /no XML that can be read/],
    ['a text without end', sheetOf(`<row><c><v>${noise(3_000_000)}`), /no XML that can be read/],
    ['a column far out', sheetOf('<row><c r="ZZ1"><v>1</v></c></row>'), /1: A row has more than/],
    ['rows that go back', sheetOf('<row r="5"/><row r="4"/>'), /no XML that can be read/],
    ['a number that is none', sheetOf('<row><c><v>1e999</v></c></row>'), /no XML that can be read/],
    ['a shared text that is not there', sheetOf('<row><c t="s"><v>7</v></c></row>'), /no XML that can be read/],
    ['an error of a formula', sheetOf('<row r="3"><c t="e"><v>#REF!</v></c></row>'), /^3: A cell holds an error/],
  ])('with %s is refused', async (_, sheet, says) => {
    expect(await refusal(xlsx(await book(sheet)))).toMatch(says);
  });

  test('that counts days from 1904 is refused, for a day would be another one', async () => {
    const workbook = WORKBOOK.replace('<sheets>', '<workbookPr date1904="1"/><sheets>');
    expect(await refusal(xlsx(await book(sheetOf(''), part('xl/workbook.xml', workbook))))).toMatch(/1904/);
  });
});

describe('A bomb', () => {
  const tail = (bytes: Buffer): number => bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const central = (bytes: Buffer, name: string): number => bytes.lastIndexOf(name) - 46;

  test('that says how large it is, is refused before anything is unpacked', async () => {
    expect(await refusal(xlsx(await book(' '.repeat(3_000_000))))).toMatch(/too large once unpacked/);
    const large = await book(sheetOf(''));
    large.writeUInt32LE(0x2000_0000, central(large, 'xl/worksheets/s.xml') + 24);
    expect(await refusal(xlsx(large))).toMatch(/too large once unpacked/);
  });

  test('that says it is small is stopped where it becomes larger', async () => {
    const bytes = await book(sheetOf('').padEnd(900_000));
    bytes.writeUInt32LE(1_000, central(bytes, 'xl/worksheets/s.xml') + 24);
    expect(await refusal(xlsx(bytes))).toMatch(/too large once unpacked/);
  });

  test('of entries, one that nests archives beyond 4 GB, and one behind its own end are refused', async () => {
    const many = await all(zipped(Array.from({ length: 300 }, (_, nth) => part(`a${nth}`, 'a'))));
    expect(await refusal(xlsx(Buffer.concat(many)))).toMatch(/too large once unpacked/);
    const large = await book('');
    large.writeUInt16LE(0xffff, tail(large) + 10);
    expect(await refusal(xlsx(large))).toMatch(/of an unusual kind/);
    expect(await refusal(xlsx(Buffer.concat([await book(''), Buffer.from('more')])))).toMatch(/no workbook/);
  });
});

describe('An archive', () => {
  test.each([
    ['nothing at all', Buffer.alloc(0), /no workbook/],
    ['words', Buffer.from('PK\u0003\u0004 but nothing behind it, for long enough to look like one'), /no workbook/],
    ['something deflated', deflateRawSync(Buffer.alloc(1_000)), /no workbook/],
  ])('of %s is no workbook', async (_, bytes, says) => {
    expect(await refusal(xlsx(bytes))).toMatch(says);
  });

  test('with any byte changed is refused in words or read, and never breaks the reader', async () => {
    const good = Buffer.concat(
      await all(
        workbookOf([
          ['a', 'b'],
          ['text', 7],
        ]),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = Buffer.from(good);
        bytes[at] = bytes[at]! ^ change;
        const outcome: unknown = await rowsOf(xlsx(bytes)).catch((error: unknown) => error);
        expect(Array.isArray(outcome) || outcome instanceof TableFault).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('with another password or without a directory is refused', async () => {
    const bytes = await book(sheetOf(''));
    bytes.writeUInt16LE(0x809, bytes.lastIndexOf('xl/workbook.xml') - 46 + 8);
    expect(await refusal(xlsx(bytes))).toMatch(/encrypted/);
  });
});
