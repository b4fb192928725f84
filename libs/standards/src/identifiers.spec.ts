// Every identifier: the vectors of the standards, and what all of them promise alike.
import fc from 'fast-check';
import {
  type IdentifierName, type IdentifierReason, IDENTIFIER_REASONS, IDENTIFIER_TEXT_MAX, identifiers, mod11x2, normalise, orcidCheckDigit,
  patentCheckDigit, personId, personIdCheckDigit,
} from './index.js';

const NAMES = Object.keys(identifiers) as IdentifierName[];

/** One valid text of each kind, in canonical form. */
const VALID: Readonly<Record<IdentifierName, readonly string[]>> = {
  uscc: ['91350100M000100Y43', '91310000MAXXXX0150', '12320000MBXXXX027J', '91330000MAXXXX031X'],
  organisationCode: ['M000100Y4', 'MAXXXX015'],
  personId: ['11010519491231002X', '440524188001010014', '34052419800101001X'],
  patentApplication: ['201710601862.3', '202610000001.9', '95115608.X'],
  orcid: ['0000-0002-1825-0097'],
  invoiceNumber: ['26310000000000000001'],
  technologyContract: ['2026310101000001', '26310101000001'],
  regionCode: ['310115', '310000', '320000', '330000', '340000', '330200', '320106', '110105'],
  subjectCode: ['520', '52020', '5202010'],
  industryCode: ['M7452', 'A01', 'I651', 'O80', 'T97'],
  orderNumber: ['CXQ-31-2026-00000001-7'],
  batchNumber: ['QS-3132-202607-0'],
  expertNumber: ['ZJ-33-00000001-0'],
};

const REFUSED: readonly (readonly [IdentifierName, string, IdentifierReason])[] = [
  ['uscc', '91350100M000100Y4Z', 'look-alike'],
  ['uscc', '91350100M000100Y44', 'wrong-check-digit'],
  ['uscc', '9135010OM000100Y43', 'look-alike'],
  ['uscc', '91350100M000100V43', 'bad-character'],
  ['uscc', '91350100M000100Y4', 'wrong-length'],
  ['organisationCode', 'M000100Y5', 'wrong-check-digit'],
  ['organisationCode', 'M000100YA', 'wrong-form'],
  ['personId', '110105194912310021', 'wrong-check-digit'],
  ['personId', '110105194902310029', 'bad-date'],
  ['personId', '990105194912310024', 'unknown-region'],
  ['personId', 'L10105194912310021', 'bad-character'],
  ['personId', '110105491231002', 'wrong-length'],
  ['patentApplication', '201710601862.4', 'wrong-check-digit'],
  ['patentApplication', '201770601862.3', 'unknown-kind'],
  ['patentApplication', '199910601862.3', 'bad-date'],
  ['patentApplication', '2017106O1862.3', 'look-alike'],
  ['orcid', '0000-0002-1825-0098', 'wrong-check-digit'],
  ['orcid', '0000-0002-1825-009', 'wrong-length'],
  ['invoiceNumber', '2631000000000000001', 'wrong-length'],
  ['invoiceNumber', '26010000000000000001', 'unknown-region'],
  ['invoiceNumber', '2631000000000000000I', 'look-alike'],
  ['technologyContract', '2026990101000001', 'unknown-region'],
  ['technologyContract', '1926310101000001', 'bad-date'],
  ['technologyContract', '202631010100001', 'wrong-length'],
  ['regionCode', '319999', 'unknown-region'],
  ['regionCode', '329901', 'unknown-region'],
  ['regionCode', '990000', 'unknown-region'],
  ['subjectCode', '52', 'wrong-length'],
  ['subjectCode', '999', 'unknown-kind'],
  ['industryCode', 'U10', 'unknown-kind'],
  ['industryCode', 'M10', 'unknown-kind'],
  ['industryCode', '7452', 'wrong-form'],
  ['orderNumber', 'CXQ-31-2026-00000001-X', 'wrong-check-digit'],
  ['batchNumber', 'QS-3132-202613-4', 'bad-date'],
  ['expertNumber', 'QQ-33-00000001-0', 'wrong-form'],
];

const wide = (text: string): string => text.replace(/[!-~]/g, (narrow) => String.fromCharCode(narrow.charCodeAt(0) + 0xfee0));

describe.each(NAMES)('the identifier %s', (name) => {
  const identifier = identifiers[name];
  const parse = (text: unknown): ReturnType<typeof identifier.parse> => identifier.parse(text);

  it.each(VALID[name])('accepts %s and keeps it as it is', (text) => {
    expect(parse(text)).toMatchObject({ ok: true, value: text });
  });

  it('reads lower case, blanks around and full-width forms as the same identifier', () => {
    for (const text of VALID[name]) expect(parse(` \u3000${wide(text.toLowerCase())}\t`)).toMatchObject({ ok: true, value: text });
  });

  it('refuses, and never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 40 })), (given) => {
      const parsed = parse(given);
      if (!parsed.ok) expect(IDENTIFIER_REASONS).toContain(parsed.reason);
      else expect(parse(parsed.value)).toEqual(parsed);
    }));
    expect(parse(undefined)).toMatchObject({ ok: false, reason: 'not-text' });
    expect(parse(Number(String(VALID[name][0]).replace(/\D/g, '')))).toMatchObject({ ok: false, reason: 'not-text' });
    expect(parse('  ')).toMatchObject({ ok: false, reason: 'empty' });
    expect(parse(`${' '.repeat(IDENTIFIER_TEXT_MAX)}${VALID[name][0]}`)).toMatchObject({ ok: false, reason: 'wrong-length' });
  });

  it('says in both languages which identifier is wrong, without repeating what was typed', () => {
    const typed = `${VALID[name][0]}9`;
    const parsed = parse(typed);
    if (parsed.ok) throw new Error(`${typed} should be refused`);
    expect(parsed.message.zh).toContain(identifier.name.zh);
    expect(parsed.message.en).toContain(identifier.name.en);
    expect(parsed.message.en).not.toContain(typed);
  });
});

