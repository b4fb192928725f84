/** A strict reader of comma-separated values (RFC 4180) with a header row: what is odd in a file is said, never guessed. */
import { Fault } from './say.js';

/** One record: where it stands, and its fields by column. */
export interface CsvRow {
  readonly file: string;
  /** Line of the file that the record begins at, counted from 1. */
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

interface Reading {
  readonly file: string;
  readonly text: string;
  at: number;
  line: number;
}

const wrong = ({ file, line }: Pick<Reading, 'file' | 'line'>, what: string): Fault => new Fault(`${file}, line ${line}: ${what}.`);

const quoted = (reading: Reading): string => {
  const began = reading.line;
  let value = '';
  for (reading.at += 1; ; reading.at += 1) {
    const character = reading.text[reading.at];
    if (character === undefined) throw wrong({ file: reading.file, line: began }, 'a quoted field is never closed; close it with a quote');
    if (character === '\n') reading.line += 1;
    if (character !== '"') value += character;
    else if (reading.text[reading.at + 1] === '"') value += reading.text[(reading.at += 1)] ?? '';
    else break;
  }
  reading.at += 1;
  const next = reading.text[reading.at];
  if (next !== undefined && ![',', '\n', '\r'].includes(next))
    throw wrong(reading, 'text follows a closing quote; double the quotes inside a field');
  return value;
};

const bare = (reading: Reading): string => {
  const [value = ''] = /^[^,\r\n]*/.exec(reading.text.slice(reading.at, reading.at + 10_000)) ?? [];
  if (value.includes('"')) throw wrong(reading, 'a field has a quote inside; put the whole field into quotes and double the quote');
  reading.at += value.length;
  return value;
};

/** The fields of one record, and the end of its line behind them. */
const record = (reading: Reading): readonly string[] => {
  const values: string[] = [];
  for (;;) {
    values.push(reading.text[reading.at] === '"' ? quoted(reading) : bare(reading));
    const end = /^(,|\r?\n|$)/.exec(reading.text.slice(reading.at, reading.at + 2))?.[0];
    if (end === undefined) throw wrong(reading, 'a line ends in a lone carriage return; end it with a line feed');
    reading.at += end.length;
    if (end === ',') continue;
    reading.line += 1;
    return values;
  }
};

/** Reads a whole file with exactly these columns, in any order. Throws a Fault that names the file and the line. */
export const readCsv = (file: string, text: string, columns: readonly string[]): readonly CsvRow[] => {
  const reading: Reading = { file, text: text.replace(/^\uFEFF/, ''), at: 0, line: 1 };
  const header = record(reading);
  const odd = [...columns.filter((name) => !header.includes(name)), ...header.filter((name) => !columns.includes(name))];
  if (odd.length > 0 || new Set(header).size !== header.length) {
    throw wrong({ file, line: 1 }, `the columns must be ${columns.join(',')}; look at ${odd.join(', ') || 'the doubled one'}`);
  }
  const rows: CsvRow[] = [];
  while (reading.at < reading.text.length) {
    const { line } = reading;
    const values = record(reading);
    if (values.length !== header.length)
      throw wrong({ file, line }, `the record has ${values.length} fields, the header has ${header.length}`);
    rows.push({ file, line, fields: Object.fromEntries(header.map((name, at) => [name, values[at] ?? ''])) });
  }
  return rows;
};
