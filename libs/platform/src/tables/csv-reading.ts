/** Reads comma-separated values (RFC 4180), piece by piece: what is odd in a file is said with its line, never guessed. */
import { CELL_CHARACTERS_MAX, CELLS_MAX, fault, tooLongCell, tooManyCells, type TableRow } from './table.js';

/** What our own tables put in front of a text that could be a formula (csv.ts): taken away again. */
const SHIELDED = /^'(?=[=+\-@\t\r\n＝＋－＠'])/;

const neverClosed = (line: number) =>
  fault('A quoted field is never closed: close it with a quote.', '引号字段没有结束引号，请补上。', line);
const afterQuote = (line: number) =>
  fault('Text follows a closing quote: double the quotes inside a field.', '结束引号之后还有文字；字段内的引号须写成两个。', line);
const quoteInside = (line: number) =>
  fault(
    'A field has a quote inside: put the whole field into quotes and double the quote.',
    '字段中有引号；请将整个字段置于引号内，并把引号写成两个。',
    line,
  );

/** What needs no look at each character. */
const PLAIN = /[^,"\r\n]*/y;

/** Where the reader stands within a field. */
type Within = 'start' | 'plain' | 'quoted' | 'quote' | 'return';

/** Takes pieces of text and gives rows as they end. */
class CsvReader {
  private within: Within = 'start';
  private field = '';
  private cells: string[] = [];
  private line = 1;
  private began = 1;
  private done: TableRow[] = [];

  take(text: string): readonly TableRow[] {
    this.done = [];
    for (let at = 0; at < text.length;) at = this.step(text, at);
    return this.done;
  }

  end(): readonly TableRow[] {
    this.done = [];
    if (this.within === 'quoted') throw neverClosed(this.began);
    if (this.within !== 'start' || this.cells.length > 0) this.endRow();
    return this.done;
  }

  /** Takes what stands at a place, and answers where the next thing stands. */
  private step(text: string, at: number): number {
    const char = text[at]!;
    if (this.within === 'quoted') return this.quoted(text, at);
    if (this.within === 'return' && char !== '\n')
      throw fault('A line ends in a lone carriage return: end it with a line feed.', '行以单独的回车结束，请以换行结束。', this.line);
    if (char === ',') return (this.endCell(), at + 1);
    if (char === '\n') return (this.endRow(), at + 1);
    if (char === '\r') return ((this.within = 'return'), at + 1);
    if (char === '"') return (this.quote(), at + 1);
    if (this.within === 'quote') throw afterQuote(this.line);
    PLAIN.lastIndex = at;
    const [part = ''] = PLAIN.exec(text) ?? [];
    this.within = 'plain';
    this.add(part);
    return at + part.length;
  }

  private quoted(text: string, at: number): number {
    const close = text.indexOf('"', at);
    const part = text.slice(at, close === -1 ? text.length : close);
    for (let feed = part.indexOf('\n'); feed !== -1; feed = part.indexOf('\n', feed + 1)) this.line += 1;
    this.add(part);
    if (close === -1) return text.length;
    this.within = 'quote';
    return close + 1;
  }

  private quote(): void {
    if (this.within === 'plain') throw quoteInside(this.line);
    if (this.within === 'quote') this.add('"');
    this.within = 'quoted';
  }

  private add(part: string): void {
    if (this.field.length + part.length > CELL_CHARACTERS_MAX) throw tooLongCell(this.line);
    this.field += part;
  }

  private endCell(): void {
    if (this.cells.length >= CELLS_MAX) throw tooManyCells(this.line);
    this.cells.push(this.field.replace(SHIELDED, ''));
    this.field = '';
    this.within = 'start';
  }

  private endRow(): void {
    this.endCell();
    this.done.push({ line: this.began, cells: this.cells });
    this.cells = [];
    this.line += 1;
    this.began = this.line;
  }
}

/** The rows of a text that comes in pieces. @throws TableFault with its line. */
export function* csvRows(pieces: Iterable<string>): Generator<TableRow> {
  const reader = new CsvReader();
  for (const piece of pieces) yield* reader.take(piece);
  yield* reader.end();
}
