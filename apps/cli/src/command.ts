/** The grammar of a command: how it is declared, what it is asked, and how it answers. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Settings } from './config.js';
import { misused, type ExitCode } from './outcome.js';
import { isLang, type Lang, type Words } from './words.js';

/** Where a command meets the world. */
export interface Io {
  readonly settings: Settings;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  /** Writes to standard output; resolves once more may be written. */
  readonly out: (text: string) => Promise<void> | void;
  readonly err: (text: string) => void;
}

export interface Option {
  readonly name: string;
  /** Placeholder of its value, such as `URL`; without it the option is a flag. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: true;
  readonly words: Words;
}

export interface Command {
  /** `policy check`: one or two words. */
  readonly path: string;
  /** Its arguments for people, such as `<file>…`. */
  readonly takes: string;
  readonly least: number;
  readonly most: number;
  readonly words: Words;
  readonly options: readonly Option[];
  readonly examples: readonly { readonly line: string; readonly words: Words }[];
  readonly load: () => Promise<Run>;
}

export type Run = (asked: Asked) => Promise<ExitCode>;

/** Options that every command has. */
export const EVERYWHERE: readonly Option[] = [
  { name: 'json', words: { zh: '输出 JSON，供程序读取', en: 'Answer JSON for programs' } },
  { name: 'lang', value: 'zh|en', words: { zh: '语言；默认依 LANG', en: 'Language; by LANG without it' } },
  { name: 'help', words: { zh: '本命令的说明', en: 'What this command does' } },
];

/** What a command was asked, and how it answers. */
export class Asked {
  constructor(
    readonly io: Io,
    readonly lang: Lang,
    readonly args: readonly string[],
    private readonly given: Readonly<Record<string, readonly string[] | boolean>>,
  ) {}

  flag(name: string): boolean {
    return this.given[name] === true;
  }

  /** Every value of an option, in order. */
  values(name: string): readonly string[] {
    const found = this.given[name];
    return Array.isArray(found) ? (found as readonly string[]) : [];
  }

  value(name: string): string | undefined {
    return this.values(name).at(-1);
  }

  /** @throws Failure when the option was not given. */
  needed(name: string): string {
    const found = this.value(name);
    if (found === undefined) throw misused(`Say --${name}: this command needs it.`, `请给出 --${name}：此命令需要它。`);
    return found;
  }

  in(words: Words): string {
    return words[this.lang];
  }

  get json(): boolean {
    return this.flag('json');
  }

  /** Answers: the value as JSON for programs, or the text for people. */
  async answer(value: unknown, text: () => string): Promise<void> {
    await this.io.out(this.json ? `${JSON.stringify(value, null, 2)}\n` : text());
  }

  /** A line beside the answer, for whoever watches: never part of what a program reads. */
  note(words: Words): void {
    this.io.err(`${words[this.lang]}\n`);
  }
}

/** Reads the words behind a command's name. @throws Failure that names the first thing that does not fit. */
export const readAsked = (command: Command, words: readonly string[], io: Io): Asked => {
  const options = [...command.options, ...EVERYWHERE];
  const config: ParseArgsOptionsConfig = Object.fromEntries(
    options.map(({ name, value }) => [name, value === undefined ? { type: 'boolean' } : { type: 'string', multiple: true }]),
  );
  const how = { en: `see yrd ${command.path} --help`, zh: `见 yrd ${command.path} --help` };
  let read;
  try {
    read = parseArgs({ args: [...words], options: config, allowPositionals: true, strict: true });
  } catch (error) {
    const what = error instanceof Error ? (error.message.split(/\.\s|\n/)[0] ?? '') : String(error);
    throw misused(`${what}: ${how.en}.`, `命令行有误（${what}）：${how.zh}。`);
  }
  const given = read.values as Readonly<Record<string, readonly string[] | boolean>>;
  for (const { name, many } of options) {
    const found = given[name];
    if (!many && Array.isArray(found) && found.length > 1)
      throw misused(`Give --${name} once: ${how.en}.`, `--${name} 只能给一次：${how.zh}。`);
  }
  const asked = new Asked(io, langAsked(given['lang'], io), read.positionals, given);
  const { length } = asked.args;
  if (!asked.flag('help') && (length < command.least || length > command.most)) {
    const usage = `yrd ${command.path} ${command.takes}`.trim();
    throw misused(`Write ${usage}: ${how.en}.`, `用法为 ${usage}：${how.zh}。`);
  }
  return asked;
};

const langAsked = (given: readonly string[] | boolean | undefined, io: Io): Lang => {
  const [name = io.settings.lang] = Array.isArray(given) ? (given as readonly string[]) : [];
  if (isLang(name)) return name;
  throw misused('--lang takes zh or en.', '--lang 取 zh 或 en。');
};
