/** `RecordQuery` as MongoDB asks it, in the one order that every adapter keeps: null, numbers, texts, booleans; ties by id. */
import type { Match, RecordQuery, Scalar } from '@yrd/ledger';

/** What a query and a scan have in common. */
type Asked = Omit<RecordQuery, 'limit'>;
export type Filter = Readonly<Record<string, unknown>>;

/** Where a field of a record's value lies in its document. Throws for a path that MongoDB would read as an operator. */
export const valuePath = (field: string): string => {
  if (!/^[^.$\0][^.\0]*(\.[^.$\0][^.\0]*)*$/.test(field)) {
    throw new Error(`"${field.slice(0, 60)}" is not the path of a field: name it as in "window.status", without $ at the front`);
  }
  return `v.${field}`;
};

const condition = (match: Match): unknown => {
  if (typeof match !== 'object' || match === null) return { $eq: match };
  return {
    ...(match.gte === undefined ? {} : { $gte: match.gte }),
    ...(match.lt === undefined ? {} : { $lt: match.lt }),
    ...(match.in === undefined ? {} : { $in: [...match.in] }),
  };
};

const isRange = (match: Match | undefined): boolean =>
  typeof match === 'object' && match !== null && (match.gte !== undefined || match.lt !== undefined);

const KINDS = ['null', 'number', 'string', 'bool'] as const;

const kindOf = (value: Scalar): number =>
  value === null ? 0 : { number: 1, string: 2, boolean: 3 }[typeof value as 'number' | 'string' | 'boolean'];

// MongoDB compares within one type only, so rows whose field is of a later type are asked for by type. A missing field is null.
const ofKinds = (path: string, kinds: readonly (typeof KINDS)[number][]): readonly Filter[] =>
  kinds.map((kind) => (kind === 'null' ? { [path]: null } : { [path]: { $type: kind } }));

/** Where the rows behind a row lie: those of its value, by their ids, and those beyond it. */
const behind = ({ field, descending }: Required<Asked>['order'], { value, id }: Required<Asked>['after']) => {
  const [path, towards] = [valuePath(field), descending ? '$lt' : '$gt'];
  return { path, towards, ties: { [path]: value, _id: { [towards]: id } }, beyond: { [path]: { [towards]: value } } };
};

/** Rows that follow the one the last page ended with. */
const following = ({ where, order, after }: Asked): readonly Filter[] => {
  if (!after) return [];
  if (!order) return [{ _id: { $gt: after.id } }];
  const { path, towards, ties: tie, beyond } = behind(order, after);
  const kind = kindOf(after.value);
  const further = after.value === null ? [] : [beyond];
  // Within a range all are of one type. The index is entered where the last page ended: an $or alone would read on from the range’s start.
  if (isRange(where?.[order.field])) return [{ [path]: { [`${towards}e`]: after.value } }, { $or: [...further, tie] }];
  const others = ofKinds(path, order.descending ? KINDS.slice(0, kind) : KINDS.slice(kind + 1));
  return [{ $or: [...further, ...others, tie] }];
};

/** The filter of a query. */
export const filterOf = (query: Asked): Filter => {
  const fields = Object.entries(query.where ?? {}).map(([field, match]) => ({ [valuePath(field)]: condition(match) }));
  const all = [...fields, ...following(query)];
  return all.length === 0 ? {} : { $and: all };
};

/**
 * What follows a row, as filters that are asked one after the other: within a range those of its value, then those beyond. Each lies in one
 * stretch of an index, so that no row has to be fetched for it, which an $or would.
 */
export const filtersBehind = (query: Asked): readonly Filter[] => {
  const { where, order, after } = query;
  if (!order || !after || !where || !isRange(where[order.field])) return [filterOf(query)];
  const within = filterOf({ where });
  const { ties, beyond } = behind(order, after);
  return [{ $and: [within, ties] }, { $and: [within, beyond] }];
};

/** Its order. Ties run the way the order runs, so that one index serves both directions. */
export const sortOf = ({ order }: Asked): Record<string, 1 | -1> => {
  const way = order?.descending ? -1 : 1;
  return order ? { [valuePath(order.field)]: way, _id: way } : { _id: way };
};
