// Regions: the four provinces, their cities and the prefix test that addresses and payers rest on.
import { SUBJECT_NAMES } from './classification.js';
import {
  PROVINCES, PROVINCE_CODES, citiesOf, cityOf, identifiers, isInRegion, isProvinceCode, isWithin, provinceOf, regionCode,
} from './index.js';

describe('regions', () => {
  it('Shanghai has 16 districts; Jiangsu 13, Zhejiang 11 and Anhui 16 cities', () => {
    expect(PROVINCE_CODES.map((code) => citiesOf(code).length)).toEqual([16, 13, 11, 16]);
    expect(PROVINCE_CODES.map((code) => PROVINCES[code].name.zh)).toEqual(['上海市', '江苏省', '浙江省', '安徽省']);
  });

  it('every listed city is a region code of its province', () => {
    for (const city of PROVINCE_CODES.flatMap(citiesOf)) {
      expect(regionCode.parse(city.code)).toMatchObject({ ok: true, parts: { province: city.province, city: { code: city.code } } });
    }
  });

  it('a county lies in its city, a Shanghai district only in itself', () => {
    expect(cityOf('330203')?.name.zh).toBe('宁波市');
    expect(cityOf('310115')?.name.zh).toBe('浦东新区');
    expect(cityOf('310199')).toBeUndefined();
  });

  it('the city of a region abroad from the delta is not known, its province is', () => {
    expect(regionCode.parse('440305')).toMatchObject({ ok: true, parts: { provinceName: { en: 'Guangdong' } } });
    expect(provinceOf('440305')).toBeUndefined();
  });

  it.each([
    ['310115', '310000', true], ['310115', '3100', true], ['310115', '31', true], ['330203', '330200', true], ['330203', '3302', true],
    ['330203', '330100', false], ['330203', '330203', true], ['330200', '330203', false], ['320106', '310000', false],
  ])('%s lies in %s: %s', (code, area, expected) => {
    expect(isInRegion(code, area)).toBe(expected);
  });

  it('only four provinces run a node, whatever is asked', () => {
    expect(['31', '32', '33', '34', '35', 31, '', null, 'constructor'].filter(isProvinceCode)).toEqual(['31', '32', '33', '34']);
  });
});

describe('classifications', () => {
  it('GB/T 13745 has 62 first-level subjects', () => {
    expect(SUBJECT_NAMES.size).toBe(62);
  });

  it('a subject names what lies above it and is shown with a dot', () => {
    const parsed = identifiers.subjectCode.parse('520.2010');
    if (!parsed.ok) throw new Error(parsed.message.en);
    expect(parsed).toMatchObject({ value: '5202010', parts: { level: 3, disciplineName: '计算机科学技术', above: ['520', '52020'] } });
    expect(identifiers.subjectCode.format(parsed.value)).toBe('520.2010');
  });

  it('an industry names its section and lies within all that is above it', () => {
    const [testing, services, farming] = ['M7452', 'M74', 'A01'].map((text) => {
      const parsed = identifiers.industryCode.parse(text);
      if (!parsed.ok) throw new Error(parsed.message.en);
      return parsed;
    });
    if (!testing || !services || !farming) throw new Error('three codes were read');
    expect(testing.parts).toMatchObject({ sectionName: { zh: '科学研究和技术服务业' }, division: '74', above: ['M', 'M74', 'M745'] });
    expect(isWithin(testing.value, services.value)).toBe(true);
    expect(isWithin(testing.value, farming.value)).toBe(false);
  });
});
