/** Leaves at their three depths, and every field of them tampered with. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testHasher as hasher } from '../testing/index.js';
import { fromHex, hex, text, utf8 } from './bytes.js';
import { canonicalBytes } from './canonical.js';
import {
  checkEntry,
  dataHash,
  LEAF_MAX,
  makeEntry,
  parseEnvelope,
  parseSealed,
  LOCK_ROOM,
  PAYLOAD_MAX,
  sealHash,
  timeOf,
  type EnvelopeFacts,
  type LedgerEntry,
} from './leaf.js';
import { leafHash } from './tree.js';

const vectors = JSON.parse(readFileSync(join(__dirname, '../vectors/leaf.json'), 'utf8')) as {
  readonly index: number;
  readonly facts: EnvelopeFacts;
  readonly payloadValue: object;
  readonly payload: string;
  readonly payloadSalt: string;
  readonly sealSalt: string;
  readonly open: { readonly leaf: string; readonly datahash: string; readonly leafHash: string };
  readonly sealed: { readonly leaf: string; readonly sealed: string; readonly leafHash: string };
};

const { index, facts } = vectors;
const payload = canonicalBytes(vectors.payloadValue);
const salts = { payload: fromHex(vectors.payloadSalt)!, seal: fromHex(vectors.sealSalt)! };
const open = makeEntry(hasher, index, facts, payload, { payload: salts.payload });
const sealed = makeEntry(hasher, index, facts, payload, salts);
const good = (entry: LedgerEntry, at = index): boolean => checkEntry(hasher, entry, at).good;
const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, at) => (at === (bit >> 3) % bytes.length ? byte ^ (1 << (bit & 7)) : byte));

describe('a leaf', () => {
  test('is the frozen one, to the byte', () => {
    expect(text(payload)).toBe(vectors.payload);
    expect(text(open.leaf)).toBe(vectors.open.leaf);
    expect(dataHash(hasher, salts.payload, payload)).toBe(vectors.open.datahash);
    expect(hex(leafHash(hasher, open.leaf))).toBe(vectors.open.leafHash);
  });

  test('that is sealed tells its index and nothing else', () => {
    expect(text(sealed.leaf)).toBe(vectors.sealed.leaf);
    expect(Object.keys(JSON.parse(text(sealed.leaf)) as object)).toEqual(['sealed', 'sequence']);
    expect(sealHash(hasher, salts.seal, open.leaf)).toBe(vectors.sealed.sealed);
    expect(hex(leafHash(hasher, sealed.leaf))).toBe(vectors.sealed.leafHash);
    expect(parseSealed(sealed.leaf, index)).toBe(vectors.sealed.sealed);
  });

  test('for some provinces names them, and keeps what it may show apart from what is locked', () => {
    const lock = JSON.parse(readFileSync(join(__dirname, '../vectors/lock.json'), 'utf8')) as { readonly leaf: string };
    const locked = { bytes: utf8('locked'), boxes: { 31: utf8('a'), 33: utf8('b') } };
    const entry = makeEntry(hasher, index, { ...facts, audience: '31 33' }, payload, { payload: salts.payload }, () => locked);
    expect(text(entry.leaf)).toBe(lock.leaf);
    const withBoxes = (boxes: Readonly<Record<string, Uint8Array>>): LedgerEntry => ({ leaf: entry.leaf, locked: { ...locked, boxes } });
    expect([good(entry), good(withBoxes(locked.boxes)), good({ leaf: entry.leaf })]).toEqual([true, true, true]);
    expect([{}, { 31: utf8('a') }, { ...locked.boxes, 34: utf8('c') }].map((boxes) => good(withBoxes(boxes)))).toEqual([
      false,
      false,
      false,
    ]);
    expect(good({ leaf: open.leaf, locked })).toBe(false);
    expect(good(withBoxes({ ...locked.boxes, 33: new Uint8Array(LOCK_ROOM + 1) }))).toBe(false);
  });

  test.each(['', ' 31', '31  33', '31,33', 'jiangsu'])('is none when it is for "%s"', (audience) => {
    expect(good(makeEntry(hasher, index, { ...facts, audience }, payload, { payload: salts.payload }))).toBe(false);
  });

  test('holds no person, no command id and no word of the payload', () => {
    for (const secret of ['p-7c1f', 'c'.repeat(64), '6666667', '通兑']) expect(text(open.leaf)).not.toContain(secret);
  });

  test('hides a payload that could be guessed: another salt gives another leaf', () => {
    const other = makeEntry(hasher, index, facts, payload, { payload: flipped(salts.payload, 0) });
    expect(text(other.leaf)).not.toBe(text(open.leaf));
  });

  test('and its payload have limits', () => {
    const long = (length: number): EnvelopeFacts => ({ ...facts, subject: 'x'.repeat(length) });
    const room = LEAF_MAX - open.leaf.length + facts.subject.length;
    expect(makeEntry(hasher, index, long(room), payload, salts).opened!.leaf.length).toBe(LEAF_MAX);
    expect(() => makeEntry(hasher, index, long(room + 1), payload, salts)).toThrow(/at most 8192 bytes/);
    expect(() => makeEntry(hasher, index, facts, new Uint8Array(PAYLOAD_MAX + 1), salts)).toThrow(/at most 262144 bytes/);
    expect(parseEnvelope(utf8(`{"a":"${'x'.repeat(LEAF_MAX)}"}`), index)).toBeNull();
  });
});

describe('an entry shows at three depths under one proof', () => {
  const bare = { leaf: sealed.leaf };
  const opened = { leaf: sealed.leaf, opened: sealed.opened! };

  test('whole, without its payload, or only that it exists', () => {
    expect([sealed, opened, bare, open, { leaf: open.leaf }].map((entry) => good(entry))).toEqual([true, true, true, true, true]);
    expect(checkEntry(hasher, bare, index).envelope).toBeNull();
    expect(checkEntry(hasher, opened, index).envelope).toMatchObject({ subject: facts.subject, sequence: '7' });
    expect(checkEntry(hasher, { leaf: open.leaf }, index).envelope).toMatchObject({ type: facts.type });
  });

  test('but not a payload without the envelope that vouches for it', () => {
    expect(good({ leaf: sealed.leaf, payload: sealed.payload! })).toBe(false);
  });

  test('and not an opening of what was never sealed', () => {
    expect(good({ ...open, opened: sealed.opened! })).toBe(false);
  });

  test('and not at another index', () => {
    expect([good(open, 8), good(sealed, 8), good(bare, 8)]).toEqual([false, false, false]);
  });

  test('and not a sealed leaf that holds another sealed leaf', () => {
    const inner = sealed.leaf;
    const outer = canonicalBytes({ sequence: String(index), sealed: sealHash(hasher, salts.seal, inner) });
    expect(good({ leaf: outer, opened: { leaf: inner, salt: salts.seal } })).toBe(false);
  });
});

describe('tampering shows', () => {
  test('in every field of the envelope: another value is another leaf under the same root', () => {
    const envelope = JSON.parse(vectors.open.leaf) as Readonly<Record<string, string>>;
    for (const field of Object.keys(envelope)) {
      const leaf = canonicalBytes({ ...envelope, [field]: `${envelope[field]}x` });
      expect(hex(leafHash(hasher, leaf))).not.toBe(vectors.open.leafHash);
      expect(good({ leaf: sealed.leaf, opened: { leaf, salt: salts.seal } })).toBe(false);
    }
  });

  test('in a field that is missing, of another type, or not written as this ledger writes it', () => {
    const envelope = JSON.parse(vectors.open.leaf) as Readonly<Record<string, unknown>>;
    const parses = (changed: object): boolean => parseEnvelope(canonicalBytes(changed), index) !== null;
    expect(parses(envelope)).toBe(true);
    for (const field of Object.keys(envelope)) {
      expect(parses({ ...envelope, [field]: undefined })).toBe(false);
      expect(parses({ ...envelope, [field]: 7 })).toBe(false);
      expect(parses({ ...envelope, [field]: null })).toBe(false);
    }
    for (const wrong of [
      { sequence: '07' },
      { sequence: '8', id: '8' },
      { id: '8' },
      { specversion: '1.1' },
      { datahash: vectors.open.datahash.toUpperCase() },
      { datahash: vectors.open.datahash.slice(2) },
      { time: '2026-01-05T01:00:00Z' },
      { time: '2026-01-05T09:00:00.000+08:00' },
      { time: '2026-02-30T01:00:00.000Z' },
    ])
      expect(parses({ ...envelope, ...wrong })).toBe(false);
    expect(parses({ ...envelope, traceparent: '00-1' })).toBe(true);
  });

  test('in any second way to write it, whatever its texts hold: what is read is what RFC 8785 writes, and nothing else', () => {
    const envelope = JSON.parse(vectors.open.leaf) as Readonly<Record<string, string>>;
    const texts = fc.constantFrom('', 'x', '浦东', '😀', '\u2028', '\u007f', '"', '\\', '\n', '\u0000', '","type":"y', '}');
    const changes = fc.constantFrom<(source: string) => string>(
      (source) => source,
      (source) => source.replace('31', '\\u00331'),
      (source) => source.replace(':', ': '),
      (source) => source.replace(',"policyversion"', ',"policyversion":"a","policyversion"'),
      (source) => `${source} `,
      (source) => source.replace(/\}$/, ',"zz":"1"}'),
      (source) => source.replace('{', '{"aa":"1",'),
      (source) => source.replace('"classification"', '"audience":"31 32","classification"'),
      (source) => source.replace('{', '{"audience":"31 32",'),
    );
    const read = new Set<boolean>();
    fc.assert(
      fc.property(texts, texts, changes, (subject, type, change) => {
        const bytes = utf8(change(text(canonicalBytes({ ...envelope, subject, type }))));
        const again = canonicalBytes(JSON.parse(text(bytes)));
        const found = parseEnvelope(bytes, index);
        expect(found !== null).toBe(hex(again) === hex(bytes));
        if (found) expect(found).toEqual(JSON.parse(text(bytes)));
        read.add(found !== null);
      }),
      { numRuns: 500 },
    );
    expect(read.size).toBe(2);
  });

  test('in a sealed leaf with one field more', () => {
    const fields = JSON.parse(vectors.sealed.leaf) as object;
    expect(parseSealed(canonicalBytes({ ...fields, note: 'x' }), index)).toBeNull();
    expect(good({ leaf: canonicalBytes({ ...fields, note: 'x' }) })).toBe(false);
  });

  test('in any bit of payload, salts, opened envelope and leaf', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20_000 }), (bit) => {
        const { opened, payload: body } = sealed;
        expect(good({ ...sealed, payload: { ...body!, bytes: flipped(body!.bytes, bit) } })).toBe(false);
        expect(good({ ...sealed, payload: { ...body!, salt: flipped(body!.salt, bit) } })).toBe(false);
        expect(good({ ...sealed, opened: { ...opened!, salt: flipped(opened!.salt, bit) } })).toBe(false);
        expect(good({ ...sealed, opened: { ...opened!, leaf: flipped(opened!.leaf, bit) } })).toBe(false);
        const other = flipped(sealed.leaf, bit);
        expect(good({ ...sealed, leaf: other })).toBe(false);
      }),
    );
  });

  test('when the border between salt and content is moved', () => {
    const whole = new Uint8Array([...salts.payload, ...payload]);
    const moved = { salt: whole.slice(0, 31), bytes: whole.slice(31) };
    expect(dataHash(hasher, moved.salt, moved.bytes)).toBe(vectors.open.datahash);
    expect(good({ leaf: open.leaf, payload: moved })).toBe(false);
    const sealing = new Uint8Array([...salts.seal, ...open.leaf]);
    expect(good({ leaf: sealed.leaf, opened: { salt: sealing.slice(0, 33), leaf: sealing.slice(33) } })).toBe(false);
  });

  test('and time is read only as it is written', () => {
    expect(timeOf({ time: '2026-01-05T01:00:00.000Z' })).toBe(Date.UTC(2026, 0, 5, 1));
    const wrong = ['', 'now', '2026-01-05', '2026-01-05T01:00:00.0Z', '2026-01-05T24:00:00.000Z', '2026-02-29T01:00:00.000Z'];
    for (const time of wrong) expect(timeOf({ time })).toBeNull();
    const dates = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
    fc.assert(fc.property(dates, (date) => expect(timeOf({ time: date.toISOString() })).toBe(date.getTime())));
  });
});
