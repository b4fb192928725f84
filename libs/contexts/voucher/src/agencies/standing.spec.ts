/** Agencies at work under the eye of their province: restricted, suspended, reinstated, revoked, excluded, gone (domain §2.3, V9). */
import { agencyIn, asAgency, assessing, newcomer, onAgency, RULES, ruled } from '../../testing/agencies.js';
import { PROVINCE_CODES } from '../../testing/node.js';
import { DAY_MS, delta, firm, staff, type Delta } from '../../testing/scenario.js';

const ready = (rules = RULES): Delta => {
  const d = delta();
  d.does('31', 'AdoptPolicy', { pack: ruled('31', rules) }, staff('31'));
  return d;
};
const place = (d: Delta, order = 'o1') => d.tries('32', 'PlaceOrder', d.placing(order), firm);
const row = (d: Delta) => d.world.nodes['32'].rows('agencies', { id: '31.a31' })[0];
/** Any other body is the caller's: the test clock begins on 2026-03-02. */
const back = (d: Delta) => d.tries('31', 'SelfAssess', assessing({ organisation: 'org-a31' }), { ...newcomer, organisation: 'org-a31' });

describe('A suspension', () => {
  test('ends by itself on the day that it names, where the pack says so', () => {
    const d = ready();
    expect(onAgency(d, 'SuspendAgency', { reason: 'complaint', until: '2026-03-10' })).toBeNull();
    for (const province of PROVINCE_CODES) expect(agencyIn(d, 'a31', province, '31').phase).toBe('Suspended');
    expect(row(d)).toMatchObject({ state: 'Suspended', suspendedFor: 'complaint', suspendedUntilMs: Date.UTC(2026, 2, 10, 16) - 1 });
    d.world.pass(8 * DAY_MS);
    expect(agencyIn(d).phase).toBe('Suspended');
    d.world.pass(DAY_MS);
    expect(agencyIn(d).phase).toBe('Active');
    expect(row(d)).toMatchObject({ state: 'Active', suspendedFor: null, suspendedUntilMs: null });
    expect(place(d)).toBeNull();
  });

  test('waits for a supervisor where the pack says that, and where it names no day', () => {
    for (const [rules, until] of [
      [{ ...RULES, suspension: { reinstates: false } }, '2026-03-10'],
      [RULES, undefined],
    ] as const) {
      const d = ready(rules);
      expect(onAgency(d, 'SuspendAgency', { reason: 'complaint', ...(until ? { until } : {}) })).toBeNull();
      d.world.pass(40 * DAY_MS);
      expect(agencyIn(d).phase).toBe('Suspended');
      expect(onAgency(d, 'ReinstateAgency')).toBeNull();
      expect(agencyIn(d).phase).toBe('Active');
    }
  });

  test('is said again with another end, and then the first end is none', () => {
    const d = ready();
    for (const until of ['2026-03-10', '2026-03-10', '2026-03-20']) onAgency(d, 'SuspendAgency', { reason: 'complaint', until });
    expect(d.world.nodes['31'].entries.filter(({ type }) => type === 'AgencySuspended')).toHaveLength(2);
    d.world.pass(10 * DAY_MS);
    expect(agencyIn(d).phase).toBe('Suspended');
    onAgency(d, 'SuspendAgency', { reason: 'complaint' });
    d.world.pass(40 * DAY_MS);
    expect(agencyIn(d).phase).toBe('Suspended');
  });

  test('names a day that is there and to come', () => {
    const d = ready();
    for (const until of ['2026-02-31', '2026-03-01'])
      expect(onAgency(d, 'SuspendAgency', { reason: 'x', until })).toMatchObject({ rejected: 'E-VALIDATION', facts: { field: 'until' } });
  });
});

test('A restriction leaves some of the classes it was admitted for, and may be widened again to those', () => {
  const d = ready();
  const restrict = (...classes: readonly string[]) => onAgency(d, 'RestrictAgency', { classes, reason: 'scope' });
  expect(restrict('11')).toBeNull();
  expect(place(d)).toMatchObject({ rejected: 'E-CLASS' });
  expect(restrict('11', '28')).toMatchObject({ rejected: 'E-CLASS', facts: { seen: '28' } });
  expect(restrict('5', '11')).toBeNull();
  expect(place(d)).toBeNull();
});

