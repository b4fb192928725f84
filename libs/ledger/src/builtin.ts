/** What every journal says of itself: its opening, contradictions found in others, payloads given up for lost, and the keys of its node. */
import { wireType, type Context, type DomainEvent, type Fold, type Handler } from './decider.js';
import type { CertifiedKey } from './federation.js';
import { reject } from './rejection.js';

/** The journal's own stream. */
export const SELF = 'journal/self';
/** The stream of a journal's keys: what stands in it changes who is believed, so a block that holds some of it travels as it is. */
export const KEYS = 'keys/self';
/** Version of leaf, block and derived-id formats (docs/adr/0001). */
const FORMAT = 1;

export type JournalEvent =
  | { readonly type: 'JournalOpened'; readonly data: { readonly key: string; readonly format: number } }
  | {
      readonly type: 'EquivocationFound';
      readonly data: { readonly journal: string; readonly size: number; readonly held: string; readonly contradicting: string };
    }
  | { readonly type: 'LossAccepted'; readonly data: { readonly from: number; readonly to: number; readonly entries: number } };

interface JournalState {
  readonly opened: boolean;
  /** Journals that contradicted themselves, as this operator published it. */
  readonly found: readonly string[];
  /** Everything below this size is decided on although private payloads in it are lost. */
  readonly lossAcceptedTo: number;
}

export const journalFold: Fold<JournalState, JournalEvent> = {
  kind: 'journal',
  initial: { opened: false, found: [], lossAcceptedTo: 0 },
  evolve: (state, event) => {
    switch (event.type) {
      case 'JournalOpened':
        return { ...state, opened: true };
      case 'EquivocationFound':
        return { ...state, found: [...state.found, `${event.data.journal}@${event.data.size}`] };
      case 'LossAccepted':
        return { ...state, lossAcceptedTo: Math.max(state.lossAcceptedTo, event.data.to) };
    }
  },
};

export interface OpenJournal {
  readonly key: string;
}

export type ReportEquivocation = Extract<JournalEvent, { type: 'EquivocationFound' }>['data'];

const once = (already: boolean, event: DomainEvent) => (already ? [] : [{ stream: SELF, events: [event] }]);

const openJournal: Handler<OpenJournal> = {
  streams: () => [SELF],
  decide: (command, turn) =>
    once(turn.state(journalFold, SELF).opened, { type: 'JournalOpened', data: { key: command.key, format: FORMAT } }),
};

const reportEquivocation: Handler<ReportEquivocation> = {
  streams: () => [SELF],
  decide: (command, turn) =>
    once(turn.state(journalFold, SELF).found.includes(`${command.journal}@${command.size}`), { type: 'EquivocationFound', data: command }),
};

export type AcceptLoss = Extract<JournalEvent, { type: 'LossAccepted' }>['data'];

/** The operator's word that the journal goes on without private payloads that came back from no backup. */
const acceptLoss: Handler<AcceptLoss> = {
  streams: () => [SELF],
  decide: (command, turn) => {
    if (!turn.actor.roles.includes('operator')) return reject('E-ROLE', { seen: turn.actor.roles.join(' '), needed: 'operator' });
    return once(turn.state(journalFold, SELF).lossAcceptedTo >= command.to, { type: 'LossAccepted', data: command });
  },
};

/** The owner hands over from one key to the next, of its journal or of its cosigner; the key's name says which. */
export interface RotateKey extends CertifiedKey {
  /** The line of the key until now. */
  readonly old: string;
  /** Of a journal with two suites: its next key of the second one. */
  readonly sm2?: CertifiedKey;
  readonly reason: string;
}

/** A key of before is not to be believed: on heads from this size on, or (of a cosigner) from this time on. */
export interface RevokeKey {
  readonly key: string;
  readonly fromSize?: number;
  readonly fromMs?: number;
  readonly reason: string;
}

/** The operator of this node has pinned a key of another journal out of band, from a size on. */
export interface RepinKey {
  readonly journal: string;
  readonly from: number;
  readonly key: string;
}

export type KeyEvent =
  | { readonly type: 'KeyRotated'; readonly data: RotateKey }
  | { readonly type: 'KeyRevoked'; readonly data: RevokeKey }
  | { readonly type: 'KeyRepinned'; readonly data: RepinKey };

