/** A service agency in its home province: admitted, active or suspended, with its listed products and prices (M1, M3). */
import { refuse, type VoucherEvent } from '@yrd/contracts';
import { foldOf, single, type Handler, type Rejection, type Turn } from '@yrd/ledger';
import { mayAct, missing } from './handling.js';
import { agencyStream } from './streams.js';

export type AgencyEvent = VoucherEvent<
  'AgencyAdmitted' | 'AgencySuspended' | 'AgencyReinstated' | 'ProductListed' | 'PriceRevised' | 'ProductDelisted'
>;

export interface Product {
  readonly itemClass: string;
  readonly name: string;
  readonly listed: boolean;
  /** Prices by the time they hold from, oldest first. */
  readonly prices: readonly { readonly fromMs: number; readonly priceFen: number }[];
}

export interface Agency {
  readonly phase: 'None' | 'Active' | 'Suspended';
  readonly organisation: string | null;
  readonly name: string;
  readonly uscc: string;
  readonly classes: readonly string[];
  readonly products: Readonly<Record<string, Product>>;
}

const revise = (state: Agency, id: string, change: (product: Product) => Product): Agency => {
  const product = state.products[id];
  return product ? { ...state, products: { ...state.products, [id]: change(product) } } : state;
};

export const agency = foldOf<Agency, AgencyEvent>(
  'agency',
  { phase: 'None', organisation: null, name: '', uscc: '', classes: [], products: {} },
  {
    AgencyAdmitted: (state, { organisation, name, uscc, classes }) => ({ ...state, phase: 'Active', organisation, name, uscc, classes }),
    AgencySuspended: (state) => ({ ...state, phase: 'Suspended' }),
    AgencyReinstated: (state) => ({ ...state, phase: 'Active' }),
    ProductListed: (state, { product, itemClass, name, priceFen }) => ({
      ...state,
      products: { ...state.products, [product]: { itemClass, name, listed: true, prices: [{ fromMs: 0, priceFen }] } },
    }),
    PriceRevised: (state, { product, priceFen, fromMs }) =>
      revise(state, product, (old) => ({ ...old, prices: [...old.prices, { fromMs, priceFen }] })),
    ProductDelisted: (state, { product }) => revise(state, product, (old) => ({ ...old, listed: false })),
  },
);

/** The listed price at a time, in fen: the newest one that holds by then. */
export const priceAt = (product: Product, nowMs: number): number => {
  let price = 0;
  for (const { fromMs, priceFen } of product.prices) if (fromMs <= nowMs) price = priceFen;
  return price;
};

/** V7, first half: active at home. */
export const active = (state: Agency): Rejection | null =>
  state.phase === 'Active' ? null : refuse('E-AGENCY', { seen: state.phase, needed: 'Active', whoCanMend: "the agency's home province" });

/** The product is listed and the fee is not above the listing (M3). */
export const offered = (state: Agency, product: string, amountFen: number, nowMs: number): Rejection | null => {
  const item = state.products[product];
  if (!item?.listed) return refuse('E-NOTFOUND', { seen: `product ${product}`, needed: 'a listed product of this agency' });
  const priceFen = priceAt(item, nowMs);
  if (amountFen > priceFen) return refuse('E-FEE', { seen: amountFen, needed: `up to ${priceFen} fen` });
  if (!state.classes.includes('*') && !state.classes.includes(item.itemClass)) {
    return refuse('E-CLASS', { seen: item.itemClass, needed: state.classes.join(' ') });
  }
  return null;
};

export interface AdmitAgency {
  readonly agency: string;
  readonly organisation: string;
  readonly name: string;
  readonly uscc: string;
  readonly classes: readonly string[];
}
/** AdmitAgency (supervisor) → AgencyAdmitted. Self-assessment and publicity come before it in a later issue. */
export const AdmitAgency: Handler<AdmitAgency> = single(
  agency,
  (command: AdmitAgency) => agencyStream(command.agency),
  (command, state, turn) => {
    const no = mayAct(turn, 'AdmitAgency', { agency: command.organisation });
    if (no) return no;
    if (state.phase !== 'None') return refuse('E-STATE', { seen: state.phase, needed: 'a new agency id' });
    const { agency: id, organisation, name, uscc, classes } = command;
    return [{ type: 'AgencyAdmitted', data: { agency: id, organisation, name, uscc, classes: [...classes] } }];
  },
);

