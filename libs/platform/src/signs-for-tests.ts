/** A board with signs that anybody may read, between notes that only provinces may: what tests of public entries write and read. */
import type { Context } from '@yrd/ledger';

/** The context of the board under the commands of a test; its streams are `board/…`. */
export const signsWith = (commands: Context['commands']): Context => ({
  name: 'signs',
  codeVersion: '1',
  entryTypes: {
    SignPosted: { type: 'signs.sign-posted.v1', audience: 'public', classification: 'public', legalBasis: 'TEST' },
    NoteMade: { type: 'signs.note-made.v1', audience: 'federation', classification: 'internal', legalBasis: 'TEST' },
  },
  folds: [{ kind: 'board', initial: 0, evolve: (count: number) => count + 1 }],
  commands,
  reactions: [],
  views: [],
  timers: () => [],
});
