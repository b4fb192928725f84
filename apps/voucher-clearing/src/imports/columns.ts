/** Columns of imports, in few words. */
import type { ImportKind } from '@yrd/platform';

type Column = ImportKind['columns'][number];

/** An id as a node makes it. */
export const ID = '0f3c5a9b1d2e4f60718293a4b5';

export const column = (field: string, zh: string, example: string, holds: Column['holds'] = 'text'): Column => ({
  field,
  zh,
  example,
  holds,
});
