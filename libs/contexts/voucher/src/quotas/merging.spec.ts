/** Firms that belong together: one controller (V3), a merger (A7), a move to another province in mid-year (A6). */
import { actor, agent, delta, firm, staff, type Delta } from '../../testing/scenario.js';

const clerk = staff('32');
const of = (subject: string) => actor('32', 'enterprise', `org-${subject}`);
const place = (d: Delta, subject: string, order: string, voucherFen: number) =>
  d.tries('32', 'PlaceOrder', d.placing(order, { subject, voucherFen, amountFen: 2 * voucherFen }), of(subject));
const account = (d: Delta, subject: string, province: '31' | '32' = '32') => d.account(subject, province);
const told = (d: Delta, province: '31' | '32', type: string) =>
  d.world.nodes[province].entries.filter((entry) => entry.type === type).map(({ data }) => data);

describe('V3: 480,000 of 500,000 are used by the group, and one of its firms asks for 30,000', () => {
  const rich = { firm: { capFen: 60_000_000, tiers: [{ ratio: { of: 1, in: 2 } }], proofNeeded: true } };
  const used = (whenOver: 'cut' | 'refuse'): Delta => {
    const d = delta({ packs: { 32: { subjects: rich, group: { capFen: 50_000_000, whenOver } } }, grantFen: 40_000_000 });
    d.enrol('32', 's2', 40_000_000);
    for (const subject of ['s1', 's2'])
      d.does('32', 'RecordSubjectFact', { subject, fact: 'group', value: 'g1', source: 'test', asOf: '2026-02-01' }, clerk);
    expect([place(d, 's1', 'o1', 30_000_000), place(d, 's2', 'o2', 18_000_000)]).toEqual([null, null]);
    return d;
  };

  test('a pack that cuts gives 20,000', () => {
    const d = used('cut');
    expect(place(d, 's2', 'o3', 3_000_000)).toBeNull();
    expect(d.order('o3').terms?.reservedFen).toBe(2_000_000);
    expect(place(d, 's1', 'o4', 1)).toMatchObject({ rejected: 'E-GROUPCAP', facts: { seen: '0.00 yuan' } });
  });

  test('a pack that refuses names what is left and what was asked', () => {
    const d = used('refuse');
    expect(place(d, 's2', 'o3', 3_000_000)).toMatchObject({
      rejected: 'E-GROUPCAP',
      facts: { clause: 'V3', seen: '20,000.00 yuan', needed: '30,000.00 yuan' },
    });
    expect(place(d, 's2', 'o3', 2_000_000)).toBeNull();
  });
});

