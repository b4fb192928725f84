/** What a province looks at by the calendar (M4): each agency is appraised once a year, and one without orders for long is told to go. */
import { phrase, plain, refuse, type AgencyRules } from '@yrd/contracts';
import {
  toStream,
  type Decision,
  type DerivedCommand,
  type Entry,
  type Handler,
  type Reaction,
  type TimerChange,
  type Turn,
} from '@yrd/ledger';
import { addMonths, endOfDayMs, localDate } from '@yrd/standards';
import { AT_WORK, type Agency, type AgencyEvent, type OfAgency } from './agency.js';
import { agencyAct, agencyRules, mayAbout, rulesAt, underRules } from './agency-rules.js';
import { dayEndMs, dayOf, yearOf } from '../policy/clocks.js';
import { handler } from '../handling.js';
import { byPages } from '../pages.js';
import type { PrivateEvent } from '../private-events.js';
import { dataOf, idOf } from '../reading.js';
import { agencyRulesStream, agencyStream } from '../streams.js';
import type { OrderRow } from '../views.js';

const monthsLater = (ms: number, months: number): number => endOfDayMs(addMonths(localDate(dayOf(ms)), months));
const atWork = ({ phase }: Agency): boolean => AT_WORK.includes(phase);

const awaited = (agency: string, year: number, { appraisal }: AgencyRules): AgencyEvent => ({
  type: 'AppraisalAwaited',
  data: { agency, year, byMs: dayEndMs(`${year + 1}-${appraisal.lastDay}`) },
});
const idleBy = (agency: string, fromMs: number, { idleMonths }: AgencyRules): AgencyEvent => ({
  type: 'IdleWatched',
  data: { agency, byMs: monthsLater(fromMs, idleMonths) },
});

/** What is watched from the day an agency is admitted; nothing where no rules are in force. */
export const watching = (agency: string, turn: Turn): readonly AgencyEvent[] => {
  const rules = rulesAt(turn.state(agencyRules, agencyRulesStream), turn.now)?.rules;
  return rules ? [awaited(agency, yearOf(turn.now), rules), idleBy(agency, turn.now, rules)] : [];
};

/** Derived → what is watched of an agency that was admitted before there were rules (M4), from now on; none where it is watched already. */
export const WatchAgency: Handler<OfAgency> = agencyAct(
  () => null,
  ({ agency: id }, state, turn) => ({ events: atWork(state) && !state.watched ? watching(id, turn) : [] }),
);

type Watching = PrivateEvent<'WatchingContinued'>['data'];
/** Derived from a timer and page by page → WatchingContinued: agencies from `after` on are looked at. */
export const ContinueWatching: Handler<Watching> = handler({
  target: () => agencyRulesStream,
  decide: (data: Watching): Decision => toStream(agencyRulesStream, [{ type: 'WatchingContinued', data }]),
});
const continueWatching = (after: string): DerivedCommand => ({ command: 'ContinueWatching', target: agencyRulesStream, body: { after } });

/** Rules were adopted: from their first day on every agency of the province is watched, also those that were there before. */
export const watchTimers = (entry: Entry): readonly TimerChange[] => {
  const adopted = dataOf(entry, 'AgencyRulesAdopted');
  if (!adopted) return [];
  return [{ set: `watch/${adopted.version}`, dueMs: Math.max(adopted.fromMs, entry.time), fires: continueWatching('') }];
};
export const watchAgencies = byPages<Watching>({
  name: 'watch-agencies',
  view: 'agencies',
  on: ['WatchingContinued'],
  pageOf: (entry) => dataOf(entry, 'WatchingContinued') ?? { after: '' },
  concerned: ({ after }, province) => ({ province, id: { gte: after } }),
  each: (row) => {
    const id = row.slice(row.indexOf('.') + 1);
    return { command: 'WatchAgency', target: agencyStream(id), body: { agency: id } };
  },
  next: ({ after }) => continueWatching(after),
});

