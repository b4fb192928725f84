/** `yrd policy diff`: what changes between two packs: which number of which rule, from what to what, and for whom. */
import { readPack, type Terms, type VoucherPack } from '@yrd/contracts';
import { yuan } from './amounts.js';
import type { Asked, Run } from './command.js';
import { textOf } from './nodes.js';
import { EXIT, misused } from './outcome.js';
import { table } from './table.js';
import type { Lang, Words } from './words.js';

/** A value that changed. */
interface PackChange {
  /** As in a note of the pack: `subjects.firm.tiers`. */
  readonly field: string;
  /** Rules of the domain that go by it. */
  readonly rules: string;
  readonly words: Words;
  readonly whom: Words;
  /** Undefined where the value is not there. */
  readonly before: unknown;
  readonly after: unknown;
}

const FIRMS: Words = { en: 'enterprises of the province', zh: '本省企业' };
const TEAMS: Words = { en: 'teams of the province', zh: '本省团队' };
const BOTH: Words = { en: 'enterprises and teams of the province', zh: '本省企业和团队' };
const CLERKS: Words = { en: 'clerks and all who ask them', zh: '经办人员及申请人' };
const FINANCE: Words = { en: 'finance of both provinces of a cross-province order', zh: '跨省订单两省财政' };
const AGENCIES: Words = { en: 'agencies, and enterprises that order from them', zh: '服务机构及其客户企业' };
const NOBODY: Words = { en: 'nobody: a name', zh: '不影响任何人：名称' };

type Row = readonly [field: string, rules: string, en: string, zh: string, whom: Words];

/** The longest beginning that fits a field tells about it. */
const FIELDS: readonly Row[] = [
  ['title', '', 'title', '名称', NOBODY],
  ['version', 'V6', 'version', '版本', NOBODY],
  ['from', 'V6', 'first day', '起始日', BOTH],
  ['until', 'V6', 'last day', '终止日', BOTH],
  ['modes.home', 'V4', 'modes within the province', '省内模式', AGENCIES],
  ['modes.cross', 'V4', 'modes across provinces', '跨省模式', AGENCIES],
  ['subjects.firm', 'V1, V4', 'enterprises', '企业条款', FIRMS],
  ['subjects.firm.capFen', 'V3, V4', 'cap of a year, enterprises', '企业年度上限', FIRMS],
  ['subjects.firm.orderCapFen', 'V4', 'cap of an order, enterprises', '企业单笔上限', FIRMS],
  ['subjects.firm.tiers', 'V4', 'subsidy ratio, enterprises', '企业补助比例', FIRMS],
  ['subjects.firm.proofNeeded', 'V1', 'proof needed, enterprises', '企业资格证明', FIRMS],
  ['subjects.team', 'V1, V4', 'teams', '团队条款', TEAMS],
  ['subjects.team.capFen', 'V3, V4', 'cap of a year, teams', '团队年度上限', TEAMS],
  ['subjects.team.orderCapFen', 'V4', 'cap of an order, teams', '团队单笔上限', TEAMS],
  ['subjects.team.tiers', 'V4', 'subsidy ratio, teams', '团队补助比例', TEAMS],
  ['subjects.team.proofNeeded', 'V1', 'proof needed, teams', '团队资格证明', TEAMS],
  ['claimsPerYear', 'V2', 'claims a year', '年度申领次数', BOTH],
  ['claimCapFen', 'V2', 'cap of a claim', '单次申领上限', BOTH],
  ['districtReview', 'V2', 'review by the district first', '区县先行审核', CLERKS],
  ['poolFen', 'V4, V27', 'money of the scheme in a year', '年度资金池', BOTH],
  ['group', 'V3', 'cap of firms under one controller', '同一实际控制人上限', FIRMS],
  ['split', 'V19, V20', 'who pays a cross-province order', '跨省订单分担', FINANCE],
  ['shareAsAgency', 'V19', "largest share as the agency's province", '作为服务机构所在省的最高分担', FINANCE],
  ['clocks.accept', 'V12', 'time to accept an order', '接单期限', AGENCIES],
  ['clocks.contract', 'V12', 'time to sign the contract', '签约期限', AGENCIES],
  ['clocks.supplement', 'V14', 'time to complete a file', '补正期限', BOTH],
  ['clocks.publicity', 'V17', 'publicity', '公示期', BOTH],
  ['clocks.peerPatience', 'M2', 'how long a silent province is waited for', '等待外省的时限', AGENCIES],
  ['use', 'V13', 'use window', '使用期', BOTH],
  ['redeem', 'V13', 'redemption window', '兑付期', BOTH],
  ['stale', 'M2', 'how fresh news of a peer must be', '外省数据时效', AGENCIES],
  ['integrityUnknown', 'V1', 'what an unknown integrity answer means', '诚信情况未知时', BOTH],
  ['related', 'V11', 'related parties', '关联方', AGENCIES],
  ['files', 'V14', 'documents of a redemption', '兑付材料', BOTH],
  ['classes', 'V10', 'classes that are paid for', '支持的类别', AGENCIES],
  ['forbidden', 'V10', 'classes that are never paid for', '不予支持的类别', AGENCIES],
];

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRatio = (value: unknown): value is { readonly of: number; readonly in: number } =>
  isTree(value) && typeof value['of'] === 'number' && typeof value['in'] === 'number';
