/**
 * A page of a scan, read from the bytes of the server's answer a few rows at a time: the driver takes several times as long over a row as
 * the server over its place in an index, and a page of objects would outlive the collector's young generation; what is collected behind
 * that keeps commands waiting.
 */
import type { Cells, ScanQuery, Scalar } from '@yrd/ledger';
import { elementsAt, numberAt, scalarAt, sourceOf, textAt, walk, walkSome, type Elements, type Source, type Take } from './bson.js';
import { MAJORITY_READ } from './mongo-blocks.js';
import { sortOf, valuePath, type Filter } from './mongo-query.js';

/** Paths of a page's rows by their places, the order's field among them. */
const pathsOf = ({ cells, order: { field } }: ScanQuery): readonly string[] => (cells.includes(field) ? cells : [...cells, field]);

/** The command that answers with a page: of each row its id, and what lies at the paths, named by their places. */
export const pageCommand = (collection: string, query: ScanQuery, filter: Filter, limit: number): Readonly<Record<string, unknown>> => ({
  find: collection,
  filter,
  sort: sortOf(query),
  projection: Object.fromEntries(pathsOf(query).map((path, at) => [`${at}`, `$${valuePath(path)}`] as const)),
  ...{ limit, batchSize: limit, readConcern: MAJORITY_READ.readConcern },
});

interface Answered {
  rows: Elements;
  /** The cursor that is left open: 0 where all that was asked for is here. */
  open: number;
}
const answered: Take<Answered> = (so, source, name, end, type, value) => {
  const field = source.bytes.toString('latin1', name, end);
  if (field === 'firstBatch') so.rows = elementsAt(source, value);
  if (field === 'id') so.open = numberAt(source, type, value);
};

interface Counted {
  rows: number;
  /** Where the last row begins. */
  last: number;
}
const counted: Take<Counted> = (so, _source, _name, _end, _type, value) => {
  so.rows += 1;
  so.last = value;
};

const idOf: Take<string[]> = (found, source, name, end, _type, value) => {
  if (source.bytes.toString('latin1', name, end) === '_id') found.push(textAt(source, value));
};

const ZERO = 0x30;
const cell: Take<Scalar[]> = (cells, source, name, end, type, value) => {
  let place = 0;
  for (let at = name; at < end; at++) place = place * 10 + source.bytes[at]! - ZERO;
  // The id of the row has a name and no place, and the order's field a place behind the cells where it is none of them.
  if (place >= 0 && place < cells.length) cells[place] = scalarAt(source, type, value);
};

/** What `pageCommand` was answered with. */
export class ScanPage {
  /** Rows in it. */
  readonly count: number;
  /** Whether more may follow. */
  readonly more: boolean;
  private readonly source: Source;
  private readonly rows: Elements;
  private readonly lastAt: number;

  /** `cursor`: the bytes of the field of that name. */
  constructor(
    cursor: Uint8Array,
    private readonly query: ScanQuery,
    limit: number,
  ) {
    this.source = sourceOf(Buffer.from(cursor.buffer, cursor.byteOffset, cursor.length));
    const { rows, open } = walk<Answered>(this.source, 0, { rows: { from: 0, end: 0 }, open: 0 }, answered);
    this.rows = rows;
    const so: Counted = { rows: 0, last: 0 };
    walkSome(this.source, rows, Infinity, so, counted);
    this.count = so.rows;
    this.lastAt = so.last;
    // Rows of more than sixteen MiB are no one answer. The cursor is left to its end: the next page is asked for like any other.
    this.more = so.rows > 0 && (so.rows >= limit || open !== 0);
  }

  /** Where the next page goes on. */
  get last(): Required<ScanQuery>['after'] {
    const paths = pathsOf(this.query);
    const value = this.row(this.lastAt, paths.length)[paths.indexOf(this.query.order.field)] ?? null;
    return { value, id: walk<string[]>(this.source, this.lastAt, [], idOf)[0] ?? '' };
  }

  private row(at: number, width: number): Cells {
    return walk(this.source, at, Array<Scalar>(width).fill(null), cell);
  }

  /** Its rows, so many at a time. What a row does not hold is null. */
  *some(most: number): Generator<readonly Cells[]> {
    const { length } = this.query.cells;
    const row: Take<Cells[]> = (rows, _source, _name, _end, _type, value) => rows.push(this.row(value, length));
    for (let { from } = this.rows; from < this.rows.end;) {
      const rows: Cells[] = [];
      from = walkSome(this.source, { from, end: this.rows.end }, most, rows, row);
      yield rows;
    }
  }
}
