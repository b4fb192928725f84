/** Queries of records, as the simulated disk answers them. */
import type { Match, Recorded, RecordQuery, Scalar } from '../src/index.js';

const fieldOf = (value: unknown, field: string): Scalar => {
  const found = field
    .split('.')
    .reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined), value);
  return found === undefined ? null : (found as Scalar);
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

/** The records that a query asks for, in its order. */
export const selected = <R extends Recorded<unknown>>(
  rows: readonly R[],
  { where, order, after, only, limit }: RecordQuery,
): readonly R[] => {
  const sign = order?.descending ? -1 : 1;
  const valueOf = (row: R): Scalar => (order ? fieldOf(row.value, order.field) : null);
  const by = (a: { value: Scalar; id: string }, b: { value: Scalar; id: string }): number =>
    sign * (compare(a.value, b.value) || compare(a.id, b.id));
  return rows
    .filter((row) => Object.entries(where ?? {}).every(([field, match]) => fits(fieldOf(row.value, field), match)))
    .sort((a, b) => by({ value: valueOf(a), id: a.id }, { value: valueOf(b), id: b.id }))
    .filter((row) => !after || by({ value: valueOf(row), id: row.id }, after) > 0)
    .slice(0, limit)
    .map((row) => (only ? { ...row, value: pickedOf(row.value, only) } : row));
};

/** What lies at these paths of a value, at the same paths. */
const pickedOf = (value: unknown, paths: readonly string[]): object => {
  const picked: Record<string, unknown> = {};
  for (const [head, rest] of byHead(paths)) {
    const there = Object(value) as Readonly<Record<string, unknown>>;
    if (Object.hasOwn(there, head)) picked[head] = rest.length === 0 ? there[head] : pickedOf(there[head], rest);
  }
  return picked;
};
const byHead = (paths: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const heads = new Map<string, readonly string[]>();
  for (const path of paths) {
    const [head = '', ...rest] = path.split('.');
    heads.set(head, [...(heads.get(head) ?? []), ...(rest.length > 0 ? [rest.join('.')] : [])]);
  }
  return heads;
};
