/** Files of orders over HTTP: handed in, named by commands, fetched by the parties, and by nobody else. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request, type ClientRequest } from 'node:http';
import { join } from 'node:path';
import { DAY_MS, type RunningDelta, type Told, type Who } from '@yrd/platform/testing';
import { agent, files as papers, firm, hash, openMarket, Orders, staff, startDelta, type Market } from '../../testing/index.js';
import { voucherClearing } from '../voucher-module.js';

const pdf = (text: string): string => `%PDF-1.7\n${text}`;
const contract = pdf('the contract');
const result = pdf('the result');
const PDF = 'application/pdf';
/** Bytes of a file at most, where no setting says otherwise. */
const LIMIT = 33_554_432;

let delta: RunningDelta;
let market: Market;
let orders: Orders;
/** Both parties are of Jiangsu. */
let order: string;
/** The agency is of Shanghai. */
let abroad: string;

type Sent = string | Uint8Array<ArrayBuffer>;
const send = async (who: Who, body: Sent, headers: Record<string, string> = {}): Promise<Told> => {
  const init = { method: 'POST', body, headers: { ...delta.headers(who), 'Content-Type': 'application/octet-stream', ...headers } };
  const answer = await delta.fetch(who.province, '/v1/files', init);
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Told['body'] };
};
const fetched = (who: Who, of: string, file: string): Promise<Response> =>
  delta.fetch(who.province, `/v1/orders/${of}/files/${file}`, { headers: delta.headers(who) });
const codeOf = async (answer: Response): Promise<unknown> => ((await answer.json()) as Told['body'])['code'];
const stored = (file: string, province = '32'): string => join(delta.files, province, file.slice(0, 2), file);
/** Everything that lies in a province's store, uploads under way among it. */
const lying = (province: string): readonly string[] =>
  readdirSync(join(delta.files, province), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('/'));

/** An upload whose length nobody says beforehand. */
const upload = (who: Who, ...parts: readonly (string | Uint8Array)[]): ClientRequest => {
  const sent = request(`${delta.url(who.province)}/v1/files`, {
    method: 'POST',
    headers: { ...delta.headers(who), 'Transfer-Encoding': 'chunked' },
  });
  sent.on('error', () => undefined);
  for (const part of parts) sent.write(part);
  return sent;
};

beforeAll(async () => {
  delta = await startDelta(['31', '32']);
  const year = new Date(delta.nowMs).getUTCFullYear();
  market = await openMarket(delta, year);
  orders = new Orders(delta, market, year);
  order = await orders.deliver({ amountFen: 2_000_000 }, () => result, contract);
  abroad = await orders.deliver({ amountFen: 2_000_000, agencyProvince: '31' }, () => pdf('from Shanghai'), contract);
}, 120_000);
afterAll(() => delta.stop());

describe('Handing in', () => {
  test('answers the hash by which commands name the file, its size and kind; the same bytes are the same answer, to anybody', async () => {
    const answers = [await send(firm, contract), await send(firm, contract), await send(agent('32'), contract)];
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([200, { hash: hash(contract), bytes: contract.length, type: PDF }]);
    }
    expect(readFileSync(stored(hash(contract)), 'utf8')).toBe(contract);
  });

  test('takes what a file is from its first bytes, whatever its sender calls it', async () => {
    const ofd = Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(26), Buffer.from('OFD.xml and more')]);
    const kinds: readonly [Uint8Array<ArrayBuffer>, string][] = [
      [Buffer.from('89504e470d0a1a0a00', 'hex'), 'image/png'],
      [Buffer.from('ffd8ffe000', 'hex'), 'image/jpeg'],
      [Buffer.from('504b0304140000', 'hex'), 'application/zip'],
      [ofd, 'application/ofd'],
      [Buffer.from('\ufeff<?xml version="1.0"?><a/>'), 'application/xml'],
    ];
    for (const [bytes, type] of kinds) {
      const { body } = await send(firm, bytes, { 'Content-Type': 'application/json' });
      expect(body).toMatchObject({ type, bytes: bytes.length });
    }
  });

  test.each<[string, string, number, string]>([
    ['nothing', '', 400, 'E-MALFORMED'],
    ['a page with a script', '<html><script>alert(1)</script></html>', 415, 'E-DOCUMENT'],
    ['a form around a file', '--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n%PDF-1.7\r\n--x--', 415, 'E-DOCUMENT'],
    ['a program', '\x7fELF and so on, as long as it wants to be', 415, 'E-DOCUMENT'],
  ])('of %s is refused and leaves nothing', async (_what, body, status, code) => {
    const before = lying('32');
    const answer = await send(firm, body);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(lying('32')).toEqual(before);
  });

  test('of more bytes than the limit is refused, said beforehand or found out on the way', async () => {
    const before = lying('32');
    const large = Buffer.concat([Buffer.from(pdf('')), Buffer.alloc(LIMIT)]);
    expect(await send(firm, large)).toMatchObject({ status: 413, body: { code: 'E-TOO-LARGE', facts: { limitBytes: LIMIT } } });
    const sent = upload(firm, large);
    const status = await new Promise((told) => sent.once('response', ({ statusCode }) => told(statusCode)));
    sent.destroy();
    expect(status).toBe(413);
    expect(lying('32')).toEqual(before);
  });

  test('that breaks off in the middle leaves nothing behind', async () => {
    const before = lying('32');
    const file = pdf('x'.repeat(200_000));
    const broken = upload(firm, file.slice(0, 100_000));
    await delta.until(async () => lying('32').length > before.length);
    broken.destroy();
    await delta.until(async () => lying('32').length === before.length);
    expect(lying('32')).not.toContain(hash(file));
  });

  test('is for who may act for an enterprise or an agency, signed in, and counts against the limit of requests', async () => {
    expect((await send(staff('finance'), contract)).body['code']).toBe('E-ROLE');
    const stranger = await delta.fetch('32', '/v1/files', { method: 'POST', body: contract });
    expect(stranger.status).toBe(401);
    expect((await send(firm, contract)).headers.get('ratelimit')).toContain('r=');
  });
});

