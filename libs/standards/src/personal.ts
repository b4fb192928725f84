// Personal data as text: how it is shown to people who need not see it whole, and how it is recognised where it must not be.
import { emailAddress, phoneNumber, type EmailAddress, type PhoneNumber } from './contact.js';
import { personId, type PersonId } from './person-id.js';

/** Most stars that stand for a name: its length is nobody's business. */
const STARS_MAX = 3;

/** 张三 → 张*, 欧阳娜娜 → 欧***. */
export function maskName(name: string): string {
  const [first = '', ...rest] = [...name];
  return first + '*'.repeat(Math.min(STARS_MAX, Math.max(1, rest.length)));
}

/** How each personal field is shown on every screen and list. A field that is not named is not shown at all. */
const MASKS: Readonly<Record<string, (value: string) => string>> = {
  name: maskName,
  idNumber: (value) => personId.format(value as PersonId),
  phone: (value) => phoneNumber.format(value as PhoneNumber),
  email: (value) => emailAddress.format(value as EmailAddress),
};

/** A personal field as anybody may see it who sees the record. */
export function masked(field: string, value: string): string {
  return (Object.hasOwn(MASKS, field) ? MASKS[field] : undefined)?.(value) ?? '***';
}

export type PersonalKind = 'id-number' | 'mobile-phone' | 'bank-card' | 'email';

/** Sum of Luhn (ISO/IEC 7812-1 annex B): every second digit from the right doubled. */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const weighed = at % 2 === 1 ? digit * 2 : digit;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}

/** Issuers of payment cards begin with 3 to 6 (ISO/IEC 7812), older ones of Chinese banks with 9558. */
const CARD = /^(?:[3-6]\d|9558)\d{12,17}$/;

function kindOfRun(run: string): PersonalKind | null {
  if (run.length === 18 && personId.parse(run).ok) return 'id-number';
  const domestic = run.replace(/^(?:00)?86(?=1\d{10}$)/, '');
  if (/^1[3-9]\d{9}$/.test(domestic)) return 'mobile-phone';
  if (run.length >= 16 && run.length <= 19 && CARD.test(run) && luhn(run)) return 'bank-card';
  return null;
}

const isDigit = (code: number): boolean => (code >= 0x30 && code <= 0x39) || (code >= 0xff10 && code <= 0xff19);
const isAt = (code: number): boolean => code === 0x40 || code === 0xff20;
/** Blanks, hyphens and their wide forms. */
const isBetween = (code: number): boolean => code === 0x20 || code === 0x2d || code === 0xa0 || code === 0x3000 || code === 0xff0d;
const PHONE_DIGITS = 11;

/**
 * Whether it is worth looking closer: an at sign, or as many digits as a telephone number has, in a row but for blanks and hyphens.
 * Asked of every text that crosses a border: a loop over code units costs a tenth of what an expression does.
 */
function suspect(text: string): boolean {
  for (let at = 0, digits = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      digits += 1;
      if (digits === PHONE_DIGITS) return true;
    } else if (isAt(code)) return true;
    else if (!isBetween(code)) digits = 0;
  }
  return false;
}

/** A run of digits with blanks or hyphens between, not part of a longer word: of a hash, an id, a number with letters. */
const RUN = /(?<![A-Za-z0-9])\d(?:[\s-]?\d){9,20}[\s-]?[\dXx](?![A-Za-z0-9])/g;
const ADDRESS = /[^\s@<>()"'，。；：、]{1,64}@[^\s@<>()"'，。；：、.]+(?:\.[^\s@<>()"'，。；：、.]+)*\.[A-Za-z]{2,}/;

/**
 * The first personal number or address that a text seems to hold: an identity number with its right check digit, a mobile phone, a bank
 * card by its sum, an e-mail address. Null for most texts at the cost of one pass. What looks so by chance is taken for what it looks like.
 */
export function personalIn(text: string): PersonalKind | null {
  if (!suspect(text)) return null;
  const narrow = text.normalize('NFKC');
  for (const [run] of narrow.matchAll(RUN)) {
    const kind = kindOfRun(run.replace(/[\s-]/g, '').toUpperCase());
    if (kind) return kind;
  }
  return ADDRESS.test(narrow) ? 'email' : null;
}
