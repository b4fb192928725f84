/**
 * The one writer of a journal. Commands are decided in turns without an await, over state that includes what is not yet
 * durable; what was decided while a block was being written becomes the next block. Every answer waits until all it was
 * decided on is durable.
 */
import { hex } from './bytes.js';
import { BlockWriter } from './block-writer.js';
import { canonicalBytes } from './canonical.js';
import { invariant, type Actor, type Append, type ForeignStream, type Handler, type Peek } from './decider.js';
import { entryOf, type Vocabulary } from './entry.js';
import type { Journal } from './journal.js';
import type { Lock } from './lock.js';
import { lossOf, type Loss } from './loss.js';
import type { Answer } from './node.js';
import type { World } from './ports.js';
import { ANY_BODY, DERIVED, type Streams, type StreamState } from './streams.js';
import { basisOf, foreignKey, peekOf, turnOf, type ForeignStates } from './turn.js';
import { Busy, Unavailable, isRejection, reject, say, type Rejection, type SaidPart } from './rejection.js';

/** A command on its way into the journal, its id already derived. */
export interface Submission {
  readonly handler: Handler;
  readonly body: object;
  readonly id: string;
  /** Derived commands are the node's own: their body is fixed by their cause and is not compared. */
  readonly derived: boolean;
  /** Decides about the journal itself, so it may even while the journal is frozen. */
  readonly heals?: boolean;
  /** Hands over to the next key: the one thing that an expired key may sign. */
  readonly rotates?: boolean;
  readonly actor: Actor;
  readonly trace: string;
  readonly expect?: number;
  /** Decided, and not written. */
  readonly dry?: boolean;
}

/** What the sequencer asks of the rest of its node. */
export interface Surroundings {
  /** The state of foreign streams with the size of each journal read, loaded before the turn. */
  foreign(sources: readonly ForeignStream[]): Promise<ReadonlyMap<string, { readonly state: unknown; readonly seen: number }>>;
  /** Domain ms of the owner's last word on a journal; null when never heard. */
  freshness(journal: string): number | null;
  /** Why nothing may be answered now; null when all is well. Checked before a turn and again before its answer. */
  barred(): SaidPart | null;
  /** Private payloads that a restored journal misses and that its operator has not accepted as lost. */
  lost(): Loss | null;
  /** Which key has expired, so that nothing may be written but the next one; null when all are good. */
  expired(): SaidPart | null;
  /** Closes entries for some provinces. */
  readonly lock: Lock;
  readonly epoch: number;
}

/** Commands under way at once; more are turned away with `Busy`. */
const QUEUE_MAX = 5_000;
/** Rounds in which a handler may name more streams: a chain longer than this is a mistake. */
const NAMING_ROUNDS = 5;

export class Sequencer {
  private readonly writer: BlockWriter;
  private underWay = 0;

  constructor(
    private readonly world: World,
    private readonly journal: Journal,
    private readonly streams: Streams,
    private readonly vocabulary: Vocabulary,
    private readonly at: { readonly province: string; readonly origin: string },
    private readonly around: Surroundings,
  ) {
    this.writer = new BlockWriter(world, journal, around.epoch, () => streams.clear());
  }

  get queued(): number {
    return this.underWay;
  }

  /** Time of the oldest entry that is decided and not yet durable, ms; null when there is none. */
  get pendingSince(): number | null {
    return this.writer.pendingSince;
  }

  /** Why this writer will write nothing more; null while it does. */
  get stopped(): SaidPart | null {
    return this.writer.stopped;
  }

