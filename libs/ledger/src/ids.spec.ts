/** Derived ids and topic names against their frozen vectors. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testHasher as hasher } from '../testing/index.js';
import { cosignerName, identityName, originOf } from './federation.js';
import { commandId, derivedId, streamId, timerId, topics } from './ids.js';

const vectors = JSON.parse(readFileSync(join(__dirname, '../vectors/ids.json'), 'utf8')) as {
  readonly command: readonly { readonly organisation: string; readonly operation: string; readonly key: string; readonly id: string }[];
  readonly derived: readonly { readonly source: Parameters<typeof derivedId>[1]; readonly id: string }[];
  readonly timer: readonly { readonly journal: string; readonly key: string; readonly dueMs: number; readonly id: string }[];
  readonly stream: readonly { readonly command: string; readonly kind: string; readonly id: string }[];
  readonly topics: Readonly<Record<'journal' | 'sync' | 'heal' | 'witness', string>>;
  readonly names: Readonly<Record<'origin' | 'cosigner' | 'identity', string>>;
};

describe('derived ids', () => {
  test('are those of the frozen vectors', () => {
    for (const { organisation, operation, key, id } of vectors.command) expect(commandId(hasher, organisation, operation, key)).toBe(id);
    for (const { source, id } of vectors.derived) expect(derivedId(hasher, source)).toBe(id);
    for (const { journal, key, dueMs, id } of vectors.timer) expect(timerId(hasher, journal, key, dueMs)).toBe(id);
    for (const { command, kind, id } of vectors.stream) expect(streamId(hasher, command, kind)).toBe(id);
  });

  test('do not meet when text moves from one part to the next', () => {
    const part = fc.string({ unit: 'grapheme', maxLength: 8 });
    fc.assert(
      fc.property(part, part, part, part, part, part, (a, b, c, x, y, z) => {
        const same = a === x && b === y && c === z;
        expect(commandId(hasher, a, b, c) === commandId(hasher, x, y, z)).toBe(same);
      }),
    );
    expect(commandId(hasher, 'ab', 'c', '')).not.toBe(commandId(hasher, 'a', 'bc', ''));
    expect(commandId(hasher, 'a', '', 'b')).not.toBe(commandId(hasher, '', 'a', 'b'));
  });

  test('change with every part of what they are derived from', () => {
    const source = vectors.derived[0]!.source;
    const others = [{ journal: '32/voucher' }, { index: 18 }, { reaction: 'other' }, { target: 'acceptance/ff' }, { ordinal: 1 }];
    const ids = others.map((other) => derivedId(hasher, { ...source, ...other }));
    expect(new Set([derivedId(hasher, source), ...ids]).size).toBe(6);
  });

  test('of different kinds do not meet over the same parts', () => {
    const [a, b] = ['31/voucher', 'x'];
    expect(new Set([commandId(hasher, a, b, '1'), timerId(hasher, a, b, 1), streamId(hasher, a, b)]).size).toBe(3);
  });
});

test('topics and key names are those that were frozen', () => {
  expect({
    journal: topics.journal('31', 'voucher'),
    sync: topics.sync('31'),
    heal: topics.heal('31'),
    witness: topics.witness('31'),
  }).toEqual(vectors.topics);
  expect(vectors.topics.journal).toBe('yrd.31.voucher.journal');
  expect({
    origin: originOf('yrd.local', '31/voucher'),
    cosigner: cosignerName('yrd.local', '31', 'voucher'),
    identity: identityName('yrd.local', '31'),
  }).toEqual(vectors.names);
  expect(vectors.names.origin).toBe('yrd.local/log/31/voucher');
});
