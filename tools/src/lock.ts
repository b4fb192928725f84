/** The lock of a data folder: at most one starter works on it; a lock whose owner is gone is taken over. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, say, sleep } from './say.js';

/** Who holds a data folder: the starter, and the guard that stops its children should the starter die. */
export interface Holder {
  readonly pid: number;
  readonly born: string;
  readonly guard?: number;
  readonly guardBorn?: string;
}

const GUARD_WAIT_MS = 60_000; // A guard stops nodes, broker and database one after the other; each has its own limit.

/** When a process began, in the kernel's ticks: tells a process from a later one with the same number. '' where that cannot be read. */
export const bornOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
};

/** True while this very process (number and birth) runs; a dead one that nobody has collected yet counts as gone. */
export const runs = (pid: number, born: string): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return false;
  } catch {
    return true;
  }
  return born === '' || bornOf(pid) === born;
};

const parseHolder = (text: string): Holder | undefined => {
  try {
    const holder: unknown = JSON.parse(text);
    if (typeof holder === 'object' && holder !== null && 'pid' in holder && typeof holder.pid === 'number') return holder as Holder;
  } catch {
    // A lock cut off by a full disk or a power cut names nobody and is taken over.
  }
  return undefined;
};

const read = (file: string): Holder | undefined => {
  try {
    return parseHolder(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

/** A lock in hand. */
export interface Lock {
  /** Adds the guard's process to the lock, so that the next start waits for it. */
  guardedBy(pid: number): void;
  release(): void;
}

/** Takes the lock of `home`. Throws a Fault when a second instance runs; waits for a guard that still stops the last one's children. */
export const takeLock = async (home: string): Promise<Lock> => {
  const file = join(home, 'lock.json');
  const me: Holder = { pid: process.pid, born: bornOf(process.pid) };
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(me), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 3) throw error;
    }
    const holder = read(file);
    if (holder && runs(holder.pid, holder.born)) {
      throw new Fault(
        `A second instance is running on ${home} (process ${holder.pid}): stop it with Ctrl-C or \`kill ${holder.pid}\` first.`,
      );
    }
    if (holder?.guard !== undefined) await waitForGuard(holder.guard, holder.guardBorn ?? '');
    rmSync(file, { force: true });
  }
  return {
    guardedBy: (pid) => writeFileSync(file, JSON.stringify({ ...me, guard: pid, guardBorn: bornOf(pid) })),
    release: () => rmSync(file, { force: true }),
  };
};

const waitForGuard = async (guard: number, born: string): Promise<void> => {
  if (!runs(guard, born)) return;
  say('  … the last run was ended hard; waiting until its servers have stopped cleanly');
  for (const end = Date.now() + GUARD_WAIT_MS; Date.now() < end; await sleep(200)) if (!runs(guard, born)) return;
  throw new Fault(`Servers of an earlier run are still stopping (process ${guard}): try again in a minute.`);
};
