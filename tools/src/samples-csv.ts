/** A strict reader of comma-separated values (RFC 4180) with a header row: what is odd in a file is said, never guessed. */
import { csvRows, TableFault, type TableRow } from '@yrd/platform';
import { Fault } from './say.js';

/** One record: where it stands, and its fields by column. */
export interface CsvRow {
  readonly file: string;
  /** Line of the file that the record begins at, counted from 1. */
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

const wrong = (file: string, line: number, what: string): Fault => new Fault(`${file}, line ${line}: ${what}.`);

/** Reads a whole file with exactly these columns, in any order. Throws a Fault that names the file and the line. */
export const readCsv = (file: string, text: string, columns: readonly string[]): readonly CsvRow[] => {
  const records = recordsOf(file, text.replace(/^\uFEFF/, ''));
  const header = records[0]?.cells.map(String) ?? [];
  const odd = [...columns.filter((name) => !header.includes(name)), ...header.filter((name) => !columns.includes(name))];
  if (odd.length > 0 || new Set(header).size !== header.length)
    throw wrong(file, 1, `the columns must be ${columns.join(',')}; look at ${odd.join(', ') || 'the doubled one'}`);
  return records.slice(1).map(({ line, cells }) => {
    if (cells.length !== header.length) throw wrong(file, line, `the record has ${cells.length} fields, the header has ${header.length}`);
    return { file, line, fields: Object.fromEntries(header.map((name, at) => [name, String(cells[at])])) };
  });
};

const recordsOf = (file: string, text: string): readonly TableRow[] => {
  try {
    return [...csvRows([text])];
  } catch (error) {
    throw error instanceof TableFault ? new Fault(`${file}, line ${error.line ?? 1}: ${error.message}`) : error;
  }
};
