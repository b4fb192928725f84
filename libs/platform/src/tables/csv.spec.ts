/** CSV for people: what is written is read back as it was, and nothing that is written is a formula. */
import * as fc from 'fast-check';
import { csvLine, type Cell } from './csv.js';

/** A reader of RFC 4180, as strict as the writer. */
const readLine = (line: string): readonly string[] => {
  const cells: string[] = [];
  for (let at = 0; at <= line.length - 2;) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(line.slice(at));
    const plain = /^[^",\r\n]*/.exec(line.slice(at))!;
    cells.push(quoted ? quoted[1]!.replaceAll('""', '"') : plain[0]);
    at += (quoted ?? plain)[0].length + 1;
  }
  return cells;
};

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=HYPERLINK("http://a","b")', '＝1+1', '＋1', '－1', '＠A'])(
  'the text %j is no formula',
  (text) => {
    const line = csvLine([text]);
    expect(line).toMatch(/^"?'/);
    expect(readLine(line)).toEqual([`'${text}`]);
  },
);

test('numbers stay numbers, also below zero, and nothing is nothing', () => {
  expect(csvLine([-3, 0, null, '-3'])).toBe("-3,0,,'-3\r\n");
});

test('commas, quotes, line ends and blanks at the edge are quoted', () => {
  expect(csvLine(['a,b', 'say "no"', 'two\nlines', ' x', '中文'])).toBe('"a,b","say ""no""","two\nlines"," x",中文\r\n');
});

test('whatever is written is read back, and no cell begins a formula', () => {
  const cell = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('=', '-', '"', ',', '\r\n', '＝', "'", "'-"));
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 8 }), (cells: readonly Cell[]) => {
      const read = readLine(csvLine(cells));
      expect(read.map((text) => text.replace(/^'(?=[=+\-@\t\r\n＝＋－＠'])/, ''))).toEqual(cells.map((text) => String(text)));
      expect(read.filter((text) => /^[=+\-@\t\r\n＝＋－＠]/.test(text))).toEqual([]);
    }),
  );
});
