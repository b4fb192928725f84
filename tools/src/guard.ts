/**
 * The guard: a small process beside the starter that outlives it. The starter tells it through a pipe what it has started; when
 * the pipe breaks without a goodbye (kill -9, a crash), the guard stops everything in order: nodes before broker before database.
 * Lines are JSON: `{"watch":{pid,rank,name}}`, `{"unwatch":pid}`, `{"run":[program,…]}` (at the end), `{"remove":folder}`, `{"bye":true}`.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { bornOf, runs } from './lock.js';
import { sleep } from './say.js';

/** A child to stop, lower ranks first. */
export interface Watched {
  readonly pid: number;
  readonly rank: number;
  readonly name: string;
}

/** How long a child may take to stop by itself before it is ended, in ms: a broker or database writes its state down first. */
export const GRACE_MS = 30_000;

/** Groups children by rank, lowest first: all of one group have stopped before the next is asked to. */
export const stopOrder = <T extends { readonly rank: number }>(children: readonly T[]): T[][] => {
  const ranks = [...new Set(children.map(({ rank }) => rank))].sort((a, b) => a - b);
  return ranks.map((rank) => children.filter((child) => child.rank === rank));
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself meanwhile.
  }
};

const stopAll = async (children: readonly (Watched & { born: string })[]): Promise<void> => {
  for (const group of stopOrder(children)) {
    const left = () => group.filter(({ pid, born }) => runs(pid, born));
    for (const { pid } of left()) signal(pid, 'SIGTERM');
    for (const end = Date.now() + GRACE_MS; left().length > 0 && Date.now() < end;) await sleep(50);
    for (const { pid } of left()) signal(pid, 'SIGKILL');
  }
};

const main = async (): Promise<void> => {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  const children = new Map<number, Watched & { born: string }>();
  const commands: string[][] = [];
  const folders: string[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line) as { watch?: Watched; unwatch?: number; run?: string[]; remove?: string; bye?: true };
    if (message.watch) children.set(message.watch.pid, { ...message.watch, born: bornOf(message.watch.pid) });
    if (message.unwatch !== undefined) children.delete(message.unwatch);
    if (message.run) commands.push(message.run);
    if (message.remove !== undefined) folders.push(message.remove);
    if (message.bye) return;
  }
  await stopAll([...children.values()]);
  for (const [program = '', ...args] of commands) spawnSync(program, args, { stdio: 'ignore' });
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
};

/** Runs the guard in this process until the starter says goodbye or dies. */
export const guard = main;
