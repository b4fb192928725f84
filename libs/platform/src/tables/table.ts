/** Tables that people send and get as files: rows of cells whatever the format, their bounds, and what can be wrong, in both languages. */
import type { Words } from '../http/problem-codes.js';

/** A cell as it came; a number only where the format itself knows numbers. */
export type TableCell = string | number;

/** One row that is not empty. */
export interface TableRow {
  /** Where people find it: the line of the text, or the number of the row in the sheet. */
  readonly line: number;
  readonly cells: readonly TableCell[];
}

export const FORMATS = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type TableFormat = keyof typeof FORMATS;
/** What the formats are asked for by. */
export const FORMAT_NAMES = Object.keys(FORMATS) as readonly TableFormat[];

/** The format that a media type names, in lower case and without parameters; undefined when it names none of ours. */
export const formatOf = (type: string): TableFormat | undefined => FORMAT_NAMES.find((format) => FORMATS[format] === type);

/** Rows of one file at most, the header among them: twice what a province has of anything. */
export const ROWS_MAX = 100_001;
/** Cells of a row at most; the widest list has some thirty columns. */
export const CELLS_MAX = 64;
/** Characters of a cell at most: what a spreadsheet itself can hold. */
export const CELL_CHARACTERS_MAX = 32_767;

/** The file is no table that can be read. Its sentence is for whoever sent it; it repeats nothing of the file but names of columns. */
export class TableFault extends Error {
  override readonly name = 'TableFault';
  constructor(
    readonly words: Words,
    readonly line: number | null = null,
  ) {
    super(words.en);
  }
}

export const fault = (en: string, zh: string, line: number | null = null): TableFault => new TableFault({ en, zh }, line);

/** A row beyond `CELLS_MAX`. */
export const tooManyCells = (line: number): TableFault =>
  fault(`A row has more than ${CELLS_MAX} cells: take away what is not needed.`, `一行超过 ${CELLS_MAX} 个单元格，请删去多余的列。`, line);
/** A cell beyond `CELL_CHARACTERS_MAX`. The line is null where it is not known: texts that cells of a workbook share stand in none. */
export const tooLongCell = (line: number | null = null): TableFault =>
  fault(`A cell has more than ${CELL_CHARACTERS_MAX} characters.`, `单元格超过 ${CELL_CHARACTERS_MAX} 个字符。`, line);

/** The code that Node names an error by; empty where it has none. */
export const codeOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
};
