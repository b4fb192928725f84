/** Read models: what a screen shows of a journey, and the law that the order in which journals arrive cannot matter. */
import fc from 'fast-check';
import type { Entry, View } from '@yrd/ledger';
import { PROVINCE_CODES } from '../testing/node.js';
import { actor, DAY_MS, delta, firm, hex, staff, type Delta } from '../testing/scenario.js';
import { voucher } from './index.js';

const settled = (): Delta => {
  const d = delta();
  d.serve('o1');
  d.redeem('o1');
  d.approve('o1');
  d.show('o1');
  d.close(1);
  d.pay('o1');
  d.does('32', 'PlaceOrder', d.placing('o2', { amountFen: 2_000_000 }), firm);
  d.world.settle();
  return d;
};

test('an order row tells state, amounts, who spoke last and when it ends, the same in all four provinces', () => {
  const d = settled();
  const { placedMs, acceptByMs } = d.order('o2').terms ?? { placedMs: 0, acceptByMs: 0 };
  for (const province of PROVINCE_CODES) {
    expect(d.world.nodes[province].rows('orders', { id: 'o1' })).toMatchObject([
      {
        number: 'CXQ-32-2026-00000001-X',
        state: 'Settled',
        held: false,
        province: '32',
        agencyProvince: '31',
        mode: 'tongdui',
        amountFen: 8_000_000,
        subsidyFen: 3_750_000,
        lineSettled: true,
        agencySaid: 'RedemptionRequested',
        deadlineMs: null,
      },
    ]);
    expect(d.world.nodes[province].rows('orders', { state: 'Placed' })).toMatchObject([
      { id: 'o2', placedMs, deadlineMs: acceptByMs, agencySaid: null },
    ]);
  }
});

test('quotas are shown at home only; agencies, products, redemptions, invoices and lines everywhere', () => {
  const d = settled();
  expect(d.world.nodes['32'].rows('quotas')).toMatchObject([
    {
      id: 's1.cxq.2026',
      subject: 's1',
      state: 'Granted',
      grantedFen: 10_000_000,
      reservedFen: 1_000_000,
      consumedFen: 3_750_000,
      leftFen: 5_250_000,
    },
  ]);
  expect(d.world.nodes['31'].rows('quotas')).toEqual([]);
  for (const province of PROVINCE_CODES) {
    const { rows } = { rows: d.world.nodes[province].rows.bind(d.world.nodes[province]) };
    expect(rows('agencies', { id: '31.a31' })).toMatchObject([
      { province: '31', state: 'Active', recognised32: 'granted', recognised33: 'granted', classes34: ['5'] },
    ]);
    expect(rows('products', { province: '33' })).toMatchObject([{ id: '33.a33.p1', priceFen: 100_000_000, listed: true }]);
    expect(rows('redemptions')).toMatchObject([{ id: 'o1', state: 'Settled', baseFen: 7_500_000, payers: { 32: 3_750_000 } }]);
    expect(rows('invoices')).toMatchObject([{ id: hex('invoice o1'), province: '31', amountFen: 7_500_000, claimedFen: 7_500_000 }]);
    expect(rows('lines', { kind: 'line' })).toMatchObject([{ id: 'o1', pair: '32-31', home: '32', amountFen: 3_750_000, settledIn: 1 }]);
    expect(rows('lines', { kind: 'cut' })).toHaveLength(4);
  }
});

test('a line that its journal has no part in is no line', () => {
  const lines = voucher.views.find(({ name }) => name === 'lines') as View;
  const of = (journal: string, line: object): Entry => ({
    journal,
    index: 7,
    stream: 'order/x',
    type: 'PublicityEnded',
    time: 0,
    actor: { province: '', role: '' },
    policyVersion: '-',
    data: { order: 'x', subsidyFen: 1, line },
    basis: {},
    command: '',
    person: '',
    trace: '',
  });
  const line = { payer: '32', payee: '31', amountFen: 1, foreign: '31/voucher', foreignSize: 1 };
  expect(lines.fold(null, of('32/voucher', line))).toMatchObject({ stated: { pair: '32-31', homeSize: 8 } });
  expect(lines.fold(null, of('33/voucher', line))).toBeNull();
  expect(lines.fold(null, of('32/voucher', { ...line, foreign: '34/voucher' }))).toBeNull();
  expect(lines.fold(null, of('32/voucher', { ...line, payee: '32' }))).toBeNull();
  expect(lines.fold(null, of('32/voucher', { ...line, amountFen: -1 }))).toBeNull();
  expect(lines.fold(null, of('32/voucher', { ...line, amountFen: '1' }))).toBeNull();
});

/** Folds whole journals from nothing, taking the next entry of whichever journal `picks` names. */
const refold = (d: Delta, picks: readonly number[]): unknown => {
  const left = new Map(PROVINCE_CODES.map((province) => [province, [...d.world.nodes[province].entries]]));
  const rows = new Map<string, Record<string, object>>();
  for (let turn = 0; [...left.values()].some((entries) => entries.length > 0); turn += 1) {
    const waiting = [...left.values()].filter((entries) => entries.length > 0);
    const entry = waiting[(picks[turn % picks.length] ?? 0) % waiting.length]?.shift();
    if (!entry || voucher.entryTypes[entry.type]?.audience === 'private') continue;
    for (const view of voucher.views) {
      const key = view.on.includes(entry.type) ? view.key(entry) : null;
      if (key === null) continue;
      const row = rows.get(`${view.name} ${key}`) ?? {};
      const part = view.fold(row[entry.journal] ?? null, entry);
      if (part !== null) row[entry.journal] = part;
      rows.set(`${view.name} ${key}`, row);
    }
  }
  const joined = [...rows]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, parts]) => [id, voucher.views.find(({ name }) => id.startsWith(`${name} `))?.join(parts as never)]);
  return JSON.parse(
    JSON.stringify(joined, (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
        : value,
    ),
  );
};

