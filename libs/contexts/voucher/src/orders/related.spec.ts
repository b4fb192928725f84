/** V11: related parties, by 公司法 265, over keyed hashes that two provinces can compare without a person crossing the border. */
import { inBoth, type Ownership, type Tie } from '@yrd/contracts';
import { actor, agent, DAY_MS, delta, firm, hex, staff, type Delta } from '../../testing/scenario.js';
import { relation } from './related.js';

const HALF = { of: 1, in: 2 };
const of = (self: string | null, ...ties: readonly Tie[]): Ownership => ({
  self: self === null ? null : hex(self),
  ties: [...ties],
  source: 'register of firms',
  asOf: '2026-01-05',
});
const tie = (as: Tie['as'], kind: Tie['kind'], name: string, share?: Tie['share']): Tie => ({
  as,
  kind,
  key: hex(name),
  ...(share ? { share } : {}),
});
const holds = (name: string, percent: number, kind: Tie['kind'] = 'firm'): Tie => tie('holder', kind, name, { of: percent, in: 100 });
const between = (one: Ownership, other: Ownership): [string | null, string | null] => [
  inBoth(relation(one, other, HALF))?.en ?? null,
  inBoth(relation(other, one, HALF))?.en ?? null,
];

describe('V11, the test of 公司法 265 holds both ways', () => {
  test.each<[string, Ownership, Ownership, RegExp | null]>([
    [
      'a shared legal representative relates',
      of('s', tie('representative', 'person', 'zhang')),
      of('a', tie('representative', 'person', 'zhang')),
      /legal representative/,
    ],
    [
      'a shared director relates',
      of('s', tie('officer', 'person', 'li')),
      of('a', tie('officer', 'person', 'li'), tie('officer', 'person', 'wang')),
      /director/,
    ],
    [
      'who represents one and is director of the other relates',
      of('s', tie('representative', 'person', 'li')),
      of('a', tie('officer', 'person', 'li')),
      /director/,
    ],
    [
      'an actual controller of both relates',
      of('s', tie('controller', 'person', 'chen')),
      of('a', tie('controller', 'person', 'chen')),
      /controller/,
    ],
    ['a holder of more than half of both relates', of('s', holds('g', 51)), of('a', holds('g', 60)), /controlling shareholder/],
    ['a holder of half of both does not control', of('s', holds('g', 50)), of('a', holds('g', 50)), null],
    ['a firm that owns the other relates', of('s'), of('a', holds('s', 70)), /controls the other/],
    ['a small share of the other is a tie of property (产权纽带)', of('s'), of('a', holds('s', 3)), /holds shares/],
    ['a firm named as controlled relates', of('s', tie('controlled', 'firm', 'a')), of('a'), /controls the other/],
    [
      'a firm that one side controls and that controls the other relates',
      of('s', tie('controlled', 'firm', 'm')),
      of('a', holds('m', 80)),
      /a firm that one side controls/,
    ],
    [
      'a director of one who controls the other relates',
      of('s', tie('officer', 'person', 'zhao')),
      of('a', tie('controller', 'person', 'zhao')),
      /who runs one side/,
    ],
    [
      'two firms under different SASAC groups are not related',
      of('s', holds('group of Shanghai', 100), tie('controller', 'state', 'SASAC of Shanghai')),
      of('a', holds('group of Jiangsu', 100), tie('controller', 'state', 'SASAC of Jiangsu')),
      null,
    ],
    [
      'two firms are not related merely because the same state body controls both (265 (4))',
      of('s', tie('controller', 'state', 'SASAC')),
      of('a', holds('SASAC', 100, 'state')),
      null,
    ],
    ['one group company under the state still relates its two firms', of('s', holds('group', 100)), of('a', holds('group', 100)), /same/],
    ['a team without a code has persons only', of(null), of('a', tie('officer', 'person', 'li')), null],
  ])('%s', (_, one, other, told) => {
    for (const said of between(one, other)) {
      if (told === null) expect(said).toBeNull();
      else expect(said).toMatch(told);
    }
  });
});

const clerk = staff('32');
const RELATED = { controlShare: HALF, unknown: 'allow' as const };
const record = (d: Delta, ties: readonly Tie[]) => d.does('32', 'RecordSubjectOwnership', { subject: 's1', ...of('s1', ...ties) }, clerk);
const state = (d: Delta, ties: readonly Tie[]): void => {
  d.does('31', 'StateAgencyOwnership', { agency: 'a31', ...of('a31', ...ties) }, staff('31'));
  d.world.settle();
};
const place = (d: Delta, order = 'o1') => d.tries('32', 'PlaceOrder', d.placing(order), firm);

