/**
 * Tells consumers outside the public entries of the own journal on a topic of their own: each in its order, none passed over. The topic
 * itself says how far it was told; where it does not (emptied, made anew), the position that was saved beside it does.
 */
import { binaryEvent, parseSequence, type ToldBy } from './cloud-event.js';
import { topics } from './ids.js';
import { Loops } from './loops.js';
import { type LedgerNode } from './node.js';
import type { Recorded, Subscription, World } from './ports.js';
import { PUBLIC_START, type PublicPlace } from './public-entries.js';
import { Unavailable } from './rejection.js';

/** How long after the end an announcer looks again, ms: consumers outside are told within that time. */
const LOOK_MS = 250;
/** Events between two saves of the position. */
const PAGE = 100;

export interface AnnouncerOptions extends ToldBy {
  readonly world: Pick<World, 'clock' | 'random' | 'bus' | 'storage' | 'notice'>;
  readonly node: Pick<LedgerNode, 'status' | 'publicEntries'>;
}

/** Starts telling; close what comes back to end it. Waits while the node cannot write, and takes over where another process was. */
export const announce = (options: AnnouncerOptions): Subscription => {
  const announcer = new Announcer(options);
  const loops = new Loops(options.world);
  void loops.start(
    'announce',
    () => announcer.step(),
    () => LOOK_MS,
  );
  return { close: () => loops.stop() };
};

class Announcer {
  /** Behind the last entry that was told; null until that is found out. */
  private place: PublicPlace | null = null;
  private saved: Recorded<PublicPlace>;
  /** The entry that this version does not know, once said. */
  private halted: string | null = null;
  private readonly topic: string;

  constructor(private readonly options: AnnouncerOptions) {
    const [province = '', context = ''] = options.journal.split('/');
    this.topic = topics.events(province, context);
    this.saved = { id: `events:${options.journal}`, value: PUBLIC_START, rev: 0 };
  }

  /** Tells the next page; false when there was nothing to tell. Rejects with what went wrong: it is told again then. */
  async step(): Promise<boolean> {
    try {
      return await this.tell((this.place ??= await this.begin()));
    } catch (error) {
      // Another process may tell now: where it stopped is found out anew.
      if (error instanceof Unavailable) this.place = null;
      throw error;
    }
  }

  private async tell(from: PublicPlace): Promise<boolean> {
    const { node, world, journal } = this.options;
    const { entries, next, unknown } = await node.publicEntries(journal).page(from, PAGE);
    for (const entry of entries) {
      const { value, headers } = binaryEvent(entry, this.options);
      await world.bus.publish(this.topic, value, headers);
      this.place = { sequence: entry.sequence, index: entry.index + 1 };
    }
    this.place = next;
    if (entries.length > 0) await this.save();
    if (unknown !== null && unknown !== this.halted) this.say('error', 'events.unknown-type', { index: next.index, type: unknown });
    this.halted = unknown;
    return next.index > from.index;
  }

  /** Where to go on: after the later of what the topic holds and what was saved, if the journal agrees with the topic. */
  private async begin(): Promise<PublicPlace> {
    const { node, world, journal } = this.options;
    const { notReady } = node.status();
    if (notReady !== null) throw new Unavailable(notReady);
    await world.bus.ensure([this.topic]);
    const { id } = this.saved;
    this.saved = (await world.storage.records.get<PublicPlace>('positions', id)) ?? { id, value: PUBLIC_START, rev: 0 };
    const saved = this.saved.value;
    const last = await this.lastTold();
    if (last && last.sequence > saved.sequence) {
      const place = await node.publicEntries(journal).behind(last.sequence);
      if (place?.index === last.index + 1) return place;
      // Somebody else wrote there, or the journal lost what was told: the journal is right.
      this.say('error', 'events.topic-disagrees', { sequence: last.sequence, index: last.index, goesOnAfter: saved.sequence });
    } else if (saved.sequence > (last?.sequence ?? 0)) {
      this.say('warn', 'events.topic-behind', { holds: last?.sequence ?? 0, goesOnAfter: saved.sequence });
    }
    return saved;
  }

  /** Number and index of the newest event in the topic; null when it holds none that can be read. */
  private async lastTold(): Promise<{ readonly sequence: number; readonly index: number } | null> {
    const { headers } = (await this.options.world.bus.last(this.topic)) ?? {};
    const sequence = parseSequence(headers?.['ce_sequence'] ?? '');
    const index = parseSequence(headers?.['ce_id'] ?? '');
    return sequence === null || index === null ? null : { sequence, index };
  }

  /** Where another process was faster, it tells now: its position counts, and this one finds out anew how far it came. */
  private async save(): Promise<void> {
    const { id, rev } = this.saved;
    const value = this.place!;
    const written = await this.options.world.storage.records.write([{ table: 'positions', id, value, rev }]);
    if (written) this.saved = { id, value, rev: rev + 1 };
    else this.place = null;
  }

  private say(level: 'warn' | 'error', what: string, facts: Readonly<Record<string, string | number | null>>): void {
    this.options.world.notice({ level, what, facts: { topic: this.topic, ...facts } });
  }
}
