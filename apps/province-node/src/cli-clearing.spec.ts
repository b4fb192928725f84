/** The command line about vouchers: what another pack would have cost, why a window stands where it does, lists in files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessRegister } from '@yrd/access-register';
import { EXIT } from '@yrd/cli';
import { type Json, type RunningDelta, type Who } from '@yrd/platform/testing';
import { agent, files, openMarket, Orders, packOf, staff, startDelta, type Market } from '@yrd/voucher-clearing/testing';
import { CommandLine, type Given } from '../testing/command-line.js';

const FEE = 4_000_000;

let delta: RunningDelta;
let commands: CommandLine;
let market: Market;
let orders: Orders;
let order: string;
const yrd = (line: string, given: Given = {}) => commands.run(line, given);

/** An order of Jiangsu at an agency of Shanghai (通兑), up to its approval. */
const approved = async (): Promise<string> => {
  const id = await orders.serve({ agencyProvince: '31', amountFen: FEE });
  const file = { invoiceNumber: '26310000000000000001', invoiceFen: FEE, paidFen: FEE / 2, files };
  await orders.patiently(agent('31'), `/v1/engagements/${id}/redemption`, { home: '32', agency: market.agencies['31'], ...file });
  const { position } = await orders.approve(id);
  // A replay reads as far as views have come.
  await delta.until(async () => (await delta.get(staff('operator'), `/v1/orders?at=${String(position)}`)).status === 200);
  return id;
};

beforeAll(async () => {
  delta = await startDelta(['31', '32'], [accessRegister]);
  const year = new Date(delta.nowMs).getUTCFullYear();
  market = await openMarket(delta, year);
  commands = new CommandLine(delta);
  orders = new Orders(delta, market, year);
  order = await approved();
}, 120_000);
afterAll(async () => {
  await delta.stop();
  commands.close();
});

const ledgerSize = async (): Promise<unknown> => {
  const { body } = await delta.get(staff('operator'), '/v1/status');
  const { contexts } = body as { contexts: { context: string; journals: { journal: string; size: number }[] }[] };
  return contexts.find(({ context }) => context === 'voucher')?.journals.map(({ journal, size }) => `${journal}@${size}`);
};

describe('yrd policy what-if', () => {
  const supervisor = staff('supervisor');
  const draft = (change: object): string => {
    const path = join(commands.folder, 'draft.json');
    writeFileSync(path, JSON.stringify({ ...packOf('32'), ...change }));
    return path;
  };
  const half = packOf('32').subjects.firm!;
  const ask = (pack: string, more = '', who: Who = supervisor) =>
    yrd(`policy what-if --node http://32.test --pack ${pack}${more === '' ? '' : ` ${more}`}`, { who });

  test('under the pack in force every cell differs by nothing, nothing is written, and the audit knows who asked', async () => {
    const before = await ledgerSize();
    const { code, told } = await ask(draft({}), '--json');
    expect([code, told()]).toEqual([EXIT.ok, expect.objectContaining({ refused: [], unknown: [], unread: 0 })]);
    expect((told() as { cells: object[] }).cells).toEqual([
      expect.objectContaining({ province: '32', orders: 1, actualFen: 2_000_000, whatIfFen: 2_000_000, differenceFen: 0 }),
    ]);
    expect(await ledgerSize()).toEqual(before);
    await delta.until(async () => {
      const { body } = await delta.get(staff('auditor'), '/v1/audit?row=WhatIfPolicy');
      return (body['items'] as readonly { outcome: string }[]).some(({ outcome }) => outcome === 'read');
    });
  });

  test('V4: from 50 to 60 per cent an invoice of 40,000.00 costs Jiangsu 4,000.00 more', async () => {
    const sixty = draft({ subjects: { firm: { ...half, tiers: [{ ratio: { of: 3, in: 5 } }] } }, version: 'draft' });
    const { code, out } = await ask(sixty);
    expect([code, out]).toEqual([EXIT.ok, expect.stringMatching(/32\s+\d{4}-Q\d\s+1\s+20,000.00\s+24,000.00\s+\+4,000.00\n/)]);
    expect((await ask(sixty, '--lang zh')).out).toContain('假如一直执行 draft');
    expect((await ask(sixty, '--to 2020-01-01')).out).toContain('No approval falls under it.');
  });

  test('a pack against itself is refused with its line, a stranger by his role, and neither starts anything', async () => {
    const bad = await ask(draft({ split: { home: { of: 1, in: 2 }, agency: { of: 1, in: 3 } } }));
    expect([bad.code, bad.err]).toEqual([EXIT.refused, expect.stringContaining('shares that sum to one (V19)')]);
    expect(await ask(draft({}), '', staff('reviewer'))).toMatchObject({
      code: EXIT.refused,
      err: expect.stringContaining('E-ROLE') as string,
    });
  });

  test('without a token says whose is needed', async () => {
    const { code, err } = await yrd(`policy what-if --node http://32.test --pack ${draft({})}`);
    expect([code, err]).toEqual([EXIT.usage, expect.stringContaining('role supervisor')]);
  });
});

