// Administrative regions (GB/T 2260): the four provinces of the delta with their cities, and the prefixes of the whole country.
import { DIGITS } from './check-digits.js';
import { type Bilingual, type Identifier, type Parsed, foreignCharacter, readText, unknownRegion, wrongLength } from './parsed.js';
import { DELTA_CITIES, NATIONAL_PREFIXES, SHANGHAI_DISTRICTS } from './regions-data.js';

export type RegionCode = string & { readonly kind: 'region' };

/** The four provinces that run a node, as the first two digits of GB/T 2260. */
export const PROVINCE_CODES = ['31', '32', '33', '34'] as const;
export type ProvinceCode = (typeof PROVINCE_CODES)[number];

export interface Province {
  readonly code: ProvinceCode;
  readonly name: Bilingual;
  /** One-character abbreviation, for dense tables. */
  readonly abbreviation: string;
}

/** A prefecture-level city of Jiangsu, Zhejiang or Anhui (code XXYY00), or a district of Shanghai. */
export interface City {
  /** Six digits of GB/T 2260. */
  readonly code: string;
  readonly province: ProvinceCode;
  readonly name: Bilingual;
}

export const PROVINCES: Readonly<Record<ProvinceCode, Province>> = {
  31: { code: '31', name: { zh: '上海市', en: 'Shanghai' }, abbreviation: '沪' },
  32: { code: '32', name: { zh: '江苏省', en: 'Jiangsu' }, abbreviation: '苏' },
  33: { code: '33', name: { zh: '浙江省', en: 'Zhejiang' }, abbreviation: '浙' },
  34: { code: '34', name: { zh: '安徽省', en: 'Anhui' }, abbreviation: '皖' },
};

export interface RegionParts {
  readonly provinceName: Bilingual;
  /** The node's province when the region lies in the delta. */
  readonly province: ProvinceCode | undefined;
  /** The city or Shanghai district, when the code goes that deep and lies in the delta. */
  readonly city: City | undefined;
}

export function isProvinceCode(value: unknown): value is ProvinceCode {
  return PROVINCE_CODES.some((code) => code === value);
}

/** Name of the province-level region that a code of 2 or more digits begins with, anywhere in the country. */
export function nationalPrefixName(code: string): Bilingual | undefined {
  return NATIONAL_PREFIXES.get(code.slice(0, 2));
}

/** The delta province that a region code lies in, or undefined. */
export function provinceOf(code: string): ProvinceCode | undefined {
  const prefix = code.slice(0, 2);
  return isProvinceCode(prefix) ? prefix : undefined;
}

/**
 * GB/T 2260 prefix test: whether `code` is `area` or lies in it.
 * `area` of 2, 4 or 6 digits may end in the zeros of a whole province or city.
 */
export function isInRegion(code: string, area: string): boolean {
  return code.startsWith(area.replace(/^(\d\d)(00){1,2}$/, '$1').replace(/^(\d{4})00$/, '$1'));
}

const CITIES: ReadonlyMap<string, City> = new Map([...SHANGHAI_DISTRICTS, ...DELTA_CITIES].map(([digits, zh, en]) => {
  const code = digits.padEnd(6, '0');
  const province = provinceOf(code);
  if (!province) throw new RangeError(`City ${code} lies in none of the four provinces; mend the table of cities.`);
  return [code, { code, province, name: { zh, en } }];
}));

/** Cities (in Shanghai: districts) of one province in the order of their codes. */
export function citiesOf(province: ProvinceCode): readonly City[] {
  return [...CITIES.values()].filter((city) => city.province === province);
}

/** The city or Shanghai district that a six-digit code lies in. */
export function cityOf(code: string): City | undefined {
  return CITIES.get(code) ?? CITIES.get(`${code.slice(0, 4)}00`);
}

function parseRegion(text: unknown): Parsed<RegionCode, RegionParts> {
  const code = readText(regionCode, text);
  if (typeof code !== 'string') return code;
  if (code.length !== 6) return wrongLength(regionCode);
  const foreign = foreignCharacter(regionCode, code, DIGITS);
  if (foreign) return foreign;
  const provinceName = nationalPrefixName(code);
  if (!provinceName) return unknownRegion(regionCode);
  const province = provinceOf(code);
  const city = cityOf(code);
  // 310000 and its formal 310100 (市辖区) name Shanghai as a whole; elsewhere a whole province ends in four zeros.
  const whole = code.endsWith('0000') || code === '310100';
  if (province && !city && !whole) return unknownRegion(regionCode);
  return { ok: true, value: code as RegionCode, parts: { provinceName, province, city } };
}

/** 行政区划代码. Inside the delta the city (in Shanghai the district) must exist; elsewhere only the province is tested. */
export const regionCode: Identifier<RegionCode, RegionParts> = {
  name: { zh: '行政区划代码', en: 'The region code' },
  form: { zh: '6 位数字，如 310115', en: '6 digits, such as 310115' },
  source: 'GB/T 2260-2007 及民政部历年变更',
  parse: parseRegion,
  format: (value) => value,
};
