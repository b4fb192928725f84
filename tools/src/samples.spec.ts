/** The sample files hold what they promise: invented and marked organisations, right identifiers, and orders for every state. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { invoiceNumber, regionCode, uscc } from '@yrd/standards';
import { readSamples, type OrderRow } from './samples-data.js';
import { yearAt } from './samples.js';
import { CLOCK_STEPS, phasesOf, STEPS, type Phase } from './samples-steps.js';

const root = resolve(__dirname, '..', '..');
const samples = readSamples(join(root, 'samples'));
const { enterprises, agencies, products, quotas, orders } = samples;
const byId = <T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> => new Map(rows.map((row) => [row.id, row]));
const [enterpriseOf, agencyOf, productOf] = [byId(enterprises), byId(agencies), byId(products)];
const homeOf = ({ subject }: OrderRow): string => enterpriseOf.get(subject)?.province ?? '';
const abroad = (order: OrderRow): boolean => agencyOf.get(order.agency)?.province !== homeOf(order);
const PROVINCES = ['31', '32', '33', '34'];
const ids = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id);

/** Cap of a subject-year as the province's pack says, fen; 0 where the pack does not serve such subjects. */
const capOf = (province: string, scheme: string, kind: string): number => {
  const file = scheme === 'cxq' ? 'voucher.yaml' : `voucher-${scheme}.yaml`;
  const pack = readFileSync(join(root, 'policies', province, file), 'utf8');
  return Number(new RegExp(`^  ${kind}:\\n    capFen: (\\d+)$`, 'm').exec(pack)?.[1] ?? 0);
};

/** What a script passes on its way, as the words of coverage: its last state and every word. */
const passed = (order: OrderRow): readonly string[] => [order.reaches, ...order.steps];

