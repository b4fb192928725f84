/**
 * Views and timers: every journal folds into its own part of each row. Rows, positions, timers and the parked set are
 * written in one transaction per batch, so a crash neither folds twice nor forgets.
 */
import { byEntryType, type Context, type Entry, type View } from './decider.js';
import { decodedFrom } from './decoded-from.js';
import { inRow, keyIn, timerIn, whereInRow, type Timer, type ViewRow } from './folded.js';
import type { Decoded, DecodedAt, Vocabulary } from './entry.js';
import type { Journal } from './journal.js';
import { notNow } from './node.js';
import { allParked, parkedFacts, type KeptItem } from './parked.js';
import type { Cells, RecordQuery, Recorded, RecordWrite, ScanQuery, World } from './ports.js';
import { RecentlyUsed } from './recently-used.js';
import { say, type SaidPart } from './rejection.js';
import { Signal } from './signal.js';

/** Entries folded in one transaction. */
const BATCH_ENTRIES = 500;
/** The same when far behind, where many entries change the same rows, and how many entries are looked at at a time. */
const BATCH_BEHIND = 100_000;
const STEP_BEHIND = 4_000;
/** Rows kept in memory between batches, and changed in one. */
const ROWS_MAX = 100_000;

interface FoldedRow {
  readonly table: string;
  readonly id: string;
  readonly value: ViewRow | null;
  /** Not stored so far. */
  readonly fresh: boolean;
}

interface Batch {
  readonly rows: Map<string, FoldedRow>;
  readonly timers: Map<string, Timer | null>;
  readonly parked: KeptItem[];
  /** Their streams, as `journal|stream`: known to all only once the batch is written. */
  readonly parkedStreams: Set<string>;
}

export class Folder {
  /** Raised whenever a position has moved. */
  readonly moved = new Signal();
  /** Journal → its size when there was last nothing to fold. */
  private readonly here = new Map<string, number>();
  /** Counts the batches that set or cleared a timer. */
  timersChanged = 0;
  private positions: Recorded<Record<string, number>>;
  private readonly cache = new RecentlyUsed<ViewRow>(ROWS_MAX);
  /** Streams that cannot be folded, with their first parked index. */
  private readonly parkedStreams = new Map<string, number>();
  /** Entries that one transaction may hold now. */
  private mostBehind: number;
  /** Counts the rebuilds: each folds into tables of its own. */
  private built = 0;
  /** The views by the entry types they look at. */
  private readonly byType: ReadonlyMap<string, readonly View[]>;

  constructor(
    private readonly world: World,
    private readonly context: Context,
    private readonly vocabulary: Vocabulary,
    private readonly own: string,
    private readonly behind = BATCH_BEHIND,
    /** Evidence against a journal is looked at here: no reaction goes beyond an entry that rests on what a liar withholds. */
    private readonly weigh: (evidence: Entry) => Promise<void> = () => Promise.resolve(),
  ) {
    this.mostBehind = behind;
    this.byType = byEntryType(context.views);
    this.positions = { id: this.positionsId, value: {}, rev: 0 };
  }

  /** The tables that are read and written: those of the code, or of its newest rebuild. */
  get generation(): number {
    return this.built;
  }

  private get version(): string {
    return this.built === 0 ? this.context.codeVersion : `${this.context.codeVersion}~${this.built}`;
  }

  /** Under which its positions are kept. */
  get positionsId(): string {
    return `views@${this.version}`;
  }

  /** Every table of what is folded here. */
  get tables(): readonly string[] {
    return [...this.context.views.map(({ name }) => this.table(name)), this.timerTable, this.parkedTable];
  }

  /** Begins, or goes on, where this generation stands. */
  async open(generation = this.built): Promise<void> {
    this.built = generation;
    const saved = await this.world.storage.records.get<Record<string, number>>('positions', this.positionsId);
    const parked = await allParked(this.world.storage.records, this.parkedTable);
    // At once: nobody may ask in between what is parked, and hear that nothing is.
    this.positions = saved ?? { id: this.positionsId, value: {}, rev: 0 };
    this.cache.clear();
    this.parkedStreams.clear();
    for (const { value } of parked) this.park(value);
    this.timersChanged += 1;
    // What seemed not to be written may have been, or another process was further.
    this.moved.raise();
  }

