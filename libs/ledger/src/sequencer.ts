/**
 * The one writer of a journal. Commands are decided in turns without an await, over state that includes what is not yet
 * durable; what was decided while a block was being written becomes the next block. Every answer waits until all it was
 * decided on is durable.
 */
import { BLOCK_BYTES_MAX, BLOCK_COMMITS_MAX, encodeEntries, type StoredBlock, type StoredCommit } from './block.js';
import { equal, hex, utf8 } from './bytes.js';
import { canonicalBytes } from './canonical.js';
import { invariant, isRejection, reject, type Actor, type Append, type DomainEvent, type Fold, type ForeignStream, type Handler, type Peek, type Turn } from './decider.js';
import { entryOf, type Vocabulary } from './entry.js';
import type { Journal } from './journal.js';
import type { LedgerEntry } from './leaf.js';
import { Busy, Unavailable, type Answer } from './node.js';
import type { World } from './ports.js';
import { pause, Signal } from './signal.js';
import { ANY_BODY, DERIVED, type Streams, type StreamState } from './streams.js';
import { append, leafHash, rangeRoot, type CompactRange } from './tree.js';

/** A command on its way into the journal, its id already derived. */
export interface Submission {
  readonly handler: Handler;
  readonly body: object;
  readonly id: string;
  /** Derived commands are the node's own: their body is fixed by their cause and is not compared. */
  readonly derived: boolean;
  readonly actor: Actor;
  readonly trace: string;
  readonly expect?: number;
}

/** What the sequencer asks of the rest of its node. */
export interface Surroundings {
  /** The state of foreign streams with the size of each journal read, loaded before the turn. */
  foreign(sources: readonly ForeignStream[]): Promise<ReadonlyMap<string, { readonly state: unknown; readonly seen: number }>>;
  /** Domain ms of the owner's last word on a journal; null when never heard. */
  freshness(journal: string): number | null;
  /** Why nothing may be answered now; null when all is well. Checked before a turn and again before its answer. */
  barred(): string | null;
  readonly epoch: number;
}

/** Commands under way at once; more are turned away with `Busy`. */
const QUEUE_MAX = 5_000;
/** Rounds in which a handler may name more streams: a chain longer than this is a mistake. */
const NAMING_ROUNDS = 5;

interface Pending {
  readonly commit: StoredCommit;
  readonly hashes: readonly Uint8Array[];
  readonly time: number;
}

export const foreignKey = ({ journal, stream }: ForeignStream): string => `${journal}|${stream}`;

type ForeignStates = ReadonlyMap<string, { readonly state: unknown; readonly seen: number }>;

export class Sequencer {
  private readonly durable = new Signal();
  private pending: Pending[] = [];
  /** Journal size with all that is pending. */
  private tip: number;
  private lastTime = 0;
  private generation = 0;
  private underWay = 0;
  private writing: Promise<void> | null = null;
  private stopped: string | null = null;

  constructor(
    private readonly world: World,
    private readonly journal: Journal,
    private readonly streams: Streams,
    private readonly vocabulary: Vocabulary,
    private readonly at: { readonly province: string; readonly origin: string },
    private readonly around: Surroundings,
  ) {
    this.tip = journal.size;
    this.lastTime = journal.lastBlock?.at ?? 0;
  }

  get queued(): number {
    return this.underWay;
  }

  /** Decides a command and resolves once the decision, or all that a refusal rests on, is durable. */
  async execute(submission: Submission): Promise<Answer> {
    if (this.underWay >= QUEUE_MAX && !submission.derived) throw new Busy('The queue of commands is full: send the command again in a second.');
    this.underWay += 1;
    try {
      for (;;) {
        this.checkOpen();
        const foreign = await this.prepare(submission);
        const turn = foreign && this.turn(submission, foreign);
        if (!turn) continue;
        if (await this.settled(turn.until)) {
          this.checkOpen();
          return turn.answer;
        }
      }
    } finally {
      this.underWay -= 1;
    }
  }

  /** The durable state of a stream: waits for what is pending on it. */
  async read(stream: string): Promise<StreamState> {
    for (;;) {
      this.checkOpen();
      await this.streams.load([stream]);
      const found = this.streams.get(stream);
      if (!found) continue;
      const copy = { ...found };
      if (await this.settled(found.size)) return copy;
    }
  }

  /** Lets the block in flight end; every command that waits is told to come again. */
  async stop(why: string): Promise<void> {
    this.stopped = why;
    this.durable.raise();
    await this.writing;
  }

  private checkOpen(): void {
    const why = this.stopped ?? this.around.barred();
    if (why !== null) throw new Unavailable(why);
  }

