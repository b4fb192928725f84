/** Opens a node: holds the lease while it can, runs what the lease allows, and answers reads either way. */
import type { Actor, DomainEvent, Entry, Fold, Question } from './decider.js';
import { decodedFrom } from './decoded-from.js';
import type { ViewRow } from './folded.js';
import { journalStatus } from './journal-status.js';
import { Lease, RENEW_MS } from './lease.js';
import { refuseUnreadable } from './lock.js';
import {
  UnknownJournal,
  type CommandRequest,
  type Disclosure,
  type EntryPage,
  type JournalKey,
  type Evidence,
  type LedgerNode,
  type NodeOptions,
  type NodeStatus,
  type ParkedItem,
  type Position,
  type RowPage,
  type StreamRead,
  type Tile,
  type ViewsState,
} from './node.js';
import type { KeptItem } from './parked.js';
import { pin, type Pinned } from './pinned.js';
import type { RecordQuery, Recorded, Scalar, Subscription } from './ports.js';
import type { PublicReader } from './public-entries.js';
import { Running } from './running.js';
import { pause, Signal, until } from './signal.js';
import { Unavailable, say, type SaidPart } from './rejection.js';

/** Opens the ledger node of one province in one context. Throws when context or federation file do not hold together. */
export const openNode = (options: NodeOptions): LedgerNode => {
  const pinned = pin(options.world, options.federation, options.context.name);
  const { context, province, federation, world } = options;
  refuseUnreadable(context, world.encryption, pinned.boxes, { federation: federation.federation, province });
  return new JournalNode(options, pinned);
};

/** Why a node that runs writes nothing, in a sentence: a key of its own is not here, or has expired. */
const keyTrouble = ({ keys: { own: keys } }: Running): SaidPart | null => keys.missing() ?? keys.expired();

class JournalNode implements LedgerNode {
  private readonly lease: Lease;
  private readonly own: string;
  private running: Running | null = null;
  private holding: Promise<void> = Promise.resolve();
  private stopping = false;
  private readonly changed = new Signal();
  private readonly halt = new AbortController();
  private notReady = say('nodeStarting');

  constructor(
    private readonly options: NodeOptions,
    private readonly pinned: Pinned,
  ) {
    this.own = `${options.province}/${options.context.name}`;
    this.lease = new Lease(options.world, this.own, options.instance);
  }

  start(): Promise<void> {
    this.holding = this.hold();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.notReady = say('nodeStopping');
    this.halt.abort();
    await this.holding;
  }

  async execute(request: CommandRequest) {
    return this.active().writing.execute(request);
  }

  async ask<C extends object, T>(question: Question<C, T>, about: C, actor: Actor): Promise<T> {
    return this.active().writing.ask(question, about, actor);
  }

  async read<S, E extends DomainEvent>(fold: Fold<S, E>, stream: string, journal = this.own): Promise<StreamRead<S>> {
    if (!stream.startsWith(`${fold.kind}/`)) throw new TypeError(`The stream ${stream} is not of the kind ${fold.kind}.`);
    const running = this.active();
    const found = journal === this.own ? await running.writing.writer().read(stream) : await running.reader(journal).refreshed(stream);
    return { state: found.state as S, version: found.version, position: { journal, size: found.size } };
  }

  async rows<R>(view: string, query: RecordQuery): Promise<RowPage<R>> {
    const running = this.active();
    const found = await running.folder.rows(view, query);
    const last = found.length === query.limit ? found.at(-1) : undefined;
    return {
      rows: found.flatMap(({ id, value }) => (value.row === null ? [] : [{ id, row: value.row as R }])),
      next: last ? { value: orderValue(last, query), id: last.id } : null,
      positions: [...running.journals.keys()].map((journal) => ({ journal, size: running.folder.position(journal) })),
    };
  }

  async reach({ journal, size }: Position, timeoutMs: number): Promise<boolean> {
    const running = this.active();
    if (!running.journals.has(journal)) return false;
    return until(this.options.world.clock, running.folder.moved, timeoutMs, () => running.folder.position(journal) >= size);
  }

  async checkpoint(journal: string): Promise<string | null> {
    return this.active().logs.get(journal)?.checkpoint() ?? null;
  }

  async tile(journal: string, path: string): Promise<Tile | null> {
    return (await this.active().logs.get(journal)?.tile(path)) ?? null;
  }

  async proof(journal: string, index: number): Promise<string | null> {
    return (await this.active().logs.get(journal)?.proof(index)) ?? null;
  }

  keys(journal: string): readonly JournalKey[] {
    if (!this.pinned.journal(journal)) return [];
    const periods = this.running?.keys.of(journal).periods ?? this.pinned.keys(journal).state.periods;
    const finite = (value: number): number | null => (value === Infinity ? null : value);
    return periods.map(({ key, from, until, joint, notAfterMs, revokedFrom }) => ({
      line: key.line,
      second: key.second?.line ?? null,
      from,
      joint,
      until: finite(until),
      notAfterMs: finite(notAfterMs),
      revokedFrom: finite(revokedFrom),
    }));
  }

  async disclose(journal: string, index: number, reader: string | null): Promise<Disclosure | null> {
    return (await this.active().logs.get(journal)?.disclose(index, reader)) ?? null;
  }

  async evidence(journal: string, index: number): Promise<Evidence | null> {
    return (await this.active().logs.get(journal)?.evidence(index)) ?? null;
  }

