// One list of service classes for four provinces (服务内容相通), and each province's own codes mapped to it, by version and first day.
import { SERVICE_LIST_2026, SERVICE_MAPPINGS } from './service-codes-data.js';

export interface ServiceClass {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly source: string;
  /** True until the provinces confirm it. */
  readonly assumed: boolean;
}

export interface ServiceMapping {
  readonly province: string;
  readonly version: string;
  /** Version of the common list that it maps to. */
  readonly list: string;
  /** First day, YYYY-MM-DD in Shanghai. */
  readonly from: string;
  /** The province's own code → the common one. */
  readonly codes: Readonly<Record<string, string>>;
  readonly source: string;
  readonly assumed: boolean;
}

const COMMON: ReadonlySet<string> = new Set(SERVICE_LIST_2026.classes.map(({ code }) => code));

/** The mapping of a province on a day: the newest that has begun; null where there is none. */
export function serviceMapping(province: string, day: string): ServiceMapping | null {
  return SERVICE_MAPPINGS.filter((each) => each.province === province && each.from <= day).at(-1) ?? null;
}

/** The common class of a province's own code on a day; a common code stands for itself. Null where the mapping has no such code. */
export function commonService(province: string, code: string, day: string): string | null {
  if (COMMON.has(code)) return code;
  const codes = serviceMapping(province, day)?.codes ?? {};
  return Object.hasOwn(codes, code) ? (codes[code] ?? null) : null;
}
