/** M5: a complaint about an agency has its first answer within ten working days of its being taken up. */
import type { AgencyRules } from '@yrd/contracts';
import { RULES, ruled } from '../../testing/agencies.js';
import { PROVINCE_CODES } from '../../testing/node.js';
import { DAY_MS, delta, firm, staff, type Delta } from '../../testing/scenario.js';

const ready = (rules: AgencyRules = RULES): Delta => {
  const d = delta();
  d.does('31', 'AdoptPolicy', { pack: ruled('31', rules) }, staff('31'));
  return d;
};
const lodge = (d: Delta, change: object = {}, by = firm) => {
  const body = { complaint: 'c1', subject: 's1', agencyProvince: '31', agency: 'a31', grounds: 'late-report', ...change };
  const no = d.tries('32', 'LodgeComplaint', body, by);
  d.world.settle();
  return no;
};
const answer = (d: Delta, word = 'accepted', by = staff('31')) => d.tries('31', 'AnswerComplaint', { complaint: 'c1', answer: word }, by);
const row = (d: Delta, at: '31' | '32' = '31') => d.world.nodes[at].rows('complaints', { id: 'c1' })[0];
const types = (d: Delta): readonly string[] =>
  d.world.nodes['31'].entries.filter(({ stream }) => stream === 'complaint/c1').map(({ type }) => type);
/** Ten working days from Monday 2026-03-02 end on Monday 2026-03-16, in Shanghai. */
const LIMIT_MS = Date.UTC(2026, 2, 16, 16) - 1;

test('M5: lodged in one province, it is taken up in the agency’s with ten working days for the first answer', () => {
  const d = ready();
  expect(lodge(d)).toBeNull();
  for (const province of PROVINCE_CODES)
    expect(d.world.nodes[province].rows('complaints', { id: 'c1' })).toMatchObject([
      { state: 'Taken', province: '31', from: '32', agency: 'a31', grounds: 'late-report', answerByMs: LIMIT_MS, overdue: false },
    ]);
});

test('M5: somebody is reminded three working days before the end, and a complaint without an answer is marked overdue', () => {
  const d = ready();
  lodge(d);
  d.world.pass(9 * DAY_MS);
  expect(types(d)).toEqual(['ComplaintTaken']);
  d.world.pass(DAY_MS);
  expect(types(d)).toEqual(['ComplaintTaken', 'ComplaintReminded']);
  d.world.pass(5 * DAY_MS);
  expect(types(d)).toEqual(['ComplaintTaken', 'ComplaintReminded', 'ComplaintOverdue']);
  expect(row(d, '32')).toMatchObject({ state: 'Taken', reminded: true, overdue: true });
  expect(answer(d)).toBeNull();
  d.world.settle();
  expect(row(d, '32')).toMatchObject({ state: 'Answered', overdue: true, answer: 'accepted' });
});

test('M5: the first answer stops the clock, and is the only first one', () => {
  const d = ready();
  lodge(d);
  expect(answer(d)).toBeNull();
  expect(answer(d)).toBeNull();
  expect(answer(d, 'rejected')).toMatchObject({ rejected: 'E-STATE' });
  d.world.pass(60 * DAY_MS);
  expect(types(d)).toEqual(['ComplaintTaken', 'ComplaintAnswered']);
});

test('M5: nobody answers a complaint about their own organisation, or complains in another’s name', () => {
  const d = ready();
  expect(lodge(d, {}, { ...firm, organisation: 'org-other' })).toMatchObject({ rejected: 'E-ROW' });
  lodge(d);
  expect(answer(d, 'accepted', { ...staff('31'), organisation: 'org-a31' })).toMatchObject({ rejected: 'E-RECUSE' });
  expect(d.tries('32', 'AnswerComplaint', { complaint: 'c1', answer: 'x' }, staff('32'))).toMatchObject({ rejected: 'E-NOTFOUND' });
});

test('M5: about an agency that is not there it is refused by an entry; without rules in force it has no limit', () => {
  const d = ready();
  lodge(d, { agency: 'a99' });
  expect(row(d, '32')).toMatchObject({ state: 'Refused' });
  const bare = delta();
  lodge(bare);
  expect(row(bare, '32')).toMatchObject({ state: 'Taken', answerByMs: null });
});

test('M5: a complaint within the province goes the same way', () => {
  const d = delta();
  d.does('32', 'AdoptPolicy', { pack: ruled('32') }, staff('32'));
  lodge(d, { agencyProvince: '32', agency: 'a32' });
  expect(row(d, '32')).toMatchObject({ state: 'Taken', province: '32', from: '32', answerByMs: LIMIT_MS });
});