test('A revoked agency is over, and its organisation is barred until the day, at most as long as the pack allows', () => {
  const d = ready();
  const revoke = (until: string) => onAgency(d, 'RevokeAgency', { reason: 'false-reports', until });
  expect(revoke('2031-03-03')).toMatchObject({ rejected: 'E-VALIDATION', facts: { needed: 'not after 2031-03-02' } });
  expect(revoke('2026-06-30')).toBeNull();
  expect(agencyIn(d, 'a31', '32', '31').phase).toBe('Revoked');
  expect(place(d)).toMatchObject({ rejected: 'E-AGENCY', facts: { seen: 'Revoked' } });
  expect(onAgency(d, 'ReinstateAgency')).toMatchObject({ rejected: 'E-STATE' });
  expect(back(d)).toMatchObject({ rejected: 'E-INTEGRITY', facts: { needed: 'an application after 2026-06-30' } });
  const listed = { agency: 'again', organisation: 'org-a31', name: 'x', uscc: '91310000MAXXXX0150', classes: ['5'] };
  expect(d.tries('31', 'AdmitAgency', listed, staff('31'))).toMatchObject({ rejected: 'E-INTEGRITY' });
  d.world.pass(121 * DAY_MS);
  expect(back(d)).toBeNull();
});

describe('An agency that leaves', () => {
  test('is over, and may come back', () => {
    const d = ready();
    expect(asAgency(d, 'ExitAgency')).toBeNull();
    expect(place(d)).toMatchObject({ rejected: 'E-AGENCY', facts: { seen: 'Exited' } });
    expect(back(d)).toBeNull();
  });

  test('does not shorten its suspension by leaving', () => {
    const d = ready();
    onAgency(d, 'SuspendAgency', { reason: 'complaint' });
    expect(asAgency(d, 'ExitAgency')).toMatchObject({ rejected: 'E-STATE' });
    onAgency(d, 'SuspendAgency', { reason: 'complaint', until: '2026-04-01' });
    expect(asAgency(d, 'ExitAgency')).toBeNull();
    expect(back(d)).toMatchObject({ rejected: 'E-INTEGRITY' });
    d.world.pass(31 * DAY_MS);
    expect(agencyIn(d).phase).toBe('Exited');
    expect(back(d)).toBeNull();
  });
});

describe('V9: a body punished for false data', () => {
  const exclude = (d: Delta, decidedOn: string) => onAgency(d, 'ExcludeAgency', { decision: '沪市监处〔2026〕1号', decidedOn });

  test('is not bought from for three years from the decision, and is again by itself after them', () => {
    const d = ready();
    expect(exclude(d, '2023-04-01')).toBeNull();
    expect(place(d)).toMatchObject({
      rejected: 'E-AGENCY',
      facts: { clause: 'V9', seen: 'excluded for false data by 沪市监处〔2026〕1号 until 2026-04-01' },
    });
    expect(row(d)).toMatchObject({ state: 'Active', excludedUntilMs: Date.UTC(2026, 3, 1, 16) - 1 });
    d.world.pass(30 * DAY_MS);
    expect(place(d)).toMatchObject({ rejected: 'E-AGENCY' });
    d.world.pass(DAY_MS);
    expect(agencyIn(d, 'a31', '32', '31').exclusion).toBeNull();
    expect(place(d)).toBeNull();
  });

  test('stays excluded when it is reinstated, and when it leaves and comes back', () => {
    const d = ready();
    exclude(d, '2026-02-01');
    onAgency(d, 'SuspendAgency', { reason: 'x' });
    onAgency(d, 'ReinstateAgency');
    expect(place(d)).toMatchObject({ rejected: 'E-AGENCY' });
    asAgency(d, 'ExitAgency');
    expect(back(d)).toMatchObject({ rejected: 'E-INTEGRITY', facts: { needed: 'an application after 2029-02-01' } });
  });

  test('is recorded from its decision, which has come and whose years are not over', () => {
    const d = ready();
    expect(exclude(d, '2026-03-03')).toMatchObject({ rejected: 'E-VALIDATION' });
    expect(exclude(d, '2023-03-01')).toMatchObject({ rejected: 'E-DATE', facts: { clause: 'V9' } });
    expect([exclude(d, '2026-02-01'), exclude(d, '2026-02-01'), exclude(d, '2025-02-01')]).toEqual([null, null, null]);
    expect(d.world.nodes['31'].entries.filter(({ type }) => type === 'AgencyExcluded')).toHaveLength(1);
  });
});
