/** M4: agencies are appraised once a year, and one without orders for 24 months is told to go. */
import { agencyIn, onAgency, RULES, ruled } from '../../testing/agencies.js';
import { DAY_MS, delta, firm, staff, type Delta } from '../../testing/scenario.js';

/** An agency of 31 that was admitted under the rules on 2026-03-02, recognised in 32, with a product. */
const ready = (): Delta => {
  const d = delta();
  d.does('31', 'AdoptPolicy', { pack: ruled('31', { ...RULES, idleMonths: 2 }) }, staff('31'));
  const admitted = { agency: 'b31', organisation: 'org-a31', name: 'B', uscc: '91310000MAXXXX0150', classes: ['5'] };
  d.does('31', 'AdmitAgency', admitted, staff('31'));
  d.does('32', 'RecogniseAgency', { agencyProvince: '31', agency: 'b31', classes: ['5'] }, staff('32'));
  const product = { agency: 'b31', product: 'p1', itemClass: '5', name: 'x', priceFen: 100_000_000 };
  d.does('31', 'ListProduct', product, { ...staff('31'), organisation: 'org-a31', roles: ['agency'] });
  d.world.settle();
  return d;
};
const all = (d: Delta, type: string): readonly string[] =>
  d.world.nodes['31'].entries.filter((entry) => entry.type === type).map(({ stream }) => stream);
/** Of the agency that was admitted under the rules. */
const types = (d: Delta, type: string): number => all(d, type).filter((stream) => stream === 'agency/b31').length;
const appraise = (d: Delta, year: number, grade = 'passed') => onAgency(d, 'AppraiseAgency', { agency: 'b31', year, grade });

describe('M4: the yearly appraisal', () => {
  test('is one for a year that has begun, and everybody sees it', () => {
    const d = ready();
    expect([appraise(d, 2026), appraise(d, 2026)]).toEqual([null, null]);
    expect(appraise(d, 2026, 'failed')).toMatchObject({ rejected: 'E-STATE' });
    expect(appraise(d, 2027)).toMatchObject({ rejected: 'E-VALIDATION' });
    expect(agencyIn(d, 'b31', '33', '31').appraisals).toEqual({ 2026: 'passed' });
    expect(types(d, 'AgencyAppraised')).toBe(1);
  });

  test('that does not come by the day of the pack is marked as missed, and the next one is awaited', () => {
    const d = ready();
    d.world.pass(390 * DAY_MS);
    expect(types(d, 'AppraisalMissed')).toBe(0);
    d.world.pass(5 * DAY_MS);
    expect(agencyIn(d, 'b31').missed).toEqual([2026]);
    expect(d.world.nodes['32'].rows('agencies', { id: '31.b31' })).toMatchObject([{ appraisalsMissed: 1 }]);
    appraise(d, 2027);
    d.world.pass(366 * DAY_MS);
    expect(agencyIn(d, 'b31').missed).toEqual([2026]);
    expect(types(d, 'AppraisalAwaited')).toBe(3);
  });
});

describe('M4: agencies that were admitted before there were rules', () => {
  const adopt = (d: Delta, change: object = {}) =>
    d.does('31', 'AdoptPolicy', { pack: { ...ruled('31', { ...RULES, idleMonths: 2 }), ...change } }, staff('31'));

  test('are taken up when rules are adopted: appraised each year, and told to go without orders', () => {
    const d = delta();
    adopt(d);
    d.world.pass(0);
    expect([all(d, 'AppraisalAwaited').length, all(d, 'IdleWatched').length]).toEqual([1, 1]);
    d.world.pass(62 * DAY_MS);
    expect(agencyIn(d, 'a31').idleSinceMs).not.toBeNull();
    d.world.pass(340 * DAY_MS);
    expect(agencyIn(d, 'a31').missed).toEqual([2026]);
    expect(d.world.nodes['31'].parked).toEqual([]);
  });

  test('are taken up once, however many rules follow, and one that has left is not', () => {
    const d = delta();
    d.does('31', 'ExitAgency', { agency: 'a31' }, { ...staff('31'), organisation: 'org-a31', roles: ['agency'] });
    d.does(
      '31',
      'AdmitAgency',
      { agency: 'c31', organisation: 'org-c', name: 'C', uscc: '91310000MAXXXX0150', classes: ['5'] },
      staff('31'),
    );
    adopt(d);
    d.world.pass(0);
    adopt(d, { version: '31-agencies-2' });
    d.world.pass(0);
    expect([all(d, 'AppraisalAwaited').length, all(d, 'IdleWatched').length]).toEqual([1, 1]);
  });

  test('are taken up on the first day of rules that are still to come', () => {
    const d = delta();
    adopt(d, { from: '2026-04-01' });
    d.world.pass(DAY_MS);
    expect(all(d, 'AppraisalAwaited')).toHaveLength(0);
    d.world.pass(30 * DAY_MS);
    expect(all(d, 'AppraisalAwaited')).toHaveLength(1);
  });

  test('are all taken up, also where they are more than one page', () => {
    const d = delta();
    for (let at = 0; at < 120; at += 1) {
      const body = { agency: `m${at}`, organisation: `org-m${at}`, name: 'M', uscc: '91310000MAXXXX0150', classes: ['5'] };
      d.does('31', 'AdmitAgency', body, staff('31'));
    }
    adopt(d);
    d.world.pass(0);
    expect(all(d, 'AppraisalAwaited')).toHaveLength(121);
  });
});

describe('M4: an agency without orders for as long as the pack says', () => {
  const notices = (d: Delta): number => types(d, 'AgencyIdle');

  test('is told to go, by an entry that all provinces see', () => {
    const d = ready();
    d.world.pass(61 * DAY_MS);
    expect(notices(d)).toBe(0);
    d.world.pass(DAY_MS);
    expect(notices(d)).toBe(1);
    expect(agencyIn(d, 'b31', '34', '31').idleSinceMs).not.toBeNull();
  });

  test('is not, while orders of any province come; the months count from the last one', () => {
    const d = ready();
    d.world.pass(40 * DAY_MS);
    d.does('32', 'PlaceOrder', d.placing('o1', { agency: 'b31', amountFen: 100_000 }), firm);
    d.world.pass(30 * DAY_MS);
    expect(notices(d)).toBe(0);
    d.world.pass(30 * DAY_MS);
    expect(notices(d)).toBe(0);
    d.world.pass(5 * DAY_MS);
    expect(notices(d)).toBe(1);
  });

  test('is not asked any more when it has left', () => {
    const d = ready();
    onAgency(d, 'ExitAgency', { agency: 'b31' }, { ...staff('31'), organisation: 'org-a31', roles: ['agency'] });
    d.world.pass(800 * DAY_MS);
    expect([notices(d), types(d, 'AppraisalMissed')]).toEqual([0, 0]);
  });
});
