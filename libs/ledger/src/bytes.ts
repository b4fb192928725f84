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

const digit = (code: number): number => (code < 58 ? code - 48 : code - 87);

/** Parses lower-case hex of even length; null when it is anything else. */
export const fromHex = (value: string): Uint8Array | null => {
  if (value.length % 2 !== 0 || !/^[0-9a-f]*$/.test(value)) return null;
  const bytes = new Uint8Array(value.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = digit(value.charCodeAt(2 * at)) * 16 + digit(value.charCodeAt(2 * at + 1));
  return bytes;
};

export const base64 = (bytes: Uint8Array): string => {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
};

/** Parses canonical padded base64; null when it is anything else (also non-zero trailing bits, so that each value has one text). */
export const fromBase64 = (value: string): Uint8Array | null => {
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return null;
  const bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
  return base64(bytes) === value ? bytes : null;
};

/** A 64-bit big-endian number, as tlog formats write time and sizes. */
export const u64 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
};
