/** What a node may tell anybody about itself. */
import type { Federation, NodeStatus } from '@yrd/ledger';
import type { AuditTrail } from './audit/audit-trail.js';
import type { NodeConfig } from './config/config.js';
import type { Nodes } from './nodes.js';

/** A clock that an operator moves forward (local use only). */
export interface MovableClock {
  /** Domain time, ms. */
  now(): number;
  /** Moves the clock of all nodes that share it; resolves with the time it is then. Rejects with a RangeError rather than go back. */
  forward(to: { readonly toMs: number } | { readonly byMs: number }): Promise<number>;
}

export interface PublicStatus {
  readonly province: string;
  readonly name: string;
  readonly clock: { readonly mode: NodeConfig['clock']; readonly now: number; readonly iso: string };
  readonly ready: boolean;
  /** What will keep the node from answering unless somebody acts. */
  readonly warnings: readonly string[];
  readonly contexts: readonly NodeStatus[];
  readonly federation: readonly { readonly province: string; readonly name: string; readonly url: string }[];
}

/** Whether the service is up, and why it may not answer. */
export class Lifecycle {
  started = false;
  stopping = false;
}

/** After the colon stand addresses and drivers' words: those are for the log. */
const publicStatus = (status: NodeStatus): NodeStatus => ({ ...status, notReady: status.notReady?.split(': ')[0] ?? null });

export class NodeFacts {
  constructor(
    readonly config: NodeConfig,
    private readonly nodes: Nodes,
    private readonly life: Lifecycle,
    private readonly now: () => number,
    private readonly movable: () => MovableClock | null,
    private readonly trail: AuditTrail,
  ) {}

  /** Null where time cannot be moved. */
  get clock(): MovableClock | null {
    return this.movable();
  }

  get federation(): Federation {
    return this.config.federation;
  }

  get started(): boolean {
    return this.life.started;
  }

  /** One sentence per context that cannot answer now; empty when ready. */
  reasons(): readonly string[] {
    if (this.life.stopping) return ['the node is stopping'];
    if (!this.life.started) return ['the node is starting'];
    return this.nodes.all.flatMap((node) => {
      const { context, notReady } = publicStatus(node.status());
      return notReady === null ? [] : [`${context}: ${notReady}`];
    });
  }

  /** What an operator should mend though the node answers. */
  warnings(): readonly string[] {
    return [...this.trail.warnings, ...this.keyWarnings()];
  }

  /** One sentence for each key that expires soon, or has; empty when none does. */
  private keyWarnings(): readonly string[] {
    return this.nodes.all.flatMap((node) =>
      node
        .status()
        .keys.flatMap(({ name, fingerprint, daysLeft, warning }) =>
          warning === null || daysLeft === null
            ? []
            : [
                `the key ${name} (${fingerprint}) ${daysLeft < 0 ? 'has expired' : `expires in ${daysLeft} days`}: ` +
                  'rotate it (POST /v1/keys/rotation, or npm run keys -- rotate)',
              ],
        ),
    );
  }

  status(): PublicStatus {
    const { province, clock } = this.config;
    const now = this.now();
    return {
      province,
      name: this.federation.nodes.find((node) => node.province === province)?.name ?? province,
      clock: { mode: clock, now, iso: new Date(now).toISOString() },
      ready: this.reasons().length === 0,
      warnings: this.warnings(),
      contexts: this.nodes.all.map((node) => publicStatus(node.status())),
      federation: this.federation.nodes.map(({ province: code, name, url }) => ({ province: code, name, url })),
    };
  }
}