describe('Files of an order', () => {
  beforeAll(async () => {
    await send(firm, contract);
    await send(agent('32'), result);
  });

  test('are what its entries name, with what this node holds', async () => {
    const { body } = await delta.get(firm, `/v1/orders/${order}/files`);
    expect(body).toEqual({
      order,
      files: [
        { hash: hash(contract), kind: 'contract', provinces: ['32'], held: true, bytes: contract.length, type: PDF },
        { hash: hash(result), kind: 'result', provinces: ['32'], held: true, bytes: result.length, type: PDF },
      ],
    });
  });

  test('are given to its two parties and to staff, to be saved and never to be shown, under their hash', async () => {
    for (const who of [firm, agent('32'), staff('reviewer'), staff('auditor')]) {
      const answer = await fetched(who, order, hash(result));
      expect([answer.status, await answer.text()]).toEqual([200, result]);
      const headers = ['content-type', 'content-disposition', 'x-content-type-options', 'etag', 'content-length', 'cache-control'];
      expect(headers.map((name) => answer.headers.get(name))).toEqual([
        PDF,
        `attachment; filename="${hash(result)}.pdf"`,
        'nosniff',
        `"${hash(result)}"`,
        String(result.length),
        'no-store',
      ]);
    }
  });

  test('are to everybody else what is not there, like an order and a file that are not', async () => {
    const strangers: readonly Who[] = [
      { province: '32', role: 'enterprise', org: 'org-other' },
      { province: '32', role: 'agency', org: 'org-other' },
      agent('31'),
    ];
    const answers = [];
    for (const who of strangers) answers.push(await fetched(who, order, hash(result)));
    answers.push(await fetched(firm, order, hash('never named')), await fetched(firm, '0'.repeat(26), hash(result)));
    for (const answer of answers) {
      const { traceId: _trace, ...problem } = (await answer.json()) as Told['body'];
      expect([answer.status, problem]).toEqual([
        404,
        {
          type: 'urn:yrd:problem:node:E-NOTFOUND',
          title: 'Not found',
          status: 404,
          code: 'E-NOTFOUND',
          facts: {},
          detail: expect.any(String),
        },
      ]);
    }
    expect((await delta.get(strangers[0]!, `/v1/orders/${order}/files`)).status).toBe(404);
  });

  test('cannot be got by naming their hash in an order of one’s own: another organisation handed them in', async () => {
    const secret = pdf('of somebody else');
    await send({ province: '32', role: 'enterprise', org: 'org-other' }, secret);
    const own = await orders.deliver({ amountFen: 1_000_000 }, () => secret);
    const answer = await fetched(firm, own, hash(secret));
    expect([answer.status, await codeOf(answer)]).toEqual([404, 'E-FILE-ELSEWHERE']);
    const { body } = await delta.get(firm, `/v1/orders/${own}/files`);
    expect(body['files']).toContainEqual(expect.objectContaining({ hash: hash(secret), held: false, bytes: null, type: null }));
  });

  test('stay in the province where they were handed in: the other one says which that is', async () => {
    const theirs = pdf('from Shanghai');
    await send(agent('31'), theirs);
    const there = await fetched(agent('31'), abroad, hash(theirs));
    expect([there.status, await there.text()]).toEqual([200, theirs]);
    const here = await delta.get(firm, `/v1/orders/${abroad}/files/${hash(theirs)}`);
    expect(here).toMatchObject({ status: 404, body: { code: 'E-FILE-ELSEWHERE', facts: { provinces: '31' } } });
    expect(here.body['detail']).toContain('31');
    // Both sign the contract, each in its province; the agency of Shanghai never handed it in there.
    const shared = await delta.get(agent('31'), `/v1/orders/${abroad}/files/${hash(contract)}`);
    expect(shared.body).toMatchObject({ code: 'E-FILE-ELSEWHERE', facts: { provinces: '31, 32' } });
  });

  test('that were damaged in the store are never given out, and are whole again once they are handed in again', async () => {
    for (const damaged of [`${result.slice(0, -1)}!`, '', result.slice(0, -3)]) {
      writeFileSync(stored(hash(result)), damaged);
      expect(await delta.get(firm, `/v1/orders/${order}/files/${hash(result)}`)).toMatchObject({
        status: 500,
        body: { code: 'E-FILE-DAMAGED', facts: { hash: hash(result) } },
      });
    }
    rmSync(stored(hash(result)));
    expect((await delta.get(firm, `/v1/orders/${order}/files/${hash(result)}`)).body['code']).toBe('E-FILE-DAMAGED');
    await send(agent('32'), result);
    expect(await (await fetched(firm, order, hash(result))).text()).toBe(result);
  });

  test('include what speaks against a party for staff only (V29)', async () => {
    await delta.does(firm, `/v1/orders/${order}/acceptance`);
    const invoice = { invoiceNumber: '26310000000000000077', invoiceFen: 2_000_000, paidFen: 1_000_000, files: papers };
    await delta.does(agent('32'), `/v1/engagements/${order}/redemption`, { home: '32', agency: market.agencies['32'], ...invoice });
    await orders.reaches(order, 'UnderReview');
    const evidence = {
      paidMs: delta.nowMs,
      returnedMs: delta.nowMs,
      amountFen: 1_000,
      to: 'enterprise',
      evidenceHash: hash('bank record'),
    };
    await delta.does(staff('finance'), `/v1/orders/${order}/return-payments`, evidence);
    const kindsFor = async (who: Who) => {
      const files = (await delta.get(who, `/v1/orders/${order}/files`)).body['files'] as readonly { readonly kind: string }[];
      return files.map(({ kind }) => kind);
    };
    await delta.until(async () => (await kindsFor(staff('finance'))).includes('return-payment'));
    expect((await kindsFor(firm)).sort()).toEqual(['contract', 'contract', 'invoice', 'payment', 'result', 'result']);
    expect((await delta.get(firm, `/v1/orders/${order}/files/${hash('bank record')}`)).body['code']).toBe('E-NOTFOUND');
    expect((await delta.get(staff('finance'), `/v1/orders/${order}/files/${hash('bank record')}`)).body['code']).toBe('E-FILE-ELSEWHERE');
  });
});

