/** The help: all commands, those of a group, or one command with its options and examples. */
import { EVERYWHERE, type Command, type Option } from './command.js';
import { widthOf } from './table.js';
import type { Lang, Words } from './words.js';

const HEAD: Words = {
  en: 'yrd: look at, check and run nodes of the shared innovation market.',
  zh: 'yrd：查看、核验和运维共享创新市场的节点。',
};
const FOOT: Words = {
  en:
    'Nodes: --node URL or YRD_NODE, else the federation that npm start left. Token: --token or YRD_TOKEN, else of the local provider.\n' +
    'Ends with 0 done, 1 something was found, 2 wrong use, 3 unreachable, 4 refused by a node. Each command: yrd <command> --help.\n',
  zh:
    '节点：--node 地址或 YRD_NODE，否则为 npm start 留下的联邦。令牌：--token 或 YRD_TOKEN，否则由本机身份服务签发。\n' +
    '退出码：0 完成，1 有发现，2 用法有误，3 无法连接，4 节点拒绝。各命令说明：yrd <命令> --help。\n',
};

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => widthOf(left)));
  return rows.map(([left, right]) => `  ${left}${' '.repeat(width - widthOf(left) + 2)}${right}\n`).join('');
};

/** All of these commands, a line each. */
export const helpOf = (commands: readonly Command[], lang: Lang): string =>
  `${HEAD[lang]}\n\n${columns(commands.map(({ path, takes, words }) => [`yrd ${path} ${takes}`.trimEnd(), words[lang]]))}\n${FOOT[lang]}`;

const written = ({ name, value }: Option): string => (value === undefined ? `--${name}` : `--${name} ${value}`);

/** One command: how it is written, its options, and examples that work as they stand. */
export const helpFor = ({ path, takes, words, options, examples }: Command, lang: Lang): string => {
  const titles = { en: ['Options', 'Examples'], zh: ['选项', '示例'] }[lang];
  const listed = [...options, ...EVERYWHERE].map((option): readonly [string, string] => [written(option), option.words[lang]]);
  const shown = examples.map(({ line, words: each }): readonly [string, string] => [line, each[lang]]);
  return `yrd ${path} ${takes}`.trimEnd() + `\n${words[lang]}\n\n${titles[0]}\n${columns(listed)}\n${titles[1]}\n${columns(shown)}`;
};
