// The unified social credit code (统一社会信用代码, GB 32100) and the organisation code (组织机构代码, GB 11714) inside it.
import { DIGITS, weightedSum } from './check-digits.js';
import {
  type Bilingual, type Identifier, type Parsed,
  foreignCharacter, readText, unknownKind, unknownRegion, wrongCheckDigit, wrongForm, wrongLength,
} from './parsed.js';
import { nationalPrefixName } from './regions.js';

export type Uscc = string & { readonly kind: 'uscc' };
export type OrganisationCode = string & { readonly kind: 'organisation-code' };

export interface UsccParts {
  /** Positions 1-2, such as 91 for an enterprise or 12 for a public institution. */
  readonly registrant: string;
  readonly registrantName: Bilingual;
  /** Positions 3-8: the authority that registered it first. Not today's location: never pay by it. */
  readonly registeredAt: string;
  readonly organisationCode: OrganisationCode;
}

const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const LETTER_VALUES = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
// Organisation codes give values to all letters; O and I are still refused, because nobody can tell them from 0 and 1 on paper.
const ORGANISATION_ALPHABET = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const NATIONAL = '100000';

const AUTHORITIES: Readonly<Record<string, Bilingual>> = {
  1: { zh: '机构编制', en: 'establishment office' }, 2: { zh: '外交', en: 'foreign affairs' },
  3: { zh: '司法行政', en: 'justice administration' }, 4: { zh: '文化', en: 'culture' },
  5: { zh: '民政', en: 'civil affairs' }, 6: { zh: '旅游', en: 'tourism' }, 7: { zh: '宗教', en: 'religious affairs' },
  8: { zh: '工会', en: 'trade unions' }, 9: { zh: '市场监管', en: 'market regulation' },
  A: { zh: '军队', en: 'armed forces' }, N: { zh: '农业', en: 'agriculture' }, Y: { zh: '其他', en: 'other' },
};
const REGISTRANTS: Readonly<Record<string, Bilingual>> = {
  11: { zh: '机关', en: 'state organ' }, 12: { zh: '事业单位', en: 'public institution' },
  51: { zh: '社会团体', en: 'social organisation' }, 52: { zh: '民办非企业单位', en: 'private non-enterprise unit' },
  53: { zh: '基金会', en: 'foundation' }, 91: { zh: '企业', en: 'enterprise' },
  92: { zh: '个体工商户', en: 'individual business' }, 93: { zh: '农民专业合作社', en: 'farmers’ cooperative' },
};

/** Check character of GB 32100 over the first 17 characters: weights 3^(i-1) mod 31, c = (31 - sum mod 31) mod 31. */
export function usccCheckDigit(first17: string): string {
  const sum = weightedSum(first17, USCC_ALPHABET, USCC_WEIGHTS);
  // The outer mod matters: a sum divisible by 31 gives '0', not a 32nd character.
  return USCC_ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** Check character of GB 11714 over the first 8 characters: 11 - sum mod 11, where 10 is X and 11 is 0. */
export function organisationCheckDigit(first8: string): string {
  const sum = weightedSum(first8, LETTER_VALUES, ORGANISATION_WEIGHTS);
  return '0123456789X'.charAt((11 - (sum % 11)) % 11);
}

/**
 * A whole code from its parts, both check digits computed: for samples and tests, as real codes are issued by the registrar.
 * `registrant` 2 characters, `registeredAt` 6 digits, `body` the 8 characters before the organisation's check digit.
 */
export function composeUscc(parts: { readonly registrant: string; readonly registeredAt: string; readonly body: string }): Uscc {
  const first17 = `${parts.registrant}${parts.registeredAt}${parts.body}${organisationCheckDigit(parts.body)}`;
  const parsed = uscc.parse(`${first17}${usccCheckDigit(first17)}`);
  if (!parsed.ok) throw new RangeError(parsed.message.en);
  return parsed.value;
}

function parseUscc(text: unknown): Parsed<Uscc, UsccParts> {
  const code = readText(uscc, text);
  if (typeof code !== 'string') return code;
  if (code.length !== 18) return wrongLength(uscc);
  const foreign = foreignCharacter(uscc, code, USCC_ALPHABET) ?? foreignCharacter(uscc, code.slice(2, 8), DIGITS, 2);
  if (foreign) return foreign;
  // Both check digits hold in a well-formed code; together they also catch most double errors.
  if (usccCheckDigit(code.slice(0, 17)) !== code.charAt(17) || organisationCheckDigit(code.slice(8, 16)) !== code.charAt(16)) {
    return wrongCheckDigit(uscc);
  }
  const authority = AUTHORITIES[code.charAt(0)];
  if (!authority) return unknownKind(uscc, { zh: '第 1 位登记管理部门代码未知。', en: 'begins with an unknown registering department.' });
  const registeredAt = code.slice(2, 8);
  if (registeredAt !== NATIONAL && !nationalPrefixName(registeredAt)) return unknownRegion(uscc);
  const registrant = code.slice(0, 2);
  return {
    ok: true,
    value: code as Uscc,
    parts: {
      registrant, registrantName: REGISTRANTS[registrant] ?? authority, registeredAt,
      organisationCode: code.slice(8, 17) as OrganisationCode,
    },
  };
}

function parseOrganisationCode(text: unknown): Parsed<OrganisationCode, { readonly body: string }> {
  const typed = readText(organisationCode, text);
  if (typeof typed !== 'string') return typed;
  const code = typed.length === 10 && typed.charAt(8) === '-' ? typed.slice(0, 8) + typed.charAt(9) : typed;
  if (code.length !== 9) return wrongLength(organisationCode);
  const foreign = foreignCharacter(organisationCode, code, ORGANISATION_ALPHABET);
  if (foreign) return foreign;
  if (!/[0-9X]/.test(code.charAt(8))) return wrongForm(organisationCode);
  if (organisationCheckDigit(code.slice(0, 8)) !== code.charAt(8)) return wrongCheckDigit(organisationCode);
  return { ok: true, value: code as OrganisationCode, parts: { body: code.slice(0, 8) } };
}

/** 统一社会信用代码. Unique and lifelong; shown whole, since it is public. */
export const uscc: Identifier<Uscc, UsccParts> = {
  name: { zh: '统一社会信用代码', en: 'The unified social credit code' },
  form: { zh: '18 位数字或大写字母（不含 I、O、Z、S、V）', en: '18 digits or capital letters (without I, O, Z, S, V)' },
  source: 'GB 32100-2015',
  parse: parseUscc,
  format: (value) => value,
};

/** 组织机构代码, stored without its hyphen and shown with it. */
export const organisationCode: Identifier<OrganisationCode, { readonly body: string }> = {
  name: { zh: '组织机构代码', en: 'The organisation code' },
  form: { zh: '8 位数字或大写字母加 1 位校验码（0-9 或 X）', en: '8 digits or capital letters and a check digit (0-9 or X)' },
  source: 'GB 11714-1997',
  parse: parseOrganisationCode,
  format: (value) => `${value.slice(0, 8)}-${value.slice(8)}`,
};
