/** Time limits: which entry starts one, which ends it, and what fires. All run in the home journal of the order, account or agency. */
import { EVERY_PEER, type Entry, type TimerChange } from '@yrd/ledger';
import { yearOf } from './policy/clocks.js';
import { watchTimers } from './agencies/appraisal.js';
import { complaintTimers } from './agencies/complaint.js';
import type { Limit } from './orders/order.js';
import { dataOf, idOf, type DataOf } from './reading.js';
import { sanctionTimers } from './orders/sanction.js';
import { looking, poolOf } from './quotas/queue.js';
import { agencyStream, journalOf, orderStream } from './streams.js';
import { unpaidTimer } from './settlement/unpaid.js';

const LIMITS: readonly Limit[] = ['accept', 'contract', 'redeem', 'publicity'];

const keyOf = (limit: Limit, order: string): string => `${limit}/${order}`;

/** `lastMs` is the last millisecond in time: the timer is due right after it. */
const lapse = (limit: 'accept' | 'contract' | 'redeem', order: string, lastMs: number): Extract<TimerChange, { set: string }> => ({
  set: keyOf(limit, order),
  dueMs: lastMs + 1,
  fires: { command: 'LapseOrder', target: orderStream(order), body: { order, limit, dueMs: lastMs } },
});
/** Anybody in any province may have objected in time (V17). */
const publicity = (order: string, lastMs: number, patienceMs: number | undefined): TimerChange => ({
  set: keyOf('publicity', order),
  dueMs: lastMs + 1,
  fires: { command: 'EndPublicity', target: orderStream(order), body: { order, dueMs: lastMs } },
  ...(patienceMs === undefined ? {} : { awaits: EVERY_PEER, patienceMs }),
});
/** Whose statement made in time could still come. */
const waiting = (awaits: DataOf<'DeadlineRecomputed'>['awaits']) =>
  awaits ? { awaits: awaits.journal, patienceMs: awaits.patienceMs } : {};
/** A pack may have more money for its pool than the one before: from its first day on the line is looked at again (V27). */
const lookAtLine = ({ scheme, version, fromMs }: DataOf<'PolicyAdopted'>, adoptedMs: number): TimerChange => {
  const dueMs = Math.max(fromMs, adoptedMs);
  return { set: `queue/${scheme}.${version}`, dueMs, fires: looking({ scheme, year: yearOf(dueMs) }) };
};
/** Whose agency's province was silent when its turn came is looked at again once that is heard, or has been silent too long (V27, M2). */
const lookAtHead = (entry: Entry): readonly TimerChange[] => {
  const [held, of] = [dataOf(entry, 'QueueHeld'), poolOf(entry)];
  if (!held || !of) return [];
  const { awaits, patienceMs } = held;
  return [{ set: `held/${entry.stream}`, dueMs: entry.time + 1, fires: looking(of), awaits: journalOf(awaits), patienceMs }];
};
/** The account ends by itself: after its use window what is unused is void (V13), after the year it closes (A5). */
const accountLimits = (entry: Entry): readonly TimerChange[] => {
  const taken = dataOf(entry, 'QuotaCounted')?.opened; // A7: a successor's account, with its predecessor's windows.
  const { closesMs, useUntilMs } = dataOf(entry, 'QuotaGranted') ?? { useUntilMs: taken?.useUntilMs, ...dataOf(entry, 'QuotaApplied') };
  const [subject = '', scheme = '', year = ''] = idOf(entry.stream).split('.');
  const at = (limit: 'use' | 'year', lastMs: number): TimerChange => {
    const body = { subject, scheme, year: Number(year), limit, dueMs: lastMs };
    return { set: `quota-${limit}/${idOf(entry.stream)}`, dueMs: lastMs + 1, fires: { command: 'EndQuota', target: entry.stream, body } };
  };
  if (entry.type === 'QuotaClosed') return [{ clear: `quota-use/${idOf(entry.stream)}` }, { clear: `quota-year/${idOf(entry.stream)}` }];
  return [
    ...(useUntilMs === undefined || useUntilMs === closesMs ? [] : [at('use', useUntilMs)]),
    ...(closesMs === undefined ? [] : [at('year', closesMs)]),
  ];
};
/** The rest of a slice is the home's again only after expiry and grace, and once the holder was heard past both or is silent too long. */
const sliceLimits = (entry: Entry): readonly TimerChange[] => {
  if (entry.type === 'SliceEnded') return [{ clear: entry.stream }];
  const granted = dataOf(entry, 'SliceGranted');
  if (!granted) return [];
  const { slice, holder, endsMs, patienceMs } = granted;
  const fires = { command: 'EndSlice', target: entry.stream, body: { slice, dueMs: endsMs } };
  return [{ set: entry.stream, dueMs: endsMs + 1, fires, awaits: journalOf(holder), patienceMs }];
};
const clear = (limit: Limit, order: string): TimerChange => ({ clear: keyOf(limit, order) });

const CLOSING: readonly string[] = ['OrderUnqueued', 'OrderDeclined', 'OrderCancelled', 'OrderLapsed', 'RedemptionRefused'];

/** A suspension without an end takes the place of one that had one. */
const SUSPENSION_OVER: readonly string[] = ['AgencySuspended', 'AgencyReinstated', 'AgencyRevoked', 'AgencyExited'];
type AgencyLimit = 'EndAgencyPublicity' | 'EndSuspension' | 'EndExclusion' | 'EndAppraisal' | 'AskIdle';

