/** What refusals saw and needed: the same for everybody in an entry, words for each reader, whatever comes from outside. */
import { Value } from '@sinclair/typebox/value';
import { codeWords } from './code-words.js';
import { allOf, anyOf, factsInBoth, inBoth, moment, phrase, phrases, plain, refuse, ROLES, tell, tellAll, word, yuan } from './index.js';
import { Facts } from './schema.js';

const gapsOf = (text: string): readonly string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, gap = '']) => gap).sort();
const HAN = /\p{Script=Han}/u;
const withoutGaps = (text: string): string => text.replace(/\{\w+\}/g, '');

describe('The table of phrases', () => {
  test.each(Object.entries(phrases))('%s: Chinese and English hold the same gaps, and each is in its language', (_, [zh, en]) => {
    expect(gapsOf(zh)).toEqual(gapsOf(en));
    expect(withoutGaps(en)).not.toMatch(HAN);
    // What stands in no language at all, such as a bare amount, is its gap alone; commands and paths are typed as they are.
    const words = withoutGaps(zh).replace(/npx yrd policy check|npm run keys -- rotate|POST \/v1\/[\w/]+|YRD_\w+=yes/g, '');
    expect([words, /[A-Za-z]{2}/.test(words.replace(/YYYY|T05/g, ''))]).toEqual([words, false]);
  });

  test('code words have Chinese, and English without Chinese', () => {
    for (const [code, [zh, en]] of Object.entries(codeWords))
      expect([code, HAN.test(zh), HAN.test(en ?? code)]).toEqual([code, true, false]);
    expect(Object.keys(ROLES).every((role) => Object.hasOwn(codeWords, role))).toBe(true);
  });
});

describe('What is said', () => {
  test.each([
    [yuan(123_456_789), '1,234,567.89 元', '1,234,567.89 yuan'],
    [yuan(0), '0.00 元', '0.00 yuan'],
    [yuan(-5), '-0.05 元', '-0.05 yuan'],
    [moment(Date.UTC(2026, 2, 2, 16, 30)), '2026-03-03 00:30:00', '2026-03-03 00:30:00'],
    [phrase('heardWithin', { forLongMs: 900_000 }), '15 分钟内收到过对方信息', 'heard within 15 min'],
    [phrase('heardWithin', { forLongMs: 1 }), '1 毫秒内收到过对方信息', 'heard within 1 ms'],
    [anyOf(['reviewer', 'approver']), '省级初审或复核审批', 'reviewer or approver'],
    [allOf(['contract', 'invoice']), '合同、发票', 'contract, invoice'],
    [allOf([]), '无', 'none'],
    [word('Suspended'), '已暂停', 'Suspended'],
    [plain('Suspended'), 'Suspended', 'Suspended'],
    [phrase('parts', { parts: [phrase('noCertificate'), yuan(1)] }), '没有证书；0.01 元', 'no certificate; 0.01 yuan'],
  ])('%j is %s, in English %s', (fact, zh, en) => {
    expect(inBoth(fact)).toEqual({ zh, en });
    expect(Value.Check(Facts, { seen: fact })).toBe(true);
  });

  test('is told with who can mend it, and plain facts stay as they are', () => {
    const { facts } = refuse('E-POOL', { policy: '32-cxq-1', seen: yuan(0), count: 3 });
    expect(tellAll(facts, 'zh')).toEqual({ clause: 'V4', policy: '32-cxq-1', seen: '0.00 元', count: 3 });
    expect(factsInBoth('E-POOL', facts)).toMatchObject({
      seen: { zh: '0.00 元' },
      count: 3,
      whoCanMend: { zh: expect.stringMatching(HAN) },
    });
  });
});

describe('What another province says', () => {
  test.each<[string, Parameters<typeof tell>[0], string]>([
    ['a phrase of a newer version', { say: 'brandNew', amountFen: 5 }, 'brandNew 0.05 yuan'],
    ['the name of something that every object has', { say: 'constructor' }, 'constructor'],
    ['a gap that is left out', { say: 'until' }, 'until –'],
    ['a gap of an object', { say: 'word', word: 'toString' }, 'toString'],
    ['a time that no calendar has', { say: 'moment', atMs: 1e300 }, '1e+300'],
    ['an amount that is no whole number of fen', { say: 'fen', amountFen: 1e22 }, '1e+22'],
    ['a length that is none', { say: 'heardWithin', forLongMs: -1 }, 'heard within -1 ms'],
    ['another kind of value than the gap wants', { say: 'fen', amountFen: 'a lot' }, 'a lot'],
    ['a text that looks like a gap', { say: 'asIs', it: '{it}{it}' }, '{it}{it}'],
    ['nothing', null, '–'],
  ])('%s is shown and breaks nothing', (_, fact, shown) => {
    expect(tell(fact, 'en')).toBe(shown);
  });

  test('is no fact where it holds more than a phrase may', () => {
    const deep = { say: 'parts', parts: [{ say: 'parts', parts: [{ say: 'parts', parts: [] }] }] };
    expect(Value.Check(Facts, { seen: deep })).toBe(false);
    expect(Value.Check(Facts, { seen: { say: 'asIs', it: 'x'.repeat(201) } })).toBe(false);
    expect(Value.Check(Facts, { seen: { word: 'Closed' } })).toBe(false);
  });
});
