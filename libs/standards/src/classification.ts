// Two national classifications: subjects (GB/T 13745-2009) and industries (GB/T 4754-2017). Both are trees read by prefix.
import { DIGITS } from './check-digits.js';
import { type Bilingual, type Identifier, type Parsed, foreignCharacter, readText, unknownKind, wrongForm, wrongLength } from './parsed.js';

export type SubjectCode = string & { readonly kind: 'subject' };
export type IndustryCode = string & { readonly kind: 'industry' };

export interface SubjectParts {
  /** 1 for three digits, 2 for five, 3 for seven. */
  readonly level: 1 | 2 | 3;
  /** First-level subject, three digits, and its Chinese name. */
  readonly discipline: string;
  readonly disciplineName: string;
  /** The codes above this one, outermost first. */
  readonly above: readonly string[];
}

export interface IndustryParts {
  /** A to T. */
  readonly section: string;
  readonly sectionName: Bilingual;
  /** 大类, two digits. */
  readonly division: string;
  readonly above: readonly string[];
}

/** The 62 first-level subjects of GB/T 13745-2009, by code. */
export const SUBJECT_NAMES: ReadonlyMap<string, string> = new Map([
  ['110', '数学'], ['120', '信息科学与系统科学'], ['130', '力学'], ['140', '物理学'], ['150', '化学'], ['160', '天文学'],
  ['170', '地球科学'], ['180', '生物学'], ['190', '心理学'], ['210', '农学'], ['220', '林学'], ['230', '畜牧、兽医科学'],
  ['240', '水产学'], ['310', '基础医学'], ['320', '临床医学'], ['330', '预防医学与公共卫生学'], ['340', '军事医学与特种医学'],
  ['350', '药学'], ['360', '中医学与中药学'], ['410', '工程与技术科学基础学科'], ['413', '信息与系统科学相关工程与技术'],
  ['416', '自然科学相关工程与技术'], ['420', '测绘科学技术'], ['430', '材料科学'], ['440', '矿山工程技术'], ['450', '冶金工程技术'],
  ['460', '机械工程'], ['470', '动力与电气工程'], ['480', '能源科学技术'], ['490', '核科学技术'], ['510', '电子与通信技术'],
  ['520', '计算机科学技术'], ['530', '化学工程'], ['535', '产品应用相关工程与技术'], ['540', '纺织科学技术'], ['550', '食品科学技术'],
  ['560', '土木建筑工程'], ['570', '水利工程'], ['580', '交通运输工程'], ['590', '航空、航天科学技术'],
  ['610', '环境科学技术及资源科学技术'], ['620', '安全科学技术'], ['630', '管理学'], ['710', '马克思主义'], ['720', '哲学'],
  ['730', '宗教学'], ['740', '语言学'], ['750', '文学'], ['760', '艺术学'], ['770', '历史学'], ['780', '考古学'], ['790', '经济学'],
  ['810', '政治学'], ['820', '法学'], ['830', '军事学'], ['840', '社会学'], ['850', '民族学与文化学'], ['860', '新闻学与传播学'],
  ['870', '图书馆、情报与文献学'], ['880', '教育学'], ['890', '体育科学'], ['910', '统计学'],
]);

/** Sections of GB/T 4754-2017 with their last division: division 01 is in A, 97 in T. */
const SECTIONS: readonly (readonly [letter: string, lastDivision: number, zh: string, en: string])[] = [
  ['A', 5, '农、林、牧、渔业', 'agriculture, forestry and fishing'], ['B', 12, '采矿业', 'mining'], ['C', 43, '制造业', 'manufacturing'],
  ['D', 46, '电力、热力、燃气及水生产和供应业', 'electricity, heat, gas and water'], ['E', 50, '建筑业', 'construction'],
  ['F', 52, '批发和零售业', 'wholesale and retail'], ['G', 60, '交通运输、仓储和邮政业', 'transport, storage and post'],
  ['H', 62, '住宿和餐饮业', 'accommodation and catering'], ['I', 65, '信息传输、软件和信息技术服务业', 'information and software services'],
  ['J', 69, '金融业', 'finance'], ['K', 70, '房地产业', 'real estate'], ['L', 72, '租赁和商务服务业', 'leasing and business services'],
  ['M', 75, '科学研究和技术服务业', 'scientific research and technical services'],
  ['N', 79, '水利、环境和公共设施管理业', 'water, environment and public facilities'],
  ['O', 82, '居民服务、修理和其他服务业', 'household and repair services'], ['P', 83, '教育', 'education'],
  ['Q', 85, '卫生和社会工作', 'health and social work'], ['R', 90, '文化、体育和娱乐业', 'culture, sport and entertainment'],
  ['S', 96, '公共管理、社会保障和社会组织', 'public administration and social organisations'], ['T', 97, '国际组织', 'international organisations'],
];

