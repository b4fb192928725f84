/** A service agency in its home province: admitted, active or suspended, with its listed products and prices (M1, M3). */
import { allOf, anyOf, moment, phrase, plain, refuse, upTo, word, yuan, type VoucherData, type VoucherEvent } from '@yrd/contracts';
import { foldOf, single, type Handler, type Rejection, type Turn } from '@yrd/ledger';
import { dayOf } from '../policy/clocks.js';
import { mayAct, missing } from '../handling.js';
import type { PrivateEvent } from '../private-events.js';
import { agencyStream } from '../streams.js';

export type AgencyEvent =
  | VoucherEvent<
      | 'AgencyPublicised'
      | 'AgencyObjected'
      | 'AgencyObjectionUpheld'
      | 'AgencyObjectionRejected'
      | 'AgencyAdmitted'
      | 'AgencyRestricted'
      | 'AgencySuspended'
      | 'AgencyReinstated'
      | 'AgencyRevoked'
      | 'AgencyExited'
      | 'AgencyExcluded'
      | 'AgencyExclusionEnded'
      | 'QualificationRecorded'
      | 'QualificationWithdrawn'
      | 'OutOfScopeReported'
      | 'AgencyAppraised'
      | 'AppraisalMissed'
      | 'AgencyIdle'
      | 'ProductListed'
      | 'PriceRevised'
      | 'ProductDelisted'
    >
  | PrivateEvent<'AgencySelfAssessed' | 'AgencyVerified' | 'AgencyNotVerified' | 'AppraisalAwaited' | 'IdleWatched' | 'IdleAsked'>;

/** Every phase that others may see an agency in (domain §2.3, where `Objected` is called Held). */
export const AGENCY_PHASES = ['Publicised', 'Objected', 'NotAdmitted', 'Active', 'Suspended', 'Revoked', 'Exited'] as const;
/** Phases of an assessment, which stays at home. */
export const ASSESSMENT_PHASES = ['SelfAssessed', 'Verified', 'NotVerified'] as const;

export interface Product {
  readonly itemClass: string;
  readonly name: string;
  readonly listed: boolean;
  /** Prices by the time they hold from, oldest first. */
  readonly prices: readonly { readonly fromMs: number; readonly priceFen: number }[];
}

export interface Agency {
  readonly phase: 'None' | (typeof ASSESSMENT_PHASES)[number] | (typeof AGENCY_PHASES)[number];
  readonly organisation: string | null;
  readonly name: string;
  readonly uscc: string;
  /** Classes it may be paid for now, and those it was admitted for. */
  readonly classes: readonly string[];
  readonly admitted: readonly string[];
  readonly products: Readonly<Record<string, Product>>;
  /** What it said of itself, at home only. */
  readonly assessment: PrivateEvent<'AgencySelfAssessed'>['data'] | null;
  /** Why it was not verified. */
  readonly reasons: readonly string[];
  /** End of its publicity, and what was left of it when somebody objected, ms. */
  readonly endsMs: number;
  readonly objectionLeftMs: number;
  readonly suspension: VoucherData<'AgencySuspended'> | null;
  /** Punished for false data: no fiscal money until then (V9). */
  readonly exclusion: VoucherData<'AgencyExcluded'> | null;
  /** Certificate → what it covers (V9). */
  readonly certificates: Readonly<Record<string, VoucherData<'QualificationRecorded'> & { readonly withdrawn: boolean }>>;
  /** Services that no certificate covered. */
  readonly reports: readonly VoucherData<'OutOfScopeReported'>[];
  /** Year → what its appraisal came to (M4). */
  readonly appraisals: Readonly<Record<number, VoucherData<'AgencyAppraised'>['grade']>>;
  /** Years whose appraisal did not come in time. */
  readonly missed: readonly number[];
  /** Without orders since then, ms: it was told to go; null while it has some. */
  readonly idleSinceMs: number | null;
  /** Its appraisals are awaited, and whether it has orders is looked at (M4). */
  readonly watched: boolean;
  /** The appraisal awaited next, known at home only. */
  readonly awaited: { readonly year: number; readonly byMs: number } | null;
  /** It was revoked for fraud. */
  readonly fraud: boolean;
}

