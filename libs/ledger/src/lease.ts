/**
 * The lease elects one process of a node to write and publish a journal. It is for progress only: safety is the primary
 * key of the block store. No wall clock is compared: a contender watches whether the record still changes.
 */
import type { Recorded, World } from './ports.js';

interface LeaseRecord {
  readonly owner: string;
  readonly epoch: number;
  readonly beat: number;
}

const LEASES = 'leases';
/** A lease that did not change for this long may be taken, ms. */
const LEASE_MS = 6_000;
/** The holder stops trusting it this long after its last renewal began, well before anybody may take it, ms. */
const SURE_MS = 4_000;
export const RENEW_MS = 1_500;

export class Lease {
  private held: Recorded<LeaseRecord> | null = null;
  private sureUntil = -Infinity;
  private watched: { rev: number; since: number } | null = null;

  constructor(
    private readonly world: World,
    private readonly name: string,
    private readonly instance: string,
  ) {}

  /** The epoch of the lease held; 0 without one. */
  get epoch(): number {
    return this.held?.value.epoch ?? 0;
  }

  /** Whether this process may believe that nobody else holds it. */
  get sure(): boolean {
    return this.held !== null && this.world.clock.monotonic() < this.sureUntil;
  }

  /** Takes the lease if it is free, was ours before a restart, or has not moved for its time. */
  async acquire(): Promise<boolean> {
    const began = this.world.clock.monotonic();
    const found = await this.world.storage.records.get<LeaseRecord>(LEASES, this.name);
    if (found && found.value.owner !== '' && found.value.owner !== this.instance) {
      if (this.watched?.rev !== found.rev) this.watched = { rev: found.rev, since: began };
      if (began - this.watched.since < LEASE_MS) return false;
    }
    return this.put(found?.rev ?? 0, { owner: this.instance, epoch: (found?.value.epoch ?? 0) + 1, beat: 0 }, began);
  }

  /** Renews it; false when it was lost. */
  async renew(): Promise<boolean> {
    if (!this.held) return false;
    const began = this.world.clock.monotonic();
    const { rev, value } = this.held;
    return this.put(rev, { ...value, beat: value.beat + 1 }, began);
  }

  /** Gives it back, so that the next process need not wait. */
  async release(): Promise<void> {
    if (!this.held) return;
    const { rev, value } = this.held;
    this.held = null;
    await this.world.storage.records.write([{ table: LEASES, id: this.name, value: { ...value, owner: '' }, rev }]);
  }

  private async put(rev: number, value: LeaseRecord, began: number): Promise<boolean> {
    const written = await this.world.storage.records.write([{ table: LEASES, id: this.name, value, rev }]);
    this.held = written ? { id: this.name, value, rev: rev + 1 } : null;
    if (written) this.sureUntil = began + SURE_MS;
    return written;
  }
}
