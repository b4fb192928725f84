/** Queries of records, as the simulated disk answers them. */
import type { Cells, Match, Recorded, RecordQuery, Scalar } from '../src/index.js';

const fieldAt = (value: unknown, path: readonly string[]): Scalar => {
  let at = value;
  for (const name of path) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined;
  return at === undefined ? null : (at as Scalar);
};

const matches = (value: Scalar, match: Match): boolean => {
  if (match === null || typeof match !== 'object') return value === match;
  if (match.in && !match.in.includes(value)) return false;
  if (match.gte !== undefined && !(value !== null && typeof value === typeof match.gte && value >= match.gte)) return false;
  return !(match.lt !== undefined && !(value !== null && typeof value === typeof match.lt && value < match.lt));
};

/** A list matches when one of its elements does. */
const fits = (value: unknown, match: Match): boolean =>
  Array.isArray(value) ? value.some((each) => matches(each as Scalar, match)) : matches(value as Scalar, match);

const rank = (value: Scalar): number => (value === null ? 0 : typeof value === 'number' ? 1 : typeof value === 'string' ? 2 : 3);
const compare = (a: Scalar, b: Scalar): number => {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  return a === b ? 0 : a! < b! ? -1 : 1;
};

/** The records of a table that a query asks for, in its order. */
export const selected = <T>(
  table: Iterable<readonly [string, { readonly value: unknown; readonly rev: number }]>,
  { where, order, after, limit }: RecordQuery,
): readonly Recorded<T>[] => {
  const wanted = Object.entries(where ?? {}).map(([field, match]) => [field.split('.'), match] as const);
  const path = order?.field.split('.');
  const sign = order?.descending ? -1 : 1;
  const by = (a: { value: Scalar; id: string }, b: { value: Scalar; id: string }): number =>
    sign * (compare(a.value, b.value) || compare(a.id, b.id));
  const found: { readonly id: string; readonly value: Scalar; readonly row: Recorded<T> }[] = [];
  for (const [id, { value, rev }] of table) {
    if (!wanted.every(([at, match]) => fits(fieldAt(value, at), match))) continue;
    const each = { id, value: path ? fieldAt(value, path) : null, row: { id, value: value as T, rev } };
    if (!after || by(each, after) > 0) found.push(each);
  }
  return found
    .sort(by)
    .slice(0, limit)
    .map(({ row }) => row);
};

/** What lies at these paths of a value. */
export const cellsOf = (value: unknown, paths: readonly string[]): Cells => paths.map((path) => fieldAt(value, path.split('.')));
