/**
 * Reads the first visible sheet of a workbook (ECMA-376, .xlsx) row by row. The XML is parsed as a stream: no document type, no
 * entity of its own, no text without end; what is kept of it all is the shared texts, up to a bound.
 */
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { CELL_CHARACTERS_MAX, CELLS_MAX, codeOf, fault, tooLongCell, tooManyCells, type TableCell, type TableRow } from './table.js';
import { ZipArchive } from './zip.js';

/** Texts that cells share, and their characters, at most: what is kept in memory while a sheet is read. */
const SHARED_MAX = 1_000_000;
const SHARED_CHARACTERS_MAX = 16_777_216;
/** Bytes between two tags at most: a cell's text, with every character escaped. */
const BETWEEN_TAGS_MAX = 1_048_576;
/** The last row that a sheet can have. */
const LINE_MAX = 1_048_576;

const broken = () => fault('A part of the workbook is no XML that can be read: save it anew.', '工作簿内容无法解析，请重新另存。');
const declared = () =>
  fault('The workbook declares a document type, which none needs: save it anew.', '工作簿含有文档类型声明（DTD），请重新另存。');

/** `x:row` → `row`: some programs write prefixes. */
const local = (name: string): string => name.slice(name.indexOf(':') + 1);
const attribute = ({ attributes }: SaxesTagPlain, name: string): string | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

/** What is listened for in a part. */
interface Listener {
  open?(name: string, tag: SaxesTagPlain): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** Parses a part piece by piece, and stops after each so that what was heard can be taken away. */
async function* parsed(archive: ZipArchive, part: string, listener: Listener): AsyncGenerator<void> {
  const parser = new SaxesParser();
  parser.on('doctype', () => {
    throw declared();
  });
  parser.on('opentag', (tag) => listener.open?.(local(tag.name), tag));
  parser.on('closetag', (tag) => listener.close?.(local(tag.name)));
  parser.on('text', (text) => listener.text?.(text));
  parser.on('cdata', (text) => listener.text?.(text));
  // Anything that is not well-formed, and every entity that XML itself does not define.
  parser.on('error', () => {
    throw broken();
  });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let between = 0;
  try {
    for await (const piece of archive.read(part)) {
      const tag = piece.lastIndexOf('<');
      between = tag === -1 ? between + piece.length : piece.length - tag;
      if (between > BETWEEN_TAGS_MAX) throw broken();
      parser.write(decoder.decode(piece, { stream: true }));
      yield;
    }
    parser.write(decoder.decode()).close();
  } catch (error) {
    throw codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? broken() : error;
  }
  yield;
}

const walk = async (archive: ZipArchive, part: string, listener: Listener): Promise<void> => {
  for await (const _ of parsed(archive, part, listener));
};

/** The part that holds the first sheet that is not hidden. */
const firstSheet = async (archive: ZipArchive): Promise<string> => {
  let sheet: string | undefined;
  await walk(archive, 'xl/workbook.xml', {
    open(name, tag) {
      // A cell of a day is a number, and which day that is depends on it.
      if (name === 'workbookPr' && ['1', 'true'].includes(attribute(tag, 'date1904') ?? ''))
        throw fault('The workbook counts days from 1904: save it as CSV.', '工作簿使用 1904 日期系统，请另存为 CSV。');
      if (name === 'sheet' && (attribute(tag, 'state') ?? 'visible') === 'visible') sheet ??= attribute(tag, 'r:id');
    },
  });
  let target: string | undefined;
  await walk(archive, 'xl/_rels/workbook.xml.rels', {
    open(name, tag) {
      if (name === 'Relationship' && attribute(tag, 'Id') === sheet) target = attribute(tag, 'Target');
    },
  });
  if (target === undefined) throw fault('The workbook has no sheet.', '工作簿中没有工作表。');
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
};

/** `_x000D_` stands for a character that XML cannot hold. */
const unescaped = (text: string): string =>
  text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** Gathers the text of one item; pronunciations (`rPh`) are none of it. */
class Gathering {
  private parts: string[] = [];
  private length = 0;
  private within = 0;
  private spoken = 0;