/** Whether `code` is `ancestor` or lies below it in the tree; both as stored. */
export function isWithin<V extends SubjectCode | IndustryCode>(code: V, ancestor: V): boolean {
  return code.startsWith(ancestor);
}

function parseSubject(text: unknown): Parsed<SubjectCode, SubjectParts> {
  const typed = readText(subjectCode, text);
  if (typeof typed !== 'string') return typed;
  // Lists print a second level as 520.20 and a third as 520.2010; the code itself has no dot.
  const code = typed.charAt(3) === '.' ? typed.slice(0, 3) + typed.slice(4) : typed;
  if (code.length !== 3 && code.length !== 5 && code.length !== 7) return wrongLength(subjectCode);
  const foreign = foreignCharacter(subjectCode, code, DIGITS);
  if (foreign) return foreign;
  const discipline = code.slice(0, 3);
  const disciplineName = SUBJECT_NAMES.get(discipline);
  if (disciplineName === undefined) {
    return unknownKind(subjectCode, { zh: '的一级学科不在 GB/T 13745 之列。', en: 'has a first level that GB/T 13745 does not list.' });
  }
  const level = code.length === 3 ? 1 : code.length === 5 ? 2 : 3;
  const above = [3, 5].filter((length) => length < code.length).map((length) => code.slice(0, length));
  return { ok: true, value: code as SubjectCode, parts: { level, discipline, disciplineName, above } };
}

function parseIndustry(text: unknown): Parsed<IndustryCode, IndustryParts> {
  const code = readText(industryCode, text);
  if (typeof code !== 'string') return code;
  if (code.length < 3 || code.length > 5) return wrongLength(industryCode);
  if (!/[A-Z]/.test(code.charAt(0))) return wrongForm(industryCode);
  const foreign = foreignCharacter(industryCode, code.slice(1), DIGITS, 1);
  if (foreign) return foreign;
  const index = SECTIONS.findIndex(([letter]) => letter === code.charAt(0));
  const section = SECTIONS[index];
  if (!section) return unknownKind(industryCode, { zh: '的门类只有 A 至 T。', en: 'has a section outside A to T.' });
  const division = code.slice(1, 3);
  const first = (SECTIONS[index - 1]?.[1] ?? 0) + 1;
  if (Number(division) < first || Number(division) > section[1]) {
    return unknownKind(industryCode, {
      zh: `的大类 ${division} 不属于门类 ${section[0]}。`, en: `has division ${division}, which is not in section ${section[0]}.`,
    });
  }
  const above = [1, 3, 4].filter((length) => length < code.length).map((length) => code.slice(0, length));
  return {
    ok: true, value: code as IndustryCode,
    parts: { section: section[0], sectionName: { zh: section[2], en: section[3] }, division, above },
  };
}

/** 学科代码. The first level is looked up; lower levels are tested for their form only. */
export const subjectCode: Identifier<SubjectCode, SubjectParts> = {
  name: { zh: '学科代码', en: 'The subject code' },
  form: { zh: '3、5 或 7 位数字', en: '3, 5 or 7 digits' },
  source: 'GB/T 13745-2009',
  parse: parseSubject,
  format: (value) => (value.length === 3 ? value : `${value.slice(0, 3)}.${value.slice(3)}`),
};

/** 国民经济行业代码 with its section letter, as on registration forms. */
export const industryCode: Identifier<IndustryCode, IndustryParts> = {
  name: { zh: '国民经济行业代码', en: 'The industry code' },
  form: { zh: '门类字母 A 至 T 加 2 至 4 位数字，如 M7452', en: 'a section letter A to T and 2 to 4 digits, such as M7452' },
  source: 'GB/T 4754-2017',
  parse: parseIndustry,
  format: (value) => value,
};
