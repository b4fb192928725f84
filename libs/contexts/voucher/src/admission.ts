/** How an agency comes in (domain §2.3, V8): it assesses itself, is verified, shown to the public, and admitted when nobody objects. */
import { refuse, type AgencyForm, type AgencyRules } from '@yrd/contracts';
import { single, type Handler, type Rejection } from '@yrd/ledger';
import { addMonths, endOfDayMs, addDays, localDate, toShanghaiDate } from '@yrd/standards';
import { agency, type AgencyEvent, type OfAgency } from './agency.js';
import { mayAbout, ruled } from './agency-rules.js';
import { resumedMs, dayOf } from './clocks.js';
import { mayAct, notYours } from './handling.js';
import { agencyStream } from './streams.js';

export interface AdmitAgency extends OfAgency {
  readonly organisation: string;
  readonly name: string;
  readonly uscc: string;
  readonly classes: readonly string[];
}

export interface SelfAssess extends AdmitAgency {
  readonly form: AgencyForm;
  /** Day it was founded, YYYY-MM-DD. */
  readonly founded: string;
  /** Points of entry that it declares to meet. */
  readonly declares: readonly string[];
  /** Papers by hash: they stay with the agency and the verifier. */
  readonly papers: readonly { readonly kind: string; readonly hash: string }[];
}

interface Shortcoming {
  readonly point: string;
  readonly seen: string;
  readonly needed: string;
}

/** V8: every point of entry that is not met, in the order of the rule. */
const shortcomings = ({ form, founded, declares }: SelfAssess, entry: AgencyRules['entry'], today: string): readonly Shortcoming[] => [
  ...(entry.forms.includes(form) ? [] : [{ point: 'form', seen: form, needed: entry.forms.join(' or ') }]),
  ...(addMonths(localDate(founded), entry.operatingMonths) < today
    ? []
    : [{ point: 'founded', seen: founded, needed: `more than ${entry.operatingMonths} months in operation on ${today}` }]),
  ...entry.declarations
    .filter((point) => !declares.includes(point))
    .map((point) => ({ point, seen: 'not declared', needed: `${point} declared` })),
];

/** SelfAssess (agency) → AgencySelfAssessed, private; E-ADMISSION with every unmet point in one answer (V8). */
export const SelfAssess: Handler<SelfAssess> = ruled(
  (command, state, turn) => {
    const no = mayAct(turn, 'SelfAssess');
    if (no) return no;
    // The organisation is the token's: nobody assesses another.
    if (turn.actor.organisation !== command.organisation) return notYours('agency');
    return state.phase === 'None' ? null : refuse('E-STATE', { seen: state.phase, needed: 'a new agency id' });
  },
  (command, _, turn, { entry }) => {
    const unmet = shortcomings(command, entry, dayOf(turn.now));
    if (unmet.length > 0) {
      return refuse('E-ADMISSION', {
        points: unmet.map(({ point }) => point).join(' '),
        seen: unmet.map(({ point, seen }) => `${point}: ${seen}`).join('; '),
        needed: unmet.map(({ needed }) => needed).join('; '),
      });
    }
    const { agency: id, organisation, name, uscc, classes, form, founded, declares, papers } = command;
    const data = { agency: id, organisation, name, uscc, classes, form, founded, declares, papers };
    return [{ type: 'AgencySelfAssessed', data }];
  },
);

export interface VerifyAgency extends OfAgency {
  readonly outcome: 'verified' | 'not-verified';
  /** Codes of what was not confirmed; the assessment ends with them. */
  readonly reasons: readonly string[];
}
/** VerifyAgency (reviewer) → AgencyVerified, or AgencyNotVerified with the reasons; both stay at home. */
export const VerifyAgency: Handler<VerifyAgency> = single(
  agency,
  ({ agency: id }: VerifyAgency) => agencyStream(id),
  (command, state, turn) => {
    const { agency: id, outcome, reasons } = command;
    const no = mayAbout('VerifyAgency', ['SelfAssessed'])(command, state, turn);
    if (no) return no;
    if ((outcome === 'verified') !== (reasons.length === 0)) {
      const needed = outcome === 'verified' ? 'no reasons' : 'every reason';
      return refuse('E-VALIDATION', { field: 'reasons', seen: reasons.length, needed });
    }
    return [
      outcome === 'verified'
        ? { type: 'AgencyVerified', data: { agency: id } }
        : { type: 'AgencyNotVerified', data: { agency: id, reasons } },
    ];
  },
);

