/**
 * Rebuilding views: everything is folded anew into tables beside those in use, from the first entry on, while the live ones go on; once
 * both stand at the same entries one write changes over. A crash before it leaves the old ones, a crash after it the new ones. Timers are
 * rebuilt with the views; one that had fired fires once more, and its command decides nothing twice.
 */
import type { Context } from './decider.js';
import type { Vocabulary } from './entry.js';
import { Folder } from './folder.js';
import type { Journal } from './journal.js';
import type { ViewsState } from './node.js';
import type { Recorded, World } from './ports.js';
import type { Signal } from './signal.js';

const GENERATIONS = 'generations';
/** Entries that a rebuild folds before the live views have their turn again. */
const STEP_ENTRIES = 2_000;
/** How long tables that are no longer read are kept for whoever began to read them, ms. */
const KEPT_MS = 30_000;

interface Generation {
  readonly generation: number;
}

/** What is folded, out of what. */
export interface RebuildingWorld {
  readonly context: Context;
  readonly vocabulary: Vocabulary;
  readonly own: string;
  readonly journals: ReadonlyMap<string, Journal>;
  /** Wakes the loop that folds: nothing else may. */
  readonly wake: Signal;
}

export class Rebuilding {
  private fresh: Folder | null = null;
  private pointer: Recorded<Generation>;
  private asked = false;

  constructor(
    private readonly world: World,
    private readonly live: Folder,
    private readonly around: RebuildingWorld,
  ) {
    this.pointer = { id: `views@${around.context.codeVersion}`, value: { generation: 0 }, rev: 0 };
  }

  /** Opens the views where the last rebuild left them. */
  async open(): Promise<void> {
    this.pointer = (await this.world.storage.records.get<Generation>(GENERATIONS, this.pointer.id)) ?? this.pointer;
    await this.live.open(this.pointer.value.generation);
  }

  /** How the views stand; `rebuild` begins to build them anew, unless that is under way. */
  state(rebuild: boolean): ViewsState {
    if (rebuild && !this.asked) {
      this.asked = true;
      this.around.wake.raise();
    }
    let [folded, of] = [0, 0];
    for (const name of this.around.journals.keys()) {
      folded += this.fresh?.position(name) ?? 0;
      of += this.live.position(name);
    }
    return { generation: this.live.generation, rebuilding: this.asked ? { folded, of } : null };
  }

  /** Folds what is new, and a part of what is rebuilt. To be called once at a time; false when nothing is left. */
  async step(): Promise<boolean> {
    const journals = [...this.around.journals.values()];
    const moved = await this.live.step(journals);
    if (!this.asked) return moved;
    this.fresh ??= await this.begin();
    const more = await this.fresh.step(journals);
    if (more || journals.some(({ name }) => this.fresh!.position(name) < this.live.position(name))) return true;
    await this.changeOver(this.fresh);
    return moved;
  }

  private folder(behind?: number): Folder {
    const { context, vocabulary, own } = this.around;
    return new Folder(this.world, context, vocabulary, own, behind);
  }

  private async begin(): Promise<Folder> {
    const fresh = this.folder(STEP_ENTRIES);
    await fresh.open(this.live.generation + 1);
    // A rebuild that was broken off has left something: nobody ever read it.
    await this.clear(fresh);
    await fresh.open();
    return fresh;
  }

  private async clear(folder: Folder): Promise<void> {
    for (const table of folder.tables) await this.world.storage.records.drop(table);
    await this.world.storage.records.write([{ table: 'positions', id: folder.positionsId, value: null }]);
  }

  private async changeOver(fresh: Folder): Promise<void> {
    const { id, rev } = this.pointer;
    const value = { generation: fresh.generation };
    if (!(await this.world.storage.records.write([{ table: GENERATIONS, id, value, rev }]))) {
      // Another process of this node was here: what it left is what counts.
      await this.open();
      return;
    }
    const before = this.folder();
    await before.open(this.live.generation);
    this.pointer = { id, value, rev: rev + 1 };
    await this.live.open(fresh.generation);
    [this.fresh, this.asked] = [null, false];
    void this.world.clock
      .sleep(KEPT_MS)
      .then(() => this.clear(before))
      .catch((error: unknown) => this.world.notice({ level: 'warn', what: 'rebuilding.not-cleared', facts: { why: String(error) } }));
  }
}
