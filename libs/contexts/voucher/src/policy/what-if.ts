/**
 * What-if: a ledger replayed under another pack. It folds the entries of orders, accounts and redemptions and answers what each province
 * would have paid, per quarter of the approval, beside what it did pay. Nothing is written and no order changes: each stays by the pack it
 * pinned (V6). Everything is known of the own province; of another one only what it shares, and what is not known is told apart.
 */
import type { SubjectKind, VoucherPack } from '@yrd/contracts';
import { invariant, type Entry } from '@yrd/ledger';
import { toShanghaiDate } from '@yrd/standards';
import { group, pool, type Ceiling } from '../quotas/ceiling.js';
import { takenBack, type TakenBack } from '../settlement/clawback.js';
import { order, termsOf, type Order } from '../orders/order.js';
import { pinned } from './policy.js';
import { quota, type Quota } from '../quotas/quota.js';
import { dataOf, eventOf, idIn, provinceOf } from '../reading.js';
import { quotaStream } from '../streams.js';
import {
  outcomeAbroad,
  outcomeAtHome,
  outcomeOfShare,
  reservedUnder,
  type Deciding,
  type Drawing,
  type Outcome,
  type Used,
} from './what-if-order.js';

/** Orders of one scheme that are kept in mind at once; more would not fit into the memory of a small node. */
const ORDERS_MAX = 500_000;

export interface WhatIfAsked extends Deciding {
  /** The province whose complete journal is at hand. */
  readonly own: string;
  /** Approvals from this time on, and before the other one, ms. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** What one province pays in one quarter, fen. */
export interface WhatIfCell {
  readonly province: string;
  /** `2026-Q1`, of the approval or the clawback, as Shanghai counts days. */
  readonly quarter: string;
  /** Approvals in which it pays, by either pack. */
  readonly orders: number;
  readonly actualFen: number;
  readonly whatIfFen: number;
  readonly differenceFen: number;
}

/** Orders with one fate, and what they cost in truth. */
export interface WhatIfGroup {
  readonly code: string;
  readonly orders: number;
  readonly actualFen: number;
}

export interface WhatIfResult {
  readonly province: string;
  readonly scheme: string;
  readonly version: string;
  readonly cells: readonly WhatIfCell[];
  /** Orders that the pack would not have taken, by the rule: they cost nothing under it. */
  readonly refused: readonly WhatIfGroup[];
  /** Orders whose cost under the pack is not known here: they stand in no cell. */
  readonly unknown: readonly WhatIfGroup[];
  /** Entries that were read. */
  readonly entries: number;
}

interface Tracked {
  readonly state: Order;
  /** What the pack holds for it of its accounts now, and what it reserved first; a code where it was refused. */
  readonly heldFen: number;
  readonly reserved: number | string | null;
  readonly approvedMs: number;
  readonly outcome: Outcome | null;
  readonly back: TakenBack;
}

type Payers = Readonly<Record<string, number>>;

const subsidyOf = ({ outcome }: Pick<Tracked, 'outcome'>): number => (outcome?.kind === 'paid' ? outcome.subsidyFen : 0);

/** The quarter in which a moment lies, as Shanghai counts days: `2026-Q1`. */
const quarterOf = (ms: number): string => {
  const [year = '', month = ''] = toShanghaiDate(ms).split('-');
  return `${year}-Q${Math.ceil(Number(month) / 3)}`;
};

const added = (one: Payers, other: Payers): Payers =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((each) => [each, (one[each] ?? 0) + (other[each] ?? 0)]),
  );

export class WhatIf {
  private entries = 0;
  private readonly orders = new Map<string, Tracked>();
  private readonly kinds = new Map<string, SubjectKind>();
  private readonly quotas = new Map<string, Used<Quota>>();
  private readonly ceilings = new Map<string, Used<Ceiling>>();
  private readonly cells = new Map<string, WhatIfCell>();
  private readonly groups = { refused: new Map<string, WhatIfGroup>(), unknown: new Map<string, WhatIfGroup>() };

  constructor(private readonly asked: WhatIfAsked) {}

  private get pack(): VoucherPack {
    return this.asked.pack;
  }

  /** Takes the next entry of a journal. Journals may come in any order, each from its first entry on. */
  take(entry: Entry): void {
    this.entries += 1;
    const home = provinceOf(entry.journal);
    if (idIn(entry, 'order') !== null) this.ofOrder(entry, home);
    else if (home === this.asked.own && home === this.pack.province) this.ofAccount(entry);
  }