  /** How far a journal is folded. */
  position(journal: string): number {
    return this.positions.value[journal] ?? 0;
  }

  get parkedTable(): string {
    return `parked@${this.version}`;
  }

  parkedCount(): number {
    return this.parkedStreams.size;
  }

  /** Whether an entry below this size could not be folded. */
  parkedBelow(journal: string, size: number): boolean {
    return [...this.parkedStreams].some(([key, index]) => key.startsWith(`${journal}|`) && index < size);
  }

  isParked(journal: string, stream: string): boolean {
    return this.parkedStreams.has(`${journal}|${stream}`);
  }

  private park(item: KeptItem): void {
    const key = `${item.journal}|${item.stream}`;
    this.parkedStreams.set(key, Math.min(item.index, this.parkedStreams.get(key) ?? item.index));
  }

  /** Folds a batch of what these journals have new, in one transaction; false when nothing is left. To be called once at a time. */
  async step(journals: Iterable<Journal>): Promise<boolean> {
    const batch: Batch = { rows: new Map(), timers: new Map(), parked: [], parkedStreams: new Set() };
    const moved: Record<string, number> = {};
    for (const journal of journals) {
      const from = this.position(journal.name);
      const to = journal.size > from ? await this.fold(batch, journal) : from;
      if (to > this.position(journal.name)) moved[journal.name] = to;
      else if (journal.size > (this.here.get(journal.name) ?? 0)) {
        // Another process of this node had folded it before it was here: who waits for the entries themselves goes on.
        this.here.set(journal.name, journal.size);
        this.moved.raise();
      }
    }
    if (Object.keys(moved).length === 0) return false;
    await this.write(batch, { ...this.positions.value, ...moved });
    return true;
  }

  /** Folds what a journal has new into the batch, as far as one transaction may go. Answers how far that is. */
  private async fold(batch: Batch, journal: Journal): Promise<number> {
    const from = this.position(journal.name);
    const most = journal.size - from > BATCH_ENTRIES ? this.mostBehind : BATCH_ENTRIES;
    let to = from;
    while (to - from < most && batch.rows.size < ROWS_MAX) {
      const entries = await decodedFrom(this.vocabulary, journal, to, Math.min(most, STEP_BEHIND));
      const last = entries.at(-1);
      if (!last) break;
      for (const { decoded } of entries)
        if (decoded.kind === 'entry' && decoded.entry.type === 'EquivocationFound') await this.weigh(decoded.entry);
      const stored = await this.rowsOf(batch, entries);
      for (const { index, decoded } of entries) this.take(batch, stored, journal.name, index, decoded);
      to = last.index + 1;
    }
    return to;
  }

  /** The rows that entries may change beside those of the batch, as they are stored: one question for each view. */
  private async rowsOf(batch: Batch, entries: readonly DecodedAt[]): Promise<ReadonlyMap<string, ViewRow>> {
    const rows = new Map<string, ViewRow>();
    const missing = new Map<string, Set<string>>();
    for (const { decoded } of entries) {
      if (decoded.kind !== 'entry') continue;
      for (const view of this.byType.get(decoded.entry.type) ?? []) {
        const id = keyIn(view, decoded.entry);
        if (id === null) continue;
        const table = this.table(view.name);
        const key = `${table}|${id}`;
        const cached = this.cache.get(key);
        if (cached) rows.set(key, cached);
        else if (!batch.rows.has(key)) missing.set(table, (missing.get(table) ?? new Set()).add(id));
      }
    }
    for (const [table, ids] of missing) {
      const found = await this.world.storage.records.getMany<ViewRow>(table, [...ids]).catch(notNow);
      for (const { id, value } of found) rows.set(`${table}|${id}`, value);
    }
    return rows;
  }

