/** The loops of a node: each works until there is nothing to do, waits to be woken, tells a failure and goes on, and ends with the node. */
import { Unavailable } from './node.js';
import type { World } from './ports.js';
import { pause, Signal } from './signal.js';

export class Loops {
  private stopping = false;
  private readonly halted = new Signal();
  private readonly running: Promise<void>[] = [];

  constructor(private readonly world: Pick<World, 'clock' | 'random' | 'notice'>) {}

  /** Starts a loop. `work` answers whether there is more; `idle` is what wakes it: a signal, or a time in ms. `ended` ends it early. */
  start(what: string, work: () => Promise<boolean>, idle: Signal | number, ended: () => boolean = () => false): Promise<void> {
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
    this.halted.raise();
    await Promise.all(this.running);
  }

  private async run(what: string, work: () => Promise<boolean>, idle: Signal | number, ended: () => boolean): Promise<void> {
    const { clock, random, notice } = this.world;
    for (let failed = 0; !this.stopping && !ended();) {
      const stop = new AbortController();
      // The waits begin before the work, so that nothing raised in between is missed.
      const woken = typeof idle === 'number' ? null : idle.wait();
      const halted = this.halted.wait().then(() => stop.abort());
      try {
        const more = await work();
        failed = 0;
        if (!more && !this.stopping) await Promise.race([woken ?? clock.sleep(idle as number, stop.signal), halted]);
      } catch (error) {
        failed += 1;
        if (!(error instanceof Unavailable)) notice({ level: 'warn', what: `loop.${what}`, facts: { why: String(error), failed } });
        await pause(clock, random.bytes(1)[0]!, failed, stop.signal);
      }
    }
  }
}
