/**
 * Provisional deadlines: limits in working days of a year without a notice are marked, and counted again by an entry when this
 * province adopts the notice. The notices for 2027 in this file are invented.
 */
import type { OfficialYear } from '@yrd/standards';
import { PROVINCE_CODES, type ProvinceCode } from '../../testing/node.js';
import { actor, agent, DAY_MS, delta, firm, hex, pack, staff, START_MS, type Delta, type Setup } from '../../testing/scenario.js';

const clerk = staff('32');
const day = (name: string, en: string, from: string, to: string) => ({ name: { zh: name, en }, from, to });

/** Invented: New Year with a make-up day on Saturday 9 January, Spring Festival 5 to 12 February with two. */
const NOTICE: OfficialYear = {
  year: 2027,
  notice: '虚构〔2026〕1号',
  issued: '2026-11-05',
  holidays: [
    day('元旦', 'New Year’s Day', '2027-01-01', '2027-01-04'),
    day('春节', 'Spring Festival', '2027-02-05', '2027-02-12'),
    day('劳动节', 'Labour Day', '2027-05-01', '2027-05-05'),
    day('国庆节', 'National Day', '2027-10-01', '2027-10-07'),
  ],
  makeUpWorkdays: ['2027-01-09', '2027-01-31', '2027-02-20'],
};

const shanghai = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString();
const endOf = (date: string): number => Date.parse(`${date}T23:59:59.999+08:00`);
/** Ten in the morning in Shanghai. */
const morning = (date: string): number => Date.parse(`${date}T10:00:00+08:00`);

const until = (d: Delta, date: string): void => d.world.pass(morning(date) - d.world.nowMs);
const adopt = (d: Delta, notice: OfficialYear & { readonly replaces?: string } = NOTICE, province: ProvinceCode = '32') => {
  const no = d.tries(province, 'AdoptCalendarNotice', { ...notice }, staff(province));
  d.world.settle();
  return no;
};
const recomputed = (d: Delta) => d.world.nodes['32'].entries.filter(({ type }) => type === 'DeadlineRecomputed');
const row = (d: Delta, id: string, at: ProvinceCode = '32') =>
  d.world.nodes[at].rows<{ state: string; deadlineMs: number; deadlineProvisional: { awaits: number[]; zh: string } | null }>('orders', {
    id,
  })[0];

/** The delta at ten o'clock of a day of 2027, where the firm has a quota for 2027 and the pack counts acceptance in five working days. */
const in2027 = (date: string, setup: Setup = {}): Delta => {
  const d = delta(setup);
  until(d, date);
  const year = { subject: 's1', scheme: 'cxq', year: 2027 };
  d.does('32', 'RecordSubjectFact', { subject: 's1', fact: 'sme-year', value: '2027', source: 'test', asOf: '2027-01-02' }, clerk);
  d.does('32', 'ApplyQuota', { ...year, askedFen: 10_000_000 }, firm);
  d.does('32', 'GrantQuota', { ...year, amountFen: 10_000_000 }, clerk);
  d.world.settle();
  return d;
};
const place = (d: Delta, order: string, change: object = {}): void => {
  d.does('32', 'PlaceOrder', d.placing(order, { year: 2027, ...change }), firm);
  d.world.settle();
};

/** Publicity of five working days that begins on 28 December 2026, without a notice for 2027. */
const publicisedLate = (): Delta => {
  const clocks = { ...pack('32').clocks, publicity: { days: 5, unit: 'working' as const } };
  const d = delta({ packs: { 32: { clocks } } });
  until(d, '2026-12-21');
  d.serve('o1');
  d.redeem('o1');
  d.approve('o1');
  until(d, '2026-12-28');
  d.does('32', 'PubliciseOrder', { order: 'o1', batch: 'b1' }, clerk);
  d.world.settle();
  return d;
};