/** Time limits of an agency; each key is named after what fires. */
const agencyTimers = (entry: Entry): readonly TimerChange[] => {
  const id = idOf(entry.stream);
  const keyed = (command: AgencyLimit): string => `${command}/${id}`;
  const until = (command: AgencyLimit, lastMs: number, more: object = {}): readonly TimerChange[] => [
    { set: keyed(command), dueMs: lastMs + 1, fires: { command, target: agencyStream(id), body: { agency: id, ...more } } },
  ];
  const shown = dataOf(entry, 'AgencyPublicised') ?? dataOf(entry, 'AgencyObjectionRejected');
  if (shown) return until('EndAgencyPublicity', shown.endsMs, { dueMs: shown.endsMs });
  if (entry.type === 'AgencyObjected') return [{ clear: keyed('EndAgencyPublicity') }];
  const suspended = dataOf(entry, 'AgencySuspended');
  if (suspended?.reinstates === true && suspended.untilMs !== undefined) return until('EndSuspension', suspended.untilMs);
  const awaited = dataOf(entry, 'AppraisalAwaited');
  if (awaited) return until('EndAppraisal', awaited.byMs, { year: awaited.year });
  const watched = dataOf(entry, 'IdleWatched');
  if (watched) return until('AskIdle', watched.byMs);
  const excluded = dataOf(entry, 'AgencyExcluded');
  if (excluded) return until('EndExclusion', excluded.untilMs);
  return SUSPENSION_OVER.includes(entry.type) ? [{ clear: keyed('EndSuspension') }] : [];
};

/** The limits of an order or an agency that an entry of the own journal sets or clears. */
const limits = (entry: Entry): readonly TimerChange[] => {
  const adopted = dataOf(entry, 'PolicyAdopted');
  if (adopted?.pack.queue) return [lookAtLine(adopted, entry.time)];
  if (entry.type === 'AgencyRulesAdopted') return watchTimers(entry);
  if (entry.stream.startsWith('agency/')) return agencyTimers(entry);
  if (entry.stream.startsWith('complaint/')) return complaintTimers(entry);
  if (entry.stream.startsWith('quota/')) return accountLimits(entry);
  if (entry.stream.startsWith('pool/')) return lookAtHead(entry);
  if (entry.stream.startsWith('sanction/')) return sanctionTimers(entry);
  if (entry.stream.startsWith('slice/')) return sliceLimits(entry);
  if (!entry.stream.startsWith('order/')) return [];
  const order = idOf(entry.stream);
  const queued = dataOf(entry, 'OrderQueued');
  if (queued) return [lapse('accept', order, queued.acceptByMs)];
  const placed = dataOf(entry, 'OrderPlaced');
  if (placed) {
    const abroad = placed.agencyProvince !== placed.home;
    // An acceptance stated in time counts, however late it arrives.
    const awaits = abroad ? { journal: journalOf(placed.agencyProvince), patienceMs: placed.patienceMs } : undefined;
    const accept = placed.proposed ? [] : [{ ...lapse('accept', order, placed.acceptByMs), ...waiting(awaits) }];
    return [...accept, lapse('redeem', order, placed.redeemUntilMs)];
  }
  const recomputed = dataOf(entry, 'DeadlineRecomputed');
  if (recomputed) {
    const { limit, dueMs, awaits, patienceMs } = recomputed;
    return [limit === 'publicity' ? publicity(order, dueMs, patienceMs) : { ...lapse(limit, order, dueMs), ...waiting(awaits) }];
  }
  const { resumed } = dataOf(entry, 'OrderReleased') ?? {};
  if (resumed && resumed.limit !== 'publicity') return [{ ...lapse(resumed.limit, order, resumed.dueMs), ...waiting(resumed.awaits) }];
  const accepted = dataOf(entry, 'OrderAccepted');
  if (accepted) return [clear('accept', order), lapse('contract', order, accepted.contractByMs)];
  if (entry.type === 'ContractSigned') return [clear('contract', order)];
  const resolved = dataOf(entry, 'DisputeResolved');
  if (resolved?.outcome === 'none') return LIMITS.map((limit) => clear(limit, order));
  const redeemable = resolved ?? dataOf(entry, 'ServiceAccepted') ?? dataOf(entry, 'RedemptionReturned');
  if (redeemable) {
    const { redeemByMs, awaits } = redeemable;
    return [{ ...lapse('redeem', order, redeemByMs), ...waiting(awaits) }];
  }
  const failed = dataOf(entry, 'InvoiceClaimFailed');
  if (failed) return [lapse('redeem', order, failed.redeemByMs)];
  if (entry.type === 'InvoiceClaimAsked' || entry.type === 'RedemptionSubmitted') return [clear('redeem', order)];
  const shown = dataOf(entry, 'BatchPublicised') ?? dataOf(entry, 'ObjectionRejected');
  if (shown) return [publicity(order, shown.endsMs, shown.patienceMs)];
  if (entry.type === 'ObjectionLodged' || entry.type === 'ClaimReduced') return [clear('publicity', order)];
  return CLOSING.includes(entry.type) ? LIMITS.map((limit) => clear(limit, order)) : [];
};

/** The changes that an entry of the own journal makes. */
export const timers = (entry: Entry): readonly TimerChange[] => [
  ...limits(entry),
  ...(entry.stream.startsWith('order/') ? unpaidTimer(entry) : []),
];
