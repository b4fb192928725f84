/** Bytes and their texts. Uint8Array only, so that the same code checks proofs in a browser. */

const encoder = new TextEncoder();
// A byte order mark is content: a decoder that drops it would give two byte sequences one text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Small arrays are cut from pages: memory of its own costs an array more than filling it. */
const PAGE_BYTES = 16_384;
const SMALL_BYTES = PAGE_BYTES / 8;
let page = new Uint8Array(PAGE_BYTES);
let used = 0;

/** Begins a new page unless this one has room for so many. */
const turned = (count: number): void => {
  if (used + count <= PAGE_BYTES) return;
  [page, used] = [new Uint8Array(PAGE_BYTES), 0];
};

/** Zeroed bytes that nobody else has. */
export const room = (count: number): Uint8Array => {
  if (count > SMALL_BYTES) return new Uint8Array(count);
  turned(count);
  return page.subarray(used, (used += count));
};

export const utf8 = (text: string): Uint8Array => {
  // A UTF-16 unit becomes at most three bytes.
  const most = 3 * text.length;
  if (most > SMALL_BYTES) return encoder.encode(text);
  turned(most);
  const { written } = encoder.encodeInto(text, page.subarray(used, used + most));
  return page.subarray(used, (used += written));
};

/** Decodes strict UTF-8. Throws TypeError on malformed bytes. */
export const text = (bytes: Uint8Array): string => decoder.decode(bytes);

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  let total = 0;
  for (const part of parts) total += part.length;
  const whole = room(total);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

export const equal = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
};

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export const hex = (bytes: Uint8Array): string => {
  let out = '';
  for (const byte of bytes) out += HEX[byte];
  return out;
};

const valuesOf = (digits: string): Int8Array => {
  const values = new Int8Array(128).fill(-1);
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value;
  return values;
};
const HEX_VALUES = valuesOf('0123456789abcdef');
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64_VALUES = valuesOf(BASE64);
/** The two digits of each 12 bits. */
const BASE64_PAIRS = Array.from({ length: 4_096 }, (_, bits) => `${BASE64[bits >> 6]}${BASE64[bits & 63]}`);

/** Parses lower-case hex of even length; null when it is anything else. */
export const fromHex = (value: string): Uint8Array | null => {
  if (value.length % 2 !== 0) return null;
  const bytes = new Uint8Array(value.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    const high = HEX_VALUES[value.charCodeAt(2 * at)] ?? -1;
    const low = HEX_VALUES[value.charCodeAt(2 * at + 1)] ?? -1;
    if (high < 0 || low < 0) return null;
    bytes[at] = (high << 4) | low;
  }
  return bytes;
};

/** Whether a text is these bytes in lower-case hex. */
export const isHexOf = (value: string, bytes: Uint8Array): boolean => {
  if (value.length !== 2 * bytes.length) return false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (HEX_VALUES[value.charCodeAt(2 * at)] !== byte >> 4 || HEX_VALUES[value.charCodeAt(2 * at + 1)] !== (byte & 15)) return false;
  }
  return true;
};

export const base64 = (bytes: Uint8Array): string => {
  let out = '';
  let at = 0;
  for (; at + 2 < bytes.length; at += 3) {
    const bits = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    out += BASE64_PAIRS[bits >> 12]! + BASE64_PAIRS[bits & 4_095]!;
  }
  const left = bytes.length - at;
  if (left === 1) return `${out}${BASE64_PAIRS[bytes[at]! << 4]}==`;
  return left === 2 ? `${out}${BASE64_PAIRS[(bytes[at]! << 4) | (bytes[at + 1]! >> 4)]}${BASE64[(bytes[at + 1]! & 15) << 2]}=` : out;
};

/** Parses canonical padded base64; null when it is anything else (also non-zero trailing bits, so that each value has one text). */
export const fromBase64 = (value: string): Uint8Array | null => {
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  if (value.length % 4 !== 0) return null;
  const digits = value.length - padding;
  const bytes = new Uint8Array((value.length / 4) * 3 - padding);
  let [bits, held, out] = [0, 0, 0];
  for (let at = 0; at < digits; at++) {
    const digit = BASE64_VALUES[value.charCodeAt(at)] ?? -1;
    if (digit < 0) return null;
    bits = (bits << 6) | digit;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[out++] = (bits >> held) & 0xff;
  }
  return (bits & ((1 << held) - 1)) === 0 ? bytes : null;
};

/** A 64-bit big-endian number, as tlog formats write time and sizes. */
export const u64 = (value: number): Uint8Array => {
  const bytes = room(8);
  for (let at = 7, left = value; at >= 0; at--, left = Math.floor(left / 256)) bytes[at] = left % 256;
  return bytes;
};