describe('A limit in working days that a notice could still move', () => {
  test('is marked in its entry and shown as provisional, in all four provinces and both languages', () => {
    const d = publicisedLate();
    expect(shanghai(d.order('o1').endsMs)).toBe('2027-01-05T23:59:59.999Z');
    for (const province of PROVINCE_CODES) {
      expect(row(d, 'o1', province)?.deadlineProvisional).toEqual({
        awaits: [2027],
        zh: '暂定：待采用2027年节假日安排通知后重新计算',
        en: 'Provisional: counted again when the holiday notice for 2027 is adopted',
      });
    }
  });

  test('guesses no make-up day: without the notice, only weekends and the days off by law count', () => {
    const d = in2027('2027-02-03');
    place(d, 'o1');
    // Thursday, Friday, Monday, Tuesday, Wednesday, straight through what will be Spring Festival.
    expect(shanghai(d.order('o1').terms?.acceptByMs ?? 0)).toBe('2027-02-10T23:59:59.999Z');
  });

  test('is not provisional when the use window ends it whatever the notice says', () => {
    const d = delta();
    until(d, '2026-12-24');
    d.does('32', 'PlaceOrder', d.placing('o1'), firm);
    d.world.settle();
    // Five working days end on the 31st, where the quota of 2026 ends too: no notice can make it sooner or later.
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2026-12-31'), deadlineProvisional: null });
    expect(adopt(d)).toBeNull();
    expect(recomputed(d)).toEqual([]);
  });

  test('is provisional where the use window ends it, but a make-up day could end it sooner', () => {
    const d = in2027('2027-02-03', { packs: { 32: { use: { days: 11, lastDay: '12-31' } } } });
    until(d, '2027-02-08');
    place(d, 'o1');
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2027-02-14'), deadlineProvisional: { awaits: [2027] } });
    adopt(d, { ...NOTICE, holidays: NOTICE.holidays.filter(({ from }) => from !== '2027-02-05'), makeUpWorkdays: ['2027-02-13'] });
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2027-02-13'), deadlineProvisional: null });
  });

  test('awaits the next year from 29 December on, for New Year has reached back so far', () => {
    const d = delta();
    until(d, '2026-12-22');
    d.does('32', 'PlaceOrder', d.placing('o1'), firm);
    d.world.settle();
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2026-12-29'), deadlineProvisional: { awaits: [2027] } });
    adopt(d);
    // This notice leaves 29 December alone: the entry only takes the mark away.
    expect(recomputed(d)).toMatchObject([{ data: { limit: 'accept', dueMs: endOf('2026-12-29'), notice: NOTICE.notice } }]);
    expect(row(d, 'o1')?.deadlineProvisional).toBeNull();
  });
});

