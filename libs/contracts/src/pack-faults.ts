/**
 * What a schema cannot say of a policy pack: numbers that contradict each other, dates that do not follow, values whose source nobody
 * wrote down. Each fault says where it is, what was seen, and what was needed instead.
 */
import type { Terms, VoucherPack } from './voucher-pack.js';

export interface PackFault {
  /** JSON pointer into the pack: `/split/home`. */
  readonly path: string;
  readonly seen: string;
  /** What would be right, for people. */
  readonly needed: { readonly en: string; readonly zh: string };
}

type Ratio = VoucherPack['split']['home'];
type Told = readonly PackFault[];

const DAY_MS = 86_400_000;

const fault = (path: string, seen: unknown, en: string, zh: string): PackFault => ({
  path,
  seen: typeof seen === 'string' ? seen : JSON.stringify(seen),
  needed: { en, zh },
});

const within = ({ of, in: whole }: Ratio): boolean => of <= whole;
/** V26: support of more than the whole is always refused, so no ratio of a pack may ask for it. */
const ratio = (path: string, value: Ratio): Told =>
  within(value) ? [] : [fault(path, value, 'a share of at most one (V26)', '不超过一的份额（V26）')];

/** Days since 1970 of a day that the calendar knows; null for 2026-02-30. */
const dayNumber = (day: string): number | null => {
  const ms = Date.parse(`${day}T00:00:00.000Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(day) ? ms / DAY_MS : null;
};

const real = (path: string, day: string): Told =>
  dayNumber(day) === null ? [fault(path, day, 'a day that the calendar knows', '日历上存在的日期')] : [];
/** A day of every year: 29 February is none. */
const realOfYear = (path: string, day: string): Told => real(path, `2026-${day}`).map((each) => ({ ...each, seen: day }));

const repeated = (path: string, words: readonly string[]): Told =>
  words.flatMap((word, at) => (words.indexOf(word) < at ? [fault(`${path}/${at}`, word, 'each word once', '每项只写一次')] : []));

const notAbove = (path: string, fen: number | undefined, mostFen: number, what: { readonly en: string; readonly zh: string }): Told =>
  fen === undefined || fen <= mostFen ? [] : [fault(path, fen, `at most ${mostFen} fen, ${what.en}`, `不超过${what.zh} ${mostFen} 分`)];

/** V4: of the tiers the first that the base falls under counts, so they rise, and the last has no bound. */
const tiersOf = (path: string, { tiers }: Terms): Told =>
  tiers.flatMap((tier, at) => {
    const before = tiers[at - 1]?.belowFen ?? 0;
    const [last, here] = [at === tiers.length - 1, `${path}/tiers/${at}`];
    const order = { en: 'bounds that rise, and none in the last tier (V4)', zh: '各档上限递增，末档不设上限（V4）' };
    const bad = last ? tier.belowFen !== undefined : tier.belowFen === undefined || tier.belowFen <= before;
    return [...(bad ? [fault(here, tier.belowFen ?? 'no bound', order.en, order.zh)] : []), ...ratio(`${here}/ratio`, tier.ratio)];
  });

const subjectsOf = ({ subjects, claimCapFen }: VoucherPack): Told => {
  const kinds = (['firm', 'team'] as const).flatMap((kind) => {
    const terms = subjects[kind];
    return terms ? [[`/subjects/${kind}`, terms] as const] : [];
  });
  if (kinds.length === 0) return [fault('/subjects', subjects, 'terms for firms, for teams, or for both', '企业、团队至少一类的条款')];
  const mostFen = Math.max(...kinds.map(([, { capFen }]) => capFen));
  return [
    ...kinds.flatMap(([path, terms]) => [
      ...tiersOf(path, terms),
      ...notAbove(`${path}/orderCapFen`, terms.orderCapFen, terms.capFen, { en: 'the cap of a year', zh: '年度上限' }),
    ]),
    ...notAbove('/claimCapFen', claimCapFen, mostFen, { en: 'the largest cap of a year', zh: '最高年度上限' }),
  ];
};

/** V19: payer shares are of one whole. */
const splitOf = ({ split: { home, agency }, shareAsAgency }: VoucherPack): Told => [
  ...(BigInt(home.of) * BigInt(agency.in) + BigInt(agency.of) * BigInt(home.in) === BigInt(home.in) * BigInt(agency.in)
    ? []
    : [fault('/split', { home, agency }, 'shares that sum to one (V19)', '份额之和为一（V19）')]),
  ...(shareAsAgency ? ratio('/shareAsAgency', shareAsAgency) : []),
];

const datesOf = ({ from, until, use, redeem }: VoucherPack): Told => [
  ...real('/from', from),
  ...(until === undefined ? [] : real('/until', until)),
  ...(until !== undefined && until < from ? [fault('/until', until, `a day not before ${from}`, `不早于 ${from} 的日期`)] : []),
  ...realOfYear('/use/lastDay', use.lastDay),
  ...realOfYear('/redeem/lastDay', redeem.lastDay),
  ...(redeem.days < use.days
    ? [
        fault(
          '/redeem/days',
          redeem.days,
          `at least as long as the use window, ${use.days} days (V13)`,
          `不短于使用期 ${use.days} 天（V13）`,
        ),
      ]
    : []),
];

const wordsOf = ({ modes, files, classes, forbidden }: VoucherPack): Told => {
  const used = [...new Set([...modes.home, ...modes.cross])];
  return [
    ...(used.length === 0 ? [fault('/modes', modes, 'at least one mode, or no order is possible', '至少一种模式，否则无法下单')] : []),
    ...repeated('/modes/home', modes.home),
    ...repeated('/modes/cross', modes.cross),
    ...used.flatMap((mode) =>
      files[mode].includes('invoice')
        ? repeated(`/files/${mode}`, files[mode])
        : [fault(`/files/${mode}`, files[mode], 'the invoice among the documents (V14, V15)', '材料中须有发票（V14、V15）')],
    ),
    ...repeated('/classes', classes),
    ...repeated('/forbidden', forbidden),
    ...classes.flatMap((each, at) =>
      forbidden.includes(each)
        ? [fault(`/classes/${at}`, each, 'a class that is not forbidden as well (V10)', '未同时列为不予支持的类别（V10）')]
        : [],
    ),
  ];
};

/** Everything in a pack that contradicts itself; none when it can be decided by. */
export const packFaults = (pack: VoucherPack): Told => [...subjectsOf(pack), ...splitOf(pack), ...datesOf(pack), ...wordsOf(pack)];

/** What a pack is called, not what it decides. */
const NAMES = ['province', 'scheme', 'title', 'version', 'notes'];

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every value that the province decides has a note on where it comes from; a note on a part speaks for all below it. */
export const noteFaults = (pack: VoucherPack): Told => {
  const noted = pack.notes.map(({ field }) => field);
  const silent = (path: string, value: unknown): readonly string[] => {
    if (noted.some((note) => note === path || path.startsWith(`${note}.`))) return [];
    const parts = isTree(value) && noted.some((note) => note.startsWith(`${path}.`)) ? Object.entries(value) : [];
    return parts.length === 0 ? [path] : parts.flatMap(([name, part]) => silent(`${path}.${name}`, part));
  };
  const decided = Object.entries(pack).filter(([name, value]) => !NAMES.includes(name) && value !== undefined);
  const there = (note: string): boolean =>
    note.split('.').reduce<unknown>((value, name) => (isTree(value) ? value[name] : undefined), pack) !== undefined;
  return [
    ...decided
      .flatMap(([name, value]) => silent(name, value))
      .map((path) =>
        fault(
          `/${path.replaceAll('.', '/')}`,
          'no note',
          `a note { field: ${path}, … } with its source`,
          `一条写明来源的说明 { field: ${path}, … }`,
        ),
      ),
    ...pack.notes.flatMap(({ field }, at) =>
      there(field) ? [] : [fault(`/notes/${at}/field`, field, 'the name of a value in this pack', '本包中某个值的名称')],
    ),
    ...repeated('/notes', noted).map((each) => ({ ...each, path: `${each.path}/field` })),
  ];
};

/** The day after. */
const following = (day: string): string => new Date(((dayNumber(day) ?? 0) + 1) * DAY_MS).toISOString().slice(0, 10);

/** One pack among others of the same province and scheme. */
export interface SeriesFault extends PackFault {
  /** Version of the pack that it is about. */
  readonly version: string;
}

/** How the packs of one province and scheme follow each other: one version each, one a start, no day of two and none without any. */
export const seriesFaults = (packs: readonly VoucherPack[]): readonly SeriesFault[] => {
  const inOrder = [...packs].sort((one, other) => (one.from < other.from ? -1 : one.from > other.from ? 1 : 0));
  return inOrder.flatMap((pack, at): readonly SeriesFault[] => {
    const { version, from, until } = pack;
    const next = inOrder[at + 1];
    const told: PackFault[] = [];
    if (inOrder.findIndex((each) => each.version === version) < at)
      told.push(
        fault('/version', version, 'a version of its own: one version is one content for ever', '独有的版本号：一个版本的内容永不改变'),
      );
    if (next?.from === from)
      told.push(fault('/from', from, `another start than that of ${next.version}`, `与 ${next.version} 不同的起始日`));
    else if (next && until !== undefined && until >= next.from)
      told.push(
        fault('/until', until, `an end before ${next.version} begins on ${next.from}`, `早于 ${next.version} 起始日 ${next.from} 的终止日`),
      );
    else if (next && until !== undefined && following(until) < next.from)
      told.push(
        fault(
          '/until',
          until,
          `no days without a pack: ${next.version} begins on ${next.from}`,
          `不留空档：${next.version} 自 ${next.from} 起`,
        ),
      );
    return told.map((each) => ({ ...each, version }));
  });
};
