/**
 * One province in the test world: its journal an array, its replicas lengths read; commands, reactions, views and timers run as
 * the ledger runs them. It knows nothing of blocks, proofs or storage; those have their own simulated world in the ledger.
 */
import {
  EVERY_PEER,
  isRejection,
  type Actor,
  type Collector,
  type DerivedCommand,
  type DomainEvent,
  type Entry,
  type Fold,
  type Found,
  type Handler,
  type Where,
  type Need,
  type Peek,
  type Question,
  type Reaction,
  type Rejection,
  type Turn,
  type View,
} from '@yrd/ledger';
import { voucherFaults } from '@yrd/contracts';
import { voucher } from '../src/index.js';
import { hash, matches, needKey, scanned } from './finding.js';
import type { World } from './world.js';

export const PROVINCE_CODES = ['31', '32', '33', '34'] as const;
export type ProvinceCode = (typeof PROVINCE_CODES)[number];

interface Due {
  readonly dueMs: number;
  readonly fires: DerivedCommand;
  readonly awaits: string | undefined;
  readonly patienceMs: number;
}

/** One province: its journal, how far it has read the others', its view rows. */
export class Node {
  readonly entries: Entry[] = [];
  /** Journal → entries seen. */
  readonly seen = new Map<string, number>();
  /** When each other journal's owner last vouched for itself. */
  readonly heard = new Map<string, number>();
  /** View → row → journal → part. */
  readonly parts = new Map<string, Map<string, Record<string, object>>>();
  readonly done = new Set<string>();
  readonly timers = new Map<string, Due>();
  /** Derived commands that rejected: a defect, since nobody would learn of it. */
  readonly parked: { readonly command: string; readonly why: Rejection }[] = [];
  /** Journals with something parked below their end. */
  readonly blind = new Set<string>();

  constructor(
    readonly world: World,
    readonly province: ProvinceCode,
  ) {}

  get journal(): string {
    return `${this.province}/voucher`;
  }

  /** Entries of a journal as this node may read them; sealed ones are missing. */
  private readable(journal: string): readonly Entry[] {
    if (journal === this.journal) return this.entries;
    const owner = this.world.owner(journal);
    return owner.entries.slice(0, this.seen.get(journal) ?? 0).filter(({ type }) => voucher.entryTypes[type]?.audience !== 'private');
  }

  state<S, E extends DomainEvent>(fold: Fold<S, E>, stream: string, journal = this.journal): S {
    if (!stream.startsWith(`${fold.kind}/`)) throw new Error(`Stream ${stream} was read with the fold of ${fold.kind}.`);
    return this.readable(journal)
      .filter((entry) => entry.stream === stream)
      .reduce((state, { type, data }) => fold.evolve(state, { type, data } as DomainEvent as E), fold.initial);
  }

  rows<R>(view: string, where: Where = {}): readonly R[] {
    const definition = voucher.views.find(({ name }) => name === view);
    if (!definition) throw new Error(`There is no view ${view}.`);
    const { join }: View = definition;
    const joined = [...(this.parts.get(view) ?? new Map<string, Record<string, object>>()).values()].map((parts) => join(parts));
    return joined.filter((row): row is Record<string, unknown> => row !== null && matches(row as Record<string, unknown>, where)) as R[];
  }

  execute(name: string, body: object, actor: Actor, expectDurable = true): Rejection | null {
    const command: Handler<object> | undefined = voucher.commands[name];
    if (!command) throw new Error(`There is no command ${name}.`);
    return this.carryOut(name, command, body, actor, expectDurable);
  }

  /** Asks something as a command would be decided, and writes nothing. */
  ask<C extends object, T>({ answer, ...reads }: Question<C, T>, about: C, actor: Actor): T {
    const found: T[] = [];
    const handler: Handler<C> = { ...reads, decide: (body, turn) => (found.push(answer(body, turn)), []) };
    this.carryOut('a question', handler, about, actor, false);
    return found.at(-1) as T;
  }