  open(name: string): void {
    if (name === 't') this.within += 1;
    if (name === 'rPh') this.spoken += 1;
  }
  close(name: string): void {
    if (name === 't') this.within -= 1;
    if (name === 'rPh') this.spoken -= 1;
  }
  add(text: string, any = false): void {
    if (!(any || this.within > 0) || this.spoken > 0) return;
    this.length += text.length;
    if (this.length > CELL_CHARACTERS_MAX) throw tooLongCell();
    this.parts.push(text);
  }
  take(): string {
    const text = this.parts.join('');
    this.parts = [];
    this.length = 0;
    return unescaped(text);
  }
}

const sharedTexts = async (archive: ZipArchive): Promise<readonly string[]> => {
  const texts: string[] = [];
  if (!archive.has('xl/sharedStrings.xml')) return texts;
  const item = new Gathering();
  let characters = 0;
  await walk(archive, 'xl/sharedStrings.xml', {
    open: (name) => item.open(name),
    text: (text) => item.add(text),
    close(name) {
      item.close(name);
      if (name !== 'si') return;
      const text = item.take();
      characters += text.length;
      if (texts.length >= SHARED_MAX || characters > SHARED_CHARACTERS_MAX)
        throw fault('The workbook holds too many different texts: send it in parts, or as CSV.', '工作簿文本过多，请分批提交或改用 CSV。');
      texts.push(text);
    },
  });
  return texts;
};

/** `BC7` → 54, the column counted from 0; -1 for what is no reference. */
const columnOf = (reference: string): number => {
  let column = 0;
  for (const letter of /^[A-Z]{1,3}/.exec(reference)?.[0] ?? '') column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
};

/** Listens to a sheet and holds the rows that have ended. */
class SheetListener implements Listener {
  rows: TableRow[] = [];
  private line = 0;
  private cells: TableCell[] = [];
  private column = -1;
  private type = 'n';
  private valued = false;
  private readonly value = new Gathering();

  constructor(private readonly shared: readonly string[]) {}

  open(name: string, tag: SaxesTagPlain): void {
    this.value.open(name);
    if (name === 'row') {
      const line = Number(attribute(tag, 'r') ?? this.line + 1);
      if (!(Number.isInteger(line) && line > this.line && line <= LINE_MAX)) throw broken();
      this.line = line;
      this.cells = [];
      this.column = -1;
    } else if (name === 'c') {
      const reference = attribute(tag, 'r');
      this.column = reference === undefined ? this.column + 1 : columnOf(reference);
      this.type = attribute(tag, 't') ?? 'n';
    } else if (name === 'v') this.valued = true;
  }

  text(text: string): void {
    this.value.add(text, this.valued);
  }

  close(name: string): void {
    this.value.close(name);
    if (name === 'v') this.valued = false;
    else if (name === 'c') this.put(this.cell(this.value.take()));
    else if (name === 'row') this.rows.push({ line: this.line, cells: this.cells });
  }

  private cell(raw: string): TableCell {
    if (this.type === 's') {
      const text = this.shared[Number(raw)];
      if (raw !== '' && text === undefined) throw broken();
      return text ?? '';
    }
    if (this.type === 'e') throw fault('A cell holds an error of its formula: mend it.', '单元格含有公式错误，请更正。', this.line);
    if (this.type !== 'n' || raw === '') return raw;
    const number = Number(raw);
    if (!Number.isFinite(number)) throw broken();
    return number;
  }

  private put(cell: TableCell): void {
    if (cell === '') return;
    if (this.column < 0) throw broken();
    if (this.column >= CELLS_MAX) throw tooManyCells(this.line);
    while (this.cells.length < this.column) this.cells.push('');
    this.cells[this.column] = cell;
  }
}

/** The rows of the first visible sheet. @throws TableFault. */
export async function* workbookRows(bytes: Uint8Array): AsyncGenerator<TableRow> {
  const archive = ZipArchive.of(bytes);
  if (!archive.has('xl/workbook.xml') || !archive.has('xl/_rels/workbook.xml.rels'))
    throw fault('The file is no workbook: save it as .xlsx, or as CSV.', '该文件不是工作簿，请另存为 .xlsx 或 CSV。');
  const part = await firstSheet(archive);
  const listener = new SheetListener(await sharedTexts(archive));
  for await (const _ of parsed(archive, part, listener)) {
    yield* listener.rows;
    listener.rows = [];
  }
}
