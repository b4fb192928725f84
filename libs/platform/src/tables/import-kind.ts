/** What can be imported: the columns that a table may have, and the command that each of its rows asks for. */
import { codes, CONCEALED, mendingOf, tell, type AccessName } from '@yrd/contracts';
import type { Answer } from '@yrd/ledger';
import { Problem, type FieldFault } from '../http/problem.js';
import { nodeCodes, type CodeRow, type Words } from '../http/problem-codes.js';
import { isCutOff, valueOf, type Holds } from './import-cells.js';
import { fault, type TableFault, type TableRow } from './table.js';
import { checkedAs } from '../http/validation.js';

export interface Column {
  /** The field that it fills, which is also its heading in English. */
  readonly field: string;
  /** Its heading in Chinese. */
  readonly zh: string;
  readonly holds: Holds;
  /** What people write for the codes of a field, where they do not write the codes. */
  readonly words?: Readonly<Record<string, string>>;
  readonly example: string;
  readonly optional?: boolean;
}

/** A command that a row asks for. */
export interface Wanted {
  readonly command: AccessName;
  readonly body: object;
  /** What it is about: rows about one thing are carried out one after the other, in the order of the table. */
  readonly target: string;
}

export interface ImportKind<B extends object = object> {
  /** Part of the address, `subject-facts`. */
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  readonly columns: readonly Column[];
  /** Rows of the template, where one of examples says too little. */
  readonly examples?: readonly (readonly string[])[];
  /** What a row is checked against: the limits of the command's own body. */
  readonly row: new () => B;
  /**
   * Rows that follow each other with the same text in column `by` are one command: all of it is done, or nothing. At most so many; a table
   * where they lie apart is refused, since what the second command says would take the place of the first.
   */
  readonly gathers?: { readonly by: string; readonly rowsMax: number };
  /** What is wrong with a row beyond its fields: in itself, or beside the first of its command. */
  check?(row: B, first: B): readonly Flaw[];
  /** Its files may hold what nobody is to read in passing, as numbers of persons: they lie sealed, and no cell is repeated anywhere. */
  readonly sealed?: true;
  /** The command of a row, or of all rows that are one. */
  wanted(...rows: Gathered<B>): Wanted | Promise<Wanted>;
  /** The command would be carried out again though it stands: it is asked on trial first, and left alone then. */
  readonly repeats?: true;
  /** Whether what was refused because something stands there already is what the row says, so that a second import changes nothing. */
  stands?(...rows: Gathered<B>): Promise<boolean>;
}

/** Rows of one command. */
export type Gathered<B> = readonly [B, ...B[]];

/** What is wrong with a field of a row, and how to mend it; without `mend`, by an example. */
export interface Flaw {
  readonly field: string;
  readonly words: Words;
  readonly mend?: Words;
}

/** What came of a row; `refused` says why. On trial: what would. */
export type Outcome = 'done' | 'unchanged' | 'refused';

export interface RowFault {
  /** The heading as it stands in the table; null where no cell is to blame. */
  readonly column: string | null;
  readonly code: string;
  readonly words: Words;
  /** How to mend it. */
  readonly mend: Words;
}

export interface RowResult {
  readonly line: number;
  readonly outcome: Outcome;
  readonly faults: readonly RowFault[];
}

/** A row that was read: what it asks for, or what is wrong with it. */
export type ReadRow = { readonly line: number } & (
  { readonly row: object; readonly faults?: never } | { readonly row: null; readonly faults: readonly RowFault[] }
);

/** How many faults of one row are told. */
const FAULTS_MAX = 10;

/** Headings are compared without blanks and case, and with brackets of either width. */
const plainHeading = (text: string): string => text.normalize('NFKC').replace(/\s+/g, '').toLowerCase();

export interface Heading {
  readonly column: Column;
  readonly text: string;
  readonly yuan: boolean;
}

const FEN = /Fen$/;
/** Every heading that a column goes by. */
const headingsOf = (column: Column): readonly Heading[] => {
  const { field, zh, holds } = column;
  if (holds !== 'fen') return [field, zh, `${zh} ${field}`].map((text) => ({ column, text, yuan: false }));
  const inFen = [field, `${zh}（分）`, `${zh}（分） ${field}`].map((text) => ({ column, text, yuan: false }));
  const yuan = field.replace(FEN, 'Yuan');
  return [...inFen, ...[yuan, `${zh}（元）`, `${zh}（元） ${yuan}`].map((text) => ({ column, text, yuan: true }))];
};

/** A template: headings in Chinese with the field, and examples. */
export const templateOf = ({ columns, examples }: ImportKind): readonly (readonly string[])[] => [
  columns.map((column) => headingsOf(column)[2]!.text),
  ...(examples ?? [columns.map(({ example }) => example)]),
];

/** What the columns of a table are, by its first row. @throws TableFault with the known ones for what is unknown, doubled or missing. */
export const headerOf = ({ columns, sealed }: ImportKind, { line, cells }: TableRow): readonly (Heading | null)[] => {
  const known = new Map(columns.flatMap(headingsOf).map((heading) => [plainHeading(heading.text), heading]));
  const found = cells.map((cell, at) => {
    const text = String(cell).trim();
    if (text === '') return null;
    const heading = known.get(plainHeading(text));
    if (heading) return { ...heading, text };
    // Without a header, a person's number stands here.
    const [en, zh] = sealed ? [`number ${at + 1}`, `第 ${at + 1} 列`] : [`"${text.slice(0, 40)}"`, `列“${text.slice(0, 40)}”`];
    throw wrongHeading(columns, line, `does not know the column ${en}`, `不认识${zh}`);
  });
  const named = found.flatMap((heading) => (heading ? [heading.column.field] : []));
  const doubled = named.find((field, at) => named.indexOf(field) !== at);
  if (doubled !== undefined) throw wrongHeading(columns, line, `has the column ${doubled} twice`, `列 ${doubled} 重复`);
  const missing = columns.find(({ field, optional }) => optional !== true && !named.includes(field));
  if (missing) throw wrongHeading(columns, line, `misses the column ${missing.field}`, `缺少列“${missing.zh}”`);
  return found;
};

