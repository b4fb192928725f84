/** The command line against whole nodes: what it shows, what it checks without believing them, and how it ends. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessRegister } from '@yrd/access-register';
import { EXIT } from '@yrd/cli';
import { RunningDelta } from '@yrd/platform/testing';
import { voucherClearing } from '@yrd/voucher-clearing';
import { openMarket, startDelta } from '@yrd/voucher-clearing/testing';
import { CommandLine, type Change, type Ended, type Given } from '../testing/command-line.js';

let delta: RunningDelta;
let commands: CommandLine;

beforeAll(async () => {
  delta = await startDelta(['31', '32', '33', '34'], [accessRegister]);
  await openMarket(delta, new Date(delta.nowMs).getUTCFullYear());
  commands = new CommandLine(delta);
}, 60_000);
afterAll(async () => {
  await delta.stop();
  commands.close();
});

const yrd = (line: string, given: Given = {}) => commands.run(line, given);

const NODES = ['31', '32', '33', '34'].map((each) => `--node http://${each}.test`).join(' ');

describe('yrd status', () => {
  test('shows four nodes with every journal, and ends with 0', async () => {
    await delta.until(async () => (await yrd(`status ${NODES} --json`)).code === EXIT.ok);
    const { out } = await yrd(`status ${NODES}`);
    expect(out).toMatch(/^node\s+name\s+address/);
    for (const journal of ['31/access', '31/voucher', '34/voucher']) expect(out).toContain(journal);
    expect(out).toContain('Nothing needs a hand.');
    expect((await yrd(`status ${NODES} --lang zh`)).out).toContain('无需处理的事项');
  });

  test('ends with 3 where a node does not answer, and still shows the others', async () => {
    const { code, out } = await yrd(`status --node http://31.test --node http://nowhere:1`);
    expect(code).toBe(EXIT.unreachable);
    expect(out).toContain('http://nowhere:1 does not answer');
    expect(out).toContain('31/voucher');
  });

  test('finds two nodes that hold one journal at one size under two roots, and ends with 1', async () => {
    const lie: Change = (path, bytes) => {
      const status = JSON.parse(Buffer.from(bytes).toString()) as {
        province: string;
        contexts: { journals: { journal: string; root: string }[] }[];
      };
      if (path !== '/v1/status' || status.province !== '32') return bytes;
      for (const journal of status.contexts.flatMap(({ journals }) => journals))
        if (journal.journal === '31/voucher') journal.root = 'f'.repeat(64);
      return Buffer.from(JSON.stringify(status));
    };
    await delta.until(async () => (await yrd(`status ${NODES} --json`, { change: lie })).out.includes('divergence'));
    const { code, out } = await yrd(`status ${NODES}`, { change: lie });
    expect([code, out.includes('31/voucher at size')]).toEqual([EXIT.finding, true]);
  });
});

describe('yrd verify', () => {
  const verify = (more = '', change?: Change) =>
    yrd(`verify 31/voucher --node http://32.test --federation ${commands.federation} ${more}`.trim(), change ? { change } : {});

  test('hashes every leaf of a journal to the signed and cosigned root, and finds it continued the next time', async () => {
    const first = await verify('--json');
    expect([first.code, first.err, first.told()]).toEqual([
      EXIT.ok,
      '',
      [expect.objectContaining({ journal: '31/voucher', continues: null, faults: [], cosigners: expect.arrayContaining(['32']) })],
    ]);
    const [{ size }] = first.told() as [{ size: number }];
    const again = await verify('--json');
    expect(again.told()).toEqual([expect.objectContaining({ continues: size, faults: [] })]);
    expect((await verify()).out).toMatch(/31\/voucher .* good\n/);
  });

  test.each<[string, string, Change]>([
    [
      'a leaf changed',
      'root',
      (path, bytes) => (path.includes('/tile/entries/') ? bytes.map((each, at) => (at === 40 ? each ^ 1 : each)) : bytes),
    ],
    ['entries left out', 'leaf', (path, bytes) => (path.includes('/tile/entries/') ? bytes.slice(0, -3) : bytes)],
    [
      'a root that nobody signed',
      'unsigned',
      (path, bytes) =>
        path.endsWith('/checkpoint')
          ? Buffer.from(
              Buffer.from(bytes)
                .toString()
                .replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${'A'.repeat(43)}=\n`),
            )
          : bytes,
    ],
    [
      'another journal in its place',
      'checkpoint',
      (path, bytes) => (path.endsWith('/checkpoint') ? Buffer.from(Buffer.from(bytes).toString().replaceAll('/31/', '/33/')) : bytes),
    ],
    [
      'cosignatures that nobody made',
      'cosignatures',
      (path, bytes) => (path.includes('/proof/') ? Buffer.from(Buffer.from(bytes).toString().replaceAll('/witness/', '/w1tness/')) : bytes),
    ],
  ])('ends with 1 and names the fault where it is served %s', async (_, kind, change) => {
    const { code, told } = await verify('--json --forget', change);
    expect([code, told()]).toEqual([
      EXIT.finding,
      [expect.objectContaining({ faults: expect.arrayContaining([expect.objectContaining({ kind })]) })],
    ]);
  });

  test('finds a past that was rewritten, and a journal that became shorter, by a checkpoint that was kept', async () => {
    const [{ note, size }] = (await verify('--json --forget')).told() as [{ note: string; size: number }];
    const kept = join(commands.folder, 'kept.note');
    const findsWith = async (text: string): Promise<unknown> => {
      writeFileSync(kept, text);
      return (await verify(`--json --older ${kept}`)).told();
    };
    const faults = (kind: string) => [expect.objectContaining({ faults: [expect.objectContaining({ kind })] })];
    expect(await findsWith(note)).toEqual([expect.objectContaining({ continues: size, faults: [] })]);
    expect(await findsWith(note.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${'A'.repeat(43)}=\n`))).toEqual(faults('rewritten'));
    expect(await findsWith(note.replace(/\n\d+\n/, '\n99999999\n'))).toEqual(faults('shrunk'));
  });

  test('remembers under the identity key: another federation of the same names is told of, and is no rewritten history', async () => {
    expect((await verify('--json')).told()).toEqual([expect.objectContaining({ faults: [] })]);
    const other = await RunningDelta.start(['31', '32', '33', '34'], { contexts: [voucherClearing, accessRegister], seed: 12 });
    const elsewhere = new CommandLine(other, commands.folder);
    try {
      // A node that has just begun serves nothing of a neighbour's journal before it has heard of it.
      await other.until(async () => (await other.fetch('32', '/log/31/voucher/checkpoint')).status === 200);
      const again = (): Promise<Ended> =>
        elsewhere.run(`verify 31/voucher --node http://32.test --federation ${elsewhere.federation} --json`);
      const first = await again();
      expect([first.told(), first.err]).toEqual([
        [expect.objectContaining({ continues: null, faults: [] })],
        expect.stringContaining('was checked before under another identity key'),
      ]);
      expect([(await again()).told(), (await again()).err]).toEqual([
        [expect.objectContaining({ continues: expect.any(Number), faults: [] })],
        '',
      ]);
    } finally {
      elsewhere.close();
      await other.stop();
    }
    // Neither took the other's place.
    const back = await verify('--json');
    expect([back.told(), back.err]).toEqual([[expect.objectContaining({ continues: expect.any(Number), faults: [] })], '']);
  }, 30_000);

  test('without keys from elsewhere than the node ends with 2 and says why', async () => {
    const { code, err } = await yrd('verify --node http://31.test');
    expect([code, err]).toEqual([EXIT.usage, expect.stringContaining('--federation')]);
  });
});

describe('yrd verify proof', () => {
  test('checks one kept proof offline, and refuses it once a byte was changed', async () => {
    const file = join(commands.folder, 'entry.tlog-proof');
    let proof = '';
    await delta.until(async () => {
      const answer = await delta.fetch('31', '/log/31/voucher/proof/2');
      proof = await answer.text();
      return answer.status === 200;
    });
    writeFileSync(file, proof);
    const good = await yrd(`verify proof ${file} --federation ${commands.federation}`);
    expect([good.code, good.out]).toEqual([EXIT.ok, `${file}: 1 proven, 0 not\n`]);
    writeFileSync(file, proof.replace('index 2', 'index 1'));
    expect((await yrd(`verify proof ${file} --federation ${commands.federation} --json`)).code).toBe(EXIT.finding);
  });

  test('checks an export of the audit, record by record', async () => {
    const file = join(commands.folder, 'audit.ndjson');
    const day = new Date(delta.nowMs + 8 * 3_600_000).toISOString().slice(0, 10);
    const auditor = { who: { province: '32', role: 'auditor' } };
    const exporting = `export audit --node http://32.test --from ${day} --to ${day} --out ${file}`;
    // Proofs need two other provinces, whose cosignatures are two heartbeats behind.
    await delta.until(async () => (await yrd(exporting, auditor)).code === EXIT.ok);
    const { code, out } = await yrd(`verify proof ${file} --federation ${commands.federation}`);
    expect([code, out]).toEqual([EXIT.ok, expect.stringMatching(/: [1-9]\d* proven, 0 not\n$/)]);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"row":"\w+"/, '"row":"ReadOrder"'));
    expect((await yrd(`verify proof ${file} --federation ${commands.federation}`)).code).toBe(EXIT.finding);
  });
});
