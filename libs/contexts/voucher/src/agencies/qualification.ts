/** Certificates of an agency (V9): verified at home, each for some items and some days; what is tested outside them is reported. */
import { phrase, plain, refuse, type VoucherPack } from '@yrd/contracts';
import { alike, type Handler, type Rejection, type SaidPart } from '@yrd/ledger';
import { DAY_MS, isLocalDate } from '@yrd/standards';
import type { Agency, OfAgency } from './agency.js';
import { agencyAct, mayAbout, pastDay } from './agency-rules.js';
import { dayEndMs, dayOf, dayStartMs } from '../policy/clocks.js';
import { covers } from '../policy/policy.js';
import { among, type Item } from './service-class.js';

type Certificate = Agency['certificates'][string];

const endsMs = ({ untilOn }: Pick<Certificate, 'untilOn'>): number => dayEndMs(untilOn);
const lives = (each: Certificate, nowMs: number): boolean => !each.withdrawn && dayStartMs(each.fromOn) <= nowMs && nowMs <= endsMs(each);
const items = ({ certificate, items: scope }: Certificate): SaidPart => phrase('certificateCovers', { certificate, words: scope });
/** Certificates that a refusal names at most: an entry holds it, and an agency may have any number. */
const NAMED_MAX = 20;

/** Why a certificate does not help. */
const lack = (each: Certificate, nowMs: number): SaidPart => {
  if (each.withdrawn) return phrase('certificateWithdrawn', { certificate: each.certificate });
  const { certificate, fromOn, untilOn } = each;
  return lives(each, nowMs) ? items(each) : phrase('certificateHolds', { certificate, fromOn, untilOn });
};

/** V9: an item that the pack wants a qualification for is covered on the day of the order; null when it is, or needs none. */
export const qualified = ({ certificates }: Agency, item: Item, pack: VoucherPack, nowMs: number): Rejection | null => {
  if (!among(item, pack.qualified ?? [])) return null;
  // A certificate is of the agency's own province and speaks its codes.
  const { code: itemClass } = item;
  const all = Object.values(certificates);
  if (all.some((each) => lives(each, nowMs) && covers(each.items, itemClass))) return null;
  const parts = all.slice(-NAMED_MAX).map((each) => lack(each, nowMs));
  const seen = parts.length === 0 ? phrase('noCertificate') : phrase('parts', { parts });
  return refuse('E-QUALIF', { policy: pack.version, seen, needed: phrase('certificateCovering', { class: itemClass, day: dayOf(nowMs) }) });
};

/** A certificate that ends soon, or has ended. */
export interface Ending {
  readonly certificate: string;
  readonly untilOn: string;
  /** Whole days left; less than nothing when it has ended. */
  readonly daysLeft: number;
}
/** Certificates that end within so many days, the first to end first: what an agency is warned of. */
export const ending = ({ certificates }: Agency, warnDays: number, nowMs: number): readonly Ending[] =>
  Object.values(certificates)
    .filter((each) => !each.withdrawn)
    .map((each) => ({ certificate: each.certificate, untilOn: each.untilOn, daysLeft: Math.floor((endsMs(each) - nowMs) / DAY_MS) }))
    .filter(({ daysLeft }) => daysLeft < warnDays)
    .sort((one, other) => one.daysLeft - other.daysLeft);

/** When the first of its certificates ends, ms; null without any. */
export const firstEndMs = ({ certificates }: Agency): number | null => {
  const ends = Object.values(certificates).flatMap((each) => (each.withdrawn ? [] : [endsMs(each)]));
  return ends.length === 0 ? null : Math.min(...ends);
};

/** When the first certificate ends that no later one makes up for, item by item, ms; null without any. */
export const neededUntilMs = ({ certificates }: Agency): number | null => {
  const good = Object.values(certificates).filter(({ withdrawn }) => !withdrawn);
  const needed = good.filter((each) =>
    each.items.some((item) => !good.some((other) => other.untilOn > each.untilOn && covers(other.items, item))),
  );
  return needed.length === 0 ? null : Math.min(...needed.map(endsMs));
};

/** An agency that is at work, or on its way to be. */
const here = ['SelfAssessed', 'Verified', 'Publicised', 'Objected', 'Active', 'Suspended'] as const;

export interface RecordQualification extends OfAgency {
  readonly certificate: string;
  /** Kind of the certificate, e.g. `CMA`. */
  readonly kind: string;
  /** Items it covers, as classes of the home province, or `*`. */
  readonly items: readonly string[];
  readonly fromOn: string;
  readonly untilOn: string;
}
/** RecordQualification (reviewer, who looked the certificate up) → QualificationRecorded; the newest word about a certificate holds. */
export const RecordQualification: Handler<RecordQualification> = agencyAct(
  mayAbout('RecordQualification', ...here),
  ({ agency: id, certificate, kind, items: scope, fromOn, untilOn }, { certificates }) => {
    const wrong = [fromOn, untilOn].find((day) => !isLocalDate(day)) ?? (untilOn < fromOn ? untilOn : undefined);
    if (wrong !== undefined) return refuse('E-VALIDATION', { field: 'untilOn', seen: plain(wrong), needed: phrase('daysInOrder') });
    const data = { agency: id, certificate, kind, items: [...scope], fromOn, untilOn };
    return { events: alike(certificates[certificate], { ...data, withdrawn: false }) ? [] : [{ type: 'QualificationRecorded', data }] };
  },
);

export interface WithdrawQualification extends OfAgency {
  readonly certificate: string;
  readonly reason: string;
}
/** WithdrawQualification (supervisor) → QualificationWithdrawn: no new orders on it. */
export const WithdrawQualification: Handler<WithdrawQualification> = agencyAct(
  mayAbout('WithdrawQualification', ...here),
  ({ agency: id, certificate, reason }, { certificates }) => {
    const known = certificates[certificate];
    if (!known) return refuse('E-NOTFOUND', { seen: phrase('certificate', { certificate }), needed: phrase('oneRecorded') });
    return { events: known.withdrawn ? [] : [{ type: 'QualificationWithdrawn', data: { agency: id, certificate, reason } }] };
  },
);

export interface ReportOutOfScope extends OfAgency {
  readonly itemClass: string;
  /** Day of the service that no certificate covered. */
  readonly servedOn: string;
  readonly order?: string;
}
/** ReportOutOfScope (reviewer, supervisor, integrity officer) → OutOfScopeReported, once for each case (V9). */
export const ReportOutOfScope: Handler<ReportOutOfScope> = agencyAct(
  mayAbout('ReportOutOfScope', 'Active', 'Suspended', 'Revoked', 'Exited'),
  ({ agency: id, itemClass, servedOn, order }, { reports, certificates }, turn) => {
    const no = pastDay('servedOn', servedOn, turn);
    if (no) return no;
    const atMs = dayEndMs(servedOn);
    const covering = Object.values(certificates).find((each) => lives(each, atMs) && covers(each.items, itemClass));
    if (covering) return refuse('E-STATE', { seen: items(covering), needed: phrase('uncoveredService', { day: servedOn }) });
    const data = { agency: id, itemClass, servedOn, ...(order === undefined ? {} : { order }) };
    return { events: reports.some((each) => alike(each, data)) ? [] : [{ type: 'OutOfScopeReported', data }] };
  },
);
