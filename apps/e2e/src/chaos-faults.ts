/** The faults of a run under load: each strikes real processes, disks and topics, and is over when its function resolves. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { control, door, PROVINCES, type Province } from './delta.js';

/** Chance from a seed: the same seed makes the same faults (mulberry32). */
export class Chance {
  constructor(private state: number) {}

  /** From 0 up to 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)]!;
  }

  between(least: number, most: number): number {
    return Math.round(least + this.next() * (most - least));
  }

  shuffled<T>(from: readonly T[]): readonly T[] {
    return from
      .map((each) => [this.next(), each] as const)
      .sort(([a], [b]) => a - b)
      .map(([, each]) => each);
  }
}

/** What faults are done with. */
export interface Ground {
  readonly chance: Chance;
  readonly admin: Admin;
}

export interface Fault {
  readonly name: string;
  /** What must be this run's own for it. */
  readonly needs: 'nodes' | 'servers' | 'disk';
  /** Strikes and makes good again. Answers what was struck. */
  strike(ground: Ground): Promise<string>;
}

const server =
  (name: 'kafka' | 'mongo', [down, up]: readonly ['kill' | 'pause', 'start' | 'resume'], [least, most]: readonly [number, number]) =>
  async ({ chance }: Ground): Promise<string> => {
    const heldMs = chance.between(least, most);
    await door(`/servers/${name}/${down}`);
    await sleep(heldMs);
    await door(`/servers/${name}/${up}`);
    return `${name}, ${heldMs} ms`;
  };

const node =
  ([down, up]: readonly ['kill' | 'pause', 'start' | 'resume'], [least, most]: readonly [number, number], count = 1) =>
  async ({ chance }: Ground): Promise<string> => {
    const struck: readonly Province[] = chance.shuffled(PROVINCES).slice(0, count);
    const heldMs = chance.between(least, most);
    await Promise.all(struck.map((each) => control(each, down)));
    await sleep(heldMs);
    await Promise.all(struck.map((each) => control(each, up)));
    return `${struck.join(' and ')}, ${heldMs} ms`;
  };

const topicOf = (chance: Chance): string => {
  const province = chance.pick(PROVINCES);
  return chance.pick([`yrd.${province}.voucher.journal`, `yrd.${province}.witness`, `yrd.${province}.sync`, `yrd.${province}.heal`]);
};

const deleteTopic = async ({ chance, admin }: Ground): Promise<string> => {
  const topic = topicOf(chance);
  await admin.deleteTopics({ topics: [topic] });
  // Some operators make it again at once, and with their own settings; otherwise a node does when it next has something to say.
  if (chance.next() < 0.5) await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] }).catch(() => undefined);
  return topic;
};

const truncateTopic = async ({ chance, admin }: Ground): Promise<string> => {
  const topic = `yrd.${chance.pick(PROVINCES)}.voucher.journal`;
  const [reach] = await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: reach?.high ?? '-1' }] });
  return topic;
};

const fullDisk = async ({ chance }: Ground): Promise<string> => {
  const heldMs = chance.between(2_000, 5_000);
  await door('/disk/fill');
  await sleep(heldMs);
  await door('/disk/free');
  // Who ended for want of room is started again, as an operator would; who runs is let run.
  await Promise.all([door('/servers/mongo/start'), door('/servers/kafka/start')]);
  return `${heldMs} ms`;
};

/** Every fault there is. */
export const FAULTS: readonly Fault[] = [
  { name: 'a node killed', needs: 'nodes', strike: node(['kill', 'start'], [200, 3_000]) },
  { name: 'two nodes killed at once', needs: 'nodes', strike: node(['kill', 'start'], [200, 3_000], 2) },
  { name: 'a node held still', needs: 'nodes', strike: node(['pause', 'resume'], [2_000, 9_000]) },
  { name: 'MongoDB killed', needs: 'servers', strike: server('mongo', ['kill', 'start'], [200, 3_000]) },
  { name: 'MongoDB held still', needs: 'servers', strike: server('mongo', ['pause', 'resume'], [1_000, 6_000]) },
  { name: 'Kafka killed', needs: 'servers', strike: server('kafka', ['kill', 'start'], [200, 3_000]) },
  { name: 'Kafka held still', needs: 'servers', strike: server('kafka', ['pause', 'resume'], [1_000, 6_000]) },
  { name: 'a topic deleted', needs: 'nodes', strike: deleteTopic },
  { name: 'a topic truncated', needs: 'nodes', strike: truncateTopic },
  { name: 'the disk full', needs: 'disk', strike: fullDisk },
];

/** An admin of the run's broker that outlives the broker's own end. */
export const openAdmin = async (brokers: string): Promise<Admin> => {
  const kafka = new Kafka({ clientId: 'chaos', brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 20 } });
  const admin = kafka.admin();
  await admin.connect();
  return admin;
};
