/** 服务内容相通 (M1): within a province its own codes count, across a border the common list does, by a mapping with a version. */
import { actor, delta, staff, type Delta } from '../../testing/scenario.js';
import { among, itemOf, mapped } from './service-class.js';

const firm = actor('32', 'enterprise', 'org-s1');
/** An agency of the province that was admitted for everything and lists one product of this class. */
const listing = (d: Delta, province: '31' | '32' | '33', itemClass: string): void => {
  const body = { agency: 'any', organisation: 'org-any', name: 'Any', uscc: '91310000MAXXXX0150', classes: ['*'] };
  d.does(province, 'AdmitAgency', body, staff(province));
  const product = { agency: 'any', product: 'p9', itemClass, name: 'x', priceFen: 100_000_000 };
  d.does(province, 'ListProduct', product, actor(province, 'agency', 'org-any'));
  d.world.settle();
};
const recognise = (d: Delta, agencyProvince: string, ...classes: readonly string[]): void =>
  d.does('32', 'RecogniseAgency', { agencyProvince, agency: 'any', classes }, staff('32'));
const place = (d: Delta, agencyProvince: string) =>
  d.tries('32', 'PlaceOrder', d.placing('o1', { agencyProvince, agency: 'any', product: 'p9' }), firm);

test('M1: an order across a border is judged in the common code, and says by which mapping', () => {
  const d = delta({ packs: { 32: { classes: ['5', 'YRD-12'] } } });
  listing(d, '33', 'zhongshi');
  recognise(d, '33', 'YRD-12');
  expect(place(d, '33')).toBeNull();
  expect(d.order('o1').terms).toMatchObject({ itemClass: 'zhongshi', commonClass: 'YRD-12', mapping: '33-codes-2026.1' });
  expect(d.world.nodes['32'].rows('products', { commonClass: 'YRD-12' })).toMatchObject([{ id: '33.any.p9', itemClass: 'zhongshi' }]);
});

test('M1: a class that the pack of the enterprise does not pay for, or recognition leaves out, is refused in the common code too', () => {
  const unpaid = delta({ packs: { 32: { classes: ['5'] } } });
  listing(unpaid, '33', 'zhongshi');
  recognise(unpaid, '33', '*');
  expect(place(unpaid, '33')).toMatchObject({ rejected: 'E-CLASS', facts: { seen: 'zhongshi', needed: '5' } });
  const left = delta();
  listing(left, '33', 'zhongshi');
  recognise(left, '33', '5', 'YRD-11');
  expect(place(left, '33')).toMatchObject({ rejected: 'E-RECOG', facts: { seen: 'zhongshi', needed: '5, YRD-11' } });
});

test('M1: a code that the mapping does not know is refused with the version of the mapping, even where everything is recognised', () => {
  const d = delta();
  listing(d, '31', 'odd');
  recognise(d, '31', '*');
  expect(place(d, '31')).toMatchObject({
    rejected: 'E-CLASS',
    facts: { clause: 'M1', seen: 'odd of 31', mapping: '31-codes-2026.1' },
  });
});

test('M1: within a province its own codes need no mapping, and no entry names one', () => {
  const d = delta();
  listing(d, '32', 'odd');
  expect(place(d, '32')).toBeNull();
  expect(d.order('o1').terms).toMatchObject({ itemClass: 'odd' });
  expect(d.order('o1').terms).not.toHaveProperty('mapping');
});

test('a list may speak the codes of its own province or common ones', () => {
  const at = Date.UTC(2026, 2, 2);
  const abroad = itemOf('28', { agencyProvince: '31', home: '32' }, at);
  const here = itemOf('28', { agencyProvince: '32', home: '32' }, at);
  for (const item of [abroad, here]) {
    expect([['28'], ['YRD-10'], ['*'], ['5', '28']].every((classes) => among(item, classes))).toBe(true);
    expect([[], ['5'], ['YRD-01']].some((classes) => among(item, classes))).toBe(false);
    expect(mapped(item)).toBeNull();
  }
});
