/** A9: one result for two clients is noticed in all four provinces, in whatever order they hear of it, and no details cross. */
import { phrase } from '@yrd/contracts';
import { actor, agent, DAY_MS, delta, hex, type Delta } from '../../testing/scenario.js';
import type { ProvinceCode } from '../../testing/node.js';

interface Deal {
  readonly order: string;
  /** Province of the client and of the agency. */
  readonly home: ProvinceCode;
  readonly at: ProvinceCode;
  readonly subject: string;
}
const O1: Deal = { order: 'o1', home: '32', at: '31', subject: 's1' };
const O2: Deal = { order: 'o2', home: '33', at: '34', subject: 's33' };
const client = ({ home, subject }: Deal) => actor(home, 'enterprise', `org-${subject}`);

/** Under contract, and heard of everywhere. */
const contracted = (d: Delta, deal: Deal): void => {
  const { order, home, at, subject } = deal;
  const by = { order, home, agency: `a${at}` };
  const { nowMs } = d.world;
  const contract = { contractHash: hex(order), amountFen: 4_000_000, signedMs: nowMs, startMs: nowMs, endMs: nowMs + DAY_MS };
  const wish = { subject, amountFen: 4_000_000, agencyProvince: at, agency: `a${at}` };
  for (const [province, command, body, who] of [
    [home, 'PlaceOrder', d.placing(order, wish), client(deal)],
    [at, 'AcceptOrder', by, agent(at)],
    [at, 'SignAsAgency', { ...by, ...contract }, agent(at)],
    [home, 'SignContract', { order, ...contract }, client(deal)],
  ] as const) {
    d.does(province, command, body, who);
    d.world.settle();
  }
};
const both = (one: Deal, other: Deal): Delta => {
  const d = delta();
  d.enrol('33', 's33', 10_000_000);
  contracted(d, one);
  contracted(d, other);
  return d;
};
const deliver = (d: Delta, { order, home, at }: Deal, result = 'one report') =>
  d.tries(at, 'DeliverService', { order, home, agency: `a${at}`, deliverableHash: hex(result) }, agent(at));
const holds = (d: Delta, ...deals: readonly Deal[]) => deals.map(({ order, home }) => d.order(order, home).holds.join(' '));

describe('A9, one result for two orders', () => {
  test.each<[string, Deal, Deal]>([
    ['of one agency, for clients of two provinces', O1, { ...O2, at: '31' }],
    ['of agencies of two provinces, for clients of two others', O1, O2],
    ['of agencies of two provinces, for one client', O1, { ...O1, order: 'o2', at: '34' }],
    ['within one province', { ...O1, at: '32' }, { ...O1, at: '32', order: 'o2' }],
  ])('%s, holds both, whichever came first', (_, one, other) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const d = both(one, other);
      deliver(d, first);
      d.world.settle();
      expect(holds(d, first, second)).toEqual(['', '']);
      deliver(d, second);
      d.world.settle();
      expect(holds(d, first, second)).toEqual(['E-DUPFILE', 'E-DUPFILE']);
      for (const node of Object.values(d.world.nodes)) expect(node.parked).toEqual([]);
    }
  });

  test.each(['32', '33'] as const)('stated at once: %s hears last of the other, and holds its own all the same', (last) => {
    const d = both(O1, O2);
    deliver(d, O1);
    deliver(d, O2);
    d.world.deliver('32', '31');
    d.world.deliver('33', '34');
    expect(holds(d, O1, O2)).toEqual(['', '']);
    const first = last === '32' ? '33' : '32';
    d.world.deliver(first, last);
    expect(d.order(first === '32' ? 'o1' : 'o2', first).holds).toEqual(['E-DUPFILE']);
    d.world.deliver(last, first);
    expect(holds(d, O1, O2)).toEqual(['E-DUPFILE', 'E-DUPFILE']);
  });

  test('is noticed once a partition has healed, though one side was served and accepted meanwhile', () => {
    const d = both(O1, O2);
    d.world.down.add('33');
    deliver(d, O1);
    d.world.settle();
    d.does('32', 'ConfirmAcceptance', { order: 'o1' }, client(O1));
    deliver(d, O2);
    d.world.settle();
    expect(holds(d, O1, O2)).toEqual(['', '']);
    d.world.down.clear();
    d.world.settle();
    expect(holds(d, O1, O2)).toEqual(['E-DUPFILE', 'E-DUPFILE']);
  });

  test('tells either side what to do and the id of one other order, nothing else of it', () => {
    const d = both(O1, O2);
    [O1, O2].forEach((deal) => deliver(d, deal));
    d.world.settle();
    const facts = (order: string, home: ProvinceCode) => d.order(order, home).held['E-DUPFILE'];
    const told = { seen: phrase('sameResult', { count: 2 }), needed: phrase('reviewOfResults') };
    expect(facts('o1', '32')).toEqual({ ...told, reference: 'o2' });
    expect(facts('o2', '33')).toEqual({ ...told, reference: 'o1' });
    expect(d.tries('32', 'ConfirmAcceptance', { order: 'o1' }, client(O1))).toMatchObject({
      rejected: 'E-DUPFILE',
      facts: { clause: 'A9', policy: '32-cxq-1', seen: 'the same result for 2 orders' },
    });
  });

  test('is reviewed by each home for itself, and a third order brings both back', () => {
    const d = both(O1, O2);
    [O1, O2].forEach((deal) => deliver(d, deal));
    d.world.settle();
    const found = { order: 'o1', reason: 'E-DUPFILE', finding: 'joint-project' };
    d.does('32', 'ReviewSuspicion', found, actor('32', 'reviewer'));
    expect(holds(d, O1, O2)).toEqual(['', 'E-DUPFILE']);
    const third = { ...O2, order: 'o3' };
    contracted(d, third);
    deliver(d, third);
    d.world.settle();
    expect(holds(d, O1, O2, third)).toEqual(['E-DUPFILE', 'E-DUPFILE', 'E-DUPFILE']);
  });
});

describe('A9, what is no duplicate:', () => {
  test('the own result handed in again', () => {
    const d = both(O1, O2);
    expect(deliver(d, O1)).toBeNull();
    const size = d.world.nodes['31'].entries.length;
    expect(deliver(d, O1)).toBeNull();
    expect(d.world.nodes['31'].entries).toHaveLength(size);
    d.world.settle();
    expect(deliver(d, O1)?.rejected).toBe('E-STATE');
    d.world.settle();
    expect(holds(d, O1)).toEqual(['']);
  });

  test('results that differ', () => {
    const d = both(O1, O2);
    deliver(d, O1, 'one report');
    deliver(d, O2, 'another report');
    d.world.settle();
    expect(holds(d, O1, O2)).toEqual(['', '']);
  });

  test('a result that came when its order was over: it served nobody', () => {
    const d = both(O1, O2);
    d.world.down.add('31');
    deliver(d, O1);
    d.world.pass(600 * DAY_MS);
    d.world.down.clear();
    d.world.settle();
    expect(d.order('o1').phase).toBe('Closed');
    const told = d.world.nodes['32'].entries.filter(({ stream }) => stream === 'order/o1').map(({ type }) => type);
    expect(told).toContain('StatementRefused');
    expect(d.world.nodes['32'].entries.some(({ type }) => type === 'ResultTaken')).toBe(false);
  });
});
