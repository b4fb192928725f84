/**
 * A journal as this node durably holds it, own or replicated: its blocks, and the tree over them. It knows nothing of
 * who may write; it only believes blocks that continue it.
 */
import { equal, fromHex, hex } from './bytes.js';
import { entriesOf, type StoredBlock, type StoredCommit } from './block.js';
import { invariant, InvariantError } from './decider.js';
import { type LedgerEntry } from './leaf.js';
import type { BlockStore, RecordWrite, World } from './ports.js';
import { KnownStreams } from './known-streams.js';
import { readOn, RecentBlocks } from './recent-blocks.js';
import { Signal } from './signal.js';
import {
  bag,
  consistencyPlan,
  emptyRange,
  growthOf,
  inclusionPlan,
  leafHash,
  peaks,
  rangeRoot,
  subroot,
  TILE_LEVELS,
  TILE_WIDTH,
  type CompactRange,
  type Growth,
  type NodeAt,
  type ProofPlan,
} from './tree.js';

const TILES = 'tiles';
/** Tiles written at a time, in one transaction. */
const WRITE_TILES = 64;

interface TreeSnapshot {
  readonly size: number;
  /** Hex root at that size: a snapshot that does not hash to it, or to the stored block's, is not used. */
  readonly root: string;
  /** Per tile level, the hex hashes of the unfinished tile. */
  readonly tails: readonly string[];
}

const hashesOf = (packed: string): Uint8Array[] =>
  Array.from({ length: packed.length / 64 }, (_, at) => fromHex(packed.slice(64 * at, 64 * at + 64))!);

export class Journal {
  /** Raised whenever the journal has grown. */
  readonly grown: Signal;
  /** Told of each durable block before anybody else sees that it is there. */
  onBlock: (block: StoredBlock) => void = () => undefined;
  private range: CompactRange = emptyRange;
  private known: Journal['head'] | null = null;
  private tails: Uint8Array[][] = [];
  private unsaved = new Map<string, string>();
  private latest: StoredBlock | null = null;
  private readonly recent: RecentBlocks;
  private readonly streams = new KnownStreams();
  /** Blocks below this size were taken over with the tree: their streams are known once `learnStreams` has read them. */
  private unlearned = 0;
  /** Leaves that went into the tiles. */
  private kept = 0;

  private constructor(
    readonly name: string,
    private readonly world: World,
    private readonly store: BlockStore,
    anyGrown: Signal | null,
  ) {
    this.grown = new Signal(anyGrown);
    this.recent = new RecentBlocks(store);
  }

  /** Opens a journal: the tree from its snapshot, then every later block, each recomputed. `anyGrown` is raised with `grown`. */
  static async open(world: World, name: string, anyGrown: Signal | null = null): Promise<Journal> {
    const journal = new Journal(name, world, world.storage.blocks(name), anyGrown);
    const saved = await world.storage.records.get<TreeSnapshot>(TILES, `${name}:tree`);
    if (saved) await journal.resume(saved.value);
    await journal.catchUp();
    return journal;
  }

  /** Takes the tree over from its snapshot, unless that does not agree with itself or with the blocks: then all are read again. */
  private async resume(saved: TreeSnapshot): Promise<void> {
    const [last, [block]] = await Promise.all([this.store.last(), this.store.read(saved.size - 1, 1)]);
    // A backup may be newer in one collection than in the other: a tree beyond its blocks is not believed.
    if (!last || last.first + last.count < saved.size) return;
    if (block && block.first + block.count === saved.size && hex(block.root) !== saved.root) return;
    this.tails = saved.tails.map(hashesOf);
    this.kept = saved.size;
    try {
      const range = { size: saved.size, peaks: await Promise.all(peaks(saved.size).map((node) => this.node(node))) };
      if (hex(rangeRoot(this.world.hasher, range)) === saved.root) [this.range, this.unlearned] = [range, range.size];
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error;
    }
    if (this.range.size === 0) [this.tails, this.kept] = [[], 0];
  }

  get size(): number {
    return this.range.size;
  }

  /** Where the durable end is, and what it hashes to. */
  get head(): { readonly size: number; readonly root: Uint8Array } {
    // Worked out once for each size: many ask.
    if (this.known?.size !== this.range.size) this.known = { size: this.range.size, root: rangeRoot(this.world.hasher, this.range) };
    return this.known;
  }

