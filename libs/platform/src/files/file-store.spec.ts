/** Stores of files: a folder, and as much of S3 as three requests need, which checks what it is sent as such a store does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { keepsFiles, LIMITS, pdf, sha256 } from '../../testing/file-stores.js';
import { FolderFiles } from './file-store.js';
import { authorization, S3Files, type S3Place } from './s3-files.js';

class Bucket {
  private readonly objects = new Map<string, { readonly type: string; readonly bytes: Buffer }>();
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
      if (method === 'DELETE') {
        this.objects.delete(url);
        return answer(204);
      }
      const found = this.objects.get(url);
      if (!found) return void response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
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

const arriving = mkdtempSync(join(tmpdir(), 'yrd-arriving-'));
const bucket = new Bucket();
beforeAll(() => bucket.start());
afterAll(async () => {
  await bucket.stop();
  rmSync(arriving, { recursive: true });
});

keepsFiles({ afterAll, describe, expect, test }, 'a folder', (folder) => new FolderFiles(folder, LIMITS));
keepsFiles({ afterAll, describe, expect, test }, 'a store that speaks S3', (folder) => new S3Files(bucket.place, folder, LIMITS));

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
  const wrong = new S3Files({ ...bucket.place, secretKey: 'another' }, arriving, LIMITS);
  await expect(wrong.get('a'.repeat(64))).rejects.toThrow('403');
  await expect(wrong.put(Readable.from([pdf()]))).rejects.toThrow('403');
  await expect(wrong.remove('a'.repeat(64))).rejects.toThrow('403');
});
