/** The simulated brokers: topics, group positions, and readers that lose, double, delay and swap what they are told to. */
import type { Bus, BusMessage, SubscribeOptions, Subscription } from '../src/index.js';
import type { Path } from './memory.js';

interface Topic {
  /** Offset of the first retained message. */
  start: number;
  messages: BusMessage[];
}

/** The brokers: topics and group positions. Survives the processes that use them. */
export class Broker {
  readonly topics = new Map<string, Topic>();
  readonly positions = new Map<string, number>();
  private readonly listeners = new Map<string, Set<() => void>>();

  topic(name: string): Topic {
    const found = this.topics.get(name) ?? { start: 0, messages: [] };
    this.topics.set(name, found);
    return found;
  }

  /** Deletes and recreates a topic: offsets begin again, and groups stand beyond the end. */
  recreate(name: string): void {
    this.topics.set(name, { start: 0, messages: [] });
  }

  /** Drops all retained messages, as a retention limit would. */
  truncate(name: string): void {
    const topic = this.topic(name);
    topic.start += topic.messages.length;
    topic.messages = [];
  }

  append(message: BusMessage): void {
    this.topic(message.topic).messages.push(message);
    this.wake(message.topic);
  }

  /** Forgets the last messages, as a broker does that takes over without having had them: their offsets are given again. */
  rewind(name: string, count: number): void {
    const { messages } = this.topic(name);
    messages.length = Math.max(0, messages.length - count);
    this.wake(name);
  }

  private wake(topic: string): void {
    for (const listener of [...(this.listeners.get(topic) ?? [])]) listener();
  }

  onAppend(topic: string, listener: () => void): () => void {
    const listeners = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, listeners.add(listener));
    return () => void listeners.delete(listener);
  }
}

/** What becomes of a message on its way to a subscriber; `after the next`: the one behind it overtakes it. */
export type Fate = 'once' | 'twice' | 'lost' | 'after the next';

/** How messages reach a subscriber: after how long, and with which fate. */
export interface Delivery extends Path {
  arrives(topic: string): Promise<Fate>;
  /** The handler is done; the position does not say so yet. */
  handled(): Promise<void> | undefined;
  pause(): Promise<void>;
  /** Resolves when `wake` is called. */
  idle(register: (wake: () => void) => void): Promise<void>;
}

export const memoryBus = (broker: Broker, path: Delivery): Bus => ({
  ensure: async (topics) => {
    await path.there('ensure');
    for (const topic of topics) broker.topic(topic);
    await path.back('ensure');
  },
  publish: async (topic, value, headers = {}) => {
    const append = (): void => broker.append({ topic, value: value.slice(), headers: { ...headers } });
    const late = await path.there('publish');
    if (late) {
      late(append);
      throw new Error('Simulated: no answer to publish came in time.');
    }
    append();
    await path.back('publish');
  },
  last: async (topic) => {
    await path.there('newest');
    const found = broker.topic(topic).messages.at(-1) ?? null;
    await path.back('newest');
    return found;
  },
  subscribe: async (options, handle) => {
    await path.there('subscribe');
    const readers = options.topics.map((topic) => new Reader(broker, path, options, topic, handle));
    await path.back('subscribe');
    return { close: async () => void (await Promise.all(readers.map((reader) => reader.close()))) };
  },
});

class Reader implements Subscription {
  private open = true;
  private wake: () => void = () => undefined;
  private readonly done: Promise<void>;
  private readonly key: string;

  constructor(
    private readonly broker: Broker,
    private readonly path: Delivery,
    options: SubscribeOptions,
    private readonly topic: string,
    private readonly handle: (message: BusMessage) => Promise<void>,
  ) {
    this.key = `${options.group}|${topic}`;
    const { start, messages } = broker.topic(topic);
    if (!broker.positions.has(this.key)) broker.positions.set(this.key, options.from === 'earliest' ? start : start + messages.length);
    this.done = this.run();
  }

  close(): Promise<void> {
    this.open = false;
    this.wake();
    return this.done;
  }

  private next(): { readonly message: BusMessage; readonly position: number } | null {
    const { start, messages } = this.broker.topic(this.topic);
    const position = this.broker.positions.get(this.key)!;
    // Out of range: Kafka's reset goes to the earliest message that is left.
    const at = position < start || position > start + messages.length ? start : position;
    const message = messages[at - start];
    return message ? { message, position: at } : null;
  }

  private async run(): Promise<void> {
    while (this.open) {
      const next = this.next();
      if (!next) {
        const off: { call: () => void } = { call: () => undefined };
        await this.path.idle((wake) => {
          this.wake = wake;
          off.call = this.broker.onAppend(this.topic, wake);
        });
        off.call();
        continue;
      }
      const fate = await this.path.arrives(this.topic);
      if (!this.open) return;
      try {
        const { start, messages } = this.broker.topic(this.topic);
        const overtaking = fate === 'after the next' ? messages[next.position + 1 - start] : undefined;
        if (overtaking) await this.handle(overtaking);
        if (fate !== 'lost') await this.handle(next.message);
        if (fate === 'twice') await this.handle(next.message);
        await this.path.handled();
        this.broker.positions.set(this.key, next.position + 1);
      } catch {
        await this.path.pause();
      }
    }
  }
}