  private ofAccount(entry: Entry): void {
    const registered = dataOf(entry, 'SubjectRegistered');
    if (registered) this.kinds.set(registered.subject, registered.kind);
    const { stream } = entry;
    if (idIn(entry, 'quota')?.includes(`.${this.pack.scheme}.`)) {
      const { actual, usedFen } = this.quotas.get(stream) ?? { actual: quota.initial, usedFen: 0 };
      this.quotas.set(stream, { actual: quota.evolve(actual, eventOf(entry)), usedFen });
    }
    for (const fold of [group, pool]) {
      if (idIn(entry, fold.kind) === null) continue;
      const { actual, usedFen } = this.ceilingAt(stream);
      this.ceilings.set(stream, { actual: fold.evolve(actual, eventOf(entry)), usedFen });
    }
  }

  private ceilingAt(stream: string): Used<Ceiling> {
    return this.ceilings.get(stream) ?? { actual: pool.initial, usedFen: 0 };
  }

  /** Whether the pack says anything about an order: it is of its province and scheme, or asks its province for a share. */
  private concerns({ home, agencyProvince, scheme }: ReturnType<typeof termsOf>): boolean {
    return scheme === this.pack.scheme && (home === this.pack.province || agencyProvince === this.pack.province);
  }

  private ofOrder(entry: Entry, home: string): void {
    const key = `${home} ${entry.stream}`;
    const begun = dataOf(entry, 'OrderPlaced') ?? dataOf(entry, 'OrderQueued');
    const known = this.orders.get(key);
    if (!known && !(begun?.home === home && this.concerns(begun))) return;
    const before: Tracked = known ?? {
      ...{ state: order.initial, heldFen: 0, reserved: null, approvedMs: 0, outcome: null },
      back: { totalFen: 0, payers: {} },
    };
    const state = order.evolve(before.state, eventOf(entry));
    const after = this.moved(entry, { ...before, state });
    if (state.phase === 'Closed') {
      this.use(after, -after.heldFen);
      this.orders.delete(key);
      return;
    }
    invariant(this.orders.size < ORDERS_MAX, `The scheme has more than ${ORDERS_MAX} orders: replay a shorter ledger, or in parts.`);
    this.orders.set(key, after);
  }

  /** What an entry means to an order under the pack. */
  private moved(entry: Entry, now: Tracked): Tracked {
    if (entry.type === 'ReservationMade') return this.reserves(now);
    if (entry.type === 'RedemptionApproved') return { ...now, approvedMs: entry.time, outcome: null };
    if (entry.type === 'RedemptionSettled') return this.settles(now);
    const ordered = dataOf(entry, 'ClawbackOrdered');
    if (ordered) return this.clawsBack(now, entry.time, ordered);
    const recovered = dataOf(entry, 'ClawbackRecovered');
    const cause = now.state.after.clawbacks.find(({ number }) => number === recovered?.clawback)?.cause;
    return recovered && cause !== 'fraud' ? this.holding(now, Math.max(0, subsidyOf(now) - now.back.totalFen)) : now;
  }

  private drawingOf({ state }: Tracked): Drawing {
    const at = (kind: string): Used<Ceiling> | null => {
      const stream = state.ceilings.find((each) => each.startsWith(`${kind}/`));
      return stream === undefined ? null : this.ceilingAt(stream);
    };
    const account = this.quotas.get(quotaStream(termsOf(state))) ?? { actual: quota.initial, usedFen: 0 };
    return { quota: account, group: at('group'), pool: at('pool') };
  }

  private reserves(now: Tracked): Tracked {
    const { subject, home, policy } = termsOf(now.state);
    const kind = this.kinds.get(subject);
    const before = pinned(this.asked.policies[home] ?? { adopted: [] }, policy);
    if (home !== this.pack.province || !kind || !before) return now;
    const reserved = reservedUnder(this.pack, before, now.state, { kind, drawing: this.drawingOf(now) });
    return this.holding({ ...now, reserved }, typeof reserved === 'number' ? reserved : 0);
  }

  /** The order holds so much from now on, on its account and on every ceiling. */
  private holding(now: Tracked, heldFen: number): Tracked {
    this.use(now, heldFen - now.heldFen);
    return { ...now, heldFen };
  }

  private use({ state }: Tracked, byFen: number): void {
    if (byFen === 0 || !state.terms) return;
    const stream = quotaStream(state.terms);
    const account = this.quotas.get(stream);
    if (account) this.quotas.set(stream, { ...account, usedFen: account.usedFen + byFen });
    for (const each of state.ceilings) {
      const ceiling = this.ceilingAt(each);
      this.ceilings.set(each, { ...ceiling, usedFen: ceiling.usedFen + byFen });
    }
  }

