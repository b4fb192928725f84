/**
 * Sends the own journal's durable blocks to its topic, each once and in order, with the head it signs only now: no lost
 * race and no crash ever signs two histories.
 */
import { decodeWire, encodeWire, entriesOf, joined, type StoredBlock, type WireBlock } from './block.js';
import { topics } from './ids.js';
import type { Journal } from './journal.js';
import type { KeyRing } from './key-ring.js';
import { checkpointText, formatNote, signNote, type Note } from './note.js';
import type { World } from './ports.js';
import { pause } from './signal.js';

const READ_BLOCKS = 128;
/**
 * What becomes durable within this time after a message travels together, ms. Receivers make each message durable one after the
 * other: more than they can take in a second would wait there longer.
 */
const GATHER_MS = 20;

export class Publisher {
  private position = 0;
  private stopped = false;
  private started = false;
  private running: Promise<void> = Promise.resolve();
  private head: { readonly size: number; readonly note: Note } | null = null;

  constructor(
    private readonly world: World,
    private readonly journal: Journal,
    private readonly keys: KeyRing,
    private readonly topic: string,
  ) {}

  /** The signed head of all that is durable; null in an empty journal, or without its keys. Signed once, however many ask for it. */
  signedHead(): Note | null {
    const { size, root } = this.journal.head;
    if (size > 0 && this.head?.size !== size) {
      const note = this.sign(size, root);
      this.head = note && { size, note };
    }
    return this.head?.note ?? null;
  }

  /**
   * A stored block with its signed head, by the keys of its size; encoding it leaves out what the others may not read. Null when
   * this node does not hold those keys any more: others have the head.
   */
  wire(block: StoredBlock): WireBlock | null {
    const signed = block.note === undefined ? this.sign(block.first + block.count, block.root) : null;
    const note = block.note ?? (signed && formatNote(signed));
    if (note === null) return null;
    return { journal: this.journal.name, first: block.first, note, entries: entriesOf(block) };
  }

  /** Goes on after the last block that the topic holds. An emptied topic starts at the live end: what others miss, they ask for. */
  async start(): Promise<void> {
    const last = await this.world.bus.last(this.topic);
    const block = last && decodeWire(last.value);
    this.position = block ? Math.min(block.first + block.entries.length, this.journal.size) : this.journal.size;
    if (!this.started) this.running = this.run();
    this.started = true;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.journal.grown.raise();
    await this.running;
  }

  private sign(size: number, root: Uint8Array): Note | null {
    const signers = this.keys.signers(size);
    return signers && signNote(this.world.signer, signers, checkpointText({ origin: this.keys.name, size, root }));
  }

  private async run(): Promise<void> {
    const { clock } = this.world;
    let next = clock.monotonic();
    for (let attempt = 0; !this.stopped;) {
      if (this.position >= this.journal.size) {
        await this.journal.grown.wait();
        continue;
      }
      const early = next - clock.monotonic();
      if (early > 0) await clock.sleep(early);
      next = clock.monotonic() + GATHER_MS;
      try {
        // After a time without the broker much waits: it travels in large steps, because receivers make each step durable.
        for (const block of joined(await this.journal.blocks(this.position, READ_BLOCKS))) {
          const wire = this.wire(block);
          if (!wire) throw new Error('the key that signs here is not held by this process');
          await this.world.bus.publish(this.topic, encodeWire(wire));
          this.position = block.first + block.count;
        }
        attempt = 0;
      } catch (error) {
        attempt += 1;
        this.world.notice({
          level: 'warn',
          what: 'publisher.failed',
          facts: { topic: this.topic, position: this.position, why: String(error) },
        });
        if (!this.stopped) await pause(this.world.clock, this.world.random.bytes(1)[0]!, attempt);
      }
    }
  }
}

/** The topic that an own journal is published on. */
export const topicOf = (journal: string): string => {
  const [province = '', context = ''] = journal.split('/');
  return topics.journal(province, context);
};
