/**
 * A durable reader of verified entries: in order per journal, each until its handler has succeeded, never before its basis is here.
 * How far it came is saved a few times a second; after a crash what was handled since then comes again.
 */
import type { Entry } from './decider.js';
import type { Vocabulary } from './entry.js';
import { decodedFrom } from './decoded-from.js';
import type { Folder } from './folder.js';
import type { Journal } from './journal.js';
import type { Recorded, World } from './ports.js';

const CHUNK = 200;

export class Follower {
  private positions: Readonly<Record<string, number>> = {};
  private saved: Recorded<Readonly<Record<string, number>>>;

  constructor(
    private readonly world: World,
    private readonly vocabulary: Vocabulary,
    private readonly folder: Folder,
    private readonly journals: ReadonlyMap<string, Journal>,
    private readonly reached: (basis: Entry['basis']) => boolean,
    name: string,
    private readonly handle: (entry: Entry) => Promise<void>,
  ) {
    this.saved = { id: `follow:${name}`, value: {}, rev: 0 };
  }

  async open(): Promise<void> {
    const { id } = this.saved;
    this.saved = (await this.world.storage.records.get<Record<string, number>>('positions', id)) ?? { id, value: {}, rev: 0 };
    this.positions = this.saved.value;
  }

  /** Hands on the next entries of all journals; false when there were none. Rejects when the handler did: the entry comes again. */
  async step(): Promise<boolean> {
    let moved = false;
    const failures: unknown[] = [];
    // One journal that cannot be handled does not hold up the others.
    for (const journal of this.journals.values()) {
      try {
        moved = (await this.advance(journal)) || moved;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return moved;
  }

  private async advance(journal: Journal): Promise<boolean> {
    const from = this.positions[journal.name] ?? 0;
    let position = from;
    try {
      for (const { index, decoded } of await decodedFrom(this.vocabulary, journal, from, CHUNK)) {
        if (index >= this.folder.position(journal.name)) break;
        if (decoded.kind === 'entry') {
          if (!this.reached(decoded.entry.basis)) break;
          await this.handle(decoded.entry);
        }
        position = index + 1;
      }
    } finally {
      if (position > from) this.positions = { ...this.positions, [journal.name]: position };
    }
    return position > from;
  }

  /** Saves how far it came, where that has changed. Where another process was faster, its position counts. */
  async save(): Promise<void> {
    const { saved, positions } = this;
    if (positions === saved.value) return;
    const { id, rev } = saved;
    const written = await this.world.storage.records.write([{ table: 'positions', id, value: positions, rev }]);
    if (written) this.saved = { id, value: positions, rev: rev + 1 };
    else await this.open();
  }
}
