/** What a reaction asks for, found round by round: answers by the need that named them. */
import { hex, utf8 } from './bytes.js';
import { canonical } from './canonical.js';
import {
  invariant,
  type Collector,
  type Context,
  type DomainEvent,
  type Entry,
  type Fold,
  type Found,
  type Need,
  type Reaction,
  type Scan,
} from './decider.js';
import type { Folder } from './folder.js';
import type { Journal } from './journal.js';
import { notNow } from './node.js';
import type { Hasher, Where } from './ports.js';
import type { Pause } from './precedence.js';
import { Unavailable, say } from './rejection.js';

/** How often a reaction may name something new. */
const NEED_ROUNDS = 8;

/** One text for each need: the limit of rows is none of its meaning. */
const needKey = (need: Need): string => {
  if ('stream' in need) return `s|${need.journal}|${need.stream}`;
  if ('rows' in need) return `r|${need.rows}|${canonical(need.where)}`;
  if ('scan' in need) return `c|${need.scan}`;
  return `t|${need.rootOf}|${need.size}`;
};

/** The answers found so far, in the terms of a reaction. */
const foundOf = (province: string, folder: Folder, hasher: Hasher, answers: ReadonlyMap<string, unknown>): Found => {
  const take = (need: Need): unknown => {
    const found = answers.get(needKey(need));
    invariant(found !== undefined, `A reaction reads what it did not name: ${needKey(need)}.`);
    return found;
  };
  const known = <R>(view: string, where: Where) => answers.get(needKey({ rows: view, where, limit: 0 })) as readonly R[] | undefined;
  return {
    province,
    state: <S, E extends DomainEvent>(_: Fold<S, E>, journal: string, stream: string) => take({ journal, stream }) as S,
    rows: (view, where) => known(view, where) ?? [],
    known,
    rootOf: (journal, size) => take({ rootOf: journal, size }) as string | null,
    scanned: (scan) => answers.get(`c|${scan}`) as Collector | undefined,
    parkedBelow: (journal, size) => folder.parkedBelow(journal, size),
    hash: (value) => hex(hasher.sha256(utf8(value))),
  };
};

/** Where needs are answered. */
export interface FinderWorld {
  readonly province: string;
  readonly journals: ReadonlyMap<string, Journal>;
  /** Whether a journal contradicted itself and goes no further here. */
  quarantined(journal: string): boolean;
  /** The state of any stream, own or foreign. */
  state(journal: string, stream: string): Promise<unknown>;
}

export class Finder {
  constructor(
    private readonly hasher: Hasher,
    private readonly context: Context,
    private readonly folder: Folder,
    private readonly around: FinderWorld,
  ) {}

  /** Answers what the reaction names, round by round, until it names nothing new. A long reading pauses between its steps. */
  async find(reaction: Reaction, entry: Entry, pause: Pause): Promise<Found> {
    const answers = new Map<string, unknown>();
    const found = foundOf(this.around.province, this.folder, this.hasher, answers);
    for (let round = 0; round < NEED_ROUNDS; round++) {
      const named = new Map((reaction.needs?.(entry, found) ?? []).map((need) => [needKey(need), need]));
      for (const key of answers.keys()) named.delete(key);
      if (named.size === 0) return found;
      // One after the other: a reaction is in no hurry, and commands that go on meanwhile are.
      for (const [key, need] of named) answers.set(key, await this.answer(need, pause));
    }
    invariant(false, `The reaction ${reaction.name} named new needs ${NEED_ROUNDS} times: let it name them in fewer steps.`);
  }

  private async answer(need: Need, pause: Pause): Promise<unknown> {
    if ('stream' in need) {
      if (this.around.journals.has(need.journal)) return this.around.state(need.journal, need.stream);
      // A province that is not in the federation has said nothing.
      return this.context.folds.find(({ kind }) => need.stream.startsWith(`${kind}/`))?.initial ?? null;
    }
    if ('rows' in need) {
      const rows = await this.folder.rows(need.rows, { where: need.where, limit: need.limit });
      return rows.flatMap(({ value }) => (value.row === null ? [] : [value.row]));
    }
    if ('scan' in need) return this.scan(need, pause);
    const journal = this.around.journals.get(need.rootOf);
    if (!journal) return null;
    if (need.size <= journal.size) return hex(await journal.rootAt(need.size).catch(notNow));
    // It comes, unless its owner is shut out: nobody waits for what a quarantined journal would have said.
    if (!this.around.quarantined(need.rootOf))
      throw new Unavailable(say('notReadSoFar', { journal: need.rootOf, size: journal.size, needed: need.size }));
    return null;
  }

  private async scan({ view, ranges, cells, into }: Scan, pause: Pause): Promise<Collector> {
    const collector = into();
    for (const range of ranges) {
      const { where, by, after } = range;
      for await (const rows of this.folder.scan(view, { where, order: { field: by }, cells, ...(after && { after }) })) {
        for (const row of rows) if (!collector.take(row, range)) return collector;
        await pause();
      }
    }
    collector.end();
    return collector;
  }
}
