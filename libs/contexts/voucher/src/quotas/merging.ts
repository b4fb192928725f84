/**
 * A firm is taken over by another of the same province (A7): its open orders go on under the successor's people, and the two share one
 * cap. What the predecessor used counts under the successor's cap, what it has left goes over as far as one cap allows.
 */
import { phrase, refuse } from '@yrd/contracts';
import { toStream, type Append, type Decision, type Handler, type Reaction, type Turn } from '@yrd/ledger';
import { handler, missing } from '../handling.js';
import { interestPlaces, mayDecide, type Party } from '../orders/interests.js';
import { effective, policy } from '../policy/policy.js';
import { elsewhereFen, heldFen, leftFen, quota, type Quota } from './quota.js';
import { dataOf } from '../reading.js';
import { oneEach } from './reservation.js';
import { placesIn, policyStream, quotaStream, subjectStream, type Place } from '../streams.js';
import { ownerOf, subject } from './subject.js';

/** Accounts of one subject that are looked at after a merger or a move: schemes times years. */
const ACCOUNTS_MAX = 200;

/** An account as its view row names it. */
interface Row {
  readonly id: string;
  readonly scheme: string;
  readonly year: number;
}

/** A reaction to an entry about a subject: one command for each of its accounts that the entry concerns. */
export const onAccountsOf = (
  name: string,
  type: 'SubjectMerged' | 'SubjectMoved',
  react: (
    data: Readonly<Record<string, unknown>>,
    row: Row,
    nowMs: number,
  ) => { readonly command: string; readonly body: { readonly subject: string; readonly scheme: string; readonly year: number } } | null,
): Reaction => ({
  name,
  on: [type],
  from: 'own',
  needs: (entry) => [{ rows: 'quotas', where: { subject: String(entry.data['subject']) }, limit: ACCOUNTS_MAX }],
  react: (entry, found) =>
    found.rows<Row>('quotas', { subject: String(entry.data['subject']) }).flatMap((row) => {
      const derived = react(dataOf(entry, type) ?? {}, row, entry.time);
      return derived ? [{ ...derived, target: quotaStream(derived.body) }] : [];
    }),
});

export interface MergeSubject {
  readonly subject: string;
  readonly successor: string;
  readonly source: string;
  readonly asOf: string;
}

const predecessorsOf = ({ subject: id, successor }: MergeSubject, province: string, known: readonly string[]): readonly Place[] =>
  placesIn(province, [successor, ...known].filter((each) => each !== id).map(subjectStream));

const bothSides = ({ subject: id, successor }: MergeSubject): readonly Party[] => [`subject.${id}`, `subject.${successor}`];

/** MergeSubject (supervisor) → SubjectMerged, also of those that the firm had taken over before, and SubjectAbsorbed of the successor. */
export const MergeSubject: Handler<MergeSubject> = handler({
  target: ({ subject: id }: MergeSubject) => subjectStream(id),
  reads: (command: MergeSubject, peek) => [
    ...predecessorsOf(command, peek.province, peek.state(subject, subjectStream(command.subject))?.predecessors ?? []),
    ...interestPlaces(bothSides(command), peek),
  ],
  decide: (command, turn): Decision => {
    const { subject: id, successor, source, asOf } = command;
    const [old, heir] = [turn.state(subject, subjectStream(id)), turn.state(subject, subjectStream(successor))];
    const no = mayDecide(turn, 'MergeSubject', { subject: ownerOf(old) }, bothSides(command));
    if (no) return no;
    if (!old.registered || !heir.registered) return missing('subject');
    if (old.left?.how === 'merged' && old.left.into === successor) return [];
    if (old.left) return refuse('E-STATE', { seen: phrase('subjectGone', { subject: id }), needed: phrase('subjectHere') });
    if (id === successor || heir.left)
      return refuse('E-STATE', { seen: phrase('takesNobodyOver', { subject: successor }), needed: phrase('anotherSubjectHere') });
    const all = [id, ...old.predecessors];
    const organisation = ownerOf(heir) ?? '';
    return [
      ...all.flatMap((each) =>
        toStream(subjectStream(each), [{ type: 'SubjectMerged', data: { subject: each, successor, organisation, source, asOf } }]),
      ),
      ...toStream(
        subjectStream(successor),
        all.map((predecessor) => ({ type: 'SubjectAbsorbed', data: { predecessor } })),
      ),
    ];
  },
});

