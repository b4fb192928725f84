/** Checkpoints, consistency proofs and key lines that others published, with the verdicts that they published beside them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testHasher as hasher, testSigner } from '../testing/index.js';
import { base64, fromBase64, fromHex, hex } from './bytes.js';
import { openCheckpoint, parseCheckpoint, parseNote, parseVerifier, verifierLine } from './note.js';
import { consistencyFault } from './tree.js';

interface Case {
  readonly what: string;
  readonly verdict: 'signed' | 'unsigned' | 'consistent' | 'inconsistent';
  readonly older?: number;
  readonly olderRoot?: string;
  readonly size?: number;
  readonly root?: string;
  readonly proof?: readonly string[];
  readonly note: string;
}
const vectors = JSON.parse(readFileSync(join(__dirname, '../vectors/published.json'), 'utf8')) as {
  readonly log: { readonly name: string; readonly publicKey: string };
  readonly cases: readonly Case[];
  readonly cosigner: { readonly line: string; readonly name: string };
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string; readonly note: string };
};
const signer = testSigner(new Map());
const bytes = (text: string | undefined): Uint8Array => fromBase64(text!)!;

describe('a published Sigsum log', () => {
  const { name, publicKey } = vectors.log;
  const verifier = parseVerifier(hasher, verifierLine(hasher, name, 'signature', fromHex(publicKey)!))!;

  test('has the key id that its notes name', () => {
    expect(hex(verifier.keyId)).toBe(hex(parseNote(vectors.cases[0]!.note)!.signatures[0]!.keyId));
  });

  test.each(vectors.cases)('is told apart from $what, as published: $verdict', ({ verdict, note, older, olderRoot, size, root, proof }) => {
    const opened = openCheckpoint(signer, verifier, note);
    if (verdict === 'unsigned') return expect(opened).toBeNull();
    expect(opened && { ...opened, root: base64(opened.root) }).toEqual({ origin: name, size, root });
    if (verdict === 'signed') return;
    const claim = { older: older!, newer: size!, olderRoot: bytes(olderRoot), newerRoot: bytes(root), proof: proof!.map(bytes) };
    expect(consistencyFault(hasher, claim) === null).toBe(verdict === 'consistent');
  });
});

test('the published line of a witness is a cosigner key', () => {
  expect(parseVerifier(hasher, vectors.cosigner.line)).toMatchObject({ name: vectors.cosigner.name, kind: 'cosignature' });
});

test('the checkpoint shown in the specification is read as it says', () => {
  const { origin, size, root, note } = vectors.checkpoint;
  expect(parseCheckpoint(parseNote(note)!.text)).toEqual({ origin, size, root: bytes(root) });
});