  private take(batch: Batch, stored: ReadonlyMap<string, ViewRow>, journal: string, index: number, decoded: Decoded): void {
    if (decoded.kind === 'hidden') return;
    const stream = decoded.kind === 'entry' ? decoded.entry.stream : decoded.stream;
    const park = (why: SaidPart): void => {
      const item = { id: `${journal}|${index}`, journal, index, stream, why };
      batch.parked.push(item);
      batch.parkedStreams.add(`${journal}|${stream}`);
      this.world.notice({ level: 'warn', what: 'folder.parked', facts: parkedFacts(item) });
    };
    if (this.isParked(journal, stream) || batch.parkedStreams.has(`${journal}|${stream}`)) return park(say('parkedBehind'));
    if (decoded.kind === 'unknown') return park(say('parkedUnread', { type: decoded.type }));
    try {
      const rows = [];
      for (const view of this.byType.get(decoded.entry.type) ?? []) rows.push(this.foldView(batch, stored, view, decoded.entry));
      const changes = journal === this.own ? this.context.timers(decoded.entry) : [];
      for (const row of rows) if (row) batch.rows.set(`${row.table}|${row.id}`, row);
      for (const change of changes) batch.timers.set(...timerIn(change));
    } catch (error) {
      park(say('parkedUnfolded', { error: String(error) }));
    }
  }

  /** The row that the entry changes in a view; null when it does not concern it. */
  private foldView(batch: Batch, stored: ReadonlyMap<string, ViewRow>, view: View, entry: Entry): FoldedRow | null {
    const id = view.key(entry);
    if (id === null) return null;
    const table = this.table(view.name);
    const key = `${table}|${id}`;
    // A row that this batch removed is gone, whatever is still stored.
    const pending = batch.rows.get(key);
    const current = pending ? pending.value : (stored.get(key) ?? null);
    const part = view.fold(current?.parts[entry.journal] ?? null, entry);
    const parts = { ...current?.parts };
    if (part === null) delete parts[entry.journal];
    else parts[entry.journal] = part;
    const value = Object.keys(parts).length === 0 ? null : { parts, row: view.join(parts) };
    return { table, id, value, fresh: pending ? pending.fresh : !stored.has(key) };
  }

  private async write(batch: Batch, positions: Record<string, number>): Promise<void> {
    const rows = [...batch.rows.values()];
    const writes: RecordWrite[] = [
      { table: 'positions', id: this.positionsId, value: positions, rev: this.positions.rev },
      // Side by side what is inserted and what is changed: a store takes many of a kind at once.
      ...rows.filter(({ fresh, value }) => fresh && value !== null).map(({ table, id, value }) => ({ table, id, value, rev: 0 })),
      ...rows.filter(({ fresh, value }) => !fresh || value === null).map(({ table, id, value }) => ({ table, id, value })),
      ...[...batch.timers].map(([id, value]) => ({ table: this.timerTable, id, value })),
      ...batch.parked.map((item) => ({ table: this.parkedTable, id: item.id, value: item })),
    ];
    const written = await this.world.storage.records.write(writes).catch(async (error: unknown) => {
      // Whatever it was, it may have been too much for the store at once.
      this.mostBehind = BATCH_ENTRIES;
      await this.open();
      throw error;
    });
    if (!written) {
      await this.open();
      return;
    }
    this.positions = { id: this.positionsId, value: positions, rev: this.positions.rev + 1 };
    this.mostBehind = Math.min(this.behind, 2 * this.mostBehind);
    for (const item of batch.parked) this.park(item);
    if (batch.timers.size > 0) this.timersChanged += 1;
    for (const [key, { value }] of batch.rows) {
      if (value) this.cache.keep(key, value);
      else this.cache.forget(key);
    }
    this.moved.raise();
  }

  get timerTable(): string {
    return `timers@${this.version}`;
  }

  private table(view: string): string {
    return `view.${view}@${this.version}`;
  }

  /** Rows of a view, hidden ones (`row: null`) included; field names are those of the joined row. */
  rows(view: string, query: RecordQuery): Promise<readonly Recorded<ViewRow>[]> {
    const order = query.order && { ...query.order, field: inRow(query.order.field) };
    return this.world.storage.records
      .find<ViewRow>(this.table(view), { ...query, where: whereInRow(query.where ?? {}), ...(order && { order }) })
      .catch(notNow);
  }

  /** Cells of the rows of a view, some rows at a time. */
  async *scan(view: string, { where, order, cells, after }: ScanQuery): AsyncGenerator<readonly Cells[]> {
    const query = { where: whereInRow(where), order: { field: inRow(order.field) }, cells: cells.map(inRow), ...(after && { after }) };
    try {
      yield* this.world.storage.records.scan(this.table(view), query);
    } catch (error) {
      notNow(error);
    }
  }
}