  private outcomeOf({ state, reserved, approvedMs }: Tracked): Outcome {
    const { home, subject } = termsOf(state);
    if (home !== this.pack.province) return outcomeOfShare(this.asked, state, approvedMs);
    if (home !== this.asked.own) return outcomeAbroad(this.asked, state, approvedMs);
    const kind = this.kinds.get(subject);
    const terms = kind && this.pack.subjects[kind];
    if (typeof reserved === 'string') return { kind: 'refused', code: reserved };
    if (reserved === null || !terms) return { kind: 'unknown', why: kind ? 'policy' : 'subject' };
    return outcomeAtHome(this.asked, state, approvedMs, { terms, reservedFen: reserved });
  }

  /** The approval is final: it is counted, and what was reserved beyond it is given back. */
  private settles(now: Tracked): Tracked {
    if (now.outcome) return now;
    const outcome = this.counts(now);
    return this.holding({ ...now, outcome }, subsidyOf({ ...now, outcome }));
  }

  private clawsBack(now: Tracked, atMs: number, { baseFen, cause, payers }: { baseFen: number; cause: string; payers: Payers }): Tracked {
    if (now.outcome?.kind === 'unknown') return now;
    const negative = (of: Payers): Payers => Object.fromEntries(Object.entries(of).map(([each, fen]) => [each, -fen]));
    if (now.outcome?.kind !== 'paid') {
      this.count(atMs, { orders: 0, actual: negative(payers), whatIf: {} });
      return now;
    }
    const back = takenBack(now.outcome, cause === 'fraud' ? 0 : baseFen, now.back);
    this.count(atMs, { orders: 0, actual: negative(payers), whatIf: negative(back.payers) });
    return { ...now, back: { totalFen: now.back.totalFen + back.amountFen, payers: added(now.back.payers, back.payers) } };
  }

  private within(ms: number): boolean {
    return ms >= (this.asked.fromMs ?? 0) && ms < (this.asked.toMs ?? Number.MAX_SAFE_INTEGER);
  }

  /** Counts an approval in its cells, or apart. */
  private counts(now: Tracked): Outcome {
    const outcome = this.outcomeOf(now);
    const { approval } = now.state;
    if (!approval || !this.within(now.approvedMs)) return outcome;
    if (outcome.kind === 'unknown') this.apart('unknown', outcome.why, approval.subsidyFen);
    else {
      if (outcome.kind === 'refused') this.apart('refused', outcome.code, approval.subsidyFen);
      this.count(now.approvedMs, { orders: 1, actual: approval.payers, whatIf: outcome.kind === 'paid' ? outcome.payers : {} });
    }
    return outcome;
  }

  private apart(which: 'refused' | 'unknown', code: string, actualFen: number): void {
    const { orders, actualFen: before } = this.groups[which].get(code) ?? { orders: 0, actualFen: 0 };
    this.groups[which].set(code, { code, orders: orders + 1, actualFen: before + actualFen });
  }

  private count(
    atMs: number,
    { orders, actual, whatIf }: { readonly orders: number; readonly actual: Payers; readonly whatIf: Payers },
  ): void {
    if (!this.within(atMs)) return;
    const quarter = quarterOf(atMs);
    for (const province of new Set([...Object.keys(actual), ...Object.keys(whatIf)])) {
      const key = `${province} ${quarter}`;
      const cell = this.cells.get(key) ?? { province, quarter, orders: 0, actualFen: 0, whatIfFen: 0, differenceFen: 0 };
      const [actualFen, whatIfFen] = [cell.actualFen + (actual[province] ?? 0), cell.whatIfFen + (whatIf[province] ?? 0)];
      this.cells.set(key, { province, quarter, orders: cell.orders + orders, actualFen, whatIfFen, differenceFen: whatIfFen - actualFen });
    }
  }

  /** What all entries so far come to; approvals that are not paid yet count as they stand. To be called once. */
  result(): WhatIfResult {
    for (const now of this.orders.values()) if (now.state.approval && !now.outcome) this.counts(now);
    const { province, scheme, version } = this.pack;
    const sorted = <T>(of: ReadonlyMap<string, T>): readonly T[] =>
      [...of].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each);
    const { refused, unknown } = this.groups;
    return {
      province,
      scheme,
      version,
      cells: sorted(this.cells),
      refused: sorted(refused),
      unknown: sorted(unknown),
      entries: this.entries,
    };
  }
}

/** A whole ledger at once; see `WhatIf` for one that comes piece by piece. */
export const whatIf = (asked: WhatIfAsked, entries: Iterable<Entry>): WhatIfResult => {
  const replay = new WhatIf(asked);
  for (const entry of entries) replay.take(entry);
  return replay.result();
};
