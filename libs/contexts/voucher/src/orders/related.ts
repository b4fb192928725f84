/**
 * Whether the two sides of an order are related (V11, 公司法 265). What is known of each side's ownership is an aggregate of its own: a
 * subject's is private to its home, an agency's is stated to all, and both are keyed hashes, so that no person crosses a border.
 */
import { phrase, plain, refuse, type Ownership, type Tie, type VoucherEvent, type VoucherPack } from '@yrd/contracts';
import {
  alike,
  type Decision,
  foldOf,
  type Handler,
  type Peek,
  type Ratio,
  type Rejection,
  type Said,
  toStream,
  type Turn,
} from '@yrd/ledger';
import { agency } from '../agencies/agency.js';
import { handler, missing } from '../handling.js';
import { agencyParty, interestPlaces, mayDecide } from './interests.js';
import type { PrivateEvent } from '../private-events.js';
import { agencyStream, look, ownershipStream, subjectStream, type Place } from '../streams.js';
import { ownerOf, subject, subjectParties, type Subject } from '../quotas/subject.js';

export type OwnershipEvent = PrivateEvent<'SubjectOwnershipRecorded'> | VoucherEvent<'AgencyOwnershipStated'>;

/** The newest record; null while nothing is known. */
export interface Known {
  readonly ownership: Ownership | null;
}

export const ownership = foldOf<Known, OwnershipEvent>(
  'ownership',
  { ownership: null },
  {
    SubjectOwnershipRecorded: (_, { subject: _subject, ...known }) => ({ ownership: known }),
    AgencyOwnershipStated: (_, { agency: _agency, ...known }) => ({ ownership: known }),
  },
);

const moreThan = (share: Ratio | undefined, bound: Ratio): boolean =>
  share !== undefined && BigInt(share.of) * BigInt(bound.in) > BigInt(bound.of) * BigInt(share.in);

const keys = (ties: readonly Tie[], wanted: (tie: Tie) => boolean): ReadonlySet<string> =>
  new Set(ties.filter(wanted).map(({ key }) => key));
const meet = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean => [...one].some((key) => other.has(key));

/** A side as the test looks at it. The state's bodies are left out of who controls: sharing them alone relates nobody (265 (4)). */
const side = ({ self, ties }: Ownership, controlShare: Ratio) => ({
  self: new Set(self === null ? [] : [self]),
  representatives: keys(ties, ({ as }) => as === 'representative'),
  officers: keys(ties, ({ as }) => as === 'representative' || as === 'officer'),
  controllers: keys(
    ties,
    ({ as, kind, share }) => kind !== 'state' && (as === 'controller' || (as === 'holder' && moreThan(share, controlShare))),
  ),
  holders: keys(ties, ({ as }) => as === 'holder' || as === 'controller'),
  controlled: keys(ties, ({ as }) => as === 'controlled'),
});
type Side = ReturnType<typeof side>;

/** Ties that hold in one direction; each is asked both ways. */
const towards = (one: Side, other: Side): Said | null => {
  if (meet(one.self, other.controllers) || meet(one.controlled, other.self)) return phrase('controlsOther');
  if (meet(one.self, other.holders)) return phrase('holdsOther');
  if (meet(one.officers, other.controllers)) return phrase('runsAndControls');
  if (meet(one.controlled, other.controllers)) return phrase('controlledControls');
  return null;
};

/** What relates the two, without a name; null when nothing does. */
export const relation = (one: Ownership, other: Ownership, controlShare: Ratio): Said | null => {
  const [a, b] = [side(one, controlShare), side(other, controlShare)];
  if (meet(a.representatives, b.representatives)) return phrase('sameRepresentative');
  if (meet(a.officers, b.officers)) return phrase('officerInCommon');
  if (meet(a.controllers, b.controllers)) return phrase('sameController');
  return towards(a, b) ?? towards(b, a);
};

/** The two sides of an order. */
export interface Sides {
  readonly subject: string;
  readonly agencyProvince: string;
  readonly agency: string;
}

const ofSubject = (id: string): string => ownershipStream('subject', id);
const ofAgency = (id: string): string => ownershipStream('agency', id);

