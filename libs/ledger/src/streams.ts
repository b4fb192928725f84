/** Streams of the own journal in memory: state with all that is pending, versions, and the commands each stream remembers. */
import { decodeEntries, encodeEntries, keepEntries, type StoredBlock, type StoredCommit } from './block.js';
import type { DomainEvent, Fold } from './decider.js';
import { decodeEntry, keepRead, type DecodedAt, type ReadEntry, type Vocabulary } from './entry.js';
import { hex } from './bytes.js';
import type { Journal } from './journal.js';
import { timeOf } from './leaf.js';
import { notNow } from './node.js';
import type { Records } from './ports.js';
import { RecentlyUsed } from './recently-used.js';
import { say, type SaidPart } from './rejection.js';
import { allEnded } from './signal.js';

/** A command that a stream remembers: what came of it, so that a repeat gets the same answer. */
export interface Remembered {
  readonly id: string;
  /** Hash of the command's body. */
  readonly body: string;
  /** Journal size after its commit. */
  readonly size: number;
  /** Version of the target stream after it. */
  readonly version: number;
  readonly at: number;
}

/** Body hash of a derived command: the entry it came from fixes its body. */
export const DERIVED = '';
/** Body hash of a command that came back from a peer, which never saw the body: any repeat of its id is the same command. */
export const ANY_BODY = '*';

/** Commands are remembered at least this long and this many per stream; derived ones for the stream's life. */
const REMEMBER_MS = 7 * 24 * 3_600_000;
const REMEMBER_COUNT = 1_000;
const PRUNE_EVERY = 256;
/** Streams kept in memory, one to two kilobytes each. */
const STREAMS_MAX = 100_000;

/** A stream that took this many commits to open is saved, so that the next time takes only the tail. */
const SNAPSHOT_COMMITS = 64;
const SNAPSHOTS = 'snapshots';

/** A folded stream beside its journal: believed only for the same code, and only where the journal has this root at this size. */
interface Snapshot {
  readonly code: string;
  readonly size: number;
  readonly root: string;
  readonly version: number;
  readonly state: unknown;
  readonly commands: readonly Remembered[];
}

export interface StreamState {
  version: number;
  state: unknown;
  /** Journal size that the state rests on: it is durable once the journal is. */
  size: number;
  /** Insertion order is age. */
  readonly commands: Map<string, Remembered>;
  /** Why nothing may be decided on it; null normally. */
  frozen: SaidPart | null;
}

export class Streams {
  /** What is pending is nowhere else. */
  private readonly loaded = new RecentlyUsed<StreamState>(STREAMS_MAX, ({ size }) => size > this.journal.size);
  private readonly reading = new Map<string, Promise<void>>();
  private generation = 0;
  private readonly folds = new Map<string, Fold<unknown, never>>();

  constructor(
    private readonly journal: Journal,
    private readonly vocabulary: Vocabulary,
    private readonly context: { readonly folds: readonly Fold<unknown, never>[]; readonly codeVersion: string },
    private readonly records: Records,
  ) {
    for (const fold of context.folds) this.folds.set(fold.kind, fold);
  }

  /** A stream that is in memory; undefined otherwise. */
  get(stream: string): StreamState | undefined {
    return this.loaded.get(stream);
  }

  /**
   * Brings streams into memory, side by side. What is pending is only ever added to streams that are in memory, and a stream is read
   * by one load at a time, so a load reads durable blocks alone.
   */
  async load(streams: readonly string[]): Promise<void> {
    const bring = async (stream: string): Promise<void> => {
      while (!this.loaded.has(stream)) {
        const reading = this.reading.get(stream) ?? this.read(stream);
        this.reading.set(stream, reading);
        await reading;
      }
    };
    await allEnded(streams.map(bring));
  }

  private async read(stream: string): Promise<void> {
    const generation = this.generation;
    try {
      const state = await this.opened(stream, this.journal.size);
      if (generation === this.generation) this.loaded.keep(stream, state);
    } finally {
      this.reading.delete(stream);
    }
  }

  /** The durable state of a stream of a journal that somebody else writes: kept, and brought up to the journal's end at each call. */
  async refreshed(stream: string): Promise<StreamState> {
    const size = this.journal.size;
    const known = this.get(stream);
    if (known && known.size === size) return known;
    const found = known
      ? this.folded(stream, await this.journal.commitsOf(stream, known.size).catch(notNow), size, known)
      : await this.opened(stream, size);
    this.loaded.keep(stream, found);
    return found;
  }

  /** A stream at a size, from its snapshot and the tail after it, or from all its blocks. */
  private async opened(stream: string, size: number): Promise<StreamState> {
    if (!this.journal.mayHold(stream)) return this.folded(stream, [], size);
    const before = await this.snapshot(stream, size);
    const commits = await this.journal.commitsOf(stream, before?.size ?? 0).catch(notNow);
    const state = this.folded(stream, commits, size, before);
    // Only a shortcut: a stream that cannot be saved (too large, a store that fails) opens all the same.
    if (commits.length >= SNAPSHOT_COMMITS) await this.save(stream, state).catch(() => undefined);
    return state;
  }