describe('A7: a firm is taken over by another of its province', () => {
  const merge = (d: Delta, subject: string, successor: string, by = clerk) =>
    d.tries('32', 'MergeSubject', { subject, successor, source: '合并登记', asOf: '2026-03-01' }, by);
  /** `s1` holds 40,000.00 of 100,000.00, `s2` 30,000.00 of 80,000.00; the cap is 100,000.00. */
  const two = (): Delta => {
    const d = delta();
    d.enrol('32', 's2', 8_000_000);
    expect([place(d, 's1', 'o1', 4_000_000), place(d, 's2', 'o2', 3_000_000)]).toEqual([null, null]);
    d.world.settle();
    return d;
  };

  test('its open orders go on under the successor’s people, and no longer under its own', () => {
    const d = two();
    expect(merge(d, 's1', 's2')).toBeNull();
    d.does('31', 'AcceptOrder', { order: 'o1', home: '32', agency: 'a31' }, agent('31'));
    d.world.settle();
    expect(d.tries('32', 'CancelOrder', { order: 'o1', cause: 'x' }, firm)?.rejected).toBe('E-ROW');
    expect(d.tries('32', 'CancelOrder', { order: 'o1', cause: 'x' }, of('s2'))).toBeNull();
  });

  test('the caps merge and are not added: both together have one', () => {
    const d = two();
    merge(d, 's1', 's2');
    expect(account(d, 's1')).toMatchObject({ phase: 'Closed', grantedFen: 4_000_000, reservedFen: 4_000_000 });
    expect(account(d, 's2')).toMatchObject({ grantedFen: 6_000_000, reservedFen: 3_000_000, elsewhere: { s1: 4_000_000 } });
    expect(place(d, 's2', 'o3', 3_000_001)).toMatchObject({ rejected: 'E-QUOTA', facts: { seen: '30,000.00 yuan' } });
    expect(place(d, 's2', 'o3', 3_000_000)).toBeNull();
    // What is given back of the old order is void: the grant behind it went over already.
    d.does('32', 'CancelOrder', { order: 'o1', cause: 'x' }, of('s2'));
    expect(account(d, 's1')).toMatchObject({ grantedFen: 0, reservedFen: 0 });
  });

  test('a successor without an account gets what the other had left, with its windows', () => {
    const d = delta();
    const uscc = '91350100M000100Y43';
    d.does('32', 'RegisterSubject', { subject: 's2', kind: 'firm', organisation: 'org-s2', name: 'Firm s2', uscc }, clerk);
    place(d, 's1', 'o1', 4_000_000);
    const { useUntilMs } = account(d, 's1');
    merge(d, 's1', 's2');
    expect(account(d, 's2')).toMatchObject({ phase: 'Granted', grantedFen: 6_000_000, elsewhere: { s1: 4_000_000 }, useUntilMs });
    // V13: and they end it.
    d.world.pass(useUntilMs - d.world.nowMs + 1);
    expect(account(d, 's2').grantedFen).toBe(0);
  });

  test('a successor that holds more than one cap leaves keeps what it holds, and gets nothing new', () => {
    const d = delta();
    d.enrol('32', 's2', 10_000_000);
    place(d, 's1', 'o1', 9_000_000);
    place(d, 's2', 'o2', 8_000_000);
    merge(d, 's1', 's2');
    expect(account(d, 's2')).toMatchObject({ grantedFen: 8_000_000, reservedFen: 8_000_000 });
    expect(place(d, 's2', 'o3', 1)?.rejected).toBe('E-QUOTA');
  });

  test('who was taken over claims and orders nothing any more, and a repeat says nothing new', () => {
    const d = two();
    merge(d, 's1', 's2');
    const size = d.world.nodes['32'].entries.length;
    expect([merge(d, 's1', 's2'), d.world.nodes['32'].entries.length]).toEqual([null, size]);
    expect(d.tries('32', 'PlaceOrder', d.placing('o9'), of('s2'))).toMatchObject({
      rejected: 'E-SUBJECT',
      facts: { check: 'registered', seen: 'merged into s2' },
    });
    expect(merge(d, 's1', 's3')?.rejected).toBe('E-NOTFOUND');
    expect(merge(d, 's2', 's1')?.rejected).toBe('E-STATE');
    expect(merge(d, 's2', 's2')?.rejected).toBe('E-STATE');
  });

  test('a chain of mergers ends at the last successor, with every use counted once', () => {
    const d = two();
    d.enrol('32', 's3', 10_000_000);
    merge(d, 's1', 's2');
    merge(d, 's2', 's3');
    expect(d.tries('32', 'CancelOrder', { order: 'o1', cause: 'x' }, of('s2'))?.rejected).toBe('E-ROW');
    expect(account(d, 's3')).toMatchObject({ grantedFen: 3_000_000, elsewhere: { s1: 4_000_000, s2: 3_000_000 } });
    expect(d.tries('32', 'CancelOrder', { order: 'o1', cause: 'x' }, of('s3'))).toBeNull();
  });

  test('V16: nobody of the firm itself decides it', () => {
    const party = { ...clerk, organisation: 'org-s1' };
    expect(merge(two(), 's1', 's2', party)?.rejected).toBe('E-RECUSE');
  });
});

