/** A node while it holds the lease: its own journal, the replicas, and the loops that carry entries from one to the other. */
import { withBuiltin, type ReportEquivocation, SELF } from './builtin.js';
import type { StoredBlock, WireBlock } from './block.js';
import type { Actor, Context, DerivedCommand, Entry, ForeignStream } from './decider.js';
import { Vocabulary } from './entry.js';
import { originOf } from './federation.js';
import { Folder } from './folder.js';
import { Follower } from './follower.js';
import { Healing, heldWire } from './healing.js';
import { commandId, derivedId, topics } from './ids.js';
import { Journal } from './journal.js';
import { invariantVerifier, type Pinned } from './pinned.js';
import { Unavailable, type Answer, type CommandRequest, type NodeOptions } from './node.js';
import type { Subscription } from './ports.js';
import { Inbox } from './inbox.js';
import { findLoss, type Loss } from './loss.js';
import { Loops } from './loops.js';
import { Publisher, topicOf } from './publisher.js';
import { Reactor } from './reactor.js';
import { recover } from './recovery.js';
import { Replica, type Equivocation } from './replica.js';
import { Sequencer } from './sequencer.js';
import { pause } from './signal.js';
import { Streams } from './streams.js';
import { Timers } from './timers.js';
import { foreignKey } from './turn.js';
import { Witness } from './witness.js';

const BEAT_MS = 2_000;
const TIMER_MS = 200;

/** What the parts of a running node share. */
export class Running {
  readonly own: string;
  readonly context: Context;
  readonly vocabulary: Vocabulary;
  readonly journals = new Map<string, Journal>();
  readonly replicas = new Map<string, Replica>();
  private readonly readers = new Map<string, Streams>();
  readonly folder: Folder;
  readonly witness: Witness;
  readonly healing: Healing;
  readonly reactor: Reactor;
  readonly timers: Timers;
  publisher!: Publisher;
  sequencer: Sequencer | null = null;
  /** Private payloads that are lost and not yet accepted as lost. */
  loss: Loss | null = null;
  /** Why nothing can be written, in a sentence; null when it can. */
  notReady: string | null = 'Starting.';
  /** Set when what is held here no longer fits what peers hold: the node has to open again. */
  mustReopen = false;
  private stopping = false;
  private readonly loops: Loops;
  private readonly inbox: Inbox;
  private readonly nodeActor: Actor;

  constructor(
    private readonly options: NodeOptions,
    private readonly pinned: Pinned,
    private readonly lease: { readonly epoch: number; readonly sure: boolean },
  ) {
    const { world, province, federation } = options;
    this.loops = new Loops(world);
    this.context = withBuiltin(options.context);
    this.own = `${province}/${this.context.name}`;
    this.vocabulary = new Vocabulary(this.context.entryTypes);
    this.nodeActor = { person: 'node', organisation: `node/${province}`, province, roles: ['node'] };
    this.folder = new Folder(world, this.context, this.vocabulary, this.own);
    const own = {
      cosigner: pinned.cosigner(province),
      journal: this.own,
      signedHead: () => this.publisher.signedHead(),
      pendingSince: () => this.sequencer?.pendingSince ?? null,
    };
    this.witness = new Witness(world, { province, context: this.context.name, federation }, own, pinned.cosigners, this.replicas);
    const at = { province, context: this.context.name, provinces: federation.nodes.map((node) => node.province) };
    this.healing = new Healing(
      world,
      at,
      this.replicas,
      (journal, block) => this.wire(journal, block),
      (journal) => this.journals.get(journal) ?? null,
    );
    this.inbox = new Inbox(options, this.replicas, this.witness, this.healing, () => this.heardOfMore());
    this.reactor = new Reactor(world, this.context, this.vocabulary, this.folder, {
      province,
      journals: this.journals,
      submit: (command, id, trace) => this.submit(command, id, trace),
      reached: (basis) => this.reached(basis),
      state: async (journal, stream) =>
        journal === this.own ? (await this.writer().read(stream)).state : (await this.reader(journal).refreshed(stream)).state,
    });
    this.timers = new Timers(world, this.folder, this.witness, {
      journal: this.own,
      submit: (command, id, trace) => this.submit(command, id, trace),
      reacted: (journal) => this.reactor.position(journal),
      quarantined: (journal) => (this.replicas.get(journal)?.quarantined ?? null) !== null,
    });
  }

