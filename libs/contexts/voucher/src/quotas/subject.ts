/** A subject: a firm or team of the home province, known by facts that each have a source and a date (V1). */
import { phrase, plain, refuse, word, type AccessName, type SubjectKind, type Terms, type VoucherPack } from '@yrd/contracts';
import { foldOf, type Handler, isRejection, type Rejection, type Said, single, toStream, type Turn } from '@yrd/ledger';
import { uscc as usccOf } from '@yrd/standards';
import { handler, mayAct, missing } from '../handling.js';
import { interestPlaces, mayDecide, type Party } from '../orders/interests.js';
import type { PrivateEvent, SubjectFact } from '../private-events.js';
import { subjectStream } from '../streams.js';

export type SubjectEvent = PrivateEvent<
  'SubjectRegistered' | 'SubjectFactRecorded' | 'ProposerAllowed' | 'SubjectMerged' | 'SubjectAbsorbed' | 'SubjectMoved'
>;

export interface Subject {
  readonly registered: PrivateEvent<'SubjectRegistered'>['data'] | null;
  /** The newest value of each fact; links are kept all. */
  readonly facts: Readonly<Partial<Record<SubjectFact['fact'], SubjectFact>>>;
  readonly links: readonly SubjectFact[];
  /** Agencies (`31.a1`) that may propose an order in the subject's name, each up to an amount in fen. */
  readonly proposers: Readonly<Record<string, number>>;
  /** Where it went: taken over by another subject here (A7), or to another province (A6). It claims and orders nothing here any more. */
  readonly left:
    | { readonly how: 'merged'; readonly into: string; readonly organisation: string }
    | { readonly how: 'moved'; readonly to: string; readonly asOf: string }
    | null;
  /** Subjects that it took over, and theirs. */
  readonly predecessors: readonly string[];
}

export const subject = foldOf<Subject, SubjectEvent>(
  'subject',
  { registered: null, facts: {}, links: [], proposers: {}, left: null, predecessors: [] },
  {
    SubjectRegistered: (state, data) => ({ ...state, registered: data }),
    SubjectFactRecorded: (state, data) =>
      data.fact === 'link' ? { ...state, links: [...state.links, data] } : { ...state, facts: { ...state.facts, [data.fact]: data } },
    ProposerAllowed: (state, { agencyProvince, agency, uptoFen }) => ({
      ...state,
      proposers: { ...state.proposers, [`${agencyProvince}.${agency}`]: uptoFen },
    }),
    SubjectMerged: (state, { successor: into, organisation }) => ({ ...state, left: { how: 'merged', into, organisation } }),
    SubjectAbsorbed: (state, { predecessor }) => ({ ...state, predecessors: [...state.predecessors, predecessor] }),
    SubjectMoved: (state, { toProvince, toSubject, asOf }) => ({
      ...state,
      left: { how: 'moved', to: `${toProvince}.${toSubject}`, asOf },
    }),
  },
);

/** The controller's group of V3, if the facts name one. */
export const groupOf = (state: Subject): string | null => state.facts.group?.value ?? null;

/** The organisation whose people act for it: after a merger the successor's (A7). Null when there is no such subject. */
export const ownerOf = ({ registered, left }: Subject): string | null =>
  left?.how === 'merged' ? left.organisation : (registered?.organisation ?? null);

/** Whose interest counts in a decision about a subject: its own and, once it was taken over, its successor's too (A7). */
export const subjectParties = (id: string, state: Subject | undefined): readonly Party[] => [
  `subject.${id}`,
  ...(state?.left?.how === 'merged' ? [`subject.${state.left.into}` as const] : []),
];

/** Where it went; null while it is here. */
const gone = ({ left }: Subject): Said | null =>
  left && (left.how === 'merged' ? phrase('mergedInto', { subject: left.into }) : phrase('movedTo', { place: left.to }));

/** One check of V1 with what it saw; `unknown` is never shown as `pass`. */
export interface Check {
  readonly check: 'registered' | 'identifier' | 'status' | 'address' | 'proof' | 'integrity';
  readonly outcome: 'pass' | 'fail' | 'unknown, policy allows' | 'unknown, policy refuses';
  readonly seen: Said;
  readonly needed: Said;
}

const TEAM_CORE_MIN = 3; // V1: a team has at least three core members (domain 2.2, Shanghai).

const proof = (state: Subject, kind: SubjectKind, year: number): Omit<Check, 'check' | 'outcome'> & { readonly ok: boolean } => {
  if (kind === 'team') {
    const core = state.facts['team-core']?.value ?? '';
    return {
      ok: /^\d{1,3}$/.test(core) && Number(core) >= TEAM_CORE_MIN,
      seen: core === '' ? phrase('noTeamProof') : plain(core),
      needed: phrase('coreMembers', { count: TEAM_CORE_MIN }),
    };
  }
  const sme = state.facts['sme-year']?.value ?? '';
  return { ok: sme === String(year), seen: sme === '' ? phrase('noRecord') : plain(sme), needed: phrase('recordOfYear', { year }) };
};

