/** `yrd policy what-if`: what another pack would have cost each province, per quarter; the node replays its ledger, nothing is changed. */
import { signedYuan, yuan } from './amounts.js';
import { NodeClient } from './client.js';
import type { Asked, Run } from './command.js';
import { nodeOf, textOf } from './nodes.js';
import { EXIT, Failure } from './outcome.js';
import { table } from './table.js';

interface Group {
  readonly code: string;
  readonly orders: number;
  readonly actualFen: number;
}

/** The last line of what the node answers. */
interface WhatIfAnswer {
  readonly province: string;
  readonly scheme: string;
  readonly version: string;
  readonly cells: readonly {
    readonly province: string;
    readonly quarter: string;
    readonly orders: number;
    readonly actualFen: number;
    readonly whatIfFen: number;
    readonly differenceFen: number;
  }[];
  readonly refused: readonly Group[];
  readonly unknown: readonly Group[];
  readonly entries: number;
  readonly unread: number;
}

interface Line {
  readonly progress?: { readonly journal: string; readonly entries: number };
  readonly result?: WhatIfAnswer;
}

const WHY = {
  subject: { en: 'firm or team is known at its home only', zh: '主体类型仅其所在省知悉' },
  quota: { en: 'needs a quota that only its home knows', zh: '所需额度仅其所在省知悉' },
  policy: { en: 'its pack was not adopted there', zh: '其政策包未在当地采用' },
} as const;
const isKnown = (code: string): code is keyof typeof WHY => Object.hasOwn(WHY, code);

const groups = (title: string, found: readonly Group[], asked: Asked): string =>
  found
    .map(({ code, orders, actualFen }) => {
      const why = isKnown(code) ? asked.in(WHY[code]) : code;
      return asked.in({
        en: `${title}: ${orders} orders (${why}), ${yuan(actualFen)} yuan in truth\n`,
        zh: `${title}：${orders} 单（${why}），实际 ${yuan(actualFen)} 元\n`,
      });
    })
    .join('');

const shown = ({ version, scheme, cells, refused, unknown, entries, unread }: WhatIfAnswer, asked: Asked): string => {
  const headings =
    asked.lang === 'zh'
      ? ['支付省', '季度', '单数', '实际', '假如', '差异']
      : ['payer', 'quarter', 'orders', 'actual', 'what if', 'difference'];
  const sum = (field: 'actualFen' | 'whatIfFen' | 'differenceFen'): number => cells.reduce((all, each) => all + each[field], 0);
  const amounts = (actualFen: number, whatIfFen: number, differenceFen: number) => [
    yuan(actualFen),
    yuan(whatIfFen),
    signedYuan(differenceFen),
  ];
  const rows = cells.map((cell) => [
    cell.province,
    cell.quarter,
    cell.orders,
    ...amounts(cell.actualFen, cell.whatIfFen, cell.differenceFen),
  ]);
  // An order that two provinces pay stands in two rows, so their numbers are not added up.
  const all = [asked.in({ en: 'all', zh: '合计' }), '', null, ...amounts(sum('actualFen'), sum('whatIfFen'), sum('differenceFen'))];
  const head = asked.in({
    en: `${scheme} as if ${version} had been in force: ${entries} entries replayed, yuan.\n`,
    zh: `${scheme} 假如一直执行 ${version}：重放 ${entries} 条，单位元。\n`,
  });
  const lost = asked.in({ en: `${unread} entries of the own journal could not be read.\n`, zh: `本省账本有 ${unread} 条无法读取。\n` });
  return [
    head,
    cells.length === 0 ? asked.in({ en: 'No approval falls under it.\n', zh: '没有受影响的批准。\n' }) : table(headings, [...rows, all]),
    groups(asked.in({ en: 'would not have been taken', zh: '不会受理' }), refused, asked),
    groups(asked.in({ en: 'not known here', zh: '本省无法得知' }), unknown, asked),
    unread > 0 ? lost : '',
  ].join('');
};

/** Answers 1 when something could not be recomputed: then the sums are not the whole truth. */
export const policyWhatIf: Run = async (asked) => {
  const client = new NodeClient(asked, nodeOf(asked), 'supervisor');
  const [from, to] = [asked.value('from'), asked.value('to')];
  const body = { pack: textOf(asked.needed('pack')), ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  let result: WhatIfAnswer | undefined;
  for await (const text of client.lines('/v1/policies/what-if', { body, key: 'what-if' })) {
    const line = JSON.parse(text) as Line;
    const { progress } = line;
    if (progress && !asked.json) asked.note({ en: `${progress.entries} entries`, zh: `${progress.entries} 条` });
    result = line.result ?? result;
  }
  if (!result) throw new Failure(EXIT.unreachable, { en: 'The node broke off before the end: ask again.', zh: '节点中途断开：请重试。' });
  const answer = result;
  await asked.answer(answer, () => shown(answer, asked));
  return answer.unknown.length > 0 || answer.unread > 0 ? EXIT.finding : EXIT.ok;
};
