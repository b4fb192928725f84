/**
 * Forged proofs, generated: thousands, each wrong in one way. All are refused, each for the reason that is wrong with it, and the
 * genuine one is believed before and after. The last test counts them.
 */
import { testHasher as hasher } from '../testing/index.js';
import {
  bits,
  cosigned,
  doubled,
  fork,
  hashes,
  key,
  leaves,
  noteOf,
  owner,
  pairs,
  pinned,
  proverOf,
  PROVINCES,
  range,
  signed,
  SIZE,
  stated,
  stranger,
  strangers,
  swapped,
  without,
  worlds,
} from '../testing/forging.js';
import { base64, concat, hex, utf8 } from './bytes.js';
import { cosignerName } from './federation.js';
import { checkpointText, formatNote, parseNote, parseVerifier, signNote, verifierLine, type NoteSignature } from './note.js';
import { formatProof, parseProof, verifyProof, type ProofFault, type TlogProof, type Trust } from './tlog-proof.js';
import { consistencyFault, consistencyPlan, inclusionPlan, rootOf, type ConsistencyFault } from './tree.js';

const INDEX = 137;
const trust: Trust = { journal: key, cosigners: ['32', '33', '34'].map((each) => pinned.cosigner(each)) };
const prove = proverOf(hashes);
const counted: Record<string, number> = {};
const genuine: TlogProof = { index: INDEX, hashes: prove(inclusionPlan(INDEX, SIZE)), note: noteOf(stated(SIZE)), extra: leaves[INDEX]! };
const GENUINE = formatProof(genuine);
const check = (source: string, leaf = leaves[INDEX]!) => verifyProof(owner, trust, leaf, source);

const note = parseNote(genuine.note)!;
/** The genuine note with another line in place of one. */
const withLine = (which: number, line: Partial<NoteSignature>): string =>
  formatNote({ ...note, signatures: note.signatures.map((each, at) => (at === which ? { ...each, ...line } : each)) });
const withNote = (source: string): string => formatProof({ ...genuine, note: source });
const withPath = (path: readonly Uint8Array[]): string => formatProof({ ...genuine, hashes: path });
const rewritten = (from: RegExp, to: string): string => withNote(genuine.note.replace(from, to));

type Forgery = string | { readonly proof: string; readonly leaf: Uint8Array };

