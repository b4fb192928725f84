/**
 * What may cross a provincial border, as data (domain §7.1): for each context what crosses and what never does, and for each field of
 * each entry that others may read which of these it is. A field without a row is refused by a test; what looks like a person's number
 * or address, at run time.
 */
import { reject, type Rejection } from '@yrd/ledger';
import { codes } from './codes.js';
import { phrase, word } from './said.js';

/** Kinds of things that stand in shared payloads. `words` is text that people wrote or read, and is looked through. */
export const CROSSING_KINDS = {
  id: { zh: '节点生成的编号', en: 'an id that a node made' },
  registered: { zh: '公开登记的编号（统一社会信用代码、订单号等）', en: 'a number of a public register: USCC, order, batch' },
  organisation: { zh: '机构名称或标识', en: 'name or id of an organisation, never of a natural person' },
  amount: { zh: '金额、比例、数量', en: 'amount, ratio, count' },
  time: { zh: '时间与期限', en: 'time or time limit' },
  state: { zh: '状态、代码、类别', en: 'state, code, class' },
  hash: { zh: '文件、合同、发票的杂凑或带钥杂凑', en: 'hash of a document, keyed hash of a number' },
  position: { zh: '账簿位置、根、摘要', en: 'place in a journal, root, digest' },
  rule: { zh: '公开的规则：政策包、放假安排、保存期限', en: 'a public rule: policy pack, calendar, retention' },
  words: { zh: '简短说明，不含个人信息', en: 'short words without anything personal' },
} as const satisfies Readonly<Record<string, { readonly zh: string; readonly en: string }>>;
export type CrossingKind = keyof typeof CROSSING_KINDS;

interface BorderRow {
  readonly crosses: readonly CrossingKind[];
  /** What the domain lets stay at home, in its own words. */
  readonly never: readonly { readonly zh: string; readonly en: string }[];
  /** Field name → what it is. One name means one thing in all entries of a context. */
  readonly fields: Readonly<Record<string, CrossingKind>>;
  /** Fields that are one kind down to their depths: a public rule, a map of proofs. */
  readonly whole: readonly string[];
}

const of = (kind: CrossingKind, ...names: readonly string[]): Readonly<Record<string, CrossingKind>> =>
  Object.fromEntries(names.map((name) => [name, kind]));

const PERSONAL = { zh: '自然人姓名、证件号码、电话、邮箱、账号', en: 'name, number, telephone, e-mail, account of a natural person' };

