/** One thread, one seed: virtual time and seeded chance. Everything that waits, waits here, so a seed replays byte for byte. */

/** What happens later; the scheduler drops it when its owner has died. */
interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
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
    return Uint8Array.from({ length: count }, () => this.next() & 0xff);
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
    let live = true;
    this.push({ at: this.now + Math.max(0, ms), order: this.order++, run: () => live && run() });
    return () => {
      live = false;
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
    const next = this.heap[0];
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
    next.run();
  }

  private push(item: Happening): void {
    const { heap } = this;
    heap.push(item);
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!earlier(heap[at]!, heap[parent]!)) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  private pop(): Happening {
    const { heap } = this;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    heap[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && earlier(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && earlier(heap[right]!, heap[least]!)) least = right;
      if (least === at) return top;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

const earlier = (a: Happening, b: Happening): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Lets every promise that can go on do so: an immediate comes after all microtasks. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
