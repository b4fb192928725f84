/** Signed notes against published vectors and hostile texts. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testHasher as hasher, testKey, testSigner } from '../testing/index.js';
import { base64, concat, fromBase64, fromHex, hex, utf8 } from './bytes.js';
import { certificateText } from './federation.js';
import {
  checkpointText,
  cosign,
  cosignatureTime,
  formatNote,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVerifier,
  signNote,
  verifierLine,
  type Verifier,
} from './note.js';

const vectors = JSON.parse(readFileSync(join(__dirname, '../vectors/note.json'), 'utf8')) as {
  readonly published: { readonly verifier: string; readonly text: string; readonly signature: string };
  readonly seeds: Readonly<Record<'journal' | 'cosigner' | 'identity', string>>;
  readonly verifiers: Readonly<Record<'journal' | 'cosigner' | 'identity', string>>;
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string; readonly text: string };
  readonly signed: string;
  readonly cosigned: { readonly seconds: number; readonly note: string };
  readonly certificate: { readonly text: string; readonly signature: string };
};

const verifier = (line: string): Verifier => parseVerifier(hasher, line)!;
const [journal, cosigner, identity] = [vectors.verifiers.journal, vectors.verifiers.cosigner, vectors.verifiers.identity].map(verifier) as [
  Verifier,
  Verifier,
  Verifier,
];
const secret = (seed: string) => testKey(fromHex(seed)!).secret;
const signer = testSigner(
  new Map([
    [journal.name, secret(vectors.seeds.journal)],
    [cosigner.name, secret(vectors.seeds.cosigner)],
    [identity.name, secret(vectors.seeds.identity)],
  ]),
);
const body = vectors.checkpoint.text;
const lineOf = (note: string): string => note.slice(note.lastIndexOf('\n\n') + 2);

describe('the published note of the Go checksum database', () => {
  const { published } = vectors;
  const note = `${published.text}\n${published.signature}`;

  test('verifies with its published key, and not with another text', () => {
    const key = verifier(published.verifier);
    const parsed = parseNote(note)!;
    expect(parsed.text).toBe(published.text);
    const good = (text: string): boolean => signer.verify(key.suite, key.publicKey, utf8(text), parsed.signatures[0]!.signature);
    expect(good(parsed.text)).toBe(true);
    expect(good(parsed.text.replace('answer', 'Answer'))).toBe(false);
    expect(formatNote(parsed)).toBe(note);
  });

  test('is no checkpoint of anybody', () => {
    expect(openCheckpoint(signer, verifier(published.verifier), note)).toBeNull();
  });

  test('has a key line that survives no mangling', () => {
    const line = published.verifier;
    for (let from = 0; from < line.length; from++)
      for (let to = from + 1; to <= line.length; to++)
        if (from > 0 || to < line.length) expect(parseVerifier(hasher, line.slice(from, to))).toBeNull();
    for (let at = 0; at < line.length; at++) {
      const other = String.fromCharCode(line.charCodeAt(at) + 1);
      expect(parseVerifier(hasher, line.slice(0, at) + other + line.slice(at + 1))).toBeNull();
    }
    // Wrong key length, and an unknown algorithm, each with the key id that would fit.
    expect(parseVerifier(hasher, 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==')).toBeNull();
    expect(parseVerifier(hasher, 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')).toBeNull();
  });
});

describe('a checkpoint', () => {
  test('is the frozen one: key lines, text, signature and cosignature to the byte', () => {
    const { origin, size, root } = vectors.checkpoint;
    expect(checkpointText({ origin, size, root: fromHex(root)! })).toBe(body);
    expect(verifierLine(hasher, journal.name, 'signature', journal.publicKey)).toBe(vectors.verifiers.journal);
    expect(verifierLine(hasher, cosigner.name, 'cosignature', cosigner.publicKey)).toBe(vectors.verifiers.cosigner);
    const signed = signNote(signer, journal, body);
    expect(formatNote(signed)).toBe(vectors.signed);
    const cosigned = cosign(signer, cosigner, body, vectors.cosigned.seconds);
    expect(formatNote({ text: body, signatures: [...signed.signatures, cosigned] })).toBe(vectors.cosigned.note);
  });

  test('opens for the pinned key, other signatures beside it or not', () => {
    for (const note of [vectors.signed, vectors.cosigned.note]) {
      const opened = openCheckpoint(signer, journal, note)!;
      expect([opened.origin, opened.size, hex(opened.root)]).toEqual([vectors.checkpoint.origin, 8, vectors.checkpoint.root]);
    }
  });

  test('does not open for a key of another name, though that key signed it', () => {
    const note = formatNote(signNote(signer, identity, body));
    expect(openCheckpoint(signer, identity, note)).toBeNull();
    expect(openCheckpoint(signer, journal, note)).toBeNull();
  });

  test('does not open when a line under the pinned name and key id is anybody else’s', () => {
    const forged = signer.sign(identity.name, utf8(body));
    const note = formatNote({ text: body, signatures: [{ name: journal.name, keyId: journal.keyId, signature: forged }] });
    expect(openCheckpoint(signer, journal, note)).toBeNull();
  });

  test('does not open for a cosigner: a witness vouches and does not state', () => {
    expect(openCheckpoint(signer, cosigner, vectors.cosigned.note)).toBeNull();
    const asWitness = verifier(verifierLine(hasher, journal.name, 'cosignature', journal.publicKey));
    expect(openCheckpoint(signer, asWitness, formatNote(signNote(signer, asWitness, body)))).toBeNull();
  });

  test('does not open with any byte of its text changed', () => {
    for (let at = 0; at < body.length; at++) {
      const text = body.slice(0, at) + String.fromCharCode(body.charCodeAt(at) ^ 1) + body.slice(at + 1);
      expect(openCheckpoint(signer, journal, `${text}\n${lineOf(vectors.signed)}`)).toBeNull();
    }
  });

  test.each([
    ['a size with a leading zero', 'o\n08\n', true],
    ['a negative size', 'o\n-8\n', true],
    ['a size in another script', 'o\n８\n', true],
    ['a size beyond exact numbers', 'o\n9007199254740993\n', true],
    ['an exponent', 'o\n1e3\n', true],
    ['no origin', '\n8\n', true],
    ['a size that is fine', 'o\n8\n', false],
  ])('with %s', (_, start, refused) => {
    expect(parseCheckpoint(`${start}${base64(fromHex(vectors.checkpoint.root)!)}\n`) === null).toBe(refused);
  });

  test.each([
    ['a root of another length', `o\n8\n${base64(new Uint8Array(31))}\n`],
    ['a root with loose bits', `o\n8\n${'A'.repeat(42)}B=\n`],
    ['an extension line', `${'o\n8\n'}${base64(new Uint8Array(32))}\nmore\n`],
    ['lines after an empty one', `o\n8\n${base64(new Uint8Array(32))}\n\nmore\n`],
    ['no last newline', `o\n8\n${base64(new Uint8Array(32))}`],
    ['carriage returns', `o\r\n8\r\n${base64(new Uint8Array(32))}\r\n`],
  ])('with %s is none', (_, text) => {
    expect(parseCheckpoint(text)).toBeNull();
  });
});

describe('a cosignature', () => {
  const noteWith = (signature: Uint8Array, name = cosigner.name) => ({
    text: body,
    signatures: [{ name, keyId: cosigner.keyId, signature }],
  });
  const [line] = [parseNote(vectors.cosigned.note)!.signatures[1]!];

  test('tells when its witness vouched', () => {
    expect(cosignatureTime(signer, cosigner, parseNote(vectors.cosigned.note)!)).toBe(vectors.cosigned.seconds);
  });

  test('does not stand with another time, text, name or length', () => {
    const { signature } = line;
    const later = concat(signature.subarray(0, 7), Uint8Array.of(signature[7]! + 1), signature.subarray(8));
    expect(cosignatureTime(signer, cosigner, noteWith(later))).toBeNull();
    expect(cosignatureTime(signer, cosigner, { ...noteWith(signature), text: body.replace('\n8\n', '\n9\n') })).toBeNull();
    expect(cosignatureTime(signer, cosigner, noteWith(signature, journal.name))).toBeNull();
    expect(cosignatureTime(signer, cosigner, noteWith(signature.subarray(0, 71)))).toBeNull();
    expect(cosignatureTime(signer, cosigner, noteWith(concat(signature, Uint8Array.of(0))))).toBeNull();
  });

  test('is no plain signature and no plain signature is one', () => {
    expect(cosignatureTime(signer, journal, parseNote(vectors.signed)!)).toBeNull();
    const plain = concat(new Uint8Array(8), signer.sign(cosigner.name, utf8(body)));
    expect(cosignatureTime(signer, cosigner, noteWith(plain))).toBeNull();
  });

  test('with a time beyond exact numbers does not count, well signed or not', () => {
    const far = new Uint8Array(8).fill(0xff);
    expect(cosignatureTime(signer, cosigner, noteWith(concat(far, line.signature.subarray(8))))).toBeNull();
  });
});

test('a certificate is the frozen text, signed by the identity key', () => {
  expect(certificateText(vectors.verifiers.journal)).toBe(vectors.certificate.text);
  const signature = fromBase64(vectors.certificate.signature)!;
  expect(signer.verify('ed25519', identity.publicKey, utf8(vectors.certificate.text), signature)).toBe(true);
  expect(signer.verify('ed25519', identity.publicKey, utf8(certificateText(vectors.verifiers.cosigner)), signature)).toBe(false);
});

describe('a hostile note is refused', () => {
  const line = lineOf(vectors.signed);
  test.each([
    ['empty', ''],
    ['one newline', '\n'],
    ['no signature', `${body}\n`],
    ['no gap', `${body}${line}`],
    ['no last newline', `${body}\n${line.slice(0, -1)}`],
    ['a hyphen for the dash', `${body}\n${line.replace('—', '-')}`],
    ['two spaces', `${body}\n${line.replace('— ', '—  ')}`],
    ['a tab', `${body}\n${line.replace('— ', '—\t')}`],
    ['a carriage return', `${body}\n${line.replace('\n', '\r\n')}`],
    ['a NUL in the text', `${body.replace('log', 'l\0g')}\n${line}`],
    ['a bell in the text', `${body.replace('log', 'l\x07g')}\n${line}`],
    ['a name with a plus', `${body}\n${line.replace('yrd', 'y+d')}`],
    ['a name with a wide space', `${body}\n${line.replace('yrd', 'y\u3000d')}`],
    ['a fourth field', `${body}\n${line.replace('\n', ' x\n')}`],
    ['a short signature', `${body}\n— x AAAA\n`],
    ['loose base64', `${body}\n— x AAAAAAB=\n`],
    ['33 signatures', `${body}\n${line.repeat(33)}`],
    ['more than 16 KiB', `${'x'.repeat(16_384)}\n\n${line}`],
  ])('with %s', (_, source) => {
    expect(parseNote(source)).toBeNull();
    expect(openCheckpoint(signer, journal, source)).toBeNull();
  });

  test('that begins with a byte order mark, which the signature does not cover', () => {
    expect(openCheckpoint(signer, journal, `\ufeff${vectors.signed}`)).toBeNull();
  });

  test('or at least opens nothing, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat({ max: vectors.signed.length }), (junk, at) => {
        const source = vectors.signed.slice(0, at) + junk + vectors.signed.slice(at);
        const opened = openCheckpoint(signer, journal, source);
        expect(opened === null || (opened.size === 8 && hex(opened.root) === vectors.checkpoint.root)).toBe(true);
      }),
    );
  });
});