describe('When the notice is adopted', () => {
  test('the deadline moves by an entry that names the notice, and the timer fires at the new time and not at the old', () => {
    const d = in2027('2027-02-03');
    place(d, 'o1');
    expect(adopt(d)).toBeNull();
    // 4 February, then the festival; 15 to 18 February.
    expect(recomputed(d)).toMatchObject([
      {
        stream: 'order/o1',
        data: {
          limit: 'accept',
          dueMs: endOf('2027-02-18'),
          counted: { awaits: [] },
          year: 2027,
          notice: NOTICE.notice,
          awaits: { journal: '31/voucher' },
        },
      },
    ]);
    expect(row(d, 'o1', '33')).toMatchObject({ deadlineMs: endOf('2027-02-18'), deadlineProvisional: null });
    until(d, '2027-02-12');
    expect(d.order('o1').phase).toBe('Placed');
    d.world.pass(endOf('2027-02-18') - d.world.nowMs);
    expect(d.order('o1').phase).toBe('Placed');
    d.world.pass(2);
    expect(d.order('o1').phase).toBe('Closed');
    expect(d.world.nodes['32'].entries.find(({ type }) => type === 'OrderLapsed')?.data).toMatchObject({ dueMs: endOf('2027-02-18') });
  });

  test('an acceptance between the old limit and the new one is in time', () => {
    const d = in2027('2027-02-03');
    place(d, 'o1');
    adopt(d);
    until(d, '2027-02-16');
    d.does('31', 'AcceptOrder', { order: 'o1', home: '32', agency: 'a31' }, agent('31'));
    d.world.settle();
    expect(d.order('o1').phase).toBe('Accepted');
  });

  test('a make-up day that it brings shortens a limit; one that then lies in the past lapses next', () => {
    const d = in2027('2027-01-05');
    place(d, 'o1');
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2027-01-12') });
    until(d, '2027-01-12');
    adopt(d);
    expect(recomputed(d)).toMatchObject([{ data: { dueMs: endOf('2027-01-11') } }]);
    expect(d.order('o1').phase).toBe('Placed');
    d.world.pass(1);
    expect(d.order('o1').phase).toBe('Closed');
  });

  test('what has lapsed stays lapsed, and an order that has left the limit behind gets nothing', () => {
    const d = in2027('2027-02-03');
    place(d, 'o1', { amountFen: 100_000 });
    place(d, 'o2', { amountFen: 100_000 });
    d.does('32', 'CancelOrder', { order: 'o2', cause: 'x' }, firm);
    place(d, 'o3', { amountFen: 100_000 });
    d.does('31', 'AcceptOrder', { order: 'o3', home: '32', agency: 'a31' }, agent('31'));
    until(d, '2027-02-11');
    expect(d.order('o1').phase).toBe('Closed');
    adopt(d);
    expect([d.order('o1').phase, d.order('o3').phase, recomputed(d)]).toEqual(['Closed', 'Accepted', []]);
  });

  test('an order placed afterwards is counted by the notice from the start', () => {
    const d = in2027('2027-02-03');
    adopt(d);
    place(d, 'o1');
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2027-02-18'), deadlineProvisional: null });
    expect(recomputed(d)).toEqual([]);
  });

  test('every order that awaits it is counted again, however many, each once', () => {
    const d = in2027('2027-02-03');
    const ids = Array.from({ length: 120 }, (_, at) => `o${at}`);
    for (const id of ids) d.does('32', 'PlaceOrder', d.placing(id, { year: 2027, amountFen: 10_000 }), firm);
    adopt(d);
    expect(recomputed(d).map(({ data }) => data['order'])).toHaveLength(ids.length);
    expect(new Set(recomputed(d).map(({ data }) => data['order']))).toEqual(new Set(ids));
    expect(d.world.nodes['32'].parked).toEqual([]);
  });

  test('only the journal that adopted it counts again: what 31 adopts moves nothing in 32', () => {
    const d = in2027('2027-02-03');
    place(d, 'o1');
    expect(adopt(d, NOTICE, '31')).toBeNull();
    expect(recomputed(d)).toEqual([]);
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2027-02-10'), deadlineProvisional: { awaits: [2027] } });
  });
});

describe('An interrupted publicity', () => {
  test('keeps its mark: counted again while an objection is open, what was left of it changes', () => {
    const d = publicisedLate();
    until(d, '2026-12-30');
    d.does('32', 'LodgeObjection', { order: 'o1', grounds: 'related' }, actor('32', 'supervisor'));
    until(d, '2026-12-31');
    adopt(d);
    expect(recomputed(d)).toMatchObject([{ data: { limit: 'publicity', dueMs: endOf('2027-01-06') } }]);
    d.does('32', 'RejectObjection', { order: 'o1' }, actor('32', 'approver'));
    expect(d.order('o1').endsMs).toBe(endOf('2027-01-07'));
  });

  test('ends the same day whether the notice came before or after the objection was rejected', () => {
    const d = publicisedLate();
    until(d, '2026-12-30');
    d.does('32', 'LodgeObjection', { order: 'o1', grounds: 'related' }, actor('32', 'supervisor'));
    until(d, '2026-12-31');
    d.does('32', 'RejectObjection', { order: 'o1' }, actor('32', 'approver'));
    d.world.settle();
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2027-01-06'), deadlineProvisional: { awaits: [2027] } });
    adopt(d);
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2027-01-07'), deadlineProvisional: null });
    d.world.pass(endOf('2027-01-07') - d.world.nowMs);
    expect(d.order('o1').phase).toBe('Publicised');
    d.world.pass(2);
    expect(d.order('o1').phase).toBe('Payable');
  });
});

