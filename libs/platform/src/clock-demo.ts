/**
 * The demo clock: domain time = real time + an offset that all nodes share through one MongoDB document. It is moved
 * forward and never back, survives restarts, and is refused in production.
 */
import type { Connection } from 'mongoose';
import type { Clock } from '@yrd/ledger';
import { clockOf, jitteredMs, sleepMs } from './clock.js';
import { connectMongo, type MongoOptions } from './mongo/mongo-connection.js';

export interface DemoClockOptions extends Omit<MongoOptions, 'database'> {
  /** `yrd_dev` unless a test takes another. */
  readonly database?: string;
  /** Whose node this is: other nodes wait for its province to have taken a new time. */
  readonly province: string;
  /** The value of NODE_ENV. */
  readonly environment: string | undefined;
}

/** Where to: a domain time, or a step. */
export type Forward = { readonly toMs: number } | { readonly byMs: number };

export interface DemoClock extends Clock {
  /**
   * Moves the clock of all nodes and resolves with the new domain time once this node and the others that are alive have
   * taken it, at most 2 s later. Rejects when that would be backwards or past the year 9999.
   */
  forward(to: Forward): Promise<number>;
  close(): Promise<void>;
}

/** `offset` is shared; `seen/31` says which offset a node has taken, and when (real ms) it last said so. */
interface ClockDocument {
  readonly _id: string;
  readonly offsetMs: number;
  readonly at?: number;
}

const POLL_MS = 100;
/** A node that said nothing for so long is not waited for. */
const ALIVE_MS = 1_500;
const SAY_MS = 500;
const FORWARD_WAIT_MS = 2_000;
const LATEST_MS = Date.UTC(9999, 11, 31);
const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;

const refuseTarget = (to: Forward, now: number): void => {
  const target = 'toMs' in to ? to.toMs : now + to.byMs;
  if (!Number.isSafeInteger(target) || target > LATEST_MS)
    throw new RangeError('the demo clock takes whole milliseconds up to the year 9999');
  if (target < now) throw new RangeError(`the demo clock never goes back: it shows ${new Date(now).toISOString()}, name a later time`);
};

class SharedOffset {
  private offsetMs = 0;
  private saidAt = Number.NEGATIVE_INFINITY;
  private readonly closing = new AbortController();
  private polling: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: Connection,
    private readonly options: DemoClockOptions,
  ) {}

  get ms(): number {
    return this.offsetMs;
  }

  private get documents() {
    return this.connection
      .getClient()
      .db(this.options.database ?? 'yrd_dev')
      .collection<ClockDocument>('clock');
  }

  /** Reads the shared offset and tells the others that this node has it. */
  async take(): Promise<void> {
    const shared = await this.documents.findOne({ _id: 'offset' }, { readConcern: { level: 'majority' } });
    const moved = (shared?.offsetMs ?? 0) > this.offsetMs;
    if (moved) this.offsetMs = shared?.offsetMs ?? 0;
    if (!moved && performance.now() - this.saidAt < SAY_MS) return;
    const seen = { offsetMs: this.offsetMs, at: Date.now() };
    await this.documents.updateOne({ _id: `seen/${this.options.province}` }, { $set: seen }, { upsert: true });
    this.saidAt = performance.now();
  }

  startPolling(): void {
    this.polling = this.poll();
  }

  private async poll(): Promise<void> {
    const { signal } = this.closing;
    let failures = 0;
    while (!signal.aborted) {
      await sleepMs(failures === 0 ? POLL_MS : jitteredMs(Math.min(5_000, POLL_MS * 2 ** failures)), signal);
      try {
        await this.take();
        failures = 0;
      } catch (error) {
        failures += 1;
        const why = error instanceof Error ? error.message : String(error);
        if (failures === 1 && !signal.aborted) this.options.notice({ level: 'warn', what: 'clock.unreachable', facts: { why } });
      }
    }
  }

  async move(to: Forward): Promise<void> {
    // $max and $inc of a positive step keep it from going back, whoever else moves it at the same time.
    const change = 'toMs' in to ? { $max: { offsetMs: to.toMs - Date.now() } } : { $inc: { offsetMs: to.byMs } };
    await this.documents.updateOne({ _id: 'offset' }, change, { upsert: true, ...DURABLE });
    await this.take();
    await this.othersTake(this.offsetMs);
  }

  private async othersTake(offsetMs: number): Promise<void> {
    const deadline = performance.now() + FORWARD_WAIT_MS;
    const behind = { _id: { $regex: '^seen/' }, offsetMs: { $lt: offsetMs }, at: { $gt: Date.now() - ALIVE_MS } };
    while ((await this.documents.countDocuments(behind)) > 0 && performance.now() < deadline) await sleepMs(POLL_MS / 2);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.polling;
    await this.documents.deleteOne({ _id: `seen/${this.options.province}` }).catch(() => undefined);
    await this.connection.close();
  }
}

/** Opens the shared clock; waits for MongoDB like everything else. Throws in production, where time is not ours to move. */
export const demoClock = async (o: DemoClockOptions): Promise<DemoClock> => {
  if (o.environment === 'production')
    throw new Error('the demo clock is refused in production: leave YRD_CLOCK out or set NODE_ENV otherwise');
  const connection = await connectMongo({ ...o, database: o.database ?? 'yrd_dev' });
  const offset = new SharedOffset(connection, o);
  await offset.take();
  offset.startPolling();
  const clock = clockOf(() => Date.now() + offset.ms);
  return {
    ...clock,
    async forward(to) {
      refuseTarget(to, clock.now());
      await offset.move(to);
      return clock.now();
    },
    close: () => offset.close(),
  };
};
