/**
 * Durable timers: a lapse is an ordinary command whose id is its deadline's. Where a foreign statement could still arrive
 * in time, it fires only when that journal's owner has vouched past the deadline and we have reacted to all it vouched for.
 */
import type { DerivedCommand } from './decider.js';
import type { Folder, Timer } from './folder.js';
import { timerId } from './ids.js';
import { Unavailable, type Answer } from './node.js';
import type { World } from './ports.js';
import type { Witness } from './witness.js';

const PAGE = 200;
/** A peer that was not heard for this long is silent, ms of real time: five beats. */
const SILENT_MS = 10_000;

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

  constructor(
    private readonly world: World,
    private readonly folder: Folder,
    private readonly witness: Witness,
    private readonly around: TimersWorld,
  ) {
    this.began = world.clock.monotonic();
  }

  /** Fires all that is due. Resolves to how many fired. */
  async fire(): Promise<number> {
    const { timersChanged } = this.folder;
    if (this.quiet?.since === timersChanged && this.world.clock.now() < this.quiet.untilMs) return 0;
    this.quiet = null;
    let fired = 0;
    let waiting = 0;
    let after: { value: number; id: string } | undefined;
    for (;;) {
      const query = { where: { dueMs: { lt: this.world.clock.now() + 1 } }, order: { field: 'dueMs' }, limit: PAGE };
      const due = await this.world.storage.records.find<Timer>(this.folder.timerTable, after ? { ...query, after } : query);
      for (const { id, value, rev } of due) {
        after = { value: value.dueMs, id };
        if (this.ripe(value) && (await this.one(id, value, rev))) fired += 1;
        else waiting += 1;
      }
      if (due.length < PAGE) break;
    }
    if (waiting === 0 && fired === 0) await this.beQuiet(timersChanged);
    return fired;
  }

  /** Nothing is due: looks when the next one will be, so that a node that waits asks its store nothing. */
  private async beQuiet(since: number): Promise<void> {
    const query = { order: { field: 'dueMs' }, limit: 1 };
    const [next] = await this.world.storage.records.find<Timer>(this.folder.timerTable, query);
    this.quiet = { since, untilMs: next?.value.dueMs ?? Infinity };
  }

  private ripe({ awaits, dueMs, patienceMs }: Timer): boolean {
    if (awaits === null || awaits === this.around.journal) return true;
    const word = this.witness.watermark(awaits);
    // Patience is for a silent peer: a clock that jumps past it must not cut off one that answers.
    const silent = this.around.quarantined(awaits) || this.world.clock.monotonic() - (word?.heardAt ?? this.began) > SILENT_MS;
    if (silent && this.world.clock.now() > dueMs + patienceMs) return true;
    return word !== null && word.time > dueMs && this.around.reacted(awaits) >= word.size;
  }

  private async one(key: string, timer: Timer, rev: number): Promise<boolean> {
    const id = timerId(this.world.hasher, this.around.journal, key, timer.dueMs);
    try {
      const answer = await this.around.submit(timer.fires, id, id.slice(0, 32));
      if (!answer.ok)
        this.world.notice({ level: 'error', what: 'timers.refused', facts: { key, command: timer.fires.command, code: answer.rejected } });
      // What cannot be decided now is due again; and only once its entry is folded can be seen whether that set it anew.
      if (answer.ok ? this.folder.position(this.around.journal) < answer.position.size : answer.rejected === 'E-FROZEN') return false;
      // The fold clears it when its entry is read; a limit that had nothing left to do is cleared here. A newer one
      // keeps its place by the revision.
      await this.world.storage.records.write([{ table: this.folder.timerTable, id: key, value: null, rev }]);
      return true;
    } catch (error) {
      if (error instanceof Unavailable) return false;
      this.world.notice({ level: 'error', what: 'timers.failed', facts: { key, why: String(error) } });
      return false;
    }
  }
}
