/** `yrd parked list|show|redrive`: what waits for an operator, why, and trying it again once what stood in the way is mended. */
import { randomUUID } from 'node:crypto';
import type { ParkedItem } from '@yrd/ledger';
import { NodeClient } from './client.js';
import type { Asked, Run } from './command.js';
import { nodeOf, nodesOf, type NodeAddress } from './nodes.js';
import { EXIT, Failure } from './outcome.js';
import { table } from './table.js';
import type { Words } from './words.js';

/** As a node answers it: in the words of whoever asks. */
type Told = ParkedItem & { readonly why: string };
interface Found {
  readonly node: NodeAddress;
  readonly items: readonly Told[];
}

/** What helps against each kind. */
const MEND: Readonly<Record<ParkedItem['of'], Words>> = {
  view: {
    en: 'it cannot be folded: update the node if it does not know the entry, then yrd replay',
    zh: '无法折叠：若节点不认识该条目请先升级，然后 yrd replay',
  },
  reaction: {
    en: 'its reaction failed or was refused: mend the cause, then yrd parked redrive',
    zh: '反应失败或被拒：排除原因后 yrd parked redrive',
  },
  timer: { en: 'its time limit is refused: it is tried again by itself once the cause is mended', zh: '到期命令被拒：排除原因后自动重试' },
};

const rowsOf = ({ node, items }: Found, asked: Asked) =>
  items.map((item) => [node.province ?? node.url, item.id, item.stream, item.why, asked.in(MEND[item.of])]);

const headingsIn = (asked: Asked): readonly string[] =>
  asked.lang === 'zh' ? ['节点', '编号', '流', '原因', '处理'] : ['node', 'id', 'stream', 'why', 'mend'];

const listed = (found: readonly Found[], asked: Asked): string => {
  const shown = table(
    headingsIn(asked),
    found.flatMap((each) => rowsOf(each, asked)),
  );
  return shown === '' ? asked.in({ en: 'Nothing is parked.\n', zh: '没有搁置的条目。\n' }) : shown;
};

const look = async (asked: Asked, node: NodeAddress): Promise<Found> => {
  const { items } = await new NodeClient(asked, node, 'operator').get<{ readonly items: readonly Told[] }>('/v1/parked');
  return { node, items };
};

/** Answers 1 when anything is parked. */
export const parkedList: Run = async (asked) => {
  const found: Found[] = [];
  for (const node of nodesOf(asked)) found.push(await look(asked, node));
  await asked.answer(found, () => listed(found, asked));
  return found.some(({ items }) => items.length > 0) ? EXIT.finding : EXIT.ok;
};

interface Disclosed {
  readonly depth: string;
  readonly leaf: string;
  readonly payload?: string;
}

/** JSON in lines where it is JSON. */
const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

/** One parked thing, with the entry as deep as the asker may see it. */
export const parkedShow: Run = async (asked) => {
  const [id = ''] = asked.args;
  const node = nodeOf(asked);
  const item = (await look(asked, node)).items.find((each) => each.id === id);
  if (!item) {
    const words = { en: `Nothing is parked under "${id}": see yrd parked list.`, zh: `没有编号为“${id}”的搁置条目：见 yrd parked list。` };
    throw new Failure(EXIT.refused, words, 'E-NOTFOUND');
  }
  const path = `/log/${item.journal}/entry/${item.index}`;
  const entry = item.of === 'timer' ? null : await new NodeClient(asked, node, 'operator').find<Disclosed>(path);
  await asked.answer({ item, entry }, () => {
    const rows = [...rowsOf({ node, items: [item] }, asked)[0]!.entries()].map(([at, value]): [string, string] => [
      headingsIn(asked)[at] ?? '',
      String(value),
    ]);
    const told = entry ? `\n${pretty(entry.leaf)}\n${entry.payload === undefined ? '' : `${pretty(entry.payload)}\n`}` : '';
    return rows.map(([name, value]) => `${name}: ${value}\n`).join('') + told;
  });
  return EXIT.finding;
};

interface Redriven {
  readonly context: string;
  readonly tried: number;
  readonly left: number;
}

/** Tries again what reactions parked. Answers 1 when something stays parked. */
export const parkedRedrive: Run = async (asked) => {
  const node = nodeOf(asked);
  const client = new NodeClient(asked, node, 'operator');
  const context = asked.value('context') ?? 'voucher';
  const found = await client.post<Redriven>(`/v1/parked/${context}/redrive`, {}, randomUUID());
  const left = await look(asked, node);
  await asked.answer({ ...found, items: left.items }, () => {
    const said = { en: `Tried ${found.tried} again, ${found.left} stay.\n`, zh: `重试 ${found.tried} 条，仍搁置 ${found.left} 条。\n` };
    return asked.in(said) + (left.items.length > 0 ? listed([left], asked) : '');
  });
  return left.items.length > 0 ? EXIT.finding : EXIT.ok;
};