export const relatedPlaces = (sides: Sides, peek: Peek): readonly Place[] => [
  { province: peek.province, stream: ofSubject(sides.subject) },
  { province: sides.agencyProvince, stream: ofAgency(sides.agency) },
];

/** V11: E-RELATED when the sides are related, or when that is unknown and the pack refuses so. */
export const unrelated = (turn: Turn, sides: Sides, who: Subject, pack: VoucherPack): Rejection | null => {
  if (!pack.related) return null;
  const no = (seen: Said, needed: Said): Rejection => refuse('E-RELATED', { policy: pack.version, seen, needed });
  const apart = phrase('independentAgency');
  // 隶属、共建: a tie that the clerks recorded by the agency's name.
  if (who.links.some(({ value }) => value === `${sides.agencyProvince}.${sides.agency}`)) return no(phrase('affiliation'), apart);
  const mine = turn.state(ownership, ofSubject(sides.subject)).ownership;
  const theirs = look(turn, ownership, { province: sides.agencyProvince, stream: ofAgency(sides.agency) }).ownership;
  if (!mine || !theirs) {
    if (pack.related.unknown === 'allow') return null;
    const whose = mine ? 'agency' : 'enterprise';
    return no(phrase('noOwnershipOf', { sideWord: whose }), phrase('ownershipOnRecord'));
  }
  const seen = relation(mine, theirs, pack.related.controlShare);
  return seen === null ? null : no(seen, apart);
};

/** E-VALIDATION where the record says less than a newer one does. */
const older = (state: Known, { asOf }: Ownership): Rejection | null =>
  state.ownership && state.ownership.asOf > asOf
    ? refuse('E-VALIDATION', { field: 'asOf', seen: plain(asOf), needed: phrase('asOfOrLater', { day: state.ownership.asOf }) })
    : null;

export interface RecordSubjectOwnership extends Ownership {
  readonly subject: string;
}
/** RecordSubjectOwnership (reviewer) → SubjectOwnershipRecorded; none when it is known so. */
export const RecordSubjectOwnership: Handler<RecordSubjectOwnership> = handler({
  target: ({ subject: id }: RecordSubjectOwnership) => ofSubject(id),
  reads: ({ subject: id }: RecordSubjectOwnership, peek) => [
    { province: peek.province, stream: subjectStream(id) },
    ...interestPlaces(subjectParties(id, peek.state(subject, subjectStream(id))), peek),
  ],
  decide: ({ subject: id, ...record }, turn): Decision => {
    const who = turn.state(subject, subjectStream(id));
    const no = mayDecide(turn, 'RecordSubjectOwnership', { subject: ownerOf(who) }, subjectParties(id, who));
    if (no) return no;
    if (!who.registered) return missing('subject');
    const state = turn.state(ownership, ofSubject(id));
    if (alike(state.ownership, record)) return [];
    return older(state, record) ?? toStream(ofSubject(id), [{ type: 'SubjectOwnershipRecorded', data: { subject: id, ...record } }]);
  },
});

export interface StateAgencyOwnership extends Ownership {
  readonly agency: string;
}
/** StateAgencyOwnership (supervisor) → AgencyOwnershipStated; none when it is known so. */
export const StateAgencyOwnership: Handler<StateAgencyOwnership> = handler({
  target: ({ agency: id }: StateAgencyOwnership) => ofAgency(id),
  reads: ({ agency: id }: StateAgencyOwnership, peek) => [
    { province: peek.province, stream: agencyStream(id) },
    ...interestPlaces([agencyParty(peek.province, id)], peek),
  ],
  decide: ({ agency: id, ...record }, turn): Decision => {
    const { organisation } = turn.state(agency, agencyStream(id));
    const no = mayDecide(turn, 'StateAgencyOwnership', { agency: organisation }, [agencyParty(turn.province, id)]);
    if (no) return no;
    if (organisation === null) return missing('agency');
    const state = turn.state(ownership, ofAgency(id));
    if (alike(state.ownership, record)) return [];
    const data: VoucherEvent<'AgencyOwnershipStated'>['data'] = { agency: id, ...record, ties: [...record.ties] };
    return older(state, record) ?? toStream(ofAgency(id), [{ type: 'AgencyOwnershipStated', data }]);
  },
});
