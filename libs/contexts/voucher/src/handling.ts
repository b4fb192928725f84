/** The grammar that handlers of this context are written in: what is not there, who may act and when, and places of four provinces. */
import { accessTable, impartial, mayEnter, moment, phrase, refuse, until, yuan, type AccessName, type Condition } from '@yrd/contracts';
import type { Decision, Handler, Peek, Rejection, Turn } from '@yrd/ledger';
import { foreignStreams, ownStreams, type Place } from './streams.js';

/** What is not there, or not for the asker: both are told in the same words, so that nobody learns of a thing by guessing its id. */
const ABSENT = {
  subject: { seen: phrase('noSuchSubject'), needed: phrase('registeredSubject') },
  agency: { seen: phrase('noSuchAgency'), needed: phrase('admittedAgency') },
  order: { seen: phrase('noSuchOrderHere'), needed: phrase('anOrder') },
} as const;
type Thing = keyof typeof ABSENT;

/** E-NOTFOUND for a thing that is not there. */
export const missing = (thing: Thing): Rejection => refuse('E-NOTFOUND', ABSENT[thing]);

/** E-ROW for a thing of somebody else: who asks over HTTP is told E-NOTFOUND in the words of `missing`. */
export const notYours = (thing: Thing): Rejection => refuse('E-ROW', ABSENT[thing]);

/** The refusal with the version of the pack that it was decided under. */
export const under = (policy: string, no: Rejection): Rejection => ({ ...no, facts: { policy, ...no.facts } });

/** The organisations behind each thing that an act is about. */
export type About = Readonly<Partial<Record<Thing, string | null>>>;

/** Which of the things an act is about must be the actor's own. */
const OWN: Readonly<Partial<Record<Condition, Thing>>> = {
  ownSubject: 'subject',
  ownAgency: 'agency',
  agencyOrder: 'agency',
  ownOrder: 'order',
};

/**
 * Null when the actor may do this here: at home (E-HOME), in a role of the access table (E-ROLE), for the owning organisation (E-ROW)
 * or, where it is a decision about others, for none of theirs (E-RECUSE, V16).
 */
export const mayAct = (turn: Turn, act: AccessName, about: About = {}): Rejection | null => {
  const entered = mayEnter(turn, act);
  if (entered) return entered;
  const own = OWN[accessTable[act].condition];
  if (own && turn.actor.organisation !== about[own]) return notYours(own);
  return impartial(turn, act, Object.values(about));
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

/** E-WINDOW after the last millisecond in time. */
export const inTime = (turn: Turn, lastMs: number): Rejection | null =>
  turn.now <= lastMs ? null : refuse('E-WINDOW', { seen: moment(turn.now), needed: until(lastMs) });

/** A positive whole number of fen; anything else is the caller's slip (`E-VALIDATION`). */
export const positive = (field: string, amountFen: number): Rejection | null =>
  Number.isSafeInteger(amountFen) && amountFen > 0
    ? null
    : refuse('E-VALIDATION', { field, seen: yuan(amountFen), needed: phrase('positiveFen') });
