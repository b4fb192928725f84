/** Attacks on every input that the interface describes: each is refused with a problem of its own, writes nothing, breaks nothing. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { accessRegister } from '@yrd/access-register';
import { voucherRows } from '@yrd/contracts';
import { RunningDelta, type Json, Described, idsOf, type Answer, type Ids, type Operation, type Schema } from '@yrd/platform/testing';
import { startDelta } from '@yrd/voucher-clearing/testing';

let delta: RunningDelta;
let described: Described;
let ids: Ids;
let sizeBefore: number;

const sizeOfJournal = async (): Promise<number> => {
  const { body } = await delta.get({ province: '32', role: 'operator' }, '/v1/status');
  const { contexts } = body as { readonly contexts: readonly { readonly journals: readonly { journal: string; size: number }[] }[] };
  return contexts.flatMap(({ journals }) => journals).find(({ journal }) => journal === '32/voucher')!.size;
};

beforeAll(async () => {
  delta = await startDelta(['32'], [accessRegister]);
  ids = idsOf(new Date(delta.nowMs).getUTCFullYear());
  described = await Described.by(delta);
  sizeBefore = await sizeOfJournal();
}, 60_000);
afterAll(() => delta.stop());

const commands = (): readonly Operation[] => described.operations.filter(({ verb, file }) => verb === 'post' && !file);
const imports = (): readonly Operation[] => described.operations.filter(({ file, path }) => file && path.startsWith('/v1/imports/'));
const readings = (): readonly Operation[] => described.operations.filter(({ verb }) => verb === 'get');

/** An answer that teaches and gives nothing away: a problem with a code, never a failure of ours. */
const expectRefused = (what: string, { status, headers, told }: Answer): void => {
  const type = headers.get('content-type') ?? '';
  expect([what, status >= 400 && status < 500, type.startsWith('application/problem+json')]).toEqual([what, true, true]);
  expect([what, told['code']]).toEqual([what, expect.stringMatching(/^E-[A-Z-]+$/)]);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
};

const post = (operation: Operation, body: string): Promise<Answer> =>
  described.send('post', described.address(operation, ids), described.bearer(operation), body);

/** Every place of a text in what a schema describes, as the body with something else there. */
const withText = (schema: Schema, shown: unknown, put: unknown): readonly unknown[] => {
  const { type, items, properties, example } = described.plain(schema);
  if (type === 'string') return [put];
  if (type === 'array' && items) return withText(items, Array.isArray(shown) ? shown[0] : described.shown(items), put).map((one) => [one]);
  if (example !== undefined && properties === undefined) return [];
  const whole = (shown ?? {}) as Json;
  return Object.entries(properties ?? {}).flatMap(([name, each]) =>
    withText(each, whole[name] ?? described.shown(each), put).map((one) => ({ ...whole, [name]: one })),
  );
};

describe('A body', () => {
  test.each(['roles', 'actor', 'organisation2', 'constructor', 'toString', '$where', 'a.b', 'state', '_id'])(
    'that also assigns %j is refused by every command',
    async (field) => {
      for (const operation of commands()) {
        const answer = await post(operation, JSON.stringify({ ...described.bodyOf(operation, ids), [field]: 'security-admin' }));
        expectRefused(`${operation.row} ${field}`, answer);
        expect([operation.row, String(answer.told['detail']) + JSON.stringify(answer.told['errors'])]).toEqual([
          operation.row,
          expect.stringContaining(field),
        ]);
      }
    },
  );

  test('that reaches for a prototype is refused by every command, at any depth', async () => {
    for (const operation of commands()) {
      for (const text of ['{"__proto__":{"roles":["approver"]}}', '{"files":[{"__proto__":{"admin":true}}]}']) {
        const answer = await post(operation, text);
        expect([operation.row, answer.status, answer.told['code']]).toEqual([operation.row, 400, 'E-MALFORMED']);
      }
      expectRefused(operation.row, await post(operation, '{"constructor":{"prototype":{"admin":true}}}'));
    }
  });

  test('nested ten thousand deep, or larger than any command, is refused before it is parsed', async () => {
    for (const operation of commands()) {
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const) {
        const answer = await post(operation, `{"reason":${open.repeat(10_000)}1${close.repeat(10_000)}}`);
        expect([operation.row, answer.status]).toEqual([operation.row, 400]);
      }
    }
    const answer = await post(commands()[0]!, JSON.stringify({ reason: 'x'.repeat(2_000_000) }));
    expect([answer.status, answer.told['code']]).toEqual([413, 'E-TOO-LARGE']);
  });
});

