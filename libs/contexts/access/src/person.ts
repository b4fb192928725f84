/**
 * A person recorded for an organisation: contact, representative, team member, expert. The register holds a made id, keyed hashes and
 * sealed fields; no decision here or anywhere depends on what a sealed field says.
 */
import {
  DISCLOSURE_PURPOSES,
  isStaff,
  mayEnter,
  phrase,
  plain,
  refuse,
  word,
  type AccessName,
  type DisclosurePurpose,
  type PersonField,
  type PersonKind,
} from '@yrd/contracts';
import { foldOf, isRejection, toStream, type Append, type Decision, type Handler, type Peek, type Rejection, type Turn } from '@yrd/ledger';
import { personalIn } from '@yrd/standards';
import { identityStream, personStream, retentionStream, type Hold, type PrivateEvent, type SealedFields, type Token } from './events.js';
import { holdsOf, retention, retentionAt } from './retention.js';

export type PersonEvents = PrivateEvent<
  | 'PersonRecorded'
  | 'PersonCorrected'
  | 'AccountBound'
  | 'PersonDisclosed'
  | 'PersonErasureAsked'
  | 'PersonErasurePostponed'
  | 'PersonErasureDue'
  | 'PersonErased'
>;

export interface Person {
  readonly recorded: { readonly organisation: string; readonly kind: PersonKind; readonly atMs: number } | null;
  readonly identity: string | null;
  readonly token: Token | null;
  readonly sealed: SealedFields;
  readonly holds: readonly Hold[];
  readonly account: string | null;
  /** `held` until somebody asks for erasure; `asked` until the node has answered. */
  readonly state: 'held' | 'asked' | 'postponed' | 'erased';
  /** The erasure that was asked for first, or that reached the person. */
  readonly erasure: string | null;
  /** The duty that postpones it. */
  readonly hold: Hold | null;
}

const without = (fields: SealedFields & Readonly<Record<string, string | null>>): SealedFields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

export const person = foldOf<Person, PersonEvents>(
  'person',
  { recorded: null, identity: null, token: null, sealed: {}, holds: [], account: null, state: 'held', erasure: null, hold: null },
  {
    PersonRecorded: (state, { organisation, kind, atMs, identity, token, sealed, holds }) => ({
      ...state,
      recorded: { organisation, kind, atMs },
      identity,
      token,
      sealed,
      holds,
    }),
    PersonCorrected: (state, { sealed, identity, token }) => ({
      ...state,
      identity,
      token,
      sealed: without({ ...state.sealed, ...sealed } as Parameters<typeof without>[0]),
    }),
    AccountBound: (state, { account }) => ({ ...state, account }),
    PersonDisclosed: (state) => state,
    PersonErasureAsked: (state, { erasure }) => ({ ...state, state: 'asked', erasure }),
    PersonErasurePostponed: (state, { erasure, class: name, basis, untilMs }) => ({
      ...state,
      state: 'postponed',
      erasure: state.erasure ?? erasure,
      hold: { class: name, basis, untilMs },
    }),
    PersonErasureDue: (state) => state,
    // Neither what no longer opens is kept in a state, nor what would find him again; his account stays, so that he sees what was done.
    PersonErased: (state, { erasure }) => ({
      ...state,
      identity: null,
      token: null,
      sealed: {},
      holds: [],
      state: 'erased',
      erasure: state.erasure ?? erasure,
      hold: null,
    }),
  },
);

/** Who stands under one identity number, by organisation: finds who is recorded twice. */
export interface Identity {
  readonly persons: Readonly<Record<string, string>>;
}

export const identity = foldOf<Identity, PrivateEvent<'PersonLinked' | 'PersonUnlinked'>>(
  'identity',
  { persons: {} },
  {
    PersonLinked: (state, { organisation, person: id }) => ({ persons: { ...state.persons, [organisation]: id } }),
    PersonUnlinked: (state, { organisation }) => ({
      persons: Object.fromEntries(Object.entries(state.persons).filter(([each]) => each !== organisation)),
    }),
  },
);

const ABSENT = { seen: phrase('noSuchPerson'), needed: phrase('recordedPerson') };
const missing = (): Rejection => refuse('E-NOTFOUND', ABSENT);

