/** One topic of a subscription: its messages one after the other, each again until its handler resolves. */
import type { BusMessage } from '@yrd/ledger';
import { jitteredMs, sleepMs } from '../clock.js';
import { reasonOf, type KafkaOptions } from './kafka-client.js';

/** A message on its way to the handler. */
export interface Waiting {
  readonly offset: bigint;
  readonly message: BusMessage;
}

export interface LaneOptions {
  readonly topic: string;
  readonly signal: AbortSignal;
  notice: KafkaOptions['notice'];
  handle(message: BusMessage): Promise<void>;
  /** The position may pass everything before this offset. */
  passed(next: bigint): void;
  /** More waits than should: fetch no more of this topic. */
  full(): void;
  /** Little waits: fetch again. */
  low(): void;
}

const FULL = { messages: 500, bytes: 8 * 1_024 * 1_024 } as const;
const LOW = { messages: 50, bytes: 1_024 * 1_024 } as const;
const RETRY_FIRST_MS = 40;
const RETRY_MAX_MS = 5_000;

export class Lane {
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private isFull = false;
  private working: Promise<void> | null = null;
  /** Ends what the last assignment brought: it comes again from the committed position. */
  private turn = new AbortController();

  constructor(private readonly options: LaneOptions) {}

  take(messages: readonly Waiting[]): void {
    for (const each of messages) {
      this.waiting.push(each);
      this.waitingBytes += each.message.value.length;
    }
    if (!this.isFull && (this.waiting.length > FULL.messages || this.waitingBytes > FULL.bytes)) {
      this.isFull = true;
      this.options.full();
    }
    this.working ??= this.work();
  }

  /** Forgets what waits; a handler that runs is let finish, but its message will come again. */
  forget(): void {
    this.turn.abort();
    this.turn = new AbortController();
    this.waiting = [];
    this.waitingBytes = 0;
    if (this.isFull) this.options.low();
    this.isFull = false;
  }

  /** Resolves when no handler runs. */
  async idle(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    for (let next = this.waiting[0]; next && !this.options.signal.aborted; next = this.waiting[0]) {
      const turn = this.turn.signal;
      if ((await this.handled(next, turn)) && !turn.aborted) this.pass(next);
    }
    this.working = null;
  }

  private pass({ offset, message }: Waiting): void {
    this.waiting.shift();
    this.waitingBytes -= message.value.length;
    this.options.passed(offset + 1n);
    if (this.isFull && this.waiting.length < LOW.messages && this.waitingBytes < LOW.bytes) {
      this.isFull = false;
      this.options.low();
    }
  }

  /** Whether the handler has resolved; false when the message is no longer this lane's to hand out. */
  private async handled({ offset, message }: Waiting, turn: AbortSignal): Promise<boolean> {
    const { signal } = this.options;
    for (let tries = 1; !signal.aborted && !turn.aborted; tries += 1) {
      try {
        await this.options.handle(message);
        return true;
      } catch (error) {
        const retryMs = jitteredMs(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** tries));
        const facts = { topic: this.options.topic, offset: Number(offset), tries, retryMs, why: reasonOf(error) };
        this.options.notice({ level: 'warn', what: 'bus.redelivery', facts });
        await sleepMs(retryMs, AbortSignal.any([signal, turn]));
      }
    }
    return false;
  }
}
