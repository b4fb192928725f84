/** Read models of the market: assessments, agencies with their recognition in each province, products with prices, invoices. */
import type { View } from '@yrd/ledger';
import { commonService } from '@yrd/standards';
import { AT_WORK, agency, priceAt, type Agency, type AgencyEvent } from './agency.js';
import { dueOf, until, type Running } from '../due.js';
import { invoice, type Invoice } from '../orders/invoice.js';
import { firstEndMs, neededUntilMs } from './qualification.js';
import { dataOf, eventOf, idIn, idOf, provinceOf, type EntryName } from '../reading.js';

interface AgencyPart {
  readonly state: Agency | null;
  readonly id: string;
  readonly recognition: { readonly phase: string; readonly classes: readonly string[] } | null;
  readonly updatedMs: number;
}
const RECOGNITION: Readonly<Record<string, string>> = {
  RecognitionGranted: 'granted',
  RecognitionRestricted: 'restricted',
  RecognitionWithdrawn: 'withdrawn',
};

/** How long what stands in an agency's way lasts, ms; null where nothing does, or nobody knows. */
export const limitsOf = ({ phase, endsMs, suspension, exclusion }: Agency) => ({
  publicUntilMs: phase === 'Publicised' ? endsMs : null,
  suspendedFor: suspension?.reason ?? null,
  suspendedUntilMs: suspension?.untilMs ?? null,
  excludedUntilMs: exclusion?.untilMs ?? null,
});

const publicity = ({ phase, endsMs }: Agency): Running | null => (phase === 'Publicised' ? until('publicity', endsMs) : null);

/** What ends of an agency by itself, as everybody may know it. */
const publicClocks = (state: Agency): readonly (Running | null)[] => [
  publicity(state),
  until('suspension', state.suspension?.untilMs),
  until('exclusion', state.exclusion?.untilMs),
  AT_WORK.includes(state.phase) ? until('certificate', neededUntilMs(state)) : null,
];

/** What the province's staff has still to do about it (M4). */
const appraisal = ({ phase, awaited }: Agency): Running | null => (AT_WORK.includes(phase) ? until('appraisal', awaited?.byMs) : null);

/** What everybody may know of an agency; what it said of itself before is not among it. */
const AGENCY_EVENTS: readonly EntryName[] = [
  'AgencyPublicised',
  'AgencyObjected',
  'AgencyObjectionUpheld',
  'AgencyObjectionRejected',
  'AgencyAdmitted',
  'AgencyRestricted',
  'AgencySuspended',
  'AgencyReinstated',
  'AgencyRevoked',
  'AgencyExited',
  'AgencyExcluded',
  'AgencyExclusionEnded',
  'QualificationRecorded',
  'QualificationWithdrawn',
  'OutOfScopeReported',
  'AgencyAppraised',
  'AppraisalMissed',
  'AgencyIdle',
];

/** Assessments of this province, for its staff: from the agency's own word on to what came of it. */
export const assessments: View<{ readonly id: string; readonly state: Agency; readonly since: number; readonly updatedMs: number }> = {
  name: 'assessments',
  on: ['AgencySelfAssessed', 'AgencyVerified', 'AgencyNotVerified', 'AppraisalAwaited', ...AGENCY_EVENTS],
  key: (entry) => idIn(entry, 'agency'),
  fold: (part, entry) => ({
    id: idOf(entry.stream),
    state: agency.evolve(part?.state ?? agency.initial, eventOf<AgencyEvent>(entry)),
    since: part?.since ?? entry.time,
    updatedMs: entry.time,
  }),
  join: (parts) => {
    const part = Object.values(parts).find(({ state }) => state.assessment !== null);
    if (!part) return null;
    const { id, state, since, updatedMs } = part;
    const { phase, name, classes } = state;
    const due = dueOf([publicity(state), appraisal(state)]);
    return { id, name, state: phase, classes, reasons: state.reasons, assessedMs: since, updatedMs, ...due };
  },
};

