/** How an agency comes in (V8): assessed by itself, verified, shown to the public, admitted; what it said of itself stays at home. */
import type { AgencyRules } from '@yrd/contracts';
import { AGENCY_PHASES, voucher } from '../index.js';
import { agencyIn, assessing, newcomer, onAgency, RULES, ruled } from '../../testing/agencies.js';
import { PROVINCE_CODES } from '../../testing/node.js';
import { DAY_MS, delta, staff, type Delta } from '../../testing/scenario.js';

const ready = (): Delta => {
  const d = delta();
  d.does('31', 'AdoptPolicy', { pack: ruled('31') }, staff('31'));
  return d;
};
const assess = (d: Delta, change: object = {}) => d.tries('31', 'SelfAssess', assessing(change), newcomer);
const about = (d: Delta, name: string, body: object = {}) => onAgency(d, name, { agency: 'new', ...body });
const phase = (d: Delta) => agencyIn(d, 'new').phase;
const shown = (d: Delta): void => {
  expect([assess(d), about(d, 'VerifyAgency', { outcome: 'verified', reasons: [] }), about(d, 'PubliciseAgency')]).toEqual([
    null,
    null,
    null,
  ]);
};

test('V8: founded on 2024-06-01, a body that assesses itself on 2026-05-01 is refused; a month later it is not', () => {
  const d = ready();
  d.world.nowMs = Date.UTC(2026, 4, 1, 2);
  expect(assess(d, { founded: '2024-06-01' })).toMatchObject({
    rejected: 'E-ADMISSION',
    facts: { clause: 'V8', points: 'founded', seen: 'founded: 2024-06-01', needed: 'more than 24 months in operation on 2026-05-01' },
  });
  d.world.nowMs = Date.UTC(2026, 5, 2, 2);
  expect(assess(d, { founded: '2024-06-01' })).toBeNull();
});

test('V8: every unmet point is named in one answer', () => {
  const refused = assess(ready(), { founded: '2026-02-01', declares: ['team', 'something-else'] });
  expect(refused).toMatchObject({ rejected: 'E-ADMISSION', facts: { points: 'founded, a fixed place, sound finance' } });
});

test('V8: assessed, verified, publicised for seven days, it is admitted by the timer, and all provinces see it', () => {
  const d = ready();
  shown(d);
  expect(phase(d)).toBe('Publicised');
  d.world.pass(7 * DAY_MS - 60_000);
  expect(phase(d)).toBe('Publicised');
  d.world.pass(DAY_MS);
  for (const province of PROVINCE_CODES) {
    expect(agencyIn(d, 'new', province, '31')).toMatchObject({ phase: 'Active', organisation: 'org-new', classes: ['5'] });
    expect(d.world.nodes[province].rows('agencies', { id: '31.new' })).toMatchObject([{ state: 'Active', publicUntilMs: null }]);
  }
});

test('V8: who is not verified learns why, and nobody else does', () => {
  const d = ready();
  assess(d);
  expect(about(d, 'VerifyAgency', { outcome: 'not-verified', reasons: [] })).toMatchObject({ rejected: 'E-VALIDATION' });
  expect(about(d, 'VerifyAgency', { outcome: 'verified', reasons: ['team'] })).toMatchObject({ rejected: 'E-VALIDATION' });
  expect(about(d, 'VerifyAgency', { outcome: 'not-verified', reasons: ['team'] })).toBeNull();
  expect(agencyIn(d, 'new')).toMatchObject({ phase: 'NotVerified', reasons: ['team'] });
  expect(d.world.nodes['31'].rows('assessments', { id: 'new' })).toMatchObject([{ state: 'NotVerified', reasons: ['team'] }]);
  expect(d.world.nodes['31'].rows('agencies', { id: '31.new' })).toEqual([]);
  expect(about(d, 'PubliciseAgency')).toMatchObject({ rejected: 'E-STATE' });
});