  /** The saved state of a stream, if this code folded it out of this very journal. */
  private async snapshot(stream: string, size: number): Promise<StreamState | undefined> {
    const saved = (await this.records.get<Snapshot>(SNAPSHOTS, `${this.journal.name}|${stream}`).catch(notNow))?.value;
    if (!saved || saved.code !== this.context.codeVersion || saved.size > size) return undefined;
    if (hex(await this.journal.rootAt(saved.size).catch(notNow)) !== saved.root) return undefined;
    const { version, state, commands } = saved;
    return { version, state, size: saved.size, commands: new Map(commands.map((each) => [each.id, each])), frozen: null };
  }

  private async save(stream: string, { size, version, state, commands, frozen }: StreamState): Promise<void> {
    if (frozen !== null) return;
    const root = hex(await this.journal.rootAt(size));
    const value: Snapshot = { code: this.context.codeVersion, size, root, version, state, commands: [...commands.values()] };
    await this.records.write([{ table: SNAPSHOTS, id: `${this.journal.name}|${stream}`, value }]);
  }

  /** The stream as durable commits make it, from nothing or on top of an earlier state, without touching memory. */
  folded(stream: string, commits: readonly StoredCommit[], size: number, before?: StreamState): StreamState {
    const fold = this.foldOf(stream);
    const found: StreamState = before
      ? { ...before, commands: new Map(before.commands) }
      : { version: 0, state: fold.initial, size, commands: new Map(), frozen: null };
    const from = before?.size ?? 0;
    for (const commit of commits) {
      let at = 0;
      for (const { index, decoded: read } of this.decodedIn(commit)) {
        const decoded = index < from || index >= size ? null : read;
        if (decoded?.kind === 'entry') at = decoded.entry.time;
        if (decoded?.kind === 'entry' && decoded.entry.stream === stream) {
          this.grow(found, [decoded.entry], fold);
        } else if (decoded && decoded.kind !== 'entry' && decoded.stream === stream) {
          found.version += 1;
          found.frozen = say('entryUnreadable', { index });
        }
      }
      if (commit.streams[0] === stream && commit.command !== '' && commit.first < size) {
        this.remember(found, { id: commit.command, body: commit.body, size: commit.first + commit.count, version: found.version, at });
      }
    }
    found.size = size;
    return found;
  }

  /** The entries of a durable commit. Of the newest blocks they were decoded when these were folded. */
  private decodedIn({ first, count, bytes }: StoredCommit): readonly DecodedAt[] {
    const { name } = this.journal;
    const block = this.journal.recentBlock(first);
    if (block) return this.vocabulary.read(name, block).slice(first - block.first, first - block.first + count);
    return decodeEntries(bytes).map((entry, at) => ({ index: first + at, decoded: decodeEntry(this.vocabulary, name, first + at, entry) }));
  }

  /** Adds what was just decided. */
  grow(stream: StreamState, events: readonly DomainEvent[], fold: Fold<unknown, never>): void {
    for (const event of events) {
      stream.state = fold.evolve(stream.state, event as never);
      stream.version += 1;
    }
  }

  remember(stream: StreamState, command: Remembered): void {
    stream.commands.set(command.id, command);
    // Old ones go in batches: derived ones stay, and walking over them for every command would cost more with a longer stream.
    if (stream.commands.size % PRUNE_EVERY !== 0) return;
    for (const [id, oldest] of stream.commands) {
      if (stream.commands.size <= REMEMBER_COUNT || command.at - oldest.at < REMEMBER_MS) break;
      // One that came back from a peer may be derived: reactions start anew on an emptied disk, and must find it.
      if (oldest.body !== DERIVED && oldest.body !== ANY_BODY) stream.commands.delete(id);
    }
  }

  /** The fold of a stream's kind. Throws TypeError when the context declares none. */
  foldOf(stream: string): Fold<unknown, never> {
    const fold = this.folds.get(stream.slice(0, stream.indexOf('/')));
    if (!fold) throw new TypeError(`No fold is declared for the stream ${stream}: streams are named <kind>/<id>.`);
    return fold;
  }

  /** Forgets everything: what was pending is lost, or the journal has grown behind our back. */
  clear(): void {
    this.generation += 1;
    this.loaded.clear();
  }
}

/**
 * A received block as it is stored: one commit an entry, under its stream where that is open. An own journal that comes
 * back this way keeps its command ids.
 */
export const receivedBlock = (first: number, read: readonly ReadEntry[], root: Uint8Array, note: string): StoredBlock => {
  const commits = read.map(({ entry, envelope, payload }, at) => ({
    first: first + at,
    count: 1,
    streams: envelope === null ? [] : [envelope.subject],
    versions: [0],
    command: payload?.command ?? '',
    body: ANY_BODY,
    bytes: encodeEntries([entry]),
  }));
  const last = read.findLast(({ envelope }) => envelope !== null)?.envelope;
  const block = { first, count: read.length, root, epoch: 0, at: (last && timeOf(last)) ?? 0, commits, note };
  keepEntries(
    block,
    read.map(({ entry }) => entry),
  );
  keepRead(block, read);
  return block;
};
