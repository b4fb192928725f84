/**
 * Forged blocks, generated: each wrong in one way, and each refused by a replica for that reason and without a trace, while a second
 * history under the true key is proven. The last test counts them.
 */
import { Disk, memoryStorage, testHasher as hasher } from '../testing/index.js';
import {
  bits,
  doubled,
  entry,
  fork,
  hashes,
  key,
  NAME,
  noteOf,
  pairs,
  pinned,
  range,
  signed,
  simulated,
  SIZE,
  stated,
  strangers,
  swapped,
  without,
  worlds,
} from '../testing/forging.js';
import type { WireBlock } from './block.js';
import { hex, utf8 } from './bytes.js';
import { canonicalBytes } from './canonical.js';
import { originOf } from './federation.js';
import { Journal } from './journal.js';
import type { LedgerEntry } from './leaf.js';
import { checkpointText, formatNote, signNote } from './note.js';
import { Replica } from './replica.js';
import { rootOf } from './tree.js';

const counted: Record<string, number> = {};

describe('a block', () => {
  const HELD = 120;
  const END = 150;
  const block = (from: number, to: number, history = 'a'): WireBlock => ({
    journal: NAME,
    first: from,
    note: noteOf(stated(to, history === 'a' ? hashes : fork(from)), []),
    // What travels is the leaf, and the payload where it is open.
    entries: range(to - from).map((at) => {
      const { leaf, opened, payload } = entry(from + at, history);
      return opened || !payload ? { leaf } : { leaf, payload };
    }),
  });
  const next = block(HELD, END);
  const instant = { there: () => Promise.resolve(), back: () => Promise.resolve() };
  const said: string[] = [];
  const open = async (): Promise<Replica> => {
    const storage = memoryStorage(new Disk(), instant);
    const notice = ({ facts }: { readonly facts: Readonly<Record<string, unknown>> }) => void said.push(String(facts['why']));
    const world = { ...worlds['32']!, storage, notice };
    const replica = new Replica(world, await Journal.open(world, NAME), simulated.ring(world, NAME), simulated.lock('32'), () => undefined);
    await replica.open();
    await replica.receive(block(0, HELD));
    return replica;
  };

  const LEAF = 'an entry is not what its leaf says';
  const NOTE = 'its note is not signed by the pinned key for its end';
  const ROOT = 'its leaves do not hash to the signed root';
  const all = next.entries;
  const openAt = all.findIndex(({ payload }) => payload !== undefined);
  const sealedAt = all.findIndex(({ payload }) => payload === undefined);
  const withEntries = (entries: readonly LedgerEntry[]): WireBlock => ({ ...next, entries });
  const shown = all[openAt]!.payload!;
  const withEntry = (at: number, other: LedgerEntry): WireBlock => withEntries(all.with(at, other));
  const envelope = JSON.parse(new TextDecoder().decode(all[openAt]!.leaf)) as Readonly<Record<string, string>>;
  const attribute = (name: string, value: string): WireBlock =>
    withEntry(openAt, { leaf: canonicalBytes({ ...envelope, [name]: value }), payload: shown });
  const altered: Readonly<Record<string, string>> = {
    actor: '31/clerk',
    classification: 'secret',
    legalbasis: 'U',
    policyversion: '1',
    subject: 'x/2',
    time: '2026-01-05T01:00:00.001Z',
    type: 'voucher.y.v1',
    added: 'x',
  };
  const bound: Readonly<Record<string, string>> = {
    id: '0',
    sequence: '0',
    source: originOf('yrd.test', '32/voucher'),
    specversion: '0.3',
    datahash: '0'.repeat(64),
  };

  const blocks: [string, string, () => readonly WireBlock[]][] = [
    [
      'a bit of a payload flipped',
      LEAF,
      () => bits(shown.bytes).map((bytes) => withEntry(openAt, { ...all[openAt]!, payload: { ...shown, bytes } })),
    ],
    [
      'a bit of a salt flipped',
      LEAF,
      () => bits(shown.salt).map((salt) => withEntry(openAt, { ...all[openAt]!, payload: { ...shown, salt } })),
    ],
    [
      'a salt of another length',
      LEAF,
      () => [0, 31, 33].map((length) => withEntry(openAt, { ...all[openAt]!, payload: { ...shown, salt: new Uint8Array(length) } })),
    ],
    ['a payload held back', LEAF, () => all.flatMap((each, at) => (each.payload ? [withEntry(at, { leaf: each.leaf })] : []))],
    ['a payload at a sealed leaf', LEAF, () => [withEntry(sealedAt, { ...all[sealedAt]!, payload: shown })]],
    ['an attribute altered that only the root binds', ROOT, () => Object.entries(altered).map(([name, value]) => attribute(name, value))],
    [
      'an attribute altered that binds the leaf to place or payload',
      LEAF,
      () => Object.entries(bound).map(([name, value]) => attribute(name, value)),
    ],
    [
      'a leaf that is not canonical',
      LEAF,
      () =>
        [
          ` ${JSON.stringify(envelope)}`,
          JSON.stringify({ type: envelope['type'], ...envelope }),
          JSON.stringify(envelope).replace('31', '\\u0033\\u0031'),
        ].map((text) => withEntry(openAt, { leaf: utf8(text), payload: shown })),
    ],
    [
      'a bit of a sealed hash flipped',
      ROOT,
      () =>
        range(64).map((at) => {
          const text = new TextDecoder().decode(all[sealedAt]!.leaf);
          const place = text.indexOf('"sealed":"') + 10 + at;
          return withEntry(sealedAt, { leaf: utf8(`${text.slice(0, place)}${text[place] === '0' ? '1' : '0'}${text.slice(place + 1)}`) });
        }),
    ],
    ['two entries swapped', LEAF, () => pairs(all.length).map(([a, b]) => withEntries(swapped(all, a, b)))],
    [
      'entries in another order',
      LEAF,
      () => [
        withEntries(all.toReversed()),
        ...range(all.length - 1).map((at) => withEntries([...all.slice(at + 1), ...all.slice(0, at + 1)])),
      ],
    ],
    ['an entry of elsewhere in its place', LEAF, () => range(HELD).map((at) => withEntry(openAt, block(at, at + 1).entries[0]!))],
    ['an entry dropped', NOTE, () => range(all.length).map((at) => withEntries(without(all, at)))],
    ['an entry doubled', NOTE, () => range(all.length).map((at) => withEntries(doubled(all, at)))],
    ['no entry', NOTE, () => [withEntries([])]],
    [
      'another first index',
      NOTE,
      () =>
        range(END)
          .filter((first) => first !== HELD)
          .map((first) => ({ ...next, first })),
    ],
    [
      'the note of another size',
      NOTE,
      () =>
        range(SIZE)
          .filter((size) => size !== END)
          .map((size) => ({ ...next, note: noteOf(stated(size), []) })),
    ],
    [
      'a bit of the signature flipped',
      NOTE,
      () =>
        bits(signed(stated(END)).signatures[0]!.signature).map((signature) => {
          const { text, signatures } = signed(stated(END));
          return { ...next, note: formatNote({ text, signatures: [{ ...signatures[0]!, signature }] }) };
        }),
    ],
    ['the note cut off, wherever', NOTE, () => range(next.note.length).map((end) => ({ ...next, note: next.note.slice(0, end) }))],
    [
      "a stranger's key",
      NOTE,
      () => [
        {
          ...next,
          note: formatNote({
            text: stated(END),
            signatures: [{ name: key.name, keyId: key.keyId, signature: strangers.sign(key.name, utf8(stated(END))) }],
          }),
        },
      ],
    ],
    [
      "another journal's note",
      NOTE,
      () =>
        ['32', '33', '34'].map((each) => {
          const other = pinned.journal(`${each}/voucher`)!;
          return {
            ...next,
            note: formatNote(
              signNote(
                worlds[each]!.signer,
                other,
                checkpointText({ origin: other.name, size: END, root: rootOf(hasher, hashes.slice(0, END)) }),
              ),
            ),
          };
        }),
    ],
  ];

  test.each(blocks)('is dropped with %s: %s', async (what, why, forge) => {
    const replica = await open();
    const forged = forge();
    counted[`block, ${what}`] = forged.length;
    for (const each of forged) {
      said.length = 0;
      const received = await replica.receive(each);
      if (received !== 'broken' || said[0] !== why) expect({ forged: each, received, said }).toEqual({ why });
    }
    expect(replica.quarantined).toBeNull();
    // None of it left a trace: the genuine block still fits.
    expect(await replica.receive(next)).toBe('accepted');
    expect(hex(replica.journal.head.root)).toBe(hex(rootOf(hasher, hashes.slice(0, END))));
  });

  test('of an older part, genuine, is stale and nothing more', async () => {
    const replica = await open();
    for (const from of range(HELD - 1)) expect(await replica.receive(block(from, from + 1))).toBe('duplicate');
    counted['block, stale'] = HELD - 1;
    expect(replica.quarantined).toBeNull();
  });

  test('of a second history under the true key is no transport fault but the proof of a lie, from whatever place it forks', async () => {
    const places = range(HELD).filter((at) => at > 0 && at % 4 === 0);
    for (const at of places) {
      const replica = await open();
      expect(await replica.receive(block(at, END, 'b'))).toBe('contradicted');
      expect(replica.quarantined).toMatchObject({ journal: NAME });
      expect(await replica.receive(next)).toBe('quarantined');
    }
    counted['block, split view'] = places.length;
  });
});

test('there are at least 2,500 forged blocks', () => {
  expect(Object.values(counted).reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(2_500);
});