describe('the organisations', () => {
  it('are enough of each kind, in all four provinces', () => {
    expect(enterprises.length).toBeGreaterThanOrEqual(40);
    expect(agencies.length).toBeGreaterThanOrEqual(25);
    expect(products.length).toBeGreaterThanOrEqual(80);
    for (const province of PROVINCES) {
      expect(enterprises.filter((each) => each.province === province).length).toBeGreaterThanOrEqual(8);
      expect(agencies.filter((each) => each.province === province).length).toBeGreaterThanOrEqual(5);
    }
    expect(enterprises.filter(({ kind }) => kind === 'team').length).toBeGreaterThanOrEqual(3);
  });

  it('are invented, and say so in name and note', () => {
    for (const { name, row } of [...enterprises, ...agencies, ...products]) {
      expect(name).toContain('示例');
      expect(row.fields['note']).toContain('虚构');
    }
  });

  it.each([
    ['enterprises', ids(enterprises)],
    ['agencies', ids(agencies)],
    ['products', ids(products)],
    ['orders', ids(orders)],
    ['organisations', [...enterprises, ...agencies].map(({ organisation }) => organisation)],
    ['credit codes', [...enterprises, ...agencies].map((each) => each.uscc).filter(Boolean)],
    ['invoices', orders.map(({ invoice }) => invoice).filter(Boolean)],
  ])('have no two %s alike', (_, list) => {
    expect(list.filter((each, at) => list.indexOf(each) !== at)).toEqual([]);
  });

  it('have credit codes whose check digits hold; only teams have none', () => {
    for (const { uscc: code } of agencies) expect(uscc.parse(code)).toMatchObject({ ok: true, value: code });
    for (const { kind, uscc: code } of enterprises) {
      if (kind === 'team') expect(code).toBe('');
      else expect(uscc.parse(code)).toMatchObject({ ok: true, value: code });
    }
  });

  it('are registered at an address of their own province', () => {
    for (const { address, province } of enterprises) expect(regionCode.parse(address)).toMatchObject({ ok: true, parts: { province } });
  });

  it('are tied by groups and links to organisations that are there', () => {
    const links = enterprises.flatMap((each) => each.links);
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect(enterpriseOf.has(link) || agencyOf.has(link)).toBe(true);
    const groups = enterprises.map(({ group }) => group).filter(Boolean);
    expect(groups.length).toBeGreaterThan(new Set(groups).size);
  });

  it('are recognised by other provinces only, some by all and some by none', () => {
    for (const { province, recognisedBy } of agencies) expect(recognisedBy).not.toContain(province);
    expect(new Set(agencies.map(({ recognisedBy }) => recognisedBy.length))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('list products within the classes that they were admitted for', () => {
    for (const { agency, itemClass, priceFen } of products) {
      expect(agencyOf.get(agency)?.classes).toContain(itemClass);
      expect(priceFen).toBeGreaterThan(0);
    }
  });
});

describe('the quotas', () => {
  it('stay within the caps of the packs, and are granted only where they are granted', () => {
    for (const { subject, scheme, askedFen, grantedFen, reaches } of quotas) {
      const { province = '', kind = '' } = enterpriseOf.get(subject) ?? {};
      const account = quotas.filter((each) => each.subject === subject && each.scheme === scheme);
      expect(account.reduce((sum, each) => sum + each.grantedFen, 0)).toBeLessThanOrEqual(capOf(province, scheme, kind));
      expect(grantedFen).toBeLessThanOrEqual(askedFen);
      expect(grantedFen > 0).toBe(['Granted', 'Frozen'].includes(reaches));
    }
  });

  it('show every decision', () => {
    expect(new Set(quotas.map(({ reaches }) => reaches))).toEqual(new Set(['Granted', 'Submitted', 'Returned', 'Refused', 'Frozen']));
  });

  it('leave something for every order, in the order of the file', () => {
    const left = new Map<string, number>();
    for (const { subject, scheme, grantedFen, reaches } of quotas) {
      if (reaches === 'Granted') left.set(`${subject} ${scheme}`, (left.get(`${subject} ${scheme}`) ?? 0) + grantedFen);
    }
    for (const { id, subject, scheme, amountFen } of orders) {
      const now = left.get(`${subject} ${scheme}`) ?? 0;
      expect([id, now > 0]).toEqual([id, true]);
      left.set(`${subject} ${scheme}`, now - Math.min(now, amountFen)); // At most all of it, whatever the ratio.
    }
  });
});

describe('the orders', () => {
  it('name a subject, an agency and a product that are there and belong together', () => {
    for (const order of orders) {
      expect(enterpriseOf.has(order.subject)).toBe(true);
      expect(productOf.get(order.product)?.agency).toBe(order.agency);
      const agency = agencyOf.get(order.agency);
      if (abroad(order)) expect([order.id, agency?.recognisedBy.includes(homeOf(order) as '31')]).toEqual([order.id, true]);
    }
  });

  it('cost no more than the listing, and contracts and invoices no more than the order', () => {
    for (const { product, amountFen, contractFen, invoiceFen } of orders) {
      expect(amountFen).toBeLessThanOrEqual(productOf.get(product)?.priceFen ?? 0);
      expect(contractFen).toBeLessThanOrEqual(amountFen);
      expect(invoiceFen).toBeLessThanOrEqual(contractFen);
    }
  });

  it('follow the state machine step by step to the state that the file promises', () => {
    for (const { id, steps, reaches, held } of orders) {
      expect([id, phasesOf(steps)?.at(-1)]).toEqual([id, reaches]);
      expect([id, held]).toEqual([id, steps.includes('hold')]);
    }
  });

  it('are redeemed by the enterprise in 通用 and by the agency in 通兑, with an invoice of the agency’s tax region', () => {
    for (const { mode, agency, invoice, invoiceFen, steps } of orders) {
      expect(steps).not.toContain(mode === 'tongyong' ? 'request' : 'submit');
      const redeemed = steps.includes('submit') || steps.includes('request');
      expect([invoice !== '', invoiceFen > 0]).toEqual([redeemed, redeemed]);
      if (redeemed) expect(invoiceNumber.parse(invoice)).toMatchObject({ ok: true, parts: { taxRegion: agencyOf.get(agency)?.taxRegion } });
    }
  });

  it('reach every state that can be reached, and pass every word', () => {
    const states: readonly Phase[] = [
      'Placed',
      'Accepted',
      'InService',
      'Delivered',
      'ServiceAccepted',
      'Disputed',
      'UnderReview',
      'Approved',
      'Publicised',
      'Objected',
      'Payable',
      'Settled',
      'Closed',
    ];
    const seen = new Set(orders.flatMap(passed));
    expect([...states, ...Object.keys(STEPS), ...Object.keys(CLOCK_STEPS)].filter((each) => !seen.has(each))).toEqual([]);
  });

  it('close in each way, within a province and across a border, in both modes', () => {
    const ways = ['cancel', 'withdraw', 'decline', 'lapse', 'refuse', 'resolve-none'];
    expect(new Set(orders.filter(({ reaches }) => reaches === 'Closed').map(({ steps }) => steps.at(-1)))).toEqual(new Set(ways));
    for (const state of ['Placed', 'Accepted', 'InService', 'Delivered', 'UnderReview', 'Publicised', 'Payable', 'Settled']) {
      const there = orders.filter((order) => passed(order).includes(state) || phasesOf(order.steps)?.includes(state as Phase));
      expect([state, new Set(there.map((order) => `${String(abroad(order))} ${order.mode}`)).size]).toEqual([state, 4]);
    }
    const held = orders.filter((order) => order.held);
    expect(held.length).toBeGreaterThan(2);
  });

  it('owe something between each ordered pair of provinces in the first window', () => {
    const payable = orders.filter((order) => order.steps.includes('publicity-end') && abroad(order));
    expect(new Set(payable.map((order) => `${homeOf(order)}-${agencyOf.get(order.agency)?.province ?? ''}`)).size).toBe(12);
  });

  it('hold the worked examples: a split of two payers to the fen, and a half that is floored', () => {
    const shared = orders.filter(({ scheme, steps }) => scheme === 'shuangchuang' && steps.includes('publicity-end'));
    expect(shared.map(({ amountFen }) => Math.floor(amountFen / 2))).toEqual(expect.arrayContaining([456_789, 10_000_000]));
    expect(orders.some(({ contractFen, steps }) => steps.includes('pay') && contractFen % 2 === 1)).toBe(true);
  });
});

describe('the year of the samples', () => {
  const at = (iso: string) => yearAt(Date.parse(iso));

  it('is the year of the clock in Shanghai', () => {
    expect(at('2026-05-04T00:00:00+08:00')).toEqual({ year: 2026, fromMs: null });
    expect(at('2026-01-01T00:00:00+08:00')).toEqual({ year: 2026, fromMs: null });
  });

  it('is the next one when vouchers would end before the scripts do', () => {
    const sixth = Date.parse('2027-01-06T00:00:00+08:00');
    expect(at('2026-12-01T23:59:59+08:00')).toEqual({ year: 2026, fromMs: null });
    expect(at('2026-12-02T00:00:00+08:00')).toEqual({ year: 2027, fromMs: sixth });
    expect(at('2026-12-31T23:59:59+08:00')).toEqual({ year: 2027, fromMs: sixth });
  });
});