/** Whether somebody may see a person, masked: his organisation, he himself, staff of the province. */
export const sees = (actor: Turn['actor'], { recorded, account }: Pick<Person, 'recorded' | 'account'>): boolean =>
  recorded !== null && (isStaff(actor.roles) || actor.organisation === recorded.organisation || actor.person === account);

/** The door, then whether the person is there for this actor, then whether anything may still be done with the data. */
export const mayTouch = (turn: Turn, act: AccessName, state: Person): Rejection | null => {
  const no = mayEnter(turn, act);
  if (no) return no;
  if (!state.recorded) return missing();
  return sees(turn.actor, state) ? null : refuse('E-ROW', ABSENT);
};

const gone = (state: Person): Rejection | null => {
  if (state.state === 'erased') return refuse('E-ERASED', { seen: phrase('erased'), needed: phrase('notErased') });
  if (state.state === 'held') return null;
  return refuse('E-RESTRICTED', {
    seen: word(state.state),
    needed: phrase('allowedPurpose'),
    ...(state.hold && { basis: state.hold.basis, untilMs: state.hold.untilMs }),
  });
};

const links = (stream: string | null, organisation: string, id: string, type: 'PersonLinked' | 'PersonUnlinked'): readonly Append[] =>
  stream === null ? [] : toStream(identityStream(stream), [{ type, data: { organisation, person: id } }]);

/** Refused when this organisation has recorded the same identity number under another id. */
const recordedTwice = (turn: Turn, hash: string | null, organisation: string, id: string): Rejection | null => {
  const other = hash === null ? undefined : turn.state(identity, identityStream(hash)).persons[organisation];
  if (other === undefined || other === id) return null;
  return refuse('E-STATE', { field: 'idNumber', seen: phrase('recordedAs', { person: other }), needed: phrase('notRecordedYet') });
};

export interface RecordPerson {
  readonly person: string;
  readonly organisation: string;
  readonly kind: PersonKind;
  readonly identity: string | null;
  readonly token: Token | null;
  readonly sealed: SealedFields;
  /** Classes of records, of the retention pack, in which the person stands. */
  readonly records: readonly string[];
}

const recordable = (command: RecordPerson, state: Person, turn: Turn): Rejection | null => {
  const { person: id, organisation, kind, identity: hash, sealed } = command;
  const no = mayEnter(turn, 'RecordPerson');
  if (no) return no;
  if (!isStaff(turn.actor.roles) && turn.actor.organisation !== organisation)
    return refuse('E-ROLE', { field: 'organisation', seen: plain(organisation), needed: plain(turn.actor.organisation) });
  if (state.recorded) return refuse('E-STATE', { seen: phrase('recorded'), needed: phrase('newId') });
  if (!sealed.name) return refuse('E-VALIDATION', { field: 'name', seen: phrase('none'), needed: phrase('aName') });
  // Necessity (PIPL 6): who is only to be reached is asked for no identity number; who signs or judges is.
  if (kind !== 'contact' && hash === null)
    return refuse('E-VALIDATION', { field: 'idNumber', seen: phrase('none'), needed: phrase('numberOfA', { kindWord: kind }) });
  return recordedTwice(turn, hash, organisation, id);
};

/** RecordPerson (the organisation, or a clerk for it) → PersonRecorded; the duties to keep it are pinned now. */
export const RecordPerson: Handler<RecordPerson> = {
  streams: ({ person: id, identity: hash }) => [personStream(id), retentionStream, ...(hash === null ? [] : [identityStream(hash)])],
  decide: (command, turn): Decision => {
    const { person: id, organisation, kind, identity: hash, token, sealed, records } = command;
    const no = recordable(command, turn.state(person, personStream(id)), turn);
    if (no) return no;
    const pack = retentionAt(turn.state(retention, retentionStream), turn.now);
    const holds = holdsOf(records, pack, turn.now);
    if (isRejection(holds)) return holds;
    const data = { person: id, organisation, kind, identity: hash, token, sealed, holds, atMs: turn.now };
    return [
      ...toStream(personStream(id), [{ type: 'PersonRecorded', data }], pack?.version ?? '-'),
      ...links(hash, organisation, id, 'PersonLinked'),
    ];
  },
};

export interface CorrectPerson {
  readonly person: string;
  /** Fields that change; null takes one away. */
  readonly sealed: Readonly<Partial<Record<PersonField, string | null>>>;
  /** Where the identity number changes. */
  readonly identified?: { readonly identity: string; readonly token: Token };
}

