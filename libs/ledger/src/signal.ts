/** Small tools for waiting: a wake-up that loops wait on, and time limits. Deterministic: promises and the clock port only. */
import type { Clock } from './ports.js';

/** What a loop waits for. */
export interface Waitable {
  wait(): Promise<void>;
}

const ALWAYS = (): boolean => true;

/** A wake-up: `raise` resolves every `wait` that was pending, here and at the signal of the whole that this one is a part of. */
export class Signal implements Waitable {
  private waiting: { readonly wake: () => void; readonly concerns: () => boolean }[] = [];

  constructor(private readonly whole: Signal | null = null) {}

  /** `concerns` says at each raise whether it is news to who waits: who has nothing to do sleeps on, which costs nothing. */
  wait(concerns = ALWAYS): Promise<void> {
    return new Promise((wake) => this.waiting.push({ wake, concerns }));
  }

  raise(): void {
    const before = this.waiting;
    this.waiting = [];
    for (const each of before) {
      if (each.concerns()) each.wake();
      else this.waiting.push(each);
    }
    this.whole?.raise();
  }
}

/** Waits until all have ended, so that nothing of them still runs; then throws what the first that failed threw. */
export const allEnded = async <T>(all: Iterable<Promise<T>>): Promise<readonly T[]> =>
  (await Promise.allSettled(all)).map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });

/** Waits for the promise at most `ms`; `late` in its place when the time is over. The timer is stopped either way. */
export const within = async <T, L>(clock: Clock, ms: number, promise: Promise<T>, late: L): Promise<T | L> => {
  const stop = new AbortController();
  try {
    return await Promise.race([promise, clock.sleep(ms, stop.signal).then(() => late)]);
  } finally {
    stop.abort();
  }
};

/** Waits until the condition holds, looking again at each raise; false when the time is over. */
export const until = async (clock: Clock, signal: Signal, ms: number, condition: () => boolean): Promise<boolean> => {
  const deadline = clock.monotonic() + ms;
  while (!condition()) {
    const left = deadline - clock.monotonic();
    if (left <= 0) return false;
    await within(clock, left, signal.wait(), undefined);
  }
  return true;
};

/** A pause before try number `attempt` (from 1): doubling from 20 ms to 2 s, with jitter, so that four nodes do not knock together. */
export const pause = (clock: Clock, randomByte: number, attempt: number, signal?: AbortSignal): Promise<void> =>
  clock.sleep(Math.min(2_000, 20 * 2 ** Math.min(attempt - 1, 7)) * (0.5 + randomByte / 512), signal);
