/** What a reaction asked for, as it was found: answers by the need that named them. */
import { hex, utf8 } from './bytes.js';
import { canonical } from './canonical.js';
import { invariant, type DomainEvent, type Fold, type Found, type Need } from './decider.js';
import type { Folder } from './folder.js';
import type { Hasher, Match } from './ports.js';

/** One text for each need: the limit of rows is none of its meaning. */
export const needKey = (need: Need): string => {
  if ('stream' in need) return `s|${need.journal}|${need.stream}`;
  if ('rows' in need) return `r|${need.rows}|${canonical(need.where)}`;
  return `t|${need.rootOf}|${need.size}`;
};

/** The answers found so far, in the terms of a reaction. */
export const foundOf = (province: string, folder: Folder, hasher: Hasher, answers: ReadonlyMap<string, unknown>): Found => {
  const take = (need: Need): unknown => {
    const found = answers.get(needKey(need));
    invariant(found !== undefined, `A reaction reads what it did not name: ${needKey(need)}.`);
    return found;
  };
  return {
    province,
    state: <S, E extends DomainEvent>(_: Fold<S, E>, journal: string, stream: string) => take({ journal, stream }) as S,
    rows: <R>(view: string, where: Readonly<Record<string, Match>>) =>
      (answers.get(needKey({ rows: view, where, limit: 0 })) ?? []) as readonly R[],
    rootOf: (journal, size) => take({ rootOf: journal, size }) as string | null,
    parkedBelow: (journal, size) => folder.parkedBelow(journal, size),
    hash: (value) => hex(hasher.sha256(utf8(value))),
  };
};
