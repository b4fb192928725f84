/** What folding leaves in the store: rows of views with a part for each journal, and timers. */
import type { Entry, TimerChange, View } from './decider.js';
import type { Where } from './ports.js';

export interface ViewRow {
  readonly parts: Readonly<Record<string, object>>;
  readonly row: object | null;
}

/** Where the field of a joined row stands in what is stored. */
export const inRow = (field: string): string => `row.${field}`;
export const whereInRow = (where: Where): Where => Object.fromEntries(Object.entries(where).map(([field, match]) => [inRow(field), match]));

export interface Timer {
  readonly dueMs: number;
  readonly fires: { readonly command: string; readonly target: string; readonly body: object };
  readonly awaits: string | null;
  readonly patienceMs: number;
}

/** A timer that was set, or null where it was cleared, under its key. */
export const timerIn = (change: TimerChange): readonly [key: string, timer: Timer | null] => {
  if ('clear' in change) return [change.clear, null];
  const { set, dueMs, fires, awaits = null, patienceMs = 0 } = change;
  return [set, { dueMs, fires, awaits, patienceMs }];
};

/** The row of an entry, for looking ahead: what cannot be keyed is parked when it is its turn. */
export const keyIn = (view: View, entry: Entry): string | null => {
  try {
    return view.key(entry);
  } catch {
    return null;
  }
};