  private carryOut(name: string, command: Handler<object>, body: object, actor: Actor, expectDurable: boolean): Rejection | null {
    const own = new Set<string>();
    const abroad = new Set<string>();
    const peek: Peek = {
      province: this.province,
      state: (fold, stream) => (own.has(stream) ? this.state(fold, stream) : undefined),
      foreign: (fold, { journal, stream }) => (abroad.has(`${journal} ${stream}`) ? this.state(fold, stream, journal) : undefined),
    };
    for (let before = -1; before !== own.size + abroad.size;) {
      before = own.size + abroad.size;
      const streams = command.streams(body, peek);
      const foreign = command.foreign?.(body, peek) ?? [];
      streams.forEach((stream) => own.add(stream));
      foreign.forEach(({ journal, stream }) => abroad.add(`${journal} ${stream}`));
    }
    const decision = command.decide(body, this.turn(own, abroad, actor));
    if (isRejection(decision)) return decision;
    const streams = decision.map(({ stream }) => stream);
    if (new Set(streams).size !== streams.length) throw new Error(`${name} appends twice to one stream: ${streams.join(' ')}.`);
    if (streams.some((stream) => !own.has(stream))) throw new Error(`${name} appends to a stream that it did not name.`);
    const basis = Object.fromEntries(
      [...abroad].map((each) => each.split(' ')[0] ?? '').map((journal) => [journal, this.seen.get(journal) ?? 0]),
    );
    for (const { stream, events, policyVersion } of decision)
      for (const event of events) this.append(stream, event, actor, policyVersion ?? '-', basis);
    if (expectDurable) this.digest(this.journal);
    return null;
  }

  private turn(own: ReadonlySet<string>, abroad: ReadonlySet<string>, actor: Actor): Turn {
    return {
      province: this.province,
      journal: this.journal,
      now: this.world.nowMs,
      actor,
      commandId: `c${this.entries.length}`,
      hash,
      state: (fold, stream) => {
        if (!own.has(stream)) throw new Error(`${stream} was not named.`);
        return this.state(fold, stream);
      },
      version: (stream) => this.entries.filter((entry) => entry.stream === stream).length,
      foreign: (fold, { journal, stream }) => {
        if (!abroad.has(`${journal} ${stream}`)) throw new Error(`${journal} ${stream} was not named.`);
        return this.state(fold, stream, journal);
      },
      seen: (journal) => this.seen.get(journal) ?? 0,
      freshness: (journal) => this.heard.get(journal) ?? null,
    };
  }

  private append(stream: string, event: DomainEvent, actor: Actor, policyVersion: string, basis: Entry['basis']): void {
    if (!voucher.entryTypes[event.type]) throw new Error(`${event.type} has no entry type.`);
    const data = JSON.parse(JSON.stringify(event.data)) as Entry['data'];
    const faults = voucher.entryTypes[event.type]?.audience === 'private' ? [] : voucherFaults(event.type, data);
    if (faults.length > 0) throw new Error(`An entry does not fit its contract: ${faults.join('; ')}`);
    this.entries.push({
      journal: this.journal,
      index: this.entries.length,
      stream,
      type: event.type,
      time: this.world.nowMs,
      policyVersion,
      data,
      basis,
      actor: { province: actor.province, role: actor.roles[0] ?? '' },
      command: '',
      person: actor.person,
      trace: '',
    });
  }

  private digested = new Map<string, number>();

  /** Takes what it may read of a journal into views, then reacts, then sets timers; own entries that follow are taken in too. */
  digest(journal: string): void {
    const until = journal === this.journal ? this.entries.length : (this.seen.get(journal) ?? 0);
    const from = this.digested.get(journal) ?? 0;
    if (from >= until) return;
    this.digested.set(journal, until);
    const fresh = this.readable(journal).filter(({ index }) => index >= from && index < until);
    for (const entry of fresh) for (const view of voucher.views) this.foldView(view, entry);
    for (const entry of fresh) {
      if (journal === this.journal) this.setTimers(entry);
      for (const reaction of voucher.reactions) this.react(reaction, entry);
    }
    this.digest(this.journal);
  }

