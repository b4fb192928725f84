// The platform's own numbers: order, clearing batch and expert. A province's prefix keeps nodes from colliding without asking each other.
import { DIGITS, mod11x2 } from './check-digits.js';
import {
  type Described, type Identifier, type Parsed, type Refused,
  badDate, foreignCharacter, readText, unknownRegion, wrongCheckDigit, wrongForm, wrongLength,
} from './parsed.js';
import { type ProvinceCode, isProvinceCode } from './regions.js';

export type OrderNumber = string & { readonly kind: 'order-number' };
export type BatchNumber = string & { readonly kind: 'batch-number' };
export type ExpertNumber = string & { readonly kind: 'expert-number' };

export interface OrderNumberParts {
  readonly province: ProvinceCode;
  readonly year: number;
  /** 1 to 99999999 within province and year. */
  readonly sequence: number;
}

export interface BatchNumberParts {
  /** The ordered pair of the batch, first and second province as printed. */
  readonly provinces: readonly [ProvinceCode, ProvinceCode];
  readonly year: number;
  readonly month: number;
}

export interface ExpertNumberParts {
  readonly province: ProvinceCode;
  /** 1 to 99999999 within the province. */
  readonly sequence: number;
}

const SEQUENCE_MAX = 99_999_999;

/** Groups of digits, by length, between a prefix and the check character: the form that all three numbers share. */
interface Layout extends Described {
  readonly prefix: string;
  readonly groups: readonly number[];
}

const ORDER: Layout = {
  prefix: 'CXQ', groups: [2, 4, 8],
  name: { zh: '创新券订单号', en: 'The voucher order number' },
  form: { zh: '形如 CXQ-31-2026-00000001-7', en: 'such as CXQ-31-2026-00000001-7' },
};
const BATCH: Layout = {
  prefix: 'QS', groups: [4, 6],
  name: { zh: '清算批次号', en: 'The clearing batch number' },
  form: { zh: '形如 QS-3132-202607-0', en: 'such as QS-3132-202607-0' },
};
const EXPERT: Layout = {
  prefix: 'ZJ', groups: [2, 8],
  name: { zh: '专家编号', en: 'The expert number' },
  form: { zh: '形如 ZJ-33-00000001-0', en: 'such as ZJ-33-00000001-0' },
};

/** Check character of an own number over all its digits: ISO 7064 MOD 11-2. */
export function ownNumberCheckDigit(digits: string): string {
  return mod11x2(digits);
}

function readGroups(layout: Layout, text: unknown): { readonly value: string; readonly groups: readonly string[] } | Refused {
  const value = readText(layout, text);
  if (typeof value !== 'string') return value;
  const length = layout.prefix.length + layout.groups.reduce((sum, group) => sum + group + 1, 0) + 2;
  if (value.length !== length) return wrongLength(layout);
  const [prefix, ...rest] = value.split('-');
  const check = rest.pop();
  if (prefix !== layout.prefix || check?.length !== 1) return wrongForm(layout);
  if (rest.length !== layout.groups.length || rest.some((group, index) => group.length !== layout.groups[index])) return wrongForm(layout);
  const digits = rest.join('');
  const foreign = foreignCharacter(layout, digits, DIGITS) ?? foreignCharacter(layout, check, '0123456789X', digits.length);
  if (foreign) return foreign;
  return ownNumberCheckDigit(digits) === check ? { value, groups: rest } : wrongCheckDigit(layout);
}

function compose<V extends string>(layout: Layout, kind: Identifier<V, unknown>, numbers: readonly (number | string)[]): V {
  const groups = numbers.map((number, index) => String(number).padStart(layout.groups[index] ?? 0, '0'));
  if (groups.some((group) => !/^\d+$/.test(group))) {
    throw new RangeError(`${layout.name.en} is made of whole numbers that are not negative; mend its parts.`);
  }
  const parsed = kind.parse([layout.prefix, ...groups, ownNumberCheckDigit(groups.join(''))].join('-'));
  if (!parsed.ok) throw new RangeError(parsed.message.en);
  return parsed.value;
}

function readSequence(group: string | undefined): number | undefined {
  const sequence = Number(group);
  return sequence >= 1 && sequence <= SEQUENCE_MAX ? sequence : undefined;
}

function parseOrder(text: unknown): Parsed<OrderNumber, OrderNumberParts> {
  const read = readGroups(ORDER, text);
  if ('ok' in read) return read;
  const [province, year] = read.groups;
  const sequence = readSequence(read.groups[2]);
  if (!isProvinceCode(province)) return unknownRegion(ORDER);
  if (sequence === undefined) return wrongForm(ORDER);
  if (Number(year) < 2000) return badDate(ORDER);
  return { ok: true, value: read.value as OrderNumber, parts: { province, year: Number(year), sequence } };
}

function parseBatch(text: unknown): Parsed<BatchNumber, BatchNumberParts> {
  const read = readGroups(BATCH, text);
  if ('ok' in read) return read;
  const [pair = '', period = ''] = read.groups;
  const [first, second] = [pair.slice(0, 2), pair.slice(2)];
  if (!isProvinceCode(first) || !isProvinceCode(second)) return unknownRegion(BATCH);
  const [year, month] = [Number(period.slice(0, 4)), Number(period.slice(4))];
  if (year < 2000 || month < 1 || month > 12) return badDate(BATCH);
  return { ok: true, value: read.value as BatchNumber, parts: { provinces: [first, second], year, month } };
}

function parseExpert(text: unknown): Parsed<ExpertNumber, ExpertNumberParts> {
  const read = readGroups(EXPERT, text);
  if ('ok' in read) return read;
  const [province] = read.groups;
  const sequence = readSequence(read.groups[1]);
  if (!isProvinceCode(province)) return unknownRegion(EXPERT);
  if (sequence === undefined) return wrongForm(EXPERT);
  return { ok: true, value: read.value as ExpertNumber, parts: { province, sequence } };
}

const OWN = '本平台编号规则，ISO 7064 MOD 11-2';

/** 创新券订单号, as `CXQ-31-2026-00000001-7`. */
export const orderNumber: Identifier<OrderNumber, OrderNumberParts> = {
  name: ORDER.name, form: ORDER.form, source: OWN, parse: parseOrder, format: (value) => value,
};

/** 清算批次号, as `QS-3132-202607-0`. */
export const batchNumber: Identifier<BatchNumber, BatchNumberParts> = {
  name: BATCH.name, form: BATCH.form, source: OWN, parse: parseBatch, format: (value) => value,
};

/** 专家编号, as `ZJ-33-00000001-0`. */
export const expertNumber: Identifier<ExpertNumber, ExpertNumberParts> = {
  name: EXPERT.name, form: EXPERT.form, source: OWN, parse: parseExpert, format: (value) => value,
};

/** The order number of these parts. Throws a RangeError when a part is out of its range. */
export function composeOrderNumber(parts: OrderNumberParts): OrderNumber {
  return compose(ORDER, orderNumber, [parts.province, parts.year, parts.sequence]);
}

/** The batch number of these parts. Throws a RangeError when a part is out of its range. */
export function composeBatchNumber(parts: BatchNumberParts): BatchNumber {
  return compose(BATCH, batchNumber, [parts.provinces.join(''), `${parts.year}${String(parts.month).padStart(2, '0')}`]);
}

/** The expert number of these parts. Throws a RangeError when a part is out of its range. */
export function composeExpertNumber(parts: ExpertNumberParts): ExpertNumber {
  return compose(EXPERT, expertNumber, [parts.province, parts.sequence]);
}
