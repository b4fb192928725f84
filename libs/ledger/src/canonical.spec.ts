/** Canonical JSON against the vectors of RFC 8785, and what it refuses. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concat, hex, utf8 } from './bytes.js';
import { canonical, canonicalBytes, parseCanonical } from './canonical.js';

const vectors = JSON.parse(readFileSync(join(__dirname, '../vectors/canonical.json'), 'utf8')) as {
  readonly example: { readonly source: string; readonly hex: string };
  readonly keyOrder: { readonly source: string; readonly values: readonly string[] };
  readonly numbers: readonly { readonly bits: string; readonly text: string }[];
  readonly refused: readonly string[];
};

describe('canonical JSON', () => {
  test('writes the worked example of RFC 8785 to the byte', () => {
    expect(hex(canonicalBytes(JSON.parse(vectors.example.source)))).toBe(vectors.example.hex);
  });

  test('orders keys by UTF-16 code units, so the emoji stands before the Hebrew letter', () => {
    const written = canonical(JSON.parse(vectors.keyOrder.source));
    const places = vectors.keyOrder.values.map((value) => written.indexOf(JSON.stringify(value)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThan(0);
  });

  test.each(vectors.numbers)('writes the number with the bits $bits as $text', ({ bits, text }) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(`0x${bits}`));
    expect(canonical(view.getFloat64(0))).toBe(text);
  });

  test.each(vectors.refused)('does not take %j for canonical', (source) => {
    expect(parseCanonical(utf8(source))).toBeNull();
  });

  test('takes nothing before the first byte: a byte order mark would be a second encoding', () => {
    expect(parseCanonical(utf8('{"a":1}'))).toEqual({ a: 1 });
    expect(parseCanonical(concat(Uint8Array.of(0xef, 0xbb, 0xbf), utf8('{"a":1}')))).toBeNull();
  });

  test('refuses bytes that are no UTF-8, overlong forms and encoded surrogates among them', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
    ])
      expect(parseCanonical(Uint8Array.from(bytes))).toBeNull();
  });

  test('refuses depth, so that nobody can exhaust the stack', () => {
    const nested = (levels: number): Uint8Array => utf8('['.repeat(levels) + ']'.repeat(levels));
    expect(parseCanonical(nested(33))).not.toBeNull();
    expect(parseCanonical(nested(34))).toBeNull();
    expect(parseCanonical(nested(100_000))).toBeNull();
  });

  test('throws on what JSON cannot hold, in a sentence', () => {
    const sparse = [1, 2];
    sparse.length = 3;
    for (const value of [NaN, Infinity, 1n, undefined, () => 1, Symbol('s'), [undefined], sparse, '\ud800', { '\udc00': 1 }])
      expect(() => canonical(value)).toThrow(/Canonical JSON/);
  });

  test('throws on things whose content is not in their fields, and takes objects of any class', () => {
    for (const value of [new Date(0), new Map([[1, 2]]), new Set([1]), Uint8Array.of(1), Promise.resolve()])
      expect(() => canonical({ value })).toThrow(/Canonical JSON cannot hold/);
    class Body {
      readonly amountFen = 5;
    }
    expect(canonical(new Body())).toBe('{"amountFen":5}');
  });

  test('leaves undefined fields out', () => {
    expect(canonical({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  test('is its own inverse for every JSON value, whatever order its keys came in', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const bytes = canonicalBytes(value);
        const back = parseCanonical(bytes);
        expect(hex(canonicalBytes(back))).toBe(hex(bytes));
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
          expect(canonical(Object.fromEntries(Object.entries(value).reverse()))).toBe(canonical(value));
      }),
    );
  });

  test('is the text of a writer that sorts every object itself, also where an engine would list keys in its own order', () => {
    const plainly = (value: unknown): string => {
      if (typeof value !== 'object' || value === null) return JSON.stringify(value);
      if (Array.isArray(value)) return `[${value.map(plainly).join(',')}]`;
      const fields = value as Readonly<Record<string, unknown>>;
      return `{${Object.keys(fields)
        .sort()
        .map((key) => `${JSON.stringify(key)}:${plainly(fields[key])}`)
        .join(',')}}`;
    };
    const keys = fc.oneof(fc.constantFrom('10', '2', '1a', '__proto__', 'toJSON', '', 'é', '\\ud'), fc.string({ maxLength: 3 }));
    const { value: values } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.jsonValue({ maxDepth: 0 }), fc.array(tie('value'), { maxLength: 4 }), tie('fields')),
      fields: fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
    }));
    fc.assert(
      fc.property(values, (value) => expect(canonical(value)).toBe(plainly(value))),
      { numRuns: 1_000 },
    );
  });
});
