/** `yrd settlement show|explain`: a window with its cuts, pairs and nets; why it stands there, who waits for whom, where a line belongs. */
import { signedYuan, yuan } from './amounts.js';
import { NodeClient } from './client.js';
import type { Asked, Run } from './command.js';
import { nodeOf } from './nodes.js';
import { EXIT, misused, type ExitCode } from './outcome.js';
import { table, timeText } from './table.js';
import type { Words } from './words.js';

interface Pair {
  readonly pair: string;
  readonly state: string;
  readonly attestedBy: readonly string[];
  readonly count?: number;
  readonly sumFen?: number;
  readonly digest?: string;
}

interface Window {
  readonly window: number;
  readonly closes: Readonly<Record<string, { readonly size: number; readonly atMs: number }>>;
  readonly pairs: readonly Pair[];
  readonly digests: Readonly<Record<string, string | null>>;
  readonly equal: boolean;
  readonly dissent: boolean;
  readonly nets: Readonly<Record<string, number>> | null;
  readonly statement: { readonly grossFen: number; readonly bilateralFen: number; readonly multilateralFen: number } | null;
}

interface PairExplained {
  readonly pair: string;
  readonly state: 'settled' | 'diverged' | 'waits';
  readonly waitsFor: readonly { readonly province: string; readonly what: 'close' | 'close-before' | 'attest' }[];
  readonly attested: Readonly<Record<string, { readonly count: number; readonly sumFen: number; readonly digest: string }>>;
  readonly parting: { readonly firstMark: number; readonly detail: string } | null;
  readonly dissenting: readonly string[];
}

interface LineExplained {
  readonly pair: string;
  readonly home: string;
  readonly amountFen: number;
  readonly sides: readonly {
    readonly province: string;
    readonly neededSize: number;
    readonly window: number | null;
    readonly cutSize: number | null;
  }[];
  readonly window: number | null;
  readonly settledIn: number | null;
  readonly movedFrom: readonly { readonly window: number; readonly by: readonly string[] }[];
}

interface Explanation {
  readonly window: number;
  readonly pairs: readonly PairExplained[];
  readonly line?: LineExplained | null;
  readonly order?: {
    readonly state: string;
    readonly held: boolean;
    readonly province: string;
    readonly agencyProvince: string;
    readonly deadlineMs: number | null;
  } | null;
}

const MARK = 16;

const STATES: Readonly<Record<string, Words>> = {
  settled: { en: 'settled', zh: '已清' },
  diverged: { en: 'diverged', zh: '不符' },
  attested: { en: 'attested by one side', zh: '一方已证' },
  waits: { en: 'waits', zh: '等待' },
  open: { en: 'open', zh: '未证' },
};
const stateText = (state: string, asked: Asked): string => (STATES[state] ? asked.in(STATES[state]) : state);

const shownWindow = (window: Window, asked: Asked): string => {
  const zh = asked.lang === 'zh';
  const cuts = Object.entries(window.closes).map(([province, { size, atMs }]) => [
    province,
    size,
    timeText(atMs),
    window.digests[province]?.slice(0, MARK) ?? null,
    window.nets ? signedYuan(window.nets[province] ?? 0) : null,
  ]);
  const pairs = window.pairs.map(({ pair, state, attestedBy, count, sumFen, digest }) => [
    pair,
    stateText(state, asked),
    attestedBy.join(' '),
    count ?? null,
    sumFen === undefined ? null : yuan(sumFen),
    digest?.slice(0, MARK) ?? null,
  ]);
  const { statement } = window;
  const sums = statement
    ? asked.in({
        en: `Gross ${yuan(statement.grossFen)}, bilateral ${yuan(statement.bilateralFen)}, all four ${yuan(statement.multilateralFen)}.\n`,
        zh: `总额 ${yuan(statement.grossFen)} 元，双边轧差 ${yuan(statement.bilateralFen)} 元，多边轧差 ${yuan(statement.multilateralFen)} 元。\n`,
      })
    : '';
  const equal = window.equal
    ? { en: 'Four equal digests.\n', zh: '四方摘要一致。\n' }
    : {
        en: `Not netted by all four: yrd settlement explain ${window.window}\n`,
        zh: `四方尚未一致轧差：yrd settlement explain ${window.window}\n`,
      };
  return [
    asked.in({ en: `Window ${window.window}\n`, zh: `清算窗口 ${window.window}\n` }),
    table(zh ? ['省', '截点', '关闭', '摘要', '净额'] : ['province', 'cut at', 'closed', 'digest', 'net'], cuts),
    table(zh ? ['付-收', '状态', '已证', '行数', '金额', '摘要'] : ['pays', 'state', 'attested by', 'lines', 'sum', 'digest'], pairs),
    sums + asked.in(equal) + (window.dissent ? asked.in({ en: 'A witness attests something else.\n', zh: '有见证方所证不同。\n' }) : ''),
  ].join('\n');
};

const isFault = ({ pairs, dissent }: Window): boolean => dissent || pairs.some(({ state }) => state === 'diverged');

/** Answers 1 when two sides, or a witness, state different things. */
export const settlementShow: Run = async (asked) => {
  const client = new NodeClient(asked, nodeOf(asked, 'any'));
  const window = await client.get<Window>(`/v1/windows/${windowIn(asked, 'latest')}`);
  await asked.answer(window, () => shownWindow(window, asked));
  return isFault(window) ? EXIT.finding : EXIT.ok;
};

const windowIn = (asked: Asked, otherwise?: string): string => {
  const [given = otherwise] = asked.args;
  if (given !== undefined && (/^[1-9]\d{0,6}$/.test(given) || given === otherwise)) return given;
  throw misused(`"${given}" is no number of a window: write 1, 2, 3, …`, `“${given}”不是窗口序号：请写 1、2、3……`);
};

