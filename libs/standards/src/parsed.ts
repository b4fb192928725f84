// The one shape in which every identifier is read: a value in canonical form with its parts, or a reason a person can act on.

/** The same words in both languages of the platform; Chinese is shown to people first. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** Every reason for which an identifier can be refused. Stable codes: screens, problems and statistics are keyed by them. */
export const IDENTIFIER_REASONS = [
  'not-text', 'empty', 'wrong-length', 'look-alike', 'bad-character', 'wrong-form',
  'unknown-region', 'unknown-kind', 'bad-date', 'wrong-check-digit',
] as const;
export type IdentifierReason = (typeof IDENTIFIER_REASONS)[number];

/** A refusal. `position` names the one character to blame, counted from 1 without separators and prefixes. */
export interface Refused {
  readonly ok: false;
  readonly reason: IdentifierReason;
  readonly message: Bilingual;
  readonly position?: number;
}

/** An accepted identifier: `value` is the canonical text to store, `parts` what its characters say. */
export interface Accepted<V extends string, P> {
  readonly ok: true;
  readonly value: V;
  readonly parts: P;
}

export type Parsed<V extends string, P> = Accepted<V, P> | Refused;

/** What every identifier of this library offers. `parse` takes anything and never throws. */
export interface Identifier<V extends string, P> {
  readonly name: Bilingual;
  /** The form in words, as a refusal states it. */
  readonly form: Bilingual;
  /** The standard, law or design rule that the form comes from. */
  readonly source: string;
  parse(text: unknown): Parsed<V, P>;
  /** The text to show to people: grouped, or masked where the identifier is personal. */
  format(value: V): string;
}

/** What an identifier is called and looks like: all that a refusal needs to say. */
export type Described = Pick<Identifier<string, unknown>, 'name' | 'form'>;

/** Longest text looked at, in UTF-16 units: no identifier reaches half of it, and hostile input costs nothing beyond it. */
export const IDENTIFIER_TEXT_MAX = 128;

/** Letters often typed for a digit. They are refused with a hint and never repaired: a repaired identifier may be somebody else's. */
const LOOK_ALIKES: Readonly<Record<string, string>> = { O: '0', I: '1', Z: '2', S: '5' };

/**
 * Full-width forms become half-width, blanks at both ends go, a-z become A-Z. Nothing else changes.
 * Only ASCII letters are raised: the language's own upper-casing would turn a dotless i into I and a long s into S.
 */
export function normalise(text: string): string {
  return text
    .replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .trim()
    .replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

/** A refusal in both languages; the message names the identifier, never its value, which may be personal. */
export function refuse(what: Described, reason: IdentifierReason, detail: Bilingual, position?: number): Refused {
  const message = { zh: `${what.name.zh}${detail.zh}`, en: `${what.name.en} ${detail.en}` };
  return position === undefined ? { ok: false, reason, message } : { ok: false, reason, message, position };
}

/** The normalised text, or the refusal of what is no text, is empty or is beyond all measure. */
export function readText(what: Described, text: unknown): string | Refused {
  if (typeof text !== 'string') {
    return refuse(what, 'not-text', { zh: `应为文本：${what.form.zh}。`, en: `must be text: ${what.form.en}.` });
  }
  if (text.length > IDENTIFIER_TEXT_MAX) return wrongLength(what);
  const normal = normalise(text);
  if (normal === '') return refuse(what, 'empty', { zh: `未填写：${what.form.zh}。`, en: `is empty; give ${what.form.en}.` });
  return normal;
}

/** Refuses the first character outside `alphabet`, with a hint where a letter was probably meant as a digit. */
export function foreignCharacter(what: Described, text: string, alphabet: string, offset = 0): Refused | undefined {
  const index = [...text].findIndex((character) => !alphabet.includes(character));
  if (index < 0) return undefined;
  const position = offset + index + 1;
  const digit = LOOK_ALIKES[text[index] ?? ''];
  if (digit !== undefined) {
    return refuse(what, 'look-alike', {
      zh: `第 ${position} 位是字母 ${text[index]}，此处不用该字母，可能是数字 ${digit}；请对照原件重新填写，系统不会代为更改。`,
      en: `has the letter ${text[index]} at position ${position}, where it cannot stand; the digit ${digit} may be meant. ` +
        'Compare with the document and type it again: it is never changed for you.',
    }, position);
  }
  return refuse(what, 'bad-character', {
    zh: `第 ${position} 位含有不允许的字符：${what.form.zh}。`,
    en: `has a character that is not allowed at position ${position}: ${what.form.en}.`,
  }, position);
}

export function wrongLength(what: Described): Refused {
  return refuse(what, 'wrong-length', { zh: `长度不符：${what.form.zh}。`, en: `has the wrong length: ${what.form.en}.` });
}

export function wrongForm(what: Described): Refused {
  return refuse(what, 'wrong-form', { zh: `格式不符：${what.form.zh}。`, en: `has the wrong form: ${what.form.en}.` });
}

export function unknownRegion(what: Described): Refused {
  return refuse(what, 'unknown-region', {
    zh: '所含地区代码不在 GB/T 2260 之列，请核对。',
    en: 'contains a region code that GB/T 2260 does not list; check it against the document.',
  });
}

export function unknownKind(what: Described, detail: Bilingual): Refused {
  return refuse(what, 'unknown-kind', detail);
}

export function badDate(what: Described): Refused {
  return refuse(what, 'bad-date', { zh: '所含日期不存在，请核对。', en: 'contains a date that does not exist; check it against the document.' });
}

/** The expected digit is not told: it would invite making a wrong number look right. */
export function wrongCheckDigit(what: Described): Refused {
  return refuse(what, 'wrong-check-digit', {
    zh: '校验码不符，至少有一位填错，请逐位核对。',
    en: 'does not fit its check digit, so at least one character is wrong; compare each with the document.',
  });
}
