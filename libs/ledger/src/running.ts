/** A node while it holds the lease: its own journal, the replicas, and the loops that carry entries from one to the other. */
import { withBuiltin, type ReportEquivocation, SELF } from './builtin.js';
import type { StoredBlock, WireBlock } from './block.js';
import type { Context, Entry } from './decider.js';
import { borderOf, faultsOf, Vocabulary } from './entry.js';
import { Folder } from './folder.js';
import { Follower } from './follower.js';
import { Healing, heldWire } from './healing.js';
import { derivedId, topics } from './ids.js';
import { KeyRings } from './key-rings.js';
import { Journal } from './journal.js';
import { OwnJournal } from './own-journal.js';
import type { Pinned } from './pinned.js';
import { UnknownJournal, type NodeOptions } from './node.js';
import { formatNote } from './note.js';
import type { Subscription } from './ports.js';
import { Inbox } from './inbox.js';
import { Lock } from './lock.js';
import { Loops } from './loops.js';
import { PublicEntries } from './public-entries.js';
import { Reactor } from './reactor.js';
import { Rebuilding } from './rebuilding.js';
import type { Equivocation } from './quarantine.js';
import { Replica } from './replica.js';
import { ServedLog } from './served-log.js';
import { Signal } from './signal.js';
import { Streams } from './streams.js';
import { Timers } from './timers.js';
import { Witness } from './witness.js';

const BEAT_MS = 2_000;
const OPENING_BEAT_MS = 500;
/** How often the positions of reactions and followers are saved, ms. */
const SAVE_MS = 500;
const TIMER_MS = 200;

/** What the parts of a running node share. */
export class Running {
  readonly own: string;
  readonly context: Context;
  readonly vocabulary: Vocabulary;
  readonly journals = new Map<string, Journal>();
  readonly replicas = new Map<string, Replica>();
  /** The journals as anybody may read them. */
  readonly logs = new Map<string, ServedLog>();
  readonly publics = new Map<string, PublicEntries>();
  private readonly readers = new Map<string, Streams>();
  /** Raised whenever any of the journals has grown. */
  private readonly anyGrown = new Signal();
  readonly folder: Folder;
  readonly rebuilding: Rebuilding;
  readonly keys: KeyRings;
  readonly witness: Witness;
  readonly healing: Healing;
  readonly reactor: Reactor;
  readonly timers: Timers;
  private readonly lock: Lock;
  /** The own journal; there from `start` on. */
  writing!: OwnJournal;
  private over = false;
  private started = false;
  private readonly loops: Loops;
  private readonly inbox: Inbox;

  constructor(
    private readonly options: NodeOptions,
    pinned: Pinned,
    private readonly lease: { readonly epoch: number; readonly sure: boolean },
  ) {
    const { world, province, federation } = options;
    this.loops = new Loops(world);
    this.lock = new Lock(world.encryption, pinned.boxes, { federation: federation.federation, province, context: options.context.name });
    this.context = withBuiltin(options.context);
    this.own = `${province}/${this.context.name}`;
    this.vocabulary = new Vocabulary(this.context.entryTypes, faultsOf(this.context), borderOf(this.context));
    this.folder = new Folder(world, this.context, this.vocabulary, this.own, undefined, (evidence) => this.weigh(evidence));
    const { context, vocabulary, journals, anyGrown: wake } = this;
    this.rebuilding = new Rebuilding(world, this.folder, { context, vocabulary, journals, own: this.own, wake });
    this.keys = new KeyRings(options, pinned, () => this.witness.trustedTime());
    const own = {
      journal: this.own,
      signedHead: () => this.writing.publisher.signedHead(),
      pendingSince: () => this.writing.sequencer?.pendingSince ?? null,
    };
    this.witness = new Witness(world, { province, context: this.context.name, federation }, own, this.keys.witness, this.replicas);
    const at = { province, context: this.context.name, provinces: federation.nodes.map((node) => node.province) };
    this.healing = new Healing(
      world,
      at,
      this.replicas,
      (journal, block) => this.wire(journal, block),
      (journal) => this.journals.get(journal) ?? null,
    );
    this.inbox = new Inbox(options, this.replicas, this.witness, this.healing, () => this.writing.heardOfMore());
    this.reactor = new Reactor(world, this.context, this.vocabulary, this.folder, {
      province,
      journals: this.journals,
      submit: (command, id, trace) => this.writing.submit(command, id, trace),
      pauses: () => this.writing.precedence.pauses(),
      reached: (basis) => this.reached(basis),
      quarantined: (journal) => this.quarantined(journal),
      state: async (journal, stream) =>
        journal === this.own ? (await this.writing.writer().read(stream)).state : (await this.reader(journal).refreshed(stream)).state,
    });
    this.timers = new Timers(world, this.folder, this.witness, {
      journal: this.own,
      submit: (command, id, trace) => this.writing.submit(command, id, trace),
      reacted: (journal) => this.reactor.position(journal),
      quarantined: (journal) => this.quarantined(journal),
    });
  }

