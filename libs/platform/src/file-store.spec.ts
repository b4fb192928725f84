/** One contract for every store of files: a folder, and a store that speaks S3. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FILE_BYTES_MAX, FileRefused, FolderFiles, type FileStore } from './file-store.js';
import { authorization, S3Files, type S3Place } from './s3-files.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const pdf = (text = ''): Buffer => Buffer.from(`%PDF-1.7\n${text}`);
const NOW = Date.UTC(2026, 0, 5);

/** As much of S3 as two requests need; it checks what it is sent as such a store does. */
class Bucket {
  readonly objects = new Map<string, { readonly type: string; readonly bytes: Buffer }>();
  private readonly server: Server = createServer((request, response) => {
    void buffer(request).then((bytes) => {
      const { headers, method = '', url = '' } = request;
      const payloadHash = String(headers['x-amz-content-sha256']);
      const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
      const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
      const expected = authorization(this.place, { method, url: new URL(url, this.place.endpoint), headers: signed, payloadHash });
      const answer = (status: number): void => void response.writeHead(status).end();
      if (headers.authorization !== expected || sha256(bytes) !== payloadHash) return answer(403);
      if (method === 'PUT') {
        this.objects.set(url, { type: String(headers['content-type']), bytes });
        return answer(200);
      }
      const found = this.objects.get(url);
      if (!found) return answer(404);
      response.writeHead(200, { 'content-type': found.type, 'content-length': found.bytes.length }).end(found.bytes);
    });
  });
  place: S3Place = { endpoint: '', bucket: 'files', region: 'cn-east', accessKey: 'key', secretKey: 'secret' };

  async start(): Promise<void> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
    this.place = { ...this.place, endpoint: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}` };
  }
  stop(): Promise<void> {
    return new Promise((done) => (this.server.close(() => done()), this.server.closeAllConnections()));
  }
}

const folder = mkdtempSync(join(tmpdir(), 'yrd-files-'));
const bucket = new Bucket();
beforeAll(() => bucket.start());
afterAll(async () => {
  await bucket.stop();
  rmSync(folder, { recursive: true });
});

const STORES: readonly [string, () => FileStore][] = [
  ['a folder', () => new FolderFiles(join(folder, 'plain'))],
  ['a store that speaks S3', () => new S3Files(bucket.place, join(folder, 's3'), () => NOW)],
];

describe.each(STORES)('%s', (_, open) => {
  const put = (...parts: readonly Uint8Array[]) => open().put(Readable.from(parts));

  test('gives back what was put, under its SHA-256', async () => {
    const file = await put(pdf('a'), Buffer.from('b'));
    expect(file).toEqual({ hash: sha256(pdf('ab')), bytes: 11, type: 'application/pdf' });
    const found = await open().get(file.hash);
    expect(found).toMatchObject(file);
    expect(await buffer(found!.content)).toEqual(pdf('ab'));
  });

  test('keeps the same file once, whenever and in whatever pieces it comes', async () => {
    const pieces = [...pdf('same')].map((byte) => Buffer.of(byte));
    const all = await Promise.all([put(pdf('same')), put(...pieces), put(pdf('same'))]);
    expect(new Set(all.map(({ hash }) => hash)).size).toBe(1);
    expect(await buffer((await open().get(all[0].hash))!.content)).toEqual(pdf('same'));
  });

  test.each<[string, readonly Uint8Array[], FileRefused['why']]>([
    ['is no document though it calls itself one', [Buffer.from('<html><script>alert(1)</script>')], 'no document'],
    ['is shorter than any document', [Buffer.from('%P')], 'no document'],
    ['is empty', [], 'empty'],
    [
      'is larger than the limit',
      Array.from({ length: 33 }, (_n, at) => (at === 0 ? pdf() : Buffer.alloc(1_048_576))).concat(pdf()),
      'too large',
    ],
  ])('refuses what %s', async (_what, parts, why) => {
    expect(FILE_BYTES_MAX).toBe(33_554_432);
    await expect(put(...parts)).rejects.toMatchObject({ name: 'FileRefused', why });
  });

  test('keeps nothing of an upload that broke off, which may be sent again', async () => {
    const broken = Readable.from(
      (function* () {
        yield pdf('half');
        throw new Error('the line broke');
      })(),
    );
    await expect(open().put(broken)).rejects.toThrow('the line broke');
    expect(await open().get(sha256(pdf('half')))).toBeNull();
    expect(await put(pdf('half and more'))).toMatchObject({ hash: sha256(pdf('half and more')) });
  });

  test('has nothing under a name that is no hash, or of a file that was never put', async () => {
    for (const name of ['../../etc/passwd', 'arriving', '', 'A'.repeat(64), 'a'.repeat(64)]) expect(await open().get(name)).toBeNull();
  });
});

test('nothing that is not complete stays behind', () => {
  for (const store of ['plain/arriving', 's3']) expect(readdirSync(join(folder, store))).toEqual([]);
});

test('a request is signed as AWS shows it by an example of its own', () => {
  // Amazon S3 API reference, "Signature Calculations: Transferring Payload in a Single Chunk", GET Object.
  const empty = sha256(Buffer.alloc(0));
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': empty,
    'x-amz-date': '20130524T000000Z',
  };
  const keys = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', region: 'us-east-1' };
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt');
  expect(authorization(keys, { method: 'GET', url, headers, payloadHash: empty })).toMatch(
    /Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/,
  );
});

test('a store that does not believe the signature is not taken for one that has no such file', async () => {
  const wrong = new S3Files({ ...bucket.place, secretKey: 'another' }, join(folder, 's3'), () => NOW);
  await expect(wrong.get('a'.repeat(64))).rejects.toThrow('403');
  await expect(wrong.put(Readable.from([pdf()]))).rejects.toThrow('403');
});
