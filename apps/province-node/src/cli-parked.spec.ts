/** What a node could not handle, shown on the command line and tried again once it is mended. */
import { accessRegister } from '@yrd/access-register';
import { EXIT } from '@yrd/cli';
import type { RunningDelta, Who } from '@yrd/platform/testing';
import { voucherClearing } from '@yrd/voucher-clearing';
import { agent, firm, openMarket, startDelta } from '@yrd/voucher-clearing/testing';
import { CommandLine, type Given } from '../testing/command-line.js';

let broken = false;
/** Vouchers whose reactions fail as long as somebody says so. */
const fragile = {
  ...voucherClearing,
  context: {
    ...voucherClearing.context,
    reactions: voucherClearing.context.reactions.map((reaction) => ({
      ...reaction,
      react: (...given: Parameters<typeof reaction.react>) => {
        if (broken) throw new Error('the disk of the register is full');
        return reaction.react(...given);
      },
    })),
  },
};

let delta: RunningDelta;
let commands: CommandLine;
let order: string;
const operator: Who = { province: '32', role: 'operator' };
const yrd = (line: string, given: Given = { who: operator }) => commands.run(line, given);

beforeAll(async () => {
  delta = await startDelta(['31', '32'], [accessRegister], fragile);
  const year = new Date(delta.nowMs).getUTCFullYear();
  const { subject, agencies } = await openMarket(delta, year);
  commands = new CommandLine(delta);
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
  await delta.until(async () => {
    const { status, body } = await delta.post(firm, '/v1/orders', wish);
    order = String(body['id']);
    return status === 201;
  });
  broken = true;
  await delta.until(async () => {
    const accepting = await delta.post(agent('31'), `/v1/engagements/${order}/acceptance`, { home: '32', agency: agencies['31'] });
    return accepting.status === 200;
  });
}, 60_000);
afterAll(async () => {
  await delta.stop();
  commands.close();
});

const idOf = async (): Promise<string> => {
  const [{ items }] = (await yrd('parked list --node http://32.test --json')).told() as [{ items: { id: string; stream: string }[] }];
  return items.find(({ stream }) => stream === `engagement/${order}`)?.id ?? '';
};

test('a list shows what is parked, why, and what helps, and ends with 1', async () => {
  await delta.until(async () => (await idOf()) !== '');
  const { code, out } = await yrd('parked list --node http://32.test');
  expect([code, out]).toEqual([EXIT.finding, expect.stringContaining('the disk of the register is full')]);
  expect(out).toContain('mend the cause, then yrd parked redrive');
  expect((await yrd('parked list --node http://32.test --lang zh')).out).toMatch(/失败：.*the disk of the register is full/);
  expect((await yrd('status --node http://32.test', {})).out).toContain('yrd parked list --province 32');
});

test('one of them is shown with its entry, whose payload staff may see', async () => {
  const { out, code } = await yrd(`parked show ${await idOf()} --node http://32.test`);
  expect([code, out]).toEqual([EXIT.finding, expect.stringContaining('"type": "voucher.acceptance-stated.v1"')]);
  expect(out).toContain(order);
  expect((await yrd('parked show 31/voucher|999999 --node http://32.test')).code).toBe(EXIT.refused);
});

test('a redrive changes nothing as long as the cause stands, and does everything once it is mended; the audit knows of it', async () => {
  expect(await yrd('parked redrive --node http://32.test')).toMatchObject({
    code: EXIT.finding,
    out: expect.stringMatching(/Tried \d+ again, [1-9]/) as string,
  });
  expect((await delta.get(firm, `/v1/orders/${order}`)).body['state']).toBe('Placed');
  broken = false;
  const { code, out } = await yrd('parked redrive --node http://32.test');
  expect([code, out]).toEqual([EXIT.ok, expect.stringMatching(/Tried \d+ again, 0 stay\./)]);
  await delta.until(async () => (await delta.get(firm, `/v1/orders/${order}`)).body['state'] === 'Accepted');
  expect((await yrd('parked list --node http://32.test')).out).toBe('Nothing is parked.\n');
  await delta.until(async () => {
    const { body } = await delta.get({ province: '32', role: 'auditor' }, '/v1/audit?row=RedriveParked');
    return (body['items'] as readonly { outcome: string }[]).some(({ outcome }) => outcome === 'done');
  });
});

test('nobody but an operator tries anything again, and only of a context that is served', async () => {
  expect((await yrd('parked redrive --node http://32.test', { who: { province: '32', role: 'auditor' } })).err).toContain('E-ROLE');
  expect((await yrd('parked redrive --node http://32.test --context expert')).err).toContain('E-NOTFOUND');
});

test('a replay builds the views anew, changes over, and lists read the same', async () => {
  const list = async (): Promise<unknown> => (await delta.get(operator, '/v1/orders')).body['items'];
  const before = await list();
  const { code, out } = await yrd('replay --node http://32.test');
  expect([code, out]).toEqual([EXIT.ok, 'The views of voucher are rebuild 1 now.\n']);
  expect(await list()).toEqual(before);
  expect((await yrd('replay --node http://32.test --no-wait --json')).told()).toMatchObject({ context: 'voucher' });
  expect((await yrd('replay --node http://32.test', { who: { province: '32', role: 'supervisor' } })).err).toContain('E-ROLE');
});
