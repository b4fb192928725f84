/** Bare ledger nodes for tests: one process, real MongoDB and Kafka, keys of their own, a transport that can be tampered with. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  openNode,
  type Answer,
  type Context,
  type Federation,
  type JournalStatus,
  type LedgerNode,
  type Notice,
  type World,
} from '@yrd/ledger';
import { systemClock } from './clock.js';
import { createNodeKeys, type NodeSecret } from './keys/keys.js';
import { connectMongo } from './mongo/mongo-connection.js';
import { openWorld } from './world.js';

/** A message on its way. */
export interface Sent {
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is sent in place of a message: the same again and again, others, or nothing. */
export type Tamper = (message: Sent) => readonly Sent[];

/** A notice with the time it came, ms (monotonic). */
export interface Heard extends Notice {
  readonly at: number;
}

/** One running node and its world. */
export interface TestNode {
  readonly node: LedgerNode;
  readonly world: World;
  readonly notices: Heard[];
  /** When it was started, ms (monotonic). */
  readonly startedAt: number;
  stop(): Promise<void>;
}

/** Addresses of servers: each province may have a broker of its own. */
export interface TestServers {
  readonly mongoUrl: string;
  readonly brokersOf: (province: string) => string;
}

/** Waits until the question is answered with true; rejects with the sentence after the time. */
export const eventually = async (what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await sleep(10);
  }
};

export class TestFederation {
  readonly federation: Federation;
  readonly nodes = new Map<string, TestNode>();
  /** Topic → what becomes of messages on their way to it. */
  readonly tampered = new Map<string, Tamper>();
  readonly context: Context;
  private readonly secrets: ReadonlyMap<string, NodeSecret>;
  private readonly run = randomBytes(4).toString('hex');
  private commands = 0;

  /** The context goes under a name of its own, so that its topics and journals are this federation's alone. */
  constructor(
    context: Context,
    readonly provinces: readonly string[],
    private readonly servers: TestServers,
  ) {
    this.context = { ...context, name: `${context.name}-${this.run}` };
    const made = provinces.map((province) => {
      const url = `http://127.0.0.1:31${province}`;
      return createNodeKeys({ federation: 'yrd.local', province, name: province, url, contexts: [this.context.name] });
    });
    this.federation = { federation: 'yrd.local', nodes: made.map((each) => each.public) };
    this.secrets = new Map(made.map(({ secret }) => [secret.province, secret]));
  }

  journal(province: string): string {
    return `${province}/${this.context.name}`;
  }

  /** Name of a province's database. */
  database(province: string): string {
    return `yrd_test_${this.run}_${province}`;
  }

  /** The secret keys of a province: for messages that only a thief, or a liar, could sign. */
  secret(province: string): NodeSecret {
    return this.secrets.get(province)!;
  }

  node(province: string): LedgerNode {
    return this.nodes.get(province)!.node;
  }

  /** Starts a node; `context` where it runs another version of the code than the others. */
  async start(province: string, context: Context = this.context): Promise<void> {
    const notices: Heard[] = [];
    const startedAt = performance.now();
    const world = await openWorld({
      mongoUrl: this.servers.mongoUrl,
      database: this.database(province),
      kafka: { brokers: this.servers.brokersOf(province).split(',') },
      keys: this.secret(province),
      clock: systemClock(),
      notice: (notice) => void notices.push({ ...notice, at: performance.now() }),
    });
    const publish = async (topic: string, value: Uint8Array, headers: Sent['headers'] = {}): Promise<void> => {
      const message = { value, headers };
      for (const each of this.tampered.get(topic)?.(message) ?? [message]) await world.bus.publish(topic, each.value, each.headers);
    };
    const shown: World = { ...world, bus: { ...world.bus, publish } };
    const node = openNode({ world: shown, province, context, federation: this.federation, instance: `${province}-1` });
    const stop = async (): Promise<void> => {
      this.nodes.delete(province);
      await node.stop();
      await world.close();
    };
    this.nodes.set(province, { node, world: shown, notices, startedAt, stop });
    await node.start();
  }

  async startAll(): Promise<void> {
    await Promise.all(this.provinces.map((each) => this.start(each)));
    await Promise.all(this.provinces.map((each) => this.ready(each)));
  }

  /** Waits until a node takes commands. */
  async ready(province: string, timeoutMs = 60_000): Promise<void> {
    await eventually(`${province} is ready`, () => this.node(province).status().notReady === null, timeoutMs).catch(() => {
      throw new Error(`${province} is not ready: ${JSON.stringify(this.node(province).status().notReady)}`);
    });
  }

  /** Sends a command at its home. */
  command(province: string, command: string, body: object, roles = ['enterprise']): Promise<Answer> {
    const key = `${this.run}-${(this.commands += 1)}`;
    const actor = { person: 'p', organisation: `org-${province}`, province, roles };
    return this.node(province).execute({ command, body, actor, idempotencyKey: key, trace: key });
  }

  /** What a node knows of a province's journal. */
  seen(at: string, province: string): JournalStatus {
    return this.node(at)
      .status()
      .journals.find(({ journal }) => journal === this.journal(province))!;
  }

  /** Whether all running nodes hold what the owner of the journal holds. */
  agreed(province: string): boolean {
    const { size, root } = this.seen(province, province);
    return [...this.nodes.keys()].every((each) => {
      const seen = this.seen(each, province);
      return seen?.size === size && seen.root === root;
    });
  }

  /** Waits until all nodes agree on all journals. */
  async converge(timeoutMs = 60_000): Promise<void> {
    await eventually('equal roots', () => [...this.nodes.keys()].every((each) => this.agreed(each)), timeoutMs);
  }

  /** Stops the nodes and drops their databases. */
  async close(): Promise<void> {
    await Promise.all([...this.nodes.values()].map((each) => each.stop()));
    for (const province of this.provinces) {
      const connection = await connectMongo({
        mongoUrl: this.servers.mongoUrl,
        database: this.database(province),
        notice: () => undefined,
      });
      await connection.dropDatabase();
      await connection.close();
    }
  }
}