export interface AppraiseAgency extends OfAgency {
  readonly year: number;
  readonly grade: 'passed' | 'failed';
}
/** AppraiseAgency (supervisor) → AgencyAppraised, once for each year that has begun. */
export const AppraiseAgency: Handler<AppraiseAgency> = agencyAct(
  mayAbout('AppraiseAgency', ...AT_WORK),
  ({ agency: id, year, grade }, { appraisals }, turn) => {
    const before = appraisals[year];
    if (before !== undefined)
      return before === grade
        ? { events: [] }
        : refuse('E-STATE', { seen: phrase('gradeOf', { year, gradeWord: before }), needed: phrase('anotherYear') });
    if (year > yearOf(turn.now))
      return refuse('E-VALIDATION', { field: 'year', seen: plain(year), needed: phrase('upToYear', { year: yearOf(turn.now) }) });
    return { events: [{ type: 'AgencyAppraised', data: { agency: id, year, grade } }] };
  },
);

export interface EndAppraisal extends OfAgency {
  readonly year: number;
}
/** Derived from a timer: the day for a year's appraisal is over → AppraisalMissed where there is none; the next one is awaited. */
export const EndAppraisal: Handler<EndAppraisal> = agencyAct(
  () => null,
  ({ agency: id, year }, state, turn) => {
    if (!atWork(state)) return { events: [] };
    const missed: readonly AgencyEvent[] =
      state.appraisals[year] === undefined ? [{ type: 'AppraisalMissed', data: { agency: id, year } }] : [];
    const rules = rulesAt(turn.state(agencyRules, agencyRulesStream), turn.now)?.rules;
    return { events: [...missed, ...(rules ? [awaited(id, year + 1, rules)] : [])] };
  },
);

/** Derived from a timer → IdleAsked: are there orders since? The view of all four provinces' orders tells. */
export const AskIdle: Handler<OfAgency> = agencyAct(
  () => null,
  ({ agency: id }, state, turn) => {
    if (!atWork(state)) return { events: [] };
    return underRules(turn, ({ idleMonths }) => ({
      events: [{ type: 'IdleAsked', data: { agency: id, sinceMs: monthsLater(turn.now, -idleMonths) } }],
    }));
  },
);

export interface ConcludeIdle extends OfAgency {
  readonly sinceMs: number;
  /** When one of its orders since then was placed; absent without any. */
  readonly orderedMs?: number;
}
/** Derived → AgencyIdle, a notice to leave, where no order came; it is looked at again when so long has passed since the one found. */
export const ConcludeIdle: Handler<ConcludeIdle> = agencyAct(
  () => null,
  ({ agency: id, sinceMs, orderedMs }, _, turn) =>
    underRules(turn, (rules) => {
      const idle: readonly AgencyEvent[] = orderedMs === undefined ? [{ type: 'AgencyIdle', data: { agency: id, sinceMs } }] : [];
      return { events: [...idle, idleBy(id, orderedMs ?? turn.now, rules)] };
    }),
);

export const concludeIdle: Reaction = {
  name: 'conclude-idle',
  on: ['IdleAsked'],
  from: 'own',
  needs: (entry, found) => [{ rows: 'orders', where: since(entry.stream, found.province, Number(entry.data['sinceMs'])), limit: 1 }],
  react: (entry, found) => {
    const asked = dataOf(entry, 'IdleAsked');
    if (!asked) return [];
    const [order] = found.rows<OrderRow>('orders', since(entry.stream, found.province, asked.sinceMs));
    const body = { ...asked, ...(order ? { orderedMs: order.placedMs } : {}) };
    return [{ command: 'ConcludeIdle', target: agencyStream(asked.agency), body }];
  },
};
const since = (stream: string, province: string, sinceMs: number) => ({
  agencyProvince: province,
  agency: idOf(stream),
  placedMs: { gte: sinceMs },
});
