/** Reminders before a limit (domain §1.5), in working days with holidays and make-up days; silent while a limit stands still. */
import { actor, DAY_MS, delta, pack, type Delta } from '../../testing/scenario.js';
import { notices } from '../policy/calendar-notice.js';
import { reminderOf } from './reminding.js';

const rules = pack('32', { remindWorkingDays: 2 });
const seen = (d: Delta) => reminderOf(d.order('o1'), rules, notices.initial, d.world.nowMs);

test('a limit of five working days is reminded of in its last two, weekends left out', () => {
  const d = delta();
  d.serve('o1', {}, 'PlaceOrder'); // Monday 2026-03-02: the fifth working day after is Monday the 9th.
  const left = [0, 1, 2, 3, 4, 5, 6, 7].map((day) => {
    if (day > 0) d.world.pass(DAY_MS);
    return seen(d)?.workingDaysLeft ?? null;
  });
  // Thursday still has Friday and Monday to come.
  expect(left).toEqual([null, null, null, 2, 1, 1, 1, 0]);
  expect(seen(d)).toMatchObject({ limit: 'accept', zh: '机构接单期限还剩 0 个工作日', en: '0 working days left for the agency to accept' });
});

test('nothing is reminded of where the pack says nothing, no limit runs, or the order is held', () => {
  const d = delta();
  d.serve('o1', {}, 'PlaceOrder');
  d.world.pass(6 * DAY_MS);
  expect(seen(d)).not.toBeNull();
  expect(reminderOf(d.order('o1'), pack('32'), notices.initial, d.world.nowMs)).toBeNull();
  expect(reminderOf(d.order('o1'), null, notices.initial, d.world.nowMs)).toBeNull();
  d.does('32', 'HoldOrder', { order: 'o1', reason: 'audit' }, actor('32', 'supervisor'));
  expect(seen(d)).toBeNull();
});

test('a limit fires in the millisecond after its last one, neither before nor a day later', () => {
  const d = delta();
  d.serve('o1', {}, 'PlaceOrder');
  const { acceptByMs } = d.order('o1').terms!;
  d.world.pass(acceptByMs - d.world.nowMs);
  expect(d.order('o1').phase).toBe('Placed');
  d.world.pass(1);
  expect(d.order('o1').phase).toBe('Closed');
});