const corpus: [string, ProofFault, () => readonly Forgery[]][] = [
  ['a bit of the leaf flipped', 'path', () => bits(leaves[INDEX]!, 2).map((leaf) => ({ proof: GENUINE, leaf }))],
  [
    'a bit of the path flipped',
    'path',
    () => genuine.hashes.flatMap((hash, at) => bits(hash, 3).map((other) => withPath(genuine.hashes.with(at, other)))),
  ],
  ['a hash of the path dropped', 'path', () => range(genuine.hashes.length).map((at) => withPath(without(genuine.hashes, at)))],
  ['a hash of the path doubled', 'path', () => range(genuine.hashes.length).map((at) => withPath(doubled(genuine.hashes, at)))],
  ['two hashes of the path swapped', 'path', () => pairs(genuine.hashes.length).map(([a, b]) => withPath(swapped(genuine.hashes, a, b)))],
  ['the path reversed', 'path', () => [withPath(genuine.hashes.toReversed())]],
  ['an empty path', 'path', () => [withPath([])]],
  ['the root as the path', 'path', () => [withPath([rootOf(hasher, hashes)])]],
  [
    'the path of another leaf',
    'path',
    () => without(range(SIZE), INDEX).map((index) => formatProof({ ...genuine, hashes: prove(inclusionPlan(index, SIZE)) })),
  ],
  [
    'the whole proof of another leaf',
    'path',
    () => without(range(SIZE), INDEX).map((index) => formatProof({ ...genuine, index, hashes: prove(inclusionPlan(index, SIZE)) })),
  ],
  ['another index', 'path', () => without(range(SIZE), INDEX).map((index) => formatProof({ ...genuine, index }))],
  [
    'an index past the end',
    'beyond',
    () => [SIZE, SIZE + 1, 2 * SIZE, 2 ** 31, 2 ** 32 + INDEX, Number.MAX_SAFE_INTEGER].map((index) => formatProof({ ...genuine, index })),
  ],
  [
    'a node of the tree as a leaf',
    'path',
    () =>
      [concat(hashes[0]!, hashes[1]!), concat(Uint8Array.of(1), hashes[0]!, hashes[1]!), hashes[INDEX]!].map((leaf) => ({
        proof: GENUINE,
        leaf,
      })),
  ],
  [
    'an older head that holds the entry, with the path of the newer',
    'path',
    () => range(SIZE - 1 - INDEX).map((more) => withNote(noteOf(stated(INDEX + 1 + more)))),
  ],
  ['a stale head, from before the entry', 'beyond', () => range(INDEX).map((less) => withNote(noteOf(stated(INDEX - less))))],
  [
    'another size in the note',
    'unsigned',
    () =>
      range(2 * SIZE)
        .filter((size) => size !== SIZE)
        .map((size) => rewritten(/\n300\n/, `\n${size}\n`)),
  ],
  [
    'a bit of the root flipped',
    'unsigned',
    () => bits(rootOf(hasher, hashes)).map((root) => rewritten(/\n[^\n]{43}=\n/, `\n${base64(root)}\n`)),
  ],
  [
    "a bit of the owner's signature flipped",
    'unsigned',
    () => bits(note.signatures[0]!.signature).map((signature) => withNote(withLine(0, { signature }))),
  ],
  [
    "a bit of the owner's key id flipped",
    'unsigned',
    () => bits(note.signatures[0]!.keyId).map((keyId) => withNote(withLine(0, { keyId }))),
  ],
  ["no line of the owner's", 'unsigned', () => [withNote(formatNote({ ...note, signatures: note.signatures.slice(1) }))]],
  [
    "a stranger's key under the owner's name",
    'unsigned',
    () => {
      const line = verifierLine(hasher, key.name, 'signature', stranger.publicKey);
      const own = signNote(strangers, parseVerifier(hasher, line)!, note.text).signatures[0]!;
      return [own, { ...own, keyId: key.keyId }].map((each) => withNote(withLine(0, each)));
    },
  ],
  [
    "a witness's key in place of the owner's",
    'unsigned',
    () =>
      ['32', '33', '34'].map((each) =>
        withNote(withLine(0, { signature: worlds[each]!.signer.sign(cosignerName('yrd.test', each, 'voucher'), utf8(note.text)) })),
      ),
  ],
  [
    'the head of another province in its place (immudb: CVE-2022-39199)',
    'origin',
    () =>
      ['32', '33', '34'].map((each) => {
        const other = pinned.journal(`${each}/voucher`)!;
        const body = checkpointText({ origin: other.name, size: SIZE, root: rootOf(hasher, hashes) });
        return withNote(
          formatNote({ text: body, signatures: [...signNote(worlds[each]!.signer, other, body).signatures, ...note.signatures.slice(1)] }),
        );
      }),
  ],
  [
    'a letter of the origin changed',
    'origin',
    () => range(key.name.length).map((at) => rewritten(/^[^\n]+/, `${key.name.slice(0, at)}ß${key.name.slice(at + 1)}`)),
  ],
  [
    'a bit of a cosignature or its time flipped',
    'cosignatures',
    () => [1, 2].flatMap((which) => bits(note.signatures[which]!.signature).map((signature) => withNote(withLine(which, { signature })))),
  ],
  [
    "a bit of a cosigner's key id flipped",
    'cosignatures',
    () => [1, 2].flatMap((which) => bits(note.signatures[which]!.keyId).map((keyId) => withNote(withLine(which, { keyId })))),
  ],
  [
    'one cosigner, or none, or one several times',
    'cosignatures',
    () => [[], ['32'], ['33'], ['34'], ['32', '32'], ['33', '33', '33']].map((by) => withNote(noteOf(stated(SIZE), by))),
  ],
  [
    "the owner's own cosignature as the second",
    'cosignatures',
    () => ['32', '33', '34'].map((each) => withNote(noteOf(stated(SIZE), [each, '31']))),
  ],
  [
    'cosignatures of another head',
    'cosignatures',
    () =>
      range(SIZE)
        .filter((size) => size > 0)
        .map((size) =>
          withNote(formatNote({ ...note, signatures: [note.signatures[0]!, ...['32', '33'].map((each) => cosigned(each, stated(size)))] })),
        ),
  ],
  [
    'plain signatures of cosigners',
    'cosignatures',
    () => [
      withNote(
        formatNote({
          ...note,
          signatures: note.signatures.map((each, at) =>
            at === 0 ? each : { ...each, signature: worlds[PROVINCES[at]!]!.signer.sign(each.name, utf8(note.text)) },
          ),
        }),
      ),
    ],
  ],
  [
    "one cosigner's line under another's name",
    'cosignatures',
    () => [
      withNote(withLine(2, { signature: note.signatures[1]!.signature })),
      withNote(withLine(1, { signature: note.signatures[2]!.signature })),
    ],
  ],
  [
    'a split view: another history that nobody cosigned',
    'cosignatures',
    () =>
      range(SIZE)
        .filter((at) => at > INDEX)
        .map((at) => {
          const other = fork(at);
          return formatProof({ ...genuine, hashes: proverOf(other)(inclusionPlan(INDEX, SIZE)), note: noteOf(stated(SIZE, other), []) });
        }),
  ],
  [
    'a split view under cosignatures of the true one',
    'cosignatures',
    () =>
      range(SIZE)
        .filter((at) => at > INDEX && at % 4 === 0)
        .map((at) => {
          const text = stated(SIZE, fork(at));
          return withNote(formatNote({ text, signatures: [...signed(text).signatures, ...note.signatures.slice(1)] }));
        }),
  ],
  [
    'cut off, wherever',
    'malformed',
    () =>
      range(GENUINE.length)
        .filter((end) => !lineEnds.includes(end))
        .map((end) => GENUINE.slice(0, end)),
  ],
  ['cut off behind the owner or one cosigner', 'cosignatures', () => lineEnds.slice(0, -1).map((end) => GENUINE.slice(0, end))],
  [
    'something in front, or another header',
    'malformed',
    () => [` ${GENUINE}`, `\n${GENUINE}`, `\ufeff${GENUINE}`, GENUINE.replace('@v1', '@v2'), GENUINE.replace('c2sp.org', 'c2sp.example')],
  ],
  [
    'an index that is no index',
    'malformed',
    () =>
      ['', '-1', '+1', '01', '0x1', '1e2', '1.0', ' 1', '1 ', '9007199254740992', '99999999999999999999'].map((index) =>
        GENUINE.replace('index 137', `index ${index}`),
      ),
  ],
  [
    'hashes of another length or another base64',
    'malformed',
    () =>
      [
        genuine.hashes.map((hash) => hash.subarray(1)),
        genuine.hashes.map((hash) => concat(hash, Uint8Array.of(0))),
        [...genuine.hashes, new Uint8Array(0)],
      ]
        .map(withPath)
        .concat(GENUINE.replace(/=\n\n/, '\n\n'), GENUINE.replaceAll('\n', '\r\n')),
  ],
  ['a path longer than any tree', 'malformed', () => [54, 1_000].map((length) => withPath(range(length).map(() => new Uint8Array(32))))],
];

