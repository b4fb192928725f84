/** The grammar that handlers of every context are written in: folds as tables, one stream decided at a time, data that says the same. */
import { type Append, type DomainEvent, type Fold, type Handler, type Turn } from './decider.js';
import { isRejection, type Rejection } from './rejection.js';

/** One step for each kind of event. */
export type Steps<S, E extends DomainEvent> = {
  readonly [K in E['type']]: (state: S, data: Extract<E, { readonly type: K }>['data']) => S;
};

/** A fold from a table of steps. Events that the table does not know leave the state as it is. */
export const foldOf = <S, E extends DomainEvent>(kind: string, initial: S, steps: Steps<S, E>): Fold<S, E> => {
  const table = new Map<string, (state: S, data: never) => S>(Object.entries(steps));
  return { kind, initial, evolve: (state, event) => table.get(event.type)?.(state, event.data as never) ?? state };
};

/** A handler that reads and appends to one own stream. */
export const single = <C, S, E extends DomainEvent>(
  fold: Fold<S, E>,
  stream: (command: C) => string,
  decide: (command: C, state: S, turn: Turn) => readonly DomainEvent[] | Rejection,
): Handler<C> => ({
  streams: (command) => [stream(command)],
  decide: (command, turn) => {
    const events = decide(command, turn.state(fold, stream(command)), turn);
    return isRejection(events) ? events : toStream(stream(command), events);
  },
});

/** Events for one stream; nothing when there are none. */
export const toStream = (stream: string, events: readonly DomainEvent[], policyVersion = '-'): readonly Append[] =>
  events.length === 0 ? [] : [{ stream, events, policyVersion }];

const ordered = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, each]) => [key, ordered(each)]);
};

/** Whether two pieces of plain data say the same, in whatever order their fields were written. */
export const alike = (one: unknown, other: unknown): boolean => JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
