// The citizen identity number (公民身份号码, GB 11643). Personal: never shown whole, never put into a message or a log.
import { DIGITS, mod11x2 } from './check-digits.js';
import { type LocalDate, isLocalDate } from './local-date.js';
import {
  type Identifier, type Parsed, badDate, foreignCharacter, readText, unknownRegion, wrongCheckDigit, wrongLength,
} from './parsed.js';
import { nationalPrefixName } from './regions.js';

export type PersonId = string & { readonly kind: 'person-id' };

export interface PersonIdParts {
  /** GB/T 2260 code of the place of first registration; often of a region since renamed, so only its province is tested. */
  readonly region: string;
  readonly birthDate: LocalDate;
  readonly sex: 'male' | 'female';
}

/** Residence permits of people from Taiwan have the same form and begin with 83, which is no region of GB/T 2260. */
const TAIWAN_PERMIT = '83';

/** Check character of the first 17 digits. GB 11643 weighs 7,9,10,5,8,4,2,1,6,3,… which is ISO 7064 MOD 11-2. */
export function personIdCheckDigit(first17: string): string {
  return mod11x2(first17);
}

function parsePersonId(text: unknown): Parsed<PersonId, PersonIdParts> {
  const code = readText(personId, text);
  if (typeof code !== 'string') return code;
  if (code.length !== 18) return wrongLength(personId);
  const foreign = foreignCharacter(personId, code.slice(0, 17), DIGITS) ?? foreignCharacter(personId, code.slice(17), '0123456789X', 17);
  if (foreign) return foreign;
  const region = code.slice(0, 6);
  if (!nationalPrefixName(region) && !region.startsWith(TAIWAN_PERMIT)) return unknownRegion(personId);
  const birthDate = `${code.slice(6, 10)}-${code.slice(10, 12)}-${code.slice(12, 14)}`;
  if (!isLocalDate(birthDate)) return badDate(personId);
  if (personIdCheckDigit(code.slice(0, 17)) !== code.charAt(17)) return wrongCheckDigit(personId);
  const sex = Number(code.charAt(16)) % 2 === 1 ? 'male' : 'female';
  return { ok: true, value: code as PersonId, parts: { region, birthDate, sex } };
}

/** 公民身份号码. `format` masks the middle: 310***********001X. */
export const personId: Identifier<PersonId, PersonIdParts> = {
  name: { zh: '公民身份号码', en: 'The citizen identity number' },
  form: { zh: '17 位数字加 1 位校验码（0-9 或 X）', en: '17 digits and a check digit (0-9 or X)' },
  source: 'GB 11643-1999',
  parse: parsePersonId,
  format: (value) => `${value.slice(0, 3)}${'*'.repeat(11)}${value.slice(14)}`,
};
