/**
 * After everybody is erased, everything is folded again from the journals: no order, amount, state or statement of any context depends on a
 * field that can be erased.
 */
import { accessRegister } from '@yrd/access-register';
import type { Context, DomainEvent, Entry, LedgerNode } from '@yrd/ledger';
import type { ServedContext } from '@yrd/platform';
import type { Json, RunningDelta, Who } from '@yrd/platform/testing';
import { personIdCheckDigit } from '@yrd/standards';
import { voucherClearing } from '@yrd/voucher-clearing';
import { agent, clerk, firm, openMarket, startDelta } from '@yrd/voucher-clearing/testing';

const PROVINCES = ['31', '32'] as const;
const SEALED = /^yrd\.sealed\.v1:/;
const nodes: { readonly context: Context; readonly node: LedgerNode }[] = [];
/** The same service; its node is noted. */
const noted = (served: ServedContext): ServedContext => ({
  ...served,
  module: (node, config, custody) => {
    nodes.push({ context: served.context, node });
    return served.module(node, config, custody);
  },
});

let delta: RunningDelta;
beforeAll(async () => {
  delta = await startDelta(PROVINCES, [noted(accessRegister)], noted(voucherClearing));
}, 60_000);
afterAll(() => delta.stop());

/** Every value that was sealed, exchanged for another: what stays the same did not depend on it. */
const exchanged = (value: unknown): unknown => {
  if (typeof value === 'string') return SEALED.test(value) ? 'yrd.sealed.v1:gone' : value;
  if (Array.isArray(value)) return value.map(exchanged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, exchanged(each)]));
};

const sizesOf = (node: LedgerNode): string =>
  node
    .status()
    .journals.map(({ journal, size }) => `${journal}@${size}`)
    .join();

/** All that a node can read of all its journals, in one order. */
const entriesOf = async (node: LedgerNode): Promise<readonly Entry[]> => {
  const entries: Entry[] = [];
  const following = await node.follow(`refold-${performance.now()}`, async (entry) => void entries.push(entry));
  let before = -1;
  await delta.until(async () => {
    const still = entries.length === before && entries.length > 0;
    before = entries.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return still;
  });
  await following.close();
  return entries.sort((one, other) => (one.journal < other.journal ? -1 : one.journal > other.journal ? 1 : one.index - other.index));
};

/** Entries and rows of one moment: while nothing is written, the audit of our own questions included. */
const atRest = async (context: Context, node: LedgerNode): Promise<{ readonly entries: readonly Entry[]; readonly rows: Json }> => {
  for (;;) {
    const before = sizesOf(node);
    const entries = await entriesOf(node);
    const rows = await live(context, node);
    if (sizesOf(node) === before) return { entries, rows };
  }
};

/** Every stream's state and every view's row, folded from entries alone. */
const refolded = ({ folds, views }: Context, entries: readonly Entry[]) => {
  const states = new Map<string, unknown>();
  const parts = new Map<string, Record<string, object>>();
  for (const entry of entries) {
    const fold = folds.find(({ kind }) => entry.stream.startsWith(`${kind}/`));
    const key = `${entry.journal} ${entry.stream}`;
    if (fold) states.set(key, fold.evolve(states.get(key) ?? fold.initial, { type: entry.type, data: entry.data } as DomainEvent as never));
    for (const view of views.filter(({ on }) => on.includes(entry.type))) {
      const id = view.key(entry);
      if (id === null) continue;
      const row = parts.get(`${view.name} ${id}`) ?? {};
      const part = view.fold(row[entry.journal] ?? null, entry);
      if (part) row[entry.journal] = part;
      else delete row[entry.journal];
      parts.set(`${view.name} ${id}`, row);
    }
  }
  const rows = new Map([...parts].map(([key, each]) => [key, views.find(({ name }) => name === key.split(' ')[0])!.join(each as never)]));
  return { states: Object.fromEntries(states), rows: Object.fromEntries(rows) };
};

