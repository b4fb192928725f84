/**
 * A sanction on a subject (失信惩戒) midway (A4): no new orders and claims while it lasts, and its open orders are held. When it ends, by an
 * appeal or by its day, they go on under their original dates. It never leaves the province; that an order is held does.
 */
import { moment, phrase, refuse } from '@yrd/contracts';
import { foldOf, single, type Entry, type Handler, type Rejection, type TimerChange, type Turn } from '@yrd/ledger';
import { dayOf } from '../policy/clocks.js';
import { handler, missing } from '../handling.js';
import { interestPlaces, mayDecide } from './interests.js';
import type { PrivateEvent } from '../private-events.js';
import { dataOf, idOf } from '../reading.js';
import { sanctionStream, subjectStream } from '../streams.js';
import { ownerOf, subject, subjectParties } from '../quotas/subject.js';

export type SanctionEvent = PrivateEvent<'SubjectSanctioned' | 'SanctionLifted' | 'SanctionContinued'>;

export interface Sanction {
  /** Null while none is in force. */
  readonly inForce: PrivateEvent<'SubjectSanctioned'>['data'] | null;
}

export const sanction = foldOf<Sanction, SanctionEvent>(
  'sanction',
  { inForce: null },
  {
    SubjectSanctioned: (_, data) => ({ inForce: data }),
    SanctionLifted: () => ({ inForce: null }),
    SanctionContinued: (state) => state,
  },
);

/** Under which code the orders of a barred subject are held. */
export const BAR = 'E-INTEGRITY';

export const barFacts = ({ untilMs }: PrivateEvent<'SubjectSanctioned'>['data']) => ({
  seen: phrase('barredThrough', { day: dayOf(untilMs) }),
  needed: phrase('noSanction'),
});

/** V1: E-INTEGRITY while the subject is barred. */
export const unsanctioned = (turn: Turn, id: string, policy: string): Rejection | null => {
  const { inForce } = turn.state(sanction, sanctionStream(id));
  return inForce && refuse(BAR, { policy, ...barFacts(inForce) });
};

const act = <C extends { readonly subject: string }>(
  name: 'SanctionSubject' | 'LiftSanction',
  decide: (command: C, state: Sanction, turn: Turn) => readonly SanctionEvent[] | Rejection,
): Handler<C> =>
  handler({
    target: ({ subject: id }: C) => sanctionStream(id),
    reads: ({ subject: id }: C, peek) => [
      { province: peek.province, stream: subjectStream(id) },
      ...interestPlaces(subjectParties(id, peek.state(subject, subjectStream(id))), peek),
    ],
    decide: (command, turn) => {
      const who = turn.state(subject, subjectStream(command.subject));
      const no = mayDecide(turn, name, { subject: ownerOf(who) }, subjectParties(command.subject, who));
      if (no) return no;
      if (!who.registered) return missing('subject');
      const events = decide(command, turn.state(sanction, sanctionStream(command.subject)), turn);
      return 'rejected' in events ? events : events.length === 0 ? [] : [{ stream: sanctionStream(command.subject), events }];
    },
  });

export interface SanctionSubject {
  readonly subject: string;
  /** Code of the decision. */
  readonly reason: string;
  /** The last millisecond of the bar. */
  readonly untilMs: number;
}
/** SanctionSubject (integrity officer) → SubjectSanctioned; a newer decision takes the place of one in force. */
export const SanctionSubject = act<SanctionSubject>('SanctionSubject', ({ subject: id, reason, untilMs }, { inForce }, turn) => {
  if (untilMs <= turn.now)
    return refuse('E-VALIDATION', { field: 'untilMs', seen: moment(untilMs), needed: phrase('after', { atMs: turn.now }) });
  if (inForce?.reason === reason && inForce.untilMs === untilMs) return [];
  return [{ type: 'SubjectSanctioned', data: { subject: id, reason, untilMs } }];
});

export interface LiftSanction {
  readonly subject: string;
  /** Code of why, `appeal`. */
  readonly cause: string;
}
/** LiftSanction (integrity officer) → SanctionLifted. */
export const LiftSanction = act<LiftSanction>('LiftSanction', ({ subject: id, cause }, { inForce }) =>
  inForce ? [{ type: 'SanctionLifted', data: { subject: id, cause } }] : [],
);

export interface EndSanction {
  readonly subject: string;
  readonly dueMs: number;
}
/** Derived from a timer: its day is over → SanctionLifted; none when a longer one took its place. */
export const EndSanction: Handler<EndSanction> = single(
  sanction,
  ({ subject: id }: EndSanction) => sanctionStream(id),
  ({ subject: id, dueMs }, { inForce }) =>
    inForce && inForce.untilMs <= dueMs ? [{ type: 'SanctionLifted', data: { subject: id, cause: 'over' } }] : [],
);

/** Derived → SanctionContinued: the next page of orders. */
export const ContinueSanction: Handler<PrivateEvent<'SanctionContinued'>['data']> = single(
  sanction,
  ({ subject: id }) => sanctionStream(id),
  (data) => [{ type: 'SanctionContinued', data }],
);

/** A sanction ends with its last day. */
export const sanctionTimers = (entry: Entry): readonly TimerChange[] => {
  const id = idOf(entry.stream);
  const begun = dataOf(entry, 'SubjectSanctioned');
  if (begun) {
    const fires = { command: 'EndSanction', target: sanctionStream(id), body: { subject: id, dueMs: begun.untilMs } };
    return [{ set: `sanction/${id}`, dueMs: begun.untilMs + 1, fires }];
  }
  return entry.type === 'SanctionLifted' ? [{ clear: `sanction/${id}` }] : [];
};
