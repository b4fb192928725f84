/** The read model `lines`: debts between provinces, with the cuts and confirmations that bound them. */
import type { VoucherData } from '@yrd/contracts';
import type { Entry, View } from '@yrd/ledger';
import type { Move, Placed } from './line-position.js';
import { dataOf, idOf, provinceOf } from '../reading.js';
import { isSide, sidesOf } from './settlement.js';
import { journalOf } from '../streams.js';

/** Row of view `lines`: a debt. `settledIn` is the window, once its home has settled it. */
export interface LineRow extends Placed {
  readonly kind: 'line';
  readonly id: string;
  /** The order it is about; `order`, by which lines are counted, also tells which clawback of it. */
  readonly of: string;
  readonly clawback: number | null;
  readonly payer: string;
  readonly payee: string;
  readonly payableMs: number;
  readonly settledIn: number | null;
  /** Disputed or moved out of a window by anybody. */
  readonly moved: boolean;
}
/** Row of view `lines`: where a province cut its journal. In the same view, so that it is never newer than the lines below it. */
export interface CutRow {
  readonly kind: 'cut';
  readonly id: string;
  readonly window: number;
  readonly province: string;
  readonly size: number;
}
/** Row of view `lines`: where a side first confirmed a batch, after which it moves nothing out of it. */
export interface ConfirmRow {
  readonly kind: 'confirm';
  readonly id: string;
  readonly window: number;
  readonly pair: string;
  readonly province: string;
  readonly size: number;
}

interface Marked {
  readonly act: 'disputed' | 'proposed' | 'agreed';
  readonly how: 'move' | 'compensate' | null;
  readonly window: number;
  readonly pair: string;
  readonly size: number;
  readonly amountFen: number | null;
}
type Stated = Omit<LineRow, 'moves' | 'moved' | 'lost'>;
interface LinePart {
  readonly kind: 'line';
  readonly stated: Stated | null;
  /** What the part's province said of the line, and of whose line. */
  readonly marks: readonly Marked[];
  readonly about: { readonly lineId: string; readonly home: string };
}

/** An order has one line, and one more for each clawback that another province shares in. No order id holds a `~`. */
export const lineId = (order: string, clawback?: number | null): string => (clawback == null ? order : `${order}~${clawback}`);
/** The order and the clawback of a line. */
export const lineOfId = (id: string): { readonly order: string; readonly clawback: number | null } => {
  const [order = '', number] = id.split('~');
  return { order, clawback: number === undefined ? null : Number(number) };
};

/** What an entry states or settles; null where it is about no line. */
const statedIn = (entry: Entry) =>
  dataOf(entry, 'PublicityEnded') ?? dataOf(entry, 'ClawbackOrdered') ?? dataOf(entry, 'LineSettled') ?? dataOf(entry, 'LineUnsettled');

/** Whoever states a line is one of its two sides, and the other side is what it rests on; anything else is no line. */
const lineIn = (entry: Entry, said: VoucherData<'PublicityEnded'> | VoucherData<'ClawbackOrdered'>): Stated | null => {
  const home = provinceOf(entry.journal);
  const { order: of, line } = said;
  const clawback = 'clawback' in said ? said.clawback : null;
  if (!line || line.payer === line.payee || (home !== line.payer && home !== line.payee)) return null;
  if (line.foreign !== journalOf(home === line.payer ? line.payee : line.payer)) return null;
  const { payer, payee, amountFen, foreignSize } = line;
  if (![amountFen, foreignSize].every((each) => Number.isSafeInteger(each) && each >= 0)) return null;
  const order = lineId(of, clawback);
  const pair = `${payer}-${payee}`;
  const [homeSize, payableMs] = [entry.index + 1, entry.time];
  return {
    kind: 'line',
    id: order,
    of,
    clawback,
    order,
    pair,
    payer,
    payee,
    home,
    amountFen,
    homeSize,
    foreignSize,
    payableMs,
    settledIn: null,
  };
};

/** What a side of the pair said of a line in a batch; null where the entry is about no line, or by somebody else. */
const markIn = (entry: Entry): (Pick<LinePart, 'about'> & { readonly mark: Marked }) | null => {
  const disputed = dataOf(entry, 'LineDisputed');
  const proposed = dataOf(entry, 'RepairProposed');
  const moved = dataOf(entry, 'LineMoved');
  const compensated = dataOf(entry, 'LineCompensated');
  const said = disputed ?? proposed ?? moved ?? compensated;
  if (!said || !isSide(said.pair, provinceOf(entry.journal))) return null;
  const mark: Marked = {
    act: disputed ? 'disputed' : proposed ? 'proposed' : 'agreed',
    how: proposed?.act ?? (moved ? 'move' : compensated ? 'compensate' : null),
    window: said.window,
    pair: said.pair,
    size: entry.index + 1,
    amountFen: 'amountFen' in said ? said.amountFen : null,
  };
  return { about: { lineId: said.lineId, home: said.home }, mark };
};

type Marks = readonly (Marked & { readonly by: string })[];