  /** Opens storage and topics and starts the loops; recovery goes on behind it. */
  async start(): Promise<void> {
    const { world, federation } = this.options;
    for (const { province } of federation.nodes) await this.openJournal(`${province}/${this.context.name}`);
    await this.folder.open();
    await this.reactor.open();
    await this.witness.open();
    this.publisher = new Publisher(world, this.journals.get(this.own)!, this.pinned.journal(this.own)!, topicOf(this.own));
    const everyone = federation.nodes.map((node) => node.province);
    const peers = everyone.filter((province) => province !== this.options.province);
    await world.bus.ensure(
      everyone.flatMap((each) => [topics.journal(each, this.context.name), topics.sync(each), topics.heal(each), topics.witness(each)]),
    );
    await this.inbox.open(peers);
    void this.loops.start('beat', () => this.beat(), BEAT_MS);
    for (const journal of this.journals.values()) void this.loops.start('fold', () => this.folder.step(journal), journal.grown);
    this.loops.add(this.goLive(peers));
  }

  async stop(why: string): Promise<void> {
    this.stopping = true;
    this.notReady = why;
    this.healing.stop();
    await this.inbox.close();
    await this.sequencer?.stop(why);
    await this.publisher.stop();
    await this.loops.stop();
    for (const journal of this.journals.values()) if (journal.tilesWaiting) await journal.saveTiles();
  }

  /** The writer of the own journal. Throws Unavailable while there is none. */
  writer(): Sequencer {
    if (!this.sequencer) throw new Unavailable(this.notReady ?? 'Starting.');
    return this.sequencer;
  }

  async execute(request: CommandRequest): Promise<Answer> {
    const handler = this.context.commands[request.command];
    if (!handler) throw new TypeError(`The context ${this.context.name} has no command ${request.command}.`);
    const id = commandId(this.options.world.hasher, request.actor.organisation, request.command, request.idempotencyKey);
    const answer = this.writer().execute({
      heals: request.command === 'AcceptLoss',
      handler,
      body: request.body,
      id,
      derived: false,
      actor: request.actor,
      trace: request.trace,
      ...(request.expect !== undefined && { expect: request.expect }),
    });
    if (request.command === 'AcceptLoss' && (await answer).ok) await this.settleLoss(this.journals.get(this.own)!);
    return answer;
  }

  /** A reader of streams of a replicated journal. */
  reader(journal: string): Streams {
    const reader = this.readers.get(journal);
    if (!reader) throw new TypeError(`${journal} is no journal of this federation.`);
    return reader;
  }

  /** Runs a follower until the subscription is closed or the node stops. */
  async follow(name: string, handle: (entry: Entry) => Promise<void>): Promise<Subscription> {
    const follower = new Follower(
      this.options.world,
      this.vocabulary,
      this.folder,
      this.journals,
      (basis) => this.reached(basis),
      name,
      handle,
    );
    await follower.open();
    let open = true;
    const step = (): Promise<boolean> => (open ? follower.step() : Promise.resolve(false));
    const running = this.loops.start(`follow:${name}`, step, this.folder.moved, () => !open);
    return {
      close: async () => {
        open = false;
        this.folder.moved.raise();
        await running;
      },
    };
  }

  private async openJournal(name: string): Promise<void> {
    const { world } = this.options;
    const journal = await Journal.open(world, name);
    const replica = new Replica(world, journal, invariantVerifier(this.pinned.journal(name), name), (found) => this.contradicted(found));
    await replica.open();
    this.journals.set(name, journal);
    this.replicas.set(name, replica);
    this.readers.set(name, new Streams(journal, this.vocabulary, this.context, world.storage.records));
  }

  /** A peer's beat arrived: if it holds more of our own journal than we do, we are not the writer we think we are. */
  private heardOfMore(): void {
    const own = this.replicas.get(this.own)!;
    if (!this.sequencer || own.known <= own.journal.size) return;
    this.mustReopen = true;
    this.inBackground('writer.stop-failed', this.sequencer.stop('A peer holds more of the own journal than this node.'));
  }

  /** Whether what an entry rests on is folded here. A quarantined journal goes no further: nobody waits for it. */
  private reached(basis: Entry['basis']): boolean {
    return Object.entries(basis).every(([journal, size]) => {
      const replica = this.replicas.get(journal);
      return !replica || replica.quarantined !== null || this.folder.position(journal) >= size;
    });
  }

