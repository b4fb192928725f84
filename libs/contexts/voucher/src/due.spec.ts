/** Domain §1.5: a row of a list tells which clock over its thing ends first, when, and whether a notice may still move that. */
import { RULES, agencyIn, asAgency, assessing, newcomer, onAgency, ruled } from '../testing/agencies.js';
import { actor, DAY_MS, delta, firm, pack, staff, type Delta } from '../testing/scenario.js';
import { calendar, OFFICIAL_YEARS } from '@yrd/standards';
import { dueBeforeMs, daysLeft, NEVER_MS } from './due.js';

type View = 'orders' | 'redemptions' | 'quotas' | 'assessments' | 'agencies' | 'complaints';
const seen = (d: Delta, view: View, where: object, at: '31' | '32' = '32') => d.world.nodes[at].rows(view, where as never)[0] as object;
const order = (d: Delta) => seen(d, 'orders', { id: 'o1' });
const none = { dueClock: null, dueMs: NEVER_MS, dueProvisional: null };
const endOf = (date: string): number => Date.parse(`${date}T23:59:59.999+08:00`);
const unpaidAfter = (days: number): Delta =>
  delta({ packs: { 32: { clocks: { ...pack('32').clocks, unpaid: { days, unit: 'calendar' } } } } });
const official = calendar(OFFICIAL_YEARS);

test('an order is due when the limit of its state ends, is due for nothing under review, and then for its payment', () => {
  const d = unpaidAfter(5);
  d.serve('o1', {}, 'PlaceOrder');
  expect(order(d)).toMatchObject({ dueClock: 'accept', dueMs: d.order('o1').terms?.acceptByMs });
  d.does('31', 'AcceptOrder', { order: 'o1', home: '32', agency: 'a31' }, actor('31', 'agency', 'org-a31'));
  d.world.settle();
  expect(order(d)).toMatchObject({ dueClock: 'contract', dueMs: d.order('o1').contractByMs });
  const e = unpaidAfter(5);
  e.serve('o1');
  expect(order(e)).toMatchObject({ dueClock: 'redeem', dueMs: e.order('o1').redeemByMs });
  e.redeem('o1');
  expect(order(e)).toMatchObject(none);
  e.approve('o1');
  expect(order(e)).toMatchObject({ dueClock: 'payment', dueMs: endOf('2026-03-07') });
  // Publicity ends on the 9th, after the payment is due: what ends first is told, also when it is over (V18).
  e.does('32', 'PubliciseOrder', { order: 'o1', batch: 'b1' }, staff('32'));
  e.world.pass(6 * DAY_MS);
  expect([order(e), seen(e, 'redemptions', { id: 'o1' })]).toMatchObject([{ dueClock: 'payment' }, { dueClock: 'payment' }]);
  e.world.pass(2 * DAY_MS);
  e.close(1);
  e.pay('o1');
  expect(order(e)).toMatchObject(none);
});

test('publicity that ends first is what an approved order is due for; a hold stops its clock, and no list counts down to it', () => {
  const d = unpaidAfter(180);
  d.serve('o1');
  d.redeem('o1');
  d.approve('o1');
  d.does('32', 'PubliciseOrder', { order: 'o1', batch: 'b1' }, staff('32'));
  d.world.settle();
  expect(order(d)).toMatchObject({ dueClock: 'publicity', dueMs: endOf('2026-03-09') });
  const held = delta();
  held.serve('o1', {}, 'PlaceOrder');
  held.does('32', 'HoldOrder', { order: 'o1', reason: 'audit' }, actor('32', 'supervisor'));
  held.world.settle();
  expect(order(held)).toMatchObject(none);
});

test('a claim is due before the year closes, a granted account while something is left to use, then what is reserved', () => {
  const d = delta();
  const other = actor('32', 'enterprise', 'org-s1');
  const account = (id = 's1') => seen(d, 'quotas', { subject: id });
  expect(account()).toMatchObject({ dueClock: 'use', dueMs: d.account().useUntilMs });
  d.serve('o1', { amountFen: 20_000_000 });
  expect(account()).toMatchObject({ leftFen: 0, dueClock: 'redeem', dueMs: d.account().redeemUntilMs });
  d.register('32', 's2', 'org-s1');
  d.does('32', 'ApplyQuota', { subject: 's2', scheme: 'cxq', year: 2026, askedFen: 1_000_000 }, other);
  d.world.settle();
  expect(account('s2')).toMatchObject({ state: 'Submitted', dueClock: 'year', dueMs: endOf('2026-12-31') });
  d.does('32', 'RefuseQuota', { subject: 's2', scheme: 'cxq', year: 2026, code: 'E-SUBJECT' }, staff('32'));
  d.world.settle();
  expect(account('s2')).toMatchObject(none);
});

