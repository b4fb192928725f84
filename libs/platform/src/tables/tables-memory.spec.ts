/** Tables of 50,000 rows are read and written in bounded memory: what was read is let go. */
import { HeapGrowth } from '../../testing/heap.js';
import { csvLine } from './csv.js';
import { tableRows, type TableFile } from './table-file.js';
import { workbookOf } from './workbook.js';

const ROWS = 50_000;
/** All rows together hold some 30 MB of texts, so that whoever keeps them is found out. */
const LIMIT_MB = 12;
const cellsOf = (nth: number): readonly (string | number)[] => [`row ${nth}`, `${nth}`.padEnd(250, 'abcdefgh'), nth, 'x'.repeat(20)];

function* rows(): Generator<readonly (string | number)[]> {
  for (let nth = 0; nth < ROWS; nth += 1) yield cellsOf(nth);
}

const read = async (file: TableFile): Promise<readonly [count: number, megabytes: number]> => {
  const heap = new HeapGrowth();
  let count = 0;
  for await (const { cells } of tableRows(file)) {
    if (String(cells[0]) !== `row ${count}`) throw new Error(`row ${count} is ${String(cells[0])}`);
    count += 1;
    if (count % 5_000 === 0) heap.look();
  }
  return [count, heap.megabytes];
};

test('CSV', async () => {
  const bytes = Buffer.concat([...rows()].map((cells) => Buffer.from(csvLine(cells))));
  const [count, megabytes] = await read({ format: 'csv', bytes, charset: null });
  expect(count).toBe(ROWS);
  expect(megabytes).toBeLessThan(LIMIT_MB);
});

test('a workbook, written and read', async () => {
  const heap = new HeapGrowth();
  const parts: Buffer[] = [];
  for await (const part of workbookOf(rows())) {
    parts.push(part);
    if (parts.length % 10 === 0) heap.look();
  }
  // The packed bytes themselves are not of the heap.
  expect(heap.megabytes).toBeLessThan(LIMIT_MB);
  const [count, megabytes] = await read({ format: 'xlsx', bytes: Buffer.concat(parts), charset: null });
  expect(count).toBe(ROWS);
  expect(megabytes).toBeLessThan(LIMIT_MB);
});
