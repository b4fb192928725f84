/** Which nodes a command is about, and where a local federation has its files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asked, Option } from './command.js';
import { misused } from './outcome.js';

export interface NodeAddress {
  /** Null where it is only known by its address. */
  readonly province: string | null;
  readonly url: string;
}

/** What `npm start` leaves in its data folder. */
interface LocalFederation {
  readonly issuer: string;
  readonly nodes: Readonly<Record<string, string>>;
}

export const NODE_OPTIONS: readonly Option[] = [
  {
    name: 'node',
    value: 'URL',
    many: true,
    words: { en: 'Address of a node (or YRD_NODE); several may be given', zh: '节点地址（或 YRD_NODE），可多次给出' },
  },
  { name: 'province', value: '31', words: { en: 'Only the node of this province', zh: '只看这一省的节点' } },
];

/** A file as text. @throws Failure when it cannot be read. */
export const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw misused(`${path} cannot be read: give the path of a file.`, `无法读取 ${path}：请给出文件路径。`);
  }
};

/** A file of the data folder as JSON; null when there is none. */
export const localFile = <T>({ io: { settings } }: Asked, name: string): T | null => {
  if (settings.home === undefined) return null;
  try {
    return JSON.parse(readFileSync(join(settings.home, name), 'utf8')) as T;
  } catch {
    return null;
  }
};

const given = (asked: Asked): readonly string[] => {
  const named = asked.values('node');
  return named.length > 0 ? named : asked.io.settings.nodes;
};

/** Whether the nodes are those that `npm start` left: only their people may be signed in from here. */
export const isLocal = (asked: Asked): boolean => given(asked).length === 0;

const addressOf = (url: string): string => {
  if (/^https?:\/\/[^\s?#]+$/.test(url)) return url.replace(/\/+$/, '');
  throw misused(
    `"${url}" is no address of a node: write it as http://127.0.0.1:3131.`,
    `“${url}”不是节点地址：请写成 http://127.0.0.1:3131。`,
  );
};

/** The nodes that were named, else those of the local federation. @throws Failure when there are none. */
export const nodesOf = (asked: Asked): readonly NodeAddress[] => {
  const urls = given(asked);
  const local = localFile<LocalFederation>(asked, 'addresses.json');
  const all: readonly NodeAddress[] =
    urls.length > 0
      ? urls.map((url) => ({ province: null, url: addressOf(url) }))
      : Object.entries(local?.nodes ?? {}).map(([province, url]) => ({ province, url }));
  if (all.length === 0)
    throw misused(
      'No node is known: name one with --node URL, or run npm start in this folder first.',
      '没有可用的节点：请用 --node 给出地址，或先在此目录运行 npm start。',
    );
  const province = asked.value('province');
  if (province === undefined || urls.length > 0) return all;
  const mine = all.filter((each) => each.province === province);
  if (mine.length > 0) return mine;
  const codes = all.map((each) => each.province).join(', ');
  throw misused(`There is no node of ${province}: say one of ${codes}.`, `没有 ${province} 的节点：可选 ${codes}。`);
};

/** The one node that a command speaks to. `any`: the first will do. @throws Failure when it is not said which of several. */
export const nodeOf = (asked: Asked, which: 'one' | 'any' = 'one'): NodeAddress => {
  const all = nodesOf(asked);
  if (all[0] && (all.length === 1 || which === 'any')) return all[0];
  throw misused('Say which node: --province 31, or one --node URL.', '请指明节点：--province 31，或只给一个 --node。');
};
