/** The rows of a table as the commands that they are: one each, or several together where their kind gathers them. */
import { headerOf, readRow, rowFault, type Gathered, type Heading, type ImportKind, type RowFault, type RowResult } from './import-kind.js';
import { fault, type TableRow } from './table.js';
import { tableRows, type TableFile } from './table-file.js';

/** Rows whose outcome is kept in one write; what is one command is never parted. */
const BATCH_ROWS = 100;

export type Header = readonly (Heading | null)[];

export interface Batch {
  readonly header: Header;
  readonly rows: number;
  readonly records: readonly (readonly TableRow[])[];
}

/** What a record was read as: what it asks for, or what came of each row of one that cannot be asked for. */
export type ReadRecord = { readonly rows: Gathered<object> } | { readonly rows: null; readonly results: readonly RowResult[] };

/** Knows which rows are one command, and finds out where they lie apart. */
class Gathering {
  private readonly over = new Set<string>();
  private key: string | null = null;
  private rows: TableRow[] = [];

  constructor(
    private readonly gathers: ImportKind['gathers'],
    private readonly header: Header,
  ) {}

  /** The record that ends before this row; null while it goes on. @throws TableFault. */
  add(row: TableRow): readonly TableRow[] | null {
    const key = this.keyOf(row);
    if (key !== null && key === this.key) {
      if (this.rows.length >= this.gathers!.rowsMax) throw this.tooMany(row.line);
      this.rows.push(row);
      return null;
    }
    const before = this.end();
    if (key !== null && this.over.has(key)) throw this.apart(row.line);
    [this.key, this.rows] = [key, [row]];
    return before;
  }

  /** The last record; null when there is none. */
  end(): readonly TableRow[] | null {
    if (this.key !== null) this.over.add(this.key);
    return this.rows.length > 0 ? this.rows : null;
  }

  /** Null for a row that is a command of its own. A cell left empty, as below one that spans several rows, belongs to the rows before. */
  private keyOf({ cells }: TableRow): string | null {
    if (!this.gathers) return null;
    const at = this.header.findIndex((heading) => heading?.column.field === this.gathers?.by);
    const text = String(cells[at] ?? '').trim();
    return text === '' ? this.key : text;
  }

  private get by(): string {
    return this.header.find((heading) => heading?.column.field === this.gathers?.by)?.text ?? '';
  }

  private tooMany(line: number) {
    const most = this.gathers?.rowsMax ?? 1;
    return fault(`More than ${most} rows have the same "${this.by}".`, `“${this.by}”相同的行超过 ${most} 行。`, line);
  }

  private apart(line: number) {
    const en = `Rows with the same "${this.by}" do not follow each other: sort the table by it.`;
    return fault(en, `“${this.by}”相同的行须相邻，请按该列排序。`, line);
  }
}

/**
 * The rows behind a header in batches, from the nth on, where a batch must have begun.
 * @throws TableFault for a table that cannot be read, or is none of this kind.
 */
export async function* batchesOf(kind: ImportKind, file: TableFile, from: number): AsyncGenerator<Batch> {
  let header: Header | null = null;
  let gathering: Gathering | null = null;
  let records: (readonly TableRow[])[] = [];
  let [rows, before] = [0, 0];
  const take = (record: readonly TableRow[] | null | undefined): void => {
    if (!record) return;
    if (before < from) before += record.length;
    else {
      records.push(record);
      rows += record.length;
    }
  };
  for await (const row of tableRows(file)) {
    if (!header) {
      header = headerOf(kind, row);
      gathering = new Gathering(kind.gathers, header);
      continue;
    }
    take(gathering?.add(row));
    if (rows < BATCH_ROWS) continue;
    yield { header, rows, records };
    [rows, records] = [0, []];
  }
  if (!header) throw fault('The table is empty: begin with a header.', '表格为空：首行须为表头。');
  take(gathering?.end());
  if (rows > 0) yield { header, rows, records };
}

/** A record is taken whole or not at all. */
const withAnother = (line: number): RowFault => ({
  column: null,
  code: 'E-TABLE',
  words: { en: `Line ${line} belongs to the same record, and is refused.`, zh: `同一记录的第 ${line} 行被拒。` },
  mend: { en: 'mend that line, and send all rows of the record again', zh: '更正该行后，将该记录的所有行重新提交' },
});

/** A record with all that is wrong with it. */
export const readRecord = async (kind: ImportKind, header: Header, record: readonly TableRow[]): Promise<ReadRecord> => {
  const read = await Promise.all(record.map((row) => readRow(kind, header, row)));
  const sound = read.flatMap(({ row }) => (row ? [row] : []));
  const faults = read.map(({ row, faults: own }) => {
    if (!row) return own;
    return (kind.check?.(row, sound[0]!) ?? []).map((flaw) => rowFault(kind, header, flaw));
  });
  const wrong = faults.findIndex((each) => each.length > 0);
  const [first, ...rest] = sound;
  if (wrong < 0 && first) return { rows: [first, ...rest] };
  const told = (at: number): readonly RowFault[] => (faults[at]?.length ? faults[at] : [withAnother(read[wrong]!.line)]);
  return { rows: null, results: read.map(({ line }, at) => ({ line, outcome: 'refused', faults: told(at) })) };
};
