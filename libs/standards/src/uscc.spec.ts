// The unified social credit code: what its check digits detect, and what the code says about who registered whom.
import fc from 'fast-check';
import { composeUscc, organisationCheckDigit, organisationCode, uscc, usccCheckDigit } from './index.js';

const CODE = '91350100M000100Y43';
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

describe('the check digits of 91350100M000100Y43', () => {
  it('detect all 540 errors in one character', () => {
    const wrong = [...CODE].flatMap((right, index) => [...ALPHABET].filter((other) => other !== right)
      .map((other) => CODE.slice(0, index) + other + CODE.slice(index + 1)));
    expect(wrong).toHaveLength(540);
    expect(wrong.filter((text) => uscc.parse(text).ok)).toEqual([]);
    // The outer check digit alone sees them all; the inner one is a second witness.
    expect(wrong.filter((text) => usccCheckDigit(text.slice(0, 17)) === text.charAt(17))).toEqual([]);
  });

  it('detect all 13 swaps of neighbours that differ', () => {
    const swapped = [...CODE].slice(1)
      .map((next, index) => CODE.slice(0, index) + next + CODE.charAt(index) + CODE.slice(index + 2))
      .filter((text) => text !== CODE);
    expect(swapped).toHaveLength(13);
    expect(swapped.filter((text) => uscc.parse(text).ok)).toEqual([]);
    expect(swapped.filter((text) => usccCheckDigit(text.slice(0, 17)) === text.charAt(17))).toEqual([]);
  });

  it('a sum divisible by 31 gives 0', () => {
    expect(usccCheckDigit('91310000MAXXXX015')).toBe('0');
  });

  it('a fitting outer check digit does not excuse a wrong organisation code inside', () => {
    const first17 = '91350100M000100Y5';
    expect(uscc.parse(first17 + usccCheckDigit(first17))).toMatchObject({ ok: false, reason: 'wrong-check-digit' });
  });
});

describe('what a code says', () => {
  it('an enterprise registered in Fuzhou', () => {
    expect(uscc.parse(CODE)).toMatchObject({
      parts: { registrant: '91', registrantName: { zh: '企业' }, registeredAt: '350100', organisationCode: 'M000100Y4' },
    });
  });

  it('100000 as authority is the nation; a region that does not exist and an unknown department are refused', () => {
    expect(uscc.parse(composeUscc({ registrant: '12', registeredAt: '100000', body: 'MBXXXX02' })).ok).toBe(true);
    expect(() => composeUscc({ registrant: '91', registeredAt: '990000', body: 'MAXXXX01' })).toThrow('GB/T 2260');
    expect(() => composeUscc({ registrant: '91', registeredAt: '31000A', body: 'MAXXXX01' })).toThrow('position 8');
    expect(() => composeUscc({ registrant: 'B1', registeredAt: '310000', body: 'MAXXXX01' })).toThrow('registering department');
  });

  it('the organisation code is read with its hyphen and shown with it', () => {
    const parsed = organisationCode.parse('m000100y-4');
    if (!parsed.ok) throw new Error(parsed.message.en);
    expect(parsed.value).toBe('M000100Y4');
    expect(organisationCode.format(parsed.value)).toBe('M000100Y-4');
    expect(organisationCheckDigit('MAXXXX01')).toBe('5');
  });

  it('every composed code is read back with the parts it was composed of', () => {
    const body = fc.array(fc.constantFrom(...ALPHABET), { minLength: 8, maxLength: 8 }).map((letters) => letters.join(''));
    const registrants = fc.constantFrom('11', '12', '52', '91', '92', '93');
    const regions = fc.constantFrom('310000', '320100', '330200', '340100');
    fc.assert(fc.property(registrants, regions, body, (registrant, registeredAt, text) => {
      const parsed = uscc.parse(composeUscc({ registrant, registeredAt, body: text }));
      expect(parsed).toMatchObject({ ok: true, parts: { registrant, registeredAt } });
    }));
  });
});
