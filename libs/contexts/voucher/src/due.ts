/**
 * When something is due, as lists tell it (domain §1.5): of all clocks that run over a thing, the one that ends first. How many working
 * days are left is counted when the list is read, by the calendar of the thing's home.
 */
import { toShanghaiDate, workingDaysLeft, type Calendar } from '@yrd/standards';
import { dayStartMs } from './policy/clocks.js';

/** That a time limit may still move, in words for people. */
export interface Provisional {
  /** Years whose notices of holidays are awaited. */
  readonly awaits: readonly number[];
  readonly zh: string;
  readonly en: string;
}

/** What is awaited, in words; null when nothing is. */
export const awaiting = (awaits: readonly number[]): Provisional | null =>
  awaits.length === 0
    ? null
    : {
        awaits,
        zh: `暂定：待采用${awaits.join('、')}年节假日安排通知后重新计算`,
        en: `Provisional: counted again when the holiday notice for ${awaits.join(' and ')} is adopted`,
      };

/** Every clock that a list may tell of: for what there is time. */
export const CLOCKS = {
  accept: ['机构接单', 'the agency to accept'],
  contract: ['签订合同', 'the contract to be signed'],
  redeem: ['申请兑付', 'redemption to be asked for'],
  publicity: ['公示', 'objections'],
  payment: ['付款', 'payment (V18)'],
  use: ['用券', 'the voucher to be used (V13)'],
  year: ['年度关闭前审结', 'the claim to be decided before the year closes (A5)'],
  answer: ['首次答复投诉', 'the first answer to a complaint (M5)'],
  suspension: ['暂停', 'the suspension'],
  exclusion: ['禁入', 'the exclusion (V9)'],
  certificate: ['资质证书', 'the certificate (V9)'],
  appraisal: ['年度评价', 'the yearly appraisal (M4)'],
} as const satisfies Readonly<Record<string, readonly [zh: string, en: string]>>;
export type ClockName = keyof typeof CLOCKS;
export const CLOCK_NAMES = Object.keys(CLOCKS) as readonly ClockName[];

/** A clock that runs. */
export interface Running {
  readonly clock: ClockName;
  /** Its last millisecond. */
  readonly lastMs: number;
  /** Years whose notices could still move it. */
  readonly awaits?: readonly number[] | undefined;
}

/** The due date of a thing over which no clock runs: behind every other one, so that a list by due date ends with it. */
export const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** What a row of a view keeps of its clocks. */
export interface Due {
  readonly dueClock: ClockName | null;
  /** `NEVER_MS` where no clock runs. */
  readonly dueMs: number;
  readonly dueProvisional: Provisional | null;
}

/** Of the clocks that run, null for one that does not, the first to end. */
export const dueOf = (clocks: readonly (Running | null)[]): Due => {
  let first: Running | null = null;
  for (const each of clocks) if (each !== null && (first === null || each.lastMs < first.lastMs)) first = each;
  if (first === null) return { dueClock: null, dueMs: NEVER_MS, dueProvisional: null };
  return { dueClock: first.clock, dueMs: first.lastMs, dueProvisional: awaiting(first.awaits ?? []) };
};

/** A clock with an end that may not be known. */
export const until = (clock: ClockName, lastMs: number | null | undefined, awaits?: readonly number[]): Running | null =>
  lastMs == null ? null : { clock, lastMs, awaits };

/** Working days still to come until then; 0 on the last day, and later. */
export const daysLeft = (nowMs: number, lastMs: number, by: Calendar): number =>
  workingDaysLeft(toShanghaiDate(nowMs), toShanghaiDate(lastMs), by);

/** The first moment for which more than so many working days are left from now: what ends before it is due within them. */
export const dueBeforeMs = (nowMs: number, workingDays: number, by: Calendar): number => {
  let day = by.nextWorkingDay(toShanghaiDate(nowMs));
  for (let left = workingDays; left > 0; left -= 1) day = by.nextWorkingDay(day);
  return dayStartMs(day);
};
