/** The grammar that every handler of this context is written in: folds as tables, refusals that teach, who may act. */
import { accessTable, codes, type AccessName, type AccessRow, type CodeName, type Condition } from '@yrd/contracts';
import {
  isRejection,
  reject,
  type Append,
  type Decision,
  type DomainEvent,
  type Fold,
  type Handler,
  type Peek,
  type Rejection,
  type Turn,
} from '@yrd/ledger';
import { foreignStreams, ownStreams, type Place } from './streams.js';

/** One step for each kind of event. */
export type Steps<S, E extends DomainEvent> = {
  readonly [K in E['type']]: (state: S, data: Extract<E, { readonly type: K }>['data']) => S;
};

/** A fold from a table of steps. Events that the table does not know leave the state as it is. */
export const foldOf = <S, E extends DomainEvent>(kind: string, initial: S, steps: Steps<S, E>): Fold<S, E> => {
  const table = new Map<string, (state: S, data: never) => S>(Object.entries(steps));
  return { kind, initial, evolve: (state, event) => table.get(event.type)?.(state, event.data as never) ?? state };
};

/** A refusal that names the clause, and by its facts the value seen and the value needed. */
export const refuse = (code: CodeName, facts: Rejection['facts']): Rejection => reject(code, { clause: codes[code].clause, ...facts });

/** What is not there, or not for the asker: both are told in the same words, so that nobody learns of a thing by guessing its id. */
const ABSENT = {
  subject: { seen: 'no such subject', needed: 'a registered subject' },
  agency: { seen: 'no such agency', needed: 'an admitted agency' },
  order: { seen: 'no such order here', needed: "an order; another province's may need a moment to arrive" },
} as const;
type Thing = keyof typeof ABSENT;

/** E-NOTFOUND for a thing that is not there. */
export const missing = (thing: Thing): Rejection => refuse('E-NOTFOUND', ABSENT[thing]);

/** E-ROW for a thing of somebody else: who asks over HTTP is told E-NOTFOUND in the words of `missing`. */
export const notYours = (thing: Thing): Rejection => refuse('E-ROW', ABSENT[thing]);

/** Which of the things an act is about must be the actor's own. */
const OWN: Readonly<Partial<Record<Condition, Thing>>> = {
  ownSubject: 'subject',
  ownAgency: 'agency',
  agencyOrder: 'agency',
  ownOrder: 'order',
};

/**
 * Null when the actor may do this here: at home (E-HOME), in a role of the access table (E-ROLE), for the owning organisation (E-ROW)
 * or, where it is a decision about others, for none of theirs (E-RECUSE, V16). `about`: the organisations behind each thing.
 */
export const mayAct = (turn: Turn, act: AccessName, about: Readonly<Partial<Record<Thing, string | null>>> = {}): Rejection | null => {
  const { actor } = turn;
  const { roles, condition }: AccessRow = accessTable[act];
  if (actor.province !== turn.province) return refuse('E-HOME', { seen: turn.province, needed: actor.province });
  if (roles !== 'anybody' && !roles.some((role) => actor.roles.includes(role))) {
    return refuse('E-ROLE', { seen: actor.roles.join(' '), needed: roles.join(' or ') });
  }
  const own = OWN[condition];
  if (own && actor.organisation !== about[own]) return notYours(own);
  const impartial = condition === 'noParty' || condition === 'otherHand';
  return impartial && Object.values(about).includes(actor.organisation)
    ? refuse('E-RECUSE', { seen: 'a party to it', needed: 'somebody of another organisation' })
    : null;
};

/** What a handler needs and decides. `reads` may lie in any province. */
export interface Plan<C> {
  readonly target: (command: C) => string;
  readonly reads?: (command: C, peek: Peek) => readonly Place[];
  readonly decide: (command: C, turn: Turn) => Decision;
}

/** A handler over its target and the places it reads. */
export const handler = <C>({ target, reads, decide }: Plan<C>): Handler<C> => ({
  streams: (command, peek) => [...new Set([target(command), ...(reads ? ownStreams(peek, reads(command, peek)) : [])])],
  foreign: (command, peek) => (reads ? foreignStreams(peek, reads(command, peek)) : []),
  decide,
});

/** A handler that reads and appends to one own stream. */
export const single = <C, S, E extends DomainEvent>(
  fold: Fold<S, E>,
  stream: (command: C) => string,
  decide: (command: C, state: S, turn: Turn) => readonly DomainEvent[] | Rejection,
): Handler<C> =>
  handler({
    target: stream,
    decide: (command, turn) => {
      const events = decide(command, turn.state(fold, stream(command)), turn);
      if (isRejection(events)) return events;
      return append(stream(command), events);
    },
  });

const ordered = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, each]) => [key, ordered(each)]);
};

/** Whether two pieces of plain data say the same, in whatever order their fields were written. */
export const alike = (one: unknown, other: unknown): boolean => JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));

/** A positive whole number of fen; anything else is the caller's slip (`E-VALIDATION`). */
export const positive = (field: string, amountFen: number): Rejection | null =>
  Number.isSafeInteger(amountFen) && amountFen > 0
    ? null
    : refuse('E-VALIDATION', { field, seen: amountFen, needed: 'a positive whole number of fen' });

/** Events for one stream; nothing when there are none. */
export const append = (stream: string, events: readonly DomainEvent[], policyVersion = '-'): readonly Append[] =>
  events.length === 0 ? [] : [{ stream, events, policyVersion }];
