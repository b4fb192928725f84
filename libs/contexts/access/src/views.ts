/** Read models of persons: sealed as they are stored, who read full values, and what every province did about an erasure. */
import type { ErasureOutcome, PersonData } from '@yrd/contracts';
import type { DomainEvent, Entry, View } from '@yrd/ledger';
import { dataOf, type DataOf } from './events.js';
import { person, type Person } from './person.js';

/** `person/x` → `x`. */
const idOf = (stream: string): string => stream.slice(stream.indexOf('/') + 1);
const eventOf = <E extends DomainEvent>(entry: Entry): E => ({ type: entry.type, data: entry.data }) as DomainEvent as E;

export interface PersonRow extends Omit<Person, 'recorded' | 'token' | 'holds' | 'hold'> {
  readonly id: string;
  readonly organisation: string;
  readonly kind: string;
  readonly recordedMs: number;
  readonly updatedMs: number;
  /** Under which key `token` was made. */
  readonly epoch: string | null;
  readonly token: string | null;
  /** Until when a duty postpones erasure, and which. */
  readonly untilMs: number | null;
  readonly basis: string | null;
}

interface PersonPart {
  readonly id: string;
  readonly state: Person;
  readonly updatedMs: number;
}

export const persons: View<PersonPart> = {
  name: 'persons',
  on: ['PersonRecorded', 'PersonCorrected', 'AccountBound', 'PersonErasureAsked', 'PersonErasurePostponed', 'PersonErased'],
  key: ({ stream }) => idOf(stream),
  fold: (part, entry) => ({
    id: idOf(entry.stream),
    state: person.evolve(part?.state ?? person.initial, eventOf(entry)),
    updatedMs: entry.time,
  }),
  join: (parts) => {
    const part = Object.values(parts)[0];
    if (!part?.state.recorded) return null;
    const { recorded, token, holds: _, hold, ...rest } = part.state;
    return {
      id: part.id,
      ...rest,
      organisation: recorded.organisation,
      kind: recorded.kind,
      recordedMs: recorded.atMs,
      updatedMs: part.updatedMs,
      epoch: token?.epoch ?? null,
      token: token?.token ?? null,
      untilMs: hold?.untilMs ?? null,
      basis: hold?.basis ?? null,
    } satisfies PersonRow;
  },
};

export interface DisclosureRow extends DataOf<'PersonDisclosed'> {
  /** Pseudonym of who read. */
  readonly reader: string;
  readonly role: string;
  readonly atMs: number;
  readonly trace: string;
  /** The entry that says so: proofs are asked for by it. */
  readonly journal: string;
  readonly index: number;
}

export const disclosures: View<DisclosureRow> = {
  name: 'disclosures',
  on: ['PersonDisclosed'],
  key: ({ stream, index }) => `${idOf(stream)}.${index}`,
  fold: (_, entry) => {
    const data = dataOf(entry, 'PersonDisclosed');
    const { journal, index, trace } = entry;
    return data && { ...data, reader: entry.person, role: entry.actor.role, atMs: entry.time, trace, journal, index };
  },
  join: (parts) => Object.values(parts)[0] ?? null,
};

/** What one province said of an erasure. */
export interface ErasureWord {
  readonly outcome: ErasureOutcome;
  readonly atMs: number;
  readonly keyBackupDays: number;
  readonly untilMs?: number;
  readonly basis?: string;
}

interface ErasurePart {
  /** In the journal of who asked. */
  readonly asked: { readonly person: string; readonly atMs: number; readonly shared: boolean } | null;
  readonly said: ErasureWord | null;
}

export interface ErasureRow {
  readonly id: string;
  /** The person, where this node asked. */
  readonly person: string;
  readonly askedMs: number;
  /** Whether other nodes were asked too. */
  readonly shared: boolean;
  readonly provinces: Readonly<Record<string, ErasureWord>>;
}

const saidIn = (entry: Entry, shared: boolean): ErasureWord | null => {
  if (entry.type === 'ErasureAttested') {
    const { erasure: _, origin: __, ...word } = entry.data as PersonData<'ErasureAttested'>;
    return word;
  }
  const gone = dataOf(entry, 'PersonErased');
  if (gone && !shared) return { outcome: 'erased', atMs: gone.atMs, keyBackupDays: gone.keyBackupDays };
  const later = dataOf(entry, 'PersonErasurePostponed');
  return later && !shared ? { outcome: 'postponed', atMs: entry.time, keyBackupDays: 0, untilMs: later.untilMs, basis: later.basis } : null;
};

const erasureIn = ({ data }: Entry): string | null => (typeof data['erasure'] === 'string' ? data['erasure'] : null);

export const erasures: View<ErasurePart & { readonly id: string }> = {
  name: 'erasures',
  on: ['PersonErasureAsked', 'ErasureAttested', 'PersonErased', 'PersonErasurePostponed'],
  key: erasureIn,
  fold: (part, entry) => {
    const asked = dataOf(entry, 'PersonErasureAsked');
    const before = part ?? { id: erasureIn(entry) ?? '', asked: null, said: null };
    if (asked) return { ...before, asked: { person: asked.person, atMs: entry.time, shared: asked.shared } };
    return { ...before, said: saidIn(entry, before.asked?.shared ?? true) ?? before.said };
  },
  join: (parts) => {
    const all = Object.entries(parts);
    const origin = all.find(([, { asked }]) => asked !== null)?.[1];
    if (!origin?.asked) return null;
    const { person: id, atMs, shared } = origin.asked;
    const said = all.flatMap(([journal, { said: word }]) => (word ? [[journal.slice(0, 2), word] as const] : []));
    return { id: origin.id, person: id, askedMs: atMs, shared, provinces: Object.fromEntries(said) } satisfies ErasureRow;
  },
};
