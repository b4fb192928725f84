/** The live feed: the node's status once a second to everybody who listens, as server-sent events. */
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { NodeFacts } from '../node-facts.js';
import { Problem, retryAfter } from './problem.js';
import { beginEvents, type Response } from './request.js';

const intervalMs = 1_000;
/** What may wait for a slow listener before he is let go, bytes. */
const backlogMax = 262_144;

@Injectable()
export class LiveFeed implements BeforeApplicationShutdown {
  private readonly listeners = new Set<Response>();
  private timer: NodeJS.Timeout | null = null;
  private count = 0;

  constructor(private readonly facts: NodeFacts) {}

  /** Adds a listener until he leaves. @throws Problem E-BUSY when there are enough. */
  listen(response: Response): void {
    if (this.listeners.size >= this.facts.config.limits.liveClients) throw new Problem('E-BUSY', { headers: retryAfter(10_000) });
    beginEvents(response);
    response.write(`retry: 3000\n${this.event()}`);
    this.listeners.add(response);
    response.once('close', () => this.leave(response));
    this.timer ??= setInterval(() => this.tell(), intervalMs);
  }

  beforeApplicationShutdown(): void {
    for (const response of [...this.listeners]) {
      this.leave(response);
      response.end();
    }
  }

  private leave(response: Response): void {
    this.listeners.delete(response);
    if (this.listeners.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  private event(): string {
    this.count += 1;
    return `event: status\nid: ${this.count}\ndata: ${JSON.stringify(this.facts.status())}\n\n`;
  }

  private tell(): void {
    const event = this.event();
    for (const response of this.listeners) {
      if (response.writableLength > backlogMax) response.destroy();
      else response.write(event);
    }
  }
}
