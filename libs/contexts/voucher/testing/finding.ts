/** What the test world finds rows and needs by: hashes, matches, and a key for each thing asked for. */
import { createHash } from 'node:crypto';
import type { Collector, Where, Need, Scalar, Scan } from '@yrd/ledger';
import { byCode, lineKey, PairCount, type Attestation, type Line, type Sizes } from '../src/settlement/settlement.js';

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
export const matches = (row: Readonly<Record<string, unknown>>, where: Where): boolean =>
  Object.entries(where).every(([field, match]) => {
    const value = row[field] ?? null;
    if (typeof match !== 'object' || match === null) return value === match;
    if (match.in && !match.in.some((each) => each === value)) return false;
    if (match.gte !== undefined && !(value !== null && value >= match.gte)) return false;
    return match.lt === undefined || (value !== null && value < match.lt);
  });

export const needKey = (need: Need): string => {
  if ('stream' in need) return `state ${need.journal} ${need.stream}`;
  if ('scan' in need) return `scan ${need.scan}`;
  return 'rows' in need ? `rows ${need.rows} ${JSON.stringify(need.where)}` : `root ${need.rootOf} ${need.size}`;
};

type Row = Readonly<Record<string, unknown>> & { readonly kind: string; readonly home: string; readonly id: string };
const less = (one: unknown, other: unknown): number => (one === other ? 0 : (one as number) < (other as number) ? -1 : 1);

/** The collector of a scan, after it took what `rows` answers for each range, in the order asked for. */
export const scanned = ({ view, ranges, cells, into }: Scan, rows: <R>(view: string, where: Where) => readonly R[]): Collector => {
  const collector = into();
  for (const range of ranges) {
    const { where, by, after } = range;
    const idOf = ({ kind, home, id }: Row): string => `${kind}.${home}.${id}`;
    const order = (one: Row, value: unknown, id: string): number => less(one[by], value) || less(idOf(one), id);
    const found = [...rows<Row>(view, where)].sort((one, other) => order(one, other[by], idOf(other)));
    const left = after ? found.filter((row) => order(row, after.value, after.id) > 0) : found;
    for (const row of left) {
      const read = cells.map((field) => (row[field] ?? null) as Scalar);
      if (!collector.take(read, range)) return collector;
    }
  }
  collector.end();
  return collector;
};

/** Lines in the order in which they are counted. */
export const inOrder = (lines: readonly Line[], before: Sizes = {}): readonly Line[] =>
  [...lines].sort((one, other) => byCode(lineKey(one, before), lineKey(other, before)));

/** Attests a pair over exactly these lines. */
export const attest = (of: Pick<Attestation, 'window' | 'pair' | 'cuts'>, lines: readonly Line[]): Attestation => {
  const count = new PairCount(of, hash);
  for (const line of inOrder(lines)) count.take(line);
  return count.attestation;
};