describe('yrd settlement', () => {
  const explain = (more: string) => yrd(`settlement explain ${more} --node http://32.test`, { who: staff('operator') });
  const close = (province: string) => delta.does(staff('operator', province), '/v1/windows/1/close');

  test('explains an order that has no line yet, and the windows that nobody closed', async () => {
    const { code, out } = await explain(`1 --pair 32-31 --order ${order}`);
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('32 has not closed the window; 31 has not closed the window');
    expect(out).toContain('No line yet: the order is Approved');
    expect((await explain(`1 --order ffffffffffffffffffffffffff`)).out).toContain('No such order is known here.');
  });

  test('explains which side a line waits for, and that it belongs to the window once both have cut', async () => {
    await orders.publicise(order);
    await close('32');
    const explained = (): ReturnType<typeof explain> => explain(`1 --pair 32-31 --order ${order}`);
    await delta.until(async () => /32-31\s+waits\s+31 has not closed the window/.test((await explained()).out));
    const waiting = await explained();
    expect(waiting.out).toContain('in no window so far');
    expect(waiting.out).toMatch(/31 must be cut at \d+ or later, and no cut reaches so far/);
    await close('31');
    await delta.until(async () => (await explain(`1 --pair 32-31`)).out.includes('settled'));
    await delta.until(async () => (await explain(`1 --order ${order}`)).out.includes('settled in 1'));
    const settled = await explain(`1 --order ${order}`);
    expect(settled.out).toMatch(/The line 32-31 of 20,000.00 yuan, stated by 32: in this window 1; settled in 1\./);
    expect((await explain(`2 --order ${order} --lang zh`)).out).toContain('属于窗口 1，不属于 2');
  });

  test('shows a window with its pairs, and ends with 0', async () => {
    const { code, out } = await yrd('settlement show 1 --node http://31.test');
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/32-31\s+settled\s+31 32\s+1\s+20,000.00/);
    expect(out).toContain('Not netted by all four');
    expect((await yrd('settlement show --node http://31.test --json')).told()).toMatchObject({ window: 1 });
    expect((await yrd('settlement show 99 --node http://31.test')).code).toBe(EXIT.refused);
    expect((await yrd('settlement show x --node http://31.test')).code).toBe(EXIT.usage);
  });
});

describe('yrd export', () => {
  test('writes a list that only staff may read as a table, filtered, whole', async () => {
    const path = join(commands.folder, 'orders.csv');
    const { code, err } = await yrd(`export orders --node http://32.test --where province=32 --out ${path}`, { who: staff('operator') });
    expect([code, err]).toEqual([EXIT.ok, '1 rows.\n']);
    const [head = '', row = '', ...rest] = readFileSync(path, 'utf8').split('\r\n');
    expect([head.startsWith('\ufeff'), head.split(',').includes('amountFen'), row.includes(order), rest]).toEqual([true, true, true, ['']]);
    const none = await yrd('export orders --node http://32.test --where province=34', { who: staff('operator') });
    expect([none.code, none.out]).toEqual([EXIT.ok, '']);
  });

  test('writes what anybody may read without a token, a row a line', async () => {
    const { out } = await yrd('export agencies --node http://31.test --format ndjson');
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining([`31.${market.agencies['31']}`]));
    expect((await yrd('export agencies --node http://31.test --format csv --columns id,name')).out).toMatch(
      /^\ufeffid,name\r\n3[12]\.[0-9a-f]{26},/,
    );
  });

  test.each([
    ['export people --node http://31.test', /say one of orders/],
    ['export agencies --node http://31.test --format pdf', /csv or ndjson/],
    ['export audit --node http://31.test --from 2026-01-01 --token x', /--to/],
    ['export agencies --node http://31.test --where province', /field=value/],
    ['export agencies --node http://31.test --out /nowhere/at/all.csv', /cannot be written/],
  ])('%s ends with 2', async (line, says) => {
    expect(await yrd(line)).toMatchObject({ code: EXIT.usage, err: expect.stringMatching(says) as string });
  });
});
