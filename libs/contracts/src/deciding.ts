/** What every decision about a person's command begins with: refusals that teach, and whether the actor may do it here at all. */
import { reject, type Rejection, type Said, type Turn } from '@yrd/ledger';
import { accessTable, type AccessName, type AccessRow, type Condition } from './access-table.js';
import { codes, type CodeName } from './codes.js';
import { allOf, anyOf, phrase, plain } from './said.js';

/** What a refusal rests on; what was seen and what is needed is said, never written in a language. */
export type Refusing = Rejection['facts'] & { readonly seen?: Said; readonly needed?: Said };

/** A refusal that names the clause, and by its facts the value seen and the value needed. */
export const refuse = (code: CodeName, facts: Refusing): Rejection => reject(code, { clause: codes[code].clause, ...facts });

/** Null when the actor is at home here (E-HOME), in a role that the row of the access table names (E-ROLE). */
export const mayEnter = ({ actor, province }: Pick<Turn, 'actor' | 'province'>, act: AccessName): Rejection | null => {
  const { roles }: AccessRow = accessTable[act];
  if (actor.province !== province) return refuse('E-HOME', { seen: plain(province), needed: plain(actor.province) });
  if (roles !== 'anybody' && !roles.some((role) => actor.roles.includes(role)))
    return refuse('E-ROLE', { seen: allOf(actor.roles), needed: anyOf(roles) });
  return null;
};

/** E-RECUSE where the row is a decision about others, and the actor belongs to one of them (V16). */
export const impartial = ({ actor }: Pick<Turn, 'actor'>, act: AccessName, parties: readonly (string | null)[]): Rejection | null => {
  const condition: Condition = accessTable[act].condition;
  return (condition === 'noParty' || condition === 'otherHand') && parties.includes(actor.organisation)
    ? refuse('E-RECUSE', { seen: phrase('partyToIt'), needed: phrase('otherOrganisation') })
    : null;
};