const AWAITED = {
  close: (province: string): Words => ({ en: `${province} has not closed the window`, zh: `${province} 尚未关闭该窗口` }),
  'close-before': (province: string): Words => ({ en: `${province} has not closed the window before`, zh: `${province} 尚未关闭上一窗口` }),
  attest: (province: string): Words => ({
    en: `${province} has closed and not attested: it has not heard of the other close, or something is parked (yrd parked list)`,
    zh: `${province} 已关闭但未证：尚未收到对方关闭，或截点以下有搁置的条目（yrd parked list）`,
  }),
} as const;

const why = ({ state, waitsFor, parting, attested, dissenting }: PairExplained, asked: Asked): string => {
  const said = Object.entries(attested).map(
    ([province, { count, sumFen, digest }]) => `${province}: ${count} / ${yuan(sumFen)} / ${digest.slice(0, MARK)}`,
  );
  const parts = [
    ...(state === 'settled' ? [] : waitsFor.map(({ province, what }) => asked.in(AWAITED[what](province)))),
    ...(parting
      ? [
          asked.in({
            en: `they part at mark ${parting.firstMark} (${parting.detail}): ${said.join(', ')}`,
            zh: `自第 ${parting.firstMark} 个标记起不同（${parting.detail}）：${said.join('，')}`,
          }),
        ]
      : []),
    ...(dissenting.length > 0
      ? [asked.in({ en: `witness ${dissenting.join(', ')} attests something else`, zh: `见证方 ${dissenting.join('、')} 所证不同` })]
      : []),
  ];
  return parts.join('; ');
};

const lineText = (line: LineExplained, window: number, asked: Asked): string => {
  const { amountFen, pair, home, sides } = line;
  const head = asked.in({
    en: `The line ${pair} of ${yuan(amountFen)} yuan, stated by ${home}: `,
    zh: `清算行 ${pair}，${yuan(amountFen)} 元，由 ${home} 陈述：`,
  });
  const needs = sides.map(({ province, neededSize, window: first, cutSize }) =>
    first === null
      ? asked.in({
          en: `${province} must be cut at ${neededSize} or later, and no cut reaches so far`,
          zh: `${province} 须在 ${neededSize} 或之后截取，尚无截点到达`,
        })
      : asked.in({
          en: `${province} needs ${neededSize}, first covered by window ${first} (cut at ${cutSize})`,
          zh: `${province} 需 ${neededSize}，窗口 ${first}（截点 ${cutSize}）首次覆盖`,
        }),
  );
  const where =
    line.window === null
      ? asked.in({ en: 'in no window so far', zh: '尚不属于任何窗口' })
      : line.window === window
        ? asked.in({ en: `in this window ${window}`, zh: `属于本窗口 ${window}` })
        : asked.in({ en: `in window ${line.window}, not in ${window}`, zh: `属于窗口 ${line.window}，不属于 ${window}` });
  const settled =
    line.settledIn === null
      ? asked.in({ en: 'not settled', zh: '未清' })
      : asked.in({ en: `settled in ${line.settledIn}`, zh: `已在窗口 ${line.settledIn} 清算` });
  const moves = line.movedFrom.map(({ window: from, by }) =>
    asked.in({ en: `${by.join(' and ')} moved it out of window ${from}`, zh: `${by.join('、')} 将其移出窗口 ${from}` }),
  );
  return `${head}${where}; ${settled}. ${[...needs, ...moves].join('; ')}.\n`;
};

const orderText = (order: NonNullable<Explanation['order']>, asked: Asked): string => {
  if (order.province === order.agencyProvince)
    return asked.in({ en: 'An order within one province has no line.\n', zh: '省内订单没有清算行。\n' });
  const held = order.held ? asked.in({ en: ', held', zh: '，暂缓中' }) : '';
  const until =
    order.deadlineMs === null ? '' : asked.in({ en: `, until ${timeText(order.deadlineMs)}`, zh: `，至 ${timeText(order.deadlineMs)}` });
  return asked.in({
    en: `No line yet: the order is ${order.state}${held}${until}. A line is stated when its publicity has ended (Payable).\n`,
    zh: `尚无清算行：订单状态为 ${order.state}${held}${until}。公示期满（Payable）时产生清算行。\n`,
  });
};

const shownExplanation = ({ window, pairs, line, order }: Explanation, asked: Asked): string => {
  const headings = asked.lang === 'zh' ? ['付-收', '状态', '原因'] : ['pays', 'state', 'why'];
  const rows = pairs.map((each) => [each.pair, stateText(each.state, asked), why(each, asked)]);
  const about = line
    ? lineText(line, window, asked)
    : order
      ? orderText(order, asked)
      : line === null
        ? asked.in({ en: 'No such order is known here.\n', zh: '此处没有该订单。\n' })
        : '';
  return [table(headings, rows), about].filter((part) => part !== '').join('\n');
};

/** Answers 1 when anything diverges or dissents; who is merely waited for is no fault. */
export const settlementExplain: Run = async (asked): Promise<ExitCode> => {
  const client = new NodeClient(asked, nodeOf(asked), 'operator');
  const query = new URLSearchParams();
  for (const [option, field] of [
    ['pair', 'pair'],
    ['order', 'line'],
  ] as const) {
    const value = asked.value(option);
    if (value !== undefined) query.set(field, value);
  }
  const found = await client.get<Explanation>(`/v1/windows/${windowIn(asked)}/explanation?${query.toString()}`);
  await asked.answer(found, () => shownExplanation(found, asked));
  return found.pairs.some(({ state, dissenting }) => state === 'diverged' || dissenting.length > 0) ? EXIT.finding : EXIT.ok;
};
