// Telephone numbers and e-mail addresses of persons. Personal: never shown whole, never put into a message or a log.
import { type Identifier, type Parsed, readText, wrongForm, wrongLength } from './parsed.js';

export type PhoneNumber = string & { readonly kind: 'phone-number' };
export type EmailAddress = string & { readonly kind: 'email-address' };

/** Mobile numbers begin with 13 to 19 (工信部 numbering plan); fixed ones with 0 and an area of two or three digits. */
const MOBILE = /^1[3-9]\d{9}$/;
const FIXED = /^0\d{2,3}\d{7,8}$/;

function parsePhone(text: unknown): Parsed<PhoneNumber, { readonly mobile: boolean }> {
  const read = readText(phoneNumber, text);
  if (typeof read !== 'string') return read;
  const digits = read.replace(/[\s-]/g, '').replace(/^(\+|00)86/, '');
  const mobile = MOBILE.test(digits);
  if (!mobile && !FIXED.test(digits)) return wrongForm(phoneNumber);
  return { ok: true, value: digits as PhoneNumber, parts: { mobile } };
}

/** 电话号码: a mobile number, or a fixed one with its area. `format` masks the middle: 138****5678. */
export const phoneNumber: Identifier<PhoneNumber, { readonly mobile: boolean }> = {
  name: { zh: '电话号码', en: 'The telephone number' },
  form: { zh: '11 位手机号码，或区号加固定电话号码', en: 'a mobile number of 11 digits, or a fixed one with its area code' },
  source: '电信网编号计划',
  parse: parsePhone,
  format: (value) => `${value.slice(0, 3)}****${value.slice(-4)}`,
};

const EMAIL_MAX = 100;
/** One at sign, a domain with a dot, no blank and no control character: whether it is somebody's only a letter to it can tell. */
const EMAIL = /^[^\s@\p{Cc}"<>()]{1,64}@[^\s@\p{Cc}."<>()]+(\.[^\s@\p{Cc}."<>()]+)+$/u;

function parseEmail(text: unknown): Parsed<EmailAddress, { readonly domain: string }> {
  const read = readText(emailAddress, text);
  if (typeof read !== 'string') return read;
  // What is left of the at sign may tell apart capitals, so the text is taken as it was written, only without blanks around it.
  const written = String(text).trim();
  if (written.length > EMAIL_MAX) return wrongLength(emailAddress);
  if (!EMAIL.test(written)) return wrongForm(emailAddress);
  return { ok: true, value: written as EmailAddress, parts: { domain: written.slice(written.indexOf('@') + 1) } };
}

/** 电子邮箱. `format` masks what stands before the at sign: z***@example.com. */
export const emailAddress: Identifier<EmailAddress, { readonly domain: string }> = {
  name: { zh: '电子邮箱', en: 'The e-mail address' },
  form: { zh: '名称@域名', en: 'name@domain' },
  source: 'RFC 5321',
  parse: parseEmail,
  format: (value) => `${[...value][0] ?? ''}***${value.slice(value.indexOf('@'))}`,
};
