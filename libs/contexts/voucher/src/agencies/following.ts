/**
 * What an agency's fate does to its orders (A3), in each order's home: a page at a time, each order in a commit of its own. An order is
 * brought in line with how the agency stands when it is looked at, not with the entry that made somebody look: so repeats, pages that
 * cross each other, and a suspension that was over before all its orders were seen change nothing that is right already.
 */
import { phrase, word, type VoucherData } from '@yrd/contracts';
import { type Decision, type Entry, foldOf, type Handler, type Reaction, type Said, type Turn, type Where } from '@yrd/ledger';
import { active, agency, type Agency } from './agency.js';
import { handler } from '../handling.js';
import { AGENCY_HOLD, heldFor, REDEMPTION_HOLD, releasedFrom } from '../orders/holding.js';
import { OPEN_PHASES, order, termsOf, type Order, type OrderEvent, type Phase } from '../orders/order.js';
import { byPages } from '../pages.js';
import type { PrivateEvent } from '../private-events.js';
import { dataOf, idOf, provinceOf } from '../reading.js';
import { heldPlaces, release } from '../quotas/reservation.js';
import { commit, type OfOrder } from '../orders/serving.js';
import { agencyStream, followingStream, look, orderStream, type Place } from '../streams.js';

type Followed = PrivateEvent<'AgencyFollowed'>['data'];
type Scope = Followed['scope'];

/** Which journals' pages were asked for is in the entries; there is nothing to remember of them. */
export const following = foldOf<Record<string, never>, PrivateEvent<'AgencyFollowed'>>(
  'following',
  {},
  { AgencyFollowed: (state) => state },
);

const BEFORE_CONTRACT: readonly Phase[] = ['Placed', 'Accepted'];
const placeOf = ({ agencyProvince, agency: id }: Pick<Followed, 'agencyProvince' | 'agency'>): Place => ({
  province: agencyProvince,
  stream: agencyStream(id),
});

/** Phases that an agency in this plight touches. An order that waits in line is judged again when its turn comes. */
const TOUCHED: Readonly<Record<Exclude<Scope, 'restored'>, readonly Phase[]>> = {
  left: BEFORE_CONTRACT,
  stopped: OPEN_PHASES,
  fraud: [...OPEN_PHASES, 'Settled'],
};

/** Whether it was stopped, and for fraud. An agency that left has only its orders without a contract cancelled. */
const scopeOf = (state: Agency, nowMs: number): Scope => {
  if (state.phase === 'Exited') return 'left';
  if (active(state, nowMs) === null) return 'restored';
  return state.fraud || state.suspension?.fraud === true ? 'fraud' : 'stopped';
};

export interface FollowAgency extends Pick<Followed, 'agencyProvince' | 'agency'> {
  /** Last order of the page before; nothing at first. */
  readonly after: string;
}
/** Derived from what happened to an agency, and from each page → AgencyFollowed: the orders from there on are looked at. */
export const FollowAgency: Handler<FollowAgency> = handler({
  target: (command: FollowAgency) => followingStream(command),
  reads: (command: FollowAgency) => [placeOf(command)],
  decide: ({ agencyProvince, agency: id, after }, turn): Decision => {
    const scope = scopeOf(look(turn, agency, placeOf({ agencyProvince, agency: id })), turn.now);
    const events = [{ type: 'AgencyFollowed', data: { agencyProvince, agency: id, scope, after } }];
    return [{ stream: followingStream({ agencyProvince, agency: id }), events }];
  },
});

const cancelled = (state: Order, by: Agency): OrderEvent => ({
  type: 'OrderCancelled',
  data: { order: termsOf(state).order, by: 'agency', cause: `A3.${by.phase}` },
});

const standingOf = ({ phase, suspension }: Agency): Said =>
  suspension ? phrase('stateBecause', { stateWord: phase, reasonWord: suspension.reason }) : word(phase);

/** Why an order is held, in the words of E-AGENCY. */
const because = (state: Agency): NonNullable<VoucherData<'OrderHeld'>['facts']> => ({
  clause: 'A3',
  seen: state.exclusion ? phrase('excluded') : standingOf(state),
  needed: phrase('agencyReinstated'),
});

/** A3 for one order: its entries, and whether its reservation goes back. */
const consequence = (state: Order, at: Agency, turn: Turn): { readonly events: readonly OrderEvent[]; readonly over?: true } => {
  const { order: id } = termsOf(state);
  const scope = scopeOf(at, turn.now);
  if (scope === 'restored') return { events: [AGENCY_HOLD, REDEMPTION_HOLD].flatMap((reason) => releasedFrom(id, reason, state, turn)) };
  if (BEFORE_CONTRACT.includes(state.phase)) return { events: [cancelled(state, at)], over: true };
  if (scope === 'left' || state.holds.includes(REDEMPTION_HOLD)) return { events: [] };
  // Under contract it is finished and not redeemed; delivered or later it is looked at by hand; settled it stands, unless for fraud.
  if (state.phase === 'InService') return { events: heldFor(id, REDEMPTION_HOLD, state, turn, because(at)) };
  if (!TOUCHED[scope].includes(state.phase)) return { events: [] };
  return { events: heldFor(id, AGENCY_HOLD, state, turn, because(at)) };
};

/** Derived → OrderCancelled + QuotaReleased, OrderHeld or OrderReleased; nothing when the order is in line with its agency. */
export const FollowOrder: Handler<OfOrder> = handler({
  target: (command: OfOrder) => orderStream(command.order),
  reads: ({ order: id }: OfOrder, peek) => {
    const terms = peek.state(order, orderStream(id))?.terms;
    return terms ? [placeOf(terms), ...heldPlaces(id, peek)] : [];
  },
  decide: ({ order: id }, turn): Decision => {
    const state = turn.state(order, orderStream(id));
    if (!state.terms || state.phase === 'Closed') return [];
    const { events, over } = consequence(state, look(turn, agency, placeOf(state.terms)), turn);
    return commit(state, { events, more: over ? release(state, state.terms.reservedFen) : [] });
  },
});

/** Whatever changes how an agency stands, at home or abroad. What rows to look at is asked of the own journal then: it is all there. */
const followAgency: Reaction = {
  name: 'follow-agency',
  on: ['AgencySuspended', 'AgencyReinstated', 'AgencyRevoked', 'AgencyExited', 'AgencyExcluded', 'AgencyExclusionEnded'],
  from: 'any',
  react: (entry) => {
    const of = { agencyProvince: provinceOf(entry.journal), agency: idOf(entry.stream) };
    return [{ command: 'FollowAgency', target: followingStream(of), body: { ...of, after: '' } }];
  },
};

const concerned = ({ agencyProvince, agency: id, scope, after }: Followed, province: string): Where => ({
  ...{ province, agencyProvince, agency: id, id: { gte: after } },
  ...(scope === 'restored' ? { held: true } : { state: { in: TOUCHED[scope] } }),
});
const pageOf = (entry: Entry): Followed => dataOf(entry, 'AgencyFollowed') ?? { agencyProvince: '', agency: '', scope: 'left', after: '' };

const followOrders = byPages<Followed>({
  name: 'follow-orders',
  on: ['AgencyFollowed'],
  pageOf,
  concerned,
  each: (id) => ({ command: 'FollowOrder', target: orderStream(id), body: { order: id } }),
  next: ({ agencyProvince, agency: id, after }) => {
    const of = { agencyProvince, agency: id };
    return { command: 'FollowAgency', target: followingStream(of), body: { ...of, after } };
  },
});

export const agencyReactions: readonly Reaction[] = [followAgency, followOrders];
