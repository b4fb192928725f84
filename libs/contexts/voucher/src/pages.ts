/** Reactions that concern many orders or agencies of this province: looked at a page at a time, each in a commit of its own. */
import type { DerivedCommand, Entry, Where, Reaction } from '@yrd/ledger';

/** Rows looked at for one entry. */
const PAGE = 50;

/** What one reaction does to every order, or row of another view, that an own entry concerns. */
export interface Pages<P extends { readonly after: string }> {
  readonly name: string;
  /** The view that is paged through; `orders` where nothing is said. */
  readonly view?: string;
  readonly on: readonly string[];
  /** What an entry is about, and the last row of the page before; nothing at first. */
  readonly pageOf: (entry: Entry) => P;
  /** Rows from there on. The last one of a page may come again. */
  readonly concerned: (page: P, province: string) => Where;
  readonly each: (id: string, page: P) => DerivedCommand;
  /** Asks for the page that begins after what is handed on. */
  readonly next: (page: P) => DerivedCommand;
}

/** One command for each row of the page, and while a page is full one for the next. */
export const byPages = <P extends { readonly after: string }>({
  name,
  view = 'orders',
  on,
  pageOf,
  concerned,
  each,
  next,
}: Pages<P>): Reaction => ({
  name,
  on,
  from: 'own',
  needs: (entry, found) => [{ rows: view, where: concerned(pageOf(entry), found.province), limit: PAGE }],
  react: (entry, found) => {
    const page = pageOf(entry);
    const rows = found.rows<{ readonly id: string }>(view, concerned(page, found.province));
    const after = rows.length < PAGE ? undefined : rows.at(-1)?.id;
    return [...rows.map(({ id }) => each(id, page)), ...(after === undefined ? [] : [next({ ...page, after })])];
  },
});
