/** Read models for people: orders, quotas, agencies, products, redemptions, invoices. Each journal folds into its own part of a row. */
import type { VoucherData } from '@yrd/contracts';
import type { DomainEvent, Entry, View } from '@yrd/ledger';
import { agency, priceAt, type Agency, type AgencyEvent } from './agency.js';
import { invoice, type Invoice } from './invoice.js';
import { order, type Order } from './order.js';
import { quota, type Quota } from './quota.js';
import { dataOf, idOf, provinceOf, type EntryName } from './reading.js';

/** The entry as an event, for a view that keeps the same state as an aggregate. */
const eventOf = <E extends DomainEvent>(entry: Entry): E => ({ type: entry.type, data: entry.data }) as DomainEvent as E;

const ofKind = (entry: Entry, kind: string): string | null => (entry.stream.startsWith(`${kind}/`) ? idOf(entry.stream) : null);

/** What the agency's province said last about an order. */
interface OrderPart {
  readonly home: Order | null;
  readonly said: string | null;
  readonly updatedMs: number;
  readonly refusals: number;
}

const ORDER_EVENTS: readonly EntryName[] = [
  'OrderPlaced', 'ProposalRefused', 'OrderAccepted', 'AcceptanceRefused', 'OrderDeclined', 'OrderCancelled', 'OrderLapsed', 'OrderHeld',
  'OrderReleased', 'ContractSignatureTaken', 'StatementRefused', 'ContractSigned', 'ServiceDelivered', 'ServiceAccepted', 'DisputeRaised',
  'DisputeResolved', 'InvoiceClaimAsked', 'InvoiceClaimFailed', 'RedemptionSubmitted', 'RedemptionReturned', 'RedemptionRefused',
  'RedemptionApproved', 'ShareConfirmed', 'ShareDeclined', 'BatchPublicised', 'ObjectionLodged', 'ObjectionUpheld', 'ObjectionRejected',
  'PublicityEnded', 'LineSettled', 'PaymentInstructed', 'RedemptionSettled',
];
const STATEMENTS: readonly EntryName[] = [
  'OrderProposed', 'AcceptanceStated', 'DeclineStated', 'CancellationStated', 'ContractSignatureStated', 'DeliveryStated', 'RedemptionRequested',
  'ShareAccepted', 'ShareRefused',
];

/** When the present state ends by itself, ms; null where no limit runs. */
export const deadlineOf = (state: Order): number | null => {
  switch (state.phase) {
    case 'Placed':
      return state.terms?.acceptByMs ?? null;
    case 'Accepted':
      return state.contractByMs;
    case 'ServiceAccepted':
      return state.redeemByMs;
    case 'Publicised':
      return state.endsMs;
    default:
      return null;
  }
};

/** Row of view `orders`; amounts in fen, times in ms. */
export interface OrderRow {
  readonly id: string;
  readonly number: string;
  readonly state: Order['phase'];
  readonly held: boolean;
  readonly holds: string;
  readonly province: string;
  readonly agencyProvince: string;
  readonly mode: string;
  readonly scheme: string;
  readonly policy: string;
  readonly subject: string;
  readonly subjectName: string;
  readonly agency: string;
  readonly product: string;
  readonly itemClass: string;
  readonly amountFen: number;
  readonly reservedFen: number;
  readonly subsidyFen: number | null;
  readonly lineSettled: boolean;
  /** Last statement of the agency's province about it. */
  readonly agencySaid: string | null;
  readonly placedMs: number;
  readonly updatedMs: number;
  readonly deadlineMs: number | null;
}

const orderRow = (id: string, state: Order, terms: VoucherData<'OrderPlaced'>): Omit<OrderRow, 'agencySaid' | 'updatedMs'> => ({
  id, number: terms.number, state: state.phase, held: state.holds.length > 0, holds: state.holds.join(' '), province: terms.home,
  agencyProvince: terms.agencyProvince, mode: terms.mode, scheme: terms.scheme, policy: terms.policy, subject: terms.subject,
  subjectName: terms.subjectName, agency: terms.agency, product: terms.product, itemClass: terms.itemClass, amountFen: terms.amountFen,
  reservedFen: terms.reservedFen, subsidyFen: state.approval?.subsidyFen ?? null, lineSettled: state.lineSettled, placedMs: terms.placedMs,
  deadlineMs: deadlineOf(state),
});

