/**
 * Reactions: (entry, what it needs) → commands. A reaction sees an entry only when views and replicas have reached what
 * the entry rests on; its commands carry derived ids, so running it twice changes nothing; the position moves only after
 * the effect is durable, and is saved a few times a second. Entries of one stream react in order; a stream that cannot be
 * handled is parked, the rest goes on.
 */
import { byEntryType, type Context, type DerivedCommand, type Entry, type Found, type Reaction } from './decider.js';
import type { Vocabulary } from './entry.js';
import { Finder, type FinderWorld } from './found.js';
import { decodedFrom } from './decoded-from.js';
import type { Folder } from './folder.js';
import { derivedId } from './ids.js';
import type { Recorded, World } from './ports.js';
import type { Journal } from './journal.js';
import type { Answer, Redriven } from './node.js';
import type { Pause } from './precedence.js';
import { allParked, parkedFacts, type KeptItem } from './parked.js';
import { Busy, Unavailable, say, type Rejection, type SaidPart } from './rejection.js';
import { allEnded, type Waitable } from './signal.js';

/** Entries looked at together; those of different streams run side by side. */
const CHUNK = 64;
/** Commands of one reaction that run side by side, and share blocks: few enough that those of people wait little for them. */
const SIDE_BY_SIDE = 16;
/** How often is looked whether the steps under way have ended, ms. */
const HOLD_MS = 5;
const PARKED = 'parked-reactions';
const POSITIONS = 'reactions';

/** What reactions need of their node. */
export interface ReactorWorld extends FinderWorld {
  submit(command: DerivedCommand, id: string, trace: string): Promise<Answer>;
  /** For the commands that an entry asks for, which may be many: those from outside go first. */
  pauses(): Pause;
  /** Whether what an entry rests on is folded here. */
  reached(basis: Entry['basis']): boolean;
}

/** An entry on its way to the reactions; null when this version cannot read it. */
interface Item {
  readonly journal: string;
  readonly index: number;
  readonly stream: string;
  readonly entry: Entry | null;
  /** Its type, where this version cannot read it. */
  readonly unread?: string;
}

type Step = { readonly position: number; readonly moved: boolean };

export class Reactor {
  private positions: Readonly<Record<string, number>> = {};
  private saved: Recorded<Readonly<Record<string, number>>> = { id: POSITIONS, value: this.positions, rev: 0 };
  private readonly parkedStreams = new Set<string>();
  /** Steps under way, and whether none may begin. */
  private steps = 0;
  private held = false;
  /** The reactions by the entry types they look at. */
  private readonly byType: ReadonlyMap<string, readonly Reaction[]>;
  private readonly finder: Finder;

  constructor(
    private readonly world: World,
    context: Context,
    private readonly vocabulary: Vocabulary,
    private readonly folder: Folder,
    private readonly around: ReactorWorld,
  ) {
    this.byType = byEntryType(context.reactions);
    this.finder = new Finder(world.hasher, context, folder, around);
  }

  async open(): Promise<void> {
    await this.load();
    this.positions = this.saved.value;
  }

  private async load(): Promise<void> {
    const found = await this.world.storage.records.get<Record<string, number>>('positions', POSITIONS);
    this.saved = found ?? { id: POSITIONS, value: {}, rev: 0 };
    for (const { value } of await allParked(this.world.storage.records, PARKED)) this.parkedStreams.add(key(value));
  }

  position(journal: string): number {
    return this.positions[journal] ?? 0;
  }

  /** What the loop of a journal waits for: what was folded of another one is news only while something here waits for its basis. */
  news(journal: string): Waitable {
    return { wait: () => this.folder.moved.wait(() => this.position(journal) < this.folder.position(journal)) };
  }

  get parkedCount(): number {
    return this.parkedStreams.size;
  }

  async parked(): Promise<readonly KeptItem[]> {
    return (await this.world.storage.records.find<KeptItem>(PARKED, { limit: 1_000 })).map(({ value }) => value);
  }

  /** Reacts to the next entries of a journal that are folded and whose basis is reached; false when there are none now. */
  async step(journal: Journal): Promise<boolean> {
    if (this.held) return false;
    this.steps += 1;
    try {
      const { position, moved } = await this.react(journal);
      if (moved) this.positions = { ...this.positions, [journal.name]: position };
      return moved;
    } finally {
      this.steps -= 1;
    }
  }

  /**
   * Makes the positions durable if they moved. Every effect was durable before its position moved; what was reacted to since
   * the last save comes again after a crash, and changes nothing.
   */
  async save(): Promise<void> {
    const value = this.positions;
    if (value === this.saved.value) return;
    const written = await this.world.storage.records.write([{ table: 'positions', id: POSITIONS, value, rev: this.saved.rev }]);
    if (written) {
      this.saved = { id: POSITIONS, value, rev: this.saved.rev + 1 };
      return;
    }
    // Another process was here, or a write that seemed to fail was not. What either has reacted to is durable, and so is what
    // was reacted to while this looked.
    await this.load();
    const further = Object.entries(this.saved.value).filter(([journal, position]) => position > this.position(journal));
    if (further.length > 0) this.positions = { ...this.positions, ...Object.fromEntries(further) };
  }

