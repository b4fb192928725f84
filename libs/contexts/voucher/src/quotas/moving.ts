/**
 * A firm moves to another province in mid-year (A6): its open orders stay with the old home, which states what it used of the year; the
 * new home counts that under its own cap by an entry of its own, or refuses it with one. Each writes in its own journal only.
 */
import { phrase, plain, refuse, type VoucherData } from '@yrd/contracts';
import { toStream, type Decision, type Handler, type Reaction, type Turn } from '@yrd/ledger';
import { yearOf } from '../policy/clocks.js';
import { handler, missing } from '../handling.js';
import { capOf, mergedFen, onAccountsOf } from './merging.js';
import { heldFen, quota, type Account } from './quota.js';
import { dataOf, provinceOf } from '../reading.js';
import { placesIn, policyStream, quotaStream, subjectStream } from '../streams.js';
import { aboutSubject, subject } from './subject.js';

type Province = VoucherData<'QuotaUseStated'>['toProvince'];

export interface MoveSubject {
  readonly subject: string;
  readonly toProvince: Province;
  /** Its id there, where it is registered first. */
  readonly toSubject: string;
  readonly source: string;
  readonly asOf: string;
}
/** MoveSubject (supervisor of the old home) → SubjectMoved. With another id or day it is stated again, as after a refusal. */
export const MoveSubject = aboutSubject<MoveSubject>('MoveSubject', (command, state, turn) => {
  const { subject: id, toProvince, toSubject, source, asOf } = command;
  if (!state.registered) return missing('subject');
  if (toProvince === turn.province)
    return refuse('E-VALIDATION', { field: 'toProvince', seen: plain(toProvince), needed: phrase('anotherProvince') });
  if (state.left?.how === 'merged')
    return refuse('E-STATE', { seen: phrase('mergedInto', { subject: state.left.into }), needed: phrase('subjectHere') });
  if (state.left?.to === `${toProvince}.${toSubject}` && state.left.asOf === asOf) return [];
  return [{ type: 'SubjectMoved', data: { subject: id, toProvince, toSubject, source, asOf } }];
});

/** Both homes know the firm's code, nobody else learns it: the id of the new home is random, so the hash cannot be looked up. */
const tokenOf = (turn: Turn, uscc: string, toSubject: string): string => turn.hash(`yrd.moved.v1\n${uscc}\n${toSubject}`);

export interface StateUse extends Account {
  readonly toProvince: Province;
  readonly toSubject: string;
}
/** Derived at the old home → QuotaUseStated, and QuotaClosed: what is not reserved is void here. */
export const StateUse: Handler<StateUse> = handler({
  target: quotaStream,
  reads: ({ subject: id }: StateUse, peek) => [{ province: peek.province, stream: subjectStream(id) }],
  decide: (command, turn): Decision => {
    const { subject: id, scheme, year, toProvince, toSubject } = command;
    const state = turn.state(quota, quotaStream(command));
    const usedFen = heldFen(state);
    const token = tokenOf(turn, turn.state(subject, subjectStream(id)).registered?.uscc ?? '', toSubject);
    const voided = { type: 'QuotaClosed', data: { voidedFen: state.grantedFen - usedFen } };
    const stated = { type: 'QuotaUseStated', data: { subject: id, scheme, year, toProvince, toSubject, token, usedFen } };
    return toStream(quotaStream(command), [...(state.phase === 'Closed' ? [] : [voided]), stated]);
  },
});
/** Only the year of the move: what was used before it no cap of the new home counts. */
export const stateUse = onAccountsOf('state-use', 'SubjectMoved', ({ subject: id, toProvince, toSubject }, { scheme, year }, nowMs) =>
  year === yearOf(nowMs) ? { command: 'StateUse', body: { subject: String(id), scheme, year, toProvince, toSubject } } : null,
);

export interface CountUse extends Account {
  /** The subject at its old home, as `31.<id>`. */
  readonly source: string;
  readonly usedFen: number;
  readonly token: string;
}
/** Derived at the new home → QuotaCounted: the grant is reduced by what the old home used; or QuotaUseRefused. */
export const CountUse: Handler<CountUse> = handler({
  target: quotaStream,
  reads: ({ subject: id, scheme }: CountUse, { province }) => placesIn(province, [subjectStream(id), policyStream(scheme)]),
  decide: (command, turn): Decision => {
    const { subject: id, scheme, year, source, usedFen, token } = command;
    const { registered } = turn.state(subject, subjectStream(id));
    if (!registered || tokenOf(turn, registered.uscc, id) !== token) {
      const data = { subject: id, scheme, year, source, code: registered ? 'E-SUBJECT' : 'E-NOTFOUND' };
      return toStream(quotaStream(command), [{ type: 'QuotaUseRefused', data }]);
    }
    const state = turn.state(quota, quotaStream(command));
    const closed = state.phase === 'Closed';
    const capFen = capOf(turn, command) ?? state.grantedFen;
    const grantedFen = closed ? state.grantedFen : mergedFen(state, { source, usedFen, freeFen: 0, capFen });
    return toStream(quotaStream(command), [{ type: 'QuotaCounted', data: { source, usedFen, grantedFen } }]);
  },
});
export const countUse: Reaction = {
  name: 'count-use',
  on: ['QuotaUseStated'],
  from: 'foreign',
  react: (entry, found) => {
    const stated = dataOf(entry, 'QuotaUseStated');
    if (stated?.toProvince !== found.province) return [];
    const { subject: id, toSubject, scheme, year, usedFen, token } = stated;
    const body: CountUse = { subject: toSubject, scheme, year, source: `${provinceOf(entry.journal)}.${id}`, usedFen, token };
    return [{ command: 'CountUse', target: quotaStream(body), body }];
  },
};
