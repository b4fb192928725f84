/** What the ledger expects of topics while nothing breaks; what it does when something breaks, its own tests show. */
import type { BusMessage } from '../src/ports.js';
import type { Subject } from './contract.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (message: BusMessage | null): string => (message ? new TextDecoder().decode(message.value) : 'nothing');
const earliest = 'earliest' as const;

const topicsContract = ({ describe, test, expect, world, fresh, until }: Subject): void => {
  describe('topics', () => {
    test('the last message is the newest one, and null where none was', async () => {
      const { bus } = world();
      const topic = fresh('yrd.31.witness');
      await bus.ensure([topic]);
      expect(await bus.last(topic)).toBe(null);
      await bus.publish(topic, utf8('one'));
      expect(text(await bus.last(topic))).toBe('one');
      await bus.publish(topic, utf8('two'), { size: '2' });
      expect(await bus.last(topic)).toEqual({ topic, value: utf8('two'), headers: { size: '2' } });
    });

    test('a topic that is there is not made again, and keeps what it holds', async () => {
      const { bus } = world();
      const [topic, other] = [fresh('yrd.31.sync'), fresh('yrd.31.heal')];
      await bus.ensure([topic]);
      await bus.publish(topic, utf8('one'));
      await bus.ensure([topic, other]);
      await Promise.all([bus.ensure([topic, other]), bus.ensure([other])]);
      expect(text(await bus.last(topic))).toBe('one');
    });

    test('messages arrive in order, byte for byte, with their headers', async () => {
      const { bus } = world();
      const topic = fresh('yrd.31.voucher.journal');
      const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const seen: BusMessage[] = [];
      await bus.ensure([topic]);
      await bus.publish(topic, everyByte, { trace: '4bf9', note: '甲' });
      for (const each of ['b', 'c', 'd']) await bus.publish(topic, utf8(each));
      const subscription = await bus.subscribe({ topics: [topic], group: fresh('reader'), from: earliest }, async (message) => {
        seen.push(message);
      });
      await until(() => seen.length >= 4);
      await subscription.close();
      expect(seen[0]).toEqual({ topic, value: everyByte, headers: { trace: '4bf9', note: '甲' } });
      expect(seen.slice(1).map(text)).toEqual(['b', 'c', 'd']);
      expect(seen[1]?.headers).toEqual({});
    });

    test('a block of 600 kB passes', async () => {
      const { bus } = world();
      const topic = fresh('yrd.31.voucher.journal');
      await bus.ensure([topic]);
      await bus.publish(topic, new Uint8Array(600_000).fill(7));
      expect((await bus.last(topic))?.value.length).toBe(600_000);
    });
  });
};

const positionsContract = ({ describe, test, expect, world, fresh, until }: Subject): void => {
  describe('positions in topics', () => {
    const filled = async (...values: readonly string[]): Promise<string> => {
      const topic = fresh('yrd.32.voucher.journal');
      await world().bus.ensure([topic]);
      for (const each of values) await world().bus.publish(topic, utf8(each));
      return topic;
    };

    test('a group goes on where it stopped; another group sees everything', async () => {
      const { bus } = world();
      const topic = await filled('a', 'b');
      const group = fresh('voucher-32');
      const read = async (as: string, upTo: string): Promise<string> => {
        const seen: string[] = [];
        const subscription = await bus.subscribe({ topics: [topic], group: as, from: earliest }, async (message) => {
          seen.push(text(message));
        });
        await until(() => seen.includes(upTo));
        await subscription.close();
        return seen.join('');
      };
      expect(await read(group, 'b')).toBe('ab');
      await bus.publish(topic, utf8('c'));
      expect(await read(group, 'c')).toBe('c');
      expect(await read(fresh('voucher-33'), 'c')).toBe('abc');
    });

    test('a message whose handler fails comes again, before any later one', async () => {
      const { bus } = world();
      const topic = await filled('a', 'b', 'c');
      const seen: string[] = [];
      const subscription = await bus.subscribe({ topics: [topic], group: fresh('voucher-32'), from: earliest }, async (message) => {
        seen.push(text(message));
        if (text(message) === 'b' && seen.filter((each) => each === 'b').length < 3) throw new Error('not durable yet');
      });
      await until(() => seen.includes('c'));
      await subscription.close();
      expect(seen.join('')).toBe('abbbc');
    });

    test('a message is not passed before its handler resolved', async () => {
      const { bus } = world();
      const topic = await filled('a', 'b');
      const group = fresh('voucher-32');
      const failing = await bus.subscribe({ topics: [topic], group, from: earliest }, async (message) => {
        if (text(message) === 'b') throw new Error('never durable');
      });
      await world().clock.sleep(500);
      await failing.close();
      const seen: string[] = [];
      const subscription = await bus.subscribe({ topics: [topic], group, from: earliest }, async (message) => {
        seen.push(text(message));
      });
      await until(() => seen.includes('b'));
      await subscription.close();
      expect(seen.at(-1)).toBe('b');
    });

    test('a new group that starts at the end sees what comes after it subscribed, and only that', async () => {
      const { bus } = world();
      const topic = await filled('a', 'b');
      const seen: string[] = [];
      const subscription = await bus.subscribe({ topics: [topic], group: fresh('witness-32'), from: 'latest' }, async (message) => {
        seen.push(text(message));
      });
      await bus.publish(topic, utf8('c'));
      await until(() => seen.length > 0);
      await subscription.close();
      expect(seen.join('')).toBe('c');
    });
  });
};

const deliveryContract = ({ describe, test, expect, world, fresh, until }: Subject): void => {
  describe('delivery', () => {
    test('a topic that is stuck holds up no other, and hands out one message at a time', async () => {
      const { bus, clock } = world();
      const [stuck, free] = [fresh('yrd.33.voucher.journal'), fresh('yrd.34.voucher.journal')];
      const seen: string[] = [];
      const gate = new AbortController();
      await bus.ensure([stuck, free]);
      const subscription = await bus.subscribe({ topics: [stuck, free], group: fresh('voucher-31'), from: earliest }, async (message) => {
        seen.push(text(message));
        if (message.topic === stuck) await clock.sleep(20_000, gate.signal);
      });
      await bus.publish(stuck, utf8('x'));
      await bus.publish(stuck, utf8('y'));
      await until(() => seen.includes('x'));
      for (const each of ['1', '2', '3']) await bus.publish(free, utf8(each));
      await until(() => seen.includes('3'));
      expect(seen.includes('y')).toBe(false);
      gate.abort();
      await until(() => seen.includes('y'));
      await subscription.close();
      expect(seen.join('')).toBe('x123y');
    });

    test('closing waits for the handler that runs, and nothing is delivered after it', async () => {
      const { bus, clock } = world();
      const topic = fresh('yrd.31.witness');
      const log: string[] = [];
      await bus.ensure([topic]);
      const subscription = await bus.subscribe({ topics: [topic], group: fresh('witness-32'), from: earliest }, async (message) => {
        log.push(`begin ${text(message)}`);
        await clock.sleep(300);
        log.push(`end ${text(message)}`);
      });
      await bus.publish(topic, utf8('a'));
      await until(() => log.length === 1);
      await subscription.close();
      expect(log).toEqual(['begin a', 'end a']);
      await bus.publish(topic, utf8('b'));
      await clock.sleep(300);
      expect(log.length).toBe(2);
    });
  });
};

export const busContract = (subject: Subject): void => {
  topicsContract(subject);
  positionsContract(subject);
  deliveryContract(subject);
};