  /** Loads all that the handler names. Null when it names ever more. */
  private async prepare({ handler, body }: Submission): Promise<ForeignStates | null> {
    let foreign: ForeignStates = new Map();
    for (let round = 0; round < NAMING_ROUNDS; round++) {
      const peek = this.peek(foreign);
      const own = handler.streams(body as never, peek);
      const others = handler.foreign?.(body as never, peek) ?? [];
      const missing = own.filter((stream) => !this.streams.get(stream));
      const unread = others.some((source) => !foreign.has(foreignKey(source)));
      if (missing.length === 0 && !unread) return foreign;
      await this.streams.load(own);
      if (others.length > 0) foreign = await this.around.foreign(others);
    }
    invariant(false, `A handler named new streams ${NAMING_ROUNDS} times: let it name them in fewer steps.`);
  }

  private peek(foreign: ForeignStates): Peek {
    return {
      province: this.at.province,
      state: <S, E extends DomainEvent>(_: Fold<S, E>, stream: string) => this.streams.get(stream)?.state as S | undefined,
      foreign: <S, E extends DomainEvent>(_: Fold<S, E>, source: ForeignStream) => foreign.get(foreignKey(source))?.state as S | undefined,
    };
  }

  /** One turn: no await from here to its end. Null when a stream left memory since it was loaded. */
  private turn(submission: Submission, foreign: ForeignStates): { readonly answer: Answer; readonly until: number } | null {
    const { handler, body } = submission;
    const named = handler.streams(body as never, this.peek(foreign));
    const states = new Map(named.map((stream) => [stream, this.streams.get(stream)]));
    if ([...states.values()].includes(undefined)) return null;
    const target = named[0];
    invariant(target !== undefined, 'A handler names at least its target stream.');
    const bodyHash = submission.derived ? DERIVED : hex(this.world.hasher.sha256(canonicalBytes(body)));
    const until = Math.max(0, ...[...states.values()].map((state) => state!.size));
    const early = this.early(submission, target, states.get(target)!, bodyHash);
    if (early) return { answer: early, until };
    const frozen = [...states].find(([, state]) => state!.frozen !== null);
    if (frozen) return { answer: { ok: false, ...reject('E-FROZEN', { stream: frozen[0], why: frozen[1]!.frozen }) }, until };
    const now = Math.max(this.lastTime, this.world.clock.now());
    const decision = handler.decide(body as never, this.view(submission, states as Map<string, StreamState>, foreign, now));
    if (isRejection(decision)) return { answer: { ok: false, ...decision }, until };
    return { answer: this.commit(submission, target, bodyHash, decision, foreign, now), until: this.tip };
  }

  /** What needs no decision: a repeat, another body under the same id, a version that moved on. */
  private early(submission: Submission, target: string, state: StreamState, body: string): Answer | null {
    const known = state.commands.get(submission.id);
    if (known) {
      if (known.body !== body && known.body !== ANY_BODY) return { ok: false, ...reject('E-IDEMPOTENCY', { stream: target }) };
      return { ok: true, position: { journal: this.journal.name, size: known.size }, stream: target, version: known.version, repeated: true };
    }
    if (submission.expect !== undefined && submission.expect !== state.version) {
      return { ok: false, ...reject('E-VERSION', { stream: target, expected: submission.expect, actual: state.version }) };
    }
    return null;
  }

  private view(submission: Submission, states: ReadonlyMap<string, StreamState>, foreign: ForeignStates, now: number): Turn {
    const own = (stream: string): StreamState => {
      const found = states.get(stream);
      invariant(found !== undefined, `The handler did not name the stream ${stream} that it reads.`);
      return found;
    };
    const seen = (journal: string): number => Math.max(0, ...[...foreign].filter(([key]) => key.startsWith(`${journal}|`)).map(([, each]) => each.seen));
    return {
      province: this.at.province,
      journal: this.journal.name,
      now,
      actor: submission.actor,
      commandId: submission.id,
      state: <S, E extends DomainEvent>(_: Fold<S, E>, stream: string) => own(stream).state as S,
      version: (stream) => own(stream).version,
      foreign: <S, E extends DomainEvent>(_: Fold<S, E>, source: ForeignStream) => {
        const found = foreign.get(foreignKey(source));
        invariant(found !== undefined, `The handler did not name the foreign stream ${source.stream} that it reads.`);
        return found.state as S;
      },
      seen,
      freshness: (journal) => this.around.freshness(journal),
      hash: (value) => hex(this.world.hasher.sha256(utf8(value))),
    };
  }

