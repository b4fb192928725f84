/**
 * Files on their way in: laid in a folder of this machine while they are measured, so that a store is given whole files only, with
 * their size and hash. What broke off, was refused or was left by a crash never becomes a file.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HEAD_BYTES, typeOf, type FileKindName, type FileType } from './file-types.js';

/** What is taken in. */
export interface FileLimits {
  /** Bytes of a file at most. */
  readonly bytesMax: number;
  readonly kinds: readonly FileKindName[];
}

/** What is known of a file. */
export interface StoredFile {
  /** SHA-256, 64 hex digits. */
  readonly hash: string;
  readonly bytes: number;
  readonly type: FileType;
}

/** Why a file is not taken. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  constructor(readonly why: 'too large' | 'of another kind' | 'empty') {
    super(`The file is ${why}.`);
  }
}

/** Looks through what flows by: its hash, its size and its first bytes. */
class Measured extends Transform {
  private readonly sha256 = createHash('sha256');
  private head = Buffer.alloc(0);
  private bytes = 0;

  constructor(private readonly limits: FileLimits) {
    super();
  }

  override _transform(part: Buffer, _: BufferEncoding, done: (error: Error | null, part?: Buffer) => void): void {
    this.bytes += part.length;
    if (this.bytes > this.limits.bytesMax) return done(new FileRefused('too large'));
    const known = this.head.length >= HEAD_BYTES;
    if (!known) this.head = Buffer.concat([this.head, part.subarray(0, HEAD_BYTES)]);
    // A file of another kind is refused by its first bytes, before the rest has come.
    if (!known && this.head.length >= HEAD_BYTES && this.type === null) return done(new FileRefused('of another kind'));
    this.sha256.update(part);
    done(null, part);
  }

  /** Once all has flowed by. @throws FileRefused. */
  file(): StoredFile {
    if (this.bytes === 0) throw new FileRefused('empty');
    const { type } = this;
    if (type === null) throw new FileRefused('of another kind');
    return { hash: this.sha256.digest('hex'), bytes: this.bytes, type };
  }

  private get type(): FileType | null {
    return typeOf(this.head, this.limits.kinds);
  }
}

/** Nobody sends a file for so long, real ms. */
const ABANDONED_MS = 86_400_000;

const isMissing = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT';
/** What a call answers, or null where there is no such file. */
export const ifThere = <T>(asked: Promise<T>): Promise<T | null> =>
  asked.catch((error: NodeJS.ErrnoException) => {
    if (isMissing(error)) return null;
    throw error;
  });

export class Arrivals {
  constructor(
    private readonly folder: string,
    private readonly limits: FileLimits,
  ) {}

  /**
   * Lays a file aside, durable, and has it kept; whatever comes of that, nothing stays here. `keep` may move it away.
   * @throws FileRefused, and whatever its stream, the folder or `keep` failed by.
   */
  async take(content: Readable, keep: (file: StoredFile, path: string) => Promise<void>): Promise<StoredFile> {
    await mkdir(this.folder, { recursive: true });
    const path = join(this.folder, randomBytes(16).toString('hex'));
    const measured = new Measured(this.limits);
    try {
      await pipeline(content, measured, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
      const file = measured.file();
      await keep(file, path);
      return file;
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Removes what a crash left behind so long ago that nobody is writing it any more. */
  async clear(): Promise<void> {
    for (const name of (await ifThere(readdir(this.folder))) ?? []) {
      const path = join(this.folder, name);
      const found = await ifThere(stat(path));
      if (found && found.mtimeMs < Date.now() - ABANDONED_MS) await rm(path, { force: true, recursive: true });
    }
  }
}
