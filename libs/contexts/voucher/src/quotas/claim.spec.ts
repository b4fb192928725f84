/** Claims on a quota: two levels of review, lists of defects told once, and several claims a year (V2, V14, V16). */
import { actor, delta, firm, staff, type Delta } from '../../testing/scenario.js';
import { stageOf } from '../index.js';

const account = { subject: 's1', scheme: 'cxq', year: 2026 };
const district = actor('32', 'district-reviewer', 'bureau-320102');
const reviewer = actor('32', 'reviewer');
const approver = actor('32', 'approver');
const defects = [
  { code: 'address-proof', text: '注册地址证明已过期' },
  { code: 'sme-year', text: '缺少本年度科技型中小企业入库登记' },
];

/** A firm that claims again in a year of five claims; from 2026-03-01 on the district looks first. */
const claimed = (askedFen = 2_000_000): Delta => {
  const pack = { claimsPerYear: 5, claimCapFen: 2_000_000 };
  const d = delta({ packs: { 32: pack }, grantFen: 2_000_000 });
  const { pack: old } = d.world.nodes['32'].entries.find(({ type }) => type === 'PolicyAdopted')!.data as { pack: object };
  d.does('32', 'AdoptPolicy', { pack: { ...old, version: '32-cxq-2', from: '2026-03-01', districtReview: true } }, staff('32'));
  apply(d, askedFen);
  return d;
};
const apply = (d: Delta, askedFen = 2_000_000): void => d.does('32', 'ApplyQuota', { ...account, askedFen }, firm);
const pass = (d: Delta, by = district) => d.tries('32', 'PassQuota', account, by);
const giveBack = (d: Delta, by = district) => d.tries('32', 'ReturnQuota', { ...account, defects }, by);
const grant = (d: Delta, by = approver) => d.tries('32', 'GrantQuota', { ...account, amountFen: 2_000_000 }, by);
const stage = (d: Delta): string => stageOf(d.account());

describe('V2: a claim that the district reviews before the province', () => {
  test('goes 区县审核中 → 区县通过 → 省级通过', () => {
    const d = claimed();
    const stages = [stage(d)];
    expect(grant(d)).toMatchObject({ rejected: 'E-STATE', facts: { seen: 'with the district' } });
    expect(pass(d)).toBeNull();
    stages.push(stage(d));
    expect(grant(d)).toBeNull();
    stages.push(stage(d));
    expect(stages).toEqual(['district-review', 'district-passed', 'granted']);
    expect(d.account().grantedFen).toBe(4_000_000);
  });

  test('may be refused by either level, and the account says by which', () => {
    const d = claimed();
    d.does('32', 'RefuseQuota', { ...account, code: 'E-SUBJECT' }, district);
    // The first grant of the year stays; the further claim is over.
    expect([d.account().phase, d.account().further, d.account().level]).toEqual(['Granted', 'none', 'district']);
    apply(d);
    pass(d);
    d.does('32', 'RefuseQuota', { ...account, code: 'E-SUBJECT' }, reviewer);
    expect(d.world.nodes['32'].entries.filter(({ type }) => type === 'QuotaRefused').map(({ data }) => data['level'])).toEqual([
      'district',
      'province',
    ]);
  });

  test('lies with one level at a time: the other one decides nothing', () => {
    const d = claimed();
    expect(giveBack(d, reviewer)).toMatchObject({ rejected: 'E-ROLE', facts: { needed: 'district-reviewer' } });
    expect(pass(d, reviewer)).toMatchObject({ rejected: 'E-ROLE' });
    pass(d);
    expect(giveBack(d)).toMatchObject({ rejected: 'E-ROLE', facts: { needed: 'reviewer or approver' } });
    const size = d.world.nodes['32'].entries.length;
    expect(pass(d)).toBeNull();
    expect(d.world.nodes['32'].entries.length).toBe(size);
  });

  test('V16: is not granted by the person who passed it', () => {
    const both = { ...district, roles: ['district-reviewer', 'approver'] };
    const d = claimed();
    pass(d, both);
    expect(grant(d, both)).toMatchObject({ rejected: 'E-RECUSE', facts: { clause: 'V16' } });
    expect(grant(d)).toBeNull();
  });
});

