/** Tables as a node gives them, read back. */
import { tableRows } from '../src/tables/table-file.js';
import type { TableCell, TableFormat } from '../src/tables/table.js';

export { FORMATS } from '../src/tables/table.js';
export { workbookOf } from '../src/tables/workbook.js';

/** The cells of a table, its headings first. */
export const rowsOfTable = async (format: TableFormat, bytes: Uint8Array): Promise<readonly (readonly TableCell[])[]> => {
  const found: (readonly TableCell[])[] = [];
  for await (const { cells } of tableRows({ format, bytes, charset: null })) found.push(cells);
  return found;
};
export { ImportRun } from '../src/tables/import-run.js';