describe('V11, an order between related parties', () => {
  const zhang = [tie('representative', 'person', 'zhang')];

  test('is refused across the border, and the reason names no person', () => {
    const d = delta({ packs: { 32: { related: RELATED } } });
    record(d, zhang);
    state(d, zhang);
    expect(place(d)).toMatchObject({
      rejected: 'E-RELATED',
      facts: {
        clause: 'V11',
        policy: '32-cxq-1',
        seen: 'the same legal representative',
        needed: expect.any(String),
      },
    });
    // What a province says of its firm's owners stays at home; of its agency's owners only hashes go out.
    const abroad = d.world.nodes['31'].state({ kind: 'ownership', initial: 0, evolve: (n) => n + 1 }, 'ownership/subject.s1', '32/voucher');
    expect(abroad).toBe(0);
    expect(JSON.stringify(d.world.nodes['31'].entries)).not.toContain('zhang');
  });

  test('is not signed either when they have become related since', () => {
    const d = delta({ packs: { 32: { related: RELATED } } });
    d.serve('o1', {}, 'SignAsAgency');
    record(d, zhang);
    state(d, zhang);
    const { contractHash, amountFen, signedMs, startMs, endMs } = d.order('o1').signature!;
    expect(d.tries('32', 'SignContract', { order: 'o1', contractHash, amountFen, signedMs, startMs, endMs }, firm)).toMatchObject({
      rejected: 'E-RELATED',
    });
  });

  test('that are unknown is allowed or refused as the pack says, and a pack that says nothing does not ask', () => {
    expect(place(delta({ packs: { 32: { related: RELATED } } }))).toBeNull();
    expect(place(delta())).toBeNull();
    const d = delta({ packs: { 32: { related: { ...RELATED, unknown: 'refuse' } } } });
    const unknown = (side: string) => ({ rejected: 'E-RELATED', facts: { seen: `unknown: no ownership of the ${side} is recorded` } });
    expect(place(d)).toMatchObject(unknown('enterprise'));
    record(d, []);
    expect(place(d)).toMatchObject(unknown('agency'));
    state(d, []);
    expect(place(d)).toBeNull();
  });

  test('with an affiliation on record (隶属、共建) is refused', () => {
    const d = delta({ packs: { 32: { related: RELATED } } });
    d.does('32', 'RecordSubjectFact', { subject: 's1', fact: 'link', value: '31.a31', source: 'test', asOf: '2026-02-01' }, clerk);
    expect(place(d)).toMatchObject({ rejected: 'E-RELATED', facts: { seen: 'an affiliation on record' } });
    expect(d.tries('32', 'PlaceOrder', d.placing('o2', { agencyProvince: '32', agency: 'a32' }), firm)).toBeNull();
  });
});

describe('V11, what is known of owners', () => {
  test('is recorded by clerks of other organisations, once, and not replaced by something older', () => {
    const d = delta();
    const body = { subject: 's1', ...of('s1', tie('officer', 'person', 'li')) };
    const write = (by: ReturnType<typeof actor>, change: object = {}) =>
      d.tries('32', 'RecordSubjectOwnership', { ...body, ...change }, by);
    expect(write(firm)).toMatchObject({ rejected: 'E-ROLE' });
    expect(write(actor('32', 'reviewer', 'org-s1'))).toMatchObject({ rejected: 'E-RECUSE' });
    expect(write(clerk, { subject: 's7' })).toMatchObject({ rejected: 'E-NOTFOUND' });
    expect(write(clerk)).toBeNull();
    const size = d.world.nodes['32'].entries.length;
    expect(write(clerk)).toBeNull();
    expect(d.world.nodes['32'].entries).toHaveLength(size);
    expect(write(clerk, { asOf: '2025-12-31' })).toMatchObject({ rejected: 'E-VALIDATION', facts: { field: 'asOf' } });
  });

  test('of an agency is stated at its home by the supervisor', () => {
    const d = delta();
    const body = { agency: 'a31', ...of('a31') };
    expect(d.tries('32', 'StateAgencyOwnership', body, staff('31'))).toMatchObject({ rejected: 'E-HOME' });
    expect(d.tries('31', 'StateAgencyOwnership', body, agent('31'))).toMatchObject({ rejected: 'E-ROLE' });
    expect(d.tries('31', 'StateAgencyOwnership', { ...body, agency: 'a9' }, staff('31'))).toMatchObject({ rejected: 'E-NOTFOUND' });
    d.world.pass(DAY_MS);
    expect(d.tries('31', 'StateAgencyOwnership', body, staff('31'))).toBeNull();
    expect(d.tries('31', 'StateAgencyOwnership', { ...body, asOf: '2026-01-04' }, staff('31'))).toMatchObject({ rejected: 'E-VALIDATION' });
  });
});
