// The common list and its mappings hold together: every code once, every mapping to a class that is there.
import { PROVINCE_CODES, SERVICE_LIST_2026, SERVICE_MAPPINGS, commonService, isLocalDate, serviceMapping } from './index.js';

const codes = SERVICE_LIST_2026.classes.map(({ code }) => code);

test('every class stands once, in both languages, with a source', () => {
  expect(new Set(codes).size).toBe(codes.length);
  for (const { zh, en, source } of SERVICE_LIST_2026.classes) expect(Math.min(zh.length, en.length, source.length)).toBeGreaterThan(1);
});

test('every mapping is of a province, begins on a day, and leads to classes of the list', () => {
  for (const { province, version, list, from, codes: own } of SERVICE_MAPPINGS) {
    expect(PROVINCE_CODES).toContain(province);
    expect(version.startsWith(`${province}-`)).toBe(true);
    expect([list, isLocalDate(from)]).toEqual([SERVICE_LIST_2026.version, true]);
    expect(Object.values(own).filter((code) => !codes.includes(code))).toEqual([]);
    // A code of one's own never looks like a common one.
    expect(Object.keys(own).filter((code) => codes.includes(code))).toEqual([]);
  }
  expect(new Set(SERVICE_MAPPINGS.map(({ version }) => version)).size).toBe(SERVICE_MAPPINGS.length);
});

test('a province has one mapping on a day, and none before its first', () => {
  expect(serviceMapping('32', '2026-03-02')).toMatchObject({ version: '32-codes-2026.1', assumed: false });
  expect(serviceMapping('31', '2026-03-02')?.assumed).toBe(true);
  expect(serviceMapping('32', '2020-01-01')).toBeNull();
  expect(serviceMapping('99', '2026-03-02')).toBeNull();
});

test("a province's own code leads to the common one, a common one to itself, a strange one to none", () => {
  expect(commonService('32', '28', '2026-03-02')).toBe('YRD-10');
  expect(commonService('33', 'zhongshi', '2026-03-02')).toBe('YRD-12');
  expect(commonService('32', 'YRD-12', '2026-03-02')).toBe('YRD-12');
  for (const strange of ['99', '', 'constructor', '__proto__']) expect(commonService('32', strange, '2026-03-02')).toBeNull();
});
