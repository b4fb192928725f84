/**
 * A journal as anybody may read it: C2SP tlog-tiles (https://c2sp.org/tlog-tiles), single entries with their proof, and
 * tlog-proof bundles. Tiles never reach beyond the checkpoint that is served, so what is read fits together.
 */
import { entriesOf } from './block.js';
import { base64, concat, hex, text } from './bytes.js';
import { invariant } from './decider.js';
import type { Vocabulary } from './entry.js';
import type { Journal } from './journal.js';
import { audienceOf, parseEnvelope, type LedgerEntry } from './leaf.js';
import { type Disclosure, type Evidence, type Tile } from './node.js';
import { parseCheckpoint } from './note.js';
import type { Clock } from './ports.js';
import { formatProof, type Cosigned } from './tlog-proof.js';
import { TILE_WIDTH } from './tree.js';
import { Unavailable, say } from './rejection.js';

/** The served checkpoint moves at most this often: clients that read it one after the other share tiles. */
const ADVANCE_MS = 1_000;
const READ_BLOCKS = 16;

/** What a tile path names: `level` null is an entry bundle; `width` 256 a full tile. */
export interface TileName {
  readonly level: number | null;
  readonly index: number;
  readonly width: number;
}

// Three digits an element, all but the last behind an x; an index has no leading zero elements and stays below 2^53.
const PATH = /^(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** Parses `<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`, the part of the address behind `tile/`; null when it is not in the one right form. */
export const parseTilePath = (path: string): TileName | null => {
  const [, level, digits, width] = PATH.exec(path) ?? [];
  if (level === undefined || digits === undefined || digits.startsWith('x000')) return null;
  const name = {
    level: level === 'entries' ? null : Number(level),
    index: Number(digits.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const narrow = width === undefined || name.width < TILE_WIDTH;
  return narrow && (name.level ?? 0) <= 63 && Number.isSafeInteger(name.index) ? name : null;
};

/** One checkpoint and its size. */
interface Served {
  readonly note: string;
  readonly size: number;
  /** Monotonic ms when it was first served. */
  readonly since: number;
}

export class ServedLog {
  private served: Served | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly journal: Journal,
    private readonly vocabulary: Vocabulary,
    /** The newest signed checkpoint that this node has; null in an empty journal. */
    private readonly newest: () => string | null,
    /** The newest one that a quorum of others cosigned. */
    private readonly cosigned: () => Cosigned['newest'],
  ) {}

  /** The checkpoint that tiles are served for; null in an empty journal. */
  checkpoint(): string | null {
    const now = this.clock.monotonic();
    if (this.served && now - this.served.since < ADVANCE_MS) return this.served.note;
    const head = headOf(this.newest());
    if (head && head.size > (this.served?.size ?? 0)) this.served = { ...head, since: now };
    return this.served?.note ?? null;
  }

  /** A tile or entry bundle within the served checkpoint; null when it is beyond it or the path is malformed. */
  async tile(path: string): Promise<Tile | null> {
    const name = parseTilePath(path);
    if (!name) return null;
    const { level, index, width } = name;
    const end = (index * TILE_WIDTH + width) * TILE_WIDTH ** (level ?? 0);
    if (end > (this.served?.size ?? 0)) this.checkpoint();
    if (end > (this.served?.size ?? 0)) return null;
    const bytes =
      level === null ? await this.bundle(index * TILE_WIDTH, width) : concat(...(await this.journal.hashes(level, index, width)));
    return { bytes, full: width === TILE_WIDTH };
  }

  /** An entry with its proof against the newest checkpoint, as deep as the reader may see; null when it is not there. */
  async disclose(index: number, reader: string | null): Promise<Disclosure | null> {
    const head = headOf(this.newest());
    const found = head && index < head.size ? await this.journal.entry(index) : null;
    if (!head || !found) return null;
    const proof = (await this.journal.inclusion(index, head.size)).map(base64);
    return { journal: this.journal.name, index, proof, checkpoint: head.note, ...this.shown(found.entry, index, reader) };
  }

  /**
   * A tlog-proof of an entry with the cosignatures of a quorum of others; null when there is no such entry. Throws Unavailable
   * while they have not cosigned so far.
   */
  async proof(index: number): Promise<string | null> {
    const found = await this.journal.entry(index);
    if (!found) return null;
    const head = this.cosigned();
    const stated = head && parseCheckpoint(head.note.slice(0, head.note.indexOf('\n\n') + 1));
    const held = head && head.size <= this.journal.size ? await this.journal.rootAt(head.size) : null;
    if (!head || !held || index >= head.size || !stated || hex(held) !== hex(stated.root))
      throw new Unavailable(say('notCosignedYet', { index, journal: this.journal.name }), 2_000);
    const hashes = await this.journal.inclusion(index, head.size);
    return formatProof({ index, hashes, note: head.note, extra: found.entry.leaf });
  }

  /** An entry whole with its proof; null where it or its payload is not there. Throws Unavailable like `proof`. */
  async evidence(index: number): Promise<Evidence | null> {
    const found = (await this.journal.entry(index))?.entry;
    const proof = found?.payload ? await this.proof(index) : null;
    if (!found?.payload || proof === null) return null;
    const { leaf, opened, payload } = found;
    return {
      journal: this.journal.name,
      index,
      leaf: text(leaf),
      ...(opened && { opened: { leaf: text(opened.leaf), salt: hex(opened.salt) } }),
      payload: text(payload.bytes),
      salt: hex(payload.salt),
      proof,
    };
  }

  /** Leaves from an index on, each behind its length as 16 bits, big-endian. */
  private async bundle(from: number, count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let at = from; at < from + count;) {
      const blocks = await this.journal.blocks(at, READ_BLOCKS);
      invariant(blocks.length > 0, `Entry ${at} of ${this.journal.name} is missing from the store: restore the journal from a peer.`);
      for (const block of blocks) {
        for (const { leaf } of entriesOf(block).slice(at - block.first, from + count - block.first)) {
          parts.push(Uint8Array.of(leaf.length >> 8, leaf.length & 0xff), leaf);
          at += 1;
        }
        if (at >= from + count) break;
      }
    }
    return concat(...parts);
  }

  private shown(entry: LedgerEntry, index: number, reader: string | null): Omit<Disclosure, 'journal' | 'index' | 'proof' | 'checkpoint'> {
    const leaf = text(entry.leaf);
    const envelope = parseEnvelope(entry.leaf, index);
    if (!envelope) return { depth: 'sealed', leaf };
    const audience = audienceOf(envelope) ?? this.vocabulary.ofWire(envelope.type)?.entryType.audience ?? 'private';
    const provincial = typeof audience === 'string' ? audience === 'federation' : reader !== null && audience.includes(reader);
    const allowed = audience === 'public' || (provincial && reader !== null);
    if (!allowed || !entry.payload) return { depth: 'leaf', leaf };
    return { depth: 'payload', leaf, payload: text(entry.payload.bytes), salt: hex(entry.payload.salt) };
  }
}

/** A checkpoint with its size; null where there is none. */
const headOf = (note: string | null): { readonly note: string; readonly size: number } | null =>
  note === null ? null : { note, size: parseCheckpoint(note.slice(0, note.indexOf('\n\n') + 1))?.size ?? 0 };
