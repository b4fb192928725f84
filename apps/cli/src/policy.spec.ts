/** Policy packs on the command line: every fault with its line, and what changes for whom. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from './config.js';
import { EXIT } from './outcome.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'yrd-cli-'));
const packs = join(__dirname, '../../../policies');
const text = readFileSync(join(packs, '31/voucher.yaml'), 'utf8');
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const yrd = async (...words: readonly string[]) => {
  let out = '';
  const io = {
    settings: readSettings({}, folder),
    fetch,
    now: () => 0,
    out: (said: string) => void (out += said),
    err: () => undefined,
  };
  return {
    code: await run(words, io),
    get out() {
      return out;
    },
  };
};

describe('yrd policy check', () => {
  test('of the packs in use finds nothing and ends with 0', async () => {
    const all = ['31', '32', '33', '34'].flatMap((each) =>
      ['voucher', 'voucher-shuangchuang', 'retention'].map((name) => join(packs, each, `${name}.yaml`)),
    );
    const { code, out } = await yrd('policy', 'check', ...all);
    expect([code, out]).toEqual([EXIT.ok, '12 files, 0 faults.\n']);
  });

  test('tells every fault with its line and how to mend it, and ends with 1', async () => {
    const bad = file(
      'bad.yaml',
      text
        .replace('home: { of: 1, in: 1 }', 'home: { of: 1, in: 2 }')
        .replace('days: 540', 'days: 5')
        .replace('  - { field: until', '  - { field: untill'),
    );
    const line = (part: string): number =>
      readFileSync(bad, 'utf8')
        .split('\n')
        .findIndex((each) => each.includes(part)) + 1;
    const { code, out } = await yrd('policy', 'check', bad);
    expect(code).toBe(EXIT.finding);
    expect(out).toContain(
      `${bad}:${line('split:')} /split: {"home":{"of":1,"in":2},"agency":{"of":0,"in":1}}; needed: shares that sum to one (V19)\n`,
    );
    expect(out).toContain(`${bad}:${line('redeem:')} /redeem/days: 5; needed: at least as long as the use window, 365 days (V13)\n`);
    expect(out).toContain(`${bad}:${line('until:')} /until: no note; needed: a note`);
    expect(out).toContain('1 files, 4 faults.');
    expect((await yrd('policy', 'check', bad, '--lang', 'zh')).out).toContain('应为：份额之和为一（V19）');
  });

  test('of several files finds days on which two are in force, or none', async () => {
    const first = file('first.yaml', text.replace('until: "2030-08-31"', 'until: "2026-08-31"'));
    const later = (from: string): string =>
      file('later.yaml', text.replace('31-cxq-2025.1', '31-cxq-2026.1').replace('from: "2025-09-01"', `from: "${from}"`));
    expect((await yrd('policy', 'check', first, later('2026-09-01'))).code).toBe(EXIT.ok);
    expect((await yrd('policy', 'check', first, later('2026-08-01'))).out).toContain('an end before 31-cxq-2026.1 begins on 2026-08-01');
    expect((await yrd('policy', 'check', first, later('2026-10-01'))).out).toContain('no days without a pack');
  });
});

describe('yrd policy diff', () => {
  test('says which rule changes from what to what, and for whom', async () => {
    const draft = file(
      'draft.yaml',
      text
        .replace('- { ratio: { of: 1, in: 2 } }', '- { belowFen: 1000000, ratio: { of: 1, in: 1 } }\n      - { ratio: { of: 3, in: 5 } }')
        .replace('capFen: 30000000', 'capFen: 20000000')
        .replace('accept: { days: 5, unit: working }', 'accept: { days: 7, unit: calendar }')
        .replace('31-cxq-2025.1', '31-cxq-2026.1')
        .replace('claimsPerYear: 1\n', 'claimsPerYear: 1\npoolFen: 5000000000\n'),
    );
    const { code, out } = await yrd('policy', 'diff', join(packs, '31/voucher.yaml'), draft);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/V3, V4\s+cap of a year, enterprises\s+300,000.00 yuan\s+200,000.00 yuan\s+enterprises of the province\n/);
    expect(out).toMatch(/V4\s+subsidy ratio, enterprises\s+1\/2 \(50%\)\s+below 10,000.00 yuan 1\/1 \(100%\), 3\/5 \(60%\)/);
    expect(out).toMatch(/V12\s+time to accept an order\s+5 working days\s+7 days\s+agencies/);
    expect(out).toMatch(/V4, V27\s+money of the scheme in a year\s+none\s+50,000,000.00 yuan/);
    const { out: told } = await yrd('policy', 'diff', join(packs, '31/voucher.yaml'), draft, '--json');
    expect((JSON.parse(told) as { field: string }[]).map(({ field }) => field).sort()).toEqual([
      'clocks.accept',
      'poolFen',
      'subjects.firm.capFen',
      'subjects.firm.tiers',
      'version',
    ]);
  });

  test('says so where nothing that decides differs, and refuses what is no pack', async () => {
    const noted = file('noted.yaml', text.replace('inferred from W1"', 'from the gazette"'));
    expect((await yrd('policy', 'diff', join(packs, '31/voucher.yaml'), noted)).out).toBe('Nothing that decides differs.\n');
    expect((await yrd('policy', 'diff', noted, file('none.yaml', 'a: 1\n'))).code).toBe(EXIT.usage);
  });
});
