/** What a node may tell anybody about itself. */
import { bothOf, inBoth, phrase, tell, type Language } from '@yrd/contracts';
import { say, type Federation, type NodeStatus, type Said } from '@yrd/ledger';
import type { AuditTrail } from './audit/audit-trail.js';
import type { NodeConfig } from './config/config.js';
import type { Words } from './http/problem-codes.js';
import type { Nodes } from './nodes.js';

/** A clock that an operator moves forward (local use only). */
export interface MovableClock {
  /** Domain time, ms. */
  now(): number;
  /** Moves the clock of all nodes that share it; resolves with the time it is then. Rejects with a RangeError rather than go back. */
  forward(to: { readonly toMs: number } | { readonly byMs: number }): Promise<number>;
}

/** The status of one context, as anybody may see it. */
export type PublicNodeStatus = Omit<NodeStatus, 'notReady'> & { readonly notReady: Words | null };

export interface PublicStatus {
  readonly province: string;
  readonly name: string;
  readonly clock: { readonly mode: NodeConfig['clock']; readonly now: number; readonly iso: string };
  readonly ready: boolean;
  /** What will keep the node from answering unless somebody acts. */
  readonly warnings: readonly Words[];
  readonly contexts: readonly PublicNodeStatus[];
  readonly federation: readonly { readonly province: string; readonly name: string; readonly url: string }[];
}

/** Whether the service is up, and why it may not answer. */
export class Lifecycle {
  started = false;
  stopping = false;
}

/** In words: what drivers and addresses say of it stands in none, and is for the log. */
const publicStatus = (status: NodeStatus): PublicNodeStatus => ({ ...status, notReady: inBoth(status.notReady) });

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
  reasons(language: Language): readonly string[] {
    if (this.life.stopping) return [tell(say('nodeStopping'), language)];
    if (!this.life.started) return [tell(say('nodeStarting'), language)];
    return this.nodes.all.flatMap((node) => {
      const { context, notReady } = node.status();
      return notReady === null ? [] : [`${context}: ${tell(notReady, language)}`];
    });
  }

  /** What an operator should mend though the node answers. */
  warnings(): readonly Said[] {
    return [...this.trail.warnings, ...this.keyWarnings()];
  }

  /** Each key that expires soon, or has. */
  private keyWarnings(): readonly Said[] {
    return this.nodes.all.flatMap((node) =>
      node
        .status()
        .keys.flatMap(({ name, fingerprint, daysLeft, warning }) =>
          warning === null || daysLeft === null
            ? []
            : [
                daysLeft < 0
                  ? phrase('keyHasExpired', { key: name, fingerprint })
                  : phrase('keyExpires', { key: name, fingerprint, days: daysLeft }),
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
      ready: this.reasons('en').length === 0,
      warnings: this.warnings().map(bothOf),
      contexts: this.nodes.all.map((node) => publicStatus(node.status())),
      federation: this.federation.nodes.map(({ province: code, name, url }) => ({ province: code, name, url })),
    };
  }
}
