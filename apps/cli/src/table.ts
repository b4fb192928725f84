/** Tables for people in a terminal, where a Chinese character takes two columns. */

/** What takes two columns: CJK, kana, Hangul, full-width forms (Unicode East Asian Width W and F, as far as our texts go). */
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
/** What moves nothing or would move the cursor: shown as a space, so that a name from a ledger cannot paint over a line. */
const CONTROL = /[\p{Cc}\p{Cf}]/gu;

export const widthOf = (text: string): number => [...text].reduce((width, each) => width + (WIDE.test(each) ? 2 : 1), 0);

export type TableCell = string | number | null;

const shown = (cell: TableCell): string => (cell === null ? '–' : String(cell).replace(CONTROL, ' '));

const padded = (text: string, width: number, right: boolean): string => {
  const gap = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? gap + text : text + gap;
};

/** Rows under headings; a column of numbers stands to the right. Ends with a line feed; empty without rows. */
export const table = (headings: readonly string[], rows: readonly (readonly TableCell[])[]): string => {
  if (rows.length === 0) return '';
  const right = headings.map((_, at) => rows.every((row) => typeof row[at] === 'number' || row[at] === null));
  const texts = [headings, ...rows.map((row) => headings.map((_, at) => shown(row[at] ?? null)))];
  const widths = headings.map((_, at) => Math.max(...texts.map((row) => widthOf(row[at] ?? ''))));
  return texts
    .map(
      (row) =>
        `${row
          .map((cell, at) => padded(cell, widths[at] ?? 0, right[at] ?? false))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
};

/** How far the four provinces' clocks are ahead of UTC, ms. */
export const SHANGHAI_MS = 8 * 3_600_000;

/** A time as the four provinces' clocks show it: `2026-03-31 17:05`. */
export const timeText = (ms: number): string => new Date(ms + SHANGHAI_MS).toISOString().slice(0, 16).replace('T', ' ');
