/** Laws that hold for any sequence of acts over whole orders and windows: what is never lost, spent twice or decided twice. */
import fc from 'fast-check';
import { canonical, type Actor, type DomainEvent, type Entry, type View } from '@yrd/ledger';
import { PROVINCE_CODES, type ProvinceCode } from '../testing/node.js';
import { actor, agent, DAY_MS, delta, firm, hex, type Delta } from '../testing/scenario.js';
import { invoice, quota, voucher, type Line, type LineRow, type WindowRow } from './index.js';

const ORDERS = ['o1', 'o2', 'o3', 'o4'] as const;
const AT: Readonly<Record<string, ProvinceCode>> = { o1: '31', o2: '33', o3: '32', o4: '34' };
const MODE: Readonly<Record<string, string>> = { o1: 'tongdui', o2: 'tongyong', o3: 'tongdui', o4: 'tongyong' };
const shared = { split: { home: { of: 2, in: 3 }, agency: { of: 1, in: 3 } }, shareAsAgency: { of: 1, in: 3 } };

interface Act {
  readonly at: ProvinceCode;
  readonly command: string;
  readonly body: object;
  readonly by: Actor;
}
type Step = { readonly act: number; readonly order: (typeof ORDERS)[number]; readonly size: number };

const staffAt = (at: ProvinceCode, role: Parameters<typeof actor>[1], command: string, body: object): Act => ({
  at,
  command,
  body,
  by: actor(at, role),
});

/** Every act that somebody may try on an order, lawful or not; `size` varies amounts and whom it hits. */
const actsOn = (d: Delta, order: (typeof ORDERS)[number], size: number): readonly Act[] => {
  const at = AT[order]!;
  const of = { order };
  const said = { order, home: '32', agency: `a${at}` };
  const home = (role: Parameters<typeof actor>[1], command: string, body: object = {}) => staffAt('32', role, command, { ...of, ...body });
  const firms = (command: string, body: object = {}): Act => ({ at: '32', command, body: { ...of, ...body }, by: firm });
  const agencys = (command: string, body: object = {}): Act => ({ at, command, body: { ...said, ...body }, by: agent(at) });
  const placedMs = d.order(order).terms?.placedMs ?? d.world.nowMs;
  const signed = {
    contractHash: hex(order),
    amountFen: 1_000_000 * (1 + (size % 4)),
    signedMs: placedMs,
    startMs: placedMs,
    endMs: placedMs + DAY_MS,
  };
  const invoiced = {
    invoiceKey: hex(`invoice ${size % 3}`),
    invoiceTail: '0001',
    invoiceFen: 3_000_000,
    paidFen: 2_500_000,
    ...d.file(order),
  };
  const window = 1 + (size % 2);
  const pair = d.order(order).line ? `${d.order(order).line!.payer}-${d.order(order).line!.payee}` : '32-31';
  const line = { window, pair, lineId: size % 5 === 0 ? `${order}~1` : order, home: '32' };
  const side = (size % 2 === 0 ? pair.slice(0, 2) : pair.slice(3)) as ProvinceCode;
  return [
    firms('PlaceOrder', d.placing(order, { agencyProvince: at, agency: `a${at}`, mode: MODE[order], amountFen: 4_000_000 })),
    agencys('AcceptOrder'),
    firms('CancelOrder', { cause: 'x' }),
    agencys('SignAsAgency', signed),
    firms('SignContract', signed),
    agencys('DeliverService', { deliverableHash: hex(`result ${order}`) }),
    firms('ConfirmAcceptance'),
    MODE[order] === 'tongyong' ? firms('SubmitRedemption', invoiced) : agencys('RequestRedemption', invoiced),
    home('reviewer', 'ReviewRedemption'),
    home('approver', 'ApproveRedemption'),
    home('reviewer', 'PubliciseOrder', { batch: 'b1' }),
    home('reviewer', 'ReturnRedemption', { defects: ['x'] }),
    home('reviewer', 'RefuseRedemption', { code: 'x' }),
    home('finance', 'InstructPayment'),
    home('finance', 'ConfirmPaid', { receiptHash: hex('paid') }),
    home('finance', 'ReturnPayment', { receiptHash: hex('back'), reason: 'AC04' }),
    home(
      'approver',
      'OrderClawback',
      size % 3 === 0 ? { cause: 'fraud', against: 'agency' } : { cause: 'refund', baseFen: 1_000_001 + size * 7 },
    ),
    home('finance', 'ConfirmRecovered', { clawback: 1 + (size % 2), receiptHash: hex('recovered') }),
    staffAt(at, 'reviewer', 'RecordRedLetter', {
      invoiceKey: hex(`invoice ${size % 3}`),
      redKey: hex(`red ${size}`),
      redFen: 300_000 + size,
    }),
    staffAt(PROVINCE_CODES[size % 4]!, 'operator', 'CloseWindow', { window }),
    staffAt(side, 'finance', 'DisputeLine', { ...line, reason: 'x' }),
    staffAt(side, 'finance', 'ConfirmBatch', { window, pair }),
  ];
};
/** The way of an order from placing to payment, so that chance does not have to find it: most steps go along it. */
const WAY = 22;
const step: fc.Arbitrary<Step> = fc.record({ act: fc.nat(WAY + 2), order: fc.constantFrom(...ORDERS), size: fc.nat(40) });