/** PubliciseAgency (approver) → AgencyPublicised: so many days for anybody to object, then it is admitted by a timer. */
export const PubliciseAgency: Handler<OfAgency> = ruled(
  mayAbout('PubliciseAgency', ['Verified']),
  ({ agency: id }, { organisation, name, uscc, classes }, turn, { publicityDays }) => {
    const endsMs = endOfDayMs(addDays(toShanghaiDate(turn.now), publicityDays));
    return [{ type: 'AgencyPublicised', data: { agency: id, organisation, name, uscc, classes, endsMs } }];
  },
);

const about = <C extends OfAgency>(
  act: 'LodgeAgencyObjection' | 'UpholdAgencyObjection' | 'RejectAgencyObjection',
  phase: 'Publicised' | 'Objected',
  decide: (command: C, state: typeof agency.initial, nowMs: number) => readonly AgencyEvent[] | Rejection,
): Handler<C> =>
  single(
    agency,
    (command: C) => agencyStream(command.agency),
    (command, state, turn) => mayAbout(act, [phase])(command, state, turn) ?? decide(command, state, turn.now),
  );

export interface LodgeAgencyObjection extends OfAgency {
  readonly grounds: string;
}
/** LodgeAgencyObjection (anybody) → AgencyObjected: nothing is admitted until it is answered; in time through the last millisecond. */
export const LodgeAgencyObjection = about<LodgeAgencyObjection>(
  'LodgeAgencyObjection',
  'Publicised',
  ({ agency: id, grounds }, { endsMs }, nowMs) =>
    nowMs > endsMs
      ? refuse('E-WINDOW', { clause: 'V8', seen: nowMs, needed: `until ${endsMs}` })
      : [{ type: 'AgencyObjected', data: { agency: id, grounds, leftMs: endsMs - nowMs } }],
);
/** UpholdAgencyObjection (approver) → AgencyObjectionUpheld: it is not admitted, and may assess itself anew. */
export const UpholdAgencyObjection = about<OfAgency>('UpholdAgencyObjection', 'Objected', ({ agency: id }) => [
  { type: 'AgencyObjectionUpheld', data: { agency: id } },
]);
/** RejectAgencyObjection (approver) → AgencyObjectionRejected: publicity runs on for what was left. */
export const RejectAgencyObjection = about<OfAgency>('RejectAgencyObjection', 'Objected', ({ agency: id }, { objectionLeftMs }, nowMs) => [
  { type: 'AgencyObjectionRejected', data: { agency: id, endsMs: resumedMs(nowMs, objectionLeftMs) } },
]);

const admitted = ({ agency: id, organisation, name, uscc, classes }: AdmitAgency): AgencyEvent => ({
  type: 'AgencyAdmitted',
  data: { agency: id, organisation, name, uscc, classes: [...classes] },
});

export interface EndAgencyPublicity extends OfAgency {
  readonly dueMs: number;
}
/** Derived from a timer: the days are over without an open objection → AgencyAdmitted. */
export const EndAgencyPublicity: Handler<EndAgencyPublicity> = single(
  agency,
  ({ agency: id }: EndAgencyPublicity) => agencyStream(id),
  ({ agency: id, dueMs }, state) =>
    state.phase === 'Publicised' && state.endsMs <= dueMs
      ? [admitted({ ...state, agency: id, organisation: state.organisation ?? '' })]
      : [],
);

/** AdmitAgency (supervisor) → AgencyAdmitted at once: for a body on the province's own list already. Others assess themselves. */
export const AdmitAgency: Handler<AdmitAgency> = single(
  agency,
  (command: AdmitAgency) => agencyStream(command.agency),
  (command, state, turn) => {
    const no = mayAct(turn, 'AdmitAgency', { agency: command.organisation });
    if (no) return no;
    return state.phase === 'None' ? [admitted(command)] : refuse('E-STATE', { seen: state.phase, needed: 'a new agency id' });
  },
);
