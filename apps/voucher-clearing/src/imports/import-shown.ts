/** Imports as people ask for them and are told of them. */
import {
  ANSWER_FORMATS,
  IMPORT_STATES,
  MadeId,
  OneOf,
  ListQuery,
  ReadQuery,
  Shown,
  shownRow,
  type AnswerFormat,
  type Cell,
  type ImportJob,
  type RowResult,
} from '@yrd/platform';

const KINDS = [
  'agencies',
  'products',
  'subject-facts',
  'quota-applications',
  'quota-grants',
  'subject-ownership',
  'agency-ownership',
] as const;
export type KindName = (typeof KINDS)[number];
const YES = ['true', 'false'] as const;
const OUTCOMES = ['done', 'unchanged', 'refused'] as const;

export class ImportQuery {
  @OneOf(YES, { zh: '试运行：逐行裁定，但不写入', en: 'a trial: every row is decided and nothing is written', optional: true })
  dryRun?: (typeof YES)[number];
}

export class ImportPath {
  @MadeId({ zh: '导入编号', en: 'id of the import' })
  import: string;
}

export class KindPath {
  @OneOf(KINDS, { zh: '导入类型', en: 'kind of import' })
  kind: KindName;
}

export class ImportsQuery extends ListQuery {
  @OneOf(KINDS, { zh: '导入类型', en: 'kind of import', optional: true })
  kind?: KindName;

  @OneOf(IMPORT_STATES, { zh: '状态', en: 'state', optional: true })
  state?: (typeof IMPORT_STATES)[number];
}

export class TemplateQuery extends ReadQuery {
  @OneOf(['csv', 'xlsx'] as const, { zh: '格式，默认 csv', en: 'format, csv without it', optional: true })
  format?: 'csv' | 'xlsx';
}

export class ReportQuery extends ReadQuery {
  @OneOf(ANSWER_FORMATS, { zh: '格式，默认 json', en: 'format, json without it', optional: true })
  format?: AnswerFormat;

  @OneOf(OUTCOMES, { zh: '只看此结果的行', en: 'only rows with this outcome', optional: true })
  outcome?: (typeof OUTCOMES)[number];
}

/** An import as it is answered. */
export class ImportShown {
  @Shown({ zh: '导入编号', en: 'id' })
  id: string;

  @Shown({ zh: '导入类型', en: 'kind' }, 'text', { enum: KINDS })
  kind: string;

  @Shown({ zh: '试运行', en: 'a trial' }, 'yesno')
  dryRun: boolean;

  @Shown({ zh: '状态', en: 'state' }, 'text', { enum: IMPORT_STATES })
  state: string;

  @Shown({ zh: '失败原因', en: 'why it failed, in both languages' }, 'object', { nullable: true })
  why: object | null;

  @Shown({ zh: '提交机构', en: 'organisation that sent it' })
  organisation: string;

  @Shown({ zh: '格式', en: 'format' })
  format: string;

  @Shown({ zh: '字节数', en: 'bytes' }, 'whole')
  bytes: number;

  @Shown({ zh: '总行数', en: 'rows of the table' }, 'whole')
  rows: number;

  @Shown({ zh: '已处理行数', en: 'rows whose outcome is known' }, 'whole')
  read: number;

  @Shown({ zh: '已办（试运行为可办）', en: 'rows that were carried out, or on trial would be' }, 'whole')
  done: number;

  @Shown({ zh: '无变化', en: 'rows that stood already' }, 'whole')
  unchanged: number;

  @Shown({ zh: '被拒', en: 'rows that were refused' }, 'whole')
  refused: number;

  @Shown({ zh: '提交时间', en: 'when it was sent' }, 'time')
  createdMs: number;

  @Shown({ zh: '最近更新', en: 'when it moved last' }, 'time')
  updatedMs: number;

  @Shown({ zh: '结束时间', en: 'when it ended' }, 'time', { nullable: true })
  finishedMs: number | null;
}

const BothLanguages = shownRow('BothLanguages', { zh: ['中文', 'in Chinese'], en: ['英文', 'in English'] });
const RowFaultShown = shownRow<RowResult['faults'][number]>('ImportRowFault', {
  column: ['列', 'column', 'text', { nullable: true }],
  code: ['代码', 'code of the refusal'],
  words: ['原因', 'why', 'object', { of: () => BothLanguages }],
  mend: ['如何更正', 'how to mend it', 'object', { of: () => BothLanguages }],
});
const RowResultShown = shownRow<RowResult>('ImportRowResult', {
  line: ['行', 'line of the table', 'whole'],
  outcome: ['结果', 'outcome', 'text', { enum: OUTCOMES }],
  faults: ['错误', 'what is wrong', 'objects', { of: () => RowFaultShown }],
});
export const ImportReport = shownRow('ImportReport', {
  import: ['导入', 'the import', 'object', { of: () => ImportShown }],
  rows: ['各行结果', 'rows', 'objects', { of: () => RowResultShown }],
});

export const shown = (job: ImportJob): ImportShown => {
  const {
    id,
    kind,
    dryRun,
    state,
    why,
    organisation,
    format,
    bytes,
    rows,
    read,
    done,
    unchanged,
    refused,
    createdMs,
    updatedMs,
    finishedMs,
  } = job;
  return {
    id,
    kind,
    dryRun,
    state,
    why,
    organisation,
    format,
    bytes,
    rows,
    read,
    done,
    unchanged,
    refused,
    createdMs,
    updatedMs,
    finishedMs,
  };
};

export const REPORT: readonly string[] = ['行 line', '结果 outcome', '列 column', '代码 code', '原因', 'why', '如何更正', 'how to mend it'];

/** One line for each fault, and one for each row without any. */
export const reportCells = ({ line, outcome, faults }: RowResult): readonly (readonly Cell[])[] =>
  faults.length === 0
    ? [[line, outcome, null, null, null, null, null, null]]
    : faults.map(({ column, code, words, mend }) => [line, outcome, column, code, words.zh, words.en, mend.zh, mend.en]);
