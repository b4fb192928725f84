/**
 * Healing: who misses something asks on its own topic, and a holder answers on its own. Live topics are never replayed.
 * The asker verifies as always, so it does not matter who answers; one request at a time per journal.
 */
import { bytesIn, decodeWire, encodeWire, entriesOf, joined, type StoredBlock, type WireBlock } from './block.js';
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

/** A holder answers one request with about so much, read in steps of at most so many blocks. */
const ANSWER_BYTES = 4_000_000;
const READ_BLOCKS = { first: 8, most: 256 } as const;
/** How long an asker waits for progress before it asks the next holder, ms. */
const ANSWER_MS = 1_000;

export class Healing {
  private readonly asking = new Map<string, Promise<void>>();
  /** Asker and journal that are being served → the request that waits its turn. */
  private readonly serving = new Map<string, Ask | null>();
  /** Journal → how far the answer goes that has begun to arrive. */
  private readonly arriving = new Map<string, number>();
  /** The block that came last, on its way into its replica. */
  private taking: Promise<void> = Promise.resolve();
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
    for (let [attempt, once, back] = [0, unread, 0]; once || behind(); once = false) {
      if (await this.askOf(holders[attempt % holders.length]!, journal, replica, back)) continue;
      attempt += 1;
      if (attempt % holders.length !== 0) continue;
      // A history that nobody continues may be one that its owner told us alone of, or before another: it shows where the two part.
      back = replica.doubted ? Math.max(1, 2 * back) : 0;
      await pause(this.world.clock, this.world.random.bytes(1)[0]!, attempt);
    }
  }

  /**
   * Asks one holder for as long as it brings the replica on; false when it did not at all. The next answer is asked for
   * when one begins to arrive, so that the holder reads while the asker verifies. `back`: from so many entries before the replica's end.
   */
  private async askOf(of: string, journal: string, replica: Replica, back: number): Promise<boolean> {
    const began = replica.journal.size;
    this.arriving.delete(journal);
    let from = Math.max(0, began - back);
    do {
      const ask: Ask = { journal, from, of, asker: this.at.province, context: this.at.context, id: hex(this.world.random.bytes(8)) };
      try {
        await this.world.bus.publish(topics.sync(this.at.province), utf8(JSON.stringify({ v: 1, ...ask })));
      } catch (error) {
        this.world.notice({ level: 'warn', what: 'healing.ask-failed', facts: { journal, why: String(error) } });
      }
      const asked = from;
      if (!(await this.growing(replica.journal, () => (this.arriving.get(journal) ?? 0) > asked))) break;
      from = this.arriving.get(journal) ?? asked;
    } while (from < replica.known && !this.stopped);
    await this.growing(replica.journal, () => replica.journal.size >= Math.min(from, replica.known));
    return replica.journal.size > began;
  }

  /** Waits for the condition as long as the journal grows; whether it came to hold. */
  private async growing(journal: Journal, condition: () => boolean): Promise<boolean> {
    for (let size = journal.size; !condition() && !this.stopped; size = journal.size) {
      const stirred = (): boolean => this.stopped || condition() || journal.size > size;
      if (!(await until(this.world.clock, journal.grown, ANSWER_MS, stirred))) return false;
    }
    return condition();
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
    if (!journal) return;
    // One request at a time, and at most one that waits: the newest, since the asker knows best what it still misses.
    const busy = this.serving.has(key);
    this.serving.set(key, busy ? ask : null);
    if (busy) return;
    try {
      for (let next: Ask | null = ask; next && !this.stopped; next = this.serving.get(key) ?? null) {
        this.serving.set(key, null);
        await this.sendFrom(journal, next);
      }
    } finally {
      this.serving.delete(key);
    }
  }

  private async sendFrom(journal: Journal, { from, asker, journal: name }: Ask): Promise<void> {
    const blocks = await readAnswer(journal, from);
    const last = blocks.at(-1);
    if (!last) return;
    const headers = { for: asker, context: this.at.context, until: String(last.first + last.count) };
    for (const block of blocks) {
      const wire = this.stopped ? null : this.wire(name, block);
      if (!wire) return;
      await this.world.bus.publish(topics.heal(this.at.province), encodeWire(wire), headers);
    }
  }

  /** A holder answered somebody; it may be us. */
  async take(message: BusMessage): Promise<void> {
    if (message.headers['for'] !== this.at.province || message.headers['context'] !== this.at.context) return;
    const block = decodeWire(message.value);
    const replica = block && this.replicas.get(block.journal);
    if (!block || !replica) return;
    const end = Number(message.headers['until']);
    if (Number.isSafeInteger(end)) this.arriving.set(block.journal, end);
    // This one is read while the one before is written, and what goes wrong is asked for again.
    const before = this.taking;
    this.taking = replica.receive(block).then(
      () => undefined,
      (error: unknown) =>
        this.world.notice({ level: 'warn', what: 'healing.failed', facts: { journal: block.journal, why: String(error) } }),
    );
    await before;
  }

  /** Resolves when nothing that came is being taken. */
  async idle(): Promise<void> {
    await this.taking;
  }
}

/** What one answer holds: what was perhaps written entry by entry comes back in large steps. */
const readAnswer = async (journal: Journal, from: number): Promise<readonly StoredBlock[]> => {
  const found: StoredBlock[] = [];
  let bytes = 0;
  for (let [at, step] = [from, READ_BLOCKS.first as number]; at < journal.size && bytes < ANSWER_BYTES;) {
    for (const block of await journal.blocks(at, step)) {
      if (bytes >= ANSWER_BYTES) break;
      found.push(block);
      bytes += bytesIn(block);
      at = block.first + block.count;
    }
    const mean = bytes / found.length;
    step = Math.min(READ_BLOCKS.most, Math.max(1, Math.ceil((ANSWER_BYTES - bytes) / mean)));
  }
  return joined(found);
};

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