describe('A redemption that was returned in December', () => {
  const returned = (): Delta => {
    const d = delta({ packs: { 32: { redeem: { days: 540, lastDay: '01-04' } } } });
    until(d, '2026-12-18');
    d.serve('o1', { mode: 'tongyong' });
    d.redeem('o1');
    until(d, '2026-12-21');
    d.does('32', 'ReturnRedemption', { order: 'o1', defects: ['payment'] }, actor('32', 'reviewer'));
    d.world.settle();
    return d;
  };

  test('has fifteen working days, counted again by the notice', () => {
    const d = returned();
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2027-01-12'), deadlineProvisional: { awaits: [2027] } });
    adopt(d, { ...NOTICE, makeUpWorkdays: [] });
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: endOf('2027-01-13'), deadlineProvisional: null });
  });

  /** The invoice of the first file, now with another amount: its home will refuse it. */
  const comesAgain = (d: Delta): void => {
    const invoice = { invoiceKey: hex('invoice o1'), invoiceTail: '0001', invoiceFen: 1_000_000, paidFen: 1_000_000 };
    d.does('32', 'SubmitRedemption', { order: 'o1', ...d.file('o1'), ...invoice }, firm);
  };

  test('is counted again while its invoice is asked about', () => {
    const d = returned();
    comesAgain(d);
    d.does('32', 'AdoptCalendarNotice', { ...NOTICE, makeUpWorkdays: [] }, clerk);
    expect(recomputed(d)).toMatchObject([{ data: { limit: 'redeem', dueMs: endOf('2027-01-13') } }]);
    expect(d.order('o1')).toMatchObject({ phase: 'InvoiceAsked', redeemByMs: endOf('2027-01-13') });
  });

  test('is still provisional after its invoice was refused, and never ends before the day that is left to mend', () => {
    const d = returned();
    until(d, '2027-01-12');
    comesAgain(d);
    d.world.settle();
    expect(row(d, 'o1')).toMatchObject({
      state: 'ServiceAccepted',
      deadlineMs: morning('2027-01-13'),
      deadlineProvisional: { awaits: [2027] },
    });
    // By the notice the fifteen days end on the 12th: the day that is left to mend stays.
    adopt(d);
    expect(row(d, 'o1')).toMatchObject({ deadlineMs: morning('2027-01-13'), deadlineProvisional: null });
  });
});