  private async react(journal: Journal): Promise<Step> {
    const from = this.position(journal.name);
    // Most who are woken find nothing folded beyond where they stand.
    if (from >= this.folder.position(journal.name)) return { position: from, moved: false };
    const decoded = await decodedFrom(this.vocabulary, journal, from, CHUNK);
    const byStream = new Map<string, Item[]>();
    let position = from;
    for (const { index, decoded: each } of decoded) {
      if (index >= this.folder.position(journal.name)) break;
      if (each.kind === 'entry' && !this.around.reached(each.entry.basis)) break;
      position = index + 1;
      if (each.kind === 'hidden') continue;
      // Most entries concern nobody here: they only move the position.
      if (each.kind === 'entry' && this.mine(each.entry).length === 0) continue;
      const { stream } = each.kind === 'entry' ? each.entry : each;
      const read = each.kind === 'entry' ? { entry: each.entry } : { entry: null, unread: each.type };
      const item = { journal: journal.name, index, stream, ...read };
      byStream.set(stream, [...(byStream.get(stream) ?? []), item]);
    }
    if (byStream.size === 0) return { position, moved: position > from };
    // All end before a failure counts: nothing of this round may still run when the next begins.
    await allEnded([...byStream.values()].map((items) => this.inOrder(items)));
    return { position, moved: position > from };
  }

  /**
   * Tries again what is parked, oldest first: a newer version may know what an older one did not. To be called while no
   * step runs. A stream leaves the parked set only when nothing of it is left there.
   */
  async redrive(): Promise<Redriven> {
    const found = await allParked(this.world.storage.records, PARKED);
    const stuck = new Set<string>();
    let left = found.length;
    for (const { id, value } of [...found].sort((a, b) => a.value.index - b.value.index)) {
      const journal = this.around.journals.get(value.journal);
      if (!journal || stuck.has(key(value))) continue;
      const [read] = await decodedFrom(this.vocabulary, journal, value.index, 1);
      this.parkedStreams.delete(key(value));
      const { decoded } = read ?? {};
      const unread = decoded?.kind === 'unknown' ? { unread: decoded.type } : {};
      await this.inOrder([{ ...value, ...unread, entry: decoded?.kind === 'entry' ? decoded.entry : null }]);
      if (this.parkedStreams.has(key(value))) stuck.add(key(value));
      else if (await this.world.storage.records.write([{ table: PARKED, id, value: null }])) left -= 1;
    }
    return { tried: found.length, left };
  }

  /** The same at any time: no step begins meanwhile, and those under way end first. */
  async redriveWhileRunning(): Promise<Redriven> {
    if (this.held) throw new Busy(say('redrivingAlready'));
    this.held = true;
    try {
      while (this.steps > 0) await this.world.clock.sleep(HOLD_MS);
      return await this.redrive();
    } finally {
      this.held = false;
      // Steps that were turned away wait for news.
      this.folder.moved.raise();
    }
  }

  /** The reactions that an entry concerns at this node. */
  private mine(entry: Entry): readonly Reaction[] {
    const all = this.byType.get(entry.type) ?? [];
    return all.length === 0 ? all : all.filter((reaction) => concerns(reaction, entry, this.around.province));
  }

  private async inOrder(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      const { entry } = item;
      if (!entry) {
        await this.park(item, say('parkedUnread', { type: item.unread ?? '' }));
        continue;
      }
      const mine = this.mine(entry);
      if (mine.length === 0) continue;
      if (this.parkedStreams.has(key(entry))) await this.park(entry, say('parkedBehind'));
      else await this.handle(entry, mine);
    }
  }

  private async handle(entry: Entry, reactions: readonly Reaction[]): Promise<void> {
    let what = '';
    const pause = this.around.pauses();
    try {
      for (const reaction of reactions) {
        what = reaction.name;
        const found = await this.finder.find(reaction, entry, pause);
        const commands = this.named(reaction, entry, found);
        for (let from = 0; from < commands.length; from += SIDE_BY_SIDE) {
          if (from > 0) await pause();
          const some = commands.slice(from, from + SIDE_BY_SIDE);
          const answers = await allEnded(some.map(({ command, id }) => this.around.submit(command, id, entry.trace)));
          const no = answers.find((answer) => !answer.ok);
          if (no) return await this.park(entry, say('parkedRefused', { what }), { rejected: no.rejected, facts: no.facts });
        }
      }
    } catch (error) {
      // Not now is not never: the position stays, and the entry comes again.
      if (error instanceof Unavailable) throw error;
      await this.park(entry, say('parkedFailed', { what, error: String(error) }));
    }
  }

  /** The commands of a reaction with their ids, which are the same however often it reacts. */
  private named(reaction: Reaction, entry: Entry, found: Found): readonly { readonly command: DerivedCommand; readonly id: string }[] {
    const ordinals = new Map<string, number>();
    return reaction.react(entry, found).map((command) => {
      const ordinal = ordinals.get(command.target) ?? 0;
      ordinals.set(command.target, ordinal + 1);
      const of = { journal: entry.journal, index: entry.index, reaction: reaction.name };
      return { command, id: derivedId(this.world.hasher, { ...of, target: command.target, ordinal }) };
    });
  }

  private async park(entry: Omit<Item, 'entry'>, why: SaidPart, refused?: Rejection): Promise<void> {
    const item: KeptItem = {
      id: `${entry.journal}|${entry.index}`,
      journal: entry.journal,
      index: entry.index,
      stream: entry.stream,
      why,
      ...(refused && { refused }),
    };
    await this.world.storage.records.write([{ table: PARKED, id: item.id, value: item }]);
    this.parkedStreams.add(key(entry));
    this.world.notice({ level: 'error', what: 'reactor.parked', facts: parkedFacts(item) });
  }
}

const key = ({ journal, stream }: { readonly journal: string; readonly stream: string }): string => `${journal}|${stream}`;

const concerns = (reaction: Reaction, entry: Entry, province: string): boolean => {
  const own = entry.journal.startsWith(`${province}/`);
  return reaction.from === 'any' || (reaction.from === 'own') === own;
};
