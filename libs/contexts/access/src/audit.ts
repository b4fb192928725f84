/**
 * The audit: what was decided, refused and read at this node, as entries of a journal that nothing else is written to. Each record is an
 * entry of its own, so that one can be shown and proven without the others. Only the node itself records; there is no other way in.
 */
import { allOf, BATCH_MAX, phrase, plain, recordFault, type AccessRecord } from '@yrd/contracts';
import {
  reject,
  wireType,
  type Append,
  type DomainEvent,
  type Entry,
  type EntryType,
  type Fold,
  type Handler,
  type View,
} from '@yrd/ledger';

export interface AccessRecorded extends DomainEvent {
  readonly type: 'AccessRecorded';
  readonly data: AccessRecord;
}

/** An alert of its own (A14): somebody tried to decide about a party that is also his own, and was stopped. Beside the record of it. */
export interface RecusalAlerted extends DomainEvent {
  readonly type: 'RecusalAlerted';
  readonly data: AccessRecord;
}
export type AuditEvent = AccessRecorded | RecusalAlerted;

/** As whom a node acts for itself; no token can name an organisation with a slash. */
const nodeOf = (province: string): string => `node/${province}`;
const HOUR = /^\d{4}-\d{2}-\d{2}T\d{2}$/;

/** One stream an hour: what a stream remembers of its commands stays small, however long the journal grows. */
export const auditStream = (hour: string): string => `audit/${hour}`;

/** How many records an hour has. */
export const audit: Fold<{ readonly records: number }, AuditEvent> = {
  kind: 'audit',
  initial: { records: 0 },
  evolve: ({ records }, { type }) => ({ records: type === 'AccessRecorded' ? records + 1 : records }),
};

export const auditEntryTypes: Readonly<Record<AuditEvent['type'], EntryType>> = {
  AccessRecorded: {
    type: wireType('access', 'AccessRecorded', 1),
    audience: 'private',
    classification: 'sensitive',
    // 网络安全法 art 21(3): who runs a network keeps its logs.
    legalBasis: 'CSL-21',
  },
  RecusalAlerted: {
    type: wireType('access', 'RecusalAlerted', 1),
    audience: 'private',
    classification: 'sensitive',
    legalBasis: 'YRD-DEC-13',
  },
};

/** What a record comes to: itself, and an alert where a conflict of interest was stopped (A14). */
const eventsOf = (data: AccessRecord): readonly AuditEvent[] => [
  { type: 'AccessRecorded', data },
  ...(data.outcome === 'refused' && data.code === 'E-RECUSE' ? [{ type: 'RecusalAlerted', data } as const] : []),
];

export interface RecordAccess {
  /** Of the first record, in UTC: `2026-03-02T05`. */
  readonly hour: string;
  readonly records: readonly AccessRecord[];
}

/**
 * RecordAccess (the node itself) → AccessRecorded for each record, and RecusalAlerted (A14). E-ROLE for anybody else, E-VALIDATION for what
 * does not fit.
 */
export const RecordAccess: Handler<RecordAccess> = {
  streams: ({ hour }) => [auditStream(hour)],
  decide: ({ hour, records }, turn): readonly Append[] | ReturnType<typeof reject> => {
    if (turn.actor.organisation !== nodeOf(turn.province))
      return reject('E-ROLE', { seen: allOf(turn.actor.roles), needed: phrase('nodeItself') });
    if (!HOUR.test(hour)) return reject('E-VALIDATION', { field: 'hour', needed: phrase('anHour') });
    if (records.length === 0 || records.length > BATCH_MAX)
      return reject('E-VALIDATION', { field: 'records', seen: plain(records.length), needed: phrase('recordsUpTo', { count: BATCH_MAX }) });
    for (const [at, record] of records.entries()) {
      const fault = recordFault(record);
      if (fault !== null) return reject('E-VALIDATION', { field: `records/${at}${fault}`, needed: phrase('auditRecord') });
    }
    return [{ stream: auditStream(hour), events: records.flatMap(eventsOf) }];
  },
};

/** Row of view `audit`: a record, where its entry stands, and what it is searched by. */
export interface AuditRow extends AccessRecord {
  readonly journal: string;
  readonly index: number;
  /** Ids of what it is about, with and without their kind. */
  readonly ids: readonly string[];
  /** `org:…` of each organisation whose things it is about, `person:…` of who acted. */
  readonly concerns: readonly string[];
}

/** Whom a record concerns, in the terms of `AuditRow.concerns`. */
export const concernsOf = (whom: { readonly person: string; readonly organisation: string }): readonly string[] => [
  `person:${whom.person}`,
  `org:${whom.organisation}`,
];

const NOTHING = { code: null, organisation: null, policyVersion: null, address: null };

/** A word of a payload that this context did not write itself. */
const word = (value: unknown): string | null => (typeof value === 'string' && /^[a-z][a-z-]{0,39}$/.test(value) ? value : null);

/** What an entry of this journal says to the audit. A disclosure is a record by itself: nobody writes a second one beside it. */
const recordOf = (entry: Entry): AccessRecord => {
  if (entry.type !== 'PersonDisclosed') return entry.data as AccessRecord;
  const { person, purpose } = entry.data;
  return {
    ...NOTHING,
    parties: [],
    count: 1,
    at: entry.time,
    outcome: 'read',
    row: 'DisclosePerson',
    person: entry.person,
    province: entry.actor.province,
    roles: [entry.actor.role],
    about: [`person/${String(person)}`],
    purpose: word(purpose),
    trace: entry.trace,
    position: `${entry.journal}@${entry.index + 1}`,
  };
};

/** Digits of an index in a row's id, so that ids sort as indexes do. */
const INDEX_DIGITS = 16;

const searched = (name: string, on: readonly string[]): View<{ readonly index: number; readonly record: AccessRecord }> => ({
  name,
  on,
  key: ({ index }) => String(index).padStart(INDEX_DIGITS, '0'),
  fold: (_, entry) => ({ index: entry.index, record: recordOf(entry) }),
  join: (parts) => {
    const [found] = Object.entries(parts);
    if (!found) return null;
    const [journal, { index, record }] = found;
    const { about, parties, person } = record;
    return {
      ...record,
      journal,
      index,
      ids: about.flatMap((thing) => [thing, thing.slice(thing.indexOf('/') + 1)]),
      concerns: [...parties.map((party) => `org:${party}`), ...(person === null ? [] : [`person:${person}`])],
    } satisfies AuditRow;
  },
});

/** The audit as it is searched: one row for each record. */
export const audits = searched('audit', ['AccessRecorded', 'PersonDisclosed']);
/** Conflicts of interest that were stopped, for who watches over the office (A14). */
export const alerts = searched('alerts', ['RecusalAlerted']);
