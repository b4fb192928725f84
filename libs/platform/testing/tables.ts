/** Tables as a node gives them, read back. */
import { tableRows } from '../src/table-file.js';
import type { TableCell, TableFormat } from '../src/table.js';

export { FORMATS } from '../src/table.js';
export { workbookOf } from '../src/workbook.js';

/** The cells of a table, its headings first. */
export const rowsOfTable = async (format: TableFormat, bytes: Uint8Array): Promise<readonly (readonly TableCell[])[]> => {
  const found: (readonly TableCell[])[] = [];
  for await (const { cells } of tableRows({ format, bytes, charset: null })) found.push(cells);
  return found;
};
