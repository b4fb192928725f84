/** V17: anybody in any province may object while an order is publicised; its home takes that up, or refuses it with an entry. */
import { moment, until, word } from '@yrd/contracts';
import { actor, agent, DAY_MS, delta, firm, staff, type Delta } from '../../testing/scenario.js';
import type { ProvinceCode } from '../../testing/node.js';
import { objection, objectionStream, voucher } from '../index.js';

const RIVAL = actor('33', 'university', 'org-rival');
const endOf = (date: string): number => Date.parse(`${date}T23:59:59.999+08:00`);

/** Two orders of Jiangsu under publicity until the end of 2026-03-09; objections come from Zhejiang, which has no part in them. */
const shown = (): Delta => {
  const d = delta();
  for (const id of ['o1', 'o2']) d.publicised(id);
  d.world.settle();
  return d;
};
const state = (d: Delta, change: object = {}, by = RIVAL) =>
  d.tries(
    by.province as ProvinceCode,
    'StateObjection',
    { objection: '33.x1', order: 'o1', home: '32', grounds: 'related', ...change },
    by,
  );
const at = (d: Delta, province: ProvinceCode, id = '33.x1') => d.world.nodes[province].state(objection, objectionStream(id));
const lodged = (d: Delta) => d.world.nodes['32'].entries.filter(({ type }) => type === 'ObjectionLodged');

test('V17: an objection stated in another province stops its own line; the other one becomes payable when the period ends', () => {
  const d = shown();
  expect(state(d)).toBeNull();
  d.world.settle();
  expect(at(d, '32')).toMatchObject({ taken: { order: 'o1', from: '33' }, refused: null, organisation: null });
  d.world.pass(8 * DAY_MS);
  expect([d.order('o1').phase, d.order('o2').phase]).toEqual(['Objected', 'Payable']);
});

test('V17: of who objects nothing leaves his province', () => {
  const d = shown();
  state(d);
  d.world.settle();
  expect(at(d, '33').organisation).toBe('org-rival');
  const stated = d.world.nodes['33'].entries.filter(({ stream }) => stream.startsWith('objection/'));
  const shared = stated.filter(({ type }) => voucher.entryTypes[type]?.audience !== 'private');
  expect(shared.map(({ type, data }) => [type, data])).toEqual([
    ['ObjectionStated', { objection: '33.x1', order: 'o1', home: '32', grounds: 'related' }],
  ]);
});

test('V17: publicity waits until every province has vouched past its end, so that an objection made in its last minute counts', () => {
  const d = shown();
  const { endsMs } = d.order('o1');
  d.world.nowMs = endsMs - 60_000;
  expect(state(d)).toBeNull();
  d.world.nowMs = endsMs + 1; // Nobody in Jiangsu has heard of it yet.
  d.world.nodes['32'].fire();
  expect([d.order('o1').phase, d.order('o2').phase]).toEqual(['Publicised', 'Publicised']);
  d.world.pass(0);
  expect([d.order('o1').phase, d.order('o2').phase]).toEqual(['Objected', 'Payable']);
});

test('V17: a silent province is waited for as long as the pack says; what it stated in time and comes later is refused, with why', () => {
  const d = shown();
  const { endsMs, terms } = d.order('o1');
  d.world.nowMs = endsMs - 60_000;
  d.world.down.add('33');
  expect(state(d)).toBeNull();
  d.world.pass(DAY_MS);
  expect(d.order('o1').phase).toBe('Publicised');
  d.world.pass(terms!.patienceMs);
  expect(d.order('o1').phase).toBe('Payable');
  d.world.down.delete('33');
  d.world.settle();
  expect(at(d, '33').stated).not.toBeNull();
  expect(d.world.nodes['33'].state(objection, objectionStream('33.x1'), '32/voucher')).toMatchObject({
    taken: null,
    refused: { code: 'E-WINDOW', from: '33', facts: { seen: word('Payable') } },
  });
  expect(lodged(d)).toEqual([]);
});

test('A16: stated in the last millisecond it is in time, a millisecond later it is not stated at all', () => {
  const d = shown();
  d.world.nowMs = d.order('o1').endsMs + 1;
  expect(state(d)).toMatchObject({ rejected: 'E-WINDOW', facts: { clause: 'V17' } });
  d.world.nowMs = d.order('o1').endsMs;
  expect(state(d)).toBeNull();
  d.world.settle();
  expect(d.order('o1').phase).toBe('Objected');
});

test('V17: a statement made late by its own journal is refused at home, though publicity has not been ended yet', () => {
  const d = shown();
  const { endsMs } = d.order('o1');
  const body = { objection: '33.x1', order: 'o1', grounds: 'related', from: '33', statedMs: endsMs + 1 };
  d.world.nowMs = endsMs + 1;
  d.does('32', 'TakeObjection', body, { ...staff('32'), roles: ['node'] });
  expect(at(d, '32').refused).toMatchObject({ code: 'E-WINDOW', facts: { seen: moment(endsMs + 1), needed: until(endsMs) } });
  expect(d.order('o1').phase).toBe('Publicised');
});

