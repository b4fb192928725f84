/**
 * RFC 8785 canonical JSON: one value, one sequence of bytes. Source: RFC 8785 §3.2 (keys by UTF-16 units, numbers as
 * ECMAScript writes them).
 */
import { text, utf8 } from './bytes.js';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Nesting deeper than this is refused: nobody needs it, and a parser's stack is an attack surface. */
const DEPTH_MAX = 32;

const wellFormed = (value: string): string => {
  if (!value.isWellFormed()) throw new TypeError('Canonical JSON holds no lone surrogates.');
  return JSON.stringify(value);
};

/** What is all in its fields, a class of ours included; those of a Date, Map or byte array are not its content. */
const isFields = (value: object): boolean => Object.prototype.toString.call(value) === '[object Object]';

const write = (value: unknown, depth: number): string => {
  if (depth > DEPTH_MAX) throw new TypeError(`Canonical JSON is at most ${DEPTH_MAX} levels deep.`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('Canonical JSON holds finite numbers only.');
    return JSON.stringify(value);
  }
  // Array.from shows holes as undefined, which is refused below; map would skip them and write no JSON.
  if (Array.isArray(value)) return `[${Array.from(value, (each) => write(each, depth + 1)).join(',')}]`;
  if (typeof value === 'object' && isFields(value)) {
    const fields = Object.entries(value).filter(([, each]) => each !== undefined);
    fields.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, each]) => `${wellFormed(key)}:${write(each, depth + 1)}`).join(',')}}`;
  }
  throw new TypeError(`Canonical JSON cannot hold a ${typeof value === 'object' ? value.constructor.name : typeof value}.`);
};

/** Keys that an engine lists first, in the order of their numbers, and one that sets no key at all. */
const UNRULY_KEY = /^(?:[0-9]+|__proto__)$/;

const plain = (value: object): boolean => {
  const kind: unknown = Object.getPrototypeOf(value);
  return kind === Object.prototype || kind === null;
};

/** A list whose values are all arranged: the same one where nothing had to be moved. */
const arrangedList = (list: readonly unknown[], depth: number): readonly unknown[] | undefined => {
  let moved = false;
  const values: unknown[] = [];
  for (const each of list) {
    const value = arranged(each, depth + 1);
    if (value === undefined) return undefined;
    if (value !== each) moved = true;
    values.push(value);
  }
  return moved ? values : list;
};

/** Sorts keys in place, by UTF-16 units: there are few, and most stand in order. */
const ordered = (keys: string[]): readonly string[] => {
  for (let next = 1; next < keys.length; next++) {
    const key = keys[next]!;
    let at = next;
    for (; at > 0 && keys[at - 1]! > key; at--) keys[at] = keys[at - 1]!;
    keys[at] = key;
  }
  return keys;
};

/**
 * The value with the keys of every object in canonical order, the same one where they are, so that the engine writes its canonical
 * text; undefined where it might not, or where the value has to be refused.
 */
const arranged = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || depth >= DEPTH_MAX) return undefined;
  if (Array.isArray(value)) return arrangedList(value, depth);
  if (!plain(value)) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const keys: string[] = [];
  let changed: Map<string, unknown> | null = null;
  let [before, moved] = [null as string | null, false];
  for (const key of Object.keys(fields)) {
    const each = fields[key];
    if (each === undefined) {
      moved = true;
      continue;
    }
    const field = arranged(each, depth + 1);
    if (field === undefined) return undefined;
    if (field !== each) (changed ??= new Map()).set(key, field);
    if (before !== null && key <= before) moved = true;
    keys.push(key);
    before = key;
  }
  if (!moved && changed === null) return value;
  if (keys.some((key) => UNRULY_KEY.test(key))) return undefined;
  const sorted: Record<string, unknown> = {};
  for (const key of ordered(keys)) sorted[key] = changed?.has(key) ? changed.get(key) : fields[key];
  return sorted;
};

/** The canonical text. Fields that are undefined are left out. Throws TypeError on what JSON cannot hold. */
export const canonical = (value: unknown): string => {
  // What the engine writes is canonical once the keys are in order, and much cheaper; lone surrogates it writes as escapes.
  const ready = arranged(value, 0);
  const written = ready === undefined ? '\\ud' : JSON.stringify(ready);
  return written.includes('\\ud') ? write(value, 0) : written;
};

/** The canonical bytes. */
export const canonicalBytes = (value: unknown): Uint8Array => utf8(canonical(value));

/** Whether the keys of every object stand in canonical order, and nothing is nested too deep. */
const inOrder = (value: Json, depth: number): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= DEPTH_MAX) return false;
  if (Array.isArray(value)) return value.every((each: Json) => inOrder(each, depth + 1));
  const fields = value as Readonly<Record<string, Json>>;
  let before: string | null = null;
  // The engine compiles a loop of `for in` anew for every other shape of objects that it meets.
  for (const key of Object.keys(fields)) {
    if ((before !== null && key <= before) || !inOrder(fields[key]!, depth + 1)) return false;
    before = key;
  }
  return true;
};

/**
 * Parses bytes that must be canonical to the byte; null when they are not (so nothing has two encodings, and no duplicate
 * key hides). JSON that the engine writes back the same is canonical when its keys are in order: the usual case, and
 * several times cheaper than writing it here. Lone surrogates are written back too, as escapes, and are looked at anew.
 * `known` reads texts that are canonical by their form, cheaper still; null leaves a text to everybody's rules.
 */
export const parseCanonical = (bytes: Uint8Array, known?: (source: string) => Json | null): Json | null => {
  try {
    const source = text(bytes);
    const found = known?.(source) ?? null;
    if (found !== null) return found;
    const value = JSON.parse(source) as Json;
    if (JSON.stringify(value) === source && inOrder(value, 0) && !source.includes('\\ud')) return value;
    return canonical(value) === source ? value : null;
  } catch {
    return null;
  }
};