describe('A6: a firm moves from Jiangsu to Shanghai in mid-year', () => {
  const move = (d: Delta, change: object = {}) =>
    d.tries(
      '32',
      'MoveSubject',
      { subject: 's1', toProvince: '31', toSubject: 's7', source: '住所变更', asOf: '2026-03-02', ...change },
      clerk,
    );
  /** `s1` has one order open for 40,000.00 and is registered in Shanghai as `s7`, with or without a grant there. */
  const open = (grantFen: number | null): Delta => {
    const d = delta();
    if (grantFen !== null) d.enrol('31', 's7', grantFen);
    expect(place(d, 's1', 'o1', 4_000_000)).toBeNull();
    d.world.settle();
    return d;
  };

  test('open orders stay with Jiangsu, and Shanghai’s grant is reduced by what was used there', () => {
    const d = open(10_000_000);
    expect(move(d)).toBeNull();
    d.world.settle();
    expect(d.order('o1').phase).toBe('Placed');
    expect(account(d, 's1')).toMatchObject({ phase: 'Closed', grantedFen: 4_000_000, reservedFen: 4_000_000 });
    expect(account(d, 's7', '31')).toMatchObject({ grantedFen: 6_000_000, elsewhere: { '32.s1': 4_000_000 } });
    d.does('31', 'AcceptOrder', { order: 'o1', home: '32', agency: 'a31' }, agent('31'));
    d.world.settle();
    expect(d.order('o1').phase).toBe('Accepted');
  });

  test('a grant that comes after the statement stays under what is left of the cap', () => {
    const d = open(4_000_000);
    d.does('31', 'AdoptPolicy', { pack: { ...adopted(d), version: '31-cxq-2', claimsPerYear: 2 } }, staff('31'));
    move(d);
    d.world.settle();
    const owner = actor('31', 'enterprise', 'org-s7');
    d.does('31', 'ApplyQuota', { subject: 's7', scheme: 'cxq', year: 2026, askedFen: 10_000_000 }, owner);
    const grant = (amountFen: number) => d.tries('31', 'GrantQuota', { subject: 's7', scheme: 'cxq', year: 2026, amountFen }, staff('31'));
    expect(grant(2_000_001)).toMatchObject({ rejected: 'E-QUOTA', facts: { needed: '0.01 yuan to 20,000.00 yuan' } });
    expect(grant(2_000_000)).toBeNull();
  });

  test('what crosses is ids, amounts and a hash: no code, no name', () => {
    const d = open(10_000_000);
    move(d);
    d.world.settle();
    expect(told(d, '32', 'QuotaUseStated')).toEqual([
      {
        subject: 's1',
        scheme: 'cxq',
        year: 2026,
        toProvince: '31',
        toSubject: 's7',
        token: expect.stringMatching(/^[0-9a-f]{64}$/),
        usedFen: 4_000_000,
      },
    ]);
  });

  test('a subject that Shanghai does not know is refused by an entry, and stated again once it is registered', () => {
    const d = open(null);
    move(d);
    d.world.settle();
    expect(told(d, '31', 'QuotaUseRefused')).toMatchObject([{ subject: 's7', source: '32.s1', code: 'E-NOTFOUND' }]);
    d.enrol('31', 's7', 10_000_000);
    move(d, { asOf: '2026-03-03' });
    d.world.settle();
    expect(account(d, 's7', '31')).toMatchObject({ grantedFen: 6_000_000 });
  });

  test('another firm of Shanghai is not charged for it', () => {
    const d = open(10_000_000);
    d.does(
      '31',
      'RegisterSubject',
      { subject: 's8', kind: 'firm', organisation: 'org-s8', name: 'X', uscc: '91310000MAXXXX0150' },
      staff('31'),
    );
    move(d, { toSubject: 's8' });
    d.world.settle();
    expect(told(d, '31', 'QuotaUseRefused')).toMatchObject([{ subject: 's8', code: 'E-SUBJECT' }]);
  });

  test('it orders nothing more in Jiangsu, and a move within Jiangsu is none', () => {
    const d = open(10_000_000);
    expect(move(d, { toProvince: '32' })?.rejected).toBe('E-VALIDATION');
    move(d);
    expect(place(d, 's1', 'o2', 1)).toMatchObject({ rejected: 'E-SUBJECT', facts: { seen: 'moved to 31.s7' } });
    const size = d.world.nodes['32'].entries.length;
    expect([move(d), d.world.nodes['32'].entries.length]).toEqual([null, size]);
  });

  const adopted = (d: Delta): object => d.world.nodes['31'].entries.find(({ type }) => type === 'PolicyAdopted')!.data['pack'] as object;
});
