/** Commands from outside go first: a long piece of work in the background pauses between its steps while one is under way. */
import type { Clock } from './ports.js';
import { Signal, until } from './signal.js';

/** Resolves when the work may go on with its next step. */
export type Pause = () => Promise<void>;

export class Precedence {
  private underWay = 0;
  private readonly none = new Signal();

  constructor(private readonly clock: Clock) {}

  /** Carries out what somebody waits for. */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      if (this.underWay === 0) this.none.raise();
    }
  }

  /**
   * The pauses of a piece of work that begins now. One lasts while commands from outside are under way, but all of them together no
   * longer than the work itself took so far: it goes on under any load, at half its pace.
   */
  pauses(): Pause {
    let resumed = this.clock.monotonic();
    let leftMs = 0;
    return async () => {
      const paused = this.clock.monotonic();
      leftMs += paused - resumed;
      await until(this.clock, this.none, leftMs, () => this.underWay === 0);
      resumed = this.clock.monotonic();
      leftMs -= resumed - paused;
    };
  }
}
