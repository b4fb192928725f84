/** The loops of a node: each works until there is nothing to do, waits to be woken, tells a failure and goes on, and ends with the node. */
import { Unavailable } from './node.js';
import type { World } from './ports.js';
import { pause, Signal } from './signal.js';

export class Loops {
  private stopping = false;
  /** Ends each wait that is under way: one for a loop, gone with its round. */
  private readonly waits = new Set<AbortController>();
  private readonly running: Promise<void>[] = [];

  constructor(private readonly world: Pick<World, 'clock' | 'random' | 'notice'>) {}

  /**
   * Starts a loop. `work` answers whether there is more; `idle` is what wakes it: a signal, or a time in ms asked for
   * anew each round. `ended` ends it early.
   */
  start(what: string, work: () => Promise<boolean>, idle: Signal | (() => number), ended: () => boolean = () => false): Promise<void> {
    const running = this.run(what, work, idle, ended);
    this.running.push(running);
    return running;
  }

  /** Waits for something that ends by itself along with the loops. */
  add(work: Promise<void>): void {
    this.running.push(work);
  }

  /** Ends all loops and waits for what they are doing. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const wait of this.waits) wait.abort();
    await Promise.all(this.running);
  }

  private async run(what: string, work: () => Promise<boolean>, idle: Signal | (() => number), ended: () => boolean): Promise<void> {
    const { clock, random, notice } = this.world;
    for (let failed = 0; !this.stopping && !ended();) {
      const stop = new AbortController();
      this.waits.add(stop);
      // The wait begins before the work, so that nothing raised in between is missed.
      const woken = idle instanceof Signal ? idle.wait() : null;
      try {
        const more = await work();
        failed = 0;
        if (!more && !this.stopping) await (woken ? orAborted(woken, stop.signal) : clock.sleep((idle as () => number)(), stop.signal));
      } catch (error) {
        failed += 1;
        if (!(error instanceof Unavailable)) notice({ level: 'warn', what: `loop.${what}`, facts: { why: String(error), failed } });
        await pause(clock, random.bytes(1)[0]!, failed, stop.signal);
      } finally {
        this.waits.delete(stop);
      }
    }
  }
}

/** Waits for the promise or the abort, and leaves nothing behind on a promise that outlives it. */
const orAborted = (promise: Promise<void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    void promise.then(resolve);
  });
