/** What this province asks of service agencies, and the grammar of decisions about one of them. */
import { refuse, type AccessName, type AgencyRules, type VoucherEvent } from '@yrd/contracts';
import { foldOf, isRejection, toStream, type DomainEvent, type Handler, type Rejection, type Turn } from '@yrd/ledger';
import { agency, type Agency, type OfAgency } from './agency.js';
import { handler, mayAct, missing, type Plan } from './handling.js';
import { agencyRulesStream, agencyStream } from './streams.js';

interface Adopted {
  readonly version: string;
  readonly fromMs: number;
  readonly rules: AgencyRules;
}

/** Agencies belong to the province and not to a scheme (M1), so the rules about them stand in one stream, whichever pack brought them. */
export const agencyRules = foldOf<{ readonly adopted: readonly Adopted[] }, VoucherEvent<'AgencyRulesAdopted'>>(
  'agency-rules',
  { adopted: [] },
  { AgencyRulesAdopted: (state, each) => ({ adopted: [...state.adopted, each] }) },
);

/** The rules in force: the latest start not after now; of equal starts those adopted last. E-NOTFOUND when no pack brought any. */
export const rulesInForce = (turn: Turn): Adopted | Rejection => {
  const begun = turn.state(agencyRules, agencyRulesStream).adopted.filter(({ fromMs }) => fromMs <= turn.now);
  const newest = begun.reduce<Adopted | undefined>((best, each) => (best && best.fromMs > each.fromMs ? best : each), undefined);
  return newest ?? refuse('E-NOTFOUND', { seen: 'no rules about agencies in force', needed: 'an adopted pack with `agencies`' });
};

type Ruled<C> = (command: C, state: Agency, turn: Turn, rules: AgencyRules) => readonly DomainEvent[] | Rejection;

/** A decision under the rules in force, by whoever passes `enter`. The entries name the pack. */
export const ruled = <C extends OfAgency>(
  enter: (command: C, state: Agency, turn: Turn) => Rejection | null,
  decide: Ruled<C>,
  reads?: Plan<C>['reads'],
): Handler<C> =>
  handler({
    target: (command: C) => agencyStream(command.agency),
    reads: (command, peek) => [{ province: peek.province, stream: agencyRulesStream }, ...(reads?.(command, peek) ?? [])],
    decide: (command: C, turn) => {
      const state = turn.state(agency, agencyStream(command.agency));
      const no = enter(command, state, turn);
      if (no) return no;
      const adopted = rulesInForce(turn);
      if (isRejection(adopted)) return adopted;
      const events = decide(command, state, turn, adopted.rules);
      return isRejection(events) ? events : toStream(agencyStream(command.agency), events, adopted.version);
    },
  });

/** Whether somebody may do this about an agency that is there and in one of these phases (domain §2.3). */
export const mayAbout =
  (act: AccessName, phases: readonly Agency['phase'][]) =>
  (_: OfAgency, state: Agency, turn: Turn): Rejection | null => {
    const no = mayAct(turn, act, { agency: state.organisation });
    if (no) return no;
    if (state.phase === 'None') return missing('agency');
    return phases.includes(state.phase) ? null : refuse('E-STATE', { seen: state.phase, needed: phases.join(' or ') });
  };
