/** Tables for people, as CSV (RFC 4180) that a spreadsheet opens as what it is: text stays text, whatever it begins with. */

export type Cell = string | number | null;

/**
 * What a spreadsheet may take for a formula, also in the full-width forms of a Chinese keyboard; and the apostrophe that says it is none,
 * so that a text with one of its own is read back as it was.
 */
const MARKED = /^[=+\-@\t\r\n＝＋－＠']/;
/** Spreadsheets take UTF-8 for the local code page unless the file begins with this. */
export const CSV_MARK = '\ufeff';

const written = (cell: Cell): string => {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = MARKED.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One line with its end. A text that could be a formula gets an apostrophe in front, which spreadsheets take for "this is text". */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(written).join(',')}\r\n`;
