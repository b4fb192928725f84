/**
 * Entries as Nest events: handlers marked `@EventPattern('voucher.order-placed.v1')` get the verified, ordered and
 * deduplicated entries that a ledger node follows. An entry counts as handled only when all its handlers have succeeded.
 */
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Context, Entry, LedgerNode, Subscription } from '@yrd/ledger';

export interface LedgerTransportOptions {
  readonly node: Pick<LedgerNode, 'follow'>;
  readonly context: Pick<Context, 'name' | 'entryTypes'>;
  /** Under this name the node remembers how far the handlers came. */
  readonly follower?: string;
}

/** Custom transport strategy of `@nestjs/microservices`; its only way in is `LedgerNode.follow`. */
export class LedgerTransport extends Server implements CustomTransportStrategy {
  // Nest's own servers log a failing handler and go on; here a failure must reach the node, which brings the entry again.
  override readonly propagatesEventHandlerErrors = true;
  private readonly handlers = new Map<string, MessageHandler[]>();
  private subscription: Subscription | null = null;

  constructor(private readonly options: LedgerTransportOptions) {
    super();
  }

  // The base class chains handlers of one pattern with forkJoin, which gives up the others as soon as one completes empty.
  override addHandler(pattern: unknown, handler: MessageHandler, isEventHandler = false): void {
    if (!isEventHandler || typeof pattern !== 'string') return;
    this.handlers.set(pattern, [...(this.handlers.get(pattern) ?? []), handler]);
  }

  listen(callback: (error?: unknown) => void): void {
    const { node, context, follower } = this.options;
    // Who handles nothing follows nothing.
    if (this.handlers.size === 0) return callback();
    node
      .follow(follower ?? `nest/${context.name}`, (entry) => this.deliver(entry))
      .then((subscription) => {
        this.subscription = subscription;
        callback();
      }, callback);
  }

  async close(): Promise<void> {
    await this.subscription?.close();
    this.subscription = null;
  }

  override on(event: string): never {
    throw new Error(`a ledger transport has no event "${event}" to listen to`);
  }

  override unwrap<T>(): T {
    throw new Error('a ledger transport has no driver of its own to unwrap: use the LedgerNode');
  }

  /** Runs the handlers of one entry; rejects when one of them fails. An entry nobody handles passes. */
  private async deliver(entry: Entry): Promise<void> {
    const pattern = this.options.context.entryTypes[entry.type]?.type;
    for (const handler of pattern === undefined ? [] : (this.handlers.get(pattern) ?? [])) {
      const result: unknown = await handler(entry, { pattern });
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    }
  }
}
