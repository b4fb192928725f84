/** Entries that never leave their province: subjects, claims and grants, counters, and who put a hand on a redemption. */
import { wireType, type EntryType, type Ratio } from '@yrd/ledger';
import type { AgencyForm, Ownership, SubjectKind } from '@yrd/contracts';

/** A fact about a subject, with where it comes from and the day it was true. */
export interface SubjectFact {
  /** `status`, `address`, `sme-year`, `team-core`, `group`, `link`. */
  readonly fact: 'status' | 'address' | 'sme-year' | 'team-core' | 'group' | 'link';
  readonly value: string;
  readonly source: string;
  /** Day it was true, YYYY-MM-DD. */
  readonly asOf: string;
}

/** Who reviews a claim on a quota: the district (区县) first where the pack says so, then the province. */
export type ReviewLevel = 'district' | 'province';

/** What is wrong with a claim, as a code for programs and in words for its author. */
export interface Defect {
  readonly code: string;
  readonly text: string;
}

interface PrivateData {
  SubjectRegistered: {
    readonly subject: string;
    readonly kind: SubjectKind;
    readonly organisation: string;
    readonly name: string;
    readonly uscc: string;
  };
  SubjectFactRecorded: SubjectFact;
  /** Who owns, controls and runs the subject (V11), by keyed hashes. */
  SubjectOwnershipRecorded: Ownership & { readonly subject: string };
  ProposerAllowed: { readonly agencyProvince: string; readonly agency: string; readonly uptoFen: number };
  /** A firm was taken over by another of this province (A7): whoever works for the successor acts for it from now on. */
  SubjectMerged: {
    readonly subject: string;
    readonly successor: string;
    readonly organisation: string;
    readonly source: string;
    readonly asOf: string;
  };
  SubjectAbsorbed: { readonly predecessor: string };
  /** A firm left for another province (A6), where it is registered as `toSubject`. */
  SubjectMoved: {
    readonly subject: string;
    readonly toProvince: string;
    readonly toSubject: string;
    readonly source: string;
    readonly asOf: string;
  };
  /**
   * What a predecessor (A7) or the same firm in another province (A6, `31.<subject>`) used of the year counts under this account's cap;
   * the grant becomes `grantedFen`. `opened`: the account had none and takes over a predecessor's, with its windows.
   */
  QuotaCounted: {
    readonly source: string;
    readonly usedFen: number;
    readonly grantedFen: number;
    readonly opened?: { readonly useUntilMs: number; readonly redeemUntilMs: number };
  };
  QuotaApplied: {
    readonly subject: string;
    readonly scheme: string;
    readonly year: number;
    readonly askedFen: number;
    readonly policy: string;
    /** Who reviews it next; the province where nothing is said. */
    readonly level?: ReviewLevel;
    /** Last millisecond of the year's use; the account closes by itself right after it. */
    readonly closesMs?: number;
  };
  /** `person`: a pseudonym of the node (V16). */
  QuotaPassed: { readonly level: 'district'; readonly person: string };
  /** `texts`: the words of each defect, in the same order. */
  QuotaReturned: { readonly defects: readonly string[]; readonly texts?: readonly string[]; readonly level?: ReviewLevel };
  QuotaRefused: { readonly code: string; readonly level?: ReviewLevel };
  QuotaGranted: {
    readonly amountFen: number;
    readonly policy: string;
    readonly useUntilMs: number;
    readonly redeemUntilMs: number;
    readonly closesMs?: number;
  };
  /** Not used in time (V13): what was not reserved is void. */
  QuotaVoided: { readonly voidedFen: number; readonly dueMs: number };
  /** Whose objection it is: nobody's business in another province. */
  ObjectorRecorded: { readonly organisation: string };
  QuotaFrozen: { readonly reason: string };
  QuotaUnfrozen: { readonly reason: string };
  QuotaClosed: { readonly voidedFen: number };
  /** What an agency says of itself; the papers stay with it and with who verifies them (domain §7.1). */
  AgencySelfAssessed: {
    readonly agency: string;
    readonly organisation: string;
    readonly name: string;
    readonly uscc: string;
    readonly classes: readonly string[];
    readonly form: AgencyForm;
    readonly founded: string;
    readonly declares: readonly string[];
    readonly papers: readonly { readonly kind: string; readonly hash: string }[];
  };
  AgencyVerified: { readonly agency: string };
  AgencyNotVerified: { readonly agency: string; readonly reasons: readonly string[] };
  /** Orders with the agency from `after` on are looked at: it was stopped, also for fraud, it left, or it is at work again (A3). */
  AgencyFollowed: {
    readonly agencyProvince: string;
    readonly agency: string;
    readonly scope: 'stopped' | 'fraud' | 'left' | 'restored';
    readonly after: string;
  };
  /** The last moment for a year's appraisal (M4), and when orders are looked for again. */
  AppraisalAwaited: { readonly agency: string; readonly year: number; readonly byMs: number };
  IdleWatched: { readonly agency: string; readonly byMs: number };
  IdleAsked: { readonly agency: string; readonly sinceMs: number };
  /** Agencies from `after` on are taken up by rules that were adopted after they were admitted. */
  WatchingContinued: { readonly after: string };
  OrganisationBarred: { readonly agency: string; readonly untilMs: number };
  /** Set aside for another province, and given to an order that was drawn there or back to the account (A1). */
  QuotaSliced: { readonly slice: string; readonly amountFen: number };
  QuotaUnsliced: { readonly slice: string; readonly amountFen: number; readonly to: 'order' | 'account' };
  /** Streams beside the quota that hold a slice. */
  SliceHeld: { readonly slice: string; readonly ceilings: readonly string[] };
  CeilingTaken: { readonly order: string; readonly amountFen: number };
  CeilingReturned: { readonly order: string; readonly amountFen: number };
  /** An order waits in line at the end of this pool, or is in it no longer (V27). */
  QueueJoined: { readonly order: string };
  QueueLeft: { readonly order: string };
  /** It is at the head and keeps its place until this province is heard again (M2), ms of patience. */
  QueueHeld: { readonly order: string; readonly awaits: string; readonly patienceMs: number };
  NumberTaken: { readonly number: number };
  /** The subject is barred through this millisecond (A4). */
  SubjectSanctioned: { readonly subject: string; readonly reason: string; readonly untilMs: number };
  SanctionLifted: { readonly subject: string; readonly cause: string };
  /** Orders from `after` on are still to be looked at. */
  SanctionContinued: { readonly subject: string; readonly after: string };
  /** Of a pseudonym in a party (V16). */
  InterestDeclared: { readonly person: string; readonly tie: string };
  InterestEnded: { readonly person: string };
  /** The agency paid back (V29). */
  ReturnPaymentRecorded: {
    readonly order: string;
    readonly paidMs: number;
    readonly returnedMs: number;
    readonly amountFen: number;
    readonly to: 'enterprise' | 'related-party';
    readonly evidenceHash: string;
    readonly flagged: boolean;
  };
  /** An order below the threshold of expert review, with the same agency for the same class (V30). */
  PairOrdered: { readonly order: string; readonly amountFen: number; readonly placedMs: number };
  SplitSuspected: { readonly orders: readonly string[]; readonly count: number; readonly sumFen: number; readonly policy: string };
  /** Streams beside the quota that hold a part of the reservation. */
  ReservationMade: { readonly order: string; readonly ceilings: readonly string[] };
  /** Who reviewed, approved, paid: a pseudonym of the node (V16). */
  HandRecorded: { readonly order: string; readonly act: 'review' | 'approve' | 'instruct'; readonly person: string };
  /** A suspected fraud (V24). An open investigation never crosses a border (domain 7.1). */
  IntegrityReferred: {
    readonly order: string;
    readonly clawback: number;
    readonly against: 'enterprise' | 'agency';
    readonly subject: string;
    readonly agencyProvince: string;
    readonly agency: string;
    readonly amountFen: number;
  };
  /** Where a payee's money goes, or where the province's comes from; it never crosses a border (domain 7.1). */
  AccountRecorded: { readonly payee: string; readonly name: string; readonly bank: string; readonly account: string };
  AuditSampleAsked: { readonly half: string; readonly seed: string; readonly share: Ratio };
  AttestationAsked: { readonly window: number };
  /** The lines of a settled pair behind this key are still to be settled. */
  SettlingContinued: { readonly window: number; readonly pair: string; readonly after: string };
  /** Limits are counted again by this notice for orders from `after` on. */
  RecomputationContinued: { readonly year: number; readonly notice: string; readonly after: string };
}