describe('a wrong identifier', () => {
  it.each(REFUSED)('%s %s is refused: %s', (name, text, reason) => {
    expect(identifiers[name].parse(text)).toMatchObject({ ok: false, reason });
  });

  it('with the letter O for a nought is not repaired; the place and the digit meant are named', () => {
    const parsed = identifiers.uscc.parse('9135O100M000100Y43');
    expect(parsed).toMatchObject({ ok: false, reason: 'look-alike', position: 5 });
    if (!parsed.ok) expect(parsed.message.zh).toContain('第 5 位是字母 O');
  });

  it('with a letter that only the language\'s own upper-casing would turn into I or S stays wrong', () => {
    expect(normalise('ıſß')).toBe('ıſß');
  });
});

describe('what an identifier says', () => {
  it('a person\'s number gives birth date and sex, and is shown masked', () => {
    const parsed = personId.parse('34052419800101001x');
    if (!parsed.ok) throw new Error(parsed.message.en);
    expect(parsed.parts).toEqual({ region: '340524', birthDate: '1980-01-01', sex: 'male' });
    expect(personId.format(parsed.value)).toBe('340***********001X');
  });

  it('a residence permit of a person from Taiwan is read like a citizen\'s number', () => {
    const first17 = '83000019900101001';
    expect(personId.parse(first17 + personIdCheckDigit(first17)).ok).toBe(true);
  });

  it.each([
    ['201710601862.3', { form: 'since-2003', year: 2017, right: 'invention', international: false, sequence: '0601862' }],
    ['ZL95115608.X', { form: 'before-2003', year: 1995, right: 'invention', international: false, sequence: '15608' }],
    ['CN 2017106018623', { form: 'since-2003', year: 2017 }],
  ])('the patent application %s', (text, parts) => {
    expect(identifiers.patentApplication.parse(text)).toMatchObject({ ok: true, parts });
  });

  it('an ORCID is accepted as an address and without hyphens', () => {
    for (const text of ['https://orcid.org/0000-0002-1825-0097', '0000000218250097']) {
      expect(identifiers.orcid.parse(text)).toMatchObject({ ok: true, value: '0000-0002-1825-0097' });
    }
  });

  it('an invoice names its tax region, but a city planned on its own is not refused for having a code outside GB/T 2260', () => {
    expect(identifiers.invoiceNumber.parse('26310000000000000001')).toMatchObject({ parts: { year: 2026, taxRegionName: { zh: '上海市' } } });
    expect(identifiers.invoiceNumber.parse('26950000000000000001')).toMatchObject({ ok: true, parts: { taxRegion: '95' } });
  });

  it('both forms of a technology contract number say the same', () => {
    const parts = { year: 2026, province: '31', city: '01', registry: '01', sequence: '000001' };
    expect(identifiers.technologyContract.parse('2026310101000001')).toMatchObject({ parts: { form: '16', ...parts } });
    expect(identifiers.technologyContract.parse('26310101000001')).toMatchObject({ parts: { form: '14', ...parts } });
  });
});

describe('check digits', () => {
  it('MOD 11-2 gives what the weights of GB 11643 give', () => {
    const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const seventeen = fc.stringMatching(/^\d{17}$/);
    fc.assert(fc.property(seventeen, (digits) => {
      const sum = weights.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
      expect(mod11x2(digits)).toBe('10X98765432'.charAt(sum % 11));
    }));
  });

  it('MOD 11-2 detects every wrong digit and every swap of neighbours', () => {
    fc.assert(fc.property(fc.stringMatching(/^\d{2,20}$/), fc.nat(), fc.integer({ min: 1, max: 9 }), (digits, at, step) => {
      const index = at % digits.length;
      const wrong = digits.slice(0, index) + String((Number(digits[index]) + step) % 10) + digits.slice(index + 1);
      expect(mod11x2(wrong)).not.toBe(mod11x2(digits));
      const next = (index + 1) % digits.length;
      if (next === 0 || digits[index] === digits[next]) return;
      const swapped = digits.slice(0, index) + digits.charAt(next) + digits.charAt(index) + digits.slice(next + 1);
      expect(mod11x2(swapped)).not.toBe(mod11x2(digits));
    }));
  });

  it('are computed for digits only, and over the right number of them', () => {
    expect(() => mod11x2('12A')).toThrow('is not a digit');
    expect(() => patentCheckDigit('123')).toThrow('12 characters');
    expect(orcidCheckDigit('000000021825009')).toBe('7');
  });
});