export const orders: View<OrderPart> = {
  name: 'orders',
  on: [...ORDER_EVENTS, ...STATEMENTS],
  key: (entry) => ofKind(entry, 'order') ?? ofKind(entry, 'engagement'),
  fold: (part, entry) => {
    const now = part ?? { home: null, said: null, updatedMs: 0, refusals: 0 };
    if (entry.stream.startsWith('engagement/')) return { ...now, said: entry.type, updatedMs: entry.time };
    return { ...now, home: order.evolve(now.home ?? order.initial, eventOf(entry)), updatedMs: entry.time };
  },
  join: (parts) => {
    const all = Object.values(parts);
    const state = Object.entries(parts).find(([journal, { home }]) => home?.terms?.home === provinceOf(journal))?.[1].home;
    if (!state?.terms) return null; // Only the agency has spoken so far, or a proposal was refused.
    const said = all.find((part) => part.said !== null)?.said ?? null;
    return { ...orderRow(state.terms.order, state, state.terms), agencySaid: said, updatedMs: Math.max(...all.map(({ updatedMs }) => updatedMs)) } satisfies OrderRow;
  },
};

/** Redemptions: orders from the first submission on, with what was counted and who pays. */
export const redemptions: View<{ readonly state: Order; readonly updatedMs: number }> = {
  name: 'redemptions',
  on: ORDER_EVENTS,
  key: (entry) => ofKind(entry, 'order'),
  fold: (part, entry) => ({ state: order.evolve(part?.state ?? order.initial, eventOf(entry)), updatedMs: entry.time }),
  join: (parts) => {
    const found = Object.entries(parts).find(([journal, { state }]) => state.terms?.home === provinceOf(journal))?.[1];
    const terms = found?.state.terms;
    if (!found || !terms || (!found.state.redemption && !found.state.asked)) return null;
    const { state, updatedMs } = found;
    return {
      id: terms.order, number: terms.number, state: state.phase, held: state.holds.length > 0, province: terms.home, agencyProvince: terms.agencyProvince,
      mode: terms.mode, claimFen: state.redemption?.claimFen ?? state.asked?.claimFen ?? 0, invoiceTail: state.redemption?.invoiceTail ?? '',
      baseFen: state.approval?.baseFen ?? null, subsidyFen: state.approval?.subsidyFen ?? null, payers: state.approval?.payers ?? {},
      shareAwaited: state.approval?.asked !== undefined && state.shareSize === null, returns: state.returns, lineSettled: state.lineSettled,
      updatedMs, deadlineMs: deadlineOf(state),
    };
  },
};

interface QuotaPart {
  readonly state: Quota;
  readonly id: string;
  readonly updatedMs: number;
}
export const quotas: View<QuotaPart> = {
  name: 'quotas',
  on: ['QuotaApplied', 'QuotaReturned', 'QuotaRefused', 'QuotaGranted', 'QuotaReserved', 'QuotaReleased', 'QuotaConsumed', 'QuotaFrozen', 'QuotaUnfrozen', 'QuotaClosed'],
  // Other provinces show only that something was reserved or released, not the account.
  key: (entry) => ofKind(entry, 'quota'),
  fold: (part, entry) => ({ id: idOf(entry.stream), state: quota.evolve(part?.state ?? quota.initial, eventOf(entry)), updatedMs: entry.time }),
  join: (parts) => {
    const part = Object.values(parts)[0];
    if (!part || part.state.phase === 'None') return null;
    const { state, id, updatedMs } = part;
    const [subject = '', scheme = '', year = ''] = id.split('.');
    const leftFen = state.grantedFen - state.reservedFen - state.consumedFen;
    return { id, subject, scheme, year: Number(year), state: state.phase, further: state.further, askedFen: state.askedFen, claims: state.claims,
      grantedFen: state.grantedFen, reservedFen: state.reservedFen, consumedFen: state.consumedFen, leftFen, useUntilMs: state.useUntilMs,
      redeemUntilMs: state.redeemUntilMs, updatedMs };
  },
};

interface AgencyPart {
  readonly state: Agency | null;
  readonly id: string;
  readonly recognition: { readonly phase: string; readonly classes: readonly string[] } | null;
  readonly updatedMs: number;
}
const RECOGNITION: Readonly<Record<string, string>> = { RecognitionGranted: 'granted', RecognitionRestricted: 'restricted', RecognitionWithdrawn: 'withdrawn' };

