/**
 * Interests that people who decide have in a party (V16, A14): a relative's firm, shares, a former employer. Declared by themselves, or
 * recorded by the integrity officer. Whoever has one decides nothing about that party: not its orders, not its quotas, not how it stands as
 * an agency. Pseudonyms, and they never leave the province.
 */
import { accessTable, allOf, phrase, refuse, type AccessName } from '@yrd/contracts';
import { foldOf, toStream, type Decision, type Handler, type Peek, type Rejection, type Turn } from '@yrd/ledger';
import { handler, mayAct, type About } from '../handling.js';
import type { PrivateEvent } from '../private-events.js';
import { placesIn, type Place } from '../streams.js';

export type InterestEvent = PrivateEvent<'InterestDeclared' | 'InterestEnded'>;

/** A subject of this province, or an agency of any (`31.a1`). */
export type Party = `subject.${string}` | `agency.${string}`;
const interestStream = (party: string): string => `interest/${party}`;

export interface Interests {
  /** Pseudonym → what ties the person to the party. */
  readonly people: Readonly<Record<string, string>>;
}

export const interests = foldOf<Interests, InterestEvent>(
  'interest',
  { people: {} },
  {
    InterestDeclared: ({ people }, { person, tie }) => ({ people: { ...people, [person]: tie } }),
    InterestEnded: ({ people }, { person }) => ({
      people: Object.fromEntries(Object.entries(people).filter(([each]) => each !== person)),
    }),
  },
);

export const agencyParty = (province: string, id: string): Party => `agency.${province}.${id}`;

/** Where the interests in these parties stand: always the own journal. */
export const interestPlaces = (parties: readonly Party[], peek: Peek): readonly Place[] =>
  placesIn(peek.province, parties.map(interestStream));

/** E-RECUSE where the row is a decision about others and the actor has an interest in one of them (V16). */
const disinterested = (turn: Turn, act: AccessName, parties: readonly Party[]): Rejection | null => {
  const { condition } = accessTable[act];
  if (condition !== 'noParty' && condition !== 'otherHand') return null;
  const tied = parties.some((party) => turn.state(interests, interestStream(party)).people[turn.actor.person] !== undefined);
  return tied
    ? refuse('E-RECUSE', {
        seen: phrase('interestInParty'),
        needed: phrase('somebodyWithout'),
      })
    : null;
};

/** `mayAct`, and the actor has no interest in these parties (V16); `interestPlaces` of them are to be read. */
export const mayDecide = (turn: Turn, act: AccessName, about: About, parties: readonly Party[]): Rejection | null =>
  mayAct(turn, act, about) ?? disinterested(turn, act, parties);

/** Whose interest in whom. */
export interface OfInterest {
  readonly party: Party;
  /** Left out: one's own. Somebody else's is recorded by the integrity officer. */
  readonly person?: string;
}

const interestAct = <C extends OfInterest>(
  act: 'DeclareInterest' | 'EndInterest',
  decide: (command: C, person: string, known: string | undefined) => readonly InterestEvent[],
): Handler<C> =>
  handler({
    target: ({ party }: C) => interestStream(party),
    decide: (command, turn): Decision => {
      const no = mayAct(turn, act);
      if (no) return no;
      const person = command.person ?? turn.actor.person;
      // Who got rid of an interest does not say so himself, and nobody declares for others.
      const own = act === 'DeclareInterest' && person === turn.actor.person;
      if (!own && (!turn.actor.roles.includes('integrity-officer') || person === turn.actor.person))
        return refuse('E-ROLE', { seen: allOf(turn.actor.roles), needed: phrase('otherIntegrityOfficer') });
      const { people } = turn.state(interests, interestStream(command.party));
      return toStream(interestStream(command.party), decide(command, person, people[person]));
    },
  });

export interface DeclareInterest extends OfInterest {
  /** Code of the tie: `relative`, `shares`, `former-employer`. */
  readonly tie: string;
}
/** DeclareInterest (who decides, about himself; the integrity officer about others) → InterestDeclared; none when it is known so. */
export const DeclareInterest = interestAct<DeclareInterest>('DeclareInterest', ({ tie }, person, known) =>
  known === tie ? [] : [{ type: 'InterestDeclared', data: { person, tie } }],
);
/** EndInterest (integrity officer, about others) → InterestEnded. */
export const EndInterest = interestAct<OfInterest>('EndInterest', (_, person, known) =>
  known === undefined ? [] : [{ type: 'InterestEnded', data: { person } }],
);