const isPeriod = (value: unknown): value is { readonly days: number; readonly unit: string } =>
  isTree(value) && typeof value['days'] === 'number' && typeof value['unit'] === 'string';

const rowOf = (field: string): Row =>
  FIELDS.filter(([start]) => field === start || field.startsWith(`${start}.`)).sort(([one], [other]) => other.length - one.length)[0] ?? [
    field,
    '',
    field,
    field,
    BOTH,
  ];

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Values that are told whole: a share, a length of time, the two shares of a split. */
const isWhole = (field: string, value: unknown): boolean => !isTree(value) || isRatio(value) || isPeriod(value) || field === 'split';

const changesIn = (field: string, before: unknown, after: unknown): readonly PackChange[] => {
  const order = (value: unknown): unknown =>
    isTree(value) ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) : value;
  if (same(order(before), order(after))) return [];
  if (before === undefined || after === undefined || isWhole(field, before) || isWhole(field, after)) {
    const [start, rules, en, zh, whom] = rowOf(field);
    const rest = field === start ? '' : ` (${field.slice(start.length + 1)})`;
    return [{ field, rules, words: { en: en + rest, zh: zh + rest }, whom, before, after }];
  }
  const [old, now] = [before as Tree, after as Tree];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.flatMap((name) => changesIn(field === '' ? name : `${field}.${name}`, old[name], now[name]));
};

/** Every value that differs, notes aside: they say where numbers come from and decide nothing. */
const packChanges = ({ notes: _, ...before }: VoucherPack, { notes: __, ...after }: VoucherPack): readonly PackChange[] =>
  changesIn('', before, after);

const ratioText = ({ of, in: whole }: { readonly of: number; readonly in: number }): string =>
  `${of}/${whole} (${Math.round((of / whole) * 10_000) / 100}%)`;

const tierText = (value: unknown, lang: Lang): string => {
  const { belowFen, ratio } = value as Terms['tiers'][number];
  const share = ratioText(ratio);
  if (belowFen === undefined) return share;
  return lang === 'zh' ? `低于 ${yuan(belowFen)} 元 ${share}` : `below ${yuan(belowFen)} yuan ${share}`;
};

/** A value of a pack for people. */
const valueText = (field: string, value: unknown, lang: Lang): string => {
  if (value === undefined) return lang === 'zh' ? '无' : 'none';
  if (typeof value === 'number') return field.endsWith('Fen') ? `${yuan(value)} ${lang === 'zh' ? '元' : 'yuan'}` : String(value);
  if (typeof value === 'boolean') return { zh: value ? '是' : '否', en: value ? 'yes' : 'no' }[lang];
  if (typeof value === 'string') return value;
  if (isRatio(value)) return ratioText(value);
  if (isPeriod(value)) {
    const units = { zh: { calendar: '日', working: '个工作日' }, en: { calendar: 'days', working: 'working days' } }[lang];
    return `${value.days} ${value.unit === 'working' ? units.working : units.calendar}`;
  }
  if (Array.isArray(value))
    return value.map((each) => (isTree(each) ? tierText(each, lang) : String(each))).join(lang === 'zh' ? '、' : ', ');
  return Object.entries(value as Tree)
    .map(([name, part]) => `${name} ${valueText(`${field}.${name}`, part, lang)}`)
    .join('; ');
};

const packIn = (file: string): VoucherPack => {
  const { pack } = readPack(textOf(file));
  if (pack) return pack;
  throw misused(
    `${file} is no policy pack: run yrd policy check ${file} first.`,
    `${file} 不是政策包：请先运行 yrd policy check ${file}。`,
  );
};

const shown = (changes: readonly PackChange[], asked: Asked): string => {
  if (changes.length === 0) return asked.in({ en: 'Nothing that decides differs.\n', zh: '没有影响决定的差异。\n' });
  const headings = asked.lang === 'zh' ? ['规则', '事项', '原', '新', '影响'] : ['rule', 'what', 'before', 'after', 'for whom'];
  const rows = changes.map(({ field, rules, words, whom, before, after }) => [
    rules,
    asked.in(words),
    valueText(field, before, asked.lang),
    valueText(field, after, asked.lang),
    asked.in(whom),
  ]);
  return table(headings, rows);
};

/** Answers 0 whether or not anything differs: a difference between two packs is what somebody wants to see, not a fault. */
export const policyDiff: Run = async (asked) => {
  const [before = '', after = ''] = asked.args;
  const changes = packChanges(packIn(before), packIn(after));
  await asked.answer(changes, () => shown(changes, asked));
  return EXIT.ok;
};
