/**
 * Erasure: a person, or a clerk at whom he asks, has his data destroyed in every node that holds them. Whoever asks writes it in his own
 * journal; each node looks whether it holds the person, destroys the keys, and only then attests with an entry of its own.
 */
import { allOf, phrase, refuse, type ErasureOutcome, type PersonEvent } from '@yrd/contracts';
import {
  foldOf,
  toStream,
  type Append,
  type Decision,
  type DomainEvent,
  type Handler,
  type Peek,
  type Rejection,
  type Turn,
} from '@yrd/ledger';
import { personalIn } from '@yrd/standards';
import { erasureStream, identityStream, personStream, type Hold, type PrivateEvent, type Token } from './events.js';
import { mayTouch, person, type Person } from './person.js';

export interface Erasure {
  /** As this journal asked all others; null where another journal did, or nobody else was asked. */
  readonly asked: Token | null;
  readonly origin: string | null;
  /** Whom it concerns here; null until somebody has looked. */
  readonly persons: readonly string[] | null;
  readonly outcome: ErasureOutcome | null;
}

export const erasure = foldOf<Erasure, PersonEvent<'ErasureAsked' | 'ErasureAttested'> | PrivateEvent<'ErasureMatched'>>(
  'erasure',
  { asked: null, origin: null, persons: null, outcome: null },
  {
    ErasureAsked: (state, { epoch, token }) => ({ ...state, asked: { epoch, token } }),
    ErasureMatched: (state, { origin, persons }) => ({ ...state, origin, persons }),
    ErasureAttested: (state, { outcome }) => ({ ...state, outcome }),
  },
);

export interface AskErasure {
  readonly person: string;
  /** Made id of the erasure. */
  readonly erasure: string;
  /** Null for a person without an identity number: nobody else could find him by anything. */
  readonly token: Token | null;
  readonly caseNumber: string;
}

const CLERKS: readonly string[] = ['district-reviewer', 'reviewer', 'supervisor'];

/** Only the person himself, or a clerk: his organisation could otherwise erase what others hold of him. */
const mayAsk = (turn: Turn, state: Person): Rejection | null => {
  const no = mayTouch(turn, 'AskErasure', state);
  if (no) return no;
  return turn.actor.person === state.account || CLERKS.some((role) => turn.actor.roles.includes(role))
    ? null
    : refuse('E-ROLE', { seen: phrase('theOrganisation'), needed: phrase('himselfOrClerk') });
};

/** AskErasure (himself, a clerk) → PersonErasureAsked, and ErasureAsked to all nodes where he has an identity number. Asked once. */
export const AskErasure: Handler<AskErasure> = {
  streams: ({ person: id, erasure: made }) => [personStream(id), erasureStream(made)],
  decide: ({ person: id, erasure: made, token, caseNumber }, turn): Decision => {
    const state = turn.state(person, personStream(id));
    const no = mayAsk(turn, state);
    if (no) return no;
    if (personalIn(caseNumber) !== null)
      return refuse('E-VALIDATION', { field: 'caseNumber', seen: phrase('numberOfPerson'), needed: phrase('numberOfCase') });
    if (state.state !== 'held') return [];
    if ((state.identity === null) !== (token === null))
      return refuse('E-STATE', { seen: phrase('correctedMeanwhile'), needed: phrase('againWithNewKey') });
    const asked = { person: id, erasure: made, caseNumber, shared: token !== null };
    return [
      ...toStream(personStream(id), [{ type: 'PersonErasureAsked', data: asked }]),
      ...(token ? toStream(erasureStream(made), [{ type: 'ErasureAsked', data: { erasure: made, ...token } }]) : []),
    ];
  },
};

export interface AttestErasure {
  readonly erasure: string;
  readonly origin: string;
  /** Whom it concerns here. Of all who are not postponed the key is destroyed by now. */
  readonly persons: readonly string[];
  readonly postponed: readonly (Hold & { readonly person: string })[];
  readonly keyBackupDays: number;
  /** False for a person whom no other node could find: then only this node's own register knows. */
  readonly shared: boolean;
}