/** V1, every check, in order, so that a screen can show them all. */
export const eligibility = (
  state: Subject,
  where: { readonly province: string; readonly year: number },
  pack: VoucherPack,
): readonly Check[] => {
  const { registered, facts } = state;
  if (!registered) return [{ check: 'registered', outcome: 'fail', seen: phrase('nothing'), needed: phrase('registeredSubject') }];
  const check = (name: Check['check'], ok: boolean, seen: Said, needed: Said): Check => ({
    check: name,
    outcome: ok ? 'pass' : 'fail',
    seen,
    needed,
  });
  const terms: Terms | undefined = pack.subjects[registered.kind];
  const proven = proof(state, registered.kind, where.year);
  const address = facts.address?.value ?? 'unknown';
  const status = facts.status?.value ?? 'unknown';
  return [
    check(
      'registered',
      terms !== undefined && state.left === null,
      gone(state) ?? word(registered.kind),
      phrase('kindServed', { version: pack.version }),
    ),
    ...(registered.kind === 'firm'
      ? [check('identifier', usccOf.parse(registered.uscc).ok, plain(registered.uscc), phrase('validUscc'))]
      : []),
    check('status', status === 'active', word(status), word('active')),
    check('address', address.startsWith(where.province), word(address), phrase('registeredIn', { province: where.province })),
    ...(terms?.proofNeeded ? [check('proof', proven.ok, proven.seen, proven.needed)] : []),
    {
      check: 'integrity',
      outcome: pack.integrityUnknown === 'allow' ? 'unknown, policy allows' : 'unknown, policy refuses',
      seen: phrase('noIntegritySource'),
      needed: phrase('noEffectiveSanction'),
    },
  ];
};

/** The first failed check as a refusal; null when the subject may claim. */
export const ineligible = (checks: readonly Check[], pack: VoucherPack): Rejection | null => {
  const failed = checks.find(({ outcome }) => outcome === 'fail' || outcome === 'unknown, policy refuses');
  if (!failed) return null;
  const { check, seen, needed } = failed;
  return refuse(check === 'integrity' ? 'E-INTEGRITY' : 'E-SUBJECT', { check, policy: pack.version, seen, needed });
};

/** A decision of the province's staff about one subject; whose it is, a command may say of one that is not there yet. */
export const aboutSubject = <C extends { readonly subject: string }>(
  act: AccessName,
  decide: (command: C, state: Subject, turn: Turn) => readonly SubjectEvent[] | Rejection,
  owner: (command: C, state: Subject) => string | null = (_, state) => ownerOf(state),
): Handler<C> =>
  handler({
    target: ({ subject: id }: C) => subjectStream(id),
    reads: ({ subject: id }: C, peek) => interestPlaces(subjectParties(id, peek.state(subject, subjectStream(id))), peek),
    decide: (command, turn) => {
      const { subject: id } = command;
      const state = turn.state(subject, subjectStream(id));
      const no = mayDecide(turn, act, { subject: owner(command, state) }, subjectParties(id, state));
      const outcome = no ?? decide(command, state, turn);
      return isRejection(outcome) ? outcome : toStream(subjectStream(id), outcome);
    },
  });

export interface RegisterSubject {
  readonly subject: string;
  readonly kind: SubjectKind;
  readonly organisation: string;
  readonly name: string;
  readonly uscc: string;
}
/** RegisterSubject (reviewer) → SubjectRegistered. */
export const RegisterSubject = aboutSubject<RegisterSubject>(
  'RegisterSubject',
  ({ subject: id, kind, organisation, name, uscc }, state) => {
    if (state.registered) return refuse('E-STATE', { seen: phrase('registered'), needed: phrase('newSubjectId') });
    if (kind === 'firm' && !usccOf.parse(uscc).ok)
      return refuse('E-VALIDATION', { field: 'uscc', seen: phrase('wrongUscc'), needed: phrase('validUscc') });
    return [{ type: 'SubjectRegistered', data: { subject: id, kind, organisation, name, uscc } }];
  },
  ({ organisation }) => organisation,
);

export interface RecordSubjectFact extends SubjectFact {
  readonly subject: string;
}
/** RecordSubjectFact (reviewer) → SubjectFactRecorded; none when it is known so. */
export const RecordSubjectFact = aboutSubject<RecordSubjectFact>('RecordSubjectFact', ({ fact, value, source, asOf }, state) => {
  if (!state.registered) return missing('subject');
  const known = fact === 'link' ? state.links.find((link) => link.value === value) : state.facts[fact];
  if (known?.value === value && known.source === source && known.asOf === asOf) return [];
  return [{ type: 'SubjectFactRecorded', data: { fact, value, source, asOf } }];
});

export interface AllowProposer {
  readonly subject: string;
  readonly agencyProvince: string;
  readonly agency: string;
  /** Up to which voucher amount, fen; 0 takes the permission back. */
  readonly uptoFen: number;
}
/** AllowProposer (enterprise) → ProposerAllowed: this agency may propose orders in the subject's name (V5). */
export const AllowProposer: Handler<AllowProposer> = single(
  subject,
  ({ subject: id }: AllowProposer) => subjectStream(id),
  (command, state, turn) => {
    if (!state.registered) return missing('subject');
    const no = mayAct(turn, 'AllowProposer', { subject: ownerOf(state) });
    if (no) return no;
    const { agencyProvince, agency, uptoFen } = command;
    if (state.proposers[`${agencyProvince}.${agency}`] === uptoFen) return [];
    return [{ type: 'ProposerAllowed', data: { agencyProvince, agency, uptoFen } }];
  },
);