describe('A notice', () => {
  const refused = (change: object, at = '2027-01-05') => {
    const d = delta();
    until(d, at);
    const size = d.world.nodes['32'].entries.length;
    const no = d.tries('32', 'AdoptCalendarNotice', { ...NOTICE, ...change }, clerk);
    expect(d.world.nodes['32'].entries).toHaveLength(size);
    return [no?.rejected, no?.facts['seen']];
  };

  test.each<[string, object, string]>([
    ['a make-up day in the week', { makeUpWorkdays: ['2027-01-08'] }, 'no weekend'],
    ['a make-up day that is a holiday', { makeUpWorkdays: ['2027-05-01'] }, 'settled twice'],
    [
      'two holidays on one day',
      { holidays: [...NOTICE.holidays, day('元旦', 'New Year’s Day', '2027-01-04', '2027-01-04')] },
      'settled twice',
    ],
    ['a day that does not exist', { makeUpWorkdays: ['2027-02-30'] }, 'no such day'],
    ['a day of another year', { makeUpWorkdays: ['2028-01-08'] }, 'outside its year'],
    ['a holiday that ends before it begins', { holidays: [day('元旦', 'x', '2027-01-03', '2027-01-01')] }, 'no believable length'],
    ['a holiday of a whole month', { holidays: [day('元旦', 'x', '2027-01-01', '2027-01-31')] }, 'no believable length'],
    ['no holiday on National Day', { holidays: NOTICE.holidays.slice(0, 3) }, '2027-10-01: off by law'],
    ['a year that nobody announces', { year: 1, issued: '2026-11-05' }, 'not a year from 2000'],
    ['a date of issue long before', { issued: '2024-11-05' }, 'not issued in its year'],
    ['a date of issue still to come', { issued: '2027-01-06' }, '2027-01-06'],
  ])('with %s is refused, with the reason, and nothing is written', (_what, change, why) => {
    expect(refused(change)).toEqual(['E-VALIDATION', expect.stringContaining(why)]);
  });

  test('is adopted by a clerk of the own province only', () => {
    const d = delta();
    until(d, '2026-12-21');
    const by = (who: typeof clerk) => d.tries('32', 'AdoptCalendarNotice', { ...NOTICE }, who)?.rejected;
    expect([by(staff('31')), by(actor('32', 'operator')), by(clerk)]).toEqual(['E-HOME', 'E-ROLE', undefined]);
  });

  test('that was adopted in the same words changes nothing; another one for that year must name what it corrects', () => {
    const d = in2027('2027-02-03');
    place(d, 'o1');
    adopt(d);
    const size = d.world.nodes['32'].entries.length;
    const again = Object.fromEntries(Object.entries(NOTICE).reverse()) as OfficialYear;
    expect(adopt(d, again)).toBeNull();
    expect(d.world.nodes['32'].entries).toHaveLength(size);
    const mended = {
      ...NOTICE,
      notice: '虚构〔2027〕2号',
      issued: '2027-02-01',
      makeUpWorkdays: ['2027-01-09', '2027-02-13', '2027-02-20'],
    };
    expect(adopt(d, mended)).toMatchObject({ rejected: 'E-STATE', facts: { needed: expect.stringContaining(NOTICE.notice) } });
    expect(adopt(d, { ...mended, replaces: NOTICE.notice })).toBeNull();
    // The correction brings a Saturday of work, and the limit is counted a third time.
    expect(recomputed(d).map(({ data }) => [data['dueMs'], data['notice']])).toEqual([
      [endOf('2027-02-18'), NOTICE.notice],
      [endOf('2027-02-17'), mended.notice],
    ]);
  });

  test('of a pinned year is adopted in its own words, or corrected by name, and never replaced in silence', () => {
    const d = delta();
    const pinned: OfficialYear = {
      ...NOTICE,
      year: 2026,
      notice: '虚构〔2026〕9号',
      issued: '2026-01-05',
      holidays: NOTICE.holidays.map((each) => ({ ...each, from: each.from.replace('2027', '2026'), to: each.to.replace('2027', '2026') })),
      makeUpWorkdays: [],
    };
    expect(adopt(d, pinned)).toMatchObject({ rejected: 'E-STATE', facts: { needed: expect.stringContaining('国办发明电〔2025〕7号') } });
    expect(adopt(d, { ...pinned, replaces: '国办发明电〔2025〕7号' })).toBeNull();
    expect(d.world.nowMs).toBe(START_MS);
  });

  test('for a year that has none may not claim to replace one', () => {
    const d = delta();
    until(d, '2026-12-21');
    expect(adopt(d, { ...NOTICE, replaces: '虚构〔2026〕0号' })).toMatchObject({ rejected: 'E-STATE' });
  });
});

test('entries from before the mark was recorded stay valid and are left as they are', () => {
  const d = in2027('2027-02-03');
  place(d, 'o1');
  const { entries } = d.world.nodes['32'];
  const at = entries.findIndex(({ type }) => type === 'OrderPlaced');
  const { counted: _counted, ...data } = entries[at]?.data ?? {};
  const [placed] = entries.splice(at, 1);
  if (placed) entries.splice(at, 0, { ...placed, data });
  expect(adopt(d)).toBeNull();
  expect(recomputed(d)).toEqual([]);
  d.world.pass(8 * DAY_MS);
  expect(d.order('o1').phase).toBe('Closed');
});
