/** Packs that contradict themselves or follow each other badly, and what their author is told: place, line, and how to mend it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { noteFaults, packFaults, readPack, seriesFaults, voucherContracts, type VoucherPack } from './index.js';

const { pack } = voucherContracts.PolicyAdopted.example;
const firm = pack.subjects.firm!;
const with_ = (more: Partial<VoucherPack>): VoucherPack => ({ ...pack, ...more });
const tiers = (...all: typeof firm.tiers): VoucherPack => with_({ subjects: { firm: { ...firm, tiers: all } } });
const half = { of: 1, in: 2 };

describe('a pack', () => {
  const root = join(__dirname, '../../../policies');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /voucher[\w-]*\.yaml$/.test(name));

  test.each(files)('of policies/%s has no fault, and a note for each value', (file) => {
    expect(readPack(readFileSync(join(root, file), 'utf8')).faults).toEqual([]);
  });

  test.each<[string, VoucherPack, string]>([
    ['V19: its shares sum to more than one', with_({ split: { home: { of: 2, in: 3 }, agency: half } }), '/split'],
    ['V19: its shares sum to less than one', with_({ split: { home: half, agency: { of: 1, in: 3 } } }), '/split'],
    ['V26: a tier pays more than the whole', tiers({ ratio: { of: 3, in: 2 } }), '/subjects/firm/tiers/0/ratio'],
    ['V26: it would pay more than the whole as the other side', with_({ shareAsAgency: { of: 2, in: 1 } }), '/shareAsAgency'],
    [
      'V4: a tier falls behind the one before',
      tiers({ belowFen: 9, ratio: half }, { belowFen: 9, ratio: half }, { ratio: half }),
      '/subjects/firm/tiers/1',
    ],
    ['V4: a tier before the last has no bound', tiers({ ratio: half }, { ratio: half }), '/subjects/firm/tiers/0'],
    ['V4: its last tier ends', tiers({ belowFen: 9, ratio: half }), '/subjects/firm/tiers/0'],
    ['it serves nobody', with_({ subjects: {} }), '/subjects'],
    [
      'an order may get more than a year',
      with_({ subjects: { firm: { ...firm, orderCapFen: firm.capFen + 1 } } }),
      '/subjects/firm/orderCapFen',
    ],
    ['V2: a claim may ask more than a year', with_({ claimCapFen: firm.capFen + 1 }), '/claimCapFen'],
    ['it begins on a day that is none', with_({ from: '2026-02-30' }), '/from'],
    ['it ends before it begins', with_({ until: '2025-08-31' }), '/until'],
    ['V13: its last day is not one of every year', with_({ use: { days: 365, lastDay: '02-29' } }), '/use/lastDay'],
    ['V13: it redeems for a shorter time than it may be used', with_({ redeem: { days: 364, lastDay: '06-30' } }), '/redeem/days'],
    ['no order is possible in it', with_({ modes: { home: [], cross: [] } }), '/modes'],
    ['a word stands twice', with_({ modes: { home: ['tongyong', 'tongyong'], cross: [] } }), '/modes/home/1'],
    ['V14, V15: it pays without an invoice', with_({ files: { tongyong: ['contract'], tongdui: ['invoice'] } }), '/files/tongyong'],
    ['V10: it pays for what it forbids', with_({ classes: ['5', '7'], forbidden: ['7'] }), '/classes/1'],
  ])('is at fault when %s', (_, bad, path) => {
    expect(packFaults(pack)).toEqual([]);
    expect(packFaults(bad)).toEqual([
      expect.objectContaining({ path, needed: { en: expect.any(String) as string, zh: expect.any(String) as string } }),
    ]);
  });

  test('says of every value where it comes from, and of nothing else', () => {
    const fields = [
      'from',
      'modes',
      'subjects',
      'claimsPerYear',
      'split',
      'clocks',
      'use',
      'redeem',
      'stale',
      'integrityUnknown',
      'files',
      'classes',
      'forbidden',
    ];
    const notes = fields.map((field) => ({ field, assumed: true, source: 'test' }));
    expect(noteFaults(with_({ notes }))).toEqual([]);
    expect(noteFaults(with_({ notes: notes.filter(({ field }) => field !== 'split') }))).toMatchObject([
      { path: '/split', seen: 'no note' },
    ]);
    const parts = [...notes.filter(({ field }) => field !== 'stale'), { field: 'stale.afterMs', assumed: true, source: 'test' }];
    expect(noteFaults(with_({ notes: parts }))).toMatchObject([{ path: '/stale/limitFen' }]);
    expect(noteFaults(with_({ notes: [...notes, { field: 'colour', assumed: true, source: 'test' }] }))).toMatchObject([
      { path: '/notes/13/field', seen: 'colour' },
    ]);
    expect(noteFaults(with_({ notes, poolFen: 5 }))).toMatchObject([{ path: '/poolFen' }]);
  });
});

describe('packs of one province and scheme', () => {
  const one = with_({ version: 'one', from: '2025-09-01', until: '2026-08-31' });
  const two = with_({ version: 'two', from: '2026-09-01' });

  test('follow each other day by day, or the earlier has no end', () => {
    expect(seriesFaults([two, one])).toEqual([]);
    expect(seriesFaults([pack, with_({ version: 'later', from: '2026-01-01' })])).toEqual([]);
  });

  test.each<[string, VoucherPack, { readonly version: string; readonly path: string }]>([
    ['begin on one day', with_({ version: 'two', from: '2025-09-01' }), { version: 'one', path: '/from' }],
    ['are both in force on a day', with_({ version: 'two', from: '2026-08-31' }), { version: 'one', path: '/until' }],
    ['leave a day without any', with_({ version: 'two', from: '2026-09-02' }), { version: 'one', path: '/until' }],
    ['bear one version', with_({ version: 'one', from: '2026-09-01' }), { version: 'one', path: '/version' }],
  ])('are at fault when they %s', (_, other, fault) => {
    expect(seriesFaults([one, other])).toEqual([expect.objectContaining(fault)]);
  });
});

describe('a file', () => {
  const text = stringify(pack);
  const lineOf = (part: string): number => text.split('\n').findIndex((line) => line.includes(part)) + 1;
  const told = (changed: string) => readPack(changed).faults.map(({ line, path }) => [line, path]);

  test.each([
    ['a field that nobody knows', text.replace('claimsPerYear: 1', 'claimsPerYear: 1\ncolour: red'), 'claimsPerYear', 1, '/colour'],
    ['a word that is none', text.replace('integrityUnknown: allow', 'integrityUnknown: maybe'), 'integrityUnknown', 0, '/integrityUnknown'],
    ['a fraction of a fen', text.replace('capFen: 10000000', 'capFen: 0.5'), 'capFen', 0, '/subjects/firm/capFen'],
  ])('with %s is told its line', (_, changed, near, below, path) => {
    expect(told(changed)).toContainEqual([lineOf(near) + below, path]);
  });

  test('with several faults is told all of them, each once, in the order of its lines', () => {
    const changed = text
      .replace('integrityUnknown: allow', 'integrityUnknown: maybe')
      .replace('scheme: cxq', 'scheme: 7')
      .replace(/^from: .*\n/m, '');
    const faults = told(changed);
    expect(faults.map(([, path]) => path)).toEqual(['/from', '/scheme', '/integrityUnknown']);
  });

  test.each([
    ['no YAML', 'a: [1,\nb: }', 2],
    ['a key that stands twice', `${text}\nscheme: other\n`, text.split('\n').length + 1],
    ['an alias', 'a: &x [1]\nb: *x\n', 2],
  ])('with %s is told its line and nothing else', (_, changed, line) => {
    const { pack: read, faults } = readPack(changed);
    expect([read, faults[0]?.path]).toEqual([null, '']);
    expect(Math.abs((faults[0]?.line ?? 0) - line)).toBeLessThanOrEqual(1);
  });
});
