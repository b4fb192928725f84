/**
 * Contract and deliverable files, outside the ledger: a file is put as a stream and got as one, and its name is its SHA-256. The same file
 * twice is one file, so an upload that broke off is simply sent again. Nothing of what a sender calls a file is kept or trusted.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Bytes of a file at most: a scanned contract with its annexes. */
export const FILE_BYTES_MAX = 33_554_432;

/** Kinds of documents that are taken, by their first bytes; what a sender says of a file is not asked. */
const SIGNATURES = {
  'application/pdf': [0x25, 0x50, 0x44, 0x46, 0x2d],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
} as const satisfies Readonly<Record<string, readonly number[]>>;
export type FileType = keyof typeof SIGNATURES;
const TYPES = Object.entries(SIGNATURES) as readonly (readonly [FileType, readonly number[]])[];
const LONGEST = Math.max(...TYPES.map(([, bytes]) => bytes.length));

/** The kind of document that begins so; null when it is none that is taken. */
export const typeOf = (head: Uint8Array): FileType | null =>
  TYPES.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte))?.[0] ?? null;

/** What is known of a stored file. */
export interface StoredFile {
  /** SHA-256, 64 hex digits. */
  readonly hash: string;
  readonly bytes: number;
  readonly type: FileType;
}

/** Why a file is not taken. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  constructor(readonly why: 'too large' | 'no document' | 'empty') {
    super(`The file is ${why === 'no document' ? 'neither PDF nor PNG nor JPEG' : why}.`);
  }
}

/** Where files are kept. */
export interface FileStore {
  /** Keeps the file and says what it is. @throws FileRefused, and whatever its stream or the store failed by; then nothing is kept. */
  put(content: Readable): Promise<StoredFile>;
  /** The file by its hash; null when there is none. */
  get(hash: string): Promise<(StoredFile & { readonly content: Readable }) | null>;
}

/** Looks through what flows by: its hash, its size and its first bytes. */
export class Measured extends Transform {
  private readonly sha256 = createHash('sha256');
  private head = Buffer.alloc(0);
  private bytes = 0;

  override _transform(part: Buffer, _: BufferEncoding, done: (error: Error | null, part?: Buffer) => void): void {
    this.bytes += part.length;
    if (this.head.length < LONGEST) this.head = Buffer.concat([this.head, part.subarray(0, LONGEST)]);
    if (this.bytes > FILE_BYTES_MAX) return done(new FileRefused('too large'));
    // A file that is no document is refused by its first bytes, before the rest has come.
    if (this.head.length >= LONGEST && typeOf(this.head) === null) return done(new FileRefused('no document'));
    this.sha256.update(part);
    done(null, part);
  }

  /** Once all has flowed by. @throws FileRefused. */
  file(): StoredFile {
    const type = typeOf(this.head);
    if (this.bytes === 0) throw new FileRefused('empty');
    if (type === null) throw new FileRefused('no document');
    return { hash: this.sha256.digest('hex'), bytes: this.bytes, type };
  }
}

const HASH = /^[0-9a-f]{64}$/;

/** Files below a folder, by the first two digits of their hash; what is not complete yet lies beside them. */
export class FolderFiles implements FileStore {
  constructor(private readonly folder: string) {}

  async put(content: Readable): Promise<StoredFile> {
    const arriving = join(this.folder, 'arriving');
    await mkdir(arriving, { recursive: true });
    const part = join(arriving, randomBytes(16).toString('hex'));
    const measured = new Measured();
    try {
      await pipeline(content, measured, createWriteStream(part, { flags: 'wx', flush: true }));
      const file = measured.file();
      await mkdir(join(this.folder, file.hash.slice(0, 2)), { recursive: true });
      // In one step, so that nobody reads half a file; over the same file it changes nothing.
      await rename(part, this.path(file.hash));
      return file;
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  async get(hash: string): Promise<(StoredFile & { readonly content: Readable }) | null> {
    if (!HASH.test(hash)) return null;
    const path = this.path(hash);
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (!found) return null;
    const head: Buffer[] = [];
    for await (const part of createReadStream(path, { end: LONGEST - 1 })) head.push(part as Buffer);
    const type = typeOf(Buffer.concat(head));
    return type && { hash, bytes: found.size, type, content: createReadStream(path) };
  }

  /** Where a file lies. */
  path(hash: string): string {
    return join(this.folder, hash.slice(0, 2), hash);
  }
}