test('an application of an agency is due when its publicity ends, the agency then for its appraisal, told to staff alone (M4)', () => {
  const d = delta();
  d.does('31', 'AdoptPolicy', { pack: ruled('31') }, staff('31'));
  d.does('31', 'SelfAssess', assessing(), newcomer);
  d.world.settle();
  const listed = () => [seen(d, 'assessments', { id: 'new' }, '31'), seen(d, 'agencies', { id: '31.new' }, '31')];
  expect(listed()[0]).toMatchObject(none);
  d.does('31', 'VerifyAgency', { agency: 'new', outcome: 'verified', reasons: [] }, staff('31'));
  d.does('31', 'PubliciseAgency', { agency: 'new' }, staff('31'));
  d.world.settle();
  const shown = { dueClock: 'publicity', dueMs: agencyIn(d, 'new').endsMs };
  expect(listed()).toMatchObject([shown, shown]);
  d.world.pass((RULES.publicityDays + 1) * DAY_MS);
  expect(listed()).toMatchObject([{ dueClock: 'appraisal', dueMs: endOf('2027-03-31') }, none]);
  d.does('31', 'AppraiseAgency', { agency: 'new', year: 2026, grade: 'passed' }, staff('31'));
  d.world.settle();
  expect(listed()).toMatchObject([none, none]);
});

test('an agency is due when a suspension ends, or its first certificate that no later one makes up for (V9)', () => {
  const d = delta();
  d.does('31', 'AdoptPolicy', { pack: ruled('31') }, staff('31'));
  const certificate = (name: string, items: readonly string[], untilOn: string) =>
    expect(onAgency(d, 'RecordQualification', { certificate: name, kind: 'CMA', items, fromOn: '2025-01-01', untilOn })).toBeNull();
  const row = () => seen(d, 'agencies', { id: '31.a31' }, '31');
  certificate('old', ['5'], '2026-04-30');
  expect(row()).toMatchObject({ dueClock: 'certificate', dueMs: endOf('2026-04-30') });
  certificate('new', ['5', '11'], '2028-04-30');
  expect(row()).toMatchObject({ dueClock: 'certificate', dueMs: endOf('2028-04-30') });
  expect(onAgency(d, 'SuspendAgency', { reason: 'complaint', until: '2026-03-20' })).toBeNull();
  expect(row()).toMatchObject({ dueClock: 'suspension', dueMs: endOf('2026-03-20') });
  expect(asAgency(d, 'ExitAgency', { reason: 'closed' })).toBeNull();
  expect(row()).toMatchObject(none);
});

test('a complaint is due for its first answer, in every province, until there is one (M5)', () => {
  const d = delta();
  d.does('31', 'AdoptPolicy', { pack: ruled('31') }, staff('31'));
  d.does('32', 'LodgeComplaint', { complaint: 'c1', subject: 's1', agencyProvince: '31', agency: 'a31', grounds: 'late' }, firm);
  d.world.settle();
  const rows = () => (['31', '32'] as const).map((at) => seen(d, 'complaints', { id: 'c1' }, at));
  expect(rows()).toMatchObject([
    { dueClock: 'answer', dueMs: endOf('2026-03-16') },
    { dueClock: 'answer', dueMs: endOf('2026-03-16') },
  ]);
  d.does('31', 'AnswerComplaint', { complaint: 'c1', answer: 'accepted' }, staff('31'));
  d.world.settle();
  expect(rows()).toMatchObject([none, none]);
});

test('a limit in working days that a notice may still move is told to be provisional', () => {
  const d = delta();
  d.does('31', 'AdoptPolicy', { pack: ruled('31') }, staff('31'));
  d.world.pass(301 * DAY_MS); // Monday 28 December 2026: New Year 2027 is not announced.
  d.does('32', 'LodgeComplaint', { complaint: 'c1', subject: 's1', agencyProvince: '31', agency: 'a31', grounds: 'late' }, firm);
  d.world.settle();
  const dueProvisional = { awaits: [2027], zh: expect.stringContaining('2027'), en: expect.stringContaining('2027') };
  expect(seen(d, 'complaints', { id: 'c1' })).toMatchObject({ dueClock: 'answer', dueProvisional });
});

test('due within so many working days is what has no more of them left, holidays and make-up days counted', () => {
  const noon = Date.parse('2026-09-30T12:00:00+08:00'); // Before the days off of National Day.
  for (const days of [0, 1, 2, 3, 5, 8])
    for (let on = 0; on < 30; on += 1) {
      const lastMs = noon + on * DAY_MS;
      expect([days, on, lastMs < dueBeforeMs(noon, days, official)]).toEqual([days, on, daysLeft(noon, lastMs, official) <= days]);
    }
});