/** A body that would become a thousand times as large once somebody unpacked it, and a form whose file name leaves its folder. */
const PACKED: readonly (readonly [string, Readonly<Record<string, string>>, Buffer])[] = [
  ['a bomb behind Content-Encoding', { 'Content-Encoding': 'gzip' }, gzipSync(Buffer.alloc(8_000_000, ' '))],
  ['a bomb behind Content-Encoding: br', { 'Content-Encoding': 'br' }, brotliCompressSync(Buffer.alloc(8_000_000, ' '))],
  [
    'a workbook that is a bomb',
    { 'Content-Type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
    Buffer.concat([Buffer.from('PK\u0003\u0004'), gzipSync(Buffer.alloc(8_000_000))]),
  ],
  [
    'a form with a file name that leaves its folder',
    { 'Content-Type': 'multipart/form-data; boundary=b' },
    Buffer.from('--b\r\nContent-Disposition: form-data; name="f"; filename="../../../etc/passwd"\r\n\r\nx\r\n--b--\r\n'),
  ],
];

test.each(PACKED)('%s is refused by every command before anything is unpacked or written', async (_, headers, bytes) => {
  for (const operation of commands()) {
    const address = described.address(operation, ids);
    const init = { method: 'POST', headers: { ...delta.headers(described.bearer(operation)), ...headers }, body: new Uint8Array(bytes) };
    const answer = await delta.fetch('32', address, init);
    expect([operation.row, answer.status]).toEqual([operation.row, 415]);
  }
});

test.each(PACKED)('%s is refused by every import before anything is written', async (_, headers, bytes) => {
  expect(imports().length).toBeGreaterThanOrEqual(5);
  for (const operation of imports()) {
    const init = { method: 'POST', headers: { ...delta.headers(described.bearer(operation)), ...headers }, body: new Uint8Array(bytes) };
    const answer = await delta.fetch('32', operation.path, init);
    expect([operation.row, answer.status]).toEqual([operation.row, headers['Content-Type']?.includes('sheet') ? 422 : 415]);
  }
});

test('a table is taken by imports and by nothing else, and one that is larger than any is refused', async () => {
  const sent = async (operation: Operation, bytes: string): Promise<[string, number]> => {
    const headers = { ...delta.headers(described.bearer(operation)), 'Content-Type': 'text/csv' };
    return [operation.row, (await delta.fetch('32', described.address(operation, ids), { method: 'POST', headers, body: bytes })).status];
  };
  for (const operation of commands()) expect(await sent(operation, 'a,b')).toEqual([operation.row, 415]);
  for (const operation of imports()) expect(await sent(operation, '__proto__,constructor')).toEqual([operation.row, 422]);
  expect(await sent(imports()[0]!, 'x'.repeat(17_000_000))).toEqual([imports()[0]!.row, 413]);
});

/** What somebody puts where a text belongs. */
const OPERATORS: readonly unknown[] = [{ $ne: null }, { $gt: '' }, { $regex: '.*' }, { $where: 'sleep(1000)' }, ['a'], 7, true];

test.each(OPERATORS)('%j in place of a text is refused wherever a command takes one', async (operator) => {
  let tried = 0;
  for (const operation of commands()) {
    if (operation.body === undefined) continue;
    for (const body of withText(operation.body, described.bodyOf(operation, ids), operator)) {
      const what = `${operation.row} ${JSON.stringify(body)}`;
      const answer = await post(operation, JSON.stringify(body));
      expectRefused(what, answer);
      expect([what, answer.told['code']]).toEqual([what, 'E-VALIDATION']);
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(50);
});

test('null in place of any field is refused by every command, also where the field may be left out', async () => {
  for (const operation of commands()) {
    const { properties } = operation.body === undefined ? {} : described.plain(operation.body);
    for (const name of Object.keys(properties ?? {})) {
      const answer = await post(operation, JSON.stringify({ ...described.bodyOf(operation, ids), [name]: null }));
      expectRefused(`${operation.row} ${name}`, answer);
      expect([operation.row, name, answer.told['code']]).toEqual([operation.row, name, 'E-VALIDATION']);
    }
  }
});

let accepted = 0;

test.each(['a\u0000b', '\ud800', '\u202eevil', '../../etc/passwd', '=1+1', "' or 1=1 --", '<script>alert(1)</script>'])(
  '%j in place of a text breaks no command',
  async (text) => {
    for (const operation of commands()) {
      if (operation.body === undefined) continue;
      for (const body of withText(operation.body, described.bodyOf(operation, ids), text)) {
        const what = `${operation.row} ${JSON.stringify(body)}`;
        const { status } = await post(operation, JSON.stringify(body));
        expect([what, status >= 200 && status < 500]).toEqual([what, true]);
        if (status < 300 && operation.row in voucherRows) accepted += 1;
      }
    }
  },
);

describe('A query', () => {
  const asked = (operation: Operation, query: string): Promise<Answer> =>
    described.send('get', `${described.address(operation, ids)}?${query}`, described.bearer(operation));

  test.each(['[$ne]=', '[$gt]=', '[]=a', '[constructor][prototype][admin]=1', '[__proto__][admin]=1', '.$where=1'])(
    'that writes %s behind a parameter is refused',
    async (tail) => {
      for (const operation of readings())
        for (const name of operation.asks) expectRefused(`${operation.row} ${name}${tail}`, await asked(operation, `${name}${tail}`));
    },
  );

  test('that gives a parameter twice, or to an object of the language, is refused', async () => {
    for (const operation of readings())
      for (const name of operation.asks) {
        expectRefused(`${operation.row} ${name}`, await asked(operation, `${name}=32&${name}=31`));
        for (const word of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
          expectRefused(`${operation.row} ${word}`, await asked(operation, `${word}=1`));
      }
  });

  test('with a cursor that no page gave is refused', async () => {
    const forged = [null, 'x', '["0",{"$gt":""},"x"]', '{"a":1}', `["${'0'.repeat(12)}",1,"x"]`].map((text) =>
      Buffer.from(String(text)).toString('base64url'),
    );
    for (const operation of readings().filter(({ asks }) => asks.includes('cursor')))
      for (const cursor of [...forged, '%00', '..%2f..', 'A'.repeat(10_000)])
        expectRefused(`${operation.row} ${cursor}`, await asked(operation, `cursor=${cursor}`));
  });
});

test.each([
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '%ff',
  '%ed%a0%80',
  '{"$ne":null}',
  '__proto__',
  'constructor',
  '%0d%0aX-Evil:1',
  'x'.repeat(8_000),
])('an address with %s in place of an id finds nothing and breaks nothing', async (id) => {
  for (const operation of described.operations.filter(({ path }) => path.includes('{'))) {
    for (const name of operation.path.match(/(?<=\{)\w+(?=\})/g) ?? []) {
      const body = operation.verb === 'post' ? JSON.stringify(described.bodyOf(operation, ids)) : undefined;
      const address = described.address(operation, { ...ids, [name]: id });
      const answer = await described.send(operation.verb, address, described.bearer(operation), body);
      expectRefused(`${operation.row} ${address.slice(0, 200)}`, answer);
      expect(answer.headers.get('x-evil')).toBeNull();
    }
  }
});

test('nothing of all this was written but names that may be so, no prototype holds anything, and the node is well', async () => {
  expect(await sizeOfJournal()).toBe(sizeBefore + accepted);
  expect([({} as Json)['admin'], ({} as Json)['roles'], Reflect.get([], 'admin')]).toEqual([undefined, undefined, undefined]);
  expect((await delta.fetch('32', '/health/ready')).status).toBe(200);
});