test('views refolded from whole journals in any interleaving are the same', () => {
  const d = settled();
  const once = refold(d, [0]);
  expect(JSON.stringify(once).length).toBeGreaterThan(5_000);
  fc.assert(
    fc.property(fc.array(fc.nat(11), { minLength: 3, maxLength: 40 }), (picks) => {
      expect(refold(d, picks)).toEqual(once);
    }),
    { numRuns: 20 },
  );
});

test('every event has one entry type, and its wire name is of this context', () => {
  const types = Object.values(voucher.entryTypes).map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  for (const type of types) expect(type).toMatch(/^voucher\./);
});

/** Keys of the timers of orders; accounts have their own. */
const ofOrders = (timers: ReadonlyMap<string, unknown>): readonly string[] => [...timers.keys()].filter((key) => !key.startsWith('quota-'));

test("a timer is set for the order's limits and cleared when it moves on", () => {
  const d = delta();
  d.serve('o1', {}, 'PlaceOrder');
  const { timers } = d.world.nodes['32'];
  const keys = (): readonly string[] => ofOrders(timers);
  const { acceptByMs = 0, redeemUntilMs = 0 } = d.order('o1').terms ?? {};
  expect(timers.get('accept/o1')).toMatchObject({ dueMs: acceptByMs + 1, awaits: '31/voucher', patienceMs: 3 * DAY_MS });
  expect(timers.get('redeem/o1')).toMatchObject({ dueMs: redeemUntilMs + 1 });
  d.does(
    '31',
    'AcceptOrder',
    { order: 'o1', home: '32', agency: 'a31' },
    { person: 'a', organisation: 'org-a31', province: '31', roles: ['agency'] },
  );
  d.world.settle();
  expect(keys()).toEqual(['redeem/o1', 'contract/o1']);
  d.does('32', 'CancelOrder', { order: 'o1', cause: 'x' }, firm);
  expect(keys()).toEqual([]);
  expect([...d.world.nodes['31'].timers.keys()]).toEqual([]);
});

test('an objection stops the publicity clock, its rejection starts it again', () => {
  const d = delta();
  d.serve('o1', { agencyProvince: '32' });
  d.redeem('o1');
  d.approve('o1');
  d.does('32', 'PubliciseOrder', { order: 'o1', batch: 'b' }, staff('32'));
  const { timers } = d.world.nodes['32'];
  expect(ofOrders(timers)).toEqual(['publicity/o1']);
  d.does('32', 'LodgeObjection', { order: 'o1', grounds: 'related' }, actor('32', 'supervisor'));
  expect(ofOrders(timers)).toEqual([]);
  d.world.pass(10 * DAY_MS);
  d.does('32', 'RejectObjection', { order: 'o1' }, actor('32', 'approver'));
  expect(timers.get('publicity/o1')).toMatchObject({ dueMs: d.order('o1').endsMs + 1 });
  expect(d.order('o1').endsMs).toBeGreaterThan(d.world.nowMs + 7 * DAY_MS - 1);
});

test('a redemption never asked for lapses at the end of its window, and the agency is then too late', () => {
  const d = delta();
  d.serve('o1');
  const { redeemByMs } = d.order('o1');
  expect(new Date(redeemByMs + 8 * 3_600_000).toISOString()).toBe('2027-06-30T23:59:59.999Z');
  d.world.nowMs = redeemByMs + 1;
  const request = {
    order: 'o1',
    home: '32',
    agency: 'a31',
    invoiceKey: hex('i'),
    invoiceTail: '1',
    invoiceFen: 1,
    paidFen: 1,
    ...d.file('o1'),
  };
  expect(
    d.tries('31', 'RequestRedemption', request, { person: 'a', organisation: 'org-a31', province: '31', roles: ['agency'] }),
  ).toMatchObject({ rejected: 'E-WINDOW' });
  d.world.pass(0);
  expect(d.order('o1').phase).toBe('Closed');
  expect(d.account().reservedFen).toBe(0);
});

test('a statement made after the limit does not count, even where the limit waited for a silent peer', () => {
  const d = delta();
  d.serve('o1', {}, 'PlaceOrder');
  d.world.down.add('31');
  d.world.pass(8 * DAY_MS);
  const shanghai = d.world.nodes['31'];
  // A province whose own clock or code let a late acceptance through.
  d.world.nowMs -= 4 * DAY_MS;
  expect(
    shanghai.execute(
      'AcceptOrder',
      { order: 'o1', home: '32', agency: 'a31' },
      { person: 'a', organisation: 'org-a31', province: '31', roles: ['agency'] },
    ),
  ).toBeNull();
  const late = shanghai.entries.at(-1);
  if (late) shanghai.entries[shanghai.entries.length - 1] = { ...late, time: (d.order('o1').terms?.acceptByMs ?? 0) + 1 };
  d.world.nowMs += 4 * DAY_MS;
  d.world.down.clear();
  d.world.pass(0);
  expect(d.world.nodes['32'].entries.find(({ type }) => type === 'AcceptanceRefused')?.data).toMatchObject({ code: 'E-WINDOW' });
  expect(d.order('o1').phase).toBe('Closed');
});
