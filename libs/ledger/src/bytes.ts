/** Bytes and their texts. Uint8Array only, so that the same code checks proofs in a browser. */

const encoder = new TextEncoder();
// A byte order mark is content: a decoder that drops it would give two byte sequences one text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** Decodes strict UTF-8. Throws TypeError on malformed bytes. */
export const text = (bytes: Uint8Array): string => decoder.decode(bytes);

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

export const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

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
const BASE64_VALUES = valuesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

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

export const base64 = (bytes: Uint8Array): string => {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
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
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
};
