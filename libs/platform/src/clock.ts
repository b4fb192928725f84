/** Time on a server: the machine's clock for the domain, its monotonic one for waiting. */
import { randomInt } from 'node:crypto';
import type { Clock } from '@yrd/ledger';

/** Resolves after `ms` of real time, or at once when the signal aborts. Never rejects. */
export const sleepMs = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, ms));
    signal?.addEventListener('abort', done, { once: true });
  });

/** Between half of `ms` and all of it, so that many who fail together do not come back together. */
export const jitteredMs = (ms: number): number => Math.round(ms / 2 + randomInt(Math.max(1, Math.ceil(ms / 2))));

/** A clock whose domain time is `read()`, held where it is while the machine's clock is set back. */
export const clockOf = (read: () => number): Clock => {
  let last = Number.NEGATIVE_INFINITY;
  return {
    now: () => (last = Math.max(last, read())),
    monotonic: () => performance.now(),
    sleep: sleepMs,
  };
};

/** Real time. */
export const systemClock = (): Clock => clockOf(() => Date.now());