const initial: Agency = {
  phase: 'None',
  organisation: null,
  name: '',
  uscc: '',
  classes: [],
  admitted: [],
  products: {},
  assessment: null,
  reasons: [],
  endsMs: 0,
  objectionLeftMs: 0,
  suspension: null,
  exclusion: null,
  certificates: {},
  reports: [],
  appraisals: {},
  missed: [],
  idleSinceMs: null,
  watched: false,
  awaited: null,
  fraud: false,
};

type Named = Pick<Agency, 'name' | 'uscc' | 'classes'> & { readonly organisation: string };
const named = (state: Agency, phase: Agency['phase'], { organisation, name, uscc, classes }: Named): Agency => ({
  ...state,
  phase,
  organisation,
  name,
  uscc,
  classes,
});

const revise = (state: Agency, id: string, change: (product: Product) => Product): Agency => {
  const product = state.products[id];
  return product ? { ...state, products: { ...state.products, [id]: change(product) } } : state;
};

const certified = (state: Agency, each: Agency['certificates'][string]): Agency => ({
  ...state,
  certificates: { ...state.certificates, [each.certificate]: each },
});

export const agency = foldOf<Agency, AgencyEvent>('agency', initial, {
  AgencySelfAssessed: (state, data) => ({ ...named(state, 'SelfAssessed', data), assessment: data }),
  AgencyVerified: (state) => ({ ...state, phase: 'Verified' }),
  AgencyNotVerified: (state, { reasons }) => ({ ...state, phase: 'NotVerified', reasons }),
  AgencyPublicised: (state, data) => ({ ...named(state, 'Publicised', data), endsMs: data.endsMs }),
  AgencyObjected: (state, { leftMs }) => ({ ...state, phase: 'Objected', objectionLeftMs: leftMs }),
  AgencyObjectionUpheld: (state) => ({ ...state, phase: 'NotAdmitted' }),
  AgencyObjectionRejected: (state, { endsMs }) => ({ ...state, phase: 'Publicised', endsMs }),
  AgencyAdmitted: (state, data) => ({ ...named(state, 'Active', data), admitted: data.classes }),
  AgencyRestricted: (state, { classes }) => ({ ...state, classes }),
  AgencySuspended: (state, suspension) => ({ ...state, phase: 'Suspended', suspension }),
  AgencyReinstated: (state) => ({ ...state, phase: 'Active', suspension: null }),
  AgencyRevoked: (state, { fraud = false }) => ({ ...state, phase: 'Revoked', suspension: null, fraud }),
  AgencyExited: (state) => ({ ...state, phase: 'Exited', suspension: null }),
  AgencyExcluded: (state, exclusion) => ({ ...state, exclusion }),
  AgencyExclusionEnded: (state) => ({ ...state, exclusion: null }),
  QualificationRecorded: (state, data) => certified(state, { ...data, withdrawn: false }),
  QualificationWithdrawn: (state, { certificate }) => {
    const known = state.certificates[certificate];
    return known ? certified(state, { ...known, withdrawn: true }) : state;
  },
  AgencyAppraised: (state, { year, grade }) => ({
    ...state,
    appraisals: { ...state.appraisals, [year]: grade },
    awaited: state.awaited?.year === year ? null : state.awaited,
  }),
  AppraisalMissed: (state, { year }) => ({ ...state, missed: [...state.missed, year] }),
  AgencyIdle: (state, { sinceMs }) => ({ ...state, idleSinceMs: sinceMs }),
  AppraisalAwaited: (state, { year, byMs }) => ({ ...state, watched: true, awaited: { year, byMs } }),
  IdleWatched: (state) => state,
  IdleAsked: (state) => ({ ...state, idleSinceMs: null }),
  OutOfScopeReported: (state, data) => ({ ...state, reports: [...state.reports, data] }),
  ProductListed: (state, { product, itemClass, name, priceFen }) => ({
    ...state,
    products: { ...state.products, [product]: { itemClass, name, listed: true, prices: [{ fromMs: 0, priceFen }] } },
  }),
  PriceRevised: (state, { product, priceFen, fromMs }) =>
    revise(state, product, (old) => ({ ...old, prices: [...old.prices, { fromMs, priceFen }] })),
  ProductDelisted: (state, { product }) => revise(state, product, (old) => ({ ...old, listed: false })),
});