const live = async (context: Context, node: LedgerNode): Promise<Json> => {
  const rows = await Promise.all(
    context.views.map(async ({ name }) =>
      (await node.rows<object>(name, { limit: 1_000 })).rows.map(({ id, row }) => [`${name} ${id}`, row]),
    ),
  );
  return Object.fromEntries(rows.flat() as [string, object][]);
};
/** Rows that show something. */
const shown = (rows: Readonly<Record<string, unknown>>): Json => Object.fromEntries(Object.entries(rows).filter(([, row]) => row !== null));

const persons: { readonly who: Who; readonly id: string }[] = [];
const record = async (who: Who, order: number): Promise<void> => {
  const first = `32050219900304${String(100 + order)}`;
  const body = {
    organisation: who.org,
    kind: 'member',
    name: `成员${order}`,
    idNumber: first + personIdCheckDigit(first),
    phone: `1391111220${order}`,
  };
  persons.push({ who, id: String((await delta.does(who, '/v1/persons', body))['id']) });
};

const order = async (subject: string, agencies: Readonly<Record<string, string>>, year: number): Promise<string> => {
  const wish = {
    subject,
    scheme: 'cxq',
    year,
    agencyProvince: '31',
    agency: agencies['31'],
    product: 'p1',
    mode: 'tongdui',
    amountFen: 4_000_000,
  };
  // Until Shanghai was heard of, its agency is not known to be active.
  let id = '';
  await delta.until(async () => {
    const { status, body } = await delta.post(firm, '/v1/orders', wish);
    id = String(body['id']);
    return status === 201;
  });
  await delta.until(
    async () => (await delta.post(agent('31'), `/v1/engagements/${id}/acceptance`, { home: '32', agency: agencies['31'] })).status === 200,
  );
  await delta.until(async () => (await delta.get(firm, `/v1/orders/${id}`)).body['state'] === 'Accepted');
  return id;
};

test('no state, row, amount or statement of any context changes when everybody is erased, nor depends on what was sealed', async () => {
  const year = new Date(delta.nowMs).getUTCFullYear();
  const { subject, agencies } = await openMarket(delta, year);
  for (const [at, who] of [firm, firm, agent('31'), agent('31')].entries()) await record(who, at);
  await order(subject, agencies, year);
  for (const { who, id } of persons)
    await delta.does(who, `/v1/persons/${id}/disclosures`, {
      fields: ['phone'],
      purpose: 'service-contact',
      caseNumber: 'c-1',
      legalBasis: 'PIPL-13',
    });
  const vouchers = nodes.filter(({ context }) => context.name === 'voucher');
  const resting = async () => (await Promise.all(vouchers.map(({ context, node }) => atRest(context, node)))).map(({ rows }) => rows);
  const before = await resting();
  expect(Object.keys(before[0]!)).toContainEqual(expect.stringMatching(/^orders /));

  for (const { who, id } of persons) await delta.does(clerk(who.province), `/v1/persons/${id}/erasure`, { caseNumber: 'c-2' });
  for (const { who, id } of persons) await delta.until(async () => (await delta.get(who, `/v1/persons/${id}`)).body['state'] === 'erased');
  expect(await resting()).toEqual(before);

  for (const { context, node } of nodes) {
    const { entries, rows } = await atRest(context, node);
    const [asTheyAre, withOthers] = [refolded(context, entries), refolded(context, exchanged(entries) as readonly Entry[])];
    // What is folded here is what the node shows.
    expect(shown(asTheyAre.rows)).toEqual(rows);
    expect(withOthers).toEqual(exchanged(asTheyAre));
    // Those who are erased have nothing left to open: there the two are one.
    expect(withOthers).toEqual(asTheyAre);
  }
}, 120_000);

test('what the journals hold of persons is sealed: the exchange above did exchange something', async () => {
  const registers = nodes.filter(({ context }) => context.name === 'access');
  for (const { node } of registers) expect(JSON.stringify(await entriesOf(node))).toMatch(/yrd\.sealed\.v1:aes-256-gcm:/);
});
