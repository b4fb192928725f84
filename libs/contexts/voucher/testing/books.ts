/** The books of a healed federation, counted from its entries alone: money, quota, holds, statements. */
import type { DomainEvent, Entry, Fold } from '@yrd/ledger';
import type { HostileRun, Told } from '@yrd/ledger/testing';
import { invoice, order, quota, quotaStream, type WindowRow } from '../src/index.js';
import { lineOf } from '../src/settlement/paying.js';
import { pool } from '../src/quotas/ceiling.js';
import type { Quota } from '../src/quotas/quota.js';
import { openFen, slice, type Slice } from '../src/quotas/slice.js';
import type { Order } from '../src/orders/order.js';
import type { ProvinceCode } from './node.js';
import { packOf } from './packs.js';

type Complaints = string[];
export type Journals = ReadonlyMap<string, Told>;

const entriesOf = (told: Told | undefined): readonly Entry[] => (told?.decoded ?? []).filter((entry): entry is Entry => entry !== null);

const counted = <K>(keys: Iterable<K>): ReadonlyMap<K, number> => {
  const counts = new Map<K, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

const fenOf = ({ data }: Entry): number => Number(data['amountFen']);

/** Folds all streams of a kind, entry by entry; `look` sees what each entry makes of its stream. */
const folded = <S, E extends DomainEvent>(
  fold: Fold<S, E>,
  entries: readonly Entry[],
  look: (entry: Entry, before: S, state: S) => void,
): ReadonlyMap<string, S> => {
  const states = new Map<string, S>();
  for (const entry of entries) {
    const { stream, type, data } = entry;
    if (!stream.startsWith(`${fold.kind}/`)) continue;
    const before = states.get(stream) ?? fold.initial;
    const state = fold.evolve(before, { type, data } as never);
    states.set(stream, state);
    look(entry, before, state);
  }
  return states;
};

/** At every moment what is reserved and consumed lies within what was granted (V5). */
const accounts = (entries: readonly Entry[], complaints: Complaints): ReadonlyMap<string, Quota> => {
  return folded(quota, entries, ({ stream, index, journal }, _, state) => {
    if (state.reservedFen < 0 || state.consumedFen < 0 || state.reservedFen + state.consumedFen > state.grantedFen)
      complaints.push(`${stream} was over-spent at entry ${index} of ${journal}: ${JSON.stringify(state)}`);
  });
};

/** What may be said of an order at most once. */
const ONCE: readonly string[] = [
  'OrderPlaced',
  'OrderAccepted',
  'ContractSigned',
  'ServiceDelivered',
  'ServiceAccepted',
  'RedemptionSubmitted',
  'RedemptionApproved',
  'BatchPublicised',
  'PublicityEnded',
  'LineSettled',
  'PaymentInstructed',
  'RedemptionSettled',
  'DisputeRaised',
  'DisputeResolved',
  'ClawbackOrdered',
  'ClawbackRecovered',
];
const ENDS: readonly string[] = ['OrderDeclined', 'OrderCancelled', 'OrderLapsed', 'OrderUnqueued', 'ProposalRefused', 'RedemptionSettled'];

/** Each order goes one way, and what it holds of the quota is given back or consumed to the fen, once. */
const holds = (entries: readonly Entry[], complaints: Complaints): ReadonlyMap<string, Order> => {
  const orders = new Map<string, Entry[]>();
  const moved = new Map<string, Entry[]>();
  const into = (map: Map<string, Entry[]>, key: string, entry: Entry): void => void map.set(key, [...(map.get(key) ?? []), entry]);
  for (const entry of entries) {
    if (entry.stream.startsWith('order/')) into(orders, entry.stream.slice('order/'.length), entry);
    if (['QuotaReserved', 'QuotaReleased', 'QuotaConsumed'].includes(entry.type)) into(moved, String(entry.data['order']), entry);
  }
  const states = new Map<string, Order>();
  for (const [id, told] of orders) {
    const state = told.reduce((before, { type, data }) => order.evolve(before, { type, data } as never), order.initial);
    states.set(id, state);
    for (const [type, count] of counted(told.map(({ type }) => type)))
      if (count > 1 && ONCE.includes(type)) complaints.push(`order ${id}: ${type} stands there ${count} times`);
    for (const { type, time, data } of told) {
      if (type === 'OrderLapsed' && time <= Number(data['dueMs'])) complaints.push(`order ${id} lapsed before its time`);
      if (type === 'PublicityEnded' && time <= state.endsMs) complaints.push(`the publicity of order ${id} ended before its time`);
    }
    if (told.filter(({ type }) => ENDS.includes(type)).length > 1) complaints.push(`order ${id} ended more than once`);
    const sum = (type: string): number =>
      (moved.get(id) ?? []).filter((entry) => entry.type === type).reduce((all, each) => all + fenOf(each), 0);
    const [reserved, released, consumed] = [sum('QuotaReserved'), sum('QuotaReleased'), sum('QuotaConsumed')];
    const over = state.phase === 'Closed' || state.phase === 'Settled';
    const wanted = over ? reserved : 0;
    // Who waits in line holds nothing yet (V27).
    const says = told.some(({ type }) => type === 'OrderPlaced') ? state.terms?.reservedFen : 0;
    if (reserved !== says) complaints.push(`order ${id} reserved ${reserved} and says ${says}`);
    if (state.phase === 'Queued') complaints.push(`order ${id} waits in line for ever`);
    const lost = told.find(({ type, data }) => type === 'OrderUnqueued' && data['code'] === 'E-STALE');
    if (lost) complaints.push(`order ${id} lost its place in line by a silence`);
    if (released + consumed !== wanted)
      complaints.push(`order ${id} (${state.phase}): of ${reserved} reserved ${released} + ${consumed} came back`);
    if (consumed !== (state.phase === 'Settled' ? state.approval?.subsidyFen : 0)) complaints.push(`order ${id} consumed ${consumed} fen`);
  }
  return states;
};

/**
 * What is taken back was paid, and comes back whole to those who paid it (V23, V24): a refund frees as much of the quota, a fraud
 * nothing. Order → what was restored of its quota, fen.
 */
const takenBack = (entries: readonly Entry[], orders: ReadonlyMap<string, Order>, complaints: Complaints): ReadonlyMap<string, number> => {
  const restored = new Map<string, number>();
  for (const entry of entries.filter(({ type }) => type === 'QuotaRestored')) {
    const id = String(entry.data['order']);
    restored.set(id, (restored.get(id) ?? 0) + fenOf(entry));
  }
  const sum = (amounts: readonly number[]): number => amounts.reduce((all, each) => all + each, 0);
  for (const [id, { approval, after }] of orders) {
    const { clawbacks } = after;
    const taken = sum(clawbacks.map(({ amountFen }) => amountFen));
    if (taken > (approval?.subsidyFen ?? 0)) complaints.push(`of order ${id} ${taken} fen were taken back, more than the subsidy`);
    for (const { payers, amountFen, number } of clawbacks)
      if (sum(Object.values(payers)) !== amountFen)
        complaints.push(`clawback ${number} of order ${id} does not share out ${amountFen} fen`);
    const free = sum(clawbacks.filter(({ cause, recovered }) => recovered && cause !== 'fraud').map(({ amountFen }) => amountFen));
    if (free !== (restored.get(id) ?? 0))
      complaints.push(`order ${id} restored ${restored.get(id) ?? 0} fen of its quota, and not ${free}`);
  }
  return restored;
};

/** A slice is spent or free again to the fen, ends once, and nothing is taken of it afterwards (A1). */
const slices = (entries: readonly Entry[], complaints: Complaints): ReadonlyMap<string, Slice> => {
  return folded(slice, entries, ({ stream, type, data }, before, state) => {
    if (before.ended && (type === 'SliceEnded' || type === 'DrawTaken')) complaints.push(`${stream} had ended before ${type}`);
    if (openFen(state) < 0) complaints.push(`more was taken of ${stream} than it had`);
    if (type === 'SliceEnded' && data['releasedFen'] !== openFen(before)) complaints.push(`${stream} gave back ${JSON.stringify(data)}`);
  });
};

interface Spent {
  readonly orders: ReadonlyMap<string, Order>;
  readonly sliced: ReadonlyMap<string, Slice>;
  /** Order → what was restored of its quota, fen. */
  readonly restored: ReadonlyMap<string, number>;
}
/** What every account holds is what its open orders and slices hold; what it consumed is what its paid ones cost and did not give back. */
const conserved = (states: ReadonlyMap<string, Quota>, { orders, sliced, restored }: Spent, complaints: Complaints): void => {
  for (const [stream, state] of states) {
    const mine = [...orders].filter(([, { terms }]) => terms && stream === quotaStream(terms));
    const open = mine.map(([, order]) => order).filter(({ phase }) => phase !== 'Closed' && phase !== 'Settled');
    const aside = [...sliced.values()].filter(({ granted }) => granted && stream === quotaStream(granted));
    const asideFen = aside.reduce((all, each) => all + openFen(each), 0);
    const reserved = open.reduce((all, { terms }) => all + (terms?.reservedFen ?? 0), asideFen);
    if (reserved !== state.reservedFen)
      complaints.push(`${stream} has ${state.reservedFen} reserved, its open orders and slices ${reserved}`);
    if (asideFen !== state.slicedFen) complaints.push(`${stream} has ${state.slicedFen} in slices, its open slices ${asideFen}`);
    const cost = mine
      .filter(([, { phase }]) => phase === 'Settled')
      .reduce((all, [id, { approval }]) => all + (approval?.subsidyFen ?? 0) - (restored.get(id) ?? 0), 0);
    if (cost !== state.consumedFen) complaints.push(`${stream} has ${state.consumedFen} consumed, its paid orders cost ${cost}`);
  }
};

/** Statement from another province → the home's answers to it. */
const ANSWERS: Readonly<Record<string, { readonly taken: string; readonly refused: string; readonly as?: string }>> = {
  AcceptanceStated: { taken: 'OrderAccepted', refused: 'AcceptanceRefused' },
  DeclineStated: { taken: 'OrderDeclined', refused: 'StatementRefused', as: 'decline' },
  DeliveryStated: { taken: 'ServiceDelivered', refused: 'StatementRefused', as: 'delivery' },
  ContractSignatureStated: { taken: 'ContractSignatureTaken', refused: 'StatementRefused', as: 'signature' },
  SliceDrawn: { taken: 'DrawTaken', refused: 'DrawRefused' },
  ObjectionStated: { taken: 'ObjectionTaken', refused: 'ObjectionRefused' },
};

/** Every statement is taken up or refused at the order's home, exactly once. */
const answered = (journals: Journals, liar: string | null, complaints: Complaints): void => {
  const key = (entry: Entry): string => {
    const statement = entry.data['statement'] as string | undefined;
    return `${String(entry.data['order'])} ${entry.type}${statement === undefined ? '' : ` ${statement}`}`;
  };
  const all = [...journals.values()].flatMap((told) => entriesOf(told));
  const counts = counted(all.map(key));
  for (const entry of all) {
    const answers = ANSWERS[entry.type];
    if (!answers || entry.journal.startsWith(String(liar)) || entry.data['home'] === liar) continue;
    const id = String(entry.data['order']);
    const taken = counts.get(`${id} ${answers.taken}`) ?? 0;
    const refused = counts.get(`${id} ${answers.refused}${answers.as ? ` ${answers.as}` : ''}`) ?? 0;
    if (taken + refused !== 1) complaints.push(`${entry.type} about ${id} was answered ${taken} + ${refused} times`);
  }
};

/** A pool gives no more than it has, what it gave is what its accounts hold and cost, and who stood in line left it once (V4, V27). */
const pools = (province: ProvinceCode, entries: readonly Entry[], accounts: ReadonlyMap<string, Quota>, complaints: Complaints): void => {
  const { scheme, poolFen = Infinity } = packOf(province);
  const held = [...accounts].filter(([stream]) => stream.includes(`.${scheme}.`));
  const heldFen = held.reduce((all, [, { reservedFen, consumedFen }]) => all + reservedFen + consumedFen, 0);
  const states = folded(pool, entries, ({ stream, type, data }, { queue }, { takenFen }) => {
    if (type === 'QueueLeft' && !queue.includes(String(data['order']))) complaints.push(`${String(data['order'])} left a line twice`);
    if (takenFen > poolFen) complaints.push(`${stream} of ${province} gave ${takenFen} fen`);
  });
  const { takenFen, queue } = [...states.values()][0] ?? pool.initial;
  if (queue.length > 0) complaints.push(`${queue.join(', ')} of ${province} wait in line for ever`);
  if (poolFen < Infinity && takenFen !== heldFen) complaints.push(`the pool of ${province} gave ${takenFen}, and ${heldFen} are held`);
};

/** An invoice supports no more than its amount (V15). */
const invoices = (entries: readonly Entry[], complaints: Complaints): void => {
  folded(invoice, entries, ({ stream }, _, { claims, registered }) => {
    const claimed = Object.values(claims).reduce((all, each) => all + each, 0);
    if (claimed > (registered?.amountFen ?? 0)) complaints.push(`${stream} supports ${claimed} fen, more than it is worth`);
  });
};

/** Four equal statements of each window, over exactly the lines that were settled in it. */
const statements = (run: HostileRun, journals: Journals, orders: ReadonlyMap<string, Order>, complaints: Complaints): void => {
  const all = [...journals.values()].flatMap((told) => entriesOf(told));
  for (const window of new Set(all.filter(({ type }) => type === 'WindowClosed').map(({ data }) => Number(data['window'])))) {
    const rows = run.provinces.map((province) => {
      const kept = run.world.disks.get(province)!.table(`view.windows@${run.context.codeVersion}`).get(`${window}`)?.value;
      return kept ? (kept as { row: WindowRow }).row : null;
    });
    for (const [at, row] of rows.entries()) {
      if (!row?.equal || row.dissent || row.settled.length !== 12)
        complaints.push(`${run.provinces[at]}: window ${window} is not settled alike by all four`);
      if (JSON.stringify(row?.digests) !== JSON.stringify(rows[0]?.digests))
        complaints.push(`${run.provinces[at]} reads other digests of window ${window}`);
    }
  }
  const owed = new Map<string, { count: number; fen: number }>();
  for (const { type, data } of all) {
    const line = type === 'LineSettled' ? lineOf(orders.get(String(data['order'])) ?? order.initial) : undefined;
    if (!line) continue;
    const key = `${Number(data['window'])} ${line.payer}-${line.payee}`;
    const before = owed.get(key) ?? { count: 0, fen: 0 };
    owed.set(key, { count: before.count + 1, fen: before.fen + line.amountFen });
  }
  for (const { journal, type, data } of all) {
    if (type !== 'PairSettled') continue;
    const { count, fen } = owed.get(`${Number(data['window'])} ${String(data['pair'])}`) ?? { count: 0, fen: 0 };
    if (data['count'] !== count || data['sumFen'] !== fen)
      complaints.push(`${journal} settled ${String(data['pair'])} over ${JSON.stringify(data)}, and not ${count} lines of ${fen} fen`);
  }
};

/** All complaints about the books. Where somebody lied, windows with him stay open, and his own books are his. */
export const auditBooks = (run: HostileRun, journals: Journals): readonly string[] => {
  const complaints: Complaints = [];
  const orders = new Map<string, Order>();
  for (const province of run.honest) {
    const entries = entriesOf(journals.get(province));
    const mine = holds(entries, complaints);
    const sliced = slices(entries, complaints);
    const spent = { orders: mine, sliced, restored: takenBack(entries, mine, complaints) };
    const states = accounts(entries, complaints);
    conserved(states, spent, complaints);
    pools(province as ProvinceCode, entries, states, complaints);
    // All limits have passed: a holder who is heard has no slice any more.
    for (const [stream, state] of sliced)
      if (openFen(state) > 0 && state.granted?.holder !== run.liar) complaints.push(`${stream} still holds ${openFen(state)} fen`);
    invoices(entries, complaints);
    for (const [id, state] of mine) orders.set(id, state);
  }
  answered(journals, run.liar, complaints);
  if (run.liar === null) statements(run, journals, orders, complaints);
  return complaints;
};

const countOf = (journals: Journals, counts: (type: string, data: Readonly<Record<string, unknown>>) => boolean): number =>
  [...journals.values()].flatMap((told) => entriesOf(told)).filter(({ type, data }) => counts(type, data)).length;

/** Orders across a border that were placed. */
export const ordersAcross = (journals: Journals): number =>
  countOf(journals, (type, data) => type === 'OrderPlaced' && data['home'] !== data['agencyProvince']);

/** Lines that their homes settled. */
export const linesSettled = (journals: Journals): number => countOf(journals, (type) => type === 'LineSettled');
