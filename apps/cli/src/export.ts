/** `yrd export`: any list as CSV or NDJSON, page by page in bounded memory; and the audit with its proofs. */
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { CSV_MARK, csvLine, type Cell } from '@yrd/platform/offline';
import { NodeClient } from './client.js';
import type { Asked, Run } from './command.js';
import { nodeOf } from './nodes.js';
import { EXIT, misused, type ExitCode } from './outcome.js';
import { SHANGHAI_MS } from './table.js';

/** Lists that a node serves by pages, and whose token each needs; null where anybody may read. */
const LISTS: Readonly<Record<string, string | null>> = {
  orders: 'operator',
  redemptions: 'operator',
  quotas: 'operator',
  agencies: null,
  products: null,
  lines: 'operator',
  windows: null,
  policies: null,
};

const PAGE = 200;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const FILTER = /^[a-zA-Z][a-zA-Z0-9]*=.+$/;

/** Where the rows go: a file that is there only once it is whole, or standard output. */
interface Sink {
  write(text: string): Promise<void>;
  /** Ends it; `good` false takes the unfinished file away. */
  end(good: boolean): Promise<void>;
}

const sinkOf = (asked: Asked): Sink => {
  const path = asked.value('out');
  if (path === undefined) return { write: async (text) => asked.io.out(text), end: async () => undefined };
  const unfinished = `${path}.unfinished`;
  const file = createWriteStream(unfinished);
  let broken: unknown;
  file.on('error', (error) => (broken = error));
  const check = (): void => {
    if (broken) throw misused(`${path} cannot be written: give a path in a folder of yours.`, `无法写入 ${path}：请给出可写的路径。`);
  };
  return {
    write: async (text) => {
      check();
      if (!file.write(text)) await Promise.race([once(file, 'drain'), once(file, 'error')]).catch(() => undefined);
      check();
    },
    end: async (good) => {
      // It closes after a fault of its own too.
      if (!file.closed) await new Promise<void>((done) => void file.once('close', done).end());
      if (good && !broken) renameSync(unfinished, path);
      else rmSync(unfinished, { force: true });
      if (good) check();
    },
  };
};

type Row = Readonly<Record<string, unknown>>;

const cellOf = (value: unknown): Cell => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return JSON.stringify(value);
};

/** Rows of a list, page after page, each page asked for when the one before is written. */
const pagesOf = async function* (client: NodeClient, list: string, filters: URLSearchParams): AsyncGenerator<readonly Row[]> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = new URLSearchParams(filters);
    if (list !== 'policies') query.set('limit', String(PAGE));
    if (cursor !== '') query.set('cursor', cursor);
    const page: { readonly items: readonly Row[]; readonly next?: string | null } = await client.get(`/v1/${list}?${query.toString()}`);
    yield page.items;
    cursor = page.next ?? null;
  }
};

const filtersOf = (asked: Asked): URLSearchParams => {
  const filters = new URLSearchParams();
  for (const each of asked.values('where')) {
    if (!FILTER.test(each)) throw misused(`Write a filter as field=value, not "${each}".`, `筛选条件写作 字段=值，而不是“${each}”。`);
    filters.append(each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1));
  }
  return filters;
};

/** The columns of a table: those that were asked for, else all of the first page. */
const columnsOf = (asked: Asked, first: readonly Row[]): readonly string[] =>
  asked.value('columns')?.split(',') ?? [...new Set(first.flatMap((row) => Object.keys(row)))];

const refuseMore = (columns: readonly string[], row: Row): void => {
  const more = Object.keys(row).find((name) => !columns.includes(name));
  if (more !== undefined)
    throw misused(
      `A later row has a field "${more}" that the first page had not: name the columns with --columns.`,
      `后面的行有首页所没有的字段“${more}”：请用 --columns 指明各列。`,
    );
};

const formatOf = (asked: Asked): 'csv' | 'ndjson' => {
  const format = asked.value('format') ?? (asked.value('out')?.endsWith('.csv') ? 'csv' : 'ndjson');
  if (format === 'csv' || format === 'ndjson') return format;
  throw misused('--format takes csv or ndjson.', '--format 取 csv 或 ndjson。');
};

const writeList = async (asked: Asked, list: string, sink: Sink): Promise<number> => {
  const client = new NodeClient(asked, nodeOf(asked, LISTS[list] === null ? 'any' : 'one'), asked.value('role') ?? LISTS[list] ?? null);
  const csv = formatOf(asked) === 'csv';
  let columns: readonly string[] | null = null;
  let rows = 0;
  for await (const items of pagesOf(client, list, filtersOf(asked))) {
    if (csv && columns === null) {
      columns = columnsOf(asked, items);
      await sink.write(CSV_MARK + csvLine(columns));
    }
    let text = '';
    for (const row of items) {
      if (columns && asked.value('columns') === undefined) refuseMore(columns, row);
      text += columns ? csvLine(columns.map((name) => cellOf(row[name]))) : `${JSON.stringify(row)}\n`;
    }
    await sink.write(text);
    rows += items.length;
  }
  return rows;
};

const DAY_MS = 86_400_000;

const dayMs = (asked: Asked, name: 'from' | 'to'): number => {
  const text = asked.needed(name);
  const ms = Date.parse(`${text}T00:00:00.000Z`);
  if (DAY.test(text) && Number.isFinite(ms)) return ms - SHANGHAI_MS;
  throw misused(`--${name} takes a day such as 2026-03-01.`, `--${name} 取日期，例如 2026-03-01。`);
};

const writeAudit = async (asked: Asked, sink: Sink): Promise<number> => {
  const client = new NodeClient(asked, nodeOf(asked), 'auditor');
  const query = new URLSearchParams(filtersOf(asked));
  query.set('from', String(dayMs(asked, 'from')));
  query.set('to', String(dayMs(asked, 'to') + DAY_MS));
  query.set('format', formatOf(asked));
  let lines = 0;
  for await (const line of client.lines(`/v1/audit/export?${query.toString()}`)) {
    await sink.write(`${line}\n`);
    lines += 1;
  }
  return lines;
};

/** Writes a list; how many rows is said beside it, so that the output stays what it is. */
export const exportList: Run = async (asked): Promise<ExitCode> => {
  const [list = ''] = asked.args;
  if (list !== 'audit' && !Object.hasOwn(LISTS, list)) {
    const known = [...Object.keys(LISTS), 'audit'].join(', ');
    throw misused(`There is no list "${list}": say one of ${known}.`, `没有列表“${list}”：可选 ${known}。`);
  }
  const sink = sinkOf(asked);
  let [rows, good] = [0, false];
  try {
    rows = await (list === 'audit' ? writeAudit(asked, sink) : writeList(asked, list, sink));
    good = true;
  } finally {
    await sink.end(good);
  }
  asked.note({ en: `${rows} rows.`, zh: `${rows} 行。` });
  return EXIT.ok;
};