  private inBackground(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.options.world.notice({ level: 'warn', what, facts: { why: String(error) } }));
  }

  private async beat(): Promise<boolean> {
    for (const [name, replica] of this.replicas) {
      if (name === this.own || replica.known <= replica.journal.size) continue;
      const before = this.lastSizes.get(name);
      if (before === replica.journal.size) this.inBackground('healing.failed', this.healing.heal(name));
      this.lastSizes.set(name, replica.journal.size);
    }
    await this.witness.beat();
    // The writer never waits for this: tiles of the own journal are saved from here.
    const own = this.journals.get(this.own)!;
    if (own.tilesWaiting) await own.saveTiles();
    return false;
  }
  private readonly lastSizes = new Map<string, number>();

  private async goLive(peers: readonly string[]): Promise<void> {
    const { world } = this.options;
    const own = this.replicas.get(this.own)!;
    const options = {
      world,
      own,
      peers,
      witness: this.witness,
      healing: this.healing,
      openAlone: this.options.openAlone ?? false,
      stopped: () => this.stopping,
      say: (why: string) => {
        this.notReady = why;
      },
    };
    for (let attempt = 1; !this.stopping; attempt++) {
      try {
        if (!(await recover(options))) return;
        await this.publisher.start();
        await this.settleLoss(own.journal);
        this.notReady ??= 'Opening the journal.';
        const streams = new Streams(own.journal, this.vocabulary, this.context, world.storage.records);
        const at = { province: this.options.province, origin: originOf(this.options.federation.federation, this.own) };
        this.sequencer = new Sequencer(world, own.journal, streams, this.vocabulary, at, {
          foreign: (sources) => this.foreign(sources),
          freshness: (journal) => this.witness.watermark(journal)?.time ?? null,
          barred: () => this.barred(),
          lost: () => this.loss,
          epoch: this.lease.epoch,
        });
        const key = this.pinned.journal(this.own)!.line;
        await this.submit(
          { command: 'OpenJournal', target: SELF, body: { key } },
          commandId(world.hasher, this.nodeActor.organisation, 'OpenJournal', key),
          '',
        );
        for (const replica of this.replicas.values()) if (replica.quarantined) this.contradicted(replica.quarantined);
        for (const journal of this.journals.values()) void this.loops.start('react', () => this.reactor.step(journal), this.folder.moved);
        void this.loops.start('timers', async () => (await this.timers.fire()) > 0, TIMER_MS);
        await this.settleLoss(own.journal);
        return;
      } catch (error) {
        // Two writers over one journal object would each take the other's blocks for their own.
        await this.sequencer?.stop('The journal is opened again.');
        this.sequencer = null;
        this.notReady = `Recovery failed and is tried again: ${String(error)}`;
        world.notice({ level: 'warn', what: 'recovery.failed', facts: { why: String(error) } });
        await pause(world.clock, world.random.bytes(1)[0]!, attempt);
      }
    }
  }

  /** Finds what is lost and not yet accepted, and says so. */
  private async settleLoss(journal: Journal): Promise<void> {
    const loss = await findLoss(this.options.world.storage.records, journal);
    const accepted = (await this.reader(journal.name).refreshed(SELF)).state as { readonly lossAcceptedTo: number };
    this.loss = loss && loss.to > accepted.lossAcceptedTo ? loss : null;
    this.notReady =
      this.loss &&
      `Frozen, since ${this.loss.entries} private payloads from entry ${this.loss.from} on are lost. Restore a backup, or accept the loss.`;
  }

  private barred(): string | null {
    if (this.stopping) return 'The node is stopping.';
    if (this.mustReopen) return 'A peer holds more of the own journal than this node: it is opened again.';
    if (!this.lease.sure) return 'Another process may be writing this journal: the lease is in doubt.';
    const limit = this.options.clockLimitMs ?? Infinity;
    const trusted = limit === Infinity ? null : this.witness.trustedTime();
    if (trusted !== null && Math.abs(trusted - this.options.world.clock.now()) > limit)
      return 'The clock of this node disagrees with its peers: set it right.';
    return null;
  }

  private async foreign(
    sources: readonly ForeignStream[],
  ): Promise<ReadonlyMap<string, { readonly state: unknown; readonly seen: number }>> {
    const found = new Map<string, { readonly state: unknown; readonly seen: number }>();
    for (const source of sources) {
      const { state, size } = await this.reader(source.journal).refreshed(source.stream);
      found.set(foreignKey(source), { state, seen: size });
    }
    return found;
  }

  private submit(command: DerivedCommand, id: string, trace: string): Promise<Answer> {
    const handler = this.context.commands[command.command];
    if (!handler) throw new TypeError(`The context ${this.context.name} has no command ${command.command}.`);
    return this.writer().execute({ handler, body: command.body, id, derived: true, actor: this.nodeActor, trace });
  }

  private contradicted({ journal, size, held, note }: Equivocation): void {
    if (journal === this.own || !this.sequencer) return;
    const body: ReportEquivocation = { journal, size, held, contradicting: note };
    const id = derivedId(this.options.world.hasher, { journal, index: size, reaction: 'equivocation', target: SELF, ordinal: 0 });
    this.inBackground('equivocation.unreported', this.submit({ command: 'ReportEquivocation', target: SELF, body }, id, ''));
  }

  private wire(journal: string, block: StoredBlock): WireBlock | null {
    return journal === this.own ? this.publisher.wire(block) : heldWire(journal, block);
  }
}