  /** Adds a decision to what is pending. An empty one changes nothing. */
  private commit(submission: Submission, target: string, body: string, decision: readonly Append[], foreign: ForeignStates, now: number): Answer {
    const appends = decision.filter(({ events }) => events.length > 0);
    const state = this.streams.get(target)!;
    const answer = (): Answer => ({ ok: true, position: { journal: this.journal.name, size: this.tip }, stream: target, version: state.version, repeated: false });
    if (appends.length === 0) return answer();
    const basis: Record<string, number> = {};
    for (const [key, { seen }] of foreign) {
      const journal = key.slice(0, key.indexOf('|'));
      basis[journal] = Math.max(basis[journal] ?? 0, seen);
    }
    const facts = { source: this.at.origin, time: now, actor: submission.actor, basis, command: submission.id, person: submission.actor.person, trace: submission.trace };
    const tools = { hasher: this.world.hasher, random: this.world.random, vocabulary: this.vocabulary };
    const items = appends.flatMap(({ stream, events, policyVersion }) => events.map((event) => ({ stream, event, policyVersion: policyVersion ?? '-' })));
    const entries = items.map((item, at) => entryOf(tools, this.tip + at, facts, item));
    const streams = [target, ...new Set(appends.map(({ stream }) => stream).filter((stream) => stream !== target))];
    const versions = streams.map((stream) => this.streams.get(stream)!.version);
    this.enqueue(entries, { streams, versions, command: submission.id, body }, now);
    for (const { stream, events } of appends) this.streams.grow(this.streams.get(stream)!, events, this.streams.foldOf(stream));
    for (const stream of streams) this.streams.get(stream)!.size = this.tip;
    this.streams.remember(state, { id: submission.id, body, size: this.tip, version: state.version, at: now });
    return answer();
  }

  private enqueue(entries: readonly LedgerEntry[], about: Pick<StoredCommit, 'streams' | 'versions' | 'command' | 'body'>, now: number): void {
    const bytes = encodeEntries(entries);
    if (bytes.length > BLOCK_BYTES_MAX) throw new RangeError(`One command may write ${BLOCK_BYTES_MAX} bytes; this one wrote ${bytes.length}.`);
    const hashes = entries.map((entry) => leafHash(this.world.hasher, entry.leaf));
    this.pending.push({ commit: { first: this.tip, count: entries.length, ...about, bytes }, hashes, time: now });
    this.tip += entries.length;
    this.lastTime = now;
    this.writing ??= this.write()
      .catch((error: unknown) => {
        // Only damage gets here (an unknown outcome is retried for ever): stop, and let nobody wait for nothing.
        this.stopped = `The journal ${this.journal.name} cannot go on: ${String(error)}`;
        this.world.notice({ level: 'error', what: 'sequencer.stopped', facts: { journal: this.journal.name, why: String(error) } });
        this.durable.raise();
      })
      .finally(() => {
        this.writing = null;
      });
  }

  /** True once the journal is durable up to this size; false when what was pending is lost and must be decided again. */
  private async settled(size: number): Promise<boolean> {
    const generation = this.generation;
    while (this.journal.size < size) {
      if (generation !== this.generation) return false;
      if (this.stopped !== null) throw new Unavailable(this.stopped);
      await this.durable.wait();
    }
    return generation === this.generation;
  }

  /** Writes what has gathered, block after block, until nothing is left. No timer: the block in flight is the only wait. */
  private async write(): Promise<void> {
    await Promise.resolve();
    while (this.pending.length > 0) {
      const { block, taken } = this.nextBlock();
      const confirmed = await this.insertUntilKnown(block);
      if (confirmed) {
        this.pending = this.pending.slice(taken);
        this.journal.advance(block);
      } else {
        this.world.notice({ level: 'warn', what: 'sequencer.lost-race', facts: { journal: this.journal.name, first: block.first } });
        await this.journal.catchUp();
        this.forget();
      }
      this.durable.raise();
    }
  }

  /** Another writer was first: what was pending never happened. */
  private forget(): void {
    this.generation += 1;
    this.pending = [];
    this.streams.clear();
    this.tip = this.journal.size;
    this.lastTime = Math.max(this.lastTime, this.journal.lastBlock?.at ?? 0);
  }

  private nextBlock(): { readonly block: StoredBlock; readonly taken: number } {
    let bytes = 0;
    let taken = 0;
    for (const { commit } of this.pending) {
      if (taken > 0 && (bytes + commit.bytes.length > BLOCK_BYTES_MAX || taken >= BLOCK_COMMITS_MAX)) break;
      bytes += commit.bytes.length;
      taken += 1;
    }
    const commits = this.pending.slice(0, taken);
    const after: CompactRange = append(this.world.hasher, this.journal.end, commits.flatMap(({ hashes }) => hashes));
    const block = {
      first: this.journal.size,
      count: after.size - this.journal.size,
      root: rangeRoot(this.world.hasher, after),
      epoch: this.around.epoch,
      at: commits.at(-1)!.time,
      commits: commits.map(({ commit }) => commit),
    };
    return { block, taken };
  }

  /** Inserts the same bytes until the outcome is known. True: they are there. False: another block is. */
  private async insertUntilKnown(block: StoredBlock): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        if ((await this.journal.insert(block)) === 'inserted') return true;
        const there = await this.journal.blockAt(block.first);
        if (there) return equal(there.root, block.root) && there.count === block.count;
      } catch (error) {
        this.world.notice({ level: 'warn', what: 'sequencer.write-unknown', facts: { journal: this.journal.name, first: block.first, why: String(error) } });
      }
      await pause(this.world.clock, this.world.random.bytes(1)[0]!, attempt);
    }
  }
}
