/** The class of a service as an order is judged by it: the own code within a province, the common one across a border (服务内容相通, M1). */
import { phrase, refuse } from '@yrd/contracts';
import type { Rejection } from '@yrd/ledger';
import { commonService, serviceMapping } from '@yrd/standards';
import { dayOf } from '../policy/clocks.js';

export interface Item {
  /** Code of the agency's province. */
  readonly code: string;
  readonly agencyProvince: string;
  /** Whose lists it is looked for in: the enterprise's province. */
  readonly home: string;
  /** Class of the common list; null where the mapping of the agency's province has none. */
  readonly common: string | null;
  /** Version of that mapping. */
  readonly mapping: string;
  readonly day: string;
}

/** A product's class on the day of an order. */
export const itemOf = (code: string, { agencyProvince, home }: Pick<Item, 'agencyProvince' | 'home'>, nowMs: number): Item => {
  const day = dayOf(nowMs);
  const mapping = serviceMapping(agencyProvince, day)?.version ?? 'none';
  return { code, agencyProvince, home, common: commonService(agencyProvince, code, day), mapping, day };
};

/** Whether a list of the enterprise's province has it, by the province's own codes, common ones, or `*`. */
export const among = ({ code, agencyProvince, home, common, day }: Item, classes: readonly string[]): boolean =>
  classes.some((each) => {
    if (each === '*') return true;
    return agencyProvince === home ? each === code || each === common : common !== null && commonService(home, each, day) === common;
  });

/** Whether two lists name the same classes, in whatever order. */
export const sameClasses = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((each) => other.includes(each));

/** E-CLASS for a product of another province that the common list does not know; the mapping is named, so that it can be mended. */
export const mapped = ({ code, agencyProvince, home, common, mapping }: Item): Rejection | null =>
  agencyProvince === home || common !== null || code === ''
    ? null
    : refuse('E-CLASS', {
        clause: 'M1',
        seen: phrase('codeOf', { code, province: agencyProvince }),
        needed: phrase('mappedClass'),
        mapping,
      });

/** What an order across a border records of it. */
export const recorded = ({ agencyProvince, home, common, mapping }: Item): { readonly commonClass?: string; readonly mapping?: string } =>
  agencyProvince === home || common === null ? {} : { commonClass: common, mapping };