export type PrivateName = keyof PrivateData;
export type PrivateEvent<N extends PrivateName = PrivateName> = { [K in N]: { readonly type: K; readonly data: PrivateData[K] } }[N];

const names: Readonly<Record<PrivateName, string>> = {
  SubjectRegistered: 'sensitive',
  SubjectFactRecorded: 'sensitive',
  SubjectOwnershipRecorded: 'sensitive',
  ProposerAllowed: 'internal',
  SubjectMerged: 'sensitive',
  SubjectAbsorbed: 'internal',
  SubjectMoved: 'sensitive',
  QuotaCounted: 'internal',
  QuotaApplied: 'internal',
  QuotaPassed: 'sensitive',
  QuotaReturned: 'internal',
  QuotaRefused: 'internal',
  QuotaGranted: 'internal',
  QuotaVoided: 'internal',
  ObjectorRecorded: 'internal',
  QuotaFrozen: 'internal',
  QuotaUnfrozen: 'internal',
  QuotaClosed: 'internal',
  AgencySelfAssessed: 'internal',
  AgencyVerified: 'internal',
  AgencyNotVerified: 'internal',
  AgencyFollowed: 'internal',
  AppraisalAwaited: 'internal',
  IdleWatched: 'internal',
  IdleAsked: 'internal',
  WatchingContinued: 'internal',
  OrganisationBarred: 'internal',
  QuotaSliced: 'internal',
  QuotaUnsliced: 'internal',
  SliceHeld: 'internal',
  CeilingTaken: 'internal',
  CeilingReturned: 'internal',
  QueueJoined: 'internal',
  QueueLeft: 'internal',
  QueueHeld: 'internal',
  NumberTaken: 'internal',
  SubjectSanctioned: 'sensitive',
  SanctionLifted: 'sensitive',
  SanctionContinued: 'internal',
  InterestDeclared: 'sensitive',
  InterestEnded: 'sensitive',
  ReturnPaymentRecorded: 'sensitive',
  PairOrdered: 'internal',
  SplitSuspected: 'internal',
  ReservationMade: 'internal',
  HandRecorded: 'sensitive',
  AccountRecorded: 'sensitive',
  IntegrityReferred: 'sensitive',
  AuditSampleAsked: 'internal',
  AttestationAsked: 'internal',
  SettlingContinued: 'internal',
  RecomputationContinued: 'internal',
};

/** What the leaf says of each private kind. */
export const privateEntryTypes: Readonly<Record<string, EntryType>> = Object.fromEntries(
  Object.entries(names).map(([name, classification]) => [
    name,
    { type: wireType('voucher', name, 1), audience: 'private', classification, legalBasis: 'YRD-DEC-13' } satisfies EntryType,
  ]),
);
