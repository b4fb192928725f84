/** Names of streams and journals, and how a handler reads a stream that may be at home or in another province. */
import type { DomainEvent, Fold, ForeignStream, Peek, Turn } from '@yrd/ledger';

export const journalOf = (province: string): string => `${province}/voucher`;

export const subjectStream = (id: string): string => `subject/${id}`;
/** One quota account per subject, scheme and year: the name itself keeps V2. */
export const quotaStream = (of: { readonly subject: string; readonly scheme: string; readonly year: number }): string =>
  `quota/${of.subject}.${of.scheme}.${of.year}`;
export const groupStream = (group: string, scheme: string, year: number): string => `group/${group}.${scheme}.${year}`;
export const poolStream = (scheme: string, year: number): string => `pool/${scheme}.${year}`;
export const policyStream = (scheme: string): string => `policy/${scheme}`;
export const sanctionStream = (subject: string): string => `sanction/${subject}`;
/** What is known of who owns a party. */
export const ownershipStream = (party: 'subject' | 'agency', id: string): string => `ownership/${party}.${id}`;
/** Rules about agencies, of all packs that this province adopted. */
export const agencyRulesStream = 'agency-rules/home';
export const agencyStream = (id: string): string => `agency/${id}`;
/** Until when an organisation may not come in as an agency. */
export const banStream = (organisation: string): string => `ban/${organisation}`;
export const complaintStream = (id: string): string => `complaint/${id}`;
/** `31.` and the id of an objection: the same name in the journal where it was stated and in the order's home. */
export const objectionStream = (id: string): string => `objection/${id}`;
/** How far this province has brought the orders with an agency in line with how the agency stands. */
export const followingStream = (of: { readonly agencyProvince: string; readonly agency: string }): string =>
  `following/${of.agencyProvince}.${of.agency}`;
export const recognitionStream = (province: string, agency: string): string => `recognition/${province}.${agency}`;
/** The same name in the journal of the home and of the holder: each writes its own side. */
export const sliceStream = (id: string): string => `slice/${id}`;
export const orderStream = (id: string): string => `order/${id}`;
export const engagementStream = (order: string): string => `engagement/${order}`;
/** Small orders of one subject with one agency for one class of item. */
export const pairStream = (
  of: { readonly subject: string; readonly agencyProvince: string; readonly agency: string },
  itemClass: string,
): string => `pair/${of.subject}.${of.agencyProvince}.${of.agency}.${itemClass}`;
export const deliverableStream = (hash: string): string => `deliverable/${hash}`;
export const invoiceStream = (key: string): string => `invoice/${key}`;
export const windowStream = (window: number): string => `window/${window}`;
/** The bank account of a payee: a subject, an agency as `31.a1`, or the province's own treasury. */
export const accountStream = (payee: string): string => `account/${payee}`;
/** The audit of a half-year, `2026H1`. */
export const auditStream = (half: string): string => `audit/${half}`;
/** A clearing batch: a pair within a window. */
export const batchStream = ({ window, pair }: { readonly window: number; readonly pair: string }): string => `batch/${window}.${pair}`;
export const orderRegister = (year: number): string => `register/orders-${year}`;
/** Every notice that this province adopted, of all years. */
export const calendarStream = 'calendar/notices';
export const windowRegister = 'register/windows';

/** A stream of a province; whether that is the own one is found out when it is read. */
export interface Place {
  readonly province: string;
  readonly stream: string;
}

/** Streams of one province as places. */
export const placesIn = (province: string, streams: readonly string[]): readonly Place[] => streams.map((stream) => ({ province, stream }));

/** Those of the places that are streams of the own journal. */
export const ownStreams = (peek: Peek, places: readonly Place[]): readonly string[] =>
  places.filter(({ province }) => province === peek.province).map(({ stream }) => stream);

/** Those of the places that are read from a replica. */
export const foreignStreams = (peek: Peek, places: readonly Place[]): readonly ForeignStream[] =>
  places.filter(({ province }) => province !== peek.province).map(({ province, stream }) => ({ journal: journalOf(province), stream }));

/** The state of a stream wherever it lives: an in-province order takes the same path as a cross-province one. */
export const look = <S, E extends DomainEvent>(turn: Turn, fold: Fold<S, E>, { province, stream }: Place): S =>
  province === turn.province ? turn.state(fold, stream) : turn.foreign(fold, { journal: journalOf(province), stream });

/** The same while streams are being named; undefined until it is loaded. */
export const glance = <S, E extends DomainEvent>(peek: Peek, fold: Fold<S, E>, { province, stream }: Place): S | undefined =>
  province === peek.province ? peek.state(fold, stream) : peek.foreign(fold, { journal: journalOf(province), stream });
