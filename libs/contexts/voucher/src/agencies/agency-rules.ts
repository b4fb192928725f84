/** What this province asks of service agencies, and the grammar of decisions about one of them. */
import { anyOf, phrase, plain, refuse, word, type AccessName, type AgencyRules, type VoucherEvent } from '@yrd/contracts';
import { foldOf, isRejection, toStream, type Handler, type Rejection, type Turn } from '@yrd/ledger';
import { isLocalDate } from '@yrd/standards';
import { agency, type Agency, type AgencyEvent, type OfAgency } from './agency.js';
import { dayOf } from '../policy/clocks.js';
import { handler, missing } from '../handling.js';
import { agencyParty, interestPlaces, mayDecide } from '../orders/interests.js';
import type { PrivateEvent } from '../private-events.js';
import { agencyRulesStream, agencyStream, banStream, placesIn } from '../streams.js';

interface Adopted {
  readonly version: string;
  readonly fromMs: number;
  readonly rules: AgencyRules;
}

/** Agencies belong to the province and not to a scheme (M1), so the rules about them stand in one stream, whichever pack brought them. */
export const agencyRules = foldOf<
  { readonly adopted: readonly Adopted[] },
  VoucherEvent<'AgencyRulesAdopted'> | PrivateEvent<'WatchingContinued'>
>(
  'agency-rules',
  { adopted: [] },
  { AgencyRulesAdopted: (state, each) => ({ adopted: [...state.adopted, each] }), WatchingContinued: (state) => state },
);

/** Until when an organisation may not come in again; an agency that is over keeps it, whatever its next one is called. */
export const ban = foldOf<{ readonly untilMs: number }, PrivateEvent<'OrganisationBarred'>>(
  'ban',
  { untilMs: 0 },
  { OrganisationBarred: (state, { untilMs }) => ({ untilMs: Math.max(state.untilMs, untilMs) }) },
);

/** What a decision about an agency comes to. */
export interface Outcome {
  readonly events: readonly AgencyEvent[];
  /** Its organisation may not come in again until then, ms. */
  readonly barredUntilMs?: number;
  /** The pack that it rests on. */
  readonly policy?: string;
}

/** The rules in force: the latest start not after now; of equal starts those adopted last. Null when there are none. */
export const rulesAt = ({ adopted }: typeof agencyRules.initial, nowMs: number): Adopted | null =>
  adopted.reduce<Adopted | null>((best, each) => (each.fromMs > nowMs || (best && best.fromMs > each.fromMs) ? best : each), null);

/** Decides under the rules in force; E-NOTFOUND without any. */
export const underRules = (turn: Turn, decide: (rules: AgencyRules) => Outcome | Rejection): Outcome | Rejection => {
  const newest = rulesAt(turn.state(agencyRules, agencyRulesStream), turn.now);
  if (!newest) return refuse('E-NOTFOUND', { seen: phrase('noAgencyRules'), needed: phrase('packWithAgencies') });
  const outcome = decide(newest.rules);
  return isRejection(outcome) ? outcome : { ...outcome, policy: newest.version };
};

type OfOrganisation = OfAgency & { readonly organisation?: string };
const organisationIn = (command: OfOrganisation, state: Agency | undefined): string | undefined =>
  command.organisation ?? state?.organisation ?? undefined;

/** A decision about one agency, with the rules of the province and the ban of its organisation at hand. */
export const agencyAct = <C extends OfOrganisation>(
  enter: (command: NoInfer<C>, state: Agency, turn: Turn) => Rejection | null,
  decide: (command: C, state: Agency, turn: Turn) => Outcome | Rejection,
): Handler<C> =>
  handler({
    target: (command: C) => agencyStream(command.agency),
    reads: (command, peek) => {
      const organisation = organisationIn(command, peek.state(agency, agencyStream(command.agency)));
      return [
        ...placesIn(peek.province, [agencyRulesStream, ...(organisation === undefined ? [] : [banStream(organisation)])]),
        ...interestPlaces([agencyParty(peek.province, command.agency)], peek),
      ];
    },
    decide: (command: C, turn) => {
      const state = turn.state(agency, agencyStream(command.agency));
      const outcome = enter(command, state, turn) ?? decide(command, state, turn);
      if (isRejection(outcome)) return outcome;
      const { events, barredUntilMs: untilMs, policy } = outcome;
      const organisation = organisationIn(command, state);
      return [
        ...toStream(agencyStream(command.agency), events, policy),
        ...(untilMs === undefined || organisation === undefined
          ? []
          : toStream(banStream(organisation), [{ type: 'OrganisationBarred', data: { agency: command.agency, untilMs } }], policy)),
      ];
    },
  });

/** E-INTEGRITY while the organisation is barred from coming in. */
export const barred = (turn: Turn, organisation: string): Rejection | null => {
  const { untilMs } = turn.state(ban, banStream(organisation));
  if (untilMs < turn.now) return null;
  return refuse('E-INTEGRITY', {
    clause: 'V9',
    seen: phrase('organisationBarred'),
    needed: phrase('applicationAfter', { day: dayOf(untilMs) }),
  });
};

/** Whether somebody may do this about an agency that is there and in one of these phases (domain §2.3). */
export const mayAbout =
  (act: AccessName, ...phases: readonly Agency['phase'][]) =>
  ({ agency: id }: OfAgency, state: Agency, turn: Turn): Rejection | null => {
    const no = mayDecide(turn, act, { agency: state.organisation }, [agencyParty(turn.province, id)]);
    if (no) return no;
    if (state.phase === 'None') return missing('agency');
    return phases.includes(state.phase) ? null : refuse('E-STATE', { seen: word(state.phase), needed: anyOf(phases) });
  };

/** E-VALIDATION for a text that is no day, or one that has not come yet. */
export const pastDay = (field: string, day: string, turn: Turn): Rejection | null =>
  isLocalDate(day) && day <= dayOf(turn.now)
    ? null
    : refuse('E-VALIDATION', { field, seen: plain(day), needed: phrase('dayNotAfter', { day: dayOf(turn.now) }) });