  publicEntries(journal: string): PublicReader {
    const found = this.active().publics.get(journal);
    if (!found) throw new UnknownJournal(journal);
    return found;
  }

  async entries(journal: string, from: number, limit: number): Promise<EntryPage> {
    const { journals, vocabulary, folder } = this.active();
    const found = journals.get(journal);
    if (!found) throw new UnknownJournal(journal);
    const size = folder.position(journal);
    const read = (await decodedFrom(vocabulary, found, from, Math.min(limit, Math.max(0, size - from)))).filter(
      ({ index }) => index < size,
    );
    const entries = read.flatMap(({ decoded }) => (decoded.kind === 'entry' ? [decoded.entry] : []));
    return { entries, next: from + read.length, size, unread: read.length - entries.length };
  }

  async follow(name: string, handle: (entry: Entry) => Promise<void>): Promise<Subscription> {
    // A follower outlives the lease: it goes on wherever the node runs again.
    const { world } = this.options;
    let open = true;
    let current: Subscription | null = null;
    let attached: Running | null = null;
    const attach = async (): Promise<void> => {
      while (open && !this.stopping) {
        if (this.running && this.running !== attached) {
          attached = this.running;
          try {
            current = await attached.follow(name, handle);
          } catch (error) {
            world.notice({ level: 'warn', what: 'follow.failed', facts: { name, why: String(error) } });
            attached = null;
            await pause(world.clock, world.random.bytes(1)[0]!, 4, this.halt.signal);
          }
          // What changed meanwhile raised nothing that we heard.
          continue;
        }
        await this.changed.wait();
      }
    };
    const attaching = attach();
    return {
      close: async () => {
        open = false;
        this.changed.raise();
        await attaching;
        await current?.close();
      },
    };
  }

  async views(rebuild = false): Promise<ViewsState> {
    return this.active().rebuilding.state(rebuild);
  }

  async redrive() {
    return this.active().reactor.redriveWhileRunning();
  }

  async parked(): Promise<readonly ParkedItem[]> {
    const running = this.active();
    const folds = await this.options.world.storage.records.find<KeptItem>(running.folder.parkedTable, { limit: 1_000 });
    const of = (kind: ParkedItem['of'], items: readonly KeptItem[]): readonly ParkedItem[] => items.map((item) => ({ ...item, of: kind }));
    return [
      ...of(
        'view',
        folds.map(({ value }) => value),
      ),
      ...of('reaction', await running.reactor.parked()),
      ...of('timer', running.timers.refused),
    ];
  }

  status(): NodeStatus {
    const { province, context, world } = this.options;
    const running = this.running;
    return {
      province,
      context: context.name,
      now: world.clock.now(),
      journals: running ? [...running.journals.values()].map((journal) => journalStatus(running, journal, world.clock)) : [],
      parked: running ? running.folder.parkedCount() + running.reactor.parkedCount + running.timers.refused.length : 0,
      queued: running?.writing.sequencer?.queued ?? 0,
      loss: running?.writing.loss ?? null,
      keys: running?.keys.own.status() ?? [],
      notReady: running ? (running.writing.notReady ?? keyTrouble(running)) : this.notReady,
    };
  }

  private active(): Running {
    if (!this.running) throw new Unavailable(this.notReady);
    return this.running;
  }

  /** Takes the lease, runs while it lasts, and begins again when it is lost or what is held no longer fits. */
  private async hold(): Promise<void> {
    const { world } = this.options;
    for (let attempt = 1; !this.stopping; attempt++) {
      try {
        if (await this.lease.acquire()) {
          await this.runWhileHeld();
          attempt = 1;
        } else {
          this.notReady = say('nodeStandingBy');
          await world.clock.sleep(RENEW_MS, this.halt.signal);
        }
      } catch (error) {
        this.notReady = say('nodeCannotRun', { detail: String(error) });
        world.notice({ level: 'error', what: 'node.failed', facts: { journal: this.own, why: String(error) } });
        await pause(world.clock, world.random.bytes(1)[0]!, attempt, this.halt.signal);
      }
    }
    await this.lease.release().catch(() => undefined);
    this.changed.raise();
  }

  private async runWhileHeld(): Promise<void> {
    const { clock } = this.options.world;
    const running = new Running(this.options, this.pinned, this.lease);
    try {
      const renewing = this.renew(running);
      await running.start();
      this.running = running;
      this.changed.raise();
      await renewing;
    } finally {
      this.running = null;
      this.notReady = say(this.stopping ? 'nodeStopping' : 'leaseLost');
      await running.stop(this.notReady);
      if (!this.stopping) await clock.sleep(0);
    }
  }

  /** Renews until the node stops, the lease is lost or the journal must be opened again. A failed renewal is not yet a lost lease. */
  private async renew(running: Running): Promise<void> {
    const { clock, notice } = this.options.world;
    while (!this.stopping && !running.ended) {
      await clock.sleep(RENEW_MS, this.halt.signal);
      if (this.stopping) return;
      const renewed = await this.lease.renew().catch((error: unknown) => {
        notice({ level: 'warn', what: 'lease.renewal-failed', facts: { journal: this.own, why: String(error) } });
        return this.lease.acquire().catch(() => this.lease.sure);
      });
      if (!renewed) return;
    }
  }
}

const orderValue = (last: Recorded<ViewRow>, query: RecordQuery): Scalar => {
  const value = query.order ? (last.value.row as Readonly<Record<string, unknown>> | null)?.[query.order.field] : null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
};