/** A dispute moves by itself; a proposal only when the other side agreed to the very same. What names another pair is about nothing. */
const movesOf = (all: Marks, pair: string): readonly Move[] => {
  const marks = all.filter((each) => each.pair === pair);
  const disputes = marks
    .filter(({ act }) => act === 'disputed')
    .map(({ window, by, size }): Move => ({ window, stated: { [by]: size }, amountFen: null }));
  const repairs = marks
    .filter(({ act }) => act === 'agreed')
    .flatMap((agreed): Move[] => {
      const same = ({ act, by, how, window, amountFen }: Marks[number]): boolean =>
        act === 'proposed' && by !== agreed.by && how === agreed.how && window === agreed.window && amountFen === agreed.amountFen;
      const proposed = marks.findLast(same);
      if (!proposed) return [];
      return [{ window: agreed.window, stated: { [proposed.by]: proposed.size, [agreed.by]: agreed.size }, amountFen: agreed.amountFen }];
    });
  // Of one window a repair of both comes before a dispute of one; of two disputes the one of the smaller province.
  return [...repairs, ...disputes].sort((one, other) => one.window - other.window);
};

const joined = (parts: Readonly<Record<string, LinePart>>): LineRow | null => {
  const sorted = Object.entries(parts).sort(([one], [other]) => (one < other ? -1 : 1));
  const marks = sorted.flatMap(([journal, part]) => part.marks.map((mark) => ({ ...mark, by: provinceOf(journal) })));
  const stated = sorted.find(([, part]) => part.stated !== null)?.[1].stated;
  if (stated) {
    const moves = movesOf(marks, stated.pair);
    return { ...stated, moves, moved: moves.length > 0, lost: false };
  }
  const about = sorted[0]?.[1].about;
  const agreed = marks.find(({ act }) => act === 'agreed');
  const moves = agreed ? movesOf(marks, agreed.pair) : [];
  if (!about || agreed?.amountFen == null || moves.length === 0) return null;
  const { lineId: id, home } = about;
  const { pair } = agreed;
  const { order: of, clawback } = lineOfId(id);
  const rest = { payableMs: 0, settledIn: null, homeSize: 0, foreignSize: 0, amountFen: agreed.amountFen };
  return { kind: 'line', id, of, clawback, order: id, pair, ...sidesOf(pair), home, ...rest, moves, moved: true, lost: true };
};

export const lines: View<LinePart | CutRow | ConfirmRow> = {
  name: 'lines',
  on: [
    'PublicityEnded',
    'ClawbackOrdered',
    'LineSettled',
    'LineUnsettled',
    'LineDisputed',
    'RepairProposed',
    'LineMoved',
    'LineCompensated',
    'WindowClosed',
    'BatchConfirmed',
  ],
  key: (entry) => {
    const province = provinceOf(entry.journal);
    const close = dataOf(entry, 'WindowClosed');
    if (close) return `cut.${close.window}.${province}`;
    const confirmed = dataOf(entry, 'BatchConfirmed');
    if (confirmed) return `confirm.${confirmed.window}.${confirmed.pair}.${province}`;
    const marked = markIn(entry);
    if (marked) return `line.${marked.about.home}.${marked.about.lineId}`;
    const stated = statedIn(entry);
    return stated && `line.${province}.${lineId(idOf(entry.stream), 'clawback' in stated ? stated.clawback : null)}`;
  },
  fold: (part, entry) => {
    const [province, size] = [provinceOf(entry.journal), entry.index + 1];
    const close = dataOf(entry, 'WindowClosed');
    // The first close counts: a cut is never made anew. So does the first confirmation.
    if (close) return part ?? { kind: 'cut', id: `cut.${close.window}.${province}`, window: close.window, province, size };
    const confirmed = dataOf(entry, 'BatchConfirmed');
    if (confirmed) {
      const { window, pair } = confirmed;
      return part ?? { kind: 'confirm', id: `confirm.${window}.${pair}.${province}`, window, pair, province, size };
    }
    const now = part?.kind === 'line' ? part : null;
    const marked = markIn(entry);
    if (marked) {
      const { about, mark } = marked;
      return { kind: 'line', stated: now?.stated ?? null, about, marks: [...(now?.marks ?? []), mark] };
    }
    const settled = dataOf(entry, 'LineSettled') ?? dataOf(entry, 'LineUnsettled');
    if (settled)
      return now?.stated ? { ...now, stated: { ...now.stated, settledIn: entry.type === 'LineSettled' ? settled.window : null } } : now;
    const said = dataOf(entry, 'PublicityEnded') ?? dataOf(entry, 'ClawbackOrdered');
    const stated = said && lineIn(entry, said);
    if (!stated) return now;
    const about = { lineId: stated.id, home: stated.home };
    return { kind: 'line', stated, marks: now?.marks ?? [], about };
  },
  join: (parts) => {
    const all = Object.values(parts);
    const first = all[0];
    if (!first || first.kind !== 'line') return first ?? null;
    return joined(Object.fromEntries(Object.entries(parts).filter((each): each is [string, LinePart] => each[1].kind === 'line')));
  },
};