export const BORDER: Readonly<Record<string, BorderRow>> = {
  voucher: {
    crosses: ['id', 'registered', 'organisation', 'amount', 'time', 'state', 'hash', 'position', 'rule', 'words'],
    never: [
      { zh: '银行账号', en: 'bank account' },
      { zh: '完整材料', en: 'full file' },
      { zh: '内部审核意见', en: 'internal review notes' },
      { zh: '机构自评材料', en: 'self-assessment papers' },
      PERSONAL,
    ],
    fields: {
      ...of('id', 'order', 'subject', 'toSubject', 'source', 'agency', 'product', 'batch', 'reference'),
      ...of('id', 'lineId', 'after', 'until', 'payTo'),
      ...of('registered', 'number', 'subjectUscc', 'uscc', 'invoiceTail', 'tail', 'version', 'policy', 'scheme'),
      ...of('organisation', 'subjectName', 'organisation'),
      ...of(
        'amount',
        'amountFen',
        'reservedFen',
        'invoiceFen',
        'claimFen',
        'paidFen',
        'baseFen',
        'subsidyFen',
        'priceFen',
        'voucherFen',
        'otherSupportFen',
      ),
      ...of(
        'amount',
        'sumFen',
        'grossFen',
        'bilateralFen',
        'multilateralFen',
        'nets',
        'payers',
        'asked',
        'line',
        'share',
        'ratio',
        'of',
        'in',
      ),
      ...of('amount', 'usedFen', 'count', 'days', 'redFen', 'leftFen', 'attempt', 'clawback', 'lines', 'others', 'mineFen', 'theirFen'),
      ...of('time', 'year', 'placedMs', 'acceptByMs', 'counted', 'fromMs', 'leastMs', 'mostMs', 'shiftMs', 'useUntilMs', 'redeemUntilMs'),
      ...of('time', 'patienceMs', 'contractByMs', 'dueMs', 'signedMs', 'startMs', 'endMs', 'redeemByMs', 'endsMs', 'leftMs', 'expiresMs'),
      ...of('time', 'budgetYear', 'window', 'awaits', 'issued', 'from', 'to', 'makeUpWorkdays', 'asOf', 'atMs'),
      ...of('time', 'untilMs', 'decidedOn', 'fromOn', 'untilOn', 'servedOn'),
      ...of('registered', 'certificate'),
      ...of('state', 'mode', 'home', 'agencyProvince', 'province', 'payer', 'payee', 'pair', 'with', 'itemClass', 'classes', 'proposed'),
      ...of('state', 'code', 'by', 'limit', 'reason', 'statement', 'outcome', 'kind', 'defects', 'grounds', 'foldVersion'),
      ...of('state', 'as', 'settled', 'carriedOver', 'toProvince', 'reinstates', 'fraud', 'items', 'commonClass'),
      ...of('state', 'declares', 'finding', 'resumed'),
      ...of('id', 'complaint', 'objection'),
      ...of('state', 'grade', 'answer'),
      ...of('time', 'answerByMs', 'remindMs', 'sinceMs'),
      ...of('hash', 'invoice', 'invoiceKey', 'contractHash', 'deliverableHash', 'receiptHash', 'files', 'hash'),
      ...of('id', 'slice'),
      ...of('state', 'holder'),
      ...of('amount', 'drawnFen', 'releasedFen'),
      ...of('hash', 'token', 'red', 'self', 'ties', 'key'),
      ...of('state', 'act', 'phase', 'lineSettled'),
      ...of('time', 'alarmMs'),
      ...of('position', 'stretches', 'mark', 'seed', 'population'),
      ...of('id', 'sample'),
      ...of('time', 'half'),
      ...of('position', 'position', 'journal', 'size', 'restsOn', 'foreign', 'foreignSize', 'cuts', 'digest', 'marks', 'firstMark'),
      ...of('rule', 'mapping', 'pack', 'rules', 'notice', 'replaces', 'holidays'),
      ...of('words', 'cause', 'decision', 'source', 'facts', 'name', 'detail', 'zh', 'en'),
    },
    whole: ['pack', 'rules', 'cuts', 'nets', 'payers', 'facts'],
  },
  access: {
    crosses: ['id', 'time', 'amount', 'state', 'hash', 'rule'],
    never: [
      PERSONAL,
      { zh: '加密后的个人信息与主体密钥', en: 'sealed personal fields and the keys of subjects' },
      { zh: '查阅记录', en: 'who read what' },
    ],
    fields: {
      ...of('id', 'erasure'),
      ...of('hash', 'token'),
      ...of('state', 'epoch', 'origin', 'outcome', 'basis'),
      ...of('amount', 'keyBackupDays'),
      ...of('time', 'atMs', 'untilMs', 'fromMs'),
      ...of('rule', 'pack', 'version'),
    },
    whole: ['pack'],
  },
  ledger: {
    crosses: ['position', 'amount', 'rule'],
    never: [PERSONAL],
    fields: {
      ...of('state', 'act', 'phase', 'lineSettled'),
      ...of('time', 'alarmMs'),
      ...of('position', 'stretches', 'mark'),
      ...of('position', 'journal', 'size', 'held', 'contradicting', 'from', 'to', 'key'),
      ...of('amount', 'entries'),
      ...of('rule', 'format'),
    },
    whole: [],
  },
};

/** Rows of domain §7.1 whose contexts are still to come: what is written down before the first of their fields. */
export const BORDER_TO_COME = {
  achievement: { crosses: '公开挂牌、公示、登记编号、公开金额', never: '未公开报价、未公开技术秘密' },
  expert: { crosses: '专业领域、职称档、是否可用、冻结库杂凑、抽取编号、接受与否', never: '电话、银行卡、意见、结果公布前的名单' },
  integrity: { crosses: '生效的最终决定、期限、效力代码、异议修复撤销、是否证明', never: '举报、举报人、未结调查、证据' },
} as const;

/** What of a text looks personal; null when nothing does. */
export type Recogniser = (text: string) => string | null;

/** Numbers of registers have check digits of their own and were checked when they came in; ids and hashes are made here. */
const UNREAD: ReadonlySet<CrossingKind> = new Set(['registered', 'hash', 'position']);
const MADE_LENGTH = 26;
const MADE = /^[0-9a-f]+$/;
const DEPTH_MAX = 12;

const foundIn = (value: unknown, recognise: Recogniser, depth = 0): string | null => {
  if (typeof value === 'string') return value.length === MADE_LENGTH && MADE.test(value) ? null : recognise(value);
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return null;
  for (const [name, each] of Object.entries(value)) {
    const kind = (Array.isArray(value) ? null : recognise(name)) ?? foundIn(each, recognise, depth + 1);
    if (kind !== null) return kind;
  }
  return null;
};

/**
 * E-BORDER when the payload of an entry for others holds what looks personal; null when it may cross. The refusal names the field and what
 * it looks like, never its value.
 */
export const borderFault = (context: string, data: object, recognise: Recogniser): Rejection | null => {
  const fields = BORDER[context]?.fields ?? {};
  for (const [field, value] of Object.entries(data) as [string, unknown][]) {
    if (typeof value === 'number' || typeof value === 'boolean') continue;
    const kind = Object.hasOwn(fields, field) ? fields[field] : undefined;
    const seen = kind !== undefined && UNREAD.has(kind) ? null : foundIn(value, recognise);
    if (seen !== null)
      return reject('E-BORDER', { clause: codes['E-BORDER'].clause, field, seen: word(seen), needed: phrase('nothingPersonal') });
  }
  return null;
};
