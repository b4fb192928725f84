/** What people read, in the two languages of the product. */

export interface Words {
  readonly zh: string;
  readonly en: string;
}

export type Lang = keyof Words;

export const isLang = (text: string): text is Lang => text === 'zh' || text === 'en';

/** The language that the environment's LC_ALL, LC_MESSAGES or LANG names, English where it names none of ours. */
export const langOf = (locale: string | undefined): Lang => (/^zh\b/i.test(locale?.replace('_', '-') ?? '') ? 'zh' : 'en');
