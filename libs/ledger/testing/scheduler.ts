/** One thread, one seed: virtual time and seeded chance. Everything that waits, waits here, so a seed replays byte for byte. */

import { room } from '../src/bytes.js';

/** What happens later, unless it is called off before. */
interface Happening {
  readonly at: number;
  readonly order: number;
  run: (() => void) | null;
}

/** Seeded numbers (sfc32): small, fast, good enough for choosing, and the same everywhere. */
export class Chance {
  private a: number;
  private b = 0x9e3779b9;
  private c = 0x243f6a88;
  private d = 1;

  constructor(seed: number) {
    this.a = seed | 0;
    for (let round = 0; round < 12; round++) this.next();
  }

  /** A whole number in [0, 2^32). */
  next(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    this.c |= 0;
    return t >>> 0;
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return this.next() % below;
  }

  /** True in this share of cases. */
  happens(share: number): boolean {
    return this.next() < share * 2 ** 32;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  bytes(count: number): Uint8Array {
    const bytes = room(count);
    for (let at = 0; at < count; at++) bytes[at] = this.next() & 0xff;
    return bytes;
  }
}

export class Scheduler {
  readonly chance: Chance;
  private readonly heap: Happening[] = [];
  private order = 0;
  /** Virtual ms since the world began. */
  now = 0;

  constructor(
    readonly seed: number,
    /** Lets every promise that can go on do so, at once: much cheaper than a turn of the event loop. */
    private readonly drain?: () => void,
  ) {
    this.chance = new Chance(seed);
  }

  /** Runs something `ms` from now. Returns how to call it off. */
  after(ms: number, run: () => void): () => void {
    const happening: Happening = { at: this.now + Math.max(0, ms), order: this.order++, run };
    this.push(happening);
    return () => {
      happening.run = null;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Lets the world go on until the condition holds; false when `limitMs` of virtual time passed first. */
  async until(condition: () => boolean, limitMs = 60_000): Promise<boolean> {
    const deadline = this.now + limitMs;
    const { drain } = this;
    // Only a turn of the event loop of our own can drain what waits: within one of theirs it does nothing.
    if (drain) {
      return new Promise((resolve, reject) => {
        setImmediate(() => {
          try {
            for (let found: boolean | null = null; ; found = this.next(condition, deadline)) {
              if (found !== null) return resolve(found);
              drain();
            }
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
    }
    for (;;) {
      await settle();
      const found = this.next(condition, deadline);
      if (found !== null) return found;
    }
  }

  /** One step towards the condition: whether it holds, or null when something happened and has to be seen through first. */
  private next(condition: () => boolean, deadline: number): boolean | null {
    if (condition()) return true;
    // What was called off happens without notice.
    while (this.heap[0]?.run === null) this.pop();
    const [next] = this.heap;
    if (!next || next.at > deadline) {
      this.now = deadline;
      return condition();
    }
    this.step();
    return null;
  }

  /** Lets this much virtual time pass. */
  async pass(ms: number): Promise<void> {
    await this.until(() => false, ms);
  }

  /** Lets the world go on until the promise settles. Throws when the virtual time limit passes first. */
  async resolve<T>(promise: Promise<T>, limitMs = 60_000): Promise<T> {
    let settled = false;
    const watched = promise.finally(() => {
      settled = true;
    });
    watched.catch(() => undefined);
    if (!(await this.until(() => settled, limitMs)))
      throw new Error(`Nothing came of it within ${limitMs} ms of virtual time (seed ${this.seed}).`);
    return watched;
  }

  private step(): void {
    const next = this.pop();
    this.now = Math.max(this.now, next.at);
    next.run?.();
  }

  private push(item: Happening): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (!earlier(item, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = item;
  }

  private pop(): Happening {
    const { heap } = this;
    const top = heap[0]!;
    const last = heap.pop()!;
    const { length } = heap;
    if (length === 0) return top;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && earlier(heap[child + 1]!, heap[child]!)) child += 1;
      if (!earlier(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

const earlier = (a: Happening, b: Happening): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Lets every promise that can go on do so: an immediate comes after all microtasks. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
