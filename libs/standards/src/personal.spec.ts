// Personal fields are shown masked, and recognised where they must not be.
import fc from 'fast-check';
import { emailAddress, masked, maskName, personalIn, personIdCheckDigit, phoneNumber } from './index.js';

describe('Masks', () => {
  it.each([
    ['name', '张三', '张*'],
    ['name', '王小明', '王**'],
    ['name', '买买提·吐尔逊江', '买***'],
    ['name', '𠮷', '𠮷*'],
    ['idNumber', '31010519491231001X', '310***********001X'],
    ['phone', '13812345678', '138****5678'],
    ['phone', '02112345678', '021****5678'],
    ['email', 'zhang.san@example.com', 'z***@example.com'],
    ['address', '某路 1 号', '***'],
    ['constructor', 'x', '***'],
  ])('%s %s is shown as %s', (field, value, shown) => {
    expect(masked(field, value)).toBe(shown);
  });

  it('of a name show one character, whatever the name', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 2, maxLength: 30 }), (name) => [...maskName(name)].length <= 4));
  });
});

describe('Contacts', () => {
  it.each([
    ['13812345678', '13812345678', true],
    [' +86 138-1234-5678 ', '13812345678', true],
    ['０２１-12345678', '02112345678', false],
    ['0551 1234567', '05511234567', false],
  ])('the telephone number %s is %s', (text, value, mobile) => {
    expect(phoneNumber.parse(text)).toEqual({ ok: true, value, parts: { mobile } });
  });

  it.each([['12812345678'], ['1381234567'], ['138123456789'], ['no'], [''], [12], [null]])('%j is no telephone number', (text) => {
    expect(phoneNumber.parse(text)).toMatchObject({ ok: false });
  });

  it('an e-mail address keeps its capitals and its domain', () => {
    expect(emailAddress.parse(' Zhang.San@Example.com ')).toMatchObject({
      ok: true,
      value: 'Zhang.San@Example.com',
      parts: { domain: 'Example.com' },
    });
    for (const text of ['zhang', 'a@b', 'a b@c.cn', 'a@@c.cn', '<a@c.cn>', 7])
      expect(emailAddress.parse(text)).toMatchObject({ ok: false });
  });

  it('refusals never repeat what was typed', () => {
    for (const parse of [phoneNumber.parse, emailAddress.parse]) expect(JSON.stringify(parse('13800000000x'))).not.toContain('13800000000');
  });
});

describe('What is recognised in a text', () => {
  it.each([
    ['11010519491231002X', 'id-number'],
    ['联系人证件 11010519491231002x。', 'id-number'],
    ['110105 1949 1231 002X', 'id-number'],
    ['１１０１０５１９４９１２３１００２Ｘ', 'id-number'],
    ['请联系13812345678办理', 'mobile-phone'],
    ['+86 138-1234-5678', 'mobile-phone'],
    ['8613812345678', 'mobile-phone'],
    ['6222 0212 3456 7890 128', 'bank-card'],
    ['4111111111111111', 'bank-card'],
    ['写信至 zhang.san@example.com，谢谢', 'email'],
  ])('in %s: %s', (text, kind) => {
    expect(personalIn(text)).toBe(kind);
  });

  it.each([
    ['110105194912310021'],
    ['91350100M000100Y43'],
    ['CXQ-32-2026-00000001-X'],
    ['26310000000000000001'],
    ['2026310101000001'],
    ['0f3c5a9b1d2e4f60718293a4b5'],
    ['a'.repeat(64)],
    ['1'.repeat(26)],
    ['e13812345678f'],
    ['国办发明电〔2025〕7号'],
    ['2026-01-05 2026-02-07'],
    ['图纸 @ 第 3 版'],
    ['6222021234567890129'],
    [''],
  ])('nothing in %s', (text) => {
    expect(personalIn(text)).toBeNull();
  });

  it('every identity number of this century and the last, wherever it stands in a sentence', () => {
    const region = fc.constantFrom('310101', '320102', '330106', '340103', '110105');
    const day = fc.date({ min: new Date('1930-01-01'), max: new Date('2025-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(region, day, fc.integer({ min: 0, max: 999 }), (where, born, order) => {
        const first = where + born.toISOString().slice(0, 10).replaceAll('-', '') + String(order).padStart(3, '0');
        expect(personalIn(`经办人（${first}${personIdCheckDigit(first)}）已到场`)).toBe('id-number');
      }),
    );
  });

  it('costs a text without digits next to nothing, and a hostile one little', () => {
    for (const text of ['1 '.repeat(50_000), '1-'.repeat(50_000), 'a@'.repeat(50_000), '@'.repeat(100_000)]) personalIn(text);
  });
});
