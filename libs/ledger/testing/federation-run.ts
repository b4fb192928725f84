/** Four ledger nodes over a simulated world: start, command, kill, restart, and what must hold afterwards. */
import { openNode, type Answer, type Context, type LedgerNode } from '../src/index.js';
import { SimulatedWorld, type Speed } from './simulated-world.js';

interface Alive {
  readonly node: LedgerNode;
  kill(): void;
}

export class FederationRun {
  readonly world: SimulatedWorld;
  readonly alive = new Map<string, Alive>();
  private commands = 0;

  constructor(
    seed: number,
    private readonly context: Context,
    readonly provinces: readonly string[] = ['31', '32', '33', '34'],
    private readonly clockLimitMs = Infinity,
    speed?: Speed,
  ) {
    this.world = new SimulatedWorld(seed, provinces, [context.name], speed);
  }

  get scheduler() {
    return this.world.scheduler;
  }

  node(province: string): LedgerNode {
    return this.alive.get(province)!.node;
  }

  /** Starts a node's process; it recovers while the world goes on. `context` where it runs another version than the others. */
  async start(province: string, context = this.context): Promise<void> {
    const { world, kill } = this.world.process(province);
    const node = openNode({
      world,
      province,
      context,
      federation: this.world.federation,
      instance: `node-${province}`,
      clockLimitMs: this.clockLimitMs,
    });
    this.alive.set(province, { node, kill });
    await node.start();
  }

  async startAll(): Promise<void> {
    for (const province of this.provinces) await this.start(province);
    await this.ready(...this.provinces);
  }

  /** Waits until these nodes can write. */
  async ready(...provinces: readonly string[]): Promise<void> {
    const good = await this.scheduler.until(() => provinces.every((each) => this.node(each).status().notReady === null), 60_000);
    if (good) return;
    const why = provinces.map((each) => `${each}: ${JSON.stringify(this.node(each).status().notReady)}`).join('; ');
    throw new Error(`Not ready: ${why} (seed ${this.scheduler.seed})`);
  }

  /** SIGKILL: the process stops at whatever it waits for. */
  kill(province: string): void {
    this.alive.get(province)?.kill();
    this.alive.delete(province);
  }

  async stop(province: string): Promise<void> {
    await this.scheduler.resolve(this.node(province).stop());
    this.alive.get(province)?.kill();
    this.alive.delete(province);
  }

  /** Sends a command; the promise rejects like the node's does. */
  send(
    province: string,
    command: string,
    body: object,
    idempotencyKey = `key-${(this.commands += 1)}`,
    roles = ['enterprise'],
  ): Promise<Answer> {
    const actor = { person: 'p', organisation: `org-${province}`, province, roles };
    return this.node(province).execute({ command, body, actor, idempotencyKey, trace: idempotencyKey });
  }

  /** Sends a command and lets the world go on until it is answered. */
  command(province: string, command: string, body: object, idempotencyKey?: string, roles?: string[]): Promise<Answer> {
    return this.scheduler.resolve(this.send(province, command, body, idempotencyKey, roles));
  }

  /** Lets the world go on until all nodes hold the same roots and have reacted to everything; throws when they do not. */
  async converge(limitMs = 60_000): Promise<void> {
    let still = 0;
    const good = await this.scheduler.until(() => {
      still = this.agreed() ? still + 1 : 0;
      return still > 200;
    }, limitMs);
    if (!good) throw new Error(`The nodes do not agree (seed ${this.scheduler.seed}): ${JSON.stringify(this.heads())}`);
  }

  /** Head of every journal at every living node. */
  heads(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(
      [...this.alive].map(([province, { node }]) => [
        province,
        node.status().journals.map((each) => `${each.journal}@${each.size}:${each.root.slice(0, 8)}`),
      ]),
    );
  }

  private agreed(): boolean {
    const heads = Object.values(this.heads()).map((each) => [...each].sort().join());
    return heads.every((each) => each === heads[0]) && [...this.alive.values()].every(({ node }) => node.status().queued === 0);
  }
}
