/** What was set aside for an operator, read whole: a stream that is forgotten here would be folded or reacted to out of order. */
import { canonical } from './canonical.js';
import type { ParkedItem } from './node.js';
import type { Recorded, Records } from './ports.js';
import { logged } from './rejection.js';

/** As it is kept: the table says what could not be done. */
export type KeptItem = Omit<ParkedItem, 'of'>;

/** What the log tells of it. */
export const parkedFacts = ({ journal, index, stream, why, refused }: KeptItem): Readonly<Record<string, string | number>> => ({
  ...{ journal, index, stream, why: typeof why === 'string' ? why : logged(why) },
  ...(refused && { refused: `${refused.rejected} ${canonical(refused.facts)}` }),
});

const PAGE = 1_000;

/** All records of a table of parked items, in the order of their ids. */
export const allParked = async (records: Records, table: string): Promise<readonly Recorded<KeptItem>[]> => {
  const found: Recorded<KeptItem>[] = [];
  for (;;) {
    const last = found.at(-1);
    const page = await records.find<KeptItem>(table, { limit: PAGE, ...(last && { after: { value: null, id: last.id } }) });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
};