/** Another account's use under the cap of this one, and what of its grant goes over. */
interface Counting {
  readonly source: string;
  readonly usedFen: number;
  readonly freeFen: number;
  readonly capFen: number;
}

/** The grant of an account once another's use counts under the same cap: one cap for both, and never less than what is held. */
export const mergedFen = (state: Quota, { source, usedFen, freeFen, capFen }: Counting): number => {
  const others = elsewhereFen({ ...state, elsewhere: { ...state.elsewhere, [source]: usedFen } });
  return Math.max(heldFen(state), Math.min(state.grantedFen + freeFen, capFen - others));
};

/** The cap of a subject under the pack in force; null without a pack that serves it. */
export const capOf = (turn: Turn, { subject: id, scheme }: { readonly subject: string; readonly scheme: string }): number | null => {
  const pack = effective(turn.state(policy, policyStream(scheme)), turn.now);
  const kind = turn.state(subject, subjectStream(id)).registered?.kind;
  return (kind && pack?.subjects[kind]?.capFen) ?? null;
};

export interface InheritQuota {
  readonly subject: string;
  readonly predecessor: string;
  readonly scheme: string;
  readonly year: number;
}
const accountOf = ({ scheme, year }: InheritQuota, of: string): string => quotaStream({ subject: of, scheme, year });

/** Derived from a merger → QuotaClosed of the predecessor's account + QuotaCounted on the successor's; nothing when it is already so. */
export const InheritQuota: Handler<InheritQuota> = handler({
  target: (command: InheritQuota) => accountOf(command, command.subject),
  reads: (command: InheritQuota, { province }) =>
    placesIn(province, [accountOf(command, command.predecessor), subjectStream(command.subject), policyStream(command.scheme)]),
  decide: (command, turn): Decision => {
    const [mine, theirs] = [accountOf(command, command.subject), accountOf(command, command.predecessor)];
    const [state, from] = [turn.state(quota, mine), turn.state(quota, theirs)];
    if (from.phase === 'None' || command.predecessor in state.elsewhere) return [];
    const usedFen = heldFen(from);
    const freeFen = from.useUntilMs >= turn.now ? leftFen(from) : 0;
    const grantedFen = mergedFen(state, { source: command.predecessor, usedFen, freeFen, capFen: capOf(turn, command) ?? from.grantedFen });
    const opens = state.phase !== 'Granted' && state.phase !== 'Frozen' && state.phase !== 'Closed' && grantedFen > 0;
    const { useUntilMs, redeemUntilMs } = from;
    const counted = {
      type: 'QuotaCounted',
      data: {
        source: command.predecessor,
        usedFen,
        grantedFen: state.phase === 'Closed' ? state.grantedFen : grantedFen,
        ...(opens ? { opened: { useUntilMs, redeemUntilMs } } : {}),
      },
    };
    const closing: readonly Append[] =
      from.phase === 'Closed' ? [] : toStream(theirs, [{ type: 'QuotaClosed', data: { voidedFen: from.grantedFen - usedFen } }]);
    return oneEach([...toStream(mine, [counted]), ...closing]);
  },
});

export const inheritQuota = onAccountsOf('inherit-quota', 'SubjectMerged', ({ subject: predecessor, successor }, { scheme, year }) => ({
  command: 'InheritQuota',
  body: { subject: String(successor), predecessor: String(predecessor), scheme, year },
}));
