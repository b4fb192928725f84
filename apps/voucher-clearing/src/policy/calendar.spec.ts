/** The working-day calendar over HTTP: what is known, what is provisional, and a notice that moves deadlines. The notice is invented. */
import { RunningDelta, type Json, type Told } from '@yrd/platform/testing';
import { startDelta } from '../../testing/delta.js';
import { clerk, firm, openMarket } from '../../testing/market.js';

const festival = (zh: string, en: string, from: string, to: string) => ({ name: { zh, en }, from, to });
const NOTICE = {
  year: 2027,
  notice: '虚构〔2026〕1号',
  issued: '2026-11-05',
  holidays: [
    festival('元旦', 'New Year’s Day', '2027-01-01', '2027-01-03'),
    festival('春节', 'Spring Festival', '2027-02-05', '2027-02-12'),
    festival('劳动节', 'Labour Day', '2027-05-01', '2027-05-05'),
    festival('国庆节', 'National Day', '2027-10-01', '2027-10-07'),
  ],
  makeUpWorkdays: ['2027-01-31', '2027-02-20'],
};
const endOf = (date: string): number => Date.parse(`${date}T23:59:59.999+08:00`);
/** More than the orders that are looked at for one entry. */
const ORDERS = 52;

let delta: RunningDelta;
const orders: string[] = [];
const moveTo = (instant: string): void => delta.pass(Date.parse(instant) - delta.nowMs);
const order = async (id: string): Promise<Json> => (await delta.get(firm, `/v1/orders/${id}`)).body;
const year = async (of: number): Promise<Json> => (await delta.get(clerk('32'), `/v1/calendar/${of}`)).body;
const adopt = (body: object, province = '32'): Promise<Told> => delta.post(clerk(province), '/v1/calendar', body);

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  moveTo('2027-02-03T10:00:00+08:00');
  const { subject, agencies } = await openMarket(delta, 2027);
  const body = {
    subject,
    scheme: 'cxq',
    year: 2027,
    agencyProvince: '32',
    agency: agencies['32'],
    product: 'p1',
    mode: 'tongdui',
    amountFen: 10_000,
  };
  for (let at = 0; at < ORDERS; at += 1) orders.push((await delta.does(firm, '/v1/orders', body))['id'] as string);
}, 60_000);
afterAll(() => delta.stop());

describe('Before the notice', () => {
  it('the calendar tells the pinned years with their notices, and that 2027 is provisional', async () => {
    const items = (await delta.get(clerk('32'), '/v1/calendar')).body['items'] as Json[];
    expect(items.map((each) => [each['year'], each['from'], each['provisional'] === null])).toEqual([
      [2024, 'pinned', true],
      [2025, 'pinned', true],
      [2026, 'pinned', true],
      [2027, null, false],
      [2028, null, false],
    ]);
    expect(await year(2026)).toMatchObject({ notice: '国办发明电〔2025〕7号', makeUpWorkdays: expect.arrayContaining(['2026-01-04']) });
  });

  it('an order shows its deadline and, in both languages, that it is provisional', async () => {
    expect(await order(orders[0] ?? '')).toMatchObject({
      state: 'Placed',
      deadlineMs: endOf('2027-02-10'),
      deadlineProvisional: { awaits: [2027], zh: expect.stringContaining('暂定'), en: expect.stringContaining('Provisional') },
    });
  });
});

describe('A notice', () => {
  it.each<[string, object, number, string]>([
    ['with a make-up day in the week', { ...NOTICE, makeUpWorkdays: ['2027-01-08'] }, 400, 'E-VALIDATION'],
    ['with an unknown field', { ...NOTICE, weather: 'fine' }, 400, 'E-VALIDATION'],
    ['with a holiday that is a text', { ...NOTICE, holidays: ['2027-01-01'] }, 400, 'E-VALIDATION'],
    ['with a thousand holidays', { ...NOTICE, holidays: Array.from({ length: 1_000 }, () => NOTICE.holidays[0]) }, 400, 'E-VALIDATION'],
    ['of a year as a text', { ...NOTICE, year: '2027' }, 400, 'E-VALIDATION'],
    ['of a pinned year in other words', { ...NOTICE, year: 2026 }, 409, 'E-STATE'],
  ])('%s is refused', async (_what, body, status, code) => {
    const answer = await adopt(body);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('is adopted by a clerk, and nobody else', async () => {
    const answer = await delta.post(firm, '/v1/calendar', NOTICE);
    expect([answer.status, answer.body['code']]).toEqual([403, 'E-ROLE']);
  });

  it('moves every deadline that awaited it, and the year is no longer provisional', async () => {
    const answer = await adopt(NOTICE);
    expect([answer.status, answer.headers.get('location')]).toEqual([201, '/v1/calendar/2027']);
    const moved = async (): Promise<readonly unknown[]> =>
      ((await delta.get(clerk('32'), '/v1/orders?limit=100')).body['items'] as Json[]).map((row) => row['deadlineMs']);
    await delta.until(async () => (await moved()).every((deadlineMs) => deadlineMs === endOf('2027-02-18')));
    expect(await moved()).toHaveLength(ORDERS);
    expect(await order(orders[0] ?? '')).toMatchObject({ deadlineMs: endOf('2027-02-18'), deadlineProvisional: null });
    expect(await year(2027)).toEqual({ ...NOTICE, provisional: null, from: 'adopted' });
  }, 30_000);

  it('lets the orders live past the old limit and lapse after the new one', async () => {
    moveTo('2027-02-15T10:00:00+08:00');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await order(orders[1] ?? ''))['state']).toBe('Placed');
    moveTo('2027-02-19T00:00:01+08:00');
    await delta.until(async () => (await order(orders[1] ?? ''))['state'] === 'Closed');
  }, 30_000);
});