const wrongHeading = (columns: readonly Column[], line: number, en: string, zh: string): TableFault => {
  const all = columns.map((column) => headingsOf(column)[2]!.text);
  return fault(`The import ${en}. Known are: ${all.join(', ')}.`, `导入${zh}。可用的列：${all.join('、')}。`, line);
};

const extra = (line: number): ReadRow => {
  const words = { en: 'A cell stands outside the columns of the header.', zh: '有单元格超出表头的列。' };
  const mend = { en: 'take it away, or give it a heading', zh: '删去该单元格，或补上表头' };
  return { line, row: null, faults: [{ column: null, code: 'E-TABLE', words, mend }] };
};

/** A cell that is no number is neither too small nor too large: of a field's faults, what it is not comes first and is told alone. */
const onePerField = (errors: readonly FieldFault[]): readonly FieldFault[] => {
  const byKind = [...errors.filter(({ rule }) => rule.startsWith('is')), ...errors.filter(({ rule }) => !rule.startsWith('is'))];
  const fields = [...new Set(errors.map(({ field }) => field))].slice(0, FAULTS_MAX);
  return fields.flatMap((field) => byKind.find((each) => each.field === field) ?? []);
};

/** A row as what it asks for is checked, or all that is wrong with it. */
export const readRow = async (kind: ImportKind, header: readonly (Heading | null)[], { line, cells }: TableRow): Promise<ReadRow> => {
  if (cells.some((cell, at) => !header[at] && String(cell).trim() !== '')) return extra(line);
  const fields = header.flatMap((heading, at) => {
    const cell = cells[at] ?? '';
    const text = String(cell).trim();
    if (!heading || text === '') return [];
    const { field, holds, words = {} } = heading.column;
    return [[field, Object.hasOwn(words, text) ? words[text] : valueOf(holds, cell, heading.yuan)] as const];
  });
  try {
    return { line, row: await checkedAs(kind.row, Object.fromEntries(fields)) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const faults = onePerField(error.errors).map(({ field: path, message }): RowFault => {
      const field = path.split('/')[1] ?? '';
      const at = header.findIndex((heading) => heading?.column.field === field);
      if (isCutOff(cells[at])) return rowFault(kind, header, { field, ...CUT_OFF });
      return rowFault(kind, header, { field, words: header[at]?.column.holds === 'share' ? NO_SHARE : message });
    });
    return { line, row: null, faults };
  }
};

const NO_SHARE: Words = { en: 'it must be a share of no more than the whole', zh: '须为不超过 100% 的比例' };
const CUT_OFF = {
  words: { en: 'the spreadsheet kept it as a number and lost its last digits', zh: '表格按数值保存，末尾数位已丢失' },
  mend: { en: 'make the column text, and write it again', zh: '将该列设为文本格式后重新填写' },
};

/** What is wrong with a field of a row, as the report tells it. */
export const rowFault = ({ columns }: ImportKind, header: readonly (Heading | null)[], { field, words, mend }: Flaw): RowFault => {
  const example = columns.find((each) => each.field === field)?.example ?? '';
  const text = header.find((each) => each?.column.field === field)?.text ?? field;
  return { column: text, code: 'E-VALIDATION', words, mend: mend ?? { en: `write it like ${example}`, zh: `示例：${example}` } };
};

/** Each with its label, where it is told at all. */
const labelled = (...parts: readonly (readonly [label: string, text: string | null | undefined])[]): string =>
  parts.flatMap(([label, text]) => (text === undefined || text === null ? [] : [`${label}${text}`])).join(' ');

/** What mends a row that neither its code nor its facts say anything about. */
const COMPARE: Words = {
  zh: '核对本行与已登记的内容，更正后再次导入',
  en: 'compare the row with what is on record, and send it corrected',
};

/** What a refusal of the domain tells about a row: the words, the rule, what was seen and needed, and who can mend it. */
export const refusalOf = (header: readonly (Heading | null)[], refused: Extract<Answer, { readonly ok: false }>): RowFault => {
  const { rejected, facts } = refused;
  const code = rejected === CONCEALED ? 'E-NOTFOUND' : rejected;
  const known: Readonly<Record<string, CodeRow>> = { ...nodeCodes, ...codes };
  const row: Pick<CodeRow, 'zh' | 'en' | 'clause'> = known[code] ?? { zh: code, en: code };
  const who = mendingOf(code);
  const clause = facts['clause'] ?? row.clause;
  const rule = clause === undefined ? '' : ` [${tell(clause, 'en')}]`;
  const fact = (name: string, language: keyof Words): string | null => (facts[name] == null ? null : tell(facts[name], language));
  const mend = {
    zh: labelled(['需要：', fact('needed', 'zh')], ['可由谁补正：', who?.zh]),
    en: labelled(['needed: ', fact('needed', 'en')], ['who can mend it: ', who?.en]),
  };
  return {
    column: header.find((heading) => heading?.column.field === facts['field'])?.text ?? null,
    code,
    words: {
      zh: `${row.zh}${rule} ${labelled(['实际：', fact('seen', 'zh')])}`.trim(),
      en: `${row.en}${rule} ${labelled(['Seen: ', fact('seen', 'en')])}`.trim(),
    },
    mend: mend.en === '' ? COMPARE : mend,
  };
};
