/** How port calls and messages travel in the simulated world: how long they take, what strikes them, and who dies of it. */
import type { Delivery } from './broker.js';
import type { Side, SimulatedWorld, Strike } from './simulated-world.js';

/** A process of a province while it lives. */
export interface Process {
  alive: boolean;
  readonly ended: () => void;
}

/** As much of the world as lies between a process and what it calls. */
type Lines = Pick<SimulatedWorld, 'scheduler' | 'faults' | 'mischief' | 'cutOff' | 'trace'>;

const WRITES: ReadonlySet<string> = new Set(['insert', 'write', 'publish']);
/** How long after its caller gave up a late write still lands, ms. */
const LATE_MS = 400;

/** What port calls of a process go through, to its disk or over the bus. */
export const deliveryOf = (world: Lines, province: string, process: Process, bus = false): Delivery => {
  const { scheduler } = world;
  const longest = (): number => (bus ? world.faults.busMs : world.faults.storageMs);
  /** Calls back once so much time has passed and the line is there; never in a process that has died. */
  const takes = (maxMs: number, then: () => void): void => {
    const over = (): void => {
      // A cut line holds what is on it until it is mended; Kafka clients wait and try again.
      if (bus && process.alive && world.cutOff.has(province)) scheduler.after(200, over);
      else if (process.alive) then();
    };
    scheduler.after(1 + scheduler.chance.below(Math.max(1, maxMs)), over);
  };
  /** What strikes a port call here; of a process that dies of it nothing is heard any more. */
  const struck = (operation: string, side: Side): Strike | null => {
    world.trace = Math.imul(world.trace ^ scheduler.now ^ (operation.charCodeAt(1) << 16), 0x01000193) >>> 0;
    const strike = (process.alive && world.mischief?.strike(province, operation, side)) || null;
    if (strike === 'crash') {
      process.alive = false;
      process.ended();
    }
    return strike;
  };
  const never = new Promise<never>(() => undefined);
  return {
    // A read waits once, after it has looked: what it brings back may be old by then.
    there: (operation) =>
      WRITES.has(operation)
        ? new Promise((resolve, reject) =>
            takes(longest(), () => {
              const strike = struck(operation, 'before');
              if (strike === 'crash') return;
              if (strike === 'late') resolve((effect) => void scheduler.after(1 + scheduler.chance.below(LATE_MS), effect));
              else if (strike === 'refused' || scheduler.chance.happens(world.faults.refused))
                reject(new Error(`Simulated: ${operation} refused.`));
              else resolve();
            }),
          )
        : struck(operation, 'before') === 'crash'
          ? never
          : undefined,
    back: (operation) =>
      new Promise((resolve, reject) =>
        takes(longest() / 2, () => {
          const strike = struck(operation, 'after');
          if (strike === 'crash') return;
          const lost = strike === 'lost acknowledgement' || (WRITES.has(operation) && scheduler.chance.happens(world.faults.lostAck));
          if (lost) reject(new Error(`Simulated: the acknowledgement of ${operation} is lost.`));
          else resolve();
        }),
      ),
    arrives: (topic) =>
      new Promise((resolve) => {
        const aimed = world.mischief?.arrival(province, topic);
        const arrive = (): void => {
          if (!process.alive || struck('deliver', 'before') === 'crash') return;
          if (aimed) resolve(aimed.fate);
          else if (scheduler.chance.happens(world.faults.lost)) resolve('lost');
          else resolve(scheduler.chance.happens(world.faults.twice) ? 'twice' : 'once');
        };
        takes(longest(), () => (aimed && aimed.delayMs > 0 ? void scheduler.after(aimed.delayMs, arrive) : arrive()));
      }),
    handled: () => (struck('deliver', 'after') === 'crash' ? never : undefined),
    pause: () => new Promise((resolve) => takes(100, resolve)),
    idle: (register) => new Promise((resolve) => register(() => (process.alive ? resolve() : undefined))),
  };
};
