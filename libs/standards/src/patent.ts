// The Chinese patent application number (专利申请号), in the form since October 2003 and in the older one.
import { DIGITS, weightedSum } from './check-digits.js';
import {
  type Bilingual, type Identifier, type Parsed,
  badDate, foreignCharacter, readText, unknownKind, wrongCheckDigit, wrongLength,
} from './parsed.js';

export type PatentApplicationNumber = string & { readonly kind: 'patent-application' };

export interface PatentParts {
  readonly form: 'since-2003' | 'before-2003';
  /** Year of filing, four digits. */
  readonly year: number;
  readonly right: 'invention' | 'utility-model' | 'design';
  readonly rightName: Bilingual;
  /** Whether it entered by the Patent Cooperation Treaty. */
  readonly international: boolean;
  readonly sequence: string;
}

const NAMES = {
  invention: { zh: '发明', en: 'invention' },
  'utility-model': { zh: '实用新型', en: 'utility model' },
  design: { zh: '外观设计', en: 'design' },
} as const;
const KINDS: Readonly<Record<string, Pick<PatentParts, 'right' | 'international'>>> = {
  1: { right: 'invention', international: false },
  2: { right: 'utility-model', international: false },
  3: { right: 'design', international: false },
  8: { right: 'invention', international: true },
  9: { right: 'utility-model', international: true },
};
/** The patent law took effect on 1 April 1985; the long form began in October 2003. */
const FIRST_YEAR = 1985;
const LONG_FORM_YEAR = 2003;
const WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];

/** Check character of the 12 (or older 8) digits: weights 2 to 9 and again from 2, sum mod 11, where 10 is X. */
export function patentCheckDigit(digits: string): string {
  return '0123456789X'.charAt(weightedSum(digits, DIGITS, WEIGHTS.slice(0, digits.length === 8 ? 8 : 12)) % 11);
}

function readYear(digits: string): number {
  if (digits.length === 12) return Number(digits.slice(0, 4));
  const short = Number(digits.slice(0, 2));
  return short >= FIRST_YEAR % 100 ? 1900 + short : 2000 + short;
}

function parsePatent(text: unknown): Parsed<PatentApplicationNumber, PatentParts> {
  const typed = readText(patentApplication, text);
  if (typeof typed !== 'string') return typed;
  // Certificates print the number of the granted right as ZL + application number; CN stands before it in databases.
  const bare = typed.replace(/^(ZL|CN) ?/, '');
  const digits = bare.replace(/\.?.$/, '');
  if (digits.length !== 12 && digits.length !== 8) return wrongLength(patentApplication);
  const check = bare.slice(-1);
  const foreign = foreignCharacter(patentApplication, digits, DIGITS)
    ?? foreignCharacter(patentApplication, check, '0123456789X', digits.length);
  if (foreign) return foreign;
  const year = readYear(digits);
  const long = digits.length === 12;
  if (long ? year < LONG_FORM_YEAR : year > LONG_FORM_YEAR) return badDate(patentApplication);
  const kind = KINDS[digits.charAt(long ? 4 : 2)];
  if (!kind) {
    return unknownKind(patentApplication, {
      zh: '种类号未知：1 发明、2 实用新型、3 外观设计、8 和 9 为国际申请。',
      en: 'has an unknown kind: 1 invention, 2 utility model, 3 design, 8 and 9 international.',
    });
  }
  if (patentCheckDigit(digits) !== check) return wrongCheckDigit(patentApplication);
  return {
    ok: true,
    value: `${digits}.${check}` as PatentApplicationNumber,
    parts: {
      form: long ? 'since-2003' : 'before-2003', year, ...kind, rightName: NAMES[kind.right], sequence: digits.slice(long ? 5 : 3),
    },
  };
}

/** 专利申请号. Accepted with or without its dot and a leading ZL or CN; stored as digits, dot, check digit. */
export const patentApplication: Identifier<PatentApplicationNumber, PatentParts> = {
  name: { zh: '专利申请号', en: 'The patent application number' },
  form: { zh: '12 位数字（2003 年 10 月前为 8 位）加小数点和校验码（0-9 或 X）', en: '12 digits (8 before October 2003), a dot and a check digit (0-9 or X)' },
  source: 'ZC 0006-2003 专利申请号标准',
  parse: parsePatent,
  format: (value) => value,
};
