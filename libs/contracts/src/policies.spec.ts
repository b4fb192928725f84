/** The packs under policies/ against their JSON Schema, and that schema against the type that code uses. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { packDocument, packSchemaDocument, parseRetention, VoucherPack } from './index.js';

const root = join(__dirname, '../../../policies');
const document = JSON.parse(readFileSync(join(root, 'policy.schema.json'), 'utf8')) as object;
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /voucher[\w-]*\.yaml$/.test(name));
const validate = new Ajv2020({ allErrors: true, strict: true }).compile(document);
const read = (file: string): unknown => parse(readFileSync(join(root, file), 'utf8'));

test('the schema file is the type that code uses, word for word', () => {
  expect(document).toEqual(JSON.parse(JSON.stringify(packSchemaDocument())));
});

test('four provinces have a pack of their own and one of 双创券', () => {
  expect([...files].sort()).toEqual(
    ['31', '32', '33', '34'].flatMap((province) => [`${province}/voucher-shuangchuang.yaml`, `${province}/voucher.yaml`]),
  );
});

describe.each(files)('%s', (file) => {
  const pack = read(file);

  test("satisfies the schema as a stranger's validator reads it, and the type", () => {
    validate(pack);
    expect(validate.errors ?? []).toEqual([]);
    expect(Value.Check(VoucherPack, pack)).toBe(true);
  });

  test('is of the province whose folder it lies in, with shares that sum to one and a last tier without a bound', () => {
    if (!Value.Check(VoucherPack, pack)) throw new Error(`${file} is no pack.`);
    expect(file.startsWith(`${pack.province}/`)).toBe(true);
    expect(pack.split.home.of * pack.split.agency.in + pack.split.agency.of * pack.split.home.in).toBe(
      pack.split.home.in * pack.split.agency.in,
    );
    for (const terms of [pack.subjects.firm, pack.subjects.team]) if (terms) expect(terms.tiers.at(-1)?.belowFen).toBeUndefined();
  });

  test('says of every number that a province decides where it comes from', () => {
    if (!Value.Check(VoucherPack, pack)) throw new Error(`${file} is no pack.`);
    const noted = pack.notes.map(({ field }) => field);
    const spoken = (field: string): boolean => noted.some((note) => note === field || field.startsWith(`${note}.`));
    const decided = [
      'from',
      'modes',
      'claimsPerYear',
      'split',
      'use',
      'redeem',
      'stale',
      'integrityUnknown',
      'files',
      'forbidden',
      ...Object.keys(pack.clocks).map((clock) => `clocks.${clock}`),
      ...Object.keys(pack.subjects).flatMap((kind) =>
        kind === 'firm' ? ['subjects.firm.capFen', 'subjects.firm.tiers'] : ['subjects.team.capFen'],
      ),
      ...(pack.claimCapFen === undefined ? [] : ['claimCapFen']),
      ...(pack.group === undefined ? [] : ['group']),
      ...(['districtReview', 'queue', 'slices'] as const).filter((field) => pack[field] !== undefined),
      ...(pack.classes.includes('*') ? [] : ['classes']),
      ...(pack.statutory === undefined ? [] : ['statutory']),
      ...(pack.stacking === undefined ? [] : ['stacking.most', 'stacking.funded']),
      ...(pack.splitting === undefined ? [] : ['splitting.orders', 'splitting.days', 'splitting.reviewFromFen']),
      ...(pack.returnPaymentDays === undefined ? [] : ['returnPaymentDays']),
      ...(pack.remindWorkingDays === undefined ? [] : ['remindWorkingDays']),
      ...(pack.related === undefined ? [] : ['related.controlShare', 'related.unknown']),
      ...(pack.qualified === undefined ? [] : ['qualified']),
      ...Object.keys(pack.agencies ?? {}).map((each) => `agencies.${each}`),
      ...(pack.shareAsAgency === undefined ? [] : ['shareAsAgency']),
    ];
    expect(decided.filter((field) => !spoken(field))).toEqual([]);
  });
});

test.each(['31', '32', '33', '34'])('%s says how long records with personal data are kept, with a note for each number', (province) => {
  const document = packDocument(readFileSync(join(root, province, 'retention.yaml'), 'utf8'));
  if (!document.ok) throw new Error(document.faults.join());
  const parsed = parseRetention(document.content);
  if (!parsed.ok) throw new Error(parsed.faults.join());
  const { pack } = parsed;
  expect(pack.province).toBe(province);
  expect(pack.notes.map(({ field }) => field)).toEqual(pack.classes.map((each) => each.class));
  // Domain 1.8: the shortest duties that the law knows, in days.
  const least = { 'network-log': 180, entrusted: 3 * 365, 'impact-assessment': 3 * 365, testing: 6 * 365, 'credit-query': 3_650 };
  for (const [name, days] of Object.entries(least))
    expect(pack.classes.find((each) => each.class === name)?.days).toBeGreaterThanOrEqual(days);
  expect(parseRetention({ ...pack, classes: [...pack.classes, pack.classes[0]] })).toMatchObject({ ok: false });
  expect(parseRetention({ ...pack, surprise: 1 })).toMatchObject({ ok: false });
});

test('an unknown field and a missing note are refused', () => {
  const pack = read('32/voucher.yaml') as Record<string, unknown>;
  expect(validate({ ...pack, surprise: 1 })).toBe(false);
  expect(validate({ ...pack, notes: [] })).toBe(false);
});
