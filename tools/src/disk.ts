/** A small disk for servers that are to meet a full one: a file system of its own in memory, mounted over their data folder. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Processes } from './processes.js';

/** Room for servers under load for some minutes, and for what fills it up. */
const DISK_BYTES = 2 * 2 ** 30;
const CHUNKS = [16 * 2 ** 20, 2 ** 16, 2 ** 12] as const;

export interface SmallDisk {
  /** Leaves no room at all. */
  fill(): void;
  /** Gives the room back. */
  free(): void;
}

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOSPC';

const writeUntilFull = (file: string): void => {
  const into = openSync(file, 'a');
  try {
    for (const bytes of CHUNKS) {
      const chunk = Buffer.alloc(bytes);
      for (let more = true; more;) {
        try {
          more = writeSync(into, chunk) > 0;
        } catch (error) {
          if (!isFull(error)) throw error;
          more = false;
        }
      }
    }
  } finally {
    closeSync(into);
  }
};

/** Mounts the disk over a folder; undefined where this machine does not permit that. `processes` unmounts it at the end. */
export const smallDisk = (folder: string, processes: Processes): SmallDisk | undefined => {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'none', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  processes.atEnd(['umount', folder]);
  const ballast = join(folder, 'ballast');
  return { fill: () => writeUntilFull(ballast), free: () => rmSync(ballast, { force: true }) };
};