/** Row id `31.a1`. Recognition stands flat as `recognised32` and so on, beside the classes. */
export const agencies: View<AgencyPart> = {
  name: 'agencies',
  on: [...AGENCY_EVENTS, ...Object.keys(RECOGNITION)],
  key: (entry) => {
    const own = idIn(entry, 'agency');
    return own === null ? idIn(entry, 'recognition') : `${provinceOf(entry.journal)}.${own}`;
  },
  fold: (part, entry) => {
    const own = idIn(entry, 'agency');
    const now = part ?? {
      state: null,
      recognition: null,
      updatedMs: 0,
      id: own === null ? idOf(entry.stream) : `${provinceOf(entry.journal)}.${own}`,
    };
    if (own !== null)
      return { ...now, state: agency.evolve(now.state ?? agency.initial, eventOf<AgencyEvent>(entry)), updatedMs: entry.time };
    const classes = dataOf(entry, 'RecognitionGranted')?.classes ?? dataOf(entry, 'RecognitionRestricted')?.classes ?? [];
    return { ...now, recognition: { phase: RECOGNITION[entry.type] ?? '', classes }, updatedMs: entry.time };
  },
  join: (parts): object | null => {
    const home = Object.entries(parts).find(([journal, { state, id }]) => state !== null && id.startsWith(`${provinceOf(journal)}.`))?.[1];
    if (!home?.state) return null;
    const { state, id } = home;
    const recognitions = Object.entries(parts).flatMap(([journal, part]) =>
      part.recognition ? [[provinceOf(journal), part.recognition] as const] : [],
    );
    return {
      id,
      province: id.slice(0, 2),
      agency: id.slice(3),
      name: state.name,
      uscc: state.uscc,
      state: state.phase,
      classes: state.classes,
      ...limitsOf(state),
      certificateEndsMs: firstEndMs(state),
      outOfScope: state.reports.length,
      appraisalsMissed: state.missed.length,
      idleSinceMs: state.idleSinceMs,
      ...Object.fromEntries<string | readonly string[]>(
        recognitions.flatMap(([province, { phase, classes }]) => [
          [`recognised${province}`, phase],
          [`classes${province}`, classes],
        ]),
      ),
      updatedMs: Math.max(...Object.values(parts).map(({ updatedMs }) => updatedMs)),
      ...dueOf(publicClocks(state)),
    };
  },
};

interface ProductPart {
  readonly id: string;
  readonly product: string;
  readonly agency: Agency;
}
/** A row shows the newest mapping: it is looked for today, whatever day it was listed on. */
const NEWEST_DAY = '9999-12-31';

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
    return {
      id: part.id,
      province,
      agency: by,
      product: part.product,
      name: item.name,
      itemClass: item.itemClass,
      commonClass: commonService(province, item.itemClass, NEWEST_DAY),
      listed: item.listed,
      priceFen: priceAt(item, Number.MAX_SAFE_INTEGER),
      priceFromMs: newest?.fromMs ?? 0,
    };
  },
};

interface InvoicePart {
  readonly id: string;
  readonly tail: string;
  readonly state: Invoice;
}
export const invoices: View<InvoicePart> = {
  name: 'invoices',
  on: ['InvoiceRegistered', 'InvoiceClaimed', 'InvoiceClaimRefused', 'InvoiceClaimReleased', 'InvoiceRedLettered', 'InvoiceClaimReduced'],
  // One number may stand in two provinces, wrongly: each has its own row, so that the order of arrival cannot matter.
  key: (entry) => {
    const id = idIn(entry, 'invoice');
    return id && `${provinceOf(entry.journal)}.${id}`;
  },
  fold: (part, entry) => ({
    id: idOf(entry.stream),
    tail: dataOf(entry, 'InvoiceRegistered')?.tail ?? part?.tail ?? '',
    state: invoice.evolve(part?.state ?? invoice.initial, eventOf(entry)),
  }),
  join: (parts) => {
    const [journal, part] = Object.entries(parts)[0] ?? [];
    if (journal === undefined || !part?.state.registered) return null;
    const claimedFen = Object.values(part.state.claims).reduce((total, claimFen) => total + claimFen, 0);
    return {
      id: part.id,
      province: provinceOf(journal),
      agency: part.state.registered.agency,
      tail: part.tail,
      amountFen: part.state.registered.amountFen,
      redFen: part.state.redFen,
      claimedFen,
      claims: Object.keys(part.state.claims).length,
    };
  },
};
