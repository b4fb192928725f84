/**
 * The entries of a journal that anybody may read, numbered without a gap: what consumers outside are told. The number of an entry
 * follows from the journal alone, so every node gives it the same one, and who is told the next but one knows that one is missing.
 */
import { readsOf, type ReadEntry, type Vocabulary } from './entry.js';
import { canonicalBytes } from './canonical.js';
import type { Journal } from './journal.js';
import type { Envelope } from './leaf.js';
import type { World } from './ports.js';

/** A place between entries: so many public ones stand below this index. */
export interface PublicPlace {
  readonly sequence: number;
  readonly index: number;
}

export const PUBLIC_START: PublicPlace = { sequence: 0, index: 0 };

export interface PublicEntry {
  /** 1 for the first public entry of its journal, and one more for each that follows. */
  readonly sequence: number;
  /** Where it stands in the journal. */
  readonly index: number;
  readonly envelope: Envelope;
  /** What it says, as canonical JSON; null where its payload is not held here. */
  readonly data: Uint8Array | null;
}

/** Some public entries in their order, and the place behind the last entry that was looked at. */
export interface PublicPage {
  readonly entries: readonly PublicEntry[];
  readonly next: PublicPlace;
  /** Wire name of a public entry that this version does not know: nothing behind it is told before an update. Null otherwise. */
  readonly unknown: string | null;
}

/** Reads the public entries of one journal. */
export interface PublicReader {
  /** At most `limit` from a place on. */
  page(from: PublicPlace, limit: number): Promise<PublicPage>;
  /** The place right behind the public entry of this number; null while there is none here that can be told. */
  behind(sequence: number): Promise<PublicPlace | null>;
}

const MARKS = 'public-marks';
/** A saved place stands at each multiple of this index: whoever asks for an old number reads at most so many entries in vain. */
const MARK_EVERY = 4_096;
/** Entries that one page looks at: what is not public is passed quickly, and others want their turn. */
const LOOK_MAX = 4_096;
/** Blocks read at a time at most. A block may hold a thousand entries, or one: whoever wants few begins with one. */
const READ_BLOCKS_MAX = 64;

export class PublicEntries implements PublicReader {
  /** Indexes of the places that were saved here: every reader passes them, and saves none again. */
  private readonly marked = new Set<number>();

  constructor(
    private readonly world: Pick<World, 'storage'>,
    private readonly journal: Journal,
    private readonly vocabulary: Vocabulary,
    /** Whether the durable end of the journal bears its owner's signature, or can. */
    private readonly signed: () => boolean,
  ) {}

  async page(from: PublicPlace, limit: number): Promise<PublicPage> {
    const entries: PublicEntry[] = [];
    const walked = await this.walk(from, limit, (read, place) => entries.push({ ...place, envelope: read.envelope!, data: dataOf(read) }));
    return { entries, ...walked };
  }

  async behind(sequence: number): Promise<PublicPlace | null> {
    let place = await this.nearest(sequence);
    while (place.sequence < sequence) {
      const { next, unknown } = await this.walk(place, sequence - place.sequence, () => undefined);
      if (unknown !== null || next.index === place.index) return null;
      place = next;
    }
    return place;
  }

  /** Passes at most `limit` public entries from a place on, and hands each over with its number and where it stands. */
  private async walk(
    from: PublicPlace,
    limit: number,
    take: (read: ReadEntry, place: PublicPlace) => void,
  ): Promise<Omit<PublicPage, 'entries'>> {
    const last = this.signed() ? Math.min(this.journal.size, from.index + LOOK_MAX) : 0;
    const enough = from.sequence + limit;
    let { sequence, index } = from;
    const at = (unknown: string | null) => ({ next: { sequence, index }, unknown });
    for (let count = 1; index < last && sequence < enough; count = Math.min(READ_BLOCKS_MAX, 2 * count)) {
      const blocks = await this.journal.blocks(index, count);
      if (blocks.length === 0) break;
      for (const block of blocks) {
        for (const read of readsOf(block).slice(Math.max(0, index - block.first))) {
          if (index >= last || sequence >= enough) return at(null);
          const kind = this.kindOf(read);
          if (kind === 'unknown') return at(read.envelope!.type);
          if (kind === 'public') take(read, { sequence: (sequence += 1), index });
          index += 1;
          if (index % MARK_EVERY === 0) await this.mark({ sequence, index });
        }
      }
    }
    return at(null);
  }

  /** The highest saved place with no more public entries below it than this. */
  private async nearest(sequence: number): Promise<PublicPlace> {
    const [found] = await this.world.storage.records.find<PublicPlace>(MARKS, {
      where: { journal: this.journal.name, sequence: { lt: sequence + 1 } },
      order: { field: 'sequence', descending: true },
      limit: 1,
    });
    return found ? { sequence: found.value.sequence, index: found.value.index } : PUBLIC_START;
  }

  /** Marks only spare reading: a journal without them is told all the same. */
  private async mark(place: PublicPlace): Promise<void> {
    if (this.marked.has(place.index)) return;
    const id = `${this.journal.name}:${place.index}`;
    const write = { table: MARKS, id, value: { journal: this.journal.name, ...place } };
    if (await this.world.storage.records.write([write]).catch(() => false)) this.marked.add(place.index);
  }

  private kindOf({ envelope }: ReadEntry): 'public' | 'other' | 'unknown' {
    if (!envelope) return 'other';
    const known = this.vocabulary.ofWire(envelope.type);
    if (known) return known.entryType.audience === 'public' ? 'public' : 'other';
    return envelope.classification === 'public' ? 'unknown' : 'other';
  }
}

const dataOf = ({ payload }: ReadEntry): Uint8Array | null => payload && canonicalBytes(payload.data);
