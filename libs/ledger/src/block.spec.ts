/** Blocks: what is stored and what travels comes back whole, or not at all. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testHasher as hasher } from '../testing/index.js';
import { fromHex, hex, text, utf8 } from './bytes.js';
import {
  BLOCK_BYTES_MAX,
  BLOCK_COMMITS_MAX,
  decodeEntries,
  decodeWire,
  encodeEntries,
  encodeWire,
  joined,
  type StoredBlock,
  type WireBlock,
} from './block.js';
import { makeEntry, PAYLOAD_MAX, type EnvelopeFacts, type LedgerEntry } from './leaf.js';

const read = (name: string): unknown => JSON.parse(readFileSync(join(__dirname, `../vectors/${name}.json`), 'utf8'));
const vectors = read('block') as { readonly note: string; readonly stored: string; readonly wire: string };
const leaf = read('leaf') as {
  readonly facts: EnvelopeFacts;
  readonly payload: string;
  readonly payloadSalt: string;
  readonly sealSalt: string;
};
const salts = { payload: fromHex(leaf.payloadSalt)!, seal: fromHex(leaf.sealSalt)! };
const entry = (index: number, payload: string, sealed = false): LedgerEntry =>
  makeEntry(hasher, index, leaf.facts, utf8(payload), sealed ? salts : { payload: salts.payload });
const open = entry(7, leaf.payload);
const sealed = entry(7, leaf.payload, true);
const entries = [open, sealed, { leaf: open.leaf }];
const block: WireBlock = { journal: '32/voucher', first: 7, note: vectors.note, entries };
const shown = (list: readonly LedgerEntry[]): readonly object[] =>
  list.map((each) => ({
    leaf: hex(each.leaf),
    opened: each.opened && [hex(each.opened.leaf), hex(each.opened.salt)],
    payload: each.payload && [hex(each.payload.bytes), hex(each.payload.salt)],
    locked: each.locked && [hex(each.locked.bytes), Object.entries(each.locked.boxes).map(([province, box]) => [province, hex(box)])],
  }));

describe('stored entries', () => {
  test('are framed as the frozen vector', () => {
    expect(hex(encodeEntries(entries))).toBe(vectors.stored);
    expect(shown(decodeEntries(fromHex(vectors.stored)!))).toEqual(shown(entries));
  });

  test('come back as they went in, whatever they hold', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const salt = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const boxes = fc.dictionary(fc.stringMatching(/^[0-9]{2}$/), bytes, { maxKeys: 4, noNullPrototype: true });
    const any = fc.record(
      { leaf: bytes, opened: fc.record({ leaf: bytes, salt }), payload: fc.record({ bytes, salt }), locked: fc.record({ bytes, boxes }) },
      { requiredKeys: ['leaf'] },
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), (list) => {
        expect(shown(decodeEntries(encodeEntries(list)))).toEqual(shown(list));
      }),
    );
  });

  test('that end too early are damage, at whatever byte they end', () => {
    const whole = fromHex(vectors.stored)!;
    const ends = new Set([0, encodeEntries(entries.slice(0, 1)).length, encodeEntries(entries.slice(0, 2)).length, whole.length]);
    for (let length = 0; length <= whole.length; length++) {
      const decode = (): unknown => decodeEntries(whole.subarray(0, length));
      if (ends.has(length)) expect(decode).not.toThrow();
      else expect(decode).toThrow(/restore the journal from a peer/);
    }
  });

  test('of a form that nobody wrote are damage, and so is a length beyond the end', () => {
    expect(() => decodeEntries(Uint8Array.of(8, 0, 0, 0, 0))).toThrow(/unknown form/);
    expect(() => decodeEntries(Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff))).toThrow(/ends inside an entry/);
  });
});

describe('a wire block', () => {
  test('is the frozen one', () => {
    expect(text(encodeWire(block))).toBe(vectors.wire);
    expect(decodeWire(utf8(vectors.wire))).toMatchObject({ journal: '32/voucher', first: 7, note: vectors.note });
  });

  test('carries no opened envelope and no payload of a sealed entry, not even when asked to', () => {
    const sent = text(encodeWire({ ...block, entries: [sealed] }));
    expect(sent).not.toContain('voucher.order-placed');
    expect(sent).not.toContain('amountFen');
    expect(decodeWire(utf8(sent))!.entries).toEqual([{ leaf: sealed.leaf }]);
  });

  test('carries the boxes of an entry for some provinces, and never its payload', () => {
    const locked = { bytes: utf8('closed'), boxes: { 31: utf8('a'), 33: utf8('b') } };
    const sent = text(encodeWire({ ...block, entries: [{ ...open, locked }] }));
    expect(sent).not.toContain('amountFen');
    expect(decodeWire(utf8(sent))!.entries).toEqual([{ leaf: open.leaf, locked }]);
    const [{ leaf: line, ...rest }] = (JSON.parse(sent) as { entries: [Record<string, unknown>] }).entries;
    const bad: readonly object[] = [
      { leaf: line, locked: rest['locked'] },
      { leaf: line, boxes: rest['boxes'] },
      { leaf: line, locked: 7, boxes: {} },
      { leaf: line, ...rest, payload: '{}' },
      { leaf: line, locked: rest['locked'], boxes: { 31: 'no base64' } },
      { leaf: line, locked: rest['locked'], boxes: { jiangsu: '' } },
    ];
    for (const each of bad) expect(decodeWire(utf8(JSON.stringify({ ...JSON.parse(sent), entries: [each] })))).toBeNull();
  });

  test('says nothing of streams, versions, command ids or epochs', () => {
    const fields = JSON.parse(vectors.wire) as { entries: object[] };
    expect(Object.keys(fields)).toEqual(['v', 'journal', 'first', 'note', 'entries']);
    expect(fields.entries.map((each) => Object.keys(each))).toEqual([['leaf', 'payload', 'salt'], ['leaf'], ['leaf']]);
  });

  test('comes back byte for byte, its texts in any script', () => {
    const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(lines, fc.nat(), (payloads, first) => {
        const list = payloads.map((payload, at) => entry(first + at, JSON.stringify(payload)));
        const back = decodeWire(encodeWire({ ...block, first, entries: list }))!;
        expect(shown(back.entries)).toEqual(shown(list));
        expect([back.first, back.journal, back.note]).toEqual([first, block.journal, block.note]);
      }),
    );
  });

  test('fits into one Kafka message of 1 MiB however its payloads swell on the way', () => {
    const swelling = '"\\'.repeat(PAYLOAD_MAX / 8);
    const list: LedgerEntry[] = [];
    for (let next = entry(0, JSON.stringify(swelling)); ; next = entry(list.length, JSON.stringify(swelling))) {
      if (encodeEntries([...list, next]).length > BLOCK_BYTES_MAX) break;
      list.push(next);
    }
    const room = BLOCK_BYTES_MAX - encodeEntries(list).length - open.leaf.length - 60;
    list.push(entry(list.length, JSON.stringify('"'.repeat(Math.floor(room / 2)))));
    const framed = encodeEntries(list).length;
    expect(framed).toBeGreaterThan(BLOCK_BYTES_MAX - 200);
    expect(framed).toBeLessThanOrEqual(BLOCK_BYTES_MAX);
    expect(encodeWire({ ...block, entries: list }).length).toBeLessThan(1_048_576 - 4_096);
  });
});

describe('a hostile wire block is refused', () => {
  const fields = JSON.parse(vectors.wire) as Readonly<Record<string, unknown>>;
  const decode = (changed: object): WireBlock | null => decodeWire(utf8(JSON.stringify(changed)));
  const one = { leaf: text(open.leaf), payload: leaf.payload, salt: (fields['entries'] as { salt: string }[])[0]!.salt };

  test('cut at any byte', () => {
    const whole = utf8(vectors.wire);
    for (let length = 0; length < whole.length; length++) expect(decodeWire(whole.subarray(0, length))).toBeNull();
  });

  test.each([
    ['another version', { v: 2 }],
    ['a version as text', { v: '1' }],
    ['no journal', { journal: undefined }],
    ['a journal that is a list', { journal: ['32/voucher'] }],
    ['no note', { note: null }],
    ['a negative start', { first: -1 }],
    ['half a start', { first: 0.5 }],
    ['a start as text', { first: '7' }],
    ['a start beyond exact numbers', { first: 2 ** 53 }],
    ['no entries', { entries: undefined }],
    ['an empty list', { entries: [] }],
    ['entries as an object', { entries: { length: 1, 0: one } }],
    ['a null among the entries', { entries: [one, null] }],
    ['a list among the entries', { entries: [[one]] }],
    ['a leaf that is an object', { entries: [{ ...one, leaf: {} }] }],
    ['a payload without its salt', { entries: [{ ...one, salt: undefined }] }],
    ['a salt without its payload', { entries: [{ ...one, payload: undefined }] }],
    ['a short salt', { entries: [{ ...one, salt: 'AAAA' }] }],
    ['a salt with loose bits', { entries: [{ ...one, salt: `${'A'.repeat(42)}B=` }] }],
    ['a payload that is a number', { entries: [{ ...one, payload: 7 }] }],
  ])('with %s', (_, changed) => {
    expect(decode({ ...fields, entries: [one] })).not.toBeNull();
    expect(decode({ ...fields, entries: [one], ...changed })).toBeNull();
  });

  test.each(['null', '[]', '7', '"x"', '', '{', '{}', `${'['.repeat(200_000)}`, '{"__proto__":{"v":1}}'])('that is %.20s', (source) => {
    expect(decodeWire(utf8(source))).toBeNull();
  });

  test('longer than four blocks, unread', () => {
    expect(decodeWire(utf8(`${vectors.wire}${' '.repeat(4 * BLOCK_BYTES_MAX)}`))).toBeNull();
    expect(decodeWire(utf8(`${vectors.wire} `))).not.toBeNull();
  });

  test('as bytes that are no UTF-8', () => {
    const bytes = utf8(vectors.wire);
    expect(decodeWire(bytes.map((byte, at) => (at === 20 ? 0xff : byte)))).toBeNull();
  });
});

describe('joined blocks', () => {
  const commit = (first: number, bytes: number) => ({
    first,
    count: 1,
    streams: ['box/1'],
    versions: [0],
    command: '',
    body: '',
    bytes: new Uint8Array(bytes),
  });
  const block = (first: number, bytes: number): StoredBlock => ({
    first,
    count: 1,
    root: Uint8Array.of(first),
    epoch: 1,
    at: first,
    commits: [commit(first, bytes)],
    note: `note ${first + 1}`,
  });

  test('are one block with the last head, root and note, and every commit in order', () => {
    const [one, ...none] = joined([block(3, 10), block(4, 10), block(5, 10)]);
    expect(none).toEqual([]);
    expect(one).toMatchObject({ first: 3, count: 3, root: Uint8Array.of(5), note: 'note 6' });
    expect(one!.commits.map(({ first }) => first)).toEqual([3, 4, 5]);
  });

  test('hold no more than one block may, and never leave a hole', () => {
    const large = BLOCK_BYTES_MAX * 0.6;
    expect(joined([block(0, large), block(1, large), block(2, 1)]).map(({ first, count }) => [first, count])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(joined([block(0, 1), block(2, 1)])).toHaveLength(2);
    expect(joined(Array.from({ length: BLOCK_COMMITS_MAX + 1 }, (_, at) => block(at, 1))).map(({ count }) => count)).toEqual([
      BLOCK_COMMITS_MAX,
      1,
    ]);
    expect(joined([])).toEqual([]);
  });
});
