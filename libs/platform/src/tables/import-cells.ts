/** Cells of an import as the values that a field takes: as people write them, and as spreadsheets keep them. */
import type { TableCell } from './table.js';

/** `fen` also come in yuan, under a heading of their own; `words` are several, blanks or commas between them; `share` is a part of one. */
export type Holds = 'text' | 'whole' | 'fen' | 'day' | 'words' | 'share';

const DAY_MS = 86_400_000;
/** 1899-12-30: spreadsheets count days from here, as if 1900 had been a leap year. */
const DAY_ZERO_MS = -2_209_161_600_000;
/** 9999-12-31. */
const DAYS_MAX = 2_958_465;

const dayOf = (cell: TableCell): string => {
  if (typeof cell === 'number') {
    const known = Number.isInteger(cell) && cell > 0 && cell <= DAYS_MAX;
    return known ? new Date(DAY_ZERO_MS + cell * DAY_MS).toISOString().slice(0, 10) : String(cell);
  }
  const [, year, month = '', day = ''] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(cell) ?? [];
  return year === undefined ? cell : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
};

/** Spreadsheets keep fifteen digits of a number and put noughts for the rest: it shows, lest another code be read in its place. */
export const isCutOff = (cell: TableCell | undefined): boolean => typeof cell === 'number' && Math.abs(cell) > Number.MAX_SAFE_INTEGER;
const digits = (cell: number): string => (isCutOff(cell) ? cell.toExponential() : String(cell));

/** Yuan with at most two decimals as fen, digit by digit; anything else stays a text, which no amount is. */
const fenOf = (text: string): number | string => {
  const [, whole, decimals = ''] = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  return whole === undefined ? text : Number(whole) * 100 + Number(decimals.padEnd(2, '0'));
};

const wholeOf = (text: string): number | string => (/^\d{1,15}$/.test(text) ? Number(text) : text);

const SHARES = 1_000_000;
/** Of such a part: what a binary number is off by, and far below what a register writes. */
const NOISE = 0.001;
const dividing = (one: number, other: number): number => (other === 0 ? one : dividing(other, one % other));

/** A part of one in lowest terms: `66.67%`, `2/3`, or what a spreadsheet keeps of a percentage; anything else stays a text. */
const shareOf = (cell: TableCell): object | string => {
  const text = String(cell).normalize('NFKC').replace(/\s/g, '');
  const [, whole, decimals = ''] = /^(\d{1,3})(?:\.(\d{1,4}))?%$/.exec(text) ?? [];
  const [, over, under] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  // Rounded up: a share just above one half stays above one half.
  const exact = typeof cell === 'number' ? [Math.ceil(cell * SHARES - NOISE), SHARES] : [Number(over), Number(under)];
  const [part = NaN, all = NaN] = whole === undefined ? exact : [Number(whole + decimals), 100 * 10 ** decimals.length];
  // A bare 1 in a text may be a hundredth or the whole.
  if (!(part >= 0 && part <= all && all > 0)) return text;
  const by = dividing(part, all);
  return { of: part / by, in: all / by };
};

/** What a cell says, as the field takes it; what it cannot be read as stays a text, which the field refuses. */
export const valueOf = (holds: Holds, cell: TableCell, yuan: boolean): unknown => {
  const text = typeof cell === 'number' ? digits(cell) : cell.trim();
  switch (holds) {
    case 'fen':
      return yuan ? fenOf(text) : wholeOf(text);
    case 'whole':
      return wholeOf(text);
    case 'day':
      return dayOf(typeof cell === 'number' ? cell : text);
    case 'share':
      return shareOf(cell);
    case 'words':
      return text.split(/[\s,，、;；]+/u).filter((word) => word !== '');
    case 'text':
      return text;
  }
};
