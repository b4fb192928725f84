/** What every decision about a person's command begins with: refusals that teach, and whether the actor may do it here at all. */
import { reject, type Rejection, type Turn } from '@yrd/ledger';
import { accessTable, type AccessName, type AccessRow, type Condition } from './access-table.js';
import { codes, type CodeName } from './codes.js';

/** A refusal that names the clause, and by its facts the value seen and the value needed. */
export const refuse = (code: CodeName, facts: Rejection['facts']): Rejection => reject(code, { clause: codes[code].clause, ...facts });

/** Null when the actor is at home here (E-HOME), in a role that the row of the access table names (E-ROLE). */
export const mayEnter = ({ actor, province }: Pick<Turn, 'actor' | 'province'>, act: AccessName): Rejection | null => {
  const { roles }: AccessRow = accessTable[act];
  if (actor.province !== province) return refuse('E-HOME', { seen: province, needed: actor.province });
  if (roles !== 'anybody' && !roles.some((role) => actor.roles.includes(role)))
    return refuse('E-ROLE', { seen: actor.roles.join(' '), needed: roles.join(' or ') });
  return null;
};

/** E-RECUSE where the row is a decision about others, and the actor belongs to one of them (V16). */
export const impartial = ({ actor }: Pick<Turn, 'actor'>, act: AccessName, parties: readonly (string | null)[]): Rejection | null => {
  const condition: Condition = accessTable[act].condition;
  return (condition === 'noParty' || condition === 'otherHand') && parties.includes(actor.organisation)
    ? refuse('E-RECUSE', { seen: 'a party to it', needed: 'somebody of another organisation' })
    : null;
};