interface KeysState {
  /** Line of a key → the line that followed it. */
  readonly successors: Readonly<Record<string, string>>;
  readonly revoked: readonly string[];
  readonly repinned: readonly string[];
}

const repinning = ({ journal, from, key }: RepinKey): string => `${journal}@${from} ${key}`;

export const keysFold: Fold<KeysState, KeyEvent> = {
  kind: 'keys',
  initial: { successors: {}, revoked: [], repinned: [] },
  evolve: (state, { type, data }) => {
    switch (type) {
      case 'KeyRotated':
        return { ...state, successors: { ...state.successors, [data.old]: data.key } };
      case 'KeyRevoked':
        return { ...state, revoked: [...state.revoked, data.key] };
      case 'KeyRepinned':
        return { ...state, repinned: [...state.repinned, repinning(data)] };
    }
  },
};

const KEEPER = 'security-admin';
const keyStream = { streams: () => [KEYS] };
const said = (already: boolean, event: KeyEvent) => (already ? [] : [{ stream: KEYS, events: [event] }]);

/** Certificates and what is in force are looked at before (`KeyRing.refusal`); here each key is followed once, by a new one. */
const rotateKey: Handler<RotateKey> = {
  ...keyStream,
  decide: (command, turn) => {
    if (!turn.actor.roles.includes(KEEPER)) return reject('E-ROLE', { seen: turn.actor.roles.join(' '), needed: KEEPER });
    const { successors } = turn.state(keysFold, KEYS);
    const next = successors[command.old];
    if (next === command.key) return [];
    const used = command.key in successors || Object.values(successors).includes(command.key);
    if (next !== undefined || used)
      return reject('E-STATE', { seen: next ?? command.key, needed: 'a key that is in force, and a new one' });
    return said(false, { type: 'KeyRotated', data: command });
  },
};

const revokeKey: Handler<RevokeKey> = {
  ...keyStream,
  decide: (command, turn) => {
    if (!turn.actor.roles.includes(KEEPER)) return reject('E-ROLE', { seen: turn.actor.roles.join(' '), needed: KEEPER });
    const { successors, revoked } = turn.state(keysFold, KEYS);
    if (!(command.key in successors)) return reject('E-STATE', { seen: command.key, needed: 'a key that was rotated before' });
    return said(revoked.includes(command.key), { type: 'KeyRevoked', data: command });
  },
};

/** The node itself says what its operator has pinned. */
const repinKey: Handler<RepinKey> = {
  ...keyStream,
  decide: (command, turn) => said(turn.state(keysFold, KEYS).repinned.includes(repinning(command)), { type: 'KeyRepinned', data: command }),
};

const ours = (event: string) =>
  ({ type: wireType('ledger', event, 1), audience: 'public', classification: 'public', legalBasis: 'SH-DATA-75' }) as const;
/** Event name → how it stands in a leaf. */
export const KEY_TYPES = { KeyRotated: ours('KeyRotated'), KeyRevoked: ours('KeyRevoked'), KeyRepinned: ours('KeyRepinned') } as const;
/** What every journal says of itself, likewise. */
export const BUILTIN_TYPES = {
  JournalOpened: ours('JournalOpened'),
  LossAccepted: ours('LossAccepted'),
  EquivocationFound: ours('EquivocationFound'),
  ...KEY_TYPES,
} as const;

const whole = new WeakMap<Context, Context>();

/** A context with what every journal has: put together once, however many nodes and processes ask. */
export const withBuiltin = (context: Context): Context => {
  const found = whole.get(context) ?? completed(context);
  whole.set(context, found);
  return found;
};

const completed = (context: Context): Context => ({
  ...context,
  entryTypes: { ...context.entryTypes, ...BUILTIN_TYPES },
  folds: [...context.folds, journalFold, keysFold],
  commands: {
    ...context.commands,
    OpenJournal: openJournal,
    ReportEquivocation: reportEquivocation,
    AcceptLoss: acceptLoss,
    RotateKey: rotateKey,
    RevokeKey: revokeKey,
    RepinKey: repinKey,
  },
});
