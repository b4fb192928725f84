/** The own journal while this process holds its lease: recovered, then written, published, and guarded against what makes it doubtful. */
import { KEYS, SELF, withBuiltin, type RepinKey } from './builtin.js';
import { canonical } from './canonical.js';
import {
  type Actor,
  type Context,
  type Decision,
  type DerivedCommand,
  type ForeignStream,
  type Handler,
  type Question,
  type Turn,
} from './decider.js';
import type { Vocabulary } from './entry.js';
import { originOf } from './federation.js';
import type { Healing } from './healing.js';
import { commandId } from './ids.js';
import type { Journal } from './journal.js';
import type { Lock } from './lock.js';
import { findLoss, lossOf, type Loss } from './loss.js';
import { type Answer, type CommandRequest, type NodeOptions } from './node.js';
import type { OwnKeys } from './own-keys.js';
import { Precedence } from './precedence.js';
import { Publisher, topicOf } from './publisher.js';
import { recover } from './recovery.js';
import type { Replica } from './replica.js';
import { Sequencer, type Submission } from './sequencer.js';
import { pause } from './signal.js';
import { Streams } from './streams.js';
import { foreignKey, type ForeignStates } from './turn.js';
import type { Witness } from './witness.js';
import { Unavailable, reject, say, type SaidPart } from './rejection.js';

/** Commands about the journal itself: they are decided also while it is frozen. */
const HEALING: ReadonlySet<string> = new Set(['AcceptLoss', 'OpenJournal', 'RotateKey', 'RevokeKey']);

/** The parts of the node that the own journal leans on. */
export interface OwnJournalParts {
  /** The own journal, seen as a replica: heads of it that peers hold are compared there. */
  readonly replica: Replica;
  readonly keys: OwnKeys;
  /** What this operator has pinned of the others' journals after their first keys. */
  readonly repinned: readonly RepinKey[];
  readonly vocabulary: Vocabulary;
  readonly witness: Witness;
  readonly healing: Healing;
  readonly lease: { readonly epoch: number; readonly sure: boolean };
  readonly lock: Lock;
  /** A reader of streams of any journal. */
  reader(journal: string): Streams;
}

export class OwnJournal {
  readonly publisher: Publisher;
  /** What somebody waits for goes before what this node does of itself. */
  readonly precedence: Precedence;
  sequencer: Sequencer | null = null;
  /** Why nothing can be written; null when it can. */
  notReady: SaidPart | null = say('nodeStarting');
  /** Set when what is held here no longer fits what peers hold: the node has to open again. */
  mustReopen = false;
  /** Private payloads that are lost and not yet accepted as lost. */
  loss: Loss | null = null;
  private stopping = false;
  private readonly context: Context;
  private readonly nodeActor: Actor;

  constructor(
    private readonly options: NodeOptions,
    private readonly parts: OwnJournalParts,
  ) {
    const { province, world } = options;
    this.context = withBuiltin(options.context);
    this.nodeActor = { person: 'node', organisation: `node/${province}`, province, roles: ['node'] };
    this.precedence = new Precedence(world.clock);
    this.publisher = new Publisher(world, this.journal, parts.keys.ring, topicOf(this.journal.name));
  }

  private get journal(): Journal {
    return this.parts.replica.journal;
  }

  /** The writer of the own journal. Throws Unavailable while there is none. */
  writer(): Sequencer {
    if (!this.sequencer) throw new Unavailable(this.notReady ?? say('nodeStarting'));
    return this.sequencer;
  }

  async execute(request: CommandRequest): Promise<Answer> {
    const handler = this.context.commands[request.command];
    if (!handler) throw new TypeError(`The context ${this.context.name} has no command ${request.command}.`);
    // Exactly what is lost now may be accepted: nobody gives up in advance what may be lost later.
    if (request.command === 'AcceptLoss' && canonical(request.body) !== canonical(this.loss)) {
      return { ok: false, ...reject('E-STATE', { seen: canonical(request.body), needed: canonical(this.loss) }) };
    }
    const refusal = (): SaidPart | null => this.parts.keys.refusal(request.command, request.body, this.journal.size);
    for (let why = refusal(); why !== null; why = refusal())
      // Like any refusal it is given out of the newest state: another process may have written since.
      if (await this.writer().isNewest()) return { ok: false, ...reject('E-KEY', { why }) };
    const id = commandId(this.options.world.hasher, request.actor.organisation, request.command, request.idempotencyKey);
    const submission: Submission = {
      heals: HEALING.has(request.command),
      rotates: request.command === 'RotateKey',
      handler,
      body: request.body,
      id,
      derived: false,
      actor: request.actor,
      trace: request.trace,
      ...(request.expect !== undefined && { expect: request.expect }),
      ...(request.dry !== undefined && { dry: request.dry }),
    };
    const answer = await this.precedence.first(() => this.writer().execute(submission));
    if (request.command === 'AcceptLoss' && !request.dry && answer.ok) await this.settleLoss();
    return answer;
  }

  /** A question is a command on trial whose decision is its answer. */
  async ask<C extends object, T>({ streams, foreign, answer }: Question<C, T>, about: C, actor: Actor): Promise<T> {
    let found: { readonly answer: T } | null = null;
    const decide = (body: C, turn: Turn): Decision => {
      found = { answer: answer(body, turn) };
      return [];
    };
    const handler: Handler<C> = { streams, ...(foreign && { foreign }), decide };
    const outcome = await this.writer().execute({ handler, body: about, id: 'question', derived: false, actor, trace: '', dry: true });
    if (outcome.ok && found !== null) return (found as { readonly answer: T }).answer;
    throw new Unavailable(say('decidesNothing'));
  }