export interface OfAgency {
  readonly agency: string;
}
const admitted = (state: Agency): Rejection | null => (state.phase === 'None' ? missing('agency') : null);

const supervision = <C extends OfAgency>(
  act: 'SuspendAgency' | 'ReinstateAgency',
  decide: (command: C, state: Agency) => readonly AgencyEvent[] | Rejection,
): Handler<C> =>
  single(
    agency,
    (command: C) => agencyStream(command.agency),
    (command, state, turn) => mayAct(turn, act, { agency: state.organisation }) ?? admitted(state) ?? decide(command, state),
  );

export interface SuspendAgency extends OfAgency {
  readonly reason: string;
}
/** SuspendAgency (supervisor) → AgencySuspended: no new orders, no contracts (V7). */
export const SuspendAgency = supervision<SuspendAgency>('SuspendAgency', ({ agency: id, reason }, state) =>
  state.phase === 'Suspended' ? [] : [{ type: 'AgencySuspended', data: { agency: id, reason } }],
);
/** ReinstateAgency (supervisor) → AgencyReinstated. */
export const ReinstateAgency = supervision<OfAgency>('ReinstateAgency', ({ agency: id }, state) =>
  state.phase === 'Active' ? [] : [{ type: 'AgencyReinstated', data: { agency: id } }],
);

const agencyAct = <C extends OfAgency>(
  act: 'ListProduct' | 'RevisePrice' | 'DelistProduct',
  decide: (command: C, state: Agency, turn: Turn) => readonly AgencyEvent[] | Rejection,
): Handler<C> =>
  single(
    agency,
    (command: C) => agencyStream(command.agency),
    (command, state, turn) => admitted(state) ?? mayAct(turn, act, { agency: state.organisation }) ?? decide(command, state, turn),
  );

export interface ListProduct extends OfAgency {
  readonly product: string;
  readonly itemClass: string;
  readonly name: string;
  readonly priceFen: number;
}
/** ListProduct (agency) → ProductListed; E-CLASS outside the admitted classes. */
export const ListProduct = agencyAct<ListProduct>('ListProduct', ({ agency: id, product, itemClass, name, priceFen }, state) => {
  const known = state.products[product];
  if (known) return refuse('E-STATE', { seen: 'listed before', needed: 'a new product id, or RevisePrice' });
  if (!state.classes.includes('*') && !state.classes.includes(itemClass))
    return refuse('E-CLASS', { seen: itemClass, needed: state.classes.join(' ') });
  return [{ type: 'ProductListed', data: { agency: id, product, itemClass, name, priceFen } }];
});

export interface OfProduct extends OfAgency {
  readonly product: string;
}
const unlisted = (state: Agency, product: string): Rejection | null =>
  state.products[product] ? null : refuse('E-NOTFOUND', { seen: `product ${product}`, needed: 'a listed product' });

export interface RevisePrice extends OfProduct {
  readonly priceFen: number;
  /** When it begins to hold, ms; not in the past. */
  readonly fromMs: number;
}
/** RevisePrice (agency) → PriceRevised(from). Orders placed before keep their price. */
export const RevisePrice = agencyAct<RevisePrice>('RevisePrice', ({ agency: id, product, priceFen, fromMs }, state, turn) => {
  const no = unlisted(state, product);
  if (no) return no;
  const newest = state.products[product]?.prices.at(-1);
  if (newest?.priceFen === priceFen && newest.fromMs === fromMs) return [];
  const earliest = Math.max(turn.now, newest?.fromMs ?? 0);
  if (fromMs < earliest) return refuse('E-DATE', { seen: fromMs, needed: `from ${earliest} on` });
  return [{ type: 'PriceRevised', data: { agency: id, product, priceFen, fromMs } }];
});
/** DelistProduct (agency) → ProductDelisted. */
export const DelistProduct = agencyAct<OfProduct>(
  'DelistProduct',
  ({ agency: id, product }, state) =>
    unlisted(state, product) ?? (state.products[product]?.listed ? [{ type: 'ProductDelisted', data: { agency: id, product } }] : []),
);
