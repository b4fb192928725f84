/** A bucket of a server that nobody here wrote, versitygw over a folder: the same contract. `npm test -- outside` builds and names it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { keepsFiles, LIMITS, pdf, sha256 } from '../../testing/file-stores.js';
import { S3Files, type S3Place } from './s3-files.js';

const KEYS = { accessKey: 'yrd-test', secretKey: 'a secret of this test' };
const BUCKET = 'papers';

const folder = mkdtempSync(join(tmpdir(), 'yrd-s3-'));
const place = { endpoint: '', bucket: BUCKET, region: 'us-east-1', ...KEYS };
let server: ChildProcess;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });

beforeAll(async () => {
  const program = process.env['YRD_S3_SERVER'];
  if (program === undefined) throw new Error('The server is not named: run npm test -- outside.');
  // A folder below the root is a bucket.
  mkdirSync(join(folder, 'root', BUCKET), { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  place.endpoint = `http://${address}`;
  const env = { ...process.env, ROOT_ACCESS_KEY: KEYS.accessKey, ROOT_SECRET_KEY: KEYS.secretKey };
  server = spawn(program, ['--port', address, 'posix', join(folder, 'root')], { env, stdio: 'ignore' });
  for (let tries = 0; ; tries += 1) {
    if (
      await fetch(place.endpoint).then(
        () => true,
        () => false,
      )
    )
      return;
    if (tries > 200 || server.exitCode !== null) throw new Error('The server does not answer.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
afterAll(() => {
  server?.kill();
  rmSync(folder, { recursive: true });
});

keepsFiles({ afterAll, describe, expect, test }, 'a server of others that speaks S3', (arriving) => new S3Files(place, arriving, LIMITS));

const opened = (change: Partial<S3Place> = {}): S3Files => new S3Files({ ...place, ...change }, join(folder, 'arriving'), LIMITS);

test('what it keeps is the object of the hash, byte by byte', async () => {
  const { hash } = await opened().put(Readable.from([pdf('seen from behind')]));
  expect(readdirSync(join(folder, 'root', BUCKET))).toContain(hash);
  writeFileSync(join(folder, 'root', BUCKET, hash), 'changed from behind');
  expect(sha256(await buffer((await opened().get(hash))!))).not.toBe(hash);
});

test.each<[string, Partial<S3Place>, string]>([
  ['another secret', { secretKey: 'another' }, '403 (SignatureDoesNotMatch)'],
  ['an unknown key', { accessKey: 'stranger' }, '404 (XAdminUserNotFound)'],
  ['a bucket that is not there', { bucket: 'nowhere' }, '404 (NoSuchBucket)'],
])('%s is a fault of the store, never a file that is not there', async (_what, change, said) => {
  await expect(opened(change).put(Readable.from([pdf('lost')]))).rejects.toThrow(said);
  await expect(opened(change).get('a'.repeat(64))).rejects.toThrow(said);
  await expect(opened(change).remove('a'.repeat(64))).rejects.toThrow(said);
});
