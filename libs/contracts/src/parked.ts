/** Why something is parked, as an operator reads it. */
import type { ParkedItem } from '@yrd/ledger';
import { codes } from './codes.js';
import { tell, type Language } from './said.js';

/** In a language: of a refusal the words of its code too, with what was seen and what is needed. */
export const parkedBecause = ({ why, refused }: Pick<ParkedItem, 'why' | 'refused'>, language: Language): string => {
  const told = tell(why, language);
  if (!refused) return told;
  const { rejected, facts } = refused;
  const words = Object.entries(codes).find(([code]) => code === rejected)?.[1][language];
  const named = words === undefined ? rejected : `${rejected} ${words}`;
  const [seen, needed] = [tell(facts['seen'], language), tell(facts['needed'], language)];
  return language === 'zh' ? `${told}：${named}（实际：${seen}；要求：${needed}）` : `${told}: ${named} (seen: ${seen}, needed: ${needed})`;
};
