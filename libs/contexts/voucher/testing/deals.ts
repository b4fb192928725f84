/** The deals that the people of a history want to make: who with whom, for how much, and how each is to go. */
import type { Rejection } from '@yrd/ledger';
import type { Chance } from '@yrd/ledger/testing';
import { PROVINCE_CODES, type ProvinceCode } from './node.js';

/** How a deal goes: how far it gets, or how it ends. */
const COURSES = {
  paid: 4,
  signed: 3,
  disputed: 2,
  accepted: 3,
  withdrawn: 3,
  raced: 5,
  lapsed: 5,
  declined: 6,
  proposed: 4,
  sliced: 4,
  greedy: 8,
} as const;
type Course = keyof typeof COURSES;

/** Courses that go on to a contract. */
export const CONTRACTED: readonly Course[] = ['paid', 'signed', 'disputed'];

export interface Deal {
  readonly id: string;
  readonly course: Course;
  readonly home: ProvinceCode;
  readonly at: ProvinceCode;
  readonly mode: 'tongdui' | 'tongyong';
  readonly voucherFen: number;
}

/** The number that a deal has among those of its course. */
export const nth = ({ id, course }: Deal): number => Number(id.slice(course.length + 1));

/** Whether a refusal says that the order has ended. */
export const hasEnded = ({ facts: { seen } }: Rejection): boolean => typeof seen === 'object' && seen !== null && seen['word'] === 'Closed';

/** The deals of a history, most of them across a border, by its seed alone. */
export const dealsOf = (chance: Chance): readonly Deal[] =>
  Object.entries(COURSES).flatMap(([course, count]) =>
    Array.from({ length: count }, (_, at): Deal => {
      const home = PROVINCE_CODES[at % 4]!;
      const others = PROVINCE_CODES.filter((each) => each !== home);
      return {
        id: `${course}-${at}`,
        course: course as Course,
        home,
        at: chance.pick(others),
        mode: chance.happens(0.5) ? 'tongdui' : 'tongyong',
        // With two greedy ones the deals of a firm want more than there is: whoever comes last is refused (V5), or waits in line (V27).
        voucherFen: course === 'greedy' ? 4_500_000 : 300_000 + 1_000 * chance.below(400),
      };
    }),
  );
