/** Certificates (V9): a testing product is covered on the order date or refused, and what was out of scope is reported. */
import { agencyIn, onAgency, ruled } from '../../testing/agencies.js';
import { DAY_MS, delta, firm, staff, type Delta } from '../../testing/scenario.js';
import { ending } from '../index.js';

const strict = (): Delta => delta({ packs: { 32: { qualified: ['5'] } } });
const certify = (d: Delta, change: object = {}) =>
  onAgency(d, 'RecordQualification', {
    ...{ certificate: 'CMA-1', kind: 'CMA', items: ['5'], fromOn: '2026-03-05', untilOn: '2026-04-10' },
    ...change,
  });
const place = (d: Delta, order: string) => d.tries('32', 'PlaceOrder', d.placing(order), firm);
const to = (d: Delta, month: number, day: number): void => d.world.pass(Date.UTC(2026, month - 1, day, 2) - d.world.nowMs);

describe('V9: a product of a class that needs a qualification', () => {
  test('is covered on the order date, from the first day of the certificate to its last', () => {
    const d = strict();
    expect(place(d, 'o1')).toMatchObject({ rejected: 'E-QUALIF', facts: { clause: 'V9', seen: 'no certificate' } });
    expect(certify(d)).toBeNull();
    expect(place(d, 'o1')).toMatchObject({ rejected: 'E-QUALIF', facts: { seen: 'CMA-1 holds from 2026-03-05 to 2026-04-10' } });
    to(d, 3, 5);
    expect(d.tries('32', 'PlaceOrder', d.placing('o1', { amountFen: 1_000_000 }), firm)).toBeNull();
    to(d, 4, 10);
    expect(d.tries('32', 'PlaceOrder', d.placing('o2', { amountFen: 1_000_000 }), firm)).toBeNull();
    to(d, 4, 11);
    expect(place(d, 'o3')).toMatchObject({ rejected: 'E-QUALIF' });
  });

  test('is not covered by a certificate for other items, nor by one that is withdrawn', () => {
    const d = strict();
    certify(d, { items: ['11'], fromOn: '2026-01-01' });
    expect(place(d, 'o1')).toMatchObject({ facts: { seen: 'CMA-1 covers 11', needed: 'a certificate that covers 5 on 2026-03-02' } });
    certify(d, { certificate: 'CMA-2', fromOn: '2026-01-01' });
    expect(place(d, 'o1')).toBeNull();
    onAgency(d, 'WithdrawQualification', { certificate: 'CMA-2', reason: 'lapsed' });
    expect(place(d, 'o2')).toMatchObject({ facts: { seen: 'CMA-1 covers 11; CMA-2 is withdrawn' } });
    expect(onAgency(d, 'WithdrawQualification', { certificate: 'CMA-9', reason: 'x' })).toMatchObject({ rejected: 'E-NOTFOUND' });
  });

  test('needs none where the pack of the enterprise’s province asks for none', () => expect(place(delta(), 'o1')).toBeNull());
});

test('V9: a certificate names days that are there, is renewed by recording it again, and changes nothing when said twice', () => {
  const d = strict();
  for (const change of [{ fromOn: '2026-02-30' }, { untilOn: '2026-03-04' }])
    expect(certify(d, change)).toMatchObject({ rejected: 'E-VALIDATION' });
  certify(d);
  certify(d);
  certify(d, { untilOn: '2027-04-10' });
  expect(d.world.nodes['31'].entries.filter(({ type }) => type === 'QualificationRecorded')).toHaveLength(2);
  expect(agencyIn(d, 'a31', '32', '31').certificates['CMA-1']).toMatchObject({ untilOn: '2027-04-10', withdrawn: false });
});

test('V9: a service that no certificate covered is reported once, and everybody sees how many there are', () => {
  const d = strict();
  certify(d, { fromOn: '2026-01-01' });
  const report = (change: object) => onAgency(d, 'ReportOutOfScope', { itemClass: '11', servedOn: '2026-02-02', ...change });
  expect([report({}), report({}), report({ order: 'o7' })]).toEqual([null, null, null]);
  expect(report({ itemClass: '5' })).toMatchObject({ rejected: 'E-STATE', facts: { seen: 'CMA-1 covers 5' } });
  expect(report({ servedOn: '2026-03-03' })).toMatchObject({ rejected: 'E-VALIDATION' });
  expect(d.world.nodes['33'].rows('agencies', { id: '31.a31' })).toMatchObject([{ outOfScope: 2 }]);
});

test('V9: certificates that end within the days of the pack are warned of, the first to end first', () => {
  const d = strict();
  d.does('31', 'AdoptPolicy', { pack: ruled('31') }, staff('31'));
  certify(d);
  certify(d, { certificate: 'CMA-2', untilOn: '2026-03-20' });
  certify(d, { certificate: 'CMA-3', untilOn: '2028-01-01' });
  certify(d, { certificate: 'CMA-4', untilOn: '2026-03-21' });
  onAgency(d, 'WithdrawQualification', { certificate: 'CMA-4', reason: 'lapsed' });
  const names = (days: number, nowMs: number) => ending(agencyIn(d), days, nowMs).map(({ certificate }) => certificate);
  expect(names(60, d.world.nowMs)).toEqual(['CMA-2', 'CMA-1']);
  expect(names(30, d.world.nowMs)).toEqual(['CMA-2']);
  expect(ending(agencyIn(d), 60, d.world.nowMs + 20 * DAY_MS)[0]).toMatchObject({ certificate: 'CMA-2', daysLeft: -2 });
  expect(d.world.nodes['34'].rows('agencies', { id: '31.a31' })).toMatchObject([{ certificateEndsMs: Date.UTC(2026, 2, 20, 16) - 1 }]);
});
