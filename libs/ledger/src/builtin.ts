/** What every journal says of itself: its opening, contradictions found in others, and payloads that its operator gave up for lost. */
import { reject, wireType, type Context, type DomainEvent, type Fold, type Handler } from './decider.js';

/** The journal's own stream. */
export const SELF = 'journal/self';
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

/** A context with what every journal has. */
export const withBuiltin = (context: Context): Context => ({
  ...context,
  entryTypes: {
    ...context.entryTypes,
    JournalOpened: { type: wireType('ledger', 'JournalOpened', 1), audience: 'public', classification: 'public', legalBasis: 'SH-DATA-75' },
    LossAccepted: { type: wireType('ledger', 'LossAccepted', 1), audience: 'public', classification: 'public', legalBasis: 'SH-DATA-75' },
    EquivocationFound: {
      type: wireType('ledger', 'EquivocationFound', 1),
      audience: 'public',
      classification: 'public',
      legalBasis: 'SH-DATA-75',
    },
  },
  folds: [...context.folds, journalFold],
  commands: { ...context.commands, OpenJournal: openJournal, ReportEquivocation: reportEquivocation, AcceptLoss: acceptLoss },
});