test('V17: of two that are stated before either is heard one stops the line, and the other is told so', () => {
  const d = shown();
  expect(state(d)).toBeNull();
  expect(state(d, { objection: '31.x2' }, actor('31', 'enterprise', 'org-other'))).toBeNull();
  d.world.settle();
  const both = [at(d, '32', '33.x1'), at(d, '32', '31.x2')];
  expect(both.filter(({ taken }) => taken !== null)).toHaveLength(1);
  expect(both.filter(({ refused }) => refused?.code === 'E-STATE')).toHaveLength(1);
  expect(lodged(d)).toHaveLength(1);
  expect(state(d, { objection: '33.x3' })).toMatchObject({ rejected: 'E-STATE' });
});

test('V17: taken up twice it is lodged once', () => {
  const d = shown();
  state(d);
  d.world.settle();
  const body = { objection: '33.x1', order: 'o1', grounds: 'related', from: '33', statedMs: d.world.nowMs };
  d.does('32', 'RejectObjection', { order: 'o1' }, actor('32', 'approver'));
  d.does('32', 'TakeObjection', body, { ...staff('32'), roles: ['node'] });
  expect(lodged(d)).toHaveLength(1);
  expect(d.order('o1').phase).toBe('Publicised');
});

test('V17: an order that was never publicised is nothing for strangers, whether it is there or not', () => {
  const d = shown();
  d.serve('o3', { amountFen: 1_000_000 }, 'PlaceOrder');
  for (const order of ['o3', 'o9'])
    expect(state(d, { order })).toMatchObject({ rejected: 'E-NOTFOUND', facts: { seen: 'no such order here' } });
  const body = { objection: '33.x1', order: 'o9', grounds: 'related', from: '33', statedMs: d.world.nowMs };
  d.does('32', 'TakeObjection', body, { ...staff('32'), roles: ['node'] });
  expect(at(d, '32').refused?.code).toBe('E-NOTFOUND');
});

test('V17: an objection dated back does not make publicity longer; a rejected one lets it run on for what was left', () => {
  const d = shown();
  const { endsMs } = d.order('o1');
  const body = { objection: '33.x1', order: 'o1', grounds: 'related', from: '33', statedMs: 1 };
  d.does('32', 'TakeObjection', body, { ...staff('32'), roles: ['node'] });
  expect(d.order('o1').objectionLeftMs).toBe(endsMs - d.world.nowMs);
  d.world.pass(DAY_MS);
  d.does('32', 'RejectObjection', { order: 'o1' }, actor('32', 'approver'));
  d.world.settle();
  expect(d.order('o1').endsMs).toBe(endOf('2026-03-10'));
  expect(at(d, '32').outcome).toBe('rejected');
  d.world.pass(10 * DAY_MS);
  expect(d.order('o1').phase).toBe('Payable');
});

test('V17: the objector’s province hears what came of it, whoever decides it', () => {
  const d = shown();
  state(d);
  d.world.settle();
  d.does('32', 'UpholdObjection', { order: 'o1' }, actor('32', 'approver'));
  d.world.settle();
  expect(d.world.nodes['33'].state(objection, objectionStream('33.x1'), '32/voucher').outcome).toBe('upheld');
  expect(d.order('o1').phase).toBe('UnderReview');
});

test('V17: a province that states in the name of another one is not listened to', () => {
  const d = shown();
  expect(state(d, { objection: '31.x1' })).toBeNull(); // The controller never makes such an id; a hostile node may.
  d.world.settle();
  expect([at(d, '32', '31.x1').taken, d.order('o1').phase]).toEqual([null, 'Publicised']);
});

test('V17: within the province it goes the same way, and an objection at home still needs no statement', () => {
  const d = shown();
  expect(state(d, { objection: '32.x1' }, actor('32', 'enterprise', 'org-rival'))).toBeNull();
  d.world.settle();
  expect(at(d, '32', '32.x1')).toMatchObject({ stated: { order: 'o1' }, taken: { from: '32' } });
  d.does('32', 'LodgeObjection', { order: 'o2', grounds: 'related' }, firm);
  expect(d.order('o2')).toMatchObject({ phase: 'Objected', objection: null });
});

test('V17: nobody objects at a node that is not his own, and an auditor at none', () => {
  const d = shown();
  expect(d.tries('33', 'StateObjection', { objection: '33.x1', order: 'o1', home: '32', grounds: 'x' }, agent('31'))).toMatchObject({
    rejected: 'E-HOME',
  });
  expect(state(d, {}, actor('33', 'auditor'))).toMatchObject({ rejected: 'E-ROLE' });
});