/** Tries a step; time passes now and then, and every link delivers in an order that the step chooses. */
const take = (d: Delta, { act, order, size }: Step): void => {
  const acts = actsOn(d, order, size);
  const chosen = acts[act];
  if (!chosen) return d.world.pass(act === WAY ? 8 * DAY_MS : DAY_MS);
  d.tries(chosen.at, chosen.command, chosen.body, chosen.by);
  // Whoever is not sure that it was heard says it again: nothing is decided twice.
  const before = d.world.nodes[chosen.at].entries.length;
  d.tries(chosen.at, chosen.command, chosen.body, chosen.by);
  expect([chosen.command, d.world.nodes[chosen.at].entries.length]).toEqual([chosen.command, before]);
  let turn = size;
  d.world.settle(() => (turn = (turn * 31 + 7) % 97), 1 + (size % 5));
};

/** Along the way with all orders first, then whatever chance brings. */
const history = fc.record({
  upTo: fc.array(fc.integer({ min: 4, max: 20 }), { minLength: ORDERS.length, maxLength: ORDERS.length }),
  then: fc.array(step, { minLength: 10, maxLength: 60 }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;
const ALONG = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, WAY, 13, 14, 16, 17];

const told = (d: Delta): readonly Entry[] => PROVINCE_CODES.flatMap((province) => d.world.nodes[province].entries);
const run = ({ upTo, then }: History, after: (d: Delta) => void): Delta => {
  const d = delta({ packs: { 31: shared, 32: shared, 33: shared, 34: shared } });
  ORDERS.forEach((order, at) => {
    for (const act of ALONG.slice(0, upTo[at])) {
      // A cross-province line has to be settled before it is paid.
      if (act === 13) for (const province of PROVINCE_CODES) d.tries(province, 'CloseWindow', { window: 1 }, actor(province, 'operator'));
      take(d, { act, order, size: 2 });
      after(d);
    }
  });
  for (const each of then) {
    take(d, each);
    after(d);
  }
  return d;
};

/** No account, at no entry, holds more than was granted; none is below nothing (V5). */
const notOverspent = (d: Delta): void => {
  let state = quota.initial;
  for (const { stream, type, data } of d.world.nodes['32'].entries) {
    if (stream !== 'quota/s1.cxq.2026') continue;
    state = quota.evolve(state, { type, data } as DomainEvent as never);
    expect(Math.min(state.reservedFen, state.consumedFen)).toBeGreaterThanOrEqual(0);
    expect(state.reservedFen + state.consumedFen).toBeLessThanOrEqual(state.grantedFen);
  }
};

/** What the account holds is what its orders hold: reserved for open ones, consumed for paid ones less what came back of refunds. */
const conserved = (d: Delta): void => {
  const states = ORDERS.map((order) => d.order(order)).filter(({ terms }) => terms !== null);
  const reserved = states
    .filter(({ phase }) => phase !== 'Closed' && phase !== 'Settled')
    .reduce((total, { terms, after }) => total + (after.heldFen ?? terms?.reservedFen ?? 0), 0);
  const consumed = states
    .filter(({ phase }) => phase === 'Settled')
    .reduce((total, { approval, after }) => {
      const restored = after.clawbacks.filter(({ recovered, cause }) => recovered && cause !== 'fraud');
      return total + (approval?.subsidyFen ?? 0) - restored.reduce((all, { amountFen }) => all + amountFen, 0);
    }, 0);
  expect(d.account()).toMatchObject({ reservedFen: reserved, consumedFen: consumed });
  for (const { approval, after } of states) {
    const back = after.clawbacks.reduce((total, { amountFen }) => total + amountFen, 0);
    expect(back).toBeLessThanOrEqual(approval?.subsidyFen ?? 0);
    for (const { amountFen, payers } of after.clawbacks)
      expect(Object.values(payers).reduce((total, each) => total + each, 0)).toBe(amountFen);
  }
};

/** Claims on an invoice never exceed what it is worth after its red letters (V15, A8). */
const invoicesOnce = (d: Delta): void => {
  const states = new Map<string, ReturnType<typeof invoice.evolve>>();
  for (const { journal, stream, type, data } of told(d)) {
    if (!stream.startsWith('invoice/')) continue;
    const key = `${journal} ${stream}`;
    const state = invoice.evolve(states.get(key) ?? invoice.initial, { type, data } as DomainEvent as never);
    states.set(key, state);
  }
  for (const { registered, claims, redFen } of states.values())
    expect(Object.values(claims).reduce((total, each) => total + each, 0)).toBeLessThanOrEqual((registered?.amountFen ?? 0) - redFen);
};

/** A limit that awaits another province ends with a day: that is a second on which it vouches, so nobody waits for its next word. */
const awaitedEndWithDays = (d: Delta): void => {
  const SHANGHAI_MS = 8 * 3_600_000;
  for (const entry of told(d))
    for (const change of voucher.timers(entry))
      if ('set' in change && change.awaits !== undefined)
        expect([change.set, (change.dueMs + SHANGHAI_MS) % DAY_MS]).toEqual([change.set, 0]);
};

/** All close two more windows: whatever was owed is counted, each line once, and four nodes say the same. */
const settledAlike = (d: Delta): void => {
  d.world.pass(0);
  for (const window of [1, 2, 3, 4]) {
    for (const province of PROVINCE_CODES) d.tries(province, 'CloseWindow', { window }, actor(province, 'operator'));
    d.world.settle();
  }
  const rows = PROVINCE_CODES.map((province) => d.world.nodes[province].rows<WindowRow>('windows'));
  for (const each of rows) {
    expect(each.map(({ equal, dissent }) => [equal, dissent])).toEqual([1, 2, 3, 4].map(() => [true, false]));
    expect(each.map(({ digests }) => digests)).toEqual(rows[0]!.map(({ digests }) => digests));
  }
  const owed = d.world.nodes['34']
    .rows<LineRow>('lines', { kind: 'line' })
    .reduce((total: number, { amountFen }: Line) => total + amountFen, 0);
  const gross = rows[0]!.reduce((total, { netted }) => total + (netted['31']?.grossFen ?? 0), 0);
  expect(gross).toBe(owed);
  for (const { netted } of rows[0]!) expect(Object.values(netted['31']?.nets ?? {}).reduce((total, net) => total + net, 0)).toBe(0);
};

/** The rows of a view that begins anew and reads the same journals in another order. */
const refolded = (d: Delta, view: View): string => {
  const rows = new Map<string, Record<string, object>>();
  for (const province of ['34', '33', '32', '31'] as const)
    for (const entry of JSON.parse(JSON.stringify(d.world.nodes[province].entries)) as Entry[]) {
      const hidden = province !== '33' && voucher.entryTypes[entry.type]?.audience === 'private';
      const key = hidden || !view.on.includes(entry.type) ? null : view.key(entry);
      if (key === null) continue;
      const { [entry.journal]: before, ...others } = rows.get(key) ?? {};
      const part = view.fold(before ?? null, entry);
      rows.set(key, part === null ? others : { ...others, [entry.journal]: part });
    }
  return bytes([...rows.values()].map((parts) => view.join(parts)).filter((row) => row !== null));
};
const bytes = (rows: readonly object[]): string =>
  JSON.stringify(rows.map((row) => canonical(JSON.parse(JSON.stringify(row)) as object)).sort());

/** Whoever begins anew holds the same rows and states, byte for byte. */
const replayed = (d: Delta): void => {
  for (const view of voucher.views)
    expect([view.name, refolded(d, view)]).toEqual([view.name, bytes(d.world.nodes['33'].rows<object>(view.name))]);
};

test('money is conserved to the fen, nothing is over-spent, no invoice used twice, nothing decided twice, whatever is tried', () => {
  fc.assert(
    fc.property(history, (each) => {
      const d = run(each, conserved);
      notOverspent(d);
      invoicesOnce(d);
      awaitedEndWithDays(d);
      for (const province of PROVINCE_CODES) expect(d.world.nodes[province].parked).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

test('four nodes reach four equal digests in the end, every line is counted once, and a replay gives the same bytes', () => {
  fc.assert(
    fc.property(history, (each) => {
      const d = run(each, () => undefined);
      settledAlike(d);
      replayed(d);
    }),
    { numRuns: 12 },
  );
});