/** Row id `31.a1`. Recognition stands flat as `recognised32` and so on, beside the classes. */
export const agencies: View<AgencyPart> = {
  name: 'agencies',
  on: ['AgencyAdmitted', 'AgencySuspended', 'AgencyReinstated', ...Object.keys(RECOGNITION)],
  key: (entry) => {
    const own = ofKind(entry, 'agency');
    return own === null ? ofKind(entry, 'recognition') : `${provinceOf(entry.journal)}.${own}`;
  },
  fold: (part, entry) => {
    const own = ofKind(entry, 'agency');
    const now = part ?? { state: null, recognition: null, updatedMs: 0, id: own === null ? idOf(entry.stream) : `${provinceOf(entry.journal)}.${own}` };
    if (own !== null) return { ...now, state: agency.evolve(now.state ?? agency.initial, eventOf<AgencyEvent>(entry)), updatedMs: entry.time };
    const classes = dataOf(entry, 'RecognitionGranted')?.classes ?? dataOf(entry, 'RecognitionRestricted')?.classes ?? [];
    return { ...now, recognition: { phase: RECOGNITION[entry.type] ?? '', classes }, updatedMs: entry.time };
  },
  join: (parts) => {
    const home = Object.entries(parts).find(([journal, { state, id }]) => state !== null && id.startsWith(`${provinceOf(journal)}.`))?.[1];
    if (!home?.state) return null;
    const { state, id } = home;
    const recognitions = Object.entries(parts).flatMap(([journal, part]) => (part.recognition ? [[provinceOf(journal), part.recognition] as const] : []));
    return {
      id, province: id.slice(0, 2), agency: id.slice(3), name: state.name, state: state.phase, classes: state.classes,
      ...Object.fromEntries(recognitions.flatMap(([province, { phase, classes }]) => [[`recognised${province}`, phase], [`classes${province}`, classes]])),
      updatedMs: Math.max(...Object.values(parts).map(({ updatedMs }) => updatedMs)),
    };
  },
};

interface ProductPart {
  readonly id: string;
  readonly product: string;
  readonly agency: Agency;
}
/** Row id `31.a1.p1`; the price is that of the last revision, with the time it holds from. */
export const products: View<ProductPart> = {
  name: 'products',
  on: ['ProductListed', 'PriceRevised', 'ProductDelisted'],
  key: (entry) => `${provinceOf(entry.journal)}.${idOf(entry.stream)}.${String(entry.data.product)}`,
  fold: (part, entry) => ({
    id: `${provinceOf(entry.journal)}.${idOf(entry.stream)}.${String(entry.data.product)}`,
    product: String(entry.data.product),
    agency: agency.evolve(part?.agency ?? agency.initial, eventOf<AgencyEvent>(entry)),
  }),
  join: (parts) => {
    const part = Object.values(parts)[0];
    const item = part?.agency.products[part.product];
    if (!part || !item) return null;
    const [province = '', by = ''] = part.id.split('.');
    const newest = item.prices.at(-1);
    return { id: part.id, province, agency: by, product: part.product, name: item.name, itemClass: item.itemClass, listed: item.listed,
      priceFen: priceAt(item, Number.MAX_SAFE_INTEGER), priceFromMs: newest?.fromMs ?? 0 };
  },
};

interface InvoicePart {
  readonly id: string;
  readonly tail: string;
  readonly state: Invoice;
}
export const invoices: View<InvoicePart> = {
  name: 'invoices',
  on: ['InvoiceRegistered', 'InvoiceClaimed', 'InvoiceClaimRefused', 'InvoiceClaimReleased'],
  key: (entry) => ofKind(entry, 'invoice'),
  fold: (part, entry) => ({
    id: idOf(entry.stream),
    tail: dataOf(entry, 'InvoiceRegistered')?.tail ?? part?.tail ?? '',
    state: invoice.evolve(part?.state ?? invoice.initial, eventOf(entry)),
  }),
  join: (parts) => {
    const [journal, part] = Object.entries(parts)[0] ?? [];
    if (journal === undefined || !part?.state.registered) return null;
    const claimedFen = Object.values(part.state.claims).reduce((total, claimFen) => total + claimFen, 0);
    return { id: part.id, province: provinceOf(journal), agency: part.state.registered.agency, tail: part.tail, amountFen: part.state.registered.amountFen,
      claimedFen, claims: Object.keys(part.state.claims).length };
  },
};
