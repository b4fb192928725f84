/** Names of MongoDB collections: one for each journal and table, injective and free of what MongoDB refuses. */

const escaped = (part: string, kept: RegExp): string =>
  [...part]
    .map((char) => (kept.test(char) ? char : [...Buffer.from(char)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join('')))
    .join('');

// A namespace is at most 255 bytes; what the database's own name may need is left free.
const NAME_MAX = 180;

const bounded = (name: string, of: string): string => {
  if (name.length > NAME_MAX)
    throw new Error(`the name ${of.slice(0, 40)}… is too long for a MongoDB collection: use at most about 150 letters`);
  return name;
};

/** `31/voucher~2` → `journal.31.voucher~2`. */
export const journalCollection = (journal: string): string =>
  bounded(['journal', ...journal.split('/').map((part) => escaped(part, /[A-Za-z0-9_~-]/))].join('.'), journal);

/** `view/orders` → `table.view=2forders`. */
export const tableCollection = (table: string): string => bounded(`table.${escaped(table, /[A-Za-z0-9_.~-]/)}`, table);