test('7.1: self-assessment papers and what the verifier found never cross a border', () => {
  const d = ready();
  shown(d);
  for (const type of ['AgencySelfAssessed', 'AgencyVerified', 'AgencyNotVerified'])
    expect(voucher.entryTypes[type]?.audience).toBe('private');
  expect(agencyIn(d, 'new').assessment).toMatchObject({ papers: [{ kind: 'licence' }] });
  expect(agencyIn(d, 'new', '32', '31')).toMatchObject({ phase: 'Publicised', assessment: null });
  expect(d.world.nodes['32'].rows('assessments')).toEqual([]);
});

describe('An objection to an agency', () => {
  const objected = (): Delta => {
    const d = ready();
    shown(d);
    d.world.pass(2 * DAY_MS);
    expect(about(d, 'LodgeAgencyObjection', { grounds: 'finance' })).toBeNull();
    return d;
  };

  test('holds it for as long as nobody answers', () => {
    const d = objected();
    d.world.pass(30 * DAY_MS);
    expect(phase(d)).toBe('Objected');
  });

  test('that is upheld ends it', () => {
    const d = objected();
    expect(about(d, 'UpholdAgencyObjection')).toBeNull();
    d.world.pass(30 * DAY_MS);
    expect(phase(d)).toBe('NotAdmitted');
  });

  test('that is rejected lets publicity run on for what was left', () => {
    const d = objected();
    d.world.pass(20 * DAY_MS);
    expect(about(d, 'RejectAgencyObjection')).toBeNull();
    d.world.pass(4 * DAY_MS);
    expect(phase(d)).toBe('Publicised');
    d.world.pass(2 * DAY_MS);
    expect(phase(d)).toBe('Active');
  });

  test('is in time through the last millisecond, and late after it', () => {
    for (const [lateMs, no] of [
      [0, null],
      [1, { rejected: 'E-WINDOW', facts: { clause: 'V8' } }],
    ] as const) {
      const d = ready();
      shown(d);
      d.world.nowMs = agencyIn(d, 'new').endsMs + lateMs;
      const answer = about(d, 'LodgeAgencyObjection', { grounds: 'finance' });
      if (no === null) expect(answer).toBeNull();
      else expect(answer).toMatchObject(no);
    }
  });
});

test('without rules in force nobody can assess itself, and an agency on the list of its province is admitted at once', () => {
  const d = delta();
  expect(assess(d)).toMatchObject({ rejected: 'E-NOTFOUND', facts: { seen: 'no rules about agencies in force' } });
  expect(agencyIn(d)).toMatchObject({ phase: 'Active', assessment: null });
  expect(AGENCY_PHASES).toContain('Active');
});

test('nobody assesses another organisation, admits their own, or lists products before they are admitted', () => {
  const d = ready();
  expect(assess(d, { organisation: 'org-other' })).toMatchObject({ rejected: 'E-ROW' });
  expect(assess(d)).toBeNull();
  const own = { ...staff('31'), organisation: 'org-new' };
  expect(d.tries('31', 'VerifyAgency', { agency: 'new', outcome: 'verified', reasons: [] }, own)).toMatchObject({ rejected: 'E-RECUSE' });
  const product = { agency: 'new', product: 'p', itemClass: '5', name: 'x', priceFen: 1 };
  expect(d.tries('31', 'ListProduct', product, newcomer)).toMatchObject({ rejected: 'E-STATE' });
});

test('the rules of a newer pack hold from its first day', () => {
  const d = ready();
  const rules: AgencyRules = { ...RULES, entry: { forms: ['unincorporated'], operatingMonths: 0, declarations: [] } };
  const strict = { ...ruled('31', rules), version: '31-agencies-2', from: '2026-04-01' };
  d.does('31', 'AdoptPolicy', { pack: strict }, staff('31'));
  expect(assess(d)).toBeNull();
  d.world.pass(31 * DAY_MS);
  expect(d.tries('31', 'SelfAssess', assessing({ agency: 'other' }), newcomer)).toMatchObject({
    rejected: 'E-ADMISSION',
    facts: { points: 'form' },
  });
});
