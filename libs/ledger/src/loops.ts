/** The loops of a node: each works until there is nothing to do, waits to be woken, tells a failure and goes on, and ends with the node. */
import type { World } from './ports.js';
import { Unavailable } from './rejection.js';
import { pause, type Waitable } from './signal.js';

export class Loops {
  private stopping = false;
  /** Ends each sleep that is under way. */
  private readonly over = new AbortController();
  /** Ends each wait for a signal that is under way: one for a loop, gone with its round. */
  private readonly waits = new Set<() => void>();
  private readonly running: Promise<void>[] = [];

  constructor(private readonly world: Pick<World, 'clock' | 'random' | 'notice'>) {}

  /**
   * Starts a loop. `work` answers whether there is more; `idle` is what wakes it: a signal or its like, or a time in ms asked for
   * anew each round. `ended` ends it early.
   */
  start(what: string, work: () => Promise<boolean>, idle: Waitable | (() => number), ended: () => boolean = () => false): Promise<void> {
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
    this.over.abort();
    for (const over of this.waits) over();
    await Promise.all(this.running);
  }

  private async run(what: string, work: () => Promise<boolean>, idle: Waitable | (() => number), ended: () => boolean): Promise<void> {
    const { clock, random, notice } = this.world;
    for (let failed = 0; !this.stopping && !ended();) {
      // The wait begins before the work, so that nothing raised in between is missed.
      const woken = typeof idle === 'function' ? null : idle.wait();
      try {
        const more = await work();
        failed = 0;
        if (!more && !this.stopping) await (woken ? this.until(woken) : clock.sleep((idle as () => number)(), this.over.signal));
      } catch (error) {
        failed += 1;
        if (!(error instanceof Unavailable)) notice({ level: 'warn', what: `loop.${what}`, facts: { why: String(error), failed } });
        await pause(clock, random.bytes(1)[0]!, failed, this.over.signal);
      }
    }
  }

  /** Waits to be woken or for the end of the loops, and leaves nothing behind on a signal that outlives it. */
  private until(woken: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        this.waits.delete(over);
        resolve();
      };
      this.waits.add(over);
      void woken.then(over);
    });
  }
}