/** CorrectPerson (organisation, himself, clerk) → PersonCorrected (PIPL 46). E-RESTRICTED once erasure is asked for, then E-ERASED. */
export const CorrectPerson: Handler<CorrectPerson> = {
  streams: ({ person: id, identified }, peek) => {
    const before = peek.state(person, personStream(id))?.identity;
    const hashes = [before, identified?.identity].flatMap((each) => each ?? []);
    return [personStream(id), ...new Set(hashes.map(identityStream))];
  },
  decide: ({ person: id, sealed, identified }, turn): Decision => {
    const state = turn.state(person, personStream(id));
    const no = mayTouch(turn, 'CorrectPerson', state) ?? gone(state);
    if (no) return no;
    const { organisation } = state.recorded!;
    if (sealed.name === null || sealed.idNumber === null)
      return refuse('E-VALIDATION', {
        field: sealed.name === null ? 'name' : 'idNumber',
        seen: phrase('none'),
        needed: phrase('anotherValue'),
      });
    const next = identified?.identity ?? state.identity;
    const twice = recordedTwice(turn, next, organisation, id);
    if (twice) return twice;
    const data = { sealed, identity: next, token: identified?.token ?? state.token };
    const corrected = toStream(personStream(id), [{ type: 'PersonCorrected', data }]);
    if (next === state.identity) return corrected;
    return [...corrected, ...links(state.identity, organisation, id, 'PersonUnlinked'), ...links(next, organisation, id, 'PersonLinked')];
  },
};

export interface BindAccount {
  readonly person: string;
  readonly account: string;
}

const onPerson = <C extends { readonly person: string }>(
  decide: (command: C, state: Person, turn: Turn) => readonly PersonEvents[] | Rejection,
): Handler<C> => ({
  streams: (command: C, _peek: Peek) => [personStream(command.person)],
  decide: (command: C, turn: Turn): Decision => {
    const events = decide(command, turn.state(person, personStream(command.person)), turn);
    return isRejection(events) ? events : toStream(personStream(command.person), events);
  },
});

/** BindAccount (the organisation or a clerk) → AccountBound: from then on the person sees who reads his data. */
export const BindAccount = onPerson<BindAccount>(
  ({ account }, state, turn) =>
    mayTouch(turn, 'BindAccount', state) ?? gone(state) ?? (state.account === account ? [] : [{ type: 'AccountBound', data: { account } }]),
);

export interface DisclosePerson {
  readonly person: string;
  readonly fields: readonly PersonField[];
  readonly purpose: DisclosurePurpose;
  readonly caseNumber: string;
  readonly legalBasis: string;
  /** Who reads: of a colleague who sends the same command again the answer would be somebody else's. */
  readonly reader: string;
  /** Hour since 1970 in which it was asked: a command sent again later is another reading. */
  readonly hour: number;
}

/** DisclosePerson (the organisation, himself, staff with a purpose) → PersonDisclosed, durable before anything is shown. */
export const DisclosePerson = onPerson<DisclosePerson>((command, state, turn) => {
  const no = mayTouch(turn, 'DisclosePerson', state);
  if (no) return no;
  const { person: id, fields, purpose, caseNumber, legalBasis } = command;
  if (command.reader !== turn.actor.person) return refuse('E-ROLE', { seen: phrase('anotherReader'), needed: phrase('readerHimself') });
  const kept = Object.hasOwn(DISCLOSURE_PURPOSES, purpose) && DISCLOSURE_PURPOSES[purpose].kept;
  const closed = state.state === 'erased' || !kept ? gone(state) : null;
  if (closed) return closed;
  const absent = fields.find((field) => state.sealed[field] === undefined);
  if (absent !== undefined)
    return refuse('E-VALIDATION', { field: 'fields', seen: plain(absent), needed: plain(Object.keys(state.sealed).join(', ')) });
  // What is written here stays: a case is named by its number, never by a person's.
  if (personalIn(caseNumber) !== null)
    return refuse('E-VALIDATION', { field: 'caseNumber', seen: phrase('numberOfPerson'), needed: phrase('numberOfCase') });
  const { organisation } = turn.actor;
  return [{ type: 'PersonDisclosed', data: { person: id, organisation, fields, purpose, caseNumber, legalBasis } }];
});
