/** Entries about persons that never leave their province; fields of persons stand in them only sealed. */
import type { DisclosurePurpose, PersonField, PersonKind } from '@yrd/contracts';
import { wireType, type Entry, type EntryType } from '@yrd/ledger';

/** Sealed fields by name. */
export type SealedFields = Readonly<Partial<Record<PersonField, string>>>;

/** A keyed hash of the identity number that the four nodes make alike, and the name of its key. */
export interface Token {
  readonly epoch: string;
  readonly token: string;
}

/** A duty to keep the record. */
export interface Hold {
  readonly class: string;
  readonly basis: string;
  readonly untilMs: number;
}

interface PrivateData {
  PersonRecorded: {
    readonly person: string;
    readonly organisation: string;
    readonly kind: PersonKind;
    /** Keyed hash of the identity number that only this node can make; null for a person without one. */
    readonly identity: string | null;
    readonly token: Token | null;
    readonly sealed: SealedFields;
    readonly holds: readonly Hold[];
    readonly atMs: number;
  };
  /** Fields that changed; `null` takes one away. */
  PersonCorrected: {
    readonly sealed: Readonly<Partial<Record<PersonField, string | null>>>;
    readonly identity: string | null;
    readonly token: Token | null;
  };
  /** Pseudonym of the person's own account. */
  AccountBound: { readonly account: string };
  /** Somebody of this organisation reads full values: written before they are shown. Who it is stands in the entry itself. */
  PersonDisclosed: {
    readonly person: string;
    readonly organisation: string;
    readonly fields: readonly PersonField[];
    readonly purpose: DisclosurePurpose;
    readonly caseNumber: string;
    readonly legalBasis: string;
  };
  PersonErasureAsked: { readonly person: string; readonly erasure: string; readonly caseNumber: string; readonly shared: boolean };
  PersonErasurePostponed: Hold & { readonly person: string; readonly erasure: string; readonly origin: string };
  /** The duty has run out. */
  PersonErasureDue: { readonly person: string; readonly erasure: string; readonly origin: string };
  /** The key was destroyed before this was written. */
  PersonErased: { readonly person: string; readonly erasure: string; readonly atMs: number; readonly keyBackupDays: number };
  PersonLinked: { readonly organisation: string; readonly person: string };
  PersonUnlinked: { readonly organisation: string; readonly person: string };
  /** Whom an erasure concerns in this node. */
  ErasureMatched: { readonly erasure: string; readonly origin: string; readonly persons: readonly string[] };
}

export type PrivateName = keyof PrivateData;
export type PrivateEvent<N extends PrivateName = PrivateName> = { [K in N]: { readonly type: K; readonly data: PrivateData[K] } }[N];
export type DataOf<N extends PrivateName> = PrivateData[N];

/** The payload when the entry is of this name, else null. */
export const dataOf = <N extends PrivateName>(entry: Entry, name: N): DataOf<N> | null =>
  entry.type === name ? (entry.data as DataOf<N>) : null;

const names: Readonly<Record<PrivateName, string>> = {
  PersonRecorded: 'PIPL-13',
  PersonCorrected: 'PIPL-46',
  AccountBound: 'PIPL-44',
  PersonDisclosed: 'PIPL-6',
  PersonErasureAsked: 'PIPL-47',
  PersonErasurePostponed: 'PIPL-47',
  PersonErasureDue: 'PIPL-47',
  PersonErased: 'PIPL-47',
  PersonLinked: 'PIPL-13',
  PersonUnlinked: 'PIPL-47',
  ErasureMatched: 'PIPL-47',
};

/** What the leaf says of each private kind. */
export const personalEntryTypes: Readonly<Record<string, EntryType>> = Object.fromEntries(
  Object.entries(names).map(([name, legalBasis]) => [
    name,
    { type: wireType('access', name, 1), audience: 'private', classification: 'sensitive', legalBasis } satisfies EntryType,
  ]),
);

export const personStream = (id: string): string => `person/${id}`;
/** Who is recorded under one identity number, by organisation. */
export const identityStream = (identity: string): string => `identity/${identity}`;
export const erasureStream = (id: string): string => `erasure/${id}`;
export const retentionStream = 'retention/rules';
