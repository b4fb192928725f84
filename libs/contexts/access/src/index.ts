/** The access register: who asked for what, and the persons whose data a node holds; the whole context, pure. */
import type { Context } from '@yrd/ledger';

export const access: Context = {
  name: 'access',
  codeVersion: 'access-1',
  entryTypes: {},
  folds: [],
  commands: {},
  reactions: [],
  views: [],
  timers: () => [],
};
