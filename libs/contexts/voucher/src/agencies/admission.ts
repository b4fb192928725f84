/** How an agency comes in (domain §2.3, V8): it assesses itself, is verified, shown to the public, and admitted when nobody objects. */
import { allOf, anyOf, moment, phrase, plain, refuse, until, word, type AgencyForm, type AgencyRules } from '@yrd/contracts';
import type { Handler, SaidPart } from '@yrd/ledger';
import { addDays, addMonths, endOfDayMs, localDate, toShanghaiDate } from '@yrd/standards';
import type { AgencyEvent, OfAgency } from './agency.js';
import { agencyAct, barred, mayAbout, pastDay, underRules } from './agency-rules.js';
import { watching } from './appraisal.js';
import { dayOf, resumedMs } from '../policy/clocks.js';
import { mayAct, notYours } from '../handling.js';
import { agencyParty, mayDecide } from '../orders/interests.js';

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
  /** A word of code, or a day. */
  readonly seen: string;
  readonly needed: SaidPart;
}

/** V8: every point of entry that is not met, in the order of the rule. */
const shortcomings = ({ form, founded, declares }: SelfAssess, entry: AgencyRules['entry'], today: string): readonly Shortcoming[] => [
  ...(entry.forms.includes(form) ? [] : [{ point: 'form', seen: form, needed: anyOf(entry.forms) }]),
  ...(addMonths(localDate(founded), entry.operatingMonths) < today
    ? []
    : [{ point: 'founded', seen: founded, needed: phrase('inOperation', { months: entry.operatingMonths, today }) }]),
  ...entry.declarations
    .filter((point) => !declares.includes(point))
    .map((point) => ({ point, seen: 'not-declared', needed: phrase('pointDeclared', { pointWord: point }) })),
];

/** SelfAssess (agency) → AgencySelfAssessed, private; E-ADMISSION with every unmet point in one answer (V8); E-INTEGRITY under a ban. */
export const SelfAssess: Handler<SelfAssess> = agencyAct(
  (command, state, turn) => {
    const no = mayAct(turn, 'SelfAssess');
    if (no) return no;
    // The organisation is the token's: nobody assesses another.
    if (turn.actor.organisation !== command.organisation) return notYours('agency');
    if (state.phase !== 'None') return refuse('E-STATE', { seen: word(state.phase), needed: phrase('newAgencyId') });
    return barred(turn, command.organisation) ?? pastDay('founded', command.founded, turn);
  },
  (command, _, turn) =>
    underRules(turn, ({ entry }) => {
      const unmet = shortcomings(command, entry, dayOf(turn.now));
      if (unmet.length > 0) {
        return refuse('E-ADMISSION', {
          points: allOf(unmet.map(({ point }) => point)),
          seen: phrase('parts', { parts: unmet.map(({ point, seen }) => phrase('pointSeen', { pointWord: point, isWord: seen })) }),
          needed: phrase('parts', { parts: unmet.map(({ needed }) => needed) }),
        });
      }
      const { agency: id, organisation, name, uscc, classes, form, founded, declares, papers } = command;
      const data = { agency: id, organisation, name, uscc, classes, form, founded, declares, papers };
      return { events: [{ type: 'AgencySelfAssessed', data }] };
    }),
);

export interface VerifyAgency extends OfAgency {
  readonly outcome: 'verified' | 'not-verified';
  /** Codes of what was not confirmed; the assessment ends with them. */
  readonly reasons: readonly string[];
}
/** VerifyAgency (reviewer) → AgencyVerified, or AgencyNotVerified with the reasons; both stay at home. */
export const VerifyAgency: Handler<VerifyAgency> = agencyAct(
  mayAbout('VerifyAgency', 'SelfAssessed'),
  ({ agency: id, outcome, reasons }) => {
    const verified = outcome === 'verified';
    if (verified !== (reasons.length === 0)) {
      return refuse('E-VALIDATION', {
        field: 'reasons',
        seen: plain(reasons.length),
        needed: phrase(verified ? 'noReasons' : 'everyReason'),
      });
    }
    const event: AgencyEvent = verified
      ? { type: 'AgencyVerified', data: { agency: id } }
      : { type: 'AgencyNotVerified', data: { agency: id, reasons } };
    return { events: [event] };
  },
);

