/** The loops of a node: each works until there is nothing to do, waits to be woken, tells a failure and goes on, and ends with the node. */
import { Unavailable } from './node.js';
import type { World } from './ports.js';
import { pause, Signal } from './signal.js';

export class Loops {
  private stopping = false;
  /** Ends each wait that is under way: one for a loop, gone with its round. */
  private readonly waits = new Set<() => void>();
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
    for (const over of this.waits) over();
    await Promise.all(this.running);
  }

  private async run(what: string, work: () => Promise<boolean>, idle: Signal | (() => number), ended: () => boolean): Promise<void> {
    const { clock, random, notice } = this.world;
    for (let failed = 0; !this.stopping && !ended();) {
      // The wait begins before the work, so that nothing raised in between is missed.
      const woken = idle instanceof Signal ? idle.wait() : null;
      try {
        const more = await work();
        failed = 0;
        if (!more && !this.stopping) await this.waiting((stop) => woken ?? clock.sleep((idle as () => number)(), stop()));
      } catch (error) {
        failed += 1;
        if (!(error instanceof Unavailable)) notice({ level: 'warn', what: `loop.${what}`, facts: { why: String(error), failed } });
        await this.waiting((stop) => pause(clock, random.bytes(1)[0]!, failed, stop()));
      }
    }
  }

  /** Waits for what is begun here or for the end of the loops, and leaves nothing behind on a promise that outlives it. */
  private async waiting(begin: (stop: () => AbortSignal) => Promise<void>): Promise<void> {
    if (this.stopping) return;
    let controller: AbortController | null = null;
    let over: () => void = () => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        over = () => (controller?.abort(), resolve());
        this.waits.add(over);
        // Only a sleep needs to be told: a signal costs more than most of what loops do.
        begin(() => (controller = new AbortController()).signal).then(resolve, reject);
      });
    } finally {
      this.waits.delete(over);
    }
  }
}
