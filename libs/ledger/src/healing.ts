/**
 * Healing: who misses something asks on its own topic, and a holder answers on its own. Live topics are never replayed.
 * The asker verifies as always, so it does not matter who answers; one request at a time per journal.
 */
import { decodeWire, encodeWire, entriesOf, joined, type StoredBlock, type WireBlock } from './block.js';
import { hex, text, utf8 } from './bytes.js';
import { topics } from './ids.js';
import type { Journal } from './journal.js';
import type { BusMessage, World } from './ports.js';
import type { Replica } from './replica.js';
import { pause, until } from './signal.js';

interface Ask {
  readonly journal: string;
  readonly from: number;
  /** The holder that is asked. */
  readonly of: string;
  readonly asker: string;
  readonly context: string;
  readonly id: string;
}

/** A holder answers one request with about so much, read in steps of so many blocks. */
const ANSWER_BYTES = 16_000_000;
const READ_BLOCKS = 128;
/** How long an asker waits for progress before it asks the next holder, ms. */
const ANSWER_MS = 1_000;
/** A holder serves one request per asker and journal at a time, and forgets it after this long, ms. */
const SERVING_MS = 5_000;

export class Healing {
  private readonly asking = new Map<string, Promise<void>>();
  private readonly serving = new Map<string, number>();
  private stopped = false;

  constructor(
    private readonly world: World,
    private readonly at: { readonly province: string; readonly context: string; readonly provinces: readonly string[] },
    private readonly replicas: ReadonlyMap<string, Replica>,
    /** A block as another province may read it, with its signed head; null when the journal is not held. */
    private readonly wire: (journal: string, block: StoredBlock) => WireBlock | null,
    private readonly journalOf: (journal: string) => Journal | null,
  ) {}

  stop(): void {
    this.stopped = true;
  }

  /** Whether a journal is being brought up to the heads that are known of it. */
  isAsking(journal: string): boolean {
    return this.asking.has(journal);
  }

  /**
   * Brings a replica to the largest head known, asking its owner first and then everybody else. Resolves when it is
   * there or the node stops. `unread`: something came that could not be read, so that the owner is asked once for what it
   * may have been, though no head beyond the replica's end is known.
   */
  heal(journal: string, unread = false): Promise<void> {
    const running = this.asking.get(journal);
    if (running) return running;
    const replica = this.replicas.get(journal);
    if (!replica) return Promise.resolve();
    const asked = this.ask(journal, replica, unread).finally(() => this.asking.delete(journal));
    this.asking.set(journal, asked);
    return asked;
  }

  private async ask(journal: string, replica: Replica, unread: boolean): Promise<void> {
    const owner = journal.slice(0, journal.indexOf('/'));
    const holders = [owner, ...this.at.provinces].filter((each, at, all) => each !== this.at.province && all.indexOf(each) === at);
    const behind = (): boolean => !this.stopped && !replica.quarantined && replica.journal.size < replica.known;
    for (let [attempt, once] = [0, unread]; once || behind(); once = false) {
      const from = replica.journal.size;
      const of = holders[attempt % holders.length]!;
      const ask: Ask = { journal, from, of, asker: this.at.province, context: this.at.context, id: hex(this.world.random.bytes(8)) };
      try {
        await this.world.bus.publish(topics.sync(this.at.province), utf8(JSON.stringify({ v: 1, ...ask })));
      } catch (error) {
        this.world.notice({ level: 'warn', what: 'healing.ask-failed', facts: { journal, why: String(error) } });
      }
      const moved = await until(this.world.clock, replica.journal.grown, ANSWER_MS, () => this.stopped || replica.journal.size > from);
      // While answers still flow in, the next request would only double them.
      if (moved) await this.drained(replica.journal);
      else attempt += 1;
      if (!moved && attempt % holders.length === 0) await pause(this.world.clock, this.world.random.bytes(1)[0]!, attempt);
    }
  }

  private async drained(journal: Journal): Promise<void> {
    for (let size = journal.size; ; size = journal.size) {
      if (!(await until(this.world.clock, journal.grown, 50, () => this.stopped || journal.size > size)) || this.stopped) return;
    }
  }

  /** Another node asks. */
  async answer(message: BusMessage): Promise<void> {
    const ask = parseAsk(message.value);
    // One writing province a topic: nobody asks in another's name.
    if (
      !ask ||
      message.topic !== topics.sync(ask.asker) ||
      ask.of !== this.at.province ||
      ask.context !== this.at.context ||
      !this.at.provinces.includes(ask.asker)
    )
      return;
    const journal = this.journalOf(ask.journal);
    const key = `${ask.asker}|${ask.journal}`;
    const busySince = this.serving.get(key);
    const now = this.world.clock.monotonic();
    if (!journal || (busySince !== undefined && now - busySince < SERVING_MS)) return;
    this.serving.set(key, now);
    try {
      await this.sendFrom(journal, ask);
    } finally {
      this.serving.delete(key);
    }
  }

  private async sendFrom(journal: Journal, { from, asker, journal: name }: Ask): Promise<void> {
    for (let [at, sent] = [from, 0]; at < journal.size && sent < ANSWER_BYTES && !this.stopped;) {
      // What is missing was perhaps written entry by entry; it comes back in large steps.
      for (const block of joined(await journal.blocks(at, READ_BLOCKS))) {
        const wire = this.stopped ? null : this.wire(name, block);
        if (!wire) return;
        const value = encodeWire(wire);
        await this.world.bus.publish(topics.heal(this.at.province), value, { for: asker, context: this.at.context });
        [at, sent] = [block.first + block.count, sent + value.length];
      }
    }
  }

  /** A holder answered somebody; it may be us. */
  async take(message: BusMessage): Promise<void> {
    if (message.headers['for'] !== this.at.province || message.headers['context'] !== this.at.context) return;
    const block = decodeWire(message.value);
    const replica = block && this.replicas.get(block.journal);
    if (block && replica) await replica.receive(block);
  }
}

const parseAsk = (value: Uint8Array): Ask | null => {
  if (value.length > 4_096) return null;
  try {
    const { v, journal, from, of, asker, context, id } = JSON.parse(text(value)) as Readonly<Record<string, unknown>>;
    const texts = [journal, of, asker, context, id].every((each) => typeof each === 'string');
    return v === 1 && texts && Number.isSafeInteger(from) && (from as number) >= 0
      ? ({ journal, from, of, asker, context, id } as Ask)
      : null;
  } catch {
    return null;
  }
};

/** A block as a replica holds it: its entries are already what we may read, and its note is the owner's. */
export const heldWire = (journal: string, block: StoredBlock): WireBlock | null =>
  block.note === undefined ? null : { journal, first: block.first, note: block.note, entries: entriesOf(block) };
