/**
 * Papers of orders, outside the ledger: a file is put as a stream and got as one, and its name is its SHA-256. The same file twice is one
 * file, so an upload that broke off is simply sent again, and one that was damaged is mended by it.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Arrivals, ifThere, type FileLimits, type StoredFile } from './arrivals.js';

/** Where files are kept. */
export interface FileStore {
  /**
   * Keeps the file, durable, and says what it is. `noted` is told before it is kept; when it fails, nothing is.
   * @throws FileRefused, and whatever its stream, `noted` or the store failed by; then nothing is kept.
   */
  put(content: Readable, noted?: (file: StoredFile) => Promise<void>): Promise<StoredFile>;
  /** The bytes of a file by its hash, as they are stored; null when there is none. */
  get(hash: string): Promise<Readable | null>;
  /** Forgets a file; one that is not there is forgotten already. */
  remove(hash: string): Promise<void>;
  /** Removes what uploads left behind that a crash ended. */
  clear(): Promise<void>;
}

const HASH = /^[0-9a-f]{64}$/;
/** Whether it can be the name of a file: nothing else becomes part of a path or an address. */
export const isHash = (name: string): boolean => HASH.test(name);

/** A name in a folder survives the loss of power only once the folder itself is on disk. */
const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

/** Files below a folder, by the first two digits of their hash; what is not complete yet lies beside them. */
export class FolderFiles implements FileStore {
  private readonly arrivals: Arrivals;
  constructor(
    private readonly folder: string,
    limits: FileLimits,
  ) {
    this.arrivals = new Arrivals(join(folder, 'arriving'), limits);
  }

  put(content: Readable, noted?: (file: StoredFile) => Promise<void>): Promise<StoredFile> {
    return this.arrivals.take(content, async (file, path) => {
      await noted?.(file);
      const shelf = join(this.folder, file.hash.slice(0, 2));
      const isNew = (await mkdir(shelf, { recursive: true })) !== undefined;
      // In one step, so that nobody reads half a file; over the same file it changes nothing.
      await rename(path, join(shelf, file.hash));
      await syncFolder(shelf);
      if (isNew) await syncFolder(this.folder);
    });
  }

  async get(hash: string): Promise<Readable | null> {
    const path = this.path(hash);
    return path !== null && (await ifThere(stat(path))) ? createReadStream(path) : null;
  }

  async remove(hash: string): Promise<void> {
    const path = this.path(hash);
    if (path !== null) await rm(path, { force: true });
  }

  clear(): Promise<void> {
    return this.arrivals.clear();
  }

  private path(hash: string): string | null {
    return isHash(hash) ? join(this.folder, hash.slice(0, 2), hash) : null;
  }
}
