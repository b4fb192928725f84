/**
 * What refusals saw and needed, without a language and in words. A decider says a phrase by its name (`phrase`), so that an entry is the
 * same for everybody; `tell` puts it into the reader's language, at the edge. What fills a gap is shown by the gap's name: `…Fen` as yuan,
 * `…Ms` as a time in China, `…LongMs` as a duration, `word`, `words`, `…Word` by the table of code words, anything else as it stands;
 * of a list, names that begin with `any` are alternatives.
 */
import type { Fact, Said, SaidPart } from '@yrd/ledger';
import { codeWords } from './code-words.js';
import { mendingOf } from './mending.js';
import { agenciesPhrases } from './phrases-agencies.js';
import { generalPhrases } from './phrases-general.js';
import { nodePhrases } from './phrases-node.js';
import { ordersPhrases } from './phrases-orders.js';
import { personsPhrases } from './phrases-persons.js';
import { quotasPhrases } from './phrases-quotas.js';
import { settlementPhrases } from './phrases-settlement.js';

export type Language = 'zh' | 'en';
/** Name → Chinese and English, with `{gaps}`. */
export type Phrases = Readonly<Record<string, readonly [zh: string, en: string]>>;

/** Every phrase; additions only, because entries name them. */
export const phrases = {
  ...generalPhrases,
  ...agenciesPhrases,
  ...ordersPhrases,
  ...quotasPhrases,
  ...settlementPhrases,
  ...personsPhrases,
  ...nodePhrases,
} as const satisfies Phrases;
export type PhraseName = keyof typeof phrases;

type GapsIn<T extends string> = T extends `${string}{${infer Gap}}${infer Rest}` ? Gap | GapsIn<Rest> : never;
type Filling<Gap extends string> = Gap extends `${string}Fen` | `${string}Ms`
  ? number
  : Gap extends 'parts'
    ? readonly SaidPart[]
    : Gap extends 'words' | `any${string}`
      ? readonly string[]
      : string | number;
type Gaps<N extends PhraseName> = { readonly [Gap in GapsIn<(typeof phrases)[N][1]>]: Filling<Gap> };

/** Says a phrase of the table. Money in fen, times in ms. */
export const phrase = <N extends PhraseName>(
  say: N,
  ...[gaps]: keyof Gaps<N> extends never ? [] : [Gaps<N>]
): N extends 'parts' ? Said : SaidPart => ({ say, ...gaps });

/** An identifier, a count, a day, or what somebody wrote: shown as it stands. */
export const plain = (it: string | number): SaidPart => phrase('asIs', { it });
/** A state, a role, a kind: one word of code. */
export const word = (one: string): SaidPart => phrase('word', { word: one });
export const allOf = (words: readonly string[]): SaidPart => phrase('allOf', { words });
export const anyOf = (anyWords: readonly string[]): SaidPart => phrase('anyOf', { anyWords });
export const yuan = (amountFen: number): SaidPart => phrase('fen', { amountFen });
export const upTo = (mostFen: number): SaidPart => phrase('upTo', { mostFen });
export const moment = (atMs: number): SaidPart => phrase('moment', { atMs });
export const until = (untilMs: number): SaidPart => phrase('until', { untilMs });

/** China has one time, without summer time. */
const ZONE_MS = 8 * 3_600_000;
const TIMES_MAX = 8_640_000_000_000_000 - ZONE_MS;
const timeOf = (ms: number): string =>
  Math.abs(ms) <= TIMES_MAX ? new Date(ms + ZONE_MS).toISOString().slice(0, 19).replace('T', ' ') : String(ms);

const UNITS = [
  [86_400_000, ' 天', ' d'],
  [3_600_000, ' 小时', ' h'],
  [60_000, ' 分钟', ' min'],
  [1_000, ' 秒', ' s'],
  [1, ' 毫秒', ' ms'],
] as const;
const durationOf = (ms: number, language: Language): string => {
  const [unit, zh, en] = UNITS.find(([each]) => ms >= each && ms % each === 0) ?? UNITS[4];
  return `${ms / unit}${language === 'zh' ? zh : en}`;
};

const yuanOf = (fen: number, language: Language): string => {
  // Of another province: an amount that is none is shown as it came.
  if (!Number.isSafeInteger(fen)) return String(fen);
  const [whole = '', cents] = (fen / 100).toFixed(2).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}${language === 'zh' ? ' 元' : ' yuan'}`;
};

const ownOf = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
const wordOf = (code: string, language: Language): string => ownOf(codeWords, code)?.[language === 'zh' ? 0 : 1] ?? code;

const JOINS = { zh: { any: '或', all: '、', parts: '；' }, en: { any: ' or ', all: ', ', parts: '; ' } } as const;

const filled = (gap: string, value: Said[string] | undefined, language: Language): string => {
  if (value === undefined) return '–';
  if (typeof value === 'object') {
    const join = JOINS[language][gap.startsWith('any') ? 'any' : gap === 'parts' ? 'parts' : 'all'];
    return value.length === 0 ? tell(phrase('none'), language) : value.map((each) => toldPart(gap, each, language)).join(join);
  }
  return toldPart(gap, value, language);
};
const toldPart = (gap: string, value: string | number | Said, language: Language): string => {
  if (typeof value === 'object') return tell(value, language);
  if (typeof value === 'string') return /words?$/i.test(gap) ? wordOf(value, language) : value;
  if (gap.endsWith('LongMs')) return durationOf(value, language);
  if (gap.endsWith('Ms')) return timeOf(value);
  return gap.endsWith('Fen') ? yuanOf(value, language) : String(value);
};

/**
 * A fact in words. What another province says by a phrase that this version does not know is shown by its name, with all that it holds:
 * nothing from outside makes this fail.
 */
export const tell = (fact: Fact | undefined, language: Language): string => {
  if (fact === undefined || fact === null) return '–';
  if (typeof fact !== 'object') return String(fact);
  const { say, ...gaps } = fact;
  const text = ownOf<readonly [string, string]>(phrases, say)?.[language === 'zh' ? 0 : 1];
  if (text !== undefined) return text.replace(/\{(\w+)\}/g, (_, gap: string) => filled(gap, ownOf(gaps, gap), language));
  const shown = Object.entries(gaps).map(([gap, value]) => filled(gap, value, language));
  return [say, ...shown].join(' ');
};

const isSaid = (fact: Fact): fact is Said => typeof fact === 'object' && fact !== null;

/** Facts as they are answered: what was said in words, everything else as it is. */
export const tellAll = (facts: Readonly<Record<string, Fact>>, language: Language): Record<string, Exclude<Fact, Said>> =>
  Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, isSaid(fact) ? tell(fact, language) : fact]));

/** What was said in both languages. */
export const bothOf = (fact: Fact): Readonly<Record<Language, string>> => ({ zh: tell(fact, 'zh'), en: tell(fact, 'en') });

/** A fact in both languages; null where there is none. */
export const inBoth = (fact: Fact | undefined): ReturnType<typeof bothOf> | null =>
  fact === undefined || fact === null ? null : bothOf(fact);

/** Facts for an answer that both languages stand in, with who can mend it where its code says that. */
export const factsInBoth = (code: string, facts: Readonly<Record<string, Fact>>): Readonly<Record<string, unknown>> => {
  const whoCanMend = mendingOf(code);
  const told = Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, isSaid(fact) ? inBoth(fact) : fact]));
  return { ...told, ...(whoCanMend && { whoCanMend }) };
};