  /** Carries out a command of the node itself. */
  submit(command: DerivedCommand, id: string, trace: string): Promise<Answer> {
    const handler = this.context.commands[command.command];
    if (!handler) throw new TypeError(`The context ${this.context.name} has no command ${command.command}.`);
    const heals = HEALING.has(command.command);
    return this.writer().execute({ handler, body: command.body, id, derived: true, actor: this.nodeActor, trace, heals });
  }

  /** A peer's beat arrived: if it holds more of our own journal than we do, we are not the writer we think we are. */
  heardOfMore(): void {
    if (!this.sequencer || this.parts.replica.known <= this.journal.size) return;
    this.mustReopen = true;
    void this.sequencer.stop(say('peerHoldsMore'));
  }

  async stop(why: SaidPart): Promise<void> {
    this.stopping = true;
    this.notReady = why;
    await this.sequencer?.stop(why);
    await this.publisher.stop();
  }

  /** Recovers the journal and opens it for writing; tries again until it can or the node stops. True once commands are taken. */
  async goLive(peers: readonly string[]): Promise<boolean> {
    const { world } = this.options;
    for (let attempt = 1; !this.stopping; attempt++) {
      try {
        if (!(await this.recovered(peers))) return false;
        await this.publisher.start();
        await this.settleLoss();
        this.notReady ??= say('openingJournal');
        this.sequencer = this.newSequencer();
        const key = this.parts.keys.ring.periods[0]!.key.line;
        const id = commandId(world.hasher, this.nodeActor.organisation, 'OpenJournal', key);
        await this.submit({ command: 'OpenJournal', target: SELF, body: { key } }, id, '');
        await this.acceptPins();
        await this.settleLoss();
        return true;
      } catch (error) {
        // Two writers over one journal object would each take the other's blocks for their own.
        await this.sequencer?.stop(say('journalReopened'));
        this.sequencer = null;
        this.notReady = say('recoveryFailed', { detail: String(error) });
        world.notice({ level: 'warn', what: 'recovery.failed', facts: { why: String(error) } });
        await pause(world.clock, world.random.bytes(1)[0]!, attempt);
      }
    }
    return false;
  }

  /** States which keys of others this operator has pinned out of band: each once. */
  private async acceptPins(): Promise<void> {
    const { organisation } = this.nodeActor;
    // An expired key signs nothing but its successor: what is pinned is then stated at the next start.
    if (this.parts.keys.expired()) return;
    for (const body of this.parts.repinned) {
      const id = commandId(this.options.world.hasher, organisation, 'RepinKey', `${body.journal}@${body.from} ${body.key}`);
      await this.submit({ command: 'RepinKey', target: KEYS, body }, id, '');
    }
  }

  private recovered(peers: readonly string[]): Promise<boolean> {
    const { witness, healing, replica } = this.parts;
    return recover({
      world: this.options.world,
      own: replica,
      peers,
      witness,
      healing,
      openAlone: this.options.openAlone ?? false,
      stopped: () => this.stopping,
      tell: (why) => {
        this.notReady = why;
      },
    });
  }

  private newSequencer(): Sequencer {
    const { world, federation, province } = this.options;
    const { vocabulary, witness, lease, lock } = this.parts;
    const streams = new Streams(this.journal, vocabulary, this.context, world.storage.records);
    const at = { province, origin: originOf(federation.federation, this.journal.name) };
    return new Sequencer(world, this.journal, streams, vocabulary, at, {
      foreign: (sources) => this.foreign(sources),
      freshness: (journal) => witness.watermark(journal)?.time ?? null,
      barred: () => this.barred(),
      lost: () => this.loss,
      expired: () => this.parts.keys.expired(),
      lock,
      epoch: lease.epoch,
    });
  }

  /** Finds what is lost and not yet accepted, and says so. */
  private async settleLoss(): Promise<void> {
    const loss = await findLoss(this.options.world.storage.records, this.journal);
    const accepted = (await this.parts.reader(this.journal.name).refreshed(SELF)).state as { readonly lossAcceptedTo: number };
    this.loss = loss && loss.to > accepted.lossAcceptedTo ? loss : null;
    this.notReady = this.loss && lossOf(this.loss);
  }

  private barred(): SaidPart | null {
    if (this.stopping) return say('nodeStopping');
    if (this.mustReopen) return say('peerHoldsMore');
    if (!this.parts.lease.sure) return say('leaseInDoubt');
    const missing = this.parts.keys.missing();
    if (missing !== null) return missing;
    const limit = this.options.clockLimitMs ?? Infinity;
    const trusted = limit === Infinity ? null : this.parts.witness.trustedTime();
    if (trusted !== null && Math.abs(trusted - this.options.world.clock.now()) > limit) return say('clockDisagrees');
    return null;
  }

  private async foreign(sources: readonly ForeignStream[]): Promise<ForeignStates> {
    const found = new Map<string, { readonly state: unknown; readonly seen: number }>();
    for (const source of sources) {
      const { state, size } = await this.parts.reader(source.journal).refreshed(source.stream);
      found.set(foreignKey(source), { state, seen: size });
    }
    return found;
  }
}