  /** Opens storage and topics and starts the loops; recovery goes on behind it. */
  async start(): Promise<void> {
    const { world, federation } = this.options;
    for (const { province } of federation.nodes) await this.openJournal(`${province}/${this.context.name}`);
    await this.rebuilding.open();
    await this.reactor.open();
    await this.witness.open();
    const parts = { vocabulary: this.vocabulary, witness: this.witness, healing: this.healing, lease: this.lease, lock: this.lock };
    const reader = (journal: string): Streams => this.reader(journal);
    this.writing = new OwnJournal(this.options, {
      ...parts,
      replica: this.replicas.get(this.own)!,
      keys: this.keys.own,
      repinned: this.keys.repinned,
      reader,
    });
    this.started = true;
    const everyone = federation.nodes.map((node) => node.province);
    const peers = everyone.filter((province) => province !== this.options.province);
    await world.bus.ensure(
      everyone.flatMap((each) => [topics.journal(each, this.context.name), topics.sync(each), topics.heal(each), topics.witness(each)]),
    );
    await this.inbox.open(peers);
    // Who recovers waits for the others' word, and they for his: until it writes it speaks more often.
    // A beat falls on the beginning of a second: it vouches in whole seconds, and a limit that ends with a day waits for no second one.
    const pace = (): number => (this.writing.sequencer ? BEAT_MS - (world.clock.now() % BEAT_MS) : OPENING_BEAT_MS);
    void this.loops.start('beat', () => this.beat(), pace);
    void this.loops.start('fold', () => this.rebuilding.step(), this.anyGrown);
    this.loops.add(this.goLive(peers));
    const over = (): boolean => this.over;
    for (const journal of this.journals.values()) this.inBackground('journal.streams-unknown', journal.learnStreams(over));
  }

  /** Whether this run has to end: it stopped, its writer did, or peers hold more of the own journal than this node. */
  get ended(): boolean {
    return this.over || (this.started && (this.writing.mustReopen || Boolean(this.writing.sequencer?.stopped)));
  }

  async stop(why: Parameters<OwnJournal['stop']>[0]): Promise<void> {
    this.over = true;
    this.healing.stop();
    // Told before anything is waited for: recovery goes on until then.
    const written = this.started ? this.writing.stop(why) : Promise.resolve();
    await this.inbox.close();
    await this.healing.idle();
    await written;
    await this.loops.stop();
    await this.reactor.save().catch((error: unknown) => this.tell('reactor.unsaved', error));
    for (const journal of this.journals.values()) if (journal.tilesWaiting > 0) await journal.saveTiles();
  }

  /** A reader of streams of a replicated journal. */
  reader(journal: string): Streams {
    const reader = this.readers.get(journal);
    if (!reader) throw new UnknownJournal(journal);
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
    const save = async (): Promise<boolean> => (await follower.save(), false);
    const over = (): boolean => !open;
    const running = this.loops.start(`follow:${name}`, step, this.folder.moved, over);
    void this.loops.start(`followed:${name}`, save, () => SAVE_MS, over);
    return {
      close: async () => {
        open = false;
        this.folder.moved.raise();
        await running;
        await follower.save();
      },
    };
  }

  private async openJournal(name: string): Promise<void> {
    const { world } = this.options;
    const journal = await Journal.open(world, name, this.anyGrown);
    const judging = this.keys.judging(name);
    const replica = new Replica(world, journal, this.keys.of(name), this.lock, (found) => this.contradicted(found), judging);
    await replica.open();
    this.journals.set(name, journal);
    this.replicas.set(name, replica);
    const cosigned = () => this.witness.agreed(name);
    this.logs.set(name, new ServedLog(world.clock, journal, this.vocabulary, () => this.signed(journal), cosigned));
    this.publics.set(name, new PublicEntries(world, journal, this.vocabulary, () => this.signed(journal) !== null));
    this.readers.set(name, new Streams(journal, this.vocabulary, this.context, world.storage.records));
  }

