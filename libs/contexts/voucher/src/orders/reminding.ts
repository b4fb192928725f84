/** Reminders before a limit (domain §1.5): so many working days ahead by the calendar of its home. Shown, never decided on. */
import type { VoucherPack } from '@yrd/contracts';
import { CLOCKS, daysLeft } from '../due.js';
import { calendarOf, type Notices } from '../policy/calendar-notice.js';
import { limitIn, type Limited } from './order-limits.js';
import type { Limit, Order } from './order.js';

export interface Reminder {
  readonly limit: Limit;
  readonly lastMs: number;
  /** Working days still to come; 0 on the last day. */
  readonly workingDaysLeft: number;
  readonly zh: string;
  readonly en: string;
}

/** The limit that may be reminded of; null where none runs or the clock stands. */
export const ticking = (state: Order): Limited | null => {
  const limited = limitIn(state);
  return limited?.runs && state.stoppedMs === null ? limited : null;
};

/** The reminder of the running limit; null while it is further off than the pack says, or stands still. */
export const reminderOf = (state: Order, pack: VoucherPack | null, notices: Notices, nowMs: number): Reminder | null => {
  const limited = ticking(state);
  const ahead = pack?.remindWorkingDays;
  if (ahead === undefined || limited === null || nowMs > limited.lastMs) return null;
  const { limit, lastMs } = limited;
  const left = daysLeft(nowMs, lastMs, calendarOf(notices));
  if (left > ahead) return null;
  const [zh, en] = CLOCKS[limit];
  return { limit, lastMs, workingDaysLeft: left, zh: `${zh}期限还剩 ${left} 个工作日`, en: `${left} working days left for ${en}` };
};
