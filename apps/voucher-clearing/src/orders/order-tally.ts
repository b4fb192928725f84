/** How many orders are in each state, counted from the view and kept while nothing new was read, or counting would take too much. */
import { setTimeout } from 'node:timers/promises';
import type { LedgerNode, Position, RowPage } from '@yrd/ledger';
import { showPosition } from '@yrd/platform';
import { PHASES } from '@yrd/voucher';

/** Counts by state, in the order in which an order goes through them, and how far each journal was read for them. */
export interface Tally {
  readonly states: Readonly<Record<string, number>>;
  readonly total: number;
  readonly positions: readonly string[];
}

const PAGE = 1_000;

/** A count is good for this many times as long as it took: however many ask and however much is written, counting stays a small part. */
const REST = 20;

interface Counted {
  readonly at: string;
  readonly tally: Promise<Tally>;
  /** Ends when it may be counted anew. */
  readonly rest: Promise<unknown>;
  rests: boolean;
}

/** Pages refresh every few seconds and there may be many: they share one count. */
export class OrderTally {
  private readonly counts = new Map<string, Counted>();

  constructor(
    private readonly node: LedgerNode,
    private readonly restTimes = REST,
  ) {}

  /** Orders of one province, or of all; `newest` waits for a count of all that is read by now. */
  async count(province: string | undefined, newest: boolean): Promise<Tally> {
    const key = province ?? '';
    for (;;) {
      // How far the view was folded, not how long the journals are: a count made in between would stay too small.
      const at = (await this.node.rows('orders', { limit: 1 })).positions.map(showPosition).join(' ');
      const known = this.counts.get(key);
      if (known && (known.at === at || (known.rests && !newest))) return known.tally;
      if (!known?.rests) return this.begin(key, at, province);
      await known.rest;
    }
  }

  private begin(key: string, at: string, province: string | undefined): Promise<Tally> {
    const began = performance.now();
    const tally = this.walk(province);
    const rest = tally
      .then(() => setTimeout(this.restTimes * (performance.now() - began), null, { ref: false }))
      .then(() => (counted.rests = false))
      .catch(() => this.counts.delete(key));
    const counted: Counted = { at, tally, rest, rests: true };
    this.counts.set(key, counted);
    return tally;
  }

  private async walk(province: string | undefined): Promise<Tally> {
    const states: Record<string, number> = {};
    let positions: readonly Position[] = [];
    let after: RowPage<never>['next'] = null;
    do {
      const query = { ...(province === undefined ? {} : { where: { province } }), ...(after === null ? {} : { after }), limit: PAGE };
      const page: RowPage<{ readonly state: string }> = await this.node.rows('orders', query);
      for (const { row } of page.rows) states[row.state] = (states[row.state] ?? 0) + 1;
      ({ positions, next: after } = page);
    } while (after !== null);
    const inOrder = PHASES.flatMap((phase) => (states[phase] === undefined ? [] : [[phase, states[phase]] as const]));
    const total = Object.values(states).reduce((sum, count) => sum + count, 0);
    return { states: Object.fromEntries(inOrder), total, positions: positions.map(showPosition) };
  }
}