  /** The newest signed checkpoint of a journal; null while it is empty. */
  private signed(journal: Journal): string | null {
    if (journal.name !== this.own) return journal.lastBlock?.note ?? null;
    const head = this.writing.publisher.signedHead();
    return head && formatNote(head);
  }

  private quarantined(journal: string): boolean {
    return (this.replicas.get(journal)?.quarantined ?? null) !== null;
  }

  /** Whether what an entry rests on is folded here. A quarantined journal goes no further: nobody waits for it. */
  private reached(basis: Entry['basis']): boolean {
    return Object.entries(basis).every(
      ([journal, size]) => !this.replicas.has(journal) || this.quarantined(journal) || this.folder.position(journal) >= size,
    );
  }

  private inBackground(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.tell(what, error));
  }

  private tell(what: string, error: unknown): void {
    this.options.world.notice({ level: 'warn', what, facts: { why: String(error) } });
  }

  private async beat(): Promise<boolean> {
    for (const [name, replica] of this.replicas) {
      await replica.quarantine.recall();
      if (name === this.own || replica.known <= replica.journal.size) continue;
      const before = this.lastSizes.get(name);
      if (before === replica.journal.size) this.inBackground('healing.failed', this.healing.heal(name));
      this.lastSizes.set(name, replica.journal.size);
    }
    await this.witness.beat();
    // Neither the writer nor a replica waits for this: tiles are saved from here.
    for (const journal of this.journals.values()) if (journal.tilesWaiting > 0) await journal.saveTiles();
    return false;
  }
  private readonly lastSizes = new Map<string, number>();

  /** Once the own journal takes commands, what others wrote is reacted to and time limits fire. */
  private async goLive(peers: readonly string[]): Promise<void> {
    if (!(await this.writing.goLive(peers))) return;
    for (const replica of this.replicas.values()) if (replica.quarantined) this.contradicted(replica.quarantined);
    // What cannot be tried again now is tried again at the next start.
    await this.reactor.redrive().catch((error: unknown) => this.tell('reactor.redrive-failed', error));
    const step = (journal: Journal) => (): Promise<boolean> => this.reactor.step(journal);
    for (const journal of this.journals.values()) void this.loops.start('react', step(journal), this.reactor.news(journal.name));
    const save = async (): Promise<boolean> => (await this.reactor.save(), false);
    void this.loops.start('reacted', save, () => SAVE_MS);
    const fire = async (): Promise<boolean> => (await this.timers.fire()) > 0;
    void this.loops.start('timers', fire, () => TIMER_MS);
  }

  private contradicted({ journal, size, held, note }: Equivocation): void {
    // Nobody waits any more for what this journal would have brought.
    this.folder.moved.raise();
    if (journal === this.own || !this.writing.sequencer) return;
    const body: ReportEquivocation = { journal, size, held, contradicting: note };
    const id = derivedId(this.options.world.hasher, { journal, index: size, reaction: 'equivocation', target: SELF, ordinal: 0 });
    let reported = false;
    const report = async (): Promise<boolean> => {
      const answer = await this.writing.submit({ command: 'ReportEquivocation', target: SELF, body }, id, '');
      if (!answer.ok) throw new Error(`${journal} contradicts itself, and saying so was refused: ${answer.rejected}.`);
      reported = true;
      return true;
    };
    // Who cannot write now says it later: the others may know it from nobody else.
    void this.loops.start(
      'report-equivocation',
      report,
      () => 0,
      () => reported,
    );
  }

  /** Who saw two histories shows both; one of them is not ours, whoever says so, for their owner signed both. */
  private async weigh({ data }: Entry): Promise<void> {
    const replica = this.replicas.get(String(data['journal']));
    for (const note of [data['held'], data['contradicting']])
      if (typeof note === 'string') await replica?.observe(note, { evidence: true });
  }

  private wire(journal: string, block: StoredBlock): WireBlock | null {
    return journal === this.own ? this.writing.publisher.wire(block) : heldWire(journal, block);
  }
}
