/** Reading rows of views: filters as they were given, and orders that a list offers. */
import type { Match, RecordQuery } from '@yrd/ledger';

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without what was not given. */
export const only = <T extends Readonly<Record<string, Match | undefined>>>(fields: T): Partial<Given<T>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Given<T>>;

/** `-placedMs`: by that field, newest or largest first. */
export const orderOf = (sort: string): NonNullable<RecordQuery['order']> =>
  sort.startsWith('-') ? { field: sort.slice(1), descending: true } : { field: sort };

/** Both directions of some fields, as `sort` names them. */
export const sorts = <F extends string>(...fields: readonly F[]): readonly (F | `-${F}`)[] =>
  fields.flatMap((field): readonly (F | `-${F}`)[] => [field, `-${field}`]);

/** From a value on, and before another; undefined where neither is given. */
export const range = (gte: number | undefined, lt: number | undefined): Match | undefined =>
  gte === undefined && lt === undefined ? undefined : { ...(gte !== undefined && { gte }), ...(lt !== undefined && { lt }) };