describe('Files that nothing refers to', () => {
  test('go after the days of the setting by the clock; what an order names stays, and so does what was handed in since', async () => {
    const [forgotten, again] = [pdf('forgotten'), pdf('handed in again')];
    for (const file of [forgotten, again]) await send(firm, file);
    delta.pass(29 * DAY_MS);
    await send(firm, again);
    expect(lying('32')).toEqual(expect.arrayContaining([stored(hash(forgotten)).slice(join(delta.files, '32').length + 1)]));
    delta.pass(2 * DAY_MS);
    await delta.until(async () => !lying('32').some((name) => name.endsWith(hash(forgotten))));
    for (const kept of [again, contract, result]) expect(readFileSync(stored(hash(kept)), 'utf8')).toBe(kept);
    expect(await (await fetched(firm, order, hash(result))).text()).toBe(result);
  });
});

describe('A node that demands the files that commands name', () => {
  test('refuses a contract that its signer has not handed in, says how to mend it, and takes it then', async () => {
    const strict = await startDelta(['31', '32'], [], voucherClearing, [], { YRD_FILES_DEMANDED: 'yes', YRD_FILE_KINDS: 'pdf' });
    const year = new Date(strict.nowMs).getUTCFullYear();
    const made = await openMarket(strict, year);
    const walked = new Orders(strict, made, year);
    const id = String((await strict.does(firm, '/v1/orders', walked.wanted()))['id']);
    const by = { home: '32', agency: made.agencies['32'] };
    await strict.does(agent('32'), `/v1/engagements/${id}/acceptance`, by);
    await walked.reaches(id, 'Accepted');
    const signed = { ...by, ...walked.contract(4_000_000, contract) };
    const sign = () => strict.post(agent('32'), `/v1/engagements/${id}/signature`, signed);
    const handIn = (who: Who, body: Sent) => strict.fetch('32', '/v1/files', { method: 'POST', headers: strict.headers(who), body });
    expect(await sign()).toMatchObject({ status: 409, body: { code: 'E-FILE-MISSING', facts: { hashes: hash(contract) } } });
    // That the enterprise has it says nothing of what the agency signs.
    await handIn(firm, contract);
    expect((await sign()).status).toBe(409);
    await handIn(agent('32'), contract);
    expect((await sign()).status).toBe(200);
    expect((await handIn(firm, Buffer.from('89504e470d0a1a0a', 'hex'))).status).toBe(415);
    await strict.stop();
  });
});
