/** A ledger node whose storage and bus are still being reached: it says so to everybody until the real one takes over. */
import {
  say,
  Unavailable,
  type Actor,
  type CommandRequest,
  type DomainEvent,
  type Entry,
  type Fold,
  type JournalKey,
  type LedgerNode,
  type NodeStatus,
  type Position,
  type Question,
  type PublicReader,
  type RecordQuery,
} from '@yrd/ledger';

export interface LateNodeOptions {
  readonly province: string;
  readonly context: string;
  /** Domain time until the node has a clock of its own, ms. */
  readonly now: () => number;
}

const why = say('notReachedYet');

/** Passes everything on to the node it is given. */
export class LateNode implements LedgerNode {
  private node: LedgerNode | null = null;
  constructor(private readonly options: LateNodeOptions) {}

  /** From now on this node answers. */
  become(node: LedgerNode): void {
    this.node = node;
  }

  async start(): Promise<void> {
    await this.present.start();
  }

  async stop(): Promise<void> {
    await this.node?.stop();
  }

  async execute(request: CommandRequest) {
    return this.present.execute(request);
  }

  async ask<C extends object, T>(question: Question<C, T>, about: C, actor: Actor) {
    return this.present.ask(question, about, actor);
  }

  async read<S, E extends DomainEvent>(fold: Fold<S, E>, stream: string, journal?: string) {
    return this.present.read(fold, stream, journal);
  }

  async rows<R>(view: string, query: RecordQuery) {
    return this.present.rows<R>(view, query);
  }

  async reach(position: Position, timeoutMs: number) {
    return this.present.reach(position, timeoutMs);
  }

  async checkpoint(journal: string) {
    return this.present.checkpoint(journal);
  }

  async tile(journal: string, path: string) {
    return this.present.tile(journal, path);
  }

  async proof(journal: string, index: number) {
    return this.present.proof(journal, index);
  }

  keys(journal: string): readonly JournalKey[] {
    return this.present.keys(journal);
  }

  async disclose(journal: string, index: number, reader: string | null) {
    return this.present.disclose(journal, index, reader);
  }

  async evidence(journal: string, index: number) {
    return this.present.evidence(journal, index);
  }

  async entries(journal: string, from: number, limit: number) {
    return this.present.entries(journal, from, limit);
  }

  publicEntries(journal: string): PublicReader {
    return this.present.publicEntries(journal);
  }

  async follow(name: string, handle: (entry: Entry) => Promise<void>) {
    return this.present.follow(name, handle);
  }

  async views(rebuild?: boolean) {
    return this.present.views(rebuild);
  }

  async redrive() {
    return this.present.redrive();
  }

  async parked() {
    return this.present.parked();
  }

  status(): NodeStatus {
    const { province, context, now } = this.options;
    return (
      this.node?.status() ?? { province, context, now: now(), journals: [], parked: 0, queued: 0, loss: null, keys: [], notReady: why }
    );
  }

  private get present(): LedgerNode {
    if (this.node === null) throw new Unavailable(why);
    return this.node;
  }
}
