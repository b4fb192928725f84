/** Lists: a page at a time as JSON, or whole as a table that is sent while it is read; rows, filters and access are the same. */
import { applyDecorators, type StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import type { RecordQuery, RowPage } from '@yrd/ledger';
import { RowsPage } from './answers.js';
import type { Call } from '../commands.js';
import type { Cell } from '../tables/csv.js';
import { cursorOf, readPage, type Listed, type ListQuery, type Page } from './paging.js';
import { cellsOf, headingsOf } from './shown.js';
import { FORMATS } from '../tables/table.js';

/** Rows read at a time for a table. */
const TABLE_PAGE = 500;
/** Rows of a table at most: what a sheet can hold. More are cut off with the connection, so that nobody takes them for all. */
const TABLE_ROWS_MAX = 1_000_000;

/** A list of a service. */
export interface List<R extends object> extends Listed {
  /** What a row shows: its description, and the columns of its table. */
  readonly row: new () => object;
  /** Rows as they are shown, where that is not what the view holds. */
  readonly shown?: (rows: readonly (R & { readonly id: string })[]) => readonly object[] | Promise<readonly object[]>;
}

/** Where rows are read from: a ledger node with its views, or records that answer like one. */
export interface Rows<R extends object> {
  rows(view: string, query: RecordQuery): Promise<RowPage<R>>;
}

/** Describes a route that answers a list of such rows. */
export const Lists = (row: new () => object): MethodDecorator => {
  const items = { type: 'array', items: { $ref: getSchemaPath(row) } };
  const page = { allOf: [{ $ref: getSchemaPath(RowsPage) }, { type: 'object', properties: { items } }] };
  return applyDecorators(
    ApiExtraModels(RowsPage, row),
    ApiOkResponse({
      content: {
        'application/json': { schema: page },
        [FORMATS.csv]: { schema: { type: 'string' } },
        [FORMATS.xlsx]: { schema: { type: 'string', format: 'binary' } },
      },
    }),
  );
};

/** All rows of a view that are asked for, `limit` at a time: a page is read when the one before has been taken. */
export async function* pagesOf<R extends object>(from: Rows<R>, view: string, query: RecordQuery): AsyncGenerator<RowPage<R>['rows']> {
  let after: RecordQuery['after'] | null = query.after ?? null;
  do {
    const page: RowPage<R> = await from.rows(view, { ...query, ...(after && { after }) });
    yield page.rows;
    after = page.next;
  } while (after !== null);
}

async function* tableOf<R extends object>(from: Rows<R>, list: List<R>, query: ListQuery): AsyncGenerator<readonly Cell[]> {
  yield headingsOf(list.row);
  const { where, order } = list;
  const after = cursorOf(list, query);
  const asked = { ...(where && { where }), ...(order && { order }), ...(after && { after }), limit: TABLE_PAGE };
  let count = 0;
  for await (const page of pagesOf(from, list.view, asked)) {
    count += page.length;
    if (count > TABLE_ROWS_MAX) throw new Error(`The list ${list.view} has more than ${TABLE_ROWS_MAX} rows.`);
    const rows = page.map(({ id, row }) => ({ ...row, id }));
    for (const each of list.shown ? await list.shown(rows) : rows) yield cellsOf(list.row, each);
  }
}

/** A page of the list, or all of it as the table that was asked for. @throws Problem E-VALIDATION for a cursor of another list. */
export const answerList = async <R extends object>(
  call: Call,
  from: Rows<R>,
  list: List<R>,
  query: ListQuery,
): Promise<Page<object> | StreamableFile> => {
  cursorOf(list, query);
  const table = call.table(list.view, query.format, () => tableOf(from, list, query));
  if (table) return table;
  const page = await readPage<R>(from, list, query);
  return list.shown ? { ...page, items: await list.shown(page.items) } : page;
};