describe('V14: 一次性告知, one list of defects at each level', () => {
  test('the whole list in code and words, once by the district and once by the province', () => {
    const d = claimed();
    expect(giveBack(d)).toBeNull();
    expect(stage(d)).toBe('district-returned');
    expect(d.world.nodes['32'].entries.at(-1)?.data).toEqual({
      defects: ['address-proof', 'sme-year'],
      texts: ['注册地址证明已过期', '缺少本年度科技型中小企业入库登记'],
      level: 'district',
    });
    apply(d);
    expect(giveBack(d)).toMatchObject({ rejected: 'E-FILE', facts: { seen: 'returned by the district before' } });
    pass(d);
    expect(giveBack(d, approver)).toBeNull();
    expect(stage(d)).toBe('province-returned');
    apply(d);
    // Corrected, it goes back to whoever returned it.
    expect(stage(d)).toBe('district-passed');
    expect(giveBack(d, reviewer)).toMatchObject({ rejected: 'E-FILE' });
    expect(grant(d)).toBeNull();
  });

  test('a list without a defect is none', () => {
    const d = claimed();
    expect(d.tries('32', 'ReturnQuota', { ...account, defects: [] }, district)).toMatchObject({ rejected: 'E-VALIDATION' });
  });

  test('a corrected claim that asks more than the district passed is looked at by the district again', () => {
    const d = claimed(1_000_000);
    pass(d);
    giveBack(d, reviewer);
    apply(d, 1_500_000);
    expect(stage(d)).toBe('district-review');
  });

  test('the next claim of the year has its own lists', () => {
    const d = claimed();
    giveBack(d);
    apply(d);
    pass(d);
    grant(d);
    apply(d);
    expect(giveBack(d)).toBeNull();
  });
});

test('V2: without a district in the pack the province has a claim at once, and a claim told so by an older entry too', () => {
  const d = delta({ packs: { 32: { claimsPerYear: 2, claimCapFen: 2_000_000 } }, grantFen: 2_000_000 });
  apply(d);
  expect(stage(d)).toBe('province-review');
  expect(pass(d)).toMatchObject({ rejected: 'E-STATE', facts: { seen: 'with the province' } });
  expect(giveBack(d)).toBeNull();
  apply(d);
  expect(grant(d)).toBeNull();
});

describe('V2: several claims a year', () => {
  const five = { claimsPerYear: 5, claimCapFen: 2_000_000 };
  test('五次 of 20,000: each is granted, the sixth is refused, whatever became of the money of the first five', () => {
    const d = delta({ packs: { 32: five }, grantFen: 2_000_000 });
    for (let claim = 2; claim <= 5; claim += 1) {
      apply(d);
      expect(grant(d)).toBeNull();
    }
    d.does('32', 'PlaceOrder', d.placing('o1', { voucherFen: 4_000_000 }), firm);
    d.does('32', 'CancelOrder', { order: 'o1', cause: 'x' }, firm);
    expect(d.tries('32', 'ApplyQuota', { ...account, askedFen: 1 }, firm)).toMatchObject({
      rejected: 'E-YEAR',
      facts: { clause: 'V2', seen: '5', needed: 'fewer than 5 claims this year' },
    });
    expect(d.account()).toMatchObject({ claims: 5, grantedFen: 10_000_000 });
  });

  test('one claim asks no more than the cap of a claim', () => {
    const d = delta({ packs: { 32: five }, grantFen: 2_000_000 });
    expect(d.tries('32', 'ApplyQuota', { ...account, askedFen: 2_000_001 }, firm)).toMatchObject({
      rejected: 'E-QUOTA',
      facts: { seen: '20,000.01 yuan', needed: 'up to 20,000.00 yuan a claim' },
    });
  });

  test('a second one waits for the decision on the first', () => {
    const d = delta({ packs: { 32: five }, grantFen: 2_000_000 });
    apply(d);
    expect(d.tries('32', 'ApplyQuota', { ...account, askedFen: 1 }, firm)).toMatchObject({
      rejected: 'E-YEAR',
      facts: { seen: 'a claim under review' },
    });
  });

  test.each([
    [1, 'E-STATE'],
    [5, undefined],
  ])('of %d claims a year, after a refused first one the next is answered %s', (claimsPerYear, answer) => {
    const d = delta({ packs: { 32: { ...five, claimsPerYear } }, grantFen: 2_000_000 });
    const other = actor('32', 'enterprise', 'org-s2');
    d.does(
      '32',
      'RegisterSubject',
      { subject: 's2', kind: 'firm', organisation: 'org-s2', name: 'Firm s2', uscc: '91350100M000100Y43' },
      reviewer,
    );
    for (const [fact, value] of [
      ['status', 'active'],
      ['address', '320100'],
      ['sme-year', '2026'],
    ])
      d.does('32', 'RecordSubjectFact', { subject: 's2', fact, value, source: 'test', asOf: '2026-01-05' }, reviewer);
    const second = { ...account, subject: 's2' };
    d.does('32', 'ApplyQuota', { ...second, askedFen: 1 }, other);
    d.does('32', 'RefuseQuota', { ...second, code: 'E-SUBJECT' }, reviewer);
    expect(d.tries('32', 'ApplyQuota', { ...second, askedFen: 1 }, other)?.rejected).toBe(answer);
  });
});