  /** Decides a command and resolves once the decision, or all that a refusal rests on, is durable and the newest there is. */
  async execute(submission: Submission): Promise<Answer> {
    if (this.underWay >= QUEUE_MAX && !submission.derived) throw new Busy(say('queueFull'));
    this.underWay += 1;
    try {
      for (;;) {
        this.checkOpen();
        const foreign = await this.prepare(submission);
        const tip = this.writer.tip;
        const turn = this.turn(submission, foreign);
        if (!turn) continue;
        // An insert shows that nobody else wrote, and a repeat stays true; what writes nothing has to look.
        const shown = this.writer.tip > tip || (turn.answer.ok && turn.answer.repeated);
        if ((await this.writer.settled(turn.until)) && (shown || (await this.writer.newest()))) {
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
      if (!(await this.writer.settled(found.size))) continue;
      this.checkOpen();
      return copy;
    }
  }

  /** Whether all that was written is known here; else it is read, and what was refused may be taken now. */
  async isNewest(): Promise<boolean> {
    this.checkOpen();
    return this.writer.newest();
  }

  stop(why: SaidPart): Promise<void> {
    return this.writer.stop(why);
  }

  private checkOpen(): void {
    const why = this.writer.stopped ?? this.around.barred();
    if (why !== null) throw new Unavailable(why);
  }

  /** Loads all that the handler names. */
  private async prepare({ handler, body }: Submission): Promise<ForeignStates> {
    let foreign: ForeignStates = new Map();
    const named = new Set<string>();
    for (let rounds = 0; ;) {
      const peek = this.peek(foreign);
      const own = handler.streams(body as never, peek);
      const others = handler.foreign?.(body as never, peek) ?? [];
      const missing = own.filter((stream) => !this.streams.get(stream));
      const unread = others.some((source) => !foreign.has(foreignKey(source)));
      if (missing.length === 0 && !unread) return foreign;
      const before = named.size;
      for (const name of [...own, ...others.map(foreignKey)]) named.add(name);
      // What is named again was forgotten meanwhile, because another process wrote: that is no mistake of the handler.
      if (named.size > before) rounds += 1;
      invariant(rounds <= NAMING_ROUNDS, `A handler named new streams ${NAMING_ROUNDS} times: let it name them in fewer steps.`);
      await this.streams.load(own);
      if (others.length > 0) foreign = await this.around.foreign(others);
      this.checkOpen();
    }
  }

  private peek(foreign: ForeignStates): Peek {
    return peekOf(this.at.province, (stream) => this.streams.get(stream), foreign);
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
    const lost = this.around.lost();
    if (lost && !submission.heals) {
      if (submission.derived) throw new Unavailable(lossOf(lost));
      return {
        answer: { ok: false, ...reject('E-FROZEN', { ...lost, why: lossOf(lost) }) },
        until,
      };
    }
    const expired = submission.rotates ? null : this.around.expired();
    if (expired) {
      if (submission.derived) throw new Unavailable(expired);
      return { answer: { ok: false, ...reject('E-KEY', { why: expired }) }, until };
    }
    const frozen = [...states].find(([, state]) => state!.frozen !== null);
    if (frozen) return { answer: { ok: false, ...reject('E-FROZEN', { stream: frozen[0], why: frozen[1]!.frozen }) }, until };
    const now = this.writer.timeNow();
    const facts = {
      province: this.at.province,
      journal: this.journal.name,
      actor: submission.actor,
      commandId: submission.id,
      hasher: this.world.hasher,
    };
    const freshness = (journal: string): number | null => this.around.freshness(journal);
    const turn = turnOf({ ...facts, now, states: states as Map<string, StreamState>, foreign, freshness });
    const decision = handler.decide(body as never, turn);
    if (isRejection(decision)) return { answer: { ok: false, ...decision }, until };
    const barred = this.barredIn(decision);
    if (barred) return { answer: { ok: false, ...barred }, until };
    const appends = decision.filter(({ events }) => events.length > 0);
    if (submission.dry !== true) this.commit(submission, target, bodyHash, appends, foreign, now);
    const policyVersion = appends.map((append) => append.policyVersion).find((version) => version !== undefined && version !== '-');
    const answer: Answer = {
      ok: true,
      position: { journal: this.journal.name, size: this.writer.tip },
      stream: target,
      version: this.streams.get(target)!.version,
      repeated: false,
      ...(appends.length === 0 && { unchanged: true }),
      ...(policyVersion !== undefined && { policyVersion }),
    };
    return { answer, until: submission.dry === true ? until : this.writer.tip };
  }

  /** The first refusal of the border; null when all of it may be written. */
  private barredIn(decision: readonly Append[]): Rejection | null {
    for (const { events } of decision)
      for (const { type, data } of events) {
        const refused = this.vocabulary.border(type, data);
        if (refused) return refused;
      }
    return null;
  }

  /** What needs no decision: a repeat, another body under the same id, a version that moved on. */
  private early(submission: Submission, target: string, state: StreamState, body: string): Answer | null {
    const known = state.commands.get(submission.id);
    if (known) {
      if (known.body !== body && known.body !== ANY_BODY) return { ok: false, ...reject('E-IDEMPOTENCY', { stream: target }) };
      return {
        ok: true,
        position: { journal: this.journal.name, size: known.size },
        stream: target,
        version: known.version,
        repeated: true,
      };
    }
    if (submission.expect !== undefined && submission.expect !== state.version) {
      return { ok: false, ...reject('E-VERSION', { stream: target, expected: submission.expect, actual: state.version }) };
    }
    return null;
  }

  /** Adds a decision to what is pending. An empty one changes nothing. */
  private commit(
    submission: Submission,
    target: string,
    body: string,
    appends: readonly Append[],
    foreign: ForeignStates,
    now: number,
  ): void {
    if (appends.length === 0) return;
    const state = this.streams.get(target)!;
    const basis = basisOf(foreign);
    const facts = {
      source: this.at.origin,
      time: now,
      actor: submission.actor,
      basis,
      command: submission.id,
      person: submission.actor.person,
      trace: submission.trace,
    };
    const tools = { hasher: this.world.hasher, random: this.world.random, vocabulary: this.vocabulary, lock: this.around.lock };
    const items = appends.flatMap(({ stream, events, policyVersion }) =>
      events.map((event) => ({ stream, event, policyVersion: policyVersion ?? '-' })),
    );
    const entries = items.map((item, at) => entryOf(tools, this.writer.tip + at, facts, item));
    const streams = [target, ...new Set(appends.map(({ stream }) => stream).filter((stream) => stream !== target))];
    const versions = streams.map((stream) => this.streams.get(stream)!.version);
    // Folded before it is written: an event that its own fold cannot take must not become an entry.
    const grown = new Map(streams.map((stream) => [stream, { ...this.streams.get(stream)! }]));
    for (const { stream, events } of appends) this.streams.grow(grown.get(stream)!, events, this.streams.foldOf(stream));
    this.writer.enqueue(entries, { streams, versions, command: submission.id, body }, now);
    for (const [stream, next] of grown) Object.assign(this.streams.get(stream)!, { ...next, size: this.writer.tip });
    this.streams.remember(state, { id: submission.id, body, size: this.writer.tip, version: state.version, at: now });
  }
}