  /** The compact range at the durable end, for whoever decides what comes next. */
  get end(): CompactRange {
    return this.range;
  }

  /** The last block; null in an empty journal. */
  get lastBlock(): StoredBlock | null {
    return this.latest;
  }

  /** Inserts a block. Rejects when the outcome is unknown. */
  insert(block: StoredBlock): Promise<'inserted' | 'duplicate'> {
    return this.store.insert(block);
  }

  /** Where the store says that the journal ends: further than here when another process wrote it. */
  async storedEnd(): Promise<number> {
    const last = await this.store.last();
    return last ? last.first + last.count : 0;
  }

  /** The block that starts at this index; null when there is none. */
  async blockAt(first: number): Promise<StoredBlock | null> {
    const [block] = await this.store.read(first, 1);
    return block?.first === first ? block : null;
  }

  /**
   * Takes in a durable block that starts at the end. Throws InvariantError when its leaves do not hash to its root: the
   * store is damaged. `growth`: what the block adds, from whoever has just made or verified it.
   */
  advance(block: StoredBlock, growth?: Growth): void {
    if (block.first < this.size) return;
    invariant(
      block.first === this.size,
      `${this.name} ends at ${this.size}, but a block starts at ${block.first}: entries are missing from the store.`,
    );
    const { hasher } = this.world;
    const fits = growth?.from === this.range;
    const leaves = (): readonly Uint8Array[] => entriesOf(block).map((entry) => leafHash(hasher, entry.leaf));
    const { after: next, root, tiled } = fits ? growth : growthOf(hasher, this.range, leaves());
    invariant(
      equal(root, block.root) && next.size === block.first + block.count,
      `The stored block ${block.first} of ${this.name} does not hash to its root: restore the journal from a peer.`,
    );
    this.range = next;
    this.known = { size: next.size, root };
    this.latest = block;
    this.streams.learn(block);
    this.recent.add(block);
    this.onBlock(block);
    for (const { node, hash } of tiled) this.keep(node, hash);
    this.kept = next.size;
    this.grown.raise();
  }

  /** Reads what others wrote behind the end. */
  async catchUp(): Promise<void> {
    if (this.latest === null) this.latest = await this.store.last();
    for await (const blocks of readOn(this.store, this.size)) {
      for (const block of blocks) this.advance(block);
      if (this.unsaved.size > 0) await this.saveTiles();
    }
  }

  /** Durable blocks from the one that holds `from`, in order. */
  async blocks(from: number, limit: number): Promise<readonly StoredBlock[]> {
    if (from >= this.size) return [];
    return this.recent.read(from, limit);
  }

  /** Reads the streams of all blocks that were here before this journal was opened; until then any stream may be there. */
  async learnStreams(stopped: () => boolean): Promise<void> {
    let size = 0;
    for await (const blocks of readOn(this.store, 0)) {
      if (stopped() || this.unlearned === 0) return;
      for (const block of blocks) this.streams.learn(block);
      const last = blocks.at(-1)!;
      size = last.first + last.count;
      if (size >= this.unlearned) this.unlearned = 0;
    }
    invariant(this.unlearned === 0, `${this.name} holds no block at ${size}: entries are missing from the store.`);
  }

  /** False only for a stream that has no durable entry here. */
  mayHold(stream: string): boolean {
    return this.unlearned > 0 || this.streams.has(stream);
  }

  /** The block of an index, where it is one of the newest; undefined where the store would have to be asked. */
  recentBlock(index: number): StoredBlock | undefined {
    return this.recent.holding(index);
  }

  /** The durable commits of a stream from an index on. */
  commitsOf(stream: string, from = 0): Promise<readonly StoredCommit[]> {
    return this.store.commitsOf(stream, from);
  }

  /** One entry as deep as this node knows it, with the block that holds it; null when it is not there. */
  async entry(index: number): Promise<{ readonly entry: LedgerEntry; readonly block: StoredBlock } | null> {
    if (!(index >= 0 && index < this.size)) return null;
    const [block] = await this.blocks(index, 1);
    const entry = block && entriesOf(block)[index - block.first];
    return block && entry ? { entry, block } : null;
  }

  /** The compact range at any size up to the end. */
  async rangeAt(size: number): Promise<CompactRange> {
    return size === this.size ? this.range : { size, peaks: await Promise.all(peaks(size).map((node) => this.node(node))) };
  }