/** The listed price at a time, in fen: the newest one that holds by then. */
export const priceAt = (product: Product, nowMs: number): number => {
  let price = 0;
  for (const { fromMs, priceFen } of product.prices) if (fromMs <= nowMs) price = priceFen;
  return price;
};

/** V7, first half: active at home, and not excluded for false data (V9). */
export const active = ({ phase, exclusion }: Agency, nowMs: number): Rejection | null => {
  if (phase !== 'Active') return refuse('E-AGENCY', { seen: word(phase), needed: word('Active') });
  if (exclusion === null || exclusion.untilMs < nowMs) return null;
  const seen = phrase('excludedByUntil', { decision: exclusion.decision, day: dayOf(exclusion.untilMs) });
  return refuse('E-AGENCY', { clause: 'V9', seen, needed: phrase('buyableAgency') });
};

/** The product is listed and the fee is not above the listing (M3). */
export const offered = (state: Agency, product: string, amountFen: number, nowMs: number): Rejection | null => {
  const item = state.products[product];
  if (!item?.listed) return refuse('E-NOTFOUND', { seen: phrase('product', { product }), needed: phrase('listedProductOfAgency') });
  const priceFen = priceAt(item, nowMs);
  if (amountFen > priceFen) return refuse('E-FEE', { seen: yuan(amountFen), needed: upTo(priceFen) });
  if (!state.classes.includes('*') && !state.classes.includes(item.itemClass)) {
    return refuse('E-CLASS', { seen: plain(item.itemClass), needed: allOf(state.classes) });
  }
  return null;
};

export interface OfAgency {
  readonly agency: string;
}

/** Phases of an agency at work: it keeps a list of products and is appraised. */
export const AT_WORK: readonly Agency['phase'][] = ['Active', 'Suspended'];

const agencyAct = <C extends OfAgency>(
  act: 'ListProduct' | 'RevisePrice' | 'DelistProduct',
  decide: (command: C, state: Agency, turn: Turn) => readonly AgencyEvent[] | Rejection,
): Handler<C> =>
  single(
    agency,
    (command: C) => agencyStream(command.agency),
    (command, state, turn) => {
      if (state.phase === 'None') return missing('agency');
      const no = mayAct(turn, act, { agency: state.organisation });
      if (no) return no;
      return AT_WORK.includes(state.phase)
        ? decide(command, state, turn)
        : refuse('E-STATE', { seen: word(state.phase), needed: anyOf(AT_WORK) });
    },
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
  if (known) return refuse('E-STATE', { seen: phrase('listedBefore'), needed: phrase('newProductId') });
  if (!state.classes.includes('*') && !state.classes.includes(itemClass))
    return refuse('E-CLASS', { seen: plain(itemClass), needed: allOf(state.classes) });
  return [{ type: 'ProductListed', data: { agency: id, product, itemClass, name, priceFen } }];
});

export interface OfProduct extends OfAgency {
  readonly product: string;
}
const unlisted = (state: Agency, product: string): Rejection | null =>
  state.products[product] ? null : refuse('E-NOTFOUND', { seen: phrase('product', { product }), needed: phrase('listedProduct') });

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
  if (fromMs < earliest) return refuse('E-DATE', { seen: moment(fromMs), needed: phrase('fromOn', { fromMs: earliest }) });
  return [{ type: 'PriceRevised', data: { agency: id, product, priceFen, fromMs } }];
});
/** DelistProduct (agency) → ProductDelisted. */
export const DelistProduct = agencyAct<OfProduct>(
  'DelistProduct',
  ({ agency: id, product }, state) =>
    unlisted(state, product) ?? (state.products[product]?.listed ? [{ type: 'ProductDelisted', data: { agency: id, product } }] : []),
);
