/** What every journal says of itself: its opening, and the contradictions its operator found in others. */
import { wireType, type Context, type DomainEvent, type Fold, type Handler } from './decider.js';

/** The journal's own stream. */
export const SELF = 'journal/self';
/** Version of leaf, block and derived-id formats (docs/adr/0001). */
const FORMAT = 1;

export type JournalEvent =
  | { readonly type: 'JournalOpened'; readonly data: { readonly key: string; readonly format: number } }
  | {
      readonly type: 'EquivocationFound';
      readonly data: { readonly journal: string; readonly size: number; readonly held: string; readonly contradicting: string };
    };

interface JournalState {
  readonly opened: boolean;
  /** Journals that contradicted themselves, as this operator published it. */
  readonly found: readonly string[];
}

export const journalFold: Fold<JournalState, JournalEvent> = {
  kind: 'journal',
  initial: { opened: false, found: [] },
  evolve: (state, event) =>
    event.type === 'JournalOpened'
      ? { ...state, opened: true }
      : { ...state, found: [...state.found, `${event.data.journal}@${event.data.size}`] },
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

/** A context with what every journal has. */
export const withBuiltin = (context: Context): Context => ({
  ...context,
  entryTypes: {
    ...context.entryTypes,
    JournalOpened: { type: wireType('ledger', 'JournalOpened', 1), audience: 'public', classification: 'public', legalBasis: 'SH-DATA-75' },
    EquivocationFound: {
      type: wireType('ledger', 'EquivocationFound', 1),
      audience: 'public',
      classification: 'public',
      legalBasis: 'SH-DATA-75',
    },
  },
  folds: [...context.folds, journalFold],
  commands: { ...context.commands, OpenJournal: openJournal, ReportEquivocation: reportEquivocation },
});
