/**
 * Durable timers: a lapse is an ordinary command whose id is its deadline's. Where a foreign statement could still arrive
 * in time, it fires only when that journal's owner has vouched past the deadline and we have reacted to all it vouched for.
 * Limits that are due together are fired together, a page in one block, oldest first: one after the other they would wait for each other's
 * writes. A limit is never given up: one whose command is refused stays due, is shown to the operator, and is tried again.
 */
import { EVERY_PEER, type DerivedCommand } from './decider.js';
import type { Timer } from './folded.js';
import type { Folder } from './folder.js';
import { timerId } from './ids.js';
import { type Answer } from './node.js';
import { parkedFacts, type KeptItem } from './parked.js';
import type { World } from './ports.js';
import type { Witness } from './witness.js';
import { Unavailable, say, type Rejection, type SaidPart } from './rejection.js';

const PAGE = 200;
/** A peer that was not heard for this long is silent, ms of real time: five beats. */
const SILENT_MS = 10_000;
/** A limit whose command was refused is tried again after this, ms of real time. */
const REFUSED_MS = 10_000;

export interface TimersWorld {
  readonly journal: string;
  submit(command: DerivedCommand, id: string, trace: string): Promise<Answer>;
  /** How far a journal's entries were folded and reacted to. */
  reacted(journal: string): number;
  /** Whether a journal contradicted itself and goes no further. */
  quarantined(journal: string): boolean;
}

export class Timers {
  /** From when on a peer that was never heard is silent. */
  private readonly began: number;
  /** Until when nothing is due, as long as no timer is set or cleared. */
  private quiet: { readonly since: number; readonly untilMs: number } | null = null;

  /** Timer id → its refused command, and when it is tried again (monotonic ms). */
  private readonly refusals = new Map<string, { readonly item: KeptItem; readonly againMs: number }>();

  constructor(
    private readonly world: World,
    private readonly folder: Folder,
    private readonly witness: Witness,
    private readonly around: TimersWorld,
  ) {
    this.began = world.clock.monotonic();
  }

  /** Due limits whose command was refused. */
  get refused(): readonly KeptItem[] {
    return [...this.refusals.values()].map(({ item }) => item);
  }

  /** Fires all that is due. Resolves to how many fired. */
  async fire(): Promise<number> {
    const { timersChanged } = this.folder;
    if (this.quiet?.since === timersChanged && this.world.clock.now() < this.quiet.untilMs) return 0;
    this.quiet = null;
    let fired = 0;
    let waiting = 0;
    const stillDue = new Set<string>();
    let after: { value: number; id: string } | undefined;
    for (;;) {
      const query = { where: { dueMs: { lt: this.world.clock.now() + 1 } }, order: { field: 'dueMs' }, limit: PAGE };
      const due = await this.world.storage.records.find<Timer>(this.folder.timerTable, after ? { ...query, after } : query);
      const fires = due.map(({ id, value, rev }) => {
        after = { value: value.dueMs, id };
        stillDue.add(id);
        const paused = (this.refusals.get(id)?.againMs ?? 0) > this.world.clock.monotonic();
        return paused || !this.ripe(value) ? Promise.resolve(false) : this.one(id, value, rev);
      });
      const done = (await Promise.all(fires)).filter((each) => each).length;
      fired += done;
      waiting += due.length - done;
      if (due.length < PAGE) break;
    }
    for (const id of this.refusals.keys()) if (!stillDue.has(id)) this.refusals.delete(id);
    if (waiting === 0 && fired === 0) await this.beQuiet(timersChanged);
    return fired;
  }

  /** Nothing is due: looks when the next one will be, so that a node that waits asks its store nothing. */
  private async beQuiet(since: number): Promise<void> {
    const query = { order: { field: 'dueMs' }, limit: 1 };
    const [next] = await this.world.storage.records.find<Timer>(this.folder.timerTable, query);
    this.quiet = { since, untilMs: next?.value.dueMs ?? Infinity };
  }

  private ripe({ awaits, ...limit }: Timer): boolean {
    const journals = awaits === null ? [] : awaits === EVERY_PEER ? this.witness.journals : [awaits];
    return journals.every((each) => each === this.around.journal || this.heardOut(each, limit));
  }

  /** Whether nothing that this journal states in time can still come, or it is waited for no longer. */
  private heardOut(awaits: string, { dueMs, patienceMs }: Omit<Timer, 'awaits'>): boolean {
    const word = this.witness.watermark(awaits);
    // Patience is for a silent peer: a clock that jumps past it must not cut off one that answers.
    const silent = this.around.quarantined(awaits) || this.world.clock.monotonic() - (word?.heardAt ?? this.began) > SILENT_MS;
    if (silent && this.world.clock.now() > dueMs + patienceMs) return true;
    // `dueMs` is the first moment that is too late: what its owner states from then on is late, too.
    return word !== null && word.time >= dueMs && this.around.reacted(awaits) >= word.size;
  }

  private async one(key: string, timer: Timer, rev: number): Promise<boolean> {
    const id = timerId(this.world.hasher, this.around.journal, key, timer.dueMs);
    try {
      const answer = await this.around.submit(timer.fires, id, id.slice(0, 32));
      if (!answer.ok) return this.setAside(key, timer, say('parkedRefused', { what: timer.fires.command }), answer);
      this.refusals.delete(key);
      // Only once its entry is folded can be seen whether that set it anew.
      if (this.folder.position(this.around.journal) < answer.position.size) return false;
      // The fold clears it when its entry is read; a limit that had nothing left to do is cleared here. A newer one
      // keeps its place by the revision.
      await this.world.storage.records.write([{ table: this.folder.timerTable, id: key, value: null, rev }]);
      return true;
    } catch (error) {
      if (error instanceof Unavailable) return false;
      return this.setAside(key, timer, say('parkedFailed', { what: timer.fires.command, error: String(error) }));
    }
  }

  private setAside(key: string, { fires: { target } }: Timer, why: SaidPart, no?: Rejection): false {
    const { journal } = this.around;
    const refused = no && { refused: { rejected: no.rejected, facts: no.facts } };
    const item: KeptItem = { id: `timer|${key}`, journal, index: this.folder.position(journal), stream: target, why, ...refused };
    this.refusals.set(key, { item, againMs: this.world.clock.monotonic() + REFUSED_MS });
    this.world.notice({ level: 'error', what: 'timers.refused', facts: { key, ...parkedFacts(item) } });
    return false;
  }
}