  /** Root at any size up to the end. Throws RangeError beyond it. */
  async rootAt(size: number): Promise<Uint8Array> {
    if (!(Number.isSafeInteger(size) && size >= 0 && size <= this.size)) throw new RangeError(`${this.name} has no size ${size} yet.`);
    const known = size === this.size ? this.head.root : this.recent.rootAt(size);
    return known ?? this.recent.keepRoot(size, bag(this.world.hasher, await Promise.all(peaks(size).map((node) => this.node(node)))));
  }

  /** The audit path of an entry in the tree of a size. */
  inclusion(index: number, size: number): Promise<readonly Uint8Array[]> {
    return this.prove(inclusionPlan(index, size));
  }

  consistency(older: number, newer: number): Promise<readonly Uint8Array[]> {
    return this.prove(consistencyPlan(older, newer));
  }

  /** The first hashes of a tile: `level` counts tiles, 8 levels of the tree each. Throws InvariantError when they are not all there. */
  async hashes(level: number, index: number, width: number): Promise<readonly Uint8Array[]> {
    const hashes = (await this.tile(level, index)).slice(0, width);
    invariant(hashes.length === width, `Hashes of ${this.name} are missing in tile ${level}/${index}: rebuild its tiles.`);
    return hashes;
  }

  /** Writes full tiles and the tree snapshot; whoever drives the journal calls it off the critical path. */
  async saveTiles(): Promise<void> {
    const tiles = [...this.unsaved];
    const snapshot: TreeSnapshot = { size: this.size, root: hex(this.head.root), tails: this.tails.map((tail) => tail.map(hex).join('')) };
    const writes: RecordWrite[] = tiles.map(([id, hashes]) => ({ table: TILES, id, value: { hashes } }));
    // It comes last, with the last of the tiles that it rests on.
    writes.push({ table: TILES, id: `${this.name}:tree`, value: snapshot });
    for (let at = 0; at < writes.length; at += WRITE_TILES) await this.world.storage.records.write(writes.slice(at, at + WRITE_TILES));
    for (const [id] of tiles) this.unsaved.delete(id);
  }

  /** Full tiles that wait to be saved. */
  get tilesWaiting(): number {
    return this.unsaved.size;
  }

  private prove(plan: ProofPlan): Promise<readonly Uint8Array[]> {
    return Promise.all(plan.map(async (nodes) => bag(this.world.hasher, await Promise.all(nodes.map((node) => this.node(node))))));
  }

  private keep({ level, index }: NodeAt, hash: Uint8Array): void {
    const tileLevel = level / TILE_LEVELS;
    const tail = (this.tails[tileLevel] ??= []);
    tail.push(hash);
    if (tail.length < TILE_WIDTH) return;
    this.unsaved.set(this.tileId(tileLevel, Math.floor(index / TILE_WIDTH)), tail.map(hex).join(''));
    this.tails[tileLevel] = [];
  }

  private tileId(level: number, index: number): string {
    return `${this.name}:${level}/${index}`;
  }

  /** The hash of a perfect subtree, out of the tile that holds its nodes. */
  private async node({ level, index }: NodeAt): Promise<Uint8Array> {
    const tileLevel = Math.floor(level / TILE_LEVELS);
    const span = 2 ** (level - tileLevel * TILE_LEVELS);
    const start = index * span;
    const tile = Math.floor(start / TILE_WIDTH);
    const hashes = await this.tile(tileLevel, tile);
    const part = hashes.slice(start - tile * TILE_WIDTH, start - tile * TILE_WIDTH + span);
    invariant(part.length === span, `Hashes of ${this.name} are missing at level ${level}, ${index}: rebuild its tiles.`);
    return subroot(this.world.hasher, part);
  }

  /** The hashes of a tile. Where it lies is decided before anything is awaited: the journal may grow meanwhile. */
  private async tile(level: number, index: number): Promise<readonly Uint8Array[]> {
    if (index === Math.floor(this.kept / TILE_WIDTH ** (level + 1))) return [...(this.tails[level] ?? [])];
    const id = this.tileId(level, index);
    const unsaved = this.unsaved.get(id);
    if (unsaved !== undefined) return hashesOf(unsaved);
    const saved = await this.world.storage.records.get<{ hashes: string }>(TILES, id);
    return saved ? hashesOf(saved.value.hashes) : [];
  }
}
