/**
 * A page of a scan: one document that the server makes of many rows, since the driver takes several times as long over a document as the
 * server over a row of an index. It is read from its bytes a few rows at a time: a page of objects would outlive the collector's young
 * generation, and what is collected behind that keeps commands waiting.
 */
import type { Cells, Scalar } from '@yrd/ledger';
import { elementsAt, scalarAt, sourceOf, walk, walkSome, type Elements, type Source, type Take } from './bson.js';
import { valuePath } from './mongo-query.js';

/** The stage that makes a page of rows: the id and the order's field of the last one, and of each the cells by their places. */
export const pageStage = (field: string, cells: readonly string[]): object => ({
  $group: {
    _id: null,
    id: { $last: '$_id' },
    by: { $last: `$${valuePath(field)}` },
    count: { $sum: 1 },
    rows: { $push: Object.fromEntries(cells.map((path, at) => [`${at}`, `$${valuePath(path)}`] as const)) },
  },
});

interface Page {
  id: string;
  by: Scalar;
  count: number;
  rows: number;
}

const part: Take<Page> = (page, source, name, end, type, value) => {
  switch (source.bytes.toString('latin1', name, end)) {
    case 'id':
      page.id = String(scalarAt(source, type, value));
      break;
    case 'by':
      page.by = scalarAt(source, type, value);
      break;
    case 'count':
      page.count = Number(scalarAt(source, type, value));
      break;
    case 'rows':
      page.rows = value;
  }
};

const ZERO = 0x30;
const cell: Take<Scalar[]> = (cells, source, name, end, type, value) => {
  let place = 0;
  for (let at = name; at < end; at++) place = place * 10 + source.bytes[at]! - ZERO;
  cells[place] = scalarAt(source, type, value);
};

/** What `pageStage` made, as the bytes of its document. */
export class ScanPage {
  /** Rows in it. */
  readonly count: number;
  /** Where the next page goes on. */
  readonly last: { readonly value: Scalar; readonly id: string };
  private readonly source: Source;
  private readonly rows: Elements;

  /** `width`: how many cells a row has. */
  constructor(
    document: Uint8Array,
    private readonly width: number,
  ) {
    this.source = sourceOf(Buffer.from(document.buffer, document.byteOffset, document.length));
    const { id, by, count, rows } = walk<Page>(this.source, 0, { id: '', by: null, count: 0, rows: 0 }, part);
    this.count = count;
    this.last = { value: by, id };
    this.rows = elementsAt(this.source, rows);
  }

  /** Its rows, so many at a time. What a row does not hold is null. */
  *some(most: number): Generator<readonly Cells[]> {
    const row: Take<Cells[]> = (rows, source, _name, _end, _type, value) =>
      rows.push(walk(source, value, Array<Scalar>(this.width).fill(null), cell));
    for (let { from } = this.rows; from < this.rows.end;) {
      const rows: Cells[] = [];
      from = walkSome(this.source, { from, end: this.rows.end }, most, rows, row);
      yield rows;
    }
  }
}
