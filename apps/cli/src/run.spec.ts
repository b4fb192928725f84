/** The command line itself: what it answers to right and wrong words, in both languages, and what its process ends with. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signedYuan, yuan } from './amounts.js';
import { COMMANDS } from './commands.js';
import { readSettings } from './config.js';
import { EXIT } from './outcome.js';
import { run } from './run.js';
import { table, timeText, widthOf } from './table.js';

const nobody: typeof fetch = async () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
};
const folder = mkdtempSync(join(tmpdir(), 'yrd-cli-'));
const yrd = async (line: string, { env = {}, ask = nobody }: { env?: Record<string, string>; ask?: typeof fetch } = {}) => {
  let [out, err] = ['', ''];
  const io = {
    settings: readSettings({ HOME: folder, ...env }, folder),
    fetch: ask,
    now: () => 0,
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
  };
  const code = await run(
    line.split(' ').filter((each) => each !== ''),
    io,
  );
  return { code, out, err };
};

describe('help', () => {
  test('names every command, and ends with 0', async () => {
    for (const line of ['', '--help', 'help']) {
      const { code, out } = await yrd(line);
      expect(code).toBe(EXIT.ok);
      for (const { path } of COMMANDS) expect(out).toContain(`yrd ${path}`);
    }
  });

  test.each(COMMANDS)('of $path shows examples that begin with it, in both languages', async ({ path, examples, words }) => {
    expect(examples.length).toBeGreaterThan(0);
    for (const { line } of examples) expect(line.startsWith(`yrd ${path.split(' ')[0]!}`)).toBe(true);
    for (const lang of ['zh', 'en'] as const) {
      const { code, out } = await yrd(`${path} --help --lang ${lang}`);
      expect([code, out]).toEqual([EXIT.ok, expect.stringContaining(words[lang])]);
      for (const { line } of examples) expect(out).toContain(line);
    }
  });

  test('is Chinese where LANG says so', async () => {
    expect((await yrd('--help', { env: { LANG: 'zh_CN.UTF-8' } })).out).toContain('退出码');
    expect((await yrd('--help --lang en', { env: { LANG: 'zh_CN.UTF-8' } })).out).toContain('Ends with 0');
  });
});

describe('wrong words end with 2 and say how to mend it:', () => {
  test.each([
    ['dance', /no command "dance"/],
    ['verify proof', /Write yrd verify proof <file>…/],
    ['status --colour red', /colour.*see yrd status --help/],
    ['status --lang fr', /zh or en/],
    ['status --node ftp://x', /no address of a node/],
    ['status', /run npm start in this folder first/],
    ['status --province 31 --province 32', /Give --province once/],
    ['status now', /Write yrd status/],
  ])('yrd %s', async (line, says) => {
    const { code, out, err } = await yrd(line);
    expect([code, out, err]).toEqual([EXIT.usage, '', expect.stringMatching(says)]);
  });

  test('under --json they are JSON as well', async () => {
    const { out, code } = await yrd('status --json');
    expect([code, JSON.parse(out)]).toEqual([2, { error: expect.objectContaining({ exit: 2, zh: expect.any(String) as string }) }]);
  });
});

test('a node that is not there ends the command with 3, a file that is not there with 2', async () => {
  const { code, out } = await yrd('status --node http://nowhere.test');
  expect([code, out]).toEqual([EXIT.unreachable, expect.stringContaining('http://nowhere.test does not answer')]);
  const { code: other, err } = await yrd('verify --node http://nowhere.test --federation nowhere.json');
  expect([other, err]).toEqual([EXIT.usage, expect.stringContaining('nowhere.json cannot be read')]);
});

test('the local federation is found above the working folder, and one province of it can be named', async () => {
  const home = mkdtempSync(join(tmpdir(), 'yrd-home-'));
  writeFileSync(
    join(home, 'addresses.json'),
    JSON.stringify({ issuer: 'http://i.test', nodes: { 31: 'http://31.test', 32: 'http://32.test' } }),
  );
  const asked: string[] = [];
  const ask: typeof fetch = async (input) => {
    asked.push(input as string);
    return nobody(input);
  };
  await yrd('status', { env: { YRD_HOME: home }, ask });
  await yrd('status --province 32', { env: { YRD_HOME: home }, ask });
  expect(asked).toEqual(['http://31.test/v1/status', 'http://32.test/v1/status', 'http://32.test/v1/status']);
  expect((await yrd('status --province 39', { env: { YRD_HOME: home }, ask })).err).toContain('say one of 31, 32');
});

describe('tables', () => {
  test('keep their columns where a Chinese character takes two', () => {
    expect(widthOf('省 a')).toBe(4);
    expect(
      table(
        ['省', 'n'],
        [
          ['上海市', 7],
          ['x', 1_000],
        ],
      ),
    ).toBe('省         n\n上海市     7\nx       1000\n');
  });
  test('show no control character of a ledger to a terminal', () => {
    expect(table(['a'], [['\u001b[31mred\n']])).toBe('a\n [31mred\n');
  });
  test('show fen as yuan and times as Shanghai shows them', () => {
    expect([yuan(123_456_789), yuan(-5), signedYuan(1_200), signedYuan(0)]).toEqual(['1,234,567.89', '-0.05', '+12.00', '0.00']);
    expect(timeText(Date.UTC(2026, 2, 31, 16, 5))).toBe('2026-04-01 00:05');
  });
});

describe('the program itself', () => {
  const root = join(__dirname, '../../..');
  const program = (...words: readonly string[]) =>
    spawnSync(process.execPath, [join(root, 'apps/cli/bin/yrd.mjs'), ...words], {
      encoding: 'utf8',
      cwd: folder,
      env: { HOME: folder, LANG: 'C' },
    });

  beforeAll(() => {
    const built = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'apps/cli'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([built.stdout, built.status]).toEqual(['', 0]);
  }, 300_000);

  test('shows its help and ends with 0; wrong words end with 2, on standard error', () => {
    expect(program('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('yrd status') as string });
    expect(program('dance')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('no command') as string });
  });

  test('ends with 3 where nobody listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(program('status', '--node', `http://127.0.0.1:${port}`)).toMatchObject({ status: 3 });
  });
});
