/** An agency at work, as its province watches it: restricted, suspended, reinstated, excluded, revoked, or gone (domain §2.3, V9). */
import { allOf, phrase, plain, refuse } from '@yrd/contracts';
import { alike, single, type Handler, type Rejection } from '@yrd/ledger';
import { addMonths, endOfDayMs, isLocalDate, localDate } from '@yrd/standards';
import { agency, type Agency, type AgencyEvent, type OfAgency } from './agency.js';
import { agencyAct, mayAbout, pastDay, underRules } from './agency-rules.js';
import { dayEndMs, dayOf } from '../policy/clocks.js';
import { sameClasses } from './service-class.js';
import { agencyStream } from '../streams.js';

const MONTHS_A_YEAR = 12;
/** The last millisecond of the corresponding day so many years later. */
const yearsLater = (day: string, years: number): number => endOfDayMs(addMonths(localDate(day), years * MONTHS_A_YEAR));

/** E-VALIDATION for a last day that is no day or not to come. */
const comingDay = (until: string, nowMs: number): Rejection | null =>
  isLocalDate(until) && until >= dayOf(nowMs)
    ? null
    : refuse('E-VALIDATION', { field: 'until', seen: plain(until), needed: phrase('dayNotBefore', { day: dayOf(nowMs) }) });

export interface RestrictAgency extends OfAgency {
  readonly classes: readonly string[];
  readonly reason: string;
}
/** RestrictAgency (supervisor) → AgencyRestricted: of the classes it was admitted for, these from now on; orders placed before stand. */
export const RestrictAgency: Handler<RestrictAgency> = agencyAct(
  mayAbout('RestrictAgency', 'Active', 'Suspended'),
  ({ agency: id, classes, reason }, { admitted, classes: present }) => {
    const strange = admitted.includes('*') ? [] : classes.filter((each) => !admitted.includes(each));
    if (strange.length > 0) return refuse('E-CLASS', { seen: allOf(strange), needed: phrase('amongAdmitted', { words: admitted }) });
    return {
      events: sameClasses(classes, present) ? [] : [{ type: 'AgencyRestricted', data: { agency: id, classes: [...classes], reason } }],
    };
  },
);

export interface SuspendAgency extends OfAgency {
  readonly reason: string;
  /** Last day of it; without one it lasts until somebody reinstates the agency. */
  readonly until?: string;
  /** Money was got by false pretences: then settled orders are looked at again too (A3). */
  readonly fraud?: boolean;
}
/** SuspendAgency (supervisor) → AgencySuspended: no new orders, no contracts (V7); a timer ends it where the pack says so. */
export const SuspendAgency: Handler<SuspendAgency> = agencyAct(
  mayAbout('SuspendAgency', 'Active', 'Suspended'),
  ({ agency: id, reason, until, fraud }, { phase, suspension }, turn) => {
    const said = { agency: id, reason, ...(fraud === true ? { fraud } : {}) };
    if (until === undefined) {
      const events: readonly AgencyEvent[] = [{ type: 'AgencySuspended', data: said }];
      return { events: phase === 'Suspended' && alike(suspension, said) ? [] : events };
    }
    const no = comingDay(until, turn.now);
    if (no) return no;
    return underRules(turn, ({ suspension: { reinstates } }) => {
      const data = { ...said, untilMs: dayEndMs(until), reinstates };
      return { events: phase === 'Suspended' && alike(suspension, data) ? [] : [{ type: 'AgencySuspended', data }] };
    });
  },
);
/** ReinstateAgency (supervisor) → AgencyReinstated. */
export const ReinstateAgency: Handler<OfAgency> = agencyAct(
  mayAbout('ReinstateAgency', 'Active', 'Suspended'),
  ({ agency: id }, { phase }) => ({ events: phase === 'Active' ? [] : [{ type: 'AgencyReinstated', data: { agency: id } }] }),
);