  private foldView(view: View, entry: Entry): void {
    if (!view.on.includes(entry.type)) return;
    const key = view.key(entry);
    if (key === null) return;
    const rows = this.parts.get(view.name) ?? new Map<string, Record<string, object>>();
    this.parts.set(view.name, rows);
    const row = { ...rows.get(key) };
    const part = view.fold(row[entry.journal] ?? null, entry);
    if (part === null) delete row[entry.journal];
    else row[entry.journal] = JSON.parse(JSON.stringify(part)) as object;
    rows.set(key, row);
  }

  private setTimers(entry: Entry): void {
    for (const change of voucher.timers(entry)) {
      if ('clear' in change) this.timers.delete(change.clear);
      else
        this.timers.set(change.set, {
          dueMs: change.dueMs,
          fires: change.fires,
          awaits: change.awaits,
          patienceMs: change.patienceMs ?? 0,
        });
    }
  }

  private react(reaction: Reaction, entry: Entry): void {
    if (!reaction.on.includes(entry.type)) return;
    const mine = entry.journal === this.journal;
    if ((reaction.from === 'own' && !mine) || (reaction.from === 'foreign' && mine)) return;
    const asked = new Map<string, Need>();
    const found = this.found(asked);
    for (let before = -1; before !== asked.size;) {
      before = asked.size;
      for (const need of reaction.needs?.(entry, found) ?? []) {
        if (asked.has(needKey(need))) continue;
        asked.set(needKey(need), need);
        if ('scan' in need)
          this.scans.set(
            need.scan,
            scanned(need, (view, where) => this.rows(view, where)),
          );
      }
    }
    reaction.react(entry, found).forEach((derived, ordinal) => {
      const id = `${entry.journal} ${entry.index} ${reaction.name} ${derived.target} ${ordinal}`;
      if (!this.done.has(id)) this.derive(id, derived);
    });
  }

  private derive(id: string, { command, body }: DerivedCommand): void {
    this.done.add(id);
    const node: Actor = { person: 'node', organisation: `node-${this.province}`, province: this.province, roles: ['node'] };
    const no = this.execute(command, body, node, false);
    if (no) this.parked.push({ command, why: no });
  }

  /** What the reaction under way has read into its collectors. */
  private scans = new Map<string, Collector>();

  private found(asked: ReadonlyMap<string, Need>): Found {
    this.scans = new Map();
    const must = (key: string): Need => {
      const need = asked.get(key);
      if (need === undefined) throw new Error(`Not asked for: ${key}`);
      return need;
    };
    const rows = <R>(view: string, where: Where): readonly R[] => {
      const need = must(`rows ${view} ${JSON.stringify(where)}`);
      const byId = [...this.rows<{ readonly id: string }>(view, where)].sort((one, other) => (one.id < other.id ? -1 : 1));
      return byId.slice(0, 'limit' in need ? need.limit : 0) as readonly unknown[] as readonly R[];
    };
    return {
      province: this.province,
      hash,
      state: (fold, journal, stream) => {
        must(`state ${journal} ${stream}`);
        return this.state(fold, stream, journal);
      },
      rows,
      known: <R>(view: string, where: Where) => (asked.has(`rows ${view} ${JSON.stringify(where)}`) ? rows<R>(view, where) : undefined),
      scanned: (scan) => this.scans.get(scan),
      rootOf: (journal, size) => {
        must(`root ${journal} ${size}`);
        return this.world.rootOf(journal, size);
      },
      parkedBelow: (journal) => this.blind.has(journal),
    };
  }

  /** Fires what is due; where a peer's statement could still come, only once that peer has vouched past the limit and was read. */
  fire(): void {
    for (const [key, { dueMs, fires, awaits, patienceMs }] of [...this.timers]) {
      const { nowMs } = this.world;
      if (nowMs < dueMs) continue;
      const journals = awaits === EVERY_PEER ? PROVINCE_CODES.map((each) => `${each}/voucher`) : awaits === undefined ? [] : [awaits];
      const unheard = journals.some((each) => each !== this.journal && (this.heard.get(each) ?? 0) < dueMs);
      if (unheard && nowMs < dueMs + patienceMs) continue;
      this.timers.delete(key);
      this.derive(`${key} ${dueMs}`, fires);
      this.digest(this.journal);
    }
  }
}