const outcomeOf = ({ persons, postponed }: AttestErasure): ErasureOutcome =>
  postponed.length > 0 ? 'postponed' : persons.length > 0 ? 'erased' : 'not-held';

const erased = (command: AttestErasure, id: string, turn: Turn): readonly Append[] => {
  const state = turn.state(person, personStream(id));
  if (state.state === 'erased' || !state.recorded) return [];
  const { erasure: made, keyBackupDays } = command;
  const data = { person: id, erasure: made, atMs: turn.now, keyBackupDays };
  const unlinked = { organisation: state.recorded.organisation, person: id };
  return [
    ...toStream(personStream(id), [{ type: 'PersonErased', data }]),
    ...(state.identity === null ? [] : toStream(identityStream(state.identity), [{ type: 'PersonUnlinked', data: unlinked }])),
  ];
};

const postponedFor = (
  { erasure: made, origin }: AttestErasure,
  { person: id, ...hold }: Hold & { readonly person: string },
): readonly Append[] =>
  toStream(personStream(id), [{ type: 'PersonErasurePostponed', data: { person: id, erasure: made, origin, ...hold } }]);

const attested = (command: AttestErasure, outcome: ErasureOutcome, turn: Turn): readonly DomainEvent[] => {
  const { erasure: made, origin, postponed, keyBackupDays, shared } = command;
  if (!shared) return [];
  const longest = postponed.reduce<Hold | null>((best, each) => (each.untilMs > (best?.untilMs ?? 0) ? each : best), null);
  const until = longest ? { untilMs: longest.untilMs, basis: longest.basis } : {};
  return [{ type: 'ErasureAttested', data: { erasure: made, origin, outcome, atMs: turn.now, keyBackupDays, ...until } }];
};

/** AttestErasure (the node) → what became of each person, and the attestation that all read. Nothing when it was said already. */
export const AttestErasure: Handler<AttestErasure> = {
  streams: ({ erasure: made, persons }, peek: Peek) => [
    erasureStream(made),
    ...persons.map(personStream),
    ...persons.flatMap((id) => peek.state(person, personStream(id))?.identity ?? []).map(identityStream),
  ],
  decide: (command, turn): Decision => {
    const { erasure: made, origin, persons, postponed } = command;
    // No token can name an organisation with a slash.
    if (turn.actor.organisation !== `node/${turn.province}`)
      return refuse('E-ROLE', { seen: allOf(turn.actor.roles), needed: phrase('nodeItself') });
    const state = turn.state(erasure, erasureStream(made));
    const outcome = outcomeOf(command);
    const final = state.outcome === 'erased' || state.outcome === 'not-held';
    if (final || (state.outcome === outcome && outcome === 'postponed')) return [];
    const held = new Set(postponed.map((each) => each.person));
    const matched: DomainEvent = { type: 'ErasureMatched', data: { erasure: made, origin, persons } };
    return [
      ...persons.filter((id) => !held.has(id)).flatMap((id) => erased(command, id, turn)),
      ...(state.persons === null ? postponed.flatMap((each) => postponedFor(command, each)) : []),
      ...toStream(erasureStream(made), [...(state.persons === null ? [matched] : []), ...attested(command, outcome, turn)]),
    ];
  },
};

export interface ResumeErasure {
  readonly person: string;
  readonly erasure: string;
  readonly origin: string;
}

/** ResumeErasure (timer) → PersonErasureDue: the duty has run out. */
export const ResumeErasure: Handler<ResumeErasure> = {
  streams: ({ person: id }) => [personStream(id)],
  decide: (command, turn): Decision =>
    // Also when another erasure was quicker: this one still has to be answered.
    turn.state(person, personStream(command.person)).recorded
      ? toStream(personStream(command.person), [{ type: 'PersonErasureDue', data: command }])
      : [],
};