/** PubliciseAgency (approver) → AgencyPublicised: so many days for anybody to object, then it is admitted by a timer. */
export const PubliciseAgency: Handler<OfAgency> = agencyAct(mayAbout('PubliciseAgency', 'Verified'), ({ agency: id }, state, turn) =>
  underRules(turn, ({ publicityDays }) => {
    const endsMs = endOfDayMs(addDays(toShanghaiDate(turn.now), publicityDays));
    return { events: [{ type: 'AgencyPublicised', data: { ...namesOf(state), agency: id, endsMs } }] };
  }),
);

export interface LodgeAgencyObjection extends OfAgency {
  readonly grounds: string;
}
/** LodgeAgencyObjection (anybody) → AgencyObjected: nothing is admitted until it is answered; in time through the last millisecond. */
export const LodgeAgencyObjection: Handler<LodgeAgencyObjection> = agencyAct(
  mayAbout('LodgeAgencyObjection', 'Publicised'),
  ({ agency: id, grounds }, { endsMs }, { now }) =>
    now > endsMs
      ? refuse('E-WINDOW', { clause: 'V8', seen: moment(now), needed: until(endsMs) })
      : { events: [{ type: 'AgencyObjected', data: { agency: id, grounds, leftMs: endsMs - now } }] },
);
/** UpholdAgencyObjection (approver) → AgencyObjectionUpheld: it is not admitted, and may assess itself anew. */
export const UpholdAgencyObjection: Handler<OfAgency> = agencyAct(mayAbout('UpholdAgencyObjection', 'Objected'), ({ agency: id }) => ({
  events: [{ type: 'AgencyObjectionUpheld', data: { agency: id } }],
}));
/** RejectAgencyObjection (approver) → AgencyObjectionRejected: publicity runs on for what was left. */
export const RejectAgencyObjection: Handler<OfAgency> = agencyAct(
  mayAbout('RejectAgencyObjection', 'Objected'),
  ({ agency: id }, { objectionLeftMs }, { now }) => ({
    events: [{ type: 'AgencyObjectionRejected', data: { agency: id, endsMs: resumedMs(now, objectionLeftMs) } }],
  }),
);

type Names = Omit<AdmitAgency, 'agency'>;
const namesOf = ({ organisation, name, uscc, classes }: { readonly [K in keyof Names]: Names[K] | null }) => ({
  organisation: organisation ?? '',
  name: name ?? '',
  uscc: uscc ?? '',
  classes: [...(classes ?? [])],
});

export interface EndAgencyPublicity extends OfAgency {
  readonly dueMs: number;
}
/** Derived from a timer: the days are over without an open objection → AgencyAdmitted. */
export const EndAgencyPublicity: Handler<EndAgencyPublicity> = agencyAct(
  () => null,
  ({ agency: id, dueMs }, state, turn) => ({
    events:
      state.phase === 'Publicised' && state.endsMs <= dueMs
        ? [{ type: 'AgencyAdmitted', data: { ...namesOf(state), agency: id } }, ...watching(id, turn)]
        : [],
  }),
);

/** AdmitAgency (supervisor) → AgencyAdmitted at once: for a body on the province's own list already. Others assess themselves. */
export const AdmitAgency: Handler<AdmitAgency> = agencyAct(
  ({ agency: id, organisation }, state, turn) => {
    const no = mayDecide(turn, 'AdmitAgency', { agency: organisation }, [agencyParty(turn.province, id)]);
    if (no) return no;
    return state.phase === 'None'
      ? barred(turn, organisation)
      : refuse('E-STATE', { seen: word(state.phase), needed: phrase('newAgencyId') });
  },
  (command, _, turn) => ({
    events: [{ type: 'AgencyAdmitted', data: { ...namesOf(command), agency: command.agency } }, ...watching(command.agency, turn)],
  }),
);
