/** A table in a file that somebody sent: CSV in one of the charsets in use, or a workbook, read row by row. */
import { isUtf8 } from 'node:buffer';
import { csvRows } from './csv-reading.js';
import { codeOf, fault, ROWS_MAX, type TableCell, type TableFormat, type TableRow } from './table.js';
import { workbookRows } from './workbook-reading.js';

/** A file in memory: bounded where it was received, so that its parts can be looked for. */
export interface TableFile {
  readonly format: TableFormat;
  readonly bytes: Uint8Array;
  /** As `Content-Type` says; else it is found out. */
  readonly charset: string | null;
}

const CHARSETS = ['utf-8', 'gb18030', 'gbk', 'gb2312'] as const;
/** Bytes decoded at a time. */
const SLICE = 65_536;

/** Text of the file, piece by piece. Spreadsheets in China save GB18030 where they are not told otherwise. */
function* decoded({ bytes, charset }: TableFile): Generator<string> {
  const named = charset === null ? (isUtf8(bytes) ? 'utf-8' : 'gb18030') : CHARSETS.find((each) => each === charset.toLowerCase());
  if (named === undefined)
    throw fault('The text is in a charset that is not read here: save it as UTF-8.', '不支持该字符集，请另存为 UTF-8。');
  const decoder = new TextDecoder(named, { fatal: true });
  try {
    for (let at = 0; at < bytes.length; at += SLICE) yield decoder.decode(bytes.subarray(at, at + SLICE), { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (codeOf(error) !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw fault('The text is neither UTF-8 nor GB18030: save it as UTF-8.', '文本既不是 UTF-8 也不是 GB18030，请另存为 UTF-8。');
  }
}

const isEmpty = (cell: TableCell | undefined): boolean => cell === undefined || cell === '';

/** The rows of a file that are not empty, one at a time. @throws TableFault where it can be read no further. */
export async function* tableRows(file: TableFile): AsyncGenerator<TableRow> {
  let count = 0;
  for await (const row of file.format === 'csv' ? csvRows(decoded(file)) : workbookRows(file.bytes)) {
    if (row.cells.every(isEmpty)) continue;
    count += 1;
    if (count > ROWS_MAX)
      throw fault(`The table has more than ${ROWS_MAX - 1} rows: send it in parts.`, `表格超过 ${ROWS_MAX - 1} 行，请分批提交。`, row.line);
    yield row;
  }
}