/** Where the genuine proof could end and still be a note: behind each signature line. */
const lineEnds = [...GENUINE.matchAll(/^— .*\n/gm)].map((line) => line.index + line[0].length);

describe('an offline proof', () => {
  afterEach(() =>
    expect(check(GENUINE)).toMatchObject({ good: true, index: INDEX, cosigners: [pinned.cosigner('32').name, pinned.cosigner('33').name] }),
  );

  test('is believed in its genuine form, and as it was parsed', () => {
    expect(formatProof(parseProof(GENUINE)!)).toBe(GENUINE);
  });

  test.each(corpus)('is refused with %s: %s', (what, fault, forge) => {
    const forged = forge();
    expect(forged.length).toBeGreaterThan(0);
    counted[`proof, ${what}`] = forged.length;
    for (const each of forged) {
      const { proof, leaf } = typeof each === 'string' ? { proof: each, leaf: leaves[INDEX]! } : each;
      const verdict = check(proof, leaf);
      if (verdict.good || verdict.fault !== fault) expect({ forged: proof, leaf: hex(leaf), verdict }).toEqual({ fault });
    }
  });
});

describe('a proof that one head continues another', () => {
  const claim = (older: number, newer: number) => ({
    older,
    newer,
    olderRoot: rootOf(hasher, hashes.slice(0, older)),
    newerRoot: rootOf(hasher, hashes.slice(0, newer)),
    proof: prove(consistencyPlan(older, newer)),
  });
  const sizes: [number, number][] = [
    [1, 2],
    [2, 3],
    [3, 7],
    [4, 8],
    [6, 8],
    [64, 65],
    [100, 137],
    [128, 256],
    [137, 300],
    [255, 256],
    [256, 300],
    [299, 300],
  ];

  test.each(sizes)('from %i to %i holds, and with anything else in it is refused for what is wrong with it', (older, newer) => {
    const genuine = claim(older, newer);
    expect(consistencyFault(hasher, genuine)).toBeNull();
    const { proof, olderRoot, newerRoot } = genuine;
    const before = rootOf(hasher, fork(older - 1).slice(0, older));
    const after = rootOf(hasher, fork(older - 1).slice(0, newer));
    const otherProof = proverOf(fork(older - 1))(consistencyPlan(older, newer));
    const forged: Record<ConsistencyFault, Partial<typeof genuine>[]> = {
      sizes: [{ older: newer, newer: older }, { older: 0 }, { older: 0, proof: [] }, { older: 1.5 }, { newer: 2 ** 53 }],
      length: [
        { proof: [] },
        { older: newer },
        { older: newer, olderRoot: newerRoot },
        { proof: [...proof, newerRoot] },
        { proof: [olderRoot, ...proof] },
        ...proof.map((hash, at) => ({ proof: proof.with(at, hash.subarray(1)) })),
        ...range(proof.length).flatMap((at) => [{ proof: without(proof, at) }, { proof: doubled(proof, at) }]),
      ],
      root: [
        // immudb, CVE-2022-36111: a part of the proof ties nothing to what the client already holds.
        { olderRoot: before },
        { newerRoot: after },
        { olderRoot: before, newerRoot: after },
        { olderRoot: newerRoot },
        { olderRoot: newerRoot, newerRoot: olderRoot },
        { proof: otherProof },
        { older: newer, olderRoot: before, proof: [] },
        ...bits(olderRoot, 5).map((other) => ({ olderRoot: other })),
        ...bits(newerRoot, 5).map((other) => ({ newerRoot: other })),
        ...proof.flatMap((hash, at) => bits(hash, 7).map((other) => ({ proof: proof.with(at, other) }))),
        ...pairs(proof.length).map(([a, b]) => ({ proof: swapped(proof, a, b) })),
      ],
    };
    // Another size beside the same proof, and the proof between any other two sizes: as long as it should be, or not.
    const lengthOr = (from: number, length: number): ConsistencyFault =>
      consistencyPlan(from, newer).length === length ? 'root' : 'length';
    if (older > 1) forged[lengthOr(older - 1, proof.length)].push({ older: older - 1 });
    if (older + 1 < newer) forged[lengthOr(older + 1, proof.length)].push({ older: older + 1 });
    for (const other of without(range(newer - 1), older - 1)) {
      const theirs = prove(consistencyPlan(other + 1, newer));
      forged[lengthOr(older, theirs.length)].push({ proof: theirs });
    }
    counted[`consistency, ${older} to ${newer}`] = Object.values(forged).flat().length;
    for (const [fault, cases] of Object.entries(forged)) {
      for (const each of cases) {
        const found = consistencyFault(hasher, { ...genuine, ...each });
        if (found !== fault) expect({ forged: each, found }).toEqual({ fault });
      }
    }
  });
});

test('there are at least 5,000 forged proofs', () => {
  expect(Object.values(counted).reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(5_000);
});
