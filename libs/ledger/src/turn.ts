/** What a handler sees: of what is loaded while it names its streams, and of everything while it decides. */
import { hex, utf8 } from './bytes.js';
import { invariant, type Actor, type DomainEvent, type Fold, type ForeignStream, type Peek, type Turn } from './decider.js';
import type { Hasher } from './ports.js';
import type { StreamState } from './streams.js';

/** Foreign streams by `foreignKey`: their states, and the size of the journal they were read at. */
export type ForeignStates = ReadonlyMap<string, { readonly state: unknown; readonly seen: number }>;

export const foreignKey = ({ journal, stream }: ForeignStream): string => `${journal}|${stream}`;

/** Foreign journals read → size seen: what entries record as their basis. */
export const basisOf = (foreign: ForeignStates): Readonly<Record<string, number>> => {
  const basis: Record<string, number> = {};
  for (const [key, { seen }] of foreign) {
    const journal = key.slice(0, key.indexOf('|'));
    basis[journal] = Math.max(basis[journal] ?? 0, seen);
  }
  return basis;
};

export const peekOf = (province: string, own: (stream: string) => StreamState | undefined, foreign: ForeignStates): Peek => ({
  province,
  state: <S, E extends DomainEvent>(_: Fold<S, E>, stream: string) => own(stream)?.state as S | undefined,
  foreign: <S, E extends DomainEvent>(_: Fold<S, E>, source: ForeignStream) => foreign.get(foreignKey(source))?.state as S | undefined,
});

/** Everything that one decision may rest on. */
export interface TurnFacts {
  readonly province: string;
  readonly journal: string;
  readonly now: number;
  readonly actor: Actor;
  readonly commandId: string;
  readonly states: ReadonlyMap<string, StreamState>;
  readonly foreign: ForeignStates;
  readonly freshness: (journal: string) => number | null;
  readonly hasher: Hasher;
}

export const turnOf = ({ states, foreign, hasher, ...facts }: TurnFacts): Turn => {
  const own = (stream: string): StreamState => {
    const found = states.get(stream);
    invariant(found !== undefined, `The handler did not name the stream ${stream} that it reads.`);
    return found;
  };
  const basis = basisOf(foreign);
  return {
    ...facts,
    state: <S, E extends DomainEvent>(_: Fold<S, E>, stream: string) => own(stream).state as S,
    version: (stream) => own(stream).version,
    foreign: <S, E extends DomainEvent>(_: Fold<S, E>, source: ForeignStream) => {
      const found = foreign.get(foreignKey(source));
      invariant(found !== undefined, `The handler did not name the foreign stream ${source.stream} that it reads.`);
      return found.state as S;
    },
    seen: (journal) => basis[journal] ?? 0,
    hash: (value) => hex(hasher.sha256(utf8(value))),
  };
};