export interface RevokeAgency extends OfAgency {
  readonly reason: string;
  /** Last day on which its organisation may not come in again. */
  readonly until: string;
  readonly fraud?: boolean;
}
/** RevokeAgency (supervisor) → AgencyRevoked, for good; its organisation is barred until a day within the pack's limit. */
export const RevokeAgency: Handler<RevokeAgency> = agencyAct(
  mayAbout('RevokeAgency', 'Active', 'Suspended'),
  ({ agency: id, reason, until, fraud }, _, turn) => {
    const no = comingDay(until, turn.now);
    if (no) return no;
    return underRules(turn, ({ banYearsMax }) => {
      const [untilMs, mostMs] = [dayEndMs(until), yearsLater(dayOf(turn.now), banYearsMax)];
      if (untilMs > mostMs)
        return refuse('E-VALIDATION', { field: 'until', seen: plain(until), needed: phrase('notAfterDay', { day: dayOf(mostMs) }) });
      const data = { agency: id, reason, untilMs, ...(fraud === true ? { fraud } : {}) };
      return { events: [{ type: 'AgencyRevoked', data }], barredUntilMs: untilMs };
    });
  },
);
/** ExitAgency (agency) → AgencyExited, for good. Leaving does not shorten a suspension: its organisation waits for the end of it. */
export const ExitAgency: Handler<OfAgency> = agencyAct(mayAbout('ExitAgency', 'Active', 'Suspended'), ({ agency: id }, state) => {
  const { suspension } = state;
  const events: readonly AgencyEvent[] = [{ type: 'AgencyExited', data: { agency: id } }];
  if (suspension === null) return { events };
  if (suspension.untilMs === undefined)
    return refuse('E-STATE', { seen: phrase('suspendedWithoutEnd'), needed: phrase('suspensionWithEnd') });
  return { events, barredUntilMs: suspension.untilMs };
});

export interface ExcludeAgency extends OfAgency {
  /** Number of the decision that punished it for false data. */
  readonly decision: string;
  readonly decidedOn: string;
}
/** ExcludeAgency (supervisor, integrity officer) → AgencyExcluded: nothing is bought from it for so many years from the decision (V9). */
export const ExcludeAgency: Handler<ExcludeAgency> = agencyAct(
  mayAbout('ExcludeAgency', 'Active', 'Suspended'),
  ({ agency: id, decision, decidedOn }, { exclusion }, turn) => {
    const no = pastDay('decidedOn', decidedOn, turn);
    if (no) return no;
    return underRules(turn, ({ exclusionYears }) => {
      const untilMs = yearsLater(decidedOn, exclusionYears);
      if (untilMs < turn.now)
        return refuse('E-DATE', { clause: 'V9', seen: plain(decidedOn), needed: phrase('decisionOfLast', { years: exclusionYears }) });
      const data = { agency: id, decision, decidedOn, untilMs };
      if (alike(exclusion, data) || (exclusion !== null && exclusion.untilMs > untilMs)) return { events: [] };
      return { events: [{ type: 'AgencyExcluded', data }], barredUntilMs: untilMs };
    });
  },
);

const ended = (due: (state: Agency) => number | undefined, event: (id: string) => AgencyEvent): Handler<OfAgency> =>
  single(
    agency,
    ({ agency: id }: OfAgency) => agencyStream(id),
    ({ agency: id }, state, turn) => ((due(state) ?? Infinity) < turn.now ? [event(id)] : []),
  );
/** Derived from a timer: the suspension is over → AgencyReinstated. */
export const EndSuspension = ended(
  ({ suspension }) => (suspension?.reinstates === true ? suspension.untilMs : undefined),
  (id) => ({ type: 'AgencyReinstated', data: { agency: id } }),
);
/** Derived from a timer: the years are over → AgencyExclusionEnded. */
export const EndExclusion = ended(
  ({ exclusion }) => exclusion?.untilMs,
  (id) => ({ type: 'AgencyExclusionEnded', data: { agency: id } }),
);
