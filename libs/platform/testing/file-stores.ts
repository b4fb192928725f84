/** What every store of files must do, whoever wrote the server behind it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FileLimits } from '../src/files/arrivals.js';
import type { FileStore } from '../src/files/file-store.js';
import { FILE_KINDS } from '../src/files/file-types.js';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const pdf = (text = ''): Buffer => Buffer.from(`%PDF-1.7\n${text}`);
/** Every kind, up to eight MiB. */
export const LIMITS: FileLimits = { bytesMax: 8_388_608, kinds: FILE_KINDS };
const MIB = 1_048_576;

/** The runner's globals, handed in: only specs have them. */
interface Runner extends Pick<typeof globalThis, 'afterAll' | 'describe' | 'test'> {
  readonly expect: jest.Expect;
}

/** Declares the tests. `open` is given a folder of this machine, for the store itself or for what is on its way to it. */
export const keepsFiles = ({ afterAll, describe, expect, test }: Runner, what: string, open: (folder: string) => FileStore): void =>
  describe(what, () => {
    const folder = mkdtempSync(join(tmpdir(), 'yrd-store-'));
    const store = (): FileStore => open(folder);
    const put = (...parts: readonly Uint8Array[]) => store().put(Readable.from(parts));
    const got = async (hash: string): Promise<Buffer | null> => {
      const content = await store().get(hash);
      return content && buffer(content);
    };
    /** What lies in the folder and is not kept under its hash. */
    const underWay = (): readonly string[] =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /(^|\/)[0-9a-f]{32}$/.test(name));
    afterAll(() => rmSync(folder, { recursive: true }));

    test('gives back what was put, under its SHA-256', async () => {
      const file = await put(pdf('a'), Buffer.from('b'));
      expect(file).toEqual({ hash: sha256(pdf('ab')), bytes: 11, type: 'application/pdf' });
      expect(await got(file.hash)).toEqual(pdf('ab'));
    });

    test('keeps the same file once, whenever and in whatever pieces it comes', async () => {
      const pieces = [...pdf('same')].map((byte) => Buffer.of(byte));
      const all = await Promise.all([put(pdf('same')), put(...pieces), put(pdf('same'))]);
      expect(new Set(all.map(({ hash }) => hash)).size).toBe(1);
      expect(await got(all[0].hash)).toEqual(pdf('same'));
    });

    test('takes a file of exactly the limit', async () => {
      const parts = [pdf(), ...Array.from({ length: 7 }, () => Buffer.alloc(MIB, 1)), Buffer.alloc(MIB - pdf().length, 2)];
      const { hash, bytes } = await put(...parts);
      expect(bytes).toBe(LIMITS.bytesMax);
      expect(sha256((await got(hash))!)).toBe(hash);
    });

    test.each<[string, readonly Uint8Array[], string]>([
      ['is of no kind that is taken', [Buffer.from('<html><script>alert(1)</script>')], 'of another kind'],
      ['is shorter than any document', [Buffer.from('%P')], 'of another kind'],
      ['is empty', [], 'empty'],
      ['is larger than the limit', [pdf(), ...Array.from({ length: 8 }, () => Buffer.alloc(MIB))], 'too large'],
    ])('refuses what %s', async (_what, parts, why) => {
      await expect(put(...parts)).rejects.toMatchObject({ name: 'FileRefused', why });
      expect(underWay()).toEqual([]);
    });

    test('keeps nothing of an upload that broke off, which may be sent again', async () => {
      const broken = Readable.from(
        (function* () {
          yield pdf('half');
          throw new Error('the line broke');
        })(),
      );
      await expect(store().put(broken)).rejects.toThrow('the line broke');
      expect([await got(sha256(pdf('half'))), underWay()]).toEqual([null, []]);
      expect(await put(pdf('half and more'))).toMatchObject({ hash: sha256(pdf('half and more')) });
    });

    test('keeps nothing that could not be noted', async () => {
      const refuse = (): Promise<void> => Promise.reject(new Error('not noted'));
      await expect(store().put(Readable.from([pdf('unknown')]), refuse)).rejects.toThrow('not noted');
      expect([await got(sha256(pdf('unknown'))), underWay()]).toEqual([null, []]);
    });

    test('forgets what is removed, also twice, and takes it in again', async () => {
      const { hash } = await put(pdf('forgotten'));
      await store().remove(hash);
      await store().remove(hash);
      expect(await got(hash)).toBeNull();
      expect((await put(pdf('forgotten'))).hash).toBe(hash);
      expect(await got(hash)).toEqual(pdf('forgotten'));
    });

    test('has nothing under a name that is no hash, or of a file that was never put', async () => {
      for (const name of ['../../etc/passwd', 'arriving', '', 'A'.repeat(64), 'a'.repeat(64)]) {
        expect(await got(name)).toBeNull();
        await store().remove(name);
      }
    });
  });
